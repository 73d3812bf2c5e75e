//! Above a report: what was asked, and the totals, each with how it differs from the period before.

use super::{
    Reports, period, picture,
    words::{asked, label, said_word},
};
use crate::{
    reports::Part,
    tui::{
        canvas::{Canvas, row, rows, split},
        context::Context,
        hits::Target,
        text,
        theme::Theme,
        widgets::plot,
    },
};
use ratatui::{layout::Rect, style::Style};

/// Totals for the mouse from this number on.
pub(super) const TOTALS: usize = 20_000;

/// A total with its name, and how it differs from the one before.
pub struct Figure {
    column: usize,
    name: String,
    value: String,
    change: String,
}

impl Reports {
    /// What was asked, each with what leads to another answer.
    pub(super) fn draw_parameters(&self, canvas: &mut Canvas, line: Rect) {
        let context = canvas.context;
        let Some(choice) = self.choice() else { return };
        let mut x = line.x + 1;
        for ask in choice.report.asks {
            let said = self.answer(ask.name);
            let main = matches!(ask.name, "period" | "by" | "where" | "as-of" | "date" | "target" | "of");
            if said.is_none() && !main {
                continue;
            }
            let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
            let usual = if ask.name == "date" { "today" } else { period::usual(ask.doc) };
            let value = said.map_or_else(|| said_word(context, usual), |said| said_word(context, said));
            let style = if said.is_some() { context.theme.title } else { context.theme.text };
            let end = canvas.pieces(
                rest,
                &[
                    (&asked(context, ask.name), context.theme.dim),
                    (" ", context.theme.text),
                    (&value, style),
                    ("   ", context.theme.text),
                ],
            );
            let action = match ask.name {
                "period" => "reports.period",
                "by" => "reports.group",
                "where" => "reports.filter",
                "as-of" => "reports.as-of",
                _ => "reports.parameters",
            };
            canvas.hit(Rect { width: end.saturating_sub(x), ..rest }, Target::Act(action));
            x = end;
        }
        if !self.before.is_empty() && x < line.right() {
            let rest = Rect { x, width: line.right() - x, ..line };
            let words = format!("{} {}", context.pick("vs", "对比"), self.before_of);
            let used = canvas.text(rest, &words, context.theme.dim);
            canvas.hit(Rect { width: used, ..rest }, Target::Act("reports.compare"));
        }
    }

    /// The totals of the part that has the keys.
    pub(super) fn figures(&self, context: &Context) -> Vec<Figure> {
        let Some(part) = self.drawn() else { return Vec::new() };
        let Some(totals) = &part.grid.totals else { return Vec::new() };
        let before = self.before.get(self.part.unwrap_or_default());
        let columns = part.grid.columns.iter().zip(totals).enumerate();
        columns
            .skip(picture::dimensions(&part.grid))
            .filter(|(_, (column, value))| plot::is_number(&column.kind) && !value.is_empty())
            .map(|(place, (column, value))| Figure {
                column: place,
                name: label(context, column).to_owned(),
                value: plot::short(context, &column.kind, value),
                change: before
                    .and_then(|before| total(before, &column.name))
                    .and_then(|then| picture::change(context, &column.kind, value, &then))
                    .unwrap_or_default(),
            })
            .collect()
    }
}

fn total(part: &Part, name: &str) -> Option<crate::record::Value> {
    let place = part.grid.columns.iter().position(|column| column.name == name)?;
    part.grid.totals.as_ref()?.get(place).cloned()
}

/// Totals in boxes, or in one line.
pub fn draw(canvas: &mut Canvas, area: Rect, figures: &[Figure]) {
    let count = figures.len().max(1);
    let widest = figures.iter().map(|figure| text::width(&figure.name)).max().unwrap_or_default();
    // Boxes whose names are cut look all alike; lines have room for them.
    let fits = usize::from(area.width) / count >= (widest + 6).max(13);
    match (area.height, fits) {
        (0..3, _) => in_line(canvas, area, figures),
        (_, true) => in_boxes(canvas, area, figures),
        _ => in_lines(canvas, area, figures),
    }
}

fn in_line(canvas: &mut Canvas, area: Rect, figures: &[Figure]) {
    let theme = canvas.context.theme;
    let mut x = area.x;
    for figure in figures {
        let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
        let words = format!(" {} {} {}", figure.name, figure.value, figure.change);
        if usize::from(rest.width) < text::width(&words) {
            return;
        }
        let end = canvas.pieces(rest, &told(figure, " ", &theme));
        canvas.hit(Rect { width: end.saturating_sub(x), ..rest }, Target::Part(TOTALS + figure.column));
        x = end;
    }
}

/// What a figure is called, what it is and how it changed, as pieces of a line.
fn told<'a>(figure: &'a Figure, gap: &'a str, theme: &Theme) -> [(&'a str, Style); 7] {
    [
        (" ", theme.text),
        (figure.name.as_str(), theme.dim),
        (" ", theme.text),
        (figure.value.as_str(), theme.title),
        (gap, theme.text),
        (figure.change.as_str(), theme.dim),
        (" ", theme.text),
    ]
}

/// Below each other in columns, a line for each three or four of them.
fn in_lines(canvas: &mut Canvas, area: Rect, figures: &[Figure]) {
    let theme = canvas.context.theme;
    let high = usize::from(area.height).max(1);
    let across = figures.len().div_ceil(high).max(1);
    for (line, figures) in rows(area).zip(figures.chunks(across)) {
        let wide = line.width / u16::try_from(across).unwrap_or(1).max(1);
        for (at, figure) in figures.iter().enumerate() {
            let x = line.x + wide * u16::try_from(at).unwrap_or_default();
            let here = Rect { x, width: wide.saturating_sub(1), ..line };
            canvas.pieces(here, &told(figure, "  ", &theme));
            canvas.hit(here, Target::Part(TOTALS + figure.column));
        }
    }
}

fn in_boxes(canvas: &mut Canvas, area: Rect, figures: &[Figure]) {
    let theme = canvas.context.theme;
    let most = usize::from(area.width / 13).max(1);
    let count = u16::try_from(figures.len().min(most)).unwrap_or(1).max(1);
    let mut left = area;
    for (at, figure) in figures.iter().take(most).enumerate() {
        let over = u16::from(u16::try_from(at).unwrap_or_default() < area.width % count);
        let (here, rest) = split(left, area.width / count + over);
        left = rest;
        let inside = canvas.frame(here, &figure.name, "", false);
        let pieces = [
            (" ", theme.text),
            (figure.value.as_str(), theme.title),
            ("  ", theme.text),
            (figure.change.as_str(), theme.dim),
        ];
        canvas.pieces(row(inside, 0), &pieces);
        canvas.hit(here, Target::Part(TOTALS + figure.column));
    }
}
