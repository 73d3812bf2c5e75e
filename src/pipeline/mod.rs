//! The pipeline: leads, pools, deals on their way through the stages of a sales process, and the history of that way.

pub(crate) mod advice;
pub mod board;
pub(crate) mod checklist;
mod closing;
pub(crate) mod deal;
pub(crate) mod deal_contact;
pub(crate) mod deal_line;
pub(crate) mod deal_step;
pub(crate) mod forecast_snapshot;
mod gate;
pub mod kanban;
pub(crate) mod lead;
pub(crate) mod lead_rule;
pub(crate) mod memo;
pub(crate) mod moment;
pub(crate) mod occupied;
mod outcome;
#[expect(clippy::module_inception, reason = "a pipeline is what this room is about")]
pub(crate) mod pipeline;
pub(crate) mod pool;
mod reach;
mod sample;
pub(crate) mod score_rule;
mod slippage;
pub(crate) mod stage;
pub(crate) mod stage_move;
pub(crate) mod stale;
mod stand_in;
mod verbs;
pub(crate) mod weighing;

pub use deal::Deal;
pub use deal_contact::{DealContact, DealRole};
pub use deal_line::DealLine;
pub use deal_step::DealStep;
pub use forecast_snapshot::ForecastSnapshot;
pub use lead::{Conversion, Converted, Lead, Taken, Welcome};
pub use lead_rule::LeadRule;
pub use pipeline::Pipeline;
pub use pool::{Pool, PoolAction, PoolMove, PoolRule, PoolRun, Trigger};
pub(crate) use reach::{WRONG_REACH, reach_anew, undone};
pub use score_rule::ScoreRule;
pub use stage::{Outcome, Stage};
pub use stage_move::StageMove;
pub(crate) use stage_move::{WITHOUT_STEPS, first_steps};
pub use stale::Stale;
