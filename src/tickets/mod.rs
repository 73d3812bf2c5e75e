//! Service: tickets, what is sent to customers about them, how satisfied they were, and what is known already.

pub mod outbox;

pub use outbox::{Carrier, OutboxMessage, Outgoing, Sending, Server};
