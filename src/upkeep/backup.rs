//! `backup`: a verified copy, made while others go on working.

use super::contents::{Copied, copy_needed, knows_attachments, prune};
use crate::error::{Cause, Error, Result};
use crate::message::Message;
use crate::store::content::{Folder, folder_of};
use crate::store::{Database, Open, beside, from_file, open, private_file};
use std::path::Path;

/// What a backup came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backup {
    /// How many bytes the copy of the database takes.
    pub bytes: u64,
    /// The contents of its attachments, in a folder beside it.
    pub contents: Copied,
}

/// Copies the database to a new file with all that belongs to it, and says how many bytes that file takes.
pub fn backup(db: &mut dyn Database, to: &Path, replace: bool) -> Result<u64> {
    backup_with(db, to, replace, true).map(|made| made.bytes)
}

/// Copies the database to a new file, and with `files` the contents of its attachments to a folder beside it. The file
/// appears only once all is whole and checked; one that is there already is replaced only when told so.
pub fn backup_with(db: &mut dyn Database, to: &Path, replace: bool, files: bool) -> Result<Backup> {
    if to.exists() && !replace {
        return Err(Error::new(
            Cause::Conflict,
            Message::new("There is a file {path} already.").with("path", to.display()),
        )
        .hint(Message::new("Name another file.")));
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let message = Message::new("There is no folder {path}.").with("path", folder.display());
        return Err(Error::new(Cause::NotFound, message));
    }
    let part = beside(to, ".part");
    let own = folder_of(db).filter(|_| files);
    let done = copy(db, &part).and_then(|()| {
        let contents = own.map_or(Ok(Copied::default()), |own| take_along(&part, &own, to))?;
        settle(&part)?;
        std::fs::rename(&part, to).map_err(|error| from_file(&error, to))?;
        Ok(contents)
    });
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    let contents = done?;
    sync_folder(to);
    if files && replace {
        // What only the replaced backup needed; the new one is whole, whether this goes or stays.
        let _ = leave_behind(to);
    }
    Ok(Backup { bytes: std::fs::metadata(to).map_or(0, |file| file.len()), contents })
}

/// The contents that the copy needs; those of the backup that it replaces stay until the copy stands in its place.
fn take_along(copy: &Path, own: &Folder, to: &Path) -> Result<Copied> {
    let mut copy = open(&copy.display().to_string(), Open::default())?;
    if !knows_attachments(&mut *copy)? {
        return Ok(Copied::default());
    }
    copy_needed(&mut *copy, own, &Folder::beside(to))
}

fn leave_behind(backup: &Path) -> Result<()> {
    let mut db = open(&backup.display().to_string(), Open { read_only: true, ..Open::default() })?;
    if knows_attachments(&mut *db)? { prune(&mut *db, &Folder::beside(backup)) } else { Ok(()) }
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
