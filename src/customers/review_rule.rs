//! Review rule (R18, R22): which level a customer gets, or after how long they count as lapsed; `kehu customer review`
//! applies them.

use super::Level;
use crate::{
    Result,
    crm::{Crm, Query},
    error::Error,
    message::Message,
    record::{Draft, Value, filter, record},
};

record! {
    /// A rule of the review: for customers that match, their level, or when they count as lapsed.
    pub struct ReviewRule in "review_rules" as "RR" called "review_rule" {
        /// Which customers, in the filter language
        condition: String [title, list],
        /// The level that they get
        level: Option<Level> [list],
        /// After how many days without anything they count as lapsed; 0 for never
        lapse_after: Option<i64> [list],
        /// Where it stands: of the rules that fit a customer the first counts
        position: Option<i64> [list],
        /// What the rule is for
        notes: Option<String>,
    }
}

/// A rule does one thing, and its condition can be asked of customers.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    let (level, days) = (draft.get("level"), draft.get("lapse_after").as_integer());
    if level.is_empty() == days.is_none() {
        return Err(Error::bad_value(Message::new(
            "A rule gives a level, or says after how many days customers lapse.",
        ))
        .on_field("level")
        .hint(Message::new("kehu review_rule add \"annual_revenue=1m..\" --level A")));
    }
    if let Some(days) = days.filter(|days| !(0..=36_500).contains(days)) {
        return Err(
            Error::bad_value(Message::new("{value} is no number of days.").with("value", days)).on_field("lapse_after")
        );
    }
    let condition = draft.get("condition");
    let filter = filter::parse(condition.as_text().unwrap_or_default()).map_err(|error| error.on_field("condition"))?;
    crm.list(&Query { filter, limit: Some(1), paging: true, columns: vec!["id".into()], ..Query::new("customer") })
        .map_err(|error| error.on_field("condition"))?;
    if draft.is_new() && draft.get("position").is_empty() {
        let last = crm.numbers("SELECT COALESCE(MAX(position), 0) FROM review_rules WHERE deleted_at IS NULL", &[])?;
        draft.set("position", Value::Integer(last.first().copied().unwrap_or_default() + 1));
    }
    Ok(())
}
