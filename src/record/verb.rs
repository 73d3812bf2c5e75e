//! `Verb`: something a person does with a record beyond the acts that every record has.

use super::{Kind, Values};
use crate::{Result, crm::Crm, message::Message};

/// A verb of one record kind: from this line come the subcommand and the dashboard's action.
pub struct Verb {
    pub name: &'static str,
    pub doc: &'static str,
    pub asks: &'static [Ask],
    /// A command that runs as it stands on the demo database, or several, a line each, that run one after the other.
    pub example: &'static str,
    /// Why it cannot be done now, or `None` when it can.
    pub refused: fn(&mut Crm, i64) -> Result<Option<Message>>,
    pub run: fn(&mut Crm, i64, &Values) -> Result<()>,
}

/// One thing that a verb asks for.
pub struct Ask {
    pub name: &'static str,
    pub doc: &'static str,
    pub kind: fn() -> Kind,
    pub required: bool,
}
