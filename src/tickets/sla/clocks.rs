//! The clocks of tickets as they are kept: set when a ticket is written and when something is said in it.

use super::{
    BusinessTime, Clock,
    rules::{Rule, Rules},
    state::{BREACHED, DUE, Moment, State},
};
use crate::{
    Result,
    crm::Crm,
    record::{Draft, Link, Origin, Value, types::FieldType},
    store::Sql,
    tickets::Direction,
};
use jiff::Timestamp;
use std::sync::Arc;

/// What the clocks wrote themselves, which they need not look at again.
const OWN: [&str; 5] = ["due", "escalate_at", "escalated", "policy", "updated_at"];

/// Goes on with the clocks of a ticket that was just written.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let Some(id) = draft.id else { return Ok(()) };
    let new = draft.stored.is_empty();
    let before = (!new).then(|| State::of(&|name| draft.before(name)));
    if !new && draft.values.iter().all(|(name, _)| OWN.contains(&&**name)) {
        return Ok(());
    }
    let mut after = State::of(&|name| draft.get(name));
    // What is over stays under the policy that it was under.
    let over = before.as_ref().is_some_and(|before| before.is_over() && after.is_over());
    if over || new && draft.origin == Origin::File && draft.get("received").is_empty() {
        return Ok(());
    }
    let rules = crm.sla_rules()?;
    let rule = crm.rule_for(&rules, id)?;
    after.policy = rule.as_ref().map(|rule| rule.policy.id.number);
    let known = crm.known_since(draft);
    let ticket = Written { id, known, value: &|name| draft.get(name) };
    crm.go_on(&ticket, before.as_ref(), after, rule.as_deref(), &rules, None).map(|_| ())
}

/// What was said in a ticket: an answer stops the clock of who waits, a further word of theirs starts it anew.
pub(crate) fn said(crm: &mut Crm, ticket: i64, direction: Direction, at: &Value) -> Result<()> {
    let Some(at) = Option::<Timestamp>::from_value(at).flatten().filter(|_| direction != Direction::Note) else {
        return Ok(());
    };
    let entry = crm.record("ticket", ticket)?;
    let before = State::of(&|name| entry.value(name));
    let mut after = before.clone();
    match direction {
        Direction::Out if before.waiting_since.is_some_and(|since| since <= at) => after.waiting_since = None,
        // Until the first answer, the clock of that one runs.
        Direction::In if before.answered.is_some_and(|answered| answered <= at) => after.waiting_since = Some(at),
        _ => return Ok(()),
    }
    after.waiting_paused = 0;
    let rules = crm.sla_rules()?;
    let rule = rules.of(before.policy).cloned();
    let known = Option::<Timestamp>::from_value(&entry.value("created_at")).flatten().unwrap_or(at);
    let ticket = Written { id: ticket, known, value: &|name| entry.value(name) };
    crm.go_on(&ticket, Some(&before), after, rule.as_deref(), &rules, Some(at)).map(|_| ())
}

/// A ticket as its row has it.
pub(super) struct Written<'a> {
    pub id: i64,
    /// Since when it is known here: what was due before is nobody's fault.
    pub known: Timestamp,
    pub value: &'a dyn Fn(&str) -> Value,
}

impl Crm {
    /// Now, to the second, as everything is kept.
    pub(super) fn this_second(&self) -> Timestamp {
        let now = self.reading().clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    fn known_since(&self, draft: &Draft) -> Timestamp {
        let made = Option::<Timestamp>::from_value(&draft.get("created_at")).flatten();
        made.unwrap_or_else(|| self.this_second())
    }

    /// Reckons anew how the clocks stand, and writes what differs from the row; says how they stand.
    pub(super) fn go_on(
        &mut self,
        ticket: &Written,
        before: Option<&State>,
        mut after: State,
        rule: Option<&Rule>,
        rules: &Rules,
        said: Option<Timestamp>,
    ) -> Result<State> {
        let usual = rule.map(|rule| rule.time.clone()).or_else(|| rules.usual.clone());
        let time = usual.unwrap_or_else(|| Arc::new(BusinessTime::always()));
        let moment = Moment { now: self.this_second(), said };
        after.advance(before, rule, &time, moment);
        let escalate_at = self.next_escalation(ticket, &after, rule)?;
        self.keep_clocks(ticket, &after, escalate_at)?;
        Ok(after)
    }

    /// Reckons the clocks of a ticket by the policy that fits it now.
    pub(super) fn refresh_clocks(&mut self, id: i64, rules: &Rules) -> Result<State> {
        let entry = self.record("ticket", id)?;
        let before = State::of(&|name| entry.value(name));
        let rule = if before.is_over() { rules.of(before.policy).cloned() } else { self.rule_for(rules, id)? };
        let mut after = before.clone();
        after.policy = rule.as_ref().map(|rule| rule.policy.id.number).or(before.policy.filter(|_| before.is_over()));
        let known = Option::<Timestamp>::from_value(&entry.value("created_at")).flatten();
        let known = known.unwrap_or_else(|| self.this_second());
        let ticket = Written { id, known, value: &|name| entry.value(name) };
        self.go_on(&ticket, Some(&before), after, rule.as_deref(), rules, None)
    }

    /// Writes the columns of the clocks that differ. The row keeps its version: nobody's edit is overtaken by a clock.
    fn keep_clocks(&mut self, ticket: &Written, state: &State, escalate_at: Option<Timestamp>) -> Result<()> {
        let count = |seconds: i64| if seconds == 0 { Value::Null } else { Value::Integer(seconds) };
        let mut columns = vec![
            ("policy", state.policy.map_or(Value::Null, Link::to)),
            ("due", state.next_due().to_value()),
            ("waiting_since", state.waiting_since.to_value()),
            ("waiting_paused", count(state.waiting_paused)),
            ("paused_since", state.stopped.to_value()),
            ("paused_seconds", count(state.paused)),
            ("escalate_at", escalate_at.to_value()),
        ];
        for clock in Clock::ALL {
            columns.push((DUE[clock.place()], state.due[clock.place()].to_value()));
            columns.push((BREACHED[clock.place()], state.breached[clock.place()].to_value()));
        }
        columns.retain(|(name, value)| !(ticket.value)(name).same(value));
        if columns.is_empty() {
            return Ok(());
        }
        let sets: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\" = ?")).collect();
        let mut cells: Vec<Sql> = columns.iter().map(|(_, value)| cell(value)).collect();
        cells.push(Sql::Integer(ticket.id));
        self.db.execute(&format!("UPDATE tickets SET {} WHERE id = ?", sets.join(", ")), &cells)?;
        Ok(())
    }
}

fn cell(value: &Value) -> Sql {
    match value {
        Value::Integer(number) => Sql::Integer(*number),
        Value::Link(link) => Sql::Integer(link.id),
        Value::Text(text) => Sql::Text(text.clone()),
        _ => Sql::Null,
    }
}
