//! Keeping the database well: backup, restore, and the doctor who looks at it.

mod backup;
mod contents;
mod doctor;
mod repair;
mod restore;
mod worth;

pub use backup::{Backup, backup, backup_with};
pub use contents::Copied;
pub(crate) use contents::collect;
pub use doctor::{Report, doctor};
pub use repair::repair;
pub use restore::{Restore, Restored, restore, restore_with};
