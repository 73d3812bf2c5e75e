//! How the page of a customer looks below its head: fields, timeline, lists, and the line to write down what happened.

use super::{
    Customers,
    around::{Around, Facts, Part},
    events,
    head::{draw_head, head_height},
};
use crate::{
    record::{Kind, Value},
    tui::{
        canvas::{Canvas, row, rows, split, trimmed},
        context::Context,
        pages::record::view as record,
        text,
    },
};
use ratatui::{layout::Rect, style::Style};

/// What the head tells already, and what nobody reads.
const ELSEWHERE: [&str; 15] = [
    "external_ids",
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
    "lifecycle",
    "created_by",
    "owner",
    "updated_at",
];

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

fn draw_part(canvas: &mut Canvas, around: &Around, area: Rect, focused: bool) {
    match around.part() {
        Some(Part::Overview) if area.width >= 70 => {
            let (left, right) = split(area, (area.width * 2 / 5).clamp(26, 52));
            draw_fields(canvas, around, left, 0, true);
            draw_timeline(canvas, around, right, focused);
        }
        // Where both do not fit, the fields have a tab of their own.
        Some(Part::Overview) if area.height < 16 => draw_timeline(canvas, around, area, focused),
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
            // A long name gives way to what is told of it.
            let room = usize::from(line.width).saturating_sub(4);
            let kept = text::width(&rest).min(room * 3 / 5);
            let name = text::cut(&name, room.saturating_sub(kept), context.glyphs.ellipsis);
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
