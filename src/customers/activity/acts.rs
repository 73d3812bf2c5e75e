//! What is done with a planned activity: it is done, moved or called off, and something comes next.

use super::{Activity, ActivityKind};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{
        Ask, Choice, Id, Kind, Value, Values, Verb,
        types::{self, FieldType, fold},
    },
};
use jiff::Timestamp;

impl Activity {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "done",
            doc: "Marks a planned activity as done, and plans what comes next",
            asks: &[
                Ask { name: "outcome", doc: "What came of it", kind: || Kind::Text, required: false },
                Ask { name: "minutes", doc: "How long it took", kind: || Kind::Integer, required: false },
                Ask { name: "at", doc: "When it was, if not just now", kind: || Kind::Timestamp, required: false },
                Ask {
                    name: "next",
                    doc: "What comes next and when: \"+14d send the quote\"",
                    kind: || Kind::Text,
                    required: false,
                },
            ],
            example: "kehu activity done A95 --outcome \"they like it\" --next \"+14d send the quote\"",
            refused: Self::not_open,
            run: |crm, id, answers| Self::finish(crm, Id::new(id), answers),
        },
        Verb {
            name: "move",
            doc: "Moves a planned activity to another day, and keeps why and from when",
            asks: &[
                Ask { name: "to", doc: "The new day or time", kind: || Kind::Timestamp, required: true },
                Ask { name: "because", doc: "Why", kind: || Kind::Text, required: true },
            ],
            example: "kehu activity move A95 --to +2d --because \"they are at a fair\"",
            refused: Self::not_open,
            run: |crm, id, answers| {
                refuse_past(crm, &answer(answers, "to"))?;
                let values = vec![
                    ("due".to_owned(), answer(answers, "to")),
                    ("moved_because".to_owned(), answer(answers, "because")),
                ];
                crm.change("activity", id, values, None).map(|_| ())
            },
        },
        Verb {
            name: "cancel",
            doc: "Calls off a planned activity that will not be done, and keeps why",
            asks: &[Ask { name: "because", doc: "Why", kind: || Kind::Text, required: true }],
            example: "kehu activity cancel A95 --because \"they bought elsewhere\"",
            refused: Self::not_open,
            run: |crm, id, answers| {
                let values = vec![
                    ("cancelled".to_owned(), Value::Text(crm.now_text())),
                    ("cancelled_because".to_owned(), answer(answers, "because")),
                ];
                crm.change("activity", id, values, None).map(|_| ())
            },
        },
    ];

    fn not_open(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let activity: Self = crm.get(Id::new(id))?;
        let template = match (activity.done, activity.cancelled) {
            (Some(_), _) => "{subject} is done already.",
            (None, Some(_)) => "{subject} was called off.",
            (None, None) => return Ok(None),
        };
        Ok(Some(Message::new(template).with("subject", &activity.subject)))
    }

    fn finish(crm: &mut Crm, id: Id<Self>, answers: &Values) -> Result<()> {
        let at = answer(answers, "at");
        let mut values = vec![("done".to_owned(), if at.is_empty() { Value::Text(crm.now_text()) } else { at })];
        for name in ["outcome", "minutes"] {
            let value = answer(answers, name);
            if !value.is_empty() {
                values.push((name.to_owned(), value));
            }
        }
        crm.change("activity", id.number, values, None)?;
        if let Value::Text(next) = answer(answers, "next") {
            let planned = Self::plan_next(crm, id, &next)?;
            if !crm.is_dry_run() {
                let told = Self::planned(crm, planned)?;
                crm.notice(told);
            }
        }
        Ok(())
    }

    /// Plans what follows an activity, from `+14d send the quote`: a day, then what is to be done.
    ///
    /// # Errors
    /// When no day or nothing to do is in the words.
    pub fn plan_next(crm: &mut Crm, after: Id<Self>, words: &str) -> Result<Id<Self>> {
        let (due, subject) = when_and_what(crm, words)?;
        let former: Self = crm.get(after)?;
        // Whoever was removed meanwhile is not met again.
        let contact = match former.contact {
            Some(contact) if crm.record("contact", contact.number)?.is_deleted() => None,
            contact => contact,
        };
        crm.insert(&Self {
            kind: kind_in(crm, &subject)?,
            subject,
            customer: former.customer,
            contact,
            owner: former.owner,
            due: Some(due),
            follows: Some(after),
            ..Self::default()
        })
    }

    /// What is said of a plan that was just made.
    ///
    /// # Errors
    /// Storage faults.
    pub fn planned(crm: &mut Crm, id: Id<Self>) -> Result<Message> {
        let planned: Self = crm.get(id)?;
        Ok(Message::new("Planned {record} {subject} for {due}.")
            .with("record", format!("A{}", id.number))
            .with("subject", planned.subject)
            .with("due", planned.due.map(|due| local(crm, due)).unwrap_or_default()))
    }
}

/// An instant as people at this place write it; the hour is left out where none was said.
pub(super) fn local(crm: &Crm, at: Timestamp) -> String {
    let local = at.to_zoned(crm.reading().clock.zone().clone());
    let midnight = local.time() == jiff::civil::Time::midnight();
    local.strftime(if midnight { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" }).to_string()
}

fn answer(answers: &Values, name: &str) -> Value {
    answers.iter().find(|(asked, _)| asked == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Nothing can still be planned for a day that is over.
fn refuse_past(crm: &Crm, to: &Value) -> Result<()> {
    let today = crm.reading().clock.today();
    let to = to.as_text().and_then(|to| to.parse::<Timestamp>().ok());
    let day = to.map(|to| to.to_zoned(crm.reading().clock.zone().clone()).date());
    match day.filter(|day| *day < today) {
        Some(day) => Err(Error::new(
            Cause::Refused,
            Message::new("{day} is over: a plan moves to today or a later day.").with("day", day),
        )
        .on_field("to")),
        None => Ok(()),
    }
}

/// `call back` is a call, `拜访新厂` a visit, all else a task.
fn kind_in(crm: &Crm, subject: &str) -> Result<ActivityKind> {
    let first = fold(subject.split_whitespace().next().unwrap_or_default());
    let schema = crm.schema("activity")?;
    let meant = |choice: &&Choice| {
        choice.key == first.as_str() || !choice.label_zh.is_empty() && first.starts_with(&*choice.label_zh)
    };
    let found = schema.field("kind").and_then(|field| field.choices().iter().find(meant));
    let kind = found.and_then(|choice| ActivityKind::from_value(&Value::text(&*choice.key)));
    // What a merge notes is nothing that anybody plans.
    let kind = kind.filter(|kind| *kind != ActivityKind::Joined);
    Ok(kind.unwrap_or(ActivityKind::Task))
}

/// The longest beginning of the words that is a day or a time, and the rest.
fn when_and_what(crm: &Crm, words: &str) -> Result<(Timestamp, String)> {
    let words = words.trim();
    let ends = words.char_indices().map(|(at, _)| at).skip(1).filter(|at| is_break(words, *at));
    for end in ends.collect::<Vec<_>>().into_iter().rev() {
        let what = words[end..].trim_start_matches([' ', ':', '：', ',', '，', '、']).trim_start();
        if !what.is_empty()
            && let Some(instant) = instant(crm, words[..end].trim())
        {
            return Ok((instant, what.to_owned()));
        }
    }
    Err(Error::bad_value(
        Message::new("\"{words}\" does not begin with a day that is followed by what is to be done.")
            .with("words", words),
    )
    .on_field("next")
    .hint(Message::new("write it like \"+14d send the quote\"")))
}

/// A day or a time in words; of an hour alone the next one: today's, else tomorrow's.
fn instant(crm: &Crm, words: &str) -> Option<Timestamp> {
    let read = |words: &str| {
        let value = types::parse(&Kind::Timestamp, words, crm.reading()).ok()?;
        value.as_text()?.parse::<Timestamp>().ok()
    };
    if let Some(instant) = read(words) {
        return Some(instant);
    }
    if !words.contains([':', '：', '点']) {
        return None;
    }
    let today = read(&format!("today {words}"))?;
    if today >= crm.reading().clock.now() { Some(today) } else { read(&format!("tomorrow {words}")) }
}

/// Whether a day may end there: before a space or a sign, and before Chinese, which has no spaces.
fn is_break(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(|next| !next.is_ascii() || matches!(next, ' ' | ':' | ','))
}
