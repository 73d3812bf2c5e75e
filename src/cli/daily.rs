//! The two acts of every day: writing down what happened with a customer, and looking at what is to be done.

use super::{output, record::words, session::Session};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kehu::{
    Message, Result,
    customers::Activity,
    record::{Grid, Id, Link, Row, Value, Values, types},
};

/// The commands of this file.
pub fn commands() -> Vec<Command> {
    vec![
        Command::new("log")
            .about("Writes down what happened: a call, a visit, a note; and plans what comes next")
            .arg(Arg::new("kind").value_name("TYPE").required(true).help("call, visit, wechat, email, meeting, note …"))
            .arg(Arg::new("ref").value_name("REF").required(true).help("A customer or a contact, by any of its names"))
            .arg(Arg::new("text").value_name("TEXT").required(true).num_args(1..))
            .arg(
                Arg::new("next")
                    .long("next")
                    .value_name("WHEN WHAT")
                    .num_args(1)
                    .help("Plan what follows: \"+14d send the quote\""),
            )
            .arg(
                Arg::new("minutes")
                    .long("minutes")
                    .value_name("N")
                    .value_parser(value_parser!(i64))
                    .help("How long it took"),
            )
            .arg(Arg::new("outcome").long("outcome").value_name("TEXT").help("What came of it"))
            .arg(
                Arg::new("at")
                    .long("at")
                    .value_name("WHEN")
                    .allow_hyphen_values(true)
                    .help("When it was, if not just now"),
            )
            .arg(Arg::new("in").long("in").action(ArgAction::SetTrue).help("They came to us"))
            .after_help(
                "Examples:\n  kehu log call C1 \"asked for a price\" --next \"+14d send the quote\"\n  \
                 kehu log visit C2 \"saw the new hall\" --minutes 90",
            ),
        Command::new("today")
            .about("Shows your plan of the day: overdue, due, birthdays, who has not heard from us")
            .after_help("Examples:\n  kehu today\n  kehu today -f json"),
    ]
}

/// `kehu log TYPE REF TEXT`.
pub fn log(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let word = |name: &str| matches.get_one::<String>(name).cloned();
    let text = words(matches, "text").into_iter().cloned().collect::<Vec<_>>().join(" ");
    let reference = word("ref").unwrap_or_default();
    let crm = session.crm()?;
    let schema = crm.schema("activity")?;
    let mut values = Values::new();
    for (field, said) in [("kind", word("kind")), ("outcome", word("outcome")), ("done", word("at"))] {
        if let (Some(field), Some(said)) = (schema.field(field), said) {
            values.push((field.name.to_string(), crm.parse_value(field, &said)?));
        }
    }
    let about = about(crm, &reference)?;
    values.push(about.clone());
    values.push(("subject".into(), subject(&text)));
    if text.lines().count() > 1 || text.chars().count() > 120 {
        values.push(("notes".into(), Value::text(&text)));
    }
    if let Some(minutes) = matches.get_one::<i64>("minutes") {
        values.push(("minutes".into(), Value::Integer(*minutes)));
    }
    let direction = if matches.get_flag("in") { "in" } else { "out" };
    values.push(("direction".into(), Value::text(direction)));
    let next = word("next");
    let mut planned = None;
    let id = crm.transaction(&format!("Log: {}", subject(&text).as_text().unwrap_or_default()), |crm| {
        let id = crm.add("activity", values.clone())?;
        planned = match &next {
            Some(next) => Some(Activity::plan_next(crm, Id::new(id), next)?),
            None => None,
        };
        Ok(id)
    })?;
    let message = Message::new("Noted {record}.").with("record", schema.short(id));
    session.wrote(&message)?;
    if let Some(planned) = planned.filter(|_| session.crm().is_ok_and(|crm| !crm.is_dry_run())) {
        let planned: Activity = session.crm()?.get(planned)?;
        let zone = session.configuration.time_zone()?;
        let due = planned.due.map(|due| due.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        session.terminal.say(
            &Message::new("Planned {record} {subject} for {due}.")
                .with("record", schema.short(planned.id.number))
                .with("subject", planned.subject)
                .with("due", due),
        );
    }
    Ok(0)
}

/// Whom an activity concerns: a customer, else a contact.
fn about(crm: &mut kehu::Crm, reference: &str) -> Result<(String, Value)> {
    match crm.find("customer", reference) {
        Ok(id) => Ok(("customer".into(), Link::to(id))),
        Err(error) => match crm.find("contact", reference) {
            Ok(id) => Ok(("contact".into(), Link::to(id))),
            Err(_) => Err(error),
        },
    }
}

/// The first line, which lists show.
fn subject(text: &str) -> Value {
    let line = text.lines().next().unwrap_or_default();
    Value::text(line.chars().take(120).collect::<String>())
}

/// What `today` is made of, as JSON names it.
const PARTS: [&str; 5] = ["overdue", "today", "without_a_date", "birthdays", "silent_for_too_long"];

pub fn key_of(title: &str) -> String {
    types::fold(title).replace(' ', "_")
}

/// The rows of a part as JSON objects.
pub fn items(grid: &Grid) -> Vec<serde_json::Value> {
    let item = |row: &Row| {
        let cells =
            grid.columns.iter().zip(&row.cells).map(|(column, cell)| (column.name.clone(), cell.to_json(&column.kind)));
        let reference = std::iter::once(("ref".to_owned(), row.short.clone().into()));
        serde_json::Value::Object(reference.chain(cells).collect())
    };
    grid.rows.iter().map(item).collect()
}

/// `kehu today`.
pub fn today(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let parts = session.crm()?.agenda()?;
    let (format, style) = (session.terminal.format(), session.terminal.style());
    let mut data = Vec::new();
    if session.terminal.machine() {
        let mut object = serde_json::Map::new();
        for part in PARTS {
            // A program asks for a part whether anything is in it today or not.
            let grid = parts.iter().find(|(title, _)| key_of(title) == part).map(|(_, grid)| grid);
            object.insert(part.to_owned(), grid.map(items).unwrap_or_default().into());
        }
        for (title, grid) in parts.iter().filter(|(title, _)| !PARTS.contains(&&*key_of(title))) {
            object.insert(key_of(title), items(grid).into());
        }
        return session.print_line(&serde_json::Value::Object(object).to_string()).map(|()| 0);
    }
    for (title, grid) in &parts {
        let title = session.terminal.word(&Message::new(title));
        data.extend(format!("{title}\n").into_bytes());
        let written = output::write_grid(&session.local(grid), format, &style, &mut data);
        written.map_err(|error| super::session::unwritable(&error))?;
        data.push(b'\n');
    }
    if parts.is_empty() {
        session.terminal.warn(&Message::new("Nothing is planned for today, and nobody waits for a word from you."));
    }
    session.write(&data)?;
    Ok(0)
}
