//! `Kind`: what sort of value a field holds, which decides how it is read, stored, compared and shown.

use std::borrow::Cow;

/// The sort of value that a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// Text of several lines.
    LongText,
    Integer,
    /// An exact decimal, stored as an integer of `scale` decimal places.
    Decimal {
        scale: u8,
    },
    /// A percentage with two decimal places, stored as hundredths of a percent.
    Percent,
    /// An amount in minor units with its currency beside it.
    Money,
    YesNo,
    /// A day, as `YYYY-MM-DD`.
    Date,
    /// A day of the year whose year may be unknown: `YYYY-MM-DD` or `--MM-DD`.
    Birthday,
    /// An instant, in UTC, as `YYYY-MM-DDTHH:MM:SSZ`.
    Timestamp,
    /// A closed list: only these words.
    Choice(Vec<Choice>),
    /// An open list: any word, and the words used so far are offered.
    OpenList,
    Email,
    /// E.164 where the number parses, as typed otherwise.
    Phone,
    Url,
    /// 统一社会信用代码 (18 characters with a check character) or a foreign tax number as typed.
    TaxId,
    /// The number of another record of the named kind.
    Link(Cow<'static, str>),
    /// Several values of one kind, kept in a table of their own in the order they were given.
    List(Box<Kind>),
}

/// One word of a closed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is stored, and what scripts write.
    pub key: Cow<'static, str>,
    /// The English words for it.
    pub label: Cow<'static, str>,
    /// The Chinese words for it; empty when there are none yet.
    pub label_zh: Cow<'static, str>,
    /// Stays readable but cannot be picked (behaviour 17).
    pub retired: bool,
}

impl Kind {
    /// A list of tags.
    #[must_use]
    pub fn tags() -> Self {
        Self::List(Box::new(Self::OpenList))
    }

    /// Whether the value lives in a table of its own.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// The kind of record that this field, or each of its values, points to.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Link(kind) => Some(kind),
            Self::List(item) => item.target(),
            _ => None,
        }
    }

    /// The word for this kind in `kehu schema` and `kehu field add --kind`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long-text",
            Self::Integer => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Percent => "percent",
            Self::Money => "money",
            Self::YesNo => "yes-no",
            Self::Date => "date",
            Self::Birthday => "birthday",
            Self::Timestamp => "timestamp",
            Self::Choice(_) => "choice",
            Self::OpenList => "open-list",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::TaxId => "tax-id",
            Self::Link(_) => "link",
            Self::List(item) => match item.as_ref() {
                Self::OpenList => "tags",
                Self::Link(_) => "links",
                _ => "list",
            },
        }
    }
}
