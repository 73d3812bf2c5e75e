//! ForecastSnapshot: what was expected on a day, by month and colleague, kept so that it can be compared with what came
//! of it (R53, behaviour 5).

use super::{
    deal::{BEST_CASE, COMMIT},
    weighing::{rounded, weighed},
};
use crate::{
    Result,
    crm::{Crm, Query, integer, tally::Tally, text},
    error::{Cause, Error},
    message::Message,
    org::User,
    record::{Currency, Draft, Id, Link, Money, Origin, Value, record, types::currency},
    store::Sql,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

record! {
    /// What was expected on a day of a colleague's deals of a month; written by the program.
    pub struct ForecastSnapshot in "forecast_snapshots" as "FS" called "forecast_snapshot" {
        /// The month in which they were expected, or that nobody said one
        month: String [title, list],
        /// The day on which the forecast was kept
        day: Date [index, list],
        /// Whose deals
        owner: Option<Id<User>> [list],
        /// How many were open
        deals: i64 [list],
        /// What they were worth
        amount: Option<Money> [list],
        /// That by how likely they were
        weighted: Option<Money> [list],
        /// What was as good as certain of it
        commit: Option<Money> [list],
        /// What might come of it at best
        best_case: Option<Money> [list],
        /// What had been won in that month by then
        won: Option<Money> [list],
    }
}

/// The month of what nobody expects on any day.
pub(crate) const UNDATED: &str = "undated";

/// What is expected of one colleague in one month, in one currency.
#[derive(Default)]
struct Line {
    deals: i64,
    amount: i64,
    weighted: i128,
    commit: i64,
    best_case: i64,
    won: i64,
}

/// Month, owner and currency, in the order in which lines are written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(String, Option<i64>, [u8; 3]);

/// What was kept is written by the program, or comes out of another database, and stays as it is.
pub(crate) fn check(_: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    if draft.deleted() || restored || draft.origin == Origin::Export {
        return Ok(());
    }
    Err(Error::new(Cause::Refused, Message::new("Forecasts are kept by the program, not by hand."))
        .hint(Message::new("kehu pipeline snapshot")))
}

impl Crm {
    /// Keeps the forecast as it stands today, and says how many lines that took; none where today's is kept already.
    ///
    /// # Errors
    /// Storage faults.
    pub fn keep_forecast(&mut self) -> Result<Option<u64>> {
        let today = self.reading().clock.today();
        self.transaction(&format!("Keep the forecast of {today}"), |crm| {
            let sql = "SELECT 1 FROM forecast_snapshots WHERE day = ? AND deleted_at IS NULL LIMIT 1";
            if crm.db.first(sql, &[Sql::Text(today.to_string())])?.is_some() {
                return Ok(None);
            }
            let mut lines = BTreeMap::new();
            crm.gather_open(&mut lines)?;
            crm.gather_won(today, &mut lines)?;
            for (key, line) in &lines {
                crm.write_directly("forecast_snapshot", values(today, key, line))?;
            }
            Ok(Some(lines.len() as u64))
        })
    }

    fn gather_open(&mut self, lines: &mut BTreeMap<Key, Line>) -> Result<()> {
        let rows =
            self.gathered("close", "t.forecast, t.probability", "stg.outcome = 'open' AND t.forecast <> 'omitted'")?;
        for (key, cells) in rows {
            let (category, likely) = (text(&cells[0]), integer(&cells[1]));
            let (count, sum) = (integer(&cells[2]), integer(&cells[3]));
            let line = lines.entry(key).or_default();
            line.deals += count;
            line.amount += sum;
            line.weighted += weighed(sum, likely, 10_000);
            match category.as_str() {
                "commit" => line.commit += sum,
                "best_case" => line.best_case += sum,
                "auto" if likely >= COMMIT => line.commit += sum,
                "auto" if likely >= BEST_CASE => line.best_case += sum,
                _ => {}
            }
        }
        Ok(())
    }

    /// What was won this month until today.
    fn gather_won(&mut self, today: Date, lines: &mut BTreeMap<Key, Line>) -> Result<()> {
        let condition = format!("stg.outcome = 'won' AND t.closed BETWEEN '{}' AND '{today}'", today.first_of_month());
        for (key, cells) in self.gathered("closed", "", &condition)? {
            lines.entry(key).or_default().won += integer(&cells[1]);
        }
        Ok(())
    }

    /// Counts and sums deals by owner, month and currency, and by what else is said.
    fn gathered(&mut self, day: &str, by: &str, condition: &str) -> Result<Vec<(Key, Vec<Sql>)>> {
        let base = self.reading().currency;
        let more = if by.is_empty() { String::new() } else { format!(", {by}") };
        let (_, rows) = self.tally(&Tally {
            query: &Query::new("deal"),
            beside: " JOIN stages stg ON stg.id = t.stage",
            by: &format!("t.owner, SUBSTR(t.{day}, 1, 7), t.amount_currency{more}"),
            cells: "COUNT(*), CAST(COALESCE(SUM(t.amount), 0) AS BIGINT)",
            condition,
        })?;
        let keyed = |(_, mut cells): (Vec<Value>, Vec<Sql>)| {
            let rest = cells.split_off(3);
            let month = Some(text(&cells[1])).filter(|month| !month.is_empty());
            // What is worth nothing yet is nothing in the base currency.
            let currency = currency(&text(&cells[2])).unwrap_or(base);
            (Key(month.unwrap_or_else(|| UNDATED.to_owned()), cells[0].as_integer(), currency.0), rest)
        };
        Ok(rows.into_iter().map(keyed).collect())
    }
}

fn values(day: Date, key: &Key, line: &Line) -> crate::record::Values {
    let Key(month, owner, currency) = key;
    let money = |minor: i64| Value::Money(Money { minor, currency: Currency(*currency) });
    vec![
        ("month".to_owned(), Value::text(month)),
        ("day".to_owned(), Value::text(day.to_string())),
        ("owner".to_owned(), owner.map_or(Value::Null, Link::to)),
        ("deals".to_owned(), Value::Integer(line.deals)),
        ("amount".to_owned(), money(line.amount)),
        ("weighted".to_owned(), money(rounded(line.weighted))),
        ("commit".to_owned(), money(line.commit)),
        ("best_case".to_owned(), money(line.best_case)),
        ("won".to_owned(), money(line.won)),
    ]
}
