//! One e-mail, as a message of the ticket that it belongs to or makes.

use super::{Taken, Way, files::Files, who::Sender};
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

/// Whoever writes more often than this within an hour in one ticket is a machine that answers a machine.
const MOST_AN_HOUR: i64 = 20;
/// An e-mail that claims to have been under way for longer, in hours, has a clock that is wrong.
const UNDER_WAY: i64 = 30 * 24;
/// How many characters of addresses are kept.
const MOST_ADDRESSES: usize = 900;

impl Crm {
    pub(super) fn receive_letter(&mut self, letter: &Letter, way: &Way<'_>) -> Result<Taken> {
        let known_by = match &*letter.id {
            "" => format!("mail-{}", fingerprint(whole(letter).as_bytes())),
            id => id.to_owned(),
        };
        if let Some(taken) = self.known_mail(&known_by)? {
            return Ok(taken);
        }
        if let Some(header) = &letter.machine {
            let message = Message::new("A machine sent it, as {header} says.").with("header", header);
            return Ok(Taken::Ignored(Error::new(Cause::Refused, message)));
        }
        // Files take their time, so they lie ready before anybody is kept from writing.
        let files = self.files_of(letter, way.reception.attachment_limit)?;
        let came = came(letter, way.arrived, self.reading.clock.now());
        let mut arriving = Arriving { letter, known_by, sender: Sender::default(), way, files, came };
        let done = self.transaction("Take in an e-mail", |crm| crm.take_mail(&mut arriving));
        if done.is_err() && !arriving.files.kept.is_empty() {
            // The first fault is the one to tell; the doctor finds what cannot be cleared away now.
            let _ = self.collect_contents();
        }
        done
    }

    /// Stands where nobody else writes, so that two who take in the same e-mail at once make one ticket of it.
    fn take_mail(&mut self, arriving: &mut Arriving<'_>) -> Result<Taken> {
        let Arriving { letter, way, .. } = *arriving;
        if let Some(taken) = self.known_mail(&arriving.known_by)? {
            return Ok(taken);
        }
        if let Some(ticket) = self.rated_by_letter(letter)? {
            self.label_run(way, &format!("Take in a rating of T{ticket}"), SEVERAL)?;
            return Ok(Taken::Answered(ticket));
        }
        arriving.sender = self.known_sender(Some(&letter.email), None)?;
        let ticket = self.ticket_of_letter(letter, &arriving.sender)?;
        if let Some(why) = self.is_loop(arriving, ticket)? {
            return Ok(Taken::Ignored(Error::new(Cause::Refused, why)));
        }
        let (id, fresh) = match ticket {
            Some(ticket) => (ticket, false),
            None => (self.open_by_letter(arriving)?, true),
        };
        let (message, id) = self.message_of_letter(arriving, id)?;
        if !arriving.files.kept.is_empty() {
            self.attach(("ticket_message", message), &arriving.files.kept, None)?;
        }
        let title = self.title("ticket", id)?;
        self.label_run(way, &format!("Take in an e-mail: T{id} {title}"), SEVERAL)?;
        // An answer to what was closed long ago made a ticket of its own.
        let fresh = fresh || ticket != Some(id);
        Ok(if fresh { Taken::Opened(id) } else { Taken::Answered(id) })
    }

    /// Why an e-mail is one that goes round in circles: it comes from where our own go out, or far too often.
    fn is_loop(&mut self, arriving: &Arriving<'_>, ticket: Option<i64>) -> Result<Option<Message>> {
        let letter = arriving.letter;
        let ours = self.is_ours(&letter.email)?;
        let Some(ticket) = ticket else {
            let message = Message::new("It comes from {email}, which is our own address.");
            return Ok(ours.then(|| message.with("email", &letter.email)));
        };
        let at = arriving.came;
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
        let Arriving { letter, sender, way, came, .. } = arriving;
        let reception = way.reception;
        let subject = match without_prefixes(&letter.subject) {
            "" => letter.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(&letter.email),
            subject => subject,
        };
        let mut values: Values = vec![
            ("subject".to_owned(), Value::Text(one_line(subject))),
            ("channel".to_owned(), Value::text(reception.channel.as_deref().unwrap_or("email"))),
            ("received".to_owned(), came.to_value()),
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
        let Arriving { letter, known_by, sender, came, .. } = arriving;
        let colleague =
            if self.is_ours(&letter.email)? { Some(None) } else { self.colleague_of(&letter.email)?.map(Some) };
        // Whoever of us answers with another program has answered all the same.
        let direction = if colleague.is_some() { Direction::Out } else { Direction::In };
        let mut values: Values = vec![
            ("ticket".to_owned(), Link::to(ticket)),
            ("direction".to_owned(), direction.to_value()),
            ("channel".to_owned(), Value::text("email")),
            ("at".to_owned(), came.to_value()),
            ("message_id".to_owned(), Value::text(&**known_by)),
        ];
        let text = |text: &str| Some(Value::Text(text.to_owned())).filter(|_| !text.trim().is_empty());
        for (field, value) in [
            ("subject", text(&one_line(&letter.subject))),
            ("body", text(&arriving.files.below(&letter.text))),
            ("from_name", text(&one_line(letter.name.as_deref().unwrap_or_default()))),
            ("from_email", self.email_value(&letter.email)),
            ("to", text(&self.fitting_addresses(&letter.to))),
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

    /// As many addresses as fit into a field; the others are told of.
    fn fitting_addresses(&mut self, addresses: &[String]) -> String {
        let mut length = 0;
        let fits = |address: &&String| {
            length += address.chars().count() + 2;
            length <= MOST_ADDRESSES
        };
        let kept: Vec<&str> = addresses.iter().take_while(fits).map(String::as_str).collect();
        if kept.len() == addresses.len() {
            return kept.join(", ");
        }
        let message = Message::new("The e-mail went to {count} addresses; the first {kept} were kept.");
        self.notice(message.with("count", addresses.len()).with("kept", kept.len()));
        format!("{}, …", kept.join(", "))
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
    way: &'a Way<'a>,
    files: Files,
    /// When it was sent, as far as that can be.
    came: Timestamp,
}

/// What an operation is called that takes in several.
const SEVERAL: &str = "Take in {count} e-mails";

/// When it was sent, unless that cannot be: clocks go wrong by years, and what came in today waits since today.
fn came(letter: &Letter, arrived: Timestamp, now: Timestamp) -> Timestamp {
    let earliest = arrived.checked_sub(SignedDuration::from_hours(UNDER_WAY)).unwrap_or(arrived);
    letter.sent.filter(|sent| *sent <= now && *sent >= earliest).unwrap_or(arrived)
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
