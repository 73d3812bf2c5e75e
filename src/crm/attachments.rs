//! Attached files: kept together with their records, handed out again, and taken away when nothing needs them.

use super::{Crm, integer};
use crate::{
    Result, customers,
    error::{Cause, Error},
    message::Message,
    record::{Kind, Link, Value, Values},
    store::{
        Dialect,
        content::{self, Folder, Found, Staged},
    },
    upkeep,
};
use std::io::Read;

/// A file that is about to be attached.
pub struct Incoming {
    pub name: String,
    pub staged: Staged,
}

impl Crm {
    /// Reads a file that is to be attached, up to `limit` bytes, and keeps a copy of it for the moment.
    ///
    /// # Errors
    /// A name that no file may have, a file that cannot be read or is too large, a database in memory.
    pub fn stage(&mut self, from: &mut dyn Read, name: &str, limit: u64) -> Result<Incoming> {
        customers::attachment::check_name(name)?;
        let room = content::waiting_room(&*self.db)?.filter(|_| !self.is_dry_run());
        let staged = Staged::read(from, name, limit, room.as_ref())?;
        Ok(Incoming { name: name.to_owned(), staged })
    }

    /// The record that a reference means, if files can be attached to its kind.
    ///
    /// # Errors
    /// As [`Crm::find_any`], and a kind that takes no files or a record that is in the recycle bin.
    pub fn attachable(&mut self, reference: &str) -> Result<(&'static str, i64)> {
        let schema = self.schema("attachment")?;
        let targets = schema.writable().filter_map(|field| match &field.kind {
            Kind::Link(kind) => Some(kind.to_string()),
            _ => None,
        });
        let targets: Vec<String> = targets.collect();
        let (kind, id) = self.find_among(&targets, reference)?;
        let entry = self.record(kind, id)?;
        super::write::refuse_deleted(&entry)?;
        Ok((kind, id))
    }

    /// By its ref among all those kinds, by any other name among customers, then contacts.
    fn find_among(&mut self, targets: &[String], reference: &str) -> Result<(&'static str, i64)> {
        for schema in self.schemas().to_vec() {
            let Some(id) = super::reference::number_of_short(&schema, reference) else { continue };
            self.record(schema.kind, id)?;
            if targets.iter().any(|target| target == schema.kind) {
                return Ok((schema.kind, id));
            }
            return Err(Error::bad_value(
                Message::new("{record} is a {kind}, which takes no files; these do: {kinds}.")
                    .with("record", reference)
                    .with("kind", schema.kind)
                    .with("kinds", targets.join(", ")),
            ));
        }
        match self.find("customer", reference) {
            Ok(id) => Ok(("customer", id)),
            Err(error) if error.cause == Cause::NotFound => match self.find("contact", reference) {
                Ok(id) => Ok(("contact", id)),
                Err(_) => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Attaches files to a record, as one operation; says the numbers of the attachments.
    ///
    /// # Errors
    /// Whatever keeps the records or the copies from being written; neither is kept then.
    pub fn attach(&mut self, to: (&'static str, i64), files: &[Incoming], note: Option<&str>) -> Result<Vec<i64>> {
        let (kind, id) = to;
        let owner = format!("{} {}", self.schema(kind)?.short(id), self.title(kind, id)?);
        let what = match files {
            [file] => file.name.clone(),
            several => format!("{} files", several.len()),
        };
        let done = self.transaction(&format!("Attach {what} to {owner}"), |crm| {
            let mut ids = Vec::with_capacity(files.len());
            for file in files {
                crm.tell_known(to, file)?;
                ids.push(crm.attach_one(to, file, note)?);
            }
            Ok(ids)
        });
        self.arriving.clear();
        // Who was kept from writing has placed nothing, and does not wait for it once more.
        let kept_out = done.as_ref().is_err_and(|error| error.cause == Cause::Busy);
        if done.is_err() && !kept_out && self.operation.is_none() {
            // The first fault is the one to tell; the doctor finds what cannot be cleared away now.
            let _ = self.collect_contents();
        }
        done
    }

    /// What came with an e-mail stays with what was made of it; what cannot be kept is told of.
    pub(crate) fn keep_what_came(
        &mut self,
        to: (&'static str, i64),
        came: &[(String, Vec<u8>)],
        largest: u64,
    ) -> Result<()> {
        let mut files = Vec::with_capacity(came.len());
        for (name, content) in came {
            match self.stage(&mut content.as_slice(), name, largest) {
                Ok(file) => files.push(file),
                Err(error) if matches!(error.cause, Cause::Busy | Cause::Interrupted) => return Err(error),
                Err(error) => {
                    let message = Message::new("{name}, which came with the e-mail, is left out: {why}");
                    self.notice(message.with("name", name).with("why", error.to_string()));
                }
            }
        }
        if files.is_empty() { Ok(()) } else { self.attach(to, &files, None).map(drop) }
    }

    fn attach_one(&mut self, to: (&'static str, i64), file: &Incoming, note: Option<&str>) -> Result<i64> {
        let Incoming { name, staged } = file;
        if self.is_dry_run() {
            self.arriving.push((staged.hash.clone(), staged.size));
        } else {
            content::place(&mut *self.db, staged)?;
        }
        let mut values: Values = vec![
            (to.0.to_owned(), Link::to(to.1)),
            ("name".to_owned(), Value::text(name)),
            ("sha256".to_owned(), Value::text(&*staged.hash)),
            ("media_type".to_owned(), Value::text(customers::media_type(name, &staged.head))),
        ];
        values.extend(note.map(|note| ("note".to_owned(), Value::text(note))));
        if staged.size == 0 {
            self.notice(Message::new("{name} is empty; it is attached all the same.").with("name", name));
        }
        self.add("attachment", values)
    }

    /// The same file on the same record once more is worth a word.
    fn tell_known(&mut self, (kind, id): (&'static str, i64), file: &Incoming) -> Result<()> {
        let sql = format!(
            "SELECT id FROM attachments WHERE sha256 = ? AND name = ? AND \"{kind}\" = ? AND deleted_at IS NULL LIMIT 1"
        );
        let arguments = [file.staged.hash.as_str().into(), file.name.as_str().into(), id.into()];
        if let Some(known) = self.numbers(&sql, &arguments)?.first() {
            self.notice(
                Message::new("{owner} has {name} with the same content already, as {record}.")
                    .with("owner", self.schema(kind)?.short(id))
                    .with("name", &file.name)
                    .with("record", self.schema("attachment")?.short(*known)),
            );
        }
        Ok(())
    }

    /// How many bytes a content has, if it is here, about to be, or in the folder that an import brings along.
    pub(crate) fn content_size(&mut self, hash: &str) -> Result<Option<u64>> {
        if let Some((_, size)) = self.arriving.iter().find(|(known, _)| known == hash) {
            return Ok(Some(*size));
        }
        if let Some(size) = content::size(&mut *self.db, hash)? {
            return Ok(Some(size));
        }
        let Some(brought) = self.brought.clone() else { return Ok(None) };
        if self.operation.is_none() || self.is_dry_run() {
            return Ok(brought.size(hash));
        }
        let Some(path) = brought.file(hash) else { return Ok(None) };
        let Ok(mut file) = std::fs::File::open(&path) else { return Ok(None) };
        let room = content::waiting_room(&*self.db)?;
        let staged = Staged::read(&mut file, &path.display().to_string(), u64::MAX, room.as_ref())?;
        if staged.hash != hash {
            return Ok(None);
        }
        content::place(&mut *self.db, &staged)?;
        Ok(Some(staged.size))
    }

    /// From now on, imported attachments find their contents in this folder too, as an export wrote it.
    pub fn bring_contents(&mut self, folder: Option<Folder>) {
        self.brought = folder;
    }

    /// Hands out the content of an attachment.
    ///
    /// # Errors
    /// [`Cause::Storage`] when it is missing or was altered; what was handed out before is worth nothing then.
    pub fn content(&mut self, id: i64, sink: &mut content::Sink) -> Result<()> {
        let entry = self.record("attachment", id)?;
        let hash = entry.value("sha256").as_text().unwrap_or_default().to_owned();
        let told = match content::read(&mut *self.db, &hash, sink)? {
            Found::Whole => return Ok(()),
            Found::Missing => Message::new("The content of {record} {name} is missing."),
            Found::Altered => Message::new("The content of {record} {name} was altered since it was attached."),
        };
        let told = told.with("record", entry.short()).with("name", entry.title());
        Err(Error::new(Cause::Storage, told).hint(Message::new("kehu doctor")))
    }

    /// Writes the contents of these attachments into a folder and says how many there are.
    ///
    /// # Errors
    /// As [`Crm::content`], or a folder that cannot be written.
    pub fn export_contents(&mut self, ids: &[i64], to: &Folder) -> Result<usize> {
        let mut written = std::collections::BTreeSet::new();
        for id in ids {
            let hash = self.record("attachment", *id)?.value("sha256").as_text().unwrap_or_default().to_owned();
            if written.contains(&hash) || to.holds(&hash)? {
                written.insert(hash);
                continue;
            }
            let mut copy = tempfile::NamedTempFile::new().map_err(|error| unkept(&error))?;
            self.content(*id, &mut |bytes| {
                std::io::Write::write_all(copy.as_file_mut(), bytes).map_err(|error| unkept(&error))
            })?;
            let mut again = copy.reopen().map_err(|error| unkept(&error))?;
            to.take_in(&Staged::read(&mut again, &hash, u64::MAX, Some(to))?)?;
            written.insert(hash);
        }
        Ok(written.len())
    }

    /// Takes away contents that neither a record, live or in the recycle bin, nor an undo could need. Says how many.
    ///
    /// # Errors
    /// Storage faults.
    pub fn collect_contents(&mut self) -> Result<usize> {
        self.aside(|crm| upkeep::collect(&mut *crm.db))
    }

    /// How many live attachments there are, and how many bytes their contents take, each counted once.
    ///
    /// # Errors
    /// Storage faults.
    pub(super) fn attached(&mut self) -> Result<(u64, u64)> {
        let sql = "SELECT (SELECT COUNT(*) FROM attachments WHERE deleted_at IS NULL), (SELECT COALESCE(SUM(size), 0) \
             FROM (SELECT DISTINCT sha256, size FROM attachments WHERE deleted_at IS NULL) AS contents)";
        let row = self.db.first(sql, &[])?.unwrap_or_default();
        let number = |place: usize| row.get(place).map(integer).unwrap_or_default().unsigned_abs();
        Ok((number(0), number(1)))
    }

    /// Whether contents are files beside the database, which a backup has to take along.
    #[must_use]
    pub fn keeps_files_beside(&self) -> bool {
        self.db.dialect() == Dialect::Sqlite
    }
}

fn unkept(error: &std::io::Error) -> Error {
    Error::new(Cause::Storage, Message::new("A file cannot be kept for the moment: {why}.").with("why", error.kind()))
}
