//! The most frequent act of all: writing down in one line what just happened with a customer (R35).

use super::{Activity, acts::local};
use crate::{
    Result,
    crm::{Crm, integer, text},
    error::{Cause, Error},
    message::Message,
    record::{Field, Id, Link, Value, Values, types},
    store::Sql,
};

/// How many letters of a text stand in lists.
const SUBJECT: usize = 120;

/// What happened, in the words of whoever tells it.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// The word for the kind: `call`, `拜访`, or a beginning of one.
    pub sort: String,
    /// A customer, a contact, a planned activity, or whatever else has a customer.
    pub about: String,
    pub text: String,
    pub contact: Option<String>,
    pub outcome: Option<String>,
    pub minutes: Option<i64>,
    /// When it was, if not just now.
    pub at: Option<String>,
    /// They came to us.
    pub incoming: bool,
    /// What comes next and when.
    pub next: Option<String>,
}

/// What became of a note.
#[derive(Debug, Clone, Default)]
pub struct Logged {
    pub id: i64,
    /// It was planned, and is done now.
    pub completed: bool,
    /// What was planned next.
    pub planned: Option<Message>,
    /// Another plan that this may have been meant to fulfil.
    pub waiting: Option<Message>,
}

/// What a note is about.
enum About {
    /// The field that links to it, and its number.
    Record(String, i64),
    /// An activity that is planned still.
    Planned(i64),
    /// An activity that is over, so that this one follows it.
    After(i64),
}

impl Crm {
    /// Writes down what happened, and plans what comes next.
    ///
    /// # Errors
    /// A kind, a reference or a time that means nothing.
    pub fn log(&mut self, note: &Note) -> Result<Logged> {
        let subject = subject(&note.text);
        if subject.is_empty() {
            return Err(Error::bad_value(Message::new("There is nothing to write down.")).on_field("text"));
        }
        let said = self.said(note)?;
        let about = self.about(&note.about)?;
        self.transaction(&format!("Log: {subject}"), |crm| {
            let (id, completed) = match &about {
                About::Planned(id) => (crm.complete_plan(*id, note, said.clone())?, true),
                About::Record(field, id) => (crm.write_note(note, said.clone(), (field, *id))?, false),
                About::After(id) => (crm.write_note(note, said.clone(), ("follows", *id))?, false),
            };
            let planned = match &note.next {
                Some(next) => {
                    let planned = Activity::plan_next(crm, Id::new(id), next)?;
                    Some(Activity::planned(crm, planned)?)
                }
                None => None,
            };
            Ok(Logged { id, completed, planned, waiting: crm.waiting(id)? })
        })
    }

    /// Everything about a note but its text, and what it is about.
    fn said(&mut self, note: &Note) -> Result<Values> {
        let schema = self.schema("activity")?;
        let pairs = [
            ("kind", Some(&note.sort)),
            ("contact", note.contact.as_ref()),
            ("outcome", note.outcome.as_ref()),
            ("done", note.at.as_ref()),
        ];
        let mut values = Values::new();
        for (name, said) in pairs {
            if let (Some(field), Some(said)) = (schema.field(name), said) {
                let value = self.parse_value(field, said)?;
                values.push((name.to_owned(), value));
            }
        }
        if let Some(minutes) = note.minutes {
            values.push(("minutes".to_owned(), Value::Integer(minutes)));
        }
        // A note to oneself goes nowhere.
        let silent = values.iter().any(|(_, value)| matches!(value.as_text(), Some("note" | "task")));
        if note.incoming || !silent {
            let direction = if note.incoming { "in" } else { "out" };
            values.push(("direction".to_owned(), Value::text(direction)));
        }
        if values.iter().all(|(name, value)| name != "done" || value.is_empty()) {
            values.push(("done".to_owned(), Value::Text(self.now_text())));
        }
        Ok(values)
    }

    fn write_note(&mut self, note: &Note, mut values: Values, (field, id): (&str, i64)) -> Result<i64> {
        values.push((field.to_owned(), Link::to(id)));
        values.push(("subject".to_owned(), Value::text(subject(&note.text))));
        if is_long(&note.text) {
            values.push(("notes".to_owned(), Value::text(note.text.trim())));
        }
        self.add("activity", values)
    }

    /// What was planned is done; the text says what came of it, or more where that is said already.
    fn complete_plan(&mut self, id: i64, note: &Note, mut values: Values) -> Result<i64> {
        let outcome = note.outcome.is_none() && !is_long(&note.text);
        let field = if outcome { "outcome" } else { "notes" };
        let stored = self.record("activity", id)?.value("notes");
        let text = match stored.as_text().filter(|_| !outcome) {
            Some(stored) => format!("{stored}\n{}", note.text.trim()),
            None => note.text.trim().to_owned(),
        };
        values.push((field.to_owned(), Value::Text(text)));
        self.change("activity", id, values, None)?;
        Ok(id)
    }

    /// A customer, else a contact, else an activity or any record that activities link to or that has a customer.
    fn about(&mut self, reference: &str) -> Result<About> {
        for kind in ["customer", "contact"] {
            match self.find(kind, reference) {
                Ok(id) => return self.alive(kind, id).map(|()| About::Record(kind.to_owned(), id)),
                Err(error) if error.cause == Cause::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        if !is_ref(reference) {
            return Err(nobody(reference));
        }
        let (kind, id) = self.find_any(reference).map_err(|error| match error.cause {
            Cause::NotFound => nobody(reference),
            _ => error,
        })?;
        self.alive(kind, id)?;
        if kind == "activity" {
            let open = "SELECT 1 FROM activities WHERE id = ? AND done IS NULL AND cancelled IS NULL";
            let open = self.db.first(open, &[Sql::Integer(id)])?.is_some();
            return Ok(if open { About::Planned(id) } else { About::After(id) });
        }
        self.link_to(kind, id, reference)
    }

    /// By a link of its own, else through the customer that the record has.
    fn link_to(&mut self, kind: &str, id: i64, reference: &str) -> Result<About> {
        let points_there =
            |field: &&Field| field.kind.target() == Some(kind) && field.writable() && field.name != "owner";
        if let Some(field) = self.schema("activity")?.fields.iter().find(points_there) {
            return Ok(About::Record(field.name.to_string(), id));
        }
        match self.record(kind, id)?.value("customer") {
            Value::Link(link) => Ok(About::Record("customer".to_owned(), link.id)),
            _ => Err(Error::bad_value(
                Message::new("{record} has no customer that anything could have happened with.")
                    .with("record", reference),
            )
            .on_field("about")),
        }
    }

    /// Nothing happens with what is in the recycle bin.
    fn alive(&mut self, kind: &str, id: i64) -> Result<()> {
        let schema = self.schema(kind)?;
        let sql = format!("SELECT 1 FROM \"{}\" WHERE id = ? AND deleted_at IS NULL", schema.table);
        if self.db.first(&sql, &[Sql::Integer(id)])?.is_some() {
            return Ok(());
        }
        let record = schema.short(id);
        Err(Error::new(Cause::Refused, Message::new("{record} is in the recycle bin.").with("record", &record))
            .hint(Message::new("kehu {kind} restore {record}").with("kind", kind).with("record", record)))
    }

    /// A plan of the same kind with the same customer, due by now, that what was just noted may have been.
    fn waiting(&mut self, id: i64) -> Result<Option<Message>> {
        let now = self.reading().clock.today();
        let (_, tonight) = types::day_bounds(now, now, self.reading())?;
        let row = self.db.first(
            "SELECT p.id, p.subject, p.due FROM activities a JOIN activities p ON p.customer = a.customer \
             WHERE a.id = ? AND p.done IS NULL AND p.cancelled IS NULL AND p.deleted_at IS NULL AND p.kind = a.kind \
             AND p.due <= ? ORDER BY p.due, p.id LIMIT 1",
            &[Sql::Integer(id), Sql::Text(tonight)],
        )?;
        Ok(row.map(|row| {
            let due = text(&row[2]).parse().map(|due| local(self, due)).unwrap_or_default();
            Message::new("{subject} was planned for {due}; if this was it: kehu activity done A{number}")
                .with("subject", text(&row[1]))
                .with("due", due)
                .with("number", integer(&row[0]))
        }))
    }
}

/// Letters and a number, as refs are written.
fn is_ref(text: &str) -> bool {
    let digits = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let letters = text.len() - digits.len();
    (1..=2).contains(&letters) && !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn nobody(reference: &str) -> Error {
    let message = Message::new("There is no customer and no contact {what}.").with("what", reference);
    Error::new(Cause::NotFound, message)
        .on_field("about")
        .hint(Message::new("kehu find \"{what}\"").with("what", reference))
}

/// The first line, as far as lists show it.
pub(super) fn subject(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    line.trim().chars().take(SUBJECT).collect()
}

/// Whether the subject does not hold all of it.
pub(super) fn is_long(text: &str) -> bool {
    let text = text.trim();
    text.lines().count() > 1 || text.chars().count() > SUBJECT
}
