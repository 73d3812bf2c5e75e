//! `Spool`: rows kept in a temporary file, for formats whose files cannot be read twice in little memory.

use super::RowSource;
use crate::{
    Cause, Error, Message, Result,
    exchange::row::{Problem, Row},
};
use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    sync::Arc,
};
use tempfile::NamedTempFile;

/// The cells of one row before they are kept, each with its column.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Cells {
    cells: Vec<(usize, String, bool)>,
    /// The column behind the last one that was too far right to be kept; 0 where all were kept.
    beyond: usize,
}

/// More columns than any table of customers has; a row with a cell behind them is a faulty one. A sheet may have 16,384,
/// and every row would cost as much.
pub(in crate::exchange) const MOST_COLUMNS: usize = 1000;

impl Cells {
    /// Adds a cell; `broken` says that it holds an error instead of a value.
    pub fn add(&mut self, column: usize, text: String, broken: bool) {
        if column >= MOST_COLUMNS {
            self.beyond = self.beyond.max(column + 1);
        } else if !text.is_empty() {
            self.cells.push((column, text, broken));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.beyond == 0
    }

    pub fn clear(&mut self) {
        self.cells.clear();
        self.beyond = 0;
    }

    /// From left to right, of two in one place the later one.
    fn order(&mut self) {
        self.cells.reverse();
        self.cells.sort_by_key(|(column, ..)| *column);
        self.cells.dedup_by_key(|(column, ..)| *column);
    }

    /// The row that they are; `call` says what people call a cell of that column and line.
    pub fn row(&mut self, line: u64, call: &dyn Fn(usize, u64) -> String) -> Row {
        self.order();
        let mut row = Row::default();
        row.restart(line);
        fill(
            &mut row,
            self.beyond,
            self.cells.iter().map(|(column, text, broken)| (*column, text.as_str(), *broken)),
            call,
        );
        row
    }
}

/// Puts the cells in their places.
fn fill<'c>(
    row: &mut Row,
    beyond: usize,
    cells: impl Iterator<Item = (usize, &'c str, bool)>,
    call: &dyn Fn(usize, u64) -> String,
) {
    for (column, text, broken) in cells {
        while row.len() < column {
            row.push("");
        }
        row.push(text);
        if broken {
            row.broken_cells.push((column, call(column, row.line)));
        }
    }
    if beyond > 0 {
        row.problem = Some(Problem::TooMany { cells: beyond, headings: 0 });
    }
}

/// Rows on their way into the file.
pub(in crate::exchange) struct Spool {
    out: BufWriter<NamedTempFile>,
    size: u64,
}

/// Rows in a file, which goes when the last who reads it does.
#[derive(Debug, Clone)]
pub(in crate::exchange) struct Spooled {
    file: Arc<NamedTempFile>,
    size: u64,
}

impl Spool {
    pub fn new() -> Result<Self> {
        let file = NamedTempFile::new().map_err(|error| unkept(&error))?;
        Ok(Self { out: BufWriter::new(file), size: 0 })
    }

    /// Keeps a row.
    pub fn add(&mut self, line: u64, cells: &mut Cells) -> Result<()> {
        cells.order();
        self.write(line, cells).map_err(|error| unkept(&error))
    }

    fn write(&mut self, line: u64, cells: &Cells) -> io::Result<()> {
        let mut number = |number: u64| {
            self.size += 8;
            self.out.write_all(&number.to_le_bytes())
        };
        number(line)?;
        number(cells.beyond as u64)?;
        number(cells.cells.len() as u64)?;
        for (column, text, broken) in &cells.cells {
            let header = (*column as u64) << 33 | u64::from(*broken) << 32 | text.len() as u64;
            self.out.write_all(&header.to_le_bytes())?;
            self.out.write_all(text.as_bytes())?;
            self.size += 8 + text.len() as u64;
        }
        Ok(())
    }

    pub fn finish(self) -> Result<Spooled> {
        let file = self.out.into_inner().map_err(|error| unkept(error.error()))?;
        Ok(Spooled { file: Arc::new(file), size: self.size })
    }
}

impl Spooled {
    /// The rows from the first; `call` as in [`Cells::row`].
    pub fn rows(&self, call: Box<dyn Fn(usize, u64) -> String>) -> Result<SpooledRows> {
        let file = self.file.reopen().map_err(|error| unkept(&error))?;
        Ok(SpooledRows { input: BufReader::new(file), kept: self.clone(), passed: 0, text: Vec::new(), call })
    }
}

/// Rows on their way out of the file.
pub(in crate::exchange) struct SpooledRows {
    input: BufReader<File>,
    /// Keeps the file there.
    kept: Spooled,
    passed: u64,
    text: Vec<u8>,
    call: Box<dyn Fn(usize, u64) -> String>,
}

impl SpooledRows {
    fn number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.input.read_exact(&mut bytes)?;
        self.passed += 8;
        Ok(u64::from_le_bytes(bytes))
    }

    fn read(&mut self, row: &mut Row) -> io::Result<()> {
        row.restart(self.number()?);
        let beyond = self.number()?;
        for _ in 0..self.number()? {
            let header = self.number()?;
            let length = header & 0xFFFF_FFFF;
            self.text.clear();
            (&mut self.input).take(length).read_to_end(&mut self.text)?;
            self.passed += length;
            let column = usize::try_from(header >> 33).unwrap_or_default();
            let text = String::from_utf8_lossy(&self.text);
            fill(row, 0, std::iter::once((column, &*text, header >> 32 & 1 == 1)), &self.call);
        }
        if beyond > 0 {
            fill(row, usize::try_from(beyond).unwrap_or_default(), std::iter::empty(), &self.call);
        }
        Ok(())
    }
}

impl RowSource for SpooledRows {
    fn next(&mut self, row: &mut Row) -> Result<bool> {
        if self.passed >= self.kept.size {
            return Ok(false);
        }
        self.read(row).map_err(|error| unkept(&error))?;
        Ok(true)
    }

    fn passed(&self) -> u64 {
        self.passed
    }

    fn size(&self) -> u64 {
        self.kept.size
    }
}

fn unkept(error: &io::Error) -> Error {
    Error::new(Cause::Storage, Message::new("The rows cannot be kept in a temporary file: {why}.").with("why", error))
}
