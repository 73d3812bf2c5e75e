//! How the page of reports is drawn: the list at the left, what was asked, the totals, and the picture or the table.

use super::{
    Choice, Reports,
    picture::{self, Picture},
};
use crate::{
    record::{Column, Value},
    reports::{GROUPS, Part},
    tui::{
        canvas::{Canvas, row, rows, split, trimmed},
        context::Context,
        hits::Target,
        text,
        widgets::{bar, plot},
    },
};
use ratatui::layout::Rect;

/// Parts for the mouse from this number on; below it are the reports of the list.
pub(super) const PARTS: usize = 10_000;
/// How wide the list is.
const RAIL: u16 = 26;

/// A report as the list calls it.
#[must_use]
pub fn name(context: &Context, choice: &Choice) -> String {
    let [english, chinese] = choice.report.title;
    let title = context.pick(english, chinese);
    choice.view.as_ref().map_or_else(|| title.to_owned(), |view| format!("{view} ({title})"))
}

/// A question of a report as people call it.
#[must_use]
pub fn asked(context: &Context, name: &str) -> String {
    let words = [
        ("period", "period", "期间"),
        ("by", "by", "分组"),
        ("where", "filter", "筛选"),
        ("as-of", "as of", "截至"),
        ("pipeline", "pipeline", "流程"),
        ("currency", "currency", "币种"),
        ("probability", "probability", "赢率依据"),
        ("date", "date", "日期"),
        ("user", "user", "同事"),
        ("owner", "owner", "负责人"),
        ("days", "days", "天数"),
        ("limit", "limit", "条数"),
        ("target", "target", "目标"),
        ("wanted", "wanted", "期望倍数"),
        ("stages", "stages", "阶段"),
        ("rows", "rows", "行"),
        ("across", "across", "列"),
        ("what", "what", "内容"),
        ("detail", "detail", "明细"),
        ("summary", "summary", "仅汇总"),
        ("of", "of", "范围"),
    ];
    let known = words.iter().find(|(known, ..)| *known == name);
    known.map_or_else(
        || name.replace(['-', '_'], " "),
        |(_, english, chinese)| context.pick(english, chinese).to_owned(),
    )
}

fn label<'c>(context: &Context, column: &'c Column) -> &'c str {
    if context.is_chinese() && !column.label_zh.is_empty() { &column.label_zh } else { &column.label }
}

/// What a row is of, in one line.
fn row_name(context: &Context, part: &Part, row: usize) -> String {
    let count = picture::dimensions(&part.grid).max(1);
    let cells = part.grid.rows.get(row).map(|row| row.cells.as_slice()).unwrap_or_default();
    let names =
        part.grid.columns.iter().zip(cells).take(count).map(|(column, value)| named(context, part, column, value));
    names.collect::<Vec<_>>().join(", ")
}

fn named(context: &Context, part: &Part, column: &Column, value: &Value) -> String {
    if value.is_empty() && (part.grid.noun == GROUPS || !plot::is_number(&column.kind)) {
        return context.pick("(none)", "（无）").to_owned();
    }
    context.value(&column.kind, value)
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

    fn draw_rail(&self, canvas: &mut Canvas, area: Rect) {
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

    fn draw_report(&self, canvas: &mut Canvas, area: Rect) {
        let head = u16::from(area.height >= 8);
        self.draw_parameters(canvas, Rect { height: head, ..area });
        let rest = trimmed(area, head, 0);
        let Some(part) = self.drawn().filter(|_| self.fault.is_none()) else { return self.draw_fault(canvas, rest) };
        let figures = figures(canvas.context, part);
        let strip = match (figures.is_empty(), rest.width >= 70 && rest.height >= 16, rest.height >= 9) {
            (false, true, _) => 3,
            (false, false, true) => 1,
            _ => 0,
        };
        draw_figures(canvas, Rect { height: strip, ..rest }, &figures);
        let rest = trimmed(rest, strip, 0);
        let notices = u16::try_from(self.notices.len()).unwrap_or(0).min(2).min(rest.height.saturating_sub(8));
        let said = trimmed(rest, rest.height.saturating_sub(notices), 0);
        for (notice, line) in self.notices.iter().zip(rows(said)) {
            canvas.text(line, &format!(" {notice}"), canvas.context.theme.dim);
        }
        self.draw_part(canvas, trimmed(rest, 0, notices), part);
    }

    fn draw_fault(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let inside = canvas.frame(area, "", "", self.part.is_some());
        let words = match (&self.fault, self.shown.is_empty()) {
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

    /// What was asked, each with what leads to another answer.
    fn draw_parameters(&self, canvas: &mut Canvas, line: Rect) {
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
            let (name, value) = (asked(context, ask.name), said.unwrap_or("-"));
            let end = canvas.pieces(
                rest,
                &[
                    (&name, context.theme.dim),
                    (" ", context.theme.text),
                    (value, context.theme.title),
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
    }

    fn draw_part(&self, canvas: &mut Canvas, area: Rect, part: &Part) {
        let context = canvas.context;
        let column = part.grid.columns.get(self.column);
        let mut picture = picture::of(part);
        if self.table {
            picture = Picture::Table;
        }
        let mut title = context.say(&part.title);
        if title.is_empty() {
            title = self.choice().map_or_else(String::new, |choice| name(context, choice));
        }
        if !matches!(picture, Picture::Table | Picture::Figures | Picture::Heat)
            && let Some(column) = column
        {
            title = format!("{title} {} {}", context.glyphs.dot, label(context, column));
        }
        let inside = canvas.frame(area, "", "", self.part.is_some());
        self.draw_tabs(canvas, area, &title);
        if part.grid.rows.is_empty() {
            canvas.text(row(inside, 0), context.pick(" Nothing", " 无数据"), context.theme.dim);
            return;
        }
        let below = u16::from(inside.height >= 6);
        let chart = trimmed(inside, 0, below);
        match picture {
            Picture::Line if chart.height >= 5 && chart.width >= 24 => self.draw_line(canvas, chart, part),
            Picture::Funnel | Picture::Bars | Picture::Line => self.draw_bars(canvas, chart, part, picture),
            Picture::Heat | Picture::Pairs => self.draw_heat(canvas, chart, part, picture),
            Picture::Figures => self.draw_single(canvas, chart, part),
            Picture::Table => self.draw_table(canvas, chart, part),
        }
        if below > 0 {
            self.draw_readout(canvas, row(inside, inside.height - 1), part);
        }
        let count = part.grid.rows.len();
        canvas.foot(area, &format!("{}/{count}", self.row + 1));
    }

    /// The names of the parts where there are several; else the title alone.
    fn draw_tabs(&self, canvas: &mut Canvas, area: Rect, title: &str) {
        let context = canvas.context;
        let mut x = area.x + 2;
        for (at, part) in self.parts.iter().enumerate() {
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
    fn draw_readout(&self, canvas: &mut Canvas, line: Rect, part: &Part) {
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
        canvas.pieces(
            line,
            &[
                (" ", context.theme.text),
                (&name, context.theme.text),
                (label(context, column), context.theme.dim),
                (" ", context.theme.text),
                (&shown, context.theme.title),
                (leads, context.theme.dim),
            ],
        );
    }

    fn value(&self, part: &Part, row: usize) -> Option<i64> {
        part.grid.rows.get(row).and_then(|row| row.cells.get(self.column)).and_then(plot::number)
    }

    /// Horizontal bars: one below the other, those of a funnel each with what part of the first it is.
    fn draw_bars(&self, canvas: &mut Canvas, area: Rect, part: &Part, picture: Picture) {
        let context = canvas.context;
        let (theme, ellipsis) = (context.theme, context.glyphs.ellipsis);
        let count = part.grid.rows.len();
        let kind = part.grid.columns.get(self.column).map_or(crate::record::Kind::Text, |column| column.kind.clone());
        let names: Vec<String> = (0..count).map(|row| row_name(context, part, row)).collect();
        let wide = names.iter().map(|name| text::width(name)).max().unwrap_or_default();
        let wide = wide.min(usize::from(area.width) * 2 / 5);
        let most = (0..count).filter_map(|row| self.value(part, row)).map(i64::abs).max().unwrap_or_default();
        let first = self.value(part, 0).unwrap_or_default();
        // With room to spare, every second line is left empty.
        let step = if usize::from(area.height) >= count * 2 { 2 } else { 1 };
        let fits = (usize::from(area.height) / step).max(1);
        let top = self.row.saturating_sub(fits / 2).min(count.saturating_sub(fits));
        for (place, at) in (top..count).take(fits).enumerate() {
            let line = row(area, u16::try_from(place * step).unwrap_or(u16::MAX));
            let value = part.grid.rows.get(at).and_then(|row| row.cells.get(self.column)).cloned().unwrap_or_default();
            let number = plot::number(&value).unwrap_or_default();
            let here = at == self.row && self.part.is_some();
            let sign = if here { context.glyphs.cursor } else { " " };
            let share = match picture {
                Picture::Funnel if first > 0 => format!("{:>4}%", i128::from(number) * 100 / i128::from(first)),
                _ => String::new(),
            };
            let right = format!("{}{share} ", text::fit(&plot::short(context, &kind, &value), 10, true, ellipsis));
            let head = format!("{sign}{} ", text::fit(names.get(at).map_or("", String::as_str), wide, false, ellipsis));
            let used = canvas.text(line, &head, theme.text);
            let room = usize::from(line.width.saturating_sub(used)).saturating_sub(text::width(&right));
            let long = bar(number.abs(), most, room, &context.glyphs);
            let style = if number < 0 { theme.bad } else { theme.bar };
            canvas.text(Rect { x: line.x + used, width: line.width.saturating_sub(used), ..line }, &long, style);
            canvas.text_right(line, &right, theme.text);
            if here {
                canvas.paint(line, theme.selection);
            }
            canvas.hit(line, Target::Row(at));
        }
    }

    /// A line over time, with the numbers beside it and the times below.
    fn draw_line(&self, canvas: &mut Canvas, area: Rect, part: &Part) {
        let context = canvas.context;
        let theme = context.theme;
        let Some(column) = part.grid.columns.get(self.column) else { return };
        let numbers: Vec<Option<i64>> = (0..part.grid.rows.len()).map(|row| self.value(part, row)).collect();
        let high = numbers.iter().flatten().copied().max().unwrap_or_default().max(0);
        let low = numbers.iter().flatten().copied().min().unwrap_or_default().min(0);
        let high = if high == low { low + 1 } else { high };
        let sample = part.grid.rows.iter().filter_map(|row| row.cells.get(self.column)).find(|value| !value.is_empty());
        let scale = |number: i64| match sample {
            Some(Value::Money(money)) => Value::Money(crate::record::Money { minor: number, ..*money }),
            _ => Value::Integer(number),
        };
        let height = area.height.saturating_sub(2);
        let steps = i64::from((height / 3).clamp(1, 4));
        let marks: Vec<(u16, String)> = (0..=steps)
            .map(|step| {
                let number = i64::try_from(
                    i128::from(low) + (i128::from(high) - i128::from(low)) * i128::from(step) / i128::from(steps),
                );
                let up = i64::from(height.saturating_sub(1)) * step / steps;
                let line = height.saturating_sub(1).saturating_sub(u16::try_from(up).unwrap_or_default());
                (line, plot::short(context, &column.kind, &scale(number.unwrap_or_default())))
            })
            .collect();
        let wide = marks
            .iter()
            .map(|(_, words)| text::width(words))
            .max()
            .unwrap_or_default()
            .min(usize::from(area.width) / 3);
        let margin = u16::try_from(wide + 3).unwrap_or_default();
        let (_, picture) = split(area, margin);
        let picture = Rect { width: picture.width.saturating_sub(2), height, ..picture };
        for (line, words) in &marks {
            let here = row(Rect { height, ..area }, *line);
            canvas.text(here, &format!(" {}", text::fit(words, wide, true, context.glyphs.ellipsis)), theme.dim);
        }
        for line in rows(Rect { height, ..area }) {
            canvas.text(Rect { x: line.x + margin - 1, width: 1, ..line }, context.glyphs.vertical, theme.border);
        }
        let size = (usize::from(picture.width), usize::from(picture.height));
        let drawn = plot::line(&numbers, (low, high), size, context.glyphs.ascii);
        for (words, line) in drawn.iter().zip(rows(picture)) {
            canvas.text(line, words, theme.bar);
        }
        self.draw_times(canvas, area, picture, part);
    }

    /// The foot of a line: what stands below each point, as far as there is room, and the cursor.
    fn draw_times(&self, canvas: &mut Canvas, area: Rect, picture: Rect, part: &Part) {
        let context = canvas.context;
        let (axis, times) = (row(area, area.height.saturating_sub(2)), row(area, area.height.saturating_sub(1)));
        let axis = Rect { x: picture.x, width: picture.width, ..axis };
        canvas.text(axis, &context.glyphs.horizontal.repeat(usize::from(axis.width)), context.theme.border);
        let count = part.grid.rows.len();
        // The latest is named in any case.
        let mut free = times.right();
        for at in (0..count).rev() {
            let column = u16::try_from(plot::column_of(at, count, usize::from(picture.width))).unwrap_or_default();
            let x = picture.x.saturating_add(column);
            let each = (picture.width / u16::try_from(count).unwrap_or(u16::MAX).max(1)).max(1);
            canvas.hit(Rect { x: x.saturating_sub(each / 2), width: each, ..picture }, Target::Row(at));
            let here = at == self.row && self.part.is_some();
            if here {
                canvas.paint(Rect { x, width: 1, ..picture }, context.theme.selection);
                canvas.text(
                    Rect { x, width: 1, ..axis },
                    if context.glyphs.ascii { "^" } else { "▴" },
                    context.theme.focus,
                );
            }
            let name = row_name(context, part, at);
            let wide = u16::try_from(text::width(&name)).unwrap_or(u16::MAX);
            let from = x.saturating_sub(wide / 2).min(times.right().saturating_sub(wide)).max(times.x);
            if from.saturating_add(wide) <= free {
                let style = if here { context.theme.title } else { context.theme.dim };
                canvas.text(Rect { x: from, width: wide, ..times }, &name, style);
                free = from.saturating_sub(2);
            }
        }
    }

    /// Two dimensions: each cell with its number, and a sign of how much it is.
    fn draw_heat(&self, canvas: &mut Canvas, area: Rect, part: &Part, picture: Picture) {
        let context = canvas.context;
        let (theme, glyphs) = (context.theme, context.glyphs);
        let map = Map::of(context, part, picture, self.column);
        let most =
            map.cells.iter().flatten().flatten().filter_map(|(_, column, row)| number_at(part, *row, *column)).max();
        let name_wide = map.sides.iter().map(|name| text::width(name)).max().unwrap_or_default();
        let name_wide = name_wide.min(usize::from(area.width) / 3);
        let wide = map.tops.iter().map(|name| text::width(name)).max().unwrap_or_default().clamp(7, 14);
        let fits = (usize::from(area.width).saturating_sub(name_wide + 3) / (wide + 2)).max(1);
        let chosen = map.cells.iter().find_map(|line| line.iter().position(|cell| self.is_on(picture, cell.as_ref())));
        let from = chosen.unwrap_or_default().saturating_sub(fits.saturating_sub(1));
        let left = |cell: usize| area.x + u16::try_from(name_wide + 3 + cell * (wide + 2)).unwrap_or(u16::MAX);
        let piece = |line: Rect, cell: usize| {
            let x = left(cell).min(area.right());
            Rect { x, width: u16::try_from(wide + 1).unwrap_or_default().min(area.right().saturating_sub(x)), ..line }
        };
        let heading = row(area, 0);
        for (place, top) in map.tops.iter().skip(from).take(fits).enumerate() {
            canvas.text(piece(heading, place), &text::fit(top, wide + 1, true, glyphs.ellipsis), theme.dim);
        }
        let list = trimmed(area, 1, 0);
        let height = usize::from(list.height).max(1);
        let at = map
            .cells
            .iter()
            .position(|line| line.iter().any(|cell| self.is_on(picture, cell.as_ref())))
            .unwrap_or_default();
        let above = at.saturating_sub(height / 2).min(map.sides.len().saturating_sub(height));
        for ((side, cells), line) in map.sides.iter().zip(&map.cells).skip(above).zip(rows(list)) {
            canvas.text(line, &format!(" {}", text::fit(side, name_wide, false, glyphs.ellipsis)), theme.text);
            for (place, cell) in cells.iter().skip(from).take(fits).enumerate() {
                let Some((words, column, row)) = cell else { continue };
                let number = number_at(part, *row, *column).unwrap_or_default().max(0);
                let level = i128::from(number) * 7 / i128::from(most.unwrap_or_default().max(1));
                let shade = glyphs.spark.get(usize::try_from(level).unwrap_or_default().min(7)).copied().unwrap_or(" ");
                let here = piece(line, place);
                let style = if number == 0 { theme.dim } else { theme.text };
                canvas.pieces(here, &[(shade, theme.bar), (&text::fit(words, wide, true, glyphs.ellipsis), style)]);
                if self.is_on(picture, cell.as_ref()) && self.part.is_some() {
                    canvas.paint(here, theme.selection);
                }
                canvas.hit(here, Target::Row(*row));
            }
        }
    }

    fn is_on(&self, picture: Picture, cell: Option<&Cell>) -> bool {
        cell.is_some_and(|(_, column, row)| *row == self.row && (picture == Picture::Pairs || *column == self.column))
    }

    /// The numbers of one row, a line each.
    fn draw_single(&self, canvas: &mut Canvas, area: Rect, part: &Part) {
        let context = canvas.context;
        let Some(only) = part.grid.rows.get(self.row) else { return };
        let wide = part.grid.columns.iter().map(|column| text::width(label(context, column))).max().unwrap_or_default();
        let count = part.grid.columns.len();
        let top = self.column.saturating_sub(usize::from(area.height).saturating_sub(1)).min(count);
        for ((at, column), line) in part.grid.columns.iter().enumerate().skip(top).zip(rows(area)) {
            let value = only.cells.get(at).cloned().unwrap_or_default();
            let shown = if value.is_empty() { "-".to_owned() } else { context.value(&column.kind, &value) };
            let here = at == self.column && self.part.is_some();
            let sign = if here { context.glyphs.cursor } else { " " };
            let name = text::fit(label(context, column), wide, false, context.glyphs.ellipsis);
            canvas.pieces(
                line,
                &[
                    (sign, context.theme.focus),
                    (" ", context.theme.text),
                    (&name, context.theme.dim),
                    ("  ", context.theme.text),
                    (&shown, context.theme.title),
                ],
            );
            if here {
                canvas.paint(line, context.theme.selection);
            }
            canvas.hit(line, Target::Heading(at));
        }
    }

    /// The rows as they are; the first column stays while the others move along with the cursor.
    fn draw_table(&self, canvas: &mut Canvas, area: Rect, part: &Part) {
        let context = canvas.context;
        let (theme, ellipsis) = (context.theme, context.glyphs.ellipsis);
        let grid = &part.grid;
        let shown = |row: &crate::record::Row| -> Vec<String> {
            grid.columns.iter().zip(&row.cells).map(|(column, value)| context.value(&column.kind, value)).collect()
        };
        let totals = grid.totals.as_ref().filter(|_| area.height >= 4);
        let list = trimmed(area, 1, u16::from(totals.is_some()));
        let height = usize::from(list.height).max(1);
        let count = grid.rows.len();
        let top = self.row.saturating_sub(height / 2).min(count.saturating_sub(height));
        let lines: Vec<Vec<String>> = grid.rows.iter().skip(top).take(height).map(shown).collect();
        let total = totals.map(|cells| {
            let row = crate::record::Row { cells: cells.clone(), ..crate::record::Row::default() };
            let mut cells = shown(&row);
            if let Some(first) = cells.first_mut().filter(|first| first.is_empty()) {
                context.pick("Total", "合计").clone_into(first);
            }
            cells
        });
        let width = |at: usize| {
            let heading = grid.columns.get(at).map_or(0, |column| text::width(label(context, column)));
            let cells = lines.iter().chain(&total).filter_map(|cells| cells.get(at)).map(|cell| text::width(cell));
            cells.max().unwrap_or_default().max(heading).min(28)
        };
        let widths: Vec<usize> = (0..grid.columns.len()).map(width).collect();
        let columns = visible(&widths, self.column, usize::from(area.width).saturating_sub(2));
        let draw = |canvas: &mut Canvas, line: Rect, cells: &dyn Fn(usize) -> String, style, sign: &str| {
            let mut x = line.x + canvas.text(line, sign, theme.focus);
            for at in &columns {
                let wide = widths.get(*at).copied().unwrap_or_default();
                let right = grid.columns.get(*at).is_some_and(|column| plot::is_number(&column.kind));
                let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
                let used = canvas.text(rest, &text::fit(&cells(*at), wide, right, ellipsis), style);
                canvas.hit(Rect { width: used, ..rest }, Target::Heading(*at));
                x = x.saturating_add(used + 2);
            }
        };
        draw(
            canvas,
            row(area, 0),
            &|at| grid.columns.get(at).map_or_else(String::new, |column| label(context, column).to_owned()),
            theme.dim,
            " ",
        );
        for ((at, cells), line) in lines.iter().enumerate().map(|(at, cells)| (at + top, cells)).zip(rows(list)) {
            let here = at == self.row && self.part.is_some();
            let sign = if here { context.glyphs.cursor } else { " " };
            draw(canvas, line, &|at| cells.get(at).cloned().unwrap_or_default(), theme.text, sign);
            if here {
                canvas.paint(line, theme.selection);
            }
            canvas.hit(line, Target::Row(at));
        }
        if let Some(cells) = total {
            let line = row(area, area.height - 1);
            draw(canvas, line, &|at| cells.get(at).cloned().unwrap_or_default(), theme.title, " ");
        }
    }
}

/// The columns that fit, the first always and the chosen one in sight.
fn visible(widths: &[usize], chosen: usize, room: usize) -> Vec<usize> {
    let fits = |from: usize| {
        let mut found = vec![0];
        let mut used = widths.first().copied().unwrap_or_default() + 2;
        for (at, wide) in widths.iter().enumerate().skip(from.max(1)) {
            used += wide + 2;
            if used > room + 2 {
                break;
            }
            found.push(at);
        }
        found
    };
    let found = (1..=chosen.max(1)).map(fits).find(|found| found.contains(&chosen));
    found.unwrap_or_else(|| vec![0, chosen])
}

fn number_at(part: &Part, row: usize, column: usize) -> Option<i64> {
    part.grid.rows.get(row).and_then(|row| row.cells.get(column)).and_then(plot::number)
}

/// What stands in a cell of a map, with the column and the row of the grid that it comes from.
type Cell = (String, usize, usize);

/// Two dimensions as they are drawn.
struct Map {
    tops: Vec<String>,
    sides: Vec<String>,
    cells: Vec<Vec<Option<Cell>>>,
}

impl Map {
    fn of(context: &Context, part: &Part, picture: Picture, measure: usize) -> Self {
        let grid = &part.grid;
        let cell = |row: usize, column: usize| {
            let value = grid.rows.get(row)?.cells.get(column)?;
            Some((plot::short(context, &grid.columns.get(column)?.kind, value), column, row))
        };
        if picture == Picture::Heat {
            let columns = picture::heat_columns(grid);
            let tops =
                columns.iter().filter_map(|at| grid.columns.get(*at)).map(|column| label(context, column).to_owned());
            let tops = tops.collect();
            let sides = (0..grid.rows.len()).map(|row| row_name(context, part, row)).collect();
            let line = |row: usize| columns.iter().map(|column| cell(row, *column)).collect();
            return Self { tops, sides, cells: (0..grid.rows.len()).map(line).collect() };
        }
        let (down, across) = (picture::distinct(grid, 0), picture::distinct(grid, 1));
        let words = |place: usize, values: &[Value]| -> Vec<String> {
            let column = grid.columns.get(place);
            values
                .iter()
                .map(|value| column.map_or_else(String::new, |column| named(context, part, column, value)))
                .collect()
        };
        let mut cells: Vec<Vec<Option<Cell>>> = vec![vec![None; across.len()]; down.len()];
        for (at, row) in grid.rows.iter().enumerate() {
            let place =
                |values: &[Value], column: usize| values.iter().position(|value| Some(value) == row.cells.get(column));
            let (Some(line), Some(top)) = (place(&down, 0), place(&across, 1)) else { continue };
            if let Some(slot) = cells.get_mut(line).and_then(|line| line.get_mut(top)) {
                *slot = cell(at, measure);
            }
        }
        Self { tops: words(1, &across), sides: words(0, &down), cells }
    }
}

/// The totals of a part, each with its name.
fn figures(context: &Context, part: &Part) -> Vec<(String, String)> {
    let Some(totals) = &part.grid.totals else { return Vec::new() };
    let numbers = part
        .grid
        .columns
        .iter()
        .zip(totals)
        .filter(|(column, value)| plot::is_number(&column.kind) && !value.is_empty());
    numbers
        .map(|(column, value)| (label(context, column).to_owned(), plot::short(context, &column.kind, value)))
        .collect()
}

/// Totals in boxes, or in one line.
fn draw_figures(canvas: &mut Canvas, area: Rect, figures: &[(String, String)]) {
    let theme = canvas.context.theme;
    if area.height < 3 {
        let mut x = area.x;
        for (name, figure) in figures {
            let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
            if usize::from(rest.width) < text::width(name) + text::width(figure) + 2 {
                return;
            }
            x = canvas.pieces(
                rest,
                &[(" ", theme.text), (name, theme.dim), (" ", theme.text), (figure, theme.title), ("  ", theme.text)],
            );
        }
        return;
    }
    let most = usize::from(area.width / 13).max(1);
    let count = u16::try_from(figures.len().min(most)).unwrap_or(1).max(1);
    let mut left = area;
    for (at, (name, figure)) in figures.iter().take(most).enumerate() {
        let over = u16::from(u16::try_from(at).unwrap_or_default() < area.width % count);
        let (here, rest) = split(left, area.width / count + over);
        left = rest;
        let inside = canvas.frame(here, name, "", false);
        canvas.text(row(inside, 0), &format!(" {figure}"), theme.title);
    }
}
