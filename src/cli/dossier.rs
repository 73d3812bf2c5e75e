//! `kehu show` of what has a timeline: the 360 view on one page, or the whole dossier as data, Markdown or HTML.

use super::{
    daily::items,
    output::{self, Format, Page, Part},
    session::{Session, unwritable},
};
use kehu::{
    Error, Message, Result,
    customers::{Depth, Dossier, Section},
    record::{Column, Grid, Kind, Row, Total, Value},
};

/// A choice that says nothing on a page while nobody chose otherwise.
const UNSAID: (&str, &str) = ("forecast", "auto");

/// Fields that the page tells elsewhere than in its block of fields, and what nobody reads.
const ELSEWHERE: [&str; 8] =
    ["uid", "version", "contact_count", "next_step", "primary_contact", "shared", "probability_by", "category"];
/// What a screen has no room for.
const ASIDE: [&str; 3] = ["created_at", "created_by", "updated_at"];

/// Whether this format has more to say of a record than its fields.
pub fn applies(format: Format) -> bool {
    matches!(format, Format::Table | Format::Json | Format::Ndjson | Format::Markdown | Format::Html)
}

/// Shows a record with what is around it.
pub fn show(session: &mut Session, kind: &'static str, id: i64) -> Result<()> {
    let format = session.terminal.format();
    let depth = if format == Format::Table { Depth::Brief } else { Depth::Full };
    let mut dossier = session.crm()?.dossier(kind, id, depth)?;
    session.crm()?.name_kind(&mut dossier.entry)?;
    if dossier.entry.is_deleted() {
        let message = Message::new("{record} is in the recycle bin.").with("record", dossier.entry.short());
        session.terminal.warn(&message);
    }
    if session.terminal.machine() {
        return json(session, &dossier);
    }
    let (record, facts) = profile(session, &dossier, depth);
    let title = dossier.entry.title();
    let short = dossier.entry.short();
    let parts = parts(session, &dossier, depth);
    let page = Page { short: &short, name: &title, facts, record: &record, parts };
    let mut data = Vec::new();
    output::write_page(&page, format, &session.terminal.style(), &mut data).map_err(|error| unwritable(&error))?;
    session.write(&data)
}

/// The fields that hold something, without those of which the page tells elsewhere; what it is by its choices and tags
/// stands in a line of its own.
fn profile(session: &Session, dossier: &Dossier, depth: Depth) -> (Grid, Vec<String>) {
    let grid = dossier.entry.grid();
    let (grid, style) = (session.local(&grid), session.terminal.style());
    let row = &grid.rows[0];
    let title = &dossier.entry.schema.title().name;
    let (mut facts, mut tags, mut columns, mut cells) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (column, value) in grid.columns.iter().zip(&row.cells).filter(|(_, value)| !value.is_empty()) {
        let elsewhere = ELSEWHERE.contains(&&*column.name)
            || ASIDE.contains(&&*column.name) && depth == Depth::Brief
            || column.name == **title;
        match (&column.kind, value) {
            _ if elsewhere || UNSAID == (&*column.name, value.as_text().unwrap_or_default()) => {}
            (Kind::Choice(_), _) => facts.push(output::worded(column, value, &style)),
            (Kind::YesNo, Value::Bool(true)) => facts.push(heading(column, style.chinese).to_owned()),
            (Kind::YesNo, _) => {}
            (Kind::List(_), _) if column.name == "tags" => {
                tags.extend(value.items().iter().filter_map(Value::as_text).map(|tag| format!("#{tag}")));
            }
            _ => {
                columns.push(column.clone());
                cells.push(value.clone());
            }
        }
    }
    if !tags.is_empty() {
        facts.push(tags.join(" "));
    }
    let rows = vec![Row { cells, id: row.id, short: String::new() }];
    (Grid { noun: grid.noun.clone(), columns, rows, totals: None, total: grid.total }, facts)
}

fn heading(column: &Column, chinese: bool) -> &str {
    if chinese && !column.label_zh.is_empty() { &column.label_zh } else { &column.label }
}

fn parts(session: &Session, dossier: &Dossier, depth: Depth) -> Vec<(String, Part)> {
    let chinese = session.terminal.style().chinese;
    let word = |message: Message| session.terminal.word(&message);
    let local = |grid: &Grid| Part::Grid(session.local(grid).into_owned());
    let mut parts = Vec::new();
    if let Some(next) = next_step(session, dossier) {
        parts.push((word(Message::new("Next step")), next));
    }
    for section in &dossier.panels {
        parts.push((titled(session, section), local(&section.grid)));
    }
    // The timeline tells of events, a panel of what it lists.
    let told =
        |section: &&Section| is_event(&section.key) || dossier.panels.iter().any(|panel| panel.key == section.key);
    for section in dossier.belongings.iter().filter(|section| !told(section)) {
        parts.push((titled(session, section), local(&section.grid)));
    }
    let timeline = &dossier.timeline;
    let grid = if depth == Depth::Brief { timeline.brief(chinese) } else { timeline.grid(chinese) };
    let title = word(Message::new("Timeline"));
    let title = if timeline.more {
        let all = Message::new("the newest; all: kehu {kind} timeline {record}")
            .with("kind", dossier.entry.schema.kind)
            .with("record", dossier.entry.short());
        format!("{title} ({})", word(all))
    } else {
        title
    };
    parts.push((title, local(&grid)));
    parts
}

/// Whether records of that table are events, of which the timeline tells.
fn is_event(table: &str) -> bool {
    kehu::catalog::ENTRIES.iter().any(|entry| entry.event.is_some() && entry.table == table)
}

/// The title of a section in the reader's language, and how many there are where not all are shown.
fn titled(session: &Session, section: &Section) -> String {
    let chinese = session.terminal.style().chinese && !section.title_zh.is_empty();
    let title = if chinese { &section.title_zh } else { &section.title };
    let shown = section.grid.rows.len() as u64;
    match section.grid.total {
        Total::Exactly(total) if total > shown => format!("{title} ({shown} / {total})"),
        Total::MoreThan(_) => format!("{title} ({shown} / …)"),
        Total::Exactly(_) => title.clone(),
    }
}

/// A line on a screen, a small table on a page that is kept. What nothing can be planned after needs no word about it.
fn next_step(session: &Session, dossier: &Dossier) -> Option<Part> {
    let style = session.terminal.style();
    let grid = dossier.next.brief(style.chinese);
    let grid = session.local(&grid);
    let Some(row) = grid.rows.first() else {
        if !is_followed(dossier.entry.schema.kind) {
            return None;
        }
        let word = Message::new("None planned: kehu log call {record} \"…\" --next \"+14d …\"");
        return Some(Part::Line(session.terminal.word(&word.with("record", dossier.entry.short()))));
    };
    if session.terminal.format() != Format::Table {
        return Some(Part::Grid(grid.into_owned()));
    }
    let cells = grid.columns.iter().zip(&row.cells).map(|(column, value)| output::worded(column, value, &style));
    let mut words: Vec<String> = cells.filter(|text| !text.trim().is_empty()).collect();
    words.insert(0, row.short.clone());
    Some(Part::Line(words.join("  ")))
}

/// Whether activities link to records of that kind, other than activities themselves.
fn is_followed(kind: &str) -> bool {
    let joined = kehu::catalog::entry(kind).is_some_and(|entry| entry.joins.contains(&"activity"));
    joined || matches!(kind, "customer" | "contact")
}

/// The fields, then what belongs to the record by the plural of its kind, panels, the next step and the timeline.
fn json(session: &Session, dossier: &Dossier) -> Result<()> {
    let mut object = serde_json::Map::new();
    let grid = dossier.entry.grid();
    object.insert("ref".into(), dossier.entry.short().into());
    for (column, value) in grid.columns.iter().zip(&grid.rows[0].cells) {
        object.insert(column.name.clone(), value.to_json(&column.kind));
    }
    for section in &dossier.belongings {
        object.insert(section.key.clone(), items(&section.grid).into());
    }
    for section in &dossier.panels {
        object.entry(section.key.clone()).or_insert_with(|| items(&section.grid).into());
    }
    let next = items(&dossier.next.grid(false)).pop().unwrap_or_default();
    object.insert("next_activity".into(), next);
    object.insert("timeline".into(), items(&dossier.timeline.grid(false)).into());
    let pretty = session.terminal.format() == Format::Json;
    let text = if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) };
    let text = text.map_err(|error| {
        Error::new(kehu::Cause::Storage, Message::new("The output cannot be written: {why}.").with("why", error))
    })?;
    session.print_line(&text)
}
