//! Small pictures of numbers: a line of bars that fits a tile, one bar of a share, and a timeline of events.

use crate::tui::{
    canvas::{Canvas, row},
    glyphs::Glyphs,
    text,
};
use ratatui::layout::Rect;

/// The numbers as signs of eight heights, the latest in so many cells.
#[must_use]
pub fn sparkline(numbers: &[i64], cells: usize, glyphs: &Glyphs) -> String {
    let shown = numbers.get(numbers.len().saturating_sub(cells)..).unwrap_or_default();
    let most = shown.iter().copied().max().unwrap_or_default().max(1);
    let sign = |number: &i64| {
        let level = usize::try_from(i128::from(*number).max(0) * 7 / i128::from(most)).unwrap_or_default();
        glyphs.spark.get(level.min(7)).copied().unwrap_or(" ")
    };
    shown.iter().map(sign).collect()
}

/// A bar as long as a share of a whole, in so many cells.
#[must_use]
pub fn bar(part: i64, whole: i64, cells: usize, glyphs: &Glyphs) -> String {
    let whole = i128::from(whole.max(1));
    let wide = i128::try_from(cells).unwrap_or_default() * i128::from(part.max(0)) / whole;
    glyphs.bar.repeat(usize::try_from(wide).unwrap_or_default().min(cells))
}

/// One event of a timeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// The day under which it stands.
    pub day: String,
    pub time: String,
    pub sort: String,
    pub text: String,
    /// Planned for a time that has passed.
    pub late: bool,
}

/// Events under their days, from one of them on; says how many were drawn whole.
pub fn timeline(canvas: &mut Canvas, area: Rect, events: &[Event], from: usize) -> usize {
    let theme = canvas.context.theme;
    let (mut line, mut drawn) = (0, 0);
    let mut day = "";
    // Sorts are as wide as the longest of them needs.
    let most = if area.width < 50 { 8 } else { 14 };
    let sorts = events.iter().map(|event| text::width(&event.sort)).max().unwrap_or_default().clamp(4, most);
    for event in events.iter().skip(from) {
        if event.day != day {
            day = &event.day;
            canvas.text(row(area, line), &format!(" {day}"), theme.title);
            line += 1;
        }
        let head =
            format!(" {:<5} {} ", event.time, text::fit(&event.sort, sorts, false, canvas.context.glyphs.ellipsis));
        let indent = u16::try_from(text::width(&head)).unwrap_or_default();
        let room = area.width.saturating_sub(indent);
        for (place, words) in text::wrap(&event.text, usize::from(room)).iter().take(3).enumerate() {
            let here = row(area, line);
            if here.is_empty() {
                return drawn;
            }
            if place == 0 {
                canvas.text(here, &head, if event.late { theme.warning } else { theme.dim });
            }
            let style = if event.late { theme.warning } else { theme.text };
            canvas.text(Rect { x: here.x + indent.min(here.width), width: room, ..here }, words, style);
            line += 1;
        }
        drawn += 1;
    }
    drawn
}
