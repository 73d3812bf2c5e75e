//! Service levels: working time, policies, the three clocks of a ticket, escalation.

pub(crate) mod business_calendar;
mod business_time;
mod clocks;
mod escalate;
pub(crate) mod escalation;
pub(crate) mod holiday;
mod hours;
mod ical;
mod ladder;
mod left;
mod plan;
mod preview;
mod rules;
pub(crate) mod sla_policy;
pub(crate) mod sla_step;
mod state;
mod targets;
pub(crate) mod totals;
mod why;

pub use business_calendar::BusinessCalendar;
pub use business_time::BusinessTime;
pub(crate) use clocks::{said, settle};
pub use escalate::Escalated;
pub use escalation::Escalation;
pub use holiday::{Holiday, HolidayKind};
pub use hours::{Hours, Window};
pub use ical::HolidaysTaken;
pub use left::{Left, WorkingTimes};
pub(crate) use plan::PLAN;
pub use preview::Preview;
pub(crate) use rules::Rules;
pub use sla_policy::SlaPolicy;
pub use sla_step::{Clock, SlaStep, Told};
pub use targets::{Targets, duration_text};
pub use why::Why;
