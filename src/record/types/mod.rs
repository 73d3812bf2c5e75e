//! The types of value: how each is read from what people write, and written so that it is read back exactly.

mod choice;
mod currencies;
mod date;
mod email;
mod field_type;
mod list;
mod money;
mod number;
mod period;
mod phone;
mod regions;
mod relative;
mod tax_id;
mod text;
mod timestamp;
mod url;
mod words;
mod wrappers;

pub use choice::parse_choice;
pub use currencies::currency;
pub use date::parse_date;
pub use field_type::FieldType;
pub use list::join_items;
pub(super) use money::too_much as too_much_money;
pub use period::parse_period;
pub use phone::{has_stray_letters, phone_digits};
pub use text::fold;
pub use timestamp::{day_bounds, timestamp_text};
pub use wrappers::{Birthday, Email, ExternalIds, LongText, Open, Percent, Phone, Tags, TaxId, Url};

use super::{Currency, Kind, Value, decimal_text};
use crate::clock::Clock;
use crate::error::Result;

/// What reading a value depends on beyond its text.
#[derive(Debug, Clone)]
pub struct Reading {
    pub clock: Clock,
    /// What a bare amount of money is in.
    pub currency: Currency,
    /// Where a phone number without a country code is from: `CN`.
    pub region: String,
}

/// Reads what a person or a file wrote into the value of a kind. Empty text is Null.
///
/// A link's text is returned as it is: only the engine can find the record of that name.
pub fn parse(kind: &Kind, text: &str, reading: &Reading) -> Result<Value> {
    let text = text::trimmed(text)?;
    if text.is_empty() {
        return Ok(Value::Null);
    }
    match kind {
        Kind::Text | Kind::OpenList => Ok(text::line(text)),
        Kind::LongText => Ok(text::lines(text)),
        Kind::Integer => number::scaled(text, 0).map(Value::Integer),
        Kind::Decimal { scale } => number::scaled(text, *scale).map(Value::Integer),
        Kind::Percent => number::percent(text).map(Value::Integer),
        Kind::Money => money::parse(text, reading.currency).map(Value::Money),
        Kind::YesNo => words::yes_no(text).map(Value::Bool),
        Kind::Date => date::parse(text, &reading.clock),
        Kind::Birthday => date::birthday(text, &reading.clock),
        Kind::Timestamp => timestamp::parse(text, &reading.clock),
        Kind::Choice(choices) => parse_choice(choices, text, false),
        Kind::Email => email::parse(text),
        Kind::Phone => phone::parse(text, &reading.region),
        Kind::Url => url::parse(text),
        Kind::TaxId => tax_id::parse(text),
        Kind::Link(_) => Ok(Value::text(text)),
        Kind::List(item) => list::parse(item, text, reading),
    }
}

/// The value in writing that `parse` reads back exactly. Links show their title.
pub fn show(kind: &Kind, value: &Value) -> String {
    match (value, kind) {
        (Value::Null, _) => String::new(),
        (Value::Bool(yes), _) => if *yes { "yes" } else { "no" }.to_owned(),
        (Value::Integer(number), Kind::Decimal { scale }) => decimal_text(*number, *scale),
        (Value::Integer(number), Kind::Percent) => decimal_text(*number, 2) + "%",
        (Value::Integer(number), _) => number.to_string(),
        (Value::Text(text), _) => text.clone(),
        (Value::Money(money), _) => money.to_string(),
        (Value::Link(link), _) => link.title.clone(),
        (Value::List(items), Kind::List(item)) => list::show(item, items),
        (Value::List(items), _) => list::show(&Kind::Text, items),
    }
}

#[cfg(test)]
mod tests;
