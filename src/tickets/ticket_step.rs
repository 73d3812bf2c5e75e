//! Ticket step: one line of the checklist of a ticket.

pub(crate) use super::steps::check;

use super::Ticket;
use crate::{
    org::User,
    record::{Id, record},
};
use jiff::Timestamp;

record! {
    /// One thing to be done for a ticket.
    pub struct TicketStep in "ticket_steps" as "TC" called "ticket_step" {
        /// What is to be done
        name: String [title, list],
        /// The ticket it belongs to
        ticket: Id<Ticket> [index, child, list],
        /// Its place in the checklist, from 1
        position: Option<i64> [list],
        /// When it was done
        done: Option<Timestamp> [list],
        /// Who did it
        done_by: Option<Id<User>> [list],
    }
}
