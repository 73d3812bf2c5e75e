//! What the pool rules look at of every customer with an owner, read in one statement however many there are.

use super::{Pool, PoolRule, claim::day_in, rule::warnings, trigger::TRIGGERS};
use crate::{
    Result,
    catalog::{self, Hold},
    crm::{Crm, integer, text},
    record::{Id, types},
    store::Sql,
};
use jiff::civil::Date;
use std::collections::HashSet;

/// A rule with its pool and the customers that it is limited to.
pub(super) struct Turn {
    pub rule: PoolRule,
    pub pool: Pool,
    pub warn: Vec<i64>,
    /// Those of its level, branch, product and condition; all where it says none of these.
    only: Option<HashSet<i64>>,
}

/// What is looked at of one customer.
pub(super) struct Candidate {
    pub id: i64,
    pub name: String,
    pub owner: i64,
    pub pool: Option<i64>,
    pub branch: Option<i64>,
    pub protected: Option<Date>,
    /// When their owner got them, or since when they are known.
    pub begun: Option<Date>,
    /// The next day for which something is planned.
    pub planned: Option<Date>,
    /// By the place of the trigger.
    pub since: Vec<Option<Date>>,
    /// Whether they have what keeps them, by the place in [`holds`].
    pub held: Vec<bool>,
}

/// Everything that keeps customers with their owner, as the kinds declare it.
pub(super) fn holds() -> impl Iterator<Item = &'static Hold> {
    catalog::ENTRIES.iter().flat_map(|entry| entry.holds)
}

impl Turn {
    /// Whether the rule speaks of that customer: one of its pool, or of none and of its branch.
    pub fn fits(&self, candidate: &Candidate) -> bool {
        let ours = match candidate.pool {
            Some(pool) => pool == self.pool.id.number,
            None => self.pool.branch.is_none_or(|branch| candidate.branch == Some(branch.number)),
        };
        ours && self.only.as_ref().is_none_or(|only| only.contains(&candidate.id))
    }
}

impl Crm {
    /// The rules that do not rest, in their order; `among` limits whom their conditions are asked of.
    pub(super) fn pool_turns(&mut self, among: Option<&[i64]>) -> Result<Vec<Turn>> {
        let order = "SELECT r.id FROM pool_rules r JOIN pools p ON p.id = r.pool \
                     WHERE r.deleted_at IS NULL AND p.deleted_at IS NULL AND NOT r.paused \
                     ORDER BY COALESCE(r.position, 1000000), r.id";
        let mut turns = Vec::new();
        for id in self.numbers(order, &[])? {
            let rule: PoolRule = self.get(Id::new(id))?;
            let pool = self.get(rule.pool)?;
            let warn = warnings(rule.warn.as_deref().unwrap_or_default())?;
            let only = self.limited_to(&rule, among)?;
            turns.push(Turn { rule, pool, warn, only });
        }
        Ok(turns)
    }

    fn limited_to(&mut self, rule: &PoolRule, among: Option<&[i64]>) -> Result<Option<HashSet<i64>>> {
        let mut tests: Vec<String> = rule.condition.iter().map(|condition| format!("({condition})")).collect();
        tests.extend(rule.level.map(|level| format!("level={}", level.key())));
        tests.extend(rule.branch.map(|branch| format!("branch=B{}", branch.number)));
        let mut only: Option<HashSet<i64>> = None;
        if !tests.is_empty() {
            if let Some(among) = among {
                let numbers: Vec<String> = among.iter().map(i64::to_string).collect();
                tests.push(format!("id={}", numbers.join(",")));
            }
            let fitting = self.fitting(("pool_rule", rule.id.number), "customer", &tests.join(" "), None)?;
            only = Some(fitting.into_iter().collect());
        }
        if let Some(product) = rule.product {
            let sql =
                "SELECT DISTINCT customer FROM deals WHERE product = ? AND deleted_at IS NULL AND customer IS NOT NULL";
            let about: HashSet<i64> = self.numbers(sql, &[Sql::Integer(product.number)])?.into_iter().collect();
            only = Some(match only {
                Some(only) => only.intersection(&about).copied().collect(),
                None => about,
            });
        }
        Ok(only)
    }

    /// Hands every customer with an owner, or those of some numbers, to `look`.
    pub(super) fn each_candidate(
        &mut self,
        turns: &[Turn],
        among: Option<&[i64]>,
        look: &mut dyn FnMut(Candidate),
    ) -> Result<()> {
        let today = self.reading().clock.today();
        let (morning, _) = types::day_bounds(today, today, self.reading())?;
        let mut arguments = vec![Sql::Text(morning)];
        let among = among.map_or(String::new(), |among| {
            arguments.extend(among.iter().map(|id| Sql::Integer(*id)));
            format!(" AND c.id IN ({})", vec!["?"; among.len()].join(", "))
        });
        let sql = format!(
            "SELECT {} FROM customers c WHERE c.owner IS NOT NULL AND c.deleted_at IS NULL{among} ORDER BY c.id",
            cells(turns)
        );
        let zone = self.reading().clock.zone().clone();
        self.db.each(&sql, &arguments, &mut |row| {
            look(candidate(row, &zone));
            Ok(())
        })
    }
}

/// What is asked of each; a trigger that no rule has is not looked for.
fn cells(turns: &[Turn]) -> String {
    let mut cells = vec![
        "c.id, c.name, c.owner, c.pool, c.branch, c.protected_until, c.since, c.created_at".to_owned(),
        "(SELECT MAX(m.at) FROM pool_moves m WHERE m.customer = c.id AND m.action IN ('claimed', 'assigned') \
         AND m.deleted_at IS NULL)"
            .to_owned(),
        "(SELECT MIN(a.due) FROM activities a WHERE a.customer = c.id AND a.done IS NULL AND a.cancelled IS NULL \
         AND a.deleted_at IS NULL AND a.due >= ?)"
            .to_owned(),
    ];
    let asked = |place: usize| turns.iter().any(|turn| turn.rule.trigger.place() == place);
    cells.extend(TRIGGERS.iter().enumerate().map(|(place, start)| {
        let since = if asked(place) { start.since } else { "NULL" };
        format!("CAST({since} AS TEXT)")
    }));
    cells.extend(holds().map(|hold| format!("CASE WHEN {} THEN 1 ELSE 0 END", hold.sql)));
    cells.join(", ")
}

fn candidate(row: &[Sql], zone: &jiff::tz::TimeZone) -> Candidate {
    let link = |cell: &Sql| if *cell == Sql::Null { None } else { Some(integer(cell)) };
    let day = |cell: &Sql| match cell {
        Sql::Text(stored) => day_in(stored, zone),
        _ => None,
    };
    let known = day(&row[6]).or_else(|| day(&row[7]));
    Candidate {
        id: integer(&row[0]),
        name: text(&row[1]),
        owner: integer(&row[2]),
        pool: link(&row[3]),
        branch: link(&row[4]),
        protected: day(&row[5]),
        begun: day(&row[8]).max(known),
        planned: day(&row[9]),
        since: row[10..10 + TRIGGERS.len()].iter().map(day).collect(),
        held: row[10 + TRIGGERS.len()..].iter().map(|cell| integer(cell) != 0).collect(),
    }
}
