//! Comma- and tab-separated values: the headings are field names, so what is written can be imported.

use super::cell::{Audience, cell_text};
use super::text_safety::safe;
use super::{Style, has_refs};
use kehu::record::{Grid, Row, Value};
use std::borrow::Cow;
use std::io::{self, Write};

pub(super) fn write_csv(grid: &Grid, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for_each_line(grid, style, |cells| {
        for cell in cells {
            writer.write_field(cell.as_bytes()).map_err(cause)?;
        }
        writer.write_record(None::<&[u8]>).map_err(cause)
    })?;
    writer.flush()
}

/// The fault of the output itself, so that a closed pipe is still known as one.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// No quotes here, so tabs and line breaks inside a cell become spaces.
pub(super) fn write_tsv(grid: &Grid, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for_each_line(grid, style, |cells| {
        for (index, cell) in cells.enumerate() {
            let tab = if index > 0 { "\t" } else { "" };
            write!(out, "{tab}{}", cell.replace("\r\n", " ").replace(['\t', '\n', '\r'], " "))?;
        }
        writeln!(out)
    })
}

/// Hands over the headings, then the cells of each row.
fn for_each_line<'g>(
    grid: &'g Grid,
    style: &'g Style,
    mut write: impl FnMut(&mut dyn Iterator<Item = Cow<'g, str>>) -> io::Result<()>,
) -> io::Result<()> {
    let refs = has_refs(grid);
    let names = grid.columns.iter().map(|column| column.name.as_str());
    write(&mut refs.then_some("ref").into_iter().chain(names).map(Cow::Borrowed))?;
    for row in &grid.rows {
        let short = refs.then_some(Cow::Borrowed(row.short.as_str()));
        write(&mut short.into_iter().chain(cells(grid, row)).map(|cell| guarded(cell, style)))?;
    }
    Ok(())
}

fn cells<'g>(grid: &'g Grid, row: &'g Row) -> impl Iterator<Item = Cow<'g, str>> {
    let values = row.cells.iter().chain(std::iter::repeat(&Value::Null));
    grid.columns.iter().zip(values).map(|(column, value)| cell_text(&column.kind, value, Audience::Program))
}

/// The exact data, but harmless where a spreadsheet or a terminal is to read it.
fn guarded<'c>(cell: Cow<'c, str>, style: &Style) -> Cow<'c, str> {
    let cell = if style.csv_safe && is_formula(&cell) { Cow::Owned(format!("'{cell}")) } else { cell };
    if style.width.is_some() { Cow::Owned(safe(&cell).into_owned()) } else { cell }
}

/// Whether a spreadsheet might run the cell: it starts with a sign of a formula and is no plain negative number.
fn is_formula(cell: &str) -> bool {
    let is_sign = |first: char| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n');
    cell.starts_with(is_sign) && !cell.strip_prefix('-').is_some_and(is_plain_number)
}

fn is_plain_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(text),
    }
}
