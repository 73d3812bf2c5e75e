//! Chinese labels of fields and choices, from `labels.zh.toml` beside this file.

use super::{Kind, Schema};
use std::borrow::Cow;

const LABELS: &str = include_str!("labels.zh.toml");

/// Gives a schema's fields and choices their Chinese words.
///
/// The file is read line by line, once a schema, rather than as TOML, since this happens at every start.
pub(crate) fn apply(schema: &mut Schema) {
    let mut section = "";
    for line in LABELS.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
            continue;
        }
        let own = section.strip_prefix(schema.kind);
        let Some((key, word)) = line.split_once(" = ").filter(|_| own.is_some() || section == "record") else {
            continue;
        };
        let word = word.trim_matches('"');
        match own.map(|rest| rest.strip_prefix('.')) {
            Some(Some(field)) => label_choice(schema, field, key, word),
            Some(None) if section == schema.kind => label_field(schema, key, word, true),
            _ => label_field(schema, key, word, false),
        }
    }
}

/// What every record has is labelled alike, unless a kind says otherwise.
fn label_field(schema: &mut Schema, name: &str, word: &'static str, own: bool) {
    if let Some(field) = schema.fields.iter_mut().find(|field| field.name == name && (own || field.label_zh.is_empty()))
    {
        field.label_zh = Cow::Borrowed(word);
    }
}

fn label_choice(schema: &mut Schema, field: &str, key: &str, word: &'static str) {
    let field = schema.fields.iter_mut().find(|known| known.name == field);
    if let Some(Kind::Choice(choices)) = field.map(|field| &mut field.kind)
        && let Some(choice) = choices.iter_mut().find(|choice| choice.key == key)
    {
        choice.label_zh = Cow::Borrowed(word);
    }
}
