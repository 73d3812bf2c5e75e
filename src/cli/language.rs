//! English and Chinese: which one the reader wants, and the sentences of the library put into it.

use kehu::Message;
use std::{collections::HashMap, sync::OnceLock};

/// The languages that sentences come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

const CATALOGUE: &str = include_str!("../messages.zh.toml");

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
    match (language, (language == Language::Chinese).then(|| catalogue().get(message.template)).flatten()) {
        (Language::Chinese, Some(template)) => message.fill(template),
        _ => message.to_string(),
    }
}

/// The Chinese sentence for each English template; read when the first one is needed.
fn catalogue() -> &'static HashMap<String, String> {
    static SENTENCES: OnceLock<HashMap<String, String>> = OnceLock::new();
    SENTENCES.get_or_init(|| toml::from_str(CATALOGUE).unwrap_or_default())
}
