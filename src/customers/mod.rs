//! Customers and the people who work there.

pub(crate) mod activity;
mod agenda;
pub(crate) mod contact;
pub(crate) mod customer;
pub(crate) mod fact;
mod leaving;
pub mod lunar;
pub(crate) mod occasion;
pub(crate) mod relation;
mod upcoming;
mod yearly;

pub use activity::{Activity, ActivityKind, Direction};
pub use contact::{Contact, Gender};
pub use customer::{Customer, Entity, Level, Lifecycle, Party};
pub use fact::Fact;
pub use occasion::{Calendar, Occasion, OccasionKind};
pub use relation::{Relation, RelationKind};
pub use yearly::Yearly;
