//! kehu (客户): a CRM for the terminal, as a library that knows everything about customers and nothing about terminals.

pub mod clock;
pub mod error;
pub mod message;
pub mod record;
pub mod store;
pub mod upkeep;

pub use error::{Cause, Error, Result};
pub use message::Message;
