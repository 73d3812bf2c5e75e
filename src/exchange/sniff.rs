//! `Dialect`: which characters part and quote the cells, found by trying them on the first rows.

use super::row::{Cut, Row, cut};

/// The delimiters that are tried, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const ROWS: usize = 400;

/// How the text is cut into rows and cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    pub quote: u8,
    /// Whether `\"` stands for a quote inside quotes.
    pub backslash: bool,
    /// The byte that ends a line: a line feed, or a carriage return in files of old Macs.
    pub newline: u8,
    /// The bytes at which a plain cell has to be looked at.
    pub(super) stops: [bool; 256],
}

impl Dialect {
    #[must_use]
    pub fn new(delimiter: u8, quote: u8, backslash: bool, newline: u8) -> Self {
        let mut stops = [false; 256];
        for byte in [delimiter, newline, 0] {
            stops[usize::from(byte)] = true;
        }
        Self { delimiter, quote, backslash, newline, stops }
    }

    /// Looks at the first part of a text; `whole` says that it is all there is.
    #[must_use]
    pub fn look(text: &[u8], whole: bool) -> Self {
        let newline = if !text.contains(&b'\n') && text.contains(&b'\r') { b'\r' } else { b'\n' };
        let quote = quote_used(text);
        let backslash = text.windows(3).any(|three| backslash_quote(three, quote));
        let mut best = (Self::new(b',', quote, backslash, newline), 0.0);
        for delimiter in DELIMITERS {
            let dialect = Self::new(delimiter, quote, backslash, newline);
            let score = score(&first_rows(text, &dialect, whole));
            if score > best.1 {
                best = (dialect, score);
            }
        }
        best.0
    }

    /// The delimiter for people: a character, or its name where it cannot be seen.
    #[must_use]
    pub fn delimiter_name(&self) -> String {
        if self.delimiter == b'\t' { "tab".to_owned() } else { char::from(self.delimiter).to_string() }
    }
}

/// A backslash, a quote, and behind it what could not follow a closing one.
fn backslash_quote(three: &[u8], quote: u8) -> bool {
    matches!(three, [b'\\', second, third] if *second == quote
        && !DELIMITERS.contains(third) && !matches!(third, b'\r' | b'\n') && *third != quote)
}

/// Single quotes only where they clearly take the place of double ones.
fn quote_used(text: &[u8]) -> u8 {
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| DELIMITERS.contains(byte) || matches!(byte, b'\r' | b'\n'));
    let count = |quote: u8| {
        let (mut opening, mut closing) = (0_usize, 0_usize);
        for (place, _) in text.iter().enumerate().filter(|(_, byte)| **byte == quote) {
            opening += usize::from(edge(place.checked_sub(1).and_then(|before| text.get(before))));
            closing += usize::from(edge(text.get(place + 1)));
        }
        (opening, closing)
    };
    let (opening, closing) = count(b'\'');
    if opening >= 4 && opening == closing && count(b'"') == (0, 0) { b'\'' } else { b'"' }
}

/// The first rows of a text, the last one only if it is whole.
pub(super) fn first_rows(text: &[u8], dialect: &Dialect, whole: bool) -> Vec<Row> {
    let (mut rows, mut at, mut line) = (Vec::new(), 0, 1);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty() && rows.len() < ROWS) {
        let mut row = Row::default();
        row.line = line;
        let mut outcome = cut(rest, dialect, whole, false, &mut row);
        if outcome == Cut::Unclosed || (whole && matches!(outcome, Cut::More { .. })) {
            outcome = cut(rest, dialect, true, true, &mut row);
        }
        let Cut::Row { bytes, lines } = outcome else { break };
        (at, line) = (at + bytes, line + lines);
        rows.push(row);
    }
    rows
}

/// Better where many rows have the same many cells and the first of them is among those.
#[expect(clippy::cast_precision_loss, reason = "counts of a few hundred rows")]
fn score(rows: &[Row]) -> f64 {
    let widths: Vec<usize> =
        rows.iter().filter(|row| !row.is_blank() && !row.get(0).starts_with('#')).map(Row::len).collect();
    let wide = widths.iter().filter(|width| **width > 1).count();
    if wide == 0 {
        return 0.0;
    }
    let usual = usual(widths.iter().copied().filter(|width| *width > 1));
    let same = widths.iter().filter(|width| **width == usual).count();
    let consistent = same as f64 / wide as f64;
    let coverage = (wide as f64 / widths.len() as f64).sqrt();
    let from_the_start = if widths.first().is_some_and(|width| *width > 1) { 1.0 } else { 0.7 };
    consistent * coverage * from_the_start * (1.0 - 1.0 / usual as f64)
}

/// The most frequent number; the earliest where several are.
pub(super) fn usual(numbers: impl Iterator<Item = usize>) -> usize {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match counts.iter_mut().find(|(known, _)| *known == number) {
            Some((_, count)) => *count += 1,
            None => counts.push((number, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == most).map_or(0, |(number, _)| *number)
}
