//! A part as a table, and one row of numbers as a line each.

use super::{Spot, words::label};
use crate::{
    reports::Part,
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        hits::Target,
        text,
        widgets::plot,
    },
};
use ratatui::layout::Rect;

/// The numbers of one row, a line each.
pub fn single(canvas: &mut Canvas, area: Rect, part: &Part, spot: Spot) {
    let context = canvas.context;
    let Some(only) = part.grid.rows.get(spot.row) else { return };
    let wide = part.grid.columns.iter().map(|column| text::width(label(context, column))).max().unwrap_or_default();
    let count = part.grid.columns.len();
    let top = spot.column.saturating_sub(usize::from(area.height).saturating_sub(1)).min(count);
    for ((at, column), line) in part.grid.columns.iter().enumerate().skip(top).zip(rows(area)) {
        let value = only.cells.get(at).cloned().unwrap_or_default();
        let shown = if value.is_empty() { "-".to_owned() } else { context.value(&column.kind, &value) };
        let here = at == spot.column && spot.focused;
        let sign = if here { context.glyphs.cursor } else { " " };
        let name = text::fit(label(context, column), wide, false, context.glyphs.ellipsis);
        let before = spot.before(context, part, spot.row, at);
        let before = before.map_or_else(String::new, |(then, change)| format!("   {change}  ({then})"));
        canvas.pieces(
            line,
            &[
                (sign, context.theme.focus),
                (" ", context.theme.text),
                (&name, context.theme.dim),
                ("  ", context.theme.text),
                (&shown, context.theme.title),
                (&before, context.theme.dim),
            ],
        );
        if here {
            canvas.paint(line, context.theme.selection);
        }
        canvas.hit(line, Target::Heading(at));
    }
}

/// The rows as they are; the first column stays while the others move along with the cursor.
pub fn table(canvas: &mut Canvas, area: Rect, part: &Part, spot: Spot) {
    let context = canvas.context;
    let (theme, ellipsis) = (context.theme, context.glyphs.ellipsis);
    let grid = &part.grid;
    let shown = |row: &crate::record::Row| -> Vec<String> {
        grid.columns.iter().zip(&row.cells).map(|(column, value)| context.value(&column.kind, value)).collect()
    };
    let totals = grid.totals.as_ref().filter(|_| area.height >= 4);
    let list = trimmed(area, 1, u16::from(totals.is_some()));
    let height = usize::from(list.height).max(1);
    let count = grid.rows.len();
    let top = spot.row.saturating_sub(height / 2).min(count.saturating_sub(height));
    let lines: Vec<Vec<String>> = grid.rows.iter().skip(top).take(height).map(shown).collect();
    let total = totals.map(|cells| {
        let row = crate::record::Row { cells: cells.clone(), ..crate::record::Row::default() };
        let mut cells = shown(&row);
        if let Some(first) = cells.first_mut().filter(|first| first.is_empty()) {
            context.pick("Total", "合计").clone_into(first);
        }
        cells
    });
    let width = |at: usize| {
        let heading = grid.columns.get(at).map_or(0, |column| text::width(label(context, column)));
        let cells = lines.iter().chain(&total).filter_map(|cells| cells.get(at)).map(|cell| text::width(cell));
        cells.max().unwrap_or_default().max(heading)
    };
    let room = usize::from(area.width).saturating_sub(2);
    // Long words are cut before a column is left out; half a number would be another number.
    let capped = |cap: usize| -> Vec<usize> {
        let columns = grid.columns.iter().enumerate();
        columns.map(|(at, column)| if plot::is_number(&column.kind) { width(at) } else { width(at).min(cap) }).collect()
    };
    let fits = |widths: &Vec<usize>| widths.iter().map(|wide| wide + 2).sum::<usize>() <= room + 2;
    let widths = [40, 28, 20, 14].into_iter().map(capped).find(fits).unwrap_or_else(|| capped(20));
    let columns = visible(&widths, spot.column, room);
    let draw = |canvas: &mut Canvas, line: Rect, cells: &dyn Fn(usize) -> String, style, sign: &str| {
        let mut x = line.x + canvas.text(line, sign, theme.focus);
        for at in &columns {
            let wide = widths.get(*at).copied().unwrap_or_default();
            let right = grid.columns.get(*at).is_some_and(|column| plot::is_number(&column.kind));
            let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
            let used = canvas.text(rest, &text::fit(&cells(*at), wide, right, ellipsis), style);
            canvas.hit(Rect { width: used, ..rest }, Target::Heading(*at));
            x = x.saturating_add(used + 2);
        }
    };
    draw(
        canvas,
        row(area, 0),
        &|at| grid.columns.get(at).map_or_else(String::new, |column| label(context, column).to_owned()),
        theme.dim,
        " ",
    );
    for ((at, cells), line) in lines.iter().enumerate().map(|(at, cells)| (at + top, cells)).zip(rows(list)) {
        let here = at == spot.row && spot.focused;
        let sign = if here { context.glyphs.cursor } else { " " };
        draw(canvas, line, &|at| cells.get(at).cloned().unwrap_or_default(), theme.text, sign);
        if here {
            canvas.paint(line, theme.selection);
        }
        canvas.hit(line, Target::Row(at));
    }
    if let Some(cells) = total {
        let line = row(area, area.height - 1);
        draw(canvas, line, &|at| cells.get(at).cloned().unwrap_or_default(), theme.title, " ");
    }
}

/// The columns that fit, the first always and the chosen one in sight.
fn visible(widths: &[usize], chosen: usize, room: usize) -> Vec<usize> {
    let fits = |from: usize| {
        let mut found = vec![0];
        let mut used = widths.first().copied().unwrap_or_default() + 2;
        for (at, wide) in widths.iter().enumerate().skip(from.max(1)) {
            used += wide + 2;
            if used > room + 2 {
                break;
            }
            found.push(at);
        }
        found
    };
    let found = (1..=chosen.max(1)).map(fits).find(|found| found.contains(&chosen));
    found.unwrap_or_else(|| vec![0, chosen])
}
