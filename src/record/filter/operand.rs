//! What a field is compared with: texts and ranges, in a list.

use super::cursor::{Cursor, ends_text, is_comma, operator_at};
use super::lexer::is_keyword;
use super::mistake;
use super::{Operand, Operator};
use crate::error::Result;

/// The operator or comma before a value: as written, and where.
struct Sign<'t> {
    text: &'t str,
    at: usize,
}

/// The values after the operator that is next.
pub(super) fn operands(cursor: &mut Cursor, operator: Operator, length: usize) -> Result<Vec<Operand>> {
    let mut sign = Sign { at: cursor.at, text: cursor.take(length) };
    if operator == Operator::Has && cursor.peek().is_none_or(|next| next.is_whitespace() || next == ')') {
        return Ok(Vec::new());
    }
    let start = sign.at;
    let mut values = Vec::with_capacity(1);
    loop {
        values.push(operand(cursor, operator, &sign)?);
        let Some(comma) = comma(cursor) else { break };
        sign = comma;
    }
    cursor.expect_end_of_text()?;
    if operator.is_order() && (values.len() > 1 || matches!(values[0], Operand::Range(..))) {
        return Err(mistake::one_value(operator.symbol(), cursor.place(start)));
    }
    Ok(values)
}

/// Takes a comma, which may have a space before it.
fn comma<'t>(cursor: &mut Cursor<'t>) -> Option<Sign<'t>> {
    let before = cursor.at;
    cursor.skip_space();
    let at = cursor.at;
    match cursor.peek() {
        Some(next) if is_comma(next) => Some(Sign { at, text: cursor.take(next.len_utf8()) }),
        _ => {
            cursor.at = before;
            None
        }
    }
}

fn operand(cursor: &mut Cursor, operator: Operator, sign: &Sign) -> Result<Operand> {
    let spaced = cursor.skip_space();
    check_start(cursor, sign, spaced)?;
    if operator.is_contains() {
        return end(cursor, false).map(|text| Operand::Value(text.unwrap_or_default()));
    }
    let start = cursor.at;
    let low = end(cursor, true)?;
    if dots(cursor.rest()) != 2 {
        return Ok(Operand::Value(low.unwrap_or_default()));
    }
    cursor.take(2);
    let high = end(cursor, true)?;
    if dots(cursor.rest()) == 2 {
        return Err(mistake::long_range(cursor.here()));
    }
    if low.is_none() && high.is_none() {
        return Err(mistake::endless_range(cursor.place(start)));
    }
    Ok(Operand::Range(low, high))
}

/// Refuses what cannot start a value: nothing, a keyword after a space, another operator.
fn check_start(cursor: &Cursor, sign: &Sign, spaced: bool) -> Result<()> {
    let rest = cursor.rest();
    let word = rest.split(ends_text).next().unwrap_or_default();
    let missing = !rest.starts_with('"') && (word.is_empty() || word.starts_with(is_comma));
    if missing || (spaced && is_keyword(word)) {
        return Err(mistake::no_value(sign.text, cursor.place(sign.at)));
    }
    match operator_at(rest) {
        Some((_, length)) if spaced || sign.text.starts_with(is_comma) => {
            Err(mistake::not_an_operator(&rest[..length], cursor.here()))
        }
        Some((_, length)) => {
            let written = format!("{}{}", sign.text, &rest[..length]);
            Err(mistake::not_an_operator(&written, cursor.place(sign.at)))
        }
        None => Ok(()),
    }
}

/// One end of a range, or a whole value: quoted or bare text, or nothing before a range's dots or the value's end.
fn end(cursor: &mut Cursor, ranges: bool) -> Result<Option<String>> {
    if cursor.peek() == Some('"') {
        return cursor.quoted().map(Some);
    }
    let rest = cursor.rest();
    let mut length = 0;
    while let Some(next) = rest[length..].chars().next() {
        if ends_text(next) || is_comma(next) {
            break;
        }
        match dots(&rest[length..]) {
            2 if ranges => break,
            0 => length += next.len_utf8(),
            run => length += run,
        }
    }
    Ok(Some(cursor.take(length)).filter(|text| !text.is_empty()).map(str::to_owned))
}

/// How many dots a text starts with; exactly two make a range.
fn dots(text: &str) -> usize {
    text.len() - text.trim_start_matches('.').len()
}
