//! `kehu pool run`: applies the pool rules to all customers as one operation; said and warned once, however often it runs.

use super::{
    PoolAction,
    candidates::Turn,
    claim::day_in,
    fate::{Fate, What, after_warning, fate},
    moves::Step,
};
use crate::{
    Result,
    crm::{Crm, integer, text},
    record::Grid,
    store::Sql,
};
use jiff::{ToSpan, civil::Date};
use std::collections::{BTreeMap, HashMap};

/// On which day somebody was warned of which, by customer and owner.
type Warnings = HashMap<(i64, i64), Vec<(Date, Date)>>;

/// What a run did, and to whom.
#[derive(Debug, Clone)]
pub struct PoolRun {
    pub taken: usize,
    pub warned: usize,
    pub kept: usize,
    /// Each customer with what became of it and why.
    pub grid: Grid,
}

impl Crm {
    /// Takes customers back into their pools by the rules, and says who is to be warned that this will happen. With
    /// `kept`, those too whom something keeps from a rule. In a dry run nothing is written.
    ///
    /// # Errors
    /// Storage faults.
    pub fn run_pools(&mut self, kept: bool) -> Result<PoolRun> {
        self.transaction("Run the pools", |crm| {
            let turns = crm.pool_turns(None)?;
            let mut fates = crm.pool_fates(&turns, None)?;
            let warned = crm.warned_already()?;
            fates.retain(|fate| match fate.what {
                What::Warned(stage) => {
                    warned.get(&(fate.customer, fate.owner, fate.due)).is_none_or(|before| stage < *before)
                }
                _ => true,
            });
            let count = |wanted: fn(What) -> bool| fates.iter().filter(|fate| wanted(fate.what)).count();
            let taken = count(|what| what == What::Taken);
            let warned = count(|what| matches!(what, What::Warned(_)));
            let held = count(|what| matches!(what, What::Kept(_)));
            crm.take_into_pools(&turns, &fates)?;
            crm.relabel(&format!("Run the pools: {taken} taken, {warned} warned"))?;
            fates.retain(|fate| kept || !matches!(fate.what, What::Kept(_)));
            let grid = crm.told_pool_run(&turns, &fates)?;
            Ok(PoolRun { taken, warned, kept: held, grid })
        })
    }

    /// What the rules make of every customer with an owner, or of those of some numbers.
    pub(super) fn pool_fates(&mut self, turns: &[Turn], among: Option<&[i64]>) -> Result<Vec<Fate>> {
        let mut fates = Vec::new();
        if turns.is_empty() {
            return Ok(fates);
        }
        let today = self.reading().clock.today();
        self.each_candidate(turns, among, &mut |candidate| fates.extend(fate(&candidate, turns, today)))?;
        self.warn_first(turns, &mut fates, today)?;
        Ok(fates)
    }

    /// Leaves those a while whose owner was never warned: the rule is new, or has not run for long.
    fn warn_first(&mut self, turns: &[Turn], fates: &mut [Fate], today: Date) -> Result<()> {
        let mut taken: Vec<&mut Fate> = fates.iter_mut().filter(|fate| fate.what == What::Taken).collect();
        let Some(first) = taken.iter().map(|fate| fate.since.unwrap_or(fate.due).min(fate.due)).min() else {
            return Ok(());
        };
        let longest = turns.iter().filter_map(|turn| turn.warn.first()).max().copied().unwrap_or_default();
        let warnings = self.warnings_since(first.saturating_sub(longest.days()))?;
        for fate in &mut taken {
            let mine = warnings.get(&(fate.customer, fate.owner)).map_or(&[][..], Vec::as_slice);
            // Of this silence, not of one before.
            let since = fate.since.unwrap_or(fate.due);
            let told = mine.iter().filter(|(on, due)| *due == fate.due || *on > since).map(|(_, due)| *due).min();
            after_warning(fate, &turns[fate.rule], told, today);
        }
        Ok(())
    }

    /// When the owners of customers were warned since a day, and of which day.
    fn warnings_since(&mut self, first: Date) -> Result<Warnings> {
        let zone = self.reading().clock.zone().clone();
        let sql = "SELECT m.customer, m.former, m.at, m.due FROM pool_moves m JOIN customers c ON c.id = m.customer \
                   AND c.owner = m.former WHERE m.action = 'warned' AND m.at >= ? AND m.deleted_at IS NULL";
        let mut warnings = Warnings::new();
        self.db.each(sql, &[Sql::Text(first.to_string())], &mut |row| {
            if let (Some(on), Ok(due)) = (day_in(&text(&row[2]), &zone), text(&row[3]).parse()) {
                warnings.entry((integer(&row[0]), integer(&row[1]))).or_default().push((on, due));
            }
            Ok(())
        })?;
        Ok(warnings)
    }

    /// Who was warned of which day, and how many days before that at the latest.
    fn warned_already(&mut self) -> Result<HashMap<(i64, i64, Date), i64>> {
        let today = self.reading().clock.today().to_string();
        let sql = "SELECT customer, former, due, MIN(days) FROM pool_moves \
                   WHERE action = 'warned' AND due >= ? AND deleted_at IS NULL GROUP BY customer, former, due";
        let mut warned = HashMap::new();
        self.db.each(sql, &[Sql::Text(today)], &mut |row| {
            if let Ok(due) = text(&row[2]).parse() {
                warned.insert((integer(&row[0]), integer(&row[1]), due), integer(&row[3]));
            }
            Ok(())
        })?;
        Ok(warned)
    }

    fn take_into_pools(&mut self, turns: &[Turn], fates: &[Fate]) -> Result<()> {
        let mut by_pool: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for fate in fates.iter().filter(|fate| fate.what == What::Taken) {
            by_pool.entry(turns[fate.rule].pool.id.number).or_default().push(fate.customer);
        }
        for (pool, customers) in by_pool {
            let set = "owner = NULL, pool = CAST(? AS BIGINT), protected_until = NULL";
            self.set_many(set, &[Sql::Integer(pool)], &customers)?;
        }
        let steps: Vec<Step> = fates.iter().filter_map(|fate| step(fate, &turns[fate.rule])).collect();
        self.write_steps(&steps)
    }
}

/// What the claim log says of it.
fn step(fate: &Fate, turn: &Turn) -> Option<Step> {
    let (action, warned) = match fate.what {
        What::Taken => (PoolAction::Recovered, None),
        What::Warned(stage) => (PoolAction::Warned, Some((fate.due, stage))),
        What::Kept(_) => return None,
    };
    Some(Step {
        pool: Some(turn.pool.id.number),
        former: Some(fate.owner),
        rule: Some(turn.rule.id.number),
        reason: Some(turn.rule.name.clone()),
        warned,
        ..Step::of(fate.customer, action, &turn.pool.name)
    })
}
