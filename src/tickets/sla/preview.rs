//! What a policy would do, saved or not: which open tickets it would hold for, and which would be late by it; and its
//! application to those that are open.

use super::{
    Clock, SlaPolicy,
    rules::Rules,
    state::{Moment, State},
};
use crate::{
    Result,
    crm::{Crm, Query, Sort},
    record::{Column, Draft, Grid, Kind, Origin, Row, Total, Value, Values, filter, types::FieldType},
};
use jiff::Timestamp;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Tickets that wait for something still.
const OPEN: &str = "status=new,open,pending,on_hold";

/// What a policy would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// For how many open tickets it would hold, and how many of them would be late.
    pub tickets: usize,
    pub late: usize,
    pub grid: Grid,
}

impl Crm {
    /// Which open tickets a policy would hold for, and what would be missed by it. With values it is as if it had them;
    /// without a number it is one that is not saved yet.
    ///
    /// # Errors
    /// What the policy would be refused for.
    pub fn preview_policy(&mut self, policy: Option<i64>, values: &Values) -> Result<Preview> {
        let policy = self.policy_as_if(policy, values)?;
        let mut times = HashMap::new();
        let rule = self.rule_of(policy, &mut times)?;
        let rules = self.sla_rules()?;
        let hit = self.would_hit(&rule.policy, &rules)?;
        let now = self.this_second();
        let columns = vec![
            Column::new("subject", "Ticket", "工单", Kind::Text),
            Column::new("priority", "Priority", "优先级", self.priorities()?),
            Column::new("policy", "Policy now", "当前策略", Kind::Text),
            Column::new("due", "Due now", "当前期限", Kind::Timestamp),
            Column::new("new_due", "Due then", "新期限", Kind::Timestamp),
            Column::new("late", "Would be late", "将逾期", Kind::Text),
        ];
        let (mut rows, mut late) = (Vec::new(), 0);
        for id in hit {
            let entry = self.record("ticket", id)?;
            let before = State::of(&|name| entry.value(name));
            let mut after = before.clone();
            after.advance(Some(&before), Some(&rule), &rule.time, Moment { now, said: None });
            let until = after.stopped.unwrap_or(now);
            let missed =
                |clock: &Clock| after.is_open(*clock) && after.due[clock.place()].is_some_and(|due| due < until);
            let missed: Vec<&str> = Clock::ALL.iter().filter(|clock| missed(clock)).map(|clock| clock.key()).collect();
            late += usize::from(!missed.is_empty());
            let title =
                |value: Value| if let Value::Link(link) = value { Value::text(link.title) } else { Value::Null };
            rows.push(Row {
                id,
                short: format!("T{id}"),
                cells: vec![
                    entry.value("subject"),
                    entry.value("priority"),
                    title(entry.value("policy")),
                    entry.value("due"),
                    earliest(&after).to_value(),
                    Value::text(missed.join(", ")),
                ],
            });
        }
        let total = Total::Exactly(rows.len() as u64);
        Ok(Preview {
            tickets: rows.len(),
            late,
            grid: Grid { noun: "tickets".into(), columns, rows, totals: None, total },
        })
    }

    /// The policy as it would be, if it would not be refused.
    fn policy_as_if(&mut self, policy: Option<i64>, values: &Values) -> Result<SlaPolicy> {
        let schema = self.schema("sla_policy")?;
        let stored = match policy {
            Some(id) => self.record("sla_policy", id)?.values,
            None => Vec::new(),
        };
        let origin = Origin::Person;
        let mut draft = Draft { schema, id: policy, stored, values: values.clone(), removing: false, origin };
        super::sla_policy::check(self, &mut draft)?;
        let number = policy.unwrap_or_default();
        let value = |name: &str| match draft.get(name) {
            Value::Null if name == "name" => Value::text(""),
            value => value,
        };
        let read = <SlaPolicy as crate::record::Record>::from_values(number, 0, &value);
        read.ok_or_else(|| crate::Error::bad_value(crate::Message::new("These values make no policy.")))
    }

    /// The open tickets that it fits and no policy before it takes.
    fn would_hit(&mut self, policy: &SlaPolicy, rules: &Rules) -> Result<Vec<i64>> {
        let condition = if policy.default { "" } else { policy.condition.as_deref().unwrap_or_default() };
        let both = filter::Filter::And(vec![filter::parse(OPEN)?, filter::parse(condition)?]);
        let mut hit =
            self.matching(&Query { filter: both, sort: Sort::parse("received,id"), ..Query::new("ticket") })?;
        let before = |other: &SlaPolicy| {
            let place = |policy: &SlaPolicy| (policy.default, policy.position.unwrap_or(i64::MAX), policy.id.number);
            other.id != policy.id && !other.default && place(other) < place(policy)
        };
        let open = filter::parse(OPEN)?;
        for rule in rules.rules.iter().filter(|rule| before(&rule.policy)) {
            let condition = rule.policy.condition.as_deref().unwrap_or_default();
            let number = rule.policy.id.number;
            let taken = self.fitting(("sla_policy", number), "ticket", condition, Some(open.clone()))?;
            let taken: HashSet<i64> = taken.into_iter().collect();
            hit.retain(|id| !taken.contains(id));
        }
        Ok(hit)
    }

    /// Reckons the clocks of all open tickets by the policies as they are now, as one operation; says of how many they
    /// changed, and how many there are.
    ///
    /// # Errors
    /// Storage faults.
    pub fn apply_policies(&mut self) -> Result<(usize, usize)> {
        self.transaction("Apply the policies to open tickets", |crm| {
            let rules: Arc<Rules> = crm.sla_rules()?;
            let open = crm.matching(&Query { filter: filter::parse(OPEN)?, ..Query::new("ticket") })?;
            let mut changed = 0;
            for id in &open {
                let entry = crm.record("ticket", *id)?;
                let before = State::of(&|name| entry.value(name));
                changed += usize::from(crm.refresh_clocks(*id, &rules)? != before);
            }
            Ok((changed, open.len()))
        })
    }
}

fn earliest(state: &State) -> Option<Timestamp> {
    let counts = Clock::ALL.into_iter().filter(|clock| state.is_open(*clock));
    counts.filter_map(|clock| state.due[clock.place()]).min()
}
