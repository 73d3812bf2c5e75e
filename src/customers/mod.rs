//! Customers and the people who work there.

pub(crate) mod activity;
mod addresses;
mod agenda;
mod birthdays;
pub(crate) mod contact;
pub(crate) mod customer;
mod silence;

pub use activity::{Activity, ActivityKind, Direction, Logged, Mass, Note, Owner};
pub use addresses::Addresses;
pub use contact::{Contact, Gender};
pub use customer::{Customer, Entity, Level, Lifecycle, Party};
pub use silence::Silence;
