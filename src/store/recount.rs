//! What is kept beside the records, held against a recount of the records themselves.

use super::Database;
use crate::error::Result;

/// Under how many keys two queries of the same columns do not answer the same. Each is read once: the databases
/// answer `EXCEPT`, asked both ways, by looking through one of the two for each row of the other.
pub(super) fn differing(db: &mut dyn Database, keys: &[&str], columns: &[&str], two: [&str; 2]) -> Result<i64> {
    let other = |name: &&str| format!("COUNT({name}) = 1 OR MIN({name}) <> MAX({name})");
    let others: Vec<String> = columns.iter().map(other).collect();
    let (keys, [one, two]) = (keys.join(", "), two);
    let row = db.first(
        &format!(
            "SELECT COUNT(*) FROM (SELECT {keys} FROM (SELECT * FROM ({one}) a UNION ALL SELECT * FROM ({two}) b) c \
             GROUP BY {keys} HAVING COUNT(*) <> 2 OR {}) d",
            others.join(" OR ")
        ),
        &[],
    )?;
    Ok(row.and_then(|row| row.first()?.as_integer()).unwrap_or_default())
}
