//! The records that an activity is linked to agree with each other: all belong to the customer it is with.

use crate::{
    Result,
    crm::{Crm, integer},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Field, Kind, Link, Schema},
    store::Sql,
};
use std::sync::Arc;

/// Whatever an activity links to belongs to its customer, or says which customer it is. Kinds that join activities later
/// are held to it without being named here.
pub(super) fn agree(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let schema = draft.schema.clone();
    for field in schema.fields.iter().filter(|field| is_other(field)) {
        let Some(id) = draft.get(&field.name).as_integer().filter(|_| is_new_link(draft, field)) else { continue };
        let Some((other, theirs)) = customer_of(crm, field, id)? else { continue };
        match (theirs, draft.get("customer").as_integer()) {
            (Some(theirs), None) => draft.set("customer", Link::to(theirs)),
            // What another database of ours remembers was true then: people change their company.
            (theirs, Some(said)) if theirs != Some(said) && draft.changed("uid").is_none() => {
                return Err(disagreement(crm, field, (&other, id), theirs, said)?);
            }
            _ => {}
        }
    }
    follow_the_former(crm, draft)
}

/// A link to another record, beside those that say whom it concerns, who does it and what it follows.
fn is_other(field: &Field) -> bool {
    matches!(field.kind, Kind::Link(_)) && field.writable() && !matches!(&*field.name, "customer" | "owner" | "follows")
}

/// What was agreed once stays, even if a contact works elsewhere by now.
fn is_new_link(draft: &Draft, field: &Field) -> bool {
    draft.is_new() || draft.changed(&field.name).is_some() || draft.changed("customer").is_some()
}

/// The kind of a linked record and the customer that it belongs to; nothing where such records belong to none.
fn customer_of(crm: &mut Crm, field: &Field, id: i64) -> Result<Option<(Arc<Schema>, Option<i64>)>> {
    let schema = crm.schema(field.kind.target().unwrap_or_default())?;
    if !schema.field("customer").is_some_and(|field| field.kind.target() == Some("customer") && field.stored()) {
        return Ok(None);
    }
    let sql = format!("SELECT customer FROM \"{}\" WHERE id = ?", schema.table);
    let row = crm.db.first(&sql, &[Sql::Integer(id)])?;
    Ok(row.map(|row| (schema, Some(integer(&row[0])).filter(|_| row[0] != Sql::Null))))
}

/// What comes next concerns the same customer, unless another is named, and with them the same lead and deal.
fn follow_the_former(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let ours = draft.is_new() && draft.changed("uid").is_none();
    let Some(former) = draft.get("follows").as_integer().filter(|_| ours) else { return Ok(()) };
    let former = crm.record("activity", former)?;
    let theirs = former.value("customer").as_integer();
    if let Some(customer) = theirs.filter(|_| draft.get("customer").is_empty()) {
        draft.set("customer", Link::to(customer));
    }
    if draft.get("customer").as_integer() != theirs {
        return Ok(());
    }
    let schema = draft.schema.clone();
    for field in schema.fields.iter().filter(|field| is_other(field) && field.kind.target() == Some(&*field.name)) {
        let link = former.value(&field.name).as_integer().filter(|_| field.name != "contact");
        if let Some(link) = link.filter(|_| draft.get(&field.name).is_empty()) {
            draft.set(&field.name, Link::to(link));
        }
    }
    Ok(())
}

fn disagreement(
    crm: &mut Crm,
    field: &Field,
    (schema, id): (&Schema, i64),
    theirs: Option<i64>,
    said: i64,
) -> Result<Error> {
    let record = named(crm, schema, id)?;
    let customers = crm.schema("customer")?;
    let customer = named(crm, &customers, said)?;
    let message = match theirs {
        Some(theirs) => Message::new("{record} belongs to {theirs}, but the activity would be with {customer}.")
            .with("theirs", named(crm, &customers, theirs)?),
        None => Message::new("{record} belongs to no customer, but the activity would be with {customer}."),
    };
    Ok(Error::new(Cause::Refused, message.with("record", record).with("customer", customer)).on_field(&*field.name))
}

/// `P7 王晓明`.
fn named(crm: &mut Crm, schema: &Schema, id: i64) -> Result<String> {
    Ok(format!("{} {}", schema.short(id), crm.title(schema.kind, id)?))
}
