//! Commands below a noun that are more than a verb on its records: each is one line here and a file of its own.

use super::session::Session;
use clap::{ArgMatches, Command};
use kehu::Result;

/// One such command.
pub struct Extra {
    /// The noun it stands below.
    pub noun: &'static str,
    pub command: fn() -> Command,
    pub run: fn(&mut Session, &ArgMatches) -> Result<u8>,
}

static EXTRAS: [Extra; 3] = [
    Extra { noun: "activity", command: super::plan::command, run: super::plan::run },
    Extra {
        noun: "customer",
        command: || super::emails::command("customer"),
        run: |session, matches| super::emails::run(session, "customer", matches),
    },
    Extra {
        noun: "contact",
        command: || super::emails::command("contact"),
        run: |session, matches| super::emails::run(session, "contact", matches),
    },
];

/// Those below a noun.
pub fn below(noun: &str) -> impl Iterator<Item = &'static Extra> {
    EXTRAS.iter().filter(move |extra| extra.noun == noun)
}

/// The one of that name below a noun.
pub fn find(noun: &str, name: &str) -> Option<&'static Extra> {
    below(noun).find(|extra| (extra.command)().get_name() == name)
}
