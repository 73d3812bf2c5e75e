//! `kehu ticket why T9`: each clock of a ticket explained, and when they stood still.

use super::{
    Clock, Holiday, duration_text,
    escalate::{clock_kind, word},
    rules::Rule,
    state::State,
};
use crate::{
    Result,
    crm::{Crm, HistoryLine, Query, Sort},
    record::{Column, Grid, Id, Kind, Value, filter, types::FieldType},
};
use jiff::Timestamp;

/// What there is to say about the clocks of a ticket.
#[derive(Debug, Clone)]
pub struct Why {
    /// A row for each clock.
    pub clocks: Grid,
    /// A row for each time in which they stood still, as far as the history tells.
    pub pauses: Grid,
    /// The holidays and working weekend days that were counted.
    pub days: Grid,
}

impl Crm {
    /// Explains the clocks of a ticket.
    ///
    /// # Errors
    /// A ticket that is not there.
    pub fn why(&mut self, ticket: i64) -> Result<Why> {
        let entry = self.record("ticket", ticket)?;
        let state = State::of(&|name| entry.value(name));
        let rules = self.sla_rules()?;
        let rule = rules.of(state.policy).cloned();
        let calendar = match rule.as_ref().and_then(|rule| rule.policy.calendar) {
            Some(calendar) => Value::text(self.title("business_calendar", calendar.number)?),
            None => Value::Null,
        };
        let moment = self.this_second();
        let policy = rule.as_ref().map(|rule| rule.policy.id.number);
        let policy = policy.map(|policy| self.links("sla_policy", &[policy])).transpose()?;
        let policy = policy.and_then(|found| found.into_values().next()).map_or(Value::Null, Value::Link);
        let under = Under { rule: rule.as_deref(), policy, calendar };
        let rows = Clock::ALL.iter().map(|clock| explained(*clock, &state, &under, moment));
        let clocks = Grid::of("clocks", columns(), rows.collect());
        let pauses = self.pauses(ticket, &state, rule.as_deref())?;
        let days = self.days_counted(&state, rule.as_deref())?;
        Ok(Why { clocks, pauses, days })
    }

    /// The days that differ from the week between the first start and the last end of the clocks.
    fn days_counted(&mut self, state: &State, rule: Option<&Rule>) -> Result<Grid> {
        let columns = ["name", "day", "until", "kind", "hours", "yearly"].map(str::to_owned);
        let nothing =
            Query { filter: filter::parse("id=0")?, columns: columns.clone().into(), ..Query::new("holiday") };
        let calendar = rule.and_then(|rule| rule.policy.calendar);
        let (Some(calendar), Some(rule), Some(start)) = (calendar, rule, state.received) else {
            return self.list(&nothing);
        };
        let now = self.this_second();
        let until = state.ended.filter(|_| state.is_over()).unwrap_or(now);
        let end = state.due.into_iter().flatten().chain([until]).max().unwrap_or(until);
        let (first, last) = (rule.time.day(start), rule.time.day(end));
        let mut counted = Vec::new();
        for id in self
            .numbers("SELECT id FROM holidays WHERE calendar = ? AND deleted_at IS NULL", &[calendar.number.into()])?
        {
            let holiday: Holiday = self.get(Id::new(id))?;
            if holiday.touches(first, last) {
                counted.push(id.to_string());
            }
        }
        if counted.is_empty() {
            return self.list(&nothing);
        }
        let filter = filter::parse(&format!("id={}", counted.join(",")))?;
        self.list(&Query { filter, sort: Sort::parse("day,id"), ..nothing })
    }

    /// When the clocks stood still, from what the history says of it.
    fn pauses(&mut self, ticket: i64, state: &State, rule: Option<&Rule>) -> Result<Grid> {
        let columns = vec![
            Column::new("from", "From", "开始", Kind::Timestamp),
            Column::new("to", "Until", "结束", Kind::Timestamp),
            Column::new("working_time", "Working time", "工作时间", Kind::Text),
            Column::new("counted", "Moves the deadline", "顺延期限", Kind::YesNo),
        ];
        let mut spans: Vec<(Timestamp, Option<Timestamp>)> = Vec::new();
        for line in self.stops("ticket", ticket)? {
            let at = |value: &Value| Option::<Timestamp>::from_value(value).flatten();
            match (at(&line.before), at(&line.after)) {
                (_, Some(start)) => spans.push((start, None)),
                (Some(start), None) => {
                    if spans.last().is_none_or(|(open, end)| *open != start || end.is_some()) {
                        spans.push((start, None));
                    }
                    if let (Some(last), Ok(end)) = (spans.last_mut(), line.at.parse()) {
                        last.1 = Some(end);
                    }
                }
                (None, None) => {}
            }
        }
        // The history of a file that was taken in begins with what it said.
        if let Some(since) = state.stopped.filter(|since| spans.last().is_none_or(|(start, _)| start != since)) {
            spans.push((since, None));
        }
        let now = self.this_second();
        let time = rule.map(|rule| rule.time.clone());
        let row = |(from, to): &(Timestamp, Option<Timestamp>)| {
            let worked = time.as_ref().map(|time| duration_text(time.between(*from, to.unwrap_or(now))));
            vec![from.to_value(), to.to_value(), worked.to_value(), Value::Bool(to.is_some() || !state.is_over())]
        };
        Ok(Grid::of("pauses", columns, spans.iter().map(row).collect()))
    }
}

impl Crm {
    /// When the clocks were stopped and went on, but for what was undone.
    fn stops(&mut self, kind: &str, ticket: i64) -> Result<Vec<HistoryLine>> {
        let mut stops = Vec::new();
        self.standing_changes(kind, ticket, &mut |_, _, line| {
            if line.field == "paused_since" {
                stops.push(line);
            }
            Ok(true)
        })?;
        stops.reverse();
        Ok(stops)
    }
}

fn columns() -> Vec<Column> {
    let text = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Text);
    let time = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Timestamp);
    vec![
        Column::new("clock", "Clock", "时钟", clock_kind()),
        Column::new("state", "State", "状态", Kind::Choice(states())),
        Column::new("policy", "Policy", "策略", Kind::Link("sla_policy".into())),
        text("calendar", "Calendar", "日历"),
        text("hours", "Hours", "工作时间"),
        text("target", "Target", "目标"),
        time("started", "Started", "开始"),
        text("paused", "Stood still", "暂停"),
        time("due", "Due", "期限"),
        time("ended", "Stopped", "停止"),
        text("by", "Early or late (-) by, working time", "提前或逾期（-），工作时间"),
        time("breached", "Missed", "超期"),
    ]
}

fn states() -> Vec<crate::record::Choice> {
    vec![
        word("none", "No target", "无目标"),
        word("waiting", "Not running", "未开始"),
        word("running", "Running", "计时中"),
        word("paused", "Standing still", "已暂停"),
        word("endless", "No working time to come", "日历再无工作时间"),
        word("late", "Late", "已逾期"),
        word("met", "Met", "达标"),
        word("missed", "Missed", "未达标"),
    ]
}

/// The policy and the calendar that a ticket is under.
struct Under<'a> {
    rule: Option<&'a Rule>,
    policy: Value,
    calendar: Value,
}

fn explained(clock: Clock, state: &State, under: &Under, now: Timestamp) -> Vec<Value> {
    let rule = under.rule;
    let (due, breached) = (state.due[clock.place()], state.breached[clock.place()]);
    let target = rule.and_then(|rule| rule.target(clock, state.priority));
    let answer = if clock == Clock::First { state.answered } else { None };
    let ended = answer.or(state.stopped.filter(|_| state.is_over()));
    let until = ended.or(state.stopped).unwrap_or(now);
    let started = state.started(clock);
    let word = match (target, started) {
        (None, _) if due.is_none() => "none",
        (_, None) => "waiting",
        _ if breached.is_some() && (ended.is_some() || !state.is_open(clock)) => "missed",
        _ if ended.is_some() => "met",
        _ if breached.is_some() || due.is_some_and(|due| due < until) => "late",
        _ if state.stopped.is_some() => "paused",
        (Some(_), Some(_)) if due.is_none() => "endless",
        _ => "running",
    };
    let by = rule.zip(due).filter(|_| started.is_some());
    let by = by.map(|(rule, due)| duration_text(rule.time.left(until, due)));
    // The pause that goes on counts as far as it has come.
    let going_on = rule.zip(state.stopped.filter(|_| state.is_open(clock))).zip(started);
    let going_on = going_on.map_or(0, |((rule, stopped), started)| rule.time.between(stopped.max(started), now));
    vec![
        clock.to_value(),
        Value::text(word),
        under.policy.clone(),
        under.calendar.clone(),
        rule.map(|rule| rule.time.hours().to_string()).to_value(),
        target.map(duration_text).to_value(),
        started.to_value(),
        Value::text(duration_text(state.stood_still(clock) + going_on)),
        due.to_value(),
        ended.to_value(),
        by.to_value(),
        breached.to_value(),
    ]
}
