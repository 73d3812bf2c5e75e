//! Deal contact: who of the customer's people has a say in a deal, and which one.

use super::Deal;
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort, integer, text},
    customers::Contact,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Grid, Id, filter, record, types::LongText},
    store::Sql,
};

record! {
    /// The part that somebody plays in a deal.
    pub struct DealContact in "deal_contacts" as "DC" called "deal_contact" {
        /// The part they play: decision maker, influencer, user, buyer, technical, champion or other
        role: DealRole [list],
        /// The deal
        deal: Id<Deal> [index, child, list],
        /// The person
        contact: Id<Contact> [index, child, list],
        /// What else is worth knowing
        notes: Option<LongText>,
    }
}

record! {
    /// The parts that people play in a deal.
    pub enum DealRole {
        /// Decision maker
        DecisionMaker = "decision_maker",
        /// Influencer
        Influencer = "influencer",
        /// User
        User = "user",
        /// Buyer
        Buyer = "buyer",
        /// Technical
        Technical = "technical",
        /// Champion
        Champion = "champion",
        /// Other
        Other = "other",
    }
}

/// Who has a say, on the page of the deal.
pub(crate) const PANEL: Panel =
    Panel { of: "deal", key: "deal_contacts", title: "People", title_zh: "参与人", grid: of_deal };

fn of_deal(crm: &mut Crm, deal: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("deal=D{deal}"))?,
        columns: ["contact", "role", "contact.job_title", "contact.mobile", "notes"].map(str::to_owned).into(),
        sort: Sort::parse("role,id"),
        limit,
        ..Query::new("deal_contact")
    };
    crm.list(&query)
}

/// Somebody who works for the buyer or its group, once in each part.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let new_link = ["deal", "contact", "role"].iter().any(|name| draft.changed(name).is_some());
    let (Some(deal), Some(contact)) = (draft.get("deal").as_integer(), draft.get("contact").as_integer()) else {
        return Ok(());
    };
    if draft.deleted() || !new_link {
        return Ok(());
    }
    // What another database of ours remembers was true then: people change their company.
    if draft.changed("uid").is_none() {
        works_for_the_buyer(crm, deal, contact)?;
    }
    not_twice(crm, draft, deal, contact)
}

fn works_for_the_buyer(crm: &mut Crm, deal: i64, contact: i64) -> Result<()> {
    let sql = "SELECT d.name, p.name FROM deals d JOIN customers o ON o.id = d.customer, contacts p \
               WHERE d.id = ? AND p.id = ? AND p.customer IS DISTINCT FROM d.customer AND NOT EXISTS \
               (SELECT 1 FROM customers k WHERE k.id = p.customer \
               AND (k.parent = o.id OR o.parent = k.id OR k.parent = o.parent))";
    let Some(row) = crm.db.first(sql, &[Sql::Integer(deal), Sql::Integer(contact)])? else { return Ok(()) };
    let message = Message::new("{contact} works neither for the customer of {deal} nor for a company of their group.");
    let message = message.with("deal", text(&row[0])).with("contact", text(&row[1]));
    Err(Error::new(Cause::Refused, message).on_field("contact"))
}

fn not_twice(crm: &mut Crm, draft: &Draft, deal: i64, contact: i64) -> Result<()> {
    let role = draft.get("role");
    let sql = "SELECT id FROM deal_contacts WHERE deal = ? AND contact = ? AND role = ? AND id <> ? \
               AND deleted_at IS NULL LIMIT 1";
    let own = draft.id.unwrap_or_default();
    let arguments =
        [Sql::Integer(deal), Sql::Integer(contact), Sql::text(role.as_text().unwrap_or_default()), Sql::Integer(own)];
    let Some(row) = crm.db.first(sql, &arguments)? else { return Ok(()) };
    let message = Message::new("DC{number} says already that {contact} plays that part in D{deal}.")
        .with("number", integer(&row[0]))
        .with("contact", crm.title("contact", contact)?)
        .with("deal", deal);
    Err(Error::new(Cause::Conflict, message).on_field("contact"))
}
