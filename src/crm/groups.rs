//! Groups: how many records share their values, and the sums of their numbers.

use super::{
    Crm,
    columns::{Joins, Place},
    list::columns_of,
    query::{Query, Sort},
    statement::Prepared,
};
use crate::{
    Result,
    error::Error,
    message::Message,
    record::{Grid, Kind, Row, Schema, Total, Value},
};
use std::sync::Arc;

impl Crm {
    /// Rows by group with their count, and the sums of the numbers among the columns.
    pub(super) fn grouped(&mut self, schema: &Arc<Schema>, query: &Query) -> Result<Grid> {
        let mut joins = Joins::new(schema.clone());
        let (groups, cells) = self.picked(&mut joins, &query.group_by)?;
        let (sums, sum_cells) = self.sums(&mut joins, &query.columns)?;
        let foreign = self.foreign(&sums);
        let mut by = Vec::new();
        for place in &groups {
            if place.field.kind.is_list() {
                return Err(Error::bad_value(
                    Message::new("{field} holds several values, so nothing can be grouped by it.")
                        .with("field", &place.field.name),
                ));
            }
            by.push(self.cells(&mut joins, place)?);
        }
        let by = by.join(", ");
        let prepared = self.prepared(
            &mut joins,
            &Query { sort: vec![Sort { path: "id".into(), descending: false }], ..query.clone() },
        )?;
        let sql = prepared.select(
            &format!("0{cells}, COUNT(*) AS records{sum_cells}"),
            &format!(" GROUP BY {by} ORDER BY records DESC, {by}"),
        );
        let count = Place {
            field: crate::record::Field::new("records", "How many there are", Kind::Integer),
            ..groups[0].clone()
        };
        let places: Vec<Place> = groups.into_iter().chain([count]).chain(sums).collect();
        let mut rows = self.rows(schema, &sql, &prepared.condition.arguments, &places)?;
        self.tell_foreign(&prepared, &foreign)?;
        for row in &mut rows {
            row.short.clear();
        }
        let mut names = query.group_by.clone();
        names.push("records".into());
        names.extend(places[names.len()..].iter().map(|place| place.field.name.to_string()));
        let total = Total::Exactly(rows.len() as u64);
        let totals = Some(totals(&rows, &places, query.group_by.len()));
        if let Some(limit) = query.limit.filter(|limit| *limit > 0) {
            rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Ok(Grid { noun: "groups".into(), columns: columns_of(schema, &names, &places), rows, totals, total })
    }

    /// The amounts among the summed places: field name, and the condition that one is in another currency.
    fn foreign(&self, sums: &[Place]) -> Vec<(String, String)> {
        let base = self.reading.currency;
        let amounts = sums.iter().filter(|place| place.field.kind == Kind::Money);
        let other = |place: &Place| format!("{} <> '{base}'", place.currency_sql());
        amounts.map(|place| (place.field.name.to_string(), other(place))).collect()
    }

    /// Says how many amounts were left out of the sums.
    fn tell_foreign(&mut self, prepared: &Prepared, foreign: &[(String, String)]) -> Result<()> {
        for (field, condition) in foreign {
            let sql = prepared.select("COUNT(*)", &format!(" AND {condition}"));
            let count = self.numbers(&sql, &prepared.condition.arguments)?.first().copied().unwrap_or_default();
            if count > 0 {
                self.notice(
                    Message::new("{field} is summed in {currency}; {count} {count:amount|amounts} in other currencies {count:is|are} left out.")
                        .with("field", field)
                        .with("currency", self.reading.currency)
                        .with("count", count),
                );
            }
        }
        Ok(())
    }

    /// Amounts in other currencies than the base one are left out of a sum.
    fn sums(&mut self, joins: &mut Joins, names: &[String]) -> Result<(Vec<Place>, String)> {
        let (places, _) = self.picked(joins, names)?;
        let base = self.reading.currency;
        let mut cells = String::new();
        let mut summed = Vec::new();
        for place in places {
            let sql = place.sql();
            let cell = match &place.field.kind {
                Kind::Money => {
                    let currency = place.currency_sql();
                    format!(", CAST(SUM(CASE WHEN {currency} = '{base}' THEN {sql} END) AS BIGINT), '{base}'")
                }
                Kind::Integer | Kind::Decimal { .. } | Kind::Percent => format!(", CAST(SUM({sql}) AS BIGINT)"),
                _ => {
                    return Err(Error::bad_value(
                        Message::new("{field} is no number, so it cannot be summed by group.")
                            .with("field", &place.field.name),
                    ));
                }
            };
            cells.push_str(&cell);
            summed.push(place);
        }
        Ok((summed, cells))
    }
}

/// The sums of the columns behind the groups.
fn totals(rows: &[Row], places: &[Place], groups: usize) -> Vec<Value> {
    let sum = |column: usize| {
        rows.iter().fold(Value::Null, |sum, row| match (sum, &row.cells[column]) {
            (Value::Null, value) => value.clone(),
            (Value::Integer(a), Value::Integer(b)) => Value::Integer(a + b),
            (Value::Money(mut a), Value::Money(b)) => {
                a.minor += b.minor;
                Value::Money(a)
            }
            (sum, _) => sum,
        })
    };
    (0..places.len()).map(|column| if column < groups { Value::Null } else { sum(column) }).collect()
}
