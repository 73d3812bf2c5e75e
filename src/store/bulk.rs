//! Many new rows at once: their change rows are written by one statement, at a fraction of the triggers' cost.

use super::{Database, Sql};
use crate::error::Result;
use crate::record::Schema;

/// New rows of these kinds go unlogged until `end_bulk` logs them all.
#[must_use = "rows that are added meanwhile are logged by end_bulk alone"]
#[derive(Debug)]
pub struct Bulk {
    /// The kind, its table, and the highest number before.
    marks: Vec<(&'static str, &'static str, i64)>,
}

/// Begins bulk inserts inside a transaction, whose snapshot or lock keeps other writers' rows apart from these.
/// Updates, deletes and the rows of side tables are logged as ever.
pub fn begin_bulk(db: &mut dyn Database, schemas: &[&Schema]) -> Result<Bulk> {
    let mut marks = Vec::new();
    for schema in schemas {
        let row = db.first(&format!("SELECT COALESCE(MAX(id), 0) FROM {}", schema.table), &[])?;
        let highest = row.and_then(|row| row[0].as_integer()).unwrap_or(0);
        db.execute("INSERT INTO bulk (kind) VALUES (?)", &[schema.kind.into()])?;
        marks.push((schema.kind, schema.table, highest));
    }
    Ok(Bulk { marks })
}

/// Logs what was added since, under that operation; stands before `commit`.
pub fn end_bulk(db: &mut dyn Database, bulk: &Bulk, op: i64) -> Result<u64> {
    let mut logged = 0;
    for (kind, table, highest) in &bulk.marks {
        let sql = format!(
            "INSERT INTO change (op, what, kind, key) \
             SELECT CAST(? AS BIGINT), 'insert', '{kind}', id FROM {table} WHERE id > ? ORDER BY id"
        );
        logged += db.execute(&sql, &[Sql::Integer(op), Sql::Integer(*highest)])?;
    }
    db.execute("DELETE FROM bulk", &[])?;
    Ok(logged)
}
