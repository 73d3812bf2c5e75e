//! Who did how much: the operations of a period by person and door.

use super::{Part, Report, asks, parameter};
use crate::{
    Result,
    crm::Crm,
    record::{Column, Grid, Kind, Value, Values, types},
};
use std::collections::BTreeMap;

/// `kehu report operations`.
pub const REPORT: Report = Report {
    name: "operations",
    title: ["Operations", "操作统计"],
    doc: "Who wrote how often, through which door",
    asks: &[asks::time("Which days: today, this-week, 2026-03 (today)")],
    example: "kehu report operations --period this-year",
    run,
};

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let period = parameter(values, "period");
    let (first, last) = types::parse_period(period.as_text().unwrap_or("today"), crm.reading())?;
    let (from, until) = types::day_bounds(first, last, crm.reading())?;
    let mut counts: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for line in crm.operations(None)?.into_iter().filter(|line| line.at >= from && line.at <= until) {
        let (all, undone) = counts.entry((line.actor, line.door)).or_default();
        *all += 1;
        *undone += i64::from(line.undone_by.is_some());
    }
    let columns = vec![
        Column::new("who", "Who", "谁", Kind::Text),
        Column::new("door", "Door", "途径", Kind::Text),
        Column::new("operations", "Operations", "操作数", Kind::Integer),
        Column::new("undone", "Undone", "已撤销", Kind::Integer),
    ];
    let row = |((who, door), (all, undone))| {
        vec![Value::Text(who), Value::Text(door), Value::Integer(all), Value::Integer(undone)]
    };
    let rows = counts.into_iter().map(row).collect();
    Ok(vec![Part::new("", Grid::of("people", columns, rows)).of_nothing(super::LOGGED)])
}
