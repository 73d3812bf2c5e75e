//! The claim log: who claimed, got, released or lost a customer, when and why, and who was warned; kept as it was written.

use super::{Pool, PoolRule};
use crate::{
    Result,
    catalog::Event,
    crm::Crm,
    customers::Customer,
    org::User,
    record::{Id, Link, Value, record},
};
use jiff::{Timestamp, civil::Date};

record! {
    /// A step of a customer into a pool or out of it, or the warning of one; written by the program.
    pub struct PoolMove in "pool_moves" as "PM" called "pool_move" {
        /// To whom or where they went
        title: String [title, list],
        /// The customer
        customer: Id<Customer> [index("at"), child, chain, list],
        /// What happened: put in, claimed, assigned, released, recovered or warned
        action: PoolAction [list],
        /// The pool
        pool: Option<Id<Pool>> [list],
        /// When it was
        at: Timestamp [index, list],
        /// Who did it
        done_by: Option<Id<User>>,
        /// Who looked after them until then
        former: Option<Id<User>> [index("due"), list],
        /// Who looks after them since
        taker: Option<Id<User>>,
        /// The rule that said so
        rule: Option<Id<PoolRule>>,
        /// Why
        reason: Option<String> [list],
        /// The day on which a rule takes them, as it was warned
        due: Option<Date>,
        /// How many days before that it was warned
        days: Option<i64>,
    }
}

record! {
    /// What happened to a customer of a pool.
    pub enum PoolAction {
        /// Claimed
        Claimed = "claimed",
        /// Put in
        Entered = "entered",
        /// Assigned
        Assigned = "assigned",
        /// Released
        Released = "released",
        /// Recovered
        Recovered = "recovered",
        /// Warned
        Warned = "warned",
    }
}

/// A step stands on the customer's timeline.
pub(crate) const EVENT: Event =
    Event { at: "at", planned: None, sort: Some("action"), tells: &["title", "reason"], together: 2 };

/// What is written of one step beside who did it and when.
pub(super) struct Step {
    pub customer: i64,
    pub action: PoolAction,
    pub title: String,
    pub pool: Option<i64>,
    pub former: Option<i64>,
    pub taker: Option<i64>,
    pub rule: Option<i64>,
    pub reason: Option<String>,
    pub warned: Option<(Date, i64)>,
}

impl Step {
    pub fn of(customer: i64, action: PoolAction, title: impl Into<String>) -> Self {
        Self {
            customer,
            action,
            title: title.into(),
            pool: None,
            former: None,
            taker: None,
            rule: None,
            reason: None,
            warned: None,
        }
    }
}

const NAMES: [&str; 12] =
    ["title", "customer", "action", "pool", "at", "done_by", "former", "taker", "rule", "reason", "due", "days"];

impl Crm {
    /// Writes steps into the claim log.
    pub(super) fn write_steps(&mut self, steps: &[Step]) -> Result<()> {
        let (at, me) = (Value::Text(self.now_text()), self.actor().map(|(me, _)| me));
        let link = |to: Option<i64>| to.map_or(Value::Null, Link::to);
        let row = |step: &Step| {
            vec![
                Value::text(&step.title),
                Link::to(step.customer),
                Value::text(step.action.key()),
                link(step.pool),
                at.clone(),
                link(me),
                link(step.former),
                link(step.taker),
                link(step.rule),
                step.reason.as_ref().map_or(Value::Null, Value::text),
                step.warned.map_or(Value::Null, |(due, _)| Value::Text(due.to_string())),
                step.warned.map_or(Value::Null, |(_, days)| Value::Integer(days)),
            ]
        };
        self.add_all("pool_move", &NAMES, &steps.iter().map(row).collect::<Vec<_>>())
    }
}
