//! `kehu satisfaction ask` and `intake`, `kehu ticket ask` and `rate`: how satisfied customers are with a solution.

use super::{extra::Extra, record::words, session::Session};
use clap::{Arg, ArgMatches, Command, value_parser};
use kehu::{
    Message, Result,
    tickets::{Rated, Rating},
};
use std::io::Read;

pub const ASK: Extra = Extra { noun: "satisfaction", command: ask_command, run: ask };
pub const INTAKE: Extra = Extra { noun: "satisfaction", command: intake_command, run: intake };
pub const ASK_TICKET: Extra = Extra { noun: "ticket", command: ask_ticket_command, run: ask_ticket };
pub const RATE: Extra = Extra { noun: "ticket", command: rate_command, run: rate };

/// More than this is neither a form nor an answer.
const MOST: u64 = 64 * 1024 * 1024;

fn ask_command() -> Command {
    Command::new("ask")
        .about("Asks the customers of solved tickets how satisfied they are, once for each solution")
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .num_args(1)
                .value_parser(value_parser!(u64))
                .help("At most so many; 0 for all"),
        )
        .after_help(
            "What is asked, how long after the solution and in which language: kehu survey list. Nobody is asked while there\n\
             is no survey. The questions go through the outbox: kehu outbox send. Every hour, for cron:\n  \
             0 * * * * kehu -q satisfaction ask\n\n\
             Examples:\n  kehu satisfaction ask --dry-run\n  kehu satisfaction ask --limit 20",
        )
}

fn ask(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let limit = matches.get_one::<u64>("limit").copied().filter(|limit| *limit > 0);
    let done = session.crm()?.ask_satisfaction(limit)?;
    if done.unknown > 0 {
        let message = Message::new("Of {count} solved {count:ticket|tickets} nobody has an e-mail address.");
        session.terminal.say(&message.with("count", done.unknown));
    }
    if done.refused > 0 {
        let message =
            Message::new("{count} {count:customer wants|customers want} no mail and {count:was|were} not asked.");
        session.terminal.say(&message.with("count", done.refused));
    }
    if done.left > 0 {
        let message =
            Message::new("{count} {count:person has|people have} left the company and {count:was|were} not asked.");
        session.terminal.say(&message.with("count", done.left));
    }
    if done.asked.is_empty() {
        session.terminal.say(&Message::new("There is nobody to ask."));
        return Ok(0);
    }
    session.wrote(&Message::new("Asked {count} {count:customer|customers}.").with("count", done.asked.len()))?;
    Ok(0)
}

fn reference() -> Arg {
    Arg::new("ref")
        .value_name("REF")
        .required(true)
        .help("T12 or another reference")
        .add(super::complete::references("ticket"))
}

fn ask_ticket_command() -> Command {
    Command::new("ask")
        .about("Asks the customer of a solved ticket now how satisfied they are")
        .arg(reference())
        .after_help("Examples:\n  kehu ticket ask T19 --dry-run\n  kehu ticket ask T19")
}

fn ask_ticket(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let said = words(matches, "ref").first().map(|word| (*word).clone()).unwrap_or_default();
    let crm = session.crm()?;
    let id = crm.find("ticket", &said)?;
    let asked = crm.ask_about_ticket(id)?;
    session.wrote(&Message::new("Asked about T{ticket} as SF{number}.").with("ticket", id).with("number", asked))?;
    Ok(0)
}

fn rate_command() -> Command {
    Command::new("rate")
        .about("Writes down how a customer rates the solution of a ticket, from 1 (bad) to 5 (very good)")
        .arg(reference())
        .arg(Arg::new("score").value_name("SCORE").required(true).value_parser(value_parser!(i64).range(1..=5)).help("How they rate the service, from 1 to 5"))
        .arg(Arg::new("product").long("product-score").value_name("1-5").value_parser(value_parser!(i64).range(1..=5)).help("How they rate the product, from 1 to 5"))
        .arg(Arg::new("comment").long("comment").value_name("TEXT").num_args(1).help("What they say"))
        .after_help(
            "A second rating of the same solution replaces the first, which `kehu satisfaction history` keeps. A rating of 1\n\
             or 2 opens a task for the superior of whoever dealt with it, once.\n\n\
             Examples:\n  kehu ticket rate T8 5 --comment \"quick and friendly\"\n  kehu ticket rate T19 2 --product-score 4",
        )
}

fn rate(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let said = words(matches, "ref").first().map(|word| (*word).clone()).unwrap_or_default();
    let rating = Rating {
        score: matches.get_one::<i64>("score").copied(),
        product_score: matches.get_one::<i64>("product").copied(),
        comment: matches.get_one::<String>("comment").cloned(),
        channel: "command",
    };
    let crm = session.crm()?;
    let id = crm.find("ticket", &said)?;
    let rated = crm.rate_ticket(id, &rating)?;
    tell(session, rated)
}

fn tell(session: &mut Session, rated: Rated) -> Result<u8> {
    let message = match (rated.before, rated.recovery) {
        (Some(before), _) if rated.recovery.is_none() => {
            Message::new("SF{number} is rated again; {before} stood there before.").with("before", before)
        }
        (_, Some(recovery)) => {
            Message::new("SF{number} is rated; A{recovery} is to win the customer back.").with("recovery", recovery)
        }
        _ => Message::new("SF{number} is rated."),
    };
    session.wrote(&message.with("number", rated.id))?;
    Ok(0)
}

fn intake_command() -> Command {
    Command::new("intake")
        .about("Takes in ratings that a form sends or that come as the answer to the e-mail that asked")
        .arg(Arg::new("file").value_name("FILE").help("The file; standard input when nothing is said").num_args(0..=1))
        .arg(
            Arg::new("form")
                .long("form")
                .value_name("TEXT")
                .num_args(1)
                .conflicts_with("file")
                .help("The form as a browser posts it, instead of a file"),
        )
        .after_help(
            "A form says `token`, `score`, and if it likes `product_score` and `comment`. An e-mail says a number from 1 to 5,\n\
             and its subject, or what it answers, holds the token:\n  \
             curl https://site.example/ratings | kehu satisfaction intake\n  kehu satisfaction intake answer.eml\n\n\
             Examples:\n  kehu satisfaction list asked: --limit 5\n  kehu satisfaction list score=..2",
        )
}

fn intake(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let bytes = match (matches.get_one::<String>("form"), matches.get_one::<String>("file")) {
        (Some(form), _) => form.clone().into_bytes(),
        (None, file) => read(file.map_or("-", String::as_str))?,
    };
    for rated in session.crm()?.intake_ratings(&bytes)? {
        tell(session, rated)?;
    }
    Ok(0)
}

fn read(path: &str) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| {
        let message = Message::new("{file} cannot be read: {why}.").with("file", path).with("why", error);
        kehu::Error::new(kehu::Cause::NotFound, message)
    };
    let mut bytes = Vec::new();
    if path == "-" {
        std::io::stdin().take(MOST).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        std::fs::File::open(path).map_err(failed)?.take(MOST).read_to_end(&mut bytes).map_err(failed)?;
    }
    Ok(bytes)
}
