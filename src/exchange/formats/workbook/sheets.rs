//! Which sheet of a workbook is read.

use super::{Book, damaged};
use crate::{
    Error, Message, Result,
    exchange::source::{Source, about},
};
use calamine::{DataRef, Reader, SheetType, SheetVisible};

/// So many sheets and fewer; each is opened to see whether it holds anything.
const MOST_SHEETS: usize = 1000;
/// So many empty cells are passed in all before the rest is taken for empty.
const MOST_EMPTY: usize = 2_000_000;

/// The names of the sheets with cells, hidden ones too.
pub(super) fn names(book: &Book) -> Vec<String> {
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    sheets.map(|sheet| sheet.name.clone()).collect()
}

/// The sheet that the reader names, or the first visible one with data and a word about the others.
pub(super) fn choose(source: &Source, book: &mut Book, wanted: Option<&str>) -> Result<(String, Vec<Message>)> {
    let names = names(book);
    if let Some(wanted) = wanted {
        return named(source, &names, wanted).map(|name| (name, Vec::new()));
    }
    let visible = |book: &Book, name: &str| {
        book.sheets_metadata().iter().any(|sheet| sheet.name == name && sheet.visible == SheetVisible::Visible)
    };
    if names.len() > MOST_SHEETS {
        return Err(about("{file} has more parts than a workbook has.", &source.name));
    }
    let (mut shown, mut hidden, mut patience) = (Vec::new(), Vec::new(), MOST_EMPTY);
    for name in names {
        let holds = holds_data(source, book, &name, &mut patience);
        // What is wrong with another sheet than the one that is read is no matter.
        if if shown.is_empty() { holds? } else { holds.unwrap_or_default() } {
            if visible(book, &name) { shown.push(name) } else { hidden.push(name) }
        }
    }
    let mut fitting = if shown.is_empty() { hidden } else { shown };
    if fitting.is_empty() {
        return Err(about("{file} has no sheet with data.", &source.name));
    }
    let first = fitting.remove(0);
    let mut warnings = Vec::new();
    if !fitting.is_empty() {
        let message = Message::new("Sheet {sheet} is read, and not {others}: --sheet names another.");
        warnings.push(message.with("sheet", &first).with("others", fitting.join(", ")));
    }
    Ok((first, warnings))
}

/// By name, by a name that differs in case alone, by number from 1.
fn named(source: &Source, names: &[String], wanted: &str) -> Result<String> {
    let wanted = wanted.trim();
    let alike = |name: &&String| name.trim().to_lowercase() == wanted.to_lowercase();
    let number = || wanted.parse::<usize>().ok()?.checked_sub(1).and_then(|place| names.get(place));
    let found = names.iter().find(|name| name.trim() == wanted).or_else(|| names.iter().find(alike)).or_else(number);
    found.cloned().ok_or_else(|| {
        Error::bad_value(Message::new("{file} has no sheet {value}.").with("file", &source.name).with("value", wanted))
            .hint(Message::new("The sheets are {sheets}.").with("sheets", names.join(", ")))
    })
}

/// Whether any cell says something.
fn holds_data(source: &Source, book: &mut Book, name: &str, patience: &mut usize) -> Result<bool> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|error| damaged(source, &error))?;
    while let Some(cell) = reader.next_cell().map_err(|error| damaged(source, &error))? {
        let says = match cell.get_value() {
            DataRef::Empty => false,
            DataRef::String(text) => !text.trim().is_empty(),
            DataRef::SharedString(text) => !text.trim().is_empty(),
            _ => true,
        };
        if says {
            return Ok(true);
        }
        *patience = patience.saturating_sub(1);
        if *patience == 0 {
            return Ok(false);
        }
    }
    Ok(false)
}
