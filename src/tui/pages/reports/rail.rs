//! The list of reports at the left.

use super::{Reports, words::name};
use crate::tui::{
    canvas::{Canvas, rows},
    hits::Target,
};
use ratatui::layout::Rect;

impl Reports {
    pub(super) fn draw_rail(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let focused = self.part.is_none();
        let inside = canvas.frame(area, context.pick("Reports", "报表"), "", focused);
        let top = self.rail.top(usize::from(inside.height));
        for ((at, choice), line) in self.choices.iter().enumerate().skip(top).zip(rows(inside)) {
            let here = at == self.rail.cursor;
            let sign = if here { context.glyphs.cursor } else { " " };
            let kept = if choice.view.is_some() { context.glyphs.mark } else { " " };
            let words = format!("{sign}{kept}{}", name(context, choice));
            let used = canvas.text(line, &words, context.theme.text);
            if line.width > 60 {
                let doc = if context.is_chinese() {
                    crate::doors::language::help(choice.report.doc)
                } else {
                    choice.report.doc.to_owned()
                };
                let from = used.max(26);
                let rest = Rect { x: line.x + from, width: line.width.saturating_sub(from), ..line };
                canvas.text(rest, &doc, context.theme.dim);
            }
            if here {
                let style = if focused { context.theme.selection } else { context.theme.title };
                canvas.paint(line, style);
            }
            canvas.hit(line, Target::Part(at));
        }
    }
}
