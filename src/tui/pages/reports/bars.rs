//! Horizontal bars.

use super::{Spot, number_at, picture::Picture, words::row_name};
use crate::{
    reports::Part,
    tui::{
        canvas::{Canvas, row},
        hits::Target,
        text,
        widgets::{bar, plot},
    },
};
use ratatui::layout::Rect;

/// Horizontal bars: one below the other, those of a funnel each with what part of the first it is.
pub fn bars(canvas: &mut Canvas, area: Rect, part: &Part, spot: Spot, picture: Picture) {
    let context = canvas.context;
    let (theme, ellipsis) = (context.theme, context.glyphs.ellipsis);
    let count = part.grid.rows.len();
    let kind = part.grid.columns.get(spot.column).map_or(crate::record::Kind::Text, |column| column.kind.clone());
    let names: Vec<String> = (0..count).map(|row| row_name(context, part, row)).collect();
    let wide = names.iter().map(|name| text::width(name)).max().unwrap_or_default();
    let wide = wide.min(usize::from(area.width) * 2 / 5);
    let most = (0..count).filter_map(|row| number_at(part, row, spot.column)).map(i64::abs).max().unwrap_or_default();
    let first = number_at(part, 0, spot.column).unwrap_or_default();
    let changes = (0..count).filter_map(|row| spot.before(context, part, row, spot.column));
    let changes = changes.map(|(_, change)| text::width(&change)).max().unwrap_or_default();
    let changes = if area.width < 50 { 0 } else { changes };
    // With room to spare, every second line is left empty.
    let step = if usize::from(area.height) >= count * 2 { 2 } else { 1 };
    let fits = (usize::from(area.height) / step).max(1);
    let top = spot.row.saturating_sub(fits / 2).min(count.saturating_sub(fits));
    for (place, at) in (top..count).take(fits).enumerate() {
        let line = row(area, u16::try_from(place * step).unwrap_or(u16::MAX));
        let value = part.grid.rows.get(at).and_then(|row| row.cells.get(spot.column)).cloned().unwrap_or_default();
        let number = plot::number(&value).unwrap_or_default();
        let here = at == spot.row && spot.focused;
        let sign = if here { context.glyphs.cursor } else { " " };
        let share = match picture {
            Picture::Funnel if first > 0 => format!("{:>4}%", i128::from(number) * 100 / i128::from(first)),
            _ => String::new(),
        };
        let change = spot.before(context, part, at, spot.column).map_or_else(String::new, |(_, change)| change);
        let change = if changes > 0 { text::fit(&change, changes + 2, true, ellipsis) } else { String::new() };
        let right = format!("{}{change}{share} ", text::fit(&plot::short(context, &kind, &value), 10, true, ellipsis));
        let head = format!("{sign}{} ", text::fit(names.get(at).map_or("", String::as_str), wide, false, ellipsis));
        let used = canvas.text(line, &head, theme.text);
        let room = usize::from(line.width.saturating_sub(used)).saturating_sub(text::width(&right));
        let long = bar(number.abs(), most, room, &context.glyphs);
        let style = if number < 0 { theme.bad } else { theme.bar };
        canvas.text(Rect { x: line.x + used, width: line.width.saturating_sub(used), ..line }, &long, style);
        canvas.text_right(line, &right, theme.text);
        if here {
            canvas.paint(line, theme.selection);
        }
        canvas.hit(line, Target::Row(at));
    }
}
