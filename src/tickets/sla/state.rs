//! How the three clocks of a ticket stand, and how they go on when something changes (spec 8.3, behaviour 21).
//!
//! A deadline is the target in working time after the start of its clock, and later by the working time in which the
//! clocks stood still: while a ticket waits for somebody else, and while it was taken for solved. So a ticket that is
//! opened again goes on with what it had used up, and may be late at once. What was missed stays missed.

use super::{Clock, rules::Rule};
use crate::{
    record::{Value, types::FieldType},
    tickets::{Category, Priority, TicketStatus},
};
use jiff::Timestamp;

/// All that the clocks of one ticket go by, and how they stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    pub category: Category,
    pub priority: Priority,
    pub policy: Option<i64>,
    pub received: Option<Timestamp>,
    pub answered: Option<Timestamp>,
    /// When it was solved, or closed where it never was.
    pub ended: Option<Timestamp>,
    /// Since when a customer who wrote again has waited, and how long the clocks stood still meanwhile.
    pub waiting_since: Option<Timestamp>,
    pub waiting_paused: i64,
    /// Since when the clocks stand still, and how long they did before.
    pub stopped: Option<Timestamp>,
    pub paused: i64,
    pub due: [Option<Timestamp>; 3],
    pub breached: [Option<Timestamp>; 3],
}

/// The columns of the deadlines, and of what was missed.
pub(super) const DUE: [&str; 3] = ["first_due", "next_due", "resolve_due"];
pub(super) const BREACHED: [&str; 3] = ["first_breached", "next_breached", "resolve_breached"];

impl State {
    /// As the values of a ticket have it.
    pub fn of(value: &dyn Fn(&str) -> Value) -> Self {
        let at = |name: &str| Option::<Timestamp>::from_value(&value(name)).flatten();
        let count = |name: &str| value(name).as_integer().unwrap_or_default();
        let status = TicketStatus::from_value(&value("status")).unwrap_or_default();
        Self {
            category: status.category(),
            priority: Priority::from_value(&value("priority")).unwrap_or(Priority::Normal),
            policy: value("policy").as_integer(),
            received: at("received"),
            answered: at("first_response"),
            ended: at("resolved").or_else(|| at("closed")),
            waiting_since: at("waiting_since"),
            waiting_paused: count("waiting_paused"),
            stopped: at("paused_since"),
            paused: count("paused_seconds"),
            due: DUE.map(at),
            breached: BREACHED.map(at),
        }
    }

    pub fn runs(&self) -> bool {
        self.category == Category::Open
    }

    /// Solved or closed.
    pub fn is_over(&self) -> bool {
        matches!(self.category, Category::Resolved | Category::Closed)
    }

    /// When a clock began to run, where it ever did.
    pub fn started(&self, clock: Clock) -> Option<Timestamp> {
        if clock == Clock::Next { self.waiting_since } else { self.received }
    }

    /// How long the clocks stood still since it began to run.
    pub fn stood_still(&self, clock: Clock) -> i64 {
        if clock == Clock::Next { self.waiting_paused } else { self.paused }
    }

    /// Whether a clock still counts, whether it runs now or stands still.
    pub fn is_open(&self, clock: Clock) -> bool {
        match clock {
            Clock::First => self.answered.is_none() && !self.is_over(),
            Clock::Next => self.waiting_since.is_some() && !self.is_over(),
            Clock::Resolution => !self.is_over(),
        }
    }

    /// Lets clocks stand still, or go on, and says when they are due and what was missed. `said` is when the message was
    /// written that the change comes of.
    pub fn advance(&mut self, before: Option<&Self>, rule: Option<&Rule>, time: &super::BusinessTime, moment: Moment) {
        self.stand_still(before, time, moment);
        for clock in Clock::ALL {
            self.set_due(clock, before, rule);
            self.note_breach(clock, before, moment);
        }
    }

    fn stand_still(&mut self, before: Option<&Self>, time: &super::BusinessTime, moment: Moment) {
        if !self.runs() {
            if self.stopped.is_none() {
                // A file tells of the past: whoever waits for the customer has at least answered.
                let known = if self.is_over() { self.ended } else { self.answered.filter(|_| before.is_none()) };
                self.stopped = Some(known.unwrap_or(moment.now));
            }
            return;
        }
        let Some(since) = self.stopped.take() else { return };
        self.paused += time.between(since, moment.now);
        // A wait that another ticket brought along went on while this one stood still.
        let waited = before.is_some_and(|before| before.waiting_since == self.waiting_since);
        if let Some(waiting) = self.waiting_since.filter(|_| waited) {
            self.waiting_paused += time.between(since.max(waiting), moment.now);
        }
    }

    /// The deadline of what still counts is reckoned from the start; that of what is over stays as it was.
    fn set_due(&mut self, clock: Clock, before: Option<&Self>, rule: Option<&Rule>) {
        let place = clock.place();
        if before.is_some_and(|before| !before.is_open(clock)) && !self.is_open(clock) {
            return;
        }
        let target = rule.and_then(|rule| rule.target(clock, self.priority).map(|target| (rule, target)));
        self.due[place] = match (self.started(clock), target) {
            (Some(start), Some((rule, target))) => rule.time.add(start, target + self.stood_still(clock)),
            _ => None,
        };
    }

    /// What is missed by what holds now, or was by what held until now, stays missed.
    fn note_breach(&mut self, clock: Clock, before: Option<&Self>, moment: Moment) {
        let place = clock.place();
        if let Some(before) = before.filter(|before| before.runs() && before.is_open(clock)) {
            let end = self.end(clock, before, moment);
            let missed = before.due[place].filter(|due| end > *due);
            self.breached[place] = self.breached[place].or(missed);
        }
        if clock == Clock::Next && self.waiting_since.is_none() {
            return;
        }
        let end = self.end(clock, self, moment);
        let missed = self.due[place].filter(|due| end > *due);
        self.breached[place] = self.breached[place].or(missed);
    }

    /// Until when a clock has run.
    fn end(&self, clock: Clock, held: &Self, moment: Moment) -> Timestamp {
        let event = match clock {
            Clock::First => self.answered,
            // It was stopped, or started anew, by what was said.
            Clock::Next if held.waiting_since != self.waiting_since => moment.said,
            Clock::Next | Clock::Resolution => None,
        };
        let until = event.unwrap_or(moment.now);
        self.stopped.map_or(until, |stopped| until.min(stopped))
    }

    /// The earliest deadline of a clock that runs.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.running().filter_map(|clock| self.due[clock.place()]).min()
    }

    /// The clocks that run now.
    pub fn running(&self) -> impl Iterator<Item = Clock> + '_ {
        Clock::ALL.into_iter().filter(|clock| self.runs() && self.is_open(*clock))
    }
}

/// When something happens: now, and when the message was written that it comes of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub now: Timestamp,
    pub said: Option<Timestamp>,
}
