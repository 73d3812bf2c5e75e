//! Chinese labels of fields and choices, from `labels.zh.toml` beside this file.

use super::{Kind, Schema};
use std::borrow::Cow;

const LABELS: &str = include_str!("labels.zh.toml");

/// Gives the fields and choices of all schemas their Chinese words.
///
/// The file is read line by line and once, rather than as TOML, since this happens at every start.
pub(crate) fn apply(schemas: &mut [Schema]) {
    let (mut kind, mut field) = ("", "");
    let mut own = None;
    for line in LABELS.lines() {
        if let Some(name) = line.strip_prefix('[') {
            let name = name.trim_end_matches(']');
            (kind, field) = name.split_once('.').unwrap_or((name, ""));
            own = schemas.iter().position(|schema| schema.kind == kind);
            continue;
        }
        let Some((key, word)) = line.split_once('=') else { continue };
        let (key, word) = (key.trim_ascii_end(), word.trim_ascii_start().trim_matches('"'));
        match own.and_then(|own| schemas.get_mut(own)) {
            Some(schema) if field.is_empty() => label_field(schema, key, word, true),
            Some(schema) => label_choice(schema, field, key, word),
            None if kind == "record" => schemas.iter_mut().for_each(|schema| label_field(schema, key, word, false)),
            None => {}
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
