//! The part of the plan of the day that says what became of the tickets that a colleague follows.

use crate::{
    Result,
    catalog::PlanPart,
    crm::{Crm, Query, Sort},
    record::{Grid, filter, types},
    store::Sql,
};
use jiff::civil::Date;

pub(crate) const FOLLOWED: PlanPart = PlanPart { title: "Tickets you follow that changed", grid: changed };

/// Those of which something was written or said that day or the day before.
fn changed(crm: &mut Crm, user: i64, day: Date, limit: Option<u64>) -> Result<Option<Grid>> {
    let followed = crm.list_of("ticket", "followers")?.select("l.record", "l.value = ?");
    let before = day.yesterday().unwrap_or(day);
    let (from, until) = types::day_bounds(before, day, crm.reading())?;
    // Nobody need be told of what they did themselves.
    let sql = format!(
        "SELECT t.id FROM tickets t WHERE t.id IN ({followed}) AND t.deleted_at IS NULL AND (\
         EXISTS (SELECT 1 FROM change c JOIN operation o ON o.id = c.op WHERE c.\"key\" = t.id AND c.kind = 'ticket' \
         AND o.at BETWEEN ? AND ? AND o.actor IS DISTINCT FROM ?) OR \
         EXISTS (SELECT 1 FROM ticket_messages m WHERE m.ticket = t.id AND m.at BETWEEN ? AND ? \
         AND m.author IS DISTINCT FROM ? AND m.deleted_at IS NULL)) ORDER BY t.id DESC LIMIT 500"
    );
    let (user, span) = (Sql::Integer(user), [from, until].map(Sql::Text));
    let by_others = [&span[..], std::slice::from_ref(&user)].concat();
    let arguments = [&[user], &by_others[..], &by_others[..]].concat();
    let found = crm.numbers(&sql, &arguments)?;
    if found.is_empty() {
        return Ok(None);
    }
    let ids: Vec<String> = found.iter().map(i64::to_string).collect();
    let query = Query {
        filter: filter::parse(&format!("id={}", ids.join(",")))?,
        columns: ["subject", "status", "owner", "last_message", "resolution"].map(str::to_owned).into(),
        sort: Sort::parse("-last_message,-id"),
        limit,
        ..Query::new("ticket")
    };
    crm.list(&query).map(Some)
}
