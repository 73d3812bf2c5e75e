//! StageMove: one step of a deal from a stage to another, when, and for how long it had been there (behaviour 1).

use super::{Deal, Outcome, Stage, pipeline};
use crate::{
    Result,
    crm::{Crm, text},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Id, Link, Value, record, types},
    store::Sql,
};
use jiff::{Timestamp, civil::Date};

record! {
    /// A step of a deal from one stage to another; written by the program.
    pub struct StageMove in "stage_moves" as "SM" called "stage_move" {
        /// Where it went
        title: String [title, list],
        /// The deal that moved
        deal: Id<Deal> [index, child, list],
        /// The stage it came from; empty for the first
        origin: Option<Id<Stage>> [list],
        /// The stage it went to
        stage: Id<Stage> [index, list],
        /// When it moved
        at: Timestamp [index, list],
        /// How long it had been in the stage before, in seconds
        seconds: Option<i64>,
    }
}

/// History is not written by hand; it comes from another database by import, and goes with its deal.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() || crm.door == "import" {
        return Ok(());
    }
    Err(Error::new(Cause::Refused, Message::new("The stage history is written by moving deals, not by hand."))
        .hint(Message::new("kehu deal move D1 --to \"STAGE\"")))
}

/// Writes the step that a draft of a deal is about to take, or has taken elsewhere.
pub(super) fn write(crm: &mut Crm, draft: &Draft) -> Result<()> {
    // Another database of ours exports its history by itself.
    if crm.door == "import" && draft.is_new() && draft.changed("uid").is_some() {
        return Ok(());
    }
    let deal = draft.id.unwrap_or_default();
    let stage: Stage = crm.get(Id::new(draft.get("stage").as_integer().unwrap_or_default()))?;
    let origin = draft.before("stage").as_integer();
    if draft.is_new() && stage.outcome != Outcome::Open {
        return write_both_ends(crm, draft, &stage);
    }
    let at = if draft.is_new() { day_of(crm, draft, "started") } else { None };
    let at = match stage.outcome {
        Outcome::Open => at.unwrap_or_else(|| crm.reading.clock.now()),
        _ => backdated(crm, draft).unwrap_or_else(|| crm.reading.clock.now()),
    };
    append(crm, deal, origin, &stage, at)
}

/// A deal that comes in closed was in the first stage from its beginning to that day.
fn write_both_ends(crm: &mut Crm, draft: &Draft, stage: &Stage) -> Result<()> {
    let deal = draft.id.unwrap_or_default();
    let closed = backdated(crm, draft).unwrap_or_else(|| crm.reading.clock.now());
    let first = pipeline::stages(crm, stage.pipeline)?.into_iter().find(|stage| stage.outcome == Outcome::Open);
    if let (Some(first), Some(started)) = (&first, day_of(crm, draft, "started")) {
        append(crm, deal, None, first, started)?;
        return append(crm, deal, Some(first.id.number), stage, closed);
    }
    append(crm, deal, None, stage, closed)
}

/// The day a deal was closed, where it was not today.
fn backdated(crm: &Crm, draft: &Draft) -> Option<Timestamp> {
    let closed: Date = draft.get("closed").as_text()?.parse().ok()?;
    if closed == crm.reading.clock.today() { None } else { day_of(crm, draft, "closed") }
}

fn day_of(crm: &Crm, draft: &Draft, field: &str) -> Option<Timestamp> {
    let day: Date = draft.get(field).as_text()?.parse().ok()?;
    let start = day.to_zoned(crm.reading.clock.zone().clone()).ok()?;
    Some(start.timestamp())
}

fn append(crm: &mut Crm, deal: i64, origin: Option<i64>, stage: &Stage, at: Timestamp) -> Result<()> {
    let sql = "SELECT MAX(at) FROM stage_moves WHERE deal = ? AND deleted_at IS NULL";
    let before = crm.db.first(sql, &[Sql::Integer(deal)])?.and_then(|row| text(&row[0]).parse::<Timestamp>().ok());
    let values = vec![
        ("title".to_owned(), Value::text(&stage.name)),
        ("deal".to_owned(), Link::to(deal)),
        ("origin".to_owned(), origin.map_or(Value::Null, Link::to)),
        ("stage".to_owned(), Link::to(stage.id.number)),
        ("at".to_owned(), Value::text(types::timestamp_text(at))),
        (
            "seconds".to_owned(),
            before.map_or(Value::Null, |before| Value::Integer(at.duration_since(before).as_secs())),
        ),
    ];
    crm.write_directly("stage_move", values).map(|_| ())
}
