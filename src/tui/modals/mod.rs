//! Boxes on top of a page: choosing, confirming, filling in.

mod actions;
pub mod calendar;
mod confirm;
pub mod form;
mod help;
mod palette;
mod picker;

pub use actions::ACTIONS;
pub use calendar::Calendar;
pub use confirm::Confirm;
pub use help::{help, messages};
pub use palette::palette;
pub use picker::{Item, Picker, Source};
