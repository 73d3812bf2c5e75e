//! What can be wrong with a filter, each with its place and what would be right.

use crate::error::Error;
use crate::message::Message;

const QUOTE_IT: &str = "Write a test as `field=value`, or put the text in double quotes to search for it.";

/// A sentence about a piece of the filter at a place, counted in characters from 1.
fn mistake(template: &'static str, text: &str, place: usize, hint: &'static str) -> Error {
    Error::bad_value(Message::new(template).with("text", text).with("place", place)).hint(Message::new(hint))
}

pub(super) fn too_long() -> Error {
    Error::bad_value(Message::new("The filter is longer than 64 KiB."))
        .hint(Message::new("Give the records a tag and filter by the tag."))
}

pub(super) fn too_deep(limit: usize, place: usize) -> Error {
    let message = Message::new("The filter nests deeper than {limit} levels at character {place}.");
    Error::bad_value(message.with("limit", limit).with("place", place))
        .hint(Message::new("Leave out parentheses and `not` that change nothing."))
}

pub(super) fn unclosed(place: usize) -> Error {
    let hint = "Add `)`, or put the text in double quotes.";
    mistake("The parenthesis at character {place} is never closed.", "(", place, hint)
}

pub(super) fn closes_nothing(place: usize) -> Error {
    let hint = "Take it out, or put the text in double quotes.";
    mistake("The parenthesis at character {place} closes nothing.", ")", place, hint)
}

pub(super) fn empty_parentheses(place: usize) -> Error {
    let hint = "Put a test between them, or take them out.";
    mistake("The parentheses at character {place} are empty.", "()", place, hint)
}

pub(super) fn nothing_follows(keyword: &str, place: usize) -> Error {
    let hint = "Write a test after it, or put it in double quotes to search for it.";
    mistake("Nothing follows `{text}` at character {place}.", keyword, place, hint)
}

pub(super) fn nothing_before(keyword: &str, place: usize) -> Error {
    let hint = "Write a test before it, or put it in double quotes to search for it.";
    mistake("Nothing stands before `{text}` at character {place}.", keyword, place, hint)
}

pub(super) fn unclosed_quote(place: usize) -> Error {
    let hint = "Close it; a quote inside a quoted text is written twice.";
    mistake("The quote at character {place} is never closed.", "\"", place, hint)
}

pub(super) fn no_field(operator: &str, place: usize) -> Error {
    mistake("There is no field before `{text}` at character {place}.", operator, place, QUOTE_IT)
}

pub(super) fn not_a_field(text: &str, place: usize) -> Error {
    mistake("`{text}` at character {place} is not a field name.", text, place, QUOTE_IT)
}

pub(super) fn not_an_operator(text: &str, place: usize) -> Error {
    let hint = "The operators are = != > >= < <= ~ !~ and : (a value that starts with one takes double quotes).";
    mistake("`{text}` at character {place} is not an operator.", text, place, hint)
}

pub(super) fn no_value(after: &str, place: usize) -> Error {
    let hint =
        "Write a value, or `email:` to find the field empty; `and`, `or` and `not` as values take double quotes.";
    mistake("No value follows `{text}` at character {place}.", after, place, hint)
}

pub(super) fn lonely_colon(place: usize) -> Error {
    let hint = "Write `tags:vip` without a space, or `email:` to find an empty field.";
    mistake("`{text}` at character {place} stands apart from its field.", ":", place, hint)
}

pub(super) fn endless_range(place: usize) -> Error {
    let hint = "Write `1k..`, `..5k` or `1k..5k`.";
    mistake("`{text}` at character {place} has neither a start nor an end.", "..", place, hint)
}

pub(super) fn long_range(place: usize) -> Error {
    let hint = "Write `1k..`, `..5k` or `1k..5k`; a text with two dots takes double quotes.";
    mistake("The range has a third end at character {place}.", "..", place, hint)
}

pub(super) fn one_value(operator: &str, place: usize) -> Error {
    let hint = "Use `=` for a range or any of several values, and write numbers without commas, as `12500`.";
    mistake("`{text}` at character {place} compares with one value only.", operator, place, hint)
}

pub(super) fn touches(text: &str, place: usize) -> Error {
    let hint = "Put a space between them, or the whole text in double quotes; a quote inside is written twice.";
    mistake("`{text}` at character {place} touches the text before it.", text, place, hint)
}

pub(super) fn no_negation(mark: &str, place: usize) -> Error {
    let hint = "Write `not` before it, or put the text in double quotes to search for it.";
    mistake("`{text}` at character {place} does not mean not.", mark, place, hint)
}

pub(super) fn empty_word(place: usize) -> Error {
    let hint = "To find records with an empty field, write its name and a colon: `email:`.";
    mistake("The text at character {place} is empty and cannot be searched for.", "\"\"", place, hint)
}
