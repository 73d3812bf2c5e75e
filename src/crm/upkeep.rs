//! Upkeep through the handle: backup, doctor, repair, and how the database stands.

use super::{Crm, OperationLine, integer, text};
use crate::{
    Result,
    error::Error,
    message::Message,
    record::Schema,
    store::{self, Dialect, Sql},
    upkeep::{self, Report},
};
use std::path::Path;

/// Where the time and place of the last backup are kept.
const LAST_BACKUP: &str = "last_backup";

/// How the database stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its path or address.
    pub url: String,
    pub bytes: u64,
    /// The version of its tables.
    pub version: i64,
    pub counts: Vec<Count>,
    /// How many live attachments there are, and how many bytes their contents take.
    pub attached: (u64, u64),
    pub last_operation: Option<OperationLine>,
    /// When and where to the last backup was made, as far as is known.
    pub last_backup: Option<(String, String)>,
}

/// How many records of a kind there are, and how many are in the recycle bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub kind: &'static str,
    pub plural: &'static str,
    pub live: u64,
    pub removed: u64,
}

impl Crm {
    /// Copies the database to a file, and with `files` its attached files to a folder beside that, while others go on
    /// working. Says what that came to.
    ///
    /// # Errors
    /// A conflict when the file is there already and is not to be replaced; refuses the database itself.
    pub fn backup(&mut self, to: &Path, replace: bool, files: bool) -> Result<upkeep::Backup> {
        if let (Some(own), Ok(to)) = (self.db.path().and_then(|path| path.canonicalize().ok()), to.canonicalize())
            && (own == to || to.to_string_lossy().starts_with(&*format!("{}-", own.display())))
        {
            return Err(Error::bad_value(Message::new("{path} is the database itself.").with("path", to.display())));
        }
        let made = upkeep::backup_with(&mut *self.db, to, replace, files)?;
        let path = to.canonicalize().unwrap_or_else(|_| to.to_owned());
        // The copy is made; that nobody can note it down (a read-only database) does not undo it.
        let _ = self.note_backup(&path);
        Ok(made)
    }

    fn note_backup(&mut self, path: &Path) -> Result<()> {
        let note = format!("{} {}", self.now_text(), path.display());
        self.db.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &[Sql::text(LAST_BACKUP), Sql::Text(note)],
        )?;
        Ok(())
    }

    /// Examines the database and changes nothing.
    ///
    /// # Errors
    /// Storage faults that keep the doctor from looking.
    pub fn doctor(&mut self) -> Result<Report> {
        let schemas = self.schemas().to_vec();
        let schemas: Vec<&Schema> = schemas.iter().map(|schema| &**schema).collect();
        upkeep::doctor(&mut *self.db, &schemas)
    }

    /// Puts right what can be put right without knowing better: triggers, keys, search text. Says what was done.
    ///
    /// # Errors
    /// Storage faults; nothing is kept then.
    pub fn repair(&mut self) -> Result<Vec<Message>> {
        if self.is_dry_run() {
            // Files that were taken away could not be brought back.
            return Ok(Vec::new());
        }
        // No operation: what is repaired is no change of any record.
        self.db.begin()?;
        let done = self.repair_all();
        if done.is_ok() {
            self.db.commit()?;
        } else {
            self.db.rollback()?;
        }
        let mut done = done?;
        let begun = crate::pipeline::first_steps(self)?;
        if begun > 0 {
            done.push(Message::new("Began the stage history of {count} {count:deal|deals}.").with("count", begun));
        }
        // But how far deals came is, so that it is one.
        let far = self.transaction("Read the stage history anew", crate::pipeline::reach_anew)?;
        if far > 0 {
            done.push(Message::new("Put right how far {count} deals came.").with("count", far));
        }
        Ok(done)
    }

    fn repair_all(&mut self) -> Result<Vec<Message>> {
        let schemas = self.schemas().to_vec();
        let all: Vec<&Schema> = schemas.iter().map(|schema| &**schema).collect();
        let mut done = upkeep::repair(&mut *self.db, &all)?;
        for schema in schemas.iter().filter(|schema| schema.searchable()) {
            let count = super::search_rows::rewrite(&mut *self.db, schema)?;
            done.push(
                Message::new("Wrote the search text of {count} {table} anew.")
                    .with("count", count)
                    .with("table", schema.table),
            );
        }
        Ok(done)
    }

    /// How many records there are of each kind.
    ///
    /// # Errors
    /// Storage faults.
    pub fn counts(&mut self) -> Result<Vec<Count>> {
        let mut counts = Vec::new();
        for schema in self.schemas().to_vec() {
            let sql = format!("SELECT COUNT(*), COUNT(deleted_at) FROM \"{}\"", schema.table);
            let row = self.db.first(&sql, &[])?.unwrap_or_default();
            let number = |place: usize| row.get(place).map(integer).unwrap_or_default().unsigned_abs();
            let removed = number(1);
            counts.push(Count { kind: schema.kind, plural: schema.table, live: number(0) - removed, removed });
        }
        Ok(counts)
    }

    /// How the database stands: where, how large, what is in it, what happened last.
    ///
    /// # Errors
    /// Storage faults.
    pub fn status(&mut self) -> Result<Status> {
        let size = match self.db.dialect() {
            Dialect::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            Dialect::Postgres => "SELECT pg_database_size(current_database())",
        };
        let bytes = self.numbers(size, &[])?.first().copied().unwrap_or_default().unsigned_abs();
        let note = self.db.first("SELECT value FROM meta WHERE key = ?", &[Sql::text(LAST_BACKUP)])?;
        let last_backup =
            note.and_then(|row| text(&row[0]).split_once(' ').map(|(at, path)| (at.to_owned(), path.to_owned())));
        Ok(Status {
            url: self.url(),
            bytes,
            version: store::version(&mut *self.db)?.unwrap_or_default(),
            counts: self.counts()?,
            attached: self.attached()?,
            last_operation: self.operations(Some(1))?.into_iter().next(),
            last_backup,
        })
    }
}
