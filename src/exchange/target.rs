//! `Target`: the field that a column fills, and how its cell is used.

use crate::{Error, Message, Result};
use std::fmt;

/// A field of the record, or of one it is linked with: `name`, `contact.mobile`, `name:first`, `kind=supplier`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// The linked record; none for the record itself.
    pub record: Option<String>,
    pub field: String,
    pub part: Part,
}

/// How the cell becomes the field's value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// It is the value; of several columns the first that says something, or all of them in a list.
    Whole,
    /// A part of a name.
    First,
    Middle,
    Last,
    Prefix,
    /// A line of an address, in the order of the numbers.
    Line(u8),
    /// Only where no other column gave a value.
    Else,
    /// Only where the field knows the word.
    Try,
    /// The heading and the cell on a line of its own.
    Note,
    /// The column before says which number it is: mobile, fax, work.
    Labelled,
    /// An id of the system of that name.
    External(String),
    /// This value where the cell says yes.
    When(String),
}

impl Target {
    #[must_use]
    pub fn whole(field: &str) -> Self {
        Self { record: None, field: field.to_owned(), part: Part::Whole }
    }

    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let (path, part) = if let Some((path, value)) = text.split_once('=') {
            (path, Part::When(value.trim().to_owned()))
        } else if let Some((path, word)) = text.split_once(':') {
            (path, part(word.trim(), text)?)
        } else {
            (text, Part::Whole)
        };
        let (record, field) = match path.trim().split_once('.') {
            Some((record, field)) => (Some(record.trim().to_owned()), field.trim()),
            None => (None, path.trim()),
        };
        let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !word(field) || record.as_deref().is_some_and(|record| !word(record)) {
            return Err(not_a_field(text));
        }
        Ok(Self { record, field: field.to_owned(), part })
    }

    /// The field with its record, without the part: `contact.name`.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.record {
            Some(record) => format!("{record}.{}", self.field),
            None => self.field.clone(),
        }
    }
}

fn part(word: &str, text: &str) -> Result<Part> {
    Ok(match word {
        "" => return Err(not_a_field(text)),
        "first" => Part::First,
        "middle" => Part::Middle,
        "last" => Part::Last,
        "prefix" => Part::Prefix,
        "else" => Part::Else,
        "try" => Part::Try,
        "note" => Part::Note,
        "labelled" => Part::Labelled,
        _ => match word.parse() {
            Ok(number) => Part::Line(number),
            Err(_) => Part::External(word.to_owned()),
        },
    })
}

fn not_a_field(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not a field.").with("value", text))
        .hint(Message::new("A field is written name, contact.mobile or name:first; skip leaves the column out."))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())?;
        match &self.part {
            Part::Whole => Ok(()),
            Part::First => f.write_str(":first"),
            Part::Middle => f.write_str(":middle"),
            Part::Last => f.write_str(":last"),
            Part::Prefix => f.write_str(":prefix"),
            Part::Line(number) => write!(f, ":{number}"),
            Part::Else => f.write_str(":else"),
            Part::Try => f.write_str(":try"),
            Part::Note => f.write_str(":note"),
            Part::Labelled => f.write_str(":labelled"),
            Part::External(system) => write!(f, ":{system}"),
            Part::When(value) => write!(f, "={value}"),
        }
    }
}
