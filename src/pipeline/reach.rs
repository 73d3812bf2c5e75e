//! How far deals came: the place of the furthest open stage, kept with each deal; its stage history proves it.

use super::{Outcome, Stage, pipeline};
use crate::{
    Result,
    crm::{Crm, integer},
    record::{Draft, Value},
    store::Sql,
};

/// The furthest open stage of its pipeline that a deal `t` has been in, as its history says.
const REACH: &str = "(SELECT MAX(f.position) FROM stage_moves m JOIN stages f ON f.id = m.stage \
    WHERE m.deal = t.id AND m.deleted_at IS NULL AND f.pipeline = t.pipeline AND f.outcome = 'open')";

/// Which deals `t` say something else.
pub(crate) const WRONG_REACH: &str = "t.deleted_at IS NULL AND t.reached IS DISTINCT FROM \
    (SELECT MAX(f.position) FROM stage_moves m JOIN stages f ON f.id = m.stage \
    WHERE m.deal = t.id AND m.deleted_at IS NULL AND f.pipeline = t.pipeline AND f.outcome = 'open')";

/// Notes the step that a draft of a deal is about to take.
pub(super) fn follow(crm: &mut Crm, draft: &mut Draft, stage: &Stage) -> Result<()> {
    let before = if draft.is_new() {
        passed_elsewhere(crm, draft, stage)?
    } else if draft.before("pipeline").same(&draft.get("pipeline")) {
        draft.before("reached").as_integer()
    } else {
        in_pipeline(crm, draft, stage)?
    };
    let here = stage.position.filter(|_| stage.outcome == Outcome::Open);
    draft.set("reached", before.max(here).map_or(Value::Null, Value::Integer));
    Ok(())
}

/// A deal that comes in closed has passed the open stages elsewhere, if it is known when it began.
fn passed_elsewhere(crm: &mut Crm, draft: &Draft, stage: &Stage) -> Result<Option<i64>> {
    if stage.outcome == Outcome::Open || draft.get("started").is_empty() {
        return Ok(None);
    }
    let stages = pipeline::stages(crm, stage.pipeline)?;
    Ok(stages.iter().rfind(|stage| stage.outcome == Outcome::Open).and_then(|stage| stage.position))
}

/// Whoever goes to another pipeline may have been there before.
fn in_pipeline(crm: &mut Crm, draft: &Draft, stage: &Stage) -> Result<Option<i64>> {
    let sql = "SELECT MAX(f.position) FROM stage_moves m JOIN stages f ON f.id = m.stage \
               WHERE m.deal = ? AND m.deleted_at IS NULL AND f.pipeline = ? AND f.outcome = 'open'";
    let arguments = [Sql::Integer(draft.id.unwrap_or_default()), Sql::Integer(stage.pipeline.number)];
    Ok(crm.db.first(sql, &arguments)?.and_then(|row| row[0].as_integer()))
}

/// A deal has been in that stage, whatever else is known.
pub(super) fn at_least(crm: &mut Crm, deal: i64, stage: &Stage) -> Result<()> {
    let row = crm.db.first("SELECT pipeline, reached FROM deals WHERE id = ?", &[Sql::Integer(deal)])?;
    let Some(row) = row.filter(|row| integer(&row[0]) == stage.pipeline.number) else { return Ok(()) };
    match stage.position {
        Some(place) if row[1].as_integer() < Some(place) => {
            crm.set_directly("deal", deal, "reached", Value::Integer(place))
        }
        _ => Ok(()),
    }
}

/// Reads from the history how far a deal came, where something else is kept.
pub(super) fn anew(crm: &mut Crm, deal: i64) -> Result<()> {
    let sql = format!("UPDATE deals AS t SET reached = {REACH} WHERE t.id = ? AND {WRONG_REACH}");
    crm.db.execute(&sql, &[Sql::Integer(deal)]).map(|_| ())
}

/// The deals that an operation touched, or steps of theirs.
const TOUCHED: &str = "(SELECT c.\"key\" FROM change c WHERE c.op = ? AND c.kind = 'deal' UNION SELECT s.deal FROM change c \
    JOIN stage_moves s ON s.id = c.\"key\" WHERE c.op = ? AND c.kind = 'stage_move')";

/// After an undo a deal came as far as the steps say that it has now, and these are its customer's.
pub(crate) fn undone(crm: &mut Crm, operation: i64) -> Result<()> {
    let operation = [Sql::Integer(operation), Sql::Integer(operation)];
    let sql = format!("UPDATE deals AS t SET reached = {REACH} WHERE {WRONG_REACH} AND t.id IN {TOUCHED}");
    crm.db.execute(&sql, &operation)?;
    let customer = "(SELECT d.customer FROM deals d WHERE d.id = m.deal)";
    let sql = format!(
        "UPDATE stage_moves AS m SET customer = {customer} WHERE m.deal IN {TOUCHED} AND m.customer IS DISTINCT FROM {customer}"
    );
    crm.db.execute(&sql, &operation)?;
    Ok(())
}

/// Reads from the history how far every deal came, where something else is kept; says of how many.
pub(crate) fn reach_anew(crm: &mut Crm) -> Result<u64> {
    crm.db.execute(&format!("UPDATE deals AS t SET reached = {REACH} WHERE {WRONG_REACH}"), &[])
}
