//! How many records match: exactly, or as far as counting is cheap.

use super::{
    Crm,
    columns::Joins,
    condition::search_match,
    query::{Deleted, Query},
};
use crate::{
    Result,
    record::{Schema, Total, filter::Filter},
    store::Sql,
};
use std::sync::Arc;

/// A total beyond this is not counted unless it is asked for.
const COUNTED: u64 = 10_000;

/// Where each row costs several looks, no more than these are counted.
const SOME: u64 = 1_000;

/// How much work counting may be where records must be looked at one by one: some ten steps each, so about a thousand.
const STEPS: u32 = 12_000;

/// How much where indexes alone answer: some thousand looks into another index, which take as long.
const LIGHT_STEPS: u32 = 120_000;

impl Crm {
    /// How many match: exactly where that is asked for or cheap, else that there are more than so many, ten thousand at
    /// most.
    ///
    /// # Errors
    /// As [`Crm::list`].
    pub fn total(&mut self, query: &Query) -> Result<Total> {
        let schema = self.schema(&query.kind)?;
        if query.filter == Filter::All && query.deleted == Deleted::Without && query.after.is_none() {
            return self.total_of_all(schema.table, query.exact);
        }
        if query.paging
            && !query.exact
            && let Some(total) = self.newest_total(query)?
        {
            return Ok(total);
        }
        let (sql, arguments) = self.matches(schema, query)?;
        let some = format!("{sql} LIMIT {}", COUNTED + 1);
        if !query.exact {
            let (mut count, mut all) = self.db.count_within(&some, &arguments, STEPS)?;
            if !all && self.db.reads_indexes_alone(&some, &arguments)? {
                (count, all) = self.db.count_within(&some, &arguments, LIGHT_STEPS)?;
            }
            return Ok(match (all, count) {
                (true, count) if count <= COUNTED => Total::Exactly(count),
                (true, _) => Total::MoreThan(COUNTED),
                (false, count) => Total::MoreThan(round(count.saturating_sub(1))),
            });
        }
        let count = self.numbers(&format!("SELECT COUNT(*) FROM ({sql}) c"), &arguments)?;
        Ok(Total::Exactly(count.first().copied().unwrap_or_default().unsigned_abs()))
    }

    /// How many rows a statement of one's own finds, as far as counting them one by one is cheap.
    pub(crate) fn count_some(&mut self, sql: &str, arguments: &[Sql]) -> Result<Total> {
        let (count, all) = self.db.count_within(&format!("{sql} LIMIT {}", SOME + 1), arguments, STEPS)?;
        Ok(match (all, count) {
            (true, count) if count <= SOME => Total::Exactly(count),
            (true, _) => Total::MoreThan(SOME),
            (false, count) => Total::MoreThan(round(count.saturating_sub(1))),
        })
    }

    /// One row for each record that matches. What is in the recycle bin has no search text, so words alone need no look
    /// at the records.
    fn matches(&mut self, schema: Arc<Schema>, query: &Query) -> Result<(String, Vec<Sql>)> {
        let (words, rest) = self.leading_words(&schema, &query.filter)?;
        if rest == Filter::All && query.deleted == Deleted::Without && query.after.is_none() {
            words.iter().try_for_each(|word| super::condition::refuse_field_name(&schema, word))?;
            if let Some((sql, argument)) = search_match(self.db.dialect(), &schema, &words.join(" ")) {
                return Ok((sql, vec![argument]));
            }
        }
        let mut joins = Joins::new(schema);
        let prepared = self.prepared(&mut joins, query)?;
        Ok((prepared.select("1", ""), prepared.condition.arguments))
    }

    /// As [`Crm::total`] without a filter: all but those in the recycle bin, each of which some narrow index counts,
    /// where a look at every row would read the whole table.
    fn total_of_all(&mut self, table: &str, exact: bool) -> Result<Total> {
        let deleted = format!("SELECT COUNT(*) FROM \"{table}\" WHERE deleted_at IS NOT NULL");
        let deleted = self.numbers(&deleted, &[])?.first().copied().unwrap_or_default().unsigned_abs();
        let beyond = format!("SELECT 1 FROM \"{table}\" LIMIT 1 OFFSET {}", COUNTED + deleted);
        if !exact && self.db.first(&beyond, &[])?.is_some() {
            return Ok(Total::MoreThan(COUNTED));
        }
        let all = self.numbers(&format!("SELECT COUNT(*) FROM \"{table}\""), &[])?;
        Ok(Total::Exactly(all.first().copied().unwrap_or_default().unsigned_abs().saturating_sub(deleted)))
    }

    /// How many live records match a filter in writing.
    ///
    /// # Errors
    /// As [`Crm::list`].
    pub fn count_where(&mut self, kind: &str, filter: &str) -> Result<u64> {
        let filter = crate::record::filter::parse(filter)?;
        match self.total(&Query { filter, exact: true, ..Query::new(kind) })? {
            Total::Exactly(count) | Total::MoreThan(count) => Ok(count),
        }
    }
}

/// A count that was broken off, as a number that is not taken for the whole.
fn round(count: u64) -> u64 {
    let step = 10_u64.pow(count.checked_ilog10().unwrap_or_default());
    count / step * step
}
