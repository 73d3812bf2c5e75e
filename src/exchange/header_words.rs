//! Headers as e-mail programs really write them: bytes without any charset, charsets under names of their own, and
//! characters cut in two by the line's end.

use super::form::text_of;
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8};
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};

/// One piece of a header: plain bytes, or encoded ones with the charset that they claim.
enum Piece<'h> {
    Plain(&'h [u8]),
    Coded { charset: String, bytes: Vec<u8> },
}

/// The text of a raw header; `charset` is what the body claims, which programs that write bare bytes use for both.
pub(super) fn decoded(raw: &[u8], charset: Option<&str>) -> String {
    let mut text = String::new();
    let mut pieces = pieces(raw).into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Plain(bytes) => text.push_str(&in_charset(bytes, charset)),
            Piece::Coded { charset, mut bytes } => {
                // A character may begin in one word and end in the next.
                while let Some(Piece::Coded { bytes: more, .. }) =
                    pieces.next_if(|next| matches!(next, Piece::Coded { charset: other, .. } if *other == charset))
                {
                    bytes.extend(more);
                }
                text.push_str(&in_charset(&bytes, Some(&charset)));
            }
        }
    }
    text.replace(['\r', '\n'], "").trim().to_owned()
}

/// Whether what a parser made of a header shows that it was not understood.
pub(super) fn is_broken(text: &str) -> bool {
    text.contains('\u{fffd}') || text.contains("=?")
}

/// The text of bytes that claim a charset, as far as they keep to it: what is UTF-8 is that, whatever it claims.
pub(super) fn in_charset(bytes: &[u8], charset: Option<&str>) -> String {
    let named = charset.and_then(encoding);
    if let Ok(text) = std::str::from_utf8(bytes)
        && named.is_none_or(|named| named.is_ascii_compatible() && !may_be(named, text))
    {
        return text.to_owned();
    }
    let Some(named) = named.filter(|named| *named != UTF_8) else { return text_of(bytes) };
    let (text, broken) = named.decode_without_bom_handling(bytes);
    if broken && named.is_ascii_compatible() { text_of(bytes) } else { text.into_owned() }
}

/// Two bytes of Chinese may happen to be one accented letter in UTF-8; three of a kind never are by accident.
fn may_be(named: &'static Encoding, text: &str) -> bool {
    let wide = [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR].contains(&named);
    wide && text.chars().all(|letter| letter < '\u{800}') && !named.decode_without_bom_handling(text.as_bytes()).1
}

/// Whether a charset has a name, and one that says nothing here.
pub(super) fn claims_nothing_known(charset: &str) -> bool {
    encoding(charset).is_none() && !is_plain(charset)
}

/// What claims to be ASCII and holds more claims nothing.
fn is_plain(charset: &str) -> bool {
    matches!(&*charset.trim().to_ascii_lowercase(), "ascii" | "us-ascii" | "ansi_x3.4-1968" | "iso646-us")
}

/// The encoding of that name; the Chinese ones go by many, and the widest of them reads the narrower.
fn encoding(charset: &str) -> Option<&'static Encoding> {
    let name = charset.to_ascii_lowercase();
    if ["gb2312", "gbk", "gb18030", "cp936"].iter().any(|known| name.contains(known)) {
        return Some(GB18030);
    }
    if is_plain(&name) {
        return None;
    }
    Encoding::for_label(name.as_bytes())
}

fn pieces(raw: &[u8]) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = raw;
    while let Some(start) = find(rest, b"=?") {
        let Some((charset, bytes, length)) = word(&rest[start..]) else {
            let (plain, more) = rest.split_at(start + 2);
            found.push(Piece::Plain(plain));
            rest = more;
            continue;
        };
        // Between two words, space only keeps the line short.
        let between = &rest[..start];
        let joins = matches!(found.last(), Some(Piece::Coded { .. })) && between.iter().all(u8::is_ascii_whitespace);
        if !joins && !between.is_empty() {
            found.push(Piece::Plain(between));
        }
        found.push(Piece::Coded { charset, bytes });
        rest = &rest[start + length..];
    }
    if !rest.is_empty() {
        found.push(Piece::Plain(rest));
    }
    found
}

/// `=?utf-8?B?6L+Z?=`: the charset, the bytes, and how long it is.
fn word(text: &[u8]) -> Option<(String, Vec<u8>, usize)> {
    let mut parts = text.get(2..)?.splitn(3, |byte| *byte == b'?');
    let (charset, coding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = find(rest, b"?=")?;
    let content = &rest[..end];
    let bytes = match coding {
        b"B" | b"b" => base64_decode(content)?,
        b"Q" | b"q" => {
            let spaced: Vec<u8> = content.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
            quoted_printable_decode(&spaced)?
        }
        _ => return None,
    };
    let length = 2 + charset.len() + 1 + coding.len() + 1 + end + 2;
    Some((String::from_utf8_lossy(charset).to_ascii_lowercase(), bytes, length))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
