//! The encoding of a file, found by looking at its bytes, and the reader that turns it into UTF-8.

use super::guess;
use super::source::{Source, about, unreadable};
use crate::{Error, Message, Result};
use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read, Seek, SeekFrom};

const BLOCK: usize = 64 * 1024;
/// How many bytes with non-ASCII among them are looked at.
const ENOUGH: usize = 1024 * 1024;

/// An encoding and the length of the byte order mark before the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub encoding: &'static Encoding,
    pub bom: u8,
}

impl Found {
    /// Looks at the file; `wanted` is the reader's own word for its encoding.
    pub fn look(source: &Source, wanted: Option<&str>) -> Result<Self> {
        Self::look_with(source, wanted, guess::encoding)
    }

    /// Looks at a file of cards, whose lines may be folded within a character.
    pub(super) fn look_at_cards(source: &Source, wanted: Option<&str>) -> Result<Self> {
        Self::look_with(source, wanted, |bytes| guess::encoding_of_cards(&unfolded(bytes)))
    }

    fn look_with(source: &Source, wanted: Option<&str>, guess: impl Fn(&[u8]) -> &'static Encoding) -> Result<Self> {
        let head = source.head(BLOCK)?;
        let mark = Encoding::for_bom(&head).map(|(encoding, length)| Self { encoding, bom: u8::from(length == 3) + 2 });
        if let Some(wanted) = wanted {
            let encoding = named(wanted)?;
            return Ok(Self {
                encoding,
                bom: mark.filter(|found| found.encoding == encoding).map_or(0, |found| found.bom),
            });
        }
        if let Some(found) = mark {
            return Ok(found);
        }
        if let Some(encoding) = unmarked_utf16(&head) {
            return Ok(Self { encoding, bom: 0 });
        }
        if binary(&head) {
            return Err(about("{file} holds binary data, not text.", &source.name));
        }
        let encoding = guess(&notable(source)?);
        Ok(Self { encoding, bom: 0 })
    }

    /// The name people know it by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.encoding.name() {
            "gb18030" => "GB18030",
            name => name,
        }
    }

    /// The name, and whether a mark stands before the text.
    pub(super) fn words(&self) -> String {
        let mark = if self.bom > 0 { " with a byte order mark" } else { "" };
        format!("{}{mark}", self.name())
    }

    /// The text as UTF-8 from behind the byte order mark. What cannot be decoded becomes the byte FF, which
    /// is no UTF-8, so that the row it stands in is found out.
    pub(super) fn reader(&self, source: &Source) -> Result<Utf8Reader> {
        let mut file = source.reader()?;
        file.seek(SeekFrom::Start(u64::from(self.bom))).map_err(|error| unreadable(&source.name, &error))?;
        let decoder = (self.encoding != UTF_8).then(|| self.encoding.new_decoder_without_bom_handling());
        Ok(Utf8Reader { file, decoder, raw: Vec::new(), start: 0, ended: false, finished: false, malformed: false })
    }
}

/// Without the line breaks before which a line goes on, and the spaces that say so.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let mut whole: Vec<u8> = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let folded = matches!(line.first(), Some(b' ' | b'\t')) && whole.last() == Some(&b'\n');
        if folded {
            let end = whole.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
            whole.truncate(end.map_or(0, |end| end + 1));
        }
        whole.extend_from_slice(if folded { &line[1..] } else { line });
    }
    whole
}

/// The encoding of that name; GBK and GB2312 are read as their superset.
fn named(word: &str) -> Result<&'static Encoding> {
    let folded: String = word.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect::<String>().to_lowercase();
    let alias = match folded.as_str() {
        "gbk" | "gb2312" | "cp936" | "936" | "gb18030" | "euccn" | "hzgb2312" => Some(GB18030),
        "latin1" | "cp1252" | "1252" | "ansi" | "western" => Some(WINDOWS_1252),
        "utf8" | "utf8sig" | "utf8bom" | "cp65001" => Some(UTF_8),
        "utf16" | "utf16le" | "unicode" => Some(UTF_16LE),
        "utf16be" => Some(UTF_16BE),
        "cp950" => Some(encoding_rs::BIG5),
        "cp932" => Some(encoding_rs::SHIFT_JIS),
        _ => Encoding::for_label(word.as_bytes()),
    };
    alias.ok_or_else(|| {
        Error::bad_value(Message::new("There is no encoding named {value}.").with("value", word)).hint(Message::new(
            "Encodings are utf-8, gb18030, gbk, big5, utf-16, windows-1252, shift_jis and the like.",
        ))
    })
}

/// UTF-16 without a mark shows zero bytes at every other place only.
fn unmarked_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let even = head.iter().step_by(2).filter(|&&byte| byte == 0).count();
    let odd = head.iter().skip(1).step_by(2).filter(|&&byte| byte == 0).count();
    let enough = head.len() / 50 + 2;
    let encoding = match (even, odd) {
        (0, odd) if odd >= enough => UTF_16LE,
        (even, 0) if even >= enough => UTF_16BE,
        _ => return None,
    };
    let whole = head.get(..head.len() & !1)?;
    let (text, broken) = encoding.decode_without_bom_handling(whole);
    (!broken || text.chars().filter(|c| *c == '\u{fffd}').count() <= 1)
        .then_some(encoding)
        .filter(|_| text.contains(['\n', '\r', ',', '\t', ';']))
}

/// More than a stray control byte.
fn binary(head: &[u8]) -> bool {
    let control = head.iter().filter(|&&byte| byte < 9 || (14..27).contains(&byte) || (28..32).contains(&byte)).count();
    control > 4 && control * 50 > head.len()
}

/// The parts of the file that hold non-ASCII bytes, up to a limit; small files whole.
fn notable(source: &Source) -> Result<Vec<u8>> {
    let mut file = source.reader()?;
    let (mut kept, mut block) = (Vec::new(), vec![0; BLOCK]);
    let mut gap = false;
    loop {
        let count = fill(&mut file, &mut block).map_err(|error| unreadable(&source.name, &error))?;
        let bytes = block.get(..count).unwrap_or_default();
        if !bytes.is_ascii() {
            if gap {
                kept.push(b'\n');
            }
            kept.extend_from_slice(bytes);
        }
        gap = bytes.is_ascii();
        if count < BLOCK {
            return Ok(kept);
        }
        if kept.len() >= ENOUGH {
            let end = kept.iter().rposition(|&byte| byte == b'\n').unwrap_or(kept.len());
            kept.truncate(end);
            return Ok(kept);
        }
    }
}

/// Reads until the buffer is full or the file ends.
pub(super) fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Decodes while it reads, in constant memory. A buffer of fewer than eight bytes gets nothing.
pub(super) struct Utf8Reader {
    file: std::fs::File,
    /// None for UTF-8, which passes through.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    start: usize,
    ended: bool,
    finished: bool,
    /// A mark for undecodable bytes that found no room yet.
    malformed: bool,
}

impl Read for Utf8Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return self.file.read(out) };
        let mut written = 0;
        while written == 0 && !self.finished && out.len() >= 8 {
            if self.malformed {
                out[0] = 0xFF;
                (written, self.malformed) = (1, false);
            }
            if self.start == self.raw.len() && !self.ended {
                self.raw.resize(BLOCK, 0);
                let count = fill(&mut self.file, &mut self.raw)?;
                self.raw.truncate(count);
                (self.start, self.ended) = (0, count < BLOCK);
            }
            let (result, read, wrote) =
                decoder.decode_to_utf8_without_replacement(&self.raw[self.start..], &mut out[written..], self.ended);
            self.start += read;
            written += wrote;
            match result {
                DecoderResult::Malformed(..) => self.malformed = true,
                DecoderResult::InputEmpty => self.finished = self.ended,
                DecoderResult::OutputFull => {}
            }
        }
        Ok(written)
    }
}
