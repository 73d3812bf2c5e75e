//! Tables for the terminal: no vertical bars, a rule under the headings, nothing wider than the screen.
//!
//! Rows are measured first and then drawn in blocks of the same widths, so that a million of them take no memory.

use super::cell::{Audience, is_number};
use super::fit::{GAP, LEAST, LEAST_TITLE, Measure, cut, fit, width};
use super::text_safety::{safe, safe_lines};
use super::{Style, has_refs, named, texts};
use comfy_table::{Attribute, Cell, CellAlignment, ColumnConstraint, Table, Width, presets};
use kehu::record::{Column, Grid, Kind, Row};
use std::borrow::Cow;
use std::io::{self, Write};

/// How many lines are drawn at a time.
const BLOCK: usize = 500;
const BOLD: Option<Attribute> = Some(Attribute::Bold);
const DIM: Option<Attribute> = Some(Attribute::Dim);

pub(super) fn write_grid(grid: &Grid, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if grid.rows.is_empty() {
        return Ok(());
    }
    let layout = Layout::of(grid, style);
    let mut lines = vec![layout.line(layout.headings(), BOLD), layout.rule()];
    for row in &grid.rows {
        lines.push(layout.line(layout.cells(row), None));
        if lines.len() == BLOCK {
            layout.draw(std::mem::take(&mut lines), out)?;
        }
    }
    if let Some(totals) = &layout.totals {
        lines.extend([layout.rule(), layout.line(layout.total_cells(totals), BOLD)]);
    }
    layout.draw(lines, out)?;
    layout.draw_left_off(out)
}

/// Labels at the left, values beside them, in full; further lines of a long text stand under its first.
pub(super) fn write_record(grid: &Grid, row: &Row, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let layout = Layout { grid, style, refs: has_refs(grid), totals: None, widths: Vec::new() };
    let short = layout.refs.then_some(Cow::Borrowed(row.short.as_str()));
    let values = short.into_iter().chain(texts(grid, row, style.audience()));
    let lines = layout.headings().zip(values).map(|(label, value)| {
        let value: Vec<_> = safe_lines(&value).collect();
        vec![painted(&label, DIM), painted(&value.join("\n"), None)]
    });
    write_table(&table(lines.collect(), style), out)
}

/// What a grid looks like: its columns' widths, of which some may have had no room.
struct Layout<'g> {
    grid: &'g Grid,
    style: &'g Style,
    refs: bool,
    /// The totals as a row whose ref says what it is.
    totals: Option<Row>,
    widths: Vec<Option<usize>>,
}

impl<'g> Layout<'g> {
    fn of(grid: &'g Grid, style: &'g Style) -> Self {
        let word = style.word("Total", "合计");
        let totals = grid.totals.clone().map(|cells| Row { id: 0, short: word.to_owned(), cells });
        let mut layout = Self { grid, style, refs: has_refs(grid), totals, widths: Vec::new() };
        let measures =
            grid.columns.iter().map(|column| Measure { width: 0, least: least(column), spare: spare(column) });
        let reference = Measure { width: 0, least: usize::MAX, spare: 0 };
        let mut columns: Vec<_> = layout.refs.then_some(reference).into_iter().chain(measures).collect();
        let mut measure = |cells: &mut dyn Iterator<Item = Cow<'_, str>>| {
            columns.iter_mut().zip(cells).for_each(|(column, text)| column.width = column.width.max(width(&text)));
        };
        measure(&mut layout.headings());
        grid.rows.iter().for_each(|row| measure(&mut layout.cells(row)));
        layout.totals.iter().for_each(|totals| measure(&mut layout.total_cells(totals)));
        layout.widths = fit(&columns, style.width.unwrap_or(usize::MAX));
        layout
    }

    fn headings(&self) -> impl Iterator<Item = Cow<'g, str>> {
        let style = self.style;
        let labels = self.grid.columns.iter().map(move |column| safe(style.heading(column)));
        self.refs.then(|| Cow::Borrowed(style.word("Ref", "编号"))).into_iter().chain(labels)
    }

    fn cells<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = Cow<'r, str>> {
        let short = self.refs.then_some(Cow::Borrowed(row.short.as_str()));
        short.into_iter().chain(safe_texts(self.grid, row, self.style.audience()))
    }

    /// The totals, with a word for them where the refs or an empty first total stand.
    fn total_cells<'r>(&'r self, totals: &'r Row) -> impl Iterator<Item = Cow<'r, str>> {
        let cells = safe_texts(self.grid, totals, self.style.audience());
        named(self.refs.then_some(Cow::Borrowed("")).into_iter().chain(cells), &totals.short)
    }

    /// Cells cut to their columns, and a mark where columns were left off.
    fn line<'c>(&self, cells: impl Iterator<Item = Cow<'c, str>>, paint: Option<Attribute>) -> Vec<Cell> {
        let cells = cells.zip(&self.widths).filter_map(|(text, most)| Some(painted(&cut(&text, (*most)?), paint)));
        let left_off = self.widths.contains(&None);
        cells.chain(left_off.then(|| painted("…", paint))).collect()
    }

    /// Names the columns for which there was no room.
    fn draw_left_off(&self, out: &mut dyn Write) -> io::Result<()> {
        let names: Vec<&str> = self
            .grid
            .columns
            .iter()
            .zip(self.widths.iter().skip(usize::from(self.refs)))
            .filter(|(_, width)| width.is_none())
            .map(|(column, _)| self.style.heading(column))
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        let told = if self.refs {
            self.style.word(" (no room; -c picks columns)", "（放不下；用 -c 选择列）")
        } else {
            self.style.word(" (no room)", "（放不下）")
        };
        let line = format!("… {}{told}", names.join(", "));
        writeln!(out, "{}", cut(&safe(&line), self.style.width.unwrap_or(usize::MAX)))
    }

    fn rule(&self) -> Vec<Cell> {
        self.widths.iter().flatten().map(|&width| painted(&"─".repeat(width), DIM)).collect()
    }

    /// Writes some of the lines; the widths are those of all of them.
    fn draw(&self, lines: Vec<Vec<Cell>>, out: &mut dyn Write) -> io::Result<()> {
        let mut table = table(lines, self.style);
        let numbers = self.grid.columns.iter().map(|column| is_number(&column.kind));
        let numbers = self.refs.then_some(false).into_iter().chain(numbers);
        let shown = self.widths.iter().zip(numbers).filter_map(|(most, number)| Some(((*most)?, number)));
        for (column, (most, number)) in table.column_iter_mut().zip(shown) {
            let wide = u16::try_from(most).unwrap_or(u16::MAX).saturating_add(column.padding_width());
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(wide)));
            column.set_cell_alignment(if number { CellAlignment::Right } else { CellAlignment::Left });
        }
        write_table(&table, out)
    }
}

/// A table without lines, whose columns stand apart.
fn table(lines: Vec<Vec<Cell>>, style: &Style) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty().add_rows(lines).style_text_only();
    if style.color {
        table.enforce_styling();
    }
    let last = table.column_count().saturating_sub(1);
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if place < last { GAP } else { 0 }));
    }
    table
}

fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end_matches(' ')))
}

fn painted(text: &str, paint: Option<Attribute>) -> Cell {
    let cell = Cell::new(text);
    if text.is_empty() { cell } else { cell.add_attributes(paint.into_iter().collect()) }
}

fn safe_texts<'g>(grid: &'g Grid, row: &'g Row, audience: Audience) -> impl Iterator<Item = Cow<'g, str>> {
    texts(grid, row, audience).map(|text| match text {
        Cow::Borrowed(text) => safe(text),
        Cow::Owned(text) => Cow::Owned(safe(&text).into_owned()),
    })
}

/// Half a number, a date or a phone would mislead; texts may be cut, but what a record is called not by much.
fn least(column: &Column) -> usize {
    match &column.kind {
        Kind::Date | Kind::Birthday | Kind::Timestamp | Kind::YesNo | Kind::Phone | Kind::Email => usize::MAX,
        kind if is_number(kind) => usize::MAX,
        _ if matches!(&*column.name, "name" | "subject") => LEAST_TITLE,
        _ => LEAST,
    }
}

/// What is missed least where there is no room: an address can be looked up, whose customer it is cannot be guessed.
const SPARED: [&str; 8] = ["owner", "kind", "phone", "customer.level", "primary_contact", "contact", "city", "email"];

fn spare(column: &Column) -> usize {
    SPARED.iter().position(|name| *name == column.name).map_or(0, |place| place + 1)
}
