//! `kehu customer timeline`, of contacts, leads, deals and whatever else has one: every kind of event in one list.

use super::{
    extra::Extra,
    output::Format,
    record::words,
    session::{Session, given},
};
use clap::{Arg, ArgMatches, Command, value_parser};
use kehu::{Result, customers::timeline::Wanted, record::Grid};

/// The command of a kind, which its page names where there is more than it shows: every kind that something else's events
/// link to has one, by a line here.
macro_rules! timelines {
    ($($name:ident of $kind:literal, as of $record:literal, $sorts:literal;)*) => {
        $(pub const $name: Extra = Extra {
            noun: $kind,
            command: || command($kind, $record, $sorts),
            run: |session, matches| run(session, $kind, matches),
        };)*
    };
}

timelines! {
    CUSTOMER of "customer", as of "C1", "call,visit";
    CONTACT of "contact", as of "P1", "call,visit";
    LEAD of "lead", as of "L1", "call,visit";
    TICKET of "ticket", as of "T1", "ticket_message";
    MESSAGE of "ticket_message", as of "TM1", "attachment";
    QUEUE of "queue", as of "TQ1", "ticket";
    DEAL of "deal", as of "D1", "call,visit";
    POOL of "pool", as of "PO1", "claimed,recovered";
    ACTIVITY of "activity", as of "A1", "attachment";
    PRODUCT of "product", as of "R1", "deal";
    PIPELINE of "pipeline", as of "PL1", "deal";
    STAGE of "stage", as of "ST1", "stage_move";
}

fn command(kind: &'static str, record: &'static str, sorts: &'static str) -> Command {
    Command::new("timeline")
        .about("Lists everything that happened and is planned, every kind of event in one list")
        .arg(Arg::new("ref").value_name("REF").required(true).add(super::complete::references(kind)))
        .arg(
            Arg::new("kind")
                .long("kind")
                .value_name("A,B")
                .num_args(1)
                .help("Only these: call, visit, activity, owner; change for all changes"),
        )
        .arg(
            Arg::new("since")
                .long("since")
                .value_name("PERIOD")
                .num_args(1)
                .allow_hyphen_values(true)
                .help("From when on: 2026-01, -30d; or a range: 2026-01..2026-03"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help("At most so many; 0 for all (50 on a terminal, all elsewhere)"),
        )
        .after_help(format!(
            "Examples:\n  kehu {kind} timeline {record}\n  kehu {kind} timeline {record} --kind {sorts} --since 2020-01.. -f json"
        ))
}

fn run(session: &mut Session, kind: &str, matches: &ArgMatches) -> Result<u8> {
    let reference = matches.get_one::<String>("ref").cloned().unwrap_or_default();
    let on_screen = session.terminal.interactive_output && session.terminal.format() == Format::Table;
    let limit = match matches.get_one::<usize>("limit").copied() {
        Some(0) => None,
        Some(limit) => Some(limit),
        None => Some(50).filter(|_| on_screen),
    };
    let sorts = words(matches, "kind").into_iter().flat_map(|words| words.split([',', '，'])).map(str::trim);
    let sorts = sorts.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let crm = session.crm()?;
    let id = crm.find(kind, &reference)?;
    let since = matches.get_one::<String>("since").map(|text| crm.span(text)).transpose();
    let period = since.map_err(|error| error.on_field("since"))?.unwrap_or_default();
    let timeline = crm.timeline(&Wanted { kind: kind.to_owned(), id, sorts, period, limit, ..Wanted::default() })?;
    let chinese = session.terminal.style().chinese;
    let chosen = matches.get_one::<String>("columns").filter(|_| given(matches, "columns"));
    let grid = match chosen {
        Some(columns) => picked(timeline.grid(chinese), columns)?,
        None if session.terminal.format() == Format::Table => {
            super::dossier::on_page(session, &timeline.brief(chinese))
        }
        None => timeline.grid(chinese),
    };
    session.print(&grid)?;
    Ok(0)
}

fn picked(mut grid: Grid, columns: &str) -> Result<Grid> {
    super::global::pick(&mut grid, columns)?;
    Ok(grid)
}
