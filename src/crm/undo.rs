//! Undo and redo: the old values of exactly what an operation changed, as an operation of its own.

use super::{Crm, OperationLine};
use crate::{
    Result, catalog,
    error::{Cause, Error},
    message::Message,
    record::Schema,
    store::{self, Sql},
    tickets::{knowledge, outbox},
};

/// A row that stands in the way of an undo, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    pub short: String,
    pub title: String,
    pub why: String,
}

/// What an undo did.
#[derive(Debug, Clone, Default)]
pub struct UndoReport {
    /// The operation that was undone.
    pub label: String,
    pub operation: i64,
    /// When it was done, at which door, and whether by this very handle.
    pub at: String,
    pub door: String,
    pub own: bool,
    /// How many records it touched.
    pub rows: usize,
    /// What was left as it is, with `keep_newer`.
    pub kept: Vec<Blocked>,
}

impl Crm {
    /// Undoes an operation: the caller's own latest that still stands, or a named one.
    ///
    /// # Errors
    /// [`Cause::Conflict`] with the rows in its candidates, where they were changed again since.
    pub fn undo(&mut self, operation: Option<i64>, keep_newer: bool) -> Result<UndoReport> {
        let target = match operation {
            Some(id) => self.operation_of(id)?.ok_or_else(|| {
                Error::new(Cause::NotFound, Message::new("There is no operation {id}.").with("id", id))
                    .hint(Message::new("kehu oplog"))
            })?,
            None => self.latest("undoes IS NULL", "You have done nothing here that could be undone.")?,
        };
        self.take_back(&target, keep_newer, "Undo")
    }

    /// Does again what the caller undid last.
    ///
    /// # Errors
    /// As [`Crm::undo`].
    pub fn redo(&mut self) -> Result<UndoReport> {
        // What was done since the last undo would be redone past: then there is nothing to do again.
        let nothing = "You have undone nothing that could be done again.";
        let target = self.latest("label NOT LIKE 'Redo:%'", nothing)?;
        if target.undoes.is_none() {
            return Err(Error::new(Cause::NotFound, Message::new(nothing)).hint(Message::new("kehu oplog")));
        }
        self.take_back(&target, false, "Redo")
    }

    /// The caller's latest operation that still stands.
    fn latest(&mut self, condition: &str, nothing: &'static str) -> Result<OperationLine> {
        let actor = self.actor().map(|(id, _)| id);
        let (mine, arguments) = match actor {
            Some(actor) => ("actor = ?", vec![Sql::Integer(actor)]),
            None => ("actor IS NULL", Vec::new()),
        };
        let sql = format!(
            "SELECT id FROM operation WHERE undone_by IS NULL AND {condition} AND {mine} \
             AND door NOT IN ('outside', '{}', '{}') AND label <> 'Start the database' ORDER BY id DESC LIMIT 1",
            outbox::DOOR,
            knowledge::PASSING,
        );
        let id = self.numbers(&sql, &arguments)?.first().copied();
        match id {
            Some(id) => self.operation_of(id)?.ok_or_else(|| Error::new(Cause::NotFound, Message::new(nothing))),
            None => Err(Error::new(Cause::NotFound, Message::new(nothing)).hint(Message::new("kehu oplog"))),
        }
    }

    fn take_back(&mut self, target: &OperationLine, keep_newer: bool, word: &str) -> Result<UndoReport> {
        if target.undone_by.is_some() {
            return Err(Error::new(
                Cause::Conflict,
                Message::new("Operation {id} is undone already.").with("id", target.id),
            ));
        }
        if target.door == outbox::DOOR {
            let message = Message::new("Operation {id} ({label}) handed a message over, which nobody can take back.");
            let message = message.with("id", target.id).with("label", &target.label);
            return Err(Error::new(Cause::Conflict, message).hint(Message::new("kehu outbox list")));
        }
        let sealed = "SELECT 1 FROM change WHERE op = ? AND what = 'sealed' LIMIT 1";
        if self.db.first(sealed, &[Sql::Integer(target.id)])?.is_some() {
            return Err(Error::new(
                Cause::Conflict,
                Message::new("Operation {id} ({label}) deleted something for good, so it cannot be undone.")
                    .with("id", target.id)
                    .with("label", &target.label),
            )
            .hint(Message::new("kehu oplog")));
        }
        let label = format!("{word}: {}", target.label.trim_start_matches("Undo: "));
        let report = self.transaction(&label, |crm| {
            let schemas = crm.schemas().to_vec();
            let schemas: Vec<&Schema> = schemas.iter().map(|schema| &**schema).collect();
            let operation = crm.operation().unwrap_or_default();
            let undone = store::undo(&mut *crm.db, &schemas, target.id, operation, keep_newer)?;
            if !undone.done {
                return Err(crm.blocked_error(target, &undone.conflicts, undone.upon));
            }
            catalog::undone(crm, operation)?;
            crm.refuse_doubled(operation)?;
            Ok(UndoReport {
                label: target.label.clone(),
                operation: target.id,
                at: target.at.clone(),
                door: target.door.clone(),
                own: crm.own.contains(&target.id),
                rows: undone.rows.len(),
                kept: undone.conflicts.iter().map(|blocked| crm.blocked(blocked)).collect(),
            })
        })?;
        self.reload_fields()?;
        Ok(report)
    }

    fn blocked(&mut self, blocked: &store::Conflict) -> Blocked {
        let kind = blocked.kind.split('.').next().unwrap_or_default().to_owned();
        let short =
            self.schema(&kind).map_or_else(|_| format!("{kind} {}", blocked.key), |schema| schema.short(blocked.key));
        let title = self.title(&kind, blocked.key).unwrap_or_default();
        let sent = if kind == "outbox" { outbox::why_kept(self, blocked.key).unwrap_or_default() } else { None };
        Blocked { short, title, why: sent.as_ref().unwrap_or(&blocked.why).to_string() }
    }

    fn blocked_error(&mut self, target: &OperationLine, blocked: &[store::Conflict], upon: Option<i64>) -> Error {
        let hint = match upon {
            Some(later) => Message::new("kehu undo {id}").with("id", later),
            None => Message::new("kehu undo {id} --keep-newer").with("id", target.id),
        };
        let mut error = Error::new(
            Cause::Conflict,
            Message::new(
                "Operation {id} ({label}) cannot be undone: {count} of its rows {count:was|were} changed again since.",
            )
            .with("id", target.id)
            .with("label", &target.label)
            .with("count", blocked.len()),
        )
        .hint(hint);
        for row in blocked.iter().take(20) {
            let row = self.blocked(row);
            error.candidates.push((row.short, format!("{}: {}", row.title, row.why)));
        }
        error
    }

    /// Refuses an undo that would give two live records the same unique value.
    fn refuse_doubled(&mut self, operation: i64) -> Result<()> {
        for schema in self.schemas().to_vec() {
            for field in schema.fields.iter().filter(|field| field.unique && field.stored()) {
                let column = if field.has_key() { format!("{}_key", field.name) } else { field.name.to_string() };
                let sql = format!(
                    "SELECT a.id, b.id FROM \"{0}\" a JOIN \"{0}\" b ON b.\"{column}\" = a.\"{column}\" AND b.id <> a.id \
                     WHERE a.deleted_at IS NULL AND b.deleted_at IS NULL \
                     AND a.id IN (SELECT \"key\" FROM change WHERE op = ? AND kind = ?) LIMIT 1",
                    schema.table
                );
                let arguments = [Sql::Integer(operation), Sql::Text(schema.kind.to_owned())];
                if let Some(row) = self.db.first(&sql, &arguments)? {
                    let (mine, holder) = (super::integer(&row[0]), super::integer(&row[1]));
                    return Err(Error::new(
                        Cause::Conflict,
                        Message::new("{record} cannot come back: {holder} has its {field} meanwhile.")
                            .with("record", schema.short(mine))
                            .with("holder", schema.short(holder))
                            .with("field", &field.name),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Keeps the running operation from ever being undone: what it did cannot be taken back.
    pub(crate) fn seal(&mut self) -> Result<()> {
        if let Some(operation) = self.operation() {
            self.db.execute("UPDATE change SET what = 'sealed' WHERE op = ?", &[Sql::Integer(operation)])?;
        }
        Ok(())
    }

    /// Reads the custom fields again, after one was added, retired, removed or undone.
    pub(crate) fn reload_fields(&mut self) -> Result<()> {
        let mut schemas = super::base_schemas();
        crate::views::extend(&mut *self.db, &mut schemas)?;
        self.schemas = schemas.into_iter().map(std::sync::Arc::new).collect();
        Ok(())
    }
}
