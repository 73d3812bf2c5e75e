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
    record::{Grid, Kind, Money, Row, Schema, Total, Value},
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
        self.leave_out_the_uncountable(&mut rows, &places, query.group_by.len() + 1);
        let mut names = query.group_by.clone();
        names.push("records".into());
        names.extend(places[names.len()..].iter().map(|place| place.field.name.to_string()));
        let total = Total::Exactly(rows.len() as u64);
        let totals = Some(self.totals(&rows, &places, query.group_by.len()));
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
                    format!(", {}, '{base}'", added(&format!("CASE WHEN {currency} = '{base}' THEN {sql} END")))
                }
                Kind::Integer | Kind::Decimal { .. } | Kind::Percent => format!(", {}", added(&sql)),
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

    /// Leaves sums empty that are beyond what can be counted, and says so.
    fn leave_out_the_uncountable(&mut self, rows: &mut [Row], places: &[Place], first: usize) {
        for (column, place) in places.iter().enumerate().skip(first) {
            let mut beyond = false;
            for row in &mut *rows {
                if matches!(&row.cells[column], Value::Integer(i64::MAX) | Value::Money(Money { minor: i64::MAX, .. }))
                {
                    (row.cells[column], beyond) = (Value::Null, true);
                }
            }
            if beyond {
                self.tell_uncountable(place);
            }
        }
    }

    fn tell_uncountable(&mut self, place: &Place) {
        let message = Message::new("What {field} comes to is larger than can be counted, so it is left empty.");
        let message = message.with("field", &place.field.name);
        self.notice(message);
    }

    /// The sums of the columns behind the groups.
    fn totals(&mut self, rows: &[Row], places: &[Place], groups: usize) -> Vec<Value> {
        let mut totals = vec![Value::Null; groups];
        for (column, place) in places.iter().enumerate().skip(groups) {
            let sum = rows.iter().try_fold(Value::Null, |sum, row| together(&sum, &row.cells[column]));
            if sum.is_none() {
                self.tell_uncountable(place);
            }
            totals.push(sum.unwrap_or_default());
        }
        totals
    }
}

/// What numbers come to: summed in two halves, neither of which overflows, so that a sum beyond what can be counted is
/// the largest number instead of an error.
fn added(sql: &str) -> String {
    let high = format!("CAST(SUM({sql} / {HALF}) AS BIGINT)");
    let low = format!("CAST(SUM({sql} % {HALF}) AS BIGINT)");
    let whole = format!("({high} + {low} / {HALF})");
    let (most, beyond) = (HALF / 2 - 2, i64::MAX);
    format!("CASE WHEN {whole} NOT BETWEEN -{most} AND {most} THEN {beyond} ELSE {whole} * {HALF} + {low} % {HALF} END")
}

/// As many numbers as fit into four bytes.
const HALF: i64 = 1 << 32;

/// Two sums together; none where that is beyond what can be counted.
fn together(sum: &Value, value: &Value) -> Option<Value> {
    Some(match (sum, value) {
        (Value::Null, value) => value.clone(),
        (Value::Integer(a), Value::Integer(b)) => Value::Integer(a.checked_add(*b)?),
        (Value::Money(a), Value::Money(b)) => Value::Money(Money { minor: a.minor.checked_add(b.minor)?, ..*a }),
        (sum, _) => sum.clone(),
    })
}
