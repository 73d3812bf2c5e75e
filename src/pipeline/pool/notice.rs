//! The part of the plan of the day that says which customers go back to a pool soon, to whoever was warned of it.

use super::fate::{Fate, What};
use crate::{
    Result,
    catalog::PlanPart,
    crm::Crm,
    record::{Column, Grid, Kind, Row, Total, Value, types::FieldType},
    store::Sql,
};
use jiff::civil::Date;

pub(crate) const PLAN: PlanPart = PlanPart { title: "Soon back in the pool", grid: going_back };

/// More warnings than these are not looked through for one plan.
const LOOKED: u64 = 400;

/// Of those whom a colleague was warned of, the ones that a rule still takes: who has been called meanwhile, or has
/// something planned, is none of them.
fn going_back(crm: &mut Crm, user: i64, day: Date, limit: Option<u64>) -> Result<Option<Grid>> {
    let sql = format!(
        "SELECT DISTINCT m.customer FROM pool_moves m JOIN customers c ON c.id = m.customer AND c.owner = m.former \
         WHERE m.former = ? AND m.action = 'warned' AND m.due >= ? AND m.deleted_at IS NULL \
         ORDER BY m.customer LIMIT {LOOKED}"
    );
    let warned = crm.numbers(&sql, &[Sql::Integer(user), Sql::Text(day.to_string())])?;
    if warned.is_empty() {
        return Ok(None);
    }
    let turns = crm.pool_turns(Some(&warned))?;
    let mut fates = crm.pool_fates(&turns, Some(&warned))?;
    fates.retain(|fate| !matches!(fate.what, What::Kept(_)));
    fates.sort_by_key(|fate| (fate.due, fate.customer));
    if fates.is_empty() {
        return Ok(None);
    }
    let columns = vec![
        Column::new("due", "Due", "回收日", Kind::Date),
        Column::new("days_left", "Days left", "剩余天数", Kind::Integer),
        Column::new("name", "Customer", "客户", Kind::Text),
        Column::new("pool", "Pool", "公海", Kind::Text),
        Column::new("rule", "Rule", "规则", Kind::Text),
        Column::new("since", "Since", "起算日", Kind::Date),
    ];
    let row = |fate: &Fate| Row {
        id: fate.customer,
        short: format!("C{}", fate.customer),
        cells: vec![
            fate.due.to_value(),
            Value::Integer(fate.left.max(0)),
            Value::text(&fate.name),
            Value::text(&turns[fate.rule].pool.name),
            Value::text(&turns[fate.rule].rule.name),
            fate.since.to_value(),
        ],
    };
    let most = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let mut grid = Grid::of("customers", columns, Vec::new());
    grid.rows = fates.iter().take(most).map(row).collect();
    grid.total = Total::Exactly(fates.len() as u64);
    Ok(Some(grid))
}
