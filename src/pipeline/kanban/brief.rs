//! What is told of the selected card beside what stands on it.

use super::cards::{Step, step};
use crate::{
    Result,
    crm::{Crm, Query, Sort},
    pipeline::advice,
    record::{Value, filter},
    store::Sql,
};

/// Whom to talk to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub job_title: String,
    pub phone: String,
    pub email: String,
    /// Whether they decide.
    pub decides: bool,
}

/// The selected deal in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    pub id: i64,
    pub person: Option<Person>,
    pub last: Option<Step>,
    pub next: Option<Step>,
    /// What is best done next, in English and Chinese.
    pub advice: Option<[&'static str; 2]>,
    pub competitors: Vec<String>,
    /// Why it was lost or put aside, and who won it instead.
    pub reason: String,
    pub instead: String,
}

impl Crm {
    /// What is told of a deal beside its card.
    ///
    /// # Errors
    /// A deal that is not there.
    pub fn deal_brief(&mut self, id: i64) -> Result<Brief> {
        let entry = self.record("deal", id)?;
        let said = |field: &str| entry.value(field).as_text().unwrap_or_default().to_owned();
        let competitors = entry.value("competitors");
        let competitors = competitors.items().iter().filter_map(Value::as_text).map(str::to_owned).collect();
        let (reason, instead) = (said("lost_reason"), said("lost_to"));
        let contact = entry.value("contact").as_integer();
        Ok(Brief {
            id,
            person: self.partner(id, contact)?,
            last: self.last_done(id)?,
            next: self.planned_with(&[id])?.remove(&id),
            advice: advice::best(self, id)?,
            competitors,
            reason,
            instead,
        })
    }

    /// Whoever decides, else the person whom we deal with.
    fn partner(&mut self, deal: i64, contact: Option<i64>) -> Result<Option<Person>> {
        let query = Query {
            filter: filter::parse(&format!("deal=D{deal} role=decision_maker"))?,
            columns: vec!["contact".to_owned()],
            sort: Sort::parse("id"),
            limit: Some(1),
            paging: true,
            ..Query::new("deal_contact")
        };
        let decider = self.list(&query)?.rows.first().and_then(|row| row.cells.first().and_then(Value::as_integer));
        let Some(id) = decider.or(contact) else { return Ok(None) };
        let entry = self.record("contact", id)?;
        let said = |field: &str| entry.value(field).as_text().unwrap_or_default().to_owned();
        let phone = ["mobile", "phone"].map(said).into_iter().find(|phone| !phone.is_empty()).unwrap_or_default();
        Ok(Some(Person {
            name: entry.title(),
            job_title: said("job_title"),
            phone,
            email: said("email"),
            decides: decider.is_some(),
        }))
    }

    fn last_done(&mut self, deal: i64) -> Result<Option<Step>> {
        let sql = "SELECT a.kind, a.subject, a.done, a.outcome FROM activities a WHERE a.deal = ? AND a.done IS NOT NULL \
                   AND a.deleted_at IS NULL ORDER BY a.done DESC, a.id DESC LIMIT 1";
        Ok(self.db.first(sql, &[Sql::Integer(deal)])?.as_deref().map(step))
    }
}
