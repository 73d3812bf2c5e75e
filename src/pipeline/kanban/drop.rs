//! What it means to put cards into a column.

use super::Key;
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    pipeline::{Deal, Outcome, Stage},
    record::{Id, Link, Value, Values},
    store::Sql,
};
use jiff::civil::Date;

/// Why deals are lost or put aside, and who won them instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Why {
    pub reason: String,
    pub instead: String,
}

impl Crm {
    /// Puts deals into a column, all or none of them, as one operation: a stage is entered, a month is agreed on.
    ///
    /// # Errors
    /// What the stage asks for and one of them lacks; a column that nothing can be put into.
    pub fn drop_on_board(&mut self, ids: &[i64], to: Key, why: &Why) -> Result<()> {
        self.transaction("move deal", |crm| {
            let word = match to {
                Key::Stage(stage) => crm.drop_in_stage(ids, stage, why)?,
                Key::Month(month) => {
                    for id in ids {
                        let deal: Deal = crm.get(Id::new(*id))?;
                        let day = in_month(deal.close, month, crm.reading().clock.today());
                        crm.change("deal", *id, vec![("close".to_owned(), Value::text(day.to_string()))], None)?;
                    }
                    "move"
                }
                Key::Never => {
                    for id in ids {
                        crm.change("deal", *id, vec![("close".to_owned(), Value::Null)], None)?;
                    }
                    "move"
                }
                Key::Before | Key::After => {
                    return Err(Error::new(
                        Cause::Refused,
                        Message::new("A deal is put into a month, or where no day is said."),
                    ));
                }
            };
            let moved: Vec<(&'static str, i64)> = ids.iter().map(|id| ("deal", *id)).collect();
            crm.label_with_refs(word, &moved)
        })
    }

    /// Says what was done, in the word of the verb for it.
    fn drop_in_stage(&mut self, ids: &[i64], stage: i64, why: &Why) -> Result<&'static str> {
        let stage: Stage = self.get(Id::new(stage))?;
        let mut values: Values = vec![("stage".to_owned(), Link::to(stage.id.number))];
        let closes = matches!(stage.outcome, Outcome::Lost | Outcome::Shelved);
        for (field, said) in [("lost_reason", &why.reason), ("lost_to", &why.instead)] {
            if closes && !said.trim().is_empty() {
                values.push((field.to_owned(), Value::text(said.trim())));
            }
        }
        let mut reopened = false;
        for id in ids {
            let before: Deal = self.get(Id::new(*id))?;
            reopened |= before.closed.is_some();
            self.change("deal", *id, values.clone(), None)?;
        }
        Ok(match stage.outcome {
            Outcome::Won => "win",
            Outcome::Lost => "lose",
            Outcome::Shelved => "shelve",
            Outcome::Open if reopened => "reopen",
            Outcome::Open => "move",
        })
    }

    /// Why deals were lost, or put aside, so far: the usual reasons first.
    ///
    /// # Errors
    /// Storage faults.
    pub fn closing_reasons(&mut self, outcome: Outcome) -> Result<Vec<String>> {
        let sql = "SELECT d.lost_reason, COUNT(*) FROM deals d WHERE d.lost_reason IS NOT NULL AND d.deleted_at IS NULL \
                   AND d.stage IN (SELECT s.id FROM stages s WHERE s.outcome = ?) GROUP BY d.lost_reason \
                   ORDER BY COUNT(*) DESC, d.lost_reason LIMIT 30";
        let rows = self.db.query(sql, &[Sql::text(outcome.key())])?;
        let reasons = rows.iter().map(|row| crate::crm::text(&row[0]));
        Ok(reasons.filter(|reason| reason != crate::pipeline::outcome::IMPORTED).collect())
    }
}

/// The same day of another month, or its last; what is put into this month is still to come.
fn in_month(close: Option<Date>, month: Date, today: Date) -> Date {
    let day = close.map_or(month.days_in_month(), Date::day).min(month.days_in_month());
    let day = month.with().day(day).build().unwrap_or(month);
    if day < today && month == today.first_of_month() { today.last_of_month() } else { day }
}
