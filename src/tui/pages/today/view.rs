//! How the first page is drawn: tiles and four parts where there is room, one part under tabs where there is none.

use super::{
    PANES, Pane, Scope, Today,
    lines::{Line, Lines},
    rows::draw as draw_lines,
};
use crate::{
    record::{Column, Grid, Kind, Value},
    reports::Part,
    tui::{
        canvas::{Canvas, row, rows, split, trimmed},
        context::Context,
        hits::Target,
        text,
        widgets::{bar, plot, sparkline},
    },
};
use ratatui::layout::Rect;

/// Rows of one part for the mouse, which knows no other number.
pub(super) const ROWS: usize = 10_000;

/// What a tile says.
struct Tile {
    title: String,
    figure: String,
    change: String,
    /// The same where there is no room: by how much alone.
    brief: String,
    trend: Vec<i64>,
}

/// What tiles are called where there is no room for their titles.
const SHORT: [(&str, &str); 6] = [
    ("Open pipeline", "Pipeline"),
    ("Sales cycle", "Cycle"),
    ("Activities done", "Done"),
    ("进行中商机", "商机"),
    ("成交周期", "周期"),
    ("完成活动", "活动"),
];

/// Which time a figure is of, by what its rows stand for.
fn span(context: &Context, part: &Part, title: &str) -> &'static str {
    match part.grid.columns.first().map(|column| column.name.as_str()) {
        _ if matches!(title, "Open pipeline" | "进行中商机") => "",
        Some("month") => context.pick("this month", "本月"),
        Some("until") => context.pick("90 days", "近 90 天"),
        Some("week") => context.pick("this week", "本周"),
        _ => "",
    }
}

pub(super) fn place(pane: Pane) -> usize {
    PANES.iter().position(|known| *known == pane).unwrap_or_default()
}

pub(super) fn target(pane: Pane, row: usize) -> Target {
    Target::Row(place(pane) * ROWS + row.min(ROWS - 1))
}

impl Today {
    pub(super) fn draw(&self, canvas: &mut Canvas, area: Rect) {
        if let Some(fault) = &self.fault {
            let style = canvas.context.theme.bad;
            canvas.text(row(area, 0), &format!(" ! {fault}"), style);
            return;
        }
        if area.width >= 100 && area.height >= 24 {
            return self.wide(canvas, area);
        }
        let strip = match area.height {
            ..14 => 0,
            _ if area.width >= 60 => 2,
            _ => 3,
        };
        self.strip(canvas, Rect { height: strip, ..area });
        self.tabbed(canvas, trimmed(area, strip, 0));
    }

    fn wide(&self, canvas: &mut Canvas, area: Rect) {
        let tiles = Rect { height: 5, ..area };
        let rest = trimmed(area, 5, 0);
        self.tiles(canvas, tiles);
        let (left, right) = split(rest, rest.width * 3 / 5);
        // A funnel needs two lines a step.
        let steps = u16::try_from(self.step.length * 2 + 1).unwrap_or(u16::MAX);
        let upper = (rest.height * 5 / 9).max(8);
        let funnel = if self.team.is_some() { steps.clamp(8, upper + 2) } else { rest.height };
        let above = |area: Rect, height: u16| Rect { height: height.min(area.height), ..area };
        self.lines(canvas, above(left, upper), Pane::Agenda);
        self.lines(canvas, trimmed(left, upper, 0), Pane::Attention);
        self.draw_funnel(canvas, above(right, funnel));
        if self.team.is_some() {
            self.draw_team(canvas, trimmed(right, funnel, 0));
        }
    }

    pub(super) fn name(&self, context: &Context, pane: Pane) -> String {
        let count = |lines: &Lines| lines.total.map_or_else(String::new, |total| format!(" ({total})"));
        match pane {
            Pane::Agenda => format!("{}{}", context.pick("Agenda", "日程"), count(&self.agenda)),
            Pane::Attention => format!("{}{}", context.pick("Needs attention", "待关注"), count(&self.attention)),
            Pane::Funnel => context.pick("Funnel", "漏斗").to_owned(),
            Pane::Team => context.pick("Team", "团队").to_owned(),
            Pane::Figures => context.pick("Figures", "指标").to_owned(),
        }
    }

    /// One part, with the names of all above it.
    fn tabbed(&self, canvas: &mut Canvas, area: Rect) {
        let (theme, glyphs) = (canvas.context.theme, canvas.context.glyphs);
        let inside = canvas.frame(area, "", "", true);
        let mut x = area.x + 1;
        for pane in self.panes() {
            let name = self.name(canvas.context, pane);
            let here = pane == self.pane;
            let words = if here { format!("[{name}]") } else { format!(" {name} ") };
            let rest = Rect { x, y: area.y, width: area.right().saturating_sub(x + 1), height: 1 };
            let used = canvas.text(rest, &words, if here { theme.focus } else { theme.text });
            canvas.hit(Rect { width: used, ..rest }, Target::Part(place(pane)));
            x = x.saturating_add(used);
            if !here {
                continue;
            }
            canvas.text(
                Rect { x, width: 1.min(area.right().saturating_sub(x + 1)), ..rest },
                glyphs.horizontal,
                theme.border,
            );
        }
        match self.pane {
            Pane::Agenda => {
                self.body(canvas, inside, &self.agenda, Pane::Agenda);
                canvas.foot(area, &position(&self.agenda));
            }
            Pane::Attention => {
                self.body(canvas, inside, &self.attention, Pane::Attention);
                canvas.foot(area, &position(&self.attention));
            }
            Pane::Funnel => self.draw_sales(canvas, inside),
            Pane::Team => self.members(canvas, inside),
            Pane::Figures => self.figure_lines(canvas, inside),
        }
    }

    /// All figures, a line each.
    fn figure_lines(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        for ((at, part), line) in self.figures.iter().enumerate().zip(rows(area)) {
            let tile = tile(context, part);
            let ellipsis = context.glyphs.ellipsis;
            let words = format!(
                " {} {} {} {}",
                text::fit(&format!("{} {}", tile.title, span(context, part, &tile.title)), 27, false, ellipsis),
                text::fit(&tile.figure, 12, true, ellipsis),
                sparkline(&tile.trend, 12, &context.glyphs),
                tile.change,
            );
            canvas.text(line, &words, context.theme.text);
            canvas.hit(line, target(Pane::Figures, at));
            if self.pane == Pane::Figures && at == self.figure.cursor {
                canvas.paint(line, context.theme.selection);
            }
        }
    }

    fn tiles(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let count = u16::try_from(self.figures.len()).unwrap_or(1).max(1);
        let mut left = area;
        for (at, part) in self.figures.iter().enumerate() {
            let over = u16::from(u16::try_from(at).unwrap_or_default() < area.width % count);
            let (here, rest) = split(left, area.width / count + over);
            left = rest;
            let tile = tile(context, part);
            let focused = self.pane == Pane::Figures && at == self.figure.cursor;
            let inside = canvas.frame(here, &tile.title, "", focused);
            canvas.hit(here, target(Pane::Figures, at));
            let sign = if focused { context.glyphs.cursor } else { " " };
            canvas.text(row(inside, 0), &format!("{sign}{}", tile.figure), context.theme.title);
            let span = format!("{} ", span(context, part, &tile.title));
            if text::width(&tile.figure) + text::width(&span) + 2 < usize::from(inside.width) {
                canvas.text_right(row(inside, 0), &span, context.theme.dim);
            }
            canvas.text(row(inside, 1), &format!(" {}", tile.change), context.theme.dim);
            let cells = usize::from(inside.width.saturating_sub(2)).min(12);
            let trend = sparkline(&tile.trend, cells, &context.glyphs);
            canvas.text(row(inside, 2), &format!(" {trend}"), context.theme.bar);
        }
    }

    /// The figures in two lines, or three.
    fn strip(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let across = if area.height == 3 { 2 } else { 3 };
        let wide = area.width / across;
        for (at, part) in self.figures.iter().enumerate() {
            let at = u16::try_from(at).unwrap_or_default();
            let line = row(area, at / across);
            let here = Rect { x: line.x + (at % across) * wide, width: wide.min(line.width), ..line };
            let tile = tile(context, part);
            let short = SHORT.iter().find(|(title, _)| *title == tile.title).filter(|_| wide < 36);
            let called = short.map_or(tile.title.as_str(), |(_, short)| short);
            canvas.pieces(
                Rect { width: here.width.saturating_sub(1), ..here },
                &[
                    (" ", context.theme.text),
                    (called, context.theme.dim),
                    (" ", context.theme.text),
                    (&tile.figure, context.theme.title),
                    (" ", context.theme.text),
                    (&tile.brief, context.theme.dim),
                ],
            );
            canvas.hit(here, target(Pane::Figures, usize::from(at)));
        }
    }

    fn lines(&self, canvas: &mut Canvas, area: Rect, pane: Pane) {
        let lines = if pane == Pane::Agenda { &self.agenda } else { &self.attention };
        let name = self.name(canvas.context, pane);
        let inside = canvas.frame(area, &name, "", self.pane == pane);
        canvas.hit(area, Target::Part(place(pane)));
        self.body(canvas, inside, lines, pane);
        canvas.foot(area, &position(lines));
    }

    fn body(&self, canvas: &mut Canvas, area: Rect, lines: &Lines, pane: Pane) {
        let context = canvas.context;
        if lines.all.is_empty() {
            let words = match (lines.total, pane) {
                (None, _) => String::new(),
                (_, Pane::Agenda) => context
                    .say(&crate::Message::new("Nothing is planned for today, and nobody waits for a word from you.")),
                _ => context.pick("Nothing needs attention", "没有需要关注的事项").to_owned(),
            };
            let others = context.pick("g s shows my team's and everybody's", "按 g s 查看团队或全部");
            let hint = lines.total.is_some() && pane == Pane::Agenda && self.scope != Scope::All;
            let words = if hint { format!("{words}\n\n{others}") } else { words };
            for (words, line) in text::wrap(&words, usize::from(area.width.saturating_sub(2))).iter().zip(rows(area)) {
                canvas.text(line, &format!(" {words}"), context.theme.dim);
            }
            return;
        }
        draw_lines(canvas, area, lines, self.pane == pane, &|at| target(pane, at));
    }

    fn draw_team(&self, canvas: &mut Canvas, area: Rect) {
        let title = self.name(canvas.context, Pane::Team);
        let inside = canvas.frame(area, &title, canvas.context.pick("this week", "本周"), self.pane == Pane::Team);
        canvas.hit(area, Target::Part(place(Pane::Team)));
        self.members(canvas, inside);
    }

    /// What was done on each day of the week.
    fn draw_days(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let weekdays = context.pick("M T W T F S S", "一 二 三 四 五 六 日");
        let name = text::fit(context.pick("by day", "按日"), 16, false, context.glyphs.ellipsis);
        let heads: String = weekdays.split(' ').map(|day| text::fit(day, 4, true, "")).collect();
        canvas.text(row(area, 1), &format!(" {name}{heads}"), context.theme.dim);
        for (day, line) in self.days.iter().zip(rows(trimmed(area, 2, 0))) {
            let [english, chinese] = day.name;
            let name = text::fit(context.pick(english, chinese), 16, false, context.glyphs.ellipsis);
            let counts: String = day.counts.iter().map(|count| text::fit(&count.to_string(), 4, true, "")).collect();
            canvas.text(line, &format!(" {name}{counts}"), context.theme.text);
        }
    }

    fn members(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let Some(team) = &self.team else { return };
        let ellipsis = context.glyphs.ellipsis;
        let head = |name: &str| {
            let column = team.columns.iter().find(|column| column.name == name);
            column.map_or("", |column| if context.is_chinese() { &column.label_zh } else { &column.label })
        };
        let (name, acts, won) = if area.width >= 70 { (20, 15, 15) } else { (14, 9, 11) };
        let heading = format!(
            " {} {} {}",
            text::fit("", name, false, ""),
            text::fit(head("done"), acts, true, ellipsis),
            text::fit(head("won"), won, true, ellipsis)
        );
        canvas.text(row(area, 0), &heading, context.theme.dim);
        // The days of the week stand below where there is room for half of the people beside them.
        let people = u16::try_from(team.rows.len().min(5)).unwrap_or(5);
        let below = u16::try_from(self.days.len() + 2).unwrap_or(u16::MAX);
        let below = if !self.days.is_empty() && area.height > people + below { below } else { 0 };
        self.draw_days(canvas, trimmed(area, area.height - below, 0));
        let list = trimmed(area, 1, below);
        let count = |at: usize| cell(team, at, "done").and_then(|(_, value)| plot::number(&value)).unwrap_or_default();
        let most = (0..team.rows.len()).map(count).max().unwrap_or_default();
        let top = self.member.top(usize::from(list.height));
        for (at, line) in (top..team.rows.len()).zip(rows(list)) {
            let shown = |name: &str| {
                cell(team, at, name)
                    .map_or_else(String::new, |(column, value)| plot::short(context, &column.kind, &value))
            };
            let focused = self.pane == Pane::Team && at == self.member.cursor;
            let sign = if focused { context.glyphs.cursor } else { " " };
            let words = format!(
                "{sign}{} {} {}  ",
                text::fit(&shown("colleague"), name, false, ellipsis),
                text::fit(&shown("done"), acts, true, ellipsis),
                text::fit(&shown("won"), won, true, ellipsis)
            );
            let used = canvas.text(line, &words, context.theme.text);
            let rest = Rect { x: line.x + used, width: line.width.saturating_sub(used + 1), ..line };
            let bar = bar(count(at), most, usize::from(rest.width), &context.glyphs);
            canvas.text(rest, &bar, context.theme.bar);
            if focused {
                canvas.paint(line, context.theme.selection);
            }
            canvas.hit(line, target(Pane::Team, at));
        }
    }
}

pub(super) fn cell(grid: &Grid, row: usize, name: &str) -> Option<(Column, Value)> {
    let place = grid.columns.iter().position(|column| column.name == name)?;
    Some((grid.columns.get(place)?.clone(), grid.rows.get(row)?.cells.get(place)?.clone()))
}

/// `3 of 12`, of what was read.
fn position(lines: &Lines) -> String {
    let at = lines.all.iter().take(lines.cursor + 1).filter(|line| matches!(line, Line::Item(_))).count();
    match lines.total {
        Some(total) if total > 0 => format!("{at}/{total}"),
        _ => String::new(),
    }
}

/// What a part that tells a figure over time says in short: the last one, how it differs from the one before, and all.
fn tile(context: &Context, part: &Part) -> Tile {
    let grid = &part.grid;
    let measure = grid.columns.len().saturating_sub(1);
    let kind = grid.columns.last().map_or(Kind::Text, |column| column.kind.clone());
    let values: Vec<Value> = grid.rows.iter().filter_map(|row| row.cells.get(measure).cloned()).collect();
    let last = values.last().cloned().unwrap_or_default();
    let before = values.len().checked_sub(2).and_then(|place| values.get(place)).cloned().unwrap_or_default();
    let when = grid.rows.len().checked_sub(2).and_then(|place| cell(grid, place, &grid.columns.first()?.name));
    let when = when.map_or_else(String::new, |(column, value)| context.value(&column.kind, &value));
    // A day of this year is told without the year.
    let year = context.reading.clock.today().strftime("%Y-").to_string();
    let when = when.strip_prefix(&year).filter(|day| day.len() == 5).map_or(when.clone(), str::to_owned);
    let figure = match kind {
        Kind::Decimal { .. } if !last.is_empty() => {
            format!("{} {}", plot::short(context, &kind, &last), context.pick("d", "天"))
        }
        _ => plot::short(context, &kind, &last),
    };
    let (brief, change) = change(context, &kind, &last, &before, &when);
    Tile {
        title: context.say(&part.title),
        figure,
        change,
        brief,
        trend: values.iter().map(|value| plot::number(value).unwrap_or_default()).collect(),
    }
}

/// How a figure differs from the one before: in short, and with what it is compared to.
fn change(context: &Context, kind: &Kind, last: &Value, before: &Value, when: &str) -> (String, String) {
    let (Some(now), Some(then)) = (plot::number(last), plot::number(before)) else {
        return (String::new(), context.pick("no comparison", "暂无对比").to_owned());
    };
    let sign = match now.cmp(&then) {
        std::cmp::Ordering::Greater => context.glyphs.up,
        std::cmp::Ordering::Less => context.glyphs.down,
        std::cmp::Ordering::Equal => "=",
    };
    let by = match kind {
        Kind::Percent => {
            let points = (now - then).abs();
            format!("{}.{} {}", points / 100, points % 100 / 10, context.pick("pt", "点"))
        }
        Kind::Decimal { .. } => {
            format!("{}.{} {}", (now - then).abs() / 10, (now - then).abs() % 10, context.pick("d", "天"))
        }
        _ if then == 0 => plot::short(context, kind, before),
        _ => {
            let percent = (i128::from(now) - i128::from(then)).abs() * 100 / i128::from(then).abs();
            if percent > 999 { ">999%".to_owned() } else { format!("{percent}%") }
        }
    };
    let brief = if now == then { sign.to_owned() } else { format!("{sign}{}", by.replace(' ', "")) };
    let by = if now == then { String::new() } else { format!(" {by}") };
    if then == 0 && now != 0 && !matches!(kind, Kind::Percent | Kind::Decimal { .. }) {
        let told = if context.is_chinese() { format!("{when} 为零") } else { format!("nothing in {when}") };
        let brief = format!("{}{}", context.glyphs.up, context.pick("from 0", "原为 0"));
        return (brief, told);
    }
    let against = context.pick("vs", "对比");
    (brief, format!("{sign}{by}  {against} {when}"))
}
