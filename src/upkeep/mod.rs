//! Keeping the database well: backup, restore, and the doctor who looks at it.

mod backup;
mod doctor;
mod repair;
mod restore;

pub use backup::backup;
pub use doctor::{Report, doctor};
pub use repair::repair;
pub use restore::{Restored, restore};
