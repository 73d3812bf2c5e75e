//! The text of one cell, for people or for programs.

use crate::record::types::show;
use crate::record::{Choice, Kind, Value};
use std::borrow::Cow;

/// Who reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The words that an import reads back, whatever the language.
    Program,
    English,
    Chinese,
}

/// A value in words; nothing for an absent one.
pub fn cell_text<'v>(kind: &'v Kind, value: &'v Value, audience: Audience) -> Cow<'v, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(yes) => Cow::Borrowed(yes_or_no(*yes, audience)),
        Value::Text(text) => Cow::Borrowed(word_text(kind, text, audience)),
        Value::Link(link) if link.title.is_empty() => Cow::Owned(link.short()),
        Value::Link(link) => Cow::Borrowed(&link.title),
        Value::List(items) if audience != Audience::Program => {
            let kind = if let Kind::List(item) = kind { item } else { kind };
            let texts: Vec<_> = items.iter().map(|item| cell_text(kind, item, audience)).collect();
            Cow::Owned(texts.join(", "))
        }
        Value::Integer(_) | Value::Money(_) | Value::List(_) => Cow::Owned(show(kind, value)),
    }
}

fn yes_or_no(yes: bool, audience: Audience) -> &'static str {
    match (yes, audience) {
        (true, Audience::Chinese) => "是",
        (false, Audience::Chinese) => "否",
        (true, _) => "yes",
        (false, _) => "no",
    }
}

/// The key of a choice for programs, its words for people; a day, for people, where an instant is the local midnight that
/// stands for it; any other text as it is.
fn word_text<'v>(kind: &'v Kind, text: &'v str, audience: Audience) -> &'v str {
    if *kind == Kind::Timestamp && audience != Audience::Program {
        return text.strip_suffix(" 00:00").unwrap_or(text);
    }
    let Kind::Choice(choices) = kind else { return text };
    match choices.iter().find(|choice| choice.key == text) {
        Some(Choice { label_zh, .. }) if audience == Audience::Chinese && !label_zh.is_empty() => label_zh,
        Some(Choice { label, .. }) if audience != Audience::Program && !label.is_empty() => label,
        _ => text,
    }
}

/// Whether numbers of this kind stand under each other.
pub fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Decimal { .. } | Kind::Percent | Kind::Money)
}
