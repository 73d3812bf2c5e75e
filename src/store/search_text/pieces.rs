//! The pieces of a text: runs of Chinese, Japanese or Korean, and words, the same for what is stored and what is asked.

use unicode_normalization::char::decompose_canonical;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// A stretch of text that is made into tokens in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Characters of scripts that are written without spaces.
    Pairs(&'a str),
    /// Letters and digits of other scripts.
    Word(&'a str),
}

/// Words are known by their beginning; an index refuses endless ones.
const LONGEST: usize = 64;

/// The token, or its beginning if it is very long.
pub(super) fn cut(token: &str) -> &str {
    &token[..token.floor_char_boundary(LONGEST)]
}

/// Puts the text into `into` in its plain form: narrow, lower case, without accents.
pub(crate) fn plain(text: &str, into: &mut String) {
    into.clear();
    if text.is_ascii() {
        into.push_str(text);
        into.make_ascii_lowercase();
    } else if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        text.chars().for_each(|letter| plain_letter(letter, into));
    } else {
        text.nfkc().for_each(|letter| plain_letter(letter, into));
    }
}

fn plain_letter(letter: char, into: &mut String) {
    if letter.is_ascii() {
        into.push(letter.to_ascii_lowercase());
    } else if paired(letter) {
        into.push(letter);
    } else {
        for lower in letter.to_lowercase() {
            decompose_canonical(lower, |part| without_accent(part, into));
        }
    }
}

/// Accents fall away; letters that have no accent to lose are written as people without them type them.
fn without_accent(part: char, into: &mut String) {
    match part {
        '\u{300}'..='\u{36f}' => {}
        'ß' => into.push_str("ss"),
        'æ' => into.push_str("ae"),
        'œ' => into.push_str("oe"),
        'ø' => into.push('o'),
        'ł' => into.push('l'),
        'đ' => into.push('d'),
        'ı' => into.push('i'),
        other => into.push(other),
    }
}

/// Whether the script is written without spaces: Han, Kana, Hangul and Bopomofo.
pub(super) fn paired(letter: char) -> bool {
    matches!(letter,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30fe}'
        | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && letter != '\u{3006}'
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Paired,
    Word,
    Other,
}

fn sort(letter: char) -> Sort {
    if letter.is_ascii() {
        return if letter.is_ascii_alphanumeric() { Sort::Word } else { Sort::Other };
    }
    match (paired(letter), letter.is_alphanumeric()) {
        (true, _) => Sort::Paired,
        (_, true) => Sort::Word,
        _ => Sort::Other,
    }
}

/// The pieces of a text in its plain form.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|letter| sort(letter) == Sort::Other);
        let kind = sort(rest.chars().next()?);
        let end = rest.find(|letter| sort(letter) != kind).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(if kind == Sort::Paired { Piece::Pairs(piece) } else { Piece::Word(piece) })
    })
}
