//! Forecast (R56, R53): what open deals will bring, by the month they are expected in, weighted by how likely they are.

use super::{
    Part, Report,
    asks::{self, AS_OF, BY, CURRENCY, PIPELINE, WHERE, chosen, words},
    deals::{Basis, number, rounded, weighed},
    groups::Groups,
    parameter, share, tell_few,
};
use crate::{
    Result,
    crm::{Crm, text},
    message::Message,
    pipeline::deal::{BEST_CASE, COMMIT},
    record::{Ask, Choice, Column, Grid, Kind, Value, Values},
    store::Sql,
};
use std::collections::HashMap;

/// `kehu report forecast`.
pub const REPORT: Report = Report {
    name: "forecast",
    title: ["Forecast", "销售预测"],
    doc: "What open deals will bring by the month they are expected in, and what was won; weighted, and as commit, \
          best case and pipeline: as somebody said, else by how likely they are",
    asks: &[
        PROBABILITY,
        BY,
        asks::time("Which won deals stand beside: this-quarter, 2026-q1 (this-year)"),
        AS_OF,
        PIPELINE,
        WHERE,
        CURRENCY,
    ],
    example: "kehu report forecast\n  kehu report forecast --probability owner --by owner -f json",
    run,
};

pub(super) const PROBABILITY: Ask = Ask {
    name: "probability",
    doc: "How likely a deal is: as its stage (or a person) says, or as often as deals of its owner, of its product or \
          all deals are won: stage, owner, product, overall (stage)",
    kind: || {
        words(&[
            ("stage", "Stage", "阶段"),
            ("owner", "Owner", "负责人"),
            ("product", "Product", "产品"),
            ("overall", "Overall", "总体"),
        ])
    },
    required: false,
};

/// What is expected of one group; weighted in billionths of a minor unit.
#[derive(Default, Clone, Copy)]
pub(super) struct Line {
    pub deals: i64,
    pub amount: i64,
    commit: i64,
    best_case: i64,
    pipeline: i64,
    pub weighted: i128,
    pub won: i64,
    closed: i64,
}

impl Line {
    pub fn add(&mut self, other: &Self) {
        self.deals += other.deals;
        self.amount += other.amount;
        self.commit += other.commit;
        self.best_case += other.best_case;
        self.pipeline += other.pipeline;
        self.weighted += other.weighted;
        self.won += other.won;
        self.closed += other.closed;
    }
}

/// Won and lost deals, by owner or product; of all of them under nothing.
pub(super) struct Rates {
    by: HashMap<Option<i64>, (i64, i64)>,
    overall: (i64, i64),
}

impl Rates {
    /// How many of how many were won; where none was decided yet, as often as all deals are.
    fn of(&self, key: Option<i64>) -> (i64, i64) {
        let (won, lost) = self.by.get(&key).copied().unwrap_or(self.overall);
        (won, won + lost)
    }
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let by = probability(values)?;
    let mut basis = Basis::of(crm, values, "month", "close")?;
    basis.in_pipeline(crm, values)?;
    let (groups, rates) = expected(crm, values, &basis, by)?;
    let grid = grid(crm, &basis, groups)?;
    let mut parts = vec![behind(crm, values, &basis, Part::new("Forecast", grid))?];
    if by != "stage" {
        parts.push(Part::new("Win rates", rate_grid(crm, by, &rates)?).of_nothing(super::WEIGHS));
    }
    Ok(parts)
}

/// Who says how likely a deal is to be won.
pub(super) fn probability(values: &Values) -> Result<&'static str> {
    chosen(values, "probability", &["stage", "owner", "product", "overall"])
}

/// What the open deals of a basis will bring, and what was won in the period, by the groups of the basis.
pub(super) fn expected(crm: &mut Crm, values: &Values, basis: &Basis, by: &str) -> Result<(Groups<Line>, Rates)> {
    let rates = rates(crm, values, by)?;
    let mut groups = Groups::<Line>::new();
    let basis = if matches!(by, "stage" | "overall") { basis.clone().summed() } else { basis.clone() };
    let foreign = open(crm, &basis, by, &rates, &mut groups)? + won(crm, values, &basis, &mut groups)?;
    basis.tell_left_out(crm, foreign);
    basis.tell_unbegun(crm)?;
    Ok((groups, rates))
}

/// The field whose win rate weighs a deal.
fn key_of(by: &str) -> &'static str {
    match by {
        "owner" => "t.owner",
        "product" => "t.product",
        _ => "stg.outcome",
    }
}

/// The win rates on that day, of all deals, whichever of them the forecast is of.
fn rates(crm: &mut Crm, values: &Values, by: &str) -> Result<Rates> {
    let as_of = values.iter().filter(|(name, _)| name == "as-of").cloned().collect();
    let all = Basis::of(crm, &as_of, "", "close")?;
    let mut rates = Rates { by: HashMap::new(), overall: (0, 0) };
    if by == "stage" {
        return Ok(rates);
    }
    let all = if by == "overall" { all.summed() } else { all };
    let cells = format!("{}, {}", all.count_if("stg.outcome = 'won'"), all.count_if("stg.outcome = 'lost'"));
    let group = if by == "overall" { "" } else { key_of(by) };
    for (_, cells) in all.tally(crm, group, &cells, "stg.outcome IN ('won', 'lost')")? {
        let (key, at) = if by == "overall" { (None, 0) } else { (id(&cells[0]), 1) };
        let (won, lost) = (number(&cells, at), number(&cells, at + 1));
        rates.overall = (rates.overall.0 + won, rates.overall.1 + lost);
        if by != "overall" {
            rates.by.insert(key, (won, lost));
        }
    }
    Ok(rates)
}

fn id(cell: &Sql) -> Option<i64> {
    if let Sql::Integer(id) = cell { Some(*id) } else { None }
}

/// Sums up the open deals in the currency; those that are left out of forecasts are counted. Says how many are worth
/// something in another currency.
fn open(crm: &mut Crm, basis: &Basis, by: &str, rates: &Rates, groups: &mut Groups<Line>) -> Result<i64> {
    let chance = basis.chance();
    let key = if by == "stage" { String::new() } else { format!(", {}", key_of(by)) };
    let (mut omitted, mut foreign) = (0, 0);
    let cells = basis.cells();
    let first = if key.is_empty() { 2 } else { 3 };
    for (group, cells) in basis.tally(crm, &format!("t.forecast, {chance}{key}"), &cells, "stg.outcome = 'open'")? {
        let (count, sum) = (number(&cells, first), number(&cells, first + 1));
        let (category, likely) = (text(&cells[0]), number(&cells, 1));
        if category == "omitted" {
            omitted += count;
            continue;
        }
        let others = number(&cells, first + 2);
        foreign += others;
        if count == others {
            continue;
        }
        let (part, whole) = if by == "stage" { (likely, 10_000) } else { rates.of(id(&cells[2])) };
        let line = groups.at(&group);
        line.deals += count - others;
        line.amount += sum;
        line.weighted += weighed(sum, part, whole);
        match category.as_str() {
            "commit" => line.commit += sum,
            "best_case" => line.best_case += sum,
            "auto" if likely >= COMMIT => line.commit += sum,
            "auto" if likely >= BEST_CASE => line.best_case += sum,
            _ => line.pipeline += sum,
        }
    }
    if omitted > 0 {
        crm.notice(
            Message::new("{count} {count:deal is|deals are} left out of forecasts by hand.").with("count", omitted),
        );
    }
    Ok(foreign)
}

/// The deals that were closed in the period, by the month in which they were.
fn closed(crm: &Crm, values: &Values, open: &Basis) -> Result<Basis> {
    let mut values = values.clone();
    if parameter(&values, "period").is_empty() {
        let day = parameter(&values, "as-of");
        let year = day.as_text().and_then(|day| day.get(..4));
        values.push(("period".into(), Value::text(year.unwrap_or("this-year"))));
    }
    let mut basis = open.by_day("closed");
    basis.within(crm, &values, "closed")?;
    Ok(basis)
}

/// The list of the deals that were won in the period, and the field that a row is the value of then.
pub(super) fn won_in(crm: &Crm, values: &Values, open: &Basis) -> Result<(String, String)> {
    let closed = closed(crm, values, open)?;
    Ok((format!("outcome=won {}", closed.listed_period()), closed.named_by()))
}

/// The deals behind each number.
fn behind(crm: &Crm, values: &Values, basis: &Basis, part: Part) -> Result<Part> {
    if basis.evening.is_some() {
        return Ok(part.of_nothing(super::PAST));
    }
    let open = "outcome=open forecast!=omitted";
    let (won, field) = won_in(crm, values, basis)?;
    let mut records = basis.records(crm)?.only_by("closed", &*won, &field).only_by("closed_deals", won, &field);
    for column in ["deals", "amount", "weighted"] {
        records = records.only(column, open);
    }
    for category in ["commit", "best_case", "pipeline"] {
        records = records.only(category, format!("counts_as={category}"));
    }
    Ok(part.of(records))
}

/// What was won in the period, by the month in which it was; says how many of them were in another currency.
fn won(crm: &mut Crm, values: &Values, open: &Basis, groups: &mut Groups<Line>) -> Result<i64> {
    let basis = closed(crm, values, open)?.summed();
    let mut foreign = 0;
    for (group, cells) in basis.tally(crm, "", &basis.final_cells(), "stg.outcome = 'won'")? {
        let (count, others) = (number(&cells, 0), number(&cells, 2));
        foreign += others;
        if count > others {
            let line = groups.at(&group);
            line.closed += count - others;
            line.won += number(&cells, 1);
        }
    }
    Ok(foreign)
}

/// A category with the probability from which on a deal counts as one of it.
fn from(category: &str, percent: i64) -> String {
    format!("{category} (≥ {} %)", percent / 100)
}

fn grid(crm: &mut Crm, basis: &Basis, groups: Groups<Line>) -> Result<Grid> {
    let lines = groups.sorted(basis.dated(), |line| line.amount);
    let mut columns: Vec<Column> = basis.column(crm)?.into_iter().collect();
    let grouped = columns.len();
    columns.extend([
        Column::new("deals", "Open deals", "进行中商机", Kind::Integer),
        Column::new("amount", "Amount", "金额", Kind::Money),
        Column::new("weighted", "Weighted", "加权金额", Kind::Money),
        // Where nobody says what a deal is to count as, its probability does.
        Column::new("commit", &from("Commit", COMMIT), &from("承诺", COMMIT), Kind::Money),
        Column::new("best_case", &from("Best case", BEST_CASE), &from("乐观", BEST_CASE), Kind::Money),
        Column::new("pipeline", "Pipeline", "管道", Kind::Money),
        Column::new("closed_deals", "Won deals", "赢单数", Kind::Integer),
        Column::new("closed", "Closed", "已成交", Kind::Money),
    ]);
    let cells = |key: &Value, line: &Line, weighted: i64| -> Vec<Value> {
        let mut cells = vec![key.clone(); grouped];
        cells.extend([Value::Integer(line.deals), basis.money(line.amount), basis.money(weighted)]);
        cells.extend([line.commit, line.best_case, line.pipeline].map(|minor| basis.money(minor)));
        cells.extend([Value::Integer(line.closed), basis.money(line.won)]);
        cells
    };
    // A total is the sum of the lines as they stand.
    let (mut whole, mut weighted) = (Line::default(), 0);
    for (_, line) in &lines {
        weighted += rounded(line.weighted);
        whole.add(line);
    }
    let rows = lines.iter().map(|(key, line)| cells(key, line, rounded(line.weighted))).collect();
    let totals = Some(cells(&Value::Null, &whole, weighted));
    Ok(Grid { totals, ..Grid::of(super::GROUPS, columns, rows) })
}

/// The rates that weighed the deals, with what they rest on.
fn rate_grid(crm: &mut Crm, by: &str, rates: &Rates) -> Result<Grid> {
    let mut rows = Vec::new();
    for (key, (won, lost)) in &rates.by {
        let title = match key {
            Some(id) => Value::Text(crm.title(if by == "owner" { "user" } else { by }, *id)?),
            None => Value::Null,
        };
        rows.push((title, *won, *lost));
    }
    rows.sort_by(|a, b| (b.1 + b.2).cmp(&(a.1 + a.2)).then_with(|| a.0.as_text().cmp(&b.0.as_text())));
    tell_few(crm, rows.iter().map(|(_, won, lost)| won + lost));
    let rate =
        |key: Value, won: i64, lost: i64| vec![key, Value::Integer(won), Value::Integer(lost), share(won, won + lost)];
    let (won, lost) = rates.overall;
    let totals = Some(rate(Value::Null, won, lost));
    let (label, label_zh) = if by == "owner" { ("Owner", "负责人") } else { ("Product", "产品") };
    let overall = Choice { key: "overall".into(), label: "Overall".into(), label_zh: "总体".into(), retired: false };
    let (first, rows) = if by == "overall" {
        let all = Column::new("of", "Of", "范围", Kind::Choice(vec![overall]));
        (all, vec![rate(Value::text("overall"), won, lost)])
    } else {
        let rows = rows.into_iter().map(|(key, won, lost)| rate(key, won, lost));
        (Column::new(by, label, label_zh, Kind::Text), rows.collect())
    };
    let columns = vec![
        first,
        Column::new("won", "Won", "赢单", Kind::Integer),
        Column::new("lost", "Lost", "输单", Kind::Integer),
        Column::new("win_rate", "Win rate", "赢单率", Kind::Percent),
    ];
    let totals = totals.filter(|_| by != "overall");
    Ok(Grid { totals, ..Grid::of(super::GROUPS, columns, rows) })
}
