//! What a web form says, as the fields of a record: its keys mean what the headings of an imported file mean.

use super::{Fate, Headings, Mapping, Part, Target, full_address, full_name, guess, headings::fold};
use crate::{
    Error, Message, Result,
    crm::Crm,
    record::{Field, Kind, Value, Values},
};
use encoding_rs::Encoding;
use serde_json::Value as Json;

/// A value that is longer was written by no person into a form.
const LONGEST: usize = 100_000;

/// One form: what it says by its keys, in its order.
pub type Pairs = Vec<(String, String)>;

/// The forms in a text: one JSON object, several a line each, or an array of them.
///
/// # Errors
/// Says where the text stops being JSON, and what is no object.
pub fn forms(bytes: &[u8]) -> Result<Vec<Pairs>> {
    let text = decoded(bytes);
    let mut forms = Vec::new();
    for read in serde_json::Deserializer::from_str(&text).into_iter::<Json>() {
        let json = read.map_err(|error| {
            Error::bad_value(
                Message::new("The form is no JSON at line {line}, character {at}.")
                    .with("line", error.line())
                    .with("at", error.column()),
            )
        })?;
        match json {
            Json::Array(items) => items.into_iter().try_for_each(|item| form(item, &mut forms))?,
            other => form(other, &mut forms)?,
        }
    }
    if forms.is_empty() {
        return Err(Error::bad_value(Message::new("There is no form in it.")));
    }
    Ok(forms)
}

/// A form as a browser posts it, on one line: `name=Anna+Berg&email=anna%40berg.example`; nothing where it is none.
#[must_use]
pub fn posted(bytes: &[u8]) -> Option<Pairs> {
    let bytes = bytes.trim_ascii();
    if bytes.contains(&b'\n') || !bytes.contains(&b'=') {
        return None;
    }
    let pair = |part: &[u8]| {
        let equals = part.iter().position(|byte| *byte == b'=')?;
        Some((unescaped(&part[..equals]), unescaped(&part[equals + 1..])))
    };
    let pairs: Option<Pairs> = bytes.split(|byte| *byte == b'&').map(pair).collect();
    pairs.map(said)
}

/// With `+` and `%40` as what they stand for.
fn unescaped(part: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut at = 0;
    while let Some(byte) = part.get(at) {
        let hex = part.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = hex.filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escaped.unwrap_or(if *byte == b'+' { b' ' } else { *byte }));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    text_of(&bytes)
}

/// As UTF-8, whatever it was written in; a byte order mark tells, else a look at it.
fn decoded(bytes: &[u8]) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned();
    }
    text_of(bytes)
}

/// A text without a mark.
pub(super) fn text_of(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let guessed = guess::encoding(bytes);
    guessed.decode_without_bom_handling(bytes).0.into_owned()
}

fn form(json: Json, forms: &mut Vec<Pairs>) -> Result<()> {
    let Json::Object(object) = json else {
        return Err(Error::bad_value(Message::new("A form is a JSON object: {\"name\": …, \"email\": …}.")));
    };
    let mut pairs = Pairs::new();
    for (key, value) in object {
        flatten(&key, value, &mut pairs);
    }
    forms.push(said(pairs));
    Ok(())
}

/// What says anything, without the NUL that neither database keeps and nobody types.
fn said(pairs: Pairs) -> Pairs {
    let plain = |text: String| if text.contains('\0') { text.replace('\0', "") } else { text };
    let pairs = pairs.into_iter().map(|(key, text)| (plain(key), plain(text)));
    pairs.filter(|(_, text)| !text.trim().is_empty()).collect()
}

/// Objects within the form by the keys in them; lists of `name` and `value` as form builders send them by their names.
fn flatten(key: &str, value: Json, pairs: &mut Pairs) {
    match value {
        Json::Null => {}
        Json::String(text) => pairs.push((key.to_owned(), text)),
        Json::Bool(_) | Json::Number(_) => pairs.push((key.to_owned(), value.to_string())),
        Json::Object(object) => object.into_iter().for_each(|(key, value)| flatten(&key, value, pairs)),
        Json::Array(items) => {
            let mut plain = Vec::new();
            for item in items {
                match item {
                    Json::Object(mut object) => {
                        let name = ["name", "label", "key", "field"].iter().find_map(|key| match object.get(*key) {
                            Some(Json::String(name)) => Some(name.clone()),
                            _ => None,
                        });
                        match (name, object.remove("value").or_else(|| object.remove("answer"))) {
                            (Some(name), Some(value)) => flatten(&name, value, pairs),
                            _ => object.into_iter().for_each(|(key, value)| flatten(&key, value, pairs)),
                        }
                    }
                    Json::String(text) => plain.push(text),
                    Json::Null => {}
                    other => plain.push(other.to_string()),
                }
            }
            if !plain.is_empty() {
                pairs.push((key.to_owned(), plain.join(", ")));
            }
        }
    }
}

/// What one column says for one field.
struct Said<'a> {
    target: &'a Target,
    heading: &'a str,
    text: &'a str,
}

/// What a form says of a record.
pub struct Formed {
    pub values: Values,
    /// Fields with what was written for them and cannot be read; it is among the notes.
    pub unread: Pairs,
}

/// The values of a form for a kind; what fits no field, or one of those that a stranger must not set, is kept as notes,
/// and so is what a field cannot take: nobody is lost by a slip of the pen. A phone stays as it was typed.
///
/// # Errors
/// What nobody writes into a form.
pub fn form_values(crm: &mut Crm, kind: &str, pairs: &Pairs, closed: &[&str]) -> Result<Formed> {
    if let Some((key, _)) = pairs.iter().find(|(_, text)| text.len() > LONGEST) {
        let message = Message::new("{key} says more than {most} characters, which nobody writes into a form.");
        return Err(Error::bad_value(message.with("key", key).with("most", LONGEST)));
    }
    let known = Headings::load()?;
    let schema = crm.schema(kind)?;
    let keys: Vec<String> = pairs.iter().map(|(key, _)| key.clone()).collect();
    let mapping = Mapping::propose(&known, kind, &keys, None, &[&schema]);
    let (mut said, mut notes) = (Vec::new(), Vec::new());
    for (column, (heading, text)) in mapping.columns.iter().zip(pairs) {
        let open = |target: &&Target| target.record.is_none() && !closed.contains(&&*target.field);
        let targets: Vec<&Target> = column.fate.targets().iter().filter(open).collect();
        if targets.is_empty() && column.fate != Fate::Skipped {
            notes.push(format!("{heading}: {}", text.trim()));
        }
        said.extend(targets.into_iter().map(|target| Said { target, heading, text }));
    }
    let (mut values, mut unread) = (Values::new(), Pairs::new());
    // The notes come last: they take what the others cannot.
    let (last, first): (Vec<_>, Vec<_>) = schema.writable().partition(|field| field.name == "notes");
    for field in first.into_iter().chain(last) {
        let mine: Vec<&Said> = said.iter().filter(|said| said.target.field == *field.name).collect();
        let mut text = together(&mine, matches!(field.kind, Kind::List(_) | Kind::LongText));
        if field.name == "notes" {
            text = text.into_iter().chain(std::mem::take(&mut notes)).collect::<Vec<_>>().join("\n").into();
        }
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { continue };
        let word = mapping.words.get(&*field.name).and_then(|words| words.get(&fold(&text)));
        let value = match crm.parse_value(field, word.unwrap_or(&text)) {
            Err(_) if keeps(field, &text) => Value::text(text.trim()),
            Err(_) if !wordy(field) => {
                notes.push(format!("{}: {}", field.name, text.trim()));
                unread.push((field.name.to_string(), text.trim().to_owned()));
                continue;
            }
            read => read?,
        };
        if value != Value::Null {
            values.push((field.name.to_string(), value));
        }
    }
    Ok(Formed { values, unread })
}

/// Whether a field keeps what was typed although it cannot be read: people dial what they see.
fn keeps(field: &Field, text: &str) -> bool {
    field.kind == Kind::Phone && !text.contains(char::is_control) && field.within(&Value::text(text.trim())).is_ok()
}

/// Whether a field takes any words, so that what it refuses is no slip of the pen.
fn wordy(field: &Field) -> bool {
    matches!(field.kind, Kind::Text | Kind::LongText | Kind::OpenList)
}

/// The text that columns say together for one field.
fn together(said: &[&Said], several: bool) -> Option<String> {
    let of = |wanted: &Part| said.iter().find(|said| said.target.part == *wanted).map_or("", |said| said.text);
    let whole: Vec<&str> =
        said.iter().filter(|said| said.target.part == Part::Whole).map(|said| said.text.trim()).collect();
    let mut parts = if several { whole } else { whole.into_iter().take(1).collect() };
    let name = full_name(of(&Part::First), of(&Part::Middle), of(&Part::Last));
    let mut lines: Vec<(u8, &str)> = said
        .iter()
        .filter_map(|said| if let Part::Line(line) = said.target.part { Some((line, said.text)) } else { None })
        .collect();
    lines.sort_unstable();
    let address = full_address(lines.into_iter().map(|(_, text)| text));
    let noted: Vec<String> = said
        .iter()
        .filter(|said| said.target.part == Part::Note)
        .map(|said| format!("{}: {}", said.heading, said.text.trim()))
        .collect();
    let numbers: Vec<String> = said
        .iter()
        .filter_map(|said| match &said.target.part {
            Part::External(system) => Some(format!("{system}:{}", said.text.trim())),
            _ => None,
        })
        .collect();
    for more in [&name, &address] {
        if parts.is_empty() && !more.is_empty() {
            parts.push(more);
        }
    }
    parts.extend(noted.iter().chain(&numbers).map(String::as_str));
    if parts.is_empty() {
        parts.extend(said.iter().find(|said| said.target.part == Part::Else).map(|said| said.text.trim()));
    }
    let glue = if numbers.is_empty() { "\n" } else { ", " };
    (!parts.is_empty()).then(|| parts.join(glue))
}
