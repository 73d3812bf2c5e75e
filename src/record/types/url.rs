//! Web addresses: completed with https, host in lower case, and nothing that a browser would run.

use super::super::Value;
use super::email::is_domain;
use crate::error::{Error, Result};
use crate::message::Message;

/// Programs rather than places.
const REFUSED: &[&str] = &["javascript", "data", "vbscript", "file", "blob"];

pub(super) fn parse(text: &str) -> Result<Value> {
    let refused = text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
        _ => ("https".to_owned(), text.strip_prefix("//").unwrap_or(text)),
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if refused || REFUSED.contains(&&*scheme) || !is_host(host) {
        return Err(not_an_address(text));
    }
    Ok(Value::Text(format!("{scheme}://{}{path}", host.to_lowercase())))
}

fn is_scheme(text: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(rest)
}

/// A domain, `localhost` or an address in numbers, with a port or without.
fn is_host(text: &str) -> bool {
    let name = match text.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => text,
    };
    let number = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    is_domain(name) || name.eq_ignore_ascii_case("localhost") || number.parse::<std::net::IpAddr>().is_ok()
}

fn not_an_address(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not a web address.").with("value", text))
        .hint(Message::new("Write it like example.com or https://example.com/page."))
}
