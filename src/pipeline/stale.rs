//! Stale deals: those that neither moved nor were touched by a person for longer than their stage allows, with nothing
//! planned (behaviour 2).

use super::{Outcome, Pipeline, Stage, moment::Moment, pipeline};
use crate::{
    Result,
    crm::{Crm, Query, tally::Tally, text},
    record::{Id, Total, filter::Filter, types::timestamp_text},
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

    fn of(stage: &Stage) -> Vec<Self> {
        stage.days_to_rot.map(Self::Still).into_iter().chain(stage.longest_silence.map(Self::Silent)).collect()
    }
}

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

    fn stale_in(&mut self, stage: &Stage, filter: &Filter, limit: Limit, moment: &Moment) -> Result<Vec<Stale>> {
        let query = Query { filter: filter.clone(), ..Query::new("deal") };
        let moved = moment.known("m.at");
        let way = match limit {
            Limit::Still(_) => "MAX",
            Limit::Silent(_) => "MIN",
        };
        let cells = format!(
            "(SELECT {way}(m.at) FROM stage_moves m WHERE m.deal = t.id AND m.deleted_at IS NULL{moved}), \
             (SELECT MAX(a.done) FROM activities a WHERE a.deal = t.id AND a.deleted_at IS NULL{done})",
            done = moment.known("a.done"),
        );
        let condition = staleness(stage, limit, moment);
        let beside = then(moment);
        let tally = Tally { query: &query, beside: &beside, by: "t.id", cells: &cells, condition: &condition };
        let (_, rows) = self.tally(&tally)?;
        let now = moment.at;
        let days = |cell: &Sql| text(cell).parse::<Timestamp>().ok().map(|at| now.duration_since(at).as_hours() / 24);
        let found = |cells: &[Sql]| {
            let (moved, touched) = (days(&cells[1]), days(&cells[2]));
            let quiet = match limit {
                Limit::Still(_) => moved.into_iter().chain(touched).min(),
                // Whom nobody ever spoke with is silent since the deal began.
                Limit::Silent(_) => touched.or(moved),
            };
            // What has no history at all, nobody touched for as long as is allowed and longer.
            let allowed = limit.days();
            Some(Stale { deal: cells[0].as_integer()?, quiet: quiet.unwrap_or(allowed), allowed })
        };
        Ok(rows.iter().filter_map(|(_, cells)| found(cells)).collect())
    }

    /// Which of some deals of a stage are stale.
    pub(super) fn stale_among(&mut self, stage: &Stage, deals: &[i64], moment: &Moment) -> Result<HashSet<i64>> {
        let Some(condition) = stale_at_all(stage, moment).filter(|_| !deals.is_empty()) else {
            return Ok(HashSet::new());
        };
        let list: Vec<String> = deals.iter().map(i64::to_string).collect();
        let sql =
            format!("SELECT t.id FROM deals t{} WHERE t.id IN ({}) AND {condition}", then(moment), list.join(", "));
        Ok(self.numbers(&sql, &[])?.into_iter().collect())
    }

    /// How many deals of a stage are stale, as far as counting is cheap.
    pub(super) fn count_stale(&mut self, stage: &Stage, filter: &Filter, moment: &Moment) -> Result<Total> {
        let Some(condition) = stale_at_all(stage, moment) else { return Ok(Total::Exactly(0)) };
        let beside = then(moment);
        if *filter == Filter::All {
            let sql = format!("SELECT t.id FROM deals t{beside} WHERE t.deleted_at IS NULL AND {condition}");
            return self.count_some(&sql, &[]);
        }
        let query = Query { filter: filter.clone(), ..Query::new("deal") };
        let (_, rows) =
            self.tally(&Tally { query: &query, beside: &beside, by: "", cells: "COUNT(*)", condition: &condition })?;
        let count = rows.first().and_then(|(_, cells)| cells[0].as_integer()).unwrap_or_default();
        Ok(Total::Exactly(count.unsigned_abs()))
    }
}

/// The tables beside a deal `t` that its stage of an earlier day needs.
fn then(moment: &Moment) -> String {
    moment.evening.as_ref().map(|_| moment.beside()).unwrap_or_default()
}

/// The condition that a deal `t` of the stage is stale by whatever the stage allows; none where it allows everything.
fn stale_at_all(stage: &Stage, moment: &Moment) -> Option<String> {
    let conditions: Vec<String> =
        Limit::of(stage).into_iter().map(|limit| format!("({})", staleness(stage, limit, moment))).collect();
    (!conditions.is_empty()).then(|| format!("({})", conditions.join(" OR ")))
}

/// The condition that a deal `t`, whose stage is `stg`, is stale in the stage.
fn staleness(stage: &Stage, limit: Limit, moment: &Moment) -> String {
    let hours = limit.days().saturating_mul(24).min(1_000_000);
    let since = timestamp_text(moment.at.checked_sub(hours.hours()).unwrap_or(moment.at));
    let stage = stage.id.number;
    // Without a past the deal's own column says it, which has an index.
    let here = if moment.evening.is_some() { format!("stg.id = {stage}") } else { format!("t.stage = {stage}") };
    let steps = "SELECT 1 FROM stage_moves m WHERE m.deal = t.id AND m.deleted_at IS NULL";
    let moved = moment.known("m.at");
    let still = match limit {
        Limit::Still(_) => format!("NOT EXISTS ({steps} AND m.at >= '{since}'{moved})"),
        Limit::Silent(_) => format!(
            "(EXISTS (SELECT 1 FROM activities a WHERE a.deal = t.id AND a.deleted_at IS NULL AND a.done < '{since}') \
             OR EXISTS ({steps} AND m.at < '{since}') OR NOT EXISTS ({steps}{moved}))"
        ),
    };
    format!("{here} AND {still} AND NOT EXISTS ({})", touched_or_planned(&since, moment))
}

/// What was done with a deal `t` since a moment, or was planned for later at the one of which is asked.
fn touched_or_planned(since: &str, moment: &Moment) -> String {
    let morning = &moment.morning;
    let activities = "SELECT 1 FROM activities a WHERE a.deal = t.id AND a.deleted_at IS NULL";
    match &moment.evening {
        None => format!(
            "{activities} AND (a.done >= '{since}' OR a.done IS NULL AND a.cancelled IS NULL AND a.due >= '{morning}')"
        ),
        Some(evening) => format!(
            "{activities} AND (a.done >= '{since}' AND a.done <= '{evening}' OR a.created_at <= '{evening}' \
             AND (a.done IS NULL OR a.done > '{evening}') AND (a.cancelled IS NULL OR a.cancelled > '{evening}') \
             AND a.due >= '{evening}')"
        ),
    }
}
