//! By which fields a colleague is responsible for a record; who left is given nothing new, and keeps what is theirs.

use super::assign::open_while_empty;
use crate::{
    Result, catalog,
    crm::Crm,
    record::{Draft, Field, Kind, Schema, Value},
};

/// The names of those fields.
const RESPONSIBLE: [&str; 2] = ["owner", "manager"];

/// Whether a colleague is responsible for a record by this field.
pub(crate) fn is_responsible(field: &Field) -> bool {
    RESPONSIBLE.contains(&&*field.name) && field.stored() && field.kind == Kind::Link("user".into())
}

/// Whether there is anything left to do with a record of that kind: what happened keeps the name of who did it.
pub(crate) fn is_open(schema: &Schema, value: impl Fn(&str) -> Value) -> bool {
    match open_while_empty(schema) {
        Some(open) => value(open).is_empty(),
        None => catalog::entry(schema.kind).is_none_or(|entry| entry.event.is_none()),
    }
}

/// Refuses to make somebody responsible who no longer works here; what they are responsible for may be changed.
pub(crate) fn refuse_gone(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let given = |field: &&Field| {
        let to = draft.changed(&field.name).and_then(Value::as_integer);
        is_responsible(field) && to.is_some() && to != draft.before(&field.name).as_integer()
    };
    if !is_open(&draft.schema, |name| draft.get(name)) {
        return Ok(());
    }
    for field in draft.schema.fields.iter().filter(given) {
        if let Some(user) = draft.get(&field.name).as_integer() {
            crm.at_work(user).map_err(|error| error.on_field(&*field.name))?;
        }
    }
    Ok(())
}
