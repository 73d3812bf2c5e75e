//! Cards: what is told of each deal that is in sight.

use super::{Key, Signal, Wanted};
use crate::{
    Result,
    crm::{Crm, Query, Sort, integer, text},
    pipeline::{Outcome, Stage, moment::Moment},
    record::{Money, Row, Value, filter},
    store::Sql,
};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// How the cards of a column follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    Largest,
    /// What is expected soonest.
    Soonest,
    Newest,
    Name,
}

impl Order {
    pub const ALL: [Self; 4] = [Self::Largest, Self::Soonest, Self::Newest, Self::Name];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Largest => "-amount,close",
            Self::Soonest => "close",
            Self::Newest => "-id",
            Self::Name => "name",
        }
    }
}

/// Something that was done, or is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub kind: String,
    pub subject: String,
    pub at: Option<Timestamp>,
    pub outcome: String,
}

/// One card.
#[derive(Debug, Clone)]
pub struct Card {
    pub id: i64,
    pub name: String,
    pub customer: String,
    pub owner: String,
    pub amount: Option<Money>,
    /// In hundredths of a percent.
    pub probability: Option<i64>,
    pub close: String,
    pub stage: String,
    /// How many days it has been in its stage.
    pub days: Option<i64>,
    pub stale: bool,
    pub signal: Signal,
    pub next: Option<Step>,
}

const COLUMNS: [&str; 7] = ["name", "customer", "owner", "amount", "probability", "close", "stage"];

impl Crm {
    /// So many cards of a column, from a place on.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn board_cards(
        &mut self,
        wanted: &Wanted,
        key: Key,
        order: Order,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<Card>> {
        let Some((_, stages)) = self.board_stages(wanted)? else { return Ok(Vec::new()) };
        let query = Query {
            filter: self.column_filter(key, &stages, &wanted.filter),
            columns: COLUMNS.map(str::to_owned).into(),
            sort: Sort::parse(order.key()),
            limit: Some(limit),
            offset: Some(offset),
            paging: true,
            ..Query::new("deal")
        };
        // What is skipped is skipped by number, without the names that cards are told by.
        let query = if offset > 0 {
            let ids = self.matching(&query)?;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            Query { filter: filter::parse(&format!("id={}", numbers(&ids).replace(' ', "")))?, offset: None, ..query }
        } else {
            query
        };
        let grid = self.list(&query)?;
        let mut cards: Vec<Card> = grid.rows.iter().map(card).collect();
        self.tell_cards(&mut cards, &stages, key)?;
        Ok(cards)
    }

    /// Which card of a column a deal is, counted from the top.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn board_place(&mut self, wanted: &Wanted, key: Key, order: Order, deal: i64) -> Result<Option<usize>> {
        let Some((_, stages)) = self.board_stages(wanted)? else { return Ok(None) };
        let filter = self.column_filter(key, &stages, &wanted.filter);
        let deals = self.matching(&Query { filter, sort: Sort::parse(order.key()), ..Query::new("deal") })?;
        Ok(deals.iter().position(|id| *id == deal))
    }

    /// Some deals as cards, without what takes a look beyond them.
    pub(in crate::pipeline) fn plain_cards(&mut self, ids: &[i64]) -> Result<HashMap<i64, Card>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = Query {
            filter: filter::parse(&format!("id={}", numbers(ids).replace(' ', "")))?,
            columns: COLUMNS.map(str::to_owned).into(),
            ..Query::new("deal")
        };
        Ok(self.list(&query)?.rows.iter().map(|row| (row.id, card(row))).collect())
    }

    /// Fills in what takes a look beyond the deals themselves, one statement for all cards each.
    fn tell_cards(&mut self, cards: &mut [Card], stages: &[Stage], key: Key) -> Result<()> {
        let ids: Vec<i64> = cards.iter().map(|card| card.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let mut stale = HashSet::new();
        let concerned = |stage: &&Stage| match key {
            Key::Stage(number) => stage.id.number == number && stage.outcome == Outcome::Open,
            _ => stage.outcome == Outcome::Open,
        };
        let now = Moment::of(self, None)?;
        for stage in stages.iter().filter(concerned) {
            stale.extend(self.stale_among(stage, &ids, &now)?);
        }
        let (since, mut next) = (self.entered(&ids)?, self.planned_with(&ids)?);
        let (now, (start, end)) = (self.reading().clock.now(), self.today());
        let (start, end) = (start.parse::<Timestamp>().unwrap_or(now), end.parse::<Timestamp>().unwrap_or(now));
        for card in cards {
            card.stale = stale.contains(&card.id);
            card.days = since.get(&card.id).map(|at| now.duration_since(*at).as_hours() / 24);
            card.next = next.remove(&card.id);
            card.signal = match card.next.as_ref().and_then(|step| step.at) {
                None => Signal::None,
                Some(at) if at < start => Signal::Late,
                Some(at) if at < end => Signal::Today,
                Some(_) => Signal::Planned,
            };
        }
        Ok(())
    }

    /// When each deal came to its stage.
    fn entered(&mut self, ids: &[i64]) -> Result<HashMap<i64, Timestamp>> {
        let sql = format!("SELECT p.record, p.came FROM deal_times p WHERE p.record IN ({})", numbers(ids));
        let rows = self.db.query(&sql, &[])?;
        Ok(rows.iter().filter_map(|row| Some((integer(&row[0]), text(&row[1]).parse().ok()?))).collect())
    }

    /// What is planned next with each deal.
    pub(super) fn planned_with(&mut self, ids: &[i64]) -> Result<HashMap<i64, Step>> {
        // Few activities are of these deals, and many of all are open, which the database cannot know.
        let of_deals = self.db.dialect().by_index("activities_deal_index");
        let sql = format!(
            "SELECT a.deal, a.kind, a.subject, a.due, '' FROM activities a{of_deals} WHERE a.deal IN ({}) AND a.done IS NULL \
             AND a.cancelled IS NULL AND a.due IS NOT NULL AND a.deleted_at IS NULL ORDER BY a.due DESC, a.id DESC",
            numbers(ids)
        );
        // The earliest comes last and stays.
        Ok(self.db.query(&sql, &[])?.iter().map(|row| (integer(&row[0]), step(&row[1..]))).collect())
    }
}

/// A step of the cells kind, subject, instant and outcome.
pub(super) fn step(cells: &[Sql]) -> Step {
    let cell = |place: usize| cells.get(place).map(text).unwrap_or_default();
    Step { kind: cell(0), subject: cell(1), at: cell(2).parse().ok(), outcome: cell(3) }
}

fn numbers(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

fn card(row: &Row) -> Card {
    let told = |place: usize| match row.cells.get(place) {
        Some(Value::Link(link)) => link.title.clone(),
        Some(value) => value.as_text().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    Card {
        id: row.id,
        name: told(0),
        customer: told(1),
        owner: told(2),
        amount: if let Some(Value::Money(money)) = row.cells.get(3) { Some(*money) } else { None },
        probability: row.cells.get(4).and_then(Value::as_integer),
        close: told(5),
        stage: told(6),
        days: None,
        stale: false,
        signal: Signal::None,
        next: None,
    }
}
