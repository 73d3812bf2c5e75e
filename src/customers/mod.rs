//! Customers and the people who work there.

pub(crate) mod activity;
mod agenda;
mod assign;
pub(crate) mod contact;
pub(crate) mod customer;
mod dossier;
mod handover;
pub(crate) mod share;
pub mod timeline;

pub use activity::{Activity, ActivityKind, Direction};
pub use assign::{Assigned, Assignment};
pub use contact::{Contact, Gender};
pub use customer::{Customer, Entity, Level, Lifecycle, Party};
pub use dossier::{Depth, Dossier, Section};
pub use handover::{Duty, Handover};
pub use share::{Access, Share};
pub use timeline::Timeline;
