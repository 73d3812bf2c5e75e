//! A record as a form in the editor: what is wrong is shown in place, and what was typed is never lost.

mod draft;
mod text;

use super::session::Session;
use draft::DraftFile;
use kehu::{
    Cause, Error, Message, Result,
    crm::{Entry, Save},
    record::{Field, Value, Values, types},
};
use std::path::Path;
use text::Fault;

/// Opens a record as a form and saves what was changed in it.
pub fn edit(session: &mut Session, kind: &str, id: i64) -> Result<u8> {
    let entry = session.crm()?.record(kind, id)?;
    if entry.is_deleted() {
        let message = Message::new("{record} is in the recycle bin.").with("record", entry.short());
        let hint = Message::new("kehu {kind} restore {record}").with("kind", kind).with("record", entry.short());
        return Err(Error::new(Cause::Refused, message).hint(hint));
    }
    let mut shown = text::print(&entry);
    let draft = DraftFile::new(&format!("kehu-{kind}-{}", entry.short()), &shown)?;
    let mut trouble: Option<Error> = None;
    loop {
        let saved = match draft.edited(&session.configuration.editor()) {
            Ok(saved) => saved,
            Err(error) => return Err(give_up(session, draft, error, trouble.is_some())),
        };
        if text::is_blank(&saved) || saved == shown {
            // Leaving without a further change is how a person gives up.
            return match trouble {
                Some(error) if !text::is_blank(&saved) => Err(give_up(session, draft, error, true)),
                _ => Ok(nothing(session, draft)),
            };
        }
        let faults = match attempt(session, &entry, &saved) {
            Ok(None) => return Ok(nothing(session, draft)),
            Ok(Some(save)) => return done(session, &entry, &save, draft),
            Err(Refusal::InPlace(faults)) => faults,
            Err(Refusal::Final(error)) => return Err(give_up(session, draft, error, true)),
        };
        trouble = faults.first().map(|fault| fault.error.clone());
        shown = text::annotate(&saved, &faults, |message| session.terminal.word(message));
        draft.write(&shown)?;
    }
}

/// Why a form was not saved.
enum Refusal {
    /// What the person can put right in the form.
    InPlace(Vec<Fault>),
    Final(Error),
}

/// Saves what differs from what was read; none when nothing does.
fn attempt(session: &mut Session, entry: &Entry, saved: &str) -> Result<Option<Save>, Refusal> {
    let changed = text::changes(entry, saved).map_err(Refusal::InPlace)?;
    let crm = session.crm().map_err(Refusal::Final)?;
    let (mut values, mut faults): (Values, Vec<Fault>) = (Vec::new(), Vec::new());
    for (field, text) in changed {
        match crm.parse_value(&field, &text) {
            Ok(value) if value.same(&entry.value(&field.name)) => {}
            Ok(value) => values.push((field.name.to_string(), value)),
            Err(error) => faults.push(Fault { key: Some(field.name.to_string()), line: None, error }),
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::InPlace(faults));
    }
    if values.is_empty() {
        return Ok(None);
    }
    match crm.change(entry.schema.kind, entry.id, values, Some(entry.version())) {
        Ok(save) => Ok(Some(save).filter(|save| !save.changed.is_empty())),
        Err(error) if error.cause == Cause::Conflict && error.field.is_none() => {
            Err(Refusal::Final(overtaken(session, entry, error)))
        }
        Err(error) if matches!(error.cause, Cause::BadValue | Cause::Refused | Cause::Conflict) => {
            Err(Refusal::InPlace(vec![Fault { key: error.field.clone(), line: None, error }]))
        }
        Err(error) => Err(Refusal::Final(error)),
    }
}

/// Says who changed the record while the form was open.
fn overtaken(session: &mut Session, entry: &Entry, error: Error) -> Error {
    let kind = entry.schema.kind;
    let last = session.crm().and_then(|crm| crm.history(kind, entry.id)).ok().and_then(|mut lines| lines.pop());
    let Some(last) = last else { return error };
    let who = if last.actor.is_empty() { last.door } else { last.actor };
    Error::new(
        Cause::Conflict,
        Message::new("{record} was changed by {who} at {at}, while the form was open.")
            .with("record", entry.short())
            .with("who", who)
            .with("at", last.at),
    )
    .hint(Message::new("kehu {kind} history {record}").with("kind", kind).with("record", entry.short()))
}

fn nothing(session: &Session, draft: DraftFile) -> u8 {
    draft.remove();
    session.terminal.say(&Message::new("Nothing was changed."));
    0
}

/// Leaves the draft where it is when there is something in it, and says where.
fn give_up(session: &Session, draft: DraftFile, error: Error, keep: bool) -> Error {
    if keep {
        let place: &Path = draft.path();
        session.terminal.warn(&Message::new("What you wrote is kept in {file}.").with("file", place.display()));
    } else {
        draft.remove();
    }
    error
}

fn done(session: &mut Session, entry: &Entry, save: &Save, draft: DraftFile) -> Result<u8> {
    draft.remove();
    let mut changes = Vec::with_capacity(save.changed.len());
    for (name, before, after) in &save.changed {
        let Some(field) = entry.schema.field(name) else { continue };
        changes.push(format!("{name}: {} → {}", told(session, field, before)?, told(session, field, after)?));
    }
    let name = format!("{} {}", entry.short(), entry.title());
    session.wrote(
        &Message::new("Changed {record}: {changes}.").with("record", name).with("changes", changes.join(", ")),
    )?;
    Ok(0)
}

/// A value in few words; a link that was just written knows its number only.
fn told(session: &mut Session, field: &Field, value: &Value) -> Result<String> {
    let text = match (value, field.kind.target()) {
        (Value::Link(link), Some(target)) if link.title.is_empty() => session.crm()?.title(target, link.id)?,
        _ => types::show(&field.kind, value),
    };
    Ok(match text {
        text if text.is_empty() => "-".to_owned(),
        text if text.chars().count() > 40 || text.contains('\n') => "…".to_owned(),
        text => text,
    })
}
