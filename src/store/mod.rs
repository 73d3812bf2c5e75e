//! Where records rest: one thin seam with plain SQL, and a database of each kind behind it.
//!
//! SQL is written once, with `?` for arguments. Dialect words live in this folder alone.

mod additions;
mod bounds;
mod bulk;
pub mod content;
mod dialect;
mod errors;
mod interruption;
mod lists;
mod migrations;
mod open;
mod operation;
mod postgres;
mod recount;
mod sql;
mod sqlite;
mod summaries;
mod tables;
mod triggers;
mod undo;

pub(crate) use bounds::{bounds_anew, wrong_bounds};
pub(crate) use errors::{from_file, is_disk_full};
pub(crate) use interruption::taken_back;
pub(crate) use lists::{has_list, list_columns, lost_items};
pub(crate) use migrations::{beside, mark, missing_shared, missing_triggers, newer, older, refresh_shared};
pub(crate) use open::private_file;
pub(crate) use summaries::{sum_anew, wrong_sums};

pub use additions::{Added, add_what_is_missing};
pub use bulk::{Bulk, begin_bulk, end_bulk};
pub use interruption::{Interrupter, Interruption, Work};
pub use lists::List;
pub use migrations::{Column, VERSION, add_column, columns, drop_column, migrate, refresh_triggers, version};
pub use open::{Open, open};
pub(crate) use open::{keep_few_pages, write_much};
pub use operation::{Begin, abandon_operation, begin_operation, end_operation, resume_operation, touched_by};
pub use tables::{drop_statements, record_statements, search_delete, search_write, system_statements};
pub(crate) use tables::{index_name, next_number};
pub use triggers::{Logged, logged, statements as trigger_statements};
pub use undo::{Conflict, Touched, Undone, undo};
pub mod search_text;

use crate::error::Result;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One cell or argument, as a database holds it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Sql {
    #[default]
    Null,
    Integer(i64),
    Bool(bool),
    Real(f64),
    Text(String),
    /// What is no text: a part of a file.
    Bytes(Vec<u8>),
}

/// Which database answers; its words are methods in `dialect.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A connection to a database. Statements are prepared once and kept.
pub trait Database: Send {
    /// Which words it speaks.
    fn dialect(&self) -> Dialect;

    /// Hands each row of the answer to `row`; stops at its first error.
    fn each(&mut self, sql: &str, arguments: &[Sql], row: &mut dyn FnMut(&mut [Sql]) -> Result<()>) -> Result<()>;

    /// Runs one statement and says how many rows it touched.
    fn execute(&mut self, sql: &str, arguments: &[Sql]) -> Result<u64>;

    /// Runs several statements without arguments.
    fn script(&mut self, sql: &str) -> Result<()>;

    /// Starts a transaction that may write (`BEGIN IMMEDIATE`, or SERIALIZABLE).
    fn begin(&mut self) -> Result<()>;
    fn commit(&mut self) -> Result<()>;
    fn rollback(&mut self) -> Result<()>;

    /// Writes a whole, consistent copy of the database to a new file while others go on working.
    fn copy_to(&mut self, path: &Path) -> Result<()>;

    /// The names of the columns that a statement answers with; refuses a statement that would write.
    fn column_names(&mut self, sql: &str) -> Result<Vec<String>>;

    /// What says that somebody wants it to stop.
    fn interruption(&self) -> &Arc<Interruption>;

    /// What stops it from another thread.
    fn interrupter(&self) -> Interrupter;

    /// Whether a server hung up, so that nothing can be asked of it any more.
    fn is_closed(&self) -> bool {
        false
    }

    /// The file it lives in, if it lives in one.
    fn path(&self) -> Option<PathBuf>;

    /// How many rows the answer has, and whether that is all of them: counting ends after about so many steps of work,
    /// where the database lets itself be interrupted.
    fn count_within(&mut self, sql: &str, arguments: &[Sql], _steps: u32) -> Result<(u64, bool)> {
        let row = self.first(&format!("SELECT COUNT(*) FROM ({sql}) c"), arguments)?;
        Ok((row.and_then(|row| row[0].as_integer()).unwrap_or_default().unsigned_abs(), true))
    }

    /// Whether a statement reads nothing but indexes, so that its rows cost next to nothing.
    fn reads_indexes_alone(&mut self, _sql: &str, _arguments: &[Sql]) -> Result<bool> {
        Ok(true)
    }

    /// All rows of the answer.
    fn query(&mut self, sql: &str, arguments: &[Sql]) -> Result<Vec<Vec<Sql>>> {
        let mut rows = Vec::new();
        self.each(sql, arguments, &mut |row| {
            rows.push(row.iter_mut().map(std::mem::take).collect());
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row, if there is one.
    fn first(&mut self, sql: &str, arguments: &[Sql]) -> Result<Option<Vec<Sql>>> {
        Ok(self.query(sql, arguments)?.into_iter().next())
    }
}
