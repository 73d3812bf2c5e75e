//! What is done with deals: moved, won, lost, shelved, reopened.

use super::{Deal, Outcome, Stage, checklist, deal::elsewhere, pipeline};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Ask, Id, Kind, Link, Value, Values, Verb},
    reports::parameter,
};

const ON: Ask = Ask { name: "on", doc: "The day, if not today", kind: || Kind::Date, required: false };

const BECAUSE: Ask = Ask { name: "because", doc: "Why", kind: || Kind::OpenList, required: true };

/// A verb that closes a deal: what it is called, what the deal is then, and what is asked.
macro_rules! closing {
    ($name:literal, $outcome:expr, $doc:literal, $example:literal, $asks:expr) => {
        Verb {
            name: $name,
            doc: $doc,
            asks: &$asks,
            example: $example,
            refused: |crm, id| closed_as(crm, id, $outcome),
            run: |crm, id, answers| close(crm, id, $outcome, answers),
        }
    };
}

impl Deal {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "move",
            doc: "Moves a deal to another stage of its pipeline",
            asks: &[Ask {
                name: "to",
                doc: "The stage; the next one unless said",
                kind: || Kind::Text,
                required: false,
            }],
            example: "kehu deal move D1 --to Negotiation",
            refused: |crm, id| {
                let deal: Self = crm.get(Id::new(id))?;
                let stage: Stage = crm.get(deal.stage())?;
                let message = Message::new("{deal} is {outcome}: kehu deal reopen D{number} takes it up again.")
                    .with("deal", &deal.name)
                    .with("outcome", stage.outcome.key())
                    .with("number", id);
                Ok((stage.outcome != Outcome::Open).then_some(message))
            },
            run: |crm, id, answers| {
                let deal: Self = crm.get(Id::new(id))?;
                let stage = match parameter(answers, "to") {
                    Value::Text(name) => named(crm, &deal, &name)?,
                    _ => next(crm, &deal)?,
                };
                step(crm, id, &stage, Values::new())
            },
        },
        closing!(
            "win",
            Outcome::Won,
            "Closes a deal as won",
            "kehu deal win D1",
            [ON, Ask { name: "amount", doc: "What it is worth in the end", kind: || Kind::Money, required: false }]
        ),
        closing!(
            "lose",
            Outcome::Lost,
            "Closes a deal as lost, and keeps why",
            "kehu deal lose D2 --because price --to \"Nordwind AG\"",
            [
                Ask { doc: "Why: price, timing, no budget, a competitor …", ..BECAUSE },
                Ask { name: "to", doc: "Who won it instead", kind: || Kind::OpenList, required: false },
                ON,
            ]
        ),
        closing!(
            "shelve",
            Outcome::Shelved,
            "Puts a deal aside, and keeps why",
            "kehu deal shelve D3 --because \"budget frozen\" --close +6m",
            [
                BECAUSE,
                Ask { name: "close", doc: "When to expect it instead", kind: || Kind::Date, required: false },
                ON,
            ]
        ),
        Verb {
            name: "plan",
            doc: "Plans what the stage asks for, where that was not done yet",
            asks: &[],
            example: "kehu deal plan D4",
            refused: |_, _| Ok(None),
            run: |crm, id, _| checklist::plan_anew(crm, id),
        },
        Verb {
            name: "reopen",
            doc: "Takes up a closed deal again, in the stage where it was last open",
            asks: &[],
            example: "kehu deal shelve D3 --because \"budget frozen\"\n  kehu deal reopen D3",
            refused: |crm, id| {
                let deal: Self = crm.get(Id::new(id))?;
                let stage: Stage = crm.get(deal.stage())?;
                Ok((stage.outcome == Outcome::Open).then(|| Message::new("{deal} is open.").with("deal", &deal.name)))
            },
            run: |crm, id, _| {
                let stage = last_open(crm, id)?;
                step(crm, id, &stage, Values::new())
            },
        },
    ];
}

fn closed_as(crm: &mut Crm, id: i64, outcome: Outcome) -> Result<Option<Message>> {
    let deal: Deal = crm.get(Id::new(id))?;
    let stage: Stage = crm.get(deal.stage())?;
    Ok((stage.outcome == outcome)
        .then(|| Message::new("{deal} is {outcome} already.").with("deal", &deal.name).with("outcome", outcome.key())))
}

fn step(crm: &mut Crm, id: i64, stage: &Stage, mut values: Values) -> Result<()> {
    values.push(("stage".to_owned(), Link::to(stage.id.number)));
    crm.by_verb = true;
    let done = crm.change("deal", id, values, None);
    crm.by_verb = false;
    done.map(|_| ())
}

/// Moves a deal to the stage of its pipeline that means this outcome.
fn close(crm: &mut Crm, id: i64, outcome: Outcome, answers: &Values) -> Result<()> {
    let deal: Deal = crm.get(Id::new(id))?;
    let stages = pipeline::stages(crm, deal.pipeline())?;
    let Some(stage) = stages.into_iter().find(|stage| stage.outcome == outcome) else {
        return Err(missing_stage(crm, &deal, outcome));
    };
    let mut values = Values::new();
    let to = if outcome == Outcome::Lost { "lost_to" } else { "" };
    let fields = [("on", "closed"), ("amount", "amount"), ("because", "lost_reason"), ("to", to), ("close", "close")];
    for (asked, field) in fields {
        let value = parameter(answers, asked);
        if !value.is_empty() && !field.is_empty() {
            values.push((field.to_owned(), value));
        }
    }
    step(crm, id, &stage, values)
}

fn missing_stage(crm: &mut Crm, deal: &Deal, outcome: Outcome) -> Error {
    let pipeline = crm.title("pipeline", deal.pipeline().number).unwrap_or_default();
    Error::new(
        Cause::Refused,
        Message::new("The pipeline {pipeline} has no stage for deals that are {outcome}.")
            .with("pipeline", &pipeline)
            .with("outcome", outcome.key()),
    )
    .hint(
        Message::new("kehu stage add {name} --pipeline \"{pipeline}\" --outcome {outcome}")
            .with("name", outcome.key())
            .with("pipeline", pipeline)
            .with("outcome", outcome.key()),
    )
}

/// The stage of the deal's own pipeline that has this name or begins with it.
fn named(crm: &mut Crm, deal: &Deal, name: &str) -> Result<Stage> {
    let stages = pipeline::stages(crm, deal.pipeline())?;
    let fold = crate::record::types::fold;
    let wanted = fold(name);
    let exact = stages.iter().find(|stage| fold(&stage.name) == wanted || format!("st{}", stage.id.number) == wanted);
    let mut beginning = stages.iter().filter(|stage| fold(&stage.name).starts_with(&wanted));
    let found = exact.or_else(|| beginning.next().filter(|_| beginning.next().is_none()));
    if let Some(stage) = found {
        return Ok(stage.clone());
    }
    let error = elsewhere(crm, deal.pipeline(), name, &stages)?.on_field("to");
    // What no pipeline has is unknown; a stage of another one is only not to be reached from here.
    let unknown = crm.find("stage", name).is_err_and(|error| error.cause == Cause::NotFound);
    Err(if unknown { Error { cause: Cause::NotFound, ..error } } else { error })
}

/// The next open stage, or the won one behind the last.
fn next(crm: &mut Crm, deal: &Deal) -> Result<Stage> {
    let stages = pipeline::stages(crm, deal.pipeline())?;
    let here = stages.iter().position(|stage| stage.id == deal.stage()).unwrap_or_default();
    let next = stages.into_iter().skip(here + 1).find(|stage| matches!(stage.outcome, Outcome::Open | Outcome::Won));
    next.ok_or_else(|| {
        Error::new(Cause::Refused, Message::new("{deal} is at the end of its pipeline.").with("deal", &deal.name))
    })
}

/// The stage where a deal was last open, else the first.
fn last_open(crm: &mut Crm, id: i64) -> Result<Stage> {
    let deal: Deal = crm.get(Id::new(id))?;
    let sql = "SELECT m.stage FROM stage_moves m JOIN stages s ON s.id = m.stage \
               WHERE m.deal = ? AND s.pipeline = ? AND s.outcome = 'open' AND m.deleted_at IS NULL \
               ORDER BY m.at DESC, m.id DESC LIMIT 1";
    let arguments = [crate::store::Sql::Integer(id), crate::store::Sql::Integer(deal.pipeline().number)];
    if let Some(stage) = crm.numbers(sql, &arguments)?.first() {
        return crm.get(Id::new(*stage));
    }
    let first = pipeline::stages(crm, deal.pipeline())?.into_iter().find(|stage| stage.outcome == Outcome::Open);
    first.ok_or_else(|| missing_stage(crm, &deal, Outcome::Open))
}
