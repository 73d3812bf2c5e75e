//! `kehu node adopt`: writes the usual nodes down, so that they can be changed.

use super::session::Session;
use clap::{ArgMatches, Command};
use kehu::{Message, Result};

pub fn adopt_command() -> Command {
    Command::new("adopt")
        .about("Writes the six usual nodes down, so that they can be renamed, moved, retired and added to")
        .after_help(
            "Examples:\n  kehu node adopt --dry-run\n  kehu node adopt\n  \
             kehu node add sample --label-zh 样品 --position 3",
        )
}

pub fn adopt(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let added = session.crm()?.adopt_nodes()?;
    if added.is_empty() {
        session.terminal.warn(&Message::new("This database has nodes of its own already."));
        return Ok(0);
    }
    session.wrote(&Message::new("Wrote down {count} nodes.").with("count", added.len()))?;
    Ok(0)
}
