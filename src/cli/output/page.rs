//! A record with what is around it, for the terminal: its name, a block of its fields in two columns, titled tables.

use super::fit::width;
use super::text_safety::{safe, safe_lines};
use super::{Page, Part, Style, table, texts};
use std::io::{self, Write};
use unicode_segmentation::UnicodeSegmentation;

/// The width of a page where no terminal says another.
const USUAL: usize = 80;
const BOLD: &str = "1";
const DIM: &str = "2";

pub(super) fn write_page(page: &Page, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let heading = format!("{} {}", page.short, safe(page.name));
    for line in wrapped(&heading, style.width) {
        writeln!(out, "{}", painted(&line, BOLD, style))?;
    }
    for line in wrapped(&safe(&page.facts.join(" · ")), style.width) {
        writeln!(out, "{}", painted(&line, DIM, style))?;
    }
    write_fields(page, style, out)?;
    for (title, part) in &page.parts {
        writeln!(out, "\n{}", painted(&safe(title), BOLD, style))?;
        match part {
            Part::Grid(grid) => table::write_grid(grid, style, out)?,
            Part::Line(line) => {
                for line in wrapped(&safe(line), style.width) {
                    writeln!(out, "{line}")?;
                }
            }
        }
    }
    Ok(())
}

/// A field as it stands on the page: its label, and its value in lines.
struct Pair {
    label: String,
    lines: Vec<String>,
}

/// Short fields two in a line, long ones below them over the whole width.
fn write_fields(page: &Page, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(row) = page.record.rows.first() else { return Ok(()) };
    let values = texts(page.record, row, style.audience());
    let pairs: Vec<Pair> = page
        .record
        .columns
        .iter()
        .zip(values)
        .filter_map(|(column, value)| {
            let lines: Vec<String> = safe_lines(value.trim_end()).map(|line| line.to_string()).collect();
            (!value.is_empty()).then(|| Pair { label: safe(style.heading(column)).into_owned(), lines })
        })
        .collect();
    let half = (style.width.unwrap_or(USUAL) - 2) / 2;
    let fits = |pair: &&Pair| {
        pair.lines.len() == 1 && width(&pair.label).max(labels(&pairs)) + 2 + width(&pair.lines[0]) <= half
    };
    let (short, long): (Vec<&Pair>, Vec<&Pair>) = pairs.iter().partition(fits);
    if !pairs.is_empty() {
        writeln!(out)?;
    }
    let least = labels(&pairs);
    for two in short.chunks(2) {
        let mut line = told(two[0], least, style);
        if let Some(other) = two.get(1) {
            let taken = least.max(width(&two[0].label)) + 2 + width(&two[0].lines[0]);
            line.push_str(&" ".repeat(half + 2 - taken));
            line.push_str(&told(other, least, style));
        }
        writeln!(out, "{line}")?;
    }
    for pair in long {
        let indent = least.max(width(&pair.label)) + 2;
        let room = style.width.map(|width| width.saturating_sub(indent).max(20));
        let lines: Vec<String> = pair.lines.iter().flat_map(|line| wrapped(line, room)).collect();
        for (place, line) in lines.iter().enumerate() {
            let before = if place == 0 { label(pair, least, style) } else { " ".repeat(indent) };
            writeln!(out, "{}", format!("{before}{line}").trim_end())?;
        }
    }
    Ok(())
}

/// How wide the labels stand, but for unusually long ones.
fn labels(pairs: &[Pair]) -> usize {
    pairs.iter().map(|pair| width(&pair.label)).filter(|width| *width <= 14).max().unwrap_or_default()
}

fn told(pair: &Pair, least: usize, style: &Style) -> String {
    format!("{}{}", label(pair, least, style), pair.lines[0])
}

fn label(pair: &Pair, least: usize, style: &Style) -> String {
    let room = least.saturating_sub(width(&pair.label)) + 2;
    format!("{}{}", painted(&pair.label, DIM, style), " ".repeat(room))
}

fn painted(text: &str, paint: &str, style: &Style) -> String {
    if style.color && !text.is_empty() { format!("\u{1b}[{paint}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// The text in lines of at most so many cells, broken at spaces where there are any.
fn wrapped(text: &str, most: Option<usize>) -> Vec<String> {
    let Some(most) = most.filter(|most| width(text) > *most) else {
        return if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    };
    let (mut lines, mut line) = (Vec::new(), String::new());
    for grapheme in text.graphemes(true) {
        if width(&line) + width(grapheme) > most {
            let rest = match line.rfind(' ').filter(|place| *place > 0 && grapheme != " ") {
                Some(space) => line.split_off(space).trim_start().to_owned(),
                None => String::new(),
            };
            lines.push(std::mem::replace(&mut line, rest).trim_end().to_owned());
        }
        if !(line.is_empty() && grapheme == " ") {
            line.push_str(grapheme);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn long_text_is_broken_at_spaces_and_chinese_anywhere() {
        assert_eq!(wrapped("met them at the fair", Some(9)), ["met them", "at the", "fair"]);
        assert_eq!(wrapped("招商银行深圳分行", Some(6)), ["招商银", "行深圳", "分行"]);
        assert_eq!(wrapped("short", Some(9)), ["short"]);
        assert_eq!(wrapped("as long as it is", None), ["as long as it is"]);
    }
}
