//! Customer: a company or person who buys from us, or might (R1, R7-R10).

use crate::{
    Result,
    crm::Crm,
    org::{Branch, User},
    record::{
        Draft, Id, Money, record,
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
        /// Tax number; a Chinese one must have the right check character
        tax_id: Option<TaxId> [match, unique, search],
        /// How many people work there
        employees: Option<i64>,
        /// The year it was founded
        founded: Option<i64>,
        /// Yearly revenue
        annual_revenue: Option<Money>,
        /// How they came to us
        source: Option<Open> [index],
        /// Who recommended us to them
        referrer: Option<Id<Customer>>,
        /// The company they belong to
        parent: Option<Id<Customer>> [index],
        /// The colleague who looks after them
        owner: Option<Id<User>> [index, list],
        /// The branch that serves them
        branch: Option<Id<Branch>> [index],
        /// Since when we know them
        since: Option<Date> [default("today"), index],
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
            "(SELECT MIN(a.due) FROM activities a WHERE a.customer = {t}.id AND a.done IS NULL AND a.deleted_at IS NULL)",
        /// Whom to ask for first
        primary_contact: crate::record::Kind::Text =>
            "(SELECT p.name FROM contacts p WHERE p.customer = {t}.id AND p.\"primary\" AND p.deleted_at IS NULL LIMIT 1)",
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

/// A customer belongs to no circle of parents and did not recommend itself.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    crm.refuse_circle(draft, "parent")?;
    crm.refuse_circle(draft, "referrer")
}
