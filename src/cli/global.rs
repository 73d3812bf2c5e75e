//! Commands over everything: find, schema, the operations and their undoing.

use super::{output::Format, session::Session, tree};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kehu::{
    Cause, Error, Message, Result,
    crm::{OperationLine, UndoReport},
    record::{Column, Field, Grid, Kind, Row, Total, Value},
};

/// The commands of this file, and `show`.
pub fn commands() -> Vec<Command> {
    vec![
        Command::new("find")
            .about("Searches everything: names, pinyin, phone digits, e-mail")
            .arg(Arg::new("text").value_name("TEXT").required(true).num_args(1..))
            .arg(
                Arg::new("limit")
                    .long("limit")
                    .value_name("N")
                    .value_parser(value_parser!(u64))
                    .help("At most so many (20)"),
            )
            .arg(
                Arg::new("fail-if-empty")
                    .long("fail-if-empty")
                    .action(ArgAction::SetTrue)
                    .help("Exit 7 when nothing is found"),
            )
            .after_help("Examples:\n  kehu find 招商\n  kehu find wxm\n  kehu find 2345 -f json"),
        Command::new("show")
            .about("Shows any record by its ref")
            .arg(Arg::new("ref").value_name("REF").required(true))
            .after_help("Examples:\n  kehu show C1\n  kehu show U1 -f json"),
        Command::new("schema")
            .about("Lists the fields of a kind of record")
            .arg(Arg::new("kind").value_name("KIND"))
            .after_help("Examples:\n  kehu schema\n  kehu schema customer -f json"),
        Command::new("oplog")
            .about("Lists what was done, newest first")
            .arg(
                Arg::new("limit")
                    .long("limit")
                    .value_name("N")
                    .value_parser(value_parser!(u64))
                    .help("At most so many; 0 for all (50)"),
            )
            .after_help("Examples:\n  kehu oplog\n  kehu oplog --limit 5 -f json"),
        Command::new("undo")
            .about("Takes back your latest operation, or a named one")
            .arg(
                Arg::new("operation")
                    .value_name("OP")
                    .value_parser(value_parser!(i64))
                    .help("Its number in `kehu oplog`"),
            )
            .arg(
                Arg::new("keep-newer")
                    .long("keep-newer")
                    .action(ArgAction::SetTrue)
                    .help("Leave rows that were changed again since"),
            )
            .after_help("Examples:\n  kehu undo --dry-run -v\n  kehu oplog --limit 3"),
        Command::new("redo")
            .about("Does again what you undid last")
            .after_help("Examples:\n  kehu oplog --limit 3\n  kehu redo --help"),
    ]
}

/// `kehu` alone: where one stands and what to do first.
pub fn welcome(session: &mut Session) -> Result<u8> {
    let text = tree::root(session.schemas(), &tree::Wanted::Names).render_help();
    session.write(text.to_string().as_bytes())?;
    Ok(0)
}

pub fn find(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let words: Vec<String> = matches.get_many::<String>("text").into_iter().flatten().cloned().collect();
    let limit = matches.get_one::<u64>("limit").copied().unwrap_or(20);
    let words = words.join(" ");
    let mut grid = session.crm()?.search(&words, limit)?;
    if let Some(columns) = matches.get_one::<String>("columns") {
        pick(&mut grid, columns)?;
    }
    session.print(&grid)?;
    Ok(empty_code(matches, grid.rows.is_empty()))
}

/// Keeps only the columns that were asked for, in that order.
pub fn pick(grid: &mut Grid, names: &str) -> Result<()> {
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "ref");
    let places: Vec<usize> = names
        .map(|name| grid.columns.iter().position(|column| column.name == name).ok_or_else(|| no_column(grid, name)))
        .collect::<Result<_>>()?;
    grid.columns = places.iter().map(|place| grid.columns[*place].clone()).collect();
    for row in &mut grid.rows {
        row.cells = places.iter().map(|place| row.cells[*place].clone()).collect();
    }
    Ok(())
}

fn no_column(grid: &Grid, name: &str) -> Error {
    let known: Vec<&str> = grid.columns.iter().map(|column| &*column.name).collect();
    Error::bad_value(
        Message::new("{kind} has no field {field}; it has {fields}.")
            .with("kind", &grid.noun)
            .with("field", name)
            .with("fields", known.join(", ")),
    )
    .on_field(name)
}

/// Exit code 7 for nothing, where that was asked for.
pub fn empty_code(matches: &ArgMatches, empty: bool) -> u8 {
    if empty && matches.get_flag("fail-if-empty") { 7 } else { 0 }
}

pub fn schema(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let Some(kind) = matches.get_one::<String>("kind") else { return kinds(session) };
    // Asking about fields needs no database; with one, the custom fields are told too.
    let schemas = session.schemas().to_vec();
    let schema = schemas.iter().find(|schema| schema.kind == kind || schema.table == kind).ok_or_else(|| {
        let kinds: Vec<&str> = schemas.iter().map(|schema| schema.kind).collect();
        Error::bad_value(
            Message::new("{kind} is no kind of record; there are {kinds}.")
                .with("kind", kind)
                .with("kinds", kinds.join(", ")),
        )
    })?;
    let rows = schema.visible().map(|field| Row { cells: describe(field), ..Row::default() }).collect();
    let columns = vec![
        Column::new("name", "Name", "字段", Kind::Text),
        Column::new("kind", "Kind", "类型", Kind::Text),
        Column::new("label", "Label", "标签", Kind::Text),
        Column::new("label_zh", "Chinese", "中文", Kind::Text),
        Column::new("required", "Required", "必填", Kind::YesNo),
        Column::new("writable", "Writable", "可写", Kind::YesNo),
        Column::new("custom", "Custom", "自定义", Kind::YesNo),
        Column::new("values", "Values", "取值", Kind::tags()),
        Column::new("help", "Help", "说明", Kind::Text),
    ];
    print_all(session, Grid { noun: "fields".into(), columns, rows, ..Grid::default() })
}

fn describe(field: &Field) -> Vec<Value> {
    let kind = match (&field.kind, field.kind.target()) {
        (kind, Some(target)) => format!("{} to {target}", kind.word()),
        (kind, None) => kind.word().to_owned(),
    };
    let words =
        field.choices().iter().filter(|choice| !choice.retired).map(|choice| Value::text(choice.key.clone())).collect();
    vec![
        Value::text(field.name.clone()),
        Value::Text(kind),
        Value::text(field.label.clone()),
        if field.label_zh.is_empty() { Value::Null } else { Value::text(field.label_zh.clone()) },
        Value::Bool(field.required),
        Value::Bool(field.writable()),
        Value::Bool(field.custom),
        Value::List(words),
        Value::text(field.doc.clone()),
    ]
}

fn kinds(session: &mut Session) -> Result<u8> {
    let row = |schema: &std::sync::Arc<kehu::record::Schema>| Row {
        cells: vec![
            Value::text(schema.kind),
            Value::text(schema.letter),
            Value::Integer(i64::try_from(schema.visible().count()).unwrap_or_default()),
            Value::text(schema.doc),
        ],
        ..Row::default()
    };
    let rows = session.schemas().iter().map(row).collect();
    let columns = vec![
        Column::new("kind", "Kind", "类别", Kind::Text),
        Column::new("letter", "Letter", "字母", Kind::Text),
        Column::new("fields", "Fields", "字段数", Kind::Integer),
        Column::new("help", "Help", "说明", Kind::Text),
    ];
    print_all(session, Grid { noun: "kinds".into(), columns, rows, ..Grid::default() })
}

fn print_all(session: &Session, mut grid: Grid) -> Result<u8> {
    grid.total = Total::Exactly(grid.rows.len() as u64);
    session.print(&grid)?;
    Ok(0)
}

pub fn oplog(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let limit = match matches.get_one::<u64>("limit").copied() {
        Some(0) => None,
        Some(limit) => Some(limit),
        None => Some(50),
    };
    let lines = session.crm()?.operations(limit)?;
    let columns = vec![
        Column::new("operation", "Operation", "操作", Kind::Integer),
        Column::new("at", "At", "时间", Kind::Timestamp),
        Column::new("who", "Who", "谁", Kind::Text),
        Column::new("door", "Door", "途径", Kind::Text),
        Column::new("what", "What", "内容", Kind::Text),
        Column::new("state", "State", "状态", Kind::Text),
    ];
    let rows = lines.iter().map(|line| Row { cells: operation_cells(session, line), ..Row::default() }).collect();
    print_all(session, Grid { noun: "operations".into(), columns, rows, ..Grid::default() })
}

/// What was done, in the reader's words; a program reads the label as it is kept.
fn operation_label(session: &Session, label: &str) -> String {
    let format = session.terminal.format();
    let person = session.terminal.style().chinese && matches!(format, Format::Table | Format::Markdown | Format::Html);
    if person { super::language::operation(label) } else { label.to_owned() }
}

fn operation_cells(session: &Session, line: &OperationLine) -> Vec<Value> {
    let state = match (line.undoes, line.undone_by) {
        (_, Some(by)) => format!("undone by {by}"),
        (Some(undoes), _) => format!("undoes {undoes}"),
        _ => String::new(),
    };
    vec![
        Value::Integer(line.id),
        Value::text(&*line.at),
        Value::text(&*line.actor),
        Value::text(&*line.door),
        Value::text(operation_label(session, &line.label)),
        if state.is_empty() { Value::Null } else { Value::Text(state) },
    ]
}

pub fn undo(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let operation = matches.get_one::<i64>("operation").copied();
    let report = session.crm()?.undo(operation, matches.get_flag("keep-newer"))?;
    told(session, &report, "Undid operation {operation} ({label}): {rows} {rows:record|records}.")
}

pub fn redo(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let report = session.crm()?.redo()?;
    told(session, &report, "Did again what operation {operation} ({label}) took back: {rows} {rows:record|records}.")
}

fn told(session: &mut Session, report: &UndoReport, template: &'static str) -> Result<u8> {
    let message = Message::new(template)
        .with("operation", report.operation)
        .with("label", operation_label(session, &report.label))
        .with("rows", report.rows);
    session.wrote(&message)?;
    for kept in &report.kept {
        session.terminal.warn(
            &Message::new("Left as it is: {record} {title}: {why}")
                .with("record", &kept.short)
                .with("title", &kept.title)
                .with("why", &kept.why),
        );
    }
    if report.rows == 0 && !report.kept.is_empty() {
        return Err(Error::new(
            Cause::Conflict,
            Message::new("Nothing was left to undo: every row was changed again since."),
        ));
    }
    // What was kept leaves the operation partly undone.
    Ok(if report.kept.is_empty() { 0 } else { 6 })
}
