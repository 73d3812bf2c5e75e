//! Escalation: what was done as the time of a clock ran out, once for each step and start of the clock.

use super::{Clock, SlaStep};
use crate::{
    catalog::Panel,
    crm::{Crm, Query, Sort},
    org::User,
    record::{Grid, Id, filter, record},
    tickets::{Priority, Queue, Ticket},
};
use jiff::Timestamp;

record! {
    /// What was done as time ran out.
    pub struct Escalation in "escalations" as "ES" called "escalation" {
        /// Which clock
        clock: Clock [title, list],
        /// The ticket
        ticket: Id<Ticket> [index, child, list],
        /// The step of the policy
        step: Option<Id<SlaStep>>,
        /// How much of the time was gone, in per cent
        percent: Option<i64> [list],
        /// When it was done
        at: Option<Timestamp> [list],
        /// When that clock had begun to run
        started: Option<Timestamp>,
        /// Who was told
        told: Option<String> [list],
        /// Who dealt with it from then on
        reassigned: Option<Id<User>> [list],
        /// Where it went
        queue: Option<Id<Queue>> [list],
        /// How urgent it became
        raised: Option<Priority> [list],
    }
}

/// On the page of a ticket.
pub(crate) const PANEL: Panel =
    Panel { of: "ticket", key: "escalations", title: "Escalations", title_zh: "升级记录", grid: of_ticket };

fn of_ticket(crm: &mut Crm, ticket: i64, limit: Option<u64>) -> crate::Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("ticket=T{ticket}"))?,
        columns: ["at", "clock", "percent", "told", "reassigned", "queue", "raised"].map(str::to_owned).into(),
        sort: Sort::parse("at,id"),
        limit,
        ..Query::new("escalation")
    };
    crm.list(&query)
}
