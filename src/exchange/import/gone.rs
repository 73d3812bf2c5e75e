//! Rows that would make somebody responsible who no longer works here.

use super::{
    lane::{Lane, Spoken},
    links::Links,
    problem::{Attempt, Problem},
};
use crate::{
    Crm,
    crm::bulk::Stored,
    customers::responsible::{is_open, is_responsible},
    record::Value,
};

/// Refuses such a row. One that names its record by uid comes from an export, and brings back what was.
pub(super) fn refuse(
    crm: &mut Crm,
    lane: &Lane,
    links: &mut Links,
    spoken: &Spoken,
    stored: Option<&Stored>,
) -> Attempt<()> {
    let (shape, said) = (&lane.shape, &spoken.said);
    let open = is_open(&shape.schema, |name| said.value(shape.place(name)).clone());
    if !said.text(shape.uid).is_empty() || !open {
        return Ok(());
    }
    let mut problems = Vec::new();
    for slot in shape.links.iter().filter(|slot| is_responsible(&shape.slots[**slot].field)) {
        let Value::Link(user) = &said.values[*slot] else { continue };
        if stored.is_some_and(|stored| stored.values[*slot].same(&said.values[*slot])) {
            continue;
        }
        if let Some(error) = links.gone(crm, user.id)? {
            let problem = Problem::of(error)?;
            problems.push(problem.on_field(shape.name(*slot)));
        }
    }
    Problem::of_all(problems)
}
