//! Taking turns: who of several colleagues gets the next of what is given out by rule, leads or tickets (R43, R107).

use crate::record::{Choice, Kind, Value};
use std::collections::{HashMap, HashSet};

/// A rule: what it fits, and those who take turns by it.
pub(crate) struct Turn {
    pub fits: HashSet<i64>,
    pub people: Vec<i64>,
    /// How many one of them takes by it.
    pub most: Option<i64>,
    /// Whoever has the least to do comes first; else whoever waits longest.
    pub least_busy: bool,
}

/// How far a colleague is.
#[derive(Clone, Default)]
pub(crate) struct Taker {
    pub name: String,
    /// How many they have, today or at once.
    pub load: i64,
    /// When they got the last one, of those given now by their order.
    pub last: (usize, String),
    /// How many they take.
    pub most: Option<i64>,
}

/// Why something went to somebody or to nobody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Rule,
    Full,
    NoRule,
}

/// What becomes of one record.
pub(crate) struct Fate {
    pub record: i64,
    pub to: Option<i64>,
    pub rule: Option<usize>,
    pub why: Why,
}

/// The first fitting rule by which somebody is free; of those who are, whoever has the fewest or waits longest.
pub(crate) fn fate(record: i64, place: usize, turns: &[Turn], takers: &mut HashMap<i64, Taker>) -> Fate {
    let mut full = None;
    for (number, turn) in turns.iter().enumerate().filter(|(_, turn)| turn.fits.contains(&record)) {
        let free = turn
            .people
            .iter()
            .filter_map(|user| takers.get(user).map(|taker| (*user, taker)))
            .filter(|(_, taker)| [taker.most, turn.most].into_iter().flatten().all(|most| taker.load < most));
        let load = |taker: &Taker| if turn.least_busy { taker.load } else { 0 };
        let next = free.min_by_key(|(user, taker)| (load(taker), taker.last.clone(), *user)).map(|(user, _)| user);
        if let Some(user) = next {
            if let Some(taker) = takers.get_mut(&user) {
                taker.load += 1;
                taker.last = (place + 1, String::new());
            }
            return Fate { record, to: Some(user), rule: Some(number), why: Why::Rule };
        }
        full = full.or(Some(number));
    }
    Fate { record, to: None, rule: full, why: if full.is_some() { Why::Full } else { Why::NoRule } }
}

impl Why {
    pub fn value(self) -> Value {
        Value::text(match self {
            Self::Rule => "rule",
            Self::Full => "full",
            Self::NoRule => "no-rule",
        })
    }

    /// The words for a column; `full` says in both languages that nobody can take more.
    pub fn kind(full: [&'static str; 2]) -> Kind {
        let word = |key: &'static str, label: &'static str, label_zh: &'static str| Choice {
            key: key.into(),
            label: label.into(),
            label_zh: label_zh.into(),
            retired: false,
        };
        Kind::Choice(vec![
            word("rule", "By rule", "按规则"),
            word("full", full[0], full[1]),
            word("no-rule", "No rule fits", "没有适用的规则"),
        ])
    }
}
