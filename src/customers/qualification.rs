//! Qualification (三一客, R50): what is judged of a customer: worth, size, when and how much, and the node reached.

use super::{Customer, node::Reached};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    org::User,
    record::{
        Choice, Draft, Id, Kind, Link, Money, Origin, Value, Values, record,
        types::{self, Reading},
    },
    store::Sql,
};
use jiff::{Timestamp, civil::Date};

record! {
    /// A judgement of a customer, kept for good: worth, size, quantity or node (三一客).
    pub struct Qualification in "qualifications" as "QF" called "qualification" {
        /// What was judged, in words
        value: Option<String> [title, list],
        /// The customer judged
        customer: Id<Customer> [child, list],
        /// Which of the four judgements it is
        aspect: Option<Aspect> [list],
        /// Whether the customer is worth the effort
        worth: Option<Worth>,
        /// How big the business is
        size: Option<Size>,
        /// When they are expected to sign
        expected_date: Option<Date>,
        /// For how much they are expected to sign
        expected_amount: Option<Money> [min("0")],
        /// How many they are expected to take
        expected_quantity: Option<i64> [max("1000000000")],
        /// How far the talks have come
        node: Option<Reached>,
        /// When it was judged
        at: Option<Timestamp> [list],
        /// Who judged
        by: Option<Id<User>> [default("me"), list],
        /// A record of the matching kind led to the node, nobody set it
        automatic: bool [default("no")],
        /// Why
        note: Option<String> [list],
    }
}

record! {
    /// The four judgements: 定性, 定级, 定量 and 节点.
    pub enum Aspect {
        /// Worth
        Worth = "worth",
        /// Size
        Size = "size",
        /// Quantity
        Quantity = "quantity",
        /// Node
        Node = "node",
    }
}

record! {
    /// 定性: is the customer worth the effort?
    pub enum Worth {
        /// Valuable
        Valuable = "valuable",
        /// Unsure
        Unsure = "unsure",
        /// Worthless
        Worthless = "worthless",
    }
}

record! {
    /// 定级: how big is the business?
    pub enum Size {
        /// Large
        Large = "large",
        /// Normal
        Normal = "normal",
        /// Small
        Small = "small",
    }
}

/// The fields that hold what is judged, each with the judgement that it belongs to.
const HELD: [(&str, &str); 6] = [
    ("worth", "worth"),
    ("size", "size"),
    ("expected_date", "quantity"),
    ("expected_amount", "quantity"),
    ("expected_quantity", "quantity"),
    ("node", "node"),
];

/// When they are expected to sign, by the clock: what the board stands on.
pub(super) fn when_kind() -> Kind {
    let choice = |(key, label, label_zh): (&'static str, &'static str, &'static str)| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: label_zh.into(),
        retired: false,
    };
    Kind::Choice(WHEN.into_iter().map(choice).collect())
}

/// The buckets in which an expected date is shown.
pub const WHEN: [(&str, &str, &str); 5] = [
    ("overdue", "Overdue", "已过期"),
    ("two-days", "Within two days", "近两天"),
    ("this-week", "This week", "本周"),
    ("this-month", "This month", "本月"),
    ("later", "Later", "更晚"),
];

/// The day that an expected signing is set to: a date, or the last day of what is picked quickly: 近两天, 本周, 本月.
///
/// # Errors
/// What is neither a date nor a period.
pub fn sign_by(text: &str, reading: &Reading) -> Result<Date> {
    let folded = types::fold(text.trim()).replace(' ', "-");
    if matches!(&*folded, "two-days" | "within-two-days" | "近两天" | "2天内" | "两天内") {
        let today = reading.clock.today();
        return Ok(today.tomorrow().unwrap_or(today));
    }
    types::parse_period(text, reading).map(|(_, last)| last).map_err(|error| error.on_field("expected_date"))
}

/// Makes a new judgement whole: which one it is, when, and what it says in words.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if !draft.is_new() {
        return Ok(());
    }
    read_words(crm, draft)?;
    let aspect = aspect_of(draft)?;
    draft.set("aspect", Value::text(aspect));
    if draft.get("at").is_empty() {
        draft.set("at", Value::Text(crm.now_text()));
    }
    let now = crm.now_text();
    if let Some(at) = draft.get("at").as_text().filter(|at| **at > *now) {
        let message = Message::new("{at} is yet to come: a judgement counts from when it was made.").with("at", at);
        return Err(Error::new(Cause::Refused, message).on_field("at"));
    }
    if let Some(quantity) = draft.get("expected_quantity").as_integer().filter(|quantity| *quantity < 0) {
        return Err(Error::bad_value(Message::new("{value} is no quantity.").with("value", quantity))
            .on_field("expected_quantity"));
    }
    if !draft.get("value").is_empty() {
        return Ok(());
    }
    let said: Vec<String> = HELD
        .iter()
        .filter(|(_, belongs)| *belongs == aspect)
        .filter_map(|(name, _)| Some(types::show(&draft.schema.field(name)?.kind, &draft.get(name))))
        .filter(|words| !words.is_empty())
        .collect();
    draft.set("value", Value::text(said.join(", ")));
    Ok(())
}

/// `aspect=size value=大单`, as a file of two columns says it.
fn read_words(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let (aspect, words) = (draft.get("aspect"), draft.get("value"));
    if let (Some(aspect), Some(words)) = (aspect.as_text(), words.as_text())
        && let Some(field) = draft.schema.clone().field(aspect)
        && draft.get(aspect).is_empty()
    {
        let value = crm.parse_value(field, words)?;
        draft.set(aspect, value);
    }
    Ok(())
}

/// The one judgement that the values are of.
fn aspect_of(draft: &Draft) -> Result<&'static str> {
    let mut found: Vec<&'static str> =
        HELD.iter().filter(|(name, _)| !draft.get(name).is_empty()).map(|(_, aspect)| *aspect).collect();
    found.dedup();
    let said = draft.get("aspect");
    match (&found[..], said.as_text()) {
        ([one], None) => Ok(one),
        ([one], Some(said)) if *one == said => Ok(one),
        ([], _) => Err(Error::bad_value(Message::new(
            "A qualification says something: worth, size, an expected date, amount or quantity, or a node.",
        ))
        .hint(Message::new("kehu customer qualify C1 --worth valuable"))),
        _ => Err(Error::bad_value(Message::new("A qualification is one judgement: worth, size, quantity or node."))
            .on_field("aspect")
            .hint(Message::new("kehu customer qualify C1 --worth valuable --size large"))),
    }
}

/// The automatic judgement that says the same as one that comes out of another database: the record that led to it came
/// another way and has raised it here already.
pub(crate) fn raised_already(crm: &mut Crm, draft: &Draft) -> Result<Option<i64>> {
    let automatic = draft.schema.kind == "qualification" && draft.get("automatic") == Value::Bool(true);
    let (customer, node, at) = (draft.get("customer").as_integer(), draft.get("node"), draft.get("at"));
    let (Some(customer), Some(node), Some(at)) = (customer, node.as_text(), at.as_text()) else { return Ok(None) };
    if !automatic || draft.origin != Origin::Export {
        return Ok(None);
    }
    let sql = "SELECT id FROM qualifications WHERE customer = ? AND aspect = 'node' AND automatic AND node = ? AND at = ? \
               AND deleted_at IS NULL ORDER BY id LIMIT 1";
    let found = crm.numbers(sql, &[Sql::Integer(customer), Sql::text(node), Sql::text(at)])?;
    Ok(found.first().copied())
}

impl Crm {
    /// Judges a customer: one row for each of the four judgements that the values (by the names of a qualification's
    /// fields) speak of, in one operation. What an expected date, amount or quantity leaves unsaid stays as it is.
    ///
    /// # Errors
    /// Refuses where nothing is judged, and a customer in the recycle bin.
    pub fn qualify(&mut self, customer: i64, values: &Values) -> Result<Vec<i64>> {
        let outermost = self.operation().is_none();
        self.transaction("Qualify", |crm| {
            let entry = crm.record("customer", customer)?;
            if entry.is_deleted() {
                return Err(Error::new(
                    Cause::Refused,
                    Message::new("{record} is in the recycle bin.").with("record", entry.short()),
                ));
            }
            let mut added = Vec::new();
            for aspect in ["worth", "size", "quantity", "node"] {
                let of_aspect = |name: &str| HELD.iter().any(|(held, belongs)| *held == name && *belongs == aspect);
                if !values.iter().any(|(name, value)| of_aspect(name) && !value.is_empty()) {
                    continue;
                }
                let mut row: Values =
                    values.iter().filter(|(name, _)| of_aspect(name) || is_common(name)).cloned().collect();
                keep_unsaid(&entry, aspect, &mut row);
                row.push(("customer".to_owned(), Link::to(customer)));
                row.push(("aspect".to_owned(), Value::text(aspect)));
                added.push(crm.add("qualification", row)?);
            }
            if added.is_empty() {
                return Err(Error::bad_value(Message::new(
                    "A qualification says something: worth, size, an expected date, amount or quantity, or a node.",
                ))
                .hint(Message::new("kehu customer qualify C1 --worth valuable")));
            }
            if outermost {
                crm.relabel(&format!("Qualify customer {} {}", entry.short(), entry.title()))?;
            }
            Ok(added)
        })
    }
}

/// What stands on every row of one judging.
fn is_common(name: &str) -> bool {
    matches!(name, "at" | "by" | "note")
}

/// Date, amount and quantity are one judgement: whoever says one of them means the others to stay.
fn keep_unsaid(customer: &crate::crm::Entry, aspect: &str, row: &mut Values) {
    for (name, _) in HELD.iter().filter(|(_, belongs)| aspect == "quantity" && *belongs == "quantity") {
        if !row.iter().any(|(said, _)| said == name) {
            row.push(((*name).to_owned(), customer.value(name)));
        }
    }
}
