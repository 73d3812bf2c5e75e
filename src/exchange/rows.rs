//! `Rows`: every row of a text in turn, in constant memory whatever the file holds.

use super::row::{Cut, Problem, Row, cut};
use super::sniff::Dialect;
use std::io::{self, Read};

const CHUNK: usize = 256 * 1024;
/// The longest row that is read as one.
const LONGEST: usize = 4 * 1024 * 1024;
/// How many bytes may be read in vain for quotes that never close, before quoted line ends are given up.
const PATIENCE: usize = 256 * 1024 * 1024;

pub(super) struct Rows<R> {
    input: R,
    dialect: Dialect,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// Line ends passed so far.
    line: u64,
    wasted: usize,
    /// Bytes of rows that were handed out.
    pub(super) passed: u64,
    /// The rest of a line that was too long is not a row.
    skipping: bool,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(input: R, dialect: Dialect) -> Self {
        Self {
            input,
            dialect,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            ended: false,
            line: 0,
            wasted: 0,
            passed: 0,
            skipping: false,
        }
    }

    /// Fills `row` with the next one; false at the end.
    pub(super) fn next(&mut self, row: &mut Row) -> io::Result<bool> {
        self.skip_rest()?;
        loop {
            if self.start == self.end && self.ended {
                return Ok(false);
            }
            row.line = self.line + 1;
            let bytes = &self.buffer[self.start..self.end];
            let long = bytes.len() >= LONGEST;
            match cut(bytes, &self.dialect, self.ended, self.wasted > PATIENCE, row) {
                Cut::Row { bytes, lines } => {
                    self.start += bytes;
                    self.line += lines;
                    self.passed += bytes as u64;
                    return Ok(true);
                }
                Cut::More { quoted: false } if long => {
                    self.skipping = true;
                    row.problem = Some(Problem::TooLong);
                    return Ok(true);
                }
                Cut::Unclosed => return Ok(self.first_line(row)),
                Cut::More { quoted: true } if long => return Ok(self.first_line(row)),
                Cut::More { .. } => self.fill()?,
            }
        }
    }

    /// Where a quote never closes, the row is its first line and the rest is read afresh.
    fn first_line(&mut self, row: &mut Row) -> bool {
        let bytes = &self.buffer[self.start..self.end];
        self.wasted += bytes.len();
        match cut(bytes, &self.dialect, true, true, row) {
            Cut::Row { bytes, lines } => {
                self.start += bytes;
                self.line += lines;
            }
            _ => self.start = self.end,
        }
        row.problem = row.problem.or(Some(Problem::UnclosedQuote));
        true
    }

    fn skip_rest(&mut self) -> io::Result<()> {
        while self.skipping {
            let rest = &self.buffer[self.start..self.end];
            if let Some(place) = rest.iter().position(|&byte| byte == self.dialect.newline) {
                self.start += place + 1;
                self.line += 1;
                self.skipping = false;
            } else {
                self.start = self.end;
                self.skipping = !self.ended;
                self.fill()?;
            }
        }
        Ok(())
    }

    /// Moves what is left to the front and reads more behind it.
    fn fill(&mut self) -> io::Result<()> {
        if self.ended {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() < self.end + CHUNK {
            self.buffer.resize((self.end + CHUNK).max(self.end * 2), 0);
        }
        match self.input.read(&mut self.buffer[self.end..]) {
            Ok(0) => self.ended = true,
            Ok(count) => self.end += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
