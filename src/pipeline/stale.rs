//! Stale deals: those that neither moved nor were touched by a person for longer than their stage allows, with nothing
//! planned (behaviour 2).

use super::{Outcome, Pipeline, Stage, moment::Moment, pipeline};
use crate::{
    Result,
    crm::{Crm, Query, tally::Tally, text},
    record::{Bounds, End, Id, filter, filter::Filter, types::timestamp_text},
    store::Sql,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

/// A deal that has gone stale.
#[derive(Debug, Clone)]
pub struct Stale {
    pub deal: i64,
    /// How many days it has been quiet, and how many its stage allows.
    pub quiet: i64,
    pub allowed: i64,
}

/// How long a deal may be quiet in a stage: without a touch or a move, or without a touch whatever moved.
#[derive(Clone, Copy)]
enum Limit {
    Still(i64),
    Silent(i64),
}

impl Limit {
    fn days(self) -> i64 {
        match self {
            Self::Still(days) | Self::Silent(days) => days,
        }
    }

    /// The column of a deal's times that it counts from.
    fn kept(self) -> &'static str {
        match self {
            Self::Still(_) => "quiet",
            // Whom nobody ever spoke with is silent since the deal began.
            Self::Silent(_) => "silent",
        }
    }

    fn of(stage: &Stage) -> Vec<Self> {
        stage.days_to_rot.map(Self::Still).into_iter().chain(stage.longest_silence.map(Self::Silent)).collect()
    }
}

/// When each deal came to its first and its last stage, when it was last dealt with, and until when something is planned.
pub(crate) const TIMES: Bounds = Bounds {
    table: "deal_times",
    beside: &[("stage", "CASE WHEN {r}.deleted_at IS NULL THEN {r}.stage END")],
    ends: &[
        End { name: "began", last: false, ..MOVED },
        End { name: "came", ..MOVED },
        End { name: "touched", from: "activities", link: "deal", sql: DONE, last: true },
        End { name: "due", from: "activities", link: "deal", sql: DUE, last: false },
        End { name: "planned", from: "activities", link: "deal", sql: DUE, last: true },
    ],
    computed: &[
        ("quiet", "CASE WHEN touched > COALESCE(came, '') THEN touched ELSE came END"),
        ("silent", "COALESCE(touched, began)"),
    ],
    index: "stage, quiet, planned, silent",
};
const MOVED: End = End {
    name: "",
    from: "stage_moves",
    link: "deal",
    sql: "CASE WHEN {r}.deleted_at IS NULL THEN {r}.at END",
    last: true,
};
const DONE: &str = "CASE WHEN {r}.deleted_at IS NULL THEN {r}.done END";
const DUE: &str = "CASE WHEN {r}.done IS NULL AND {r}.cancelled IS NULL AND {r}.deleted_at IS NULL THEN {r}.due END";

impl Crm {
    /// The stale deals of a pipeline, or of all of them, those that are quiet the longest first. `days` stands in for
    /// what stages allow.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn stale_deals(
        &mut self,
        only: Option<Id<Pipeline>>,
        filter: &Filter,
        days: Option<i64>,
    ) -> Result<Vec<Stale>> {
        self.stale_deals_on(only, filter, days, None)
    }

    /// As [`Crm::stale_deals`] at the end of an earlier day, by the touches, moves and plans that were known then.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn stale_deals_on(
        &mut self,
        only: Option<Id<Pipeline>>,
        filter: &Filter,
        days: Option<i64>,
        day: Option<Date>,
    ) -> Result<Vec<Stale>> {
        let moment = Moment::of(self, day)?;
        let mut found: BTreeMap<i64, Stale> = BTreeMap::new();
        for stage in self.open_stages(only)? {
            let limits = days.map_or_else(|| Limit::of(&stage), |days| vec![Limit::Still(days)]);
            for limit in limits {
                for stale in self.stale_in(&stage, filter, limit, &moment)? {
                    // Whoever is late by both is told of what is over the most.
                    match found.get(&stale.deal) {
                        Some(known) if known.quiet - known.allowed >= stale.quiet - stale.allowed => {}
                        _ => drop(found.insert(stale.deal, stale)),
                    }
                }
            }
        }
        let mut found: Vec<Stale> = found.into_values().collect();
        found.sort_by_key(|stale| (Reverse(stale.quiet), stale.deal));
        Ok(found)
    }

    /// The deals of a colleague with whose customers nobody has spoken for longer than their stage allows, whatever moved
    /// meanwhile; those that are silent the longest first.
    pub(super) fn silent_deals(&mut self, user: i64, day: Date) -> Result<Vec<Stale>> {
        let moment = Moment::of(self, Some(day))?;
        let filter = filter::parse(&format!("owner={}", self.schema("user")?.short(user)))?;
        let mut found = Vec::new();
        for stage in self.open_stages(None)? {
            for limit in Limit::of(&stage).into_iter().filter(|limit| matches!(limit, Limit::Silent(_))) {
                found.extend(self.stale_in(&stage, &filter, limit, &moment)?);
            }
        }
        found.sort_by_key(|stale| (Reverse(stale.quiet), stale.deal));
        Ok(found)
    }

    /// Whether any open stage says after how many days a deal goes stale.
    ///
    /// # Errors
    /// Storage faults.
    pub fn stages_allow_days(&mut self, only: Option<Id<Pipeline>>) -> Result<bool> {
        Ok(self.open_stages(only)?.iter().any(|stage| !Limit::of(stage).is_empty()))
    }

    /// The open stages of a pipeline, or of all of them.
    fn open_stages(&mut self, only: Option<Id<Pipeline>>) -> Result<Vec<Stage>> {
        let pipelines = match only {
            Some(only) => vec![only.number],
            None => self.numbers("SELECT id FROM pipelines WHERE deleted_at IS NULL ORDER BY id", &[])?,
        };
        let mut open = Vec::new();
        for pipeline in pipelines {
            let stages = pipeline::stages(self, Id::new(pipeline))?;
            open.extend(stages.into_iter().filter(|stage| stage.outcome == Outcome::Open));
        }
        Ok(open)
    }

    /// The deals of a stage that are stale by one of its limits.
    fn stale_in(&mut self, stage: &Stage, filter: &Filter, limit: Limit, moment: &Moment) -> Result<Vec<Stale>> {
        let condition = staleness(stage, &[limit], moment);
        let quiet = quiet(limit, moment);
        let rows = if *filter == Filter::All && moment.evening.is_none() {
            self.db.query(&format!("SELECT p.record, {quiet} FROM deal_times p WHERE {condition}"), &[])?
        } else {
            let query = Query { filter: filter.clone(), ..Query::new("deal") };
            let beside = beside(moment);
            let by = format!("t.id, {quiet}");
            let tally = Tally { query: &query, beside: &beside, by: &by, cells: "COUNT(*)", condition: &condition };
            self.tally(&tally)?.1.into_iter().map(|(_, cells)| cells).collect()
        };
        let (now, allowed) = (moment.at, limit.days());
        let days = |cell: &Sql| text(cell).parse::<Timestamp>().ok().map(|at| now.duration_since(at).as_hours() / 24);
        let found = |cells: &Vec<Sql>| {
            let quiet = days(&cells[1]).unwrap_or(allowed);
            Some(Stale { deal: cells[0].as_integer()?, quiet, allowed })
        };
        Ok(rows.iter().filter_map(found).collect())
    }

    /// Which of some deals of a stage are stale.
    pub(super) fn stale_among(&mut self, stage: &Stage, deals: &[i64], moment: &Moment) -> Result<HashSet<i64>> {
        let limits = Limit::of(stage);
        if limits.is_empty() || deals.is_empty() {
            return Ok(HashSet::new());
        }
        let list: Vec<String> = deals.iter().map(i64::to_string).collect();
        let (from, id) = match moment.evening {
            None => ("deal_times p".to_owned(), "p.record"),
            Some(_) => (format!("deals t{}", beside(moment)), "t.id"),
        };
        // A few by their numbers: with a sign before it, the stage is no reason to go through all that are stale in it.
        let condition = staleness(stage, &limits, moment).replacen("p.stage", "+p.stage", 1);
        let sql = format!("SELECT {id} FROM {from} WHERE {id} IN ({}) AND {condition}", list.join(", "));
        Ok(self.numbers(&sql, &[])?.into_iter().collect())
    }

    /// How many deals of a stage are stale.
    pub(super) fn count_stale(&mut self, stage: &Stage, filter: &Filter, moment: &Moment) -> Result<u64> {
        let limits = Limit::of(stage);
        if limits.is_empty() {
            return Ok(0);
        }
        let condition = staleness(stage, &limits, moment);
        let count = if *filter == Filter::All && moment.evening.is_none() {
            self.numbers(&format!("SELECT COUNT(*) FROM deal_times p WHERE {condition}"), &[])?.first().copied()
        } else {
            let query = Query { filter: filter.clone(), ..Query::new("deal") };
            let beside = beside(moment);
            let tally = Tally { query: &query, beside: &beside, by: "", cells: "COUNT(*)", condition: &condition };
            self.tally(&tally)?.1.first().and_then(|(_, cells)| cells[0].as_integer())
        };
        Ok(count.unwrap_or_default().unsigned_abs())
    }
}

/// What stands beside a deal `t`: its times `p`, or its stage of an earlier day, which its history tells.
fn beside(moment: &Moment) -> String {
    let times = || " JOIN deal_times p ON p.record = t.id".to_owned();
    moment.evening.as_ref().map_or_else(times, |_| moment.beside())
}

/// Since when a deal has been quiet.
fn quiet(limit: Limit, moment: &Moment) -> String {
    if moment.evening.is_none() {
        return format!("p.{}", limit.kept());
    }
    let done = format!(
        "(SELECT MAX(a.done) FROM activities a WHERE a.deal = t.id AND a.deleted_at IS NULL{})",
        moment.known("a.done")
    );
    let moved = |way: &str| {
        let known = moment.known("m.at");
        format!("(SELECT {way}(m.at) FROM stage_moves m WHERE m.deal = t.id AND m.deleted_at IS NULL{known})")
    };
    match limit {
        Limit::Still(_) => {
            let last = moved("MAX");
            format!("CASE WHEN {done} > COALESCE({last}, '') THEN {done} ELSE {last} END")
        }
        Limit::Silent(_) => format!("COALESCE({done}, {})", moved("MIN")),
    }
}

/// The condition that a deal is stale in a stage by one of these limits: one of its times `p`, or of an earlier day a
/// deal `t` whose stage was `stg`. The deal's own field says the same of a single one.
fn staleness(stage: &Stage, limits: &[Limit], moment: &Moment) -> String {
    let stage = stage.id.number;
    let over = limits.iter().map(|limit| {
        let hours = limit.days().saturating_mul(24).min(1_000_000);
        let since = timestamp_text(moment.at.checked_sub(hours.hours()).unwrap_or(moment.at));
        format!("{} <= '{since}'", quiet(*limit, moment))
    });
    let over = over.collect::<Vec<_>>().join(" OR ");
    let Some(evening) = &moment.evening else {
        let morning = &moment.morning;
        return format!("p.stage = {stage} AND ({over}) AND COALESCE(p.planned, '') < '{morning}'");
    };
    format!(
        "stg.id = {stage} AND ({over}) AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.deal = t.id \
         AND a.deleted_at IS NULL AND a.created_at <= '{evening}' AND (a.done IS NULL OR a.done > '{evening}') \
         AND (a.cancelled IS NULL OR a.cancelled > '{evening}') AND a.due >= '{evening}')"
    )
}
