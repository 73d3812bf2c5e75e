//! Markdown tables, for notes, tickets and chats.

use super::cell::is_number;
use super::text_safety::safe_lines;
use super::{Page, Part, Style, has_refs, named, texts};
use kehu::record::{Grid, Row};
use std::borrow::Cow;
use std::io::{self, Write};

pub(super) fn write_grid(grid: &Grid, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let refs = has_refs(grid);
    let first = |text: &'static str| refs.then_some(Cow::Borrowed(text)).into_iter();
    let labels = grid.columns.iter().map(|column| Cow::Borrowed(style.heading(column)));
    write_line(first(style.word("Ref", "编号")).chain(labels), out)?;
    let rules = grid.columns.iter().map(|column| Cow::Borrowed(if is_number(&column.kind) { "---:" } else { "---" }));
    write_line(first("---").chain(rules), out)?;
    for row in &grid.rows {
        let short = refs.then_some(Cow::Borrowed(row.short.as_str()));
        write_line(short.into_iter().chain(texts(grid, row, style.audience())), out)?;
    }
    if let Some(totals) = &grid.totals {
        let row = Row { cells: totals.clone(), ..Row::default() };
        write_line(named(first("").chain(texts(grid, &row, style.audience())), style.word("Total", "合计")), out)?;
    }
    Ok(())
}

pub(super) fn write_record(grid: &Grid, row: &Row, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let pair = |label: &str, value: &str, out: &mut dyn Write| {
        write_line([Cow::Borrowed(label), Cow::Borrowed(value)].into_iter(), out)
    };
    pair(style.word("Field", "字段"), style.word("Value", "内容"), out)?;
    pair("---", "---", out)?;
    if has_refs(grid) {
        pair(style.word("Ref", "编号"), &row.short, out)?;
    }
    for (column, value) in grid.columns.iter().zip(texts(grid, row, style.audience())) {
        pair(style.heading(column), &value, out)?;
    }
    Ok(())
}

/// A heading, the record, then titled tables and sentences.
pub(super) fn write_page(page: &Page, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {} {}\n", escaped(page.short), escaped(page.name))?;
    if !page.facts.is_empty() {
        writeln!(out, "{}\n", escaped(&page.facts.join(" · ")))?;
    }
    if let Some(row) = page.record.rows.first() {
        write_record(page.record, row, style, out)?;
    }
    for (title, part) in &page.parts {
        writeln!(out, "\n## {}\n", escaped(title))?;
        match part {
            Part::Grid(grid) => write_grid(grid, style, out)?,
            Part::Line(line) => writeln!(out, "{}", escaped(line))?,
        }
    }
    Ok(())
}

fn write_line<'c>(cells: impl Iterator<Item = Cow<'c, str>>, out: &mut dyn Write) -> io::Result<()> {
    for cell in cells {
        write!(out, "| {} ", escaped(&cell))?;
    }
    writeln!(out, "|")
}

/// Neither a bar nor a line break ends the cell early, and no tag gets in.
fn escaped(text: &str) -> String {
    let lines: Vec<_> = safe_lines(text.trim_end())
        .map(|line| line.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;"))
        .collect();
    lines.join("<br>")
}
