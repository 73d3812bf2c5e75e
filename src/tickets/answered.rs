//! What becomes of a ticket when the customer writes again (behaviour 22): what waited goes on, what was solved is taken
//! up again, and of what is closed the queue says for how long an answer opens it, before it makes a ticket of its own.

use super::{Category, Queue, Ticket, TicketStatus};
use crate::{
    Result,
    crm::Crm,
    message::Message,
    record::{Id, Link, Value, Values, types::FieldType},
};
use jiff::Timestamp;

/// What a ticket that follows up another one takes over from it.
pub(super) const TAKEN_OVER: [&str; 13] = [
    "subject",
    "kind",
    "priority",
    "grade",
    "channel",
    "customer",
    "contact",
    "product",
    "serial",
    "queue",
    "requester",
    "warranty_until",
    "tags",
];

/// The ticket that an answer belongs to: the one that is answered, or a new one that follows it up.
pub(super) fn receive(crm: &mut Crm, id: i64, at: Timestamp) -> Result<i64> {
    let ticket: Ticket = crm.get(Id::new(id))?;
    match ticket.status.category() {
        Category::Open => Ok(id),
        Category::Closed if !reopens(crm, &ticket, at)? => follow_up(crm, &ticket, at),
        _ => {
            set_status(crm, id, TicketStatus::Open)?;
            Ok(id)
        }
    }
}

pub(super) fn set_status(crm: &mut Crm, id: i64, status: TicketStatus) -> Result<()> {
    crm.change("ticket", id, vec![("status".to_owned(), status.to_value())], None).map(|_| ())
}

/// Whether an answer still opens a closed ticket.
fn reopens(crm: &mut Crm, ticket: &Ticket, at: Timestamp) -> Result<bool> {
    let Some(queue) = ticket.queue else { return Ok(true) };
    let queue: Queue = crm.get(queue)?;
    let (Some(days), Some(closed)) = (queue.reopen_days, ticket.closed.or(ticket.resolved)) else { return Ok(true) };
    Ok(at.duration_since(closed).as_secs() <= days.saturating_mul(86_400))
}

/// A new ticket about what an old one was about, with whoever dealt with that.
fn follow_up(crm: &mut Crm, ticket: &Ticket, at: Timestamp) -> Result<i64> {
    let entry = crm.record("ticket", ticket.id.number)?;
    let mut values: Values = TAKEN_OVER.iter().map(|name| ((*name).to_owned(), entry.value(name))).collect();
    values.retain(|(_, value)| !value.is_empty());
    values.push(("follows".to_owned(), Link::to(ticket.id.number)));
    values.push(("received".to_owned(), at.to_value()));
    if let Some(owner) = ticket.owner.filter(|owner| crm.at_work(owner.number).is_ok()) {
        values.push(("owner".to_owned(), Link::to(owner.number)));
    }
    let values = values.into_iter().map(bare).collect();
    let new = crm.add_where("ticket", &values, true)?;
    crm.notice(
        Message::new("T{old} was closed too long ago to be opened again: T{new} follows it up.")
            .with("old", ticket.id.number)
            .with("new", new),
    );
    Ok(new)
}

/// A link as it is written, without the name of what it points to.
pub(super) fn bare((name, value): (String, Value)) -> (String, Value) {
    let value = match value {
        Value::Link(link) => Link::to(link.id),
        other => other,
    };
    (name, value)
}
