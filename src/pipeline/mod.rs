//! The pipeline: deals on their way through the stages of a sales process, and the history of that way.

pub mod board;
pub(crate) mod deal;
mod gate;
pub(crate) mod memo;
mod outcome;
#[expect(clippy::module_inception, reason = "a pipeline is what this room is about")]
pub(crate) mod pipeline;
pub(crate) mod stage;
pub(crate) mod stage_move;
mod verbs;

pub use deal::Deal;
pub use pipeline::Pipeline;
pub use stage::{Outcome, Stage};
pub use stage_move::StageMove;
