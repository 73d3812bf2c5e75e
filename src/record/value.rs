//! `Value`: what one field of one record holds, as the engine and the doors pass it about.

use serde_json::json;
use std::fmt;

use super::Kind;

/// What a field holds. The field's [`Kind`] gives it its meaning: dates, choices, e-mails and phones are `Text`,
/// decimals and percentages are scaled `Integer`s.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
    Money(Money),
    Link(Link),
    List(Vec<Value>),
}

/// An exact amount: minor units (per ISO 4217) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// An ISO 4217 currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(pub [u8; 3]);

/// Another record, with what people know it by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Link {
    pub id: i64,
    /// Filled in when read; a write needs the number only.
    pub title: String,
    /// Filled in when read.
    pub uid: String,
    /// The letter of the kind it points to: `C` in `C12`.
    pub letter: &'static str,
}

impl Link {
    /// A link to write: the number alone.
    #[must_use]
    pub fn to(id: i64) -> Value {
        Value::Link(Self { id, ..Self::default() })
    }

    /// The short ref, `C12`.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}{}", self.letter, self.id)
    }
}

impl Value {
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Null, an empty text or an empty list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            _ => false,
        }
    }

    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Link(link) => Some(link.id),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(yes) => Some(*yes),
            _ => None,
        }
    }

    #[must_use]
    pub fn items(&self) -> &[Value] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Whether both hold the same, taking links by number, an absent value and an empty one as equal.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (a, b) if a.is_empty() && b.is_empty() => true,
            (Self::Link(a), Self::Link(b)) => a.id == b.id,
            (Self::List(a), Self::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.same(y)),
            (a, b) => a == b,
        }
    }

    /// The value in JSON: numbers as numbers, money as `{"amount","currency"}`, an absent value as null.
    #[must_use]
    pub fn to_json(&self, kind: &Kind) -> serde_json::Value {
        match (self, kind) {
            (Self::Null, Kind::List(_)) => json!([]),
            (Self::Null, _) => serde_json::Value::Null,
            (Self::Bool(yes), _) => json!(yes),
            (Self::Integer(number), Kind::Decimal { scale }) => decimal_json(*number, *scale),
            (Self::Integer(number), Kind::Percent) => decimal_json(*number, 2),
            (Self::Integer(number), _) => json!(number),
            (Self::Text(text), _) => json!(text),
            (Self::Money(money), _) => {
                json!({"amount": money.amount(), "currency": money.currency.to_string()})
            }
            (Self::Link(link), _) => json!({"ref": link.short(), "uid": link.uid, "title": link.title}),
            (Self::List(items), Kind::List(item)) => items.iter().map(|value| value.to_json(item)).collect(),
            (Self::List(items), _) => items.iter().map(|value| value.to_json(&Kind::Text)).collect(),
        }
    }
}

/// A scaled integer as a JSON number with its decimal places; as a text where such a number would lose digits.
fn decimal_json(number: i64, scale: u8) -> serde_json::Value {
    /// Up to so many digits, every number comes back as it was.
    const EXACT: u64 = 1_000_000_000_000_000;
    let text = decimal_text(number, scale);
    if scale > 0 && number.unsigned_abs() >= EXACT {
        return serde_json::Value::String(text);
    }
    serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))
}

/// A scaled integer in plain decimal writing: `1250`, scale 2, is `12.50`.
#[must_use]
pub fn decimal_text(number: i64, scale: u8) -> String {
    if scale == 0 {
        return number.to_string();
    }
    let unit = 10_u64.pow(u32::from(scale));
    let (whole, part) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{whole}.{part:0width$}", width = usize::from(scale))
}

impl Currency {
    /// How many decimal places the currency's minor unit has (ISO 4217; two unless listed).
    #[must_use]
    pub fn places(self) -> u8 {
        match &self.0 {
            b"JPY" | b"KRW" | b"VND" | b"CLP" | b"ISK" | b"PYG" | b"UGX" | b"XAF" | b"XOF" | b"XPF" | b"RWF"
            | b"KMF" | b"GNF" | b"DJF" | b"BIF" | b"VUV" | b"UYI" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or("???"))
    }
}

impl Money {
    /// The most that an amount may be, in whole units: far below what the sum of many could no longer hold.
    pub const MOST: i64 = 1_000_000_000_000;

    /// Whether it is an amount that can be kept.
    #[must_use]
    pub fn is_keepable(self) -> bool {
        let most = i128::from(Self::MOST) * 10_i128.pow(u32::from(self.currency.places()));
        i128::from(self.minor).abs() <= most
    }

    /// The amount alone, with the currency's decimal places.
    #[must_use]
    pub fn amount(self) -> String {
        decimal_text(self.minor, self.currency.places())
    }
}

/// Currency, then amount: what any reader of ours reads back.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.amount())
    }
}

impl From<Link> for Value {
    fn from(link: Link) -> Self {
        Self::Link(link)
    }
}
