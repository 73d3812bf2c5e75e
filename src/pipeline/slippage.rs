//! Slippage: how often a deal was put off to a later day, and how often its amount was lowered, counted as it happens.

use super::{Outcome, Stage};
use crate::{
    Result,
    crm::Crm,
    record::{Draft, Origin, Value},
    store::Sql,
};

/// Counts a later day and a lower amount of an open deal, each once in an operation; an export brings its own counts.
pub(super) fn count(crm: &mut Crm, draft: &mut Draft, stage: &Stage) -> Result<()> {
    if draft.is_new() || draft.origin == Origin::Export || stage.outcome != Outcome::Open {
        return Ok(());
    }
    let later = match (draft.before("close"), draft.get("close")) {
        (Value::Text(before), Value::Text(after)) => after > before,
        _ => false,
    };
    let lower = match (draft.before("amount"), draft.get("amount")) {
        (Value::Money(before), Value::Money(after)) => before.currency == after.currency && after.minor < before.minor,
        _ => false,
    };
    for (counter, slipped) in [("pushes", later), ("shrinks", lower)] {
        if slipped && draft.changed(counter).is_none() && !counted(crm, draft, counter)? {
            let times = draft.before(counter).as_integer().unwrap_or_default();
            draft.set(counter, Value::Integer(times + 1));
        }
    }
    Ok(())
}

/// Whether the running operation has counted it before: a discount on all lines of a deal is one concession.
fn counted(crm: &mut Crm, draft: &Draft, counter: &str) -> Result<bool> {
    let sql = "SELECT id FROM change WHERE \"key\" = ? AND kind = 'deal' AND op = ? AND after LIKE ? LIMIT 1";
    let operation = crm.operation().unwrap_or_default();
    let arguments =
        [Sql::Integer(draft.id.unwrap_or_default()), Sql::Integer(operation), Sql::Text(format!("%\"{counter}\"%"))];
    Ok(!crm.numbers(sql, &arguments)?.is_empty())
}
