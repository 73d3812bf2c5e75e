//! The plan of the day: what is overdue and due, whose birthday it is, and who has not heard from us for too long (R152).

use crate::{
    Result, catalog,
    crm::{Crm, Query, integer},
    record::{Grid, Row, Total, Value, filter, types},
    store::Sql,
};
use jiff::{ToSpan, civil::Date};

/// How many plans are weighed against each other; beyond this they are not counted.
const WEIGHED: u64 = 30;
/// How many days ahead an occasion is told.
const AHEAD: i64 = 7;
/// After how many days what a colleague left undone is on the manager's plan too.
const ESCALATED: i64 = 5;

/// Open work, as its index knows it.
const OPEN: &str = "a.done IS NULL AND a.cancelled IS NULL AND a.deleted_at IS NULL";

type Parts = Vec<(&'static str, Grid)>;

/// How many rows each part of a plan has at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of what is to be done.
    pub work: Option<u64>,
    /// Of who is to be thought of: coming occasions, and customers who have not heard from us for too long.
    pub care: Option<u64>,
}

/// So many of each part, or all.
impl From<Option<u64>> for Limits {
    fn from(limit: Option<u64>) -> Self {
        Self { work: limit, care: limit }
    }
}

/// What is to be done comes first, and whom to think of is told as far as anybody gets to it on a day.
impl Default for Limits {
    fn default() -> Self {
        Self { work: Some(20), care: Some(5) }
    }
}

impl Crm {
    /// The plan of a day of one colleague, in parts of at most so many rows, each with how many there are; empty parts
    /// are left out.
    ///
    /// # Errors
    /// Storage faults.
    pub fn agenda(&mut self, user: i64, day: Date, limits: impl Into<Limits>) -> Result<Parts> {
        let limits = limits.into();
        self.at_one_moment(|crm| crm.agenda_now(user, day, limits))
    }

    fn agenda_now(&mut self, user: i64, day: Date, Limits { work: limit, care }: Limits) -> Result<Parts> {
        let (start, end) = types::day_bounds(day, day, self.reading())?;
        let mut parts = Parts::new();
        self.work(&mut parts, "Overdue", &[user], ("a.due < ?", vec![start.clone()]), limit)?;
        self.work(&mut parts, "Today", &[user], ("a.due >= ? AND a.due <= ?", vec![start, end]), limit)?;
        self.work(&mut parts, "Without a date", &[user], ("a.due IS NULL", Vec::new()), limit)?;
        self.care(&mut parts, user, day, care)?;
        let (silent, total) = self.silent_customers(user, day, care)?;
        let columns = ["name", "level", "last_touch", "primary_contact", "phone"];
        self.part(&mut parts, "Silent for too long", "customer", &silent, &columns)?;
        count_last(&mut parts, "Silent for too long", total);
        for part in catalog::ENTRIES.iter().filter_map(|entry| entry.plan.as_ref()) {
            parts.extend((part.grid)(self, user, day, limit)?.map(|grid| (part.title, grid)));
        }
        self.left_undone(&mut parts, user, day, limit)?;
        Ok(parts)
    }

    /// What several people have to do, in the same parts as the plan of one; whose it is stands beside it.
    ///
    /// # Errors
    /// Storage faults.
    pub fn agenda_of(&mut self, users: &[i64], day: Date, limit: Option<u64>) -> Result<Parts> {
        let (start, end) = types::day_bounds(day, day, self.reading())?;
        let mut parts = Parts::new();
        if users.is_empty() {
            return Ok(parts);
        }
        self.work(&mut parts, "Overdue", users, ("a.due < ?", vec![start.clone()]), limit)?;
        self.work(&mut parts, "Today", users, ("a.due >= ? AND a.due <= ?", vec![start, end]), limit)?;
        self.work(&mut parts, "Without a date", users, ("a.due IS NULL", Vec::new()), limit)?;
        Ok(parts)
    }

    /// Birthdays and other days to remember, solar and lunar, of this day and the coming ones.
    fn care(&mut self, parts: &mut Parts, user: i64, day: Date, limit: Option<u64>) -> Result<()> {
        let last = day.saturating_add(AHEAD.days());
        let all = self.some_occasions(day, last, Some(user), limit)?;
        let today = day.to_string();
        let (now, later): (Vec<Row>, Vec<Row>) =
            all.rows.iter().cloned().partition(|row| row.cells.first().and_then(Value::as_text) == Some(&*today));
        for (title, mut rows) in [("Occasions", now), ("Coming occasions", later)] {
            if !rows.is_empty() {
                let shown = most(limit);
                let total = match limit {
                    Some(limit) if rows.len() > shown => Total::MoreThan(limit),
                    _ => Total::Exactly(rows.len() as u64),
                };
                rows.truncate(shown);
                parts.push((title, Grid { rows, total, ..all.clone() }));
            }
        }
        Ok(())
    }

    /// What the people who report to a colleague are late with by days.
    fn left_undone(&mut self, parts: &mut Parts, user: i64, day: Date, limit: Option<u64>) -> Result<()> {
        let people = "SELECT id FROM users WHERE manager = ? AND active AND deleted_at IS NULL";
        let people = self.numbers(people, &[Sql::Integer(user)])?;
        if people.is_empty() {
            return Ok(());
        }
        let late = day.saturating_sub(ESCALATED.days());
        let (late, _) = types::day_bounds(late, late, self.reading())?;
        self.work(parts, "Left undone by your people", &people, ("a.due < ?", vec![late]), limit)
    }

    /// Open work of some colleagues, ordered by what is at stake: what has an hour by its hour, then by the customer's
    /// level and revenue, then the longest overdue.
    fn work(
        &mut self,
        parts: &mut Parts,
        title: &'static str,
        owners: &[i64],
        (when, times): (&str, Vec<String>),
        limit: Option<u64>,
    ) -> Result<()> {
        let owner =
            if owners.len() == 1 { "= ?".to_owned() } else { format!("IN ({})", vec!["?"; owners.len()].join(", ")) };
        // Its index is as short as the work that is open, which the database cannot know.
        let open = self.db.dialect().by_index("activities_owner_index_also");
        let mut arguments: Vec<Sql> = owners.iter().map(|id| Sql::Integer(*id)).collect();
        arguments.extend(times.into_iter().map(Sql::Text));
        // What is due after the midnight that the day begins with has an hour.
        let midnight = if title == "Today" { arguments[owners.len()].clone() } else { Sql::Text("later".to_owned()) };
        // All of them are weighed where all are wanted.
        let weighed = limit.map(|limit| limit.max(WEIGHED));
        let cut = |most: Option<u64>| most.map(|most| format!(" LIMIT {most}")).unwrap_or_default();
        let (pool, shown) = (cut(weighed.map(|weighed| weighed + 1)), cut(limit));
        let sql = format!(
            "SELECT x.id, COUNT(*) OVER () FROM (SELECT a.id, a.customer, a.due FROM activities a{open} \
             WHERE a.owner {owner} AND {OPEN} AND {when} ORDER BY a.due DESC{pool}) x \
             LEFT JOIN customers c ON c.id = x.customer \
             ORDER BY CASE WHEN x.due > ? THEN x.due ELSE 'later' END, COALESCE(c.level, 'later'), \
             CASE WHEN c.annual_revenue_currency = ? THEN c.annual_revenue ELSE -1 END DESC, x.due, x.id{shown}"
        );
        arguments.extend([midnight, Sql::Text(self.reading().currency.to_string())]);
        let rows = self.db.query(&sql, &arguments)?;
        let ids: Vec<i64> = rows.iter().map(|row| integer(&row[0])).collect();
        let count = rows.first().map_or(0, |row| integer(&row[1])).unsigned_abs();
        let mut columns = vec!["due", "kind", "subject", "customer", "contact", "customer.level"];
        if owners.len() > 1 || title == "Left undone by your people" {
            columns.push("owner");
        }
        self.part(parts, title, "activity", &ids, &columns)?;
        let beyond = weighed.filter(|weighed| count > *weighed);
        count_last(parts, title, beyond.map_or(Total::Exactly(count), Total::MoreThan));
        Ok(())
    }

    /// A part with these records in this order.
    fn part(
        &mut self,
        parts: &mut Parts,
        title: &'static str,
        kind: &str,
        ids: &[i64],
        columns: &[&str],
    ) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let numbers: Vec<String> = ids.iter().map(i64::to_string).collect();
        let query = Query {
            filter: filter::parse(&format!("id={}", numbers.join(",")))?,
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            ..Query::new(kind)
        };
        let mut grid = self.list(&query)?;
        grid.rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
        if !grid.rows.is_empty() {
            parts.push((title, grid));
        }
        Ok(())
    }
}

/// Says how many there are of the last part, where it is that one.
fn count_last(parts: &mut Parts, title: &str, total: Total) {
    if let Some((_, grid)) = parts.last_mut().filter(|(last, _)| *last == title) {
        grid.total = total;
    }
}

/// A limit as a length.
pub(super) fn most(limit: Option<u64>) -> usize {
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}
