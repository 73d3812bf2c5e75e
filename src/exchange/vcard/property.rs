//! `Property`: one line of a card: its name, what its parameters say, and its value as text in whatever encoding.

use encoding_rs::{Encoding, GB18030, UTF_8};

#[derive(Debug, Clone)]
pub(super) struct Property {
    /// In capitals, without the group before it.
    pub name: String,
    /// In small letters: `cell`, `work`, `pref`.
    types: Vec<String>,
    parameters: Vec<(String, String)>,
    quoted: bool,
    value: Vec<u8>,
}

/// The names of what is data and no text.
const BINARY: [&str; 4] = ["PHOTO", "LOGO", "SOUND", "KEY"];
const ENCODINGS: [&str; 5] = ["QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"];

/// Whether the value of a line is written in quoted-printable.
pub(super) fn is_quoted(line: &[u8]) -> bool {
    split_header(line).is_some_and(|(header, _)| holds(header, b"QUOTED-PRINTABLE"))
}

/// Whether a line holds a picture, a sound or a key.
pub(super) fn is_binary(line: &[u8]) -> bool {
    let Some((header, _)) = split_header(line) else { return false };
    let name = header.split(|byte| *byte == b';').next().unwrap_or_default();
    let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    BINARY.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
        || [&b"BASE64"[..], b"ENCODING=B"].iter().any(|word| holds(header, word))
}

fn holds(header: &[u8], word: &[u8]) -> bool {
    header.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

/// What stands before the first colon outside quotes, and behind it.
fn split_header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut inside = false;
    let at = line.iter().position(|byte| {
        inside ^= *byte == b'"';
        *byte == b':' && !inside
    })?;
    Some((&line[..at], &line[at + 1..]))
}

impl Property {
    /// Reads an unfolded line; none when it is no property.
    pub fn read(line: &[u8]) -> Option<Self> {
        let (header, value) = split_header(line)?;
        let header = String::from_utf8_lossy(header).into_owned();
        let mut parts = outside_quotes(&header, ';').into_iter();
        let full = parts.next()?.trim();
        // A group before the name ties it to a label.
        let name = full.rsplit('.').next().unwrap_or(full);
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(letters) {
            return None;
        }
        let mut property = Self {
            name: name.to_ascii_uppercase(),
            types: Vec::new(),
            parameters: Vec::new(),
            quoted: false,
            value: value.to_vec(),
        };
        parts.for_each(|part| property.parameter(part));
        Some(property)
    }

    fn parameter(&mut self, part: &str) {
        let (name, value) = part.split_once('=').unwrap_or(("", part));
        let (name, value) = (name.trim().to_ascii_uppercase(), value.trim());
        let encoding = ENCODINGS.iter().any(|known| value.eq_ignore_ascii_case(known));
        match &*name {
            "ENCODING" => self.quoted |= value.eq_ignore_ascii_case("QUOTED-PRINTABLE"),
            "" if encoding => self.quoted |= value.eq_ignore_ascii_case("QUOTED-PRINTABLE"),
            "" | "TYPE" => {
                let words = value.trim_matches('"').split(',').map(|word| word.trim().to_ascii_lowercase());
                self.types.extend(words.filter(|word| !word.is_empty()));
            }
            _ => self.parameters.push((name, value.trim_matches('"').to_owned())),
        }
    }

    pub fn is(&self, word: &str) -> bool {
        self.types.iter().any(|known| known == word)
    }

    pub fn parameter_of(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// How much it is preferred, less for more.
    pub fn preference(&self) -> u32 {
        let said = self.parameter_of("PREF").and_then(|number| number.parse().ok());
        said.unwrap_or(if self.is("pref") { 1 } else { 1000 })
    }

    /// The whole value as one text; none when its bytes are no characters.
    pub fn text(&self, reading: How) -> Option<String> {
        self.decoded(&self.value, reading)
    }

    /// The parts between separators that are not escaped.
    pub fn parts(&self, separator: u8, reading: How) -> Option<Vec<String>> {
        let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
        for (at, byte) in self.value.iter().enumerate() {
            if *byte == separator && !escaped {
                parts.push(&self.value[start..at]);
                start = at + 1;
            }
            escaped = *byte == b'\\' && !escaped;
        }
        parts.push(&self.value[start..]);
        parts.into_iter().map(|part| self.decoded(part, reading)).collect()
    }

    fn decoded(&self, bytes: &[u8], reading: How) -> Option<String> {
        let bytes = if self.quoted { &*unquoted(bytes) } else { bytes };
        let text = if reading.decoded && !self.quoted { None } else { Some(self.charset()) };
        let text = match text.flatten() {
            Some(encoding) if encoding != UTF_8 => decode(encoding, bytes)?,
            declared => match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                // Chinese phones leave out what everybody there knows.
                Err(_) if declared.is_none() && self.quoted => decode(GB18030, bytes)?,
                Err(_) => return None,
            },
        };
        Some(unescaped(&text, reading.old).trim().to_owned())
    }

    fn charset(&self) -> Option<&'static Encoding> {
        let label = self.parameter_of("CHARSET")?;
        Encoding::for_label(label.as_bytes())
            .map(|encoding| if encoding == encoding_rs::GBK { GB18030 } else { encoding })
    }
}

/// How values are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct How {
    /// The file as a whole was of another encoding, and is UTF-8 by now.
    pub decoded: bool,
    /// Version 2.1, which writes line ends in quoted-printable alone.
    pub old: bool,
}

fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// Cut at a character that stands outside quotes.
fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut inside = false;
    text.split(|c: char| {
        inside ^= c == '"';
        c == separator && !inside
    })
    .collect()
}

/// `=E5=AE=89` as bytes; an equals sign that means nothing stands for itself.
fn unquoted(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                plain.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            (b'=', _, _) if at + 1 == bytes.len() => at += 1,
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    plain
}

/// Without backslashes before what they protect, and with plain line ends.
fn unescaped(text: &str, old: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('n' | 'N')) if !old => {
                letters.next();
                plain.push('\n');
            }
            ('\\', Some(next @ ('\\' | ';' | ',' | ':' | '"'))) => {
                plain.push(*next);
                letters.next();
            }
            ('\r', Some('\n')) => {}
            ('\r', _) => plain.push('\n'),
            _ => plain.push(letter),
        }
    }
    plain
}
