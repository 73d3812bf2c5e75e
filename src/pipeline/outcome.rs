//! What follows from a step: the day a deal was closed, why it was lost, how likely it is to be won.

use super::{Outcome, Stage};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Origin, Value},
};

/// The reason of a deal that another system had lost without saying why.
pub(super) const IMPORTED: &str = "unknown (imported)";

/// Closes or reopens the deal as the stage says.
pub(super) fn follow(crm: &Crm, draft: &mut Draft, stage: &Stage) -> Result<()> {
    let today = Value::text(crm.reading.clock.today().to_string());
    if stage.outcome == Outcome::Open {
        draft.set("closed", Value::Null);
        draft.set("lost_reason", Value::Null);
        draft.set("lost_to", Value::Null);
        if draft.is_new() && draft.get("started").is_empty() && crm.door != "import" {
            draft.set("started", today);
        }
        return Ok(());
    }
    if draft.changed("closed").is_none_or(Value::is_empty) {
        let known = draft.get("closed");
        draft.set("closed", if draft.is_new() && !known.is_empty() { known } else { today });
    }
    if stage.outcome == Outcome::Won {
        draft.set("lost_reason", Value::Null);
        draft.set("lost_to", Value::Null);
    } else if draft.get("lost_reason").is_empty() {
        if crm.door != "import" {
            return Err(missing_reason(draft, stage));
        }
        draft.set("lost_reason", Value::text(IMPORTED));
    }
    Ok(())
}

fn missing_reason(draft: &Draft, stage: &Stage) -> Error {
    let verb = if stage.outcome == Outcome::Lost { "lose" } else { "shelve" };
    let deal = draft.id.map_or_else(|| "D1".to_owned(), |id| draft.schema.short(id));
    Error::new(Cause::Refused, Message::new("A deal that goes to {stage} needs a reason.").with("stage", &stage.name))
        .on_field("lost_reason")
        .hint(Message::new("kehu deal {verb} {deal} --because \"the price\"").with("verb", verb).with("deal", deal))
}

/// A probability that somebody set stands until it is handed back; what is closed is certain (behaviour 4).
pub(super) fn keep_probability(draft: &mut Draft, stage: &Stage, moved: bool) {
    // An export of another database has both as they were there.
    if draft.origin == Origin::Export && draft.changed("probability").is_some() {
        return;
    }
    let said = draft.changed("probability").is_some_and(|value| !value.same(&draft.before("probability")));
    let handed_back = draft.changed("probability_by").and_then(Value::as_text) == Some("stage") && !draft.is_new();
    if stage.outcome != Outcome::Open {
        let certain = if stage.outcome == Outcome::Won { 10_000 } else { 0 };
        draft.set("probability", Value::Integer(certain));
    } else if said && !draft.get("probability").is_empty() && !handed_back {
        let percent = draft.get("probability").as_integer().unwrap_or_default().clamp(1, 9_999);
        draft.set("probability", Value::Integer(percent));
        draft.set("probability_by", Value::text("hand"));
    } else if handed_back || draft.get("probability").is_empty() || moved && !by_hand(draft) {
        draft.set("probability", stage.probability.map_or(Value::Null, |percent| Value::Integer(percent.0)));
        draft.set("probability_by", Value::text("stage"));
    }
}

fn by_hand(draft: &Draft) -> bool {
    draft.get("probability_by").as_text() == Some("hand")
}
