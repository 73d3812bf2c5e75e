//! How a form looks: label, text, what it stands for or what is wrong with it.

use super::{Form, Line};
use crate::{
    record::Kind,
    tui::{
        canvas::{Canvas, rows, split, trimmed},
        context::Context,
        hits::Target,
        text,
    },
};
use ratatui::layout::Rect;

impl Form {
    pub(super) fn draw(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let state = match (self.saving, self.is_changed()) {
            (true, _) => context.pick("saving", "保存中"),
            (_, true) => context.pick("* changed", "* 已修改"),
            _ => "",
        };
        let inside = canvas.frame(area, &self.title, state, true);
        let widest = self.lines.iter().map(|line| text::width(&line.label)).max().unwrap_or_default().min(24);
        // What is asked for alone stands in the title already.
        let alone = matches!(self.lines.as_slice(), [line] if line.label == self.title);
        let label = if alone { 2 } else { u16::try_from(widest + 5).unwrap_or(20).min(inside.width / 2) };
        let foot = self.foot(inside);
        let list = trimmed(inside, 0, u16::try_from(foot.len()).unwrap_or(1));
        let top = self.menu.top(usize::from(list.height));
        for ((place, line), area) in self.lines.iter().enumerate().skip(top).zip(rows(list)) {
            field(canvas, area, label, line, place == self.menu.cursor);
            canvas.hit(area, Target::Row(place));
        }
        if self.lines.len() > usize::from(list.height) {
            canvas.foot(area, &format!("{}/{}", self.menu.cursor + 1, self.lines.len()));
        }
        let theme = canvas.context.theme;
        let style = if self.line().is_some_and(|line| line.fault.is_some()) { theme.bad } else { theme.dim };
        for (words, line) in foot.iter().zip(rows(trimmed(inside, list.height, 0))) {
            canvas.text(line, &format!(" {words}"), style);
        }
    }

    /// What is wrong with the field, all of it; else what it means, unless that only says the label again.
    fn foot(&self, inside: Rect) -> Vec<String> {
        let Some(line) = self.line() else { return vec![String::new()] };
        match &line.fault {
            Some(fault) => {
                let room = usize::from(inside.width.saturating_sub(2));
                let most = usize::from(inside.height / 2).clamp(1, 3);
                text::wrap(&format!("! {fault}"), room).into_iter().take(most).collect()
            }
            None => vec![if line.help == line.label { String::new() } else { line.help.clone() }],
        }
    }
}

fn field(canvas: &mut Canvas, area: Rect, label: u16, line: &Line, here: bool) {
    let (theme, glyphs) = (canvas.context.theme, canvas.context.glyphs);
    let (left, right) = split(area, label);
    let star = if line.required { "*" } else { " " };
    let room = usize::from(label).saturating_sub(4);
    let name = text::fit(&line.label, room, false, glyphs.ellipsis);
    let sign = if here { glyphs.cursor } else { " " };
    let words = if room > 0 { format!("{sign}{name} {star}") } else { sign.to_owned() };
    let style = if here { theme.title } else { theme.dim };
    canvas.text(left, &words, style);
    // A choice is called by its name; its key stands there while it is typed.
    let called = !here && line.fault.is_none() && matches!(line.kind, Kind::Choice(_)) && !line.echo.is_empty();
    let aside = match &line.fault {
        Some(fault) => format!("! {fault}"),
        None if called => String::new(),
        None => beside(canvas.context, line, here),
    };
    let room = usize::from(right.width);
    let wide = text::width(&aside).min(room / 2);
    let (input, rest) = split(right, u16::try_from(room.saturating_sub(wide + 1)).unwrap_or_default());
    let style = if line.input.text() == line.before { theme.text } else { theme.accent };
    if called {
        canvas.text(input, &line.echo, style);
    } else {
        line.input.view(canvas, input, style, here);
    }
    if line.input.is_empty() && !line.usual.is_empty() {
        canvas.text(input, &line.usual, theme.dim);
    }
    let style = if line.fault.is_some() { theme.bad } else { theme.dim };
    let rest = Rect { x: rest.x.saturating_add(1), width: rest.width.saturating_sub(1), ..rest };
    canvas.text(rest, &text::cut(&aside, usize::from(rest.width), glyphs.ellipsis), style);
}

/// What stands beside a field: what its text means, or how it is filled in.
fn beside(context: &Context, line: &Line, here: bool) -> String {
    if !line.echo.is_empty() {
        return line.echo.clone();
    }
    if !here {
        return String::new();
    }
    match &line.kind {
        Kind::Choice(_) | Kind::Link(_) | Kind::YesNo => context.pick("Enter: pick", "回车选择"),
        Kind::LongText => context.pick("^O: editor", "^O 编辑器"),
        Kind::Date | Kind::Timestamp => context.pick("^D: calendar, or +2w, fri", "^D 日历，或 +2w、下周五"),
        Kind::Money => context.pick("12.5k, EUR 40", "3万、EUR 40"),
        _ => "",
    }
    .to_owned()
}
