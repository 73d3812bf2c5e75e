//! An operation: what one command did, under which its changes are logged.

use super::{Database, Sql};
use crate::error::{Error, Result};
use crate::message::Message;

/// Who does what, from where.
#[derive(Debug, Clone, Copy)]
pub struct Begin<'a> {
    pub label: &'a str,
    pub actor: Option<i64>,
    pub actor_name: &'a str,
    /// The door: `cli`, `tui`, `import`, `automation` …
    pub door: &'a str,
    pub at: &'a str,
}

/// Names the operation that the changes of this transaction belong to; stands after `begin`.
pub fn begin_operation(db: &mut dyn Database, begin: &Begin<'_>) -> Result<i64> {
    // PostgreSQL has no NUL; the value that held it is refused with a sentence of its own.
    let label = begin.label.replace('\0', "");
    let row = db.first(
        "INSERT INTO operation (at, actor, actor_name, door, label) VALUES (?, ?, ?, ?, ?) RETURNING id",
        &[begin.at.into(), begin.actor.into(), begin.actor_name.into(), begin.door.into(), label.into()],
    )?;
    let op = row.and_then(|row| row[0].as_integer());
    let op = op.ok_or_else(|| super::errors::storage(Message::new("The database gave the operation no number.")))?;
    resume_operation(db, op)?;
    Ok(op)
}

/// Goes on with an operation in a further transaction, as a long import does.
pub fn resume_operation(db: &mut dyn Database, op: i64) -> Result<()> {
    db.execute("DELETE FROM current_operation", &[])?;
    db.execute("INSERT INTO current_operation (id) VALUES (?)", &[Sql::Integer(op)])?;
    Ok(())
}

/// Stands before `commit`: what is written later by anybody else is not of this operation.
pub fn end_operation(db: &mut dyn Database) -> Result<()> {
    db.execute("DELETE FROM current_operation", &[])?;
    Ok(())
}

/// Forgets an operation that changed nothing; says whether it did.
pub fn abandon_operation(db: &mut dyn Database, op: i64) -> Result<bool> {
    let forgotten = db.execute(
        "DELETE FROM operation WHERE id = ? AND NOT EXISTS (SELECT 1 FROM change WHERE op = ?)",
        &[op.into(), op.into()],
    )?;
    Ok(forgotten > 0)
}

/// The records that an operation touched, each once: the kind without its side table, and the number.
pub fn touched_by(db: &mut dyn Database, op: i64) -> Result<Vec<(String, i64)>> {
    let mut touched = Vec::new();
    db.each("SELECT DISTINCT kind, key FROM change WHERE op = ?", &[op.into()], &mut |row| {
        let kind = row[0].take_text();
        let kind = kind.split('.').next().unwrap_or_default().to_owned();
        touched.push((kind, row[1].as_integer().unwrap_or_default()));
        Ok(())
    })?;
    touched.sort_unstable();
    touched.dedup();
    Ok(touched)
}

/// The refusal of an operation's number that nobody gave.
pub(super) fn no_such(op: i64) -> Error {
    Error::new(crate::error::Cause::NotFound, Message::new("There is no operation {op}.").with("op", op))
        .hint(Message::new("`kehu oplog` lists them."))
}
