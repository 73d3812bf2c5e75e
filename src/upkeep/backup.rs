//! `backup`: a verified copy, made while others go on working.

use crate::error::{Cause, Error, Result};
use crate::message::Message;
use crate::store::{Database, Open, beside, from_file, open, private_file};
use std::path::Path;

/// Copies the database to a new file and says how many bytes it takes. The file appears only once it is whole and
/// checked; one that is there already is replaced only when told so.
pub fn backup(db: &mut dyn Database, to: &Path, replace: bool) -> Result<u64> {
    if to.exists() && !replace {
        return Err(Error::new(
            Cause::Conflict,
            Message::new("There is a file {path} already.").with("path", to.display()),
        )
        .hint(Message::new("Name another file.")));
    }
    let part = beside(to, ".part");
    let done = copy(db, &part)
        .and_then(|()| settle(&part))
        .and_then(|()| std::fs::rename(&part, to).map_err(|error| from_file(&error, to)));
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done?;
    sync_folder(to);
    Ok(std::fs::metadata(to).map_or(0, |file| file.len()))
}

/// Makes a private copy and reads it back.
pub(super) fn copy(db: &mut dyn Database, to: &Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_file(to).map_err(|error| from_file(&error, to))?;
    }
    private_file().open(to).map_err(|error| from_file(&error, to))?;
    db.copy_to(to)?;
    let mut copy = open(&to.display().to_string(), Open::default())?;
    sound(&mut *copy)
}

/// Takes the log off a copy: without one beside it, it can be read where nothing can be written.
fn settle(copy: &Path) -> Result<()> {
    open(&copy.display().to_string(), Open::default())?.script("PRAGMA journal_mode = DELETE")
}

/// Refuses a file that SQLite finds fault with.
pub(super) fn sound(db: &mut dyn Database) -> Result<()> {
    let answer = db.first("PRAGMA quick_check(1)", &[])?;
    match answer.as_ref().and_then(|row| row[0].as_text()) {
        Some("ok") => Ok(()),
        other => Err(Error::new(
            Cause::Database,
            Message::new("The database is damaged: {detail}.").with("detail", other.unwrap_or_default()),
        )),
    }
}

/// The new name must survive a power cut too; where a folder cannot be synced there is nothing else to do.
pub(super) fn sync_folder(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = std::fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}
