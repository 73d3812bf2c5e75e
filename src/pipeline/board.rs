//! The board: a pipeline's open deals by stage, the largest first, with those that nobody has touched for too long.

use super::{Deal, Outcome, Pipeline, Stage, moment::Moment, pipeline};
use crate::{
    Result,
    crm::{Crm, Query, Sort, tally::Tally},
    record::{
        Currency, Id, Money, Total, Value,
        filter::{Filter, Operand, Operator, Test},
    },
    store::Sql,
};
use jiff::civil::Date;
use std::{cmp::Reverse, collections::BTreeMap};

/// One column of the board.
#[derive(Debug, Clone)]
pub struct Lane {
    pub stage: Stage,
    pub deals: u64,
    /// What they are worth, by currency.
    pub amounts: Vec<Money>,
    /// How many have gone stale, as far as counting is cheap.
    pub stale: Total,
    /// The largest.
    pub cards: Vec<Card>,
}

/// A deal on the board.
#[derive(Debug, Clone)]
pub struct Card {
    pub id: i64,
    pub name: String,
    pub customer: String,
    pub owner: String,
    pub amount: Option<Money>,
    pub close: String,
    pub stale: bool,
}

impl Crm {
    /// The board of a pipeline, the usual one unless said, with at most so many deals in each stage.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn board(&mut self, pipeline: Option<Id<Pipeline>>, filter: &Filter, most: u64) -> Result<Vec<Lane>> {
        self.board_on(pipeline, filter, most, None)
    }

    /// As [`Crm::board`] at the end of an earlier day: each deal in the stage where its history has it then.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn board_on(
        &mut self,
        pipeline: Option<Id<Pipeline>>,
        filter: &Filter,
        most: u64,
        day: Option<Date>,
    ) -> Result<Vec<Lane>> {
        let Some(pipeline) = pipeline.map_or_else(|| pipeline::usual(self), |id| Ok(Some(id)))? else {
            return Ok(Vec::new());
        };
        let moment = Moment::of(self, day)?;
        let open = pipeline::stages(self, pipeline)?.into_iter().filter(|stage| stage.outcome == Outcome::Open);
        let mut sums = self.lane_sums(pipeline, filter, &moment)?;
        let mut lanes = Vec::new();
        for stage in open {
            let (deals, amounts) = sums.remove(&stage.id.number).unwrap_or_default();
            let stale = if deals == 0 { Total::Exactly(0) } else { self.count_stale(&stage, filter, &moment)? };
            let cards = match (deals, &moment.evening) {
                (0, _) => Vec::new(),
                (_, None) => self.largest_deals(&stage, filter, most, &moment)?,
                (_, Some(_)) => self.largest_then(&stage, filter, most, &moment)?,
            };
            lanes.push(Lane { stage, deals, amounts, stale, cards });
        }
        Ok(lanes)
    }

    /// How many open deals there are in each stage, and what they are worth.
    fn lane_sums(
        &mut self,
        pipeline: Id<Pipeline>,
        filter: &Filter,
        moment: &Moment,
    ) -> Result<BTreeMap<i64, (u64, Vec<Money>)>> {
        let rows = if *filter == Filter::All && moment.evening.is_none() {
            let sql = "SELECT t.stage, NULLIF(t.amount_currency, ''), CAST(SUM(t.records) AS BIGINT), \
                       CAST(SUM(t.amount) AS BIGINT) FROM deal_totals t WHERE t.pipeline = ? GROUP BY t.stage, t.amount_currency";
            self.db.query(sql, &[Sql::Integer(pipeline.number)])?
        } else {
            let query = Query { filter: filter.clone(), ..Query::new("deal") };
            let [value, code] = moment.value();
            let tally = Tally {
                query: &query,
                beside: &moment.beside(),
                by: &format!("stg.id, {code}"),
                cells: &format!("COUNT(*), CAST(COALESCE(SUM({value}), 0) AS BIGINT)"),
                condition: &format!("stg.pipeline = {} AND stg.outcome = 'open'", pipeline.number),
            };
            self.tally(&tally)?.1.into_iter().map(|(_, cells)| cells).collect()
        };
        Ok(by_stage(rows))
    }

    /// The deals that were the largest of a stage on an earlier day, as they were worth then.
    fn largest_then(&mut self, stage: &Stage, filter: &Filter, most: u64, moment: &Moment) -> Result<Vec<Card>> {
        let query = Query { filter: filter.clone(), ..Query::new("deal") };
        let [value, code] = moment.value();
        let tally = Tally {
            query: &query,
            beside: &moment.beside(),
            by: &format!("t.id, {value}, {code}"),
            cells: "COUNT(*)",
            condition: &format!("stg.id = {}", stage.id.number),
        };
        let mut worth: Vec<(i64, Option<Money>)> = Vec::new();
        for (_, cells) in self.tally(&tally)?.1 {
            worth.push((cells[0].as_integer().unwrap_or_default(), money(&cells[1], &cells[2])));
        }
        worth.sort_by_key(|(id, money)| (Reverse(money.map(|money| money.minor)), *id));
        worth.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let mut cards = Vec::new();
        for (id, amount) in worth {
            let one = Filter::Test(Test {
                path: vec!["id".into()],
                operator: Operator::Equal,
                values: vec![Operand::Value(id.to_string())],
            });
            cards.extend(self.cards(stage, one, 1, moment)?.into_iter().map(|card| Card { amount, ..card }));
        }
        Ok(cards)
    }

    fn largest_deals(&mut self, stage: &Stage, filter: &Filter, most: u64, moment: &Moment) -> Result<Vec<Card>> {
        let here = Filter::Test(Test {
            path: vec!["stage".into()],
            operator: Operator::Equal,
            values: vec![Operand::Value(format!("ST{}", stage.id.number))],
        });
        self.cards(stage, Filter::And(vec![here, filter.clone()]), most, moment)
    }

    /// The largest deals that match, as cards of a stage.
    fn cards(&mut self, stage: &Stage, filter: Filter, most: u64, moment: &Moment) -> Result<Vec<Card>> {
        let query = Query {
            filter,
            columns: ["name", "customer", "owner", "amount", "close"].map(str::to_owned).into(),
            sort: Sort::parse("-amount,close"),
            limit: Some(most),
            paging: true,
            ..Query::new("deal")
        };
        let grid = self.list(&query)?;
        let rotten = self.stale_among(stage, &grid.rows.iter().map(|row| row.id).collect::<Vec<_>>(), moment)?;
        let title = |value: &Value| match value {
            Value::Link(link) => link.title.clone(),
            value => value.as_text().unwrap_or_default().to_owned(),
        };
        let card = |row: &crate::record::Row| Card {
            id: row.id,
            name: title(&row.cells[0]),
            customer: title(&row.cells[1]),
            owner: title(&row.cells[2]),
            amount: if let Value::Money(money) = row.cells[3] { Some(money) } else { None },
            close: title(&row.cells[4]),
            stale: rotten.contains(&row.id),
        };
        Ok(grid.rows.iter().map(card).collect())
    }
}

fn money(minor: &Sql, code: &Sql) -> Option<Money> {
    let (Sql::Integer(minor), Sql::Text(code)) = (minor, code) else { return None };
    let code = <[u8; 3]>::try_from(code.as_bytes()).ok()?;
    Some(Money { minor: *minor, currency: Currency(code) })
}

/// Stage, currency, count and sum by stage, the largest sum first.
fn by_stage(rows: Vec<Vec<Sql>>) -> BTreeMap<i64, (u64, Vec<Money>)> {
    let mut found: BTreeMap<i64, (u64, Vec<Money>)> = BTreeMap::new();
    for cells in rows {
        let [Sql::Integer(stage), code, Sql::Integer(count), minor] = &cells[..] else { continue };
        let lane = found.entry(*stage).or_default();
        lane.0 += count.unsigned_abs();
        lane.1.extend(money(minor, code));
    }
    for (_, amounts) in found.values_mut() {
        amounts.sort_by_key(|money| Reverse(money.minor));
    }
    found
}

impl Deal {
    /// How many cards a lane of the board has room for, if nothing else is said.
    pub const CARDS: u64 = 7;
}
