//! Words, tests, keywords and parentheses: the pieces that the grammar joins.

use super::cursor::{Cursor, ends_text, operator_at};
use super::{Operator, Test, mistake, operand};
use crate::error::Result;

#[derive(Debug)]
pub(super) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Word(String),
    Text(String),
    Test(Test),
}

/// A token, as written, with where it starts (in characters, from 1).
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub token: Token,
    pub text: &'t str,
    pub place: usize,
}

/// All pieces of a filter.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>> {
    let mut cursor = Cursor::new(text);
    let mut pieces = Vec::new();
    let (mut counted, mut place) = (0, 1);
    loop {
        cursor.skip_space();
        let start = cursor.at;
        let Some(token) = token(&mut cursor)? else { return Ok(pieces) };
        place += text[counted..start].chars().count();
        counted = start;
        pieces.push(Piece { token, text: &text[start..cursor.at], place });
    }
}

fn token(cursor: &mut Cursor) -> Result<Option<Token>> {
    let token = match cursor.peek() {
        None => return Ok(None),
        Some('(') => bracket(cursor, Token::Open),
        Some(')') => bracket(cursor, Token::Close),
        Some('"') => match quoted_word(cursor)? {
            text if is_ref(&text) => Token::Text(text),
            text => Token::Word(text),
        },
        Some(_) => bare(cursor)?,
    };
    Ok(Some(token))
}

/// Letters and a number, as refs are written.
fn is_ref(text: &str) -> bool {
    let digits = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    digits.len() < text.len() && !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn bracket(cursor: &mut Cursor, token: Token) -> Token {
    cursor.take(1);
    token
}

fn quoted_word(cursor: &mut Cursor) -> Result<String> {
    let start = cursor.at;
    let word = cursor.quoted()?;
    cursor.expect_end_of_text()?;
    if word.is_empty() { Err(mistake::empty_word(cursor.place(start))) } else { Ok(word) }
}

/// A keyword, a test or a word.
fn bare(cursor: &mut Cursor) -> Result<Token> {
    let rest = cursor.rest();
    let chunk = rest.split(ends_text).next().unwrap_or_default();
    if let Some(token) = keyword(chunk) {
        cursor.take(chunk.len());
        return Ok(token);
    }
    let path = &rest[..rest.find(|next: char| !is_path(next)).unwrap_or(rest.len())];
    if is_valid_path(path)
        && let Some((operator, length)) = operator_after(cursor, path)?
    {
        let values = operand::operands(cursor, operator, length)?;
        return Ok(Token::Test(Test { path: path.split('.').map(str::to_owned).collect(), operator, values }));
    }
    check_word(cursor, chunk)?;
    cursor.take(chunk.len());
    cursor.expect_end_of_text()?;
    Ok(Token::Word(chunk.to_owned()))
}

/// The operator that makes a path a test; the cursor then stands before it, else it stays where it was.
fn operator_after(cursor: &mut Cursor, path: &str) -> Result<Option<(Operator, usize)>> {
    let start = cursor.at;
    cursor.take(path.len());
    let spaced = cursor.skip_space();
    match operator_at(cursor.rest()) {
        Some((Operator::Has, _)) if spaced => Err(mistake::lonely_colon(cursor.here())),
        Some((operator, length)) if !is_address(operator, &cursor.rest()[length..]) => Ok(Some((operator, length))),
        _ => {
            cursor.at = start;
            Ok(None)
        }
    }
}

/// `http://x` is no test of a field `http`.
fn is_address(operator: Operator, after: &str) -> bool {
    operator == Operator::Has && after.starts_with("//")
}

/// Refuses words that were surely meant as something else.
fn check_word(cursor: &Cursor, chunk: &str) -> Result<()> {
    if let Some((_, length)) = operator_at(chunk) {
        return Err(mistake::no_field(&chunk[..length], cursor.here()));
    }
    if !chunk.contains("://")
        && let Some(left) = before_operator(chunk)
    {
        return Err(mistake::not_a_field(left, cursor.here()));
    }
    if !chunk.is_empty() && chunk.chars().all(|next| next == '.') {
        return Err(mistake::endless_range(cursor.here()));
    }
    let negated = cursor.rest().strip_prefix(['-', '!', '！']);
    match negated.and_then(|rest| rest.chars().next()) {
        Some(next) if next.is_alphabetic() || matches!(next, '_' | '(' | '"') => {
            let mark = cursor.peek().map(String::from).unwrap_or_default();
            Err(mistake::no_negation(&mark, cursor.here()))
        }
        _ => Ok(()),
    }
}

/// What stands before the first operator but `:`, which words may have.
fn before_operator(chunk: &str) -> Option<&str> {
    let is_operator = |&(index, _): &(usize, char)| {
        operator_at(&chunk[index..]).is_some_and(|(operator, _)| operator != Operator::Has)
    };
    chunk.char_indices().find(is_operator).map(|(index, _)| &chunk[..index])
}

/// The keyword that a whole word is.
fn keyword(word: &str) -> Option<Token> {
    let is = |english: &str, chinese: &str| word.eq_ignore_ascii_case(english) || word == chinese;
    match word {
        _ if is("and", "且") => Some(Token::And),
        _ if is("or", "或") => Some(Token::Or),
        _ if is("not", "非") => Some(Token::Not),
        _ => None,
    }
}

pub(super) fn is_keyword(word: &str) -> bool {
    keyword(word).is_some()
}

fn is_path(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.')
}

/// Whether every segment starts like a name, so that `12:30` and `.x` are no paths.
fn is_valid_path(path: &str) -> bool {
    path.split('.').all(|name| name.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}
