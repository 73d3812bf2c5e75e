//! Splitting: what was said of another matter becomes a ticket of its own, with what came with it and the time it took.

use super::{Direction, Ticket, TicketMessage, TicketStatus, answered, refused};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Id, Link, Value, Values, types::FieldType},
};

impl Crm {
    /// Moves messages of a ticket to a new one that says which ticket it was split from; says its number.
    ///
    /// # Errors
    /// [`crate::Cause::Refused`] for a message of another ticket, or all that the ticket has.
    pub fn split_ticket(&mut self, from: i64, messages: &[i64], subject: Option<&str>) -> Result<i64> {
        self.transaction("Split ticket", |crm| {
            let ticket: Ticket = crm.get(Id::new(from))?;
            let moved = crm.separable(&ticket, messages)?;
            let new = crm.split_off(&ticket, &moved, subject)?;
            let title = crm.title("ticket", new)?;
            crm.relabel(&format!("Split T{new} {title} from T{from}"))?;
            Ok(new)
        })
    }

    fn separable(&mut self, ticket: &Ticket, messages: &[i64]) -> Result<Vec<TicketMessage>> {
        let number = ticket.id.number;
        let mut moved: Vec<TicketMessage> = Vec::with_capacity(messages.len());
        for id in messages {
            let message: TicketMessage = self.get(Id::new(*id))?;
            if message.ticket != ticket.id {
                let message = Message::new("TM{message} belongs to T{ticket}, not to T{said}.")
                    .with("message", id)
                    .with("ticket", message.ticket.number)
                    .with("said", number);
                return Err(refused(message));
            }
            if moved.iter().all(|known| known.id != message.id) {
                moved.push(message);
            }
        }
        let all = self.count_where("ticket_message", &format!("ticket=T{number}"))?;
        if moved.is_empty() || moved.len() as u64 >= all {
            let message = Message::new("T{number} has {count} {count:message|messages}; some go, and some stay.");
            let hint = Message::new("kehu ticket_message list ticket=T{number}").with("number", number);
            return Err(Error::bad_value(message.with("number", number).with("count", all)).hint(hint));
        }
        moved.sort_by_key(|message| (message.at, message.id.number));
        Ok(moved)
    }

    fn split_off(&mut self, ticket: &Ticket, moved: &[TicketMessage], subject: Option<&str>) -> Result<i64> {
        let entry = self.record("ticket", ticket.id.number)?;
        let kept = answered::TAKEN_OVER.iter().filter(|name| **name != "subject");
        let mut values: Values = kept.map(|name| answered::bare(((*name).to_owned(), entry.value(name)))).collect();
        values.retain(|(_, value)| !value.is_empty());
        let heard = moved.iter().find(|message| message.direction == Direction::In);
        let named = subject.map(str::to_owned).or_else(|| heard.or(moved.first())?.subject.clone());
        values.push(("subject".to_owned(), Value::Text(named.unwrap_or_else(|| ticket.subject.clone()))));
        values.push(("follows".to_owned(), Link::to(ticket.id.number)));
        values.push(("status".to_owned(), TicketStatus::Open.to_value()));
        let mut push = |field: &str, value: Option<Value>| {
            values.extend(value.filter(|value| !value.is_empty()).map(|value| (field.to_owned(), value)));
        };
        push("owner", ticket.owner.map(|owner| Link::to(owner.number)));
        push("received", moved.first().and_then(|message| message.at).map(|at| at.to_value()));
        push("description", heard.and_then(|message| message.body.as_ref()).map(FieldType::to_value));
        let answer = moved.iter().find(|message| message.direction == Direction::Out);
        push("first_response", answer.and_then(|message| message.at).map(|at| at.to_value()));
        let new = self.add_where("ticket", &values, true)?;
        for message in moved {
            self.change("ticket_message", message.id.number, vec![("ticket".to_owned(), Link::to(new))], None)?;
        }
        Ok(new)
    }
}
