//! Door one: the command line. Parses, lets the library decide, and prints what it answers.

mod article;
mod ask;
mod asked;
mod assign;
mod attach;
mod attachment;
mod board;
mod calendar;
mod complete;
mod configuration;
mod daily;
mod demo;
mod dossier;
mod duplicates;
mod emails;
mod export;
mod extra;
mod fault;
mod field;
mod form;
mod generate;
mod global;
mod handover;
mod help;
mod import;
mod interrupt;
mod lead;
mod merge;
mod next;
mod nodes;
mod outbox;
mod output;
mod output_file;
mod people;
mod plan;
mod pool;
mod qualify;
mod quality;
mod reads;
mod record;
mod report;
mod review;
mod satisfaction;
mod service_level;
mod session;
mod setup;
mod snapshot;
mod sql;
mod ticket;
mod ticket_assign;
mod ticket_intake;
mod timeline;
mod tree;
mod tui;
mod upkeep;
mod usage;
mod view;

use clap::ArgMatches;
use kehu::{Cause, Error, Message, Result, doors::language};
use session::Session;
use std::{ffi::OsString, process::ExitCode};

/// Runs the command line and says the exit code.
pub fn main() -> ExitCode {
    complete::answer();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let mut session = match Session::start(&arguments) {
        Ok(session) => session,
        Err(error) => return fault::report(&error, &fault::terminal_before_flags()),
    };
    let command = tree::root(session.schemas(), &tree::wanted(&arguments));
    let matches = match command.try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => {
            let (wanted, terminal) = (tree::wanted(&arguments), session.terminal.clone());
            return usage::tell(&error, || tree::root(session.schemas(), &wanted), arguments, &terminal);
        }
    };
    session.terminal.read_flags(&matches);
    match run(&mut session, &matches) {
        Ok(code) => {
            session.finish();
            import::tell_unfinished(&mut session);
            ExitCode::from(code)
        }
        Err(error) => fault::report(&error, &session.terminal),
    }
}

/// Hands the command to the one that answers it; most say nothing but "done".
fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let Some((name, matches)) = matches.subcommand() else {
        // Whoever has a database and a terminal wants to see what is in it.
        let dashboard = tui::has_terminal() && session.crm().is_ok();
        return if dashboard { tui::run(session) } else { global::welcome(session) };
    };
    refuse_as_of(name, matches)?;
    refuse_cards(session, name, matches)?;
    match name {
        "log" => daily::log(session, matches),
        "today" => daily::today(session, matches),
        "attach" => attach::run(session, matches),
        "calendar" => calendar::run(session, matches),
        "find" => global::find(session, matches),
        "show" => reads::show_any(session, matches),
        "schema" => global::schema(session, matches),
        "oplog" => global::oplog(session, matches),
        "undo" => global::undo(session, matches),
        "redo" => global::redo(session, matches),
        "sql" => sql::run(session, matches),
        "import" => import::run_any(session, matches),
        "init" => setup::init(session, matches),
        "config" => setup::config(session, matches),
        "demo" => demo::run(session, matches),
        "backup" => upkeep::backup(session, matches),
        "restore" => upkeep::restore(session, matches),
        "doctor" => upkeep::doctor(session, matches),
        "status" => upkeep::status(session, matches),
        "completions" => generate::completions(session, matches),
        "man" => generate::man(session, matches),
        "report" => report::run(session, matches),
        "tui" => tui::run(session),
        "keys" => tui::keys(session),
        "field" => field::run(session, matches),
        "view" => view::run(session, matches),
        noun => record::run(session, noun, matches),
    }
}

/// An answer about today is worse than none to somebody who asked about another day.
fn refuse_as_of(name: &str, matches: &ArgMatches) -> Result<()> {
    let shows = name == "show" || matches.subcommand_name() == Some("show");
    let answers = |name: &str| {
        kehu::catalog::report(name).is_some_and(|report| report.asks.iter().any(|ask| ask.name == "as-of"))
    };
    let board = matches!(name, "deal" | "deals") && matches.subcommand_name() == Some("board");
    let shows = shows || board || name == "report" && matches.subcommand_name().is_some_and(answers);
    if shows || !session::given(session::innermost(matches), "as-of") {
        return Ok(());
    }
    Err(Error::bad_value(Message::new(
        "--as-of is understood by show, by deal board, and by the reports on deals that name it.",
    ))
    .hint(Message::new("kehu show C1 --as-of 2026-01-31")))
}

/// Only people are vCards.
fn refuse_cards(session: &Session, name: &str, matches: &ArgMatches) -> Result<()> {
    let people = matches!(name, "contact" | "contacts") && matches.subcommand_name() == Some("export");
    if people || session.terminal.format != Some(output::Format::Vcf) {
        return Ok(());
    }
    Err(Error::bad_value(Message::new("Only contacts are written as vCards, by their export."))
        .hint(Message::new("kehu contact export -f vcf --output people.vcf")))
}

/// A command that the tree offers but nothing answers; a test makes sure there is none.
fn unanswered(noun: &str, verb: &str) -> Error {
    Error::new(Cause::BadValue, Message::new("{noun} cannot {verb}.").with("noun", noun).with("verb", verb))
}
