//! Customers and the people who work there.

pub(crate) mod activity;
mod agenda;
mod assign;
pub(crate) mod attachment;
pub(crate) mod contact;
pub(crate) mod customer;
mod dossier;
mod handover;
mod lifecycle;
pub(crate) mod node;
pub(crate) mod qualification;
pub(crate) mod review;
pub(crate) mod review_rule;
pub(crate) mod share;
pub mod timeline;

pub use activity::{Activity, ActivityKind, Direction};
pub use assign::{Assigned, Assignment};
pub use attachment::{Attachment, is_hidden, media_type};
pub use contact::{Contact, Gender};
pub use customer::{Customer, Entity, Level, LevelBy, Lifecycle, Party};
pub use dossier::{Depth, Dossier, Section};
pub use handover::{Duty, Handover};
pub use lifecycle::customer_bought;
pub use node::Node;
pub use qualification::{Aspect, Qualification, Size, Worth, sign_by};
pub use review_rule::ReviewRule;
pub use share::{Access, Share};
pub use timeline::Timeline;
