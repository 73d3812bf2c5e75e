//! What the library says to a person: an English template and named arguments, worded by the doors.

use serde::Serialize;
use std::fmt;

/// A sentence that is not yet put into a language: `{name}` in the template stands for the argument `name`, and
/// `{count:record|records}` for the one word where the argument `count` is 1, the other elsewhere.
///
/// The English template is the key of the catalogue (`src/messages.zh.toml`), so a sentence that has no
/// translation yet is still readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    pub template: &'static str,
    pub arguments: Vec<(&'static str, String)>,
}

impl Message {
    /// A sentence without arguments; add them with [`Message::with`].
    #[must_use]
    pub fn new(template: &'static str) -> Self {
        Self { template, arguments: Vec::new() }
    }

    /// Names one argument of the template.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// The sentence in the given template's words, which may be a translation of this one's.
    #[must_use]
    pub fn fill(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            text.push_str(&rest[..start]);
            let after = &rest[start + 1..];
            let Some(end) = after.find('}') else {
                text.push_str(&rest[start..]);
                return text;
            };
            let (name, words) =
                after[..end].split_once(':').map_or((&after[..end], None), |(name, words)| (name, Some(words)));
            match (self.arguments.iter().find(|(key, _)| *key == name), words.and_then(|words| words.split_once('|'))) {
                (Some((_, value)), Some((one, many))) => text.push_str(if value == "1" { one } else { many }),
                (Some((_, value)), None) => {
                    let vowel = matches!(value.as_bytes().first(), Some(b'a' | b'e' | b'i' | b'o'));
                    if name == "kind" && vowel && (text.ends_with(" a ") || text == "A ") {
                        text.insert(text.len() - 1, 'n');
                    }
                    push_shortened(&mut text, name, value);
                }
                (None, _) => text.push_str(&rest[start..start + end + 2]),
            }
            rest = &after[end + 1..];
        }
        text.push_str(rest);
        text
    }
}

/// How many characters of a value a sentence repeats.
const REPEATED: usize = 80;

/// The arguments that hold what somebody wrote; paths, lists, reasons and commands are others, and stay whole.
const WRITTEN: [&str; 19] = [
    "value",
    "name",
    "text",
    "what",
    "title",
    "record",
    "customer",
    "subject",
    "known",
    "other",
    "word",
    "key",
    "heading",
    "owner",
    "holder",
    "winner",
    "successor",
    "label",
    "cell",
];

/// What somebody wrote is repeated as far as it takes to be recognised.
fn push_shortened(text: &mut String, name: &str, value: &str) {
    match value.char_indices().nth(REPEATED) {
        Some((end, _)) if WRITTEN.contains(&name) => {
            text.push_str(value[..end].trim_end());
            text.push('…');
        }
        _ => text.push_str(value),
    }
}

/// The English wording.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fill(self.template))
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn what_somebody_wrote_is_repeated_in_part_and_a_path_whole() {
        let long = "x".repeat(200);
        let said = Message::new("{value} in {path}").with("value", &long).with("path", &long).to_string();
        assert_eq!(said, format!("{}… in {long}", "x".repeat(80)));
    }

    #[test]
    fn a_word_agrees_with_its_number() {
        let told = |count| {
            Message::new("{count} {count:record|records} of {kind}.").with("count", count).with("kind", "x").to_string()
        };
        assert_eq!(told(1), "1 record of x.");
        assert_eq!(told(2), "2 records of x.");
        let needs = |kind| Message::new("A {kind} needs a {kind}.").with("kind", kind).to_string();
        assert_eq!(needs("activity"), "An activity needs an activity.");
        assert_eq!(needs("user"), "A user needs a user.");
        assert_eq!(Message::new("{unknown} and {broken").to_string(), "{unknown} and {broken");
    }
}
