//! Giving a customer back to the pool, and keeping one from going there for a while.

use super::{Pool, administers, me, moves::Step, named, pool_of};
use crate::{
    Result,
    crm::{Crm, refuse_deleted},
    customers::Customer,
    error::{Cause, Error},
    message::Message,
    pipeline::PoolAction,
    record::{Ask, Id, Kind, Value, Values, Verb},
    reports::parameter,
    store::Sql,
};

/// `kehu customer release`.
pub(crate) const RELEASE: Verb = Verb {
    name: "release",
    doc: "Gives a customer back to the pool, for others to claim",
    asks: &[
        Ask { name: "reason", doc: "Why", kind: || Kind::Text, required: true },
        Ask {
            name: "pool",
            doc: "Which pool, where it is not theirs already and several would do",
            kind: || Kind::Link("pool".into()),
            required: false,
        },
    ],
    example: "kehu customer release C3 --reason \"no time for them\"",
    refused: nobodys,
    run: release,
};

/// `kehu customer protect`.
pub(crate) const PROTECT: Verb = Verb {
    name: "protect",
    doc: "Keeps the pool rules from taking a customer from their owner until a day",
    asks: &[Ask { name: "until", doc: "The last day: 2026-06-30, +30d", kind: || Kind::Date, required: true }],
    example: "kehu customer protect C3 --until +30d",
    refused: |_, _| Ok(None),
    run: |crm, id, answers| {
        let until = parameter(answers, "until");
        crm.change("customer", id, vec![("protected_until".to_owned(), until)], None).map(|_| ())
    },
};

fn nobodys(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
    let customer: Customer = crm.get(Id::new(id))?;
    let template = "Nobody looks after {customer}, so nobody can let them go.";
    Ok(customer.owner.is_none().then(|| Message::new(template).with("customer", named(id, &customer))))
}

fn release(crm: &mut Crm, id: i64, answers: &Values) -> Result<()> {
    let me = me(crm)?;
    let entry = crm.record("customer", id)?;
    refuse_deleted(&entry)?;
    let customer: Customer = crm.get(Id::new(id))?;
    let Some(owner) = customer.owner.map(|owner| owner.number) else { return Ok(()) };
    let pool = pool_for(crm, id, &customer, parameter(answers, "pool").as_integer())?;
    refuse_others(crm, me, (id, &customer, owner), &pool)?;
    let reason = parameter(answers, "reason").as_text().unwrap_or_default().trim().to_owned();
    crm.db.execute(
        "UPDATE customers SET owner = NULL, pool = ?, protected_until = NULL, updated_at = ?, version = version + 1 \
         WHERE id = ?",
        &[Sql::Integer(pool.id.number), Sql::Text(crm.now_text()), Sql::Integer(id)],
    )?;
    crm.write_steps(&[Step {
        pool: Some(pool.id.number),
        former: Some(owner),
        reason: Some(reason),
        ..Step::of(id, PoolAction::Released, &pool.name)
    }])
}

/// Only who looks after a customer lets it go, or who administers the pool.
fn refuse_others(crm: &mut Crm, me: i64, (id, customer, owner): (i64, &Customer, i64), pool: &Pool) -> Result<()> {
    if owner == me || administers(crm, me, Some(pool))? {
        return Ok(());
    }
    let name = crm.title("user", owner)?;
    let message = Message::new("{customer} is {owner}'s: only they can let it go, or who looks after {pool}.")
        .with("customer", named(id, customer))
        .with("owner", name)
        .with("pool", pool.called());
    let hint = Message::new("kehu pool show PO{pool}").with("pool", pool.id.number);
    Err(Error::new(Cause::NotAllowed, message).hint(hint))
}

/// The pool that was named, else their own, else the only one that is for customers of their branch.
fn pool_for(crm: &mut Crm, id: i64, customer: &Customer, said: Option<i64>) -> Result<Pool> {
    if let Some(said) = said {
        return crm.get(Id::new(said));
    }
    if let Some(own) = pool_of(crm, id)? {
        return Ok(own);
    }
    let branch = customer.branch.map_or(Sql::Null, |branch| Sql::Integer(branch.number));
    let sql =
        "SELECT id FROM pools WHERE deleted_at IS NULL AND (branch IS NULL OR branch = CAST(? AS BIGINT)) ORDER BY id";
    let fitting = crm.numbers(sql, &[branch])?;
    if let [only] = fitting[..] {
        return crm.get(Id::new(only));
    }
    let (message, hint) = if fitting.is_empty() {
        let message = Message::new("There is no pool for {customer}.");
        (message, Message::new("kehu pool add \"Open to all\""))
    } else {
        let message = Message::new("Which pool is {customer} to go to?");
        let hint = Message::new("kehu customer release C{number} --pool PO{pool} --reason \"…\"");
        (message, hint.with("number", id).with("pool", fitting[0]))
    };
    Err(Error::new(Cause::Refused, message.with("customer", named(id, customer))).on_field("pool").hint(hint))
}

/// Who may protect a customer, and until when.
pub(super) fn check_protection(crm: &mut Crm, id: i64, until: &Value) -> Result<()> {
    let Some(day) = until.as_text().and_then(|day| day.parse::<jiff::civil::Date>().ok()) else { return Ok(()) };
    let customer: Customer = crm.get(Id::new(id))?;
    let today = crm.reading().clock.today();
    let refused = |message: Message| Error::new(Cause::Refused, message).on_field("until");
    if day < today {
        let hint = Message::new("kehu customer protect C{number} --until +30d").with("number", id);
        return Err(refused(Message::new("{until} has passed already.").with("until", day)).hint(hint));
    }
    let Some(owner) = customer.owner else {
        let message = Message::new("Nobody looks after {customer}, so there is nothing to protect.");
        let hint = Message::new("kehu customer claim C{number}").with("number", id);
        return Err(refused(message.with("customer", named(id, &customer))).hint(hint));
    };
    let pool = pool_of(crm, id)?;
    let me = me(crm)?;
    if administers(crm, me, pool.as_ref())? {
        return Ok(());
    }
    if owner.number != me {
        let message = Message::new("{customer} is {owner}'s: only they can protect it, or a manager.")
            .with("customer", named(id, &customer))
            .with("owner", crm.title("user", owner.number)?);
        let hint = Message::new("kehu customer list owner=me");
        return Err(Error::new(Cause::NotAllowed, message).hint(hint));
    }
    if let Some((pool, days)) = pool.as_ref().and_then(|pool| Some((pool, pool.protect_days?))) {
        let most = today.saturating_add(jiff::ToSpan::days(days));
        if day > most {
            let message = Message::new("A customer of {pool} may be protected until {most}, not until {until}.")
                .with("pool", pool.called())
                .with("most", most)
                .with("until", day);
            let hint = Message::new("kehu customer protect C{number} --until {most}");
            return Err(refused(message).hint(hint.with("number", id).with("most", most)));
        }
    }
    Ok(())
}
