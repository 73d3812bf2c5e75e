//! The backlog (R107): tickets that are not solved, by how long ago they came in.

use super::{
    Part, Report,
    tickets::{BY, Basis, WHERE},
};
use crate::{
    Result,
    crm::Crm,
    record::{Column, Kind, Value, Values},
};
use std::collections::BTreeMap;

/// `kehu report backlog`.
pub const REPORT: Report = Report {
    name: "backlog",
    title: ["Backlog", "积压工单"],
    doc: "Tickets that are not solved, by age, and how many of them are late",
    asks: &[BY, WHERE],
    example: "kehu report backlog\n  kehu report backlog --by owner -f json",
    run,
};

/// The days at which the columns end.
const AGES: [i64; 4] = [1, 3, 7, 30];

/// All, by age, and those that are late.
type Line = [i64; 7];

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let basis = Basis::of(crm, values, "priority", false)?;
    let now = crm.reading().clock.now().as_second();
    let mut groups: BTreeMap<String, Line> = BTreeMap::new();
    basis.each(crm, &mut |ticket| {
        let days = (now - ticket.received).max(0) / 86_400;
        let place = AGES.iter().position(|age| days < *age).unwrap_or(AGES.len());
        let line = groups.entry(ticket.group).or_default();
        line[0] += 1;
        line[1 + place] += 1;
        line[6] += i64::from(ticket.missed.contains(&true));
    })?;
    let mut all = Line::default();
    for line in groups.values() {
        all.iter_mut().zip(line).for_each(|(sum, count)| *sum += count);
    }
    let cells = |line: &Line| line.iter().map(|count| Value::Integer(*count)).collect::<Vec<_>>();
    let grid = basis.grid(crm, groups, columns(basis.column()), cells(&all), cells)?;
    let records = basis.records().and("status=new,open,pending,on_hold").only("late", "late=yes");
    Ok(vec![Part::new("", grid).of(records)])
}

fn columns(first: Column) -> Vec<Column> {
    let count = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Integer);
    vec![
        first,
        count("tickets", "Open", "未解决"),
        count("day", "Under a day", "不足1天"),
        count("days", "1 to 3 days", "1-3天"),
        count("week", "3 to 7 days", "3-7天"),
        count("month", "7 to 30 days", "7-30天"),
        count("older", "Older", "更久"),
        count("late", "Late", "已逾期"),
    ]
}
