//! `Row`: one row of a table in one reused buffer, and how a line is cut into it.

use super::sniff::Dialect;
use crate::Message;

/// One row, cut into cells. Kept and filled again, so that reading a million of them allocates nothing.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The line of the file on which it starts, from 1.
    pub line: u64,
    /// What is wrong with it as a row; its cells are still what could be read.
    pub problem: Option<Problem>,
    /// Cells that hold an error instead of a value: their column, and what a person calls the cell.
    pub broken_cells: Vec<(usize, String)>,
    text: String,
    ends: Vec<usize>,
}

/// Why a row cannot be taken as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    TooFew {
        cells: usize,
        headings: usize,
    },
    TooMany {
        cells: usize,
        headings: usize,
    },
    NulByte,
    Undecodable,
    UnclosedQuote,
    TooLong,
    /// The character at which the row stops being JSON.
    NoJson {
        at: usize,
    },
    NoObject,
    SameKey,
    TooDeep,
    /// A text with half of a surrogate pair.
    HalfCharacter,
    /// Of a card: the file ends, or another begins, before its end.
    NoEnd,
    /// Of a card: a version that is not read.
    NoVersion,
    /// Of a card: a line that is no property.
    NoProperty,
    /// Of a card: it tells of nobody.
    Nobody,
}

impl Problem {
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::TooFew { cells, headings } => {
                Message::new("The row has {cells} cells where the heading has {headings}: too few.")
                    .with("cells", cells)
                    .with("headings", headings)
            }
            Self::TooMany { cells, headings } => {
                Message::new("The row has {cells} cells where the heading has {headings}: too many.")
                    .with("cells", cells)
                    .with("headings", headings)
            }
            Self::NulByte => Message::new("The row holds a NUL byte."),
            Self::Undecodable => Message::new("The row holds bytes that are no characters in the file's encoding."),
            Self::UnclosedQuote => Message::new("A quote is opened in this row and never closed."),
            Self::TooLong => Message::new("The row is longer than a row can be."),
            Self::NoJson { at } => Message::new("The row is no JSON from character {at} on.").with("at", at),
            Self::NoObject => Message::new("The row is no JSON object."),
            Self::SameKey => Message::new("The row says two things under one key."),
            Self::TooDeep => Message::new("The row holds objects within objects deeper than a record can."),
            Self::HalfCharacter => Message::new("The row holds half a character (a lone surrogate), which is no text."),
            Self::NoEnd => Message::new("The card that begins here has no END:VCARD."),
            Self::NoVersion => Message::new("The card says a version that is none of 2.1, 3.0 and 4.0."),
            Self::NoProperty => Message::new("The card holds a line that is none of a card."),
            Self::Nobody => Message::new("The card tells no name, organisation, phone or e-mail."),
        }
    }

    /// The stable word for rejects files and JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooFew { .. } => "too_few_cells",
            Self::TooMany { .. } => "too_many_cells",
            Self::NulByte => "nul_byte",
            Self::Undecodable => "undecodable",
            Self::UnclosedQuote => "unclosed_quote",
            Self::TooLong => "too_long",
            Self::NoJson { .. } => "no_json",
            Self::NoObject => "no_object",
            Self::SameKey => "same_key",
            Self::TooDeep => "too_deep",
            Self::HalfCharacter => "half_character",
            Self::NoEnd => "no_end",
            Self::NoVersion => "no_version",
            Self::NoProperty => "no_property",
            Self::Nobody => "nobody",
        }
    }
}

impl Row {
    /// Empties it, for the row that starts on that line.
    pub(super) fn restart(&mut self, line: u64) {
        self.line = line;
        self.problem = None;
        self.broken_cells.clear();
        self.text.clear();
        self.ends.clear();
    }

    /// Adds a cell. A NUL in it, which no database takes, makes the row a faulty one.
    pub(super) fn push(&mut self, cell: &str) {
        if cell.contains('\0') {
            self.problem = self.problem.or(Some(Problem::NulByte));
        }
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Fills it with cells that come from elsewhere than a line of text.
    pub(super) fn fill<'c>(&mut self, line: u64, cells: impl Iterator<Item = &'c str>, problem: Option<Problem>) {
        self.restart(line);
        self.problem = problem;
        for cell in cells {
            self.push(cell);
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell at that place; empty where the row is too short.
    #[must_use]
    pub fn get(&self, place: usize) -> &str {
        let start = if place == 0 { 0 } else { self.ends.get(place - 1).copied().unwrap_or(self.text.len()) };
        let end = self.ends.get(place).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default()
    }

    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|place| self.get(place))
    }

    /// Whether nothing but space stands in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim_matches(|c: char| c.is_whitespace() || c == '\u{1a}').is_empty()
    }

    /// How many cells there are up to the last that says something.
    #[must_use]
    pub fn filled(&self) -> usize {
        (0..self.len()).rev().find(|place| !self.get(*place).trim().is_empty()).map_or(0, |place| place + 1)
    }

    /// How many cells say something.
    pub(super) fn said(&self) -> usize {
        self.cells().filter(|cell| !cell.trim().is_empty()).count()
    }

    /// All cells as one text, for saying what was skipped.
    #[must_use]
    pub fn joined(&self) -> String {
        self.cells().map(str::trim).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// How far a cut came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// A row of so many bytes and line ends.
    Row { bytes: usize, lines: u64 },
    /// The bytes end inside the row, inside a quoted cell or not.
    More { quoted: bool },
    /// A quoted cell that cannot be right.
    Unclosed,
}

/// Cuts the row at the start of `bytes` into `row`. `last` says that nothing follows the bytes; `literal` takes
/// quotes for ordinary characters.
pub(super) fn cut(bytes: &[u8], dialect: &Dialect, last: bool, literal: bool, row: &mut Row) -> Cut {
    let mut text = std::mem::take(&mut row.text).into_bytes();
    text.clear();
    row.ends.clear();
    row.problem = None;
    row.broken_cells.clear();
    let mut cutter = Cutter { bytes, dialect, last, text, at: 0, lines: 0, nul: false };
    let outcome = cutter.row(literal, &mut row.ends);
    let nul = cutter.nul;
    keep(row, cutter.text);
    if nul && row.problem.is_none() {
        row.problem = Some(Problem::NulByte);
    }
    outcome
}

/// Makes the bytes a text; broken ones are replaced and the row marked.
fn keep(row: &mut Row, bytes: Vec<u8>) {
    match String::from_utf8(bytes) {
        Ok(text) => row.text = text,
        Err(error) => {
            let bytes = error.into_bytes();
            let mut start = 0;
            row.text = String::with_capacity(bytes.len());
            for end in &mut row.ends {
                row.text.push_str(&String::from_utf8_lossy(bytes.get(start..*end).unwrap_or_default()));
                start = std::mem::replace(end, row.text.len());
            }
            row.problem = Some(Problem::Undecodable);
        }
    }
}

struct Cutter<'a> {
    bytes: &'a [u8],
    dialect: &'a Dialect,
    last: bool,
    text: Vec<u8>,
    at: usize,
    lines: u64,
    nul: bool,
}

/// What ended a cell.
enum End {
    Cell,
    Row,
    More { quoted: bool },
    Unclosed,
}

impl Cutter<'_> {
    fn row(&mut self, literal: bool, ends: &mut Vec<usize>) -> Cut {
        loop {
            let start = self.text.len();
            let end = match self.quote_ahead() {
                Some(quote) if !literal => self.quoted(quote),
                _ => self.plain(),
            };
            match end {
                End::Cell | End::Row => {
                    self.unwrap_formula(start);
                    ends.push(self.text.len());
                }
                End::More { quoted } => return Cut::More { quoted },
                End::Unclosed => return Cut::Unclosed,
            }
            if matches!(end, End::Row) {
                return Cut::Row { bytes: self.at, lines: self.lines };
            }
        }
    }

    fn peek(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Where a quote opens the cell, with or without spaces before it.
    fn quote_ahead(&self) -> Option<usize> {
        let mut at = self.at;
        while self.peek(at) == Some(b' ') && self.dialect.delimiter != b' ' {
            at += 1;
        }
        (self.peek(at)? == self.dialect.quote).then_some(at)
    }

    fn plain(&mut self) -> End {
        let start = self.at;
        while let Some(byte) = self.peek(self.at) {
            if !self.dialect.stops[usize::from(byte)] {
                self.at += 1;
            } else if byte == self.dialect.delimiter {
                self.text.extend_from_slice(&self.bytes[start..self.at]);
                self.at += 1;
                return End::Cell;
            } else if byte == self.dialect.newline {
                let end = if self.at > start && self.bytes[self.at - 1] == b'\r' { self.at - 1 } else { self.at };
                self.text.extend_from_slice(&self.bytes[start..end]);
                self.at += 1;
                self.lines += 1;
                return End::Row;
            } else {
                self.nul |= byte == 0;
                self.at += 1;
            }
        }
        self.text.extend_from_slice(&self.bytes[start..self.at]);
        if self.last { End::Row } else { End::More { quoted: false } }
    }

    /// A quote closes the cell only where a delimiter or the row's end follows; elsewhere it is a character.
    fn quoted(&mut self, open: usize) -> End {
        self.at = open + 1;
        let first_line = self.lines;
        loop {
            let Some(byte) = self.copy_until_quote() else {
                return if self.last { End::Unclosed } else { End::More { quoted: true } };
            };
            if byte == b'\\' {
                self.escaped();
                continue;
            }
            if self.peek(self.at) == Some(self.dialect.quote) {
                self.text.push(self.dialect.quote);
                self.at += 1;
                continue;
            }
            match self.after_quote() {
                Some(End::Unclosed) if self.lines == first_line => self.text.push(self.dialect.quote),
                Some(end) => return end,
                None => return End::More { quoted: true },
            }
        }
    }

    /// Copies to the next quote or backslash and steps over it.
    fn copy_until_quote(&mut self) -> Option<u8> {
        let start = self.at;
        while let Some(byte) = self.peek(self.at) {
            if byte == self.dialect.quote || (byte == b'\\' && self.dialect.backslash) {
                self.text.extend_from_slice(&self.bytes[start..self.at]);
                self.at += 1;
                return Some(byte);
            }
            self.lines += u64::from(byte == self.dialect.newline);
            self.nul |= byte == 0;
            self.at += 1;
        }
        None
    }

    /// Behind a backslash: a quote loses it, all else keeps it.
    fn escaped(&mut self) {
        if self.peek(self.at) == Some(self.dialect.quote) {
            self.text.push(self.dialect.quote);
            self.at += 1;
        } else {
            self.text.push(b'\\');
        }
    }

    /// What the quote just passed means; None when the bytes end before that is known.
    fn after_quote(&mut self) -> Option<End> {
        let mut at = self.at;
        while matches!(self.peek(at), Some(b' ' | b'\t')) && self.peek(at) != Some(self.dialect.delimiter) {
            at += 1;
        }
        if self.peek(at) == Some(b'\r') && self.dialect.newline == b'\n' {
            at += 1;
        }
        match self.peek(at) {
            None if !self.last => None,
            None => {
                self.at = at;
                Some(End::Row)
            }
            Some(byte) if byte == self.dialect.delimiter => {
                self.at = at + 1;
                Some(End::Cell)
            }
            Some(byte) if byte == self.dialect.newline => {
                self.at = at + 1;
                self.lines += 1;
                Some(End::Row)
            }
            Some(_) => Some(End::Unclosed),
        }
    }

    /// `="00123"` is how spreadsheets are told to leave a number's zeros alone.
    fn unwrap_formula(&mut self, start: usize) {
        let cell = &self.text[start..];
        if cell.len() < 3 || cell[0] != b'=' || cell[1] != b'"' {
            return;
        }
        let end = cell.trim_ascii_end().len();
        if end >= 3 && cell[end - 1] == b'"' && !cell[2..end - 1].contains(&b'"') {
            self.text.truncate(start + end - 1);
            self.text.drain(start..start + 2);
        }
    }
}
