//! Pool rule: when a customer goes back to the pool, which ones it is about, and what keeps them; `kehu pool run`
//! applies them.

use super::{Pool, Trigger};
use crate::{
    Result,
    crm::{Crm, Query},
    customers::Level,
    error::Error,
    message::Message,
    org::Branch,
    products::Product,
    record::{Draft, Id, Value, filter, record, types::FieldType},
};

/// More days than these are none that anybody counts.
const LONGEST: i64 = 36_500;

record! {
    /// A rule of a pool: when customers are taken from their owner and go back there, and how early that is said.
    pub struct PoolRule in "pool_rules" as "PR" called "pool_rule" {
        /// What the rule is called
        name: String [title, list],
        /// The pool of whose customers it speaks, and of those of none that are of its branch
        pool: Id<Pool> [index, child, list],
        /// From what the days are counted
        trigger: Trigger [list],
        /// After how many days
        days: Option<i64> [list],
        /// Only customers of this level
        level: Option<Level> [list],
        /// Only customers of this branch
        branch: Option<Id<Branch>>,
        /// Only customers with a deal about this product
        product: Option<Id<Product>>,
        /// Only customers that match, in the filter language
        condition: Option<String> [list],
        /// Whether an open deal keeps them
        open_deals: bool [default("yes")],
        /// A plan within so many days keeps them; within the days of the rule when empty
        planned_within: Option<i64> [min("0"), max("36500")],
        /// How many days before it is said: 7,3,1; none for never
        warn: Option<String> [default("7,3,1")],
        /// Whether it rests for now
        paused: bool [default("no"), list],
        /// Where it stands: of several rules that take a customer the first is named
        position: Option<i64> [list],
        /// What the rule is for
        notes: Option<String>,
    }
}

/// A rule counts at least one day, says when it warns, and its condition can be asked of customers.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    fitting_days(draft)?;
    let warn = draft.get("warn");
    warnings(warn.as_text().unwrap_or_default()).map_err(|error| error.on_field("warn"))?;
    if let Some(condition) = draft.get("condition").as_text() {
        let asked = filter::parse(condition).and_then(|filter| {
            let columns = vec!["id".into()];
            crm.list(&Query { filter, limit: Some(1), paging: true, columns, ..Query::new("customer") })
        });
        asked.map_err(|error| error.on_field("condition"))?;
    }
    if draft.is_new() && draft.get("position").is_empty() {
        let last = crm.numbers("SELECT COALESCE(MAX(position), 0) FROM pool_rules WHERE deleted_at IS NULL", &[])?;
        draft.set("position", Value::Integer(last.first().copied().unwrap_or_default() + 1));
    }
    Ok(())
}

fn fitting_days(draft: &Draft) -> Result<()> {
    let Some(trigger) = Trigger::from_value(&draft.get("trigger")) else { return Ok(()) };
    let days = draft.get("days").as_integer();
    let message = match days {
        Some(days) if (1..=LONGEST).contains(&days) => return Ok(()),
        Some(days) => {
            Message::new("A rule counts 1 to {most} days, not {value}.").with("most", LONGEST).with("value", days)
        }
        None if trigger.start().days => {
            Message::new("After how many days? {trigger} alone takes nobody.").with("trigger", trigger.start().key)
        }
        None => return Ok(()),
    };
    let hint = Message::new("kehu pool_rule add \"{name}\" --pool PO1 --trigger {trigger} --days 30");
    let name = draft.get("name");
    Err(Error::bad_value(message)
        .on_field("days")
        .hint(hint.with("name", name.as_text().unwrap_or_default()).with("trigger", trigger.start().key)))
}

/// `7, 3, 1`, the earliest first; empty for `none`.
///
/// # Errors
/// What is no number of days.
pub(super) fn warnings(text: &str) -> Result<Vec<i64>> {
    if matches!(text.trim().to_lowercase().as_str(), "" | "none" | "无") {
        return Ok(Vec::new());
    }
    let one = |part: &str| {
        let days = part.trim().parse().ok().filter(|days| (1..=LONGEST).contains(days));
        days.ok_or_else(|| {
            let message = Message::new("`{value}` says no number of days; write them like 7,3,1, or none.");
            Error::bad_value(message.with("value", part.trim()))
        })
    };
    let parts = text.split([',', '，', ' ', ';']).filter(|part| !part.trim().is_empty());
    let mut days = parts.map(one).collect::<Result<Vec<i64>>>()?;
    days.sort_unstable_by(|one, other| other.cmp(one));
    days.dedup();
    Ok(days)
}
