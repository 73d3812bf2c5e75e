//! Which picture a part of a report is: its columns say that, and what the report itself declares.

use crate::{
    record::{Column, Grid, Kind, Value},
    reports::{Part, Shape},
    tui::{context::Context, widgets::plot},
};

/// The pictures there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    Funnel,
    /// Over time.
    Line,
    Bars,
    /// Two dimensions, the second one along the columns.
    Heat,
    /// Two dimensions, both in the rows.
    Pairs,
    /// One row of numbers.
    Figures,
    Table,
}

/// How many columns say what a row is of.
#[must_use]
pub fn dimensions(grid: &Grid) -> usize {
    // The hours of a day are no numbers of anything.
    grid.columns.iter().take_while(|column| !plot::is_number(&column.kind) || column.name == "hour").count()
}

/// Whether the rows follow each other in time.
fn is_time(column: &Column) -> bool {
    column.kind == Kind::Date || matches!(column.name.as_str(), "month" | "quarter")
}

/// What a part is drawn as.
#[must_use]
pub fn of(part: &Part) -> Picture {
    let grid = &part.grid;
    let numbers = grid.columns.iter().any(|column| plot::is_number(&column.kind));
    if grid.rows.is_empty() || !numbers || grid.rows.iter().any(|row| !row.short.is_empty()) {
        return Picture::Table;
    }
    match (part.shape, dimensions(grid), grid.columns.first()) {
        (Some(Shape::Funnel), ..) => Picture::Funnel,
        (Some(Shape::Heat), 1, _) => Picture::Heat,
        (_, 0, _) => Picture::Figures,
        _ if grid.rows.len() == 1 => Picture::Figures,
        (_, 1, Some(column)) if is_time(column) => Picture::Line,
        (_, 1, _) => Picture::Bars,
        (_, 2, _) => Picture::Pairs,
        _ => Picture::Table,
    }
}

/// The number that is drawn first: the first amount of a line of months, else the first number.
#[must_use]
pub fn main(part: &Part) -> usize {
    let columns = part.grid.columns.iter().enumerate().skip(dimensions(&part.grid));
    let mut numbers = columns.filter(|(_, column)| plot::is_number(&column.kind));
    let first = numbers.clone().next().map(|(place, _)| place).unwrap_or_default();
    let any =
        |place: usize| part.grid.rows.iter().any(|row| row.cells.get(place).and_then(plot::number).unwrap_or(0) != 0);
    match of(part) {
        Picture::Line => {
            numbers.find(|(place, column)| column.kind == Kind::Money && any(*place)).map_or(first, |(place, _)| place)
        }
        _ => first,
    }
}

/// The columns of a heat map: those that hold the same sort of number as the first, without their sum.
#[must_use]
pub fn heat_columns(grid: &Grid) -> Vec<usize> {
    let first = dimensions(grid);
    let kind = grid.columns.iter().skip(first).find(|column| plot::is_number(&column.kind)).map(|column| &column.kind);
    let columns = grid.columns.iter().enumerate().skip(first);
    columns.filter(|(_, column)| Some(&column.kind) == kind && column.name != "all").map(|(place, _)| place).collect()
}

/// The values of a column in the order in which they come.
#[must_use]
pub fn distinct(grid: &Grid, column: usize) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for value in grid.rows.iter().filter_map(|row| row.cells.get(column)) {
        if !found.contains(value) {
            found.push(value.clone());
        }
    }
    found
}

/// How a number differs from an earlier one: an amount by its share, all others by so much.
#[must_use]
pub fn change(context: &Context, kind: &Kind, now: &Value, then: &Value) -> Option<String> {
    let (later, earlier) = (plot::number(now)?, plot::number(then)?);
    let sign = match later.cmp(&earlier) {
        std::cmp::Ordering::Greater => context.glyphs.up,
        std::cmp::Ordering::Less => context.glyphs.down,
        std::cmp::Ordering::Equal => return Some("=".to_owned()),
    };
    let by = (i128::from(later) - i128::from(earlier)).abs();
    let words = match kind {
        Kind::Money if earlier != 0 => {
            let percent = by * 100 / i128::from(earlier).abs();
            if percent > 999 { ">999%".to_owned() } else { format!("{percent}%") }
        }
        Kind::Money => context.pick("from 0", "原为 0").to_owned(),
        // How far one share is from another is told in points, or it reads as a share itself.
        Kind::Percent => format!("{}.{} {}", by / 100, by % 100 / 10, context.pick("pt", "点")),
        kind => context.value(kind, &Value::Integer(i64::try_from(by).unwrap_or(i64::MAX))),
    };
    Some(format!("{sign} {words}"))
}
