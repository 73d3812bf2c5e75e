//! Whose birthday falls on the coming days, by the day of the year.

use crate::{
    Result,
    crm::{Crm, integer, text},
    store::Sql,
};
use jiff::{ToSpan, civil::Date};

/// No more of one colleague's people are told of.
const MOST: usize = 100;

impl Crm {
    /// The contacts of a colleague, and of the customers that the colleague looks after, who have their birthday from
    /// one day to another, with the day; the first day first.
    pub(super) fn birthdays(&mut self, owner: i64, first: Date, last: Date) -> Result<Vec<(Date, i64)>> {
        let days = days_of_year(first, last);
        let marks = vec!["?"; days.len()].join(", ");
        // Of one owner's customers the index is short, so each person costs one look into it.
        let by_owner = self.db.dialect().by_index("customers_owner_index");
        let sql = format!(
            "SELECT p.id, SUBSTR(p.birthday, LENGTH(p.birthday) - 4) FROM contacts p \
             WHERE p.birthday IS NOT NULL AND p.deleted_at IS NULL \
             AND SUBSTR(p.birthday, LENGTH(p.birthday) - 4) IN ({marks}) \
             AND (p.owner = ? OR EXISTS (SELECT 1 FROM customers c{by_owner} \
             WHERE c.owner = ? AND c.deleted_at IS NULL AND c.id = p.customer)) LIMIT {MOST}"
        );
        let mut arguments: Vec<Sql> = days.iter().map(|(written, _)| Sql::Text(written.clone())).collect();
        arguments.extend([Sql::Integer(owner), Sql::Integer(owner)]);
        let rows = self.db.query(&sql, &arguments)?;
        let day = |row: &[Sql]| {
            let written = text(&row[1]);
            days.iter().find(|(known, _)| *known == written).map(|(_, day)| (*day, integer(&row[0])))
        };
        let mut found: Vec<(Date, i64)> = rows.iter().filter_map(|row| day(row)).collect();
        found.sort_unstable();
        Ok(found)
    }
}

/// Each day as birthdays are written, `03-31`; who was born on a 29th of February has it on the 28th of other years.
fn days_of_year(first: Date, last: Date) -> Vec<(String, Date)> {
    let mut days = Vec::new();
    for day in first.series(1.day()).take_while(|day| *day <= last) {
        days.push((day.strftime("%m-%d").to_string(), day));
        if (day.month(), day.day()) == (2, 28) && !day.in_leap_year() {
            days.push(("02-29".to_owned(), day));
        }
    }
    days
}
