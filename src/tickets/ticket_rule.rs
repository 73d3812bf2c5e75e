//! Ticket rule: which tickets go to whom, by skill, queue or place, and in what order people take turns; `kehu ticket
//! assign` applies them.

use super::Queue;
use crate::{
    Result,
    crm::{Crm, Query},
    error::Error,
    message::Message,
    org::{Branch, Department, User},
    record::{
        Draft, Id, Value, filter, record,
        types::{LongText, Open},
    },
};

record! {
    /// A rule of the assignment of tickets: to a colleague, or in turn to those of a queue, with a skill, of a place.
    pub struct TicketRule in "ticket_rules" as "TA" called "ticket_rule" {
        /// Which tickets, in the filter language
        condition: String [title, list],
        /// The colleague who gets them; whoever stands in, while they are away
        user: Option<Id<User>> [list],
        /// The queue whose colleagues get them; that of each ticket where nobody is named
        queue: Option<Id<Queue>> [list],
        /// What colleagues must be good at to get them
        skill: Option<Open> [list],
        /// The department whose colleagues get them
        department: Option<Department> [list],
        /// The branch whose colleagues get them
        branch: Option<Id<Branch>> [list],
        /// Who comes first: whoever waits longest, or has the fewest open tickets
        order: Order [default("round_robin"), list],
        /// How many open tickets one colleague may have to get one by it; any number when empty
        capacity: Option<i64> [min("0"), max("100000"), list],
        /// Whether it rests for now
        paused: bool [default("no"), list],
        /// Where it stands: the first rule that fits a ticket and has somebody free counts
        position: Option<i64> [list],
        /// What the rule is for
        notes: Option<LongText>,
    }
}

record! {
    /// Who comes first of those who take turns.
    pub enum Order {
        /// Round robin
        RoundRobin = "round_robin",
        /// Least busy
        LeastBusy = "least_busy",
    }
}

/// A rule names one colleague or some who take turns, and its condition can be asked of tickets.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    let team = ["queue", "skill", "department", "branch"].iter().any(|field| !draft.get(field).is_empty());
    if team && !draft.get("user").is_empty() {
        return Err(Error::bad_value(Message::new(
            "A rule names one colleague, or says by queue, skill, department or branch who take turns.",
        ))
        .on_field("user")
        .hint(Message::new("kehu ticket_rule add \"kind=repair\" --skill repair --order least_busy")));
    }
    let condition = draft.get("condition");
    let filter = filter::parse(condition.as_text().unwrap_or_default()).map_err(|error| error.on_field("condition"))?;
    let columns = vec!["id".into()];
    crm.list(&Query { filter, limit: Some(1), paging: true, columns, ..Query::new("ticket") })
        .map_err(|error| error.on_field("condition"))?;
    if draft.is_new() && draft.get("position").is_empty() {
        let last = crm.numbers("SELECT COALESCE(MAX(position), 0) FROM ticket_rules WHERE deleted_at IS NULL", &[])?;
        draft.set("position", Value::Integer(last.first().copied().unwrap_or_default() + 1));
    }
    Ok(())
}
