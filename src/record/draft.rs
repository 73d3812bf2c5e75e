//! `Draft`: a record as it would be after a change, which a room's rules may look at and complete before it is written.

use super::{Schema, Value};
use std::sync::Arc;

/// Values by field name.
pub type Values = Vec<(String, Value)>;

/// Where a draft comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// Somebody says so here and now.
    #[default]
    Person,
    /// A file says so, which knows nothing of what follows.
    File,
    /// An export of another database says so, which has whatever followed from it as well.
    Export,
}

/// What is about to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    pub schema: Arc<Schema>,
    /// None while the record is new and not yet written.
    pub id: Option<i64>,
    /// The values as they stand, by the schema's order; empty for a new record.
    pub stored: Vec<Value>,
    /// The values to be set.
    pub values: Values,
    /// It is being moved to the recycle bin.
    pub removing: bool,
    pub origin: Origin,
}

impl Draft {
    /// The value as it will be.
    #[must_use]
    pub fn get(&self, field: &str) -> Value {
        self.changed(field).cloned().unwrap_or_else(|| self.before(field))
    }

    /// The value to be set, if there is one.
    #[must_use]
    pub fn changed(&self, field: &str) -> Option<&Value> {
        self.values.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// The value as it stands; null for a new record.
    #[must_use]
    pub fn before(&self, field: &str) -> Value {
        let place = self.schema.index_of(field);
        place.and_then(|place| self.stored.get(place)).cloned().unwrap_or_default()
    }

    /// Sets a value, unless it stands so already.
    pub fn set(&mut self, field: &str, value: Value) {
        if let Some(pair) = self.values.iter_mut().find(|(name, _)| name == field) {
            pair.1 = value;
        } else if self.id.is_none() || !self.before(field).same(&value) {
            self.values.push((field.to_owned(), value));
        }
    }

    #[must_use]
    pub fn is_new(&self) -> bool {
        self.id.is_none()
    }

    #[must_use]
    pub fn deleted(&self) -> bool {
        self.removing
    }

    /// Leaves only what really differs from what is stored.
    pub fn reduce(&mut self) {
        if self.id.is_some() {
            let (schema, stored) = (&self.schema, &self.stored);
            self.values.retain(|(name, value)| {
                let before = schema.index_of(name).and_then(|place| stored.get(place));
                !before.is_some_and(|before| before.same(value))
            });
        }
    }
}
