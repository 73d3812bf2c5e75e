//! Won and lost (R52, R58): how many deals, how often, for how much; by reason, competitor, owner, product, month.

use super::{
    Part, Report,
    asks::{self, AS_OF, BY, CURRENCY, PIPELINE, WHERE},
    deals::{Basis, half_even, number},
    groups::{Groups, middle},
    share, tell_few,
};
use crate::{
    Result,
    crm::{Crm, text},
    record::{Column, Grid, Kind, Value, Values},
    store::{List, Sql},
};
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
};

/// `kehu report win-loss`.
pub const REPORT: Report = Report {
    name: "win-loss",
    title: ["Won and lost", "赢单输单"],
    doc: "Deals won and lost, how often and for how much, by owner, reason, competitor, product, month …",
    asks: &[
        BY,
        asks::time("Only deals closed then: this-quarter, 2026-q1 (all, and the open ones)"),
        AS_OF,
        PIPELINE,
        WHERE,
        CURRENCY,
    ],
    example: "kehu report win-loss --by reason\n  kehu report win-loss --by owner --period this-year -f json",
    run,
};

/// What came of the deals of one group.
#[derive(Default, Clone, Copy)]
struct Line {
    won: i64,
    lost: i64,
    open: i64,
    shelved: i64,
    revenue: i64,
    missed: i64,
    /// Won deals whose amount is in the currency.
    summed: i64,
}

impl Line {
    fn add(&mut self, other: &Self) {
        self.won += other.won;
        self.lost += other.lost;
        self.open += other.open;
        self.shelved += other.shelved;
        self.revenue += other.revenue;
        self.missed += other.missed;
        self.summed += other.summed;
    }

    /// Adds deals of an outcome, worth so much but for those in other currencies.
    fn count_in(&mut self, outcome: &str, count: i64, sum: i64, others: i64) {
        match outcome {
            "won" => {
                self.won += count;
                self.revenue += sum;
                self.summed += count - others;
            }
            "lost" => {
                self.lost += count;
                self.missed += sum;
            }
            "shelved" => self.shelved += count,
            _ => self.open += count,
        }
    }

    fn count(&self) -> i64 {
        self.won + self.lost + self.open + self.shelved
    }

    fn cells(&self, basis: &Basis, median: Option<i64>) -> Vec<Value> {
        let average = half_even(i128::from(self.revenue), i128::from(self.summed.max(1)));
        let average = i64::try_from(average).unwrap_or_default();
        let mut cells: Vec<Value> =
            [self.count(), self.won, self.lost, self.shelved, self.open].map(Value::Integer).into();
        cells.push(share(self.won, self.won + self.lost));
        cells.push(basis.money(self.revenue));
        cells.push(if self.summed > 0 { basis.money(average) } else { Value::Null });
        cells.push(median.map_or(Value::Null, |median| basis.money(median)));
        cells.push(basis.money(self.missed));
        cells
    }
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let mut basis = Basis::of(crm, values, "owner", "closed")?;
    basis.in_pipeline(crm, values)?;
    let within = basis.within(crm, values, "closed")?.is_some();
    // What was not lost has no reason and no competitor, and what is open no month.
    let condition = match (basis.dated() || within, &basis.evening) {
        (false, _) => "",
        (true, None) => "t.closed IS NOT NULL",
        // What was closed later was open on that day.
        (true, Some(_)) => "t.closed IS NOT NULL AND stg.outcome <> 'open'",
    };
    let (mut groups, mut foreign) = (Groups::<Line>::new(), 0);
    let rival = matches!(super::parameter(values, "by").as_text(), Some("competitor" | "竞争对手"));
    let mut whole = Line::default();
    let parts = if rival { by_rival(crm, &basis)? } else { vec![basis.clone()] };
    let mut rows = Vec::new();
    for basis in &parts {
        rows.extend(
            basis.tally(crm, by_of(basis), &basis.cells(), condition)?.into_iter().map(|row| keyed(basis, row)),
        );
    }
    for (key, cells) in rows {
        let (count, sum, others) = (number(&cells, 1), number(&cells, 2), number(&cells, 3));
        groups.at(&key).count_in(&text(&cells[0]), count, sum, others);
        foreign += others;
    }
    if rival {
        // A deal with several competitors stands with each of them, but is one deal.
        let all = basis.ungrouped();
        foreign = 0;
        for (_, cells) in all.tally(crm, "stg.outcome", &all.cells(), condition)? {
            whole.count_in(&text(&cells[0]), number(&cells, 1), number(&cells, 2), number(&cells, 3));
            foreign += number(&cells, 3);
        }
    }
    let lines = groups.sorted(basis.dated(), |line| line.won + line.lost);
    if !rival {
        for (_, line) in &lines {
            whole.add(line);
        }
    }
    tell_few(crm, lines.iter().map(|(_, line)| line.won + line.lost));
    basis.tell_foreign(crm, foreign);
    basis.tell_unbegun(crm)?;
    let mut columns: Vec<Column> = basis.column(crm)?.into_iter().collect();
    let grouped = columns.len();
    columns.extend([
        Column::new("deals", "Deals", "商机数", Kind::Integer),
        Column::new("won", "Won", "赢单", Kind::Integer),
        Column::new("lost", "Lost", "输单", Kind::Integer),
        Column::new("shelved", "Shelved", "搁置", Kind::Integer),
        Column::new("open", "Open", "进行中", Kind::Integer),
        Column::new("win_rate", "Win rate", "赢单率", Kind::Percent),
        Column::new("revenue", "Revenue", "成交额", Kind::Money),
        Column::new("average", "Average", "平均成交额", Kind::Money),
        Column::new("median", "Median", "成交额中位数", Kind::Money),
        Column::new("missed", "Missed", "输单额", Kind::Money),
    ]);
    let mut amounts = HashMap::new();
    for basis in &parts {
        collect_amounts(crm, basis, condition, &mut amounts)?;
    }
    let mut all = HashMap::new();
    collect_amounts(crm, &basis.ungrouped(), condition, &mut all)?;
    let all: Amounts = all.into_values().next().unwrap_or_default();
    let row = |key: &Value, line: &Line, amounts: Option<&Amounts>| {
        let key = std::iter::repeat_n(key.clone(), grouped);
        key.chain(line.cells(&basis, amounts.and_then(median))).collect::<Vec<Value>>()
    };
    let rows = lines.iter().map(|(key, line)| row(key, line, amounts.get(key))).collect();
    let totals = Some(row(&Value::Null, &whole, Some(&all)));
    let records = basis.records(crm)?.and(basis.listed_period());
    let records = [
        ("won", "won"),
        ("revenue", "won"),
        ("average", "won"),
        ("median", "won"),
        ("lost", "lost"),
        ("missed", "lost"),
    ]
    .into_iter()
    .chain([("shelved", "shelved"), ("open", "open"), ("win_rate", "won,lost")])
    .fold(records, |records, (column, outcome)| records.only(column, format!("outcome={outcome}")));
    Ok(vec![Part::new("", Grid { totals, ..Grid::of(super::GROUPS, columns, rows) }).of(records)])
}

/// What won deals were worth, with how many were worth so much.
type Amounts = BTreeMap<i64, i64>;

/// The deals by whom they were lost to; all others by each of the competitors that are known of them.
fn by_rival(crm: &mut Crm, basis: &Basis) -> Result<Vec<Basis>> {
    let lost_to = "(stg.outcome = 'lost' AND COALESCE(t.lost_to, '') <> '')";
    let mut lost = basis.clone();
    lost.conditions.push(lost_to.to_owned());
    let mut others = basis.ungrouped();
    others.conditions.push(format!("NOT {lost_to}"));
    let schema = crm.schema("deal")?;
    if let Some(field) = schema.field("competitors") {
        let rivals = List::of(crm.db.dialect(), &schema, field);
        let _ =
            write!(others.beside, " LEFT JOIN {} rival ON {} AND {RIVALS}", rivals.table(), rivals.belongs("rival"));
    }
    Ok(vec![lost, others])
}

/// How the competitors stand beside a deal `t`.
const RIVALS: &str = "rival.record = t.id";

fn by_of(basis: &Basis) -> &'static str {
    if basis.beside.ends_with(RIVALS) { "stg.outcome, rival.value" } else { "stg.outcome" }
}

/// A row under the competitor of its second cell, where it is grouped by that.
fn keyed(basis: &Basis, (key, mut cells): (Value, Vec<Sql>)) -> (Value, Vec<Sql>) {
    if !basis.beside.ends_with(RIVALS) {
        return (key, cells);
    }
    (named(&cells.remove(1)), cells)
}

fn named(cell: &Sql) -> Value {
    Some(text(cell)).filter(|name| !name.is_empty()).map_or(Value::Null, Value::Text)
}

fn collect_amounts(crm: &mut Crm, basis: &Basis, condition: &str, found: &mut HashMap<Value, Amounts>) -> Result<()> {
    let [value, code] = basis.value();
    let more = if condition.is_empty() { String::new() } else { format!(" AND {condition}") };
    let won = format!("stg.outcome = 'won' AND {code} = '{}'{more}", basis.currency);
    let rival = basis.beside.ends_with(RIVALS);
    let by = if rival { format!("{value}, rival.value") } else { value };
    for (key, cells) in basis.tally(crm, &by, &basis.count(), &won)? {
        let (key, count) = if rival { (named(&cells[1]), 2) } else { (key, 1) };
        *found.entry(key).or_default().entry(number(&cells, 0)).or_default() += number(&cells, count);
    }
    Ok(())
}

/// The middle one, or halfway between the middle two.
fn median(amounts: &Amounts) -> Option<i64> {
    let (low, high) = middle(amounts)?;
    i64::try_from(half_even(i128::from(low) + i128::from(high), 2)).ok()
}
