//! Intake: e-mails, mailboxes and forms become tickets, or are put to the tickets that they answer (R106, behaviour 22).

mod files;
mod letter;
mod thread;
mod who;

use super::TicketStatus;
use crate::{
    Result,
    crm::{Crm, USUAL_LIMIT, integer},
    error::{Cause, Error},
    exchange::{Formed, Letter, Mail, Mailbox, Pairs, Quoting, form_values, forms, is_mailbox, posted},
    message::Message,
    record::{
        Link, Value, Values,
        types::{FieldType, timestamp_text},
    },
    store::Sql,
};
use jiff::{SignedDuration, Timestamp};
use std::io::{BufRead, Read};

/// More than this is no e-mail that anybody answers.
const MOST: usize = 100 * 1024 * 1024;

/// The same form once more within so many minutes was sent twice by one click; later somebody wants something again.
const ONCE: i64 = 10;

/// What is known of what comes in beside its text.
#[derive(Debug, Clone)]
pub struct Reception {
    /// Where it goes, unless an address or kind says otherwise.
    pub queue: Option<i64>,
    /// How it came; `email` for e-mails and `web` for forms unless said.
    pub channel: Option<String>,
    pub quoting: Quoting,
    /// How many bytes an attachment may have.
    pub attachment_limit: u64,
}

impl Default for Reception {
    fn default() -> Self {
        Self { queue: None, channel: None, quoting: Quoting::default(), attachment_limit: USUAL_LIMIT }
    }
}

/// How one of those that come in came.
struct Way<'a> {
    reception: &'a Reception,
    /// When it came in.
    arrived: Timestamp,
    /// How many were taken in before it in the same run.
    before: usize,
}

/// What became of one e-mail or form.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken {
    /// It made a ticket.
    Opened(i64),
    /// It was put to a ticket.
    Answered(i64),
    /// It was here already.
    Unchanged(i64),
    /// Nobody wrote it, or nobody is to answer it.
    Ignored(Error),
    /// It cannot be taken in.
    Refused(Error),
}

/// One e-mail or form of what came in, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// Its place in the file, from 1.
    pub number: usize,
    pub taken: Taken,
}

impl Taken {
    /// The ticket, where there is one.
    #[must_use]
    pub fn ticket(&self) -> Option<i64> {
        match self {
            Self::Opened(id) | Self::Answered(id) | Self::Unchanged(id) => Some(*id),
            Self::Ignored(_) | Self::Refused(_) => None,
        }
    }

    /// Whether anything was written for it.
    fn is_new(&self) -> bool {
        matches!(self, Self::Opened(_) | Self::Answered(_))
    }
}

impl Crm {
    /// Takes in an e-mail, a mailbox or forms, as one operation, each in a transaction of its own; the same again changes
    /// nothing. One that cannot be taken in keeps none of the others out.
    ///
    /// # Errors
    /// What cannot be read, a database that cannot be written to.
    pub fn receive(
        &mut self,
        from: &mut dyn BufRead,
        reception: &Reception,
        told: &mut dyn FnMut(&mut Self, &Arrival),
    ) -> Result<Vec<Arrival>> {
        let door = std::mem::replace(&mut self.door, "intake");
        let done = self.as_one_run(|crm| crm.receive_all(from, reception, told));
        self.door = door;
        done
    }

    fn receive_all(
        &mut self,
        from: &mut dyn BufRead,
        reception: &Reception,
        told: &mut dyn FnMut(&mut Self, &Arrival),
    ) -> Result<Vec<Arrival>> {
        skip_marks(from).map_err(|error| unreadable(&error))?;
        let start = from.fill_buf().map_err(|error| unreadable(&error))?;
        let now = self.reading.clock.now();
        let mut arrivals = Vec::new();
        let mut before = 0;
        let mut keep = |crm: &mut Self, taken: Taken| {
            let arrival = Arrival { number: arrivals.len() + 1, taken };
            told(crm, &arrival);
            before += usize::from(arrival.taken.is_new());
            arrivals.push(arrival);
            crm.let_others_write();
            before
        };
        let mut way = Way { reception, arrived: now, before: 0 };
        if is_mailbox(start) {
            let mut mailbox = Mailbox::new(from, reception.quoting, MOST);
            while let Some(mail) = mailbox.next_mail()? {
                let taken = match mail {
                    Mail::Whole(bytes) => {
                        way.arrived = mailbox.arrived().filter(|at| *at < now).unwrap_or(now);
                        self.receive_mail(&bytes, &way)?
                    }
                    Mail::TooLarge(bytes) => Taken::Refused(too_large(bytes)),
                };
                way.before = keep(self, taken);
            }
            return Ok(arrivals);
        }
        let mut bytes = Vec::new();
        from.take(MOST as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
        if bytes.len() > MOST {
            return Err(too_large(bytes.len()));
        }
        let plain = bytes.trim_ascii();
        if plain.is_empty() {
            return Err(Error::bad_value(Message::new("There is nothing in it.")));
        }
        let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        let json = plain.starts_with(b"{") || plain.starts_with(b"[") || utf16;
        let form = if json { None } else { posted(plain) };
        if json || form.is_some() {
            for pairs in form.map_or_else(|| forms(&bytes), |form| Ok(vec![form]))? {
                let taken = self.attempt_one(|crm| crm.receive_form(&pairs, &way))?;
                way.before = keep(self, taken);
            }
            return Ok(arrivals);
        }
        let taken = self.receive_mail(&bytes, &way)?;
        keep(self, taken);
        Ok(arrivals)
    }

    fn receive_mail(&mut self, bytes: &[u8], way: &Way<'_>) -> Result<Taken> {
        match Letter::read(bytes) {
            Ok(letter) => self.attempt_one(|crm| crm.receive_letter(&letter, way)),
            Err(_) => Ok(Taken::Refused(Error::bad_value(Message::new(
                "It is no e-mail that names a sender, so nobody could be answered.",
            )))),
        }
    }

    /// What is wrong with one of them is that one's matter; what is wrong with the database is everybody's.
    fn attempt_one(&mut self, work: impl FnOnce(&mut Self) -> Result<Taken>) -> Result<Taken> {
        match work(self) {
            Err(error)
                if matches!(
                    error.cause,
                    Cause::BadValue | Cause::Refused | Cause::Conflict | Cause::NotFound | Cause::Ambiguous
                ) =>
            {
                Ok(Taken::Refused(error))
            }
            done => done,
        }
    }

    /// A form is known by what it says, since nothing else tells one from another.
    fn receive_form(&mut self, pairs: &Pairs, way: &Way<'_>) -> Result<Taken> {
        let whole: Vec<&str> = pairs.iter().flat_map(|(key, text)| [key.as_str(), text.as_str()]).collect();
        let known_by = format!("form-{}", letter::fingerprint(whole.join("\n").as_bytes()));
        let Formed { mut values, unread } = form_values(self, "ticket", pairs, &CLOSED)?;
        for (field, text) in &unread {
            let message = Message::new("{text} is no {field} and is kept in the notes.");
            self.notice(message.with("text", text).with("field", field));
        }
        name_form(&mut values)?;
        let channel = way.reception.channel.as_deref().unwrap_or("web");
        letter::add_unless_said(&mut values, "channel", Some(Value::text(channel)));
        letter::add_unless_said(&mut values, "queue", way.reception.queue.map(Link::to));
        letter::add_unless_said(&mut values, "status", Some(TicketStatus::New.to_value()));
        self.transaction("Take in a form", |crm| {
            // Looked at where nobody else writes, so that two at once make one ticket.
            match crm.form_of_just_now(&known_by)? {
                Some(ticket) => Ok(Taken::Unchanged(ticket)),
                None => crm.write_form(&known_by, pairs, values.clone(), way),
            }
        })
    }

    fn write_form(&mut self, known_by: &str, pairs: &Pairs, mut values: Values, way: &Way<'_>) -> Result<Taken> {
        let phone = named(pairs, &["phone", "mobile", "tel", "telephone", "电话", "手机", "联系电话"]);
        let name = named(pairs, &["name", "your name", "full name", "contact", "姓名", "联系人", "称呼"]);
        let (email, body) = (said(&values, "requester"), said(&values, "description"));
        let who = self.known_sender(email.as_deref(), phone.as_deref())?;
        letter::add_who(&mut values, &who);
        let ticket = self.add_where("ticket", &values, true)?;
        let mut message: Values = vec![
            ("ticket".to_owned(), Link::to(ticket)),
            ("direction".to_owned(), super::Direction::In.to_value()),
            ("message_id".to_owned(), Value::text(known_by)),
        ];
        for (field, text) in [("body", &body), ("from_name", &name), ("from_email", &email)] {
            message.extend(text.as_ref().map(|text| (field.to_owned(), Value::text(text))));
        }
        message.extend(who.contact.map(|contact| ("contact".to_owned(), Link::to(contact))));
        self.add("ticket_message", message)?;
        let title = self.title("ticket", ticket)?;
        self.label_run(way, &format!("Take in a form: T{ticket} {title}"), "Take in {count} forms")?;
        Ok(Taken::Opened(ticket))
    }

    /// The operation is called after the one that it took in, or says how many they are.
    fn label_run(&mut self, way: &Way<'_>, one: &str, several: &str) -> Result<()> {
        match way.before {
            0 => self.relabel(one),
            before => self.relabel(&several.replace("{count}", &(before + 1).to_string())),
        }
    }

    /// The ticket of the same form, where it came in a moment ago.
    fn form_of_just_now(&mut self, known_by: &str) -> Result<Option<i64>> {
        let now = self.reading.clock.now();
        let since = now.checked_sub(SignedDuration::from_mins(ONCE)).unwrap_or(now);
        let sql = "SELECT ticket FROM ticket_messages WHERE message_id = ? AND at > ? AND at <= ? \
                   AND deleted_at IS NULL ORDER BY id LIMIT 1";
        let arguments = [Sql::text(known_by), Sql::Text(timestamp_text(since)), Sql::Text(timestamp_text(now))];
        Ok(self.numbers(sql, &arguments)?.first().copied())
    }

    /// The ticket in which that e-mail was taken in, or the one that it was merged into.
    fn ticket_of_message(&mut self, known_by: &str) -> Result<Option<i64>> {
        let sql = "SELECT ticket FROM ticket_messages WHERE message_id = ? AND deleted_at IS NULL ORDER BY id LIMIT 1";
        Ok(self.numbers(sql, &[Sql::text(known_by)])?.first().copied())
    }

    /// What became of an e-mail that was here before; what somebody threw away stays away.
    fn known_mail(&mut self, known_by: &str) -> Result<Option<Taken>> {
        let sql = "SELECT m.ticket, t.deleted_at FROM ticket_messages m JOIN tickets t ON t.id = m.ticket \
                   WHERE m.message_id = ? ORDER BY (m.deleted_at IS NOT NULL), m.id LIMIT 1";
        let Some(row) = self.db.first(sql, &[Sql::text(known_by)])? else { return Ok(None) };
        let ticket = integer(&row[0]);
        if row[1] == Sql::Null {
            return Ok(Some(Taken::Unchanged(ticket)));
        }
        let message = Message::new("It came in before, as T{number}, which is in the recycle bin.");
        let error = Error::new(Cause::Refused, message.with("number", ticket));
        Ok(Some(Taken::Ignored(error.hint(Message::new("kehu ticket restore T{number}").with("number", ticket)))))
    }
}

/// A form without a subject is called after its first line.
fn name_form(values: &mut Values) -> Result<()> {
    if said(values, "subject").is_some() {
        return Ok(());
    }
    let body = said(values, "description");
    let first = body.as_deref().and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
    let Some(first) = first else {
        return Err(
            Error::bad_value(Message::new("The form says neither a subject nor what it is about.")).on_field("subject")
        );
    };
    values.push(("subject".to_owned(), Value::Text(first.trim().chars().take(80).collect())));
    Ok(())
}

fn said(values: &Values, name: &str) -> Option<String> {
    values.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_text().map(str::to_owned))
}

/// Passes over a byte order mark and empty lines, which some programs write before everything else.
fn skip_marks(from: &mut dyn BufRead) -> std::io::Result<()> {
    if from.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        from.consume(3);
    }
    loop {
        let blank = from.fill_buf()?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank == 0 {
            return Ok(());
        }
        from.consume(blank);
    }
}

/// Fields that whoever fills a form has no say in; what a form says of them is kept as a note.
const CLOSED: [&str; 26] = [
    "uid",
    "status",
    "substatus",
    "priority",
    "grade",
    "channel",
    "customer",
    "contact",
    "queue",
    "owner",
    "cause",
    "resolution",
    "received",
    "first_response",
    "resolved",
    "closed",
    "parent",
    "follows",
    "followers",
    "warranty_until",
    "reopened",
    "reassigned",
    "tags",
    "external_ids",
    "merged_into",
    "rating",
];

/// What a form says under one of those keys.
fn named(pairs: &Pairs, keys: &[&str]) -> Option<String> {
    let fits = |key: &str| keys.contains(&&*crate::record::types::fold(key).replace(['-', '_'], " "));
    pairs.iter().find(|(key, _)| fits(key)).map(|(_, text)| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn too_large(bytes: usize) -> Error {
    let message = Message::new("It has {size} MB, and an e-mail that is taken in has {most} MB at most.");
    Error::bad_value(message.with("size", bytes.div_ceil(1024 * 1024)).with("most", MOST / 1024 / 1024))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::new(Cause::Storage, Message::new("What comes in cannot be read: {why}.").with("why", error))
}
