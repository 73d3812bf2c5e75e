//! The head of a customer's page: who it is and how to reach them, what is open and what comes next, and the tabs.

use super::{
    around::{Around, Facts, Part},
    words,
};
use crate::{
    record::{Total, Value},
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        context::Context,
        hits::Target,
        pages::record::view as record,
        text,
    },
};
use ratatui::{layout::Rect, style::Style};

/// How high the head is: framed where there is room.
pub fn head_height(area: Rect) -> u16 {
    match area.height {
        24.. => 6,
        12.. => 4,
        _ => 2,
    }
}

/// Who it is, how to reach them, what is open and what comes next; then the tabs.
pub fn draw_head(canvas: &mut Canvas, around: &Around, area: Rect, focused: bool) {
    let context = canvas.context;
    let Some(facts) = &around.facts else {
        let waiting = context.pick(" Reading", " 正在读取");
        canvas.text(row(area, 0), &format!("{waiting}{}", context.glyphs.ellipsis), context.theme.dim);
        return;
    };
    let (title, standing) = (name(facts, context), standing(facts, context));
    let inside = if area.height >= 6 {
        canvas.frame(area, &title, &standing, focused)
    } else {
        let x = canvas.pieces(
            row(area, 0),
            &[(" ", context.theme.text), (&title, context.theme.title), ("  ", context.theme.text)],
        );
        let line = row(area, 0);
        canvas.text_right(
            Rect { x, width: line.right().saturating_sub(x), ..line },
            &format!("{standing} "),
            context.theme.dim,
        );
        trimmed(area, 1, 0)
    };
    let tabs = row(inside, inside.height.saturating_sub(1));
    let mut lines = rows(trimmed(inside, 0, 1));
    if let Some(line) = lines.next() {
        draw_reach(canvas, facts, line);
    }
    if let Some(line) = lines.next() {
        draw_figures(canvas, facts, line);
    }
    if let Some(line) = lines.next() {
        canvas.text(line, &format!(" {}", place(facts, context)), context.theme.dim);
    }
    draw_tabs(canvas, around, tabs);
}

fn name(facts: &Facts, context: &Context) -> String {
    let gone = if facts.entry.is_deleted() { context.pick(" (in the recycle bin)", "（在回收站）") } else { "" };
    format!("{} {}{gone}", facts.entry.short(), facts.entry.title())
}

fn told(facts: &Facts, name: &str, context: &Context) -> String {
    facts
        .entry
        .schema
        .field(name)
        .map_or_else(String::new, |field| context.value(&field.kind, &facts.entry.value(name)))
}

/// `A (key) · Wei`
fn standing(facts: &Facts, context: &Context) -> String {
    let owner = told(facts, "owner", context);
    let owner = if owner.is_empty() { context.pick("nobody's", "无负责人").to_owned() } else { owner };
    let parts = [told(facts, "level", context), told(facts, "lifecycle", context), owner];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(&format!(" {} ", context.glyphs.dot))
}

/// Whom to ask for first and how; a click offers to call, to write or to open their page.
fn draw_reach(canvas: &mut Canvas, facts: &Facts, line: Rect) {
    let context = canvas.context;
    let mut parts = Vec::new();
    let contacts = facts.panels.iter().find(|panel| panel.key == "contacts");
    if let Some(panel) = contacts
        && let Some(first) = panel.grid.rows.first()
    {
        for (column, value) in panel.grid.columns.iter().zip(&first.cells).filter(|(column, _)| column.name != "role") {
            parts.push(context.value(&column.kind, value));
        }
    }
    let own = ["phone", "mobile", "email"].map(|name| told(facts, name, context));
    parts.extend(own);
    let wechat = told(facts, "wechat", context);
    if !wechat.is_empty() {
        parts.push(format!("{} {wechat}", context.pick("WeChat", "微信")));
    }
    let mut seen: Vec<String> = Vec::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !seen.contains(&part) {
            seen.push(part);
        }
    }
    let words = if seen.is_empty() {
        context.pick("no way to reach them yet", "尚无联系方式").to_owned()
    } else {
        seen.join("  ")
    };
    let rest = Rect { width: line.width.saturating_sub(8), ..line };
    canvas.text(rest, &format!(" {words}"), context.theme.text);
    let offer = format!(" o {} ", context.pick("call", "联系"));
    canvas.text_right(line, &offer, context.theme.key);
    canvas.hit(line, Target::Act("customers.reach"));
}

/// What is open, what is owed, when we dealt with them last and what comes next.
fn draw_figures(canvas: &mut Canvas, facts: &Facts, line: Rect) {
    let (context, theme) = (canvas.context, canvas.context.theme);
    let mut pieces: Vec<(String, Style)> = vec![(" ".to_owned(), theme.text)];
    let mut add = |label: &str, value: String, style: Style| {
        if !value.is_empty() {
            pieces.push((format!("{label} "), theme.dim));
            pieces.push((format!("{value}   "), style));
        }
    };
    let won: Vec<String> = facts.won.iter().map(|money| words::money(context, *money)).collect();
    add(context.pick("won", "已成交"), won.join(" + "), theme.good);
    for panel in &facts.panels {
        let total = panel
            .grid
            .totals
            .iter()
            .flatten()
            .find_map(|value| if let Value::Money(money) = value { Some(*money) } else { None });
        if let Some(total) = total {
            let title =
                context.pick(&panel.title, if panel.title_zh.is_empty() { &panel.title } else { &panel.title_zh });
            add(title, words::money(context, total), theme.text);
        }
    }
    let tickets = facts.panels.iter().find(|panel| panel.key == "open_tickets").map(|panel| &panel.grid.total);
    let tickets = match tickets {
        Some(Total::Exactly(count)) if *count > 0 => count.to_string(),
        Some(Total::MoreThan(count)) => format!("{count}+"),
        _ => String::new(),
    };
    add(context.pick("open tickets", "未解决工单"), tickets, theme.warning);
    let touch = facts.entry.value("last_touch").as_text().map(|at| words::ago(context, at)).unwrap_or_default();
    let touch = if touch.is_empty() { context.pick("never", "从未").to_owned() } else { touch };
    add(context.pick("last touch", "上次联系"), touch, theme.text);
    let next = match facts.next.entries.first() {
        Some(entry) => {
            let (when, sign) = words::due(context, &entry.at);
            let style = if entry.overdue { theme.warning } else { theme.good };
            (format!("{when} {sign} {}", entry.title), style)
        }
        None => (context.pick("none ? (a plans one)", "无 ?（按 a 安排）").to_owned(), theme.warning),
    };
    add(context.pick("next", "下一步"), next.0, next.1);
    let pieces: Vec<(&str, Style)> = pieces.iter().map(|(words, style)| (words.as_str(), *style)).collect();
    canvas.pieces(line, &pieces);
}

/// Tags and where they are.
fn place(facts: &Facts, context: &Context) -> String {
    let tags = facts.entry.value("tags");
    let tags: Vec<String> = tags.items().iter().filter_map(Value::as_text).map(|tag| format!("#{tag}")).collect();
    let parts = [
        tags.join(" "),
        told(facts, "industry", context),
        told(facts, "city", context),
        told(facts, "address", context),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

fn draw_tabs(canvas: &mut Canvas, around: &Around, line: Rect) {
    let context = canvas.context;
    let labels: Vec<(usize, String)> = (0..around.parts.len())
        .filter(|place| around.is_shown(*place))
        .filter_map(|place| Some((place, label(around, around.parts.get(place)?, context))))
        .collect();
    let room = usize::from(line.width).saturating_sub(2);
    let here = labels.iter().position(|(place, _)| *place == around.part).unwrap_or_default();
    // Where they do not all fit, those before the one that is shown are left out.
    let needed =
        |from: usize| labels.iter().take(here + 1).skip(from).map(|(_, label)| text::width(label) + 2).sum::<usize>();
    let from = (0..=here).find(|from| needed(*from) <= room).unwrap_or(here);
    let mut x = line.x;
    for (place, label) in labels.iter().skip(from) {
        let chosen = *place == around.part;
        let words = if chosen { format!("[{label}]") } else { format!(" {label} ") };
        let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
        if text::width(&words) > usize::from(rest.width) {
            canvas.text_right(rest, context.glyphs.crumb, context.theme.dim);
            break;
        }
        let used = canvas.text(rest, &words, if chosen { context.theme.focus } else { context.theme.text });
        canvas.hit(Rect { width: used, ..rest }, Target::Part(*place));
        x = x.saturating_add(used);
    }
}

fn label(around: &Around, part: &Part, context: &Context) -> String {
    match part {
        Part::Overview => context.pick("Overview", "概览").to_owned(),
        Part::Timeline => {
            let count = if around.more { format!("{}+", around.events.len()) } else { around.events.len().to_string() };
            format!("{} {count}", context.pick("Timeline", "时间线"))
        }
        Part::Fields => context.pick("Fields", "字段").to_owned(),
        Part::History => context.pick("History", "变更").to_owned(),
        Part::Related { listing, field, count, .. } => {
            let name = record::linked(listing, field, context);
            match count {
                Some(Total::Exactly(count)) if *count > 0 => format!("{name} {count}"),
                Some(Total::MoreThan(count)) => format!("{name} {count}+"),
                _ => name,
            }
        }
    }
}
