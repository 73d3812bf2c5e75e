//! Tallies: numbers of the records that match, by whatever some paths lead to; what reports are made of.

use super::{
    Crm,
    columns::Joins,
    conversion::{from_sql, width},
    list::columns_of,
    query::{Query, Sort},
};
use crate::{
    Result,
    error::Error,
    message::Message,
    record::{Column, Value},
    store::Sql,
};

/// What to tally.
pub(crate) struct Tally<'q> {
    /// Which records, and by which paths.
    pub query: &'q Query,
    /// Tables beside, joined to the record's own, which is `t`.
    pub beside: &'q str,
    /// What to group by beyond the paths; empty for nothing.
    pub by: &'q str,
    /// The numbers.
    pub cells: &'q str,
    /// A further condition; empty for none.
    pub condition: &'q str,
}

/// The values at the paths, then what else was grouped by and the numbers.
pub(crate) type TallyRow = (Vec<Value>, Vec<Sql>);

impl Crm {
    /// One row for each group, in no particular order.
    pub(crate) fn tally(&mut self, tally: &Tally<'_>) -> Result<(Vec<Column>, Vec<TallyRow>)> {
        let query = tally.query;
        let schema = self.schema(&query.kind)?;
        let mut joins = Joins::new(schema.clone());
        let (places, _) = self.picked(&mut joins, &query.group_by)?;
        let mut by = Vec::new();
        for place in &places {
            if place.field.kind.is_list() {
                return Err(Error::bad_value(
                    Message::new("{field} holds several values, so nothing can be grouped by it.")
                        .with("field", &place.field.name),
                ));
            }
            by.push(self.cells(&mut joins, place)?);
        }
        by.extend((!tally.by.is_empty()).then(|| tally.by.to_owned()));
        let groups = by.join(", ");
        let sort = vec![Sort { path: "id".into(), descending: false }];
        let mut prepared = self.prepared(&mut joins, &Query { sort, ..query.clone() })?;
        prepared.from.push_str(tally.beside);
        let condition = if tally.condition.is_empty() { String::new() } else { format!(" AND ({})", tally.condition) };
        let glue = if groups.is_empty() { "" } else { ", " };
        let rest = if groups.is_empty() { condition } else { format!("{condition} GROUP BY {groups}") };
        let sql = prepared.select(&format!("{groups}{glue}{}", tally.cells), &rest);
        let letters: Vec<&'static str> = places.iter().map(|place| self.letter_of(&place.field.kind)).collect();
        let mut rows = Vec::new();
        self.db.each(&sql, &prepared.condition.arguments, &mut |cells| {
            let (mut values, mut at) = (Vec::with_capacity(places.len()), 0);
            for (place, letter) in places.iter().zip(&letters) {
                let take = width(&place.field.kind);
                values.push(from_sql(&place.field.kind, &mut cells[at..at + take], letter));
                at += take;
            }
            rows.push((values, cells[at..].to_vec()));
            Ok(())
        })?;
        Ok((columns_of(&schema, &query.group_by, &places), rows))
    }
}
