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
        Dialect::Sqlite => sqlite_table(schema, columns),
        Dialect::Postgres => postgres_table(schema, columns),
    };
    for field in schema.lists() {
        let kind = format!("{}.{}", schema.kind, field.name);
        let table = schema.list_table(field);
        statements.extend(match dialect {
            Dialect::Sqlite => sqlite_list(&table, &kind, field),
            Dialect::Postgres => postgres_list(&table, &kind),
        });
    }
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
            Dialect::Sqlite => statement.starts_with("CREATE").then_some(Self { name, body: statement }),
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

/// The operation of the change, made when the write comes from elsewhere. One second's outside writes are one
/// operation, so that a set-based statement does not become a thousand.
fn sqlite_operation() -> String {
    let now = Dialect::Sqlite.now();
    format!(
        "INSERT INTO operation (at, actor_name, door, label) SELECT {now}, '', 'outside', 'outside' \
         WHERE NOT EXISTS (SELECT 1 FROM current_operation) AND NOT EXISTS (SELECT 1 FROM operation \
         WHERE id = (SELECT MAX(id) FROM operation) AND door = 'outside' AND at = {now});"
    )
}

const SQLITE_PRESENT: &str = "COALESCE((SELECT id FROM current_operation), (SELECT MAX(id) FROM operation))";

fn sqlite_trigger(table: &str, event: &str, condition: &str, body: &str) -> [String; 2] {
    [
        format!("DROP TRIGGER IF EXISTS \"{table}_log_{event}\""),
        format!(
            "CREATE TRIGGER \"{table}_log_{event}\" AFTER {} ON \"{table}\"{condition} BEGIN\n    {}\n    {body}\nEND",
            event.to_uppercase(),
            sqlite_operation(),
        ),
    ]
}

fn sqlite_table(schema: &Schema, columns: &[Logged]) -> Vec<String> {
    let (table, kind) = (schema.table, schema.kind);
    let insert =
        format!("INSERT INTO change (op, what, kind, key) VALUES ({SQLITE_PRESENT}, 'insert', '{kind}', NEW.id);");
    let delete = format!(
        "INSERT INTO change (op, what, kind, key, before) VALUES ({SQLITE_PRESENT}, 'delete', '{kind}', OLD.id, {});",
        sqlite_row("OLD", columns.iter()),
    );
    let compared = || columns.iter().filter(|column| column.compared);
    let differs: Vec<String> =
        compared().map(|Logged { name, .. }| format!("OLD.\"{name}\" IS NOT NEW.\"{name}\"")).collect();
    let update = format!(
        "INSERT INTO change (op, what, kind, key, before, after) VALUES ({SQLITE_PRESENT}, 'update', '{kind}', OLD.id,\n        \
         {},\n        {});",
        sqlite_changed("OLD", compared()),
        sqlite_changed("NEW", compared()),
    );
    let condition = format!(" WHEN {}", differs.join(" OR "));
    [
        sqlite_trigger(table, "insert", "", &insert),
        sqlite_trigger(table, "update", &condition, &update),
        sqlite_trigger(table, "delete", "", &delete),
    ]
    .concat()
}

/// The JSON of one column's value.
fn sqlite_value(row: &str, column: &Logged) -> String {
    let name = &column.name;
    if column.boolean {
        return format!("CASE {row}.\"{name}\" WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END");
    }
    format!("json_quote({row}.\"{name}\")")
}

fn sqlite_row<'a>(row: &str, columns: impl Iterator<Item = &'a Logged>) -> String {
    let parts: Vec<String> =
        columns.map(|column| format!("'\"{}\":' || {}", column.name, sqlite_value(row, column))).collect();
    format!("'{{' || {} || '}}'", parts.join(" || ',' || "))
}

fn sqlite_changed<'a>(row: &str, columns: impl Iterator<Item = &'a Logged>) -> String {
    let mut parts = String::new();
    for (count, column) in columns.enumerate() {
        let name = &column.name;
        let joint = if count == 0 { "" } else { " || " };
        let value = sqlite_value(row, column);
        let _ = write!(
            parts,
            "{joint}CASE WHEN OLD.\"{name}\" IS NOT NEW.\"{name}\" THEN ',\"{name}\":' || {value} ELSE '' END"
        );
    }
    format!("'{{' || substr({parts}, 2) || '}}'")
}

fn sqlite_list(table: &str, kind: &str, field: &Field) -> Vec<String> {
    let boolean = matches!(&field.kind, Kind::List(item) if **item == Kind::YesNo);
    let columns = [Logged::new("position", false), Logged::new("value", boolean)];
    let added = format!(
        "INSERT INTO change (op, what, kind, key, after) VALUES ({SQLITE_PRESENT}, 'insert', '{kind}', NEW.record, {});",
        sqlite_row("NEW", columns.iter()),
    );
    let removed = format!(
        "INSERT INTO change (op, what, kind, key, before) VALUES ({SQLITE_PRESENT}, 'delete', '{kind}', OLD.record, {});",
        sqlite_row("OLD", columns.iter()),
    );
    [
        sqlite_trigger(table, "insert", "", &added),
        sqlite_trigger(table, "update", "", &format!("{removed}\n    {added}")),
        sqlite_trigger(table, "delete", "", &removed),
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
        INSERT INTO change (op, what, kind, key) VALUES (kehu_operation(), 'insert', '{kind}', NEW.id);
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
