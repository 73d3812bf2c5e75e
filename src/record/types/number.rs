//! Numbers: exact, with thousands separators, full-width digits and the suffixes k, m, 万 and 亿.

use super::text::narrow;
use crate::error::{Error, Result};
use crate::message::Message;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Longest suffix first, so that 百万 is not taken for 万.
const SUFFIXES: &[(&str, i64)] = &[
    ("百万", 1_000_000),
    ("千万", 10_000_000),
    ("k", 1_000),
    ("K", 1_000),
    ("m", 1_000_000),
    ("M", 1_000_000),
    ("千", 1_000),
    ("万", 10_000),
    ("萬", 10_000),
    ("亿", 100_000_000),
    ("億", 100_000_000),
];

/// The number as an integer of `scale` decimal places.
pub(super) fn scaled(text: &str, scale: u8) -> Result<i64> {
    if scale == 0
        && let Ok(number) = text.parse()
    {
        return Ok(number);
    }
    let Some(number) = read(&narrow(text)) else { return Err(not_a_number(text)) };
    to_scale(number, scale).map_err(|fault| fault.error(text, scale))
}

/// A percentage in hundredths of a percent, with or without its sign.
pub(super) fn percent(text: &str) -> Result<i64> {
    let narrow = narrow(text);
    let bare = narrow.strip_suffix('%').unwrap_or(&narrow).trim_end();
    let Some(number) = read(bare) else { return Err(not_a_number(text)) };
    to_scale(number, 2).map_err(|fault| fault.error(text, 2))
}

/// Why a number does not fit the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Places,
    Range,
}

impl Fault {
    fn error(self, text: &str, scale: u8) -> Error {
        match (self, scale) {
            (Self::Range, _) => out_of_range(text),
            (Self::Places, 0) => Error::bad_value(Message::new("{value} is not a whole number.").with("value", text)),
            (Self::Places, _) => Error::bad_value(
                Message::new("{value} has more than {places} decimal places.")
                    .with("value", text)
                    .with("places", scale),
            ),
        }
    }
}

pub(super) fn out_of_range(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is too large a number.").with("value", text))
}

/// `1,000,000`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn not_a_number(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not a number.").with("value", text))
        .hint(Message::new("Write it like 2822, 2,822, 1.2k or 3万."))
}

/// The decimal as an integer of `scale` places; zeros beyond them do not count.
pub(super) fn to_scale(number: Decimal, scale: u8) -> Result<i64, Fault> {
    let unit = Decimal::from(10_i64.pow(u32::from(scale.min(18))));
    let shifted = number.checked_mul(unit).ok_or(Fault::Range)?;
    if !shifted.fract().is_zero() {
        return Err(Fault::Places);
    }
    shifted.to_i64().ok_or(Fault::Range)
}

/// Reads a narrow text: a sign, digits in groups or not, a fraction, a suffix.
pub(super) fn read(text: &str) -> Option<Decimal> {
    let (text, unit) = split_suffix(text);
    let (negative, text) = split_sign(text);
    let mut digits = [0_u8; 40];
    let length = collect_digits(text, &mut digits)?;
    let mut number = Decimal::from_str_exact(std::str::from_utf8(&digits[..length]).ok()?).ok()?;
    if unit != 1 {
        number = number.checked_mul(Decimal::from(unit))?;
    }
    number.set_sign_negative(negative && !number.is_zero());
    Some(number)
}

/// Takes `k`, `万` and their like off the end.
fn split_suffix(text: &str) -> (&str, i64) {
    let last = text.as_bytes().last().copied().unwrap_or_default();
    if last.is_ascii_digit() {
        return (text, 1);
    }
    for (word, unit) in SUFFIXES {
        if let Some(rest) = text.strip_suffix(word) {
            return (rest.trim_end(), *unit);
        }
    }
    (text, 1)
}

fn split_sign(text: &str) -> (bool, &str) {
    if let Some(rest) = text.strip_prefix('-') {
        return (true, rest.trim_start());
    }
    (false, text.strip_prefix('+').unwrap_or(text))
}

/// Puts the digits and the point into `into` without separators; groups must have two or three digits, the last three.
fn collect_digits(text: &str, into: &mut [u8]) -> Option<usize> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let mut length = 0;
    let mut push = |byte: u8| {
        *into.get_mut(length)? = byte;
        length += 1;
        Some(length)
    };
    if !grouped_well(whole) || (whole.is_empty() && fraction.is_none_or(str::is_empty)) {
        return None;
    }
    if whole.is_empty() {
        push(b'0')?;
    }
    for byte in whole.bytes().filter(u8::is_ascii_digit) {
        push(byte)?;
    }
    if let Some(part) = fraction.filter(|part| !part.is_empty()) {
        push(b'.')?;
        for byte in part.bytes() {
            push(byte.is_ascii_digit().then_some(byte)?)?;
        }
    }
    Some(length)
}

/// Whether a whole number's separators, if any, stand where separators of thousands (or lakhs) stand.
fn grouped_well(whole: &str) -> bool {
    if whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let Some(separator) = whole.chars().find(|letter| !letter.is_ascii_digit()) else { return false };
    if !matches!(separator, ',' | '\'' | '’' | ' ') {
        return false;
    }
    let mut groups = whole.split(separator).peekable();
    let mut first = true;
    while let Some(group) = groups.next() {
        let fits = match (first, groups.peek().is_none()) {
            (true, _) => (1..=3).contains(&group.len()),
            (false, false) => (2..=3).contains(&group.len()),
            (false, true) => group.len() == 3,
        };
        if !fits || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        first = false;
    }
    true
}
