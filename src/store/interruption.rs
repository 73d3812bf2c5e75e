//! `Interruption`: a person's wish to stop, which whoever is writing looks out for, so that what stands can be told.

use crate::{
    error::{Cause, Error, Result},
    message::Message,
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// What a connection and whoever may interrupt it share.
#[derive(Default)]
pub struct Interruption {
    wanted: AtomicBool,
    /// Another connection that was opened for the same question.
    beside: Mutex<Option<Interrupter>>,
    /// How many pieces of work are under way that end in good order by themselves, and say what stands.
    working: AtomicUsize,
}

impl Interruption {
    /// Refuses to go on once somebody wants to stop.
    pub fn check(&self) -> Result<()> {
        if self.wanted.load(Ordering::Relaxed) { Err(interrupted()) } else { Ok(()) }
    }

    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// From now on another connection is stopped along with this one.
    pub fn take_along(&self, other: Interrupter) {
        *self.beside.lock().unwrap_or_else(PoisonError::into_inner) = Some(other);
    }

    /// Says that work is under way until the answer is dropped.
    pub fn work(self: &Arc<Self>) -> Work {
        self.working.fetch_add(1, Ordering::SeqCst);
        Work { of: self.clone() }
    }
}

/// Work under way.
pub struct Work {
    of: Arc<Interruption>,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.of.working.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Interrupts a connection from elsewhere: another thread, on behalf of a person.
pub struct Interrupter {
    pub(super) interruption: Arc<Interruption>,
    /// Stops the statement that is running, if one is.
    pub(super) stop: Box<dyn Fn() + Send + Sync>,
}

impl Interrupter {
    /// Stops the statement that is running, if one is, because nobody waits for its answer any more; the handle goes on
    /// with what comes next.
    pub fn stop_statement(&self) {
        (self.stop)();
    }

    /// Asks for an end, and says whether work is under way that ends by itself; if not, nobody will answer.
    pub fn interrupt(&self) -> bool {
        self.interruption.wanted.store(true, Ordering::SeqCst);
        let working = self.interruption.working.load(Ordering::SeqCst) > 0;
        (self.stop)();
        if let Some(beside) = &*self.interruption.beside.lock().unwrap_or_else(PoisonError::into_inner) {
            (beside.stop)();
        }
        working
    }
}

const INTERRUPTED: &str = "Interrupted.";

pub(super) fn interrupted() -> Error {
    Error::new(Cause::Interrupted, Message::new(INTERRUPTED))
}

/// An interrupted piece of work that was taken back says so.
pub(crate) fn taken_back(error: Error) -> Error {
    if error.message.template == INTERRUPTED {
        return Error::new(Cause::Interrupted, Message::new("Interrupted; nothing was written."));
    }
    error
}
