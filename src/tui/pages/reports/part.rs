//! The part that has the keys: its picture or table, the names of the parts above it, and the number under the cursor.

use super::{
    Reports, Spot, bars, heat, line,
    picture::{self, Picture},
    table,
    view::PARTS,
    words::{label, name, row_name},
};
use crate::{
    reports::Part,
    tui::{
        canvas::{Canvas, row, trimmed},
        hits::Target,
    },
};
use ratatui::layout::Rect;

/// Draws a part as its picture, or as a table where there is no room for that.
pub fn draw(canvas: &mut Canvas, area: Rect, part: &Part, spot: Spot, picture: Picture) {
    if part.grid.rows.is_empty() {
        let words = canvas.context.pick(" Nothing", " 无数据");
        canvas.text(row(area, 0), words, canvas.context.theme.dim);
        return;
    }
    match picture {
        Picture::Line if area.height >= 5 && area.width >= 24 => line::line(canvas, area, part, spot),
        Picture::Funnel | Picture::Bars | Picture::Line => bars::bars(canvas, area, part, spot, picture),
        Picture::Heat | Picture::Pairs => heat::heat(canvas, area, part, spot, picture),
        Picture::Figures => table::single(canvas, area, part, spot),
        Picture::Table => table::table(canvas, area, part, spot),
    }
}

impl Reports {
    pub(super) fn draw_main(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let at = self.part.unwrap_or_default();
        let Some(part) = self.parts.get(at) else { return };
        let picture = if self.table { Picture::Table } else { picture::of(part) };
        let mut title = context.say(&part.title);
        if title.is_empty() {
            title = self.choice().map_or_else(String::new, |choice| name(context, choice));
        }
        if !matches!(picture, Picture::Table | Picture::Figures | Picture::Heat)
            && let Some(column) = part.grid.columns.get(self.column)
        {
            title = format!("{title} {} {}", context.glyphs.dot, label(context, column));
        }
        let inside = canvas.frame(area, "", "", self.part.is_some());
        canvas.hit(area, Target::Part(PARTS + at));
        self.draw_tabs(canvas, area, &title);
        let below = u16::from(inside.height >= 4 && !part.grid.rows.is_empty());
        draw(canvas, trimmed(inside, 0, below), part, self.spot(at), picture);
        if below > 0 {
            self.draw_readout(canvas, row(inside, inside.height - 1), part, at);
            canvas.foot(area, &format!("{}/{}", self.row + 1, part.grid.rows.len()));
        }
    }

    /// The names of the parts where there are several; else the title alone.
    fn draw_tabs(&self, canvas: &mut Canvas, area: Rect, title: &str) {
        let context = canvas.context;
        let mut x = area.x + 2;
        for (at, part) in self.parts.iter().enumerate() {
            if x + 2 >= area.right() {
                break;
            }
            let here = at == self.part.unwrap_or_default();
            let words = if here { format!(" {title} ") } else { format!(" {} ", context.say(&part.title)) };
            let rest = Rect { x, y: area.y, width: area.right().saturating_sub(x + 2), height: area.height.min(1) };
            let style = if here && self.parts.len() > 1 { context.theme.title } else { context.theme.text };
            let words = if here && self.parts.len() > 1 { format!("[{}]", words.trim()) } else { words };
            let used = canvas.text(rest, &words, style);
            canvas.hit(Rect { width: used, ..rest }, Target::Part(PARTS + at));
            x = x.saturating_add(used);
        }
    }

    /// The number under the cursor, as it is, and where it leads.
    fn draw_readout(&self, canvas: &mut Canvas, line: Rect, part: &Part, at: usize) {
        let context = canvas.context;
        let Some(column) = part.grid.columns.get(self.column) else { return };
        let value =
            part.grid.rows.get(self.row).and_then(|row| row.cells.get(self.column)).cloned().unwrap_or_default();
        let shown = if value.is_empty() { "-".to_owned() } else { context.value(&column.kind, &value) };
        let leads = match part.found(Some(self.row), self.column) {
            crate::reports::Found::Nothing(_) => "",
            _ => context.pick("   Enter: the records behind it", "   Enter 查看明细"),
        };
        let name =
            if part.grid.rows.len() == 1 { String::new() } else { format!("{}: ", row_name(context, part, self.row)) };
        let before = self
            .spot(at)
            .before(context, part, self.row, self.column)
            .map_or_else(String::new, |(then, change)| format!("   {}: {then}  {change}", self.before_of));
        canvas.pieces(
            line,
            &[
                (" ", context.theme.text),
                (&name, context.theme.text),
                (label(context, column), context.theme.dim),
                (" ", context.theme.text),
                (&shown, context.theme.title),
                (&before, context.theme.dim),
                (leads, context.theme.dim),
            ],
        );
    }
}
