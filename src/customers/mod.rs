//! Customers and the people who work there.

pub(crate) mod activity;
mod agenda;
pub(crate) mod contact;
pub(crate) mod customer;
pub mod duplicates;
pub mod merge;

pub use activity::{Activity, ActivityKind, Direction};
pub use contact::{Contact, Gender};
pub use customer::{Customer, Entity, Level, Lifecycle, Party};
