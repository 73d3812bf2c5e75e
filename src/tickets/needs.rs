//! What must be known of a ticket before it is taken in or solved, as its kind asks.

use super::{TicketStatus, TicketType, refused};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Draft, Field, Value, types::FieldType},
};

/// Refuses a ticket that lacks what its kind needs now.
pub(super) fn refuse_lacking(crm: &Crm, draft: &Draft, of_kind: Option<&TicketType>) -> Result<()> {
    let Some(of_kind) = of_kind else { return Ok(()) };
    let changed = |field: &str| draft.changed(field).is_some_and(|value| !value.same(&draft.before(field)));
    // What comes in by itself is taken in whatever it lacks.
    if (draft.is_new() || changed("kind")) && crm.door != "intake" {
        let message = Message::new("A ticket of the kind {words} is not taken in without {fields}.");
        refuse(crm, draft, of_kind, &of_kind.needs.0, message)?;
    }
    let over = TicketStatus::from_value(&draft.get("status")).is_some_and(TicketStatus::is_over);
    if over && changed("status") {
        let message = Message::new("A ticket of the kind {words} is not solved without {fields}.");
        refuse(crm, draft, of_kind, &of_kind.needs_to_resolve.0, message)?;
    }
    Ok(())
}

fn refuse(crm: &Crm, draft: &Draft, of_kind: &TicketType, names: &[String], message: Message) -> Result<()> {
    let mut missing = Vec::new();
    for name in names {
        let Ok(field) = crm.field(&draft.schema, name) else { continue };
        let lacks = match (&field.computed, draft.id) {
            (Some(_), _) => draft.before(&field.name) == Value::Bool(false),
            (None, _) => draft.get(&field.name).is_empty(),
        };
        if lacks {
            missing.push(field.name.to_string());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let chinese = of_kind.word_zh.as_ref().unwrap_or(&of_kind.word);
    let message = message.with("words", &of_kind.word).with("words_zh", chinese).with("fields", missing.join(", "));
    let error = refused(message).on_field(missing[0].clone());
    Err(match draft.id {
        Some(_) if missing[0] == "checklist_done" => error,
        Some(id) => {
            let hint = Message::new("kehu ticket edit T{number} {field}=…").with("number", id);
            error.hint(hint.with("field", &missing[0]))
        }
        None => error,
    })
}

/// A kind of ticket asks only for what tickets have and people fill in.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    let ticket = crm.schema("ticket")?;
    for needed in ["needs", "needs_to_resolve"] {
        for name in draft.get(needed).items() {
            let field =
                crm.field(&ticket, name.as_text().unwrap_or_default()).map_err(|error| error.on_field(needed))?;
            if !fillable(field, needed) {
                let message =
                    Message::new("{field} is kept by the program; a kind of ticket asks for what people fill in.");
                let hint = Message::new("kehu ticket_type edit TY1 --needs product,serial");
                return Err(Error::bad_value(message.with("field", &field.name)).on_field(needed).hint(hint));
            }
        }
    }
    Ok(())
}

fn fillable(field: &Field, needed: &str) -> bool {
    field.writable() && !field.kept || needed == "needs_to_resolve" && field.name == "checklist_done"
}

impl TicketType {
    /// What is known of the kind of a ticket; its word in Chinese becomes the one that all tickets say.
    pub(super) fn of(crm: &mut Crm, draft: &Draft) -> Result<Option<Self>> {
        let kind = draft.get("kind");
        let Some(word) = kind.as_text() else { return Ok(None) };
        let sql = "SELECT id FROM ticket_types WHERE deleted_at IS NULL AND (word_key = ? OR word_zh = ?) \
                   ORDER BY id LIMIT 1";
        let arguments = [crate::record::types::fold(word).as_str().into(), word.into()];
        let found = crm.numbers(sql, &arguments)?.first().copied();
        found.map(|id| crm.get(crate::record::Id::new(id))).transpose()
    }
}
