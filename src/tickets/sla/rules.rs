//! The policies as the clocks need them: targets read, working time of their calendars, steps in their order.

use super::{BusinessTime, Clock, SlaPolicy, SlaStep, Targets, sla_policy::TARGETS};
use crate::{
    Result,
    crm::Crm,
    record::{Id, filter},
    store::Sql,
    tickets::Priority,
};
use std::{collections::HashMap, sync::Arc};

/// A policy, ready to be applied.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub policy: SlaPolicy,
    pub time: Arc<BusinessTime>,
    pub targets: [Targets; 3],
    pub steps: Vec<SlaStep>,
}

/// All policies in the order in which they are asked, the default last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    pub rules: Vec<Arc<Rule>>,
    /// What a pause is measured with where no policy holds.
    pub usual: Option<Arc<BusinessTime>>,
}

impl Rule {
    pub fn target(&self, clock: Clock, priority: Priority) -> Option<i64> {
        self.targets[clock.place()].of(priority)
    }
}

impl Rules {
    pub fn of(&self, policy: Option<i64>) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|rule| Some(rule.policy.id.number) == policy)
    }
}

impl Crm {
    /// The policies as they are now; read once while many rows are written in one go.
    pub(crate) fn sla_rules(&mut self) -> Result<Arc<Rules>> {
        if let Some(rules) = self.memo.as_ref().and_then(|memo| memo.deadlines.clone()) {
            return Ok(rules);
        }
        let rules = Arc::new(self.read_sla_rules()?);
        if let Some(memo) = &mut self.memo {
            memo.deadlines = Some(rules.clone());
        }
        Ok(rules)
    }

    fn read_sla_rules(&mut self) -> Result<Rules> {
        let sql = "SELECT id FROM sla_policies WHERE deleted_at IS NULL \
                   ORDER BY CASE WHEN \"default\" THEN 1 ELSE 0 END, COALESCE(position, 1000000), id";
        let mut times = HashMap::new();
        let mut rules = Vec::new();
        for id in self.numbers(sql, &[])? {
            let policy: SlaPolicy = self.get(Id::new(id))?;
            rules.push(Arc::new(self.rule_of(policy, &mut times)?));
        }
        let usual = match self.default_calendar()? {
            Some(calendar) => Some(self.time_of(Some(calendar), &mut times)?),
            None => None,
        };
        Ok(Rules { rules, usual })
    }

    /// A policy with its targets read, saved or not.
    pub(super) fn rule_of(&mut self, policy: SlaPolicy, times: &mut HashMap<i64, Arc<BusinessTime>>) -> Result<Rule> {
        let time = self.time_of(policy.calendar.map(|calendar| calendar.number), times)?;
        let said = [&policy.first_response, &policy.next_response, &policy.resolution];
        let mut targets = [Targets::default(); TARGETS.len()];
        for (target, text) in targets.iter_mut().zip(said) {
            *target = text.as_deref().map_or(Ok(Targets::default()), Targets::parse)?;
        }
        let mut steps = Vec::new();
        let sql = "SELECT id FROM sla_steps WHERE policy = ? AND deleted_at IS NULL ORDER BY percent, id";
        for id in self.numbers(sql, &[Sql::Integer(policy.id.number)])? {
            steps.push(self.get::<SlaStep>(Id::new(id))?);
        }
        Ok(Rule { policy, time, targets, steps })
    }

    fn time_of(
        &mut self,
        calendar: Option<i64>,
        times: &mut HashMap<i64, Arc<BusinessTime>>,
    ) -> Result<Arc<BusinessTime>> {
        let Some(calendar) = calendar else { return Ok(Arc::new(BusinessTime::always())) };
        if let Some(time) = times.get(&calendar) {
            return Ok(time.clone());
        }
        let time = Arc::new(self.business_time(calendar)?);
        times.insert(calendar, time.clone());
        Ok(time)
    }

    /// The first policy that fits a ticket as it is written down.
    pub(super) fn rule_for(&mut self, rules: &Rules, ticket: i64) -> Result<Option<Arc<Rule>>> {
        for rule in &rules.rules {
            let condition = rule.policy.condition.as_deref().unwrap_or_default();
            if rule.policy.default || condition.trim().is_empty() {
                return Ok(Some(rule.clone()));
            }
            let this = filter::parse(&format!("id={ticket}"))?;
            if !self.fitting(("sla_policy", rule.policy.id.number), "ticket", condition, Some(this))?.is_empty() {
                return Ok(Some(rule.clone()));
            }
        }
        Ok(None)
    }
}
