//! `Scan`: a few figures about a part of a workbook: what its reader would have to hold at once.

/// Reads XML byte by byte and keeps a few figures about it.
#[derive(Default)]
pub(super) struct Scan {
    /// Bytes since the last cell, row or other thing began that is read for itself.
    run: u64,
    pub longest: u64,
    /// The bytes of an attribute's value so far.
    value: u64,
    pub longest_value: u64,
    pub formats: u64,
    /// How many groups of cells were made one.
    pub merged: u64,
    /// A row or a cell says a place that no sheet has.
    pub beyond: bool,
    /// How many texts there are said to be.
    pub announced: u64,
    tag: Vec<u8>,
    place: Place,
    last: [u8; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    #[default]
    Text,
    /// In the name of a tag or behind it.
    Tag,
    Value(u8),
    /// Between marks within which nothing is a tag.
    Verbatim,
}

/// So much of a tag is looked at.
const TAG: usize = 8192;

impl Scan {
    pub fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.step(*byte);
            self.last = [self.last[1], *byte];
            self.run += 1;
            self.longest = self.longest.max(self.run);
        }
    }

    fn step(&mut self, byte: u8) {
        match self.place {
            Place::Text if byte == b'<' => {
                self.tag.clear();
                self.place = Place::Tag;
            }
            Place::Text => {}
            Place::Tag => self.in_tag(byte),
            Place::Value(quote) => {
                self.value += 1;
                self.longest_value = self.longest_value.max(self.value);
                self.keep(byte);
                if byte == quote {
                    self.place = Place::Tag;
                }
            }
            Place::Verbatim => {
                if byte == b'>' && matches!(&self.last, b"--" | b"]]") {
                    self.place = Place::Text;
                }
            }
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.tag.len() < TAG {
            self.tag.push(byte);
        }
    }

    fn in_tag(&mut self, byte: u8) {
        match byte {
            b'>' => {
                self.place = Place::Text;
                self.end_tag();
            }
            b'"' | b'\'' => {
                self.keep(byte);
                self.value = 0;
                self.place = Place::Value(byte);
            }
            _ => self.keep(byte),
        }
        if self.tag == b"!--" || self.tag == b"![CDATA[" {
            self.place = Place::Verbatim;
        }
    }

    fn end_tag(&mut self) {
        let end = self.tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        let name = &self.tag[..end.unwrap_or(self.tag.len())];
        let name = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
        match name {
            b"c" | b"row" => self.beyond |= is_beyond(&self.tag),
            b"xf" => self.formats += 1,
            b"mergeCell" => self.merged += 1,
            b"sst" => self.announced = announced(&self.tag),
            _ => {}
        }
        // What stands within a cell or a text adds to it; everything else is read for itself.
        let within: [&[u8]; 12] =
            [b"", b"t", b"r", b"v", b"f", b"is", b"rPr", b"rPh", b"sz", b"color", b"rFont", b"family"];
        let parts_of_fonts: [&[u8]; 8] =
            [b"b", b"i", b"u", b"charset", b"scheme", b"vertAlign", b"strike", b"phoneticPr"];
        if !within.contains(&name) && !parts_of_fonts.contains(&name) {
            self.run = 0;
        }
    }
}

/// Whether `r="XFE1"` or `r="1048577"` stands in a tag: the reader of workbooks takes larger numbers for smaller ones.
fn is_beyond(tag: &[u8]) -> bool {
    let at = tag.windows(4).position(|part| part[0].is_ascii_whitespace() && part[1..3] == *b"r=");
    let Some(at) = at else { return false };
    let place = tag[at + 4..].split(|byte| matches!(byte, b'"' | b'\'')).next().unwrap_or_default();
    let letters = place.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let row = place[letters..].iter().try_fold(0_u32, |row, byte| {
        row.checked_mul(10)?.checked_add(char::from(*byte).to_digit(10).unwrap_or_default())
    });
    letters > 3 || row.is_none_or(|row| row > 1_048_576)
}

/// The number behind `uniqueCount`.
fn announced(tag: &[u8]) -> u64 {
    if tag.len() >= TAG {
        return u64::MAX;
    }
    let text = String::from_utf8_lossy(tag);
    let Some((_, rest)) = text.split_once("uniqueCount") else { return 0 };
    let digits: String =
        rest.chars().skip_while(|sign| !sign.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u64::MAX) }
}
