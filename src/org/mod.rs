//! Who we are: colleagues and branches.

pub(crate) mod branch;
pub(crate) mod user;

pub use branch::Branch;
pub use user::{Department, Tier, User};
