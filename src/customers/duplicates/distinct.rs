//! "Not the same": what people said about a suspicion, kept on the older record and never asked again.

use crate::{
    Result,
    crm::{Crm, integer},
    error::{Cause, Error},
    message::Message,
    record::{Link, Schema, Value},
    store::List,
};
use std::collections::HashSet;

/// The field that says which others a record is not.
const FIELD: &str = "distinct_from";

impl Crm {
    /// Notes that these records are all different ones, however alike they look.
    ///
    /// # Errors
    /// Fewer than two, or what is in the recycle bin.
    pub fn keep_apart(&mut self, kind: &str, ids: &[i64]) -> Result<()> {
        let schema = self.schema(kind)?;
        super::super::merge::refuse_kind(&schema)?;
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < 2 {
            return Err(Error::bad_value(Message::new("It takes two different records to be not the same.")));
        }
        let shorts: Vec<String> = ids.iter().map(|id| schema.short(*id)).collect();
        self.transaction(&format!("Not the same: {}", shorts.join(", ")), |crm| {
            for (place, id) in ids.iter().enumerate() {
                let entry = crm.record(kind, *id)?;
                if entry.is_deleted() {
                    return Err(Error::new(
                        Cause::Refused,
                        Message::new("{record} is in the recycle bin.").with("record", entry.short()),
                    ));
                }
                let mut others: Vec<Value> = entry.value(FIELD).items().to_vec();
                let known: Vec<Option<i64>> = others.iter().map(Value::as_integer).collect();
                let new = ids[place + 1..].iter().filter(|other| !known.contains(&Some(**other)));
                others.extend(new.map(|other| Link::to(*other)));
                crm.change_where(kind, *id, &vec![(FIELD.to_owned(), Value::List(others))], None, true)?;
            }
            crm.relabel(&format!("Not the same: {}", shorts.join(", ")))
        })
    }

    /// All pairs that are not the same, the smaller number first.
    pub(super) fn apart(&mut self, schema: &Schema) -> Result<HashSet<(i64, i64)>> {
        let Some(field) = schema.field(FIELD) else { return Ok(HashSet::new()) };
        let sql = List::of(self.db.dialect(), schema, field).select("l.record, l.value", "TRUE");
        let pair = |row: &Vec<crate::store::Sql>| {
            let (a, b) = (integer(&row[0]), integer(&row[1]));
            (a.min(b), a.max(b))
        };
        Ok(self.db.query(&sql, &[])?.iter().map(pair).collect())
    }
}
