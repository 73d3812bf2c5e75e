//! The board in short: a pipeline's open deals by stage, the largest first, with those that nobody has touched for too
//! long, now or at the end of an earlier day.

use super::{
    Deal, Outcome, Pipeline, Stage,
    kanban::{Card, Key, Order, Wanted},
    moment::Moment,
};
use crate::{
    Result,
    crm::{Crm, Query, integer, tally::Tally},
    record::{Currency, Id, Money, filter::Filter},
    store::Sql,
};
use jiff::civil::Date;
use std::cmp::Reverse;

/// One column of the board.
#[derive(Debug, Clone)]
pub struct Lane {
    pub stage: Stage,
    pub deals: u64,
    /// What they are worth, by currency, that of the house first.
    pub amounts: Vec<Money>,
    /// How many have gone stale.
    pub stale: u64,
    /// The largest.
    pub cards: Vec<Card>,
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
        let moment = Moment::of(self, day)?;
        let wanted = Wanted { pipeline, months: false, filter: filter.clone() };
        let Some((_, stages)) = self.board_stages(&wanted)? else { return Ok(Vec::new()) };
        let columns = self.board_columns_at(&wanted, &moment)?;
        let mut lanes = Vec::new();
        for stage in stages.into_iter().filter(|stage| stage.outcome == Outcome::Open) {
            let key = Key::Stage(stage.id.number);
            let Some(column) = columns.iter().find(|column| column.key == key) else { continue };
            let (mut stale, mut cards) = (0, Vec::new());
            if column.deals > 0 {
                stale = self.count_stale(&stage, filter, &moment)?;
                cards = match moment.evening {
                    None => self.board_cards(&wanted, key, Order::Largest, 0, most)?,
                    Some(_) => self.largest_then(&stage, filter, most, &moment)?,
                };
            }
            lanes.push(Lane { stage, deals: column.deals, amounts: column.amounts.clone(), stale, cards });
        }
        Ok(lanes)
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
        let worth = |cells: Vec<Sql>| (integer(&cells[0]), money(&cells[1], &cells[2]));
        let mut worth: Vec<(i64, Option<Money>)> =
            self.tally(&tally)?.1.into_iter().map(|(_, cells)| worth(cells)).collect();
        worth.sort_by_key(|(id, money)| (Reverse(money.map(|money| money.minor)), *id));
        worth.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let ids: Vec<i64> = worth.iter().map(|(id, _)| *id).collect();
        let quiet = self.stale_among(stage, &ids, moment)?;
        let mut cards = self.plain_cards(&ids)?;
        let told = |(id, amount): (i64, Option<Money>)| {
            let card = cards.remove(&id)?;
            Some(Card { amount, stale: quiet.contains(&id), ..card })
        };
        Ok(worth.into_iter().filter_map(told).collect())
    }
}

fn money(minor: &Sql, code: &Sql) -> Option<Money> {
    let (Sql::Integer(minor), Sql::Text(code)) = (minor, code) else { return None };
    let code = <[u8; 3]>::try_from(code.as_bytes()).ok()?;
    Some(Money { minor: *minor, currency: Currency(code) })
}

impl Deal {
    /// How many cards a lane of the board has room for, if nothing else is said.
    pub const CARDS: u64 = 7;
}
