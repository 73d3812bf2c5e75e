//! Contact: a person at a customer (R26, R27); exactly one of a customer's contacts is the primary one.

use super::Customer;
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort},
    message::Message,
    org::User,
    record::{
        Ask, Choice, Column, Draft, Grid, Id, Kind, Link, Value, Verb, filter, record,
        types::{Birthday, Email, ExternalIds, LongText, Open, Phone, Tags},
    },
    store::Sql,
};

record! {
    /// A person at a customer.
    pub struct Contact in "contacts" as "P" called "contact" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// The customer they work for
        customer: Option<Id<Customer>> [index, list, child],
        /// Whether to ask for them first; a customer has exactly one such contact
        primary: bool [default("no"), list],
        /// Position
        job_title: Option<String> [search, list],
        /// Department
        department: Option<Open>,
        /// How to address them, such as Ms. or 先生
        salutation: Option<Open>,
        /// Gender
        gender: Option<Gender>,
        /// Mobile phone
        mobile: Option<Phone> [match, search, list],
        /// Phone at work
        phone: Option<Phone> [match, search],
        /// Further phones
        more_phones: Vec<Phone> [search],
        /// Fax
        fax: Option<Phone>,
        /// E-mail
        email: Option<Email> [match, search, list],
        /// Further e-mail addresses
        more_emails: Vec<Email> [search],
        /// WeChat
        wechat: Option<String> [search, label("WeChat")],
        /// QQ
        qq: Option<String> [search, label("QQ")],
        /// Birthday; the year may be missing (`--03-15`)
        birthday: Option<Birthday> [also("(SUBSTR(birthday, LENGTH(birthday) - 4), customer, owner) WHERE birthday IS NOT NULL AND deleted_at IS NULL")],
        /// Whether they have left the company: kept in history, left out of mail
        left: bool [default("no")],
        /// The day on which they left
        left_on: Option<jiff::civil::Date>,
        /// Whether they asked not to be written to: no mailings and no questions, only answers
        opt_out: bool [default("no"), label("No mailings")],
        /// Street address
        address: Option<String>,
        /// City
        city: Option<Open>,
        /// Country
        country: Option<Open>,
        /// Postal code
        postal_code: Option<String>,
        /// Language they are written to in
        language: Option<Open>,
        /// The colleague who looks after them, if not the customer's owner
        owner: Option<Id<User>> [index],
        /// How they came to us
        source: Option<Open>,
        /// Since when we know them
        since: Option<jiff::civil::Date> [default("today")],
        /// Tags
        tags: Tags [search],
        /// What else is worth knowing
        notes: Option<LongText>,
        /// Numbers by which other systems know them, as `system:number`
        external_ids: ExternalIds [unique],
        /// The record that this one was merged into, to which its refs lead since
        merged_into: Option<Id<Contact>> [automatic, child],
        /// Records that look alike and are not the same
        distinct_from: Vec<Id<Contact>> [automatic],
    }
}

record! {
    /// Gender, where it is known.
    pub enum Gender {
        /// Female
        Female = "female",
        /// Male
        Male = "male",
        /// Other
        Other = "other",
    }
}

/// A customer's contacts on their page: the one to ask for first, the others, then those who left.
pub(crate) const PANEL: Panel =
    Panel { of: "customer", key: "contacts", title: "Contacts", title_zh: "联系人", grid: of_customer };

fn of_customer(crm: &mut Crm, customer: i64, limit: Option<u64>) -> Result<Grid> {
    let names = ["name", "primary", "left", "job_title", "mobile", "phone", "email"];
    let query = Query {
        filter: filter::parse(&format!("customer=C{customer}"))?,
        columns: names.map(str::to_owned).into(),
        sort: Sort::parse("left,-primary,id"),
        limit,
        ..Query::new("contact")
    };
    let mut grid = crm.list(&query)?;
    for row in &mut grid.rows {
        let role = match (row.cells[1] == Value::Bool(true), row.cells[2] == Value::Bool(true)) {
            (_, true) => Value::text("left"),
            (true, _) => Value::text("primary"),
            _ => Value::Null,
        };
        let mobile = row.cells.remove(4);
        if !mobile.is_empty() {
            row.cells[4] = mobile;
        }
        row.cells.splice(1..3, [role]);
    }
    grid.columns.remove(4);
    grid.columns.splice(1..3, [Column::new("role", "Role", "角色", role_kind())]);
    Ok(grid)
}

fn role_kind() -> Kind {
    let choice = |key: &'static str, label: &'static str, label_zh: &'static str| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: label_zh.into(),
        retired: false,
    };
    Kind::Choice(vec![choice("primary", "Primary", "首要"), choice("left", "Left", "已离职")])
}

impl Contact {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "prefer",
            doc: "Makes a contact the primary one of their customer",
            asks: &[],
            example: "kehu contact add \"Ingrid Larsen\" --customer C1\n  kehu contact prefer \"Ingrid Larsen\"",
            refused: Self::not_preferable,
            run: |crm, id, _| crm.change("contact", id, vec![("primary".into(), Value::Bool(true))], None).map(|_| ()),
        },
        Verb {
            name: "leave",
            doc: "Marks that a contact has left the company: kept in history, left out of mail",
            asks: &[
                Ask { name: "on", doc: "The day, if not today", kind: || Kind::Date, required: false },
                Ask {
                    name: "to",
                    doc: "The customer they went to, where they become a contact with what is their own",
                    kind: || Kind::Link("customer".into()),
                    required: false,
                },
            ],
            example: "kehu contact leave P2\n  kehu contact leave P3 --on 2026-01-31 --to C2",
            refused: Self::left_already,
            run: |crm, id, answers| {
                let on = crate::reports::parameter(answers, "on").as_text().and_then(|day| day.parse().ok());
                crm.leave(id, on, crate::reports::parameter(answers, "to").as_integer()).map(|_| ())
            },
        },
        Verb {
            name: "return",
            doc: "Takes back that a contact has left: they work there again",
            asks: &[],
            example: "kehu contact leave P2\n  kehu contact return P2",
            refused: Self::there_still,
            run: |crm, id, _| crm.change("contact", id, vec![("left".into(), Value::Bool(false))], None).map(|_| ()),
        },
    ];

    fn not_preferable(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let contact: Self = crm.get(Id::new(id))?;
        let name = &contact.name;
        Ok(if contact.left {
            Some(Message::new("{name} has left the company.").with("name", name))
        } else if contact.customer.is_none() {
            Some(Message::new("{name} belongs to no customer.").with("name", name))
        } else if contact.primary {
            Some(Message::new("{name} is the primary contact already.").with("name", name))
        } else {
            None
        })
    }

    fn there_still(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let contact: Self = crm.get(Id::new(id))?;
        Ok((!contact.left).then(|| Message::new("{name} has not left the company.").with("name", &contact.name)))
    }

    fn left_already(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let contact: Self = crm.get(Id::new(id))?;
        Ok(contact.left.then(|| Message::new("{name} has left the company already.").with("name", &contact.name)))
    }
}

/// Whoever has a day of leaving has left, and whoever is marked as gone by hand left today.
fn keep_day_of_leaving(crm: &Crm, draft: &mut Draft) {
    let said = draft.changed("left").cloned();
    let day_said = draft.changed("left_on").is_some_and(|day| !day.is_empty());
    if said.is_none() && day_said {
        draft.set("left", Value::Bool(true));
    }
    let left = draft.get("left") == Value::Bool(true);
    let before = draft.before("left") == Value::Bool(true);
    if !left && !draft.get("left_on").is_empty() && !draft.is_new() {
        draft.set("left_on", Value::Null);
    } else if left && !before && !draft.is_new() && draft.get("left_on").is_empty() {
        draft.set("left_on", Value::Text(crm.reading().clock.today().to_string()));
    }
}

/// A contact who left, or has no customer, is nobody's primary contact; the first of a customer is.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    keep_day_of_leaving(crm, draft);
    let customer = draft.get("customer").as_integer();
    let gone = draft.get("left") == Value::Bool(true) || draft.deleted();
    match customer {
        None => draft.set("primary", Value::Bool(false)),
        Some(_) if gone => draft.set("primary", Value::Bool(false)),
        Some(customer) => {
            if draft.get("primary") != Value::Bool(true) && primary_of(crm, customer, draft.id)?.is_none() {
                draft.set("primary", Value::Bool(true));
            }
        }
    }
    Ok(())
}

/// Keeps exactly one primary contact: the newly preferred one replaces the old, and an orphaned customer gets its
/// oldest remaining contact.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let id = draft.id.unwrap_or_default();
    if let Some(customer) = draft.get("customer").as_integer()
        && draft.get("primary") == Value::Bool(true)
        && (draft.changed("primary").is_some() || draft.changed("customer").is_some())
    {
        for other in others(crm, customer, id, "AND \"primary\"")? {
            crm.set_directly("contact", other, "primary", Value::Bool(false))?;
        }
    }
    let was_primary = draft.before("primary") == Value::Bool(true);
    if let (true, Value::Link(Link { id: former, .. })) = (was_primary, draft.before("customer"))
        && primary_of(crm, former, None)?.is_none()
        && let Some(next) = others(crm, former, id, "AND NOT \"left\"")?.first()
    {
        crm.set_directly("contact", *next, "primary", Value::Bool(true))?;
    }
    Ok(())
}

/// Of two customers who become one, the primary contact of the one that stays remains it.
pub(crate) fn moves(crm: &mut Crm, field: &str, from: i64, to: i64) -> Result<()> {
    if field == "customer" && primary_of(crm, to, None)?.is_some() {
        for other in others(crm, from, 0, "AND \"primary\"")? {
            crm.set_directly("contact", other, "primary", Value::Bool(false))?;
        }
    }
    Ok(())
}

fn primary_of(crm: &mut Crm, customer: i64, except: Option<i64>) -> Result<Option<i64>> {
    Ok(others(crm, customer, except.unwrap_or_default(), "AND \"primary\"")?.first().copied())
}

fn others(crm: &mut Crm, customer: i64, except: i64, condition: &str) -> Result<Vec<i64>> {
    crm.numbers(
        &format!(
            "SELECT id FROM contacts WHERE customer = ? AND id <> ? AND deleted_at IS NULL {condition} ORDER BY id"
        ),
        &[Sql::Integer(customer), Sql::Integer(except)],
    )
}
