//! Many records written at once: one operation, the same rules for each, and the reading done in bundles.

use super::Crm;
use crate::{
    Result,
    crm::{Entry, Save},
    customers::responsible::refuse_gone,
    error::Error,
    message::Message,
    record::{Draft, Origin, Schema, Values},
};
use std::{collections::HashMap, sync::Arc};

/// How many records are read at a time.
const BUNDLE: usize = 300;

impl Crm {
    /// Adds many records of one kind as one operation, and says their numbers in the same order. Each is checked as
    /// [`Crm::add`] checks it; the first that is refused refuses them all.
    ///
    /// # Errors
    /// As [`Crm::add`].
    pub fn add_many(&mut self, kind: &str, records: &[Values], allow_duplicate: bool) -> Result<Vec<i64>> {
        let (schema, wished) = (self.schema(kind)?, self.operation.is_none());
        self.transaction(&format!("Add {} {}", records.len(), schema.table), |crm| {
            let mut ids = Vec::with_capacity(records.len());
            for values in records {
                let (schema, values) = (schema.clone(), values.clone());
                crm.refuse_binned(&schema, &values, &[])?;
                let mut draft =
                    Draft { schema, id: None, stored: Vec::new(), values, removing: false, origin: Origin::Person };
                if wished {
                    refuse_gone(crm, &draft)?;
                }
                ids.push(crm.insert_draft(&mut draft, allow_duplicate)?);
            }
            Ok(ids)
        })
    }

    /// Sets the same values in many records of one kind as one operation, and says what each save changed.
    ///
    /// # Errors
    /// As [`Crm::change`]; the first record that is refused refuses them all.
    pub fn change_many(&mut self, kind: &str, ids: &[i64], values: &Values) -> Result<Vec<Save>> {
        self.change_each(kind, ids, false, &mut |_, _| Ok(values.clone()))
    }

    /// Changes many records of one kind as one operation: `values` says for each, as it stands, what is to be set.
    ///
    /// # Errors
    /// As [`Crm::change`], and whatever `values` says; the first record that is refused refuses them all.
    pub fn change_each(
        &mut self,
        kind: &str,
        ids: &[i64],
        allow_duplicate: bool,
        values: &mut dyn FnMut(&mut Self, &Entry) -> Result<Values>,
    ) -> Result<Vec<Save>> {
        let (schema, wished) = (self.schema(kind)?, self.operation.is_none());
        self.transaction(&format!("Edit {} {}", ids.len(), schema.table), |crm| {
            let mut saves = Vec::with_capacity(ids.len());
            let mut bundle = Bundle::default();
            for (place, id) in ids.iter().enumerate() {
                let entry = bundle.take(crm, &schema, &ids[place..], *id)?;
                let about = about(&entry);
                let named = |error: Error| if ids.len() > 1 { error.about(about.clone()) } else { error };
                let values = values(crm, &entry).map_err(named)?;
                let before = crm.writes;
                saves.push(crm.change_entry(entry, values, allow_duplicate, wished).map_err(named)?);
                // What a rule wrote beside it may be one of those that were read already.
                if crm.writes > before + 1 {
                    bundle.entries.clear();
                }
            }
            Ok(saves)
        })
    }
}

/// Which of many a fault is about.
fn about(entry: &Entry) -> Message {
    Message::new("{record} {title}").with("record", entry.short()).with("title", entry.title())
}

/// Records that were read ahead.
#[derive(Default)]
struct Bundle {
    entries: HashMap<i64, Entry>,
}

impl Bundle {
    /// The record of that number, read with those that follow it; one that is asked for again is read again.
    fn take(&mut self, crm: &mut Crm, schema: &Arc<Schema>, following: &[i64], id: i64) -> Result<Entry> {
        if let Some(entry) = self.entries.remove(&id) {
            return Ok(entry);
        }
        self.entries = crm.records(schema, &following[..following.len().min(BUNDLE)])?;
        self.entries.remove(&id).ok_or_else(|| super::read::not_found(schema, &schema.short(id)))
    }
}
