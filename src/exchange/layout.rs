//! `Layout`: everything about a file that is found by looking at its beginning, up to the heading line.

use super::encoding::{Found, fill};
use super::records::Records;
use super::row::Row;
use super::sniff::{Dialect, first_rows, usual};
use super::source::{Source, about, unreadable};
use super::vcard;
use crate::Result;

const SAMPLE: usize = 256 * 1024;

/// How a file is written and where its table starts.
#[derive(Debug, Clone)]
pub struct Layout {
    pub found: Found,
    pub dialect: Dialect,
    /// The line on which the heading row starts, from 1.
    pub heading_line: u64,
    /// One name a column, no two alike.
    pub headings: Vec<String>,
    /// The lines before the heading that say something: titles, dates, comments.
    pub skipped_before: Vec<(u64, String)>,
    /// It holds vCards, whose rows are people and whose headings are fields.
    pub cards: bool,
}

impl Layout {
    /// Looks at the file; `encoding` is the reader's own word for its encoding.
    pub fn look(source: &Source, encoding: Option<&str>) -> Result<Self> {
        Self::look_with(source, encoding, None)
    }

    /// As [`Layout::look`], with the reader's own word for the delimiter too.
    pub fn look_with(source: &Source, encoding: Option<&str>, delimiter: Option<u8>) -> Result<Self> {
        let found = Found::look(source, encoding)?;
        let (sample, whole) = sample(source, found)?;
        if vcard::begins(&sample) || vcard::named(source) {
            return vcard::look(source, found);
        }
        let mut dialect = Dialect::look(&sample, whole);
        if let Some(delimiter) = delimiter {
            dialect = Dialect::new(delimiter, dialect.quote, dialect.backslash, dialect.newline);
        }
        let rows = first_rows(&sample, &dialect, whole);
        let Some(place) = heading_place(&rows) else {
            return Err(about("{file} has no heading line.", &source.name));
        };
        let (before, from) = rows.split_at(place);
        let skipped_before = before.iter().filter(|row| !row.is_blank()).map(|row| (row.line, row.joined())).collect();
        let heading_line = from.first().map_or(1, |row| row.line);
        Ok(Self { found, dialect, heading_line, headings: headings(from), skipped_before, cards: false })
    }

    /// The rows behind the heading, from the first.
    pub fn records(&self, source: &Source) -> Result<Records> {
        Records::open(source, self)
    }
}

/// The first part of the text as UTF-8, and whether that is all.
fn sample(source: &Source, found: Found) -> Result<(Vec<u8>, bool)> {
    let mut bytes = vec![0; SAMPLE + 64];
    let count = fill(&mut found.reader(source)?, &mut bytes).map_err(|error| unreadable(&source.name, &error))?;
    bytes.truncate(count);
    Ok((bytes, count <= SAMPLE))
}

/// The first row that is about as wide as most of them; comments and titles are not.
fn heading_place(rows: &[Row]) -> Option<usize> {
    let speaking = |row: &&Row| !row.is_blank() && !comment(row);
    let width = usual(rows.iter().filter(speaking).map(Row::filled).filter(|width| *width > 1));
    if width < 2 {
        return rows.iter().position(|row| speaking(&row));
    }
    let enough = (width / 2).max(2);
    let fits = |row: &Row| row.said() >= enough && row.filled() + 1 >= width && !comment(row);
    rows.iter().position(fits).or_else(|| rows.iter().position(|row| speaking(&row)))
}

/// A line that starts with `#` and has no cells.
pub(super) fn comment(row: &Row) -> bool {
    row.get(0).trim_start().starts_with('#') && row.filled() == 1
}

/// Names for all columns: trimmed, blank ones numbered, repeated ones counted. Columns at the right edge
/// without a name and without a word in them are none.
fn headings(rows: &[Row]) -> Vec<String> {
    let Some((first, data)) = rows.split_first() else { return Vec::new() };
    let usual_width = usual(data.iter().filter(|row| !row.is_blank()).map(Row::filled));
    let width = first.filled().max(usual_width.min(first.len()));
    let mut names: Vec<String> = Vec::with_capacity(width);
    for place in 0..width {
        let words = first.get(place).split_whitespace().collect::<Vec<_>>().join(" ");
        let name = if words.is_empty() { format!("column {}", place + 1) } else { words };
        let fresh = (1..).map(|count| if count == 1 { name.clone() } else { format!("{name} ({count})") });
        names.extend(fresh.into_iter().find(|candidate| !names.contains(candidate)));
    }
    names
}
