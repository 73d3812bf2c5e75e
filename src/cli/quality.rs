//! `kehu ticket warn`: tells whoever decides of more complaints than chance explains, for cron.

use super::{extra::Extra, session::Session};
use clap::{ArgMatches, Command};
use kehu::{Message, Result};

pub const WARN: Extra = Extra { noun: "ticket", command, run };

fn command() -> Command {
    Command::new("warn")
        .about("Gives whoever decides a task where this month's complaints are beyond what chance explains, or grave")
        .after_help(
            "What is beyond: kehu report quality-warning. Each region and product is told of once a month, to those of the\n\
             decision tier and to the managers of customer service. Every morning, for cron:\n  0 7 * * * kehu -q ticket warn\n\n\
             Examples:\n  kehu ticket warn --dry-run -v\n  kehu ticket warn",
        )
}

fn run(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let told = session.crm()?.warn_of_quality()?;
    if told == 0 {
        session.terminal.say(&Message::new("There is nothing new to warn of."));
        return Ok(0);
    }
    session.wrote(&Message::new("Gave {count} {count:task|tasks} about complaints.").with("count", told))?;
    Ok(0)
}
