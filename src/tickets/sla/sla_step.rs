//! Step of the escalation: who is told, and what is done, when so much of the time of a clock is gone or all of it.

use super::SlaPolicy;
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    org::User,
    record::{Draft, Id, Value, record},
    tickets::Queue,
};

record! {
    /// What happens when so much of the time of a clock is gone.
    pub struct SlaStep in "sla_steps" as "SE" called "sla_step" {
        /// Which clock
        clock: Clock [title, list],
        /// The policy it belongs to
        policy: Id<SlaPolicy> [index, child, list],
        /// How much of the time is gone, in per cent: 100 when it is missed
        percent: i64 [default("100"), min("1"), max("1000"), list],
        /// Who is told
        tell: Option<Told> [list],
        /// A colleague who is told as well
        user: Option<Id<User>> [list],
        /// Whether they are told by e-mail too, beside the task on their plan
        mail: bool [default("no"), label("E-mail"), list],
        /// Who deals with the ticket from then on
        reassign: Option<Id<User>> [list],
        /// Where the ticket goes
        queue: Option<Id<Queue>> [list],
        /// Whether the ticket becomes more urgent by one step
        raise: bool [default("no"), list],
    }
}

record! {
    /// The clocks of a ticket.
    pub enum Clock {
        /// First response
        First = "first_response",
        /// Next response
        Next = "next_response",
        /// Resolution
        Resolution = "resolution",
    }
}

record! {
    /// Who is told as time runs out.
    pub enum Told {
        /// Who deals with it
        Owner = "owner",
        /// Whom they report to
        Manager = "manager",
        /// The colleagues of its queue
        Queue = "queue",
        /// Who follows it
        Followers = "followers",
    }
}

impl Clock {
    pub const ALL: [Self; 3] = [Self::First, Self::Next, Self::Resolution];

    pub(super) fn place(self) -> usize {
        Self::ALL.iter().position(|known| *known == self).unwrap_or_default()
    }
}

/// A step does something.
pub(crate) fn check(_: &mut Crm, draft: &mut Draft) -> Result<()> {
    let idle = ["tell", "user", "reassign", "queue"].iter().all(|field| draft.get(field).is_empty());
    if draft.deleted() || !idle || draft.get("raise") == Value::Bool(true) {
        return Ok(());
    }
    Err(Error::bad_value(Message::new("A step tells somebody, hands the ticket on or makes it more urgent."))
        .on_field("tell")
        .hint(Message::new("kehu sla_step add resolution --policy SP1 --percent 80 --tell owner")))
}
