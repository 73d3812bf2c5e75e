//! Contents of attachments: which are needed, which are missing, and where a copy of them might be.
//!
//! A content is needed while a record has it, live or in the recycle bin, or while the change log tells of one that had
//! it: undo and redo bring such a record back. A purge wipes its record from the log, and then the content may go.

use super::doctor::Visit;
use crate::{
    error::Result,
    message::Message,
    record::Schema,
    store::{
        Database, Sql,
        content::{self, Folder, Found},
    },
};
use std::{collections::BTreeSet, path::PathBuf};

/// The hashes of all contents that a record or an undo may need.
pub(crate) fn needed(db: &mut dyn Database) -> Result<BTreeSet<String>> {
    let mut hashes = BTreeSet::new();
    db.each("SELECT DISTINCT sha256 FROM attachments", &[], &mut |row| {
        hashes.insert(row[0].take_text());
        Ok(())
    })?;
    let log =
        "SELECT before, after FROM change WHERE kind = 'attachment' AND (before IS NOT NULL OR after IS NOT NULL)";
    db.each(log, &[], &mut |row| {
        for side in row.iter().filter_map(Sql::as_text) {
            let side: serde_json::Value = serde_json::from_str(side).unwrap_or_default();
            hashes.extend(side.get("sha256").and_then(serde_json::Value::as_str).map(str::to_owned));
        }
        Ok(())
    })?;
    Ok(hashes)
}

/// Takes away what nothing needs; stands inside a transaction that may write, which keeps others from attaching.
pub(crate) fn collect(db: &mut dyn Database) -> Result<usize> {
    let kept = content::list(db)?;
    if kept.is_empty() {
        return Ok(0);
    }
    let needed = needed(db)?;
    let mut gone = 0;
    for hash in kept.iter().filter(|hash| !needed.contains(*hash)) {
        content::remove(db, hash)?;
        gone += 1;
    }
    Ok(gone)
}

/// A content that a record has and that is not here, or not whole.
struct Lost {
    hash: String,
    found: Found,
    id: i64,
    name: String,
}

fn lost(db: &mut dyn Database) -> Result<Vec<Lost>> {
    let rows = db.query("SELECT sha256, MIN(id), MIN(name) FROM attachments GROUP BY sha256 ORDER BY 2", &[])?;
    let mut lost = Vec::new();
    for mut row in rows {
        let (hash, id, name) = (row[0].take_text(), row[1].as_integer().unwrap_or_default(), row[2].take_text());
        let found = content::read(db, &hash, &mut |_| Ok(()))?;
        if found != Found::Whole {
            lost.push(Lost { hash, found, id, name });
        }
    }
    Ok(lost)
}

/// Folders of backups that lie beside the database, and that of the last backup.
fn backups(db: &mut dyn Database) -> Result<Vec<Folder>> {
    let Some(own) = content::folder_of(db) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = Vec::new();
    let note = db.first("SELECT value FROM meta WHERE key = 'last_backup'", &[])?;
    let note = note.and_then(|row| row[0].as_text().map(str::to_owned));
    if let Some((_, file)) = note.as_deref().and_then(|note| note.split_once(' ')) {
        paths.push(Folder::beside(file.as_ref()).path().to_owned());
    }
    let entries = own.path().parent().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let beside = entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with(".files"));
    let mut beside: Vec<PathBuf> = beside.collect();
    beside.sort();
    paths.extend(beside);
    let mut seen = BTreeSet::new();
    Ok(paths.into_iter().filter(|path| path != own.path() && seen.insert(path.clone())).map(Folder::at).collect())
}

fn copies(backups: &[Folder], hash: &str) -> Result<Vec<Folder>> {
    let mut found = Vec::new();
    for folder in backups {
        if folder.holds(hash)? {
            found.push(folder.clone());
        }
    }
    Ok(found)
}

impl Visit<'_> {
    /// Contents that are missing, altered, or needed by nobody.
    pub(super) fn contents(&mut self, schema: &Schema) -> Result<()> {
        let backups = backups(self.db)?;
        for lost in lost(self.db)? {
            let issue = match lost.found {
                Found::Altered => Message::new("The content of {record} {name} was altered since it was attached."),
                _ => Message::new("The content of {record} {name} is missing."),
            };
            let issue = issue.with("record", schema.short(lost.id)).with("name", &lost.name);
            let action = match copies(&backups, &lost.hash)?.first() {
                Some(folder) => Message::new("Run `kehu doctor --repair`, which brings it back from {folder}.")
                    .with("folder", folder.path().display()),
                None => Message::new("Look for {hash} in the `.files` folder of a backup, or attach the file again.")
                    .with("hash", &lost.hash),
            };
            self.found_so(issue, action);
        }
        let needed = needed(self.db)?;
        let unneeded = content::list(self.db)?.iter().filter(|hash| !needed.contains(*hash)).count();
        let left = content::folder_of(self.db).map_or(0, |folder| folder.left_behind(|_| true).len());
        if left > 0 {
            let message = Message::new(
                "{count} {count:copy was|copies were} left behind by attaching that was interrupted, which does no harm.",
            );
            self.leftovers.push(message.with("count", left));
            self.advise("Run `kehu doctor --repair`, which takes them away.");
        }
        if unneeded > 0 {
            let issue = Message::new("{count} kept {count:file belongs|files belong} to no attachment.");
            self.found(issue.with("count", unneeded), "Run `kehu doctor --repair`, which takes them away.");
        }
        Ok(())
    }
}

/// Brings back what a backup has, and takes away what nobody needs; stands inside a transaction. Says what it did.
pub(super) fn mend(db: &mut dyn Database, schema: &Schema) -> Result<Vec<Message>> {
    let mut done = Vec::new();
    let backups = backups(db)?;
    for lost in lost(db)? {
        let (Some(own), Some(folder)) = (content::folder_of(db), copies(&backups, &lost.hash)?.into_iter().next())
        else {
            continue;
        };
        if own.fetch(&folder, &lost.hash)? {
            done.push(
                Message::new("Brought the content of {record} {name} back from {folder}.")
                    .with("record", schema.short(lost.id))
                    .with("name", &lost.name)
                    .with("folder", folder.path().display()),
            );
        }
    }
    let mut gone = collect(db)?;
    for path in content::folder_of(db).map(|folder| folder.left_behind(|_| true)).unwrap_or_default() {
        gone += usize::from(std::fs::remove_file(path).is_ok());
    }
    if gone > 0 {
        let message =
            Message::new("Took away {count} kept {count:file that belongs|files that belong} to no attachment.");
        done.push(message.with("count", gone));
    }
    Ok(done)
}

/// What a copy of contents came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    pub files: usize,
    pub bytes: u64,
    /// Contents that are needed and were nowhere to be found whole.
    pub missing: usize,
}

/// Brings all that a database needs from one folder into another, each verified by its hash.
pub(super) fn copy_needed(db: &mut dyn Database, from: &Folder, to: &Folder) -> Result<Copied> {
    let mut copied = Copied::default();
    for hash in needed(db)? {
        if to.fetch(from, &hash)? {
            copied.files += 1;
            copied.bytes += to.size(&hash).unwrap_or_default();
        } else {
            copied.missing += 1;
        }
    }
    Ok(copied)
}

/// Takes away what a copy of a database does not need, after it took the place of another.
pub(super) fn prune(db: &mut dyn Database, folder: &Folder) -> Result<()> {
    let needed = needed(db)?;
    folder.list().iter().filter(|hash| !needed.contains(*hash)).try_for_each(|hash| folder.remove(hash))
}

/// Whether the database has attachments at all; one that an older program made has no table for them.
pub(super) fn knows_attachments(db: &mut dyn Database) -> Result<bool> {
    Ok(!crate::store::columns(db, "attachments")?.is_empty())
}
