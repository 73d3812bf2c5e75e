//! `Pieces`: the text of one object after another, cut out of a file of any size.

use crate::exchange::row::Problem;
use serde_json::value::RawValue;
use std::io::{self, BufRead, BufReader, Read};

/// The longest object that is read as one.
const LONGEST: usize = 4 * 1024 * 1024;
/// Lists of objects under these keys are the records, where a file is one object.
const LISTS: [&str; 8] = ["items", "data", "records", "results", "rows", "list", "value", "values"];

/// How the objects lie in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One a line.
    Lines,
    /// One after another from that byte on, in a list or not.
    From(u64),
}

impl Shape {
    /// Looks at the first part of the text; `whole` says that it is all there is.
    pub fn of(sample: &[u8], whole: bool) -> Option<Self> {
        let start = sample.iter().position(|byte| !byte.is_ascii_whitespace())?;
        if sample[start] == b'[' {
            return Some(Self::From(start as u64 + 1));
        }
        let end = sample[start..].iter().position(|byte| *byte == b'\n').map(|end| start + end);
        let first = &sample[start..end.unwrap_or(sample.len())];
        let rest = end.map_or(&[][..], |end| sample[end..].trim_ascii_start());
        let complete = serde_json::from_slice::<&RawValue>(first.trim_ascii()).is_ok();
        let alone = rest.is_empty() && (whole || end.is_some());
        let list = list_within(sample, start);
        Some(match list {
            Some(list) if !complete || alone => Self::From(list as u64),
            _ if complete || rest.starts_with(b"{") => Self::Lines,
            _ => Self::From(start as u64),
        })
    }
}

/// Where the list of records begins in a file that is one object.
fn list_within(text: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at, mut key) = (0_usize, start, None);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                let end = string_end(text, at)?;
                key = Some(&text[at + 1..end]);
                at = end;
            }
            b'[' if depth == 1 && key.is_some_and(|key| LISTS.iter().any(|list| list.as_bytes() == key)) => {
                let next = text[at + 1..].trim_ascii_start().first();
                if matches!(next, Some(b'{' | b']')) {
                    return Some(at + 1);
                }
                depth += 1;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return None;
        }
        at += 1;
    }
    None
}

/// Where the quote closes that opens there.
fn string_end(text: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

pub(super) struct Pieces<R> {
    input: BufReader<R>,
    shape: Shape,
    piece: Vec<u8>,
    /// The line on which the piece starts.
    line: u64,
    /// Line ends passed so far.
    lines: u64,
    passed: u64,
    problem: Option<Problem>,
    begun: bool,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    pub fn new(input: R, shape: Shape) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
            shape,
            piece: Vec::new(),
            line: 0,
            lines: 0,
            passed: 0,
            problem: None,
            begun: false,
            ended: false,
        }
    }

    pub fn text(&self) -> &[u8] {
        &self.piece
    }

    pub fn line(&self) -> u64 {
        self.line
    }

    pub fn passed(&self) -> u64 {
        self.passed
    }

    pub fn problem(&self) -> Option<Problem> {
        self.problem
    }

    /// Goes on to the next object; false at the end.
    pub fn next(&mut self) -> io::Result<bool> {
        self.piece.clear();
        self.problem = None;
        let more = match self.shape {
            Shape::Lines => self.next_line()?,
            Shape::From(start) => self.next_element(start)?,
        };
        if more && self.problem.is_none() && self.piece.contains(&0) {
            self.problem = Some(Problem::NulByte);
        }
        Ok(more)
    }

    fn next_line(&mut self) -> io::Result<bool> {
        loop {
            self.piece.clear();
            self.line = self.lines + 1;
            let mut limited = (&mut self.input).take(LONGEST as u64);
            let count = limited.read_until(b'\n', &mut self.piece)?;
            if count == 0 {
                return Ok(false);
            }
            self.passed += count as u64;
            if self.piece.last() == Some(&b'\n') {
                self.lines += 1;
            } else if count == LONGEST {
                self.problem = Some(Problem::TooLong);
                self.piece.truncate(200);
                self.skip_line()?;
                return Ok(true);
            }
            let text = self.piece.trim_ascii_end().len();
            self.piece.truncate(text);
            if !self.piece.trim_ascii_start().is_empty() {
                return Ok(true);
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.input.fill_buf()?;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let count = end.map_or(bytes.len(), |end| end + 1);
            self.passed += count as u64;
            self.input.consume(count);
            self.lines += u64::from(end.is_some());
            if end.is_some() || count == 0 {
                return Ok(());
            }
        }
    }

    /// The next thing between commas, up to the end of its brackets.
    fn next_element(&mut self, start: u64) -> io::Result<bool> {
        if !self.begun {
            self.begun = true;
            self.skip(start)?;
        }
        let mut cut = Cut::default();
        while !self.ended {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                self.ended = true;
                break;
            }
            let mut count = 0;
            let mut done = false;
            for byte in bytes {
                let step = cut.step(*byte);
                if step == Step::Last {
                    (done, self.ended) = (true, true);
                    break;
                }
                count += 1;
                if step != Step::Between {
                    if self.piece.is_empty() {
                        self.line = self.lines + 1;
                    }
                    if self.piece.len() < LONGEST {
                        self.piece.push(*byte);
                    }
                }
                self.lines += u64::from(*byte == b'\n');
                if step == Step::End {
                    done = true;
                    break;
                }
            }
            self.passed += count as u64;
            self.input.consume(count);
            if done {
                break;
            }
        }
        if self.piece.len() >= LONGEST {
            self.piece.truncate(200);
            self.problem = Some(Problem::TooLong);
        }
        Ok(!self.piece.is_empty())
    }

    fn skip(&mut self, count: u64) -> io::Result<()> {
        let mut before = Vec::new();
        (&mut self.input).take(count).read_to_end(&mut before)?;
        self.passed += count;
        self.lines += before.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        Ok(())
    }
}

/// What a byte is to the element at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Not yet of it.
    Between,
    Within,
    /// Its last one.
    End,
    /// Behind the last element: the list ends.
    Last,
}

/// How deep in brackets and strings one is.
#[derive(Default)]
struct Cut {
    depth: usize,
    quoted: bool,
    escaped: bool,
    begun: bool,
}

impl Cut {
    fn step(&mut self, byte: u8) -> Step {
        if self.quoted {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.quoted = false,
                _ => {}
            }
            return Step::Within;
        }
        match byte {
            _ if !self.begun && (byte.is_ascii_whitespace() || byte == b',') => return Step::Between,
            b'"' => self.quoted = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth == 0 => return Step::Last,
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    return Step::End;
                }
            }
            // Something that is no object ends with a comma, which goes with it.
            b',' if self.depth == 0 => return Step::End,
            _ => {}
        }
        self.begun = true;
        Step::Within
    }
}
