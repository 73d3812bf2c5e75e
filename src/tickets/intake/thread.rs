//! Threads: the ticket that an e-mail belongs to, by the e-mails that it answers, else by the ref in its subject.

use super::who::Sender;
use crate::{Result, crm::Crm, exchange::Letter, message::Message, store::Sql};

impl Crm {
    /// The ticket that a letter belongs to.
    pub(super) fn ticket_of_letter(&mut self, letter: &Letter, sender: &Sender) -> Result<Option<i64>> {
        for id in &letter.answers {
            if let Some(ticket) = self.ticket_of_message(id)? {
                return Ok(Some(ticket));
            }
        }
        if let Some((_, ticket)) = self.question_of(letter)? {
            return Ok(Some(ticket));
        }
        let Some(named) = named_in(&letter.subject) else { return Ok(None) };
        let Ok(ticket) = self.find("ticket", &format!("T{named}")) else { return Ok(None) };
        let entry = self.record("ticket", ticket)?;
        if entry.is_deleted() {
            return Ok(None);
        }
        // Anybody can write a ref; what is said in a ticket is for those whom it concerns.
        let same = |field: &str, id: Option<i64>| id.is_some() && entry.value(field).as_integer() == id;
        let requester =
            entry.value("requester").as_text().is_some_and(|known| known.eq_ignore_ascii_case(&letter.email));
        let concerned = same("customer", sender.customer)
            || same("contact", sender.contact)
            || requester
            || self.has_written(ticket, &letter.email)?
            || self.colleague_of(&letter.email)?.is_some();
        if !concerned {
            let message = Message::new("The subject names T{number}, which is not about {email}.");
            self.notice(message.with("number", ticket).with("email", &letter.email));
        }
        Ok(concerned.then_some(ticket))
    }

    /// Whether that address has written in the ticket, or was written to.
    fn has_written(&mut self, ticket: i64, email: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM ticket_messages WHERE ticket = ? AND (from_email = ? OR \"to\" = ?) \
                   AND deleted_at IS NULL LIMIT 1";
        let email = Sql::Text(email.to_lowercase());
        Ok(self.db.first(sql, &[Sql::Integer(ticket), email.clone(), email])?.is_some())
    }
}

/// The number in `Re: The display [T12]`.
fn named_in(subject: &str) -> Option<i64> {
    subject.split('[').skip(1).find_map(|rest| {
        let number = rest.split_once(']')?.0.strip_prefix(['T', 't'])?;
        number.parse().ok().filter(|number| *number > 0)
    })
}
