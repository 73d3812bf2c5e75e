//! Stale deals (R55): those that were quiet for longer than their stage allows, with what was last and what is planned.

use super::{
    Part, Report,
    asks::{AS_OF, PIPELINE, WHERE, day},
    parameter,
};
use crate::{
    Result,
    crm::{Crm, Query, text},
    message::Message,
    pipeline::{Stale, moment::Moment},
    record::{
        Ask, Column, Grid, Id, Kind, Row, Total, Value, Values,
        filter::{self, Filter},
    },
    store::Sql,
};
use std::collections::HashMap;

/// `kehu report stale`.
pub const REPORT: Report = Report {
    name: "stale",
    title: ["Stale deals", "停滞商机"],
    doc: "Open deals that nobody touched or moved for longer than their stage allows, with nothing planned: the longest \
          first, with what was last and what was to be done",
    asks: &[
        Ask {
            name: "days",
            doc: "Quiet for so many days, whatever the stage allows",
            kind: || Kind::Integer,
            required: false,
        },
        Ask { name: "limit", doc: "At most so many; 0 for all (50)", kind: || Kind::Integer, required: false },
        AS_OF,
        PIPELINE,
        WHERE,
    ],
    example: "kehu report stale --days 7\n  kehu report stale --where owner=me --limit 10 -f json",
    run,
};

/// How many are shown if nothing is said.
const SHOWN: i64 = 50;

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let filter = match parameter(values, "where").as_text() {
        Some(condition) => filter::parse(condition)?,
        None => Filter::All,
    };
    let only = match parameter(values, "pipeline").as_text() {
        Some(name) => Some(Id::new(crm.find("pipeline", name).map_err(|error| error.on_field("pipeline"))?)),
        None => None,
    };
    let days = parameter(values, "days").as_integer().map(|days| days.max(0));
    let as_of = day(crm, parameter(values, "as-of").as_text())?;
    let moment = Moment::of(crm, as_of)?;
    if days.is_none() && !crm.stages_allow_days(only)? {
        crm.notice(Message::new(
            "No stage says after how many days a deal goes stale: kehu report stale --days 30 says it for all of them.",
        ));
    }
    let mut stale = crm.stale_deals_on(only, &filter, days, as_of)?;
    let total = Total::Exactly(stale.len() as u64);
    let limit = parameter(values, "limit").as_integer().unwrap_or(SHOWN).max(0);
    if limit > 0 {
        stale.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let mut grid = grid(crm, &stale, &moment)?;
    grid.total = total;
    Ok(vec![Part::new("", grid)])
}

/// The deals in the order in which they were found.
fn grid(crm: &mut Crm, stale: &[Stale], moment: &Moment) -> Result<Grid> {
    let mut known: HashMap<i64, Row> = HashMap::new();
    let mut columns = Vec::new();
    // No deal has the number 0: the headings stand over nothing too.
    let numbers: Vec<i64> = if stale.is_empty() { vec![0] } else { stale.iter().map(|stale| stale.deal).collect() };
    for some in numbers.chunks(200) {
        let numbers: Vec<String> = some.iter().map(i64::to_string).collect();
        let query = Query {
            filter: filter::parse(&format!("id={}", numbers.join(",")))?,
            columns: ["name", "customer", "stage", "owner", "amount"].map(str::to_owned).into(),
            ..Query::new("deal")
        };
        let grid = crm.list(&query)?;
        columns = grid.columns;
        known.extend(grid.rows.into_iter().map(|row| (row.id, row)));
    }
    columns.extend([
        Column::new("quiet", "Quiet days", "停滞天数", Kind::Integer),
        Column::new("allowed", "Allowed", "允许天数", Kind::Integer),
        Column::new("last_at", "Last", "最近联系", Kind::Timestamp),
        Column::new("last", "What it was", "联系内容", Kind::Text),
        Column::new("planned_at", "Was planned for", "原定", Kind::Timestamp),
        Column::new("planned", "What is to be done", "待办", Kind::Text),
    ]);
    let (done, planned) = touches(moment);
    let mut rows = Vec::new();
    for found in stale {
        let Some(mut row) = known.remove(&found.deal) else { continue };
        row.cells.extend([Value::Integer(found.quiet), Value::Integer(found.allowed)]);
        row.cells.extend(activity(crm, found.deal, &done, "done")?);
        row.cells.extend(activity(crm, found.deal, &planned, "due")?);
        rows.push(row);
    }
    Ok(Grid { noun: "deals".to_owned(), columns, rows, ..Grid::default() })
}

/// Which activities were done and which were planned at a moment, the latest and the next first.
fn touches(moment: &Moment) -> (String, String) {
    let done = format!("done IS NOT NULL{} ORDER BY a.done DESC", moment.known("a.done"));
    let planned = match &moment.evening {
        None => "done IS NULL AND a.cancelled IS NULL".to_owned(),
        Some(evening) => format!(
            "created_at <= '{evening}' AND (a.done IS NULL OR a.done > '{evening}') \
             AND (a.cancelled IS NULL OR a.cancelled > '{evening}')"
        ),
    };
    (done, format!("{planned} ORDER BY a.due"))
}

/// When and what the first of a deal's activities is, in that order.
fn activity(crm: &mut Crm, deal: i64, which: &str, day: &str) -> Result<[Value; 2]> {
    let sql = format!(
        "SELECT a.{day}, a.subject FROM activities a WHERE a.deal = ? AND a.deleted_at IS NULL AND a.{which} \
         NULLS LAST, a.id DESC LIMIT 1"
    );
    let row = crm.db.first(&sql, &[Sql::Integer(deal)])?;
    Ok(row.map_or([Value::Null, Value::Null], |row| {
        let value = |cell: &Sql| match text(cell) {
            empty if empty.is_empty() => Value::Null,
            text => Value::Text(text),
        };
        [value(&row[0]), value(&row[1])]
    }))
}
