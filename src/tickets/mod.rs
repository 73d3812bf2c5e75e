//! Service: tickets and what is said in them, queues, types, macros and checklists (R106-R117).

mod answered;
mod assignment;
mod followed;
mod incidents;
pub(crate) mod intake;
pub mod knowledge;
mod needs;
pub mod outbox;
mod panels;
pub(crate) mod queue;
mod reply;
pub(crate) mod reply_macro;
mod rules;
pub mod satisfaction;
pub mod sla;
mod split;
mod steps;
pub(crate) mod ticket;
pub(crate) mod ticket_message;
pub(crate) mod ticket_rule;
pub(crate) mod ticket_step;
pub(crate) mod ticket_type;
mod verbs;

pub(crate) use followed::FOLLOWED;
pub use knowledge::{Article, ArticleMiss, ArticleState, ArticleVersion, Audience, Scope, Search};
pub use outbox::{Carrier, OutboxMessage, Outgoing, Sending, Server};
pub(crate) use panels::{CHECKLIST, CONVERSATION, HOLD, INCIDENTS, OPEN};
pub(crate) use rules::{check, odd, settle};

pub use intake::{Arrival, Reception, Taken};
pub use queue::Queue;
pub use reply::{Said, is_spoken};
pub use reply_macro::Macro;
pub use satisfaction::{Asked, Rated, Rating, Satisfaction, Survey};
pub use ticket::{Category, Priority, Ticket, TicketStatus};
pub use ticket_message::{Direction, TicketMessage};
pub use ticket_rule::{Order, TicketRule};
pub use ticket_step::TicketStep;
pub use ticket_type::TicketType;

use crate::{error::Cause, error::Error, message::Message};

fn refused(message: Message) -> Error {
    Error::new(Cause::Refused, message)
}
