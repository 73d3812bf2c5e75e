//! `Options`: what the user says about an import beyond naming the file.

use crate::{
    Error, Message, Result,
    exchange::{Fate, Headings, Layout, Mapping, Wishes},
    record::Schema,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

/// The flags of an import; kept in the ledger so that an unfinished one can be gone on with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// The field that records are recognised by.
    pub match_field: Option<String>,
    pub on_match: OnMatch,
    pub on_duplicate: OnDuplicate,
    /// `user`, `branch`, `customer`, `product`, `queue`, `field`.
    pub create_missing: BTreeSet<String>,
    /// Where rejected rows go; without it one bad row keeps all from being written.
    pub rejects: Option<PathBuf>,
    pub encoding: Option<String>,
    pub delimiter: Option<u8>,
    /// A sheet of a workbook, by name or number.
    pub sheet: Option<String>,
    pub maps: Vec<String>,
    pub map_values: Vec<String>,
    /// The text of a kept mapping.
    pub map_file: Option<String>,
    /// The name of the system whose numbers stand in the file.
    pub system: Option<String>,
    /// An empty cell clears what is stored.
    pub clear_empty: bool,
    /// Keep what would change, for a dry run.
    pub details: bool,
    /// Keep the numbers of what was written.
    pub ids: bool,
    /// Where the contents of imported attachments are.
    pub files: Option<PathBuf>,
}

/// What is done with a row whose record is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnMatch {
    #[default]
    Update,
    Skip,
    Error,
}

/// What is done with a row that is nobody's by its keys, but probably is a stored record all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDuplicate {
    /// Nobody looks: a look takes half a millisecond, many times what the row itself takes.
    #[default]
    Off,
    Warn,
    /// The row is left out, and that is said.
    Skip,
}

pub(super) const MAKEABLE: [&str; 6] = ["user", "branch", "customer", "product", "queue", "field"];
/// The columns that a file of rejected rows has behind its own.
pub(super) const REJECT_COLUMNS: [&str; 4] = ["line", "field", "code", "message"];

impl Options {
    pub(super) fn check(&self) -> Result<()> {
        match self.create_missing.iter().find(|word| !MAKEABLE.contains(&word.as_str())) {
            None => Ok(()),
            Some(word) => Err(Error::bad_value(
                Message::new("{word} cannot be made by an import; there are {words}.")
                    .with("word", word)
                    .with("words", MAKEABLE.join(", ")),
            )),
        }
    }

    /// What they say about how the file is written.
    #[must_use]
    pub fn wishes(&self) -> Wishes<'_> {
        Wishes { encoding: self.encoding.as_deref(), delimiter: self.delimiter, sheet: self.sheet.as_deref() }
    }

    /// Which column fills which fields: a kept mapping or a proposed one, and what the user says on top.
    pub fn mapping(&self, layout: &Layout, kind: Option<&str>, schemas: &[Arc<Schema>]) -> Result<Mapping> {
        let known = Headings::load()?;
        let schemas: Vec<&Schema> = schemas.iter().map(|schema| &**schema).collect();
        let headings = &layout.headings;
        let told = layout.format.kind();
        if told.is_some() && kind.is_some() && kind != told {
            return Err(Error::bad_value(Message::new("vCards hold people."))
                .hint(Message::new("kehu contact import FILE --create-missing customer")));
        }
        let mut mapping = if let Some(text) = &self.map_file {
            Mapping::from_toml(text, &known, headings, &schemas)?
        } else {
            let kind = kind.or(told).or_else(|| known.kind_of(headings)).ok_or_else(unknown_kind)?;
            Mapping::propose(&known, kind, headings, None, &schemas)
        };
        if let Some(kind) = kind.filter(|kind| *kind != mapping.kind) {
            let message = Message::new("The mapping is for {mapped} records, not for {kind} records.");
            return Err(Error::bad_value(message.with("mapped", &mapping.kind).with("kind", kind)));
        }
        skip_reject_columns(&mut mapping);
        for spec in &self.maps {
            mapping.map(spec, &known, &schemas)?;
        }
        let guessed = kind.is_none() && self.map_file.is_none();
        if guessed && mapping.unmatched().count() * 2 > mapping.columns.len() {
            return Err(unknown_kind());
        }
        for spec in &self.map_values {
            mapping.map_value(spec)?;
        }
        if let Some(people) = &mut mapping.people {
            people.mapping.replaced.clone_from(&mapping.replaced);
        }
        Ok(mapping)
    }
}

/// A file of rejected rows comes back with the reasons in it.
fn skip_reject_columns(mapping: &mut Mapping) {
    let Some(start) = mapping.columns.len().checked_sub(REJECT_COLUMNS.len()) else { return };
    if mapping.columns[start..].iter().map(|column| &*column.heading).eq(REJECT_COLUMNS) {
        for column in &mut mapping.columns[start..] {
            column.fate = Fate::Skipped;
        }
    }
}

fn unknown_kind() -> Error {
    Error::bad_value(Message::new("The headings do not tell what the rows are.")).hint(say_the_kind())
}

fn say_the_kind() -> Message {
    Message::new("kehu customer import FILE, or kehu contact import FILE")
}
