//! What an activity must be like before it is written: links that agree, times that are possible.

use super::{acts::local, links};
use crate::{
    Result,
    crm::Crm,
    customers::Contact,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Id, Origin, Value, types::timestamp_text},
};
use jiff::ToSpan;

/// The first year that anybody plans or remembers something for; what is older was mistyped.
const FIRST_YEAR: &str = "1900";

/// More minutes than these are no time that anybody spent.
const MOST_MINUTES: i64 = 100_000;

/// What is planned and names no kind is a task; what happened is a note.
pub(crate) fn begin(draft: &mut Draft) {
    let planned = !draft.get("due").is_empty() && draft.get("done").is_empty();
    if planned && draft.get("kind").is_empty() {
        draft.set("kind", Value::text("task"));
    }
}

/// Completes what was left unsaid and refuses what cannot be.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    crm.refuse_circle(draft, "follows")?;
    links::agree(crm, draft)?;
    tell_of_whom_left(crm, draft)?;
    close_what_a_merge_noted(crm, draft)?;
    done_just_now(crm, draft);
    ask_why_it_moves(crm, draft)?;
    keep_the_first_day(draft);
    refuse_impossible_times(crm, draft)?;
    refuse_done_and_called_off(draft)?;
    refuse_impossible_minutes(draft)
}

/// A plan with somebody who has left the company is no fault, but worth a word.
fn tell_of_whom_left(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let planned = draft.get("done").is_empty() && !draft.get("due").is_empty();
    let anew = ["contact", "due"].iter().any(|name| draft.changed(name).is_some());
    if let Some(contact) = draft.get("contact").as_integer().filter(|_| planned && anew) {
        let contact: Contact = crm.get(Id::new(contact))?;
        if contact.left {
            let message = Message::new("{name} has left the company; whom else is it planned with?");
            crm.notice(message.with("name", contact.name));
        }
    }
    Ok(())
}

/// What a merge noted is no dealing with the customer: it is neither planned nor done, and closed from the start.
fn close_what_a_merge_noted(crm: &Crm, draft: &mut Draft) -> Result<()> {
    if draft.get("kind").as_text() != Some("joined") {
        return Ok(());
    }
    if let Some(field) = ["done", "due"].into_iter().find(|name| !draft.get(name).is_empty()) {
        let message =
            Message::new("What a merge noted is no dealing with the customer: it is neither planned nor done.");
        return Err(Error::new(Cause::Refused, message).on_field(field));
    }
    if draft.get("cancelled").is_empty() {
        draft.set("cancelled", Value::Text(crm.now_text()));
    }
    Ok(())
}

/// What is neither planned nor a task was done just now.
fn done_just_now(crm: &Crm, draft: &mut Draft) {
    let open = ["due", "done", "cancelled"].iter().all(|name| draft.get(name).is_empty());
    if draft.is_new() && open && draft.get("kind").as_text() != Some("task") {
        draft.set("done", Value::Text(crm.now_text()));
    }
}

/// Whether a plan that is still open gets another day.
fn moves(draft: &Draft) -> bool {
    let (before, after) = (draft.before("due"), draft.get("due"));
    let closed = !draft.get("done").is_empty() || !draft.get("cancelled").is_empty();
    !(draft.is_new() || before.is_empty() || after.is_empty() || before.same(&after) || closed)
}

/// Whoever moves a plan says why, whichever way they do it; a file tells what was done elsewhere.
fn ask_why_it_moves(crm: &Crm, draft: &Draft) -> Result<()> {
    if draft.origin != Origin::Person
        || !moves(draft)
        || draft.changed("moved_because").is_some_and(|why| !why.is_empty())
    {
        return Ok(());
    }
    let subject = draft.get("subject");
    let due = draft.get("due");
    let day = due.as_text().and_then(|due| due.parse().ok()).map(|due| local(crm, due)).unwrap_or_default();
    let message = Message::new("{subject} is planned already: say why it moves.")
        .with("subject", subject.as_text().unwrap_or_default());
    let hint = Message::new("kehu activity move A{number} --to \"{day}\" --because \"…\"")
        .with("number", draft.id.unwrap_or_default())
        .with("day", day);
    Err(Error::new(Cause::Refused, message).on_field("moved_because").hint(hint))
}

/// However a plan is moved, the day that it was first meant for stays known, and how often it was moved.
fn keep_the_first_day(draft: &mut Draft) {
    if !moves(draft) {
        return;
    }
    if draft.changed("first_due").is_none() && draft.before("first_due").is_empty() {
        draft.set("first_due", draft.before("due"));
    }
    if draft.changed("moved").is_none() {
        let times = draft.before("moved").as_integer().unwrap_or_default();
        draft.set("moved", Value::Integer(times + 1));
    }
}

fn refuse_impossible_times(crm: &Crm, draft: &Draft) -> Result<()> {
    for name in ["due", "first_due", "done", "cancelled"] {
        let Some(Value::Text(instant)) = draft.changed(name) else { continue };
        if instant.as_str() < FIRST_YEAR {
            let message = Message::new("{field} would lie before the year {year}, which nobody can mean.");
            return Err(Error::bad_value(message.with("field", name).with("year", FIRST_YEAR)).on_field(name));
        }
    }
    match draft.changed("done") {
        Some(Value::Text(done)) if *done > latest(crm) => Err(not_yet(crm, draft, done)),
        _ => Ok(()),
    }
}

/// Clocks of two machines may differ a little.
fn latest(crm: &Crm) -> String {
    let now = crm.reading().clock.now();
    timestamp_text(now.checked_add(5.minutes()).unwrap_or(now))
}

fn not_yet(crm: &Crm, draft: &Draft, done: &str) -> Error {
    let zone = crm.reading().clock.zone().clone();
    let instant: Option<jiff::Timestamp> = done.parse().ok();
    let day = instant.map_or_else(|| done.to_owned(), |at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string());
    let subject = draft.get("subject");
    Error::new(
        Cause::Refused,
        Message::new("Nothing was done at {when} yet: what is still to come is planned.").with("when", &day),
    )
    .on_field("done")
    .hint(
        Message::new("kehu activity add \"{subject}\" --due \"{when}\"")
            .with("subject", subject.as_text().unwrap_or_default())
            .with("when", day),
    )
}

fn refuse_done_and_called_off(draft: &Draft) -> Result<()> {
    if draft.get("done").is_empty() || draft.get("cancelled").is_empty() {
        return Ok(());
    }
    let subject = draft.get("subject");
    let subject = subject.as_text().unwrap_or_default();
    Err(Error::new(
        Cause::Refused,
        Message::new("{subject} cannot be both done and called off.").with("subject", subject),
    )
    .on_field("cancelled"))
}

fn refuse_impossible_minutes(draft: &Draft) -> Result<()> {
    match draft.changed("minutes").and_then(Value::as_integer) {
        Some(minutes) if !(0..=MOST_MINUTES).contains(&minutes) => Err(Error::bad_value(
            Message::new("Nothing takes {minutes} minutes; 0 to {most} will do.")
                .with("minutes", minutes)
                .with("most", MOST_MINUTES),
        )
        .on_field("minutes")),
        _ => Ok(()),
    }
}
