//! `kehu calendar export`: what is planned, for phones and calendars.

use super::{
    output::text_safety,
    output_file::{self, Replace},
    session::Session,
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kehu::{Message, Result, exchange::Calendar};
use std::{io::Write, path::Path};

pub fn command() -> Command {
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).num_args(1).help(help).allow_hyphen_values(true)
    };
    let export = Command::new("export")
        .about("Writes your open plans as iCalendar: an event for what has an hour, tasks of a day as things to do")
        .arg(Arg::new("file").value_name("FILE").help("Where to; standard output when nothing or - is said"))
        .arg(valued("user", "USER", "Whose plans, if not yours"))
        .arg(valued("from", "DATE", "What is due on that day or later"))
        .arg(valued("to", "DATE", "What is due on that day or before"))
        .arg(valued("alarm", "MINUTES", "Remind so long before what has an hour").value_parser(value_parser!(i64).range(0..=40_320)))
        .arg(Arg::new("force").long("force").help("Replace the file if it is there").action(ArgAction::SetTrue))
        .after_help(
            "Examples:\n  kehu calendar export\n  kehu calendar export plans.ics --from today --to +30d --alarm 15 --force",
        );
    Command::new("calendar")
        .about("Your plans for phones and calendars")
        .arg_required_else_help(true)
        .subcommand_required(true)
        .after_help("Examples:\n  kehu calendar export --from today\n  kehu calendar export plans.ics --force")
        .subcommand(export)
}

pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let Some(("export", matches)) = matches.subcommand() else { return Err(super::unanswered("calendar", "")) };
    let word = |name: &str| matches.get_one::<String>(name).cloned();
    let crm = session.crm()?;
    let user = match word("user") {
        Some(name) => crm.find("user", &name)?,
        None => crm.actor().map(|(id, _)| id).ok_or_else(super::session::no_database)?,
    };
    let wanted = Calendar { user, from: word("from"), to: word("to"), alarm: matches.get_one::<i64>("alarm").copied() };
    let text = crm.calendar(&wanted)?;
    match word("file").filter(|path| path != "-") {
        None if session.terminal.interactive_output => session.write(text_safety::shown(&text).as_bytes())?,
        None => session.write(text.as_bytes())?,
        Some(path) => {
            let replace = if matches.get_flag("force") { Replace::Anything } else { Replace::Nothing };
            output_file::check(session, Path::new(&path), None, replace)?;
            if output_file::only_tried(session, Path::new(&path))? {
                return Ok(0);
            }
            keep(Path::new(&path), text.as_bytes())?;
            session.terminal.say(&Message::new("Wrote {file}.").with("file", path));
        }
    }
    Ok(0)
}

/// A file appears when it is whole.
fn keep(path: &Path, data: &[u8]) -> Result<()> {
    let mut file = output_file::waiting(path)?;
    file.write_all(data).map_err(|error| output_file::unwritable(path, &error))?;
    file.persist(path).map(|_| ()).map_err(|error| output_file::unwritable(path, &error.error))
}
