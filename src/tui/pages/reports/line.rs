//! A line over time.

use super::{Spot, number_at, words::row_name};
use crate::{
    record::Value,
    reports::Part,
    tui::{
        canvas::{Canvas, row, rows, split},
        hits::Target,
        text,
        widgets::plot,
    },
};
use ratatui::layout::Rect;

/// A line over time, with the numbers beside it and the times below.
pub fn line(canvas: &mut Canvas, area: Rect, part: &Part, spot: Spot) {
    let context = canvas.context;
    let theme = context.theme;
    let Some(column) = part.grid.columns.get(spot.column) else { return };
    let numbers: Vec<Option<i64>> = (0..part.grid.rows.len()).map(|row| number_at(part, row, spot.column)).collect();
    let earlier: Vec<Option<i64>> = (0..numbers.len())
        .map(|row| spot.earlier_value(part, row, spot.column).as_ref().and_then(plot::number))
        .collect();
    let all = || numbers.iter().chain(&earlier).flatten().copied();
    let high = all().max().unwrap_or_default().max(0);
    let low = all().min().unwrap_or_default().min(0);
    let high = if high == low { low + 1 } else { high };
    let sample = part.grid.rows.iter().filter_map(|row| row.cells.get(spot.column)).find(|value| !value.is_empty());
    let scale = |number: i64| match sample {
        Some(Value::Money(money)) => Value::Money(crate::record::Money { minor: number, ..*money }),
        _ => Value::Integer(number),
    };
    let height = area.height.saturating_sub(2);
    let steps = i64::from((height / 3).clamp(1, 4));
    let marks: Vec<(u16, String)> = (0..=steps)
        .map(|step| {
            let number = i64::try_from(
                i128::from(low) + (i128::from(high) - i128::from(low)) * i128::from(step) / i128::from(steps),
            );
            let up = i64::from(height.saturating_sub(1)) * step / steps;
            let line = height.saturating_sub(1).saturating_sub(u16::try_from(up).unwrap_or_default());
            (line, plot::short(context, &column.kind, &scale(number.unwrap_or_default())))
        })
        .collect();
    let wide =
        marks.iter().map(|(_, words)| text::width(words)).max().unwrap_or_default().min(usize::from(area.width) / 3);
    let margin = u16::try_from(wide + 3).unwrap_or_default();
    let (_, picture) = split(area, margin);
    let picture = Rect { width: picture.width.saturating_sub(2), height, ..picture };
    for (line, words) in &marks {
        let here = row(Rect { height, ..area }, *line);
        canvas.text(here, &format!(" {}", text::fit(words, wide, true, context.glyphs.ellipsis)), theme.dim);
    }
    for line in rows(Rect { height, ..area }) {
        canvas.text(Rect { x: line.x + margin - 1, width: 1, ..line }, context.glyphs.vertical, theme.border);
    }
    let size = (usize::from(picture.width), usize::from(picture.height));
    if earlier.iter().any(Option::is_some) {
        let drawn = plot::line(&earlier, (low, high), size, context.glyphs.ascii);
        for (words, line) in drawn.iter().zip(rows(picture)) {
            canvas.text(line, words, theme.dim);
        }
    }
    let drawn = plot::line(&numbers, (low, high), size, context.glyphs.ascii);
    for (words, line) in drawn.iter().zip(rows(picture)) {
        over(canvas, line, words);
    }
    times(canvas, area, picture, part, spot);
}

/// The foot of a line: what stands below each point, as far as there is room, and the cursor.
fn times(canvas: &mut Canvas, area: Rect, picture: Rect, part: &Part, spot: Spot) {
    let context = canvas.context;
    let (axis, times) = (row(area, area.height.saturating_sub(2)), row(area, area.height.saturating_sub(1)));
    let axis = Rect { x: picture.x, width: picture.width, ..axis };
    canvas.text(axis, &context.glyphs.horizontal.repeat(usize::from(axis.width)), context.theme.border);
    let count = part.grid.rows.len();
    // The latest is named in any case.
    let mut free = times.right();
    for at in (0..count).rev() {
        let column = u16::try_from(plot::column_of(at, count, usize::from(picture.width))).unwrap_or_default();
        let x = picture.x.saturating_add(column);
        let each = (picture.width / u16::try_from(count).unwrap_or(u16::MAX).max(1)).max(1);
        canvas.hit(Rect { x: x.saturating_sub(each / 2), width: each, ..picture }, Target::Row(at));
        let here = at == spot.row && spot.focused;
        if here {
            canvas.paint(Rect { x, width: 1, ..picture }, context.theme.selection);
            canvas.text(
                Rect { x, width: 1, ..axis },
                if context.glyphs.ascii { "^" } else { "▴" },
                context.theme.focus,
            );
        }
        let name = row_name(context, part, at);
        let wide = u16::try_from(text::width(&name)).unwrap_or(u16::MAX);
        let from = x.saturating_sub(wide / 2).min(times.right().saturating_sub(wide)).max(times.x);
        if from.saturating_add(wide) <= free {
            let style = if here { context.theme.title } else { context.theme.dim };
            canvas.text(Rect { x: from, width: wide, ..times }, &name, style);
            free = from.saturating_sub(2);
        }
    }
}

/// Writes a line of the picture over what is there, and leaves that where it is empty.
fn over(canvas: &mut Canvas, line: Rect, words: &str) {
    let style = canvas.context.theme.bar;
    for (letter, x) in words.chars().zip(line.x..line.right()) {
        if !matches!(letter, ' ' | '\u{2800}') {
            canvas.text(Rect { x, width: 1, ..line }, letter.encode_utf8(&mut [0; 4]), style);
        }
    }
}
