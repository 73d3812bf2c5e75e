//! Activity: what was done with a customer, or is planned: calls, visits, messages, notes and tasks (R4, R16, R28-R31).

mod acts;
mod line;
mod links;
mod log;
mod many;
mod rules;

use super::{Contact, Customer};
use crate::{
    org::User,
    record::{
        Choice, Id, Kind, record,
        types::{ExternalIds, LongText, Tags},
    },
};
use jiff::Timestamp;

pub use log::{Logged, Note};
pub use many::{Mass, Owner};
pub(crate) use rules::{begin, check};

record! {
    /// What was done with a customer, or is planned.
    pub struct Activity in "activities" as "A" called "activity" {
        /// What it is about
        subject: String [title, search, list],
        /// Call, e-mail, WeChat, visit and so on
        kind: ActivityKind [default("note"), index, list],
        /// Whether they came to us or we to them
        direction: Option<Direction>,
        /// The customer it concerns
        customer: Option<Id<Customer>> [index("done"), child, list],
        /// The person it was with
        contact: Option<Id<Contact>> [index, child],
        /// Who does it or did it
        owner: Option<Id<User>> [default("me"), index, list, also("(owner, due, customer, done, cancelled, deleted_at) WHERE done IS NULL AND cancelled IS NULL AND deleted_at IS NULL")],
        /// When it is planned for; empty for what was never planned
        due: Option<Timestamp> [index, list],
        /// When it was done; empty while it is planned
        done: Option<Timestamp> [index, list, also("(owner, done, kind, deleted_at) WHERE done IS NOT NULL")],
        /// How long it took, in minutes
        minutes: Option<i64> [min("0"), max("10000000")],
        /// What came of it
        outcome: Option<String> [search],
        /// The day that it was first planned for; empty while it was never moved
        first_due: Option<Timestamp> [kept],
        /// How often it was moved to another day
        moved: Option<i64> [kept],
        /// Why it was moved to another day, the last time it was
        moved_because: Option<String> [kept],
        /// When it was called off; empty while it is to be done
        cancelled: Option<Timestamp> [kept],
        /// Why it was called off
        cancelled_because: Option<String> [kept],
        /// The activity that this one follows
        follows: Option<Id<Activity>> [index],
        /// Tags
        tags: Tags [search],
        /// What was said or written
        notes: Option<LongText> [search],
        /// Numbers by which other systems know it, as `system:number`
        external_ids: ExternalIds [unique],
    }
    computed {
        /// What comes after it
        followed_by: Kind::Text =>
            "(SELECT 'A' || n.id || ' ' || n.subject FROM activities n WHERE n.follows = {t}.id AND n.deleted_at IS NULL ORDER BY n.id LIMIT 1)",
        /// Done, called off, overdue, today or planned, by the clock; what a merge noted is none of these
        state: state_kind() =>
            "(CASE WHEN {t}.kind = 'joined' THEN 'noted' WHEN {t}.done IS NOT NULL THEN 'done' WHEN {t}.cancelled IS NOT NULL THEN 'cancelled' WHEN {t}.due IS NULL THEN 'planned' \
             WHEN {t}.due < '{today}' THEN 'overdue' WHEN {t}.due < '{tomorrow}' THEN 'today' ELSE 'planned' END)",
    }
}

record! {
    /// The ways to deal with a customer (R31).
    pub enum ActivityKind {
        /// Note
        Note = "note",
        /// Call
        Call = "call",
        /// E-mail
        Email = "email",
        /// WeChat
        Wechat = "wechat",
        /// QQ
        Qq = "qq",
        /// SMS
        Sms = "sms",
        /// Fax
        Fax = "fax",
        /// Visit
        Visit = "visit",
        /// Meeting
        Meeting = "meeting",
        /// Letter
        Letter = "letter",
        /// Form
        Form = "form",
        /// Task
        Task = "task",
        /// Joined
        Joined = "joined",
    }
}

record! {
    /// Who began.
    pub enum Direction {
        /// Incoming
        Incoming = "in",
        /// Outgoing
        Outgoing = "out",
    }
}

/// What an activity is by the clock; computed, never stored (behaviour 3).
fn state_kind() -> Kind {
    let choice = |key: &'static str, label: &'static str| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: "".into(),
        retired: false,
    };
    Kind::Choice(vec![
        choice("overdue", "Overdue"),
        choice("today", "Today"),
        choice("planned", "Planned"),
        choice("done", "Done"),
        choice("cancelled", "Called off"),
        choice("noted", "Noted"),
    ])
}
