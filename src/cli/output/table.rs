//! Tables for the terminal: no vertical bars, a rule under the headings, nothing wider than the screen.
//!
//! Rows are measured, then written, and never kept: a million of them into a pipe take no memory.

use super::cell::{Audience, is_number};
use super::fit::{GAP, Measure, cut, fit, width};
use super::text_safety::{safe, safe_lines};
use super::{Style, has_refs, texts};
use kehu::record::{Grid, Kind, Row, Value};
use std::borrow::Cow;
use std::io::{self, Write};

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

pub(super) fn write_grid(grid: &Grid, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if grid.rows.is_empty() {
        return Ok(());
    }
    let table = Table::lay_out(grid, style);
    table.write_line(table.headings(), BOLD, out)?;
    table.write_rule(out)?;
    for row in &grid.rows {
        table.write_line(table.cells(row), "", out)?;
    }
    if let Some(totals) = totals(grid, style) {
        table.write_rule(out)?;
        table.write_line(table.total_cells(&totals), BOLD, out)?;
    }
    Ok(())
}

/// A grid with the widths of its columns, of which some may have had no room.
struct Table<'g> {
    grid: &'g Grid,
    style: &'g Style,
    refs: bool,
    widths: Vec<usize>,
}

impl<'g> Table<'g> {
    fn lay_out(grid: &'g Grid, style: &'g Style) -> Self {
        let mut table = Self { grid, style, refs: has_refs(grid), widths: Vec::new() };
        let flexible = grid.columns.iter().map(|column| is_flexible(&column.kind));
        let flexible = table.refs.then_some(false).into_iter().chain(flexible);
        let mut columns: Vec<_> = flexible.map(|flexible| Measure { width: 0, flexible }).collect();
        let mut measure = |cells: &mut dyn Iterator<Item = Cow<'_, str>>| {
            columns.iter_mut().zip(cells).for_each(|(column, text)| column.width = column.width.max(width(&text)));
        };
        measure(&mut table.headings());
        grid.rows.iter().for_each(|row| measure(&mut table.cells(row)));
        if let Some(totals) = totals(grid, style) {
            measure(&mut table.total_cells(&totals));
        }
        table.widths = match style.width {
            Some(most) => fit(&columns, most),
            None => columns.iter().map(|column| column.width).collect(),
        };
        table
    }

    fn headings(&self) -> impl Iterator<Item = Cow<'g, str>> {
        let style = self.style;
        let labels = self.grid.columns.iter().map(move |column| safe(style.heading(column)));
        self.refs.then(|| Cow::Borrowed(style.word("Ref", "编号"))).into_iter().chain(labels)
    }

    fn cells(&self, row: &'g Row) -> impl Iterator<Item = Cow<'g, str>> {
        let short = self.refs.then_some(Cow::Borrowed(row.short.as_str()));
        short.into_iter().chain(safe_texts(self.grid, row, self.style.audience()))
    }

    /// The totals, with a word for them where the refs or an empty first total stand.
    fn total_cells<'r>(&self, totals: &'r Row) -> impl Iterator<Item = Cow<'r, str>>
    where
        'g: 'r,
    {
        let first = Cow::Borrowed(totals.short.as_str());
        let cells = safe_texts(self.grid, totals, self.style.audience());
        let mut cells = self.refs.then_some(Cow::Borrowed("")).into_iter().chain(cells).peekable();
        let named = cells.next_if(|text| text.is_empty()).map(|_| first);
        named.into_iter().chain(cells)
    }

    fn is_right(&self, index: usize) -> bool {
        let column = if self.refs { index.checked_sub(1) } else { Some(index) };
        column.and_then(|column| self.grid.columns.get(column)).is_some_and(|column| is_number(&column.kind))
    }

    fn total_columns(&self) -> usize {
        self.grid.columns.len() + usize::from(self.refs)
    }

    fn write_line<'c>(
        &self,
        cells: impl Iterator<Item = Cow<'c, str>>,
        paint: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut line = String::with_capacity(128);
        for (index, (text, &most)) in cells.zip(&self.widths).enumerate() {
            line.extend(std::iter::repeat_n(' ', if index > 0 { GAP } else { 0 }));
            let text = cut(&text, most);
            let padding = std::iter::repeat_n(' ', most - width(&text));
            if self.is_right(index) {
                line.extend(padding);
                line.push_str(&text);
            } else {
                line.push_str(&text);
                line.extend(padding);
            }
        }
        if self.widths.len() < self.total_columns() {
            line.push_str("  …");
        }
        writeln!(out, "{}", painted(line.trim_end_matches(' '), paint, self.style))
    }

    fn write_rule(&self, out: &mut dyn Write) -> io::Result<()> {
        let rules: Vec<String> = self.widths.iter().map(|&width| "─".repeat(width)).collect();
        writeln!(out, "{}", painted(&rules.join("  "), DIM, self.style))
    }
}

fn safe_texts<'g>(grid: &'g Grid, row: &'g Row, audience: Audience) -> impl Iterator<Item = Cow<'g, str>> {
    texts(grid, row, audience).map(|text| match text {
        Cow::Borrowed(text) => safe(text),
        Cow::Owned(text) => Cow::Owned(safe(&text).into_owned()),
    })
}

/// The totals as a row whose ref says what it is.
fn totals(grid: &Grid, style: &Style) -> Option<Row> {
    let cells: Vec<Value> = grid.totals.clone()?;
    Some(Row { id: 0, short: style.word("Total", "合计").to_owned(), cells })
}

/// Half a number or half a date would mislead; texts may be cut.
fn is_flexible(kind: &Kind) -> bool {
    !is_number(kind) && !matches!(kind, Kind::Date | Kind::Birthday | Kind::Timestamp | Kind::YesNo)
}

fn painted<'t>(text: &'t str, paint: &str, style: &Style) -> Cow<'t, str> {
    if style.color && !paint.is_empty() { Cow::Owned(format!("{paint}{text}{PLAIN}")) } else { Cow::Borrowed(text) }
}

/// Labels at the left, values beside them, in full; further lines of a long text stand under its first.
pub(super) fn write_record(grid: &Grid, row: &Row, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let table = Table { grid, style, refs: has_refs(grid), widths: Vec::new() };
    let label_width = table.headings().map(|label| width(&label)).max().unwrap_or(0);
    let short = table.refs.then_some(Cow::Borrowed(row.short.as_str()));
    let values = short.into_iter().chain(texts(grid, row, style.audience()));
    for (label, value) in table.headings().zip(values) {
        let padding = " ".repeat(label_width - width(&label));
        let mut start = format!("{}{padding}", painted(&label, DIM, style));
        for line in safe_lines(&value) {
            writeln!(out, "{}", format!("{start}  {line}").trim_end_matches(' '))?;
            start = " ".repeat(label_width);
        }
    }
    Ok(())
}
