//! `open`: from what a person names as the database to a connection.

use super::Database;
use super::errors::from_file;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use crate::error::{Cause, Error, Result};
use crate::message::Message;
use std::path::Path;
use std::time::Duration;

/// How to open a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Make the file when there is none; a read never does.
    pub create: bool,
    pub read_only: bool,
    /// How long to wait for another writer before answering that the database is busy.
    pub wait: Duration,
}

impl Default for Open {
    fn default() -> Self {
        Self { create: false, read_only: false, wait: Duration::from_secs(5) }
    }
}

/// Opens `:memory:`, a file, or `postgres://…`.
pub fn open(url: &str, options: Open) -> Result<Box<dyn Database>> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Box::new(Postgres::open(url, options)?));
    }
    if url == ":memory:" {
        return Ok(Box::new(Sqlite::in_memory(options)?));
    }
    let path = Path::new(url);
    prepare_file(path, options)?;
    Ok(Box::new(Sqlite::open(path, options)?))
}

/// Makes an empty file that only its owner can read, or says that there is none.
fn prepare_file(path: &Path, options: Open) -> Result<()> {
    if path.is_dir() {
        return Err(Error::new(
            Cause::Database,
            Message::new("{path} is a folder, not a database.").with("path", path.display()),
        ));
    }
    if path.exists() {
        return Ok(());
    }
    if !options.create || options.read_only {
        return Err(Error::new(
            Cause::Database,
            Message::new("There is no database at {path} yet.").with("path", path.display()),
        )
        .hint(Message::new("Run `kehu init` to make one.")));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| from_file(&error, folder))?;
    }
    match private_file().open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(from_file(&error, path)),
        _ => Ok(()),
    }
}

/// Lets SQLite's log grow to 256 MB while much is written, so that pages are not copied back again and again. PostgreSQL
/// goes by indexes meanwhile: it plans a statement once, and would read a table that was empty then as a whole for each of
/// thousands of rows.
pub(crate) fn write_much(db: &mut dyn Database, much: bool) -> Result<()> {
    db.script(match (db.dialect(), much) {
        (super::Dialect::Sqlite, true) => "PRAGMA wal_autocheckpoint = 65536",
        (super::Dialect::Sqlite, false) => "PRAGMA wal_autocheckpoint = 1000",
        (super::Dialect::Postgres, true) => "SET enable_seqscan = off",
        (super::Dialect::Postgres, false) => "RESET enable_seqscan",
    })
}

/// Keeps few of SQLite's pages while the memory is needed for something else, and as many as usual afterwards.
pub(crate) fn keep_few_pages(db: &mut dyn Database, few: bool) -> Result<()> {
    if db.dialect() == super::Dialect::Sqlite {
        let kibibytes = if few { 4096 } else { super::sqlite::CACHE };
        db.script(&format!("PRAGMA cache_size = -{kibibytes}"))?;
    }
    Ok(())
}

/// A new file that only its owner may read and write.
pub(crate) fn private_file() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
