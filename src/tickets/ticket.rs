//! Ticket: something that a customer wants of us after the sale, from the first word to the solution (R106-R110, R116).

use super::{Queue, sla::SlaPolicy};
use crate::{
    customers::{Contact, Customer},
    org::User,
    products::Product,
    record::{
        Id, record,
        types::{Email, ExternalIds, LongText, Open, Tags},
    },
};
use jiff::{Timestamp, civil::Date};

record! {
    /// Something that a customer wants of us: a question, a complaint, a repair.
    pub struct Ticket in "tickets" as "T" called "ticket" {
        /// What it is about
        subject: String [title, search, list],
        /// Inquiry, complaint, quality, repair, return or a word of one's own
        kind: Option<Open> [index],
        /// How far it has come: pending waits for the customer, on hold for somebody else
        status: TicketStatus [default("new"), index("due"), list],
        /// A finer word for the status, of one's own
        substatus: Option<Open>,
        /// How urgent it is; what its kind or queue says, else normal, unless said
        priority: Option<Priority> [list],
        /// How serious it is, in a word of one's own
        grade: Option<Open>,
        /// How it came to us: email, phone, web, chat, wechat, visit …
        channel: Option<Open>,
        /// The customer who wants it
        customer: Option<Id<Customer>> [index, child, list],
        /// The person who wants it
        contact: Option<Id<Contact>> [index],
        /// What it is about that we sell
        product: Option<Id<Product>> [index],
        /// Serial number of the piece
        serial: Option<String> [index, search],
        /// Where it waits for somebody to take it
        queue: Option<Id<Queue>> [index("status, due")],
        /// Who deals with it; nobody yet when empty
        owner: Option<Id<User>> [index("status, due"), list],
        /// Address of whoever wrote, where no contact is known
        requester: Option<Email> [search],
        /// What they say
        description: Option<LongText> [search],
        /// What was behind it
        cause: Option<Open>,
        /// What solved it
        resolution: Option<LongText> [search],
        /// When it came in
        received: Option<Timestamp> [index, list],
        /// When somebody first answered
        first_response: Option<Timestamp>,
        /// When it was solved
        resolved: Option<Timestamp>,
        /// When it was closed
        closed: Option<Timestamp>,
        /// The problem of which it is one case
        parent: Option<Id<Ticket>> [index],
        /// The ticket that it follows up, or was split from
        follows: Option<Id<Ticket>> [index],
        /// Colleagues who want to know what becomes of it
        followers: Vec<Id<User>>,
        /// How long the piece is in warranty
        warranty_until: Option<Date>,
        /// How often it was opened again
        reopened: Option<i64> [kept, min("0")],
        /// How often it went to somebody else
        reassigned: Option<i64> [kept, min("0")],
        /// Tags
        tags: Tags [search],
        /// What else is worth knowing
        notes: Option<LongText> [search],
        /// Numbers by which other systems know it, as `system:number`
        external_ids: ExternalIds [unique],
        /// The ticket that this one was merged into, to which its refs lead since
        merged_into: Option<Id<Ticket>> [automatic, child],
        // The clocks: which policy holds, until when, and what was missed.
        /// When its owner got it
        assigned: Option<Timestamp> [kept],
        /// The policy that says how fast it is to be answered and solved
        policy: Option<Id<SlaPolicy>> [automatic, index("status")],
        /// The earliest of its deadlines, while its clocks run
        due: Option<Timestamp> [automatic, index, list],
        /// Until when the customer is to have the first answer
        first_due: Option<Timestamp> [automatic],
        /// Until when the customer who wrote again is to have an answer
        next_due: Option<Timestamp> [automatic],
        /// Until when it is to be solved
        resolve_due: Option<Timestamp> [automatic],
        /// The deadline of the first answer that was missed
        first_breached: Option<Timestamp> [kept],
        /// The deadline of a further answer that was missed
        next_breached: Option<Timestamp> [kept],
        /// The deadline of the solution that was missed
        resolve_breached: Option<Timestamp> [kept],
        /// Since when a customer who wrote again has waited for an answer
        waiting_since: Option<Timestamp> [kept],
        /// For how many seconds of working time the clocks stood still since then
        waiting_paused: Option<i64> [kept, min("0")],
        /// Since when the clocks stand still
        paused_since: Option<Timestamp> [kept],
        /// For how many seconds of working time they stood still before
        paused_seconds: Option<i64> [kept, min("0")],
        /// How many steps of the escalation were taken
        escalated: Option<i64> [kept, min("0")],
        /// When there is next something to escalate
        escalate_at: Option<Timestamp> [automatic, also("(\"escalate_at\") WHERE \"escalate_at\" IS NOT NULL")],
    }
    computed {
        /// What its clocks go by: open, paused, resolved or closed
        category: Category::kind() =>
            "(CASE WHEN {t}.status IN ('new', 'open') THEN 'open' WHEN {t}.status IN ('pending', 'on_hold') \
             THEN 'paused' ELSE {t}.status END)",
        /// How long was spent on it, in minutes
        minutes: crate::record::Kind::Integer =>
            "(SELECT CAST(SUM(m.minutes) AS BIGINT) FROM ticket_messages m WHERE m.ticket = {t}.id \
             AND m.deleted_at IS NULL)",
        /// When something was last said in it
        last_message: crate::record::Kind::Timestamp =>
            "(SELECT MAX(m.at) FROM ticket_messages m WHERE m.ticket = {t}.id AND m.deleted_at IS NULL)",
        /// Whether it is late: a deadline has passed, or had passed when it was kept
        late: crate::record::Kind::YesNo =>
            "({t}.first_breached IS NOT NULL OR {t}.next_breached IS NOT NULL OR {t}.resolve_breached IS NOT NULL \
             OR COALESCE({t}.due < '{now}', FALSE))",
        /// Whether the piece was in warranty when it came in
        in_warranty: crate::record::Kind::YesNo => "({t}.warranty_until >= SUBSTR({t}.received, 1, 10))",
        /// Whether all of its checklist is done; empty where it has none
        checklist_done: crate::record::Kind::YesNo =>
            "(SELECT COUNT(*) = COUNT(s.done) FROM ticket_steps s WHERE s.ticket = {t}.id AND s.deleted_at IS NULL \
             HAVING COUNT(*) > 0)",
    }
}

record! {
    /// How far a ticket has come; its category alone drives the clocks.
    pub enum TicketStatus {
        /// New
        New = "new",
        /// Open
        Open = "open",
        /// Waiting for the customer
        Pending = "pending",
        /// On hold
        OnHold = "on_hold",
        /// Resolved
        Resolved = "resolved",
        /// Closed
        Closed = "closed",
    }
}

record! {
    /// What the clocks of a ticket go by.
    pub enum Category {
        /// Open
        Open = "open",
        /// Paused
        Paused = "paused",
        /// Resolved
        Resolved = "resolved",
        /// Closed
        Closed = "closed",
    }
}

record! {
    /// How urgent a ticket is.
    pub enum Priority {
        /// Low
        Low = "low",
        /// Normal
        Normal = "normal",
        /// High
        High = "high",
        /// Urgent
        Urgent = "urgent",
    }
}

impl TicketStatus {
    /// What the clocks go by.
    #[must_use]
    pub fn category(self) -> Category {
        match self {
            Self::New | Self::Open => Category::Open,
            Self::Pending | Self::OnHold => Category::Paused,
            Self::Resolved => Category::Resolved,
            Self::Closed => Category::Closed,
        }
    }
}
