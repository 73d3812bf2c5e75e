//! `Input`: one line of text with a caret, edited by what people see as letters; the terminal's own cursor stands at the
//! caret, so that an input method opens there.

use crate::tui::{canvas::Canvas, key::Key, text};
use crossterm::event::KeyCode;
use ratatui::{layout::Rect, style::Style};
use unicode_segmentation::UnicodeSegmentation;

/// A text and a caret in it: what stands before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    before: String,
    after: String,
}

impl Input {
    /// With the caret behind the text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { before: text.to_owned(), after: String::new() }
    }

    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// How many bytes it has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// Puts a text in at the caret.
    pub fn insert(&mut self, text: &str) {
        self.before.push_str(text);
    }

    /// Takes a key; says whether it meant anything, and whether the text is another now.
    pub fn key(&mut self, key: Key) -> Option<bool> {
        if let Some(letter) = key.letter() {
            self.before.push(letter);
            return Some(true);
        }
        let changed = match (key.code, key.ctrl, key.alt) {
            (KeyCode::Backspace, false, false) => self.erase_before(),
            (KeyCode::Delete, false, false) => self.erase_after(),
            (KeyCode::Left, false, false) => self.left(),
            (KeyCode::Right, false, false) => self.right(),
            (KeyCode::Home, _, _) | (KeyCode::Char('a'), true, false) => self.home(),
            (KeyCode::End, _, _) | (KeyCode::Char('e'), true, false) => self.end(),
            (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, _, true) => self.erase_word(),
            (KeyCode::Char('u'), true, false) => !std::mem::take(&mut self.before).is_empty(),
            _ => return None,
        };
        Some(changed)
    }

    fn last(&self) -> usize {
        self.before.grapheme_indices(true).next_back().map_or(0, |(place, _)| place)
    }

    fn erase_before(&mut self) -> bool {
        let had = !self.before.is_empty();
        self.before.truncate(self.last());
        had
    }

    fn erase_after(&mut self) -> bool {
        let first = self.after.graphemes(true).next().map_or(0, str::len);
        self.after.drain(..first).next().is_some()
    }

    fn left(&mut self) -> bool {
        let moved = self.before.split_off(self.last());
        self.after.insert_str(0, &moved);
        false
    }

    fn right(&mut self) -> bool {
        let first = self.after.graphemes(true).next().map_or(0, str::len);
        let moved: String = self.after.drain(..first).collect();
        self.before.push_str(&moved);
        false
    }

    fn home(&mut self) -> bool {
        self.after.insert_str(0, &std::mem::take(&mut self.before));
        false
    }

    fn end(&mut self) -> bool {
        self.before.push_str(&std::mem::take(&mut self.after));
        false
    }

    /// Back to the beginning of the word before the caret; a run of Chinese is cut by its words too.
    fn erase_word(&mut self) -> bool {
        let had = !self.before.is_empty();
        let place = self.before.trim_end().unicode_word_indices().next_back().map_or(0, |(place, _)| place);
        self.before.truncate(place);
        had
    }

    /// Draws it; the caret is always in sight.
    pub fn view(&self, canvas: &mut Canvas, area: Rect, style: Style, focused: bool) {
        let area = area.intersection(canvas.area());
        if area.is_empty() {
            return;
        }
        let room = usize::from(area.width.saturating_sub(1));
        let before = crate::doors::text_safety::safe(&self.before).into_owned();
        let mut shown = String::new();
        let mut used = 0;
        for grapheme in before.graphemes(true).rev() {
            let wide = text::width(grapheme);
            if used + wide > room {
                break;
            }
            used += wide;
            shown.insert_str(0, grapheme);
        }
        let caret = area.x + u16::try_from(used).unwrap_or(area.width);
        canvas.text(area, &shown, style);
        let rest = Rect { x: caret, width: area.right().saturating_sub(caret), ..area };
        canvas.text(rest, &self.after, style);
        if focused {
            canvas.caret(caret, area.y);
        }
    }
}
