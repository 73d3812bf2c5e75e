//! How the page of reports is laid out: the list at the left, what was asked, the totals, the part that has the keys in
//! the room that it needs, and below it its table and the other parts.

use super::{Reports, Spot, picture, strip, words::asked};
use crate::tui::{
    canvas::{Canvas, rows, split, trimmed},
    hits::Target,
    text,
};
use picture::Picture;
use ratatui::layout::Rect;

/// Parts for the mouse from this number on; below it are the reports of the list.
pub(super) const PARTS: usize = 10_000;
/// How wide the list is.
const RAIL: u16 = 26;
/// The least height of a part below the one that has the keys.
const LOW: u16 = 6;

/// What stands below the part that has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pane {
    /// The same as a table.
    Table,
    Part(usize),
}

impl Reports {
    pub(super) fn draw(&self, canvas: &mut Canvas, area: Rect) {
        if area.width >= 100 {
            let (rail, rest) = split(area, RAIL);
            self.draw_rail(canvas, rail);
            self.draw_report(canvas, rest);
        } else if self.part.is_none() {
            self.draw_rail(canvas, area);
        } else {
            self.draw_report(canvas, area);
        }
    }

    fn draw_report(&self, canvas: &mut Canvas, area: Rect) {
        let head = u16::from(area.height >= 8);
        self.draw_parameters(canvas, Rect { height: head, ..area });
        let rest = trimmed(area, head, 0);
        if self.fault.is_some() || self.drawn().is_none() {
            return self.draw_fault(canvas, rest);
        }
        let figures = self.figures(canvas.context);
        let strip = match (figures.is_empty(), rest.width >= 70 && rest.height >= 16, rest.height >= 9) {
            (false, true, _) => 3,
            (false, false, true) => 1,
            _ => 0,
        };
        strip::draw(canvas, Rect { height: strip, ..rest }, &figures);
        let rest = trimmed(rest, strip, 0);
        let notices = u16::try_from(self.notices.len()).unwrap_or(0).min(2).min(rest.height.saturating_sub(8));
        let said = trimmed(rest, rest.height.saturating_sub(notices), 0);
        for (notice, line) in self.notices.iter().zip(rows(said)) {
            canvas.text(line, &format!(" {notice}"), canvas.context.theme.dim);
        }
        self.arrange(canvas, trimmed(rest, 0, notices));
    }

    fn draw_fault(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let inside = canvas.frame(area, "", "", self.part.is_some());
        let asks = self.choice().map_or(&[][..], |choice| choice.report.asks);
        let lacking = asks.iter().find(|ask| ask.required && self.answer(ask.name).is_none());
        let words = match (&self.fault, self.shown.is_empty()) {
            (Some(_), _) if let Some(ask) = lacking => {
                format!("{} {}", context.pick("This report asks for:", "此报表需要："), asked(context, ask.name))
            }
            (Some(fault), _) => format!("! {fault}"),
            (None, true) => String::new(),
            (None, false) => context.pick("There is nothing to report on yet", "暂无可统计的内容").to_owned(),
        };
        let hint = context.pick("e answers what the report asks", "按 e 填写报表参数");
        let mut lines = text::wrap(&words, usize::from(inside.width.saturating_sub(2)));
        lines.extend(self.fault.is_some().then(|| hint.to_owned()));
        for (words, line) in lines.iter().zip(rows(inside)) {
            canvas.text(line, &format!(" {words}"), context.theme.text);
        }
    }

    /// The part that has the keys, and below it what else there is room for.
    fn arrange(&self, canvas: &mut Canvas, area: Rect) {
        let at = self.part.unwrap_or_default();
        let panes = self.panes(at);
        let high = self.natural(at, area.height).clamp(LOW + 1, area.height.max(LOW + 1));
        let left = area.height.saturating_sub(high);
        if panes.is_empty() || left < LOW || area.width < 60 {
            return self.draw_main(canvas, area);
        }
        self.draw_main(canvas, Rect { height: high, ..area });
        let across = if area.width >= 84 { 2 } else { 1 };
        let lines = panes.len().div_ceil(across).min(usize::from(left / LOW)).max(1);
        let mut below = trimmed(area, high, 0);
        for (line, panes) in panes.chunks(across).take(lines).enumerate() {
            let rest = u16::try_from(lines - line).unwrap_or(1);
            let (mut here, later) =
                (Rect { height: below.height / rest, ..below }, trimmed(below, below.height / rest, 0));
            below = later;
            for (place, pane) in panes.iter().enumerate() {
                let share = here.width / u16::try_from(panes.len() - place).unwrap_or(1);
                let (left, right) = split(here, share);
                self.draw_pane(canvas, left, at, *pane);
                here = right;
            }
        }
    }

    /// What stands below: the table of what is a picture, then the other parts, those with something in them first.
    fn panes(&self, at: usize) -> Vec<Pane> {
        let drawn = self.parts.get(at).map(picture::of);
        let pictured = !self.table && !matches!(drawn, None | Some(Picture::Table | Picture::Figures));
        let mut panes: Vec<Pane> = pictured.then_some(Pane::Table).into_iter().collect();
        let others = self.parts.iter().enumerate().filter(|(other, _)| *other != at);
        let (full, empty): (Vec<_>, Vec<_>) = others.partition(|(_, part)| !part.grid.rows.is_empty());
        panes.extend(full.into_iter().chain(empty).map(|(other, _)| Pane::Part(other)));
        panes
    }

    /// How high a part wants to be in so much room, with its frame and the line that reads it out.
    fn natural(&self, at: usize, room: u16) -> u16 {
        let Some(part) = self.parts.get(at) else { return room };
        let picture = if self.table { Picture::Table } else { picture::of(part) };
        let count = part.grid.rows.len();
        let lines = match picture {
            Picture::Line => return room * 3 / 5,
            Picture::Heat => count + 1,
            Picture::Pairs => picture::distinct(&part.grid, 0).len() + 1,
            Picture::Figures => part.grid.columns.len(),
            Picture::Table => count + 1 + usize::from(part.grid.totals.is_some()),
            Picture::Bars | Picture::Funnel if count * 2 + 3 <= usize::from(room / 2) => count * 2,
            Picture::Bars | Picture::Funnel => count,
        };
        u16::try_from(lines + 3).unwrap_or(room).min((room * 3 / 5).max(LOW + 1))
    }

    /// A part below; a click on it gives it the keys.
    fn draw_pane(&self, canvas: &mut Canvas, area: Rect, at: usize, pane: Pane) {
        let context = canvas.context;
        let (index, picture) = match pane {
            Pane::Table => (at, Picture::Table),
            Pane::Part(other) => (other, self.parts.get(other).map_or(Picture::Table, picture::of)),
        };
        let Some(part) = self.parts.get(index) else { return };
        let title = context.say(&part.title);
        let title = match pane {
            Pane::Table if title.is_empty() => context.pick("Table", "表格").to_owned(),
            Pane::Table => format!("{title} {} {}", context.glyphs.dot, context.pick("table", "表格")),
            Pane::Part(_) => title,
        };
        let inside = canvas.frame(area, &title, "", false);
        let known = canvas.hits.len();
        canvas.hit(area, Target::Part(PARTS + index));
        let spot = match pane {
            Pane::Table => self.spot(index),
            Pane::Part(_) => Spot { row: 0, column: picture::main(part), focused: false, ..self.spot(index) },
        };
        super::part::draw(canvas, inside, part, spot, picture);
        if pane != Pane::Table {
            canvas.hits.truncate(known + 1);
        }
        let count = part.grid.rows.len();
        if count > usize::from(inside.height) {
            canvas.foot(area, &count.to_string());
        }
    }
}
