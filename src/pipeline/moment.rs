//! The moment of which a question about deals asks: now, or the evening of an earlier day as their history tells it.

use crate::{Result, crm::Crm, record::types::day_bounds};
use jiff::{Timestamp, civil::Date};

/// Now, or the end of an earlier day.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub at: Timestamp,
    /// The beginning of its day: what is planned for later on that day is still to come.
    pub morning: String,
    /// The end of the day, where it is over.
    pub evening: Option<String>,
}

impl Moment {
    /// The end of that day; now where it is not over or none is named.
    pub fn of(crm: &Crm, day: Option<Date>) -> Result<Self> {
        let now = crm.reading().clock.now();
        let today = crm.reading().clock.today();
        let (morning, _) = day_bounds(today, today, crm.reading())?;
        let Some(day) = day.filter(|day| *day < crm.reading().clock.today()) else {
            return Ok(Self { at: now, morning, evening: None });
        };
        let (morning, evening) = day_bounds(day, day, crm.reading())?;
        Ok(Self { at: evening.parse().unwrap_or(now), morning, evening: Some(evening) })
    }

    /// The tables beside a deal `t`: `stg` is its stage at that moment, and of an earlier one `cur` its stage now.
    pub fn beside(&self) -> String {
        let Some(evening) = &self.evening else { return " JOIN stages stg ON stg.id = t.stage".to_owned() };
        format!(
            " JOIN stages stg ON stg.id = (SELECT m.stage FROM stage_moves m WHERE m.deal = t.id \
             AND m.deleted_at IS NULL AND m.at <= '{evening}' ORDER BY m.at DESC, m.id DESC LIMIT 1) \
             JOIN stages cur ON cur.id = t.stage LEFT JOIN products prod ON prod.id = t.product"
        )
    }

    /// What a deal was worth, and in which currency: one that was closed since counts with its product's list price.
    pub fn value(&self) -> [String; 2] {
        ["", "_currency"].map(|part| match self.evening {
            None => format!("t.amount{part}"),
            Some(_) => format!(
                "CASE WHEN stg.outcome = 'open' AND cur.outcome <> 'open' AND prod.price IS NOT NULL \
                 THEN prod.price{part} ELSE t.amount{part} END"
            ),
        })
    }

    /// That what happened in a column was known by then.
    pub fn known(&self, column: &str) -> String {
        self.evening.as_ref().map(|evening| format!(" AND {column} <= '{evening}'")).unwrap_or_default()
    }
}
