//! Problems and the incidents that they cause: solving the one solves the others.

use super::{Ticket, TicketStatus};
use crate::{
    Result,
    crm::Crm,
    record::{Id, Value, Values, types::FieldType},
    store::Sql,
};

/// The cases of a problem that are not solved yet.
pub(super) fn unsolved(crm: &mut Crm, problem: i64) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM tickets WHERE parent = ? AND status NOT IN ('resolved', 'closed') \
               AND deleted_at IS NULL ORDER BY id";
    crm.numbers(sql, &[Sql::Integer(problem)])
}

/// Solves what a problem caused the way the problem itself was solved; one that says how already keeps that.
pub(super) fn solve(crm: &mut Crm, problem: i64) -> Result<usize> {
    let solved: Ticket = crm.get(Id::new(problem))?;
    let cases = unsolved(crm, problem)?;
    for id in &cases {
        let case: Ticket = crm.get(Id::new(*id))?;
        let mut values: Values = vec![("status".to_owned(), TicketStatus::Resolved.to_value())];
        for (field, theirs, own) in [
            ("resolution", solved.resolution.as_deref(), case.resolution.as_deref()),
            ("cause", solved.cause.as_deref(), case.cause.as_deref()),
        ] {
            if let (Some(text), None) = (theirs, own) {
                values.push((field.to_owned(), Value::text(text)));
            }
        }
        crm.change("ticket", *id, values, None)?;
    }
    Ok(cases.len())
}
