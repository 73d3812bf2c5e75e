//! The checklist of a ticket: what is to be done for it, one after the other.

use super::{Ticket, TicketStep};
use crate::{
    Result,
    crm::Crm,
    message::Message,
    record::{Draft, Id, Link, Value, Verb},
    store::Sql,
};

/// Adds what a text asks to be done, a line each; what stands there already is not added again.
pub(super) fn add(crm: &mut Crm, ticket: i64, list: &str) -> Result<Vec<i64>> {
    let rows = crm
        .db
        .query("SELECT name FROM ticket_steps WHERE ticket = ? AND deleted_at IS NULL", &[Sql::Integer(ticket)])?;
    let known: Vec<String> = rows.iter().map(|row| crate::crm::text(&row[0])).collect();
    let mut added = Vec::new();
    for line in list.lines().map(|line| line.trim().trim_start_matches(['-', '*']).trim()) {
        if line.is_empty() || known.iter().any(|known| known == line) {
            continue;
        }
        let values = vec![("name".to_owned(), Value::text(line)), ("ticket".to_owned(), Link::to(ticket))];
        added.push(crm.add("ticket_step", values)?);
    }
    Ok(added)
}

/// A step comes last unless its place is said, and whoever does it is who says so.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    if draft.is_new()
        && draft.get("position").is_empty()
        && let Some(ticket) = draft.get("ticket").as_integer()
    {
        let sql = "SELECT COALESCE(MAX(position), 0) + 1 FROM ticket_steps WHERE ticket = ? AND deleted_at IS NULL";
        let last = crm.numbers(sql, &[Sql::Integer(ticket)])?.first().copied().unwrap_or(1);
        draft.set("position", Value::Integer(last));
    }
    match draft.changed("done").map(Value::is_empty) {
        Some(true) => draft.set("done_by", Value::Null),
        Some(false) if draft.get("done_by").is_empty() => {
            if let Some((me, _)) = crm.actor() {
                draft.set("done_by", Link::to(me));
            }
        }
        _ => {}
    }
    Ok(())
}

impl TicketStep {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "done",
            doc: "Ticks off a step",
            asks: &[],
            example: "kehu ticket_step done TC3",
            refused: |crm, id| {
                let step: Self = crm.get(Id::new(id))?;
                Ok(step.done.map(|_| Message::new("{step} is done already.").with("step", &step.name)))
            },
            run: |crm, id, _| {
                let now = Value::Text(crm.now_text());
                crm.change("ticket_step", id, vec![("done".to_owned(), now)], None).map(|_| ())
            },
        },
        Verb {
            name: "undone",
            doc: "Says that a step is to be done still",
            asks: &[],
            example: "kehu ticket_step undone TC1",
            refused: |crm, id| {
                let step: Self = crm.get(Id::new(id))?;
                Ok(step.done.is_none().then(|| Message::new("{step} is to be done still.").with("step", &step.name)))
            },
            run: |crm, id, _| crm.change("ticket_step", id, vec![("done".to_owned(), Value::Null)], None).map(|_| ()),
        },
    ];
}

impl Crm {
    /// Adds steps to the checklist of a ticket, a line each, as one operation; says their numbers.
    ///
    /// # Errors
    /// A ticket that is not there.
    pub fn add_steps(&mut self, ticket: i64, list: &str) -> Result<Vec<i64>> {
        self.transaction("Add to checklist", |crm| {
            let known: Ticket = crm.get(Id::new(ticket))?;
            let added = add(crm, ticket, list)?;
            crm.relabel(&format!("Add to the checklist of T{ticket} {}", known.subject))?;
            Ok(added)
        })
    }
}
