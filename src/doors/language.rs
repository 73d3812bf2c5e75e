//! English and Chinese: which one the reader wants, and the sentences of the library put into it.

pub use super::operations::operation;

use crate::{Message, catalog, record::Choice};
use std::{collections::HashMap, sync::OnceLock};

/// The languages that sentences come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

const CATALOGUE: &str = include_str!("../messages.zh.toml");
/// What the help says of nouns, verbs and commands, which is read only when help is printed.
const HELP: &str = include_str!("../cli/help.zh.toml");

/// The language that the environment asks for.
pub fn of_environment() -> Language {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let word = ["KEHU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
    named(&word.unwrap_or_default())
}

/// `zh`, `zh_CN.UTF-8`, `cn`, `中文` are Chinese; all else is English.
pub fn named(word: &str) -> Language {
    let chinese = word.starts_with("zh") || word == "cn" || word.contains('中');
    if chinese { Language::Chinese } else { Language::English }
}

/// The sentence in a language; in English where the catalogue has none.
pub fn word(message: &Message, language: Language) -> String {
    if language == Language::English {
        return in_english(message);
    }
    let message = &with_nouns(message);
    catalogue().get(message.template).map_or_else(|| message.to_string(), |template| message.fill(template))
}

/// A message that calls the kinds of record as people do: a sla policy is no `sla_policy`.
fn in_english(message: &Message) -> String {
    if message.template.contains("kehu ") {
        return message.to_string();
    }
    let mut message = message.clone();
    for (name, value) in &mut message.arguments {
        if matches!(*name, "kind" | "noun") && noun(value).is_some() {
            *value = value.replace('_', " ");
        }
        if *name == "status" {
            *value = status(value, |choice| choice.label.to_lowercase());
        }
    }
    let text = message.to_string();
    match text.strip_prefix("A ") {
        Some(rest) if message.template.starts_with("A {kind}") && rest.starts_with(['a', 'e', 'i', 'o']) => {
            format!("An {rest}")
        }
        _ => text,
    }
}

/// The state of a ticket as people call it; what is none stays as it is.
fn status(key: &str, called: impl Fn(&Choice) -> String) -> String {
    let schemas = crate::crm::base_schemas();
    let field = schemas.iter().find(|schema| schema.kind == "ticket").and_then(|schema| schema.field("status"));
    let choice = field.and_then(|field| field.choices().iter().find(|choice| choice.key == key));
    choice.map_or_else(|| key.to_owned(), called)
}

/// A message whose arguments call the kinds of record by their Chinese names.
fn with_nouns(message: &Message) -> Message {
    let mut message = message.clone();
    // A command to run is the same in every language.
    if message.template.contains("kehu ") {
        return message;
    }
    for (name, value) in &mut message.arguments {
        match *name {
            "kind" | "noun" => *value = noun(value).unwrap_or(value).to_owned(),
            "verb" => *value = help(value),
            "status" => *value = status(value, |choice| choice.label_zh.to_string()),
            _ => {}
        }
    }
    // Words of a list that the sentence names come in both languages.
    if let Some((_, chinese)) = message.arguments.iter().find(|(name, _)| *name == "words_zh").cloned() {
        message
            .arguments
            .iter_mut()
            .filter(|(name, _)| *name == "words")
            .for_each(|(_, words)| words.clone_from(&chinese));
    }
    message
}

/// The Chinese name of a kind of record, or of what else a list is of.
pub(super) fn noun(english: &str) -> Option<&'static str> {
    let plain = english.replace(' ', "_");
    let fits = |entry: &&catalog::Entry| entry.kind == plain || entry.table == plain;
    let other = [
        ("records", "记录"),
        ("groups", "组"),
        ("fields", "字段"),
        ("kinds", "类别"),
        ("operations", "操作"),
        ("changes", "变更"),
        ("imports", "导入"),
        ("events", "事件"),
        ("duties", "事项"),
        ("rows", "行"),
        ("pairs", "对"),
        ("forecasts", "预测"),
        ("steps", "步骤"),
        ("assignments", "分配"),
        ("amounts", "金额"),
        ("settings", "设置"),
        ("days", "日期"),
        ("people", "人员"),
        ("lines", "行"),
        ("sources", "来源"),
        ("groups by name", "记录"),
    ];
    let other = other.iter().find(|(word, _)| *word == english).map(|(_, chinese)| *chinese);
    catalog::ENTRIES.iter().find(fits).map(|entry| entry.noun_zh).or(other)
}

/// A text of the help in Chinese, or as it is where there is none yet.
pub fn help(english: &str) -> String {
    static TEXTS: OnceLock<HashMap<String, String>> = OnceLock::new();
    let texts = TEXTS.get_or_init(|| toml::from_str(HELP).unwrap_or_default());
    let plain = english.trim_end_matches('.');
    let said = texts.get(english).or_else(|| texts.get(plain)).cloned();
    let added = || {
        let kind = english.strip_prefix("Adds an ").or_else(|| english.strip_prefix("Adds a "))?;
        noun(kind).map(|noun| format!("新增{noun}"))
    };
    said.or_else(added).or_else(|| reference(english)).unwrap_or_else(|| english.to_owned())
}

/// How a record may be named, which is told with the letter of its kind.
fn reference(english: &str) -> Option<String> {
    let said = [
        (", 12, a name, an e-mail, a phone or ext:system:number", "、12、名称、邮箱、电话或 ext:系统:编号"),
        (" or another reference; then field=value pairs", " 或其他引用；其后写 字段=值"),
    ];
    said.iter().find_map(|(tail, chinese)| Some(format!("{}{chinese}", english.strip_suffix(tail)?)))
}

/// The Chinese sentence for each English template; read when the first one is needed.
fn catalogue() -> &'static HashMap<String, String> {
    static SENTENCES: OnceLock<HashMap<String, String>> = OnceLock::new();
    SENTENCES.get_or_init(|| toml::from_str(CATALOGUE).unwrap_or_default())
}
