//! Pool (公海, X1): customers whom nobody looks after, for colleagues to claim; rules bring back there who is left alone.

mod candidates;
mod claim;
mod fate;
mod fields;
mod follow;
mod moves;
mod notice;
mod release;
mod rule;
mod run;
mod told;
mod trigger;

use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort},
    customers::Customer,
    error::{Cause, Error},
    message::Message,
    org::{Branch, Department, User},
    record::{Draft, Grid, Id, filter, record, types::LongText},
};

pub(crate) use claim::CLAIM;
pub(crate) use fields::{GIVEN, fields};
pub(crate) use follow::{check_move, follow, handed};
pub(crate) use moves::EVENT;
pub(crate) use notice::PLAN;
pub(crate) use release::{PROTECT, RELEASE};
pub(crate) use rule::check as check_rule;

pub use moves::{PoolAction, PoolMove};
pub use rule::PoolRule;
pub use run::PoolRun;
pub use trigger::Trigger;

record! {
    /// Customers whom nobody looks after, for colleagues to claim (公海).
    pub struct Pool in "pools" as "PO" called "pool" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// The branch whose customers it holds and whose colleagues may claim them; every branch when empty
        branch: Option<Id<Branch>> [list],
        /// The department whose colleagues may claim; every department when empty
        department: Option<Department> [list],
        /// The colleague who looks after the pool and may take customers from others into it; managers may anyhow
        owner: Option<Id<User>> [list],
        /// How many customers a day one colleague may claim; any number when empty
        claims_a_day: Option<i64> [min("0"), max("100000"), list],
        /// How many customers a colleague may look after and still claim more, without those whose deals are all closed
        holding_cap: Option<i64> [min("0"), max("1000000"), list],
        /// For how many days whoever had a customer may not claim it again
        cool_down: Option<i64> [min("0"), max("36500"), list],
        /// For how many days ahead an owner may protect a customer; any number when empty
        protect_days: Option<i64> [min("0"), max("36500")],
        /// Whether customers may be followed up before anybody has claimed them
        follow_unclaimed: bool [default("no")],
        /// What else is worth knowing
        notes: Option<LongText>,
    }
    computed {
        /// How many customers wait in it
        waiting: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM customers c WHERE c.pool = {t}.id AND c.owner IS NULL AND c.deleted_at IS NULL)",
        /// How many of its customers somebody looks after
        taken: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM customers c WHERE c.pool = {t}.id AND c.owner IS NOT NULL AND c.deleted_at IS NULL)",
    }
}

/// The rules of a pool, on its page.
pub(crate) const RULES: Panel = Panel { of: "pool", key: "rules", title: "Rules", title_zh: "规则", grid: rules_of };

fn rules_of(crm: &mut Crm, pool: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("pool=PO{pool}"))?,
        columns: ["name", "trigger", "days", "level", "condition", "paused"].map(str::to_owned).into(),
        sort: Sort::parse("position,id"),
        limit,
        ..Query::new("pool_rule")
    };
    crm.list(&query)
}

/// A pool with customers in it stays.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let Some(id) = draft.id.filter(|_| draft.deleted()) else { return Ok(()) };
    let count = crm.count_where("customer", &format!("pool=PO{id}"))?;
    if count == 0 {
        return Ok(());
    }
    let message = Message::new("{count} {count:customer belongs|customers belong} to PO{pool} {name} still.")
        .with("count", count)
        .with("pool", id)
        .with("name", draft.get("name").as_text().unwrap_or_default());
    let hint = Message::new("kehu customer edit --where pool=PO{pool} pool=");
    Err(Error::new(Cause::Refused, message).hint(hint.with("pool", id)))
}

impl Pool {
    /// `PO1 华东公海`.
    fn called(&self) -> String {
        format!("PO{} {}", self.id.number, self.name)
    }
}

/// Whoever asks; nobody in a database without colleagues.
fn me(crm: &Crm) -> Result<i64> {
    let nobody = || Error::new(Cause::NotAllowed, Message::new("Nobody has signed in who could claim anything."));
    crm.actor().map(|(me, _)| me).ok_or_else(nobody)
}

/// Whether somebody may take customers from others into pools, and give them out: who looks after the pool, and managers.
fn administers(crm: &mut Crm, user: i64, pool: Option<&Pool>) -> Result<bool> {
    if pool.and_then(|pool| pool.owner).is_some_and(|owner| owner.number == user) {
        return Ok(true);
    }
    let user: User = crm.get(Id::new(user))?;
    Ok(user.tier != crate::org::Tier::Execution)
}

/// `C5 两江仪表厂`.
fn named(id: i64, customer: &Customer) -> String {
    format!("C{id} {}", customer.name)
}

/// The pool that a customer belongs to.
fn pool_of(crm: &mut Crm, customer: i64) -> Result<Option<Pool>> {
    let pool = crm.record("customer", customer)?.value("pool").as_integer();
    pool.map(|pool| crm.get(Id::new(pool))).transpose()
}
