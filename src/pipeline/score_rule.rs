//! Score rule (R44): how many points a lead gets, and why; `kehu lead score` applies them.

use super::lead_rule::fits_leads;
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Draft, record},
};

record! {
    /// A rule of the score: leads that match get points, for the reason that its name says.
    pub struct ScoreRule in "score_rules" as "SR" called "score_rule" {
        /// The reason as it stands with the lead
        name: String [title, list],
        /// Which leads, in the filter language
        condition: String [list],
        /// How many points they get; fewer than none where it speaks against them
        points: i64 [list],
    }
}

/// A rule gives points, and its condition can be asked of leads.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    if draft.get("points").as_integer().is_none_or(|points| points == 0 || points.abs() > 1000) {
        return Err(Error::bad_value(Message::new("A score rule gives points: from -1000 to 1000, and not 0."))
            .on_field("points")
            .hint(Message::new("kehu score_rule add \"Has a phone\" --condition \"not mobile:\" --points 10")));
    }
    fits_leads(crm, draft)
}
