//! `kehu pool run` and `kehu pool customers`: the pool rules applied, and who waits in a pool.

use super::{extra::Extra, output::Format, session::Session};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kehu::{
    Error, Message, Result,
    crm::{Query, Sort},
    pipeline::PoolRun,
    record::filter,
};

pub const RUN: Extra = Extra { noun: "pool", command: run_command, run };
pub const CUSTOMERS: Extra = Extra { noun: "pool", command: customers_command, run: customers };

fn run_command() -> Command {
    Command::new("run")
        .about("Takes customers back into their pools by the rules, says whom and why, and warns before")
        .arg(
            Arg::new("kept")
                .long("kept")
                .action(ArgAction::SetTrue)
                .help("Show those too whom something keeps from a rule: an open deal, a plan"),
        )
        .after_help(
            "Rules: kehu pool_rule add \"Thirty silent days\" --pool PO1 --trigger no-follow-up --days 30\n\
             Whoever is warned finds the customer on `kehu today`. `kehu undo` takes a run back; a second one on the same\n\
             day finds nothing more to do. In cron, add -q.\n\n\
             Examples:\n  kehu pool run --dry-run --kept\n  kehu pool run",
        )
}

/// Applies the rules as one operation and tells what became of whom.
fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let done = session.crm()?.run_pools(matches.get_flag("kept"))?;
    // A list of nobody is told in a sentence, where a person reads it.
    let nobody = done.grid.rows.is_empty() && session.terminal.format() == Format::Table;
    if !session.terminal.quiet && !nobody {
        let printed = session.print(&done.grid);
        let wrote = done.taken + done.warned > 0 && !session.crm()?.is_dry_run();
        printed.map_err(|error| if wrote { stands(&done, error) } else { error })?;
    }
    if done.taken + done.warned == 0 {
        let message = Message::new("Nobody goes back to a pool today; {kept} {kept:customer is|customers are} kept.");
        session.terminal.warn(&message.with("kept", done.kept));
        return Ok(0);
    }
    let template = "Took {taken} {taken:customer|customers} into the pools and warned of {warned}; {kept} kept.";
    let message = Message::new(template).with("taken", done.taken);
    let message = message.with("warned", done.warned).with("kept", done.kept);
    session.wrote(&message)?;
    Ok(0)
}

/// The list could not be written, but the run is done: whoever reads of the one must know of the other.
fn stands(done: &PoolRun, error: Error) -> Error {
    let template = "The run stands, with {taken} {taken:customer|customers} taken into the pools and {warned} warned of, \
                    but its list could not be written: {why}";
    let message = Message::new(template).with("taken", done.taken).with("warned", done.warned);
    Error { message: message.with("why", &error.message), ..error }.hint(Message::new("kehu undo"))
}

fn customers_command() -> Command {
    Command::new("customers")
        .about("Lists the customers that wait in a pool, or in any, the longest waiting first")
        .arg(
            Arg::new("ref")
                .value_name("POOL")
                .num_args(0..=1)
                .help("PO1 or a name; every pool unless said")
                .add(super::complete::references("pool")),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .num_args(1)
                .value_parser(value_parser!(u64))
                .help("At most so many; 0 for all"),
        )
        .after_help(
            "The same in lists, exports and rules: kehu customer list in_pool=yes pool=PO1\n\n\
             Examples:\n  kehu pool customers\n  kehu pool customers PO1 --limit 5 -f json",
        )
}

fn customers(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let limit = matches.get_one::<u64>("limit").copied().filter(|limit| *limit > 0);
    let crm = session.crm()?;
    let condition = match matches.get_one::<String>("ref") {
        Some(reference) => format!("in_pool=yes pool=PO{}", crm.find("pool", reference)?),
        None => "in_pool=yes".to_owned(),
    };
    let columns = ["name", "level", "city", "pool", "pool_since", "last_touch", "phone"];
    let query = Query {
        filter: filter::parse(&condition)?,
        columns: columns.map(str::to_owned).into(),
        sort: Sort::parse("pool_since,id"),
        limit,
        ..Query::new("customer")
    };
    let grid = crm.list(&query)?;
    if grid.rows.is_empty() && session.terminal.format() == Format::Table {
        session.terminal.warn(&Message::new("Nobody waits in a pool."));
        return Ok(0);
    }
    session.print(&grid)?;
    Ok(0)
}
