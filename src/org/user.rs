//! User: a colleague who uses the system, with tier, department and place (R146, R148).

use super::Branch;
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{
        Draft, Id, Value, Verb,
        filter::Filter,
        record,
        types::{Email, ExternalIds, Phone},
    },
};

record! {
    /// A colleague who uses the system.
    pub struct User in "users" as "U" called "user" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// Short name to sign in with, usually the system account
        login: Option<String> [match, unique, search, list],
        /// Work e-mail
        email: Option<Email> [match, unique, search],
        /// Work phone
        phone: Option<Phone> [search],
        /// Decision, management or execution
        tier: Tier [default("execution"), index, list],
        /// Sales, customer service or finance
        department: Option<Department> [index, list],
        /// Where they work
        branch: Option<Id<Branch>> [index, list],
        /// Whom they report to
        manager: Option<Id<User>>,
        /// Whether they still work here; a colleague who left keeps their history
        active: bool [default("yes"), list],
        /// How many leads a day they may be given by rule; 0 while they are away, any number when empty
        leads_a_day: Option<i64> [min("0"), max("100000")],
        /// Numbers by which other systems know them, as `system:number`
        external_ids: ExternalIds [unique],
    }
    computed {
        /// How many customers they look after
        customer_count: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM customers c WHERE c.owner = {t}.id AND c.deleted_at IS NULL)",
    }
}

record! {
    /// The tier of the company that a colleague works in, the lowest first (R146).
    pub enum Tier {
        /// Execution
        Execution = "execution",
        /// Management
        Management = "management",
        /// Decision
        Decision = "decision",
    }
}

record! {
    /// The department that a colleague works in (R148).
    pub enum Department {
        /// Sales
        Sales = "sales",
        /// Customer service
        Service = "service",
        /// Finance
        Finance = "finance",
    }
}

impl User {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "deactivate",
            doc: "Marks a colleague as gone: they can no longer sign in, their history stays",
            asks: &[],
            example: "kehu user deactivate U3",
            refused: Self::not_active,
            run: |crm, id, _| crm.change("user", id, vec![("active".into(), Value::Bool(false))], None).map(|_| ()),
        },
        Verb {
            name: "activate",
            doc: "Lets a colleague who was marked as gone sign in again",
            asks: &[],
            example: "kehu user deactivate U3\n  kehu user activate U3",
            refused: Self::already_active,
            run: |crm, id, _| crm.change("user", id, vec![("active".into(), Value::Bool(true))], None).map(|_| ()),
        },
    ];

    fn not_active(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let user: Self = crm.get(Id::new(id))?;
        Ok((!user.active).then(|| Message::new("{name} is already marked as gone.").with("name", &user.name)))
    }

    fn already_active(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let user: Self = crm.get(Id::new(id))?;
        Ok(user.active.then(|| Message::new("{name} is active already.").with("name", &user.name)))
    }
}

/// Whoever leaves while they look after something is said to, with what hands it on.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let left = draft.changed("active") == Some(&Value::Bool(false)) && draft.before("active") == Value::Bool(true);
    let Some(id) = draft.id.filter(|_| left) else { return Ok(()) };
    let duties = crm.duties(id, &Filter::All)?;
    let count = |kind: &str| duties.iter().filter(|duty| duty.schema.kind == kind).map(|duty| duty.ids.len()).sum();
    let (customers, activities): (usize, usize) = (count("customer"), count("activity"));
    let all: usize = duties.iter().map(|duty| duty.ids.len()).sum();
    if all > 0 {
        let name = draft.get("name");
        crm.notice(
            Message::new("{name} still looks after {customers} {customers:customer|customers}, {activities} open {activities:activity|activities} and {others} other {others:record|records}: kehu user handover {record}")
                .with("name", name.as_text().unwrap_or_default())
                .with("customers", customers)
                .with("activities", activities)
                .with("others", all - customers - activities)
                .with("record", draft.schema.short(id)),
        );
    }
    Ok(())
}

/// Nobody reports to themselves, directly or in a circle; at least one colleague stays active.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    crm.refuse_circle(draft, "manager")?;
    let gone = draft.deleted() || draft.changed("active").is_some_and(|value| *value == Value::Bool(false));
    if gone && draft.id.is_some() && crm.count_where("user", "active=yes")? <= 1 {
        return Err(Error::new(
            Cause::Refused,
            Message::new("The last active colleague cannot be marked as gone: nobody could sign in any more."),
        )
        .on_field("active"));
    }
    if gone && draft.id.is_some() && draft.id == crm.actor().map(|(id, _)| id) {
        return Err(Error::new(
            Cause::Refused,
            Message::new("Nobody can take themselves out: somebody else has to do it."),
        )
        .on_field("active"));
    }
    Ok(())
}
