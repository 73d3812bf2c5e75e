//! One e-mail, as a message of the ticket that it belongs to or makes.

use super::{Reception, Taken, who::Sender};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    exchange::Letter,
    message::Message,
    record::{
        Link, Value, Values,
        types::{FieldType, timestamp_text},
    },
    store::Sql,
    tickets::Direction,
};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// What is attached and larger than this is left out.
const LARGEST_FILE: u64 = 25 * 1024 * 1024;
/// Whoever writes more often than this within an hour in one ticket is a machine that answers a machine.
const MOST_AN_HOUR: i64 = 20;

impl Crm {
    pub(super) fn receive_letter(&mut self, letter: &Letter, reception: &Reception) -> Result<Taken> {
        let known_by = match &*letter.id {
            "" => format!("mail-{}", fingerprint(whole(letter).as_bytes())),
            id => id.to_owned(),
        };
        if let Some(ticket) = self.ticket_of_message(&known_by)? {
            return Ok(Taken::Unchanged(ticket));
        }
        if let Some(header) = &letter.machine {
            let message = Message::new("A machine sent it, as {header} says.").with("header", header);
            return Ok(Taken::Ignored(Error::new(Cause::Refused, message)));
        }
        let sender = self.known_sender(Some(&letter.email), None)?;
        if let Some(ticket) = self.rated_by_letter(letter)? {
            return Ok(Taken::Answered(ticket));
        }
        let ticket = self.ticket_of_letter(letter, &sender)?;
        if let Some(why) = self.is_loop(letter, ticket)? {
            return Ok(Taken::Ignored(Error::new(Cause::Refused, why)));
        }
        let arriving = Arriving { letter, known_by, sender, reception };
        self.transaction("Take in an e-mail", |crm| {
            let (id, fresh) = match ticket {
                Some(ticket) => (ticket, false),
                None => (crm.open_by_letter(&arriving)?, true),
            };
            let (message, id) = crm.message_of_letter(&arriving, id)?;
            crm.keep_what_came(("ticket_message", message), &letter.files, LARGEST_FILE)?;
            let title = crm.title("ticket", id)?;
            crm.relabel(&format!("Take in an e-mail: T{id} {title}"))?;
            // An answer to what was closed long ago made a ticket of its own.
            let fresh = fresh || ticket != Some(id);
            Ok(if fresh { Taken::Opened(id) } else { Taken::Answered(id) })
        })
    }

    /// Why an e-mail is one that goes round in circles: it comes from where our own go out, or far too often.
    fn is_loop(&mut self, letter: &Letter, ticket: Option<i64>) -> Result<Option<Message>> {
        let ours = self.queue_of(&[letter.email.to_lowercase()])?.is_some();
        let Some(ticket) = ticket else {
            let message = Message::new("It comes from {email}, which is our own address.");
            return Ok(ours.then(|| message.with("email", &letter.email)));
        };
        let at =
            letter.sent.filter(|sent| *sent <= self.reading.clock.now()).unwrap_or_else(|| self.reading.clock.now());
        let since = at.checked_sub(SignedDuration::from_hours(1)).unwrap_or(at);
        let sql = "SELECT COUNT(*) FROM ticket_messages WHERE ticket = ? AND at > ? AND at <= ? AND direction = 'in' \
                   AND from_email = ? AND deleted_at IS NULL";
        let arguments = [
            Sql::Integer(ticket),
            Sql::Text(timestamp_text(since)),
            Sql::Text(timestamp_text(at)),
            Sql::Text(letter.email.to_lowercase()),
        ];
        let count = self.numbers(sql, &arguments)?.first().copied().unwrap_or_default();
        Ok((count >= MOST_AN_HOUR).then(|| {
            Message::new("{email} wrote {count} times within an hour in T{ticket}, as machines do.")
                .with("email", &letter.email)
                .with("count", count)
                .with("ticket", ticket)
        }))
    }

    fn open_by_letter(&mut self, arriving: &Arriving<'_>) -> Result<i64> {
        let Arriving { letter, sender, reception, .. } = arriving;
        let subject = match without_prefixes(&letter.subject) {
            "" => letter.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(&letter.email),
            subject => subject,
        };
        let mut values: Values = vec![
            ("subject".to_owned(), Value::Text(one_line(subject))),
            ("channel".to_owned(), Value::text(reception.channel.as_deref().unwrap_or("email"))),
            ("received".to_owned(), self.came(letter).to_value()),
        ];
        let queue = self.queue_of(&letter.to)?.or(reception.queue);
        add_unless_said(&mut values, "queue", queue.map(Link::to));
        add_unless_said(&mut values, "requester", self.email_value(&letter.email));
        add_unless_said(&mut values, "description", Some(Value::text(&*letter.text)).filter(|text| !text.is_empty()));
        add_who(&mut values, sender);
        self.add_where("ticket", &values, true)
    }

    /// The message, and the ticket that it came to.
    fn message_of_letter(&mut self, arriving: &Arriving<'_>, ticket: i64) -> Result<(i64, i64)> {
        let Arriving { letter, known_by, sender, .. } = arriving;
        let colleague = match self.queue_of(&[letter.email.to_lowercase()])? {
            Some(_) => Some(None),
            None => self.colleague_of(&letter.email)?.map(Some),
        };
        // Whoever of us answers with another program has answered all the same.
        let direction = if colleague.is_some() { Direction::Out } else { Direction::In };
        let mut values: Values = vec![
            ("ticket".to_owned(), Link::to(ticket)),
            ("direction".to_owned(), direction.to_value()),
            ("channel".to_owned(), Value::text("email")),
            ("at".to_owned(), self.came(letter).to_value()),
            ("message_id".to_owned(), Value::text(&**known_by)),
        ];
        let text = |text: &str| Some(Value::Text(text.to_owned())).filter(|_| !text.trim().is_empty());
        for (field, value) in [
            ("subject", text(&one_line(&letter.subject))),
            ("body", text(&letter.text)),
            ("from_name", text(&one_line(letter.name.as_deref().unwrap_or_default()))),
            ("from_email", self.email_value(&letter.email)),
            ("to", text(&letter.to.join(", "))),
            ("in_reply_to", letter.answers.first().and_then(|id| text(id))),
            ("contact", sender.contact.map(Link::to)),
            ("author", colleague.flatten().map(Link::to)),
        ] {
            add_unless_said(&mut values, field, value);
        }
        let id = self.add("ticket_message", values)?;
        if let Some(length) = letter.cut {
            let message = Message::new("The text of the e-mail has {length} characters; only the beginning was kept.");
            self.notice(message.with("length", length));
        }
        let ticket = self.record("ticket_message", id)?.value("ticket").as_integer().unwrap_or(ticket);
        Ok((id, ticket))
    }

    /// When it was sent, unless that cannot be.
    fn came(&self, letter: &Letter) -> Timestamp {
        let now = self.reading.clock.now();
        letter.sent.filter(|sent| *sent <= now && sent.as_second() > 0).unwrap_or(now)
    }

    /// An address as it is kept; nothing for one that is none.
    fn email_value(&self, email: &str) -> Option<Value> {
        crate::record::types::parse(&crate::record::Kind::Email, email, self.reading()).ok()
    }
}

/// A letter on its way into a ticket.
struct Arriving<'a> {
    letter: &'a Letter,
    known_by: String,
    sender: Sender,
    reception: &'a Reception,
}

/// What content without a number of its own is known by.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    u128::from_be_bytes(std::array::from_fn(|place| hash[place])).to_string()
}

/// What tells a letter without a number of its own from every other.
fn whole(letter: &Letter) -> String {
    let sent = letter.sent.map(timestamp_text).unwrap_or_default();
    [&letter.email, &sent, &letter.subject, &letter.text].map(|part| format!("{part}\n")).concat()
}

pub(super) fn add_unless_said(values: &mut Values, field: &str, value: Option<Value>) {
    if let Some(value) = value.filter(|_| values.iter().all(|(known, _)| known != field)) {
        values.push((field.to_owned(), value));
    }
}

pub(super) fn add_who(values: &mut Values, sender: &Sender) {
    add_unless_said(values, "customer", sender.customer.map(Link::to));
    add_unless_said(values, "contact", sender.contact.map(Link::to));
}

/// A subject without what programs put before it when they answer or pass on.
fn without_prefixes(subject: &str) -> &str {
    const PREFIXES: [&str; 12] =
        ["re:", "re：", "aw:", "fw:", "fwd:", "wg:", "sv:", "回复:", "回复：", "回覆：", "答复:", "转发:"];
    let mut rest = subject.trim();
    loop {
        let shorter = PREFIXES.iter().find_map(|prefix| {
            let head = rest.get(..prefix.len())?;
            head.to_lowercase().eq(prefix).then(|| rest[prefix.len()..].trim_start())
        });
        match shorter {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

/// Without what would not stand on one line, and no longer than a subject can be.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
