//! `restore`: a backup takes the place of the database, which stays beside it under another name.

use super::backup::{copy, sound, sync_folder};
use super::contents::{Copied, copy_needed, knows_attachments};
use crate::error::{Cause, Error, Result};
use crate::message::Message;
use crate::store::content::Folder;
use crate::store::{Database, Open, VERSION, beside, from_file, newer, open, version};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a restore left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the replaced database is now, if there was one.
    pub kept: Option<PathBuf>,
    /// The contents of its attachments.
    pub contents: Copied,
}

/// How to restore.
#[derive(Debug, Clone, Copy)]
pub struct Restore {
    /// How long to wait for others to let go of the database.
    pub wait: Duration,
    /// Bring the contents of attachments too.
    pub files: bool,
    /// Replace even a database that another program made.
    pub force: bool,
}

/// Puts the backup `from` in the place of `to`, with its files. Nobody else may have `to` open.
pub fn restore(from: &Path, to: &Path, wait: Duration) -> Result<Restored> {
    restore_with(from, to, Restore { wait, files: true, force: false })
}

/// As [`restore`], in the ways that were asked for.
pub fn restore_with(from: &Path, to: &Path, how: Restore) -> Result<Restored> {
    if is_address(to) {
        return Err(Error::new(Cause::Refused, Message::new("A PostgreSQL database is restored by its own tools."))
            .hint(Message::new("Run `pg_restore`.")));
    }
    let mut source = verified(from)?;
    if !how.force {
        refuse_strangers(to)?;
    }
    let held = hold(to, how.wait)?;
    let part = beside(to, ".part");
    let mut contents = Copied::default();
    let placed = copy(&mut *source, &part).and_then(|()| {
        if how.files && knows_attachments(&mut *source)? {
            // Before the database, so that it never stands there without them.
            contents = copy_needed(&mut *source, &Folder::beside(from), &Folder::beside(to))?;
        }
        replace(&part, to)
    });
    if placed.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    if let Some(held) = held {
        let old = placed.as_ref().ok().and_then(Option::as_deref).unwrap_or(to);
        let_go(held, old);
    }
    sync_folder(to);
    Ok(Restored { kept: placed?, contents })
}

/// The old database, under whatever name it has by now, takes many readers beside a writer again.
fn let_go(mut held: Box<dyn Database>, old: &Path) {
    let _ = held.rollback();
    drop(held);
    if let Ok(mut old) = open(&old.display().to_string(), Open::default()) {
        let _ = old.script("PRAGMA journal_mode = WAL");
    }
}

fn is_address(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.starts_with("postgres://") || text.starts_with("postgresql://"))
}

/// The backup, when it is whole, kehu's, and not from the future.
fn verified(from: &Path) -> Result<Box<dyn Database>> {
    if !from.exists() {
        return Err(Error::new(Cause::NotFound, Message::new("There is no file {path}.").with("path", from.display())));
    }
    let mut source = open(&from.display().to_string(), Open { read_only: true, ..Open::default() })?;
    match version(&mut *source)? {
        None => {
            let message = Message::new("{path} is empty, not a backup.").with("path", from.display());
            return Err(Error::new(Cause::Database, message));
        }
        Some(version) if version > VERSION => return Err(newer(version)),
        Some(_) => {}
    }
    sound(&mut *source)?;
    Ok(source)
}

/// Refuses to replace a database that another program keeps; it would hardly be meant. A damaged one of ours may go.
fn refuse_strangers(to: &Path) -> Result<()> {
    if !to.is_file() {
        return Ok(());
    }
    let mut old = match open(&to.display().to_string(), Open { read_only: true, ..Open::default() }) {
        Ok(old) => old,
        Err(error) if error.cause == Cause::Database => return Ok(()),
        Err(error) => return Err(error),
    };
    let ours = crate::store::mark();
    let Ok(Some(mark)) = old.first("PRAGMA application_id", &[]) else { return Ok(()) };
    let Ok(Some(tables)) = old.first("SELECT COUNT(*) FROM sqlite_master", &[]) else { return Ok(()) };
    if mark[0].as_integer() == Some(ours) || tables[0].as_integer() == Some(0) || version(&mut *old).is_ok() {
        return Ok(());
    }
    let message = Message::new("{path} is the database of another program.").with("path", to.display());
    Err(Error::new(Cause::Conflict, message).hint(Message::new("kehu restore FILE --force")))
}

/// Makes sure that nobody else has the old database open: their writes would go to a file that is no longer there.
/// A damaged one cannot be held, and need not be.
fn hold(to: &Path, wait: Duration) -> Result<Option<Box<dyn Database>>> {
    if !to.exists() {
        return Ok(None);
    }
    let taken = open(&to.display().to_string(), Open { wait, ..Open::default() }).and_then(|mut old| {
        // Leaving WAL mode folds the -wal file in, and succeeds only for the last connection.
        old.script("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")?;
        Ok(old)
    });
    match taken {
        Err(error) if error.cause == Cause::Database => Ok(None),
        other => other.map(Some),
    }
}

/// The old file gets a second name first, so that at every moment there is a database under the first.
fn replace(part: &Path, to: &Path) -> Result<Option<PathBuf>> {
    let mut kept = None;
    if to.exists() {
        let name = free_name(to);
        std::fs::hard_link(to, &name).or_else(|_| std::fs::rename(to, &name)).map_err(|error| from_file(&error, to))?;
        for ending in ["-wal", "-shm"] {
            // Left only by a damaged database; they would spoil the new one.
            let _ = std::fs::rename(beside(to, ending), beside(&name, ending));
        }
        let (own, old) = (Folder::beside(to), Folder::beside(&name));
        own.list().iter().try_for_each(|hash| own.share(&old, hash))?;
        kept = Some(name);
    }
    std::fs::rename(part, to).map_err(|error| from_file(&error, to))?;
    Ok(kept)
}

fn free_name(to: &Path) -> PathBuf {
    let first = beside(to, ".before-restore");
    let more = (2..).map(|count| beside(to, &format!(".before-restore-{count}")));
    std::iter::once(first.clone()).chain(more).find(|name| !name.exists()).unwrap_or(first)
}
