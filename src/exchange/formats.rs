//! The seam between files and imports: a format is told by looking, and its rows are read without knowing which it is.
//!
//! A new format is one file below `formats/` and one line in [`FORMATS`]. Its `look` says whether a file is of its kind
//! and makes a [`Layout`] of it; everything behind that (mapping, checking, writing, rejects, resuming) is the same for
//! all. Formats that can be read twice stream; the others keep their rows in a [`spool::Spool`].

pub(super) mod json;
pub(super) mod spool;
pub(super) mod text;
pub(super) mod workbook;

use super::{layout::Layout, row::Row, source::Source, vcard};
use crate::Result;
use serde_json::Value;
use std::fmt::Debug;

/// What the reader says about how the file is written; otherwise it is found by looking.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    pub encoding: Option<&'a str>,
    pub delimiter: Option<u8>,
    /// A sheet by its name or its number.
    pub sheet: Option<&'a str>,
}

/// Tells whether the file with these first bytes is of a format, and if so how its table lies in it.
type Look = fn(&Source, &[u8], &Wishes<'_>) -> Result<Option<Layout>>;

/// Every format, the surest to tell first; text takes what is left.
pub(super) const FORMATS: [Look; 4] = [workbook::look, vcard::look, json::look, text::look];

/// A file whose format is known.
pub trait Format: Debug + Send + Sync {
    /// What people call it: `csv`, `json`, `xlsx`.
    fn name(&self) -> &'static str;

    /// The kind of record that its rows are, where the format says so.
    fn kind(&self) -> Option<&'static str> {
        None
    }

    /// How far its rows are those of a table.
    fn table(&self) -> Table {
        Table::Exact
    }

    /// What was found out about it, for programs.
    fn facts(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The same for people.
    fn words(&self) -> Vec<(&'static str, String)> {
        let plain = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.facts().into_iter().map(|(name, value)| (name, plain(value))).collect()
    }

    /// Every row from the first, headings and all, with the cells in the order of the headings.
    ///
    /// # Errors
    /// A file that cannot be read any more.
    fn rows(&self, source: &Source) -> Result<Box<dyn RowSource>>;
}

/// How far the rows of a format are those of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Titles before it, footers behind it, comments within, and rows may be too short or too long.
    Text,
    /// The same, but a row ends with its last cell that says something.
    Sheet,
    /// Every row fits the headings.
    Exact,
}

/// The rows of a file in turn.
pub trait RowSource {
    /// Fills `row` with the next one; false at the end.
    ///
    /// # Errors
    /// A file that cannot be read any more.
    fn next(&mut self, row: &mut Row) -> Result<bool>;

    /// What was left out since this was asked last, with the lines on which it stands.
    fn told(&mut self) -> Vec<(u64, String)> {
        Vec::new()
    }

    /// How much was read, of [`RowSource::size`].
    fn passed(&self) -> u64;

    /// About how much there is to be read in all, rather too much than too little.
    fn size(&self) -> u64;
}
