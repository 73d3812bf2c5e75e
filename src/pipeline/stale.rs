//! Stale deals: those that neither moved nor were touched by a person for longer than their stage allows, with nothing
//! planned (behaviour 2).

use super::{Outcome, Pipeline, Stage, pipeline};
use crate::{
    Result,
    crm::{Crm, Query, tally::Tally, text},
    record::{Id, Total, filter::Filter, types::timestamp_text},
    store::Sql,
};
use jiff::{Timestamp, ToSpan};
use std::collections::HashSet;

/// A deal that has gone stale.
#[derive(Debug, Clone)]
pub struct Stale {
    pub deal: i64,
    /// How many days it has been quiet, and how many its stage allows.
    pub quiet: i64,
    pub allowed: i64,
}

impl Crm {
    /// The stale deals of a pipeline, or of all of them, those that are quiet the longest beyond what is allowed first.
    /// `days` stands in for what stages allow.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn stale_deals(
        &mut self,
        only: Option<Id<Pipeline>>,
        filter: &Filter,
        days: Option<i64>,
    ) -> Result<Vec<Stale>> {
        let pipelines = match only {
            Some(only) => vec![only.number],
            None => self.numbers("SELECT id FROM pipelines WHERE deleted_at IS NULL ORDER BY id", &[])?,
        };
        let mut found = Vec::new();
        for pipeline in pipelines {
            let stages = pipeline::stages(self, Id::new(pipeline))?;
            for stage in stages.into_iter().filter(|stage| stage.outcome == Outcome::Open) {
                if let Some(allowed) = days.or(stage.days_to_rot) {
                    found.extend(self.stale_in(&stage, filter, allowed)?);
                }
            }
        }
        found.sort_by_key(|stale| (stale.allowed - stale.quiet, stale.deal));
        Ok(found)
    }

    fn stale_in(&mut self, stage: &Stage, filter: &Filter, allowed: i64) -> Result<Vec<Stale>> {
        let query = Query { filter: filter.clone(), ..Query::new("deal") };
        let cells = "(SELECT MAX(m.at) FROM stage_moves m WHERE m.deal = t.id AND m.deleted_at IS NULL), \
                     (SELECT MAX(a.done) FROM activities a WHERE a.deal = t.id AND a.deleted_at IS NULL)";
        let condition = self.staleness(stage, allowed);
        let (_, rows) = self.tally(&Tally { query: &query, beside: "", by: "t.id", cells, condition: &condition })?;
        let now = self.reading().clock.now();
        let days = |cell: &Sql| text(cell).parse::<Timestamp>().ok().map(|at| now.duration_since(at).as_hours() / 24);
        let found = |cells: &[Sql]| {
            // What has no history at all, nobody touched for as long as is allowed and longer.
            let quiet = cells[1..].iter().filter_map(days).min().unwrap_or(allowed);
            Some(Stale { deal: cells[0].as_integer()?, quiet, allowed })
        };
        Ok(rows.iter().filter_map(|(_, cells)| found(cells)).collect())
    }

    /// Which of some deals of a stage are stale.
    pub(super) fn stale_among(&mut self, stage: &Stage, deals: &[i64]) -> Result<HashSet<i64>> {
        let (Some(allowed), false) = (stage.days_to_rot, deals.is_empty()) else { return Ok(HashSet::new()) };
        let list: Vec<String> = deals.iter().map(i64::to_string).collect();
        let condition = self.staleness(stage, allowed);
        let sql = format!("SELECT t.id FROM deals t WHERE t.id IN ({}) AND {condition}", list.join(", "));
        Ok(self.numbers(&sql, &[])?.into_iter().collect())
    }

    /// How many deals of a stage are stale, as far as counting is cheap.
    pub(super) fn count_stale(&mut self, stage: &Stage, filter: &Filter) -> Result<Total> {
        let Some(allowed) = stage.days_to_rot else { return Ok(Total::Exactly(0)) };
        let condition = self.staleness(stage, allowed);
        if *filter == Filter::All {
            let sql = format!("SELECT t.id FROM deals t WHERE t.deleted_at IS NULL AND {condition}");
            return self.count_some(&sql, &[]);
        }
        let query = Query { filter: filter.clone(), ..Query::new("deal") };
        let (_, rows) =
            self.tally(&Tally { query: &query, beside: "", by: "", cells: "COUNT(*)", condition: &condition })?;
        let count = rows.first().and_then(|(_, cells)| cells[0].as_integer()).unwrap_or_default();
        Ok(Total::Exactly(count.unsigned_abs()))
    }

    /// The condition that a deal `t` of the stage is stale.
    fn staleness(&self, stage: &Stage, allowed: i64) -> String {
        let now = self.reading().clock.now();
        let hours = allowed.saturating_mul(24).min(1_000_000);
        let since = timestamp_text(now.checked_sub(hours.hours()).unwrap_or(now));
        format!(
            "t.stage = {stage} AND NOT EXISTS (SELECT 1 FROM stage_moves m WHERE m.deal = t.id AND m.at >= '{since}' \
             AND m.deleted_at IS NULL) AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.deal = t.id \
             AND (a.done >= '{since}' OR a.done IS NULL AND a.cancelled IS NULL AND a.due >= '{now}') \
             AND a.deleted_at IS NULL)",
            stage = stage.id.number,
            now = timestamp_text(now),
        )
    }
}
