//! Delimited text: CSV, TSV and their like in any encoding.

use super::{Format, RowSource, Table, Wishes};
use crate::{
    Result,
    exchange::{
        encoding::{Found, Utf8Reader, fill},
        layout::Layout,
        row::Row,
        rows::Rows,
        sniff::{Dialect, first_rows},
        source::{Source, unreadable},
    },
};
use serde_json::{Value, json};
use std::sync::Arc;

const SAMPLE: usize = 256 * 1024;

/// How a text is written.
#[derive(Debug, Clone)]
pub(in crate::exchange) struct Text {
    found: Found,
    dialect: Dialect,
}

/// Whatever is nothing else is text, or refused as binary.
pub(in crate::exchange) fn look(source: &Source, _: &[u8], wishes: &Wishes<'_>) -> Result<Option<Layout>> {
    let found = Found::look(source, wishes.encoding)?;
    let (sample, whole) = sample(source, found)?;
    let mut dialect = Dialect::look(&sample, whole);
    if let Some(delimiter) = wishes.delimiter {
        dialect = Dialect::new(delimiter, dialect.quote, dialect.backslash, dialect.newline);
    }
    let rows = first_rows(&sample, &dialect, whole);
    Layout::of_table(source, Arc::new(Text { found, dialect }), &rows, &[]).map(Some)
}

/// The first part of the text as UTF-8, and whether that is all.
pub(super) fn sample(source: &Source, found: Found) -> Result<(Vec<u8>, bool)> {
    let mut bytes = vec![0; SAMPLE + 64];
    let count = fill(&mut found.reader(source)?, &mut bytes).map_err(|error| unreadable(&source.name, &error))?;
    bytes.truncate(count);
    Ok((bytes, count <= SAMPLE))
}

impl Format for Text {
    fn name(&self) -> &'static str {
        if self.dialect.delimiter == b'\t' { "tsv" } else { "csv" }
    }

    fn table(&self) -> Table {
        Table::Text
    }

    fn facts(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("encoding", json!(self.found.name())),
            ("bom", json!(self.found.bom > 0)),
            ("delimiter", json!(char::from(self.dialect.delimiter).to_string())),
            ("quote", json!(char::from(self.dialect.quote).to_string())),
        ]
    }

    fn words(&self) -> Vec<(&'static str, String)> {
        vec![("encoding", self.found.words()), ("delimiter", self.dialect.delimiter_name())]
    }

    fn rows(&self, source: &Source) -> Result<Box<dyn RowSource>> {
        let rows = Rows::new(self.found.reader(source)?, self.dialect.clone());
        // Old encodings hold more characters in as many bytes.
        Ok(Box::new(TextRows { rows, name: source.name.clone(), size: source.size.saturating_mul(2) }))
    }
}

struct TextRows {
    rows: Rows<Utf8Reader>,
    name: String,
    size: u64,
}

impl RowSource for TextRows {
    fn next(&mut self, row: &mut Row) -> Result<bool> {
        self.rows.next(row).map_err(|error| unreadable(&self.name, &error))
    }

    fn passed(&self) -> u64 {
        self.rows.passed
    }

    fn size(&self) -> u64 {
        self.size
    }
}
