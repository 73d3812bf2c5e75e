//! New records, and contacts that stand in a customer's row, written with the rules of their kind.

use super::{lane::Lane, problem::Attempt, said::Said, shape::Shape};
use crate::{
    Crm, catalog,
    crm::bulk::{Bulk, Inserter},
    customers::qualification,
    record::{Draft, Link, Origin, Value},
};

/// Writes a new record. Most kinds have no rules for new ones; a contact's are kept through its draft.
pub(super) fn insert(
    crm: &mut Crm,
    bulk: &mut Bulk,
    lane: &Lane,
    inserter: &mut Inserter,
    said: &Said,
    values: &mut Vec<Value>,
) -> Attempt<i64> {
    let shape = &lane.shape;
    match lane.kind() {
        kind if is_plain(kind) => Ok(crm.insert_quickly(bulk, inserter, &said.values)?),
        "contact" => insert_by_rules(crm, bulk, shape, inserter, said, values, None),
        _ => {
            let mut draft = new_draft(shape, said);
            if let Some(id) = qualification::raised_already(crm, &draft)? {
                crm.take_over_uid(&shape.schema, id, said.text(shape.uid))?;
                return Ok(id);
            }
            Ok(crm.insert_draft(&mut draft, true)?)
        }
    }
}

/// Whether new records of a kind need no rules but those of their values.
pub(super) fn is_plain(kind: &str) -> bool {
    matches!(kind, "customer" | "user" | "branch")
}

pub(super) fn new_draft(shape: &Shape, said: &Said) -> Draft {
    let pairs = shape.slots.iter().zip(&said.values).filter(|(_, value)| !value.is_empty());
    let values = pairs.map(|(slot, value)| (slot.field.name.to_string(), value.clone())).collect();
    let origin = said.origin(shape);
    Draft { schema: shape.schema.clone(), id: None, stored: Vec::new(), values, removing: false, origin }
}

/// A new contact, which may become the primary one of its customer, or take that from another.
fn insert_by_rules(
    crm: &mut Crm,
    bulk: &mut Bulk,
    shape: &Shape,
    inserter: &mut Inserter,
    said: &Said,
    values: &mut Vec<Value>,
    customer: Option<i64>,
) -> Attempt<i64> {
    let mut draft = new_draft(shape, said);
    if let Some(customer) = customer {
        draft.set("customer", Link::to(customer));
    }
    let rules = catalog::entry("contact");
    if let Some(rules) = rules {
        (rules.check)(crm, &mut draft)?;
    }
    values.clear();
    values.extend(said.values.iter().cloned());
    for name in ["customer", "primary"] {
        match shape.place(name) {
            Some(slot) => values[slot] = draft.get(name),
            None if name == "primary" || customer.is_some() => values.push(draft.get(name)),
            None => {}
        }
    }
    let id = crm.insert_quickly(bulk, inserter, values)?;
    draft.id = Some(id);
    if let Some(rules) = rules {
        (rules.settle)(crm, &draft)?;
    }
    Ok(id)
}

/// The contact of a customer's row; the first of a new customer is the primary one and displaces nobody.
pub(super) fn add_contact(
    crm: &mut Crm,
    bulk: &mut Bulk,
    shape: &Shape,
    inserter: &mut Inserter,
    said: &Said,
    customer: i64,
    fresh: bool,
) -> Attempt<i64> {
    let mut values = said.values.clone();
    if !fresh || shape.place("primary").is_some() || shape.place("left").is_some() {
        return insert_by_rules(crm, bulk, shape, inserter, said, &mut values, Some(customer));
    }
    match shape.place("customer") {
        Some(slot) => values[slot] = Link::to(customer),
        None => values.push(Link::to(customer)),
    }
    values.push(Value::Bool(true));
    Ok(crm.insert_quickly(bulk, inserter, &values)?)
}

pub(super) fn change_contact(crm: &mut Crm, shape: &Shape, id: i64, changes: Vec<(usize, Value)>) -> Attempt<bool> {
    let entry = crm.record("contact", id)?;
    let values = changes.into_iter().map(|(slot, value)| (shape.slots[slot].field.name.to_string(), value)).collect();
    let mut draft = Draft {
        schema: entry.schema.clone(),
        id: Some(id),
        stored: entry.values,
        values,
        removing: false,
        origin: Origin::File,
    };
    Ok(!crm.update_draft(&mut draft, true)?.changed.is_empty())
}
