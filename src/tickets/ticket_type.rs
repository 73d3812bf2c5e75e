//! Ticket type: what must be known of a ticket of one kind, and where such tickets go (R109, R110).

pub(crate) use super::needs::check;

use super::{Priority, Queue};
use crate::record::{
    Id, record,
    types::{LongText, Tags},
};

record! {
    /// What a kind of ticket needs, and where it goes.
    pub struct TicketType in "ticket_types" as "TY" called "ticket_type" {
        /// The kind, as tickets say it
        word: String [title, unique, list],
        /// The kind in Chinese, which tickets may say as well
        word_zh: Option<String> [list],
        /// Fields without which such a ticket is not taken in
        needs: Tags [list],
        /// Fields without which such a ticket is not solved
        needs_to_resolve: Tags [list],
        /// Where such tickets go unless said
        queue: Option<Id<Queue>> [list],
        /// How urgent such tickets are unless said
        priority: Option<Priority> [list],
        /// What is to be done for such a ticket, a line each
        checklist: Option<LongText>,
        /// What else is worth knowing
        notes: Option<LongText>,
    }
}
