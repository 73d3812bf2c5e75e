//! E-mail addresses: bare, in lower case, checked without guessing at what a mail server would take.

use super::super::Value;
use super::text::narrow;
use crate::error::{Error, Result};
use crate::message::Message;

/// Reads `Name <a@b.c>`, `mailto:a@b.c` and `a@b.c`.
pub(super) fn parse(text: &str) -> Result<Value> {
    let narrow = narrow(text);
    let address = unwrapped(&narrow);
    let lower = if address.is_ascii() { address.to_ascii_lowercase() } else { super::fold(address) };
    if plausible(&lower) { Ok(Value::Text(lower)) } else { Err(not_an_address(text)) }
}

/// Takes the address out of what mail programs and links write around it.
fn unwrapped(text: &str) -> &str {
    let inner = match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(start), Some(body)) => body.get(start + 1..).unwrap_or(text),
        _ => text,
    };
    match inner.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => inner[7..].trim(),
        _ => inner.trim(),
    }
}

fn plausible(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let odd = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '[' | ']' | '\\' | '@' | '、' | '。')
    };
    !local.is_empty() && local.len() <= 64 && address.len() <= 254 && !local.contains(odd) && is_domain(domain)
}

/// Whether the text is a domain name with at least one dot; letters of any script may stand in it.
pub(super) fn is_domain(text: &str) -> bool {
    let label = |part: &str| {
        let fits =
            |letter: char| letter.is_alphanumeric() || letter == '-' || !letter.is_ascii() && !letter.is_control();
        !part.is_empty() && part.len() <= 63 && !part.starts_with('-') && !part.ends_with('-') && part.chars().all(fits)
    };
    let Some((_, top)) = text.rsplit_once('.') else { return false };
    let fullwidth_stop =
        text.contains(['。', '，', '、', '；', '：', '\u{3000}']) || text.contains(char::is_whitespace);
    !fullwidth_stop && text.split('.').all(label) && !top.bytes().all(|byte| byte.is_ascii_digit())
}

fn not_an_address(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not an e-mail address.").with("value", text))
        .hint(Message::new("Write it like name@example.com."))
}
