//! What follows in pools from changes made elsewhere: nobody gets around claiming, what changes hands is in the claim
//! log, and who is in a pool is not followed up before somebody has claimed them (4.2).

use super::{PoolAction, administers, moves::Step, named, pool_of, release};
use crate::{
    Result,
    crm::Crm,
    customers::Customer,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Id, Origin},
    store::Sql,
};

/// The claim log is not written by hand; it comes from another database by import, and goes with its customer.
pub(crate) fn check_move(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    if draft.deleted() || restored {
        return Ok(());
    }
    if crm.door == "import" {
        let (at, now) = (draft.get("at"), crm.now_text());
        let Some(at) = at.as_text().filter(|at| **at > *now) else { return Ok(()) };
        let message = Message::new("{at} is still to come: nothing moved then.").with("at", at);
        return Err(Error::new(Cause::Refused, message).on_field("at"));
    }
    let message = Message::new("The claim log is written by claiming and releasing customers, not by hand.");
    Err(Error::new(Cause::Refused, message).hint(Message::new("kehu customer list in_pool=yes")))
}

/// What follows from a written record.
pub(crate) fn follow(crm: &mut Crm, draft: &Draft) -> Result<()> {
    match draft.schema.kind {
        "customer" => follow_customer(crm, draft),
        "activity" => refuse_unclaimed(crm, draft),
        _ => Ok(()),
    }
}

fn follow_customer(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let Some(id) = draft.id.filter(|_| !draft.deleted()) else { return Ok(()) };
    let changed = |field: &str| draft.changed(field).is_some_and(|value| !value.same(&draft.before(field)));
    if draft.origin == Origin::Person && crm.door != "import" && changed("protected_until") {
        release::check_protection(crm, id, &draft.get("protected_until"))?;
    }
    // A new customer has no past to be told.
    let fresh = draft.stored.is_empty();
    if fresh || !changed("owner") && !changed("pool") {
        return Ok(());
    }
    let (before, after) = (draft.before("owner").as_integer(), draft.get("owner").as_integer());
    let pool = draft.get("pool").as_integer();
    match (before, after) {
        (None, None) if pool.is_some() => put_in(crm, id, None, pool),
        (Some(former), None) if pool.is_some() => put_in(crm, id, Some(former), pool),
        (former, Some(taker)) if changed("owner") => handed(crm, former, &[id], taker),
        _ => Ok(()),
    }
}

fn put_in(crm: &mut Crm, id: i64, former: Option<i64>, pool: Option<i64>) -> Result<()> {
    let title = crm.title("pool", pool.unwrap_or_default())?;
    let action = if former.is_some() { PoolAction::Released } else { PoolAction::Entered };
    crm.write_steps(&[Step { pool, former, ..Step::of(id, action, title) }])
}

/// Customers of one colleague, or of nobody, went to another: from then on they count as the other's. Nobody gives
/// themselves what is in a pool but whoever administers it: the others claim it.
pub(crate) fn handed(crm: &mut Crm, former: Option<i64>, customers: &[i64], taker: i64) -> Result<()> {
    if customers.is_empty() || crm.db.first("SELECT 1 FROM pools LIMIT 1", &[])?.is_none() {
        return Ok(());
    }
    if former.is_none() && crm.door != "import" && crm.actor().is_some_and(|(me, _)| me == taker) {
        refuse_self_service(crm, customers, taker)?;
    }
    let title = crm.title("user", taker)?;
    let schema = crm.schema("customer")?;
    let pools = crm.links_of(&schema, "pool", customers)?;
    let step = |id: &i64| Step {
        pool: pools.get(id).copied().flatten(),
        former,
        taker: Some(taker),
        ..Step::of(*id, PoolAction::Assigned, &title)
    };
    crm.write_steps(&customers.iter().map(step).collect::<Vec<_>>())
}

fn refuse_self_service(crm: &mut Crm, customers: &[i64], me: i64) -> Result<()> {
    for id in customers {
        let Some(pool) = pool_of(crm, *id)? else { continue };
        if administers(crm, me, Some(&pool))? {
            continue;
        }
        let customer: Customer = crm.get(Id::new(*id))?;
        let message = Message::new("{customer} is in {pool}, from which customers are claimed.")
            .with("customer", named(*id, &customer))
            .with("pool", pool.called());
        let hint = Message::new("kehu customer claim C{number}").with("number", *id);
        return Err(Error::new(Cause::Refused, message).on_field("owner").hint(hint));
    }
    Ok(())
}

/// What they tell us is written down at any time; whoever would follow them up claims them first.
fn refuse_unclaimed(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let ours = draft.origin == Origin::Person && draft.stored.is_empty() && !draft.deleted() && crm.door != "import";
    let Some(customer) = draft.get("customer").as_integer().filter(|_| ours) else { return Ok(()) };
    if draft.get("direction").as_text() == Some("in") || draft.get("kind").as_text() == Some("joined") {
        return Ok(());
    }
    let sql = "SELECT c.id FROM customers c JOIN pools p ON p.id = c.pool \
               WHERE c.id = ? AND c.owner IS NULL AND NOT p.follow_unclaimed AND p.deleted_at IS NULL";
    if crm.db.first(sql, &[Sql::Integer(customer)])?.is_none() {
        return Ok(());
    }
    let known: Customer = crm.get(Id::new(customer))?;
    let pool = pool_of(crm, customer)?.map(|pool| pool.called()).unwrap_or_default();
    let message = Message::new("{customer} is in {pool}: claim them before you follow them up.")
        .with("customer", named(customer, &known))
        .with("pool", pool);
    let hint = Message::new("kehu customer claim C{number}").with("number", customer);
    Err(Error::new(Cause::Refused, message).on_field("customer").hint(hint))
}
