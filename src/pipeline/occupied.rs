//! Stages and pipelines stay as they are while deals stand in them: no report, board or reason is pulled from under those.

use crate::{
    Result,
    crm::{Crm, integer, text},
    error::{Cause, Error},
    message::Message,
    record::Draft,
    store::Sql,
};

/// How many deals are named.
const NAMED: usize = 3;

/// Refuses to remove a stage that deals stand in, to give it to another pipeline, or to let it mean something else.
pub(super) fn stage(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let Some(id) = draft.id else { return Ok(()) };
    if draft.deleted() {
        // Stages that go with their pipeline: that is what was to be removed.
        let pipeline = draft.before("pipeline").as_integer().unwrap_or_default();
        if crm.is_underway("pipeline", pipeline) {
            return refuse(crm, "pipeline", pipeline, "deleted_at");
        }
        return refuse(crm, "stage", id, "deleted_at");
    }
    let other = |field: &&str| draft.changed(field).is_some_and(|value| !value.same(&draft.before(field)));
    match ["pipeline", "outcome"].into_iter().find(|field| other(field)) {
        Some(field) => refuse(crm, "stage", id, field),
        None => Ok(()),
    }
}

/// Refuses to remove a pipeline that deals are in.
pub(crate) fn pipeline(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    match draft.id.filter(|_| draft.deleted()) {
        Some(id) => refuse(crm, "pipeline", id, "deleted_at"),
        None => Ok(()),
    }
}

fn refuse(crm: &mut Crm, kind: &'static str, id: i64, field: &'static str) -> Result<()> {
    let count = format!("SELECT COUNT(*) FROM deals WHERE {kind} = ? AND deleted_at IS NULL");
    let count = crm.numbers(&count, &[Sql::Integer(id)])?.first().copied().unwrap_or_default();
    if count == 0 {
        return Ok(());
    }
    let first = format!("SELECT id, name FROM deals WHERE {kind} = ? AND deleted_at IS NULL ORDER BY id LIMIT {NAMED}");
    let first = crm.db.query(&first, &[Sql::Integer(id)])?;
    let mut deals: Vec<String> = first.iter().map(|row| format!("D{} {}", integer(&row[0]), text(&row[1]))).collect();
    if usize::try_from(count).is_ok_and(|count| count > NAMED) {
        deals.push("…".to_owned());
    }
    let place = format!("{} {}", crm.schema(kind)?.short(id), crm.title(kind, id)?);
    let template = match field {
        "deleted_at" => "{count} {count:deal is|deals are} still in {place}, which cannot be removed: {deals}.",
        "outcome" => "{count} {count:deal is|deals are} still in {place}, which cannot mean another outcome: {deals}.",
        _ => "{count} {count:deal is|deals are} still in {place}, which cannot go to another pipeline: {deals}.",
    };
    let message = Message::new(template).with("count", count).with("place", place).with("deals", deals.join(", "));
    let hint =
        Message::new("kehu deal list {kind}={place}").with("kind", kind).with("place", crm.schema(kind)?.short(id));
    let error = Error::new(Cause::Conflict, message).hint(hint);
    Err(if field == "deleted_at" { error } else { error.on_field(field) })
}
