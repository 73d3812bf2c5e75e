//! The board to work on: a pipeline's deals as columns, by stage or by the month that they are expected in, of which
//! only the cards that are looked at are read.

mod brief;
mod cards;
mod drop;
mod mix;

pub use brief::{Brief, Person};
pub use cards::{Card, Order, Step};
pub use drop::Why;
pub use mix::{Mix, Signal};

use super::{Outcome, Pipeline, Stage, moment::Moment, pipeline, weighing};
use crate::{
    Result,
    crm::{Crm, Query, tally::Tally},
    record::{
        Currency, Id, Money,
        filter::{Filter, Operand, Operator, Test},
    },
    store::Sql,
};
use jiff::{ToSpan, civil::Date};
use std::collections::{BTreeMap, HashMap};

/// How many months have a column of their own.
const MONTHS: i32 = 12;

/// Which deals a board shows, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The usual one unless said.
    pub pipeline: Option<Id<Pipeline>>,
    /// By the month of the expected day instead of by stage.
    pub months: bool,
    pub filter: Filter,
}

/// What a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Stage(i64),
    /// Expected in a month that is over.
    Before,
    /// A month, by its first day.
    Month(Date),
    /// Expected later than the months that have a column.
    After,
    /// Nobody said when.
    Never,
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    pub key: Key,
    /// The name of the stage; none for a month.
    pub name: String,
    pub outcome: Outcome,
    /// After how many days without a touch a deal goes stale here.
    pub days_to_rot: Option<i64>,
    pub deals: u64,
    /// What they are worth, by currency, that of the house first; and the same by how likely they are.
    pub amounts: Vec<Money>,
    pub weighted: Vec<Money>,
}

impl Column {
    fn new(key: Key, name: &str, outcome: Outcome) -> Self {
        let (amounts, weighted) = (Vec::new(), Vec::new());
        Self { key, name: name.to_owned(), outcome, days_to_rot: None, deals: 0, amounts, weighted }
    }
}

/// What was counted under one stage, month, probability and currency.
struct Sum {
    key: Key,
    probability: i64,
    currency: Option<Currency>,
    deals: u64,
    minor: i64,
}

impl Crm {
    /// The columns of a board with what they come to, without any card.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn board_columns(&mut self, wanted: &Wanted) -> Result<Vec<Column>> {
        let now = Moment::of(self, None)?;
        self.board_columns_at(wanted, &now)
    }

    /// The columns as they were at a moment.
    pub(super) fn board_columns_at(&mut self, wanted: &Wanted, moment: &Moment) -> Result<Vec<Column>> {
        let Some((pipeline, stages)) = self.board_stages(wanted)? else { return Ok(Vec::new()) };
        let mut columns: Vec<Column> = if wanted.months {
            self.months().into_iter().map(|key| Column::new(key, "", Outcome::Open)).collect()
        } else {
            stages.iter().map(of_stage).collect()
        };
        let mut weights: HashMap<(Key, Currency), i128> = HashMap::new();
        for sum in self.board_sums(wanted, pipeline, &stages, moment)? {
            let Some(column) = columns.iter_mut().find(|column| column.key == sum.key) else { continue };
            column.deals += sum.deals;
            if let Some(currency) = sum.currency {
                add(&mut column.amounts, sum.minor, currency);
                *weights.entry((sum.key, currency)).or_default() +=
                    weighing::weighed(sum.minor, sum.probability, 10_000);
            }
        }
        let base = self.reading().currency;
        for column in &mut columns {
            column.amounts.sort_by_key(|money| (money.currency != base, std::cmp::Reverse(money.minor)));
            let weighted = column.amounts.iter().map(|money| Money {
                minor: weighing::rounded(weights.get(&(column.key, money.currency)).copied().unwrap_or_default()),
                ..*money
            });
            column.weighted = weighted.collect();
        }
        Ok(columns)
    }

    /// The pipeline of a board by its number and name.
    ///
    /// # Errors
    /// A pipeline that is not there.
    pub fn board_pipeline(&mut self, wanted: &Wanted) -> Result<Option<(i64, String)>> {
        let Some((pipeline, _)) = self.board_stages(wanted)? else { return Ok(None) };
        Ok(Some((pipeline.number, self.title("pipeline", pipeline.number)?)))
    }

    /// All deals of a column.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn board_deals(&mut self, wanted: &Wanted, key: Key) -> Result<Vec<i64>> {
        let Some((_, stages)) = self.board_stages(wanted)? else { return Ok(Vec::new()) };
        let filter = self.column_filter(key, &stages, &wanted.filter);
        self.matching(&Query { filter, ..Query::new("deal") })
    }

    /// The pipeline of a board and its stages; none where there is no pipeline yet.
    pub(super) fn board_stages(&mut self, wanted: &Wanted) -> Result<Option<(Id<Pipeline>, Vec<Stage>)>> {
        let pipeline = match wanted.pipeline {
            Some(pipeline) => pipeline,
            None => match pipeline::usual(self)? {
                Some(pipeline) => pipeline,
                None => return Ok(None),
            },
        };
        Ok(Some((pipeline, pipeline::stages(self, pipeline)?)))
    }

    /// The columns of a forecast: what is overdue, a year of months, what is later, what has no day.
    fn months(&self) -> Vec<Key> {
        let first = self.reading().clock.today().first_of_month();
        let months = (0..MONTHS).filter_map(|ahead| first.checked_add(ahead.months()).ok()).map(Key::Month);
        [Key::Before].into_iter().chain(months).chain([Key::After, Key::Never]).collect()
    }

    /// The column of a month as `2026-04`, or of none.
    fn month(&self, text: Option<&str>) -> Key {
        let first = self.reading().clock.today().first_of_month();
        let month: Option<Date> = text.and_then(|text| format!("{text}-01").parse().ok());
        let end = first.checked_add(MONTHS.months()).unwrap_or(Date::MAX);
        match month {
            None => Key::Never,
            Some(month) if month < first => Key::Before,
            Some(month) if month >= end => Key::After,
            Some(month) => Key::Month(month),
        }
    }

    fn board_sums(
        &mut self,
        wanted: &Wanted,
        pipeline: Id<Pipeline>,
        stages: &[Stage],
        moment: &Moment,
    ) -> Result<Vec<Sum>> {
        let rows: Vec<Vec<Sql>> = if wanted.filter == Filter::All && moment.evening.is_none() {
            let sql = "SELECT t.stage, NULLIF(t.close, ''), t.probability, NULLIF(t.amount_currency, ''), \
                       CAST(SUM(t.records) AS BIGINT), CAST(SUM(t.amount) AS BIGINT) FROM deal_totals t \
                       WHERE t.pipeline = ? GROUP BY t.stage, t.close, t.probability, t.amount_currency";
            self.db.query(sql, &[Sql::Integer(pipeline.number)])?
        } else {
            let query = Query { filter: wanted.filter.clone(), ..Query::new("deal") };
            let [value, code] = moment.value();
            let tally = Tally {
                query: &query,
                beside: &moment.beside(),
                by: &format!("stg.id, SUBSTR(t.close, 1, 7), t.probability, {code}"),
                cells: &format!("COUNT(*), CAST(COALESCE(SUM({value}), 0) AS BIGINT)"),
                condition: &format!("stg.pipeline = {}", pipeline.number),
            };
            self.tally(&tally)?.1.into_iter().map(|(_, cells)| cells).collect()
        };
        let open: BTreeMap<i64, bool> =
            stages.iter().map(|stage| (stage.id.number, stage.outcome == Outcome::Open)).collect();
        let sum = |cells: &Vec<Sql>| {
            let [Sql::Integer(stage), month, probability, code, Sql::Integer(count), Sql::Integer(minor)] = &cells[..]
            else {
                return None;
            };
            let key = match wanted.months {
                false => Key::Stage(*stage),
                true if open.get(stage).copied().unwrap_or_default() => self.month(written(month)),
                true => return None,
            };
            Some(Sum {
                key,
                probability: probability.as_integer().unwrap_or_default().max(0),
                currency: written(code).and_then(|code| <[u8; 3]>::try_from(code.as_bytes()).ok()).map(Currency),
                deals: count.unsigned_abs(),
                minor: *minor,
            })
        };
        Ok(rows.iter().filter_map(sum).collect())
    }

    /// What makes a deal one of a column, beside the filter of the board.
    pub(super) fn column_filter(&self, key: Key, stages: &[Stage], filter: &Filter) -> Filter {
        let test = |path: &str, values: Vec<Operand>| {
            Filter::Test(Test { path: vec![path.to_owned()], operator: Operator::Equal, values })
        };
        let refs = |stages: &mut dyn Iterator<Item = i64>| {
            stages.map(|stage| Operand::Value(format!("ST{stage}"))).collect::<Vec<_>>()
        };
        let first = self.reading().clock.today().first_of_month();
        let day = |day: Result<Date, jiff::Error>| day.ok().map(|day| day.to_string());
        let close = match key {
            Key::Stage(stage) => {
                return Filter::And(vec![test("stage", refs(&mut [stage].into_iter())), filter.clone()]);
            }
            Key::Never => Vec::new(),
            Key::Before => vec![Operand::Range(None, day(first.yesterday()))],
            Key::After => vec![Operand::Range(day(first.checked_add(MONTHS.months())), None)],
            Key::Month(month) => vec![Operand::Range(Some(month.to_string()), Some(month.last_of_month().to_string()))],
        };
        let mut open = stages.iter().filter(|stage| stage.outcome == Outcome::Open).map(|stage| stage.id.number);
        let close = Filter::Test(Test {
            path: vec!["close".to_owned()],
            operator: if close.is_empty() { Operator::Has } else { Operator::Equal },
            values: close,
        });
        Filter::And(vec![test("stage", refs(&mut open)), close, filter.clone()])
    }
}

fn of_stage(stage: &Stage) -> Column {
    let column = Column::new(Key::Stage(stage.id.number), &stage.name, stage.outcome);
    Column { days_to_rot: stage.days_to_rot, ..column }
}

fn add(amounts: &mut Vec<Money>, minor: i64, currency: Currency) {
    match amounts.iter_mut().find(|money| money.currency == currency) {
        Some(money) => money.minor = money.minor.saturating_add(minor),
        None => amounts.push(Money { minor, currency }),
    }
}

fn written(cell: &Sql) -> Option<&str> {
    match cell {
        Sql::Text(text) => Some(text),
        _ => None,
    }
}
