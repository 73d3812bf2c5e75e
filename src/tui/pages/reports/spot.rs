//! Where the cursor is in a part, and what stood in the same place in the period before.

use super::{Reports, picture};
use crate::{
    record::Value,
    reports::Part,
    tui::{context::Context, widgets::plot},
};

/// Where the cursor is in a part, and the same part of the period before.
#[derive(Clone, Copy)]
pub struct Spot<'a> {
    pub row: usize,
    pub column: usize,
    pub focused: bool,
    pub earlier: Option<&'a Part>,
}

impl Reports {
    pub(super) fn spot(&self, part: usize) -> Spot<'_> {
        let earlier = self.before.get(part);
        Spot { row: self.row, column: self.column, focused: self.part.is_some(), earlier }
    }
}

impl Spot<'_> {
    /// The number of the period before that a number stands against, and how it differs.
    pub fn before(&self, context: &Context, part: &Part, row: usize, column: usize) -> Option<(String, String)> {
        let head = part.grid.columns.get(column)?;
        let now = part.grid.rows.get(row)?.cells.get(column)?;
        let then = self.earlier_value(part, row, column)?;
        let change = picture::change(context, &head.kind, now, &then)?;
        Some((plot::short(context, &head.kind, &then), change))
    }

    /// Of the same row: of the same name, or in the same place where rows are times.
    pub fn earlier_value(&self, part: &Part, row: usize, column: usize) -> Option<Value> {
        let (earlier, head) = (self.earlier?, part.grid.columns.get(column)?);
        let place = earlier.grid.columns.iter().position(|known| known.name == head.name)?;
        let names = picture::dimensions(&part.grid);
        let cells = &part.grid.rows.get(row)?.cells;
        let by_place = matches!(picture::of(part), picture::Picture::Line | picture::Picture::Figures);
        let same = |known: &&crate::record::Row| known.cells.iter().take(names).eq(cells.iter().take(names));
        let found = if by_place { earlier.grid.rows.get(row) } else { earlier.grid.rows.iter().find(same) };
        found?.cells.get(place).cloned()
    }
}

/// The number in a cell; none where there is none.
pub fn number_at(part: &Part, row: usize, column: usize) -> Option<i64> {
    part.grid.rows.get(row).and_then(|row| row.cells.get(column)).and_then(plot::number)
}
