//! Commands below a noun that are more than a verb on its records: each is one line here and a file of its own.

use super::{duplicates, merge, session::Session};
use clap::{ArgMatches, Command};
use kehu::Result;

/// One such command.
pub struct Extra {
    /// The noun it stands below.
    pub noun: &'static str,
    pub command: fn() -> Command,
    pub run: fn(&mut Session, &ArgMatches) -> Result<u8>,
}

static EXTRAS: [Extra; 6] = [
    duplicates::CUSTOMERS,
    merge::CUSTOMERS,
    duplicates::DISTINCT_CUSTOMERS,
    duplicates::CONTACTS,
    merge::CONTACTS,
    duplicates::DISTINCT_CONTACTS,
];

/// Those below a noun.
pub fn below(noun: &str) -> impl Iterator<Item = &'static Extra> {
    EXTRAS.iter().filter(move |extra| extra.noun == noun)
}

/// The one of that name below a noun.
pub fn find(noun: &str, name: &str) -> Option<&'static Extra> {
    below(noun).find(|extra| (extra.command)().get_name() == name)
}
