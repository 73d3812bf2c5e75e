//! A person's query in the two databases' languages: every part has to be found, the last word by its beginning.

use super::pieces::{Piece, cut, pieces, plain};

/// What one part of a query asks for.
enum Term {
    Exact(String),
    Prefix(String),
    /// Tokens that follow one another.
    Phrase(Vec<String>),
}

/// All of the terms, or the digits of a phone number that is written with signs in between.
struct Query {
    terms: Vec<Term>,
    number: Option<String>,
}

/// How a database writes it.
struct Words {
    and: &'static str,
    or: &'static str,
    term: fn(&Term) -> String,
}

/// A person's query as an FTS5 MATCH expression. None when nothing searchable is in it.
pub fn fts5_query(text: &str) -> Option<String> {
    read(text).map(|query| write(&query, &Words { and: " AND ", or: " OR ", term: fts5_term }))
}

/// A person's query as a PostgreSQL tsquery, for `to_tsquery('simple', …)`. None when nothing searchable is in it.
pub fn tsquery(text: &str) -> Option<String> {
    read(text).map(|query| write(&query, &Words { and: " & ", or: " | ", term: tsquery_term }))
}

/// The beginning of a word that is all that is asked for, where so short a one may begin a word of most records.
pub fn short_beginning(text: &str) -> Option<String> {
    match read(text)?.terms.as_slice() {
        [Term::Prefix(token)] if token.is_ascii() && token.len() <= 2 => Some(token.clone()),
        _ => None,
    }
}

fn fts5_term(term: &Term) -> String {
    match term {
        Term::Exact(token) => format!("\"{token}\""),
        Term::Prefix(token) => format!("\"{token}\" *"),
        Term::Phrase(tokens) => format!("\"{}\"", tokens.join(" ")),
    }
}

fn tsquery_term(term: &Term) -> String {
    match term {
        Term::Exact(token) => format!("'{token}'"),
        Term::Prefix(token) => format!("'{token}':*"),
        Term::Phrase(tokens) => format!("('{}')", tokens.join("' <-> '")),
    }
}

fn write(query: &Query, words: &Words) -> String {
    let all = query.terms.iter().map(words.term).collect::<Vec<_>>().join(words.and);
    match &query.number {
        Some(number) => format!("({}{}({all}))", (words.term)(&Term::Prefix(number.clone())), words.or),
        None => all,
    }
}

fn read(text: &str) -> Option<Query> {
    let mut scratch = String::new();
    plain(text, &mut scratch);
    let parts: Vec<Piece> = pieces(&scratch).collect();
    let last_word = parts.iter().rposition(|part| matches!(part, Piece::Word(_)));
    let terms: Vec<Term> =
        parts.iter().enumerate().map(|(place, part)| term(*part, Some(place) == last_word)).collect();
    (!terms.is_empty()).then(|| Query { terms, number: phone(&scratch) })
}

fn term(part: Piece, last: bool) -> Term {
    match part {
        Piece::Word(word) => {
            let number = word.bytes().all(|byte| byte.is_ascii_digit());
            let token = cut(word).to_owned();
            if last || number { Term::Prefix(token) } else { Term::Exact(token) }
        }
        Piece::Pairs(run) => pairs(&run.chars().collect::<Vec<_>>()),
    }
}

/// One character is the beginning of a pair, two are a pair, more are pairs in a row.
fn pairs(run: &[char]) -> Term {
    match run.len() {
        1 => Term::Prefix(run.iter().collect()),
        2 => Term::Exact(run.iter().collect()),
        _ => Term::Phrase(run.windows(2).map(|pair| pair.iter().collect()).collect()),
    }
}

/// The digits of a query that is nothing but a phone number, from the first that every writing of it has.
fn phone(text: &str) -> Option<String> {
    let spacing = |byte: u8| matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'+' | b'/');
    if !text.bytes().all(|byte| byte.is_ascii_digit() || spacing(byte)) {
        return None;
    }
    let number: String = text.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
    let core = number.trim_start_matches('0');
    let written_apart = core.len() < text.trim().len();
    (core.len() >= 6 && written_apart).then(|| core.to_owned())
}
