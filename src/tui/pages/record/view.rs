//! How the page of a record looks.

use super::{Part, RecordView, is_long};
use crate::{
    crm::{Entry, HistoryLine},
    record::{Field, Kind, Value},
    tui::{
        canvas::{Canvas, row, rows, split, trimmed},
        context::Context,
        hits::Target,
        listing::Listing,
        text, widgets,
    },
};
use ratatui::{layout::Rect, style::Style};

impl RecordView {
    pub(super) fn draw(&self, canvas: &mut Canvas, area: Rect) {
        self.head(canvas, row(area, 0));
        self.tabs(canvas, row(area, 1));
        let area = trimmed(area, 2, 0);
        match self.part() {
            Some(Part::Overview) if area.width >= 100 => {
                let (left, right) = split(area, area.width * 2 / 5);
                self.fields(canvas, left, 0);
                self.timeline(canvas, right);
            }
            Some(Part::Overview) => {
                let half = area.height / 2;
                self.fields(canvas, Rect { height: half, ..area }, 0);
                self.timeline(canvas, trimmed(area, half, 0));
            }
            Some(Part::Fields) => self.fields(canvas, area, self.scroll),
            Some(Part::Timeline) => self.timeline(canvas, area),
            Some(Part::History) => changes(canvas, area, self.entry.as_ref(), &self.history, self.scroll),
            Some(Part::Related(listing, _)) => {
                let inside = canvas.frame(area, &canvas.context.nouns(&listing.schema), "", true);
                listing.view(canvas, inside, true);
                canvas.foot(area, &listing.position(canvas.context));
            }
            None => {}
        }
    }

    /// The name, and what is listed of such a record.
    fn head(&self, canvas: &mut Canvas, line: Rect) {
        let theme = canvas.context.theme;
        if let Some(fault) = &self.fault {
            canvas.text(line, &format!(" ! {fault}"), theme.bad);
            return;
        }
        let Some(entry) = &self.entry else { return };
        let gone =
            if entry.is_deleted() { canvas.context.pick("(in the recycle bin) ", "（在回收站）") } else { "" };
        let title = called(entry, canvas.context);
        let name = format!(" {} {title}  {gone}", entry.short());
        let x = canvas.pieces(line, &[(&name, theme.title)]);
        let told: Vec<String> = entry
            .schema
            .fields
            .iter()
            .zip(&entry.values)
            .filter(|(field, value)| field.listed && !field.title && !value.is_empty() && !is_long(&field.kind))
            .filter_map(|(field, value)| in_head(field, value, canvas.context))
            .filter(|words| *words != title)
            .collect();
        let glue = format!(" {} ", canvas.context.glyphs.dot);
        let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
        canvas.text(rest, &told.join(&glue), theme.dim);
    }

    fn tabs(&self, canvas: &mut Canvas, line: Rect) {
        let context = canvas.context;
        let mut x = line.x;
        // Where they do not all fit, those before the one that is shown are left out.
        let labels: Vec<String> = self.parts.iter().map(|part| label(part, context)).collect();
        let room = usize::from(line.width);
        let needed = |from: usize| {
            let shown = labels.iter().take(self.part + 1).skip(from);
            shown.map(|label| text::width(label) + 2).sum::<usize>()
        };
        let from = (0..=self.part).find(|from| needed(*from) <= room).unwrap_or(self.part);
        for (place, label) in labels.iter().enumerate().skip(from) {
            let here = place == self.part;
            let words = if here { format!("[{label}]") } else { format!(" {label} ") };
            let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
            if text::width(&words) > usize::from(rest.width) && !here {
                canvas.text_right(rest, context.glyphs.crumb, context.theme.dim);
                break;
            }
            let used = canvas.text(rest, &words, if here { context.theme.focus } else { context.theme.text });
            canvas.hit(Rect { width: used, ..rest }, Target::Part(place));
            x = x.saturating_add(used);
        }
    }

    /// Label and value of every field that says something.
    fn fields(&self, canvas: &mut Canvas, area: Rect, from: usize) {
        let inside = canvas.frame(area, canvas.context.pick("Fields", "字段"), "", true);
        if let Some(entry) = &self.entry {
            fields(canvas, inside, entry, from);
        }
    }

    fn timeline(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let inside = canvas.frame(area, context.pick("Timeline", "时间线"), context.pick("a add", "a 新增"), false);
        if self.events.is_empty() {
            canvas.text(row(inside, 0), context.pick(" Nothing happened yet.", " 暂无动态。"), context.theme.dim);
            return;
        }
        let drawn = widgets::timeline(canvas, inside, &self.events, self.scroll);
        let older = self.events.len().saturating_sub(self.scroll + drawn);
        if older > 0 {
            canvas.foot(area, &format!("{} {older}", context.pick("more:", "更多：")));
        }
    }
}

/// Label and value of every field that says something, from the one at that place on.
pub fn fields(canvas: &mut Canvas, inside: Rect, entry: &Entry, from: usize) {
    let context = canvas.context;
    let told: Vec<(String, String, Style)> = entry
        .schema
        .fields
        .iter()
        .zip(&entry.values)
        .filter(|(field, value)| {
            !value.is_empty() && !field.retired && !matches!(&*field.name, "id" | "uid" | "version")
        })
        .map(|(field, value)| {
            let style = if field.engine { context.theme.dim } else { context.theme.text };
            let link = if let Value::Link(link) = value { format!("{} ", link.short()) } else { String::new() };
            (context.label(field).to_owned(), link + &context.value(&field.kind, value), style)
        })
        .collect();
    let widest = told.iter().map(|(label, ..)| text::width(label)).max().unwrap_or_default().min(20);
    let mut lines = rows(inside);
    for (label, value, style) in told.iter().skip(from) {
        let room = usize::from(inside.width).saturating_sub(widest + 3);
        for (place, words) in text::wrap(value, room).iter().take(6).enumerate() {
            let Some(line) = lines.next() else { return };
            let label = if place == 0 { label.as_str() } else { "" };
            let label = text::fit(label, widest, false, context.glyphs.ellipsis);
            canvas.pieces(line, &[(&format!(" {label}  "), context.theme.dim), (words, *style)]);
        }
    }
}

/// Every change, the latest first.
pub fn changes(canvas: &mut Canvas, area: Rect, record: Option<&Entry>, lines: &[HistoryLine], from: usize) {
    let context = canvas.context;
    let inside = canvas.frame(area, context.pick("History", "变更记录"), "", true);
    for (line, area) in lines.iter().skip(from).zip(rows(inside)) {
        let field = record.and_then(|entry| entry.schema.field(&line.field));
        let label = field.map_or_else(|| happened(line, context), |field| context.label(field).to_owned());
        let (before, after) = (context.value(&line.kind, &line.before), context.value(&line.kind, &line.after));
        let change =
            if line.field.is_empty() { String::new() } else { format!("{before} {} {after}", context.glyphs.arrow) };
        let head = format!(" {} ", context.instant(&line.at));
        let who = format!(
            "{} {} ",
            text::fit(&line.actor, 12, false, context.glyphs.ellipsis),
            text::fit(&label, 16, false, context.glyphs.ellipsis)
        );
        canvas.pieces(area, &[(&head, context.theme.dim), (&who, context.theme.text), (&change, context.theme.text)]);
    }
}

/// What befell the record as a whole.
fn happened(line: &HistoryLine, context: &Context) -> String {
    match line.what.as_str() {
        "insert" => context.pick("Added", "新建").to_owned(),
        "delete" => context.pick("Deleted", "删除").to_owned(),
        _ => context.pick("Purged", "彻底删除").to_owned(),
    }
}

/// What a record is called: where that is a word of a choice, by its label.
fn called(entry: &Entry, context: &Context) -> String {
    let title = entry.title();
    let chosen = entry
        .schema
        .fields
        .iter()
        .zip(&entry.values)
        .find(|(field, value)| !field.choices().is_empty() && value.as_text() == Some(title.as_ref()));
    chosen.map_or_else(|| title.clone(), |(field, value)| context.value(&field.kind, value))
}

/// A value as the head tells it: with its label where nobody would know what a number or a day stands for.
fn in_head(field: &Field, value: &Value, context: &Context) -> Option<String> {
    let label =
        || if context.is_chinese() { context.label(field).to_owned() } else { context.label(field).to_lowercase() };
    let said = context.value(&field.kind, value);
    match field.kind {
        Kind::YesNo => (*value == Value::Bool(true)).then(label),
        Kind::Date | Kind::Timestamp | Kind::Integer | Kind::Decimal { .. } | Kind::Percent => {
            Some(format!("{} {said}", label()))
        }
        _ => Some(said),
    }
}

fn label(part: &Part, context: &Context) -> String {
    match part {
        Part::Overview => context.pick("Overview", "概览").to_owned(),
        Part::Fields => context.pick("Fields", "字段").to_owned(),
        Part::Timeline => context.pick("Timeline", "时间线").to_owned(),
        Part::History => context.pick("History", "变更").to_owned(),
        Part::Related(listing, field) => linked(listing, field, context),
    }
}

/// What is linked by a field, as a tab calls it.
pub fn linked(listing: &Listing, field: &str, context: &Context) -> String {
    let nouns = context.nouns(&listing.schema);
    let links = listing.schema.fields.iter().filter(|other| other.kind.target().is_some() && other.name != field);
    let same = listing.schema.field(field).and_then(|field| field.kind.target());
    // Two links to the same kind are told apart by their field.
    let several = links.clone().any(|other| !other.engine && !other.automatic && other.kind.target() == same);
    match listing.schema.field(field).filter(|_| several) {
        Some(field) => format!("{nouns} ({})", context.label(field)),
        None => nouns,
    }
}
