//! Service levels: working time, policies, the three clocks of a ticket, escalation and assignment.

mod business_time;
mod hours;

pub use business_time::BusinessTime;
pub use hours::{Hours, Window};
