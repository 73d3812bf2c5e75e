//! One complete small HTML page with a table, to be opened, mailed or pasted.

use super::cell::is_number;
use super::text_safety::safe_lines;
use super::{Page, Part, Style, has_refs, named, texts};
use kehu::record::{Grid, Kind, Row};
use std::borrow::Cow;
use std::io::{self, Write};

const LOOK: &str = "body{font:14px system-ui,sans-serif;margin:2em}table{border-collapse:collapse}\
th,td{padding:.3em .8em;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}\
.n{text-align:right;white-space:nowrap}tfoot{font-weight:bold}\
h1 small{color:#777;font-weight:normal}h2{margin:1.5em 0 .4em;font-size:1.15em}\
@media print{body{margin:0;font-size:10pt}h2{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}}";

pub(super) fn write_grid(grid: &Grid, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_head(&grid.noun, style, out)?;
    write_table(grid, style, out)?;
    write_end(out)
}

/// A page of several parts: the record, then titled tables and sentences; it prints well.
pub(super) fn write_page(page: &Page, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_head(&format!("{} {}", page.short, page.name), style, out)?;
    writeln!(out, "<h1><small>{}</small> {}</h1>", escaped(page.short), escaped(page.name))?;
    if !page.facts.is_empty() {
        writeln!(out, "<p>{}</p>", escaped(&page.facts.join(" · ")))?;
    }
    if let Some(row) = page.record.rows.first() {
        write_pairs(page.record, row, style, out)?;
    }
    for (title, part) in &page.parts {
        writeln!(out, "<h2>{}</h2>", escaped(title))?;
        match part {
            Part::Grid(grid) => write_table(grid, style, out)?,
            Part::Line(line) => writeln!(out, "<p>{}</p>", escaped(line))?,
        }
    }
    write_end(out)
}

/// One page of several tables, each under its title.
pub(super) fn write_parts(parts: &[(String, Cow<Grid>)], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_head(parts.first().map_or("", |(title, _)| title), style, out)?;
    for (title, grid) in parts {
        writeln!(out, "<h2>{}</h2>", escaped(title))?;
        write_table(grid, style, out)?;
    }
    write_end(out)
}

fn write_table(grid: &Grid, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let refs = has_refs(grid);
    write!(out, "<table>\n<thead><tr>")?;
    write_ref(refs, "th", style.word("Ref", "编号"), out)?;
    for column in &grid.columns {
        write_cell("th", Some(&column.kind), style.heading(column), out)?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in &grid.rows {
        write_row(grid, row, refs.then_some(&row.short), style, out)?;
    }
    writeln!(out, "</tbody>")?;
    if let Some(totals) = &grid.totals {
        let row = Row { cells: totals.clone(), ..Row::default() };
        write!(out, "<tfoot>")?;
        write_totals(grid, &row, refs, style, out)?;
        writeln!(out, "</tfoot>")?;
    }
    writeln!(out, "</table>")
}

pub(super) fn write_record(grid: &Grid, row: &Row, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_head(if row.short.is_empty() { &grid.noun } else { &row.short }, style, out)?;
    write_pairs(grid, row, style, out)?;
    write_end(out)
}

fn write_pairs(grid: &Grid, row: &Row, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<table>\n<tbody>")?;
    let mut pair = |label: &str, value: &str| {
        write!(out, "<tr>")?;
        write_cell("th", None, label, out)?;
        write_cell("td", None, value, out)?;
        writeln!(out, "</tr>")
    };
    if has_refs(grid) {
        pair(style.word("Ref", "编号"), &row.short)?;
    }
    for (column, value) in grid.columns.iter().zip(texts(grid, row, style.audience())) {
        pair(style.heading(column), &value)?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn write_head(title: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let (language, title) = (style.word("en", "zh-CN"), escaped(title));
    writeln!(out, "<!doctype html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"><title>{title}</title>")?;
    writeln!(out, "<style>{LOOK}</style></head>\n<body>")
}

fn write_end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "</body>\n</html>")
}

fn write_row<T: AsRef<str>>(
    grid: &Grid,
    row: &Row,
    short: Option<T>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "<tr>")?;
    if let Some(short) = short {
        write_ref(true, "td", short.as_ref(), out)?;
    }
    for (column, text) in grid.columns.iter().zip(texts(grid, row, style.audience())) {
        write_cell("td", Some(&column.kind), &text, out)?;
    }
    writeln!(out, "</tr>")
}

fn write_totals(grid: &Grid, row: &Row, refs: bool, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let cells = refs.then_some(Cow::Borrowed("")).into_iter().chain(texts(grid, row, style.audience()));
    let kinds = refs.then_some(None).into_iter().chain(grid.columns.iter().map(|column| Some(&column.kind)));
    write!(out, "<tr>")?;
    for (kind, text) in kinds.zip(named(cells, style.word("Total", "合计"))) {
        write_cell("td", kind, &text, out)?;
    }
    writeln!(out, "</tr>")
}

fn write_ref(refs: bool, tag: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    if refs { write_cell(tag, None, text, out) } else { Ok(()) }
}

fn write_cell(tag: &str, kind: Option<&Kind>, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let class = if kind.is_some_and(is_number) { " class=\"n\"" } else { "" };
    write!(out, "<{tag}{class}>{}</{tag}>", escaped(text))
}

/// Text that stays text: every sign of HTML escaped, controls spelled out, line breaks kept.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 8);
    for (index, line) in safe_lines(text.trim_end()).enumerate() {
        html.push_str(if index > 0 { "<br>" } else { "" });
        for next in line.chars() {
            match next {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                other => html.push(other),
            }
        }
    }
    html
}
