//! `kehu report NAME`: the reports of the catalog, each with its parameters as flags.

use super::{
    output::{self, Format},
    record::answers,
    session::{Session, given, unwritable},
};
use clap::{Arg, ArgMatches, Command};
use kehu::{
    Error, Message, Result, catalog,
    record::{Ask, Column, Grid, Kind, Total, Value},
    reports::{Part, Report},
    views::Arrangement,
};

/// The command, with a subcommand for each report.
pub fn command() -> Command {
    let mut command = Command::new("report")
        .about("Answers a question with a table: see `kehu report --help`")
        .arg_required_else_help(true)
        .subcommand_required(true)
        .after_help(
            "Examples:\n  kehu report day\n  kehu report customers --period this-year\n  kehu report latest --what signed --by branch\n  \
             kehu report occasions -f md\n  kehu report operations --period this-year -f json",
        );
    for report in catalog::REPORTS {
        command = command.subcommand(one(report));
    }
    command
}

fn one(report: &Report) -> Command {
    let mut command =
        Command::new(report.name).about(report.doc).after_help(super::tree::two_examples(report.example, "-f json"));
    for ask in report.asks {
        let name = Arg::new(ask.name)
            .long(ask.name.replace('_', "-"))
            .value_name(super::tree::value_name(&(ask.kind)()))
            .help(ask.doc);
        command = command.arg(match (ask.kind)() {
            // A bare flag says yes.
            Kind::YesNo => name.num_args(0..=1).require_equals(true).default_missing_value("yes"),
            _ => name.num_args(1).allow_hyphen_values(true),
        });
    }
    let named = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("NAME").help(help);
    if several(report.name) {
        command =
            command.arg(named("part", "Only the table of that name, as JSON calls it; csv and tsv have room for one"));
    }
    command
        .arg(named("view", "As it was kept under that name: by you, else by anybody; what else is said counts more"))
        .arg(named("save", "Keep what is said here under a name of yours, columns included"))
}

/// Whether a report may answer with several tables, which have names then.
fn several(report: &str) -> bool {
    matches!(
        report,
        "funnel" | "forecast" | "velocity" | "customers" | "latest" | "qualification" | "referrals" | "pool"
    )
}

/// An example of the report that says what is missing.
fn example(report: &Report, error: Error) -> Error {
    let line = report.example.lines().next().unwrap_or(report.example).trim().to_owned();
    if error.hint.is_none() { error.hint(super::asked::command(line)) } else { error }
}

/// Only the part of that name.
fn named_part(parts: Vec<Part>, name: &str) -> Result<Vec<Part>> {
    let keys: Vec<String> = parts.iter().map(|part| super::daily::key_of(part.title.template)).collect();
    let wanted = super::daily::key_of(name);
    let fits = |part: &Part, key: &str| super::daily::key_of(part.title.template) == key;
    let exact = keys.contains(&wanted);
    let found: Vec<Part> = parts
        .into_iter()
        .filter(|part| {
            if exact { fits(part, &wanted) } else { super::daily::key_of(part.title.template).starts_with(&wanted) }
        })
        .collect();
    if found.len() == 1 && !wanted.is_empty() {
        return Ok(found);
    }
    let message = Message::new("{value} is not one of {words}.").with("value", name).with("words", keys.join(", "));
    Err(Error::bad_value(message).on_field("part"))
}

/// Runs a report and prints its parts.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let Some((name, matches)) = matches.subcommand() else { return Err(super::unanswered("report", "")) };
    let Some(report) = catalog::report(name) else { return Err(super::unanswered("report", name)) };
    let kept = match matches.get_one::<String>("view") {
        Some(view) => session.crm()?.arrangement(report.name, view)?,
        None => Arrangement::default(),
    };
    let before =
        |ask: &Ask| Ok(kept.answers.iter().find(|(name, _)| name == ask.name).map(|(_, answer)| answer.clone()));
    let values =
        answers(session.crm()?, report.name, report.asks, matches, before).map_err(|error| example(report, error))?;
    let columns = matches.get_one::<String>("columns").filter(|_| given(matches, "columns")).or(kept.columns.as_ref());
    let parts = (report.run)(session.crm()?, &values)?;
    let parts = match columns {
        Some(columns) => picked(parts, columns)?,
        None => parts,
    };
    let part = matches.try_get_one::<String>("part").ok().flatten();
    let parts = match part {
        Some(name) => named_part(parts, name)?,
        None => parts,
    };
    print(session, &parts)?;
    if let Some(name) = matches.get_one::<String>("save") {
        let said = |ask: &Ask| {
            let answer =
                matches.get_one::<String>(ask.name).cloned().map_or_else(|| before(ask), |said| Ok(Some(said)));
            answer.ok().flatten().map(|answer| (ask.name.to_owned(), answer))
        };
        let liked = Arrangement { answers: report.asks.iter().filter_map(said).collect(), columns: columns.cloned() };
        session.crm()?.keep_arrangement(report.name, name, &liked)?;
        session.wrote(
            &Message::new("Kept the report: kehu report {report} --view \"{name}\".")
                .with("report", report.name)
                .with("name", name),
        )?;
    }
    Ok(0)
}

/// The columns that were asked for, in that order, of each part that has any of them.
fn picked(parts: Vec<Part>, columns: &str) -> Result<Vec<Part>> {
    let names: Vec<&str> = columns.split([',', '，']).map(str::trim).filter(|name| !name.is_empty()).collect();
    let known = |name: &str| parts.iter().any(|part| part.grid.columns.iter().any(|column| column.name == name));
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let mut all: Vec<&str> = Vec::new();
        for column in parts.iter().flat_map(|part| &part.grid.columns) {
            if !all.contains(&&*column.name) {
                all.push(&column.name);
            }
        }
        let message = Message::new("{kind} has no field {field}; it has {fields}.").with("kind", "report");
        return Err(Error::bad_value(message.with("field", unknown).with("fields", all.join(", "))).on_field("columns"));
    }
    Ok(parts.into_iter().filter_map(|part| only(part, &names)).collect())
}

fn only(mut part: Part, names: &[&str]) -> Option<Part> {
    let place = |name: &&str| part.grid.columns.iter().position(|column| column.name == *name);
    let places: Vec<usize> = names.iter().filter_map(place).collect();
    let pick = |cells: &Vec<Value>| places.iter().map(|place| cells[*place].clone()).collect::<Vec<Value>>();
    for row in &mut part.grid.rows {
        row.cells = pick(&row.cells);
    }
    part.grid.totals = part.grid.totals.as_ref().map(pick);
    part.grid.columns = places.iter().map(|place| part.grid.columns[*place].clone()).collect();
    (!places.is_empty()).then_some(part)
}

/// One table of all parts, the first column naming the part, where they have the same columns; what has other headings
/// further down is nothing that a spreadsheet or a program could read.
fn one_table(session: &Session, parts: &[Part]) -> Result<Grid> {
    let Some(first) = parts.first() else { return Ok(Grid::default()) };
    if parts.len() == 1 {
        return Ok(first.grid.clone());
    }
    let names = |part: &Part| part.grid.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    if parts.iter().any(|part| names(part) != names(first)) {
        let first = super::daily::key_of(first.title.template);
        let error = super::daily::several_tables(session);
        return Err(
            error.hint(Message::new("add --part {part} for one of them, or -f json for all").with("part", first))
        );
    }
    let mut whole = Grid { rows: Vec::new(), totals: None, ..first.grid.clone() };
    whole.columns.insert(0, Column::new("part", "Part", "部分", Kind::Text));
    for part in parts {
        for row in &part.grid.rows {
            let mut row = row.clone();
            row.cells.insert(0, Value::Text(super::daily::key_of(part.title.template)));
            whole.rows.push(row);
        }
    }
    whole.total = Total::Exactly(whole.rows.len() as u64);
    Ok(whole)
}

/// Prints titled tables one below the other; in JSON, an object of lists unless there is one table only.
pub fn print(session: &mut Session, parts: &[Part]) -> Result<()> {
    if let [part] = parts
        && !session.terminal.machine()
        && part.title.template.is_empty()
    {
        let chinese = session.terminal.style().chinese;
        session.print(&named(part, chinese).grid)?;
        // Where no footer is printed, nobody would know that there are more.
        if super::daily::is_cut(&part.grid) && !session.terminal.interactive_errors {
            let kind = part.grid.noun.clone();
            let message = Message::new("Only {shown} of {total} are shown: --limit 0 shows all.");
            let total = if let Total::Exactly(total) = part.grid.total { total } else { 0 };
            session.terminal.warn(&message.with("shown", part.grid.rows.len()).with("total", total).with("noun", kind));
        }
        return Ok(());
    }
    if let [part] = parts
        && part.title.template.is_empty()
    {
        return session.print(&part.grid);
    }
    if matches!(session.terminal.format(), Format::Csv | Format::Tsv) {
        return session.print(&one_table(session, parts)?);
    }
    if session.terminal.machine() {
        let mut object = serde_json::Map::new();
        for part in parts {
            object.insert(super::daily::key_of(part.title.template), super::daily::items(&part.grid).into());
        }
        let cut = parts.iter().any(|part| super::daily::is_cut(&part.grid));
        if cut {
            let totals = parts.iter().map(|part| (super::daily::key_of(part.title.template), &part.grid));
            object.insert("totals".to_owned(), super::daily::totals(totals));
        }
        return session.print_line(&serde_json::Value::Object(object).to_string());
    }
    let chinese = session.terminal.style().chinese;
    let parts: Vec<Part> = parts.iter().map(|part| named(part, chinese)).collect();
    // People need no heading over nothing.
    let full = parts.iter().filter(|part| !part.grid.rows.is_empty());
    let titled: Vec<_> =
        full.map(|part| (super::daily::heading(session, &part.title, &part.grid), session.local(&part.grid))).collect();
    let (format, style, mut data) = (session.terminal.format(), session.terminal.style(), Vec::new());
    output::write_parts(&titled, format, &style, &mut data).map_err(|error| unwritable(&error))?;
    session.write(&data)
}

/// Groups with a word for the one that has no name; what programs read says nothing there.
fn named(part: &Part, chinese: bool) -> Part {
    let mut part = part.clone();
    if part.grid.noun == kehu::reports::GROUPS {
        let word = if chinese { "（无）" } else { "(none)" };
        let nameless = part.grid.rows.iter_mut().filter_map(|row| row.cells.first_mut()).filter(|cell| cell.is_empty());
        nameless.for_each(|cell| *cell = Value::text(word));
    }
    part
}
