//! Every record kind with its rules and verbs, in the order people meet them.

use crate::{
    Result,
    crm::Crm,
    customers::{Activity, Contact, Customer, activity, contact, customer},
    org::{Branch, User, user},
    record::{Draft, Record, Schema, Verb},
    views::{CustomField, SavedView, custom_field, saved_view},
};

/// One record kind: its schema, the rules that a write must keep, what follows from a write, and its verbs.
pub struct Entry {
    pub schema: fn() -> Schema,
    /// Looks at a draft before it is written: refuses it or completes it.
    pub check: fn(&mut Crm, &mut Draft) -> Result<()>,
    /// Does what follows from a write, in the same operation.
    pub settle: fn(&mut Crm, &Draft) -> Result<()>,
    pub verbs: &'static [Verb],
    /// The Chinese noun.
    pub noun_zh: &'static str,
    /// People keep records of this kind; false for what configures the program itself.
    pub business: bool,
}

/// The catalog.
pub static ENTRIES: [Entry; 7] = [
    Entry {
        schema: Customer::schema,
        check: customer::check,
        settle: nothing,
        verbs: &[],
        noun_zh: "客户",
        business: true,
    },
    Entry {
        schema: Contact::schema,
        check: contact::check,
        settle: contact::settle,
        verbs: Contact::VERBS,
        noun_zh: "联系人",
        business: true,
    },
    Entry {
        schema: Activity::schema,
        check: activity::check,
        settle: nothing,
        verbs: Activity::VERBS,
        noun_zh: "活动",
        business: true,
    },
    Entry {
        schema: User::schema,
        check: user::check,
        settle: nothing,
        verbs: User::VERBS,
        noun_zh: "同事",
        business: true,
    },
    Entry {
        schema: Branch::schema,
        check: |crm, draft| crm.refuse_circle(draft, "parent"),
        settle: nothing,
        verbs: &[],
        noun_zh: "机构",
        business: true,
    },
    Entry {
        schema: CustomField::schema,
        check: custom_field::check,
        settle: nothing,
        verbs: &[],
        noun_zh: "字段",
        business: false,
    },
    Entry {
        schema: SavedView::schema,
        check: saved_view::check,
        settle: nothing,
        verbs: &[],
        noun_zh: "视图",
        business: false,
    },
];

#[expect(clippy::unnecessary_wraps, reason = "it stands where a rule may refuse")]
fn nothing(_: &mut Crm, _: &Draft) -> Result<()> {
    Ok(())
}

/// The entry of a kind.
#[must_use]
pub fn entry(kind: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| (entry.schema)().kind == kind)
}
