//! The pools (X1): how many customers wait in each and how many are taken, and what went in and out in a period, by
//! pool and by colleague.

use super::{Part, Records, Report, asks, period};
use crate::{
    Result,
    crm::{Crm, integer, text},
    record::{Column, Grid, Kind, Link, Value, Values, types},
    store::Sql,
};
use std::collections::BTreeMap;

/// `kehu report pool`.
pub const REPORT: Report = Report {
    name: "pool",
    title: ["Pools", "公海"],
    doc: "Customers that wait in each pool and that are taken; claimed, released and recovered in a period, by colleague",
    asks: &[asks::time("When it was: last-month, 2026-q1 (this-month)")],
    example: "kehu report pool\n  kehu report pool --period this-year -f json",
    run,
};

/// The steps that are counted, in the order of the columns.
const STEPS: [&str; 6] = ["entered", "claimed", "assigned", "released", "recovered", "warned"];

fn columns() -> [Column; 6] {
    let count = |name, label, label_zh| Column::new(name, label, label_zh, Kind::Integer);
    [
        count("entered", "Put in", "放入"),
        count("claimed", "Claimed", "领取"),
        count("assigned", "Assigned", "分配"),
        count("released", "Released", "退回"),
        count("recovered", "Recovered", "收回"),
        count("warned", "Warned", "提醒"),
    ]
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let (first, last) = period(crm, values, "this-month")?;
    let (start, end) = types::day_bounds(first, last, crm.reading())?;
    let bounds = [Sql::Text(start), Sql::Text(end)];
    let mut pools = Records::of("customer").by("pool", "pool").only("waiting", "not pool: owner:");
    pools = pools.only("taken", "not pool: not owner:");
    let mut people = Records::of("pool_move").and(format!("at={first}..{last}")).by("colleague", "taker");
    for (place, step) in STEPS.into_iter().enumerate() {
        pools = pools.instead(step, "pool_move", format!("action={step} at={first}..{last}"), "pool");
        let field = if place < 3 { "taker" } else { "former" };
        people = people.only_by(step, format!("action={step}"), field);
    }
    let colleagues = by_colleague(crm, &bounds)?;
    Ok(vec![Part::new("Pools", by_pool(crm, &bounds)?).of(pools), Part::new("By colleague", colleagues).of(people)])
}

type Counts = BTreeMap<i64, [i64; 6]>;

/// Steps of the period by a link of theirs.
fn steps(crm: &mut Crm, by: &str, bounds: &[Sql; 2]) -> Result<Counts> {
    let sql = format!(
        "SELECT {by} AS who, m.action, COUNT(*) FROM pool_moves m WHERE m.at >= ? AND m.at <= ? \
         AND m.deleted_at IS NULL AND {by} IS NOT NULL GROUP BY {by}, m.action"
    );
    let mut counts = Counts::new();
    for row in crm.db.query(&sql, bounds)? {
        if let Some(place) = STEPS.iter().position(|step| *step == text(&row[1])) {
            counts.entry(integer(&row[0])).or_default()[place] += integer(&row[2]);
        }
    }
    Ok(counts)
}

fn by_pool(crm: &mut Crm, bounds: &[Sql; 2]) -> Result<Grid> {
    let steps = steps(crm, "m.pool", bounds)?;
    let sql = "SELECT p.id, p.name, COALESCE(SUM(CASE WHEN c.owner IS NULL AND c.id IS NOT NULL THEN 1 ELSE 0 END), 0), \
               COALESCE(SUM(CASE WHEN c.owner IS NOT NULL THEN 1 ELSE 0 END), 0) FROM pools p \
               LEFT JOIN customers c ON c.pool = p.id AND c.deleted_at IS NULL \
               WHERE p.deleted_at IS NULL GROUP BY p.id, p.name ORDER BY p.id";
    let mut all = vec![
        Column::new("pool", "Pool", "公海", Kind::Link("pool".into())),
        Column::new("waiting", "Waiting", "待领取", Kind::Integer),
        Column::new("taken", "Taken", "已领取", Kind::Integer),
    ];
    all.extend(columns());
    let mut rows = Vec::new();
    for row in crm.db.query(sql, &[])? {
        let id = integer(&row[0]);
        let mut numbers = vec![integer(&row[2]), integer(&row[3])];
        numbers.extend(steps.get(&id).copied().unwrap_or_default());
        rows.push((link(id, text(&row[1]), "PO"), numbers));
    }
    Ok(with_totals("pools", all, rows))
}

/// What somebody claimed or got, and what they let go or lost.
fn by_colleague(crm: &mut Crm, bounds: &[Sql; 2]) -> Result<Grid> {
    let mut counts = steps(crm, "m.taker", bounds)?;
    for (who, lost) in steps(crm, "m.former", bounds)? {
        let mine = counts.entry(who).or_default();
        // Who got a customer is counted already.
        for place in 3..STEPS.len() {
            mine[place] += lost[place];
        }
    }
    let names = crm.links("user", &counts.keys().copied().collect::<Vec<_>>())?;
    let mut all = vec![Column::new("colleague", "Colleague", "同事", Kind::Link("user".into()))];
    all.extend(columns());
    let row = |(who, numbers): (&i64, &[i64; 6])| {
        let name = names.get(who).map(|known| known.title.clone()).unwrap_or_default();
        (link(*who, name, "U"), numbers.to_vec())
    };
    let rows = counts.iter().map(row).collect();
    Ok(with_totals("colleagues", all, rows))
}

fn link(id: i64, title: String, letter: &'static str) -> Value {
    Value::Link(Link { id, title, uid: String::new(), letter })
}

fn with_totals(noun: &str, columns: Vec<Column>, rows: Vec<(Value, Vec<i64>)>) -> Grid {
    let mut totals = vec![0; columns.len() - 1];
    for (_, numbers) in &rows {
        for (total, number) in totals.iter_mut().zip(numbers) {
            *total += number;
        }
    }
    let whole = |numbers: Vec<i64>| numbers.into_iter().map(Value::Integer);
    let cells = rows.into_iter().map(|(first, numbers)| std::iter::once(first).chain(whole(numbers)).collect());
    let mut grid = Grid::of(noun, columns, cells.collect());
    if !grid.rows.is_empty() {
        grid.totals = Some(std::iter::once(Value::Null).chain(whole(totals)).collect());
    }
    grid
}
