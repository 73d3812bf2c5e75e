//! Every record kind with its rules and verbs, and every report, in the order people meet them.

use crate::{
    Result,
    crm::Crm,
    customers::{Activity, Contact, Customer, activity, contact, customer},
    org::{Branch, User, user},
    pipeline::{Deal, Pipeline, Stage, StageMove, deal, stage, stage_move},
    products::Product,
    record::{Draft, Record, Schema, Verb},
    reports::{self, Report},
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
    /// A detail of another kind, whose noun works like any other but is left out of the first help screen.
    pub detail: bool,
    /// The kinds that get a link to this one: a deal has activities and attachments without either knowing of deals.
    pub joins: &'static [&'static str],
    /// Which of several records of the same name is meant where nothing else says, as an SQL condition.
    pub preferred: &'static str,
    /// How its records stand on a customer's timeline; those without stand on none.
    pub event: Option<Event>,
}

/// How the records of a kind stand on the timeline of the customer that they link to.
pub struct Event {
    /// The field that says when it happened; a record without is planned still.
    pub at: &'static str,
    /// The field that says when it is planned for, where such records can be planned.
    pub planned: Option<&'static str>,
    /// The field whose word says what sort of event it is, such as a call; the noun says it where there is none.
    pub sort: Option<&'static str>,
    /// The fields that tell what happened, the most telling first.
    pub tells: &'static [&'static str],
}

/// An entry that says nothing, for the others to begin with.
const PLAIN: Entry = Entry {
    schema: || Schema { kind: "", table: "", letter: "", doc: "", fields: Vec::new() },
    check: |_, _| Ok(()),
    settle: |_, _| Ok(()),
    verbs: &[],
    noun_zh: "",
    business: true,
    detail: false,
    joins: &[],
    preferred: "",
    event: None,
};

/// The catalog.
pub static ENTRIES: [Entry; 12] = [
    Entry { schema: Customer::schema, check: customer::check, noun_zh: "客户", ..PLAIN },
    Entry {
        schema: Contact::schema,
        check: contact::check,
        settle: contact::settle,
        verbs: Contact::VERBS,
        noun_zh: "联系人",
        ..PLAIN
    },
    Entry {
        schema: Activity::schema,
        check: activity::check,
        verbs: Activity::VERBS,
        noun_zh: "活动",
        event: Some(Event {
            at: "done",
            planned: Some("due"),
            sort: Some("kind"),
            tells: &["subject", "outcome", "notes"],
        }),
        ..PLAIN
    },
    Entry {
        schema: Deal::schema,
        check: deal::check,
        settle: deal::settle,
        verbs: Deal::VERBS,
        noun_zh: "商机",
        joins: &["activity"],
        ..PLAIN
    },
    Entry { schema: Product::schema, noun_zh: "产品", ..PLAIN },
    Entry { schema: Pipeline::schema, noun_zh: "销售流程", detail: true, ..PLAIN },
    Entry {
        schema: Stage::schema,
        check: stage::check,
        noun_zh: "销售阶段",
        detail: true,
        preferred: "pipeline IN (SELECT id FROM pipelines WHERE \"default\" AND deleted_at IS NULL)",
        ..PLAIN
    },
    Entry { schema: StageMove::schema, check: stage_move::check, noun_zh: "阶段变更", detail: true, ..PLAIN },
    Entry { schema: User::schema, check: user::check, verbs: User::VERBS, noun_zh: "同事", ..PLAIN },
    Entry {
        schema: Branch::schema, check: |crm, draft| crm.refuse_circle(draft, "parent"), noun_zh: "机构", ..PLAIN
    },
    Entry { schema: CustomField::schema, check: custom_field::check, noun_zh: "字段", business: false, ..PLAIN },
    Entry { schema: SavedView::schema, check: saved_view::check, noun_zh: "视图", business: false, ..PLAIN },
];

/// The reports.
pub static REPORTS: [Report; 1] = [reports::operations::REPORT];

/// The entry of a kind.
#[must_use]
pub fn entry(kind: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| (entry.schema)().kind == kind)
}

/// The report of that name.
#[must_use]
pub fn report(name: &str) -> Option<&'static Report> {
    REPORTS.iter().find(|report| report.name == name)
}
