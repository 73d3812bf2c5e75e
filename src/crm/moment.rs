//! Reading at one moment: what a page asks many times over is looked up once, and its parts agree with each other.

use super::{Crm, Entry};
use crate::{
    Result,
    store::{Dialect, Sql},
};
use std::collections::HashMap;

/// What was looked up at that moment.
#[derive(Default)]
pub(crate) struct Seen {
    records: HashMap<(String, i64), Entry>,
    found: HashMap<String, Vec<i64>>,
}

impl Crm {
    /// Runs what only reads, on the database as it stands at one moment.
    pub(crate) fn at_one_moment<R>(&mut self, work: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        if self.operation.is_some() || self.seen.is_some() {
            return work(self);
        }
        self.db.script(match self.db.dialect() {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })?;
        self.seen = Some(Seen::default());
        let done = work(self);
        self.seen = None;
        // Whoever stopped what was read may have stopped its end instead.
        let ended = self.db.script("ROLLBACK").or_else(|_| self.db.rollback());
        done.and_then(|done| ended.map(|()| done))
    }

    /// A record that was read at this moment, or is read now.
    pub(super) fn seen_record(
        &mut self,
        kind: &str,
        id: i64,
        read: impl FnOnce(&mut Self) -> Result<Entry>,
    ) -> Result<Entry> {
        let key = (kind.to_owned(), id);
        if let Some(entry) = self.seen.as_ref().and_then(|seen| seen.records.get(&key)) {
            return Ok(entry.clone());
        }
        let entry = read(self)?;
        if let Some(seen) = &mut self.seen {
            seen.records.insert(key, entry.clone());
        }
        Ok(entry)
    }

    /// Which records were found at this moment by a value of a column, or are found now.
    pub(super) fn seen_numbers(
        &mut self,
        (table, column, value): (&str, &str, Sql),
        find: impl FnOnce(&mut Self, Sql) -> Result<Vec<i64>>,
    ) -> Result<Vec<i64>> {
        let key = format!("{table}.{column}={value:?}");
        if let Some(found) = self.seen.as_ref().and_then(|seen| seen.found.get(&key)) {
            return Ok(found.clone());
        }
        let found = find(self, value)?;
        if let Some(seen) = &mut self.seen {
            seen.found.insert(key, found.clone());
        }
        Ok(found)
    }
}
