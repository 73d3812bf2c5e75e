//! Customers and the people who work there.

pub(crate) mod activity;
mod agenda;
pub(crate) mod attachment;
pub(crate) mod contact;
pub(crate) mod customer;

pub use activity::{Activity, ActivityKind, Direction};
pub use attachment::{Attachment, is_hidden, media_type};
pub use contact::{Contact, Gender};
pub use customer::{Customer, Entity, Level, Lifecycle, Party};
