//! `kehu user handover`: lists what a leaving colleague looks after and gives it to another.

use super::{ask, output::Format, session::Session};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Message, Result,
    customers::{Duty, Handover},
    record::{
        Value,
        filter::{self, Filter},
    },
};

pub fn command() -> Command {
    Command::new("handover")
        .about("Gives everything open of a leaving colleague to another, in one step")
        .arg(Arg::new("ref").value_name("REF").required(true).add(super::complete::references("user")))
        .arg(
            Arg::new("to")
                .long("to")
                .value_name("USER")
                .num_args(1)
                .help("Who takes over; without it the open things are only listed")
                .add(super::complete::references("user")),
        )
        .arg(
            Arg::new("where")
                .long("where")
                .value_name("FILTER")
                .num_args(1)
                .help("Only these customers and what belongs to them, for several successors"),
        )
        .arg(
            Arg::new("no-read")
                .long("no-read")
                .action(ArgAction::SetTrue)
                .help("They may no longer read the customers that they hand over"),
        )
        .after_help(
            "Examples:\n  kehu user handover U2\n  kehu user handover U2 --to U3 --where level=A --dry-run\n  \
             kehu user handover U2 --to U3 --yes",
        )
}

/// `kehu user handover REF [--to USER]`.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let customers = match text("where") {
        Some(condition) => filter::parse(&condition)?,
        None => Filter::All,
    };
    let chinese = session.terminal.style().chinese;
    let crm = session.crm()?;
    let from = crm.find("user", &text("ref").unwrap_or_default())?;
    let duties = crm.duties(from, &customers)?;
    let name = crm.title("user", from)?;
    let Some(to) = text("to") else {
        if duties.is_empty() && session.terminal.format() == Format::Table {
            session.terminal.warn(&Message::new("{name} has nothing open to hand over.").with("name", &name));
            return Ok(0);
        }
        session.print(&Duty::grid(&duties, chinese))?;
        return Ok(0);
    };
    let to = crm.find("user", &to).map_err(|error| error.on_field("to"))?;
    crm.refuse_successor(from, to)?;
    if duties.is_empty() {
        session.terminal.warn(&Message::new("{name} has nothing open to hand over.").with("name", &name));
        return Ok(0);
    }
    let keep_reading = !matches.get_flag("no-read");
    let handover = Handover { from, to, customers, keep_reading };
    let successor = crm.title("user", to)?;
    let dry = crm.is_dry_run();
    let count: usize = duties.iter().map(|duty| duty.ids.len()).sum();
    if dry || (!session.terminal.yes && !ask::is_refused_to_program(&session.terminal)) {
        session.print(&Duty::grid(&duties, chinese))?;
    }
    if !dry {
        let question = Message::new("Hand {count} {count:record|records} over from {name} to {successor}?")
            .with("count", count)
            .with("name", &name)
            .with("successor", &successor);
        ask::confirm(&session.terminal, &question)?;
    }
    session.crm()?.hand_over(&handover)?;
    let message = Message::new("Handed {count} {count:record|records} over from {name} to {successor}.")
        .with("count", count)
        .with("name", &name)
        .with("successor", successor);
    session.wrote(&message)?;
    let crm = session.crm()?;
    let here = crm.record("user", from)?.value("active") == Value::Bool(true);
    let left: usize = crm.duties(from, &Filter::All)?.iter().map(|duty| duty.ids.len()).sum();
    if !dry && left > 0 {
        let message = Message::new("{count} more {count:is|are} open: kehu user handover U{id}");
        session.terminal.say(&message.with("count", left).with("id", from));
    } else if !dry && here {
        session.terminal.say(&Message::new("Nothing is left: kehu user deactivate U{id}").with("id", from));
    }
    Ok(0)
}
