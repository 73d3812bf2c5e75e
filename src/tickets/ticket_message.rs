//! Ticket message: one thing that was said in a ticket: by the customer, to the customer, or among us (R106).

use super::Ticket;
use crate::{
    customers::{Contact, Customer},
    org::User,
    record::{
        Id, record,
        types::{Email, LongText, Open},
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
        contact: Option<Id<Contact>> [index, child],
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
