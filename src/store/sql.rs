//! Reading a cell as what the caller expects, however the database spells it.

use super::Sql;

impl Sql {
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Bool(yes) => Some(i64::from(*yes)),
            _ => None,
        }
    }

    /// SQLite keeps yes and no as 1 and 0.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(yes) => Some(*yes),
            Self::Integer(number) => Some(*number != 0),
            _ => None,
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
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The text, moved out; empty when it is no text.
    #[must_use]
    pub fn take_text(&mut self) -> String {
        match std::mem::take(self) {
            Self::Text(text) => text,
            _ => String::new(),
        }
    }

    /// Whether both hold the same, taking yes and 1 as equal.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(_), Self::Integer(_)) | (Self::Integer(_), Self::Bool(_)) => {
                self.as_integer() == other.as_integer()
            }
            (a, b) => a == b,
        }
    }

    /// A value as the change log spells it.
    #[must_use]
    pub fn from_json(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Bool(yes) => Self::Bool(*yes),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Integer(whole),
                None => number.as_f64().map_or(Self::Null, Self::Real),
            },
            serde_json::Value::String(text) => Self::Text(text.clone()),
            _ => Self::Null,
        }
    }
}

impl From<i64> for Sql {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Sql {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Sql {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Sql {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl<T: Into<Sql>> From<Option<T>> for Sql {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
