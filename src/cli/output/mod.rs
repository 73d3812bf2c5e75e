//! Grids and records in the format that was asked for; one file a format.

mod csv;
mod fit;
mod format;
mod html;
mod json;
mod markdown;
mod page;
mod table;

pub use format::Format;

use kehu::Message;
use kehu::doors::cell::{self, Audience};
pub use kehu::doors::text_safety;
use kehu::record::{Column, Grid, Row, Total};
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// How a format is written out.
#[derive(Debug, Clone, Default)]
pub struct Style {
    /// The terminal's width; `None` where there is none, and then nothing is cut.
    pub width: Option<usize>,
    pub color: bool,
    /// Chinese headings and words.
    pub chinese: bool,
    /// Guard cells that a spreadsheet would take for a formula.
    pub csv_safe: bool,
    /// The version of vCards.
    pub cards: kehu::exchange::CardVersion,
}

impl Style {
    fn audience(&self) -> Audience {
        if self.chinese { Audience::Chinese } else { Audience::English }
    }

    fn heading<'c>(&self, column: &'c Column) -> &'c str {
        if self.chinese && !column.label_zh.is_empty() { &column.label_zh } else { &column.label }
    }

    fn word(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.chinese { chinese } else { english }
    }
}

/// Writes all rows of a grid.
pub fn write_grid(grid: &Grid, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => table::write_grid(grid, style, out),
        Format::Json => json::write_grid(grid, out),
        Format::Ndjson => json::write_lines(grid, out),
        Format::Csv => csv::write_csv(grid, style, out),
        Format::Tsv => csv::write_tsv(grid, style, out),
        Format::Markdown => markdown::write_grid(grid, style, out),
        Format::Html => html::write_grid(grid, style, out),
        Format::Ids => write_ids(grid, out),
        // Only an export of contacts is let through to here.
        Format::Vcf => {
            let cards = kehu::exchange::write_cards(grid, style.cards);
            let cards = if style.width.is_some() { text_safety::shown(&cards) } else { cards };
            out.write_all(cards.as_bytes())
        }
    }
}

/// Writes tables one below the other, each under its title; one page of HTML, sections in Markdown. Refs alone need no
/// titles.
pub fn write_parts(
    parts: &[(String, Cow<Grid>)],
    format: Format,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Html {
        return html::write_parts(parts, style, out);
    }
    for (place, (title, grid)) in parts.iter().enumerate() {
        let between = if place > 0 && format != Format::Ids { "\n" } else { "" };
        match format {
            Format::Ids => {}
            Format::Markdown => write!(out, "{between}## {title}\n\n")?,
            _ => writeln!(out, "{between}{title}")?,
        }
        write_grid(grid, format, style, out)?;
    }
    Ok(())
}

/// Writes one record, the only row of the grid: fields down the page where people read it.
pub fn write_record(grid: &Grid, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(row) = grid.rows.first() else { return Ok(()) };
    match format {
        Format::Table => table::write_record(grid, row, style, out),
        Format::Json => json::write_record(grid, row, out),
        Format::Markdown => markdown::write_record(grid, row, style, out),
        Format::Html => html::write_record(grid, row, style, out),
        Format::Ndjson | Format::Csv | Format::Tsv | Format::Ids | Format::Vcf => write_grid(grid, format, style, out),
    }
}

/// A record with what is around it, ready to be written.
pub struct Page<'p> {
    pub short: &'p str,
    pub name: &'p str,
    /// What it is, in a few words.
    pub facts: Vec<String>,
    /// Its fields, as the only row of a grid.
    pub record: &'p Grid,
    /// What is around it, each part under its title.
    pub parts: Vec<(String, Part)>,
}

/// One part of a page.
pub enum Part {
    Grid(Grid),
    Line(String),
}

/// Writes a page, in a format that people read.
pub fn write_page(page: &Page, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Markdown => markdown::write_page(page, style, out),
        Format::Html => html::write_page(page, style, out),
        _ => page::write_page(page, style, out),
    }
}

/// A text in at most so many cells of the terminal.
pub fn shortened(text: &str, most: usize) -> String {
    fit::cut(text, most).into_owned()
}

/// A text with spaces behind it up to so many cells.
pub fn padded(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(fit::width(text))))
}

/// The words for one value of a column, as people read them.
pub fn worded(column: &Column, value: &kehu::record::Value, style: &Style) -> String {
    cell::cell_text(&column.kind, value, style.audience()).into_owned()
}

/// What to say under a table that does not show everything.
#[must_use]
pub fn footer(grid: &Grid) -> Option<Message> {
    let shown = grid.rows.len() as u64;
    let (template, total) = match grid.total {
        Total::Exactly(total) if total > shown => ("{shown} of {total} {noun}", total),
        Total::Exactly(_) if shown > 0 => return None,
        Total::Exactly(_) => ("No {noun} match.", 0),
        Total::MoreThan(total) => ("{shown} of more than {total} {noun}", total),
    };
    let noun = if grid.noun.is_empty() { "rows" } else { &grid.noun };
    let message = Message::new(template).with("shown", grouped(shown));
    Some(message.with("total", grouped(total)).with("noun", noun))
}

/// `8800` is written `8,800`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn write_ids(grid: &Grid, out: &mut dyn Write) -> io::Result<()> {
    grid.rows.iter().filter(|row| !row.short.is_empty()).try_for_each(|row| writeln!(out, "{}", row.short))
}

/// Whether rows are shown with their refs before the columns.
fn has_refs(grid: &Grid) -> bool {
    // An empty list has the headings that it would have with rows.
    let of_records = || grid.noun == "records" || kehu::catalog::ENTRIES.iter().any(|entry| entry.table == grid.noun);
    let records = if grid.rows.is_empty() { of_records() } else { grid.rows.iter().any(|row| !row.short.is_empty()) };
    records && grid.columns.iter().all(|column| column.name != "ref")
}

/// The usual days to remember, which are kept by their English words unless somebody wrote others.
fn usual_occasion(name: &str) -> Option<&'static str> {
    match name {
        "birthday" => Some("生日"),
        "wedding" => Some("结婚纪念日"),
        "anniversary" => Some("纪念日"),
        "founding" => Some("成立日"),
        _ => None,
    }
}

/// The words for people in each cell of a row; a row that is too short is filled up with nothing.
fn texts<'g>(grid: &'g Grid, row: &'g Row, audience: Audience) -> impl Iterator<Item = Cow<'g, str>> {
    let cells = row.cells.iter().chain(std::iter::repeat(&kehu::record::Value::Null));
    grid.columns.iter().zip(cells).map(move |(column, value)| match value.as_text().and_then(usual_occasion) {
        Some(name) if audience == Audience::Chinese && matches!(&*column.name, "name" | "occasion") => {
            Cow::Borrowed(name)
        }
        _ => cell::cell_text(&column.kind, value, audience),
    })
}

/// Cells of totals with a word for them where the first has nothing to say.
fn named<'g>(cells: impl Iterator<Item = Cow<'g, str>>, word: &'g str) -> impl Iterator<Item = Cow<'g, str>> {
    let mut cells = cells.peekable();
    let name = cells.next_if(|text| text.is_empty()).map(|_| Cow::Borrowed(word));
    name.into_iter().chain(cells)
}

#[cfg(test)]
mod tests;
