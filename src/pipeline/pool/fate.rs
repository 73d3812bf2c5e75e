//! What the rules make of one customer: taken, warned of, kept for a reason, or left alone.

use super::{
    candidates::{Candidate, Turn, holds},
    trigger::Start,
};
use jiff::{ToSpan, civil::Date};

/// What becomes of a customer, and by which rule.
#[derive(Debug, Clone)]
pub(super) struct Fate {
    pub customer: i64,
    pub name: String,
    pub owner: i64,
    /// The place of the rule.
    pub rule: usize,
    pub since: Option<Date>,
    pub due: Date,
    pub left: i64,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Taken,
    /// So many days before, as the rule says.
    Warned(i64),
    Kept(Keeper),
}

/// What keeps a customer from a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeper {
    /// By its place in what is declared.
    Declared(usize),
    /// Something is planned.
    Plan,
}

/// The first rule that takes a customer counts; where none does, the one that will first, of which may be warned; where
/// something keeps them from a rule, that.
pub(super) fn fate(candidate: &Candidate, turns: &[Turn], today: Date) -> Option<Fate> {
    let (mut next, mut kept): (Option<Fate>, Option<Fate>) = (None, None);
    for (place, turn) in turns.iter().enumerate().filter(|(_, turn)| turn.fits(candidate)) {
        let Some((since, due)) = due(candidate, turn) else { continue };
        let left = days_between(today, due);
        let told = |what| Fate {
            customer: candidate.id,
            name: candidate.name.clone(),
            owner: candidate.owner,
            rule: place,
            since: Some(since),
            due,
            left,
            what,
        };
        match keeps(candidate, turn, today) {
            Some(by) if left <= 0 => kept = kept.or_else(|| Some(told(What::Kept(by)))),
            Some(_) => {}
            None if left <= 0 => return Some(told(What::Taken)),
            None => {
                let stage = turn.warn.iter().copied().filter(|days| *days >= left).min();
                if let Some(stage) = stage.filter(|_| next.as_ref().is_none_or(|next| due < next.due)) {
                    next = Some(told(What::Warned(stage)));
                }
            }
        }
    }
    next.or(kept)
}

/// Nobody is taken who was not warned, where the rule warns: whoever is due before that is warned now, and taken when the
/// shortest warning has passed. `told` is the first day that their owner was warned of.
pub(super) fn after_warning(fate: &mut Fate, turn: &Turn, told: Option<Date>, today: Date) {
    let Some(shortest) = turn.warn.last().copied().filter(|_| fate.what == What::Taken) else { return };
    let due = told.unwrap_or_else(|| today.saturating_add(shortest.days())).max(fate.due);
    let left = days_between(today, due);
    if left > 0 {
        let stage = turn.warn.iter().copied().filter(|days| *days >= left).min();
        *fate = Fate { due, left, what: What::Warned(stage.unwrap_or(shortest)), ..fate.clone() };
    }
}

/// From when a rule counts, and the day on which it takes the customer; a protected one not before that ends.
fn due(candidate: &Candidate, turn: &Turn) -> Option<(Date, Date)> {
    let start: &Start = turn.rule.trigger.start();
    let counted = candidate.since.get(turn.rule.trigger.place()).copied().flatten();
    let since = if start.anew { counted.max(candidate.begun) } else { counted }?;
    let days = turn.rule.days.unwrap_or_default() + i64::from(start.after);
    let due = since.saturating_add(days.days());
    let protected = candidate.protected.map(|until| until.saturating_add(1.days()));
    Some((since, due.max(protected.unwrap_or(due))))
}

/// What keeps a customer from a rule, where anything does.
fn keeps(candidate: &Candidate, turn: &Turn, today: Date) -> Option<Keeper> {
    let counts = |waivable: bool| !waivable || turn.rule.open_deals;
    let by = holds().zip(&candidate.held).position(|(hold, held)| *held && counts(hold.waivable));
    if let Some(by) = by {
        return Some(Keeper::Declared(by));
    }
    // A plan that lies further ahead than the rule counts is no sign that somebody looks after them until then.
    let within = turn.rule.planned_within.or(turn.rule.days).map(|days| today.saturating_add(days.days()));
    let planned = candidate.planned.is_some_and(|planned| within.is_none_or(|within| planned <= within));
    planned.then_some(Keeper::Plan)
}

fn days_between(today: Date, due: Date) -> i64 {
    today.until(due).map_or(i64::MAX, |span| i64::from(span.get_days()))
}
