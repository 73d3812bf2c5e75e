//! Customers and the people who work there.

pub(crate) mod activity;
mod agenda;
pub(crate) mod attachment;
pub(crate) mod contact;
pub(crate) mod customer;
mod lifecycle;
pub(crate) mod node;
pub(crate) mod qualification;
pub(crate) mod review;
pub(crate) mod review_rule;

pub use activity::{Activity, ActivityKind, Direction};
pub use attachment::{Attachment, is_hidden, media_type};
pub use contact::{Contact, Gender};
pub use customer::{Customer, Entity, Level, LevelBy, Lifecycle, Party};
pub use lifecycle::customer_bought;
pub use node::Node;
pub use qualification::{Aspect, Qualification, Size, Worth, sign_by};
pub use review_rule::ReviewRule;
