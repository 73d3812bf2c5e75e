//! Velocity (R55): how long deals take until they are won or lost, what that brings in a day, and time in stages.

use super::{
    Part, Report,
    asks::{self, AS_OF, BY, CURRENCY, PIPELINE, WHERE},
    deals::{Basis, half_even, number},
    groups::{Groups, middle},
};
use crate::{
    Result,
    crm::{Crm, text},
    pipeline::Stage,
    record::{Column, Grid, Id, Kind, Value, Values},
    store::Sql,
};
use jiff::civil::Date;
use std::{collections::BTreeMap, fmt::Write};

/// `kehu report velocity`.
pub const REPORT: Report = Report {
    name: "velocity",
    title: ["Velocity", "成交速度"],
    doc: "Days until deals are won or lost, what they bring in a day, and how long they stay in each stage",
    asks: &[BY, asks::time("Only deals closed then: this-quarter, 2026-q1 (all)"), AS_OF, PIPELINE, WHERE, CURRENCY],
    example: "kehu report velocity\n  kehu report velocity --by product --period this-year -f json",
    run,
};

/// Days from beginning to end, with how many deals took so many.
#[derive(Default)]
struct Cycles {
    days: BTreeMap<i64, i64>,
}

impl Cycles {
    fn count(&self) -> i64 {
        self.days.values().sum()
    }

    fn sum(&self) -> i64 {
        self.days.iter().map(|(days, count)| days * count).sum()
    }

    fn average(&self) -> Value {
        tenths(self.sum(), self.count())
    }

    /// The middle one, or between the middle two.
    fn median(&self) -> Value {
        middle(&self.days).map_or(Value::Null, |(low, high)| Value::Integer((low + high) * 5))
    }
}

/// A quotient with one decimal place; none of nothing.
fn tenths(sum: i64, count: i64) -> Value {
    if count == 0 {
        return Value::Null;
    }
    let tenths = half_even(i128::from(sum) * 10, i128::from(count));
    Value::Integer(i64::try_from(tenths).unwrap_or(i64::MAX))
}

#[derive(Default)]
struct Line {
    won: Cycles,
    lost: Cycles,
    /// How many there are, dated or not.
    wins: i64,
    losses: i64,
    open: i64,
    revenue: i64,
}

impl Line {
    /// What is open, as often as deals are won and for as much, in the time that takes.
    fn per_day(&self, basis: &Basis) -> Value {
        let (days, decided) = (self.won.sum(), self.wins + self.losses);
        if basis.dated() || days == 0 || decided == 0 {
            return Value::Null;
        }
        let number = i128::from(self.open) * i128::from(self.revenue) * i128::from(self.won.count());
        let number = half_even(number, i128::from(decided) * i128::from(days));
        basis.money(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn cells(&self, basis: &Basis) -> Vec<Value> {
        let mut closed = Cycles::default();
        for (days, count) in self.won.days.iter().chain(&self.lost.days) {
            *closed.days.entry(*days).or_default() += count;
        }
        vec![
            Value::Integer(self.won.count()),
            self.won.average(),
            self.won.median(),
            Value::Integer(self.lost.count()),
            self.lost.average(),
            closed.average(),
            Value::Integer(self.won.sum()),
            Value::Integer(self.lost.sum()),
            self.per_day(basis),
        ]
    }
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let mut basis = Basis::of(crm, values, "", "closed")?;
    basis.in_pipeline(crm, values)?;
    let open = basis.by_day("closed");
    basis.within(crm, values, "closed")?;
    let cycles = cycles(crm, &basis, &open)?;
    basis.tell_unbegun(crm)?;
    let stages = stages(crm, &basis)?;
    let dated = "not started: not closed:";
    let mut records = basis.records(crm)?.and(basis.listed_period()).only("per_day", "outcome=open");
    for (outcome, columns) in [
        ("won", &["won", "days_won", "median_won", "sum_won"][..]),
        ("lost", &["lost", "days_lost", "sum_lost"]),
        ("won,lost", &["days_closed"]),
    ] {
        for column in columns {
            records = records.only(column, format!("outcome={outcome} {dated}"));
        }
    }
    Ok(vec![
        Part::new("Days to close", cycles).of(records),
        Part::new("Time in stages", stages).of_nothing(super::LOGGED),
    ])
}

/// `open` are the same deals whenever they were closed, for those that are open were not closed in any period.
fn cycles(crm: &mut Crm, basis: &Basis, open: &Basis) -> Result<Grid> {
    let (mut groups, mut foreign) = (Groups::<Line>::new(), 0);
    // What is open has no month.
    let condition = if basis.dated() { "t.closed IS NOT NULL" } else { "" };
    for (key, cells) in basis.tally(crm, "stg.outcome", &basis.cells(), condition)? {
        let line = groups.at(&key);
        match text(&cells[0]).as_str() {
            "won" => {
                (line.wins, line.revenue) = (number(&cells, 1), number(&cells, 2));
                foreign += number(&cells, 3);
            }
            "lost" => line.losses = number(&cells, 1),
            _ => {}
        }
    }
    // A month that is over has no open deals; only of groups it can be said what theirs bring in a day.
    if !basis.dated() {
        for (key, cells) in open.tally(crm, "", &open.count(), "stg.outcome = 'open'")? {
            groups.at(&key).open = number(&cells, 0);
        }
    }
    let closed = "stg.outcome IN ('won', 'lost') AND t.started IS NOT NULL AND t.closed IS NOT NULL";
    for (key, cells) in basis.tally(crm, "stg.outcome, t.started, t.closed", "COUNT(*)", closed)? {
        let line = groups.at(&key);
        let cycles = if text(&cells[0]) == "won" { &mut line.won } else { &mut line.lost };
        *cycles.days.entry(days(&cells[1], &cells[2])).or_default() += number(&cells, 3);
    }
    basis.tell_foreign(crm, foreign);
    let mut columns: Vec<Column> = basis.column(crm)?.into_iter().collect();
    let grouped = columns.len();
    let decimal = || Kind::Decimal { scale: 1 };
    columns.extend([
        Column::new("won", "Won", "赢单", Kind::Integer),
        Column::new("days_won", "Days to win", "赢单平均天数", decimal()),
        Column::new("median_won", "Median", "赢单天数中位数", decimal()),
        Column::new("lost", "Lost", "输单", Kind::Integer),
        Column::new("days_lost", "Days to lose", "输单平均天数", decimal()),
        Column::new("days_closed", "Days to close", "平均成交周期", decimal()),
        Column::new("sum_won", "Days won in all", "赢单总天数", Kind::Integer),
        Column::new("sum_lost", "Days lost in all", "输单总天数", Kind::Integer),
        Column::new("per_day", "A day", "日均产出", Kind::Money),
    ]);
    let rows = groups.sorted(basis.dated(), |line| line.won.count());
    let row = |(key, line): &(Value, Line)| {
        std::iter::repeat_n(key.clone(), grouped).chain(line.cells(basis)).collect::<Vec<Value>>()
    };
    Ok(Grid::of(super::GROUPS, columns, rows.iter().map(row).collect()))
}

fn days(started: &Sql, closed: &Sql) -> i64 {
    let day = |cell: &Sql| text(cell).parse::<Date>().ok();
    match (day(started), day(closed)) {
        (Some(started), Some(closed)) => closed.duration_since(started).as_hours() / 24,
        _ => 0,
    }
}

/// How long deals stayed in the stages that they left.
fn stages(crm: &mut Crm, basis: &Basis) -> Result<Grid> {
    let mut left = basis.ungrouped();
    left.beside.push_str(" JOIN stage_moves step ON step.deal = t.id AND step.deleted_at IS NULL");
    if let Some(evening) = &left.evening {
        let _ = write!(left.beside, " AND step.at <= '{evening}'");
    }
    let cells = "COUNT(*), CAST(COALESCE(SUM(step.seconds), 0) AS BIGINT)";
    let mut found = Vec::new();
    for (_, cells) in left.tally(crm, "step.origin", cells, "step.origin IS NOT NULL")? {
        let stage: Stage = crm.get(Id::new(number(&cells, 0)))?;
        let pipeline = crm.title("pipeline", stage.pipeline.number)?;
        found.push((pipeline, stage.position, stage.name, number(&cells, 1), number(&cells, 2)));
    }
    found.sort();
    let columns = vec![
        Column::new("pipeline", "Pipeline", "销售流程", Kind::Text),
        Column::new("stage", "Stage", "阶段", Kind::Text),
        Column::new("left", "Left it", "离开次数", Kind::Integer),
        Column::new("days", "Days there", "平均停留天数", Kind::Decimal { scale: 1 }),
    ];
    let rows = found.into_iter().map(|(pipeline, _, stage, count, seconds)| {
        vec![Value::Text(pipeline), Value::Text(stage), Value::Integer(count), tenths(seconds / 360, count * 240)]
    });
    Ok(Grid::of("stages", columns, rows.collect()))
}
