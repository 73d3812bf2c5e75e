//! Lead rule (R43): which leads go to whom, and how many a day; `kehu lead assign` applies them.

use super::Lead;
use crate::{
    Result,
    crm::{Crm, Query},
    error::Error,
    message::Message,
    org::{Branch, Department, User},
    record::{Draft, Id, Named, Value, filter, record},
};

record! {
    /// A rule of the assignment: leads that match go to a colleague, or in turn to those of a branch or department.
    pub struct LeadRule in "lead_rules" as "LR" called "lead_rule" {
        /// Which leads, in the filter language
        condition: String [title, list],
        /// The colleague who gets them
        user: Option<Id<User>> [list],
        /// The branch whose colleagues get them in turn
        branch: Option<Id<Branch>> [list],
        /// The department whose colleagues get them in turn
        department: Option<Department> [list],
        /// How many leads a day one colleague may get by it; any number when empty
        capacity: Option<i64> [min("0"), max("100000"), list],
        /// Whether it rests for now
        paused: bool [default("no"), list],
        /// Where it stands: the first rule that fits a lead and has somebody free counts
        position: Option<i64> [list],
        /// What the rule is for
        notes: Option<String>,
    }
}

/// A rule says who, and its condition can be asked of leads.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    let team = !draft.get("branch").is_empty() || !draft.get("department").is_empty();
    if team != draft.get("user").is_empty() {
        return Err(Error::bad_value(Message::new(
            "A rule names one colleague, or the branch or department whose colleagues take turns.",
        ))
        .on_field("user")
        .hint(Message::new("kehu lead_rule add \"source=web\" --department sales --capacity 5")));
    }
    fits_leads(crm, draft)?;
    if draft.is_new() && draft.get("position").is_empty() {
        let last = crm.numbers("SELECT COALESCE(MAX(position), 0) FROM lead_rules WHERE deleted_at IS NULL", &[])?;
        draft.set("position", Value::Integer(last.first().copied().unwrap_or_default() + 1));
    }
    Ok(())
}

/// Refuses a condition that could not be asked of leads.
pub(super) fn fits_leads(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let condition = draft.get("condition");
    let filter = filter::parse(condition.as_text().unwrap_or_default()).map_err(|error| error.on_field("condition"))?;
    let columns = vec!["id".into()];
    crm.list(&Query { filter, limit: Some(1), paging: true, columns, ..Query::new(Lead::KIND) })
        .map(|_| ())
        .map_err(|error| error.on_field("condition"))
}
