//! Taking turns: who of several colleagues gets the next of what is given out by rule, leads or tickets (R43, R107).

use crate::{
    Result,
    crm::Crm,
    record::{Choice, Column, Grid, Kind, Link, Row, Total, Value},
};
use std::collections::{BTreeMap, HashMap, HashSet};

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
enum Why {
    Rule,
    /// No rule says it, but the queue.
    Turn,
    Full,
    NoRule,
}

/// What becomes of one record.
struct Fate {
    record: i64,
    to: Option<i64>,
    rule: Option<usize>,
    why: Why,
}

/// The ref and the condition of the rule of each turn; none of those that no rule is for.
pub(crate) type Named = Vec<Option<(String, String)>>;

/// How it is told what was given out.
pub(crate) struct Telling<'a> {
    pub kind: &'static str,
    /// The column of the records.
    pub column: Column,
    /// Why nobody can take more, in both languages.
    pub full: [&'static str; 2],
    pub rules: &'a Named,
}

impl Crm {
    /// Gives records to whom they fall, one after the other, and says what became of them.
    pub(crate) fn give_out(
        &mut self,
        records: &[i64],
        turns: &[Turn],
        takers: &mut HashMap<i64, Taker>,
        telling: &Telling,
    ) -> Result<(usize, Grid)> {
        let each = records.iter().enumerate();
        let fates: Vec<Fate> = each.map(|(place, record)| fate(*record, place, turns, takers)).collect();
        let mut given: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for fate in &fates {
            if let Some(to) = fate.to {
                given.entry(to).or_default().push(fate.record);
            }
        }
        for (to, ids) in &given {
            self.change_many(telling.kind, ids, &vec![("owner".to_owned(), Link::to(*to))])?;
        }
        let count = given.values().map(Vec::len).sum();
        Ok((count, self.told_fates(&fates, takers, telling)?))
    }

    fn told_fates(&mut self, fates: &[Fate], takers: &HashMap<i64, Taker>, telling: &Telling) -> Result<Grid> {
        let links = self.links(telling.kind, &fates.iter().map(|fate| fate.record).collect::<Vec<_>>())?;
        let schema = self.schema(telling.kind)?;
        let columns = vec![
            telling.column.clone(),
            Column::new("to", "To", "分配给", Kind::Text),
            Column::new("rule", "Rule", "规则", Kind::Text),
            Column::new("condition", "Condition", "条件", Kind::Text),
            Column::new("why", "Why", "原因", Why::kind(telling.full)),
        ];
        let row = |fate: &Fate| {
            let rule = fate.rule.and_then(|place| telling.rules[place].as_ref());
            let to = fate.to.and_then(|to| takers.get(&to));
            Row {
                id: fate.record,
                short: schema.short(fate.record),
                cells: vec![
                    links.get(&fate.record).map_or(Value::Null, |link| Value::text(&link.title)),
                    to.map_or(Value::Null, |taker| Value::text(&taker.name)),
                    rule.map_or(Value::Null, |(short, _)| Value::text(short)),
                    rule.map_or(Value::Null, |(_, condition)| Value::text(condition)),
                    if fate.why == Why::Rule && rule.is_none() { Why::Turn } else { fate.why }.value(),
                ],
            }
        };
        let mut grid = Grid::of("assignments", columns, Vec::new());
        grid.rows = fates.iter().map(row).collect();
        grid.total = Total::Exactly(fates.len() as u64);
        Ok(grid)
    }
}

/// The first fitting rule by which somebody is free; of those who are, whoever has the fewest or waits longest.
fn fate(record: i64, place: usize, turns: &[Turn], takers: &mut HashMap<i64, Taker>) -> Fate {
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
    fn value(self) -> Value {
        Value::text(match self {
            Self::Rule => "rule",
            Self::Turn => "turn",
            Self::Full => "full",
            Self::NoRule => "no-rule",
        })
    }

    /// The words for a column; `full` says in both languages that nobody can take more.
    fn kind(full: [&'static str; 2]) -> Kind {
        let word = |key: &'static str, label: &'static str, label_zh: &'static str| Choice {
            key: key.into(),
            label: label.into(),
            label_zh: label_zh.into(),
            retired: false,
        };
        Kind::Choice(vec![
            word("rule", "By rule", "按规则"),
            word("turn", "In turn, by its queue", "按队列轮流"),
            word("full", full[0], full[1]),
            word("no-rule", "No rule fits", "没有适用的规则"),
        ])
    }
}
