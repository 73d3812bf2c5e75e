//! Text in cells: how wide it is, cut at the edge of what people see as letters, and broken into lines.

use crate::doors::text_safety::safe;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many cells a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The text in so many cells at most; what was cut off shows as `ellipsis`.
#[must_use]
pub fn cut(text: &str, cells: usize, ellipsis: &str) -> String {
    let text = safe(text);
    if width(&text) <= cells {
        return text.into_owned();
    }
    let room = cells.saturating_sub(width(ellipsis));
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = UnicodeWidthStr::width(grapheme);
        if used + wide > room {
            break;
        }
        used += wide;
        kept.push_str(grapheme);
    }
    if cells > 0 {
        kept.push_str(ellipsis);
    }
    kept
}

/// The text in exactly so many cells, with spaces behind it, or before it where it is a number.
#[must_use]
pub fn fit(text: &str, cells: usize, right: bool, ellipsis: &str) -> String {
    let text = cut(text, cells, ellipsis);
    let space = " ".repeat(cells.saturating_sub(width(&text)));
    if right { space + &text } else { text + &space }
}

/// Prose in lines of so many cells, Chinese too.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let options = textwrap::Options::new(cells.max(1)).break_words(true);
    let mut lines = Vec::new();
    for line in text.lines() {
        lines.extend(textwrap::wrap(&safe(line), &options).into_iter().map(std::borrow::Cow::into_owned));
    }
    lines
}
