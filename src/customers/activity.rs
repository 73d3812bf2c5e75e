//! Activity: what was done with a customer, or is planned: calls, visits, messages, notes and tasks (R4, R16, R28-R31).

use super::{Contact, Customer};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    org::User,
    record::{
        Ask, Choice, Draft, Id, Kind, Value, Values, Verb, record,
        types::{ExternalIds, LongText, Tags},
    },
};
use jiff::Timestamp;

record! {
    /// What was done with a customer, or is planned.
    pub struct Activity in "activities" as "A" called "activity" {
        /// What it is about
        subject: String [title, search, list],
        /// Call, e-mail, WeChat, visit and so on
        kind: ActivityKind [default("note"), index, list],
        /// Whether they came to us or we to them
        direction: Option<Direction>,
        /// The customer it concerns
        customer: Option<Id<Customer>> [index, child, list],
        /// The person it was with
        contact: Option<Id<Contact>> [index, child],
        /// Who does it or did it
        owner: Option<Id<User>> [default("me"), index, list],
        /// When it is planned for; empty for what was never planned
        due: Option<Timestamp> [index, list],
        /// When it was done; empty while it is planned
        done: Option<Timestamp> [index, list],
        /// How long it took, in minutes
        minutes: Option<i64>,
        /// What came of it
        outcome: Option<String> [search],
        /// Why it was moved to another day, the last time it was
        moved_because: Option<String>,
        /// The activity that this one follows
        follows: Option<Id<Activity>> [index],
        /// Tags
        tags: Tags [search],
        /// What was said or written
        notes: Option<LongText> [search],
        /// Numbers by which other systems know it, as `system:number`
        external_ids: ExternalIds [unique],
    }
    computed {
        /// Done, overdue, today or planned, by the clock
        state: state_kind() =>
            "(CASE WHEN {t}.done IS NOT NULL THEN 'done' WHEN {t}.due IS NULL THEN 'planned' \
             WHEN {t}.due < '{today}' THEN 'overdue' WHEN {t}.due < '{tomorrow}' THEN 'today' ELSE 'planned' END)",
    }
}

record! {
    /// The ways to deal with a customer (R31).
    pub enum ActivityKind {
        /// Note
        Note = "note",
        /// Call
        Call = "call",
        /// E-mail
        Email = "email",
        /// WeChat
        Wechat = "wechat",
        /// QQ
        Qq = "qq",
        /// SMS
        Sms = "sms",
        /// Fax
        Fax = "fax",
        /// Visit
        Visit = "visit",
        /// Meeting
        Meeting = "meeting",
        /// Letter
        Letter = "letter",
        /// Form
        Form = "form",
        /// Task
        Task = "task",
    }
}

record! {
    /// Who began.
    pub enum Direction {
        /// Incoming
        Incoming = "in",
        /// Outgoing
        Outgoing = "out",
    }
}

/// What an activity is by the clock; computed, never stored (behaviour 3).
fn state_kind() -> Kind {
    let choice = |key: &'static str, label: &'static str| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: "".into(),
        retired: false,
    };
    Kind::Choice(vec![
        choice("overdue", "Overdue"),
        choice("today", "Today"),
        choice("planned", "Planned"),
        choice("done", "Done"),
    ])
}

impl Activity {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "done",
            doc: "Marks a planned activity as done, and plans what comes next",
            asks: &[
                Ask { name: "outcome", doc: "What came of it", kind: || Kind::Text, required: false },
                Ask { name: "minutes", doc: "How long it took", kind: || Kind::Integer, required: false },
                Ask {
                    name: "next",
                    doc: "What comes next and when: \"+14d send the quote\"",
                    kind: || Kind::Text,
                    required: false,
                },
            ],
            example: "kehu activity done A95 --outcome \"they like it\"",
            refused: Self::done_already,
            run: |crm, id, answers| Self::finish(crm, Id::new(id), answers),
        },
        Verb {
            name: "move",
            doc: "Moves a planned activity to another day, and keeps why",
            asks: &[
                Ask { name: "to", doc: "The new day or time", kind: || Kind::Timestamp, required: true },
                Ask { name: "because", doc: "Why", kind: || Kind::Text, required: true },
            ],
            example: "kehu activity move A95 --to +2d --because \"they are at a fair\"",
            refused: Self::done_already,
            run: |crm, id, answers| {
                let values = vec![
                    ("due".to_owned(), answer(answers, "to")),
                    ("moved_because".to_owned(), answer(answers, "because")),
                ];
                crm.change("activity", id, values, None).map(|_| ())
            },
        },
    ];

    fn done_already(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let activity: Self = crm.get(Id::new(id))?;
        Ok(activity.done.map(|_| Message::new("{subject} is done already.").with("subject", &activity.subject)))
    }

    fn finish(crm: &mut Crm, id: Id<Self>, answers: &Values) -> Result<()> {
        let mut values = vec![("done".to_owned(), Value::Text(crm.now_text()))];
        for name in ["outcome", "minutes"] {
            let value = answer(answers, name);
            if !value.is_empty() {
                values.push((name.to_owned(), value));
            }
        }
        crm.change("activity", id.number, values, None)?;
        match answer(answers, "next") {
            Value::Text(next) => Self::plan_next(crm, id, &next).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Plans what follows an activity, from `+14d send the quote`: a day, then what is to be done.
    ///
    /// # Errors
    /// When no day or nothing to do is in the words.
    pub fn plan_next(crm: &mut Crm, after: Id<Self>, words: &str) -> Result<Id<Self>> {
        let (due, subject) = when_and_what(crm, words)?;
        let former: Self = crm.get(after)?;
        crm.insert(&Self {
            subject,
            kind: ActivityKind::Task,
            customer: former.customer,
            contact: former.contact,
            owner: former.owner,
            due: Some(due),
            follows: Some(after),
            ..Self::default()
        })
    }
}

fn answer(answers: &Values, name: &str) -> Value {
    answers.iter().find(|(asked, _)| asked == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The longest beginning of the words that is a day or a time, and the rest.
fn when_and_what(crm: &Crm, words: &str) -> Result<(Timestamp, String)> {
    let words: Vec<&str> = words.split_whitespace().collect();
    for length in (1..words.len()).rev() {
        let day = words[..length].join(" ");
        if let Ok(Value::Text(instant)) = crate::record::types::parse(&Kind::Timestamp, &day, crm.reading())
            && let Ok(instant) = instant.parse()
        {
            return Ok((instant, words[length..].join(" ")));
        }
    }
    Err(Error::bad_value(
        Message::new("{words} does not begin with a day that is followed by what is to be done.")
            .with("words", words.join(" ")),
    )
    .on_field("next")
    .hint(Message::new("write it like \"+14d send the quote\"")))
}

/// The records that an activity is linked to must agree; what is neither planned nor a task was done just now.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    crm.refuse_circle(draft, "follows")?;
    // Who has changed company since keeps what was done before.
    let told = draft.is_new() || draft.changed("contact").is_some() || draft.changed("customer").is_some();
    if let Some(contact) = draft.get("contact").as_integer().filter(|_| told) {
        let contact: Contact = crm.get(Id::new(contact))?;
        match (contact.customer, draft.get("customer").as_integer()) {
            (Some(theirs), None) => draft.set("customer", crate::record::Link::to(theirs.number)),
            (theirs, Some(said)) if theirs.is_none_or(|theirs| theirs.number != said) => {
                return Err(Error::new(
                    Cause::Refused,
                    Message::new("{contact} does not work for that customer.").with("contact", contact.name),
                )
                .on_field("contact"));
            }
            _ => {}
        }
    }
    let kind = draft.get("kind");
    if draft.is_new() && draft.get("due").is_empty() && draft.get("done").is_empty() && kind.as_text() != Some("task") {
        draft.set("done", Value::Text(crm.now_text()));
    }
    Ok(())
}
