//! What holds for every ticket, whoever writes it: it has a customer who fits, its dates follow its status, and how often
//! it was opened again or went to somebody else is counted.

use super::{Category, Priority, Queue, TicketStatus, TicketType, needs, refused, steps};
use crate::{
    Result,
    crm::Crm,
    customers::Contact,
    message::Message,
    record::{Draft, Id, Link, Origin, Value, types::FieldType},
    store::Sql,
};

/// Completes a ticket from what is known, and refuses what cannot be.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    if draft.deleted() || restored {
        return Ok(());
    }
    belongs_to_the_customer(crm, draft)?;
    crm.refuse_circle(draft, "parent")?;
    let of_kind = TicketType::of(crm, draft)?;
    if draft.is_new() {
        arrive(crm, draft, of_kind.as_ref())?;
    }
    count_hands(draft);
    follow_status(crm, draft);
    if draft.origin == Origin::Person {
        needs::refuse_lacking(crm, draft, of_kind.as_ref())?;
        refuse_backwards(draft)?;
    }
    // The clocks are set here, once all else is said.
    Ok(())
}

/// What was said goes along to another customer, and a new ticket gets what its kind asks to be done.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let id = draft.id.unwrap_or_default();
    if draft.deleted() {
        return Ok(());
    }
    if draft.stored.is_empty() {
        if draft.origin == Origin::Person
            && let Some(list) = TicketType::of(crm, draft)?.and_then(|of_kind| of_kind.checklist)
        {
            steps::add(crm, id, &list)?;
        }
        return Ok(());
    }
    if draft.changed("customer").is_none_or(|customer| customer.same(&draft.before("customer"))) {
        return Ok(());
    }
    let customer = draft.get("customer").as_integer().map_or(Sql::Null, Sql::Integer);
    let sql = "SELECT id FROM ticket_messages WHERE ticket = ? AND customer IS DISTINCT FROM ?";
    for message in crm.numbers(sql, &[Sql::Integer(id), customer])? {
        crm.set_directly("ticket_message", message, "customer", draft.get("customer"))?;
    }
    Ok(())
}

/// What is strange in what a file says of a ticket, though it is taken as it is.
pub(crate) fn odd(draft: &Draft) -> Option<Message> {
    let said = |field: &str| draft.get(field).as_text().map(str::to_owned);
    let (first, resolved) = (said("first_response")?, said("resolved")?);
    let subject = said("subject").unwrap_or_default();
    (resolved < first).then(|| Message::new("{ticket} was solved before anybody answered it.").with("ticket", subject))
}

/// A contact says whose the ticket is, and works for nobody else.
fn belongs_to_the_customer(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let new = draft.is_new() || draft.changed("contact").is_some() || draft.changed("customer").is_some();
    let Some(contact) = draft.get("contact").as_integer().filter(|_| new) else { return Ok(()) };
    let contact: Contact = crm.get(Id::new(contact))?;
    match (contact.customer, draft.get("customer").as_integer()) {
        (Some(theirs), None) => draft.set("customer", Link::to(theirs.number)),
        (theirs, Some(said)) if draft.origin == Origin::Person && theirs.is_none_or(|theirs| theirs.number != said) => {
            let message = Message::new("{contact} does not work for that customer.").with("contact", contact.name);
            return Err(refused(message).on_field("contact"));
        }
        _ => {}
    }
    Ok(())
}

/// What a new ticket gets unless it is said: when it came in, its queue and how urgent it is.
fn arrive(crm: &mut Crm, draft: &mut Draft, of_kind: Option<&TicketType>) -> Result<()> {
    // Of a ticket that a file tells of, nobody knows when it came in but the file.
    if draft.get("received").is_empty() && draft.origin == Origin::Person {
        let now = crm.now_text();
        draft.set("received", Value::Text(now));
    }
    if draft.origin == Origin::Export {
        return Ok(());
    }
    if draft.get("queue").is_empty()
        && let Some(queue) = of_kind.and_then(|of_kind| of_kind.queue)
    {
        draft.set("queue", Link::to(queue.number));
    }
    if draft.get("priority").is_empty() {
        let mut priority = of_kind.and_then(|of_kind| of_kind.priority);
        if let Some(queue) = draft.get("queue").as_integer().filter(|_| priority.is_none()) {
            priority = crm.get::<Queue>(Id::new(queue))?.priority;
        }
        draft.set("priority", priority.unwrap_or(Priority::Normal).to_value());
    }
    Ok(())
}

/// Counts how often it went from one colleague to another.
fn count_hands(draft: &mut Draft) {
    let (before, after) = (draft.before("owner"), draft.get("owner"));
    if draft.is_new() || draft.origin != Origin::Person || before.is_empty() || after.is_empty() || before.same(&after)
    {
        return;
    }
    let count = draft.before("reassigned").as_integer().unwrap_or_default();
    draft.set("reassigned", Value::Integer(count + 1));
}

/// The dates that go with a status: when it was solved and closed, and that it was not when it is taken up again.
fn follow_status(crm: &Crm, draft: &mut Draft) {
    let said = |draft: &Draft, field: &str| draft.changed(field).is_some();
    let Some(status) = TicketStatus::from_value(&draft.get("status")) else { return };
    let before = TicketStatus::from_value(&draft.before("status")).filter(|_| !draft.is_new());
    if draft.origin != Origin::Person || before == Some(status) {
        return;
    }
    let now = Value::Text(crm.now_text());
    let was_over = before.is_some_and(TicketStatus::is_over);
    if status.is_over() {
        if !said(draft, "resolved") && draft.get("resolved").is_empty() {
            draft.set("resolved", now.clone());
        }
        if status == TicketStatus::Closed && !said(draft, "closed") {
            draft.set("closed", now);
        } else if status == TicketStatus::Resolved {
            draft.set("closed", Value::Null);
        }
    } else if was_over {
        for field in ["resolved", "closed"] {
            draft.set(field, Value::Null);
        }
        let count = draft.before("reopened").as_integer().unwrap_or_default();
        draft.set("reopened", Value::Integer(count + 1));
    }
}

/// Nothing was answered, solved or closed before it came in.
fn refuse_backwards(draft: &Draft) -> Result<()> {
    let received = draft.get("received");
    let Some(received) = received.as_text() else { return Ok(()) };
    for field in ["first_response", "resolved", "closed"] {
        let value = draft.get(field);
        let Some(at) = value.as_text().filter(|at| *at < received && draft.changed(field).is_some()) else { continue };
        let message = Message::new("{at} is before the ticket came in, which was at {received}.");
        return Err(refused(message.with("at", at).with("received", received)).on_field(field));
    }
    Ok(())
}

impl TicketStatus {
    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self.category(), Category::Resolved | Category::Closed)
    }
}
