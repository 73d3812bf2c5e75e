//! Choices: a word of a closed list by its key, either label, or the beginning of one.

use super::super::{Choice, Value};
use super::fold;
use crate::error::{Error, Result};
use crate::message::Message;

/// Reads a word of the list into its key. A retired word is read only where it may stand, as in filters.
pub fn parse_choice(choices: &[Choice], text: &str, accept_retired: bool) -> Result<Value> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    // Files mostly hold the very words of the list, which need no folding.
    let exact = choices.iter().find(|choice| spellings(choice).any(|word| word == text));
    let found = exact.or_else(|| folded(choices, text));
    let found = match found {
        None => prefix(choices, text, accept_retired)?,
        found => found,
    };
    match found {
        Some(choice) if choice.retired && !accept_retired => Err(retired(choices, text)),
        Some(choice) => Ok(Value::text(choice.key.clone())),
        None => Err(unknown(choices, text)),
    }
}

fn spellings(choice: &Choice) -> impl Iterator<Item = &str> {
    [&*choice.key, &*choice.label, &*choice.label_zh].into_iter().filter(|word| !word.is_empty())
}

/// The choice that is so called without regard to case and width; `A（重点客户）` is called `A` and `重点客户`.
fn folded<'a>(choices: &'a [Choice], text: &str) -> Option<&'a Choice> {
    let whole = fold(text);
    let named = |name: &str| {
        let name = name.trim();
        choices.iter().find(|choice| !name.is_empty() && spellings(choice).any(|word| fold(word) == name))
    };
    named(&whole).or_else(|| {
        let (before, inside) = whole.strip_suffix(')')?.split_once('(')?;
        named(before).or_else(|| named(inside))
    })
}

/// The one choice that begins so. A retired word does not stand in a live one's way.
fn prefix<'a>(choices: &'a [Choice], text: &str, accept_retired: bool) -> Result<Option<&'a Choice>> {
    let beginning = fold(text);
    let begins = |choice: &&Choice| spellings(choice).any(|word| fold(word).starts_with(&beginning));
    let live: Vec<&Choice> = choices.iter().filter(|choice| !choice.retired).filter(begins).collect();
    match live.as_slice() {
        [] if accept_retired => Ok(choices.iter().find(begins)),
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => Err(Error::bad_value(
            Message::new("{value} could be any of {words}.").with("value", text).with("words", join(several)),
        )
        .hint(Message::new("Write more letters of the one you mean."))),
    }
}

fn join(choices: &[&Choice]) -> String {
    choices.iter().map(|choice| &*choice.key).collect::<Vec<_>>().join(", ")
}

/// The words of the list as Chinese readers know them.
fn chinese_words(choices: &[Choice]) -> String {
    let word = |choice: &Choice| {
        if choice.label_zh.is_empty() { choice.key.to_string() } else { choice.label_zh.to_string() }
    };
    choices.iter().filter(|choice| !choice.retired).map(word).collect::<Vec<_>>().join("、")
}

fn live_words(choices: &[Choice]) -> String {
    join(&choices.iter().filter(|choice| !choice.retired).collect::<Vec<_>>())
}

fn retired(choices: &[Choice], text: &str) -> Error {
    Error::bad_value(
        Message::new("{value} is no longer used; choose one of {words}.")
            .with("value", text)
            .with("words", live_words(choices))
            .with("words_zh", chinese_words(choices)),
    )
}

fn unknown(choices: &[Choice], text: &str) -> Error {
    let words = live_words(choices);
    let error = Message::new("{value} is not one of {words}.").with("value", text).with("words", words);
    let error = Error::bad_value(error.with("words_zh", chinese_words(choices)));
    match nearest(choices, text) {
        Some(word) => error.hint(Message::new("Did you mean {word}?").with("word", word)),
        None => error,
    }
}

/// The key of the live choice that is spelled most alike.
fn nearest<'a>(choices: &'a [Choice], text: &str) -> Option<&'a str> {
    let text = fold(text);
    let live = choices.iter().filter(|choice| !choice.retired);
    let scored = live.flat_map(|choice| {
        spellings(choice).map(|word| (strsim::jaro_winkler(&fold(word), &text), &*choice.key)).collect::<Vec<_>>()
    });
    scored.filter(|(score, _)| *score > 0.8).max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, key)| key)
}
