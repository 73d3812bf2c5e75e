//! Lists: split at commas, semicolons and line breaks of either script, with double quotes around what holds one.

use super::super::length::{MOST_ITEMS, too_many_items};
use super::super::{Kind, Value};
use super::{Reading, fold, parse as parse_item, show as show_item};
use crate::error::Result;
use std::{borrow::Cow, collections::HashSet};

/// HubSpot and Google write several values of one field like this.
const TRIPLE: &str = ":::";

fn separates(letter: char) -> bool {
    matches!(letter, ',' | ';' | '，' | '、' | '；' | '\n' | '\r')
}

/// Reads each item once; an empty list is Null. Tags that differ in case alone are the same tag.
pub(super) fn parse(kind: &Kind, text: &str, reading: &Reading) -> Result<Value> {
    let (mut items, mut known) = (Vec::new(), HashSet::new());
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = next_piece(rest);
        rest = after;
        let value = parse_item(kind, &piece, reading)?;
        if !value.is_empty() && known.insert(fold(&show_item(kind, &value))) {
            items.push(value);
        }
        if items.len() > MOST_ITEMS {
            return Err(too_many_items());
        }
    }
    Ok(if items.is_empty() { Value::Null } else { Value::List(items) })
}

/// The next item and what stands after its separator.
fn next_piece(text: &str) -> (Cow<'_, str>, &str) {
    let text = text.trim_start_matches([' ', '\t', '\u{3000}']);
    if let Some(inner) = text.strip_prefix('"')
        && let Some((quoted, after)) = quoted(inner)
    {
        let (tail, rest) = plain_piece(after);
        let tail = tail.trim_end();
        return (Cow::Owned(quoted + tail), rest);
    }
    let (piece, rest) = plain_piece(text);
    (Cow::Borrowed(piece), rest)
}

/// Up to the next separator.
fn plain_piece(text: &str) -> (&str, &str) {
    let comma = text.char_indices().find(|(_, letter)| separates(*letter));
    // Looked for before the comma only, lest a long list be read as often as it has items.
    let triple = text[..comma.map_or(text.len(), |(at, _)| at)].find(TRIPLE);
    match (comma, triple) {
        (_, Some(colons)) => (&text[..colons], &text[colons + TRIPLE.len()..]),
        (Some((at, letter)), None) => (&text[..at], &text[at + letter.len_utf8()..]),
        (None, None) => (text, ""),
    }
}

/// What stands before the closing quote, doubled quotes made single, and what stands after it; none when it is not closed.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut inner = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        inner.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => rest = after,
            None => return Some((inner, rest)),
        }
        inner.push('"');
    }
}

/// Joined by commas; an item that would not be read back as one is quoted.
pub(super) fn show(kind: &Kind, items: &[Value]) -> String {
    let shown: Vec<String> = items.iter().map(|item| show_item(kind, item)).collect();
    join_items(shown.iter().map(String::as_str))
}

/// One cell of several items, which reads back as those.
#[must_use]
pub fn join_items<'i>(items: impl Iterator<Item = &'i str>) -> String {
    let mut text = String::new();
    for shown in items {
        if !text.is_empty() {
            text.push_str(", ");
        }
        if shown.starts_with('"') || shown.contains(separates) || shown.contains(TRIPLE) {
            text.push('"');
            text.push_str(&shown.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(shown);
        }
    }
    text
}
