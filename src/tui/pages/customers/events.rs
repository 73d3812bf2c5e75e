//! A timeline on the screen: what is planned on top, then what happened under its days; one event is under the cursor.

use super::words;
use crate::{
    customers::timeline::{Entry, Timeline},
    record::{Field, Kind, Row, Value},
    tui::{
        canvas::{Canvas, rows},
        context::Context,
        hits::Target,
        text,
        widgets::plot,
    },
};
use ratatui::{layout::Rect, style::Style};

/// Clicks on events begin here.
pub const EVENT: usize = 10_000;

/// One event as it is drawn.
#[derive(Debug, Clone, Default)]
pub struct Happening {
    pub kind: &'static str,
    pub id: i64,
    pub short: String,
    pub planned: bool,
    late: bool,
    day: String,
    time: String,
    sort: String,
    pub title: String,
    who: String,
    details: Vec<String>,
}

/// The events of a timeline in the reader's words.
pub fn of(timeline: &Timeline, chinese: bool, context: &Context) -> Vec<Happening> {
    let grid = timeline.brief(chinese);
    let place = |name: &str| grid.columns.iter().position(|column| column.name == name);
    let (sort, title) = (place("sort"), place("title"));
    let text = |row: &Row, place: Option<usize>| {
        let cell = place.and_then(|place| Some((grid.columns.get(place)?, row.cells.get(place)?)));
        cell.map_or_else(String::new, |(column, value)| context.value(&column.kind, value))
    };
    let event = |(row, entry): (&Row, &Entry)| {
        let (day, time) = if entry.planned {
            let (when, _) = words::due(context, &entry.at);
            (context.pick("planned", "计划").to_owned(), when)
        } else {
            words::heading(context, &entry.at)
        };
        let off = if entry.called_off { context.pick("(called off) ", "（已取消）") } else { "" };
        Happening {
            kind: entry.kind,
            id: entry.id,
            short: entry.short.clone(),
            planned: entry.planned,
            late: entry.overdue,
            day,
            time,
            sort: crate::tui::words::stock(context, text(row, sort)),
            title: format!("{off}{}", text(row, title)),
            who: entry.who.clone(),
            details: entry
                .details
                .iter()
                .filter(|detail| !detail.trim().is_empty())
                .map(|detail| in_words(context, entry.kind, detail))
                .collect(),
        }
    };
    grid.rows.iter().zip(&timeline.entries).map(event).collect()
}

/// What is told of a record: the key of one of its choices by its label.
fn in_words(context: &Context, kind: &str, detail: &str) -> String {
    let schema = context.schema(kind);
    let chosen = |field: &&Field| field.choices().iter().any(|choice| choice.key == detail);
    let field = schema.as_ref().and_then(|schema| schema.fields.iter().find(chosen));
    field.map_or_else(|| detail.to_owned(), |field| context.value(&field.kind, &Value::text(detail)))
}

/// What sorts of events are called where there are only a few cells.
const SHORT: [(&str, &str); 4] =
    [("To the customer", "Reply"), ("From the customer", "Message"), ("Stage move", "Stage"), ("Lifecycle", "Life")];

/// The pieces of one line, and the event that it belongs to.
struct Line {
    event: Option<usize>,
    pieces: Vec<(String, Style)>,
}

/// Draws them so that the one under the cursor is in sight; says how many stand below the last line.
pub fn draw(canvas: &mut Canvas, area: Rect, events: &[Happening], cursor: usize, focused: bool) -> usize {
    let lines = lines(canvas.context, events, usize::from(area.width), cursor, usize::from(area.height));
    let height = usize::from(area.height);
    let first = lines.iter().position(|line| line.event == Some(cursor)).unwrap_or_default();
    let last = lines.iter().rposition(|line| line.event == Some(cursor)).unwrap_or_default();
    let most = lines.len().saturating_sub(height);
    let top = if last < height { 0 } else { first.saturating_sub(height / 2).min(most) };
    let mut seen = 0;
    for (line, here) in lines.iter().skip(top).zip(rows(area)) {
        let pieces: Vec<(&str, Style)> = line.pieces.iter().map(|(words, style)| (words.as_str(), *style)).collect();
        canvas.pieces(here, &pieces);
        if let Some(event) = line.event {
            seen = event + 1;
            canvas.hit(here, Target::Part(EVENT + event));
            if focused && event == cursor {
                canvas.paint(here, canvas.context.theme.selection);
            }
        }
    }
    events.len().saturating_sub(seen)
}

/// All lines down to what can be in sight around the cursor.
fn lines(context: &Context, events: &[Happening], width: usize, cursor: usize, height: usize) -> Vec<Line> {
    let theme = context.theme;
    let mut lines: Vec<Line> = Vec::new();
    let mut day = "";
    // Sorts are as wide as the longest of them needs.
    let most = if width < 50 { 8 } else { 11 };
    let sorts = events.iter().map(|event| text::width(&event.sort)).max().unwrap_or_default().clamp(4, most);
    for (place, event) in events.iter().enumerate().take(cursor + height + 1) {
        if event.day != day {
            day = &event.day;
            let rule = if event.planned { context.glyphs.horizontal.repeat(2) + " " } else { String::new() };
            let words = if event.planned {
                let rest = width.saturating_sub(text::width(day) + 6);
                format!(" {rule}{day} {}", context.glyphs.horizontal.repeat(rest))
            } else {
                format!(" {day}")
            };
            lines
                .push(Line { event: None, pieces: vec![(words, if event.planned { theme.dim } else { theme.title })] });
        }
        told(context, event, place, (width, sorts), &mut lines);
    }
    lines
}

fn told(context: &Context, event: &Happening, place: usize, (width, sorts): (usize, usize), lines: &mut Vec<Line>) {
    let theme = context.theme;
    let (tone, words_style) = if event.late { (theme.warning, theme.warning) } else { (theme.dim, theme.text) };
    let sign = if event.late { "!" } else { " " };
    let time = if event.planned { 8 } else { 5 };
    let ellipsis = context.glyphs.ellipsis;
    let brief = SHORT.iter().find(|(long, _)| *long == event.sort).filter(|_| text::width(&event.sort) > sorts);
    let sort = brief.map_or(event.sort.as_str(), |(_, brief)| brief);
    let head = format!(
        " {sign}{} {} ",
        text::fit(&event.time, time, false, ellipsis),
        text::fit(sort, sorts, false, ellipsis)
    );
    let indent = text::width(&head);
    let room = width.saturating_sub(indent + 1).max(1);
    let who = if event.who.is_empty() { String::new() } else { format!(" ({})", event.who) };
    let said = text::wrap(&format!("{}{who}", event.title), room);
    let details = event.details.iter().flat_map(|detail| text::wrap(detail, room)).take(2);
    let said = said.into_iter().take(2).map(|words| (words, words_style));
    let all: Vec<(String, Style)> = said.chain(details.map(|words| (words, theme.dim))).collect();
    if all.is_empty() {
        lines.push(Line { event: Some(place), pieces: vec![(head, tone)] });
        return;
    }
    for (row, (words, style)) in all.into_iter().enumerate() {
        let head = if row == 0 { head.clone() } else { " ".repeat(indent) };
        lines.push(Line { event: Some(place), pieces: vec![(head, tone), (words, style)] });
    }
}

/// A row of a panel in one line: what it is called, then what else is known.
pub fn panel_line(context: &Context, columns: &[crate::record::Column], row: &Row) -> (String, String) {
    // The name, what it is worth and how likely it is; whether somebody is the first to ask is told last, since the first
    // of them stands first anyway.
    let rank = |(place, (column, _)): &(usize, (&crate::record::Column, &Value))| match (place, &column.kind) {
        (0, _) => 0,
        (_, Kind::Money) => 1,
        (_, Kind::Percent) => 2,
        _ if column.name == "role" => 4,
        _ => 3,
    };
    let mut cells: Vec<_> = columns.iter().zip(&row.cells).enumerate().collect();
    cells.sort_by_key(rank);
    let told: Vec<String> = cells
        .into_iter()
        .map(|(_, cell)| cell)
        .map(|(column, value)| match (&column.kind, value) {
            (Kind::Percent, value) => plot::short(context, &column.kind, value),
            (Kind::Timestamp | Kind::Date, Value::Text(text)) => words::due(context, text).0,
            (_, Value::Money(money)) => words::money(context, *money),
            (kind, value) => context.value(kind, value),
        })
        .filter(|words| !words.is_empty())
        .collect();
    let mut told = told.into_iter();
    let name = told.next().unwrap_or_default();
    (name, told.collect::<Vec<_>>().join("  "))
}
