//! The same activity with many customers at once: planned for all of a selection, or done with them (R16).

use super::log::{is_long, subject};
use crate::{
    Result,
    crm::{Crm, Query, bulk::Bulk},
    error::{Cause, Error},
    message::Message,
    record::{Field, Link, Row, Value, types::timestamp_text},
};

/// Who is to do what is planned with many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// One colleague for all; whoever asks where none is named.
    One(Option<i64>),
    /// Whoever looks after each customer.
    OfCustomer,
}

/// What is planned with many, or was done.
#[derive(Debug, Clone)]
pub struct Mass {
    pub text: String,
    /// The word for the kind.
    pub sort: String,
    /// When it is planned for; where nothing is said, it was done.
    pub due: Option<String>,
    /// When it was done, if not just now.
    pub at: Option<String>,
    pub owner: Owner,
}

impl Crm {
    /// Makes one activity with each customer that the query finds, in one operation; says how many.
    ///
    /// # Errors
    /// A kind or a time that means nothing; no customers at all.
    pub fn activities_for(&mut self, customers: &Query, mass: &Mass) -> Result<usize> {
        let schema = self.schema("activity")?;
        let common = self.common(mass)?;
        let query = Query { columns: vec!["owner".to_owned()], limit: None, paging: true, ..customers.clone() };
        let rows = self.list(&query)?.rows;
        let word = if mass.due.is_some() { "Plan" } else { "Log" };
        let names = common
            .iter()
            .map(|(field, _)| field.clone())
            .chain(["customer", "owner"].iter().filter_map(|name| schema.field(name).cloned()));
        let fields: Vec<Field> = names.collect();
        let label = format!("{word} {} activities: {}", rows.len(), subject(&mass.text));
        self.transaction(&label, |crm| {
            let mut inserter = crm.inserter(&schema, fields.clone())?;
            crm.refresh_inserter(&mut inserter)?;
            // The operation's end writes the search text; the bulk is what the writer of rows asks for.
            let mut bulk = Bulk::new("", None, true);
            let me = crm.actor().map(|(id, _)| id);
            for row in &rows {
                let mut values: Vec<Value> = common.iter().map(|(_, value)| value.clone()).collect();
                values.push(Link::to(row.id));
                values.push(owner_of(mass.owner, row, me).map_or(Value::Null, Link::to));
                crm.insert_quickly(&mut bulk, &mut inserter, &values)?;
            }
            Ok(rows.len())
        })
    }

    /// What all of them have in common, field by field.
    fn common(&mut self, mass: &Mass) -> Result<Vec<(Field, Value)>> {
        let schema = self.schema("activity")?;
        let subject = subject(&mass.text);
        if subject.is_empty() {
            return Err(Error::bad_value(Message::new("There is nothing to write down.")).on_field("text"));
        }
        let now = timestamp_text(self.reading().clock.now());
        let notes = if is_long(&mass.text) { mass.text.trim() } else { "" };
        let done = if mass.due.is_some() { "" } else { mass.at.as_deref().unwrap_or(&now) };
        let said = [
            ("subject", &*subject),
            ("kind", &*mass.sort),
            ("due", mass.due.as_deref().unwrap_or("")),
            ("done", done),
            ("notes", notes),
        ];
        let mut common = Vec::new();
        for (name, text) in said {
            if let Some(field) = schema.field(name).filter(|_| !text.is_empty()) {
                let value = self.parse_value(field, text)?;
                common.push((field.clone(), value));
            }
        }
        let done = common.iter().find(|(field, _)| field.name == "done").and_then(|(_, value)| value.as_text());
        if done.is_some_and(|done| done > now.as_str()) {
            let message =
                Message::new("What is done with many cannot lie ahead: to plan it, there is `kehu activity plan`.");
            return Err(Error::new(Cause::Refused, message).on_field("done"));
        }
        Ok(common)
    }
}

fn owner_of(owner: Owner, customer: &Row, me: Option<i64>) -> Option<i64> {
    match owner {
        Owner::One(one) => one.or(me),
        Owner::OfCustomer => customer.cells.first().and_then(Value::as_integer).or(me),
    }
}
