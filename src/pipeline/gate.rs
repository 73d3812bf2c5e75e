//! Gates: what must be known of a deal before it may leave a stage or enter one.

use super::{Stage, memo, sample};
use crate::{
    Result,
    crm::{Crm, integer, text},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Field, Value},
    store::Sql,
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
    let mut missing = Vec::new();
    for name in needed {
        if lacks(crm, draft, &name)? {
            missing.push(name);
        }
    }
    if missing.iter().any(|name| is_checklist(draft, name)) {
        return Err(unfinished(crm, draft, to)?);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut values = Vec::new();
    for field in missing.iter().filter_map(|name| field(draft, name)).filter(|field| field.writable()) {
        values.push(sample::assignment(crm, draft, field)?);
    }
    let error = Error::new(
        Cause::Refused,
        Message::new("A deal does not come to {stage} without {fields}.")
            .with("stage", &to.name)
            .with("fields", missing.join(", ")),
    )
    .on_field(missing[0].clone());
    Err(match draft.id.map(|id| draft.schema.short(id)) {
        Some(deal) if values.is_empty() => error.hint(Message::new("kehu deal show {deal}").with("deal", deal)),
        Some(deal) => error
            .hint(Message::new("kehu deal edit {deal} {values}").with("deal", deal).with("values", values.join(" "))),
        None => error,
    })
}

/// The field that a gate names, in either language.
fn field<'d>(draft: &'d Draft, name: &str) -> Option<&'d Field> {
    draft.schema.visible().find(|field| {
        field.name == name || field.name == format!("x_{name}") || !field.label_zh.is_empty() && field.label_zh == name
    })
}

/// What the program works out of what people do with a deal, so that they can pass a gate that asks for it.
const BROUGHT_ABOUT: [&str; 4] = ["checklist_done", "next_step", "last_touch", "decider_touch"];

/// Refuses a gate that nobody could open, or that always is: one that asks for what the program alone keeps.
pub(super) fn refuse_unfillable(field: &Field) -> Result<()> {
    if field.writable() && !field.kept || BROUGHT_ABOUT.contains(&&*field.name) {
        return Ok(());
    }
    let message = Message::new("{field} is kept by the program; a stage asks for what people fill in.");
    let hint = Message::new("kehu stage edit ST2 --needs amount,close");
    Err(Error::bad_value(message.with("field", &field.name)).hint(hint))
}

/// Whether a gate speaks of the checklist of the stage that a deal leaves, in either language.
fn is_checklist(draft: &Draft, name: &str) -> bool {
    draft.schema.field("checklist_done").is_some_and(|field| field.name == name || field.label_zh == name)
}

fn lacks(crm: &mut Crm, draft: &Draft, name: &str) -> Result<bool> {
    let Some(field) = field(draft, name) else { return Ok(false) };
    let value = match draft.id {
        // What is computed stands with the record as it is still; a stage without a checklist has nothing left.
        Some(id) if field.computed.is_some() => {
            let value = crm.record("deal", id)?.value(&field.name);
            return Ok(value == Value::Bool(false) || value.is_empty() && field.name != "checklist_done");
        }
        None if field.computed.is_some() => return Ok(false),
        _ => draft.get(&field.name),
    };
    Ok(value.is_empty() || value == Value::Bool(false))
}

/// Names the steps that are left.
fn unfinished(crm: &mut Crm, draft: &Draft, to: &Stage) -> Result<Error> {
    let deal = draft.id.unwrap_or_default();
    let sql = "SELECT s.name, a.id FROM deal_steps s JOIN deals d ON d.id = s.deal AND d.stage = s.stage \
               LEFT JOIN activities a ON a.id = s.activity WHERE s.deal = ? AND s.deleted_at IS NULL \
               AND a.done IS NULL AND a.cancelled IS NULL ORDER BY s.position, s.id";
    let rows = crm.db.query(sql, &[Sql::Integer(deal)])?;
    let left: Vec<String> = rows.iter().map(|row| text(&row[0])).collect();
    let message = Message::new("A deal does not come to {stage} before its checklist is done: {steps}.")
        .with("stage", &to.name)
        .with("steps", left.join(", "));
    let error = Error::new(Cause::Refused, message).on_field("stage");
    let next = rows.iter().find(|row| !row[1].is_null()).map(|row| integer(&row[1]));
    Ok(match next {
        Some(activity) => error.hint(Message::new("kehu activity done A{number}").with("number", activity)),
        None => error.hint(Message::new("kehu deal plan D{number}").with("number", deal)),
    })
}
