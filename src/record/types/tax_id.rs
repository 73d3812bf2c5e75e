//! Tax numbers: the 统一社会信用代码 proved by its check character (GB 32100-2015), others as written.

use super::super::Value;
use super::text::narrow;
use crate::error::{Error, Result};
use crate::message::Message;

/// The characters of a 统一社会信用代码 in the order of their values: no I, O, Z, S or V.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

pub(super) fn parse(text: &str) -> Result<Value> {
    let mut code = narrow(text).to_ascii_uppercase();
    code.retain(|letter| !letter.is_whitespace());
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/');
    if !(5..=20).contains(&code.len()) || !code.bytes().all(fits) {
        return Err(not_a_number(text));
    }
    match check_character(&code) {
        Some(right) if !code.ends_with(right) => Err(wrong_check(&code, right)),
        _ => Ok(Value::Text(code)),
    }
}

/// What a Chinese code must end with; none for other numbers.
fn check_character(code: &str) -> Option<char> {
    let values: Vec<usize> = code.bytes().map_while(|byte| ALPHABET.iter().position(|known| *known == byte)).collect();
    if code.len() != 18 || values.len() != 18 {
        return None;
    }
    let sum: usize = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    Some(char::from(ALPHABET[(31 - sum % 31) % 31]))
}

fn wrong_check(code: &str, right: char) -> Error {
    Error::bad_value(
        Message::new("{value} has a wrong check character: it would have to end in {right}.")
            .with("value", code)
            .with("right", right),
    )
    .hint(Message::new("Compare it with the business licence; one of its characters is mistyped."))
}

fn not_a_number(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not a tax number.").with("value", text))
        .hint(Message::new("Write the 18 characters of a 统一社会信用代码, or 5 to 20 letters, digits, - . and /."))
}
