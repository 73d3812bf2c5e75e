//! Money: an exact amount with its currency, or in the base currency when none is named.

use super::super::{Currency, Money};
use super::text::narrow;
use super::{currencies, number};
use crate::error::{Error, Result};
use crate::message::Message;

/// Reads `12500`, `12.5k`, `3万`, `EUR 40`, `¥300` and `(5)`.
pub(super) fn parse(text: &str, base: Currency) -> Result<Money> {
    let narrow = narrow(text);
    // Letters alone would be told of as a currency that nobody knows.
    if !narrow.contains(|letter: char| letter.is_numeric()) {
        return Err(not_money(text));
    }
    let (amount, negative) = accounting(&narrow);
    let (negative, amount) = match amount.strip_prefix('-') {
        Some(rest) if !negative => (true, rest.trim_start()),
        _ => (negative, amount),
    };
    let (amount, currency) = split_currency(amount, base)?;
    let signed_twice = negative && amount.starts_with(['-', '+']);
    let Some(mut number) = number::read(amount).filter(|_| !signed_twice) else { return Err(not_money(text)) };
    if negative {
        number.set_sign_negative(true);
    }
    let minor = number::to_scale(number, currency.places()).map_err(|fault| misfit(fault, text, currency))?;
    let money = Money { minor, currency };
    if money.is_keepable() { Ok(money) } else { Err(too_much(text)) }
}

/// The sentence for an amount beyond any.
pub(in crate::record) fn too_much(value: &str) -> Error {
    Error::bad_value(
        Message::new("{value} is too much: an amount is {limit} at most.")
            .with("value", value)
            .with("limit", number::grouped(Money::MOST)),
    )
}

/// `(5)` is minus five on a balance sheet.
fn accounting(text: &str) -> (&str, bool) {
    match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner.trim(), true),
        None => (text, false),
    }
}

/// Takes the currency off the front or the end.
fn split_currency(text: &str, base: Currency) -> Result<(&str, Currency)> {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-');
    if text.bytes().all(plain) {
        return Ok((text, base));
    }
    if let Some((amount, found)) = by_sign(text, base) {
        return Ok((amount, found));
    }
    let (front, after) = text.split_at(text.bytes().take_while(u8::is_ascii_alphabetic).count());
    if front.len() == 3 {
        return Ok((after.trim_start(), currencies::code(front).ok_or_else(|| currencies::unknown(front))?));
    }
    let tail = text.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let (before, end) = text.split_at(text.len() - tail);
    if tail == 3 && !before.is_empty() {
        return Ok((before.trim_end(), currencies::code(end).ok_or_else(|| currencies::unknown(end))?));
    }
    Ok((text, base))
}

/// `¥` is the base currency if that is CNY or JPY, else CNY.
fn by_sign(text: &str, base: Currency) -> Option<(&str, Currency)> {
    for (sign, code) in currencies::SIGNS {
        if let Some(rest) = strip_either(text, sign) {
            return Some((rest, currencies::code(code)?));
        }
    }
    let rest = strip_either(text, "¥")?;
    let yen = base == Currency(*b"JPY");
    Some((rest, if yen { base } else { Currency(*b"CNY") }))
}

fn strip_either<'a>(text: &'a str, sign: &str) -> Option<&'a str> {
    text.strip_prefix(sign).map(str::trim_start).or_else(|| text.strip_suffix(sign).map(str::trim_end))
}

fn misfit(fault: number::Fault, text: &str, currency: Currency) -> Error {
    match fault {
        number::Fault::Range => too_much(text),
        number::Fault::Places => Error::bad_value(
            Message::new("{value} has a fraction of the smallest unit: {currency} has {places} decimal places.")
                .with("value", text)
                .with("currency", currency)
                .with("places", currency.places()),
        ),
    }
}

fn not_money(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not an amount of money.").with("value", text))
        .hint(Message::new("Write it like 12500, 12,500.00, 12.5k, 3万 or EUR 40."))
}
