//! Sending what is due: each message is marked, handed over, and told of, in that order and each committed.

use super::{
    Carrier, DOOR, OutboxMessage, OutboxState, Outgoing,
    carrier::{Fate, Route, sender},
    letter::{Enclosed, Letter},
};
use crate::{
    Result,
    crm::{Crm, Query, Sort, number_of_short},
    customers::Attachment,
    message::Message,
    record::{Grid, Id, filter, types::timestamp_text},
    store::Sql,
};
use jiff::{Timestamp, ToSpan};

/// After so many attempts nobody tries again: with the waits between them that is about four days, the time that
/// RFC 5321 (4.5.4.1) gives a message.
const MOST_ATTEMPTS: i64 = 20;

/// The first wait, in minutes, which doubles from attempt to attempt up to the last.
const FIRST_WAIT: i64 = 5;
const LAST_WAIT: i64 = 6 * 60;

/// Whoever has been sending one message for longer than this, in minutes, never comes back.
pub(super) const LOST: i64 = 10;

/// What a run of sending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sending {
    pub sent: u64,
    /// Not taken now, to be tried again.
    pub later: u64,
    pub failed: u64,
    /// Called off, since whoever would get it wants no mail by now.
    pub withheld: u64,
    /// Handed over, and nobody knows whether they arrived.
    pub unknown: u64,
    /// Of which nobody knows whether they arrived, from earlier runs too.
    pub uncertain: u64,
}

impl Crm {
    /// What would be sent now, in the order in which it goes.
    ///
    /// # Errors
    /// Storage faults.
    pub fn due_messages(&mut self, limit: Option<u64>) -> Result<Grid> {
        let now = self.reading().clock.now().to_zoned(self.reading().clock.zone().clone());
        let until = now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let query = Query {
            filter: filter::parse(&format!("state=queued next_attempt=..{until}"))?,
            columns: ["subject", "to", "cause", "attempts", "next_attempt"].map(str::to_owned).into(),
            sort: Sort::parse("next_attempt,id"),
            limit,
            ..Query::new("outbox")
        };
        self.list(&query)
    }

    /// Sends what is due, at most so many, in the name of `from`.
    ///
    /// A message is marked as being sent before it is handed over, and that is committed: so two that send at once never
    /// take the same one, and what a crash leaves behind is never sent again by itself.
    ///
    /// # Errors
    /// A server or folder that cannot be used at all; no message is touched then.
    pub fn send_outbox(&mut self, carrier: &Carrier, from: &str, limit: Option<u64>) -> Result<Sending> {
        let from = sender(from)?;
        let mut done = Sending::default();
        self.find_lost()?;
        let started = Sql::Text(self.now_text());
        let mut route = None;
        let mut handled = 0;
        let mut last = (String::new(), 0);
        while limit.is_none_or(|limit| handled < limit) {
            let Some((id, due)) = self.next_due(&started, &last)? else { break };
            last = (due, id);
            let route = match &mut route {
                Some(route) => route,
                None => route.insert(carrier.open()?),
            };
            route.ready()?;
            handled += 1;
            self.through_door(DOOR, |crm| crm.send_one(id, route, &from, &mut done))?;
        }
        if let Some(route) = route {
            route.close();
        }
        done.uncertain = super::uncertain(self)?.unsigned_abs();
        Ok(done)
    }

    fn send_one(
        &mut self,
        id: i64,
        route: &mut Route,
        from: &lettre::message::Mailbox,
        done: &mut Sending,
    ) -> Result<()> {
        let Some(message) = self.take_up(id)? else { return Ok(()) };
        if message.automatic && self.refuses_by_now(&message)? {
            done.withheld += 1;
            let why = Message::new("Whoever would get it asked not to be written to, or has left.").to_string();
            return self.tell_of_message(&message, OutboxState::Cancelled, Some(&why), None);
        }
        let now = self.reading().clock.now();
        let fate = match self.enclosed(&message).and_then(|files| Letter::of(&message, files, from, now)) {
            Ok(letter) => route.hand_over(&letter, &file_name(&message)),
            Err(error) => Fate::Never(error.to_string()),
        };
        match fate {
            Fate::Sent => {
                done.sent += 1;
                self.tell_of_message(&message, OutboxState::Sent, None, None)
            }
            Fate::Later(why) if message.attempts < MOST_ATTEMPTS => {
                done.later += 1;
                let next = self.reading().clock.now().checked_add(wait(message.attempts).minutes());
                self.tell_of_message(&message, OutboxState::Queued, Some(&why), next.ok())
            }
            Fate::Later(why) | Fate::Never(why) => {
                done.failed += 1;
                self.tell_of_message(&message, OutboxState::Failed, Some(&why), None)
            }
            Fate::Unknown(why) => {
                done.unknown += 1;
                self.tell_of_message(&message, OutboxState::Sending, Some(&why), None)
            }
        }
    }

    /// The files that are kept with what was said in a ticket, which the message brings.
    fn enclosed(&mut self, message: &OutboxMessage) -> Result<Vec<Enclosed>> {
        let schema = self.schema("ticket_message")?;
        let said = message.cause.as_deref().and_then(|cause| number_of_short(&schema, cause));
        let Some(said) = said else { return Ok(Vec::new()) };
        let sql = "SELECT id FROM attachments WHERE ticket_message = ? AND deleted_at IS NULL ORDER BY id";
        let mut files = Vec::new();
        for id in self.numbers(sql, &[Sql::Integer(said)])? {
            let kept: Attachment = self.get(Id::new(id))?;
            let mut content = Vec::new();
            self.content(id, &mut |bytes| {
                content.extend_from_slice(bytes);
                Ok(())
            })?;
            files.push(Enclosed { name: kept.name, media_type: kept.media_type.unwrap_or_default(), content });
        }
        Ok(files)
    }

    /// The next message that is due, beyond the last one that was looked at.
    fn next_due(&mut self, started: &Sql, last: &(String, i64)) -> Result<Option<(i64, String)>> {
        let sql = "SELECT id, next_attempt FROM outbox_messages WHERE state = 'queued' AND deleted_at IS NULL \
                   AND next_attempt <= ? AND (next_attempt > ? OR next_attempt = ? AND id > ?) \
                   ORDER BY next_attempt, id LIMIT 1";
        let (after, id) = last;
        let after = Sql::Text(after.clone());
        let row = self.db.first(sql, &[started.clone(), after.clone(), after, Sql::Integer(*id)])?;
        Ok(row.map(|row| (crate::crm::integer(&row[0]), crate::crm::text(&row[1]))))
    }

    /// Marks a message as being sent; none where somebody else was faster.
    fn take_up(&mut self, id: i64) -> Result<Option<OutboxMessage>> {
        self.transaction(&format!("Send OB{id}"), |crm| {
            let now = crm.now_text();
            let sql = "UPDATE outbox_messages SET state = 'sending', attempts = attempts + 1, tried = ?, error = NULL, \
                       updated_at = ?, version = version + 1 WHERE id = ? AND state = 'queued' AND deleted_at IS NULL";
            let won = crm.db.execute(sql, &[Sql::Text(now.clone()), Sql::Text(now), Sql::Integer(id)])?;
            if won == 0 { Ok(None) } else { crm.get(Id::new(id)).map(Some) }
        })
    }

    /// Writes what became of a message, if it is this attempt's still.
    fn tell_of_message(
        &mut self,
        message: &OutboxMessage,
        state: OutboxState,
        error: Option<&str>,
        next: Option<Timestamp>,
    ) -> Result<()> {
        let id = message.id.number;
        let label = match state {
            OutboxState::Sent => format!("Sent OB{id} to {}", message.to),
            OutboxState::Queued => format!("Try OB{id} again later"),
            OutboxState::Sending => format!("OB{id} may have been sent"),
            _ => format!("OB{id} was not sent"),
        };
        self.transaction(&label, |crm| {
            let now = crm.now_text();
            let sql = "UPDATE outbox_messages SET state = CAST(? AS TEXT), error = CAST(? AS TEXT), \
                       next_attempt = CAST(? AS TEXT), sent = CAST(? AS TEXT), updated_at = ?, version = version + 1 \
                       WHERE id = ? AND state = 'sending' AND attempts = ?";
            let text = |text: Option<String>| text.map_or(Sql::Null, Sql::Text);
            let sent = (state == OutboxState::Sent).then(|| now.clone());
            let arguments = [
                Sql::Text(state.key().to_owned()),
                text(error.map(str::to_owned)),
                text(next.map(timestamp_text)),
                text(sent),
                Sql::Text(now),
                Sql::Integer(id),
                Sql::Integer(message.attempts),
            ];
            crm.db.execute(sql, &arguments).map(drop)
        })
    }

    /// Says of messages that were taken up long ago, and never told of, that nobody knows what became of them.
    fn find_lost(&mut self) -> Result<()> {
        let now = self.reading().clock.now();
        let before = timestamp_text(now.checked_sub(LOST.minutes()).unwrap_or(now));
        let why = "Whoever was sending it did not come back; it may have arrived.";
        self.through_door(DOOR, |crm| {
            crm.transaction("Find messages that may have been sent", |crm| {
                let sql = "UPDATE outbox_messages SET error = ?, updated_at = ?, version = version + 1 \
                           WHERE state = 'sending' AND error IS NULL AND tried < ? AND deleted_at IS NULL";
                let arguments = [Sql::Text(why.to_owned()), Sql::Text(crm.now_text()), Sql::Text(before.clone())];
                crm.db.execute(sql, &arguments).map(drop)
            })
        })
    }

    fn refuses_by_now(&mut self, message: &OutboxMessage) -> Result<bool> {
        let outgoing = Outgoing {
            customer: message.customer.map(|id| id.number),
            contact: message.contact.map(|id| id.number),
            lead: message.lead.map(|id| id.number),
            ..Outgoing::default()
        };
        let to: Vec<String> = message.to.split(", ").map(str::to_owned).collect();
        for address in &to {
            if self.has_left(address)? {
                return Ok(true);
            }
        }
        Ok(self.wants_no_mail(&to, &outgoing)?.is_some())
    }

    /// Puts messages in another state, as a person decides.
    pub(super) fn put_in_state(&mut self, id: i64, state: OutboxState) -> Result<()> {
        let now = self.now_text();
        let next = if state == OutboxState::Queued { Sql::Text(now.clone()) } else { Sql::Null };
        let attempts = if state == OutboxState::Queued { "0" } else { "attempts" };
        let sql = format!(
            "UPDATE outbox_messages SET state = CAST(? AS TEXT), next_attempt = CAST(? AS TEXT), error = NULL, \
             attempts = {attempts}, updated_at = ?, version = version + 1 WHERE id = ?"
        );
        let arguments = [Sql::Text(state.key().to_owned()), next, Sql::Text(now), Sql::Integer(id)];
        self.db.execute(&sql, &arguments).map(drop)
    }
}

/// How many minutes to wait after so many attempts.
fn wait(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(20);
    (FIRST_WAIT << doublings).min(LAST_WAIT)
}

/// The name of a message as a file, always the same for one message.
fn file_name(message: &OutboxMessage) -> String {
    let id: String = message.message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    format!("OB{}-{id}.eml", message.id.number)
}
