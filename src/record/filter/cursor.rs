//! A place in the text of a filter, and the pieces that can be read from there.

use super::Operator;
use super::mistake;
use crate::error::Result;

/// Reads on through a filter's text.
pub(super) struct Cursor<'t> {
    text: &'t str,
    /// In bytes, always between two characters.
    pub at: usize,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character's number, from 1, for people.
    pub fn place(&self, at: usize) -> usize {
        self.text[..at].chars().count() + 1
    }

    pub fn here(&self) -> usize {
        self.place(self.at)
    }

    /// Takes the next `length` bytes.
    pub fn take(&mut self, length: usize) -> &'t str {
        let piece = &self.rest()[..length];
        self.at += length;
        piece
    }

    /// Whether there was any space.
    pub fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start().len();
        self.at += length;
        length > 0
    }

    /// The text in double quotes that starts here.
    pub fn quoted(&mut self) -> Result<String> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1).peekable();
        while let Some((index, character)) = characters.next() {
            match (character, characters.peek().map(|next| next.1)) {
                ('"', Some('"')) | ('\\', Some('"' | '\\')) => text.extend(characters.next().map(|next| next.1)),
                ('"', _) => {
                    self.at += index + 1;
                    return Ok(text);
                }
                _ => text.push(character),
            }
        }
        Err(mistake::unclosed_quote(self.here()))
    }

    /// Refuses a parenthesis, quote or text directly after the text that was just read.
    pub fn expect_end_of_text(&self) -> Result<()> {
        match self.peek() {
            None | Some(')') => Ok(()),
            Some(next) if next.is_whitespace() => Ok(()),
            Some(next) => Err(mistake::touches(next.encode_utf8(&mut [0; 4]), self.here())),
        }
    }
}

/// Whether bare text ends before this character.
pub(super) fn ends_text(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '"')
}

pub(super) fn is_comma(character: char) -> bool {
    matches!(character, ',' | '，')
}

/// The operator that a text starts with, and its length in bytes.
pub(super) fn operator_at(text: &str) -> Option<(Operator, usize)> {
    let mut characters = text.chars();
    let first = characters.next()?;
    let second = characters.next().map(narrow).unwrap_or_default();
    let (operator, double) = match (narrow(first), second) {
        ('!', '=') => (Operator::NotEqual, true),
        ('!', '~') => (Operator::NotContains, true),
        ('>', '=') => (Operator::GreaterOrEqual, true),
        ('<', '=') => (Operator::LessOrEqual, true),
        ('=', _) => (Operator::Equal, false),
        ('>', _) => (Operator::Greater, false),
        ('<', _) => (Operator::Less, false),
        ('~', _) => (Operator::Contains, false),
        (':', _) => (Operator::Has, false),
        _ => return None,
    };
    let rest = if double { characters.as_str() } else { &text[first.len_utf8()..] };
    Some((operator, text.len() - rest.len()))
}

/// The half-width form of a full-width operator character.
fn narrow(character: char) -> char {
    match character {
        '＝' => '=',
        '＞' => '>',
        '＜' => '<',
        '：' => ':',
        '～' => '~',
        '！' => '!',
        other => other,
    }
}
