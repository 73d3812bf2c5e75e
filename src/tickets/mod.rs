//! Service: tickets and what is said in them, queues, types, macros and checklists (R106-R117).

pub(crate) mod queue;
pub(crate) mod reply_macro;
pub mod sla;
pub(crate) mod ticket;
pub(crate) mod ticket_message;
pub(crate) mod ticket_step;
pub(crate) mod ticket_type;

pub use queue::Queue;
pub use reply_macro::Macro;
pub use ticket::{Category, Priority, Ticket, TicketStatus};
pub use ticket_message::{Direction, TicketMessage};
pub use ticket_step::TicketStep;
pub use ticket_type::TicketType;
