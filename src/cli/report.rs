//! `kehu report NAME`: the reports of the catalog, each with its parameters as flags.

use super::{
    output::{self, Format},
    record::answers,
    session::{Session, unwritable},
};
use clap::{Arg, ArgMatches, Command};
use kehu::{
    Result, catalog,
    record::{Column, Grid, Kind, Total, Value},
    reports::{Part, Report},
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
    command
}

/// Runs a report and prints its parts.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let Some((name, matches)) = matches.subcommand() else { return Err(super::unanswered("report", "")) };
    let Some(report) = catalog::report(name) else { return Err(super::unanswered("report", name)) };
    let values = answers(session.crm()?, report.name, report.asks, matches, |_| Ok(None))?;
    let parts = (report.run)(session.crm()?, &values)?;
    print(session, &parts)?;
    Ok(0)
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
        return Err(super::daily::several_tables(session));
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
        return session.print(&named(part, chinese).grid);
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
    let mut part = Part { title: part.title.clone(), grid: part.grid.clone() };
    if part.grid.noun == kehu::reports::GROUPS {
        let word = if chinese { "（无）" } else { "(none)" };
        let nameless = part.grid.rows.iter_mut().filter_map(|row| row.cells.first_mut()).filter(|cell| cell.is_empty());
        nameless.for_each(|cell| *cell = Value::text(word));
    }
    part
}
