//! The part of the plan of the day that says which tickets are due that day, or were before.

use crate::{
    Result,
    catalog::PlanPart,
    crm::{Crm, Query, Sort},
    record::{Grid, filter},
};
use jiff::civil::Date;

pub(crate) const PLAN: PlanPart = PlanPart { title: "Tickets due", grid: due };

fn due(crm: &mut Crm, user: i64, day: Date, limit: Option<u64>) -> Result<Option<Grid>> {
    let query = Query {
        // The status leads to the few that are open; only such are due.
        filter: filter::parse(&format!("owner=U{user} status=new,open due=..{day}"))?,
        columns: ["due", "subject", "priority", "status", "customer", "policy"].map(str::to_owned).into(),
        sort: Sort::parse("due,id"),
        limit,
        ..Query::new("ticket")
    };
    let grid = crm.list(&query)?;
    Ok((!grid.rows.is_empty()).then_some(grid))
}
