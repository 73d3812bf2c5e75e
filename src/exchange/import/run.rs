//! The second reading: writes what the check found worth writing, as one operation.

mod account;
mod link;
mod row;
mod stages;

use super::{Outcome, Plan, Progress, lane::Spoken, ledger, problem::Problem, rejects::Rejects, said::Wanted};
use crate::{
    Cause, Crm, Error, Message, Result,
    crm::bulk::{Bulk, Inserter},
    exchange::{Records, Row},
    record::Value,
    store,
};

/// So many rows and fewer are written in one transaction.
const SHORT: u64 = 2000;

/// What came of the rows so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: u64,
    pub linked: u64,
}

/// A link to a record that the file itself brings, set when all rows are written.
struct Pending {
    lane: usize,
    id: i64,
    link: usize,
    wanted: Wanted,
    line: u64,
}

/// Where the second reading is.
enum Stage {
    /// Reading the rows of that lane.
    Rows(usize, Box<Records>),
    /// Setting links, from that one on.
    Links(usize),
    Finished,
}

struct Writer<'a> {
    plan: &'a mut Plan,
    stage: Stage,
    row: Row,
    spoken: Spoken,
    /// The row that comes next.
    number: usize,
    inserters: Vec<Inserter>,
    contacts: Option<Inserter>,
    activities: Option<Inserter>,
    values: Vec<Value>,
    pending: Vec<Pending>,
    counts: Counts,
    problems: Vec<Problem>,
    rejects: Option<Rejects>,
    records: Vec<i64>,
    run: Option<i64>,
    /// The newest operation beside this import's own: another one means another writer.
    known: i64,
    /// Somebody else wrote since the check, so rows are looked for again before they are made.
    disturbed: bool,
    whole: bool,
    /// Why all was given up.
    fatal: Option<Problem>,
}

impl Plan {
    /// Writes what the check found: all of it, or with `rejects` the good rows.
    ///
    /// # Errors
    /// Faults of the database. What kept single rows from being written stands in the outcome.
    pub fn run(mut self, crm: &mut Crm, progress: &mut dyn FnMut(Progress)) -> Result<Outcome> {
        self.sha256 = ledger::file_hash(&self.source)?;
        if self.refused() {
            return self.refuse(crm);
        }
        let writing = self.created + self.updated + self.linked > 0 || !self.fields.is_empty();
        if !writing && self.rejected == 0 && self.resumed.is_none() {
            return self.nothing_to_do(crm);
        }
        let whole = self.created + self.updated + self.linked <= SHORT && self.resumed.is_none();
        crm.write_much(!whole)?;
        let _working = crm.db.interruption().work();
        let outcome = self.write(crm, whole, progress)?;
        crm.write_much(false)?;
        crm.reload_fields()?;
        Ok(outcome)
    }

    /// Enters a run that wrote nothing into the ledger, and nothing else anywhere.
    fn enter(&self, crm: &mut Crm, state: &str, counts: Counts, exit: u8) -> Result<()> {
        let milliseconds = self.milliseconds();
        crm.aside(|crm| {
            let run = ledger::begin(crm, self, state)?;
            ledger::beat(crm, run, None, self.rows(), &counts)?;
            ledger::end(crm, run, state, exit, None, milliseconds)
        })
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn refuse(self, crm: &mut Crm) -> Result<Outcome> {
        let counts = Counts { rejected: self.rejected, ..Counts::default() };
        self.enter(crm, "refused", counts, 5)?;
        Ok(Outcome {
            refused: true,
            rejected: self.rejected,
            warnings: self.warnings(),
            problems: self.first_problems,
            ..Outcome::default()
        })
    }

    fn nothing_to_do(self, crm: &mut Crm) -> Result<Outcome> {
        let counts = Counts { unchanged: self.unchanged, ..Counts::default() };
        self.enter(crm, "done", counts, 0)?;
        Ok(Outcome { unchanged: self.unchanged, warnings: self.warnings(), ..Outcome::default() })
    }

    /// What ended the import, and what stands of it: the batches that were written before.
    pub(super) fn stopped(&self, error: Error, operation: Option<i64>, passed: u64) -> Error {
        let Some(operation) = operation else { return store::taken_back(error) };
        let message = if error.cause == Cause::Interrupted {
            Message::new(
                "The import was interrupted: {count} {count:row is|rows are} written and stay; `kehu undo {operation}` \
                 takes them back.",
            )
        } else if store::is_disk_full(&error) {
            Message::new(
                "The disk is full: {count} {count:row is|rows are} written and stay; `kehu undo {operation}` takes them back.",
            )
        } else {
            Message::new(
                "The import stopped: {why} {count} {count:row is|rows are} written and stay; `kehu undo {operation}` takes \
                 them back.",
            )
            .with("why", &error.message)
        };
        let message = message.with("count", passed).with("operation", operation);
        // What came through a pipe cannot be read once more.
        let again = if self.source.name == "standard input" {
            Message::new("kehu undo {operation}").with("operation", operation)
        } else {
            Message::new("kehu import resume")
        };
        Error::new(error.cause, message).hint(again)
    }

    fn write(&mut self, crm: &mut Crm, whole: bool, progress: &mut dyn FnMut(Progress)) -> Result<Outcome> {
        let label = format!("Import {}", file_name(&self.source.name));
        let operation = self.resumed.as_ref().and_then(|resumed| resumed.operation);
        let mut bulk = Bulk::new(&label, operation, whole);
        let warnings = self.warnings();
        self.links.forget_plan();
        let mut writer = Writer::new(self, whole)?;
        let mut passed = writer.plan.resumed.as_ref().map_or(0, |resumed| resumed.done);
        loop {
            let done = crm.batch(&mut bulk, |crm, bulk| writer.work(crm, bulk));
            if let Some(problem) = writer.fatal.take() {
                let rejected = 1;
                let plan = writer.plan;
                plan.enter(crm, "refused", Counts { rejected, ..Counts::default() }, 5)?;
                return Ok(Outcome {
                    refused: true,
                    rejected,
                    problems: vec![problem],
                    warnings,
                    ..Outcome::default()
                });
            }
            if let Err(error) = done {
                return Err(writer.plan.stopped(error, bulk.operation, passed));
            }
            if matches!(writer.stage, Stage::Finished) {
                break;
            }
            passed = if matches!(writer.stage, Stage::Rows(0, _)) { writer.number as u64 } else { writer.plan.rows() };
            progress(Progress { writing: true, done: writer.number as u64, total: writer.plan.rows() });
        }
        writer.finish(crm, &bulk, warnings)
    }
}

fn file_name(name: &str) -> String {
    std::path::Path::new(name).file_name().map_or(name.to_owned(), |name| name.to_string_lossy().into_owned())
}
