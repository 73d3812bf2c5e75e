//! Queue: where tickets wait for a team, and what becomes of an answer to one that is closed (behaviour 22).

use super::Priority;
use crate::{
    org::User,
    record::{
        Id, record,
        types::{Email, LongText},
    },
};

record! {
    /// Where tickets wait for the colleagues of a team.
    pub struct Queue in "queues" as "TQ" called "queue" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// The colleagues who deal with its tickets
        members: Vec<Id<User>> [list],
        /// The address whose e-mails it gets
        address: Option<Email> [list],
        /// For how many days an answer opens a closed ticket again, before it makes a follow-up ticket; always when empty
        reopen_days: Option<i64> [min("0"), max("36500"), list],
        /// How urgent its tickets are unless said
        priority: Option<Priority> [list],
        /// What else is worth knowing
        notes: Option<LongText>,
    }
    computed {
        /// How many of its tickets are not solved yet
        open_tickets: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM tickets k WHERE k.queue = {t}.id AND k.status IN ('new', 'open', 'pending', 'on_hold') \
             AND k.deleted_at IS NULL)",
    }
}
