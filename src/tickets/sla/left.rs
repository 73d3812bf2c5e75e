//! How long there is left until a deadline, or how late it is, as the ticket's policy counts time.

use super::BusinessTime;
use crate::{Result, crm::Crm};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Arc};

/// The working time of each policy, for whoever counts down many tickets.
#[derive(Debug, Clone, Default)]
pub struct WorkingTimes(HashMap<i64, Arc<BusinessTime>>);

/// What is left of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Fewer than none where it is past.
    pub seconds: i64,
    /// Whether these are seconds of working time, and not of the clock on the wall.
    pub working: bool,
}

impl WorkingTimes {
    /// What is left for a ticket under that policy; under none, the clock on the wall counts.
    #[must_use]
    pub fn left(&self, policy: Option<i64>, now: Timestamp, due: Timestamp) -> Left {
        let time = policy.and_then(|policy| self.0.get(&policy)).filter(|time| !time.is_plain());
        match time {
            Some(time) => Left { seconds: time.left(now, due), working: true },
            None => Left { seconds: due.as_second() - now.as_second(), working: false },
        }
    }
}

impl BusinessTime {
    /// The working time from now until then; where then is past, how much has gone since, as fewer than none.
    pub(crate) fn left(&self, now: Timestamp, due: Timestamp) -> i64 {
        if due < now { -self.between(due, now) } else { self.between(now, due) }
    }
}

impl Crm {
    /// The working time of each policy, as `kehu ticket why` counts it.
    ///
    /// # Errors
    /// A calendar that cannot be read.
    pub fn working_times(&mut self) -> Result<WorkingTimes> {
        let rules = self.sla_rules()?;
        Ok(WorkingTimes(rules.rules.iter().map(|rule| (rule.policy.id.number, rule.time.clone())).collect()))
    }
}
