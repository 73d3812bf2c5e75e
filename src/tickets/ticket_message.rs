//! Ticket message: one thing that was said in a ticket: by the customer, to the customer, or among us (R106).

use super::{Ticket, TicketStatus, answered, sla};
use crate::{
    Result,
    crm::Crm,
    customers::{Contact, Customer},
    error::Error,
    message::Message,
    org::User,
    record::{
        Draft, Id, Link, Origin, Value, Values, record,
        types::{Email, FieldType, LongText, Open},
    },
};
use jiff::Timestamp;

record! {
    /// What was said in a ticket, once; it stays as it is.
    pub struct TicketMessage in "ticket_messages" as "TM" called "ticket_message" {
        /// What it is about; the subject of its ticket unless said
        subject: Option<String> [title, list],
        /// The ticket it belongs to
        ticket: Id<Ticket> [index("at"), child, list],
        /// The customer of the ticket
        customer: Option<Id<Customer>> [index("at"), child],
        /// When it was said
        at: Option<Timestamp> [list],
        /// From the customer, to the customer, or a note among us
        direction: Direction [default("note"), list],
        /// The colleague who said it
        author: Option<Id<User>> [list],
        /// The person who said it, or to whom it was said
        contact: Option<Id<Contact>> [index],
        /// How the sender is called
        from_name: Option<String>,
        /// Address of the sender
        from_email: Option<Email>,
        /// To whom it went
        to: Option<String>,
        /// How it was said: email, phone, web, chat …
        channel: Option<Open>,
        /// What was said
        body: Option<LongText> [search],
        /// How long it took, in minutes
        minutes: Option<i64> [min("0"), max("1000000")],
        /// What the e-mail is known by
        message_id: Option<String> [index],
        /// The e-mail that it answers
        in_reply_to: Option<String>,
    }
    computed {
        /// Who said it
        said_by: crate::record::Kind::Text =>
            "COALESCE((SELECT u.name FROM users u WHERE u.id = {t}.author), {t}.from_name, \
             (SELECT p.name FROM contacts p WHERE p.id = {t}.contact), {t}.from_email)",
        /// The files that came with it
        files: crate::record::Kind::Text =>
            "(SELECT STRING_AGG(f.name, ', ' ORDER BY f.name) FROM attachments f WHERE f.ticket_message = {t}.id \
             AND f.deleted_at IS NULL)",
    }
}

record! {
    /// Who spoke to whom.
    pub enum Direction {
        /// Note
        Note = "note",
        /// From the customer
        In = "in",
        /// To the customer
        Out = "out",
    }
}

/// Completes what was said: when, by whom, in whose matter. An answer to what is closed finds the ticket that it makes.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    let Some(ticket) = draft.get("ticket").as_integer().filter(|_| !draft.deleted() && !restored) else {
        return Ok(());
    };
    let mut ticket: Ticket = crm.get(Id::new(ticket))?;
    if !draft.is_new() {
        if draft.changed("ticket").is_some() {
            draft.set("customer", ticket.customer.map_or(Value::Null, |customer| Link::to(customer.number)));
        }
        return Ok(());
    }
    if draft.get("at").is_empty() {
        let now = Value::Text(crm.now_text());
        draft.set("at", now);
    }
    let said = Direction::from_value(&draft.get("direction")).unwrap_or_default();
    refuse_silence(draft)?;
    if draft.origin == Origin::Person {
        if said == Direction::In {
            let at = draft.get("at").as_text().and_then(|at| at.parse().ok());
            let belongs = answered::receive(crm, ticket.id.number, at.unwrap_or_else(|| crm.reading.clock.now()))?;
            ticket = crm.get(Id::new(belongs))?;
            draft.set("ticket", Link::to(belongs));
        } else if draft.get("author").is_empty()
            && let Some((me, _)) = crm.actor()
        {
            draft.set("author", Link::to(me));
        }
    }
    let mut fill = |field: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| draft.get(field).is_empty()) {
            draft.set(field, value);
        }
    };
    fill("subject", Some(Value::text(&ticket.subject)));
    fill("channel", ticket.channel.as_ref().map(|channel| Value::text(&**channel)).filter(|_| said != Direction::Note));
    draft.set("customer", ticket.customer.map_or(Value::Null, |customer| Link::to(customer.number)));
    Ok(())
}

/// What neither says anything nor took any time is nothing.
fn refuse_silence(draft: &Draft) -> Result<()> {
    let empty = |field: &str| draft.get(field).is_empty();
    if !empty("body") || !empty("minutes") || draft.origin != Origin::Person || !empty("message_id") {
        return Ok(());
    }
    Err(Error::bad_value(Message::new("There is nothing in it: what was said?"))
        .on_field("body")
        .hint(Message::new("kehu ticket note T1 \"They will send a photo\"")))
}

/// The first answer is when somebody first answered; whoever answers a new ticket has begun with it.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    if draft.deleted() || !draft.stored.is_empty() || draft.origin == Origin::Export {
        return Ok(());
    }
    let said = Direction::from_value(&draft.get("direction")).unwrap_or_default();
    let ticket: Ticket = crm.get(Id::new(draft.get("ticket").as_integer().unwrap_or_default()))?;
    if said == Direction::Out {
        let mut values = Values::new();
        let at = draft.get("at");
        let earlier = ticket.first_response.is_none_or(|first| first.to_value().as_text() > at.as_text());
        // An answer from before the ticket came in answered another one.
        let answers = ticket.received.is_none_or(|received| received.to_value().as_text() <= at.as_text());
        if earlier && answers {
            values.push(("first_response".to_owned(), at));
        }
        if ticket.status == TicketStatus::New && draft.origin == Origin::Person {
            values.push(("status".to_owned(), TicketStatus::Open.to_value()));
        }
        if !values.is_empty() {
            crm.change("ticket", ticket.id.number, values, None)?;
        }
    }
    sla::said(crm, ticket.id.number, said, &draft.get("at"))
}
