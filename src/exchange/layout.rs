//! `Layout`: how a file is written and where its table starts, found by looking at its beginning.

use super::formats::{FORMATS, Format, Table, Wishes};
use super::records::Records;
use super::row::Row;
use super::sniff::usual;
use super::source::{Source, about};
use crate::{Message, Result};
use std::sync::Arc;

/// How many of the first bytes tell the format.
const HEAD: usize = 64 * 1024;

/// How a file is written and where its table starts.
#[derive(Debug, Clone)]
pub struct Layout {
    pub format: Arc<dyn Format>,
    /// The line on which the heading row starts, from 1; 0 where every record names its own fields.
    pub heading_line: u64,
    /// The last line of a heading, which is another one where headings stand one above another.
    pub(super) heading_end: u64,
    /// One name a column, no two alike.
    pub headings: Vec<String>,
    /// The lines before the heading that say something: titles, dates, comments.
    pub skipped_before: Vec<(u64, String)>,
    /// What the reader should know: other sheets with data.
    pub warnings: Vec<Message>,
}

/// Cells that are one: the rows and the columns, both from the first to the last, rows from 1 and columns from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merged {
    pub rows: (u64, u64),
    pub columns: (usize, usize),
}

impl Layout {
    /// Looks at the file, and does as the reader says where he knows better.
    ///
    /// # Errors
    /// A file that is damaged, protected, of no known format or without a table.
    pub fn look(source: &Source, wishes: &Wishes<'_>) -> Result<Self> {
        let head = source.head(HEAD)?;
        for look in FORMATS {
            if let Some(layout) = look(source, &head, wishes)? {
                return Ok(layout);
            }
        }
        Err(about("{file} has no heading line.", &source.name))
    }

    /// Finds the heading among the first rows of a table.
    pub(super) fn of_table(source: &Source, format: Arc<dyn Format>, rows: &[Row], merged: &[Merged]) -> Result<Self> {
        let Some(place) = heading_place(rows) else {
            return Err(about("{file} has no heading line.", &source.name));
        };
        let (before, from) = rows.split_at(place);
        let skipped_before = before.iter().filter(|row| !row.is_blank()).map(|row| (row.line, row.joined())).collect();
        let heading_line = from.first().map_or(1, |row| row.line);
        let heading_end = if format.table() == Table::Sheet { lowest(heading_line, merged) } else { heading_line };
        let headings = headings(from, heading_end, merged);
        Ok(Self { format, heading_line, heading_end, headings, skipped_before, warnings: Vec::new() })
    }

    /// Of records that name their own fields: there is no heading line, and every row fits.
    pub(super) fn of_records(format: Arc<dyn Format>, names: impl IntoIterator<Item = String>) -> Self {
        let mut headings = Vec::new();
        for (place, name) in names.into_iter().enumerate() {
            add_name(&mut headings, place, &name);
        }
        Self { format, heading_line: 0, heading_end: 0, headings, skipped_before: Vec::new(), warnings: Vec::new() }
    }

    /// The rows behind the heading, from the first.
    ///
    /// # Errors
    /// A file that cannot be read any more.
    pub fn records(&self, source: &Source) -> Result<Records> {
        Records::open(source, self)
    }
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

/// A line that starts with `#` and has no cells. Errors of spreadsheets start with it too.
pub(super) fn comment(row: &Row) -> bool {
    row.get(0).trim_start().starts_with('#') && row.filled() == 1 && row.broken_cells.is_empty()
}

/// How far down the cells reach that start in the heading, or in a line that those reach.
fn lowest(heading: u64, merged: &[Merged]) -> u64 {
    let mut end = heading;
    while let Some(lower) = merged
        .iter()
        .filter(|cells| (heading..=end).contains(&cells.rows.0) && cells.rows.1 > end)
        .map(|cells| cells.rows.1)
        .max()
    {
        // More than a handful of lines is data that was merged, not a heading.
        if lower - heading > 5 {
            return heading;
        }
        end = lower;
    }
    end
}

/// Names for all columns: trimmed, blank ones numbered, repeated ones counted. Columns at the right edge
/// without a name and without a word in them are none.
fn headings(rows: &[Row], end: u64, merged: &[Merged]) -> Vec<String> {
    let count = rows.iter().take_while(|row| row.line <= end).count().max(1);
    let Some((lines, data)) = rows.split_at_checked(count) else { return Vec::new() };
    let filled = lines.iter().map(Row::filled).max().unwrap_or_default();
    let usual_width = usual(data.iter().filter(|row| !row.is_blank()).map(Row::filled));
    let longest = lines.iter().map(Row::len).max().unwrap_or_default();
    let width = filled.max(usual_width.min(longest));
    let mut names: Vec<String> = Vec::with_capacity(width);
    for place in 0..width {
        add_name(&mut names, place, &heading(lines, place, merged));
    }
    names
}

/// What stands above a column: its own cell of each heading line, or the merged one that covers it.
fn heading(lines: &[Row], column: usize, merged: &[Merged]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for row in lines {
        let covers = |cells: &&Merged| {
            (cells.rows.0..=cells.rows.1).contains(&row.line) && (cells.columns.0..=cells.columns.1).contains(&column)
        };
        let mut cell = row.get(column).trim();
        if let Some(cells) = merged.iter().find(covers) {
            let above = lines.iter().find(|line| line.line == cells.rows.0);
            cell = above.map_or("", |line| line.get(cells.columns.0).trim());
        }
        if !cell.is_empty() && !words.contains(&cell) {
            words.push(cell);
        }
    }
    words.join(" ")
}

fn add_name(names: &mut Vec<String>, place: usize, text: &str) {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = if words.is_empty() { format!("column {}", place + 1) } else { words };
    let fresh = (1..).map(|count| if count == 1 { name.clone() } else { format!("{name} ({count})") });
    names.extend(fresh.into_iter().find(|candidate| !names.contains(candidate)));
}
