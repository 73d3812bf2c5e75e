//! Lead: somebody who may become a customer, before anybody knows whether they will (R39-R46).

mod assignment;
mod claim;
mod convert;
mod intake;
mod known;
mod score;
mod verbs;

use super::Deal;
use crate::{
    Result,
    catalog::Event,
    crm::Crm,
    customers::{Contact, Customer},
    error::{Cause, Error},
    message::Message,
    org::User,
    record::{
        Draft, Id, Money, Origin, Value, record,
        types::{Email, ExternalIds, LongText, Open, Phone, Tags, Url},
    },
};
use jiff::Timestamp;

pub use convert::{Conversion, Converted};
pub use intake::{Taken, Welcome};
pub(crate) use known::by_address;
pub(crate) use score::PANEL;

record! {
    /// Somebody who may become a customer.
    pub struct Lead in "leads" as "L" called "lead" {
        /// The person, or the company where no person is known
        name: String [title, search, list],
        /// The company they work for
        company: Option<String> [search, list],
        /// Position
        job_title: Option<String>,
        /// How far they have come: new, contacted, qualified, converted or disqualified
        status: LeadStatus [default("new"), index, list],
        /// Who deals with them; nobody yet when empty
        owner: Option<Id<User>> [index, list],
        /// How promising they are, by the score rules
        score: Option<i64> [min("-1000000"), max("1000000"), list],
        /// Phone
        phone: Option<Phone> [match, search],
        /// Mobile phone
        mobile: Option<Phone> [match, search, list],
        /// Further phones
        more_phones: Vec<Phone> [search],
        /// E-mail
        email: Option<Email> [match, search, list],
        /// Further e-mail addresses
        more_emails: Vec<Email> [search],
        /// WeChat
        wechat: Option<String> [search, label("WeChat")],
        /// Web site
        site: Option<Url>,
        /// Street address
        address: Option<String>,
        /// City
        city: Option<Open> [search],
        /// Region
        region: Option<Open>,
        /// Country
        country: Option<Open>,
        /// The trade they are in
        industry: Option<Open>,
        /// How they came to us
        source: Option<Open> [index, list],
        /// The campaign that brought them
        campaign: Option<Open> [index],
        /// What it cost to get them
        cost: Option<Money> [min("0")],
        /// The group they are worked in
        group: Option<Open> [index],
        /// When they came in
        received: Option<Timestamp> [index],
        /// When their owner got them
        assigned: Option<Timestamp>,
        /// What they need
        needs: Option<LongText> [search],
        /// Why nothing will come of them
        disqualified_because: Option<Open>,
        /// When they became a customer
        converted: Option<Timestamp>,
        /// The customer that they became
        customer: Option<Id<Customer>> [index],
        /// The contact that they became
        contact: Option<Id<Contact>>,
        /// The deal that came of them
        deal: Option<Id<Deal>>,
        /// Tags
        tags: Tags [search],
        /// What else is worth knowing
        notes: Option<LongText> [search],
        /// Numbers by which other systems know them, as `system:number`
        external_ids: ExternalIds [unique],
        /// The record that this one was merged into, to which its refs lead since
        merged_into: Option<Id<Lead>> [automatic, child],
        /// Records that look alike and are not the same
        distinct_from: Vec<Id<Lead>> [automatic],
    }
    computed {
        /// When somebody first answered them
        first_response: crate::record::Kind::Timestamp =>
            "(SELECT MIN(a.done) FROM activities a WHERE a.\"lead\" = {t}.id AND a.deleted_at IS NULL \
             AND COALESCE(a.direction, 'out') <> 'in' AND a.kind NOT IN ('note', 'task'))",
        /// How many hours they waited for the first answer, or wait by now
        waiting_hours: crate::record::Kind::Integer =>
            "{hours_from}{t}.received{hours_to}COALESCE((SELECT MIN(a.done) FROM activities a WHERE a.\"lead\" = {t}.id \
             AND a.deleted_at IS NULL AND COALESCE(a.direction, 'out') <> 'in' AND a.kind NOT IN ('note', 'task')), \
             CASE WHEN {t}.status IN ('converted', 'disqualified') THEN NULL ELSE '{now}' END){hours_end}",
        /// When somebody last dealt with them
        last_touch: crate::record::Kind::Timestamp =>
            "(SELECT MAX(a.done) FROM activities a WHERE a.\"lead\" = {t}.id AND a.deleted_at IS NULL)",
        /// What is planned next with them
        next_step: crate::record::Kind::Timestamp =>
            "(SELECT MIN(a.due) FROM activities a WHERE a.\"lead\" = {t}.id AND a.done IS NULL AND a.cancelled IS NULL \
             AND a.deleted_at IS NULL)",
    }
}

record! {
    /// How far a lead has come (R42).
    pub enum LeadStatus {
        /// New
        New = "new",
        /// Contacted
        Contacted = "contacted",
        /// Qualified
        Qualified = "qualified",
        /// Converted
        Converted = "converted",
        /// Disqualified
        Disqualified = "disqualified",
    }
}

/// A lead stands on the timeline of the customer, contact and deal that it became.
pub(crate) const EVENT: Event =
    Event { at: "received", planned: None, sort: None, tells: &["name", "company", "source", "needs"], together: 1 };

/// The kinds that may belong to a lead; they go along when it is converted.
pub(crate) const JOINS: &[&str] = &["activity", "attachment"];

/// What follows from a change of status or owner; a converted lead stays what it became.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    let now = Value::Text(crm.now_text());
    if draft.is_new() && draft.get("received").is_empty() {
        draft.set("received", now.clone());
    }
    let taken = draft.changed("owner").is_some_and(|owner| !owner.is_empty() && !owner.same(&draft.before("owner")));
    if taken && draft.changed("assigned").is_none() {
        draft.set("assigned", now);
    }
    let before = draft.before("status");
    let Some(after) = draft.changed("status").cloned().filter(|status| !status.same(&before)) else { return Ok(()) };
    let name = draft.get("name").as_text().unwrap_or_default().to_owned();
    if before.as_text() == Some("converted") {
        // A list that is imported again says what was true before.
        crm.notice(Message::new("{lead} is a customer by now and stays converted.").with("lead", name));
        draft.set("status", before);
        return Ok(());
    }
    // A file may tell of leads that came to their end elsewhere.
    let here = !draft.is_new() || draft.origin == Origin::Person;
    if after.as_text() == Some("converted") && here && draft.get("customer").is_empty() {
        let hint = match draft.id {
            Some(id) => Message::new("kehu lead convert L{number}").with("number", id),
            None => Message::new("kehu customer add \"{name}\"").with("name", &name),
        };
        return Err(
            refused(Message::new("{lead} becomes a customer by being converted.").with("lead", name)).hint(hint)
        );
    }
    if after.as_text() == Some("disqualified") && here && draft.get("disqualified_because").is_empty() {
        let hint = match draft.id {
            Some(id) => Message::new("kehu lead disqualify L{number} --because \"no budget\"").with("number", id),
            None => Message::new("kehu lead add \"{name}\" --status disqualified --disqualified-because \"no budget\"")
                .with("name", &name),
        };
        return Err(refused(Message::new("Why will nothing come of {lead}?").with("lead", name))
            .on_field("disqualified_because")
            .hint(hint));
    }
    if before.as_text() == Some("disqualified") && draft.changed("disqualified_because").is_none() {
        draft.set("disqualified_because", Value::Null);
    }
    Ok(())
}

/// Says of a new lead that somebody like it is known already.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let Some(id) = draft.id.filter(|_| draft.changed("uid").is_none() && draft.stored.is_empty()) else {
        return Ok(());
    };
    if crm.watch == crate::customers::duplicates::Watch::Off || crm.door == "import" {
        return Ok(());
    }
    if let Some((customer, _)) = known::by_address(crm, &|field| draft.get(field))? {
        let title = crm.title("customer", customer)?;
        crm.notice(
            Message::new("L{number} {lead} has the e-mail or phone of C{customer} {title}, who is known already.")
                .with("number", id)
                .with("lead", draft.get("name").as_text().unwrap_or_default())
                .with("customer", customer)
                .with("title", title),
        );
    }
    Ok(())
}

/// Whoever was dealt with is a new lead no more.
pub(crate) fn follow(crm: &mut Crm, draft: &Draft) -> Result<()> {
    if draft.schema.kind != "activity" || draft.deleted() || draft.get("done").is_empty() {
        return Ok(());
    }
    let Some(lead) = draft.get("lead").as_integer() else { return Ok(()) };
    let answered = draft.get("direction").as_text() != Some("in");
    if !answered || matches!(draft.get("kind").as_text(), Some("note" | "task")) {
        return Ok(());
    }
    let sql = "SELECT id FROM leads WHERE id = ? AND status = 'new' AND deleted_at IS NULL";
    for lead in crm.numbers(sql, &[crate::store::Sql::Integer(lead)])? {
        crm.change("lead", lead, vec![("status".into(), Value::text("contacted"))], None)?;
    }
    Ok(())
}

pub(super) fn refused(message: Message) -> Error {
    Error::new(Cause::Refused, message)
}
