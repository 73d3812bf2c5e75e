//! The funnel of the first page, and below it what open deals will bring month by month.

use super::{
    Pane, Today,
    view::{cell, place, target},
};
use crate::{
    record::{Grid, Kind, Value},
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        context::Context,
        hits::Target,
        text,
        widgets::{bar, plot},
    },
};
use ratatui::layout::Rect;

impl Today {
    pub(super) fn draw_funnel(&self, canvas: &mut Canvas, area: Rect) {
        let title = self.name(canvas.context, Pane::Funnel);
        let inside = canvas.frame(area, &title, self.since.label(canvas.context), self.pane == Pane::Funnel);
        canvas.hit(area, Target::Part(place(Pane::Funnel)));
        self.draw_sales(canvas, inside);
    }

    /// The steps of the funnel, and the months below them where there is room.
    pub(super) fn draw_sales(&self, canvas: &mut Canvas, inside: Rect) {
        let steps = u16::try_from(self.step.length).unwrap_or(u16::MAX);
        // The months stand below where there is room; a funnel may be as narrow as a line a step.
        let months = self.forecast.as_ref().map_or(0, |part| u16::try_from(part.grid.rows.len().min(6)).unwrap_or(6));
        let room = if months > 0 && inside.height >= steps + 4 { (months + 2).min(inside.height - steps) } else { 0 };
        self.steps(canvas, trimmed(inside, 0, room));
        self.draw_forecast(canvas, trimmed(inside, inside.height - room, 0));
    }

    /// What open deals will bring: all of them in a line, then the months.
    fn draw_forecast(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let Some(part) = self.forecast.as_ref().filter(|_| area.height >= 2) else { return };
        let grid = &part.grid;
        let place = |name: &str| grid.columns.iter().position(|column| column.name == name);
        let total = |name: &str| {
            let (at, totals) = (place(name)?, grid.totals.as_ref()?);
            Some(plot::short(context, &Kind::Money, totals.get(at)?))
        };
        let title = context.pick("Forecast", "销售预测");
        let names = [
            ("commit", context.pick("commit", "承诺")),
            ("best_case", context.pick("best", "乐观")),
            ("weighted", context.pick("weighted", "加权")),
        ];
        let told: Vec<String> =
            names.iter().filter_map(|(name, word)| Some(format!("{word} {}", total(name)?))).collect();
        let used = canvas.pieces(row(area, 0), &[(&format!(" {title} "), context.theme.title)]);
        let rest = Rect { x: used, width: area.right().saturating_sub(used + 1), ..row(area, 0) };
        canvas.text(rest, &context.glyphs.horizontal.repeat(usize::from(rest.width)), context.theme.border);
        canvas.text(row(area, 1), &format!(" {}", told.join("  ")), context.theme.text);
        let Some(amount) = place("weighted") else { return };
        let value = |at: usize| grid.rows.get(at).and_then(|row| row.cells.get(amount)).cloned().unwrap_or_default();
        let most = (0..grid.rows.len()).filter_map(|at| plot::number(&value(at))).max().unwrap_or_default();
        for (at, here) in (0..grid.rows.len()).zip(rows(trimmed(area, 2, 0))) {
            let name = grid.rows.get(at).and_then(|row| row.cells.first()).zip(grid.columns.first());
            let name = name.map_or_else(String::new, |(value, column)| context.value(&column.kind, value));
            let name = if name.is_empty() { context.pick("no day", "未定日期").to_owned() } else { name };
            canvas.text(
                here,
                &format!(" {}", text::fit(&name, 14, false, context.glyphs.ellipsis)),
                context.theme.text,
            );
            let right = format!("{} ", plot::short(context, &Kind::Money, &value(at)));
            let room = usize::from(here.width).saturating_sub(17 + text::width(&right));
            let long = bar(plot::number(&value(at)).unwrap_or_default(), most, room, &context.glyphs);
            let rest = Rect { x: here.x + 16.min(here.width), width: here.width.saturating_sub(16), ..here };
            canvas.text(rest, &long, context.theme.bar);
            canvas.text_right(here, &right, context.theme.text);
        }
        canvas.hit(area, Target::Act("today.forecast"));
    }

    /// How many came to each stage, and how many of those before.
    fn steps(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let Some(part) = self.funnel.last() else { return };
        let cells = |row: usize, name: &str| cell(&part.grid, row, name);
        let most = (0..part.grid.rows.len()).filter_map(|at| plot::number(&cells(at, "reached")?.1)).max().unwrap_or(0);
        if most == 0 {
            let words = context.pick("No deal has begun yet", "尚无商机");
            canvas.text(row(area, 0), &format!(" {words}"), context.theme.dim);
            return;
        }
        let amounts = self.funnel.first().map(|part| &part.grid);
        let double = usize::from(area.height) >= part.grid.rows.len() * 2 - 1;
        let mut line = 0;
        for at in 0..part.grid.rows.len() {
            let (Some((column, stage)), Some((_, reached))) = (cells(at, "stage"), cells(at, "reached")) else {
                continue;
            };
            let name = context.value(&column.kind, &stage);
            let conversion = cells(at, "of_previous").filter(|(_, value)| !value.is_empty());
            let conversion = conversion.map(|(column, value)| context.value(&column.kind, &value));
            if double && at > 0 {
                let words =
                    conversion.as_ref().map_or_else(String::new, |share| format!("{} {share}", context.glyphs.down));
                let here = row(area, line);
                canvas.text(
                    Rect { x: here.x + 16.min(here.width), width: here.width.saturating_sub(16), ..here },
                    &words,
                    context.theme.dim,
                );
                line += 1;
            }
            let here = row(area, line);
            line += 1;
            let count = plot::number(&reached).unwrap_or_default();
            let amount = amounts.and_then(|grid| amount_of(context, grid, &stage)).unwrap_or_default();
            let share = if double { String::new() } else { conversion.unwrap_or_default() };
            let right = format!("{count:>5} {} ", text::fit(if double { &amount } else { &share }, 9, true, ""));
            let focused = self.pane == Pane::Funnel && at == self.step.cursor;
            let sign = if focused { context.glyphs.cursor } else { " " };
            canvas.text(
                here,
                &format!("{sign}{}", text::fit(&name, 14, false, context.glyphs.ellipsis)),
                context.theme.text,
            );
            let room = usize::from(here.width).saturating_sub(16 + text::width(&right));
            let bar = bar(count, most, room, &context.glyphs);
            canvas.text(
                Rect { x: here.x + 16.min(here.width), width: here.width.saturating_sub(16), ..here },
                &bar,
                context.theme.bar,
            );
            canvas.text_right(here, &right, context.theme.text);
            if focused {
                canvas.paint(here, context.theme.selection);
            }
            canvas.hit(here, target(Pane::Funnel, at));
        }
    }
}

/// What the deals in a stage are worth now.
fn amount_of(context: &Context, grid: &Grid, stage: &Value) -> Option<String> {
    let at = (0..grid.rows.len()).find(|at| cell(grid, *at, "stage").is_some_and(|(_, value)| value == *stage))?;
    let (column, value) = cell(grid, at, "amount")?;
    Some(plot::short(context, &column.kind, &value))
}
