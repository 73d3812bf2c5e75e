//! `FieldType`: how the type of a field in a `record!` declaration becomes a kind and a value.

use super::super::{Kind, Money, Value};
use super::timestamp::stored;
use super::wrappers::Tags;
use jiff::Timestamp;
use jiff::civil::Date;

/// A Rust type that a record's field can have.
pub trait FieldType: Sized {
    /// Whether the field has to be filled in.
    const REQUIRED: bool = true;
    /// The kind of record that it links to.
    const TARGET: Option<&'static str> = None;
    fn kind() -> Kind;
    /// The field's content; none when the value is of another kind, or absent where it must not be.
    fn from_value(value: &Value) -> Option<Self>;
    fn to_value(&self) -> Value;
}

impl<T: FieldType> FieldType for Option<T> {
    const REQUIRED: bool = false;
    const TARGET: Option<&'static str> = T::TARGET;
    fn kind() -> Kind {
        T::kind()
    }
    fn from_value(value: &Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }
}

impl<T: FieldType> FieldType for Vec<T> {
    const REQUIRED: bool = false;
    fn kind() -> Kind {
        Kind::List(Box::new(T::kind()))
    }
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::new()),
            Value::List(items) => items.iter().map(T::from_value).collect(),
            _ => None,
        }
    }
    fn to_value(&self) -> Value {
        if self.is_empty() { Value::Null } else { Value::List(self.iter().map(T::to_value).collect()) }
    }
}

impl FieldType for bool {
    const REQUIRED: bool = false;
    fn kind() -> Kind {
        Kind::YesNo
    }
    /// What nobody answered is no.
    fn from_value(value: &Value) -> Option<Self> {
        if *value == Value::Null { Some(false) } else { value.as_bool() }
    }
    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
}

impl FieldType for Tags {
    const REQUIRED: bool = false;
    fn kind() -> Kind {
        Kind::tags()
    }
    fn from_value(value: &Value) -> Option<Self> {
        Vec::<String>::from_value(value).map(Self)
    }
    fn to_value(&self) -> Value {
        self.0.to_value()
    }
}

impl FieldType for i64 {
    fn kind() -> Kind {
        Kind::Integer
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_integer()
    }
    fn to_value(&self) -> Value {
        Value::Integer(*self)
    }
}

impl FieldType for String {
    fn kind() -> Kind {
        Kind::Text
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_text().map(str::to_owned)
    }
    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl FieldType for Money {
    fn kind() -> Kind {
        Kind::Money
    }
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Money(money) => Some(*money),
            _ => None,
        }
    }
    fn to_value(&self) -> Value {
        Value::Money(*self)
    }
}

impl FieldType for Date {
    fn kind() -> Kind {
        Kind::Date
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_text()?.parse().ok()
    }
    fn to_value(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl FieldType for Timestamp {
    fn kind() -> Kind {
        Kind::Timestamp
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_text()?.parse().ok()
    }
    fn to_value(&self) -> Value {
        stored(*self).map_or(Value::Null, Value::Text)
    }
}
