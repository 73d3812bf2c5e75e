//! Customer: a company or person who buys from us, or might (R1, R7-R10).

use super::{
    node::usual_kind,
    qualification::{Size, Worth, when_kind},
};
use crate::{
    Result,
    crm::Crm,
    org::{Branch, User},
    record::{
        Draft, Id, Money, Value, record,
        types::{Email, ExternalIds, LongText, Open, Phone, Tags, TaxId, Url},
    },
};
use jiff::civil::Date;

record! {
    /// A company or person who buys from us, or might.
    pub struct Customer in "customers" as "C" called "customer" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// What they are to us: customer, prospect, partner, agent or supplier
        kind: Party [default("customer"), index],
        /// A company or a private person
        entity: Entity [default("company")],
        /// How far the business with them has come
        lifecycle: Lifecycle [default("potential"), index, list],
        /// How much they matter
        level: Option<Level> [index, list],
        /// Whether the level is set by hand or follows the rules; by hand when empty
        level_by: Option<LevelBy>,
        /// The trade they are in
        industry: Option<Open> [index],
        /// Sales region
        region: Option<Open> [index, together("lifecycle")],
        /// Country
        country: Option<Open> [index],
        /// City
        city: Option<Open> [search, index, list],
        /// Street address
        address: Option<String> [search],
        /// Postal code
        postal_code: Option<String>,
        /// Main phone
        phone: Option<Phone> [match, search, list],
        /// Mobile phone
        mobile: Option<Phone> [match, search],
        /// Further phones
        more_phones: Vec<Phone> [search],
        /// Fax
        fax: Option<Phone>,
        /// Where invoices and letters go
        email: Option<Email> [match, search, list],
        /// Further e-mail addresses
        more_emails: Vec<Email> [search],
        /// Web site
        site: Option<Url> [search],
        /// WeChat
        wechat: Option<String> [search, label("WeChat")],
        /// QQ
        qq: Option<String> [search, label("QQ")],
        /// Whether they asked not to be written to: no mailings and no questions, only answers
        opt_out: bool [default("no"), label("No mailings")],
        /// Tax number; a Chinese one must have the right check character
        tax_id: Option<TaxId> [match, unique, search],
        /// How many people work there
        employees: Option<i64> [min("0"), max("1000000000")],
        /// The year it was founded
        founded: Option<i64>,
        /// Yearly revenue
        annual_revenue: Option<Money> [min("0")],
        /// How they came to us
        source: Option<Open> [index],
        /// Who recommended us to them
        referrer: Option<Id<Customer>>,
        /// The company they belong to
        parent: Option<Id<Customer>> [index],
        /// The colleague who looks after them
        owner: Option<Id<User>> [index, list, also("(owner, level, deleted_at, annual_revenue_currency, annual_revenue)")],
        /// The branch that serves them
        branch: Option<Id<Branch>> [index],
        /// Since when we know them
        since: Option<Date> [default("today"), index],
        /// When they first signed
        signed_on: Option<Date>,
        /// Who looked after them when they first signed
        signed_by: Option<Id<User>>,
        /// When they bought last
        bought_on: Option<Date>,
        /// Since when they count as lapsed
        lapsed_on: Option<Date>,
        /// What they were before they lapsed
        lapsed_from: Option<Lifecycle>,
        /// Why they lapsed
        lapsed_because: Option<String>,
        /// When they were won back
        revived_on: Option<Date>,
        /// Tags
        tags: Tags [search],
        /// What else is worth knowing
        notes: Option<LongText>,
        /// Numbers by which other systems know them, as `system:number`
        external_ids: ExternalIds [unique],
        /// The record that this one was merged into, to which its refs lead since
        merged_into: Option<Id<Customer>> [automatic, child],
        /// Records that look alike and are not the same
        distinct_from: Vec<Id<Customer>> [automatic],
    }
    computed {
        /// How many contacts they have
        contact_count: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM contacts p WHERE p.customer = {t}.id AND p.deleted_at IS NULL)",
        /// When we last dealt with them
        last_touch: crate::record::Kind::Timestamp =>
            "(SELECT MAX(a.done) FROM activities a WHERE a.customer = {t}.id AND a.deleted_at IS NULL)",
        /// What is planned next with them
        next_step: crate::record::Kind::Timestamp =>
            "(SELECT MIN(a.due) FROM activities a WHERE a.customer = {t}.id AND a.done IS NULL AND a.cancelled IS NULL AND a.deleted_at IS NULL)",
        /// The colleagues it is shared with just now
        shared: crate::record::Kind::List(Box::new(crate::record::Kind::Link("user".into()))) =>
            "SELECT s.customer AS record, s.id AS position, s.\"user\" AS value FROM shares s \
             WHERE s.deleted_at IS NULL AND (s.until IS NULL OR s.until >= '{day}')",
        /// Whom to ask for first
        primary_contact: crate::record::Kind::Text =>
            "(SELECT p.name FROM contacts p WHERE p.customer = {t}.id AND p.\"primary\" AND p.deleted_at IS NULL LIMIT 1)",
        /// Whether they are worth the effort, as judged last
        worth: Worth::kind() => "(SELECT q.worth FROM qualifications q WHERE q.customer = {t}.id AND q.aspect = 'worth' \
             AND q.deleted_at IS NULL ORDER BY q.at DESC, q.id DESC LIMIT 1)",
        /// How big the business with them is, as judged last
        size: Size::kind() => "(SELECT q.size FROM qualifications q WHERE q.customer = {t}.id AND q.aspect = 'size' \
             AND q.deleted_at IS NULL ORDER BY q.at DESC, q.id DESC LIMIT 1)",
        /// When they are expected to sign
        expected_date: crate::record::Kind::Date => "(SELECT q.expected_date FROM qualifications q WHERE q.customer = {t}.id AND q.aspect = 'quantity' \
             AND q.deleted_at IS NULL ORDER BY q.at DESC, q.id DESC LIMIT 1)",
        /// How soon they are expected to sign, by the clock
        expected_when: when_kind() =>
            "(SELECT CASE WHEN q.expected_date IS NULL THEN NULL WHEN q.expected_date < '{day}' THEN 'overdue' \
             WHEN q.expected_date <= '{next_day}' THEN 'two-days' WHEN q.expected_date <= '{sunday}' THEN 'this-week' \
             WHEN q.expected_date <= '{month_end}' THEN 'this-month' ELSE 'later' END FROM qualifications q \
             WHERE q.customer = {t}.id AND q.aspect = 'quantity' AND q.deleted_at IS NULL \
             ORDER BY q.at DESC, q.id DESC LIMIT 1)",
        /// For how much they are expected to sign
        expected_amount: crate::record::Kind::Money => "(SELECT q.expected_amount{currency} FROM qualifications q WHERE q.customer = {t}.id AND q.aspect = 'quantity' \
             AND q.deleted_at IS NULL ORDER BY q.at DESC, q.id DESC LIMIT 1)",
        /// How many they are expected to take
        expected_quantity: crate::record::Kind::Integer => "(SELECT q.expected_quantity FROM qualifications q WHERE q.customer = {t}.id AND q.aspect = 'quantity' \
             AND q.deleted_at IS NULL ORDER BY q.at DESC, q.id DESC LIMIT 1)",
        /// How far the talks with them have come
        node: usual_kind() => "(SELECT q.node FROM qualifications q WHERE q.customer = {t}.id AND q.aspect = 'node' \
             AND q.deleted_at IS NULL ORDER BY q.at DESC, q.id DESC LIMIT 1)",
    }
}

record! {
    /// What a party is to us (R7).
    pub enum Party {
        /// Customer
        Customer = "customer",
        /// Prospect
        Prospect = "prospect",
        /// Partner
        Partner = "partner",
        /// Agent
        Agent = "agent",
        /// Supplier
        Supplier = "supplier",
    }
}

record! {
    /// A company or a private person.
    pub enum Entity {
        /// Company
        Company = "company",
        /// Person
        Person = "person",
    }
}

record! {
    /// How far the business with a customer has come (R9).
    pub enum Lifecycle {
        /// Potential
        Potential = "potential",
        /// Signed
        Signed = "signed",
        /// Repeat
        Repeat = "repeat",
        /// Lapsed
        Lapsed = "lapsed",
    }
}

record! {
    /// How much a customer matters.
    pub enum Level {
        /// A (key)
        A = "A",
        /// B (normal)
        B = "B",
        /// C (small)
        C = "C",
        /// D (occasional)
        D = "D",
    }
}

record! {
    /// Who decides on a customer's level.
    pub enum LevelBy {
        /// By hand
        Hand = "hand",
        /// By rule
        Rule = "rule",
    }
}

/// A customer belongs to no circle of parents and did not recommend itself.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    crm.refuse_circle(draft, "parent")?;
    crm.refuse_circle(draft, "referrer")?;
    // A level that somebody sets stays until it is handed back to the rules.
    let set = draft.changed("level").is_some_and(|level| !level.same(&draft.before("level")));
    if set && draft.changed("level_by").is_none() && draft.before("level_by").as_text() == Some("rule") {
        draft.set("level_by", Value::text("hand"));
    }
    Ok(())
}
