//! `Cards`: the cards of a file one after the other, their lines unfolded, in little memory whatever their pictures weigh.

use super::property::{Property, is_binary, is_quoted};
use crate::exchange::row::Problem;
use std::io::{self, BufRead, BufReader, Read};

/// What a card may weigh without its pictures.
const HEAVIEST: usize = 4 * 1024 * 1024;
/// The longest line that is kept; the rest of a picture is passed over, and nothing else may be so long.
const LONGEST: u64 = 1024 * 1024;

/// One card.
#[derive(Debug, Default)]
pub(super) struct Card {
    /// The line on which it begins.
    pub line: u64,
    pub properties: Vec<Property>,
    pub problem: Option<Problem>,
}

pub(super) struct Cards<R> {
    input: BufReader<R>,
    line: u64,
    /// Bytes passed so far.
    pub passed: u64,
    physical: Vec<u8>,
    /// Some of the line was passed over.
    cut: bool,
    /// The line that begins a card was read already, while looking for the end of the one before.
    begun: Option<u64>,
    /// Lines outside cards.
    pub stray: Vec<(u64, String)>,
}

impl<R: Read> Cards<R> {
    pub fn new(input: R) -> Self {
        let input = BufReader::with_capacity(64 * 1024, input);
        Self { input, line: 0, passed: 0, physical: Vec::new(), cut: false, begun: None, stray: Vec::new() }
    }

    /// The next card; none at the end.
    pub fn next(&mut self) -> io::Result<Option<Card>> {
        let line = match self.begun.take() {
            Some(line) => line,
            None => match self.find_beginning()? {
                Some(line) => line,
                None => return Ok(None),
            },
        };
        self.card(line).map(Some)
    }

    fn find_beginning(&mut self) -> io::Result<Option<u64>> {
        while self.read_line()? {
            let text = self.physical.trim_ascii();
            if text.eq_ignore_ascii_case(b"BEGIN:VCARD") {
                return Ok(Some(self.line));
            }
            if !text.is_empty() && self.stray.len() < 100 {
                let start = &text[..text.len().min(80)];
                self.stray.push((self.line, String::from_utf8_lossy(start).into_owned()));
            }
        }
        Ok(None)
    }

    /// The lines up to the end, folded ones put together.
    fn card(&mut self, line: u64) -> io::Result<Card> {
        let mut card = Card { line, ..Card::default() };
        let (mut logical, mut within, mut weight) = (Logical::default(), 0, 0);
        while self.read_line()? {
            let text = self.physical.trim_ascii();
            if text.eq_ignore_ascii_case(b"BEGIN:VCARD") {
                // An agent's card stands within the card of whom they act for.
                if logical.bytes.to_ascii_uppercase().starts_with(b"AGENT") {
                    within += 1;
                    continue;
                }
                self.begun = Some(self.line);
                break;
            }
            if text.eq_ignore_ascii_case(b"END:VCARD") {
                if within > 0 {
                    within -= 1;
                    continue;
                }
                logical.finish(&mut card);
                return Ok(card);
            }
            if within > 0 {
                continue;
            }
            weight += self.physical.len();
            if logical.takes(&self.physical) {
                weight -= if logical.binary { self.physical.len() } else { 0 };
            } else {
                logical.finish(&mut card);
                logical = Logical::begin(&self.physical);
            }
            if weight > HEAVIEST || self.cut && !logical.binary {
                card.problem = Some(Problem::TooLong);
                logical = Logical::default();
                weight = 0;
            }
        }
        card.problem = Some(Problem::NoEnd);
        Ok(card)
    }

    /// One line without its ending; false at the end of the file.
    fn read_line(&mut self) -> io::Result<bool> {
        self.physical.clear();
        let mut count = (&mut self.input).take(LONGEST).read_until(b'\n', &mut self.physical)?;
        if count == 0 {
            return Ok(false);
        }
        self.cut = false;
        while count > 0 && self.physical.last() != Some(&b'\n') {
            // What is so long is a picture, or no line of a card.
            let mut rest = Vec::new();
            self.cut = true;
            count = (&mut self.input).take(LONGEST).read_until(b'\n', &mut rest)?;
            self.passed += count as u64;
            if rest.last() == Some(&b'\n') {
                break;
            }
        }
        self.line += 1;
        self.passed += self.physical.len() as u64;
        while matches!(self.physical.last(), Some(b'\n' | b'\r')) {
            self.physical.pop();
        }
        Ok(true)
    }
}

/// A line of a card with what was folded off it.
#[derive(Default)]
struct Logical {
    bytes: Vec<u8>,
    quoted: bool,
    binary: bool,
}

impl Logical {
    fn begin(line: &[u8]) -> Self {
        let (quoted, binary) = (is_quoted(line), is_binary(line));
        let bytes = if binary { header(line).to_vec() } else { line.to_vec() };
        Self { bytes, quoted, binary }
    }

    /// Whether the line goes on with this one, which then holds it.
    fn takes(&mut self, line: &[u8]) -> bool {
        if self.bytes.is_empty() {
            return line.is_empty();
        }
        if self.quoted && self.bytes.last() == Some(&b'=') {
            self.bytes.pop();
            self.bytes.extend_from_slice(line);
            return true;
        }
        match line.first() {
            None => true,
            Some(b' ' | b'\t') => {
                if !self.binary {
                    self.bytes.extend_from_slice(&line[1..]);
                }
                true
            }
            Some(_) => self.binary && !line.contains(&b':'),
        }
    }

    fn finish(&self, card: &mut Card) {
        if self.bytes.is_empty() {
            return;
        }
        match Property::read(&self.bytes) {
            Some(property) => card.properties.push(property),
            None => card.problem = card.problem.or(Some(Problem::NoProperty)),
        }
    }
}

/// The line up to its colon.
fn header(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|byte| *byte == b':').map_or(line.len(), |at| at + 1);
    &line[..end]
}
