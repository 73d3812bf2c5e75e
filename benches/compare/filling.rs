//! How much is written into a loaded database at once: without the indexes and triggers that would slow it down.

use rusqlite::{Connection, Transaction};
use std::error::Error;
use std::path::Path;

/// The noon that is now.
pub const NOW: i64 = 1_774_929_600;
pub const DAY: i64 = 86_400;

/// Writes in one transaction, with the indexes and triggers of which the condition holds put aside; what is not put aside
/// (the sums over deals) is kept on the way.
pub fn fill(
    database: &Path,
    aside: &str,
    write: impl FnOnce(&Transaction) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut connection = Connection::open(database)?;
    connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;")?;
    let kept = put_aside(&connection, aside)?;
    let transaction = connection.transaction()?;
    write(&transaction)?;
    transaction.commit()?;
    for statement in kept {
        connection.execute_batch(&statement)?;
    }
    connection.execute_batch("PRAGMA journal_mode = WAL")?;
    Ok(())
}

/// Takes indexes and triggers away, and says how to make them anew.
fn put_aside(connection: &Connection, aside: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let sql = format!("SELECT type, name, sql FROM sqlite_master WHERE {aside} AND sql IS NOT NULL");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found: Vec<(String, String, String)> = rows.collect::<Result<_, _>>()?;
    for (sort, name, _) in &found {
        connection.execute_batch(&format!("DROP {sort} \"{name}\""))?;
    }
    Ok(found.into_iter().map(|(_, _, sql)| sql).collect())
}

pub fn instant(second: i64) -> String {
    jiff::Timestamp::from_second(second).map(|at| at.to_string()).unwrap_or_default()
}

pub fn uid() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A number that has little to do with its neighbours, never below zero.
pub fn scattered(number: i64) -> i64 {
    let mut mixed = number.unsigned_abs().wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    i64::try_from((mixed ^ (mixed >> 31)) >> 2).unwrap_or_default()
}
