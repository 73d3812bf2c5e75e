//! `kehu ticket assign`: to a colleague who is named, or to whom the rules say.

use super::{
    extra::Extra,
    output::Format,
    record::{result, words},
    session::Session,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Message, Result,
    record::{
        Link, Total,
        filter::{self, Filter},
    },
};

pub const ASSIGN: Extra = Extra { noun: "ticket", command, run };

fn command() -> Command {
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).num_args(1).help(help)
    };
    Command::new("assign")
        .about("Gives tickets to a colleague, or where none is named to whom the rules say, and says why")
        .arg(
            Arg::new("ref")
                .value_name("REF")
                .num_args(0..)
                .help("T12; by the rules all open tickets that are nobody's unless said")
                .add(super::complete::references("ticket")),
        )
        .arg(valued("to", "USER", "Who deals with them").add(super::complete::references("user")).requires("ref"))
        .arg(valued("where", "FILTER", "By the rules, only tickets that match").conflicts_with_all(["ref", "to"]))
        .arg(
            Arg::new("away")
                .long("away")
                .action(ArgAction::SetTrue)
                .conflicts_with("to")
                .help("By the rules, open tickets of colleagues who are away too"),
        )
        .after_help(
            "Rules: kehu ticket_rule add \"kind=repair\" --skill repair --order least_busy --capacity 20\n       \
             kehu user away U3 --until +14d --stand-in U2    (the others take their turn)\n\
             The first rule counts that fits and has somebody free; where none fits, the colleagues of the queue take\n\
             turns.\n\n\
             Examples:\n  kehu ticket assign T1 --to su\n  kehu ticket assign --dry-run\n  \
             kehu ticket assign --where priority=urgent",
        )
}

fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let references = words(matches, "ref");
    let crm = session.crm()?;
    let mut ids = Vec::new();
    for reference in references {
        ids.push(crm.find("ticket", reference)?);
    }
    if let Some(to) = matches.get_one::<String>("to") {
        return give(session, &ids, to);
    }
    let among = match matches.get_one::<String>("where") {
        Some(text) => filter::parse(text)?,
        None if ids.is_empty() => Filter::All,
        None => filter::parse(&ids.iter().map(|id| format!("id={id}")).collect::<Vec<_>>().join(" or "))?,
    };
    let mut grid = crm.assign_tickets(&among, matches.get_flag("away"))?;
    let all = grid.rows.len();
    let given = grid.rows.iter().filter(|row| !row.cells[1].is_empty()).count();
    // Whoever asks for all tickets wants to know who got one; the others are for programs, and for whoever names them.
    if ids.is_empty() && session.terminal.format() == Format::Table {
        grid.rows.retain(|row| !row.cells[1].is_empty());
        grid.total = Total::Exactly(grid.rows.len() as u64);
    }
    if !(session.terminal.quiet || grid.rows.is_empty() && session.terminal.format() == Format::Table) {
        session.print(&grid)?;
    }
    if all > grid.rows.len() {
        let message = Message::new(
            "{left} {left:ticket waits|tickets wait} for somebody; why: kehu ticket assign --dry-run -f json",
        );
        session.terminal.say(&message.with("left", all - grid.rows.len()));
    }
    let message = Message::new("Assigned {count} {count:ticket|tickets}; {left} {left:waits|wait} for somebody.");
    session.wrote(&message.with("count", given).with("left", all - given))?;
    Ok(0)
}

/// Named by a person, whoever works here gets them, away or not.
fn give(session: &mut Session, ids: &[i64], to: &str) -> Result<u8> {
    let crm = session.crm()?;
    let user = crm.find("user", to).map_err(|error| error.on_field("to"))?;
    let name = crm.title("user", user)?;
    crm.transaction(&format!("Assign {} tickets to {name}", ids.len()), |crm| {
        crm.change_many("ticket", ids, &vec![("owner".to_owned(), Link::to(user))]).map(|_| ())
    })?;
    let message = Message::new("{count} {count:ticket is|tickets are} {name}'s now.");
    session.wrote(&message.with("count", ids.len()).with("name", name))?;
    result(session, "ticket", ids)
}
