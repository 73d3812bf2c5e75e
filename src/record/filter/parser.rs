//! From pieces to a tree: `or` binds less than `and`, `and` less than `not`.

use super::lexer::{Piece, Token, pieces};
use super::{Filter, mistake};
use crate::error::Result;
use std::iter::Peekable;
use std::vec::IntoIter;

/// Longer texts are no filters.
const MOST_BYTES: usize = 64 * 1024;
/// Deeper trees would be a danger to everything that walks them.
const MOST_LEVELS: usize = 64;

pub(super) fn parse(text: &str) -> Result<Filter> {
    if text.len() > MOST_BYTES {
        return Err(mistake::too_long());
    }
    let pieces = pieces(text)?;
    if pieces.is_empty() {
        return Ok(Filter::All);
    }
    let mut parser = Parser { pieces: pieces.into_iter().peekable(), level: 0 };
    let filter = parser.or(&Before::Start)?;
    match parser.pieces.next() {
        Some(piece) => Err(mistake::closes_nothing(piece.place)),
        None => Ok(filter),
    }
}

struct Parser<'t> {
    pieces: Peekable<IntoIter<Piece<'t>>>,
    level: usize,
}

/// What stands before a term, to say what is wrong when there is none.
enum Before<'t> {
    Start,
    /// A parenthesis at that place.
    Open(usize),
    Keyword(&'t str, usize),
}

impl<'t> Parser<'t> {
    fn or(&mut self, before: &Before<'t>) -> Result<Filter> {
        let mut terms = vec![self.and(before)?];
        while let Some(word) = self.pieces.next_if(|piece| matches!(piece.token, Token::Or)) {
            terms.push(self.and(&Before::Keyword(word.text, word.place))?);
        }
        Ok(one_or(terms, Filter::Or))
    }

    fn and(&mut self, before: &Before<'t>) -> Result<Filter> {
        let mut terms = vec![self.not(before)?];
        while let Some(piece) = self.pieces.peek() {
            let before = match piece.token {
                Token::Or | Token::Close => break,
                Token::And => Before::Keyword(piece.text, piece.place),
                _ => Before::Start,
            };
            self.pieces.next_if(|piece| matches!(piece.token, Token::And));
            terms.push(self.not(&before)?);
        }
        Ok(one_or(terms, Filter::And))
    }

    fn not(&mut self, before: &Before<'t>) -> Result<Filter> {
        let Some(word) = self.pieces.next_if(|piece| matches!(piece.token, Token::Not)) else {
            return self.term(before);
        };
        self.descend(word.place)?;
        let inner = self.not(&Before::Keyword(word.text, word.place))?;
        self.level -= 1;
        Ok(Filter::Not(Box::new(inner)))
    }

    fn term(&mut self, before: &Before<'t>) -> Result<Filter> {
        match self.pieces.next() {
            Some(Piece { token: Token::Word(word), .. }) => Ok(Filter::Word(word)),
            Some(Piece { token: Token::Text(text), .. }) => Ok(Filter::Text(text)),
            Some(Piece { token: Token::Test(test), .. }) => Ok(Filter::Test(test)),
            Some(Piece { token: Token::Open, place, .. }) => self.group(place),
            other => Err(missing_term(before, other.as_ref())),
        }
    }

    /// What stands in the parentheses that were opened at that place.
    fn group(&mut self, place: usize) -> Result<Filter> {
        self.descend(place)?;
        let inner = self.or(&Before::Open(place))?;
        self.level -= 1;
        match self.pieces.next() {
            Some(_) => Ok(inner),
            None => Err(mistake::unclosed(place)),
        }
    }

    fn descend(&mut self, place: usize) -> Result<()> {
        self.level += 1;
        if self.level > MOST_LEVELS { Err(mistake::too_deep(MOST_LEVELS, place)) } else { Ok(()) }
    }
}

/// The only term, or all of them joined.
fn one_or(mut terms: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        last => {
            terms.extend(last);
            join(terms)
        }
    }
}

/// Says why there is no term between what stands before and what stands here.
fn missing_term(before: &Before, here: Option<&Piece>) -> crate::Error {
    match (before, here) {
        (Before::Keyword(word, place), _) => mistake::nothing_follows(word, *place),
        (Before::Open(place), None) => mistake::unclosed(*place),
        (Before::Open(place), Some(Piece { token: Token::Close, .. })) => mistake::empty_parentheses(*place),
        (_, Some(Piece { token: Token::Close, place, .. })) => mistake::closes_nothing(*place),
        (_, Some(piece)) => mistake::nothing_before(piece.text, piece.place),
        (Before::Start, None) => mistake::nothing_before("", 1),
    }
}
