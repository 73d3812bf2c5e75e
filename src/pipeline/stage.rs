//! Stage: a step of a pipeline: how likely a deal is to be won there, what is to be done, what must be known.

use super::{Pipeline, checklist, gate, occupied, reach_anew};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{
        Draft, Id, Value, record,
        types::{LongText, Percent, Tags, fold},
    },
    store::Sql,
};

record! {
    /// A step that deals pass on their way through a pipeline.
    pub struct Stage in "stages" as "ST" called "stage" {
        /// Name shown everywhere
        name: String [title, list],
        /// The pipeline it belongs to
        pipeline: Id<Pipeline> [index, child, list],
        /// Its place in the pipeline, from 1
        position: Option<i64> [list],
        /// How likely a deal is to be won that got here
        probability: Option<Percent> [list],
        /// What has become of a deal that is here: open, won, lost or shelved
        outcome: Outcome [default("open"), list],
        /// After how many days without a touch or a move a deal goes stale here
        days_to_rot: Option<i64> [min("1"), max("36500")],
        /// After how many days without a word with the customer a deal goes stale here, whatever moved
        longest_silence: Option<i64> [min("1"), max("36500")],
        /// What is to be done here and when, a line each: +2d call: ask who decides
        to_do: Option<LongText>,
        /// Fields that a deal must have to come here
        needs: Tags,
        /// Fields that a deal must have to go on from here
        needs_to_leave: Tags,
    }
}

record! {
    /// What has become of a deal: what stages mean, however they are called.
    pub enum Outcome {
        /// Open
        Open = "open",
        /// Won
        Won = "won",
        /// Lost
        Lost = "lost",
        /// Shelved
        Shelved = "shelved",
    }
}

/// A stage that was written is read anew; where it went to another place, deals came to another place with it.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    crm.memo = crm.memo.is_some().then(Default::default);
    let changed = |field: &str| draft.changed(field).is_some_and(|value| !value.same(&draft.before(field)));
    if draft.schema.kind == "stage" && !draft.stored.is_empty() && (changed("position") || changed("outcome")) {
        reach_anew(crm)?;
    }
    Ok(())
}

/// A stage comes last in its pipeline unless its place is said, and asks only for fields that deals have.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    occupied::stage(crm, draft)?;
    refuse_a_second_of_that_name(crm, draft)?;
    if draft.is_new()
        && draft.get("position").is_empty()
        && let Some(pipeline) = draft.get("pipeline").as_integer()
    {
        let sql = "SELECT COALESCE(MAX(position), 0) + 1 FROM stages WHERE pipeline = ? AND deleted_at IS NULL";
        let last = crm.numbers(sql, &[Sql::Integer(pipeline)])?.first().copied().unwrap_or(1);
        draft.set("position", Value::Integer(last));
    }
    match draft.get("outcome").as_text() {
        Some("won") => draft.set("probability", Value::Integer(10_000)),
        Some("lost" | "shelved") => draft.set("probability", Value::Integer(0)),
        _ => {}
    }
    checklist::check(crm, draft)?;
    let deal = crm.schema("deal")?;
    for needed in ["needs", "needs_to_leave"] {
        let said = draft.changed(needed).is_some_and(|names| !names.same(&draft.before(needed)));
        for name in draft.get(needed).items() {
            let field = crm.field(&deal, name.as_text().unwrap_or_default()).map_err(|error| error.on_field(needed))?;
            if said {
                gate::refuse_unfillable(field).map_err(|error| error.on_field(needed))?;
            }
        }
    }
    refuse_improbable(draft)
}

/// Deals are moved by the names of stages: each stands once in a pipeline.
fn refuse_a_second_of_that_name(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let said = |field: &str| draft.changed(field).is_some_and(|value| !value.same(&draft.before(field)));
    let (Some(name), Some(pipeline)) = (draft.get("name").as_text().map(fold), draft.get("pipeline").as_integer())
    else {
        return Ok(());
    };
    // One that comes back out of the recycle bin may meet another that took its place.
    if draft.deleted() || !(said("name") || said("pipeline") || said("deleted_at")) {
        return Ok(());
    }
    let sql = "SELECT id FROM stages WHERE pipeline = ? AND name_key = ? AND id <> ? AND deleted_at IS NULL";
    let arguments = [Sql::Integer(pipeline), Sql::Text(name), Sql::Integer(draft.id.unwrap_or_default())];
    let Some(other) = crm.numbers(sql, &arguments)?.first().copied() else { return Ok(()) };
    let message = Message::new("The pipeline {pipeline} has a stage {name} already: ST{number}.")
        .with("pipeline", crm.title("pipeline", pipeline)?)
        .with("name", draft.get("name").as_text().unwrap_or_default())
        .with("number", other);
    Err(Error::new(Cause::Conflict, message).on_field("name"))
}

/// 0 and 100 % are reserved for what is lost and won (behaviour 4).
fn refuse_improbable(draft: &Draft) -> Result<()> {
    let open = draft.get("outcome").as_text() == Some("open");
    match draft.changed("probability").and_then(Value::as_integer) {
        Some(percent) if open && !(1..10_000).contains(&percent) => Err(Error::bad_value(Message::new(
            "An open stage is more than 0 % and less than 100 % likely: 0 % is lost, 100 % is won.",
        ))
        .on_field("probability")),
        _ => Ok(()),
    }
}
