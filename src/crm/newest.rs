//! Words so short that most records have one that begins so: the newest of them are found by looking at the newest
//! records, where the full-text index would gather them all first.

use super::{
    Crm,
    query::{Deleted, Query},
    search_rows,
};
use crate::{
    Result,
    record::{Total, filter::Filter},
    store::search_text,
};

/// In a table of no more rows than this the index is as fast.
const FEW: i64 = 20_000;
/// How many records are looked at at a time, and at most: where so many tell too little, the index is asked.
const BATCH: u64 = 200;
const MOST: u64 = 4_000;
/// How many are looked at to tell how many there are at least.
const COUNTED: u64 = 400;
/// Where less than one in so many has it, the index has few to gather and knows them sooner.
const DENSE: u64 = 32;

/// What looking at the newest came to.
struct Walk {
    ids: Vec<i64>,
    /// All that there are were looked at.
    whole: bool,
}

impl Crm {
    /// The newest that match, in their order, and what else is asked of them; none where the index knows them sooner.
    pub(super) fn newest(&mut self, query: &Query) -> Result<Option<Vec<i64>>> {
        let wanted = query.limit.unwrap_or_default().saturating_add(query.offset.unwrap_or_default());
        if wanted == 0 || wanted > MOST {
            return Ok(None);
        }
        let Some(walk) = self.walk(query, wanted, MOST)? else { return Ok(None) };
        let (skipped, limit) = (query.offset.unwrap_or_default(), query.limit.unwrap_or_default());
        let places = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let enough = walk.whole || walk.ids.len() as u64 >= wanted;
        Ok(enough.then(|| walk.ids.into_iter().skip(places(skipped)).take(places(limit)).collect()))
    }

    /// How many match at least; none where the index knows it sooner.
    pub(super) fn newest_total(&mut self, query: &Query) -> Result<Option<Total>> {
        let Some(walk) = self.walk(query, COUNTED, COUNTED)? else { return Ok(None) };
        let count = walk.ids.len() as u64;
        let least = if count < 100 { count / 10 * 10 } else { count / 100 * 100 };
        Ok(if walk.whole { Some(Total::Exactly(count)) } else { Some(Total::MoreThan(least)).filter(|_| least > 0) })
    }

    fn walk(&mut self, query: &Query, wanted: u64, most: u64) -> Result<Option<Walk>> {
        if !query.sort.is_empty() || query.after.is_some() || query.reversed || query.deleted != Deleted::Without {
            return Ok(None);
        }
        let schema = self.schema(&query.kind)?;
        let (words, rest) = self.leading_words(&schema, &query.filter)?;
        let Some(beginning) = search_text::short_beginning(&words.join(" ")) else { return Ok(None) };
        words.iter().try_for_each(|word| super::condition::refuse_field_name(&schema, word))?;
        let newest = self.numbers(&format!("SELECT MAX(id) FROM \"{}\"", schema.table), &[])?;
        if !schema.searchable() || newest.first().is_none_or(|newest| *newest <= FEW) {
            return Ok(None);
        }
        let mut next = Query { filter: rest, limit: Some(BATCH), ..Query::new(&query.kind) };
        let mut walk = Walk { ids: Vec::new(), whole: false };
        let mut first = None;
        for _ in 0..most.div_ceil(BATCH) {
            let ids = self.matching(&next)?;
            next.after = ids.last().copied();
            first = first.or(next.after);
            walk.ids.extend(search_rows::beginning_with(&mut *self.db, &schema, &ids, &beginning)?);
            walk.whole = (ids.len() as u64) < BATCH;
            if !walk.whole && next.after == first && (walk.ids.len() as u64) < BATCH / DENSE {
                return Ok(None);
            }
            if walk.whole || walk.ids.len() as u64 >= wanted {
                break;
            }
        }
        Ok(Some(walk))
    }

    /// As a question by number; [`Crm::newest`] says which.
    pub(super) fn by_number(query: &Query) -> Query {
        Query { filter: Filter::All, limit: None, offset: None, ..query.clone() }
    }
}

/// The condition that a record is one of these.
pub(super) fn among(ids: &[i64]) -> String {
    let numbers: Vec<String> = ids.iter().map(i64::to_string).collect();
    if numbers.is_empty() { " AND 1 = 0".to_owned() } else { format!(" AND t.id IN ({})", numbers.join(", ")) }
}
