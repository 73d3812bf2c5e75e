//! The triggers that write the change log, so that neither cascades, set-based edits nor a foreign shell go unrecorded.
//!
//! `change.what` is `insert` (neither side kept: the row is there to read), `update` (changed columns only, on both
//! sides) or `delete` (the whole row in `before`). A row of a side table is logged under `customer.tags` with the
//! record's number as key and `{"position", "value"}`.

use super::Dialect;
use crate::record::{Field, Kind, Schema};
use std::fmt::Write;

/// A column that the log knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    pub name: String,
    /// Written `true` and `false` in the log, whatever the database keeps.
    pub boolean: bool,
    /// Whether a change of it alone is worth a row; a deleted row is kept with all its columns.
    pub compared: bool,
}

impl Logged {
    fn new(name: impl Into<String>, boolean: bool) -> Self {
        let name = name.into();
        let compared = !matches!(&*name, "id" | "version" | "updated_at");
        Self { name, boolean, compared }
    }
}

/// Columns that a schema's table has, in the order in which it is made.
#[must_use]
pub fn logged(schema: &Schema) -> Vec<Logged> {
    let engine = ["id", "uid", "version", "created_at", "created_by", "updated_at", "deleted_at"];
    let mut columns: Vec<Logged> = engine.into_iter().map(|name| Logged::new(name, false)).collect();
    for field in schema.fields.iter().filter(|field| field.stored() && !field.engine) {
        columns.extend(field_columns(field));
    }
    columns
}

/// The columns of one field: the value, a money's currency, the folded copy.
#[must_use]
pub fn field_columns(field: &Field) -> Vec<Logged> {
    let mut columns = vec![Logged::new(&*field.name, field.kind == Kind::YesNo)];
    if field.kind == Kind::Money {
        columns.push(Logged::new(format!("{}_currency", field.name), false));
    }
    if field.has_key() {
        columns.push(Logged { compared: false, ..Logged::new(format!("{}_key", field.name), false) });
    }
    columns
}

/// Makes the triggers of a kind anew, side tables included. `columns` may hold more than the schema knows of.
#[must_use]
pub fn statements(dialect: Dialect, schema: &Schema, columns: &[Logged]) -> Vec<String> {
    let mut statements = match dialect {
        Dialect::Sqlite => sqlite_table(schema),
        Dialect::Postgres => postgres_table(schema, columns),
    };
    for field in schema.lists().filter(|_| dialect == Dialect::Postgres) {
        statements.extend(postgres_list(&schema.list_table(field), &format!("{}.{}", schema.kind, field.name)));
    }
    statements.extend(super::summaries::triggers(dialect, schema));
    statements.extend(super::bounds::triggers(dialect, schema, columns));
    statements
}

/// A computed column with all that is compared, in JSON, so that the triggers need not name each column many times:
/// SQLite reads the text of all triggers whenever a database is opened.
#[must_use]
pub fn row_log(columns: &[Logged]) -> String {
    let pairs = columns.iter().filter(|column| column.compared).map(|Logged { name, boolean, .. }| {
        if *boolean {
            format!("'{name}', {}", spelled(&format!("\"{name}\"")))
        } else {
            format!("'{name}', \"{name}\"")
        }
    });
    format!("row_log TEXT GENERATED ALWAYS AS (json_object({})) VIRTUAL", pairs.collect::<Vec<_>>().join(", "))
}

/// SQLite's 1 and 0 as JSON spells them.
fn spelled(value: &str) -> String {
    format!("json(CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)")
}

/// What makes the computed column anew, once no trigger names it.
#[must_use]
pub fn replace_row_log(schema: &Schema, columns: &[Logged]) -> Vec<String> {
    let table = schema.table;
    let mut statements: Vec<String> =
        ["insert", "update", "delete"].map(|event| format!("DROP TRIGGER IF EXISTS \"{table}_log_{event}\"")).into();
    statements.push(format!("ALTER TABLE \"{table}\" DROP COLUMN row_log"));
    statements.push(format!("ALTER TABLE \"{table}\" ADD COLUMN {}", row_log(columns)));
    statements
}

/// A trigger as its statement makes it, to be compared with what the database keeps.
pub struct Made<'a> {
    pub name: &'a str,
    /// The whole statement on SQLite, the function's body on PostgreSQL.
    pub body: &'a str,
}

impl<'a> Made<'a> {
    #[must_use]
    pub fn of(dialect: Dialect, statement: &'a str) -> Option<Self> {
        let name = statement.split('"').nth(1)?;
        match dialect {
            Dialect::Sqlite => statement.starts_with("CREATE TRIGGER").then_some(Self { name, body: statement }),
            Dialect::Postgres => Some(Self { name, body: statement.split("$kehu$").nth(1)? }),
        }
    }
}

/// The query for what the database keeps of a trigger; argument: its name.
#[must_use]
pub fn stored(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?",
        Dialect::Postgres => {
            "SELECT prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid \
             WHERE tgname = ? AND tgenabled = 'O' AND pronamespace = current_schema()::regnamespace"
        }
    }
}

/// What all triggers of SQLite share: those of each table write to views, whose own triggers find the operation, so that
/// the many are short. Of an updated row, the columns that differ are kept; with a deleted one go the values of its lists.
/// A write from elsewhere has no operation (0) and gets one of its own; one second's outside writes are one operation,
/// so that a set-based statement does not become a thousand.
#[must_use]
pub fn shared() -> [String; 7] {
    let now = Dialect::Sqlite.now();
    [
        "CREATE VIEW log_insert AS SELECT kind, key FROM change".to_owned(),
        format!(
            "CREATE TRIGGER \"log_insert_row\" INSTEAD OF INSERT ON log_insert
WHEN NOT EXISTS (SELECT 1 FROM bulk WHERE kind = NEW.kind) BEGIN
    INSERT INTO change (op, what, kind, key) VALUES ({PRESENT}, 'insert', NEW.kind, NEW.key);
END"
        ),
        "CREATE VIEW log_update AS SELECT kind, key, before, after FROM change".to_owned(),
        format!(
            "CREATE TRIGGER \"log_update_row\" INSTEAD OF INSERT ON log_update
WHEN NEW.before IS NOT NEW.after BEGIN
    INSERT INTO change (op, what, kind, key, before, after)
    SELECT {PRESENT}, 'update', NEW.kind, NEW.key,
        json_group_object(key, json(NEW.before -> fullkey)), json_group_object(key, json(NEW.after -> fullkey))
    FROM json_each(NEW.before) WHERE value IS NOT json_extract(NEW.after, fullkey);
END"
        ),
        "CREATE VIEW log_delete AS SELECT kind, key, before, 0 AS version, '' AS updated_at FROM change".to_owned(),
        format!(
            "CREATE TRIGGER \"log_delete_row\" INSTEAD OF INSERT ON log_delete BEGIN
    DELETE FROM item WHERE record = NEW.key AND field BETWEEN NEW.kind || '.' AND NEW.kind || '/';
    INSERT INTO change (op, what, kind, key, before) VALUES ({PRESENT}, 'delete', NEW.kind, NEW.key,
        json_set(NEW.before, '$.id', NEW.key, '$.version', NEW.version, '$.updated_at', NEW.updated_at));
END"
        ),
        format!(
            "CREATE TRIGGER \"log_from_outside\" AFTER INSERT ON change WHEN NEW.op = 0 BEGIN
    INSERT INTO operation (at, actor_name, door, label) SELECT {now}, '', 'outside', 'outside' WHERE NOT EXISTS
        (SELECT 1 FROM operation WHERE id = (SELECT MAX(id) FROM operation) AND door = 'outside' AND at = {now});
    UPDATE change SET op = (SELECT MAX(id) FROM operation) WHERE id = NEW.id;
END"
        ),
    ]
}

const PRESENT: &str = "COALESCE((SELECT id FROM current_operation), 0)";

fn sqlite_trigger(table: &str, event: &str, body: &str) -> [String; 2] {
    [
        format!("DROP TRIGGER IF EXISTS \"{table}_log_{event}\""),
        format!(
            "CREATE TRIGGER \"{table}_log_{event}\" AFTER {} ON \"{table}\" BEGIN\n    {body}\nEND",
            event.to_uppercase(),
        ),
    ]
}

fn sqlite_table(schema: &Schema) -> Vec<String> {
    let (table, kind) = (schema.table, schema.kind);
    let insert = format!("INSERT INTO log_insert VALUES ('{kind}', NEW.id);");
    let update = format!("INSERT INTO log_update VALUES ('{kind}', OLD.id, OLD.row_log, NEW.row_log);");
    let delete = format!("INSERT INTO log_delete VALUES ('{kind}', OLD.id, OLD.row_log, OLD.version, OLD.updated_at);");
    [
        sqlite_trigger(table, "insert", &insert),
        sqlite_trigger(table, "update", &update),
        sqlite_trigger(table, "delete", &delete),
    ]
    .concat()
}

/// The triggers of SQLite's one table of list values.
#[must_use]
pub fn items() -> Vec<String> {
    let line = |what: &str, side: &str, row: &str| {
        format!(
            "INSERT INTO change (op, what, kind, key, {side}) VALUES ({PRESENT}, '{what}', {row}.field, {row}.record, \
             json_object('position', {row}.position, 'value', {row}.value));"
        )
    };
    let (added, removed) = (line("insert", "after", "NEW"), line("delete", "before", "OLD"));
    [
        sqlite_trigger("item", "insert", &added),
        sqlite_trigger("item", "update", &format!("{removed}\n    {added}")),
        sqlite_trigger("item", "delete", &removed),
    ]
    .concat()
}

fn postgres_trigger(table: &str, body: &str) -> Vec<String> {
    vec![
        format!(
            "CREATE OR REPLACE FUNCTION \"{table}_log\"() RETURNS TRIGGER LANGUAGE plpgsql AS $kehu$\n{body}\n$kehu$"
        ),
        format!("DROP TRIGGER IF EXISTS \"{table}_log\" ON \"{table}\""),
        format!(
            "CREATE TRIGGER \"{table}_log\" AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" \
             FOR EACH ROW EXECUTE FUNCTION \"{table}_log\"()"
        ),
    ]
}

fn postgres_table(schema: &Schema, columns: &[Logged]) -> Vec<String> {
    let kind = schema.kind;
    let mut compare = String::new();
    for Logged { name, .. } in columns.iter().filter(|column| column.compared) {
        let _ = write!(
            compare,
            "
        IF OLD.\"{name}\" IS DISTINCT FROM NEW.\"{name}\" THEN
            old_values := old_values || ',\"{name}\":' || COALESCE(to_json(OLD.\"{name}\")::TEXT, 'null');
            new_values := new_values || ',\"{name}\":' || COALESCE(to_json(NEW.\"{name}\")::TEXT, 'null');
        END IF;"
        );
    }
    let body = format!(
        "DECLARE
    old_values TEXT := '';
    new_values TEXT := '';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM bulk WHERE kind = '{kind}') THEN
            INSERT INTO change (op, what, kind, key) VALUES (kehu_operation(), 'insert', '{kind}', NEW.id);
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO change (op, what, kind, key, before)
        VALUES (kehu_operation(), 'delete', '{kind}', OLD.id, to_json(OLD)::TEXT);
    ELSE{compare}
        IF old_values <> '' THEN
            INSERT INTO change (op, what, kind, key, before, after)
            VALUES (kehu_operation(), 'update', '{kind}', OLD.id,
                    '{{' || substr(old_values, 2) || '}}', '{{' || substr(new_values, 2) || '}}');
        END IF;
    END IF;
    RETURN NULL;
END"
    );
    postgres_trigger(schema.table, &body)
}

fn postgres_list(table: &str, kind: &str) -> Vec<String> {
    let image = |row: &str| format!("json_build_object('position', {row}.position, 'value', {row}.value)::TEXT");
    let body = format!(
        "BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO change (op, what, kind, key, before)
        VALUES (kehu_operation(), 'delete', '{kind}', OLD.record, {});
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO change (op, what, kind, key, after)
        VALUES (kehu_operation(), 'insert', '{kind}', NEW.record, {});
    END IF;
    RETURN NULL;
END",
        image("OLD"),
        image("NEW"),
    );
    postgres_trigger(table, &body)
}
