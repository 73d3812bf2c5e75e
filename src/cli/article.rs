//! `kehu article search` and `diff`, and `kehu ticket suggest`: what is known already.

use super::{extra::Extra, output::Format, record::words, session::Session};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kehu::{Error, Message, Result, record::Grid, tickets::Scope};

pub const SEARCH: Extra = Extra { noun: "article", command: search_command, run: search };
pub const DIFF: Extra = Extra { noun: "article", command: diff_command, run: diff };
pub const SUGGEST: Extra = Extra { noun: "ticket", command: suggest_command, run: suggest };

/// So much is repeated of what was looked for.
const SHOWN: usize = 60;

/// How many are shown if nothing is said.
const USUAL: u64 = 10;

fn limit() -> Arg {
    Arg::new("limit")
        .long("limit")
        .value_name("N")
        .num_args(1)
        .value_parser(value_parser!(u64))
        .help("At most so many; 0 for all (10)")
}

fn most(matches: &ArgMatches) -> usize {
    let most = matches.get_one::<u64>("limit").copied().unwrap_or(USUAL);
    if most == 0 { usize::MAX } else { usize::try_from(most).unwrap_or(usize::MAX) }
}

fn search_command() -> Command {
    Command::new("search")
        .about("Looks for articles by their words, in any language; the best come first")
        .arg(Arg::new("words").value_name("WORDS").num_args(1..).required(true).help("What to look for"))
        .arg(Arg::new("public").long("public").action(ArgAction::SetTrue).help("Only what customers may read"))
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .conflicts_with("public")
                .help("Drafts too, and what is in review"),
        )
        .arg(limit())
        .after_help(
            "What was looked for in vain is kept: kehu report knowledge-gaps.\n\n\
             Examples:\n  kehu article search \"no signal\"\n  kehu article search 校准 --public -f json",
        )
}

fn search(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let said: Vec<&str> = words(matches, "words").into_iter().map(String::as_str).collect();
    let said = said.join(" ");
    if said.trim().is_empty() {
        let hint = Message::new("kehu article search \"no signal\"");
        return Err(Error::bad_value(Message::new("What is to be looked for?")).hint(hint));
    }
    let scope = match (matches.get_flag("public"), matches.get_flag("all")) {
        (true, _) => Scope::Public,
        (_, true) => Scope::All,
        _ => Scope::Published,
    };
    let found = session.crm()?.search_articles(&said, scope, most(matches))?;
    if found.near {
        let message = if found.grid.rows.is_empty() {
            Message::new("No article says anything of {words}.")
        } else {
            Message::new("No article has all of {words}; these come near.")
        };
        let short: String = said.chars().take(SHOWN).collect();
        let more = if short.len() < said.len() { "…" } else { "" };
        session.terminal.warn(&message.with("words", format!("{short}{more}")));
    }
    print(session, &found.grid)
}

fn print(session: &Session, grid: &Grid) -> Result<u8> {
    // A list of nothing is told in a sentence, where a person reads it.
    if !grid.rows.is_empty() || session.terminal.format() != Format::Table {
        session.print(grid)?;
    }
    Ok(0)
}

fn reference(kind: &'static str, help: &'static str) -> Arg {
    Arg::new("ref").value_name("REF").required(true).help(help).add(super::complete::references(kind))
}

fn suggest_command() -> Command {
    Command::new("suggest")
        .about("Suggests articles that may solve a ticket, by its words")
        .arg(reference("ticket", "T12 or another reference"))
        .arg(limit())
        .after_help(
            "To link one: kehu article link N3 --ticket T1\n\n\
             Examples:\n  kehu ticket suggest T1\n  kehu ticket suggest T2 --limit 3 -f json",
        )
}

fn suggest(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let said = words(matches, "ref").first().map(|word| (*word).clone()).unwrap_or_default();
    let crm = session.crm()?;
    let id = crm.find("ticket", &said)?;
    let grid = crm.suggest_articles(id, most(matches))?;
    if grid.rows.is_empty() {
        session.terminal.warn(&Message::new("No article comes near to T{number}.").with("number", id));
    }
    print(session, &grid)
}

fn diff_command() -> Command {
    let version = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("VERSION").num_args(1).value_parser(value_parser!(i64)).help(help)
    };
    Command::new("diff")
        .about("Shows what differs between two versions of an article")
        .arg(reference("article", "N3 or another reference"))
        .arg(version("from", "The earlier version; the one before unless said"))
        .arg(version("to", "The later version; the latest unless said"))
        .after_help(
            "Every save of the text is a version: kehu article_version list article=N1. To bring one back:\n  \
             kehu article revert N1 --to 1\n\n\
             Examples:\n  kehu article diff N1\n  kehu article diff N1 --from 1 --to 1 -f json",
        )
}

fn diff(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let said = words(matches, "ref").first().map(|word| (*word).clone()).unwrap_or_default();
    let version = |name: &str| matches.get_one::<i64>(name).copied();
    let crm = session.crm()?;
    let id = crm.find("article", &said)?;
    let grid = crm.compare_versions(id, version("from"), version("to"))?;
    if grid.rows.is_empty() {
        session.terminal.warn(&Message::new("These versions say the same."));
    }
    print(session, &grid)
}
