//! The report of a day, composed from what was really done (R152).

use super::{Part, Records, Report, parameter};
use crate::{
    Result,
    crm::{Crm, Query, Sort, integer, text},
    error::Error,
    message::Message,
    record::{Ask, Column, Grid, Kind, Row, Total, Value, Values, filter, types},
    store::Sql,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// `kehu report day`.
pub const REPORT: Report = Report {
    name: "day",
    title: ["Day", "日报"],
    doc: "What was done on a day, what was not, and what comes tomorrow",
    asks: &[
        Ask { name: "date", doc: "Which day (today)", kind: || Kind::Date, required: false },
        Ask { name: "user", doc: "Whose day (yours)", kind: || Kind::Link("user".into()), required: false },
    ],
    example: "kehu report day --date yesterday --user U2",
    run,
};

/// More new customers than these were imported, and nobody reads them one by one.
const MOST: u64 = 50;

/// A day of one colleague.
struct Day {
    user: i64,
    /// `U2`.
    short: String,
    date: Date,
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let user = parameter(values, "user").as_integer().or_else(|| crm.actor().map(|(id, _)| id));
    let Some(user) = user else {
        return Err(Error::bad_value(Message::new("Nobody works here yet, so there is no day to report on.")));
    };
    let day = parameter(values, "date").as_text().and_then(|day| day.parse().ok());
    let day =
        Day { user, short: crm.schema("user")?.short(user), date: day.unwrap_or_else(|| crm.reading().clock.today()) };
    let done = day.done(crm)?;
    let mut parts = vec![("The day", day.head(crm, &done)?), ("Done by kind", by_kind(&done)), ("Done", done)];
    parts.push(("New customers", day.new_customers(crm)?));
    parts.push(("Changed life cycles", day.lifecycles(crm)?));
    parts.push(("Planned and not done", day.not_done(crm)?));
    parts.push(("Planned for the next day", day.next_day(crm)?));
    let behind = day.behind();
    let part = |(title, grid)| match title {
        "The day" => Part::new(title, grid).of(behind.clone().only("customers", "not customer:")),
        "Done by kind" => Part::new(title, grid).of(behind.clone().by("kind", "kind")),
        _ => Part::new(title, grid),
    };
    Ok(parts.into_iter().map(part).collect())
}

impl Day {
    /// What was done that day.
    fn behind(&self) -> Records {
        Records::of("activity").and(format!("owner={} done={}", self.short, self.date))
    }

    fn list(crm: &mut Crm, kind: &str, condition: &str, columns: &[&str], sort: &str) -> Result<Grid> {
        crm.list(&Query {
            filter: filter::parse(condition)?,
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            sort: Sort::parse(sort),
            limit: (kind == "customer").then_some(MOST),
            ..Query::new(kind)
        })
    }

    fn done(&self, crm: &mut Crm) -> Result<Grid> {
        let columns = ["done", "kind", "direction", "subject", "customer", "contact", "outcome", "minutes"];
        let Self { short, date: day, .. } = self;
        Self::list(crm, "activity", &format!("owner={short} done={day}"), &columns, "done,id")
    }

    /// Whose day it was, and what it comes to.
    fn head(&self, crm: &mut Crm, done: &Grid) -> Result<Grid> {
        let mut customers: Vec<i64> = done.rows.iter().filter_map(|row| row.cells[4].as_integer()).collect();
        customers.sort_unstable();
        customers.dedup();
        let columns = vec![
            Column::new("date", "Date", "日期", Kind::Date),
            Column::new("colleague", "Colleague", "同事", Kind::Text),
            Column::new("activities", "Activities", "活动", Kind::Integer),
            Column::new("minutes", "Minutes", "分钟", Kind::Integer),
            Column::new("customers", "Customers", "客户", Kind::Integer),
        ];
        let row = vec![
            Value::Text(self.date.to_string()),
            Value::Text(crm.title("user", self.user)?),
            count(done.rows.len()),
            Value::Integer(done.rows.iter().map(minutes).sum()),
            count(customers.len()),
        ];
        Ok(Grid::of("days", columns, vec![row]))
    }

    /// Those that came to the colleague, or that the colleague brought.
    fn new_customers(&self, crm: &mut Crm) -> Result<Grid> {
        let Self { short, date: day, .. } = self;
        let condition = format!("created_at={day} (owner={short} or created_by={short})");
        Self::list(crm, "customer", &condition, &["name", "level", "city", "source", "owner"], "id")
    }

    /// What was due that day and was not done by its end.
    fn not_done(&self, crm: &mut Crm) -> Result<Grid> {
        let Self { short, date: day, .. } = self;
        let condition = format!("owner={short} due={day} (done: or done>{day})");
        let columns = ["due", "kind", "subject", "customer", "state", "moved", "cancelled_because"];
        Self::list(crm, "activity", &condition, &columns, "due,id")
    }

    fn next_day(&self, crm: &mut Crm) -> Result<Grid> {
        let next = self.date.tomorrow().unwrap_or(self.date);
        let condition = format!("owner={} due={next} done: cancelled:", self.short);
        Self::list(crm, "activity", &condition, &["due", "kind", "subject", "customer", "contact"], "due,id")
    }

    /// What the colleague made of whom, from the change log: where the day began and where it ended.
    fn lifecycles(&self, crm: &mut Crm) -> Result<Grid> {
        let (from, until) = types::day_bounds(self.date, self.date, crm.reading())?;
        let sql = "SELECT t.id, t.name, c.before, c.after FROM customers t \
                   JOIN change c ON c.\"key\" = t.id AND c.kind = 'customer' AND c.what = 'update' \
                   JOIN operation o ON o.id = c.op WHERE t.updated_at >= ? AND t.deleted_at IS NULL AND o.actor = ? \
                   AND o.at >= ? AND o.at <= ? AND c.after LIKE '%\"lifecycle\":%' ORDER BY c.id";
        let arguments = [Sql::Text(from.clone()), Sql::Integer(self.user), Sql::Text(from), Sql::Text(until)];
        let mut changes: BTreeMap<i64, (String, String, String)> = BTreeMap::new();
        for row in crm.db.query(sql, &arguments)? {
            let entry = changes
                .entry(integer(&row[0]))
                .or_insert_with(|| (text(&row[1]), lifecycle(&text(&row[2])), String::new()));
            entry.2 = lifecycle(&text(&row[3]));
        }
        let schema = crm.schema("customer")?;
        let kind = schema.field("lifecycle").map_or(Kind::Text, |field| field.kind.clone());
        let columns = vec![
            Column::new("name", "Name", "名称", Kind::Text),
            Column::new("before", "Before", "原阶段", kind.clone()),
            Column::new("after", "After", "现阶段", kind),
        ];
        let moved = changes.into_iter().filter(|(_, (_, before, after))| before != after);
        let row = |(id, (name, before, after))| Row {
            id,
            short: schema.short(id),
            cells: [name, before, after].map(Value::Text).to_vec(),
        };
        let rows: Vec<Row> = moved.map(row).collect();
        Ok(Grid { noun: "customers".into(), columns, total: Total::Exactly(rows.len() as u64), rows, totals: None })
    }
}

/// The stage in one side of a change.
fn lifecycle(json: &str) -> String {
    let side: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    side["lifecycle"].as_str().unwrap_or_default().to_owned()
}

fn minutes(row: &Row) -> i64 {
    row.cells.last().and_then(Value::as_integer).unwrap_or_default()
}

fn count(number: usize) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// How many of each kind, and how long they took.
fn by_kind(done: &Grid) -> Grid {
    let mut counts: Vec<(Value, i64, i64)> = Vec::new();
    for row in &done.rows {
        let kind = row.cells[1].clone();
        match counts.iter_mut().find(|(known, _, _)| *known == kind) {
            Some((_, times, sum)) => (*times, *sum) = (*times + 1, *sum + minutes(row)),
            None => counts.push((kind, 1, minutes(row))),
        }
    }
    counts.sort_by_key(|(_, times, _)| -times);
    let columns = vec![
        done.columns[1].clone(),
        Column::new("count", "Count", "次数", Kind::Integer),
        Column::new("minutes", "Minutes", "分钟", Kind::Integer),
    ];
    let totals = [1, 2].map(|place| counts.iter().map(|(_, times, sum)| if place == 1 { *times } else { *sum }).sum());
    let rows = counts.into_iter().map(|(kind, times, sum)| vec![kind, Value::Integer(times), Value::Integer(sum)]);
    let mut grid = Grid::of("kinds", columns, rows.collect());
    let [times, sum] = totals;
    grid.totals = (grid.rows.len() > 1).then(|| vec![Value::Null, Value::Integer(times), Value::Integer(sum)]);
    grid
}
