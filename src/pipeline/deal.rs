//! Deal: something that a customer may buy from us, on its way through a pipeline (R47, R57-R61).

use super::{
    Outcome, Pipeline, Stage, checklist, closing, deal_line, gate, memo, outcome, pipeline, reach, slippage, stage,
    stage_move,
};
use crate::{
    Result,
    catalog::{Hold, Panel, PlanPart},
    crm::{Crm, Query, Sort},
    customers::{Contact, Customer, customer_bought},
    error::{Cause, Error},
    message::Message,
    org::User,
    products::Product,
    record::{
        Draft, Grid, Id, Link, Money, Summary, SummaryKey, Total, Value, filter, record,
        types::{ExternalIds, LongText, Open, Percent, Tags},
    },
};
use jiff::civil::Date;
use std::collections::HashMap;

record! {
    /// Something that a customer may buy, on its way through a pipeline.
    pub struct Deal in "deals" as "D" called "deal" {
        /// What it is about
        name: String [title, search, list],
        /// Who may buy
        customer: Option<Id<Customer>> [index, child, list],
        /// The person whom we deal with
        contact: Option<Id<Contact>> [index],
        /// Who works on it
        owner: Option<Id<User>> [default("me"), index, list],
        /// The sales process it goes through; the usual one unless said
        pipeline: Option<Id<Pipeline>> [index],
        /// How far it has come; the first step unless said
        stage: Option<Id<Stage>> [index("amount"), list],
        /// What it is worth: the sum of its lines where it has any, else the list price of its product unless said
        amount: Option<Money> [list, min("0")],
        /// What it is mainly about
        product: Option<Id<Product>> [index],
        /// When it is expected to be closed
        close: Option<Date> [index, list],
        /// When it began
        started: Option<Date>,
        /// When it was won, lost or shelved
        closed: Option<Date> [index],
        /// How often it was put off to a later day
        pushes: Option<i64> [kept, min("0")],
        /// How often its amount was lowered
        shrinks: Option<i64> [kept, min("0")],
        /// How likely it is to be won
        probability: Option<Percent> [min("0"), max("100")],
        /// Whether the stage says how likely it is, or somebody did by hand
        probability_by: ProbabilityOwner [default("stage")],
        /// How sure the forecast may be of it
        forecast: Forecast [default("auto")],
        /// The place of the furthest open stage that it came to
        reached: Option<i64> [automatic, hidden],
        /// Why it was lost or shelved
        lost_reason: Option<Open>,
        /// Who won it instead
        lost_to: Option<Open>,
        /// Who else wants it
        competitors: Tags [search],
        /// How it came to us
        source: Option<Open>,
        /// The campaign that brought it
        campaign: Option<Open> [index],
        /// What they asked for
        inquiry: Option<LongText> [search],
        /// What they need
        needs: Option<LongText> [search],
        /// What it brings again and again, each time
        recurring: Option<Money> [min("0")],
        /// How many months lie between two such payments
        recurring_months: Option<i64> [min("1"), max("1200")],
        /// Tags
        tags: Tags [search],
        /// What else is worth knowing
        notes: Option<LongText> [search],
        /// Numbers by which other systems know it, as `system:number`
        external_ids: ExternalIds [unique],
    }
    computed {
        /// The furthest open stage that it came to
        furthest_stage: crate::record::Kind::Text =>
            "(SELECT s.name FROM stages s WHERE s.pipeline = {t}.pipeline AND s.position = {t}.reached \
             AND s.outcome = 'open' ORDER BY s.deleted_at IS NOT NULL, s.id LIMIT 1)",
        /// What has become of it: open, won, lost or shelved
        outcome: <stage::Outcome as crate::record::types::FieldType>::kind() =>
            "(SELECT s.outcome FROM stages s WHERE s.id = {t}.stage)",
        /// Since when it is in its stage
        stage_since: crate::record::Kind::Timestamp => "(SELECT p.came FROM deal_times p WHERE p.record = {t}.id)",
        /// When somebody last dealt with it
        last_touch: crate::record::Kind::Timestamp => "(SELECT p.touched FROM deal_times p WHERE p.record = {t}.id)",
        /// What is planned next about it
        next_step: crate::record::Kind::Timestamp => "(SELECT p.due FROM deal_times p WHERE p.record = {t}.id)",
        /// When somebody last dealt with whoever decides
        decider_touch: crate::record::Kind::Timestamp =>
            "(SELECT MAX(a.done) FROM deal_contacts p JOIN activities a ON a.contact = p.contact WHERE p.deal = {t}.id \
             AND p.role = 'decision_maker' AND p.deleted_at IS NULL AND a.deleted_at IS NULL)",
        /// Whether all is done that its stage asked for; empty where it asked for nothing
        checklist_done: crate::record::Kind::YesNo =>
            "(SELECT COUNT(*) = COUNT(CASE WHEN a.done IS NOT NULL OR a.cancelled IS NOT NULL THEN 1 END) \
             FROM deal_steps s LEFT JOIN activities a ON a.id = s.activity WHERE s.deal = {t}.id \
             AND s.stage = {t}.stage AND s.deleted_at IS NULL HAVING COUNT(*) > 0)",
        /// For how many days it neither moved nor was touched by anybody
        idle_days: crate::record::Kind::Integer =>
            "({hours_from}(SELECT p.quiet FROM deal_times p WHERE p.record = {t}.id){hours_to}'{now}'{hours_end} / 24)",
        /// Whether it has lain for longer than its stage allows, with nothing planned
        stale: crate::record::Kind::YesNo =>
            "COALESCE((SELECT s.outcome = 'open' AND COALESCE(p.planned, '') < '{today}' AND \
             (COALESCE({hours_from}p.quiet{hours_to}'{now}'{hours_end} >= 24 * s.days_to_rot, false) \
             OR COALESCE({hours_from}p.silent{hours_to}'{now}'{hours_end} >= 24 * s.longest_silence, false)) \
             FROM deal_times p JOIN stages s ON s.id = p.stage WHERE p.record = {t}.id), false)",
        /// What a forecast counts it as: what somebody said, else by its probability: commit from 80 %, best case from 50 %
        counts_as: <Category as crate::record::types::FieldType>::kind() =>
            "(CASE (SELECT s.outcome FROM stages s WHERE s.id = {t}.stage) WHEN 'won' THEN 'closed' WHEN 'open' THEN \
             CASE WHEN {t}.forecast <> 'auto' THEN {t}.forecast WHEN {t}.probability >= 8000 THEN 'commit' \
             WHEN {t}.probability >= 5000 THEN 'best_case' ELSE 'pipeline' END END)",
    }
}

record! {
    /// Who says how likely a deal is to be won (behaviour 4).
    pub enum ProbabilityOwner {
        /// The stage
        Stage = "stage",
        /// Somebody, by hand
        Hand = "hand",
    }
}

record! {
    /// How sure a forecast may be of a deal, as somebody said.
    pub enum Forecast {
        /// By its probability
        Auto = "auto",
        /// Pipeline
        Pipeline = "pipeline",
        /// Best case
        BestCase = "best_case",
        /// Commit
        Commit = "commit",
        /// Left out
        Omitted = "omitted",
    }
}

record! {
    /// What a forecast counts a deal as.
    pub enum Category {
        /// Pipeline
        Pipeline = "pipeline",
        /// Best case
        BestCase = "best_case",
        /// Commit
        Commit = "commit",
        /// Closed
        Closed = "closed",
        /// Left out
        Omitted = "omitted",
    }
}

/// From which probability on, in hundredths of a percent, a deal counts as a commitment or as the best case where nobody
/// said otherwise; `counts_as` says the same.
pub(crate) const COMMIT: i64 = 8_000;
pub(crate) const BEST_CASE: i64 = 5_000;

/// What boards, funnels and forecasts ask all the time.
pub(crate) const TOTALS: Summary = Summary {
    table: "deal_totals",
    only: "",
    parts: "",
    keys: &[
        SummaryKey { name: "pipeline", sql: "{r}.pipeline", text: false },
        SummaryKey { name: "stage", sql: "{r}.stage", text: false },
        SummaryKey { name: "reached", sql: "{r}.reached", text: false },
        SummaryKey { name: "close", sql: "SUBSTR({r}.close, 1, 7)", text: true },
        SummaryKey { name: "closed", sql: "SUBSTR({r}.closed, 1, 7)", text: true },
        SummaryKey { name: "probability", sql: "{r}.probability", text: false },
        SummaryKey { name: "forecast", sql: "{r}.forecast", text: true },
        SummaryKey { name: "amount_currency", sql: "{r}.amount_currency", text: true },
    ],
    sum: "amount",
};

/// What a customer may buy just now, on its page, with what that is worth in all.
pub(crate) const PANEL: Panel =
    Panel {
        of: "customer", key: "open_deals", title: "Open deals", title_zh: "进行中商机", grid: open_of_customer
    };

/// Whoever has an open deal is not left alone, unless a pool rule says that this does not count.
pub(crate) const HOLD: Hold = Hold {
    key: "open-deal",
    label: "A deal is open",
    label_zh: "有进行中商机",
    sql: "EXISTS (SELECT 1 FROM deals d JOIN stages s ON s.id = d.stage WHERE d.customer = c.id \
          AND d.deleted_at IS NULL AND s.outcome = 'open')",
    waivable: true,
};

/// What one's deals add to the plan of the day.
pub(crate) const PLAN: PlanPart = PlanPart { title: "Silent deals", grid: silent };

/// Those with whose customers nobody has spoken for longer than their stage allows, the longest first.
fn silent(crm: &mut Crm, user: i64, day: Date, limit: Option<u64>) -> Result<Option<Grid>> {
    let mut silent: Vec<i64> = crm.silent_deals(user, day)?.iter().map(|stale| stale.deal).collect();
    let total = Total::Exactly(silent.len() as u64);
    silent.truncate(limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX));
    if silent.is_empty() {
        return Ok(None);
    }
    let numbers: Vec<String> = silent.iter().map(i64::to_string).collect();
    let query = Query {
        filter: filter::parse(&format!("id={}", numbers.join(",")))?,
        columns: ["name", "customer", "stage", "last_touch", "amount"].map(str::to_owned).into(),
        ..Query::new("deal")
    };
    let mut grid = crm.list(&query)?;
    let places: HashMap<i64, usize> = silent.into_iter().zip(0..).collect();
    grid.rows.sort_by_key(|row| places.get(&row.id).copied());
    Ok(Some(Grid { total, ..grid }))
}

fn open_of_customer(crm: &mut Crm, customer: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("customer=C{customer} outcome=open"))?,
        columns: ["name", "stage", "amount", "probability", "close", "owner"].map(str::to_owned).into(),
        sort: Sort::parse("close,id"),
        ..Query::new("deal")
    };
    let mut grid = crm.list(&query)?;
    grid.totals = sum_of(&grid, 2);
    if let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) {
        grid.rows.truncate(limit);
    }
    Ok(grid)
}

/// The sum of a column of amounts, where they are of one currency.
fn sum_of(grid: &Grid, column: usize) -> Option<Vec<Value>> {
    let mut amounts = grid.rows.iter().filter_map(|row| match &row.cells[column] {
        Value::Money(money) => Some(*money),
        _ => None,
    });
    let first = amounts.next()?;
    let sum = amounts.try_fold(first, |sum, money| {
        let minor = sum.minor.checked_add(money.minor)?;
        (money.currency == sum.currency).then_some(Money { minor, ..sum })
    })?;
    let mut totals = vec![Value::Null; grid.columns.len()];
    totals[column] = Value::Money(sum);
    Some(totals)
}

impl Deal {
    /// The pipeline it is in; every deal is in one once it is written.
    #[must_use]
    pub fn pipeline(&self) -> Id<Pipeline> {
        self.pipeline.unwrap_or_default()
    }

    /// The stage it is in.
    #[must_use]
    pub fn stage(&self) -> Id<Stage> {
        self.stage.unwrap_or_default()
    }
}

/// Finds the way of a deal: its pipeline, its stage and what follows from that; refuses what cannot be.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    if !place(crm, draft)? {
        return Ok(());
    }
    belongs_to_the_customer(crm, draft)?;
    deal_line::wins(crm, draft)?;
    priced_by_its_product(crm, draft)?;
    let stage = memo::stage(crm, draft.get("stage").as_integer().unwrap_or_default())?;
    let moved = draft.changed("stage").is_some_and(|stage| !stage.same(&draft.before("stage")));
    closing::agree(draft, &stage, moved)?;
    if moved {
        let was = closing::before(crm, draft)?;
        closing::stays(crm, draft, was, &stage)?;
        gate::pass(crm, draft, &stage)?;
        reach::follow(crm, draft, &stage)?;
        outcome::follow(crm, draft, was, &stage)?;
    }
    outcome::keep_probability(crm, draft, &stage, moved)?;
    slippage::count(crm, draft, &stage)?;
    refuse_days_to_come(crm, draft)?;
    refuse_impossible_days(draft)
}

/// Writes the step into the stage history, and tells the customer's life cycle of a deal that is won.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    let changed = |field: &str| draft.changed(field).is_some_and(|value| !value.same(&draft.before(field)));
    let fresh = draft.stored.is_empty();
    if !fresh && changed("customer") {
        stage_move::follow_customer(crm, draft)?;
    }
    if changed("stage") {
        stage_move::write(crm, draft)?;
        checklist::enter(crm, draft)?;
        return bought(crm, draft);
    }
    for field in ["started", "closed"] {
        if !fresh && changed(field) {
            stage_move::follow_day(crm, draft, field)?;
        }
    }
    Ok(())
}

/// A won deal makes its customer a signed one. A database of ours exports that with the customer.
fn bought(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let own = crm.door == "import" && draft.changed("uid").is_some();
    let (Some(customer), Some(on)) =
        (draft.get("customer").as_integer(), draft.get("closed").as_text().map(str::parse))
    else {
        return Ok(());
    };
    let won = draft.get("probability") == Value::Integer(10_000);
    match on {
        Ok(on) if won && !own => customer_bought(crm, customer, on),
        _ => Ok(()),
    }
}

/// The pipeline and the stage, where none or only one of them was said; false where there is none yet to look at.
fn place(crm: &mut Crm, draft: &mut Draft) -> Result<bool> {
    let said = draft.get("stage").as_integer();
    if draft.get("pipeline").is_empty() {
        let pipeline = match said {
            Some(stage) => memo::stage(crm, stage)?.pipeline,
            None => match pipeline::usual(crm)? {
                Some(pipeline) => pipeline,
                None => return Ok(false),
            },
        };
        draft.set("pipeline", Link::to(pipeline.number));
    }
    let pipeline = Id::new(draft.get("pipeline").as_integer().unwrap_or_default());
    let stages = pipeline::stages(crm, pipeline)?;
    let stage = match said {
        None => match stages.iter().find(|stage| stage.outcome == Outcome::Open) {
            None if !stages.is_empty() => return Err(without_open_stages(crm, pipeline)?),
            first => first.map(|stage| stage.id),
        },
        Some(said) if stages.iter().any(|stage| stage.id.number == said) => return Ok(true),
        // A stage of that name there is what was meant, unless the stage was named and the pipeline not.
        Some(said) => {
            let said = memo::stage(crm, said)?;
            match stages.iter().find(|stage| stage.name == said.name) {
                Some(same) => Some(same.id),
                None => return Err(elsewhere(crm, pipeline, &said.name, &stages)?.on_field("stage")),
            }
        }
    };
    let Some(stage) = stage else { return Err(without_stages(crm, pipeline)?) };
    draft.set("stage", Link::to(stage.number));
    Ok(true)
}

/// A deal that begins is open; it is won, lost or shelved by somebody, not by its pipeline.
fn without_open_stages(crm: &mut Crm, pipeline: Id<Pipeline>) -> Result<Error> {
    let name = crm.title("pipeline", pipeline.number)?;
    let hint = Message::new("kehu stage add Qualified --pipeline \"{pipeline}\" --probability 20 --position 1");
    let message = Message::new("The pipeline {pipeline} has no open stage in which a deal could begin.");
    Ok(Error::new(Cause::Refused, message.with("pipeline", &name)).hint(hint.with("pipeline", name)))
}

fn without_stages(crm: &mut Crm, pipeline: Id<Pipeline>) -> Result<Error> {
    let name = crm.title("pipeline", pipeline.number)?;
    let hint = Message::new("kehu stage add Qualified --pipeline \"{pipeline}\" --probability 20");
    let message = Message::new("The pipeline {pipeline} has no stages yet.").with("pipeline", &name);
    Ok(Error::new(Cause::Refused, message).hint(hint.with("pipeline", name)))
}

/// The stage is one of another pipeline.
pub(super) fn elsewhere(crm: &mut Crm, pipeline: Id<Pipeline>, said: &str, stages: &[Stage]) -> Result<Error> {
    let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
    let message = Message::new("{stage} is no stage of the pipeline {pipeline}; it has {stages}.")
        .with("stage", said)
        .with("pipeline", crm.title("pipeline", pipeline.number)?)
        .with("stages", names.join(", "));
    let hint = Message::new("kehu stage list pipeline=PL{number} --sort position").with("number", pipeline.number);
    Ok(Error::new(Cause::Refused, message).hint(hint))
}

/// The person works for the customer, who is found through them where nobody was named.
fn belongs_to_the_customer(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let Some(contact) = draft.get("contact").as_integer() else { return Ok(()) };
    let contact: Contact = crm.get(Id::new(contact))?;
    match (contact.customer, draft.get("customer").as_integer()) {
        (Some(theirs), None) => draft.set("customer", Link::to(theirs.number)),
        (theirs, Some(said)) if theirs.is_none_or(|theirs| theirs.number != said) => {
            return Err(Error::new(
                Cause::Refused,
                Message::new("{contact} does not work for that customer.").with("contact", contact.name),
            )
            .on_field("contact"));
        }
        _ => {}
    }
    Ok(())
}

/// A deal that nobody has put a figure on is worth the list price of its product.
fn priced_by_its_product(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let set = draft.is_new() || draft.changed("product").is_some();
    if set
        && draft.get("amount").is_empty()
        && let Some(product) = draft.get("product").as_integer()
        && let Some(price) = memo::price(crm, product)?
    {
        draft.set("amount", Value::Money(price));
    }
    Ok(())
}

fn refuse_days_to_come(crm: &Crm, draft: &Draft) -> Result<()> {
    let today = crm.reading().clock.today().to_string();
    match draft.changed("closed").and_then(Value::as_text) {
        Some(day) if day > today.as_str() => Err(Error::new(
            Cause::Refused,
            Message::new("{day} is still to come: no deal was closed then.").with("day", day),
        )
        .on_field("closed")),
        _ => Ok(()),
    }
}

fn refuse_impossible_days(draft: &Draft) -> Result<()> {
    let started = draft.get("started");
    for field in ["close", "closed"] {
        let day = draft.get(field);
        if let (Some(first), Some(last)) = (started.as_text(), day.as_text())
            && last < first
            && (draft.changed(field).is_some() || draft.changed("started").is_some())
        {
            return Err(Error::new(
                Cause::Refused,
                Message::new("A deal that began on {started} cannot be closed on {day}.")
                    .with("started", first)
                    .with("day", last),
            )
            .on_field(field));
        }
    }
    Ok(())
}
