//! SQLite behind the seam: one file, one writer at a time, waiting writers served within milliseconds.

use super::errors::{busy, from_sqlite};
use super::open::Open;
use super::{Database, Dialect, Interrupter, Interruption, Sql};
use crate::error::{Error, Result};
use crate::message::Message;
use crate::record::types::fold;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ToSql, backup};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many KiB of pages a connection that writes keeps.
pub(super) const CACHE: u32 = 16_384;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 128;

/// A connection to a SQLite file, or to a database in memory.
pub struct Sqlite {
    connection: Connection,
    interruption: Arc<Interruption>,
}

impl Sqlite {
    /// Opens a file that exists; never makes one.
    pub fn open(path: &Path, options: Open) -> Result<Self> {
        let access =
            if options.read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
        let connection =
            Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(translate)?;
        Self::prepare(connection, options)
    }

    pub fn in_memory(options: Open) -> Result<Self> {
        Self::prepare(Connection::open_in_memory().map_err(translate)?, options)
    }

    fn prepare(mut connection: Connection, options: Open) -> Result<Self> {
        let interruption: Arc<Interruption> = Arc::default();
        wait_patiently(&mut connection, options.wait, interruption.clone()).map_err(translate)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Beside a partial index SQLite prepares a statement anew for each argument; a plan is to stay as it is.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(translate)?;
        // The journal mode belongs to the file and is set when it is made, so that opening writes nothing.
        connection
            .execute_batch("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA synchronous = NORMAL;")
            .map_err(translate)?;
        if !options.read_only {
            // Two dozen indexes do not fit into SQLite's 2 MB: it would write and read back thirty pages for each row of
            // an import. What is not needed is not taken.
            connection.execute_batch(&format!("PRAGMA cache_size = -{CACHE}")).map_err(translate)?;
            // A statement that fires triggers keeps a journal of its own; in a file it costs more than the statement.
            connection.execute_batch("PRAGMA temp_store = MEMORY").map_err(translate)?;
        }
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection
            .create_scalar_function("kehu_fold", 1, flags, |call| {
                Ok(match call.get_raw(0) {
                    ValueRef::Text(text) => Some(fold(&String::from_utf8_lossy(text))),
                    _ => None,
                })
            })
            .map_err(translate)?;
        Ok(Self { connection, interruption })
    }

    fn statement(&self, sql: &str, arguments: &[Sql]) -> Result<CachedStatement<'_>> {
        self.interruption.check()?;
        let mut statement = self.connection.prepare_cached(sql).map_err(translate)?;
        for (at, argument) in arguments.iter().enumerate() {
            statement.raw_bind_parameter(at + 1, argument).map_err(translate)?;
        }
        Ok(statement)
    }

    fn count_until_interrupted(&self, sql: &str, arguments: &[Sql]) -> Result<(u64, bool)> {
        let mut statement = self.statement(sql, arguments)?;
        let mut rows = statement.raw_query();
        let mut count = 0;
        loop {
            match rows.next() {
                Ok(Some(_)) => count += 1,
                Ok(None) => return Ok((count, true)),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                    return Ok((count, false));
                }
                Err(error) => return Err(translate(error)),
            }
        }
    }

    fn run(&mut self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(translate)
    }
}

/// Polls every millisecond until the deadline, or until nobody wants it any more: SQLite's own timeout sleeps longer and
/// longer and misses the gaps.
fn wait_patiently(
    connection: &mut Connection,
    wait: Duration,
    interruption: Arc<Interruption>,
) -> rusqlite::Result<()> {
    let mut started = Instant::now();
    connection.busy_handler(Some(move |count: i32| {
        if count == 0 {
            started = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(1));
        started.elapsed() < wait && !interruption.is_wanted()
    }))
}

#[expect(clippy::needless_pass_by_value, reason = "it is the shape that map_err wants")]
pub(super) fn translate(error: rusqlite::Error) -> Error {
    from_sqlite(&error)
}

impl ToSql for Sql {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Bool(yes) => ToSqlOutput::Owned(Value::Integer(i64::from(*yes))),
            Self::Real(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn cell(value: ValueRef<'_>) -> Sql {
    match value {
        ValueRef::Null => Sql::Null,
        ValueRef::Integer(number) => Sql::Integer(number),
        ValueRef::Real(number) => Sql::Real(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Sql::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

impl Database for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn each(&mut self, sql: &str, arguments: &[Sql], row: &mut dyn FnMut(&mut [Sql]) -> Result<()>) -> Result<()> {
        let mut statement = self.statement(sql, arguments)?;
        let mut cells = vec![Sql::Null; statement.column_count()];
        let mut rows = statement.raw_query();
        while let Some(next) = rows.next().map_err(translate)? {
            for (at, place) in cells.iter_mut().enumerate() {
                *place = cell(next.get_ref(at).map_err(translate)?);
            }
            row(&mut cells)?;
        }
        Ok(())
    }

    fn execute(&mut self, sql: &str, arguments: &[Sql]) -> Result<u64> {
        let mut statement = self.statement(sql, arguments)?;
        if statement.column_count() > 0 {
            let mut rows = statement.raw_query();
            while rows.next().map_err(translate)?.is_some() {}
            drop(rows);
            drop(statement);
            return Ok(self.connection.changes());
        }
        Ok(statement.raw_execute().map_err(translate)? as u64)
    }

    fn count_within(&mut self, sql: &str, arguments: &[Sql], steps: u32) -> Result<(u64, bool)> {
        let steps = i32::try_from(steps).unwrap_or(i32::MAX);
        self.connection.progress_handler(steps, Some(|| true)).map_err(translate)?;
        let counted = self.count_until_interrupted(sql, arguments);
        self.connection.progress_handler(0, None::<fn() -> bool>).map_err(translate)?;
        counted
    }

    fn reads_indexes_alone(&mut self, sql: &str, arguments: &[Sql]) -> Result<bool> {
        let mut alone = true;
        self.each(&format!("EXPLAIN QUERY PLAN {sql}"), arguments, &mut |row| {
            let step = row[3].as_text().unwrap_or_default();
            let reads = step.starts_with("SEARCH") || step.starts_with("SCAN");
            alone &= !reads || step.contains("COVERING INDEX") || step.contains("VIRTUAL TABLE");
            Ok(())
        })?;
        Ok(alone)
    }

    fn script(&mut self, sql: &str) -> Result<()> {
        self.run(sql)
    }

    fn begin(&mut self) -> Result<()> {
        self.run("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<()> {
        self.run("COMMIT")
    }

    fn rollback(&mut self) -> Result<()> {
        // Some errors (a full disk) end the transaction by themselves.
        if self.connection.is_autocommit() { Ok(()) } else { self.run("ROLLBACK") }
    }

    fn copy_to(&mut self, path: &Path) -> Result<()> {
        let mut copy = Connection::open(path).map_err(translate)?;
        let running = backup::Backup::new(&self.connection, &mut copy).map_err(translate)?;
        loop {
            // A big step at a time: whoever writes meanwhile makes a stepwise copy start over.
            match running.step(-1).map_err(translate)? {
                backup::StepResult::Done => return Ok(()),
                backup::StepResult::More => {}
                _ => return Err(busy()),
            }
        }
    }

    fn column_names(&mut self, sql: &str) -> Result<Vec<String>> {
        let statement = self.statement(sql, &[])?;
        if !statement.readonly() {
            return Err(Error::bad_value(Message::new("This statement would write.")));
        }
        Ok(statement.column_names().map(str::to_owned).collect())
    }

    fn interruption(&self) -> &Arc<Interruption> {
        &self.interruption
    }

    fn interrupter(&self) -> Interrupter {
        let handle = self.connection.get_interrupt_handle();
        Interrupter { interruption: self.interruption.clone(), stop: Box::new(move || handle.interrupt()) }
    }

    fn path(&self) -> Option<PathBuf> {
        self.connection.path().filter(|path| !path.is_empty()).map(PathBuf::from)
    }
}
