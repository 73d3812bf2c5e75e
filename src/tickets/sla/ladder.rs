//! The ladder of an escalation: which steps are still to come for a ticket, and when.

use super::{Clock, SlaStep, clocks::Written, rules::Rule, state::State};
use crate::{
    Result,
    crm::{Crm, integer, text},
    record::types::timestamp_text,
    store::Sql,
};
use jiff::Timestamp;
use std::collections::HashSet;

/// A step that is to come.
#[derive(Debug, Clone)]
pub(super) struct Coming {
    pub at: Timestamp,
    pub clock: Clock,
    pub step: SlaStep,
    /// When its clock began to run: it comes once for each start.
    pub started: Timestamp,
}

impl Crm {
    /// When there is next something to do: a deadline to be noted as missed, or a step to be taken.
    pub(super) fn next_escalation(
        &mut self,
        ticket: &Written,
        state: &State,
        rule: Option<&Rule>,
    ) -> Result<Option<Timestamp>> {
        let missed = state.running().filter(|clock| state.breached[clock.place()].is_none());
        let deadline = missed.filter_map(|clock| state.due[clock.place()]).min();
        let step = self.coming(ticket, state, rule)?.first().map(|coming| coming.at);
        Ok(deadline.into_iter().chain(step).min())
    }

    /// The steps that are still to come while the clocks run as they do, the earliest first.
    pub(super) fn coming(&mut self, ticket: &Written, state: &State, rule: Option<&Rule>) -> Result<Vec<Coming>> {
        let Some(rule) = rule.filter(|rule| !rule.steps.is_empty() && state.runs()) else { return Ok(Vec::new()) };
        let taken = self.steps_taken(ticket)?;
        let mut coming = Vec::new();
        for step in &rule.steps {
            let clock = step.clock;
            if !state.is_open(clock) {
                continue;
            }
            let (Some(started), Some(target)) = (state.started(clock), rule.target(clock, state.priority)) else {
                continue;
            };
            let part = target.saturating_mul(step.percent) / 100;
            let Some(at) = rule.time.add(started, part + state.stood_still(clock)) else { continue };
            // What was due before anybody here knew of the ticket is told to nobody.
            if at >= ticket.known && !taken.contains(&(step.id.number, timestamp_text(started))) {
                coming.push(Coming { at, clock, step: step.clone(), started });
            }
        }
        coming.sort_by_key(|coming| (coming.at, coming.step.percent, coming.step.id.number));
        Ok(coming)
    }

    /// Which steps were taken, and of which start of their clock.
    fn steps_taken(&mut self, ticket: &Written) -> Result<HashSet<(i64, String)>> {
        if (ticket.value)("escalated").as_integer().unwrap_or_default() == 0 {
            return Ok(HashSet::new());
        }
        let sql = "SELECT step, started FROM escalations WHERE ticket = ? AND deleted_at IS NULL";
        let rows = self.db.query(sql, &[Sql::Integer(ticket.id)])?;
        Ok(rows.iter().map(|row| (integer(&row[0]), text(&row[1]))).collect())
    }
}
