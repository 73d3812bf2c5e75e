//! Answers to customers and notes among us, with the time they took and the status that goes with them.

use super::{Direction, Outgoing, Queue, Ticket, TicketMessage, TicketStatus, refused};
use crate::{
    Result,
    crm::{Crm, Incoming},
    customers::{Contact, Customer},
    message::Message,
    record::{Id, Link, Value, Values, types::FieldType},
    store::Sql,
};

/// What most mail servers take at most, once files are written as letters and figures.
const HEAVIEST: u64 = 18 * 1024 * 1024;

/// What is said in a ticket.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub ticket: i64,
    /// To the customer, by the customer (told by telephone), or among us.
    pub direction: Direction,
    pub text: String,
    pub minutes: Option<i64>,
    /// The status that the ticket gets with it.
    pub status: Option<TicketStatus>,
    /// To which address it goes; the contact's, else whoever wrote, unless said.
    pub to: Option<String>,
    /// How it is said; as the ticket came unless said.
    pub channel: Option<String>,
}

impl Crm {
    /// Says something in a ticket, as one operation; says the number of the message.
    ///
    /// # Errors
    /// Nothing said, a status that the ticket cannot get now.
    pub fn say(&mut self, said: &Said) -> Result<i64> {
        self.say_with(said, &[])
    }

    /// As [`Crm::say`], with files: they stay with the message, and go along with the e-mail that brings it.
    ///
    /// # Errors
    /// As [`Crm::say`] and [`Crm::attach`]; more than an e-mail carries.
    pub fn say_with(&mut self, said: &Said, files: &[Incoming]) -> Result<i64> {
        let size: u64 = files.iter().map(|file| file.staged.size).sum();
        if said.direction == Direction::Out && size > HEAVIEST {
            let message = Message::new("The files have {size} MB, and an e-mail carries {most} MB at most.");
            let message = message.with("size", size.div_ceil(1024 * 1024)).with("most", HEAVIEST / 1024 / 1024);
            return Err(refused(message).on_field("attach"));
        }
        let word = match said.direction {
            Direction::Note => "Note in",
            Direction::In => "Take down for",
            Direction::Out => "Reply to",
        };
        self.transaction(word, |crm| {
            let ticket: Ticket = crm.get(Id::new(said.ticket))?;
            let message = crm.write_message(&ticket, said, files)?;
            crm.relabel(&format!("{word} T{} {}", ticket.id.number, ticket.subject))?;
            Ok(message)
        })
    }

    fn write_message(&mut self, ticket: &Ticket, said: &Said, files: &[Incoming]) -> Result<i64> {
        let mut values: Values = vec![
            ("ticket".to_owned(), Link::to(ticket.id.number)),
            ("direction".to_owned(), said.direction.to_value()),
        ];
        let mut push = |field: &str, value: Option<Value>| {
            values.extend(value.filter(|value| !value.is_empty()).map(|value| (field.to_owned(), value)));
        };
        push("body", Some(Value::text(said.text.trim())));
        push("minutes", said.minutes.map(Value::Integer));
        push("channel", said.channel.as_deref().map(Value::text));
        if said.direction != Direction::Note {
            push("contact", ticket.contact.map(|contact| Link::to(contact.number)));
        }
        if said.direction == Direction::Out {
            let to = match &said.to {
                Some(to) => Some(to.clone()),
                None => self.address_of(ticket)?,
            };
            push("to", to.map(Value::Text));
            push("subject", Some(Value::text(answer_subject(ticket))));
            push("message_id", Some(Value::Text(self.new_message_id(ticket)?)));
            push("in_reply_to", self.last_heard(ticket)?.map(Value::Text));
        }
        let id = self.add("ticket_message", values)?;
        if !files.is_empty() {
            self.attach(("ticket_message", id), files, None)?;
        }
        if let Some(status) = said.status {
            super::answered::set_status(self, ticket.id.number, status)?;
        }
        if said.direction == Direction::Out {
            send_to_customer(self, id)?;
        }
        Ok(id)
    }

    /// The address of whoever is to be answered: the contact's, else that of whoever wrote, else the customer's.
    fn address_of(&mut self, ticket: &Ticket) -> Result<Option<String>> {
        if let Some(contact) = ticket.contact {
            let contact: Contact = self.get(contact)?;
            if let Some(email) = contact.email {
                return Ok(Some(email.0));
            }
        }
        if let Some(requester) = &ticket.requester {
            return Ok(Some(requester.0.clone()));
        }
        let Some(customer) = ticket.customer else { return Ok(None) };
        let customer: Customer = self.get(customer)?;
        Ok(customer.email.map(|email| email.0))
    }

    /// What our own e-mail is known by, so that an answer to it finds its ticket.
    fn new_message_id(&mut self, ticket: &Ticket) -> Result<String> {
        let queue: Option<Queue> = ticket.queue.map(|queue| self.get(queue)).transpose()?;
        let address = queue.and_then(|queue| queue.address);
        let domain =
            address.as_ref().and_then(|address| address.rsplit_once('@')).map_or("kehu.invalid", |(_, host)| host);
        Ok(format!("{}@{domain}", self.new_uid()))
    }

    /// The e-mail that is answered: the latest of the customer's.
    fn last_heard(&mut self, ticket: &Ticket) -> Result<Option<String>> {
        let sql = "SELECT message_id FROM ticket_messages WHERE ticket = ? AND direction = 'in' \
                   AND message_id IS NOT NULL AND deleted_at IS NULL ORDER BY at DESC, id DESC LIMIT 1";
        let row = self.db.first(sql, &[Sql::Integer(ticket.id.number)])?;
        Ok(row.map(|row| crate::crm::text(&row[0])))
    }
}

/// `Re: The display stays dark [T12]`: an answer that names nothing else still finds its ticket.
fn answer_subject(ticket: &Ticket) -> String {
    format!("Re: {} [T{}]", ticket.subject, ticket.id.number)
}

/// How things are said that no e-mail brings.
const BY_MOUTH: [&str; 12] =
    ["phone", "call", "visit", "chat", "wechat", "sms", "fax", "电话", "上门", "微信", "短信", "在线"];

/// Queues the e-mail that brings a message to the customer, in the operation that wrote it.
fn send_to_customer(crm: &mut Crm, id: i64) -> Result<()> {
    let message: TicketMessage = crm.get(Id::new(id))?;
    let Some(to) = message.to.filter(|to| !to.trim().is_empty()) else { return Ok(()) };
    if !to.contains('@') {
        let message = Message::new("{to} is no e-mail address.").with("to", to);
        return Err(refused(message).on_field("to"));
    }
    if message.channel.is_some_and(|channel| BY_MOUTH.contains(&channel.to_lowercase().as_str())) {
        return Ok(());
    }
    let ticket: Ticket = crm.get(message.ticket)?;
    let from = match ticket.queue {
        Some(queue) => crm.get::<Queue>(queue)?.address.map(|address| address.0),
        None => None,
    };
    let sql = "SELECT message_id FROM ticket_messages WHERE ticket = ? AND id <> ? AND message_id IS NOT NULL \
               AND direction <> 'note' AND deleted_at IS NULL ORDER BY at, id";
    let before = crm.db.query(sql, &[Sql::Integer(ticket.id.number), Sql::Integer(id)])?;
    let outgoing = Outgoing {
        to: vec![to],
        subject: message.subject.unwrap_or_default(),
        text: message.body.map(|body| body.0).unwrap_or_default(),
        cause: Some(("ticket_message", id)),
        customer: ticket.customer.map(|id| id.number),
        contact: ticket.contact.map(|id| id.number),
        ticket: Some(ticket.id.number),
        from,
        message_id: message.message_id,
        in_reply_to: message.in_reply_to,
        references: before.iter().map(|row| crate::crm::text(&row[0])).collect(),
        ..Outgoing::default()
    };
    crm.queue_message(&outgoing).map(drop)
}
