//! Two dimensions: each cell with its number, and a sign of how much it is.

use super::{
    Spot, number_at,
    picture::{self, Picture},
    words::{label, named, row_name},
};
use crate::{
    record::Value,
    reports::Part,
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        context::Context,
        hits::Target,
        text,
        widgets::plot,
    },
};
use ratatui::layout::Rect;

/// Two dimensions: each cell with its number, and a sign of how much it is.
pub fn heat(canvas: &mut Canvas, area: Rect, part: &Part, spot: Spot, picture: Picture) {
    let context = canvas.context;
    let (theme, glyphs) = (context.theme, context.glyphs);
    let map = Map::of(context, part, picture, spot.column);
    let most = map.cells.iter().flatten().flatten().filter_map(|(_, column, row)| number_at(part, *row, *column)).max();
    let name_wide = map.sides.iter().map(|name| text::width(name)).max().unwrap_or_default();
    let name_wide = name_wide.min(usize::from(area.width) / 3);
    let wide = map.tops.iter().map(|name| text::width(name)).max().unwrap_or_default().clamp(7, 14);
    let fits = (usize::from(area.width).saturating_sub(name_wide + 3) / (wide + 2)).max(1);
    let chosen = map.cells.iter().find_map(|line| line.iter().position(|cell| is_on(spot, picture, cell.as_ref())));
    let from = chosen.unwrap_or_default().saturating_sub(fits.saturating_sub(1));
    let left = |cell: usize| area.x + u16::try_from(name_wide + 3 + cell * (wide + 2)).unwrap_or(u16::MAX);
    let piece = |line: Rect, cell: usize| {
        let x = left(cell).min(area.right());
        Rect { x, width: u16::try_from(wide + 1).unwrap_or_default().min(area.right().saturating_sub(x)), ..line }
    };
    let heading = row(area, 0);
    for (place, top) in map.tops.iter().skip(from).take(fits).enumerate() {
        canvas.text(piece(heading, place), &text::fit(top, wide + 1, true, glyphs.ellipsis), theme.dim);
    }
    let list = trimmed(area, 1, 0);
    let height = usize::from(list.height).max(1);
    let at = map
        .cells
        .iter()
        .position(|line| line.iter().any(|cell| is_on(spot, picture, cell.as_ref())))
        .unwrap_or_default();
    let above = at.saturating_sub(height / 2).min(map.sides.len().saturating_sub(height));
    for ((side, cells), line) in map.sides.iter().zip(&map.cells).skip(above).zip(rows(list)) {
        canvas.text(line, &format!(" {}", text::fit(side, name_wide, false, glyphs.ellipsis)), theme.text);
        for (place, cell) in cells.iter().skip(from).take(fits).enumerate() {
            let Some((words, column, row)) = cell else { continue };
            let number = number_at(part, *row, *column).unwrap_or_default().max(0);
            let level = i128::from(number) * 7 / i128::from(most.unwrap_or_default().max(1));
            let shade = glyphs.spark.get(usize::try_from(level).unwrap_or_default().min(7)).copied().unwrap_or(" ");
            let here = piece(line, place);
            let style = if number == 0 { theme.dim } else { theme.text };
            canvas.pieces(here, &[(shade, theme.bar), (&text::fit(words, wide, true, glyphs.ellipsis), style)]);
            if is_on(spot, picture, cell.as_ref()) && spot.focused {
                canvas.paint(here, theme.selection);
            }
            canvas.hit(here, Target::Row(*row));
        }
    }
}

fn is_on(spot: Spot, picture: Picture, cell: Option<&Cell>) -> bool {
    cell.is_some_and(|(_, column, row)| *row == spot.row && (picture == Picture::Pairs || *column == spot.column))
}

/// What stands in a cell of a map, with the column and the row of the grid that it comes from.
type Cell = (String, usize, usize);

/// Two dimensions as they are drawn.
struct Map {
    tops: Vec<String>,
    sides: Vec<String>,
    cells: Vec<Vec<Option<Cell>>>,
}

impl Map {
    fn of(context: &Context, part: &Part, picture: Picture, measure: usize) -> Self {
        let grid = &part.grid;
        let cell = |row: usize, column: usize| {
            let value = grid.rows.get(row)?.cells.get(column)?;
            Some((plot::short(context, &grid.columns.get(column)?.kind, value), column, row))
        };
        if picture == Picture::Heat {
            let columns = picture::heat_columns(grid);
            let tops =
                columns.iter().filter_map(|at| grid.columns.get(*at)).map(|column| label(context, column).to_owned());
            let tops = tops.collect();
            let sides = (0..grid.rows.len()).map(|row| row_name(context, part, row)).collect();
            let line = |row: usize| columns.iter().map(|column| cell(row, *column)).collect();
            return Self { tops, sides, cells: (0..grid.rows.len()).map(line).collect() };
        }
        let (down, across) = (picture::distinct(grid, 0), picture::distinct(grid, 1));
        let words = |place: usize, values: &[Value]| -> Vec<String> {
            let column = grid.columns.get(place);
            values
                .iter()
                .map(|value| column.map_or_else(String::new, |column| named(context, part, column, value)))
                .collect()
        };
        let mut cells: Vec<Vec<Option<Cell>>> = vec![vec![None; across.len()]; down.len()];
        for (at, row) in grid.rows.iter().enumerate() {
            let place =
                |values: &[Value], column: usize| values.iter().position(|value| Some(value) == row.cells.get(column));
            let (Some(line), Some(top)) = (place(&down, 0), place(&across, 1)) else { continue };
            if let Some(slot) = cells.get_mut(line).and_then(|line| line.get_mut(top)) {
                *slot = cell(at, measure);
            }
        }
        Self { tops: words(1, &across), sides: words(0, &down), cells }
    }
}
