//! `sql`: questions to the database in its own language; it only reads.

use super::session::Session;
use clap::{Arg, ArgMatches, Command};
use kehu::{Cause, Error, Message, Result};
use std::io::Read;

pub fn command() -> Command {
    Command::new("sql")
        .about("Asks the database in SQL; it only reads")
        .arg(
            Arg::new("sql")
                .value_name("SELECT")
                .required_unless_present("file")
                .help("One statement; - for standard input"),
        )
        .arg(
            Arg::new("file")
                .long("file")
                .value_name("FILE")
                .conflicts_with("sql")
                .help("Read the statement from a file"),
        )
        .after_help(
            "Examples:\n  kehu sql \"SELECT name, city FROM customers ORDER BY name LIMIT 5\"\n  \
             kehu sql \"SELECT lifecycle, COUNT(*) AS customers FROM customers GROUP BY lifecycle\" -f json\n\n\
             Records are in tables of their plural names; deleted_at is set for those in the recycle bin.",
        )
}

/// Answers one statement, in any format.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = match (matches.get_one::<String>("file"), matches.get_one::<String>("sql")) {
        (Some(file), _) => std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?,
        (None, Some(text)) if text == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| unreadable("-", &error))?;
            text
        }
        (None, text) => text.cloned().unwrap_or_default(),
    };
    let grid = session.crm()?.sql(&text)?;
    session.print(&grid)?;
    Ok(0)
}

fn unreadable(file: &str, error: &std::io::Error) -> Error {
    let cause = if error.kind() == std::io::ErrorKind::NotFound { Cause::NotFound } else { Cause::BadValue };
    Error::new(cause, Message::new("{file} cannot be read: {why}.").with("file", file).with("why", error))
}
