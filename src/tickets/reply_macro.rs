//! Macro: what is done with tickets again and again, as one step: an answer, a note, and fields that change (R107).

use super::{Priority, Queue, TicketStatus};
use crate::{
    org::User,
    record::{
        Id, record,
        types::{LongText, Open, Tags},
    },
};

record! {
    /// What is done with tickets again and again; all of it or nothing.
    pub struct Macro in "macros" as "MC" called "macro" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// What the customer is answered; {contact}, {customer}, {ticket}, {subject}, {me} stand for theirs
        reply: Option<LongText> [search],
        /// What is noted among us
        note: Option<LongText>,
        /// The status that the ticket gets
        status: Option<TicketStatus> [list],
        /// The priority that it gets
        priority: Option<Priority> [list],
        /// The kind that it gets
        kind: Option<Open>,
        /// The queue that it goes to
        queue: Option<Id<Queue>> [list],
        /// The colleague who gets it
        owner: Option<Id<User>>,
        /// What solved it
        resolution: Option<LongText>,
        /// What was behind it
        cause: Option<Open>,
        /// Tags that it gets beside its own
        add_tags: Tags,
        /// What is to be done for it, a line each
        checklist: Option<LongText>,
        /// How long this takes, in minutes
        minutes: Option<i64> [min("0"), max("1000000")],
    }
}
