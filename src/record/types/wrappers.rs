//! The types that a `record!` declaration writes for fields whose Rust type would otherwise be a bare text or number.

use super::super::{Kind, Value};
use super::field_type::FieldType;
use std::fmt;
use std::ops::Deref;

/// Declares a text whose kind is its own.
macro_rules! text_type {
    ($($(#[$doc:meta])* $name:ident => $kind:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
        pub struct $name(pub String);

        impl FieldType for $name {
            fn kind() -> Kind {
                $kind
            }
            fn from_value(value: &Value) -> Option<Self> {
                value.as_text().map(Self::from)
            }
            fn to_value(&self) -> Value {
                Value::Text(self.0.clone())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_type! {
    /// An e-mail address in lower case.
    Email => Kind::Email;
    /// A telephone number, E.164 where it could be read.
    Phone => Kind::Phone;
    /// A web address with its scheme.
    Url => Kind::Url;
    /// A tax number in upper case.
    TaxId => Kind::TaxId;
    /// Text of several lines.
    LongText => Kind::LongText;
    /// A word of an open list.
    Open => Kind::OpenList;
    /// `YYYY-MM-DD`, or `--MM-DD` without the year.
    Birthday => Kind::Birthday;
}

/// The tags of a record, in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Tags(pub Vec<String>);

/// A percentage in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Percent(pub i64);

impl FieldType for Percent {
    fn kind() -> Kind {
        Kind::Percent
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_integer().map(Self)
    }
    fn to_value(&self) -> Value {
        Value::Integer(self.0)
    }
}
