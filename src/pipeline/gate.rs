//! Gates: what must be known of a deal before it may leave a stage or enter one.

use super::{Stage, memo};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Value},
};

/// Refuses a step for which something is missing. A deal that is imported as closed passed its gates elsewhere.
pub(super) fn pass(crm: &mut Crm, draft: &Draft, to: &Stage) -> Result<()> {
    if crm.door == "import" && draft.is_new() && to.outcome != super::Outcome::Open {
        return Ok(());
    }
    let mut needed = to.needs.0.clone();
    if to.outcome != super::Outcome::Lost
        && let Some(former) = draft.before("stage").as_integer()
    {
        let former = memo::stage(crm, former)?;
        needed.extend(former.needs_to_leave.0);
    }
    let missing: Vec<String> = needed.into_iter().filter(|name| empty(draft, name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let flags: Vec<String> = missing.iter().map(|name| format!("{name}=…")).collect();
    let error = Error::new(
        Cause::Refused,
        Message::new("A deal does not come to {stage} without {fields}.")
            .with("stage", &to.name)
            .with("fields", missing.join(", ")),
    )
    .on_field(missing[0].clone());
    Err(match draft.id {
        Some(id) => error.hint(
            Message::new("kehu deal edit {deal} {values}")
                .with("deal", draft.schema.short(id))
                .with("values", flags.join(" ")),
        ),
        None => error,
    })
}

fn empty(draft: &Draft, name: &str) -> bool {
    let field = draft.schema.visible().find(|field| {
        field.name == name || field.name == format!("x_{name}") || !field.label_zh.is_empty() && field.label_zh == name
    });
    field.is_some_and(|field| draft.get(&field.name).is_empty() || draft.get(&field.name) == Value::Bool(false))
}
