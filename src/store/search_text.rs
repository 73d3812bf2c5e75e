//! Search text: what is written into a full-text index for a record, and what a person's query asks of it.
//!
//! Every token is of letters and digits only, so that neither SQLite's nor PostgreSQL's own parser changes it:
//! Chinese, Japanese and Korean as pairs of neighbours, other words in lower case without accents, phone numbers
//! with all their endings, and names in pinyin.

mod pieces;
mod pinyin;
mod query;

pub use query::{fts5_query, short_beginning, tsquery};

pub(crate) use pieces::plain;
use pieces::{Piece, cut, pieces};
pub(crate) use pinyin::{joined, spoken};

/// No single field gives the index more than this many bytes; PostgreSQL limits what all of them may give.
const MOST: usize = 48 * 1024;

/// Search text of a record: tokens separated by spaces. `names` are the title and name fields, which can be found
/// by pinyin too, `texts` other fields, `phones` phone numbers.
pub fn tokens(names: &[&str], texts: &[&str], phones: &[&str]) -> String {
    let mut tokens = Tokens { text: String::with_capacity(256), scratch: String::new() };
    for name in names {
        tokens.add(name);
        pinyin::spell(name, &mut |token| push(&mut tokens.text, token));
    }
    for text in texts {
        tokens.add(text);
    }
    tokens.add_phones(phones);
    tokens.text
}

struct Tokens {
    text: String,
    /// The field at hand in its plain form, kept to be filled again.
    scratch: String,
}

impl Tokens {
    /// The pairs and words of one field.
    fn add(&mut self, text: &str) {
        let Self { text: into, scratch } = self;
        plain(&text[..text.floor_char_boundary(MOST)], scratch);
        for piece in pieces(scratch) {
            match piece {
                Piece::Pairs(run) => push_pairs(into, run),
                Piece::Word(word) => push(into, word),
            }
        }
        if let Some(at) = scratch.find('@') {
            push_local_part(into, &scratch[..at]);
        }
    }

    /// Every ending of four and more digits, once. A phone number is remembered by its last digits.
    fn add_phones(&mut self, phones: &[&str]) {
        for (place, phone) in phones.iter().enumerate() {
            digits(phone, &mut self.scratch);
            let number = &self.scratch;
            for start in 0..number.len().saturating_sub(3) {
                let ending = &number[start..];
                if !phones[..place].iter().any(|earlier| ends_with(earlier, ending)) {
                    push(&mut self.text, ending);
                }
            }
        }
    }
}

fn push(into: &mut String, token: &str) {
    if !into.is_empty() {
        into.push(' ');
    }
    into.push_str(cut(token));
}

/// Each two neighbours, and the last character for itself: so every character begins a token.
fn push_pairs(into: &mut String, run: &str) {
    let mut starts = run.char_indices().map(|(at, _)| at).skip(1).peekable();
    let mut first = 0;
    while let Some(second) = starts.next() {
        push(into, &run[first..starts.peek().copied().unwrap_or(run.len())]);
        first = second;
    }
    push(into, &run[first..]);
}

/// `li.ming` before an at sign is found as `liming` too.
fn push_local_part(into: &mut String, before: &str) {
    let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let local = &before[start..];
    if local.is_ascii() && local.bytes().any(|byte| !byte.is_ascii_alphanumeric()) {
        let joined: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
        if !joined.is_empty() {
            push(into, &joined);
        }
    }
}

fn digits(phone: &str, into: &mut String) {
    into.clear();
    into.extend(phone.chars().filter(char::is_ascii_digit).take(32));
}

/// Whether the phone's digits end so, whatever stands between them.
fn ends_with(phone: &str, ending: &str) -> bool {
    let mut back = phone.bytes().rev().filter(u8::is_ascii_digit);
    ending.bytes().rev().all(|digit| back.next() == Some(digit))
}

#[cfg(test)]
mod tests;
