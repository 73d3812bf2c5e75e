//! Commands below a noun that are more than a verb on its records: each is one line here and a file of its own.

use super::{attach, attachment, nodes, qualify, review, session::Session};
use clap::{ArgMatches, Command};
use kehu::Result;

/// One such command.
pub struct Extra {
    /// The noun it stands below.
    pub noun: &'static str,
    pub command: fn() -> Command,
    pub run: fn(&mut Session, &ArgMatches) -> Result<u8>,
}

/// One that has the name of what every noun has takes its place.
static EXTRAS: &[Extra] = &[
    Extra { noun: "attachment", command: || attach::command("add"), run: attach::run },
    Extra { noun: "attachment", command: attachment::save_command, run: attachment::save },
    Extra { noun: "attachment", command: attachment::open_command, run: attachment::open },
    Extra { noun: "customer", command: qualify::command, run: qualify::run },
    Extra { noun: "customer", command: review::command, run: review::run },
    Extra { noun: "review_rule", command: review::preview_command, run: review::preview },
    Extra { noun: "node", command: nodes::adopt_command, run: nodes::adopt },
];

/// Those below a noun.
pub fn below(noun: &str) -> impl Iterator<Item = &'static Extra> {
    EXTRAS.iter().filter(move |extra| extra.noun == noun)
}

/// The one of that name below a noun.
pub fn find(noun: &str, name: &str) -> Option<&'static Extra> {
    below(noun).find(|extra| (extra.command)().get_name() == name)
}
