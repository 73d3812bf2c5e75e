//! Undo: restores the old values of exactly what an operation changed, or says what was changed again since.

mod apply;
mod chains;
mod check;
mod net;

use super::operation::no_such;
use super::{Database, Sql};
use crate::error::{Cause, Error, Result};
use crate::message::Message;
use crate::record::Schema;
use net::Plan;

/// A record: its kind and its number.
pub type Touched = (&'static str, i64);

/// A row that cannot be brought back as it was, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub kind: &'static str,
    pub key: i64,
    pub why: Message,
}

/// What an undo did.
#[derive(Debug, Clone, Default)]
pub struct Undone {
    /// Records that are no longer what they were: their search text and what is computed from them is due.
    pub rows: Vec<Touched>,
    /// What stood in the way: nothing was done at all, or (with `keep_newer`) these were left as they are.
    pub conflicts: Vec<Conflict>,
    /// The operation that must be undone first, where all that is to be undone has been built upon since.
    pub upon: Option<i64>,
    /// False when conflicts kept it from doing anything.
    pub done: bool,
}

/// Undoes `op` as part of `new_op`, which was begun in the same transaction. `schemas` are all kinds there are.
///
/// Undoing an undo is a redo. Rules that the tables do not hold (unique values among live rows) are the caller's to
/// check for the rows it is given back.
pub fn undo(db: &mut dyn Database, schemas: &[&Schema], op: i64, new_op: i64, keep_newer: bool) -> Result<Undone> {
    let undoes = standing(db, op)?;
    let mut plan = Plan::read(db, schemas, op)?;
    let (conflicts, upon) = check::conflicts(db, schemas, &mut plan, keep_newer)?;
    if !conflicts.is_empty() && (!keep_newer || upon.is_some()) {
        return Ok(Undone { conflicts, upon, ..Undone::default() });
    }
    apply::apply(db, schemas, &plan, new_op)?;
    pair_up(db, op, new_op, undoes)?;
    let rows = rows_of(db, schemas, new_op)?;
    Ok(Undone { rows, conflicts, upon: None, done: true })
}

/// The operation that this one undid, if it did; an error when it does not stand.
fn standing(db: &mut dyn Database, op: i64) -> Result<Option<i64>> {
    let row = db.first("SELECT undoes, undone_by FROM operation WHERE id = ?", &[op.into()])?;
    let row = row.ok_or_else(|| no_such(op))?;
    if let Some(by) = row[1].as_integer() {
        let message = Message::new("Operation {op} has been undone already, by operation {by}.");
        return Err(Error::new(Cause::Conflict, message.with("op", op).with("by", by)));
    }
    Ok(row[0].as_integer())
}

fn pair_up(db: &mut dyn Database, op: i64, new_op: i64, undoes: Option<i64>) -> Result<()> {
    db.execute("UPDATE operation SET undoes = ? WHERE id = ?", &[op.into(), new_op.into()])?;
    db.execute("UPDATE operation SET undone_by = ? WHERE id = ?", &[new_op.into(), op.into()])?;
    if let Some(original) = undoes {
        db.execute("UPDATE operation SET undone_by = NULL WHERE id = ?", &[original.into()])?;
    }
    Ok(())
}

fn rows_of(db: &mut dyn Database, schemas: &[&Schema], op: i64) -> Result<Vec<Touched>> {
    let mut rows = Vec::new();
    for schema in schemas {
        let sql = format!("SELECT DISTINCT key FROM change WHERE op = ? AND kind IN ({})", kinds_in_log(schema));
        db.each(&sql, &[Sql::Integer(op)], &mut |row| {
            rows.push((schema.kind, row[0].as_integer().unwrap_or_default()));
            Ok(())
        })?;
    }
    Ok(rows)
}

/// What the log calls a kind and its side tables, for `IN (…)`.
fn kinds_in_log(schema: &Schema) -> String {
    let lists = schema.lists().map(|field| format!("'{}.{}'", schema.kind, field.name));
    std::iter::once(format!("'{}'", schema.kind)).chain(lists).collect::<Vec<_>>().join(", ")
}
