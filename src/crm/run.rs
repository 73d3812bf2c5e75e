//! A run: one operation that is written in many transactions, so that others come to write in between, and that an undo
//! takes back as one.

use super::Crm;
use crate::{
    Result,
    store::{self, Dialect},
};
use std::time::{Duration, Instant};

/// How long others wait at most until the database is left to them for a moment.
const AIM: Duration = Duration::from_millis(50);
/// They look every millisecond whether it is free.
const PAUSE: Duration = Duration::from_millis(2);

/// What is known of a run.
pub(super) struct Run {
    /// Of the first transaction that changed anything.
    operation: Option<i64>,
    paused: Instant,
}

impl Crm {
    /// Runs `work`, whose transactions are one operation; what was committed stays when it is interrupted.
    pub(crate) fn as_one_run<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.run.replace(Run { operation: None, paused: Instant::now() });
        let done = work(self);
        self.run = before;
        done
    }

    /// Lets others write, where it is time for that; stands between two transactions.
    pub(crate) fn let_others_write(&mut self) {
        if self.db.dialect() != Dialect::Sqlite {
            return;
        }
        if let Some(run) = self.run.as_mut().filter(|run| run.paused.elapsed() > AIM) {
            std::thread::sleep(PAUSE);
            run.paused = Instant::now();
        }
    }

    /// Begins the operation, or goes on with that of the run; says what the latest change is.
    pub(super) fn begin_or_resume(&mut self, label: &str) -> Result<i64> {
        let Some(operation) = self.run.as_ref().and_then(|run| run.operation) else {
            self.begin_operation(label)?;
            return Ok(0);
        };
        store::resume_operation(&mut *self.db, operation)?;
        self.operation = Some(operation);
        self.latest_change()
    }

    /// Stands behind a commit.
    pub(super) fn go_on_with(&mut self, operation: Option<i64>) {
        if let Some(run) = &mut self.run {
            run.operation = operation;
        }
    }
}
