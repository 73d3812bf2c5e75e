//! Contents in a table of a PostgreSQL database, in parts, so that whoever reaches the server reaches the files.

use super::{
    Found, Sink,
    staged::{BLOCK, hex},
};
use crate::{
    error::{Cause, Error, Result},
    message::Message,
    store::{Database, Sql, columns},
};
use sha2::{Digest, Sha256};
use std::io::Read;

/// The table, which is made with the others, or with the first file in an older database.
pub(crate) const TABLE: &str = "CREATE TABLE attachment_content (\n    hash TEXT COLLATE \"C\" NOT NULL,\n    \
     part BIGINT NOT NULL,\n    bytes BYTEA NOT NULL,\n    PRIMARY KEY (hash, part)\n)";

fn is_there(db: &mut dyn Database) -> Result<bool> {
    Ok(!columns(db, "attachment_content")?.is_empty())
}

/// Keeps what is read in the place of what stands under the hash.
pub(super) fn write(db: &mut dyn Database, hash: &str, from: &mut dyn Read) -> Result<()> {
    if !is_there(db)? {
        db.script(TABLE)?;
    }
    remove(db, hash)?;
    let mut part: i64 = 0;
    loop {
        let mut block = Vec::with_capacity(BLOCK);
        (&mut *from).take(BLOCK as u64).read_to_end(&mut block).map_err(|error| {
            Error::new(
                Cause::Storage,
                Message::new("A file cannot be kept for the moment: {why}.").with("why", error.kind()),
            )
        })?;
        // An empty content is one empty part.
        if block.is_empty() && part > 0 {
            return Ok(());
        }
        let sql = "INSERT INTO attachment_content (hash, part, bytes) VALUES (?, ?, ?)";
        db.execute(sql, &[hash.into(), part.into(), Sql::Bytes(block)])?;
        part += 1;
    }
}

pub(super) fn size(db: &mut dyn Database, hash: &str) -> Result<Option<u64>> {
    if !is_there(db)? {
        return Ok(None);
    }
    let sql = "SELECT COUNT(*), COALESCE(SUM(octet_length(bytes)), 0) FROM attachment_content WHERE hash = ?";
    let row = db.first(sql, &[hash.into()])?.unwrap_or_default();
    let number = |place: usize| row.get(place).and_then(Sql::as_integer).unwrap_or_default();
    Ok((number(0) > 0).then(|| number(1).unsigned_abs()))
}

pub(super) fn read(db: &mut dyn Database, hash: &str, sink: &mut Sink) -> Result<Found> {
    if !is_there(db)? {
        return Ok(Found::Missing);
    }
    let (mut hasher, mut parts) = (Sha256::new(), 0);
    let sql = "SELECT bytes FROM attachment_content WHERE hash = ? ORDER BY part";
    db.each(sql, &[hash.into()], &mut |row| {
        let bytes = row[0].as_bytes().unwrap_or_default();
        hasher.update(bytes);
        parts += 1;
        sink(bytes)
    })?;
    Ok(match parts {
        0 => Found::Missing,
        _ if hex(&hasher.finalize()) == hash => Found::Whole,
        _ => Found::Altered,
    })
}

pub(super) fn list(db: &mut dyn Database) -> Result<Vec<String>> {
    if !is_there(db)? {
        return Ok(Vec::new());
    }
    let rows = db.query("SELECT DISTINCT hash FROM attachment_content ORDER BY hash", &[])?;
    Ok(rows.into_iter().map(|mut row| row[0].take_text()).collect())
}

pub(super) fn remove(db: &mut dyn Database, hash: &str) -> Result<()> {
    if is_there(db)? {
        db.execute("DELETE FROM attachment_content WHERE hash = ?", &[hash.into()])?;
    }
    Ok(())
}
