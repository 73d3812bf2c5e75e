//! What the condition of a rule fits: a rule that can be asked no more fits nobody, and is named.

use super::{Crm, Query};
use crate::{
    Result,
    error::Cause,
    message::Message,
    record::filter::{self, Filter},
};

impl Crm {
    /// The records of a kind that a rule's condition fits, among some or all. What the rule decides waits until somebody
    /// has put it right; what else is to be done goes on.
    pub(crate) fn fitting(
        &mut self,
        (rule, number): (&str, i64),
        kind: &'static str,
        condition: &str,
        among: Option<Filter>,
    ) -> Result<Vec<i64>> {
        let asked = filter::parse(condition).and_then(|filter| {
            let filter = match among {
                Some(among) => Filter::And(vec![filter, among]),
                None => filter,
            };
            self.matching(&Query { filter, ..Query::new(kind) })
        });
        match asked {
            Err(error) if matches!(error.cause, Cause::BadValue | Cause::NotFound | Cause::Ambiguous) => {
                let message = Message::new("{rule} is left out until it is put right: {why}");
                let rule = self.schema(rule)?.short(number);
                self.notice(message.with("rule", rule).with("why", error.to_string()));
                Ok(Vec::new())
            }
            asked => asked,
        }
    }
}
