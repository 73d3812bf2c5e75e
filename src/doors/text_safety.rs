//! Makes data harmless to look at: what could drive a terminal or turn text around is spelled out.

use std::borrow::Cow;
use std::fmt::Write;

/// The text on one line: line breaks as `⏎`, tabs as spaces, controls and invisible characters as escapes.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(spell_out(text)) }
}

/// Each line of the text, made safe.
pub fn safe_lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.split('\n').map(|line| safe(line.strip_suffix('\r').unwrap_or(line)))
}

/// A file of lines as a terminal may show it.
#[must_use]
pub fn shown(file: &str) -> String {
    let mut shown = String::with_capacity(file.len());
    for line in file.lines() {
        shown.push_str(&safe(line));
        shown.push('\n');
    }
    shown
}

/// JSON in which what could drive a terminal is escaped; the value that is read back is the same.
#[must_use]
pub fn json_safe(json: &str) -> Cow<'_, str> {
    let odd = |next: char| next != '\n' && is_odd(next);
    if json.is_ascii() && !json.contains('\x7f') || !json.contains(odd) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 32);
    for next in json.chars() {
        if odd(next) {
            for unit in next.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(next);
        }
    }
    Cow::Owned(safe)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(|next| is_joiner(next) || is_odd(next))
}

fn spell_out(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    let mut before = '\0';
    let mut characters = text.chars().peekable();
    while let Some(next) = characters.next() {
        match next {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\u{2028}' | '\u{2029}' => safe.push('⏎'),
            '\t' => safe.push(' '),
            _ if is_joiner(next) && joins(before, characters.peek()) => safe.push(next),
            _ if is_odd(next) || is_joiner(next) => escape(&mut safe, next),
            _ => safe.push(next),
        }
        if !matches!(next, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}') {
            before = next;
        }
    }
    safe
}

/// `\x1b` for the old controls, `\u{202e}` for the rest.
fn escape(safe: &mut String, odd: char) {
    // Writing to a string cannot fail.
    let _ = match u32::from(odd) {
        code @ 0..=0xff => write!(safe, "\\x{code:02x}"),
        code => write!(safe, "\\u{{{code:x}}}"),
    };
}

/// What drives terminals (C0, DEL, C1), turns text around, or cannot be seen and so fakes another name.
fn is_odd(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || u32::from(character) & 0xfffe == 0xfffe
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

/// Joiners mean something between emoji, and in the scripts from Arabic to Burmese.
fn joins(before: char, after: Option<&char>) -> bool {
    let emoji = |next: char| matches!(next, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}');
    let script = |next: char| matches!(next, '\u{620}'..='\u{109f}');
    after.is_some_and(|&after| (emoji(before) && emoji(after)) || (script(before) && script(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_left_alone_without_a_copy() {
        for text in ["Acme, Corp", "三一重工（中国）", "café", "👩", "", "🇨🇳 ❤️"] {
            assert!(matches!(safe(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn controls_and_direction_marks_become_visible() {
        assert_eq!(safe("\x1b[31mred\x07\x7f\u{9b}"), r"\x1b[31mred\x07\x7f\x9b");
        assert_eq!(safe("a\u{202e}b\u{2066}c\u{200f}\u{feff}"), r"a\u{202e}b\u{2066}c\u{200f}\u{feff}");
        assert_eq!(safe("\0\u{200b}\u{ffff}"), r"\x00\u{200b}\u{ffff}");
    }

    #[test]
    fn line_breaks_and_tabs_stay_on_the_line() {
        assert_eq!(safe("a\r\nb\nc\td\re\u{2028}f"), r"a⏎b⏎c d\x0de⏎f");
        assert_eq!(safe_lines("a\r\nb\n").collect::<Vec<_>>(), ["a", "b", ""]);
    }

    #[test]
    fn joiners_stay_only_where_they_mean_something() {
        for text in ["👩‍💻", "🏳️‍🌈", "👩🏽‍🚀", "می‌خواهم", "ක්‍ර"] {
            assert_eq!(safe(text), text);
        }
        assert_eq!(safe("pay\u{200d}pal\u{200c}"), r"pay\u{200d}pal\u{200c}");
    }
}
