//! Chinese labels of fields and choices, from `labels.zh.toml` beside this file.

use super::{Kind, Schema};
use std::borrow::Cow;

const LABELS: &str = include_str!("labels.zh.toml");

/// Gives a schema's fields and choices their Chinese words.
///
/// The file is read line by line rather than as TOML, since this happens at every start.
pub(crate) fn apply(schema: &mut Schema) {
    for field in &mut schema.fields {
        let label = in_section(schema.kind, &field.name).or_else(|| in_section("record", &field.name));
        field.label_zh = Cow::Borrowed(label.unwrap_or_default());
        let Kind::Choice(choices) = &mut field.kind else { continue };
        for choice in choices {
            let word = in_section(&format!("{}.{}", schema.kind, field.name), &choice.key);
            choice.label_zh = Cow::Borrowed(word.unwrap_or_default());
        }
    }
}

/// The word for a key in a `[section]` of the file.
fn in_section(section: &str, key: &str) -> Option<&'static str> {
    let mut inside = false;
    for line in LABELS.lines() {
        if let Some(name) = line.strip_prefix('[') {
            if inside {
                return None;
            }
            inside = name.trim_end_matches(']') == section;
        } else if inside
            && let Some((name, word)) = line.split_once(" = ")
            && name == key
        {
            return Some(word.trim_matches('"'));
        }
    }
    None
}
