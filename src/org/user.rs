//! User: a colleague who uses the system, with tier, department and place (R146, R148).

use super::Branch;
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{
        Ask, Draft, Id, Kind, Value, Values, Verb,
        filter::Filter,
        record,
        types::{Email, ExternalIds, Phone, Tags},
    },
    reports::parameter,
};
use jiff::civil::Date;

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
        /// How many tickets that are not solved they may be given by rule; any number when empty
        tickets_at_once: Option<i64> [min("0"), max("100000")],
        /// What they are good at, for rules that give out tickets: repair, english
        skills: Tags,
        /// The first day on which they are away
        away_from: Option<Date>,
        /// The last day on which they are away
        away_until: Option<Date>,
        /// Who takes their turn meanwhile
        stand_in: Option<Id<User>>,
        /// Numbers by which other systems know them, as `system:number`
        external_ids: ExternalIds [unique],
    }
    computed {
        /// How many customers they look after
        customer_count: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM customers c WHERE c.owner = {t}.id AND c.deleted_at IS NULL)",
        /// How many tickets they deal with that are not solved
        open_tickets: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM tickets k WHERE k.owner = {t}.id AND k.status IN ('new', 'open', 'pending', 'on_hold') \
             AND k.deleted_at IS NULL)",
        /// Whether they work here and are not away today
        present: crate::record::Kind::YesNo =>
            "({t}.active AND NOT ((NOT {t}.away_from IS NULL OR NOT {t}.away_until IS NULL) \
             AND COALESCE({t}.away_from, '{day}') <= '{day}' AND COALESCE({t}.away_until, '{day}') >= '{day}'))",
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
        Verb {
            name: "away",
            doc: "Says that a colleague is away, and who takes their turn meanwhile",
            asks: &[
                Ask { name: "until", doc: "The last day of it", kind: || Kind::Date, required: false },
                Ask { name: "from", doc: "The first day of it, if not today", kind: || Kind::Date, required: false },
                Ask {
                    name: "stand-in",
                    doc: "Who takes their turn meanwhile",
                    kind: || Kind::Link("user".into()),
                    required: false,
                },
            ],
            example: "kehu user away U3 --until +14d --stand-in U2",
            refused: Self::not_active,
            run: away,
        },
        Verb {
            name: "back",
            doc: "Says that a colleague is here again",
            asks: &[],
            example: "kehu user away U3 --until +14d\n  kehu user back U3",
            refused: |crm, id| {
                let user: Self = crm.get(Id::new(id))?;
                let here = user.away_from.is_none() && user.away_until.is_none();
                Ok(here.then(|| Message::new("{name} is not away.").with("name", &user.name)))
            },
            run: |crm, id, _| {
                let cleared = ["away_from", "away_until", "stand_in"].map(|field| (field.to_owned(), Value::Null));
                crm.change("user", id, cleared.to_vec(), None).map(|_| ())
            },
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

fn away(crm: &mut Crm, id: i64, answers: &Values) -> Result<()> {
    let today = Value::text(crm.reading().clock.today().to_string());
    let from = Some(parameter(answers, "from")).filter(|from| !from.is_empty()).unwrap_or(today);
    let values = [
        ("away_from", from),
        ("away_until", parameter(answers, "until")),
        ("stand_in", parameter(answers, "stand-in")),
    ];
    let values = values.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    crm.change("user", id, values, None).map(|_| ())
}

/// Nobody stands in for themselves, nor comes back before they leave.
fn refuse_odd_absence(draft: &Draft) -> Result<()> {
    let (from, until) = (draft.get("away_from"), draft.get("away_until"));
    if let (Some(from), Some(until)) = (from.as_text(), until.as_text())
        && until < from
    {
        let message = Message::new("Who is away from {from} cannot be back before, on {until}.");
        return Err(Error::bad_value(message.with("from", from).with("until", until)).on_field("away_until"));
    }
    if draft.id.is_some() && draft.get("stand_in").as_integer() == draft.id {
        let message = Message::new("Nobody stands in for themselves.");
        return Err(Error::bad_value(message).on_field("stand_in"));
    }
    Ok(())
}

impl Crm {
    /// Whether a colleague of the table of that name works here and is not away today, as an SQL condition.
    pub(crate) fn present_sql(&mut self, table: &str) -> Result<String> {
        let schema = self.schema("user")?;
        Ok(self.computed_sql(&schema, "present", table))
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
    refuse_odd_absence(draft)?;
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
