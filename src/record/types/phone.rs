//! Telephone numbers: E.164 where the number is plainly a whole one, as typed otherwise.

use super::super::Value;
use super::regions::Region;
use super::text::{narrow, one_line, squeeze};
use crate::error::{Error, Result};
use crate::message::Message;

pub(super) fn parse(text: &str, region: &str) -> Result<Value> {
    let narrow = narrow(text);
    let number = narrow.strip_prefix("tel:").unwrap_or(&narrow).trim();
    if number.bytes().filter(u8::is_ascii_digit).count() < 3 {
        return Err(Error::bad_value(Message::new("{value} is not a phone number.").with("value", text))
            .hint(Message::new("Write it like +86 755 8888 2345 or 13912345678.")));
    }
    Ok(Value::Text(e164(number, region).unwrap_or_else(|| as_typed(number))))
}

/// Whether letters stand in a number that are not before an extension: `x5`, `ext. 5`, `转8001`.
pub fn has_stray_letters(text: &str) -> bool {
    const BEFORE: [&str; 7] = ["extension", "extn", "ext", "x", "tel", "转", "分机"];
    let narrow = narrow(text).to_lowercase();
    let mut rest = &*narrow;
    while let Some(place) = rest.find(char::is_alphabetic) {
        let letters = rest.get(place..).unwrap_or_default();
        let word = BEFORE.iter().find_map(|word| letters.strip_prefix(word));
        let behind = word.map(|rest| rest.trim_start_matches([' ', '.', ':', '号']));
        match behind.filter(|behind| behind.starts_with(|letter: char| letter.is_ascii_digit() || letter == '+')) {
            Some(behind) => rest = behind,
            None => return true,
        }
    }
    false
}

/// The digits alone, full-width ones too.
pub fn phone_digits(text: &str) -> String {
    let digit = |letter: char| match letter {
        '0'..='9' => Some(letter),
        '０'..='９' => char::from_u32(letter as u32 - '０' as u32 + '0' as u32),
        _ => None,
    };
    text.chars().filter_map(digit).collect()
}

fn as_typed(number: &str) -> String {
    let mut text = String::with_capacity(number.len());
    squeeze(one_line(number).chars(), &mut text);
    text
}

/// The number with its country code; none when it is not plainly one whole number.
fn e164(number: &str, region: &str) -> Option<String> {
    // "+44 (0)20" means that the zero is dialled inside the country only.
    let without_zero = number.starts_with('+').then(|| number.replacen("(0)", "", 1));
    let (international, digits) = bare_digits(without_zero.as_deref().unwrap_or(number))?;
    if international {
        return foreign(&digits);
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return foreign(rest);
    }
    domestic(&digits, Region::named(region)?)
}

/// The digits and whether a plus stands before them; none when something else than spacing stands among them.
fn bare_digits(number: &str) -> Option<(bool, String)> {
    let (international, rest) = match number.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let mut digits = String::with_capacity(20);
    for letter in rest.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' => {}
            _ => return None,
        }
    }
    (digits.len() <= 18).then_some((international, digits))
}

/// A number that begins with its country code.
fn foreign(digits: &str) -> Option<String> {
    let Some((region, national)) = Region::calling(digits) else {
        let plausible = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
        return plausible.then(|| format!("+{digits}"));
    };
    let national = if region.trunk == "0" { national.strip_prefix('0').unwrap_or(national) } else { national };
    region.holds(national).then(|| format!("+{}{national}", region.calling))
}

/// A number as dialled inside its country.
fn domestic(digits: &str, region: &Region) -> Option<String> {
    let trunk = if region.trunk.is_empty() { None } else { digits.strip_prefix(region.trunk) };
    let whole = |national: &str| region.holds(national).then(|| format!("+{}{national}", region.calling));
    if let Some(found) = trunk.and_then(whole) {
        return Some(found);
    }
    if region.calling == "86" {
        return chinese(digits).then(|| format!("+86{digits}")).or_else(|| with_country(digits));
    }
    if region.needs_trunk { None } else { whole(digits) }
}

/// What needs no area code before it in China: mobiles, 400 and 800 numbers.
fn chinese(digits: &str) -> bool {
    let mobile = digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]);
    mobile || (digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")))
}

/// A mobile with 86 but no plus before it, as chat programs and exports write it.
fn with_country(digits: &str) -> Option<String> {
    let mobile = digits.strip_prefix("86")?;
    (mobile.len() == 11 && chinese(mobile)).then(|| format!("+{digits}"))
}
