//! Asking how satisfied somebody is: once for each time that a ticket was solved, after a while, in their language.

use super::survey::{Survey, tongue, written_in};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Id, Link, Value, types::timestamp_text},
    store::Sql,
    tickets::{Outgoing, Queue, Ticket, TicketStatus},
};
use jiff::{Timestamp, ToSpan};

/// Who was asked, and who was not and why.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The questions, by their numbers.
    pub asked: Vec<i64>,
    /// No address is known.
    pub unknown: usize,
    /// They want no mail.
    pub refused: usize,
    /// They work there no more.
    pub left: usize,
    /// No survey is for them, or not yet.
    pub waiting: usize,
}

/// Whom to ask, and in which language.
struct Person {
    email: String,
    name: String,
    language: String,
}

impl Crm {
    /// Asks the customers of tickets that were solved a while ago and not asked about yet, as one operation.
    ///
    /// # Errors
    /// Storage faults.
    pub fn ask_satisfaction(&mut self, limit: Option<u64>) -> Result<Asked> {
        let surveys = self.surveys()?;
        let Some(days) = surveys.iter().map(|survey| survey.days).max() else { return Ok(Asked::default()) };
        let hours = surveys.iter().map(|survey| survey.hours).min().unwrap_or_default();
        let now = self.reading().clock.now();
        let latest = timestamp_text(now.checked_sub(hours.hours()).unwrap_or(now));
        let earliest = timestamp_text(now.checked_sub((days * 24).hours()).unwrap_or(now));
        let most = limit.map_or_else(String::new, |limit| format!(" LIMIT {limit}"));
        let sql = format!(
            "SELECT t.id FROM tickets t WHERE t.status IN ('resolved', 'closed') AND t.resolved BETWEEN ? AND ? \
             AND t.merged_into IS NULL AND t.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM satisfactions s \
             WHERE s.ticket = t.id AND s.cycle = COALESCE(t.reopened, 0) + 1) ORDER BY t.id{most}"
        );
        self.transaction("Ask how satisfied customers are", |crm| {
            let mut done = Asked::default();
            for ticket in crm.numbers(&sql, &[Sql::Text(earliest.clone()), Sql::Text(latest.clone())])? {
                crm.ask_about(ticket, &surveys, Some(now), &mut done)?;
            }
            match done.asked.len() {
                0 => {}
                1 => crm.relabel("Ask how satisfied a customer is")?,
                count => crm.relabel(&format!("Ask how satisfied {count} customers are"))?,
            }
            Ok(done)
        })
    }

    /// Asks about one ticket at once, if nobody did since it was solved.
    ///
    /// # Errors
    /// A ticket that is not solved or asked about already, nobody to ask, or nothing to ask.
    pub fn ask_about_ticket(&mut self, id: i64) -> Result<i64> {
        let ticket: Ticket = self.get(Id::new(id))?;
        let named = || format!("T{id} {}", ticket.subject);
        let refuse = |message: Message, hint: Message| Error::new(Cause::Refused, message).hint(hint);
        if !matches!(ticket.status, TicketStatus::Resolved | TicketStatus::Closed) {
            let message = Message::new("{record} is not solved yet.").with("record", named());
            return Err(refuse(message, Message::new("kehu ticket show T{number}").with("number", id)));
        }
        if let Some(known) = self.satisfaction_of(id, cycle(&ticket))? {
            let message = Message::new("{record} was asked about already since it was solved.");
            let hint = Message::new("kehu satisfaction show SF{number}").with("number", known);
            return Err(refuse(message.with("record", named()), hint));
        }
        let surveys = self.surveys()?;
        let mut done = Asked::default();
        self.transaction(&format!("Ask about T{id}"), |crm| crm.ask_about(id, &surveys, None, &mut done))?;
        match done.asked.first() {
            Some(asked) => Ok(*asked),
            None if done.unknown > 0 => {
                let message = Message::new("Nobody to ask about {record} has an e-mail address.");
                let hint = Message::new("kehu ticket edit T{number} requester=name@example.com").with("number", id);
                Err(refuse(message.with("record", named()), hint))
            }
            None if done.left > 0 => {
                let message = Message::new("Whoever could be asked about {record} has left the company.");
                let hint =
                    Message::new("kehu ticket edit T{number} requester=name@example.com contact=").with("number", id);
                Err(refuse(message.with("record", named()), hint))
            }
            None if done.refused > 0 => {
                let message = Message::new("Whoever could be asked about {record} wants no mail.");
                Err(refuse(
                    message.with("record", named()),
                    Message::new("kehu ticket show T{number}").with("number", id),
                ))
            }
            None => Err(refuse(Message::new("No survey says what to ask."), Message::new("kehu survey add --help"))),
        }
    }

    /// Asks about a ticket, or counts why not; `now` says that it must be due.
    fn ask_about(&mut self, id: i64, surveys: &[Survey], now: Option<Timestamp>, done: &mut Asked) -> Result<()> {
        let ticket: Ticket = self.get(Id::new(id))?;
        let gone = self.has_gone(&ticket)?;
        let person = match self.person_of(&ticket)? {
            Some(person) if !self.has_left(&person.email)? => person,
            person => {
                let count = if gone || person.is_some() { &mut done.left } else { &mut done.unknown };
                *count += 1;
                return Ok(());
            }
        };
        let queue = ticket.queue.map(|queue| queue.number);
        let best = surveys.iter().filter_map(|survey| Some((survey.fits(queue, &person.language)?, survey)));
        // Of those that fit equally well the first counts.
        let best = best.max_by_key(|(fit, survey)| (*fit, -survey.id.number)).map(|(_, survey)| survey);
        let Some(survey) = best.filter(|survey| now.is_none_or(|now| is_due(survey, &ticket, now))) else {
            done.waiting += 1;
            return Ok(());
        };
        let token = self.new_token();
        let values = vec![
            ("ticket".to_owned(), Link::to(id)),
            ("asked".to_owned(), Value::Text(self.now_text())),
            ("token".to_owned(), Value::text(&token)),
        ];
        let outgoing = Outgoing {
            to: vec![person.email.clone()],
            customer: ticket.customer.map(|id| id.number),
            contact: ticket.contact.map(|id| id.number).filter(|_| !gone),
            ..Outgoing::default()
        };
        if self.wants_no_mail(&outgoing.to, &outgoing)?.is_some() {
            done.refused += 1;
            return Ok(());
        }
        let asked = self.add("satisfaction", values)?;
        let from = match ticket.queue {
            Some(queue) => self.get::<Queue>(queue)?.address.map(|address| address.0),
            None => None,
        };
        let fill = |text: &str| {
            let text = text.replace("{ticket}", &format!("T{id}")).replace("{subject}", &ticket.subject);
            text.replace("{name}", &person.name).replace("{token}", &token)
        };
        self.queue_message(&Outgoing {
            subject: format!("{} [{token}]", fill(&survey.subject)),
            text: fill(&survey.text),
            cause: Some(("satisfaction", asked)),
            ticket: Some(id),
            from,
            mark: Some(token.clone()),
            automatic: true,
            ..outgoing
        })?;
        done.asked.push(asked);
        Ok(())
    }

    /// Whether the contact of a ticket works there no more.
    fn has_gone(&mut self, ticket: &Ticket) -> Result<bool> {
        let contact = ticket.contact.map(|contact| self.get(contact)).transpose()?;
        Ok(contact.is_some_and(|contact| contact.left))
    }

    /// The contact of a ticket, else whoever wrote, else the customer itself.
    fn person_of(&mut self, ticket: &Ticket) -> Result<Option<Person>> {
        let (mut name, mut language, mut email) = (String::new(), None, None);
        if let Some(customer) = ticket.customer {
            let customer = self.get(customer)?;
            name = customer.name;
            email = customer.email.map(|email| email.0);
        }
        let contact = ticket.contact.map(|contact| self.get(contact)).transpose()?;
        // Of whoever has left no address counts, be it the one they wrote from.
        if !contact.as_ref().is_some_and(|contact| contact.left) {
            email = ticket.requester.clone().map(|email| email.0).or(email);
        }
        if let Some(contact) = contact {
            language = contact.language.map(|word| tongue(&word));
            if !contact.left {
                name = contact.name;
                email = contact.email.map(|email| email.0).or(email);
            }
        }
        let said = ticket.description.as_ref().map(|text| text.0.as_str()).unwrap_or_default();
        let language = language.unwrap_or_else(|| written_in(&format!("{}{said}", ticket.subject)).to_owned());
        Ok(email.map(|email| Person { email, name, language }))
    }

    /// A word that nobody guesses.
    fn new_token(&self) -> String {
        let plain: String = self.new_uid().chars().filter(char::is_ascii_hexdigit).collect();
        format!("SF-{}", plain[plain.len() - 16..].to_uppercase())
    }
}

/// Which of its solutions a ticket has come to.
pub(super) fn cycle(ticket: &Ticket) -> i64 {
    ticket.reopened.unwrap_or_default() + 1
}

/// Whether the ticket was solved long enough ago, and not too long.
fn is_due(survey: &Survey, ticket: &Ticket, now: Timestamp) -> bool {
    let Some(resolved) = ticket.resolved else { return false };
    let from = resolved.checked_add(survey.hours.hours());
    let until = resolved.checked_add((survey.days * 24).hours());
    from.is_ok_and(|from| from <= now) && until.is_ok_and(|until| now <= until)
}
