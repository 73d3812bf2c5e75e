//! From no database, or an older one, to today's tables; and the columns that users add.

use super::additions::{Added, add_what_is_missing};
use super::tables::{drop_statements, field_statements, record_statements, system_statements};
use super::triggers::{self, Logged};
use super::{Database, Dialect, Open, Sql};
use crate::error::{Cause, Error, Result};
use crate::message::Message;
use crate::record::{Field, Schema};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

type Step = fn(&mut dyn Database, &[&Schema]) -> Result<Added>;

/// Fills what was added, inside the same transaction: the engine knows what the store does not.
pub type Fill<'a> = &'a mut dyn FnMut(&mut dyn Database, &Added) -> Result<()>;

/// What makes each version out of the one before, and the version it makes; version 1 is made of nothing. Where kinds,
/// fields or indexes were added, the next is one line with `add_what_is_missing` again. A step that renames a column also
/// renames it inside `change`; none loosens a column that must have a value.
const STEPS: &[(i64, Step)] = &[
    (2, add_what_is_missing),
    (3, add_what_is_missing),
    (4, fewer_tables_and_indexes),
    (5, add_what_is_missing),
    (6, add_what_is_missing),
];

/// Version 4 has SQLite read less when it opens a file: all lists are in one table, of which the log speaks as it did,
/// and small kinds have no indexes.
fn fewer_tables_and_indexes(db: &mut dyn Database, schemas: &[&Schema]) -> Result<Added> {
    let added = add_what_is_missing(db, schemas)?;
    super::lists::gather(db, schemas)?;
    drop_needless_indexes(db, schemas)?;
    Ok(added)
}

/// Takes away SQLite's indexes that are no longer made, such as those of kinds of which there are few records.
fn drop_needless_indexes(db: &mut dyn Database, schemas: &[&Schema]) -> Result<()> {
    if db.dialect() == Dialect::Postgres {
        return Ok(());
    }
    let sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?";
    for schema in schemas {
        let made = super::tables::index_statements(Dialect::Sqlite, schema);
        let made: Vec<&str> = made.iter().filter_map(|made| made.split('"').nth(1)).collect();
        // Those of custom fields are not known here.
        let custom = format!("{}_x_", schema.table);
        for row in db.query(sql, &[schema.table.into()])? {
            let name = row[0].as_text().unwrap_or_default();
            if schema.few || !made.contains(&name) && !name.starts_with(&custom) {
                db.script(&format!("DROP INDEX \"{name}\""))?;
            }
        }
    }
    Ok(())
}

/// The version of the tables that this program knows.
pub const VERSION: i64 = match STEPS.last() {
    Some((version, _)) => *version,
    None => 1,
};

/// Where the version stands, with one read; `None` for an empty database, an error for one that is not kehu's.
pub fn version(db: &mut dyn Database) -> Result<Option<i64>> {
    match db.first("SELECT value FROM meta WHERE key = 'kehu_version'", &[]) {
        Ok(row) => {
            let version = row.and_then(|row| row[0].as_text().and_then(|text| text.parse().ok()));
            version.map(Some).ok_or_else(super::errors::not_a_database)
        }
        // No such table: an empty database, or somebody else's.
        Err(error) if error.cause == Cause::Storage => {
            if is_empty(db)? {
                Ok(None)
            } else {
                Err(super::errors::not_a_database())
            }
        }
        Err(error) => Err(error),
    }
}

fn is_empty(db: &mut dyn Database) -> Result<bool> {
    let sql = match db.dialect() {
        Dialect::Sqlite => "SELECT COUNT(*) FROM sqlite_master",
        Dialect::Postgres => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()",
    };
    Ok(db.first(sql, &[])?.and_then(|row| row[0].as_integer()) == Some(0))
}

/// Makes the tables of an empty database, brings an older one up to date, leaves today's as it is, refuses a newer one.
/// Says which version it was, where it was an older one.
pub fn migrate(db: &mut dyn Database, schemas: &[&Schema], fill: Fill<'_>) -> Result<Option<i64>> {
    match version(db)? {
        Some(version) if version == VERSION => Ok(None),
        Some(version) if version > VERSION => Err(newer(version)),
        Some(_) => in_transaction(db, |db| step_up(db, schemas, fill)),
        None => {
            prepare_file(db)?;
            in_transaction(db, |db| create(db, schemas))
        }
    }
}

/// The refusal of a database that would first have to be written to.
pub(crate) fn older(version: i64) -> Error {
    Error::new(
        Cause::Database,
        Message::new(
            "This database is of an older kehu (its tables are version {version}, this one works with {known}) and is open for reading only.",
        )
        .with("version", version)
        .with("known", VERSION),
    )
    .hint(Message::new("Run `kehu status`, which brings it up to date."))
}

/// The refusal of a database whose tables this program does not know.
pub(crate) fn newer(version: i64) -> Error {
    Error::new(
        Cause::Database,
        Message::new(
            "This database was made by a newer kehu (its tables are version {version}, this one knows {known}).",
        )
        .with("version", version)
        .with("known", VERSION),
    )
    .hint(Message::new("Install the newer kehu."))
}

fn in_transaction<R>(db: &mut dyn Database, work: impl FnOnce(&mut dyn Database) -> Result<R>) -> Result<R> {
    db.begin()?;
    match work(db).and_then(|done| db.commit().map(|()| done)) {
        Ok(done) => Ok(done),
        Err(error) => {
            let _ = db.rollback();
            Err(error)
        }
    }
}

/// Sets what belongs to the file itself and cannot be set inside a transaction.
fn prepare_file(db: &mut dyn Database) -> Result<()> {
    if db.dialect() != Dialect::Sqlite || db.path().is_none() {
        return Ok(());
    }
    // SQLite does not wait by itself when another process is just doing the same.
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        match db.script("PRAGMA journal_mode = WAL") {
            Err(error) if error.cause == Cause::Busy && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(1));
            }
            done => return done,
        }
    }
}

fn create(db: &mut dyn Database, schemas: &[&Schema]) -> Result<Option<i64>> {
    // Another process may have made it while this one waited for its turn.
    if !is_empty(db)? {
        return match version(db)? {
            Some(version) if version > VERSION => Err(newer(version)),
            _ => Ok(None),
        };
    }
    let dialect = db.dialect();
    let mut statements = system_statements(dialect);
    statements.extend(record_statements(dialect, schemas, schemas));
    for schema in schemas {
        statements.extend(triggers::statements(dialect, schema, &triggers::logged(schema)));
    }
    if dialect == Dialect::Sqlite {
        statements.push(format!("PRAGMA application_id = {}", mark()));
    }
    statements.push(format!("INSERT INTO meta (key, value) VALUES ('kehu_version', '{VERSION}')"));
    db.script(&statements.join(";\n")).map(|()| None)
}

/// What marks a SQLite file as ours: `kehu` in ASCII.
pub(crate) fn mark() -> i64 {
    0x6b65_6875
}

fn step_up(db: &mut dyn Database, schemas: &[&Schema], fill: Fill<'_>) -> Result<Option<i64>> {
    // Another process may have done it while this one waited for its turn.
    let before = match version(db)? {
        Some(before) if before < VERSION => before,
        _ => return Ok(None),
    };
    keep_copy(db)?;
    let mut added = Added::default();
    for (_, step) in STEPS.iter().filter(|(makes, _)| *makes > before) {
        added.extend(step(db, schemas)?);
    }
    // The old triggers do not know the new columns, so what fills them is no change of any record.
    fill(db, &added)?;
    refresh_triggers(db, schemas)?;
    db.execute("UPDATE meta SET value = ? WHERE key = 'kehu_version'", &[Sql::Text(VERSION.to_string())])?;
    Ok(Some(before))
}

/// A copy beside the file, before anything is changed.
fn keep_copy(db: &mut dyn Database) -> Result<()> {
    let Some(path) = db.path() else { return Ok(()) };
    let copy = beside(&path, &format!(".before-{VERSION}.bak"));
    if copy.exists() {
        std::fs::remove_file(&copy).map_err(|error| super::errors::from_file(&error, &copy))?;
    }
    super::open::private_file().open(&copy).map_err(|error| super::errors::from_file(&error, &copy))?;
    // A connection that is about to write cannot copy; another one reads what is there still.
    let reader = Open { read_only: true, ..Open::default() };
    super::open(&path.display().to_string(), reader)?.copy_to(&copy)
}

/// `kehu.db` and `.bak` are `kehu.db.bak`.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A column as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub boolean: bool,
}

/// The columns that a table really has; none when there is no such table.
pub fn columns(db: &mut dyn Database, table: &str) -> Result<Vec<Column>> {
    let sql = match db.dialect() {
        Dialect::Sqlite => "SELECT name, lower(type) FROM pragma_table_info(?)",
        Dialect::Postgres => {
            "SELECT column_name::TEXT, data_type::TEXT FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position"
        }
    };
    let mut found = Vec::new();
    db.each(sql, &[table.into()], &mut |row| {
        let boolean = row[1].as_text() == Some("boolean");
        found.push(Column { name: row[0].take_text(), boolean });
        Ok(())
    })?;
    Ok(found)
}

/// Makes the triggers of these kinds anew, for the columns that their tables really have.
pub fn refresh_triggers(db: &mut dyn Database, schemas: &[&Schema]) -> Result<()> {
    for schema in schemas {
        let columns = present_columns(db, schema)?;
        install_triggers(db, schema, &columns)?;
    }
    Ok(())
}

/// Whether the column that SQLite's triggers read is as it is made today.
fn has_row_log(db: &mut dyn Database, schema: &Schema, columns: &[Logged]) -> Result<bool> {
    let sql = "SELECT instr(sql, ?) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?";
    let answer = db.first(sql, &[triggers::row_log(columns).into(), schema.table.into()])?;
    Ok(answer.is_some_and(|row| row[0].as_bool() == Some(true)))
}

/// The triggers of a kind that are not there, or not as they are made today.
pub(crate) fn missing_triggers(db: &mut dyn Database, schema: &Schema) -> Result<Vec<String>> {
    let columns = present_columns(db, schema)?;
    let dialect = db.dialect();
    let mut missing = Vec::new();
    if dialect == Dialect::Sqlite && !has_row_log(db, schema, &columns)? {
        missing.push(format!("{}.row_log", schema.table));
    }
    for statement in triggers::statements(dialect, schema, &columns) {
        let Some(made) = triggers::Made::of(dialect, &statement) else { continue };
        let present = db.first(triggers::stored(dialect), &[made.name.into()])?;
        if present.as_ref().and_then(|row| row[0].as_text()) != Some(made.body) {
            missing.push(made.name.to_owned());
        }
    }
    Ok(missing)
}

/// What all triggers share and is not there, or not as it is made today.
pub(crate) fn missing_shared(db: &mut dyn Database) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for statement in shared_triggers(db.dialect()) {
        let Some(made) = triggers::Made::of(Dialect::Sqlite, &statement) else { continue };
        let present = db.first(triggers::stored(Dialect::Sqlite), &[made.name.into()])?;
        if present.as_ref().and_then(|row| row[0].as_text()) != Some(made.body) {
            missing.push(made.name.to_owned());
        }
    }
    Ok(missing)
}

/// Makes what all triggers share anew.
pub(crate) fn refresh_shared(db: &mut dyn Database) -> Result<()> {
    let made = shared_triggers(db.dialect());
    let made: Vec<String> = made.iter().flat_map(|made| super::additions::unless_there(made)).collect();
    if made.is_empty() { Ok(()) } else { db.script(&made.join(";\n")) }
}

fn shared_triggers(dialect: Dialect) -> Vec<String> {
    let made = match dialect {
        Dialect::Sqlite => triggers::shared().into_iter().chain(triggers::items()).collect(),
        Dialect::Postgres => Vec::new(),
    };
    made.into_iter().filter(|made: &String| !made.starts_with("DROP")).collect()
}

fn install_triggers(db: &mut dyn Database, schema: &Schema, columns: &[Logged]) -> Result<()> {
    let mut statements = Vec::new();
    if db.dialect() == Dialect::Sqlite && !has_row_log(db, schema, columns)? {
        statements = triggers::replace_row_log(schema, columns);
    }
    statements.extend(triggers::statements(db.dialect(), schema, columns));
    db.script(&statements.join(";\n"))
}

/// What the schema says, and custom columns that it was not told of.
fn present_columns(db: &mut dyn Database, schema: &Schema) -> Result<Vec<Logged>> {
    let known = triggers::logged(schema);
    let present = columns(db, schema.table)?;
    Ok(present
        .into_iter()
        .map(|column| {
            let same = known.iter().find(|logged| logged.name == column.name);
            let compared = !column.name.ends_with("_key");
            same.cloned().unwrap_or(Logged { name: column.name, boolean: column.boolean, compared })
        })
        .collect())
}

/// Adds a custom field's column or side table; stands inside a transaction. `all` names every kind.
pub fn add_column(db: &mut dyn Database, schema: &Schema, field: &Field, all: &[&Schema]) -> Result<()> {
    if !has_column(db, schema, field)? {
        let statements = field_statements(db.dialect(), schema, field, all);
        db.script(&statements.join(";\n"))?;
    }
    let mut extended = schema.clone();
    if extended.field(&field.name).is_none() {
        extended.fields.push(field.clone());
    }
    refresh_triggers(db, &[&extended])
}

/// Whether the column or side table is there: an undo takes a field back and leaves its column.
fn has_column(db: &mut dyn Database, schema: &Schema, field: &Field) -> Result<bool> {
    if field.kind.is_list() {
        return Ok(!super::lists::list_columns(db, schema, field)?.is_empty());
    }
    Ok(columns(db, schema.table)?.iter().any(|column| column.name == *field.name))
}

/// Takes a custom field's column or side table away with all its values; stands inside a transaction.
pub fn drop_column(db: &mut dyn Database, schema: &Schema, field: &Field) -> Result<()> {
    let mut reduced = schema.clone();
    reduced.fields.retain(|kept| kept.name != field.name);
    let gone = triggers::field_columns(field);
    let mut kept = present_columns(db, &reduced)?;
    kept.retain(|column| !gone.iter().any(|gone| gone.name == column.name));
    // The triggers let go of the column first: SQLite refuses to drop one that a trigger names.
    install_triggers(db, &reduced, &kept)?;
    let statements = drop_statements(db.dialect(), schema, field);
    db.script(&statements.join(";\n"))
}
