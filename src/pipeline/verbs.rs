//! What is done with deals: moved, won, lost, shelved, reopened.

use super::{Deal, Outcome, Stage, checklist, pipeline};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Ask, Id, Kind, Link, Value, Values, Verb},
    reports::parameter,
};

const ON: Ask = Ask { name: "on", doc: "The day, if not today", kind: || Kind::Date, required: false };

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
        Verb {
            name: "win",
            doc: "Closes a deal as won",
            asks: &[
                ON,
                Ask { name: "amount", doc: "What it is worth in the end", kind: || Kind::Money, required: false },
            ],
            example: "kehu deal win D1",
            refused: |crm, id| closed_as(crm, id, Outcome::Won),
            run: |crm, id, answers| close(crm, id, Outcome::Won, answers),
        },
        Verb {
            name: "lose",
            doc: "Closes a deal as lost, and keeps why",
            asks: &[
                Ask {
                    name: "because",
                    doc: "Why: price, timing, no budget, a competitor …",
                    kind: || Kind::OpenList,
                    required: true,
                },
                Ask { name: "to", doc: "Who won it instead", kind: || Kind::OpenList, required: false },
                ON,
            ],
            example: "kehu deal lose D2 --because price --to \"Nordwind AG\"",
            refused: |crm, id| closed_as(crm, id, Outcome::Lost),
            run: |crm, id, answers| close(crm, id, Outcome::Lost, answers),
        },
        Verb {
            name: "shelve",
            doc: "Puts a deal aside, and keeps why",
            asks: &[
                Ask { name: "because", doc: "Why", kind: || Kind::OpenList, required: true },
                Ask { name: "close", doc: "When to expect it instead", kind: || Kind::Date, required: false },
                ON,
            ],
            example: "kehu deal shelve D3 --because \"budget frozen\" --close +6m",
            refused: |crm, id| closed_as(crm, id, Outcome::Shelved),
            run: |crm, id, answers| close(crm, id, Outcome::Shelved, answers),
        },
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
    crm.change("deal", id, values, None).map(|_| ())
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
        crate::Cause::Refused,
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
    let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
    let message = Message::new("{stage} is no stage of the pipeline {pipeline}; it has {stages}.")
        .with("stage", name)
        .with("pipeline", crm.title("pipeline", deal.pipeline().number)?)
        .with("stages", names.join(", "));
    let hint = elsewhere(crm, deal, &stages, name)?;
    Err(Error::bad_value(message).on_field("to").hint(Message::new("{example}").with("example", hint)))
}

/// The move that may be meant: to a stage of that name in another pipeline, else to the one that is called most alike or
/// comes next.
fn elsewhere(crm: &mut Crm, deal: &Deal, stages: &[Stage], name: &str) -> Result<String> {
    let number = deal.id.number;
    if let Ok(stage) = crm.find("stage", name) {
        let stage: Stage = crm.get(Id::new(stage))?;
        let (pipeline, stage) = (stage.pipeline.number, stage.id.number);
        return Ok(format!("kehu deal edit D{number} pipeline=PL{pipeline} stage=ST{stage}"));
    }
    let near = crate::crm::nearest(name, stages.iter().map(|stage| stage.name.as_str())).map(str::to_owned);
    let to = near.or_else(|| next(crm, deal).ok().map(|stage| stage.name));
    let to = to.map(|to| format!(" --to \"{to}\"")).unwrap_or_default();
    Ok(format!("kehu deal move D{number}{to}"))
}

/// The next open stage, or the won one behind the last.
fn next(crm: &mut Crm, deal: &Deal) -> Result<Stage> {
    let stages = pipeline::stages(crm, deal.pipeline())?;
    let here = stages.iter().position(|stage| stage.id == deal.stage()).unwrap_or_default();
    let next = stages.into_iter().skip(here + 1).find(|stage| matches!(stage.outcome, Outcome::Open | Outcome::Won));
    next.ok_or_else(|| {
        Error::new(
            crate::Cause::Refused,
            Message::new("{deal} is at the end of its pipeline.").with("deal", &deal.name),
        )
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
