//! Where the values of list fields rest. SQLite keeps them all in one table, `item`: it reads the text of every table,
//! index and trigger whenever a database is opened, and there are dozens of lists. PostgreSQL, which reads what it needs,
//! keeps each in a table of its own, of the type of its values and with its links watched over.

use super::{Column, Database, Dialect, Sql, columns, triggers};
use crate::error::Result;
use crate::record::{Field, Schema};

/// The one table of SQLite. What belongs to a record stands together, so that it is read and goes at once.
const TABLE: &str = "CREATE TABLE item (\n    field TEXT NOT NULL,\n    record BIGINT NOT NULL,\n    position BIGINT NOT NULL,\n    \
     value NOT NULL,\n    PRIMARY KEY (record, field, value)\n) WITHOUT ROWID";

/// What makes the one table.
pub(super) fn statements() -> [String; 2] {
    [TABLE.to_owned(), "CREATE INDEX item_value_index ON item (field, value, record)".to_owned()]
}

/// The values of one list field, as SQL names them: columns `record`, `position` and `value`.
#[derive(Debug, Clone)]
pub struct List {
    table: String,
    /// What the log and SQLite's one table call it: `customer.tags`.
    field: Option<String>,
}

impl List {
    #[must_use]
    pub fn of(dialect: Dialect, schema: &Schema, field: &Field) -> Self {
        if let Some(question) = &field.computed {
            return Self { table: format!("({question})"), field: None };
        }
        match dialect {
            Dialect::Sqlite => {
                Self { table: "item".to_owned(), field: Some(format!("{}.{}", schema.kind, field.name)) }
            }
            Dialect::Postgres => Self { table: format!("\"{}\"", schema.list_table(field)), field: None },
        }
    }

    /// What stands behind `FROM`; [`List::belongs`] is among the conditions then.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The condition that a row of the table, by that alias, is of this list.
    #[must_use]
    pub fn belongs(&self, alias: &str) -> String {
        match &self.field {
            Some(field) => format!("{alias}.field = '{field}'"),
            None => "TRUE".to_owned(),
        }
    }

    /// Its rows alone, to stand behind `FROM`.
    #[must_use]
    pub fn rows(&self) -> String {
        match &self.field {
            Some(_) => format!("({})", self.select("l.record, l.value", "TRUE")),
            None => self.table.clone(),
        }
    }

    /// A question for rows of this list, by the alias `l`.
    #[must_use]
    pub fn select(&self, cells: &str, condition: &str) -> String {
        format!("SELECT {cells} FROM {} l WHERE {} AND {condition}", self.table, self.belongs("l"))
    }

    /// Adds a row; arguments: record, position, value.
    #[must_use]
    pub fn insert(&self) -> String {
        match &self.field {
            Some(field) => format!("INSERT INTO item (field, record, position, value) VALUES ('{field}', ?, ?, ?)"),
            None => format!("INSERT INTO {} (record, position, value) VALUES (?, ?, ?)", self.table),
        }
    }

    /// Changes the rows of this list of which the condition is true.
    #[must_use]
    pub fn update(&self, change: &str, condition: &str) -> String {
        format!("UPDATE {} SET {change} WHERE {} AND {condition}", self.table, self.belongs(&self.table))
    }

    /// Takes away the rows of this list of which the condition is true.
    #[must_use]
    pub fn delete(&self, condition: &str) -> String {
        format!("DELETE FROM {} WHERE {} AND {condition}", self.table, self.belongs(&self.table))
    }
}

/// The columns that a list field's rows have; none when there is no place for them.
pub(crate) fn list_columns(db: &mut dyn Database, schema: &Schema, field: &Field) -> Result<Vec<Column>> {
    match db.dialect() {
        Dialect::Sqlite => columns(db, "item"),
        Dialect::Postgres => columns(db, &schema.list_table(field)),
    }
}

/// Whether anything is left of a list field: rows of SQLite's one table, or a table of its own.
pub(crate) fn has_list(db: &mut dyn Database, schema: &Schema, field: &Field) -> Result<bool> {
    if db.dialect() == Dialect::Postgres {
        return Ok(!columns(db, &schema.list_table(field))?.is_empty());
    }
    let list = List::of(Dialect::Sqlite, schema, field);
    Ok(db.first(&list.select("1", "TRUE LIMIT 1"), &[])?.is_some())
}

/// Rows of a list whose record, or the record that they link to, is not there. PostgreSQL watches over both by itself.
pub(crate) fn lost_items(db: &mut dyn Database, schema: &Schema, field: &Field, target: Option<&str>) -> Result<i64> {
    if db.dialect() == Dialect::Postgres {
        return Ok(0);
    }
    let mut missing = format!("NOT EXISTS (SELECT 1 FROM {} t WHERE t.id = l.record)", schema.table);
    if let Some(target) = target {
        missing = format!("({missing} OR NOT EXISTS (SELECT 1 FROM {target} x WHERE x.id = l.value))");
    }
    let sql = List::of(Dialect::Sqlite, schema, field).select("COUNT(*)", &missing);
    Ok(db.first(&sql, &[])?.and_then(|row| row[0].as_integer()).unwrap_or_default())
}

/// Takes the rows of a field away that is itself going for good: that is not logged value by value.
pub(super) fn forget(schema: &Schema, field: &Field) -> Vec<String> {
    let list = List::of(Dialect::Sqlite, schema, field);
    let mut statements = vec!["DROP TRIGGER IF EXISTS \"item_log_delete\"".to_owned(), list.delete("TRUE")];
    statements.extend(triggers::items());
    statements
}

/// Moves the rows of version 3's many tables into the one, unlogged, for nothing changes by it. Those of custom fields
/// are found by their shape.
pub(super) fn gather(db: &mut dyn Database, schemas: &[&Schema]) -> Result<()> {
    if db.dialect() == Dialect::Postgres {
        return Ok(());
    }
    // The triggers of version 3 write to views that go; today's are made at the end of the step. Until then nothing is
    // logged, as nothing of what a step does is.
    for row in
        db.query("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%INSERT INTO log %'", &[])?
    {
        db.script(&format!("DROP TRIGGER \"{}\"", row[0].as_text().unwrap_or_default()))?;
    }
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%PRIMARY KEY (record, value)%'";
    let tables = db.query(tables, &[])?;
    if !tables.is_empty() {
        db.script("DROP TRIGGER IF EXISTS \"item_log_insert\"")?;
    }
    for row in tables {
        let name = row[0].as_text().unwrap_or_default();
        let owners =
            schemas.iter().filter_map(|schema| Some((schema, name.strip_prefix(schema.table)?.strip_prefix('_')?)));
        // `deal_lines_…` is no list of deals, were there a table `deal`.
        let Some((schema, field)) = owners.max_by_key(|(schema, _)| schema.table.len()) else { continue };
        let moved = format!(
            "INSERT OR IGNORE INTO item (field, record, position, value) SELECT ?, record, position, value FROM \"{name}\""
        );
        db.execute(&moved, &[Sql::Text(format!("{}.{field}", schema.kind))])?;
        db.script(&format!("DROP TABLE \"{name}\""))?;
    }
    let mut rest = triggers::items();
    rest.extend(["log", "log_item"].map(|view| format!("DROP VIEW IF EXISTS {view}")));
    db.script(&rest.join(";\n"))
}
