//! What is asked and not changed: lists, one record with what belongs to it, its history.

use super::{
    dossier,
    global::empty_code,
    output::{self, Format},
    record::words,
    session::{Session, given, unwritable},
};
use clap::ArgMatches;
use kehu::{
    Error, Message, Result,
    crm::{Deleted, HistoryLine, Query, Sort},
    record::{Column, Grid, Kind, Row, Schema, Total, Value, filter, types},
};
use std::io::Write;

/// `kehu NOUN list …`.
pub fn list(session: &mut Session, schema: &Schema, matches: &ArgMatches) -> Result<u8> {
    let query = query(session, schema, matches)?;
    if matches.get_flag("count") {
        let total = session.crm()?.total(&Query { exact: true, ..query })?;
        let (Total::Exactly(count) | Total::MoreThan(count)) = total;
        print_count(session, count)?;
        return Ok(empty_code(matches, count == 0));
    }
    if matches!(session.terminal.format(), Format::Csv | Format::Tsv | Format::Ndjson | Format::Ids) {
        let empty = print_pages(session, &query)?;
        return Ok(empty_code(matches, empty));
    }
    let grid = session.crm()?.list(&query)?;
    session.print(&grid)?;
    Ok(empty_code(matches, grid.rows.is_empty()))
}

/// Prints a list page by page, in the formats that have no end to write.
fn print_pages(session: &mut Session, query: &Query) -> Result<bool> {
    let (format, style) = (session.terminal.format(), session.terminal.style());
    let headed = matches!(format, Format::Csv | Format::Tsv);
    let mut printed = 0;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    session.crm()?.pages(query, &mut |_, grid| {
        let mut data = Vec::new();
        output::write_grid(&grid, format, &style, &mut data).map_err(|error| unwritable(&error))?;
        let heading =
            data.iter().position(|byte| *byte == b'\n').filter(|_| headed && printed > 0).map_or(0, |end| end + 1);
        printed += grid.rows.len();
        let data = match std::str::from_utf8(&data) {
            Ok(json) if format == Format::Ndjson => output::text_safety::json_safe(json).into_owned().into_bytes(),
            _ => data,
        };
        out.write_all(&data[heading..]).map_err(|error| unwritable(&error))
    })?;
    out.flush().map_err(|error| unwritable(&error))?;
    Ok(printed == 0)
}

pub fn print_count(session: &Session, count: u64) -> Result<()> {
    if session.terminal.machine() {
        return session.print_line(&serde_json::json!({ "total": count }).to_string());
    }
    session.print_line(&count.to_string())
}

/// What the flags of a list ask for, on top of a saved view where one is named.
pub fn query(session: &mut Session, schema: &Schema, matches: &ArgMatches) -> Result<Query> {
    let interactive = session.terminal.interactive_output;
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    let mut query = match text("view") {
        Some(name) => session.crm()?.view(schema.kind, &name)?,
        None => Query::new(schema.kind),
    };
    let arguments: Vec<String> = words(matches, "filter").into_iter().cloned().collect();
    if !arguments.is_empty() {
        let said = filter::parse_arguments(&arguments)?;
        query.filter = match query.filter {
            filter::Filter::All => said,
            stored => filter::Filter::And(vec![stored, said]),
        };
    }
    if let Some(columns) = text("columns").filter(|_| given(matches, "columns")) {
        query.columns = split(&columns);
    }
    let usual = kehu::catalog::entry(schema.kind).map(|entry| entry.order).filter(|order| !order.is_empty());
    if let Some(sort) = text("sort") {
        query.sort = Sort::parse(&sort);
    } else if let Some(order) = usual.filter(|_| query.sort.is_empty()) {
        query.sort = Sort::parse(order);
    }
    if let Some(groups) = text("group-by") {
        query.group_by = split(&groups);
    }
    let limit = matches.try_get_one::<u64>("limit").ok().flatten().copied();
    query.limit = limit.or(if interactive && session.terminal.format() == Format::Table { Some(50) } else { None });
    query.exact = limit == Some(0);
    if matches.try_get_one::<bool>("deleted").ok().flatten() == Some(&true) {
        query.deleted = Deleted::Only;
    }
    Ok(query)
}

fn split(names: &str) -> Vec<String> {
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// `kehu NOUN show REF`.
pub fn show(session: &mut Session, kind: &'static str, matches: &ArgMatches) -> Result<u8> {
    let reference = matches.get_one::<String>("ref").cloned().unwrap_or_default();
    let id = match matches.get_one::<String>("as-of") {
        // What was merged since was itself on that day.
        Some(_) => session.crm()?.find_itself(kind, &reference)?,
        None => session.crm()?.find(kind, &reference)?,
    };
    show_entry(session, kind, id, matches)
}

/// `kehu show REF`.
pub fn show_any(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let reference = matches.get_one::<String>("ref").cloned().unwrap_or_default();
    let (kind, id) = session.crm()?.find_any(&reference)?;
    show_entry(session, kind, id, matches)
}

fn show_entry(session: &mut Session, kind: &'static str, id: i64, matches: &ArgMatches) -> Result<u8> {
    if let Some(day) = matches.get_one::<String>("as-of") {
        let entry = session.crm()?.record_as_of(kind, id, day)?;
        let grid = selected(entry.grid(), matches)?;
        print_record(session, &grid, &[])?;
        return Ok(0);
    }
    let whole = !given(matches, "columns") && dossier::applies(session.terminal.format());
    if whole && session.crm()?.has_timeline(kind) {
        return dossier::show(session, kind, id).map(|()| 0);
    }
    let crm = session.crm()?;
    let entry = crm.record(kind, id)?;
    let belongings = if given(matches, "columns") { Vec::new() } else { crm.belongings(kind, id)? };
    let grid = selected(entry.grid(), matches)?;
    if entry.is_deleted() {
        let message = Message::new("{record} is in the recycle bin.").with("record", entry.short());
        session.terminal.warn(&message);
    }
    print_record(session, &grid, &belongings)?;
    Ok(0)
}

/// Only the columns that were asked for.
fn selected(grid: Grid, matches: &ArgMatches) -> Result<Grid> {
    let Some(names) = matches.get_one::<String>("columns").filter(|_| given(matches, "columns")) else {
        return Ok(grid);
    };
    let mut picked = Grid { noun: grid.noun.clone(), total: grid.total, rows: grid.rows.clone(), ..Grid::default() };
    let mut cells = Vec::new();
    for name in split(names) {
        let place = grid.columns.iter().position(|column| column.name == name).ok_or_else(|| {
            let known: Vec<&str> = grid.columns.iter().map(|column| &*column.name).collect();
            Error::bad_value(
                Message::new("{kind} has no field {field}; it has {fields}.")
                    .with("kind", &grid.noun)
                    .with("field", &name)
                    .with("fields", known.join(", ")),
            )
            .on_field(name.as_str())
        })?;
        picked.columns.push(grid.columns[place].clone());
        cells.push(grid.rows[0].cells[place].clone());
    }
    picked.rows[0].cells = cells;
    Ok(picked)
}

/// One record as data.
pub fn print_entry(session: &mut Session, kind: &str, id: i64) -> Result<()> {
    let entry = session.crm()?.record(kind, id)?;
    print_record(session, &entry.grid(), &[])
}

/// A record, and under it (or within it, in JSON) what belongs to it.
fn print_record(session: &mut Session, grid: &Grid, belongings: &[Grid]) -> Result<()> {
    let format = session.terminal.format();
    let grid = &*session.local(grid);
    let style = session.terminal.style();
    let mut data = Vec::new();
    match format {
        Format::Json | Format::Ndjson => data.extend(json(grid, belongings, format)?),
        Format::Table => {
            output::write_record(&without_empty(grid), format, &style, &mut data)
                .map_err(|error| unwritable(&error))?;
        }
        format => output::write_record(grid, format, &style, &mut data).map_err(|error| unwritable(&error))?,
    }
    if matches!(format, Format::Table | Format::Markdown | Format::Html) {
        for part in belongings {
            data.push(b'\n');
            output::write_grid(&session.local(part), format, &style, &mut data).map_err(|error| unwritable(&error))?;
        }
    }
    session.write(&data)
}

fn json(grid: &Grid, belongings: &[Grid], format: Format) -> Result<Vec<u8>> {
    let mut object = serde_json::Map::new();
    let row = &grid.rows[0];
    object.insert("ref".into(), row.short.clone().into());
    for (column, value) in grid.columns.iter().zip(&row.cells) {
        object.insert(column.name.clone(), value.to_json(&column.kind));
    }
    for part in belongings {
        let items = part.rows.iter().map(|row| {
            let mut item = serde_json::Map::new();
            item.insert("ref".into(), row.short.clone().into());
            for (column, value) in part.columns.iter().zip(&row.cells) {
                item.insert(column.name.clone(), value.to_json(&column.kind));
            }
            serde_json::Value::Object(item)
        });
        object.insert(part.noun.clone(), items.collect());
    }
    let text =
        if format == Format::Json { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) };
    text.map(|text| format!("{text}\n").into_bytes()).map_err(|error| {
        Error::new(kehu::Cause::Storage, Message::new("The output cannot be written: {why}.").with("why", error))
    })
}

/// A person reads only what there is.
fn without_empty(grid: &Grid) -> Grid {
    let row = &grid.rows[0];
    let told =
        |place: &usize| !row.cells[*place].is_empty() && !matches!(&*grid.columns[*place].name, "uid" | "version");
    let places: Vec<usize> = (0..grid.columns.len()).filter(told).collect();
    Grid {
        noun: grid.noun.clone(),
        columns: places.iter().map(|place| grid.columns[*place].clone()).collect(),
        rows: vec![Row { cells: places.iter().map(|place| row.cells[*place].clone()).collect(), ..row.clone() }],
        totals: None,
        total: grid.total,
    }
}

/// `kehu NOUN history REF`.
pub fn history(session: &mut Session, kind: &'static str, matches: &ArgMatches) -> Result<u8> {
    let reference = matches.get_one::<String>("ref").cloned().unwrap_or_default();
    let crm = session.crm()?;
    let id = crm.find_itself(kind, &reference)?;
    let lines = crm.history(kind, id)?;
    let columns = vec![
        Column::new("at", "At", "时间", Kind::Timestamp),
        Column::new("who", "Who", "谁", Kind::Text),
        Column::new("door", "Door", "途径", Kind::Text),
        Column::new("operation", "Operation", "操作", Kind::Integer),
        Column::new("field", "Field", "字段", Kind::Text),
        Column::new("old", "Old", "原值", Kind::Text),
        Column::new("new", "New", "新值", Kind::Text),
    ];
    let rows: Vec<Row> = lines.iter().map(|line| Row { cells: history_cells(line), ..Row::default() }).collect();
    let total = Total::Exactly(rows.len() as u64);
    session.print(&Grid { noun: "changes".into(), columns, rows, totals: None, total })?;
    Ok(0)
}

fn history_cells(line: &HistoryLine) -> Vec<Value> {
    let field = match (&*line.field, &*line.what) {
        ("", "insert") => "(added)",
        ("", "delete") => "(deleted)",
        ("", _) => "(purged)",
        (field, _) => field,
    };
    let shown = |value: &Value| {
        let text = types::show(&line.kind, value);
        if text.is_empty() { Value::Null } else { Value::Text(text) }
    };
    vec![
        Value::text(&*line.at),
        Value::text(&*line.actor),
        Value::text(&*line.door),
        Value::Integer(line.operation),
        Value::text(field),
        shown(&line.before),
        shown(&line.after),
    ]
}
