//! Lines under headings as they are drawn: what is urgent in front, the pieces of all lines below each other.

use super::lines::{Item, Line, Lines, Urgency};
use crate::tui::{
    canvas::{Canvas, rows},
    hits::Target,
    text,
};
use ratatui::layout::Rect;

/// How wide the pieces of lines are, so that they stand below each other.
struct Widths {
    lead: usize,
    sort: usize,
    who: usize,
    right: usize,
}

impl Widths {
    fn of(lines: &Lines, room: usize) -> Self {
        let most = |piece: &dyn Fn(&Item) -> usize| lines.items().map(piece).max().unwrap_or_default();
        let right = if room >= 64 { most(&|item| text::width(&item.right)).min(room / 4) } else { 0 };
        let sort = if room >= 56 { most(&|item| text::width(&item.sort)).min(12) } else { 0 };
        let lead = most(&|item| text::width(&item.lead)).min(room * 3 / 8);
        let left = room.saturating_sub(lead + sort + right + 8);
        let left = if room < 50 { left * 3 / 4 } else { left };
        // What it is about is seldom shorter than whom it is about: where both do not fit, they share the room.
        let (who, what) = (most(&|item| text::width(&item.who)), most(&|item| text::width(&item.what)));
        let share = match left {
            // Where there is hardly room for one of them, whom or what the line is called after stays whole.
            ..30 => left,
            _ if who + what > left => (left / 2).max(left.saturating_sub(what)),
            _ => left,
        };
        Self { lead, sort, who: who.min(share), right }
    }
}

/// Draws them so that the one under the cursor is in sight; `target` says what a click on a line means.
pub fn draw(canvas: &mut Canvas, area: Rect, lines: &Lines, focused: bool, target: &dyn Fn(usize) -> Target) {
    let context = canvas.context;
    let widths = Widths::of(lines, usize::from(area.width));
    let height = usize::from(area.height).max(1);
    let most = lines.all.len().saturating_sub(height);
    let mut top = lines.cursor.saturating_sub(height / 2).min(most);
    if lines.cursor < height {
        top = 0;
    }
    for ((at, line), here) in lines.all.iter().enumerate().skip(top).zip(rows(area)) {
        match line {
            Line::Head(head) => {
                let used = canvas.text(here, &format!(" {head} "), context.theme.title);
                let rest = Rect { x: here.x + used, width: here.width.saturating_sub(used + 1), ..here };
                let rule = context.glyphs.horizontal.repeat(usize::from(rest.width));
                canvas.text(rest, &rule, context.theme.border);
            }
            Line::Item(item) => {
                draw_item(canvas, here, item, &widths, focused && at == lines.cursor);
                canvas.hit(here, target(at));
            }
        }
    }
}

fn draw_item(canvas: &mut Canvas, line: Rect, item: &Item, widths: &Widths, focused: bool) {
    let (theme, glyphs) = (canvas.context.theme, canvas.context.glyphs);
    let style = match item.urgency {
        Urgency::Late => theme.bad,
        Urgency::Now => theme.warning,
        Urgency::Later | Urgency::Unclear => theme.dim,
    };
    let fit = |words: &str, cells: usize| text::fit(words, cells, false, glyphs.ellipsis);
    let sort = if widths.sort > 0 { format!("{} ", fit(&item.sort, widths.sort)) } else { String::new() };
    let sign = if focused { glyphs.cursor } else { " " };
    let right = u16::try_from(widths.right).unwrap_or_default();
    let kept = if right > 0 && !item.right.is_empty() { right + 2 } else { 0 };
    let left = Rect { width: line.width.saturating_sub(kept), ..line };
    canvas.pieces(
        left,
        &[
            (sign, theme.focus),
            (item.urgency.sign(), style),
            (" ", theme.text),
            (&fit(&item.lead, widths.lead), style),
            (" ", theme.text),
            (&sort, theme.dim),
            (&fit(&item.who, widths.who), theme.text),
            ("  ", theme.text),
            (&item.what, theme.dim),
        ],
    );
    if right > 0 {
        let area = Rect { width: line.width.saturating_sub(1), ..line };
        canvas.text_right(Rect { x: area.right().saturating_sub(right), width: right, ..area }, &item.right, theme.dim);
    }
    if focused {
        canvas.paint(line, theme.selection);
    }
}
