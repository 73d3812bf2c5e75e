//! What a database complains of, in terms of what the reader can do about it.

use crate::error::{Cause, Error};
use crate::message::Message;
use postgres::error::SqlState;
use rusqlite::ErrorCode;
use rusqlite::ffi;

/// Translates what SQLite says.
#[must_use]
pub fn from_sqlite(error: &rusqlite::Error) -> Error {
    let (failure, detail) = match error {
        rusqlite::Error::SqliteFailure(failure, detail) => (failure, detail.as_deref().unwrap_or_default()),
        // The statement itself helps nobody who did not write it.
        rusqlite::Error::SqlInputError { error, msg, .. } => (error, msg.as_str()),
        other => return storage(Message::new("The database says: {detail}.").with("detail", other)),
    };
    match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => busy(),
        ErrorCode::NotADatabase => not_a_database(),
        ErrorCode::DatabaseCorrupt => damaged(detail),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => read_only(),
        ErrorCode::DiskFull => disk_full(),
        ErrorCode::CannotOpen => storage(Message::new("The database file cannot be opened.")),
        ErrorCode::SystemIoFailure => {
            storage(Message::new("The database cannot be read or written: {detail}.").with("detail", detail))
        }
        ErrorCode::OperationInterrupted => super::interruption::interrupted(),
        ErrorCode::ConstraintViolation => constraint(failure.extended_code, detail),
        _ => storage(Message::new("The database says: {detail}.").with("detail", detail)),
    }
}

fn constraint(code: i32, detail: &str) -> Error {
    match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            duplicate(detail)
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => still_linked(),
        _ => refused_value(detail),
    }
}

/// Translates what PostgreSQL says.
#[must_use]
pub fn from_postgres(error: &postgres::Error) -> Error {
    let Some(said) = error.as_db_error() else {
        let error = error_with_source(error);
        return storage(Message::new("The database server does not answer: {detail}.").with("detail", error));
    };
    let detail = said.message();
    match said.code() {
        code if is_busy(code) => busy(),
        &SqlState::UNIQUE_VIOLATION => duplicate(said.detail().unwrap_or(detail)),
        &SqlState::FOREIGN_KEY_VIOLATION => still_linked(),
        &SqlState::NOT_NULL_VIOLATION | &SqlState::CHECK_VIOLATION => refused_value(detail),
        &SqlState::READ_ONLY_SQL_TRANSACTION => read_only(),
        &SqlState::DISK_FULL => disk_full(),
        &SqlState::QUERY_CANCELED => super::interruption::interrupted(),
        &SqlState::INSUFFICIENT_PRIVILEGE => not_allowed(detail),
        code if is_unusable(code) => Error::new(
            Cause::Database,
            Message::new("The database server refuses the connection: {detail}.").with("detail", detail),
        ),
        _ => storage(Message::new("The database says: {detail}.").with("detail", detail)),
    }
}

/// Somebody else was first; the same transaction may pass a moment later.
fn is_busy(code: &SqlState) -> bool {
    [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::CANNOT_CONNECT_NOW,
    ]
    .contains(code)
}

fn is_unusable(code: &SqlState) -> bool {
    [SqlState::INVALID_CATALOG_NAME, SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION]
        .contains(code)
}

/// The driver's own words are general ("db error"); the cause below them says what it was.
fn error_with_source(error: &postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

pub(super) fn storage(message: Message) -> Error {
    Error::new(Cause::Storage, message)
}

pub(super) fn busy() -> Error {
    Error::new(Cause::Busy, Message::new("The database is in use by another process."))
        .hint(Message::new("Try again in a moment."))
}

pub(super) fn not_a_database() -> Error {
    Error::new(Cause::Database, Message::new("This file is not a kehu database."))
}

fn damaged(detail: &str) -> Error {
    Error::new(Cause::Database, Message::new("The database is damaged: {detail}.").with("detail", detail))
        .hint(Message::new("Run `kehu doctor`, or `kehu restore` with a backup."))
}

fn read_only() -> Error {
    storage(Message::new("The database cannot be written: it is read-only."))
}

const DISK_FULL: &str = "The disk is full; nothing was written.";

fn disk_full() -> Error {
    storage(Message::new(DISK_FULL))
}

/// Whether the disk took no more, which says nothing yet of what stands.
pub(crate) fn is_disk_full(error: &Error) -> bool {
    error.message.template == DISK_FULL
}

fn duplicate(detail: &str) -> Error {
    Error::new(
        Cause::Conflict,
        Message::new("Another record holds that value already: {detail}.").with("detail", detail),
    )
}

fn still_linked() -> Error {
    Error::new(
        Cause::Conflict,
        Message::new("A link would point to nothing: the record it names does not exist, or others still point to it."),
    )
}

fn refused_value(detail: &str) -> Error {
    Error::bad_value(Message::new("The database refuses a value: {detail}.").with("detail", detail))
}

fn not_allowed(detail: &str) -> Error {
    Error::new(
        Cause::NotAllowed,
        Message::new("The database does not allow this user to do that: {detail}.").with("detail", detail),
    )
}

/// Translates what the file system says about a path.
#[must_use]
pub fn from_file(error: &std::io::Error, path: &std::path::Path) -> Error {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => {
            Error::new(Cause::NotFound, Message::new("There is no file {path}.").with("path", path.display()))
        }
        ErrorKind::StorageFull => disk_full(),
        _ => {
            // The name of a file that merely waits is nobody's business.
            let detail = error.to_string();
            let detail = detail.split(" at path ").next().unwrap_or_default();
            storage(
                Message::new("{path} cannot be used: {detail}.").with("path", path.display()).with("detail", detail),
            )
        }
    }
}
