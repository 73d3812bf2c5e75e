//! Chinese labels of fields and choices, from `labels.zh.toml` beside this file.

use super::{Field, Kind};
use std::borrow::Cow;
use std::sync::LazyLock;

const LABELS: &str = include_str!("labels.zh.toml");

/// The sections of the file: what stands between the brackets, and the lines below.
///
/// The file is read line by line and once, rather than as TOML, since this happens at every start.
static SECTIONS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    LABELS.split("\n[").filter_map(|section| section.trim_start_matches('[').split_once(']')).collect()
});

/// Gives the fields of a kind, and their choices, their Chinese words.
pub(crate) fn apply(kind: &str, fields: &mut [Field]) {
    for (name, lines) in SECTIONS.iter() {
        let (of, field) = name.split_once('.').unwrap_or((name, ""));
        if of != kind && *name != "record" {
            continue;
        }
        for (key, word) in lines.lines().filter_map(|line| line.split_once('=')) {
            let (key, word) = (key.trim_ascii_end(), word.trim_ascii_start().trim_matches('"'));
            if field.is_empty() {
                label_field(fields, key, word, of == kind);
            } else {
                label_choice(fields, field, key, word);
            }
        }
    }
}

/// What every record has is labelled alike, unless a kind says otherwise.
fn label_field(fields: &mut [Field], name: &str, word: &'static str, own: bool) {
    if let Some(field) = fields.iter_mut().find(|field| field.name == name && (own || field.label_zh.is_empty())) {
        field.label_zh = Cow::Borrowed(word);
    }
}

fn label_choice(fields: &mut [Field], field: &str, key: &str, word: &'static str) {
    let field = fields.iter_mut().find(|known| known.name == field);
    if let Some(Kind::Choice(choices)) = field.map(|field| &mut field.kind)
        && let Some(choice) = choices.iter_mut().find(|choice| choice.key == key)
    {
        choice.label_zh = Cow::Borrowed(word);
    }
}
