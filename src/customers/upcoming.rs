//! Which occasions come: birthdays and other days of the year, solar and lunar, of whoever still works there.
//!
//! What is kept on a day that a year lacks is kept on the last day of that month: one of 29 February on the 28th, one of
//! the 30th of a lunar month on the 29th. An occasion of a leap month is kept in it where the year has that leap month,
//! else in the month of its number; any other is never kept in a leap month.

use super::{
    lunar::{LunarDay, leap_month},
    occasion::EARLIEST,
};
use crate::{
    Result,
    crm::{Crm, integer, text},
    error::Error,
    message::Message,
    record::{Column, Grid, Kind, Link, Row, Schema, Total, Value},
    store::Sql,
};
use jiff::{ToSpan, civil::Date};
use std::collections::HashMap;

/// A day by which occasions are found: lunar or not, in a leap month or not, month and day.
type Key = (bool, bool, String);

/// One that was found.
struct Found {
    on: Date,
    name: String,
    contact: Option<(String, i64)>,
    customer: Option<(String, i64)>,
    phone: Value,
    years: Option<i64>,
    lunar: bool,
    day: String,
}

/// The day of the year of a birthday, as its index has it.
const BORN: &str = "SUBSTR(p.birthday, LENGTH(p.birthday) - 4)";

impl Crm {
    /// The occasions from the first to the last day, at most a year, and those whose reminder is due by then, in the
    /// order of their days: of all customers and contacts, or of those that one colleague looks after. Who has left
    /// their company is left out.
    ///
    /// # Errors
    /// A time of more than a year.
    pub fn occasions_between(&mut self, first: Date, last: Date, owner: Option<i64>) -> Result<Grid> {
        self.some_occasions(first, last, owner, None)
    }

    /// The occasions from the first to the last day; where so many are enough, at most one birthday more than these of
    /// the first day, and of the days after it.
    pub(super) fn some_occasions(
        &mut self,
        first: Date,
        last: Date,
        owner: Option<i64>,
        enough: Option<u64>,
    ) -> Result<Grid> {
        if (last - first).get_days() > 366 {
            return Err(Error::bad_value(Message::new("Occasions are told for at most a year.")));
        }
        let reminded = last.checked_add(EARLIEST.days()).unwrap_or(last);
        let (near, all) = (days(first, last), days(first, reminded));
        let mut found = match (owner, enough) {
            (Some(owner), Some(enough)) => {
                let (today, coming): (HashMap<_, _>, _) =
                    near.clone().into_iter().partition(|(_, date)| *date == first);
                let mut found = self.first_birthdays(&today, owner, enough)?;
                found.extend(self.first_birthdays(&coming, owner, enough)?);
                found
            }
            _ => self.birthdays(&near, owner, None)?,
        };
        found.extend(self.kept_occasions(&near, &all, last, owner)?);
        // What is yet to happen for the first time has no anniversary.
        found.retain(|found| found.years.is_none_or(|years| years >= 0));
        found.sort_by(|one, other| {
            (one.on, &one.name, &one.contact, &one.customer).cmp(&(
                other.on,
                &other.name,
                &other.contact,
                &other.customer,
            ))
        });
        let columns = columns(&*self.schema("occasion")?);
        let total = Total::Exactly(found.len() as u64);
        let rows = found.into_iter().map(row).collect();
        Ok(Grid { noun: "occasions".to_owned(), columns, rows, totals: None, total })
    }

    /// Birthdays of a colleague's people in the order of their days, and not many more than are enough: who looks after
    /// thousands of people need not wait until the last of a week is found.
    fn first_birthdays(&mut self, near: &HashMap<Key, Date>, owner: i64, enough: u64) -> Result<Vec<Found>> {
        let mut dates: Vec<Date> = near.values().copied().collect();
        dates.sort_unstable();
        dates.dedup();
        let mut found = Vec::new();
        for date in dates {
            let missing = (enough + 1).saturating_sub(found.len() as u64);
            if missing == 0 {
                break;
            }
            let keys = near.iter().filter(|(_, on)| **on == date).map(|(key, on)| (key.clone(), *on)).collect();
            found.extend(self.birthdays(&keys, Some(owner), Some(missing))?);
        }
        Ok(found)
    }

    fn birthdays(&mut self, near: &HashMap<Key, Date>, owner: Option<i64>, enough: Option<u64>) -> Result<Vec<Found>> {
        let keys: Vec<&str> = near.keys().filter(|(lunar, _, _)| !lunar).map(|(_, _, day)| &**day).collect();
        let condition = match owner {
            None => format!("p.birthday IS NOT NULL AND {BORN} IN ({})", marks(keys.len())),
            Some(_) => format!("p.id IN ({})", self.born_on(keys.len(), enough)),
        };
        let sql = format!(
            "SELECT p.id, p.name, k.id, k.name, COALESCE(p.mobile, p.phone, k.phone), p.birthday, \
             p.\"left\" OR k.deleted_at IS NOT NULL FROM contacts p LEFT JOIN customers k ON k.id = p.customer \
             WHERE {condition} AND p.deleted_at IS NULL",
        );
        let mut rows = self.db.query(&sql, &arguments(&keys, owner))?;
        let most = rows.len() as u64;
        rows.retain(|row| row[6].as_bool() != Some(true));
        if enough.is_some_and(|enough| enough <= most && enough > rows.len() as u64) {
            // Some of those that were enough have left, so the others are wanted after all.
            return self.birthdays(near, owner, None);
        }
        Ok(rows.iter().filter_map(|row| birthday(row, near)).collect())
    }

    /// The contacts of a colleague, and of the customers that the colleague looks after, with a birthday on so many
    /// days, as a statement: its index has all that it asks for, so the others' people are never fetched.
    fn born_on(&self, days: usize, enough: Option<u64>) -> String {
        // Of one owner's customers the index is short, so each person costs one look into it.
        let by_owner = self.db.dialect().by_index("customers_owner_index");
        let cut = enough.map(|enough| format!(" LIMIT {enough}")).unwrap_or_default();
        format!(
            "SELECT b.id FROM contacts b WHERE b.birthday IS NOT NULL AND b.deleted_at IS NULL \
             AND SUBSTR(b.birthday, LENGTH(b.birthday) - 4) IN ({}) AND (b.owner = ? OR EXISTS (SELECT 1 FROM \
             customers c{by_owner} WHERE c.owner = ? AND c.deleted_at IS NULL AND c.id = b.customer)){cut}",
            marks(days)
        )
    }

    fn kept_occasions(
        &mut self,
        near: &HashMap<Key, Date>,
        all: &HashMap<Key, Date>,
        last: Date,
        owner: Option<i64>,
    ) -> Result<Vec<Found>> {
        let distinct = |days: &HashMap<Key, Date>| {
            let mut keys: Vec<String> = days.keys().map(|(_, _, day)| day.clone()).collect();
            keys.sort();
            keys.dedup();
            keys
        };
        let (far_keys, near_keys) = (distinct(all), distinct(near));
        let sql = format!(
            "SELECT p.id, p.name, k.id, k.name, COALESCE(p.mobile, p.phone, k.phone), \
             o.name, o.day, o.year, o.calendar, o.leap, o.remind \
             FROM occasions o LEFT JOIN contacts p ON p.id = o.contact \
             LEFT JOIN customers k ON k.id = COALESCE(o.customer, p.customer) \
             WHERE o.day IN ({}) AND (o.remind > 0 OR o.day IN ({})) AND o.deleted_at IS NULL \
             AND (p.id IS NULL OR (p.deleted_at IS NULL AND NOT p.\"left\")) AND (k.id IS NULL OR k.deleted_at IS NULL){}",
            marks(far_keys.len()),
            marks(near_keys.len()),
            owned(owner),
        );
        let keys: Vec<&str> = far_keys.iter().chain(&near_keys).map(String::as_str).collect();
        let rows = self.db.query(&sql, &arguments(&keys, owner))?;
        Ok(rows.iter().filter_map(|row| occasion(row, all, last)).collect())
    }
}

fn owned(owner: Option<i64>) -> &'static str {
    if owner.is_some() { " AND (p.owner = ? OR k.owner = ?)" } else { "" }
}

fn marks(count: usize) -> String {
    if count == 0 { "NULL".to_owned() } else { vec!["?"; count].join(", ") }
}

fn arguments(keys: &[&str], owner: Option<i64>) -> Vec<Sql> {
    let owner = owner.map(Sql::Integer);
    keys.iter().map(|key| Sql::text(*key)).chain([owner.clone(), owner].into_iter().flatten()).collect()
}

/// The first day from one to another on which each occasion is kept that is kept then.
fn days(first: Date, last: Date) -> HashMap<Key, Date> {
    let mut days = HashMap::new();
    for date in first.series(1.day()).take_while(|date| *date <= last) {
        for key in kept_on(date) {
            days.entry(key).or_insert(date);
        }
    }
    days
}

/// Which occasions are kept on a day.
fn kept_on(date: Date) -> Vec<Key> {
    let mut keys = vec![(false, false, date.strftime("%m-%d").to_string())];
    if (date.month(), date.day(), date.in_leap_year()) == (2, 28, false) {
        keys.push((false, false, "02-29".to_owned()));
    }
    let Some(lunar) = LunarDay::of(date) else { return keys };
    let last_of_short = lunar.day == 29 && lunar.month_length() == 29;
    for day in std::iter::once(lunar.day).chain(last_of_short.then_some(30)) {
        let day = format!("{:02}-{day:02}", lunar.month);
        if lunar.leap || leap_month(lunar.year) != Some(lunar.month) {
            keys.push((true, true, day.clone()));
        }
        if !lunar.leap {
            keys.push((true, false, day));
        }
    }
    keys
}

fn birthday(row: &[Sql], near: &HashMap<Key, Date>) -> Option<Found> {
    let born = text(&row[5]);
    let (year, day) = born.split_at_checked(born.len().checked_sub(5)?)?;
    let on = *near.get(&(false, false, day.to_owned()))?;
    let years = years(year.trim_end_matches('-').parse().ok(), on, false);
    Some(Found { name: "birthday".to_owned(), on, years, lunar: false, day: day.to_owned(), ..who(row) })
}

fn occasion(row: &[Sql], all: &HashMap<Key, Date>, last: Date) -> Option<Found> {
    let (day, lunar) = (text(&row[6]), text(&row[8]) == "lunar");
    let leap = lunar && row[9].as_bool() == Some(true);
    let on = *all.get(&(lunar, leap, day.clone()))?;
    let early = row[10].as_integer().unwrap_or_default().clamp(0, EARLIEST);
    if on.checked_sub(early.days()).ok()? > last {
        return None;
    }
    let years = years(row[7].as_integer(), on, lunar);
    Some(Found { name: text(&row[5]), on, years, lunar, day, ..who(row) })
}

/// How many years it is since the first time, where that is known.
fn years(first: Option<i64>, on: Date, lunar: bool) -> Option<i64> {
    let year = if lunar { LunarDay::of(on)?.year } else { on.year() };
    first.map(|first| i64::from(year) - first)
}

fn who(row: &[Sql]) -> Found {
    let named = |at: usize| (!row[at].is_null()).then(|| (text(&row[at + 1]), integer(&row[at])));
    Found {
        on: Date::ZERO,
        name: String::new(),
        contact: named(0),
        customer: named(2),
        phone: row[4].as_text().map_or(Value::Null, Value::text),
        years: None,
        lunar: false,
        day: String::new(),
    }
}

fn columns(schema: &Schema) -> Vec<Column> {
    let kind_of = |name: &str| schema.field(name).map_or(Kind::Text, |field| field.kind.clone());
    vec![
        Column::new("on", "On", "日期", Kind::Date),
        Column::new("occasion", "Occasion", "事由", kind_of("kind")),
        Column::new("contact", "Contact", "联系人", Kind::Link("contact".into())),
        Column::new("customer", "Customer", "客户", Kind::Link("customer".into())),
        Column::new("phone", "Phone", "电话", Kind::Phone),
        Column::new("years", "Years", "周年", Kind::Integer),
        Column::new("calendar", "Calendar", "历法", kind_of("calendar")),
        Column::new("day", "Day", "日子", Kind::Text),
    ]
}

fn row(found: Found) -> Row {
    let link = |who: &Option<(String, i64)>, letter: &'static str| match who {
        Some((title, id)) => Value::Link(Link { id: *id, title: title.clone(), uid: String::new(), letter }),
        None => Value::Null,
    };
    let (contact, customer) = (link(&found.contact, "P"), link(&found.customer, "C"));
    let (id, short) = match (&contact, &customer) {
        (Value::Link(link), _) | (_, Value::Link(link)) => (link.id, link.short()),
        _ => (0, String::new()),
    };
    let cells = vec![
        Value::Text(found.on.to_string()),
        Value::Text(found.name),
        contact,
        customer,
        found.phone,
        found.years.filter(|years| *years > 0).map_or(Value::Null, Value::Integer),
        Value::text(if found.lunar { "lunar" } else { "solar" }),
        Value::Text(found.day),
    ];
    Row { id, short, cells }
}
