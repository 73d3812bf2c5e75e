//! Contents of files, known by their SHA-256: kept beside a SQLite file, or in a table of a PostgreSQL database.
//!
//! The same content is kept once, however many records have it. Contents are put and taken away inside a transaction
//! that may write, so that nobody takes away what somebody else is just about to need.

mod folder;
mod server;
mod staged;

pub use folder::Folder;
pub(crate) use server::TABLE;
pub use staged::{Staged, hex, size_text};

use super::{Database, Dialect};
use crate::{
    error::{Cause, Error, Result},
    message::Message,
};

/// What became of a content that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Whole,
    Missing,
    /// It is there, but what it holds is not what its hash says.
    Altered,
}

/// Takes the next bytes of a content.
pub type Sink<'a> = dyn FnMut(&[u8]) -> Result<()> + 'a;

/// The folder beside a database that lives in a file: `kehu.db.files`, wherever the file is moved to.
#[must_use]
pub fn folder_of(db: &dyn Database) -> Option<Folder> {
    db.path().map(|path| Folder::beside(&path))
}

fn need_folder(db: &dyn Database) -> Result<Folder> {
    folder_of(db).ok_or_else(|| {
        Error::new(Cause::Refused, Message::new("A database in memory has no place for files."))
            .hint(Message::new("kehu init"))
    })
}

/// Where a file may wait until it is placed: beside the database where it is going to be renamed.
pub fn waiting_room(db: &dyn Database) -> Result<Option<Folder>> {
    match db.dialect() {
        Dialect::Sqlite => need_folder(db).map(Some),
        Dialect::Postgres => Ok(None),
    }
}

/// Puts a staged file where contents rest, unless the same content is there and whole; stands inside a transaction.
pub fn place(db: &mut dyn Database, staged: &Staged) -> Result<()> {
    if read(db, &staged.hash, &mut |_| Ok(()))? == Found::Whole {
        return Ok(());
    }
    match db.dialect() {
        Dialect::Sqlite => need_folder(db)?.take_in(staged),
        Dialect::Postgres => server::write(db, &staged.hash, &mut staged.reader()?),
    }
}

/// How many bytes a content has; `None` when it is not there.
pub fn size(db: &mut dyn Database, hash: &str) -> Result<Option<u64>> {
    match db.dialect() {
        Dialect::Sqlite => Ok(folder_of(db).and_then(|folder| folder.size(hash))),
        Dialect::Postgres => server::size(db, hash),
    }
}

/// Hands out a content and says whether it was whole, which is known at its end only.
pub fn read(db: &mut dyn Database, hash: &str, sink: &mut Sink) -> Result<Found> {
    match db.dialect() {
        Dialect::Sqlite => folder_of(db).map_or(Ok(Found::Missing), |folder| folder.read(hash, sink)),
        Dialect::Postgres => server::read(db, hash, sink),
    }
}

/// The hashes of all contents that are kept.
pub fn list(db: &mut dyn Database) -> Result<Vec<String>> {
    match db.dialect() {
        Dialect::Sqlite => Ok(folder_of(db).map(|folder| folder.list()).unwrap_or_default()),
        Dialect::Postgres => server::list(db),
    }
}

/// Takes a content away for good; stands inside a transaction.
pub fn remove(db: &mut dyn Database, hash: &str) -> Result<()> {
    match db.dialect() {
        Dialect::Sqlite => folder_of(db).map_or(Ok(()), |folder| folder.remove(hash)),
        Dialect::Postgres => server::remove(db, hash),
    }
}
