//! The activity signal: whether something is planned with a deal, and whether that is overdue.

use super::{Key, Wanted, written};
use crate::{
    Result,
    crm::{Crm, Query, tally::Tally},
    pipeline::Outcome,
    record::types::day_bounds,
};
use std::collections::BTreeMap;

/// What stands with a deal just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Late,
    Today,
    Planned,
    /// Nobody planned anything.
    None,
}

impl Signal {
    pub const ALL: [Self; 4] = [Self::Late, Self::Today, Self::Planned, Self::None];

    /// Its sign on a card.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Late => "!",
            Self::Today => "*",
            Self::Planned => "-",
            Self::None => "?",
        }
    }

    /// The deals of which it holds, in the filter language.
    #[must_use]
    pub fn filter(self) -> &'static str {
        match self {
            Self::Late => "next_step=..yesterday",
            Self::Today => "next_step=today",
            Self::Planned => "next_step=tomorrow..",
            Self::None => "next_step:",
        }
    }
}

/// How many deals of a column have which signal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mix {
    pub late: u64,
    pub today: u64,
    pub planned: u64,
    pub none: u64,
}

impl Mix {
    #[must_use]
    pub fn of(self, signal: Signal) -> u64 {
        match signal {
            Signal::Late => self.late,
            Signal::Today => self.today,
            Signal::Planned => self.planned,
            Signal::None => self.none,
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            late: self.late + other.late,
            today: self.today + other.today,
            planned: self.planned + other.planned,
            none: self.none + other.none,
        }
    }
}

/// What is planned with each deal, the earliest first.
const PLANNED: &str = " LEFT JOIN deal_times n ON n.record = t.id";

impl Crm {
    /// The instants at which today begins and ends, as they are stored.
    pub(super) fn today(&self) -> (String, String) {
        let today = self.reading().clock.today();
        let day = |day| day_bounds(day, day, self.reading()).map(|(start, _)| start).unwrap_or_default();
        (day(today), day(today.tomorrow().unwrap_or(today)))
    }

    /// How many open deals of each column have which signal; this looks at all of them.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn board_mix(&mut self, wanted: &Wanted) -> Result<BTreeMap<Key, Mix>> {
        let Some((_, stages)) = self.board_stages(wanted)? else { return Ok(BTreeMap::new()) };
        let open =
            stages.iter().filter(|stage| stage.outcome == Outcome::Open).map(|stage| stage.id.number.to_string());
        let open: Vec<String> = open.collect();
        if open.is_empty() {
            return Ok(BTreeMap::new());
        }
        let (start, end) = self.today();
        let query = Query { filter: wanted.filter.clone(), ..Query::new("deal") };
        let tally = Tally {
            query: &query,
            beside: PLANNED,
            by: if wanted.months { "SUBSTR(t.close, 1, 7)" } else { "t.stage" },
            cells: &format!(
                "COUNT(*), COUNT(n.due), COUNT(CASE WHEN n.due < '{start}' THEN 1 END), \
                 COUNT(CASE WHEN n.due >= '{start}' AND n.due < '{end}' THEN 1 END)"
            ),
            condition: &format!("t.stage IN ({})", open.join(", ")),
        };
        let mut found: BTreeMap<Key, Mix> = BTreeMap::new();
        for (_, cells) in self.tally(&tally)?.1 {
            let Some((by, counts)) = cells.split_first() else { continue };
            let counts: Vec<u64> =
                counts.iter().map(|cell| cell.as_integer().unwrap_or_default().unsigned_abs()).collect();
            let [all, planned, late, today] = counts[..] else { continue };
            let key = match by.as_integer() {
                Some(stage) if !wanted.months => Key::Stage(stage),
                _ => self.month(written(by)),
            };
            let mix = Mix { late, today, planned: planned - late - today, none: all - planned };
            let known = found.entry(key).or_default();
            *known = known.and(mix);
        }
        Ok(found)
    }
}
