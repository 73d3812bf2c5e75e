//! The two acts of every day: writing down what happened with a customer, and looking at what is to be done.

use super::{
    ask, output,
    record::words,
    session::{Session, unwritable},
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kehu::{
    Cause, Error, Message, Result, catalog,
    crm::Query,
    customers::{Limits, Logged, Mass, Note, Owner},
    record::{Grid, Kind, Row, Total, filter, types},
};
use std::io::Read;

/// No note is longer; what is longer is a file.
const LONGEST: u64 = 1 << 20;

/// The commands of this file.
pub fn commands() -> Vec<Command> {
    vec![log_command(), today_command()]
}

fn valued(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).num_args(1).help(help)
}

fn log_command() -> Command {
    Command::new("log")
        .about("Writes down what happened: a call, a visit, a note; and plans what comes next")
        .override_usage("kehu log <TYPE> <REF> <TEXT> [FLAGS]")
        .arg(Arg::new("kind").value_name("TYPE").required(true).help("call, visit, wechat, 电话, 拜访 …, or a beginning"))
        .arg(
            Arg::new("words")
                .value_name("REF TEXT")
                .num_args(0..)
                .help("Whom it was with: a customer, a contact, a planned activity (A95, which is done then);\nand what happened; - reads it from standard input"),
        )
        .arg(valued("next", "WHEN WHAT", "Plan what follows: \"+14d send the quote\"").allow_hyphen_values(true))
        .arg(valued("minutes", "N", "How long it took").value_parser(value_parser!(i64)).allow_hyphen_values(true))
        .arg(valued("outcome", "TEXT", "What came of it"))
        .arg(valued("at", "WHEN", "When it was, if not just now").allow_hyphen_values(true))
        .arg(valued("contact", "REF", "The person it was with"))
        .arg(valued("where", "FILTER", "With all customers that match, in one step: a mailing"))
        .arg(Arg::new("in").long("in").action(ArgAction::SetTrue).help("They came to us"))
        .after_help(
            "Examples:\n  kehu log call C1 \"asked for a price\" --next \"+14d send the quote\"\n  \
             kehu log visit C2 \"saw the new hall\" --minutes 90\n  kehu log 电话 A95 \"they like it\"\n  \
             kehu log email --where level=A \"sent the price list\" --dry-run",
        )
}

fn today_command() -> Command {
    Command::new("today")
        .about("Shows your plan of the day: overdue, due, birthdays, who has not heard from us")
        .arg(valued("user", "USER", "Whose plan, if not yours"))
        .arg(valued("date", "DATE", "Of which day, if not today").allow_hyphen_values(true))
        .arg(
            valued("limit", "N", "At most so many of each part; 0 for all (20, and 5 of those to think of)")
                .value_parser(value_parser!(u64)),
        )
        .after_help("Examples:\n  kehu today\n  kehu today --limit 0 -f json\n  kehu today --user U2 --date tomorrow")
}

/// `kehu log TYPE REF TEXT`.
pub fn log(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let word = |name: &str| matches.get_one::<String>(name).cloned();
    let mut said = words(matches, "words").into_iter().cloned();
    if let Some(condition) = word("where") {
        let text = text(&said.collect::<Vec<_>>())?;
        return log_many(session, matches, &condition, text);
    }
    let about = said.next();
    let (Some(about), Some(first)) = (about, said.next()) else {
        return Err(Error::bad_value(Message::new("Say whom it was with, and what happened."))
            .hint(Message::new("kehu log call C1 \"asked for a price\"")));
    };
    let note = Note {
        sort: word("kind").unwrap_or_default(),
        about,
        text: text(&std::iter::once(first).chain(said).collect::<Vec<_>>())?,
        contact: word("contact"),
        outcome: word("outcome"),
        minutes: matches.get_one::<i64>("minutes").copied(),
        at: word("at"),
        incoming: matches.get_flag("in"),
        next: word("next"),
    };
    let logged = session.crm()?.log(&note)?;
    tell(session, &logged)?;
    Ok(0)
}

fn tell(session: &mut Session, logged: &Logged) -> Result<()> {
    let template = if logged.completed { "{record} is done." } else { "Noted {record}." };
    let record = session.crm()?.schema("activity")?.short(logged.id);
    session.wrote(&Message::new(template).with("record", &record))?;
    if session.terminal.format == Some(output::Format::Ids) && !session.crm()?.is_dry_run() {
        session.print_line(&record)?;
    }
    let dry = session.crm()?.is_dry_run();
    for message in logged.planned.iter().chain(&logged.waiting).filter(|_| !dry) {
        session.terminal.say(message);
    }
    Ok(())
}

/// The words, or what comes through standard input for `-`.
fn text(words: &[String]) -> Result<String> {
    if words != ["-"] {
        return Ok(words.join(" "));
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| {
        Error::new(Cause::Storage, Message::new("Standard input cannot be read: {why}.").with("why", error))
    })?;
    if bytes.len() as u64 > LONGEST {
        return Err(Error::bad_value(Message::new("A note of more than a megabyte is a file.")));
    }
    String::from_utf8(bytes).map_err(|_| Error::bad_value(Message::new("Standard input is not text in UTF-8.")))
}

/// Something that was done with all customers of a selection.
fn log_many(session: &mut Session, matches: &ArgMatches, condition: &str, text: String) -> Result<u8> {
    let word = |name: &str| matches.get_one::<String>(name).cloned();
    for name in ["next", "minutes", "outcome", "contact"] {
        if matches.contains_id(name) {
            return Err(Error::bad_value(
                Message::new("--{flag} tells of one customer, so it does not go with --where.").with("flag", name),
            ));
        }
    }
    let sort = word("kind").unwrap_or_default();
    let mass = Mass { text, sort, due: None, at: word("at"), owner: Owner::One(None) };
    many(session, condition, &mass)
}

/// Makes one activity with each customer that matches, after saying how many those are.
pub fn many(session: &mut Session, condition: &str, mass: &Mass) -> Result<u8> {
    if condition.trim().is_empty() {
        return Err(Error::bad_value(Message::new("An empty --where would mean every customer."))
            .hint(Message::new("kehu customer list")));
    }
    let query = Query { filter: filter::parse(condition)?, ..Query::new("customer") };
    let crm = session.crm()?;
    let dry = crm.is_dry_run();
    let Total::Exactly(count) = crm.total(&Query { exact: true, ..query.clone() })? else { return Ok(0) };
    if count == 0 {
        session.terminal.warn(&Message::new("No {kind} matches.").with("kind", "customer"));
        return Ok(0);
    }
    // Trying it first refuses what would be refused, before anybody is asked.
    crm.set_dry_run(true);
    let tried = crm.activities_for(&Query { limit: Some(1), ..query.clone() }, mass);
    crm.set_dry_run(dry);
    tried?;
    let planned = mass.due.is_some();
    if !dry {
        let template = if planned {
            "Plan this with {count} {count:customer|customers}?"
        } else {
            "Note this with {count} {count:customer|customers}?"
        };
        ask::confirm(&session.terminal, &Message::new(template).with("count", count))?;
    }
    let made = session.crm()?.activities_for(&query, mass)?;
    let template = if planned {
        "Planned {count} {count:activity|activities}."
    } else {
        "Noted {count} {count:activity|activities}."
    };
    session.wrote(&Message::new(template).with("count", made))?;
    Ok(0)
}

/// The refusal to write tables with different headings as one.
pub fn several_tables(session: &Session) -> Error {
    let name = if session.terminal.format() == output::Format::Tsv { "tsv" } else { "csv" };
    let message = Message::new("These are several tables with headings of their own, which {format} has no form for.");
    Error::bad_value(message.with("format", name))
        .on_field("format")
        .hint(Message::new("add -f json for a program, or -f md or -f html for people"))
}

/// Whether a part does not show everything.
pub fn is_cut(grid: &Grid) -> bool {
    match grid.total {
        Total::Exactly(total) => total > grid.rows.len() as u64,
        Total::MoreThan(_) => true,
    }
}

/// How many there are of each part, as lists say it.
pub fn totals<'g>(parts: impl Iterator<Item = (String, &'g Grid)>) -> serde_json::Value {
    let total = |grid: &Grid| match grid.total {
        Total::Exactly(total) => serde_json::json!({ "total": total }),
        Total::MoreThan(total) => serde_json::json!({ "total": null, "total_at_least": total }),
    };
    serde_json::Value::Object(parts.map(|(key, grid)| (key, total(grid))).collect())
}

/// What `today` is made of beside what kinds add to it, as JSON names it.
const PARTS: [&str; 7] = [
    "overdue",
    "today",
    "without_a_date",
    "occasions",
    "coming_occasions",
    "silent_for_too_long",
    "left_undone_by_your_people",
];

pub fn key_of(title: &str) -> String {
    types::fold(title).replace(' ', "_")
}

/// The rows of a part as JSON objects.
pub fn items(grid: &Grid) -> Vec<serde_json::Value> {
    let item = |row: &Row| {
        let cells =
            grid.columns.iter().zip(&row.cells).map(|(column, cell)| (column.name.clone(), cell.to_json(&column.kind)));
        // What is no record has no ref.
        let reference = (!row.short.is_empty()).then(|| ("ref".to_owned(), row.short.clone().into()));
        serde_json::Value::Object(reference.into_iter().chain(cells).collect())
    };
    grid.rows.iter().map(item).collect()
}

/// `kehu today`.
pub fn today(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let word = |name: &str| matches.get_one::<String>(name);
    if matches!(session.terminal.format(), output::Format::Csv | output::Format::Tsv) {
        return Err(several_tables(session));
    }
    let said = matches.get_one::<u64>("limit").copied();
    let limits = said.map_or_else(Limits::default, |limit| Some(limit).filter(|limit| *limit > 0).into());
    let crm = session.crm()?;
    let user = match word("user") {
        Some(name) => Some(crm.find("user", name)?),
        None => crm.actor().map(|(id, _)| id),
    };
    let day = match word("date") {
        Some(text) => types::parse(&Kind::Date, text, crm.reading())?.as_text().and_then(|day| day.parse().ok()),
        None => None,
    };
    let day = day.unwrap_or_else(|| crm.reading().clock.today());
    // In a new database nobody has anything to do yet.
    let parts = user.map_or_else(|| Ok(Vec::new()), |user| crm.agenda(user, day, limits))?;
    if session.terminal.machine() {
        let mut object = serde_json::Map::new();
        let none = Grid::default();
        let added = catalog::ENTRIES.iter().filter_map(|entry| entry.plan.as_ref()).map(|part| key_of(part.title));
        // A program asks for a part whether anything is in it today or not.
        let with_grid = |part: String| {
            let grid = parts.iter().find(|(title, _)| key_of(title) == part).map_or(&none, |(_, grid)| grid);
            (part, grid)
        };
        let grids: Vec<_> = PARTS.into_iter().map(str::to_owned).chain(added).map(with_grid).collect();
        for (part, grid) in &grids {
            object.insert(part.clone(), items(grid).into());
        }
        object.insert("totals".to_owned(), totals(grids.into_iter()));
        return session.print_line(&serde_json::Value::Object(object).to_string()).map(|()| 0);
    }
    if parts.is_empty() {
        session.terminal.warn(&Message::new("Nothing is planned for today, and nobody waits for a word from you."));
    }
    print_parts(session, &parts)?;
    Ok(0)
}

pub fn print_parts(session: &mut Session, parts: &[(&'static str, Grid)]) -> Result<()> {
    let titled: Vec<_> =
        parts.iter().map(|(title, grid)| (heading(session, &Message::new(title), grid), session.local(grid))).collect();
    let (format, style, mut data) = (session.terminal.format(), session.terminal.style(), Vec::new());
    output::write_parts(&titled, format, &style, &mut data).map_err(|error| unwritable(&error))?;
    session.write(&data)
}

/// A title, with how many there are where not all are shown: `Overdue (20 of 431)`.
pub fn heading(session: &Session, title: &Message, grid: &Grid) -> String {
    let (title, shown) = (session.terminal.word(title), grid.rows.len() as u64);
    let (template, total) = match grid.total {
        Total::Exactly(total) if total <= shown => return title,
        Total::Exactly(total) => ("{title} ({shown} of {total})", total),
        Total::MoreThan(total) => ("{title} ({shown} of more than {total})", total),
    };
    session.terminal.word(&Message::new(template).with("title", title).with("shown", shown).with("total", total))
}
