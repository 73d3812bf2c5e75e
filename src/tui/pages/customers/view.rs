//! How the page of a customer looks: who it is and how to reach them, then tabs, and the line to write down what happened.

use super::{
    Customers,
    around::{Around, Facts, Part},
    events, words,
};
use crate::{
    record::{Kind, Total, Value},
    tui::{
        canvas::{Canvas, row, rows, split, trimmed},
        context::Context,
        hits::Target,
        pages::record::view as record,
        text,
    },
};
use ratatui::{layout::Rect, style::Style};

/// What the head tells already, and what nobody reads.
const ELSEWHERE: [&str; 12] = [
    "id",
    "uid",
    "version",
    "name",
    "contact_count",
    "next_step",
    "last_touch",
    "primary_contact",
    "tags",
    "level",
    "owner",
    "updated_at",
];

/// How high the head is: framed where there is room.
pub fn head_height(area: Rect) -> u16 {
    match area.height {
        24.. => 6,
        12.. => 4,
        _ => 2,
    }
}

impl Customers {
    pub(super) fn draw_around(&self, canvas: &mut Canvas, area: Rect, focused: bool) {
        let Some(around) = &self.around else { return };
        let head = head_height(area);
        let note = u16::from(area.height > 5);
        draw_head(canvas, around, Rect { height: head.min(area.height), ..area }, focused);
        let body = trimmed(area, head, note);
        if let Some(fault) = &around.fault {
            canvas.text(row(body, 0), &format!(" ! {fault}"), canvas.context.theme.bad);
            return;
        }
        draw_part(canvas, around, body, focused);
        if note > 0 {
            self.draw_note(canvas, Rect { y: area.bottom() - 1, height: 1, ..area });
        }
    }
}

fn draw_head(canvas: &mut Canvas, around: &Around, area: Rect, focused: bool) {
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

fn draw_part(canvas: &mut Canvas, around: &Around, area: Rect, focused: bool) {
    match around.part() {
        Some(Part::Overview) if area.width >= 70 => {
            let (left, right) = split(area, (area.width * 2 / 5).clamp(26, 52));
            draw_fields(canvas, around, left, 0, true);
            draw_timeline(canvas, around, right, focused);
        }
        Some(Part::Overview) => {
            let half = area.height / 2;
            draw_timeline(canvas, around, Rect { height: half, ..area }, focused);
            draw_fields(canvas, around, trimmed(area, half, 0), 0, true);
        }
        Some(Part::Timeline) => draw_timeline(canvas, around, area, focused),
        Some(Part::Fields) => draw_fields(canvas, around, area, around.cursor, false),
        Some(Part::History) => {
            let entry = around.facts.as_ref().map(|facts| &facts.entry);
            record::changes(canvas, area, entry, &around.history, around.cursor);
        }
        Some(Part::Related { listing, field, .. }) => {
            let title = record::linked(listing, field, canvas.context);
            let inside = canvas.frame(area, &title, "", focused);
            listing.view(canvas, inside, focused);
            canvas.foot(area, &listing.position(canvas.context));
        }
        None => {}
    }
}

/// What is known of them, then what other kinds add: contacts, open deals.
fn draw_fields(canvas: &mut Canvas, around: &Around, area: Rect, from: usize, panels: bool) {
    let context = canvas.context;
    let inside = canvas.frame(area, context.pick("Fields", "字段"), context.pick("e edit", "e 编辑"), false);
    let Some(facts) = &around.facts else { return };
    let told = fields(facts, context, !panels);
    // What is added has its room, however many fields are filled in.
    let added: usize = facts.panels.iter().map(|panel| panel.grid.rows.len().min(4) + 2).sum();
    let kept = if panels { added.min(usize::from(inside.height) / 2) } else { 0 };
    let room = usize::from(inside.height).saturating_sub(kept);
    let widest = told.iter().map(|(label, ..)| text::width(label)).max().unwrap_or_default().min(14);
    let mut lines = rows(inside);
    let mut used = 0;
    'fields: for (label, value, style) in told.iter().skip(from) {
        let width = usize::from(inside.width).saturating_sub(widest + 3).max(1);
        let most = if panels { 2 } else { 8 };
        for (place, words) in text::wrap(value, width).iter().take(most).enumerate() {
            if used >= room {
                break 'fields;
            }
            let Some(line) = lines.next() else { break 'fields };
            used += 1;
            let label = text::fit(if place == 0 { label } else { "" }, widest, false, context.glyphs.ellipsis);
            canvas.pieces(line, &[(&format!(" {label}  "), context.theme.dim), (words, *style)]);
        }
    }
    if panels {
        draw_panels(canvas, facts, &mut lines);
    }
}

fn draw_panels(canvas: &mut Canvas, facts: &Facts, lines: &mut dyn Iterator<Item = Rect>) {
    let (context, theme) = (canvas.context, canvas.context.theme);
    for panel in &facts.panels {
        lines.next();
        let Some(line) = lines.next() else { return };
        let title = context.pick(&panel.title, if panel.title_zh.is_empty() { &panel.title } else { &panel.title_zh });
        let rule = context.glyphs.horizontal.repeat(2);
        let rest = usize::from(line.width).saturating_sub(text::width(title) + 6);
        canvas.text(line, &format!(" {rule} {title} {}", context.glyphs.horizontal.repeat(rest)), theme.dim);
        for row in &panel.grid.rows {
            let Some(line) = lines.next() else { return };
            let (name, rest) = events::panel_line(context, &panel.grid.columns, row);
            canvas.pieces(line, &[(&format!(" {name}"), theme.text), (&format!("  {rest}"), theme.dim)]);
        }
    }
}

/// Label and value of every field that says something; all of them, or those that the head does not tell.
fn fields(facts: &Facts, context: &Context, all: bool) -> Vec<(String, String, Style)> {
    let entry = &facts.entry;
    let told = entry.schema.fields.iter().zip(&entry.values).filter(|(field, value)| {
        let elsewhere =
            if all { matches!(&*field.name, "id" | "uid" | "version") } else { ELSEWHERE.contains(&&*field.name) };
        let no = !all && **value == Value::Bool(false);
        !value.is_empty() && !field.retired && !elsewhere && !no
    });
    told.map(|(field, value)| {
        let style = if field.engine { context.theme.dim } else { context.theme.text };
        let words = match (&field.kind, value) {
            (Kind::LongText, Value::Text(text)) if !all => text.replace('\n', " "),
            (kind, value) => context.value(kind, value),
        };
        let words = words.strip_suffix(" 00:00").unwrap_or(&words).to_owned();
        (context.label(field).to_owned(), words, style)
    })
    .collect()
}

fn draw_timeline(canvas: &mut Canvas, around: &Around, area: Rect, focused: bool) {
    let context = canvas.context;
    let mut filtered: Vec<String> = around
        .chosen
        .iter()
        .map(|key| {
            around.sorts.iter().find(|sort| sort.key == *key).map_or_else(
                || key.clone(),
                |sort| {
                    let chinese = context.is_chinese() && !sort.label_zh.is_empty();
                    if chinese { sort.label_zh.to_string() } else { sort.label.to_string() }
                },
            )
        })
        .collect();
    filtered.extend((!around.period.is_empty()).then(|| around.period.clone()));
    let all = context.pick("all", "全部").to_owned();
    let shown = if filtered.is_empty() { all } else { filtered.join(", ") };
    let inside = canvas.frame(area, context.pick("Timeline", "时间线"), &format!("f: {shown}"), focused);
    if around.facts.is_some() && around.events.is_empty() {
        canvas.text(row(inside, 0), context.pick(" Nothing happened yet.", " 暂无动态。"), context.theme.dim);
        return;
    }
    let below = events::draw(canvas, inside, &around.events, around.cursor, focused);
    if below > 0 || around.more {
        let more = if around.more { "+" } else { "" };
        canvas.foot(area, &format!("{below}{more} {}", context.pick("older", "条更早")));
    }
}
