//! StageMove: one step of a deal from a stage to another, when, and for how long it had been there (behaviour 1).

use super::{Deal, Outcome, Stage, memo, pipeline, stand_in};
use crate::{
    Result,
    crm::{Crm, integer, text},
    customers::Customer,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Id, Link, Origin, Value, Values, record, types},
    store::Sql,
};
use jiff::{Timestamp, civil::Date};

record! {
    /// A step of a deal from one stage to another; written by the program.
    pub struct StageMove in "stage_moves" as "SM" called "stage_move" {
        /// Where it went
        title: String [title, list],
        /// The deal that moved
        deal: Id<Deal> [index("at"), child, chain, list],
        /// The customer of the deal
        customer: Option<Id<Customer>> [index("at"), child],
        /// The stage it came from; empty for the first
        origin: Option<Id<Stage>> [list],
        /// The stage it went to
        stage: Id<Stage> [index, list],
        /// When it moved
        at: Timestamp [index, list],
        /// How long it had been in the stage before, in seconds
        seconds: Option<i64> [min("0")],
    }
}

/// History is not written by hand; it comes from another database by import, and goes with its deal.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    if draft.deleted() || restored {
        return Ok(());
    }
    if crm.door == "import" {
        return believable(crm, draft);
    }
    Err(Error::new(Cause::Refused, Message::new("The stage history is written by moving deals, not by hand."))
        .hint(Message::new("kehu deal move D1 --to \"STAGE\"")))
}

/// Refuses a step that cannot have been: one that is still to come, that the deal's pipeline has not, from before the
/// deal began, or that would leave the deal elsewhere than it is.
fn believable(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let (Some(deal), Some(stage)) = (draft.get("deal").as_integer(), draft.get("stage").as_integer()) else {
        return Ok(());
    };
    let Some(at) = draft.get("at").as_text().and_then(|at| at.parse::<Timestamp>().ok()) else { return Ok(()) };
    let refused = |field: &str, message: Message| Err(Error::new(Cause::Refused, message).on_field(field));
    if at > crm.reading.clock.now() {
        let message = Message::new("{at} is still to come: nothing moved then.");
        return refused("at", message.with("at", types::timestamp_text(at)));
    }
    let (deal, stage): (Deal, Stage) = (crm.get(Id::new(deal))?, memo::stage(crm, stage)?);
    // A database of ours tells of deals that came from another pipeline, and of days that were put right since.
    if draft.origin == Origin::File {
        let origin = draft.get("origin").as_integer().map(|origin| memo::stage(crm, origin)).transpose()?;
        for other in [Some(&stage), origin.as_ref()].into_iter().flatten() {
            if Some(other.pipeline) != deal.pipeline {
                let message = Message::new("{stage} is no stage of the pipeline of {deal}.");
                return refused("stage", message.with("stage", &other.name).with("deal", &deal.name));
            }
        }
        let zone = crm.reading.clock.zone().clone();
        if let Some(started) = deal.started.filter(|started| at.to_zoned(zone).date() < *started) {
            let message = Message::new("{deal} began on {started} and moved nowhere before that.");
            return refused("at", message.with("deal", &deal.name).with("started", started));
        }
    }
    leads_where_it_is(crm, draft, &deal, &stage, at)
}

/// Once the history of a deal leads to where it is, no later step leads elsewhere.
fn leads_where_it_is(crm: &mut Crm, draft: &Draft, deal: &Deal, stage: &Stage, at: Timestamp) -> Result<()> {
    // What only stands in for the history that arrives tells nothing against it.
    let mut others = stand_in::numbers(crm, deal.id.number)?;
    others.push(draft.id.unwrap_or_default());
    let sql = format!(
        "SELECT stage, at FROM stage_moves WHERE deal = ? AND id NOT IN ({}) AND deleted_at IS NULL \
         ORDER BY at DESC, id DESC LIMIT 1",
        vec!["?"; others.len()].join(", ")
    );
    let arguments: Vec<Sql> = [deal.id.number].into_iter().chain(others).map(Sql::Integer).collect();
    let Some(last) = crm.db.first(&sql, &arguments)? else { return Ok(()) };
    let later = text(&last[1]).parse::<Timestamp>().is_ok_and(|last| last <= at);
    if !later || integer(&last[0]) != deal.stage().number || stage.id == deal.stage() {
        return Ok(());
    }
    let here = memo::stage(crm, deal.stage().number)?;
    let message = Message::new("{deal} has been in {stage} since {since}; it did not move to {other} after that.")
        .with("deal", &deal.name)
        .with("stage", &here.name)
        .with("since", text(&last[1]))
        .with("other", &stage.name);
    Err(Error::new(Cause::Refused, message).on_field("stage"))
}

/// Every step begins where the one before it ended, and says how long the deal had been there.
fn rechain(crm: &mut Crm, deal: i64) -> Result<()> {
    let sql = "SELECT id, stage, at FROM stage_moves WHERE deal = ? AND deleted_at IS NULL ORDER BY at, id";
    let mut before: Option<(i64, Timestamp)> = None;
    for row in crm.db.query(sql, &[Sql::Integer(deal)])? {
        let Ok(at) = text(&row[2]).parse::<Timestamp>() else { continue };
        let step = crm.record("stage_move", integer(&row[0]))?;
        let origin = before.map_or(Value::Null, |(stage, _)| Link::to(stage));
        let seconds = before.map_or(Value::Null, |(_, since)| Value::Integer(at.duration_since(since).as_secs()));
        for (field, value) in [("origin", origin), ("seconds", seconds)] {
            if !step.value(field).same(&value) {
                crm.set_directly("stage_move", step.id, field, value)?;
            }
        }
        before = Some((integer(&row[1]), at));
    }
    Ok(())
}

/// A step that comes out of another database may have led its deal further than is known here.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    if draft.deleted() || draft.origin == Origin::Person {
        return Ok(());
    }
    let deal = draft.get("deal").as_integer().unwrap_or_default();
    match draft.origin {
        Origin::Export if draft.stored.is_empty() => {
            stand_in::give_way(crm, deal, draft.id.unwrap_or_default())?;
        }
        Origin::File => rechain(crm, deal)?,
        _ => {}
    }
    let stage = memo::stage(crm, draft.get("stage").as_integer().unwrap_or_default())?;
    match draft.get("deal").as_integer() {
        Some(deal) if stage.outcome == Outcome::Open => super::reach::at_least(crm, deal, &stage),
        _ => Ok(()),
    }
}

/// Writes the step that a draft of a deal is about to take, or has taken elsewhere.
pub(super) fn write(crm: &mut Crm, draft: &Draft) -> Result<()> {
    // A draft that is settled has its number already; what it had before tells whether it is new.
    let fresh = draft.stored.is_empty();
    let stage = memo::stage(crm, draft.get("stage").as_integer().unwrap_or_default())?;
    if fresh && stage.outcome != Outcome::Open {
        return write_both_ends(crm, draft, &stage);
    }
    let day = match stage.outcome {
        Outcome::Open if fresh => earlier_day(crm, draft, "started"),
        Outcome::Open => None,
        _ => earlier_day(crm, draft, "closed"),
    };
    let at = day.unwrap_or_else(|| crm.reading.clock.now());
    let before = if fresh { None } else { latest(crm, draft.id.unwrap_or_default())? };
    append(crm, draft, draft.before("stage").as_integer(), &stage, at, before)
}

/// Deals that an older program kept no history of.
pub(crate) const WITHOUT_STEPS: &str =
    "t.stage IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stage_moves m WHERE m.deal = t.id)";

/// Gives every deal without any history its first step, of the day when it began or was written down; says how many.
pub(crate) fn first_steps(crm: &mut Crm) -> Result<u64> {
    let deals = crm.numbers(&format!("SELECT t.id FROM deals t WHERE {WITHOUT_STEPS} ORDER BY t.id"), &[])?;
    if deals.is_empty() {
        return Ok(0);
    }
    crm.transaction("Begin the stage history", |crm| {
        for deal in &deals {
            let entry = crm.record("deal", *deal)?;
            let fields = ["customer", "stage", "started", "closed"];
            let mut values: Values = fields.map(|field| (field.to_owned(), entry.value(field))).into();
            if entry.value("started").is_empty() {
                let written = entry.value("created_at").as_text().and_then(|at| at.parse::<Timestamp>().ok());
                let zone = crm.reading.clock.zone().clone();
                let day = written.map_or(Value::Null, |at| Value::text(at.to_zoned(zone).date().to_string()));
                values[2].1 = day;
            }
            let schema = entry.schema.clone();
            let (stored, origin) = (Vec::new(), Origin::Person);
            write(crm, &Draft { schema, id: Some(*deal), stored, values, removing: false, origin })?;
        }
        super::reach_anew(crm).map(|_| deals.len() as u64)
    })
}

/// A deal that comes in closed has passed the open stages elsewhere: it was in the last of them from its beginning to
/// that day.
fn write_both_ends(crm: &mut Crm, draft: &Draft, stage: &Stage) -> Result<()> {
    let closed = earlier_day(crm, draft, "closed").unwrap_or_else(|| crm.reading.clock.now());
    let stages = pipeline::stages(crm, stage.pipeline)?;
    let last = stages.iter().rfind(|stage| stage.outcome == Outcome::Open);
    if let (Some(last), Some(started)) = (last, day_of(crm, draft, "started")) {
        append(crm, draft, None, last, started, None)?;
        return append(crm, draft, Some(last.id.number), stage, closed, Some(started));
    }
    append(crm, draft, None, stage, closed, None)
}

/// The beginning of a day that the deal names, unless that is today: what is done today is done now.
fn earlier_day(crm: &Crm, draft: &Draft, field: &str) -> Option<Timestamp> {
    let day: Date = draft.get(field).as_text()?.parse().ok()?;
    if day == crm.reading.clock.today() { None } else { day_of(crm, draft, field) }
}

fn day_of(crm: &Crm, draft: &Draft, field: &str) -> Option<Timestamp> {
    let day: Date = draft.get(field).as_text()?.parse().ok()?;
    let start = day.to_zoned(crm.reading.clock.zone().clone()).ok()?;
    Some(start.timestamp())
}

/// When the deal came to the stage where it is.
fn latest(crm: &mut Crm, deal: i64) -> Result<Option<Timestamp>> {
    let sql = "SELECT MAX(at) FROM stage_moves WHERE deal = ? AND deleted_at IS NULL";
    let row = crm.db.first(sql, &[Sql::Integer(deal)])?;
    Ok(row.and_then(|row| text(&row[0]).parse().ok()))
}

/// A step is never earlier than the one before it, so that what a deal spent in its stages sums to its age.
fn append(
    crm: &mut Crm,
    draft: &Draft,
    origin: Option<i64>,
    stage: &Stage,
    at: Timestamp,
    before: Option<Timestamp>,
) -> Result<()> {
    let at = before.map_or(at, |before| at.max(before));
    let seconds = before.map_or(Value::Null, |before| Value::Integer(at.duration_since(before).as_secs()));
    let mut values = vec![
        ("title".to_owned(), Value::text(&stage.name)),
        ("deal".to_owned(), Link::to(draft.id.unwrap_or_default())),
        ("customer".to_owned(), draft.get("customer")),
        ("origin".to_owned(), origin.map_or(Value::Null, Link::to)),
        ("stage".to_owned(), Link::to(stage.id.number)),
        ("at".to_owned(), Value::text(types::timestamp_text(at))),
        ("seconds".to_owned(), seconds),
    ];
    // Another database of ours exports its history by itself, before which this step gives way.
    if draft.origin == Origin::Export {
        values.extend(stand_in::uid(crm, draft)?);
    } else if origin.is_some() {
        stand_in::confirm(crm, draft)?;
    }
    crm.write_directly("stage_move", values).map(|_| ())
}

/// The steps of a deal go with it to another customer.
pub(super) fn follow_customer(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let sql = "SELECT id FROM stage_moves WHERE deal = ? AND customer IS DISTINCT FROM ?";
    let customer = draft.get("customer").as_integer().map_or(Sql::Null, Sql::Integer);
    for step in crm.numbers(sql, &[Sql::Integer(draft.id.unwrap_or_default()), customer])? {
        crm.set_directly("stage_move", step, "customer", draft.get("customer"))?;
    }
    Ok(())
}

/// A day that is put right puts right the step that it dates, and no other: the first, where the deal was open, or the one
/// that closed it.
pub(super) fn follow_day(crm: &mut Crm, draft: &Draft, field: &str) -> Result<()> {
    let deal = draft.id.unwrap_or_default();
    let sql = "SELECT m.id, m.at, s.outcome FROM stage_moves m JOIN stages s ON s.id = m.stage \
               WHERE m.deal = ? AND m.deleted_at IS NULL ORDER BY m.at, m.id";
    let rows = crm.db.query(sql, &[Sql::Integer(deal)])?;
    let steps: Vec<(i64, Timestamp)> =
        rows.iter().filter_map(|row| Some((integer(&row[0]), text(&row[1]).parse().ok()?))).collect();
    let Some(day) = day_of(crm, draft, field) else { return Ok(()) };
    let (place, open) = if field == "started" { (0, true) } else { (steps.len().saturating_sub(1), false) };
    let Some((step, _)) = steps.get(place).filter(|_| (text(&rows[place][2]) == "open") == open) else {
        return Ok(());
    };
    let earliest = place.checked_sub(1).map(|before| steps[before].1);
    let day = earliest.map_or(day, |earliest| day.max(earliest));
    let day = steps.get(place + 1).map_or(day, |next| day.min(next.1));
    crm.set_directly("stage_move", *step, "at", Value::text(types::timestamp_text(day)))?;
    if let Some(earliest) = earliest {
        let seconds = Value::Integer(day.duration_since(earliest).as_secs());
        crm.set_directly("stage_move", *step, "seconds", seconds)?;
    }
    if let Some((next, at)) = steps.get(place + 1) {
        let seconds = Value::Integer(at.duration_since(day).as_secs());
        crm.set_directly("stage_move", *next, "seconds", seconds)?;
    }
    Ok(())
}
