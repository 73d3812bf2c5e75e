//! The yardstick of an import: the same tables, indexes, change rows and search text for a file, and nothing else.
//!
//! It checks nothing, looks for no duplicates, and takes the columns as the generator writes them.

use kehu::record::{Schema, types::fold};
use kehu::store::{self, Dialect, search_text};
use rusqlite::{Connection, Transaction, params};
use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

/// Rows a transaction.
const BATCH: usize = 10_000;
const NOW: &str = "2026-03-02T08:00:00Z";

/// Makes the database at a path from a file.
pub fn load(file: &Path, database: &Path) -> Result<u64, Box<dyn Error>> {
    let mut connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
         PRAGMA wal_autocheckpoint = 65536; PRAGMA cache_size = -32768;",
    )?;
    let schemas = kehu::crm::base_schemas();
    let all: Vec<&Schema> = schemas.iter().collect();
    connection.execute_batch(&tables(&all))?;
    let mut reader = csv::Reader::from_path(file)?;
    let mut owners = HashMap::new();
    let mut batch = Vec::with_capacity(BATCH);
    let mut rows = 0;
    let mut more = true;
    while more {
        batch.clear();
        let mut record = csv::StringRecord::new();
        while batch.len() < BATCH && {
            more = reader.read_record(&mut record)?;
            more
        } {
            batch.push(record.clone());
        }
        let transaction = connection.transaction()?;
        write_batch(&transaction, &batch, &mut owners)?;
        transaction.commit()?;
        rows += batch.len() as u64;
    }
    connection.execute_batch(&triggers(&all))?;
    Ok(rows)
}

/// Tables and indexes, and the operation that all the changes belong to.
fn tables(all: &[&Schema]) -> String {
    let mut statements = vec!["BEGIN".to_owned()];
    statements.extend(store::system_statements(Dialect::Sqlite));
    statements.extend(store::record_statements(Dialect::Sqlite, all, all));
    statements.push(format!("INSERT INTO meta (key, value) VALUES ('kehu_version', '{}')", store::VERSION));
    statements
        .push(format!("INSERT INTO operation (at, actor_name, door, label) VALUES ('{NOW}', '', 'import', 'Load')"));
    statements.push("PRAGMA application_id = 0x6b656875; COMMIT".to_owned());
    statements.join(";\n")
}

/// Made last, so that the change rows are written in a set and not by row.
fn triggers(all: &[&Schema]) -> String {
    let made = all.iter().flat_map(|schema| store::trigger_statements(Dialect::Sqlite, schema, &store::logged(schema)));
    made.collect::<Vec<_>>().join(";\n")
}

fn write_batch(
    transaction: &Transaction,
    batch: &[csv::StringRecord],
    owners: &mut HashMap<String, i64>,
) -> Result<(), Box<dyn Error>> {
    let first = write_customers(transaction, batch, owners)?;
    let last = transaction.last_insert_rowid();
    let Some(first) = first else { return Ok(()) };
    transaction.execute(
        "INSERT INTO change (op, what, kind, key) SELECT 1, 'insert', 'customer', id FROM customers WHERE id BETWEEN ? AND ?",
        params![first, last],
    )?;
    let mut search = transaction.prepare_cached(&store::search_write(Dialect::Sqlite, &customer()))?;
    for (id, row) in (first..).zip(batch) {
        search.execute(params![
            id,
            search_text::tokens(&[&row[0]], &[&row[3], &row[2]], &[&format!("+86{}", &row[1])])
        ])?;
    }
    Ok(())
}

fn customer() -> Schema {
    use kehu::record::Record;
    kehu::customers::Customer::schema()
}

/// The rows alone; says the first number given.
fn write_customers(
    transaction: &Transaction,
    batch: &[csv::StringRecord],
    owners: &mut HashMap<String, i64>,
) -> Result<Option<i64>, Box<dyn Error>> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO customers (uid, created_at, updated_at, name, name_key, kind, entity, lifecycle, level, industry, \
         region, city, phone, email, owner, since) \
         VALUES (?1, ?2, ?2, ?3, ?4, 'customer', 'company', ?5, NULLIF(?6, ''), ?7, ?8, ?9, ?10, ?11, ?12, '2026-03-02')",
    )?;
    let mut first = None;
    for row in batch {
        let owner = owner(transaction, &row[8], owners)?;
        let uid = uuid::Uuid::now_v7().to_string();
        let phone = format!("+86{}", &row[1]);
        insert.execute(params![
            uid,
            NOW,
            &row[0],
            fold(&row[0]),
            &row[6],
            &row[5],
            &row[7],
            &row[4],
            &row[3],
            phone,
            &row[2],
            owner
        ])?;
        first = first.or_else(|| Some(transaction.last_insert_rowid()));
    }
    Ok(first)
}

/// The number of a colleague, who is added at the first mention.
fn owner(transaction: &Transaction, name: &str, owners: &mut HashMap<String, i64>) -> Result<i64, Box<dyn Error>> {
    if let Some(id) = owners.get(name) {
        return Ok(*id);
    }
    let mut insert = transaction.prepare_cached(
        "INSERT INTO users (uid, created_at, updated_at, name, name_key, login, login_key, tier, active) \
         VALUES (?1, ?2, ?2, ?3, ?4, ?4, ?4, 'execution', 1)",
    )?;
    insert.execute(params![uuid::Uuid::now_v7().to_string(), NOW, name, fold(name)])?;
    let id = transaction.last_insert_rowid();
    owners.insert(name.to_owned(), id);
    Ok(id)
}
