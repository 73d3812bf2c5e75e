//! What the reports on service share: which tickets, in which time, by what.

use super::parameter;
use crate::{
    Result,
    crm::{Crm, integer, text},
    record::{Ask, Kind, Value, Values, filter, types},
    store::Sql,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::collections::HashMap;

pub(super) const WHERE: Ask =
    Ask { name: "where", doc: "Only tickets that match, in the filter language", kind: || Kind::Text, required: false };

/// Which kinds of ticket count as complaints.
pub(super) const KINDS: Ask = Ask {
    name: "kinds",
    doc: "The kinds of ticket that count (complaint,quality)",
    kind: || Kind::Text,
    required: false,
};

const COMPLAINTS: &str = "complaint,quality,投诉,质量";

/// The kinds that count as complaints, as the filter language has them.
pub(super) fn kinds(values: &Values) -> String {
    parameter(values, "kinds").as_text().unwrap_or(COMPLAINTS).to_owned()
}

/// One ticket, as far as reports look at it.
#[derive(Debug, Clone, Default)]
pub(super) struct Case {
    pub id: i64,
    pub received: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
    pub kind: String,
    pub cause: String,
    pub grade: String,
    pub product: Option<i64>,
    pub region: String,
    /// As the customer rated it last; nothing where nobody did.
    pub rating: Option<i64>,
}

/// Which tickets, and when.
pub(super) struct Cases<'v> {
    pub values: &'v Values,
    /// `received` or `resolved`, which must lie between these days.
    pub dated: &'static str,
    pub days: (Date, Date),
}

impl Cases<'_> {
    /// Hands on each ticket.
    pub fn each(&self, crm: &mut Crm, take: &mut dyn FnMut(Case)) -> Result<()> {
        let (from, to) = types::day_bounds(self.days.0, self.days.1, crm.reading())?;
        let among = match parameter(self.values, "where").as_text() {
            Some(condition) => {
                let query = crate::crm::Query { filter: filter::parse(condition)?, ..crate::crm::Query::new("ticket") };
                Some(crm.matching(&query)?.into_iter().collect::<std::collections::HashSet<i64>>())
            }
            None => None,
        };
        let dated = self.dated;
        let sql = format!(
            "SELECT t.id, t.received, t.resolved, t.kind, t.cause, t.grade, t.product, c.region, t.rating FROM tickets t \
             LEFT JOIN customers c ON c.id = t.customer WHERE t.{dated} BETWEEN ? AND ? AND t.merged_into IS NULL \
             AND t.deleted_at IS NULL"
        );
        crm.db.each(&sql, &[Sql::Text(from), Sql::Text(to)], &mut |row| {
            let id = integer(&row[0]);
            if among.as_ref().is_some_and(|among| !among.contains(&id)) {
                return Ok(());
            }
            take(Case {
                id,
                received: text(&row[1]).parse().ok(),
                resolved: text(&row[2]).parse().ok(),
                kind: text(&row[3]),
                cause: text(&row[4]),
                grade: text(&row[5]),
                product: row[6].as_integer(),
                region: text(&row[7]),
                rating: row[8].as_integer(),
            });
            Ok(())
        })
    }
}

/// The days as a filter of the list behind a number has them.
pub(super) fn range(field: &str, (from, to): (Date, Date)) -> String {
    format!("{field}={from}..{to}")
}

/// A word as a value; nothing where there is none.
pub(super) fn word(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::text(text) }
}

/// The month of an instant, where the clock hangs.
pub(super) fn month(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m").to_string()
}

/// Products by their numbers, as links.
pub(super) fn products(crm: &mut Crm, ids: impl Iterator<Item = Option<i64>>) -> Result<HashMap<i64, Value>> {
    let mut ids: Vec<i64> = ids.flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let links = crm.links("product", &ids)?;
    Ok(links.into_iter().map(|(id, link)| (id, Value::Link(link))).collect())
}
