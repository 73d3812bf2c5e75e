//! Claiming a customer from the pool: of two who try at once one gets it and the other is told who, within what the pool
//! allows a day, at once, and to who had it before (behaviours 18 and 19).

use super::{Pool, administers, me, moves::Step, named, pool_of};
use crate::{
    Result,
    crm::{Crm, refuse_deleted, text},
    customers::Customer,
    error::{Cause, Error},
    message::Message,
    org::User,
    pipeline::PoolAction,
    record::{Id, Verb, types},
    store::Sql,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// `kehu customer claim`.
pub(crate) const CLAIM: Verb = Verb {
    name: "claim",
    doc: "Takes a customer out of the pool, to look after them; of two who try at once one gets it",
    asks: &[],
    example: "kehu customer list in_pool=yes --limit 5\n  kehu customer claim C9",
    refused: |_, _| Ok(None),
    run: |crm, id, _| claim(crm, id),
};

/// Customers of a colleague that count, since business with them is open or has yet to begin.
const HELD: &str = "SELECT COUNT(*) FROM customers c WHERE c.owner = ? AND c.deleted_at IS NULL AND NOT (\
    EXISTS (SELECT 1 FROM deals d WHERE d.customer = c.id AND d.deleted_at IS NULL) AND NOT \
    EXISTS (SELECT 1 FROM deals d JOIN stages s ON s.id = d.stage WHERE d.customer = c.id AND d.deleted_at IS NULL \
    AND s.outcome = 'open'))";

/// Takes a customer for whoever asks, by one statement that does nothing where somebody was faster.
fn claim(crm: &mut Crm, id: i64) -> Result<()> {
    let me = me(crm)?;
    let entry = crm.record("customer", id)?;
    refuse_deleted(&entry)?;
    let customer: Customer = crm.get(Id::new(id))?;
    if let Some(owner) = customer.owner {
        return Err(taken(crm, id, &customer, owner.number, me)?);
    }
    let Some(pool) = pool_of(crm, id)? else { return Err(in_no_pool(id, &customer)) };
    refuse_stranger(crm, me, &pool)?;
    refuse_former(crm, me, (id, &customer), &pool)?;
    refuse_beyond(crm, me, &pool)?;
    let won = crm.db.execute(
        "UPDATE customers SET owner = ?, updated_at = ?, version = version + 1 \
         WHERE id = ? AND owner IS NULL AND pool = ? AND deleted_at IS NULL",
        &[Sql::Integer(me), Sql::Text(crm.now_text()), Sql::Integer(id), Sql::Integer(pool.id.number)],
    )?;
    if won == 0 {
        let customer: Customer = crm.get(Id::new(id))?;
        return Err(match customer.owner {
            Some(owner) => taken(crm, id, &customer, owner.number, me)?,
            None => in_no_pool(id, &customer),
        });
    }
    let name = crm.title("user", me)?;
    let step = Step { pool: Some(pool.id.number), taker: Some(me), ..Step::of(id, PoolAction::Claimed, name) };
    crm.write_steps(&[step])?;
    crm.forget_shares(&[id], me).map(|_| ())
}

fn taken(crm: &mut Crm, id: i64, customer: &Customer, owner: i64, me: i64) -> Result<Error> {
    if owner == me {
        let message = Message::new("{customer} is yours already.").with("customer", named(id, customer));
        return Ok(Error::new(Cause::Refused, message).hint(Message::new("kehu customer list in_pool=yes")));
    }
    let message = Message::new("{customer} is {owner}'s already.")
        .with("customer", named(id, customer))
        .with("owner", crm.title("user", owner)?);
    Ok(Error::new(Cause::Conflict, message).hint(Message::new("kehu customer list in_pool=yes")))
}

fn in_no_pool(id: i64, customer: &Customer) -> Error {
    let message = Message::new("{customer} is in no pool.").with("customer", named(id, customer));
    let hint = Message::new("kehu customer edit C{number} owner=me").with("number", id);
    Error::new(Cause::Refused, message).hint(hint)
}

/// A pool may be for the colleagues of a branch or a department alone.
fn refuse_stranger(crm: &mut Crm, me: i64, pool: &Pool) -> Result<()> {
    let user: User = crm.get(Id::new(me))?;
    let elsewhere = pool.branch.is_some() && pool.branch != user.branch;
    let otherwise = pool.department.is_some() && pool.department != user.department;
    if !elsewhere && !otherwise || administers(crm, me, Some(pool))? {
        return Ok(());
    }
    let whose = match (elsewhere, pool.branch) {
        (true, Some(branch)) => crm.title("branch", branch.number)?,
        _ => pool.department.map(|department| department.key().to_owned()).unwrap_or_default(),
    };
    let message = Message::new("{pool} is for the colleagues of {whose}, not for {name}.");
    let message = message.with("pool", pool.called()).with("whose", whose).with("name", &user.name);
    let hint = Message::new("kehu pool show PO{pool}").with("pool", pool.id.number);
    Err(Error::new(Cause::NotAllowed, message).hint(hint))
}

/// Whoever let a customer go does not claim it again at once.
fn refuse_former(crm: &mut Crm, me: i64, (id, customer): (i64, &Customer), pool: &Pool) -> Result<()> {
    let Some(days) = pool.cool_down.filter(|days| *days > 0) else { return Ok(()) };
    let sql = "SELECT MAX(at) FROM pool_moves WHERE customer = ? AND former = ? \
               AND action IN ('released', 'recovered') AND deleted_at IS NULL";
    let row = crm.db.first(sql, &[Sql::Integer(id), Sql::Integer(me)])?;
    let Some(left) = row.and_then(|row| day_in(&text(&row[0]), crm.reading().clock.zone())) else { return Ok(()) };
    let free = left.saturating_add(days.days());
    if crm.reading().clock.today() >= free {
        return Ok(());
    }
    let message = Message::new("{customer} was yours until {left}; you may claim it again from {free} on.")
        .with("customer", named(id, customer))
        .with("left", left)
        .with("free", free);
    Err(Error::new(Cause::Refused, message).hint(Message::new("kehu customer list in_pool=yes")))
}

/// No more a day than the pool allows, and no more in all.
fn refuse_beyond(crm: &mut Crm, me: i64, pool: &Pool) -> Result<()> {
    let count = |crm: &mut Crm, sql: &str, arguments: &[Sql]| -> Result<i64> {
        Ok(crm.numbers(sql, arguments)?.first().copied().unwrap_or_default())
    };
    if let Some(most) = pool.claims_a_day {
        let today = crm.reading().clock.today();
        let (morning, _) = types::day_bounds(today, today, crm.reading())?;
        let sql = "SELECT COUNT(*) FROM pool_moves WHERE at >= ? AND action = 'claimed' AND taker = ? AND pool = ? \
                   AND deleted_at IS NULL";
        let arguments = [Sql::Text(morning), Sql::Integer(me), Sql::Integer(pool.id.number)];
        if count(crm, sql, &arguments)? >= most {
            let message =
                Message::new("Nobody may claim more than {most} {most:customer|customers} a day from {pool}.");
            let hint = Message::new("kehu pool_move list action=claimed at=today");
            return Err(refused(message.with("most", most).with("pool", pool.called()), hint));
        }
    }
    if let Some(most) = pool.holding_cap {
        let held = count(crm, HELD, &[Sql::Integer(me)])?;
        if held >= most {
            let message = Message::new(
                "You look after {held} {held:customer|customers} whose business is not closed; {pool} gives to nobody with {most} or more.",
            );
            let hint = Message::new("kehu customer list owner=me");
            return Err(refused(message.with("held", held).with("pool", pool.called()).with("most", most), hint));
        }
    }
    Ok(())
}

fn refused(message: Message, hint: Message) -> Error {
    Error::new(Cause::Refused, message).hint(hint)
}

/// The day of an instant or a day as it is stored, in a time zone.
pub(super) fn day_in(stored: &str, zone: &TimeZone) -> Option<Date> {
    if stored.len() == 10 {
        return stored.parse().ok();
    }
    let at: Timestamp = stored.parse().ok()?;
    Some(at.to_zoned(zone.clone()).date())
}
