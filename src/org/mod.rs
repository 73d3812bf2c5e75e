//! Who we are: colleagues and branches.

pub(crate) mod branch;
mod turn;
pub(crate) mod user;

pub use branch::Branch;
pub(crate) use turn::{Named, Taker, Telling, Turn};
pub use user::{Department, Tier, User};
