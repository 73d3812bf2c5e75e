//! Files that a command writes beside the database: never the database, never what is being read, never a device.

use super::session::Session;
use kehu::{Cause, Error, Message, Result};
use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// What may already stand where a file is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    Nothing,
    /// Rows that an earlier import rejected.
    Rejects,
    Anything,
}

/// Refuses a place that must not be written to; `input` is a file that is being read.
pub fn check(session: &Session, path: &Path, input: Option<&Path>, replace: Replace) -> Result<()> {
    let url = session.configuration.database()?;
    let beside = |ending: &str| PathBuf::from(format!("{url}{ending}"));
    if ["", "-wal", "-shm", "-journal"].iter().any(|ending| same(path, &beside(ending))) {
        return Err(Error::bad_value(Message::new("{path} is the database itself.").with("path", path.display())));
    }
    if input.is_some_and(|input| same(path, input)) {
        return Err(Error::bad_value(
            Message::new("{path} is the file that is being imported.").with("path", path.display()),
        ));
    }
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    if !found.is_file() {
        return Err(Error::bad_value(Message::new("{path} is no ordinary file.").with("path", path.display())));
    }
    let free = match replace {
        Replace::Anything => true,
        Replace::Rejects => found.len() == 0 || holds_rejects(path),
        Replace::Nothing => false,
    };
    if free {
        return Ok(());
    }
    let error =
        Error::new(Cause::Conflict, Message::new("There is a file {path} already.").with("path", path.display()));
    Err(error.hint(Message::new("Name another file.")))
}

/// With `--dry-run`, says that the file would be written.
pub fn only_tried(session: &mut Session, path: &Path) -> Result<bool> {
    let tried = session.crm()?.is_dry_run();
    if tried {
        session.terminal.warn(&Message::new("{path} would be written.").with("path", path.display()));
    }
    Ok(tried)
}

/// An empty file beside `path` that is going to take its place.
pub fn waiting(path: &Path) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let message = Message::new("There is no folder {path}.").with("path", folder.display());
        return Err(Error::new(Cause::NotFound, message));
    }
    NamedTempFile::new_in(folder).map_err(|error| unwritable(path, &error))
}

/// What keeps a file from being written. The name of the waiting one is nobody's business.
pub fn unwritable(path: &Path, error: &io::Error) -> Error {
    let why = error.to_string();
    let why = why.split(" at path ").next().unwrap_or_default();
    let message = Message::new("{path} cannot be written: {why}.").with("path", path.display()).with("why", why);
    Error::new(Cause::Storage, message)
}

/// Whether both name one file, through whatever links.
fn same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn holds_rejects(path: &Path) -> bool {
    let Ok(file) = fs::File::open(path) else { return false };
    let mut heading = Vec::new();
    let read = BufReader::new(file).read_until(b'\n', &mut heading);
    read.is_ok() && String::from_utf8_lossy(&heading).trim_end().ends_with("line,field,code,message")
}
