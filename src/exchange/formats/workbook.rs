//! Workbooks of Excel and of programs that write its format (.xlsx): one sheet of them, its rows kept in a spool.

mod cell;
mod guard;
mod sheets;

use super::{
    Format, RowSource, Table, Wishes,
    spool::{Cells, Spool, Spooled},
};
use crate::{
    Error, Message, Result,
    exchange::{
        layout::{Layout, Merged},
        row::Row,
        source::{Source, about},
    },
};
use calamine::{DataRef, Reader, Xlsx, XlsxError};
use cell::Epoch;
use serde_json::{Value, json};
use std::{fs::File, io::BufReader, sync::Arc};

/// The heading is looked for among so many rows.
const FIRST: usize = 400;

/// Merged cells matter in headings alone; whoever has more than this has none there that could be told.
const MOST_MERGED: u64 = 100_000;

/// Excel's own bounds: rows, columns, characters of a cell.
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;
const CHARACTERS: usize = 32_767;

/// What cells may hold of the texts that are written once for many of them. Real tables of half a million rows stay
/// below.
const REPEATED: usize = 128 * 1024 * 1024;

/// What the first rows may weigh, which are kept to look for headings.
const HEAVIEST: usize = 16 * 1024 * 1024;

type Book = Xlsx<BufReader<File>>;

/// A sheet whose rows are at hand.
#[derive(Debug, Clone)]
struct Sheet {
    name: String,
    /// The names of all sheets.
    sheets: Vec<String>,
    rows: Spooled,
}

/// Zip archives are workbooks or refused; so are the documents that Office wrote before there were any.
pub(in crate::exchange) fn look(source: &Source, head: &[u8], wishes: &Wishes<'_>) -> Result<Option<Layout>> {
    if head.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(guard::old_document(source)?);
    }
    if !head.starts_with(b"PK\x03\x04") && !head.starts_with(b"PK\x05\x06") {
        return Ok(None);
    }
    let groups = guard::check(source)?;
    let mut book: Book = Xlsx::new(BufReader::new(source.reader()?)).map_err(|error| damaged(source, &error))?;
    let sheets = sheets::names(&book);
    let (name, warnings) = sheets::choose(source, &mut book, wishes.sheet)?;
    let (rows, first) = keep(source, &mut book, &name)?;
    let merged = if (1..=MOST_MERGED).contains(&groups) { merged(source, &mut book, &name)? } else { Vec::new() };
    if first.is_empty() {
        return Err(about("{file} has no sheet with data.", &source.name));
    }
    let sheet = Sheet { name, sheets, rows };
    let mut layout = Layout::of_table(source, Arc::new(sheet), &first, &merged)?;
    layout.warnings = warnings;
    Ok(Some(layout))
}

/// Reads all cells of a sheet once and keeps them; gives back the first rows too.
fn keep(source: &Source, book: &mut Book, sheet: &str) -> Result<(Spooled, Vec<Row>)> {
    let epoch = if book.has_1904_epoch() { Epoch::Of1904 } else { Epoch::Of1900 };
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|error| damaged(source, &error))?;
    let percent: Vec<bool> = reader.styles().iter().map(cell::is_percent).collect();
    let (mut spool, mut first, mut cells, mut line) = (Spool::new()?, Vec::new(), Cells::default(), 0);
    let (mut repeated, mut weight) = (0, 0);
    let mut end_row = |line: u64, cells: &mut Cells| -> Result<()> {
        if !cells.is_empty() {
            if first.len() < FIRST && weight < HEAVIEST {
                let row = cells.row(line, &|_, _| String::new());
                weight += row.cells().map(str::len).sum::<usize>();
                first.push(row);
            }
            spool.add(line, cells)?;
        }
        cells.clear();
        Ok(())
    };
    while let Some((found, style)) = reader.next_cell_with_style_id().map_err(|error| damaged(source, &error))? {
        let (row, column) = found.get_position();
        if u64::from(row) + 1 != line {
            end_row(line, &mut cells)?;
            line = u64::from(row) + 1;
        }
        refuse_beyond(source, row, column, found.get_value(), &mut repeated)?;
        let (text, broken) = cell::text(found.get_value(), percent.get(style) == Some(&true), epoch);
        cells.add(usize::try_from(column).unwrap_or(usize::MAX), text, broken);
    }
    end_row(line, &mut cells)?;
    Ok((spool.finish()?, first))
}

/// Refuses what no spreadsheet program could have written, before it is copied.
fn refuse_beyond(source: &Source, row: u32, column: u32, value: &DataRef<'_>, repeated: &mut usize) -> Result<()> {
    if row >= ROWS || column >= COLUMNS {
        return Err(about("{file} has a cell beyond the last row or column of a sheet.", &source.name));
    }
    let text = match value {
        DataRef::SharedString(text) => {
            *repeated += text.len();
            text
        }
        DataRef::String(text) => text.as_str(),
        _ => return Ok(()),
    };
    if text.len() > CHARACTERS && text.encode_utf16().count() > CHARACTERS {
        return Err(about("{file} has a cell with more text than a cell can hold.", &source.name));
    }
    if *repeated > REPEATED {
        return Err(about("{file} repeats its texts until they are more than a sheet may hold.", &source.name)
            .hint(Message::new("Save the sheet as CSV, and import that file.")));
    }
    Ok(())
}

/// The cells of the sheet that were made one.
fn merged(source: &Source, book: &mut Book, sheet: &str) -> Result<Vec<Merged>> {
    let regions = book.merge_cells_by_sheet_name(sheet).map_err(|error| damaged(source, &error))?;
    let place = |column: u32| usize::try_from(column).unwrap_or(usize::MAX);
    Ok(regions
        .iter()
        .filter(|cells| cells.start.0 < 2000)
        .take(10_000)
        .map(|cells| Merged {
            rows: (u64::from(cells.start.0) + 1, u64::from(cells.end.0) + 1),
            columns: (place(cells.start.1), place(cells.end.1)),
        })
        .collect())
}

/// What the reader of workbooks said, in a sentence.
fn damaged(source: &Source, error: &XlsxError) -> Error {
    match error {
        XlsxError::Password => guard::protected(source),
        error => Error::bad_value(
            Message::new("{file} is a damaged workbook: {reason}.").with("file", &source.name).with("reason", error),
        )
        .hint(Message::new("Open it in a spreadsheet program, save it again, and import that file.")),
    }
}

impl Format for Sheet {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn table(&self) -> Table {
        Table::Sheet
    }

    fn facts(&self) -> Vec<(&'static str, Value)> {
        vec![("sheet", json!(self.name)), ("sheets", json!(self.sheets))]
    }

    fn words(&self) -> Vec<(&'static str, String)> {
        vec![("sheet", self.name.clone()), ("sheets", self.sheets.join(", "))]
    }

    fn rows(&self, _: &Source) -> Result<Box<dyn RowSource>> {
        let name = self.name.clone();
        let call = move |column, line| format!("{name}!{}{line}", cell::letters(column));
        Ok(Box::new(self.rows.rows(Box::new(call))?))
    }
}
