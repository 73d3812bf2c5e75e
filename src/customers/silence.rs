//! How long a customer of each level may go without a word, before they are on the plan of the day.

use super::agenda::most;
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Total, types},
    store::Sql,
};
use jiff::{ToSpan, civil::Date};
use std::fmt;

/// Days by level; a level that is not named may be silent for ever. An empty level is that of customers without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence(Vec<(String, i64)>);

/// The longest time that anybody waits for a word.
const LONGEST: i64 = 3_660;

impl Default for Silence {
    fn default() -> Self {
        Self([("A", 14), ("B", 30), ("C", 90)].map(|(level, days)| (level.to_owned(), days)).to_vec())
    }
}

impl Silence {
    /// `A=14, B=30, none=180`.
    ///
    /// # Errors
    /// A level that there is not, or no number of days.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.split([',', '，', ';']).filter(|part| !part.trim().is_empty());
        let mut levels = parts.map(one).collect::<Result<Vec<_>>>()?;
        levels.sort_by(|(one, _), (other, _)| rank(one).cmp(&rank(other)));
        Ok(Self(levels))
    }
}

/// Those without a level come last.
fn rank(level: &str) -> (bool, &str) {
    (level.is_empty(), level)
}

fn one(part: &str) -> Result<(String, i64)> {
    let refused = || {
        Error::bad_value(
            Message::new("`{value}` says no level with its days; write it like A=14, B=30, none=180.")
                .with("value", part.trim()),
        )
    };
    let (level, days) = part.split_once('=').ok_or_else(refused)?;
    let level = level.trim().to_uppercase();
    let days = days.trim().trim_end_matches('d').parse().ok().filter(|days| (1..=LONGEST).contains(days));
    match (&*level, days) {
        ("A" | "B" | "C" | "D", Some(days)) => Ok((level, days)),
        ("NONE" | "无", Some(days)) => Ok((String::new(), days)),
        _ => Err(refused()),
    }
}

/// As it is read back.
impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (level, days)) in self.0.iter().enumerate() {
            let (comma, level) = (if place > 0 { ", " } else { "" }, if level.is_empty() { "none" } else { level });
            write!(f, "{comma}{level}={days}")?;
        }
        Ok(())
    }
}

/// Silent customers beyond these are not counted on a plan of the day.
const COUNTED: u64 = 20;

/// Nobody dealt with them since, and nothing is planned with them.
const SILENT: &str = "(c.since IS NULL OR c.since < ?) \
    AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.customer = c.id AND a.done >= ? AND a.deleted_at IS NULL) \
    AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.customer = c.id AND a.done IS NULL AND a.cancelled IS NULL \
    AND a.due >= ? AND a.deleted_at IS NULL)";

impl Crm {
    /// The customers of a colleague who have not heard from us for longer than their level allows: the highest level
    /// first, then the largest revenue, then the longest silence; and how many there are of them.
    ///
    /// They are looked through in that order and not beyond what is wanted. Nobody deals with more than some dozens a
    /// day, so the search ends soon however many customers there are; the rest are counted as far as that is cheap.
    pub(super) fn silent_customers(&mut self, owner: i64, day: Date, limit: Option<u64>) -> Result<(Vec<i64>, Total)> {
        let mut found = Vec::new();
        let wanted = most(limit);
        for (level, days) in self.silence.0.clone() {
            for known_revenue in [true, false] {
                let missing = wanted.saturating_sub(found.len());
                if missing > 0 {
                    let limit = limit.map(|_| missing);
                    found.extend(self.silent_of_level(owner, &level, (day, days), known_revenue, limit)?);
                }
            }
        }
        let there = found.len() as u64;
        let total = if found.len() < wanted {
            Total::Exactly(there)
        } else {
            self.count_silent(owner, day, COUNTED.max(2 * there))?
        };
        Ok((found, total))
    }

    /// How many are silent in all, but no further than that.
    fn count_silent(&mut self, owner: i64, day: Date, most: u64) -> Result<Total> {
        let (mut sum, mut all) = (0, true);
        for (level, days) in self.silence.0.clone() {
            if sum > most {
                return Ok(Total::MoreThan(most));
            }
            let (mine, mut arguments) = Self::of_level(owner, &level);
            arguments.extend(self.silent_since(day, days)?);
            let rest = most + 1 - sum;
            let some = format!("SELECT c.id FROM customers c WHERE {mine} AND {SILENT} LIMIT {rest}");
            let sql = format!("SELECT 1 FROM ({some}) s");
            match self.count_some(&sql, &arguments)? {
                Total::Exactly(count) => sum += count,
                Total::MoreThan(count) => (sum, all) = (sum + count, false),
            }
        }
        Ok(match sum {
            sum if sum > most => Total::MoreThan(most),
            sum if all => Total::Exactly(sum),
            sum => Total::MoreThan(sum),
        })
    }

    /// Whose customers of which level.
    fn of_level(owner: i64, level: &str) -> (String, Vec<Sql>) {
        let mut arguments = vec![Sql::Integer(owner)];
        let mut level_is = "IS NULL";
        if !level.is_empty() {
            level_is = "= ?";
            arguments.push(Sql::Text(level.to_owned()));
        }
        (format!("c.owner = ? AND c.level {level_is} AND c.deleted_at IS NULL"), arguments)
    }

    /// What [`SILENT`] asks for.
    fn silent_since(&self, day: Date, days: i64) -> Result<[Sql; 3]> {
        let last = day.saturating_sub(days.days());
        let (since, _) = types::day_bounds(last, last, self.reading())?;
        let (today, _) = types::day_bounds(day, day, self.reading())?;
        Ok([last.to_string(), since, today].map(Sql::Text))
    }

    fn silent_of_level(
        &mut self,
        owner: i64,
        level: &str,
        (day, days): (Date, i64),
        known_revenue: bool,
        wanted: Option<usize>,
    ) -> Result<Vec<i64>> {
        let (mine, mut arguments) = Self::of_level(owner, level);
        arguments.push(Sql::Text(self.reading().currency.to_string()));
        arguments.extend(self.silent_since(day, days)?);
        let cut = |most: Option<usize>| most.map(|most| format!(" LIMIT {most}")).unwrap_or_default();
        let shown = cut(wanted);
        let sql = if known_revenue {
            format!(
                "SELECT c.id FROM customers c WHERE {mine} AND c.annual_revenue_currency = ? AND {SILENT} \
                 ORDER BY c.annual_revenue DESC, c.id DESC{shown}"
            )
        } else {
            // Of those of whom no revenue is known, the longest silent among the first few.
            let pool = cut(wanted.map(|wanted| wanted.saturating_mul(2)));
            format!(
                "SELECT p.id FROM (SELECT c.id FROM customers c WHERE {mine} \
                 AND (c.annual_revenue_currency IS NULL OR c.annual_revenue_currency <> ?) AND {SILENT}{pool}) p \
                 ORDER BY COALESCE((SELECT MAX(a.done) FROM activities a WHERE a.customer = p.id \
                 AND a.deleted_at IS NULL), ''), p.id{shown}"
            )
        };
        self.numbers(&sql, &arguments)
    }
}
