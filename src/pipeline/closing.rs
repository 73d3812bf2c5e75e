//! What is closed stays closed: such a deal keeps its day and its reason until it is taken up again; an open one has neither.

use super::{Outcome, Stage, memo};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Origin, Value},
};

/// What a deal was until now; nothing where it is new.
pub(super) fn before(crm: &mut Crm, draft: &Draft) -> Result<Option<Outcome>> {
    let stage = draft.before("stage").as_integer();
    stage.map(|stage| Ok(memo::stage(crm, stage)?.outcome)).transpose()
}

/// Refuses a step out of a closed stage that no verb takes: it would lose when and why the deal was closed. A file may
/// say that it was closed otherwise, but not that it is open.
pub(super) fn stays(crm: &Crm, draft: &Draft, was: Option<Outcome>, stage: &Stage) -> Result<()> {
    let Some(was) = was.filter(|was| *was != Outcome::Open && *was != stage.outcome) else { return Ok(()) };
    let told = draft.origin == Origin::File && stage.outcome != Outcome::Open;
    if crm.by_verb || told || draft.origin == Origin::Export {
        return Ok(());
    }
    let number = draft.id.unwrap_or_default();
    let message = Message::new("{deal} is {outcome}: kehu deal reopen D{number} takes it up again.")
        .with("deal", name(draft))
        .with("outcome", was.key())
        .with("number", number);
    let hint = Message::new("kehu deal reopen D{number}").with("number", number);
    Err(Error::new(Cause::Refused, message).on_field("stage").hint(hint))
}

/// The closing day and the reason fit what the deal is: a person is told where they do not, and a file is not followed.
pub(super) fn agree(draft: &mut Draft, stage: &Stage, moved: bool) -> Result<()> {
    let (kept, foreign): (&[&str], &[&str]) = match stage.outcome {
        Outcome::Open => (&[], &["closed", "lost_reason", "lost_to"]),
        Outcome::Won => (&["closed"], &["lost_reason", "lost_to"]),
        Outcome::Lost | Outcome::Shelved => (&["closed", "lost_reason"], &[]),
    };
    let person = draft.origin == Origin::Person;
    for field in foreign {
        if draft.changed(field).is_some_and(|value| !value.is_empty() && !value.same(&draft.before(field))) {
            if person {
                return Err(without(draft, stage, field));
            }
            draft.set(field, Value::Null);
        }
    }
    // A step brings its own day and asks for its own reason.
    for field in kept.iter().filter(|_| !moved) {
        let before = draft.before(field);
        if draft.changed(field).is_some_and(Value::is_empty) && !before.is_empty() {
            if person {
                return Err(needed(draft, stage, field));
            }
            draft.set(field, before);
        }
    }
    Ok(())
}

/// Only what is closed, or lost, has that.
fn without(draft: &Draft, stage: &Stage, field: &'static str) -> Error {
    let template = match field {
        "closed" => "{deal} is open, and an open deal has no day on which it was closed.",
        _ => "{deal} is {outcome}, and only deals that are lost or shelved have a {field}.",
    };
    let message =
        Message::new(template).with("deal", name(draft)).with("outcome", stage.outcome.key()).with("field", field);
    let error = Error::new(Cause::Refused, message).on_field(field);
    let Some(deal) = draft.id else { return error };
    let (hint, value) = match field {
        "closed" => ("kehu deal win D{deal} --on {value}", draft.get(field)),
        "lost_reason" if stage.outcome == Outcome::Open => {
            ("kehu deal lose D{deal} --because \"{value}\"", draft.get(field))
        }
        _ => ("kehu deal show D{deal}", Value::Null),
    };
    error.hint(Message::new(hint).with("deal", deal).with("value", value.as_text().unwrap_or_default()))
}

fn needed(draft: &Draft, stage: &Stage, field: &'static str) -> Error {
    let message = Message::new("{deal} is {outcome}: its {field} can be put right, but not be cleared.")
        .with("deal", name(draft))
        .with("outcome", stage.outcome.key())
        .with("field", field);
    let hint = Message::new("kehu deal reopen D{number}").with("number", draft.id.unwrap_or_default());
    Error::new(Cause::Refused, message).on_field(field).hint(hint)
}

fn name(draft: &Draft) -> String {
    draft.get("name").as_text().unwrap_or_default().to_owned()
}
