//! `Flat`: an object as keys and texts: objects within become dotted keys, lists become what a cell with several values is.

use crate::{exchange::row::Problem, record::types};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// Objects within objects deeper than this are no record of anything.
const DEEPEST: usize = 16;

/// Keys and texts of one object; kept and filled again.
#[derive(Debug, Default)]
pub(super) struct Flat {
    pairs: Vec<(String, String)>,
    seen: HashSet<String>,
    /// Some text is none; the keys are of use all the same.
    halved: bool,
}

/// Members in their order, with repeated keys and numbers to the last digit.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl Flat {
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Reads one object.
    pub fn read(&mut self, text: &[u8]) -> Result<(), Problem> {
        self.pairs.clear();
        self.seen.clear();
        self.halved = false;
        let text = std::str::from_utf8(text).map_err(|_| Problem::Undecodable)?;
        let whole: &RawValue =
            serde_json::from_str(text).map_err(|error| Problem::NoJson { at: place(text, &error) })?;
        if !whole.get().starts_with('{') {
            return Err(Problem::NoObject);
        }
        for (key, value) in members(whole)? {
            self.add(&key, value, 1)?;
        }
        if self.halved { Err(Problem::HalfCharacter) } else { Ok(()) }
    }

    fn add(&mut self, key: &str, value: &RawValue, depth: usize) -> Result<(), Problem> {
        if depth > DEEPEST {
            return Err(Problem::TooDeep);
        }
        match value.get().as_bytes().first() {
            Some(b'{') => self.add_object(key, value, depth),
            Some(b'[') => self.add_list(key, value, depth),
            _ => {
                let text = scalar(value);
                self.halved |= text.is_none();
                self.push(key.to_owned(), text.unwrap_or_default())
            }
        }
    }

    fn add_object(&mut self, key: &str, value: &RawValue, depth: usize) -> Result<(), Problem> {
        let members = members(value)?;
        if let Some(text) = known(&members) {
            return self.push(key.to_owned(), text);
        }
        for (name, value) in members {
            self.add(&format!("{key}.{name}"), value, depth + 1)?;
        }
        Ok(())
    }

    /// Plain values make one cell of several; objects a cell of several for each of their keys.
    fn add_list(&mut self, key: &str, value: &RawValue, depth: usize) -> Result<(), Problem> {
        let (mut plain, mut names, mut columns) = (Vec::new(), Vec::new(), HashMap::new());
        for item in items(value)? {
            let mut inner = Self::default();
            inner.add("", item, depth + 1)?;
            self.halved |= inner.halved;
            for (name, text) in inner.pairs {
                if name.is_empty() {
                    plain.push(text);
                    continue;
                }
                let column: &mut Vec<String> = columns.entry(name.clone()).or_insert_with(|| {
                    names.push(name);
                    Vec::new()
                });
                column.push(text);
            }
        }
        if names.is_empty() || !plain.is_empty() {
            self.push(key.to_owned(), joined(&plain))?;
        }
        for name in names {
            let column = columns.remove(&name).unwrap_or_default();
            self.push(format!("{key}{name}"), joined(&column))?;
        }
        Ok(())
    }

    fn push(&mut self, key: String, text: String) -> Result<(), Problem> {
        if !self.seen.insert(key.clone()) {
            return Err(Problem::SameKey);
        }
        self.pairs.push((key, text));
        Ok(())
    }
}

/// Items that say something, as a field with several values is written.
fn joined(items: &[String]) -> String {
    types::join_items(items.iter().map(String::as_str).filter(|item| !item.is_empty()))
}

fn members(value: &RawValue) -> Result<Vec<(String, &RawValue)>, Problem> {
    // What is JSON already can only fail for a key that is no text, or for its depth.
    let fault = |error: serde_json::Error| if is_half(&error) { Problem::HalfCharacter } else { Problem::TooDeep };
    let members: Members<'_> = serde_json::from_str(value.get()).map_err(fault)?;
    Ok(members.0)
}

fn is_half(error: &serde_json::Error) -> bool {
    let text = error.to_string();
    text.contains("surrogate") || text.contains("hex escape")
}

fn items(value: &RawValue) -> Result<Vec<&RawValue>, Problem> {
    serde_json::from_str(value.get()).map_err(|_| Problem::TooDeep)
}

/// Which character of the text is the first that is wrong.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    before.map(|line| line.chars().count()).sum::<usize>() + error.column()
}

/// Objects of our own writing that are one value: money, and links by their uid.
fn known(members: &[(String, &RawValue)]) -> Option<String> {
    let value = |name: &str| members.iter().find(|(key, _)| key == name).and_then(|(_, value)| scalar(value));
    let plain = members.iter().all(|(_, value)| !value.get().starts_with(['{', '[']));
    if plain && members.len() == 2 && value("amount").is_some() {
        let (amount, currency) = (value("amount")?, value("currency")?);
        return Some(if amount.is_empty() { amount } else { format!("{currency} {amount}").trim().to_owned() });
    }
    if plain && members.len() == 3 && value("ref").is_some() && value("title").is_some() {
        return value("uid");
    }
    None
}

/// A text, a number as it is written, true or false; empty for null. None for a text that is none.
fn scalar(value: &RawValue) -> Option<String> {
    let text = value.get();
    Some(match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text).ok()?,
        Some(b'n') => String::new(),
        Some(b't' | b'f') => text.to_owned(),
        _ => plain_number(text),
    })
}

/// A number without an exponent and without a fraction of zeros, which programs add to whole numbers.
fn plain_number(text: &str) -> String {
    let mut number = text.to_owned();
    if text.contains(['e', 'E'])
        && let Ok(decimal) = rust_decimal::Decimal::from_scientific(text)
    {
        number = decimal.to_string();
    }
    match number.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole.to_owned(),
        _ => number,
    }
}
