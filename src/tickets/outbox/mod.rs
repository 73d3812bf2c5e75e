//! Outbox: messages to customers, from when they are queued with their cause until they are sent.
//!
//! A message is handed over at most once. Before that it is marked as being sent, and that is committed; whoever finds
//! such a mark after a crash cannot know whether it went, so a person decides: `retry` or `cancel`.

mod carrier;
mod letter;
mod queue;
mod send;
mod verbs;

use crate::{
    Result,
    crm::{Crm, integer, text},
    customers::{Contact, Customer},
    error::{Cause, Error},
    message::Message,
    pipeline::Lead,
    record::{
        Draft, Id, Kind, Origin, Value, record,
        types::{Email, LongText},
    },
    store::Sql,
    tickets::Ticket,
};
use jiff::Timestamp;

pub use carrier::{Carrier, Encryption, Server, address_of_sender, sender};
pub use queue::Outgoing;
pub use send::Sending;

record! {
    /// A message to a customer, from when it is queued until it is sent; written by the program.
    pub struct OutboxMessage in "outbox_messages" as "OB" called "outbox" {
        /// What it is about
        subject: String [title, search, list],
        /// Whom it goes to
        to: String [search, list],
        /// Who gets a copy
        cc: Option<String>,
        /// Queued, being sent, sent, failed or cancelled
        state: OutboxState [list],
        /// How often it was tried
        attempts: i64 [list],
        /// When it is tried next
        next_attempt: Option<Timestamp> [list, also("(next_attempt) WHERE state = 'queued' AND deleted_at IS NULL")],
        /// When it was tried last
        tried: Option<Timestamp>,
        /// When it was sent
        sent: Option<Timestamp> [list],
        /// What went wrong the last time
        error: Option<String> [list],
        /// What it was queued for
        cause: Option<String> [list],
        /// The customer it goes to
        customer: Option<Id<Customer>> [index, child],
        /// The contact it goes to
        contact: Option<Id<Contact>>,
        /// The lead it goes to
        lead: Option<Id<Lead>>,
        /// The ticket it is about
        ticket: Option<Id<Ticket>> [index, child],
        /// The address it comes from, if not the usual one
        from: Option<Email>,
        /// Nobody wrote it by hand, so whoever wants no mail does not get it
        automatic: bool,
        /// What it is called in the mail of the world
        message_id: String [label("Message-ID")],
        /// The Message-ID that it answers
        in_reply_to: Option<String>,
        /// The Message-IDs that went before
        references: Option<LongText>,
        /// What it says
        body: LongText [search],
    }
    computed {
        /// It was being sent when something broke, so nobody knows whether it arrived
        uncertain: Kind::YesNo => "({t}.state = 'sending' AND {t}.error IS NOT NULL)",
    }
}

record! {
    /// How far a message has come.
    pub enum OutboxState {
        /// Queued
        Queued = "queued",
        /// Being sent
        Sending = "sending",
        /// Sent
        Sent = "sent",
        /// Failed
        Failed = "failed",
        /// Cancelled
        Cancelled = "cancelled",
    }
}

/// What is in these states goes with its cause when that is undone; what was handed over cannot be taken back.
pub(crate) const YIELDS: &str = "state IN ('queued', 'failed', 'cancelled')";

/// The door through which messages are sent: such operations are never undone.
pub(crate) const DOOR: &str = "outbox";

/// Messages are written by the program, or come out of another database, whose place this one takes.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    if draft.deleted() || restored {
        return Ok(());
    }
    if draft.id.is_some() {
        // A message that is here stays what it is, whatever a file says of it; it may come to belong to somebody else.
        let belongs = |name: &str| matches!(name, "customer" | "contact" | "lead" | "ticket");
        if draft.origin != Origin::Person {
            draft.values.retain(|(name, _)| belongs(name));
        }
        return Ok(());
    }
    if draft.origin == Origin::Export {
        if draft.get("state").as_text() == Some(OutboxState::Queued.key()) {
            lay_aside(crm, draft);
        }
        return Ok(());
    }
    Err(Error::new(Cause::Refused, Message::new("Messages are queued by what causes them, not by hand."))
        .hint(Message::new("kehu outbox list")))
}

/// What waits in one database is sent from there: a copy of it waits for somebody who wants it sent from here.
fn lay_aside(crm: &mut Crm, draft: &mut Draft) {
    draft.set("state", Value::text(OutboxState::Cancelled.key()));
    draft.set("next_attempt", Value::Null);
    let why = Message::new("It waited to be sent in the database that it comes from.");
    draft.set("error", Value::Text(why.to_string()));
    let message = Message::new(
        "Messages that wait to be sent are taken over as called off; `kehu outbox retry` sends one from here.",
    );
    crm.notice(message);
}

/// Why a message does not go with its cause that is undone; none where it did not get that far.
pub(crate) fn why_kept(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
    let sql = "SELECT state, \"to\", COALESCE(sent, tried) FROM outbox_messages WHERE id = ?";
    let Some(row) = crm.db.first(sql, &[Sql::Integer(id)])? else { return Ok(None) };
    let message = match text(&row[0]).as_str() {
        "sent" => Message::new("It was sent to {to} at {when} already."),
        "sending" => Message::new("It was being sent to {to} at {when} and may have arrived."),
        _ => return Ok(None),
    };
    Ok(Some(message.with("to", text(&row[1])).with("when", text(&row[2]))))
}

/// How many messages are in which state, for whoever sends them.
pub(crate) fn uncertain(crm: &mut Crm) -> Result<i64> {
    let sql =
        "SELECT COUNT(*) FROM outbox_messages WHERE state = 'sending' AND error IS NOT NULL AND deleted_at IS NULL";
    Ok(crm.db.first(sql, &[])?.map(|row| integer(&row[0])).unwrap_or_default())
}
