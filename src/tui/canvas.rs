//! `Canvas`: what a view draws on. It keeps inside its area, remembers where the caret is, and what a click on each
//! place means.

use super::{
    context::Context,
    hits::{Hit, Target},
    text,
    widgets::safe_clear,
};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

/// The buffer of a frame, and what is known of it beside its cells.
pub struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    pub context: &'a Context,
    pub hits: Vec<Hit>,
    /// Where the terminal's own cursor stands, so that an input method opens there.
    pub caret: Option<Position>,
}

impl<'a> Canvas<'a> {
    pub fn new(buffer: &'a mut Buffer, context: &'a Context) -> Self {
        Self { buffer, context, hits: Vec::new(), caret: None }
    }

    #[must_use]
    pub fn area(&self) -> Rect {
        self.buffer.area
    }

    /// Writes text into one line of an area, cut where it ends; says how many cells it took.
    pub fn text(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.buffer.area);
        if area.is_empty() {
            return 0;
        }
        let shown = text::cut(text, usize::from(area.width), self.context.glyphs.ellipsis);
        let (end, _) = self.buffer.set_stringn(area.x, area.y, &shown, usize::from(area.width), style);
        end.saturating_sub(area.x)
    }

    /// Writes text that ends at the right edge.
    pub fn text_right(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let shown = text::cut(text, usize::from(area.width), self.context.glyphs.ellipsis);
        let wide = u16::try_from(text::width(&shown)).unwrap_or(area.width).min(area.width);
        self.text(Rect { x: area.right().saturating_sub(wide), width: wide, ..area }, &shown, style)
    }

    /// Writes several pieces one after the other and says where the next would begin.
    pub fn pieces(&mut self, area: Rect, pieces: &[(&str, Style)]) -> u16 {
        let mut left = area;
        for (piece, style) in pieces {
            let used = self.text(left, piece, *style);
            left = Rect { x: left.x.saturating_add(used), width: left.width.saturating_sub(used), ..left };
        }
        left.x
    }

    /// Gives every cell of an area a style.
    pub fn paint(&mut self, area: Rect, style: Style) {
        self.buffer.set_style(area.intersection(self.buffer.area), style);
    }

    /// Empties an area, also where half of a wide letter reaches into it.
    pub fn clear(&mut self, area: Rect) {
        safe_clear(area, self.buffer);
        self.paint(area, self.context.theme.text);
    }

    /// Draws a frame with a title, and says what is inside.
    pub fn frame(&mut self, area: Rect, title: &str, right: &str, focused: bool) -> Rect {
        let area = area.intersection(self.buffer.area);
        if area.width < 2 || area.height < 2 {
            return Rect::default();
        }
        let (theme, glyphs) = (self.context.theme, self.context.glyphs);
        let style = if focused { theme.focus } else { theme.border };
        let line = glyphs.horizontal.repeat(usize::from(area.width - 2));
        let [top_left, top_right, bottom_left, bottom_right] = glyphs.corners;
        let row = |y: u16| Rect { y, height: 1, ..area };
        self.text(row(area.y), &format!("{top_left}{line}{top_right}"), style);
        self.text(row(area.bottom() - 1), &format!("{bottom_left}{line}{bottom_right}"), style);
        for y in area.y + 1..area.bottom() - 1 {
            self.text(Rect { width: 1, ..row(y) }, glyphs.vertical, style);
            self.text(Rect { x: area.right() - 1, width: 1, ..row(y) }, glyphs.vertical, style);
        }
        let head = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..row(area.y) };
        if !title.is_empty() {
            let used = self.text(head, &format!(" {title} "), if focused { theme.title } else { theme.text });
            let rest = Rect { x: head.x + used, width: head.width.saturating_sub(used + 1), ..head };
            if !right.is_empty() && usize::from(rest.width) > text::width(right) + 2 {
                self.text_right(rest, &format!(" {right} "), theme.dim);
            }
        }
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    }

    /// Writes at the right of a frame's bottom line.
    pub fn foot(&mut self, area: Rect, text: &str) {
        if area.height > 1 && area.width > 4 && !text.is_empty() {
            let row = Rect { x: area.x + 2, y: area.bottom() - 1, width: area.width - 4, height: 1 };
            self.text_right(row, &format!(" {text} "), self.context.theme.dim);
        }
    }

    /// From now on a click there means that.
    pub fn hit(&mut self, area: Rect, target: Target) {
        let area = area.intersection(self.buffer.area);
        if !area.is_empty() {
            self.hits.push(Hit { area, target });
        }
    }

    /// Puts the terminal's cursor there.
    pub fn caret(&mut self, x: u16, y: u16) {
        let area = self.buffer.area;
        if !area.is_empty() {
            let position = Position { x: x.min(area.right() - 1), y: y.min(area.bottom() - 1) };
            self.caret = Some(position);
        }
    }
}

/// The rows of an area, from the top.
pub fn rows(area: Rect) -> impl Iterator<Item = Rect> {
    (area.y..area.bottom()).map(move |y| Rect { y, height: 1, ..area })
}

/// One row of an area, counted from the top; empty where there is none.
#[must_use]
pub fn row(area: Rect, place: u16) -> Rect {
    if place < area.height { Rect { y: area.y + place, height: 1, ..area } } else { Rect::default() }
}

/// The area without so many rows at the top and at the bottom.
#[must_use]
pub fn trimmed(area: Rect, top: u16, bottom: u16) -> Rect {
    let top = top.min(area.height);
    Rect { y: area.y + top, height: (area.height - top).saturating_sub(bottom), ..area }
}

/// Left and right part; the left one so wide.
#[must_use]
pub fn split(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    (Rect { width: left, ..area }, Rect { x: area.x + left, width: area.width - left, ..area })
}

/// An area of that size in the middle of another, no larger than it.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}
