//! What an older database lacks of today's tables: found by looking, and added beside what is there.

use super::lists::list_columns;
use super::migrations::columns;
use super::tables::{field_statements, index_statements, part_statements, record_statements, search_statements};
use super::{Database, Dialect, system_statements};
use crate::error::Result;
use crate::record::{Field, Schema};

/// What was added to tables that may hold rows already.
#[derive(Debug, Clone, Default)]
pub struct Added {
    /// Kinds and their new fields, which no row has a value of yet.
    pub fields: Vec<(&'static str, String)>,
    /// Kinds that can be searched from now on and have no search text yet.
    pub searchable: Vec<&'static str>,
}

impl Added {
    pub(super) fn extend(&mut self, other: Self) {
        self.fields.extend(other.fields);
        self.searchable.extend(other.searchable);
    }
}

/// Adds every table, column and index that these schemas have and the database lacks; stands inside a transaction and
/// before the triggers are made anew. What nothing lacks is left as it is, so a second call adds nothing.
pub fn add_what_is_missing(db: &mut dyn Database, schemas: &[&Schema]) -> Result<Added> {
    let dialect = db.dialect();
    run(db, &system_statements(dialect).iter().flat_map(|made| unless_there(made)).collect::<Vec<_>>())?;
    let (mut new, mut old) = (Vec::new(), Vec::new());
    for schema in schemas {
        if columns(db, schema.table)?.is_empty() { &mut new } else { &mut old }.push(*schema);
    }
    // New tables stand before the columns that link to them.
    run(db, &record_statements(dialect, &new, schemas))?;
    let mut added = Added::default();
    for schema in old {
        for field in schema.fields.iter().filter(|field| !field.engine && field.computed.is_none()) {
            add_field(db, schema, field, schemas, &mut added)?;
        }
        for made in index_statements(dialect, schema) {
            renew_index(db, &made)?;
        }
        if schema.searchable() && columns(db, &format!("{}_search", schema.table))?.is_empty() {
            run(db, &search_statements(dialect, schema))?;
            added.searchable.push(schema.kind);
        }
        if let Some(summary) = schema.summary
            && columns(db, summary.table)?.is_empty()
        {
            run(db, &super::summaries::table(dialect, schema).into_iter().collect::<Vec<_>>())?;
            super::sum_anew(db, schema)?;
        }
        // Filled once the tables stand that it is read from.
        if let Some(bounds) = schema.bounds
            && columns(db, bounds.table)?.is_empty()
        {
            run(db, &super::bounds::table(dialect, schema))?;
        }
    }
    Ok(added)
}

/// Makes an index, anew where one of that name is made otherwise. PostgreSQL words what it keeps in its own way, so
/// that there nothing can be compared.
fn renew_index(db: &mut dyn Database, made: &str) -> Result<()> {
    let Some(name) = made.split('"').nth(1) else { return Ok(()) };
    if db.dialect() == Dialect::Sqlite {
        let stored = db.first("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", &[name.into()])?;
        if stored.is_some_and(|row| row[0].as_text() == Some(made)) {
            return Ok(());
        }
    }
    run(db, &[format!("DROP INDEX IF EXISTS \"{name}\""), made.to_owned()])
}

fn run(db: &mut dyn Database, statements: &[String]) -> Result<()> {
    if statements.is_empty() { Ok(()) } else { db.script(&statements.join(";\n")) }
}

/// A field's columns or its side table, as far as they are missing.
fn add_field(
    db: &mut dyn Database,
    schema: &Schema,
    field: &Field,
    schemas: &[&Schema],
    added: &mut Added,
) -> Result<()> {
    let dialect = db.dialect();
    let list = field.kind.is_list();
    let present = if list { list_columns(db, schema, field)? } else { columns(db, schema.table)? };
    let has = |name: &str| present.iter().any(|column| column.name == name);
    if list && !present.is_empty() {
        return Ok(());
    }
    if !has(&field.name) {
        let made = field_statements(dialect, schema, field, schemas);
        added.fields.push((schema.kind, field.name.to_string()));
        return run(db, &made.iter().flat_map(|made| unless_there(made)).collect::<Vec<_>>());
    }
    // A field that has become one to find records by: its index now holds the folded copies.
    let key = format!("{}_key", field.name);
    if field.has_key() && !has(&key) {
        run(db, &part_statements(dialect, schema, field, &key))?;
        let fold = dialect.fold(&format!("\"{}\"", field.name));
        db.execute(&format!("UPDATE {} SET \"{key}\" = {fold}", schema.table), &[])?;
    }
    let currency = format!("{}_currency", field.name);
    if field.kind == crate::record::Kind::Money && !has(&currency) {
        run(db, &part_statements(dialect, schema, field, &currency))?;
    }
    Ok(())
}

/// A statement that makes something, worded so that it may stand there already; what holds no rows is made anew.
pub(super) fn unless_there(made: &str) -> Vec<String> {
    for what in ["CREATE TABLE", "CREATE VIRTUAL TABLE", "CREATE INDEX"] {
        if let Some(rest) = made.strip_prefix(what) {
            return vec![format!("{what} IF NOT EXISTS{rest}")];
        }
    }
    for what in ["TRIGGER", "VIEW"] {
        if let Some(rest) = made.strip_prefix("CREATE ").and_then(|rest| rest.strip_prefix(what)) {
            let name = rest.split_whitespace().next().unwrap_or_default();
            return vec![format!("DROP {what} IF EXISTS {name}"), made.to_owned()];
        }
    }
    vec![made.replacen("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)]
}
