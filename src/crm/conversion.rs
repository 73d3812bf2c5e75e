//! Between what a database holds and what a field means.

use crate::{
    record::{Currency, Field, Kind, Link, Money, Value, types::fold},
    store::Sql,
};

/// How many cells a field takes in an answer: money two, a link three (number, title, uid), others one.
pub(super) fn width(kind: &Kind) -> usize {
    match kind {
        Kind::Money => 2,
        Kind::Link(_) => 3,
        _ => 1,
    }
}

/// The value in the next cells of an answer. `letter` is that of the kind a link points to.
pub(super) fn from_sql(kind: &Kind, cells: &mut [Sql], letter: &'static str) -> Value {
    match (kind, std::mem::take(&mut cells[0])) {
        (_, Sql::Null | Sql::Bytes(_)) => Value::Null,
        (Kind::YesNo, Sql::Integer(number)) => Value::Bool(number != 0),
        (Kind::Money, Sql::Integer(minor)) => match std::mem::take(&mut cells[1]) {
            Sql::Text(code) => money(minor, &code),
            _ => Value::Null,
        },
        (Kind::Link(_), Sql::Integer(id)) => {
            let mut part = |place: usize| match cells.get_mut(place).map(std::mem::take) {
                Some(Sql::Text(text)) => text,
                _ => String::new(),
            };
            Value::Link(Link { id, title: part(1), uid: part(2), letter })
        }
        (_, Sql::Integer(number)) => Value::Integer(number),
        (_, Sql::Bool(yes)) => Value::Bool(yes),
        (_, Sql::Text(text)) => Value::Text(text),
        (_, Sql::Real(number)) => Value::Text(number.to_string()),
    }
}

fn money(minor: i64, code: &str) -> Value {
    match <[u8; 3]>::try_from(code.as_bytes()) {
        Ok(code) => Value::Money(Money { minor, currency: Currency(code) }),
        Err(_) => Value::Null,
    }
}

/// The column names that hold a field in its own table, in the order of [`to_sql`].
pub(super) fn column_names(field: &Field) -> Vec<String> {
    let mut names = vec![field.name.to_string()];
    if field.kind == Kind::Money {
        names.push(format!("{}_currency", field.name));
    }
    if field.has_key() {
        names.push(format!("{}_key", field.name));
    }
    names
}

/// The cells that hold a value, in the order of [`column_names`].
pub(super) fn to_sql(field: &Field, value: &Value, cells: &mut Vec<Sql>) {
    match (&field.kind, value) {
        (Kind::Money, Value::Money(money)) => {
            cells.push(Sql::Integer(money.minor));
            cells.push(Sql::Text(money.currency.to_string()));
        }
        (Kind::Money, _) => cells.extend([Sql::Null, Sql::Null]),
        (_, value) => cells.push(plain(value)),
    }
    if field.has_key() {
        cells.push(match value {
            Value::Text(text) if !text.is_empty() => Sql::Text(fold(text)),
            _ => Sql::Null,
        });
    }
}

/// A value that takes one cell.
pub(super) fn plain(value: &Value) -> Sql {
    match value {
        Value::Bool(yes) => Sql::Bool(*yes),
        Value::Integer(number) => Sql::Integer(*number),
        Value::Text(text) if !text.is_empty() => Sql::Text(text.clone()),
        Value::Link(link) => Sql::Integer(link.id),
        Value::Money(money) => Sql::Integer(money.minor),
        _ => Sql::Null,
    }
}
