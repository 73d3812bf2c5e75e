//! The ledger of imports: when, who, which file, what came of it, and which one is unfinished.

use super::{Import, Options, Outcome, Plan, Progress, run::Counts};
use crate::{Cause, Crm, Error, Message, Result, exchange::Source, store::Sql};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io::Read;
use std::path::Path;

/// One run, as the ledger has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportRun {
    pub id: i64,
    pub at: String,
    pub actor: String,
    pub kind: String,
    pub file: String,
    pub sha256: String,
    /// `done`, `refused`, `undone`, or `running`, which is also what a run that was killed is.
    pub state: String,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: u64,
    pub linked: u64,
    pub milliseconds: u64,
    pub exit_code: Option<i64>,
    pub operation: Option<i64>,
    path: String,
    options: String,
    /// How many rows of the file it had passed.
    pub passed: u64,
    process: i64,
    beat: i64,
}

/// What a run had done when it ended too early.
#[derive(Debug, Clone)]
pub(super) struct Resumed {
    pub run: i64,
    pub operation: Option<i64>,
    pub done: u64,
    pub counts: Counts,
}

const COLUMNS: &str = "r.id, r.at, r.actor_name, r.kind, r.file, r.sha256, r.state, r.created, r.updated, r.unchanged, \
     r.rejected, r.linked, r.milliseconds, r.exit_code, r.operation, r.path, r.options, r.done, r.process, r.beat";

/// A run whose heart has not beaten for so many seconds is taken for dead.
const SILENCE: i64 = 10;

impl Crm {
    /// Every import, newest first.
    ///
    /// # Errors
    /// Storage faults.
    pub fn import_runs(&mut self) -> Result<Vec<ImportRun>> {
        let columns = COLUMNS.replace("r.state", "CASE WHEN o.undone_by IS NULL THEN r.state ELSE 'undone' END");
        self.runs(&format!(
            "SELECT {columns} FROM import_run r LEFT JOIN operation o ON o.id = r.operation ORDER BY r.id DESC"
        ))
    }

    fn runs(&mut self, sql: &str) -> Result<Vec<ImportRun>> {
        let rows = self.db.query(sql, &[])?;
        Ok(rows.into_iter().map(run_of).collect())
    }
}

fn run_of(mut row: Vec<Sql>) -> ImportRun {
    let number = |place: usize| row[place].as_integer().unwrap_or_default();
    let count = |place: usize| number(place).unsigned_abs();
    let mut run = ImportRun {
        id: number(0),
        created: count(7),
        updated: count(8),
        unchanged: count(9),
        rejected: count(10),
        linked: count(11),
        milliseconds: count(12),
        exit_code: row[13].as_integer(),
        operation: row[14].as_integer(),
        passed: count(17),
        process: number(18),
        beat: number(19),
        ..ImportRun::default()
    };
    run.at = row[1].take_text();
    run.actor = row[2].take_text();
    run.kind = row[3].take_text();
    run.file = row[4].take_text();
    run.sha256 = row[5].take_text();
    run.state = row[6].take_text();
    run.path = row[15].take_text();
    run.options = row[16].take_text();
    run
}

/// The import that was begun and never ended, and whose part was not taken back either.
///
/// # Errors
/// Storage faults.
pub fn unfinished(crm: &mut Crm) -> Result<Option<ImportRun>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM import_run r LEFT JOIN operation o ON o.id = r.operation \
         WHERE r.state = 'running' AND o.undone_by IS NULL ORDER BY r.id DESC LIMIT 1"
    );
    Ok(crm.runs(&sql)?.pop().filter(|run| !alive(run)))
}

/// Whether the process that runs it is at work.
fn alive(run: &ImportRun) -> bool {
    let processes = Path::new("/proc");
    let gone = processes.join("self").exists() && !processes.join(run.process.to_string()).exists();
    !gone && seconds() - run.beat < SILENCE
}

/// Seconds of this machine's clock, for telling a dead run from a living one: a fixed clock has no heartbeat.
fn seconds() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or_default())
}

/// Finishes the import that was begun and never ended, as the same operation.
///
/// # Errors
/// [`Cause::NotFound`] when there is none; a conflict when the file is another one by now.
pub fn resume(crm: &mut Crm, progress: &mut dyn FnMut(Progress)) -> Result<(ImportRun, Outcome)> {
    let run = unfinished(crm)?.ok_or_else(|| Error::new(Cause::NotFound, Message::new("No import is unfinished.")))?;
    let source = Source::named(Path::new(&run.path), &run.file)?;
    let undo = || Message::new("kehu undo {operation}").with("operation", run.operation.unwrap_or_default());
    if file_hash(&source)? != run.sha256 {
        let message = Message::new("{file} was changed since its import began, so the rest cannot follow.");
        return Err(Error::new(Cause::Conflict, message.with("file", &run.file)).hint(undo()));
    }
    let options: Options = serde_json::from_str(&run.options).map_err(|_| {
        Error::new(
            Cause::Storage,
            Message::new("The ledger does not tell how {file} was imported.").with("file", &run.file),
        )
        .hint(undo())
    })?;
    let resumed = Resumed {
        run: run.id,
        operation: run.operation,
        done: run.passed,
        counts: Counts {
            created: run.created,
            updated: run.updated,
            rejected: run.rejected,
            linked: run.linked,
            ..Counts::default()
        },
    };
    let plan = Import::plan_again(crm, &source, Some(&run.kind), &options, Some(resumed), progress)?;
    let outcome = plan.run(crm, progress)?;
    Ok((run, outcome))
}

pub(super) fn file_hash(source: &Source) -> Result<String> {
    let mut file = source.reader()?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 128 * 1024];
    loop {
        let count = file.read(&mut block).map_err(|error| super::super::source::unreadable(&source.name, &error))?;
        if count == 0 {
            break;
        }
        hasher.update(&block[..count]);
    }
    let mut text = String::with_capacity(64);
    for byte in hasher.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// Enters a run that begins, in the running transaction; says its number.
pub(super) fn begin(crm: &mut Crm, plan: &Plan, state: &str) -> Result<i64> {
    let path = std::fs::canonicalize(plan.source.path()).unwrap_or_else(|_| plan.source.path().to_owned());
    let file = Path::new(&plan.source.name)
        .file_name()
        .map_or(plan.source.name.clone(), |name| name.to_string_lossy().into_owned());
    let options = serde_json::to_string(&plan.options).unwrap_or_default();
    let actor = crm.actor().map(|(_, name)| name.to_owned()).unwrap_or_default();
    let arguments = [
        Sql::Text(crm.now_text()),
        Sql::Text(actor),
        Sql::text(plan.kind()),
        Sql::Text(file),
        Sql::Text(path.display().to_string()),
        Sql::text(&plan.sha256),
        Sql::Text(options),
        Sql::text(state),
        Sql::Integer(i64::from(std::process::id())),
        Sql::Integer(seconds()),
    ];
    let sql = "INSERT INTO import_run (at, actor_name, kind, file, path, sha256, options, state, process, beat, done, created, \
               updated, unchanged, rejected, linked, milliseconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0) RETURNING id";
    let row = crm.db.first(sql, &arguments)?;
    Ok(row.and_then(|row| row[0].as_integer()).unwrap_or_default())
}

/// Says how far a run is, in the transaction that brought it there.
pub(super) fn beat(crm: &mut Crm, run: i64, operation: Option<i64>, done: u64, counts: &Counts) -> Result<()> {
    let number = |count: u64| Sql::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let arguments = [
        number(done),
        number(counts.created),
        number(counts.updated),
        number(counts.unchanged),
        number(counts.rejected),
        number(counts.linked),
        Sql::from(operation),
        Sql::Integer(i64::from(std::process::id())),
        Sql::Integer(seconds()),
        Sql::Integer(run),
    ];
    let sql = "UPDATE import_run SET done = ?, created = ?, updated = ?, unchanged = ?, rejected = ?, linked = ?, operation = ?, \
               process = ?, beat = ? WHERE id = ?";
    crm.db.execute(sql, &arguments)?;
    Ok(())
}

/// Closes a run.
pub(super) fn end(
    crm: &mut Crm,
    run: i64,
    state: &str,
    exit: u8,
    operation: Option<i64>,
    milliseconds: u64,
) -> Result<()> {
    let sql = "UPDATE import_run SET state = ?, exit_code = ?, operation = ?, milliseconds = ? WHERE id = ?";
    let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    let arguments = [
        Sql::text(state),
        Sql::Integer(i64::from(exit)),
        Sql::from(operation),
        Sql::Integer(milliseconds),
        Sql::Integer(run),
    ];
    crm.db.execute(sql, &arguments)?;
    Ok(())
}

/// The run wrote nothing, so it has no operation.
pub(super) fn forget_operation(crm: &mut Crm, run: i64) -> Result<()> {
    crm.db.execute("UPDATE import_run SET operation = NULL WHERE id = ?", &[Sql::Integer(run)])?;
    Ok(())
}
