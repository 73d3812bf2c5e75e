//! Text: trimmed and put on one line where the field has one, and folded for comparing.

use super::super::Value;
use crate::error::{Error, Result};
use crate::message::Message;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Without the white space around it. NUL is refused, for neither database could keep it.
pub(super) fn trimmed(text: &str) -> Result<&str> {
    if text.as_bytes().contains(&0) {
        return Err(Error::bad_value(Message::new("The text holds a NUL character, which cannot be kept."))
            .hint(Message::new("Take the character out, or check the file's encoding.")));
    }
    let text = text.trim();
    // A name of nothing but marks that nobody sees is no name.
    if !text.is_ascii() && text.chars().all(invisible) {
        return Ok("");
    }
    Ok(text)
}

/// Marks of direction and joining, and blanks, which leave nothing to see.
fn invisible(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
}

/// One line: inner line breaks and tabs become a space.
pub(super) fn line(text: &str) -> Value {
    Value::Text(one_line(text).into_owned())
}

/// Several lines, ended as on Unix.
pub(super) fn lines(text: &str) -> Value {
    if text.contains('\r') {
        return Value::Text(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Value::text(text)
}

/// The text without line breaks and tabs.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'\n' | b'\r' | b'\t')) {
        return Cow::Borrowed(text);
    }
    let pieces = text.split(['\n', '\r', '\t']).map(str::trim).filter(|piece| !piece.is_empty());
    Cow::Owned(pieces.collect::<Vec<_>>().join(" "))
}

/// The text in its narrow form: full-width digits, letters and signs become the plain ones.
pub(super) fn narrow(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let folded: String = text.nfkc().filter(|letter| !unseen(*letter)).map(sign).collect();
    Cow::Owned(folded.trim().to_owned())
}

/// The marks of direction and joining that contact programs copy along with a number.
fn unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The minus of typesetters is a minus.
fn sign(letter: char) -> char {
    if letter == '\u{2212}' { '-' } else { letter }
}

/// The text for comparing without case and width: NFKC, lower case, trimmed, each run of white space one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        squeeze(text.bytes().map(|byte| byte.to_ascii_lowercase() as char), &mut folded);
    } else {
        // Normalised again because a lower-case letter may have a composed form that its capital lacks.
        squeeze(text.nfkc().flat_map(char::to_lowercase).nfkc(), &mut folded);
    }
    folded
}

/// Appends the letters with their white space squeezed.
pub(super) fn squeeze(letters: impl Iterator<Item = char>, into: &mut String) {
    let mut space = false;
    for letter in letters {
        if letter.is_whitespace() {
            space = !into.is_empty();
            continue;
        }
        if space {
            into.push(' ');
            space = false;
        }
        into.push(letter);
    }
}
