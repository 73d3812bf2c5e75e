//! The tables of a record kind, written from its schema, and the few tables that the store keeps for itself.

use super::{Dialect, lists, triggers};
use crate::record::{Field, Kind, Schema};

/// Everything that makes the tables of these kinds; `all` names every kind, so that links find their targets.
#[must_use]
pub fn record_statements(dialect: Dialect, new: &[&Schema], all: &[&Schema]) -> Vec<String> {
    let maker = Maker { dialect, all };
    let mut statements = Vec::new();
    for schema in new {
        statements.push(maker.table(schema));
        statements.extend(schema.lists().flat_map(|field| maker.list(schema, field)));
        statements.extend(schema.fields.iter().flat_map(|field| maker.indexes(schema, field)));
        if schema.searchable() {
            statements.extend(maker.search(schema));
        }
        statements.extend(super::summaries::table(dialect, schema));
        statements.extend(super::bounds::table(dialect, schema));
    }
    if dialect == Dialect::Postgres {
        // Links may go in circles, so the tables stand before the keys.
        statements.extend(new.iter().flat_map(|schema| maker.keys(schema)));
    }
    statements
}

/// What a column or side table of one more field takes.
#[must_use]
pub fn field_statements(dialect: Dialect, schema: &Schema, field: &Field, all: &[&Schema]) -> Vec<String> {
    let maker = Maker { dialect, all };
    if field.kind.is_list() {
        let mut statements = maker.list(schema, field);
        statements.extend(maker.list_key(schema, field));
        return statements;
    }
    let optional = Field { required: false, ..field.clone() };
    let table = schema.table;
    let mut statements: Vec<String> = maker
        .columns(&optional, true)
        .into_iter()
        .map(|column| format!("ALTER TABLE {table} ADD COLUMN {column}"))
        .collect();
    statements.extend(maker.indexes(schema, field));
    statements
}

/// One further column of a field that has its first already, and the index, which goes by the folded copy from now on.
#[must_use]
pub fn part_statements(dialect: Dialect, schema: &Schema, field: &Field, column: &str) -> Vec<String> {
    let optional = Field { required: false, ..field.clone() };
    let columns = Maker { dialect, all: &[] }.columns(&optional, true);
    let wanted = columns.into_iter().filter(|made| made.starts_with(&quoted(column)));
    let mut statements: Vec<String> =
        wanted.map(|made| format!("ALTER TABLE {} ADD COLUMN {made}", schema.table)).collect();
    statements.push(format!("DROP INDEX IF EXISTS {}", quoted(&index_name(schema, field))));
    statements
}

/// The indexes on a kind's own table.
#[must_use]
pub fn index_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let maker = Maker { dialect, all: &[] };
    schema.fields.iter().flat_map(|field| maker.indexes(schema, field)).collect()
}

/// The table of a kind's search text.
#[must_use]
pub fn search_statements(dialect: Dialect, schema: &Schema) -> Vec<String> {
    Maker { dialect, all: &[] }.search(schema)
}

/// What takes a field's column or side table away.
#[must_use]
pub fn drop_statements(dialect: Dialect, schema: &Schema, field: &Field) -> Vec<String> {
    if field.kind.is_list() {
        return match dialect {
            Dialect::Sqlite => lists::forget(schema, field),
            Dialect::Postgres => vec![format!("DROP TABLE {}", quoted(&schema.list_table(field)))],
        };
    }
    let maker = Maker { dialect, all: &[] };
    let mut indexes = vec![index_name(schema, field)];
    indexes.extend(field.together.as_ref().map(|other| format!("{}_{other}", index_name(schema, field))));
    let mut statements: Vec<String> =
        indexes.iter().map(|index| format!("DROP INDEX IF EXISTS {}", quoted(index))).collect();
    let columns = maker.columns(field, false);
    let names = columns.iter().map(|column| column.split(' ').next().unwrap_or_default());
    statements.extend(names.map(|name| format!("ALTER TABLE {} DROP COLUMN {name}", schema.table)));
    statements
}

struct Maker<'a> {
    dialect: Dialect,
    all: &'a [&'a Schema],
}

impl Maker<'_> {
    fn table(&self, schema: &Schema) -> String {
        let text = self.dialect.text();
        let mut columns = vec![
            format!("id {}", self.dialect.identity()),
            format!("uid {text} NOT NULL UNIQUE"),
            "version BIGINT NOT NULL DEFAULT 1".to_owned(),
            format!("created_at {text} NOT NULL"),
            format!("created_by BIGINT{}", self.reference_inline("user", false)),
            format!("updated_at {text} NOT NULL"),
            format!("deleted_at {text}"),
        ];
        let own = schema.fields.iter().filter(|field| field.stored() && !field.engine);
        columns.extend(own.flat_map(|field| self.columns(field, false)));
        if self.dialect == Dialect::Sqlite {
            columns.push(triggers::row_log(&triggers::logged(schema)));
        }
        format!("CREATE TABLE {} (\n    {}\n)", schema.table, columns.join(",\n    "))
    }

    /// The columns of a field: two for money, one more for the folded copy.
    fn columns(&self, field: &Field, added_later: bool) -> Vec<String> {
        let name = &field.name;
        let needed = if field.required { " NOT NULL" } else { "" };
        let mut rule = String::new();
        if field.kind == Kind::YesNo && self.dialect == Dialect::Sqlite {
            rule = format!(" CHECK (\"{name}\" IN (0, 1))");
        }
        if let Kind::Link(target) = &field.kind {
            rule = self.reference_inline(target, added_later);
        }
        let mut columns = vec![format!("\"{name}\" {}{needed}{rule}", self.dialect.column(&field.kind))];
        if field.kind == Kind::Money {
            columns.push(format!("\"{name}_currency\" {}{needed}", self.dialect.text()));
        }
        if field.has_key() {
            columns.push(format!("\"{name}_key\" {}", self.dialect.text()));
        }
        columns
    }

    fn target(&self, kind: &str) -> Option<&str> {
        self.all.iter().find(|schema| schema.kind == kind).map(|schema| schema.table)
    }

    /// The reference inside a column's definition, where the target's table may stand there already or need not.
    fn reference_inline(&self, kind: &str, exists: bool) -> String {
        match self.target(kind) {
            Some(table) if exists || self.dialect == Dialect::Sqlite => {
                format!(" REFERENCES {table}(id){}", self.dialect.deferrable())
            }
            _ => String::new(),
        }
    }

    /// A list's own table; on SQLite one holds all lists, see `lists.rs`.
    fn list(&self, schema: &Schema, field: &Field) -> Vec<String> {
        if self.dialect == Dialect::Sqlite {
            return Vec::new();
        }
        let table = quoted(&schema.list_table(field));
        let value = self.dialect.column(&field.kind);
        let target = field.kind.target().map(|kind| self.reference_inline(kind, false)).unwrap_or_default();
        let index = quoted(&index_name(schema, field));
        vec![
            format!(
                "CREATE TABLE {table} (\n    record BIGINT NOT NULL REFERENCES {parent}(id) ON DELETE CASCADE{deferrable},\n    \
                 position BIGINT NOT NULL,\n    value {value} NOT NULL{target},\n    PRIMARY KEY (record, value)\n)",
                parent = schema.table,
                deferrable = self.dialect.deferrable(),
            ),
            format!("CREATE INDEX {index} ON {table} (value, record)"),
        ]
    }

    fn indexes(&self, schema: &Schema, field: &Field) -> Vec<String> {
        let mut indexes = Vec::new();
        if schema.few && self.dialect == Dialect::Sqlite {
            return indexes;
        }
        indexes.extend(
            field
                .also
                .as_ref()
                .map(|also| format!("CREATE INDEX \"{}_also\" ON {} {also}", index_name(schema, field), schema.table)),
        );
        let wanted = field.index || field.matching || field.unique || field.title;
        let link = matches!(field.kind, Kind::Link(_)) && !field.engine;
        if !field.stored() || matches!(&*field.name, "id" | "uid") || !(wanted || link) {
            return indexes;
        }
        if field.kind == Kind::Birthday {
            return vec![birthday_index(schema, field)];
        }
        let key = if field.has_key() { "_key" } else { "" };
        // Pages are cut by (value, id); SQLite's indexes end with the id by themselves. With what says whether a record
        // is in the recycle bin in between, those that are not are counted without a look at the table.
        let rest = match self.dialect {
            _ if field.name == "deleted_at" => "",
            Dialect::Sqlite => ", deleted_at",
            Dialect::Postgres => ", id",
        };
        // Few rows are in the recycle bin, or were merged, and of all that an activity may belong to it belongs to little;
        // the others need no place in such an index, which every write would have to find.
        let some = if field.name == "deleted_at" || field.automatic || (field.child && !field.required) {
            format!(" WHERE \"{}\" IS NOT NULL", field.name)
        } else {
            String::new()
        };
        let (name, table) = (index_name(schema, field), schema.table);
        let then = field.next_in_index().fold(String::new(), |then, other| format!("{then}, \"{other}\""));
        indexes.push(format!("CREATE INDEX \"{name}\" ON {table} (\"{}{key}\"{then}{rest}){some}", field.name));
        indexes.extend(field.together.as_ref().map(|other| {
            format!("CREATE INDEX \"{name}_{other}\" ON {table} (\"{}{key}\", \"{other}\", deleted_at)", field.name)
        }));
        indexes
    }

    fn search(&self, schema: &Schema) -> Vec<String> {
        let table = schema.table;
        match self.dialect {
            Dialect::Sqlite => vec![format!(
                "CREATE VIRTUAL TABLE {table}_search USING fts5(text, content='', contentless_delete=1, \
                 tokenize=\"unicode61 remove_diacritics 0\")"
            )],
            Dialect::Postgres => vec![
                format!("CREATE TABLE {table}_search (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL)"),
                format!("CREATE INDEX {table}_search_tokens ON {table}_search USING GIN (tokens)"),
            ],
        }
    }

    fn keys(&self, schema: &Schema) -> Vec<String> {
        let own = schema.fields.iter().filter(|field| field.stored() && !field.engine);
        let links = own.filter_map(|field| Some((&*field.name, field.kind.target()?)));
        let links = links.chain([("created_by", "user")]);
        let mut keys: Vec<String> = links.filter_map(|(name, kind)| self.key(schema.table, name, kind)).collect();
        keys.extend(schema.lists().filter_map(|field| self.list_key(schema, field)));
        keys
    }

    fn list_key(&self, schema: &Schema, field: &Field) -> Option<String> {
        if self.dialect == Dialect::Sqlite {
            return None;
        }
        self.key(&schema.list_table(field), "value", field.kind.target()?)
    }

    fn key(&self, table: &str, column: &str, kind: &str) -> Option<String> {
        let target = self.target(kind)?;
        let deferrable = self.dialect.deferrable();
        Some(format!(
            "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY (\"{column}\") REFERENCES {target}(id){deferrable}",
            quoted(table),
            quoted(&format!("{table}_{column}_link")),
        ))
    }
}

/// Birthdays are asked for by their day of the year, which is what a date ends with; few people's are known.
fn birthday_index(schema: &Schema, field: &Field) -> String {
    let (name, table, column) = (index_name(schema, field), schema.table, &field.name);
    format!(
        "CREATE INDEX \"{name}\" ON {table} ((SUBSTR(\"{column}\", LENGTH(\"{column}\") - 4))) WHERE \"{column}\" IS NOT NULL"
    )
}

pub(crate) fn index_name(schema: &Schema, field: &Field) -> String {
    format!("{}_{}_index", schema.table, field.name)
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// The tables that hold operations, changes and what the database knows of itself.
#[must_use]
pub fn system_statements(dialect: Dialect) -> Vec<String> {
    let (identity, text) = (dialect.identity(), dialect.text());
    // Changes are never taken away, so SQLite needs no second table to remember their last number.
    let number = if dialect == Dialect::Sqlite { "INTEGER PRIMARY KEY" } else { identity };
    let mut statements = vec![
        format!("CREATE TABLE meta (key {text} PRIMARY KEY, value {text} NOT NULL)"),
        format!(
            "CREATE TABLE operation (\n    id {identity},\n    at {text} NOT NULL,\n    actor BIGINT,\n    \
             actor_name {text} NOT NULL,\n    door {text} NOT NULL,\n    label {text} NOT NULL,\n    \
             undoes BIGINT,\n    undone_by BIGINT\n)"
        ),
        "CREATE TABLE current_operation (id BIGINT NOT NULL)".to_owned(),
        // Kinds whose new rows are not logged one by one just now.
        format!("CREATE TABLE bulk (kind {text} PRIMARY KEY)"),
        format!(
            "CREATE TABLE change (\n    id {number},\n    op BIGINT NOT NULL,\n    what {text} NOT NULL,\n    \
             kind {text} NOT NULL,\n    key BIGINT NOT NULL,\n    before {text},\n    after {text}\n)"
        ),
        "CREATE INDEX change_key_index ON change (key, kind)".to_owned(),
        format!(
            "CREATE TABLE import_run (\n    id {identity},\n    at {text} NOT NULL,\n    actor_name {text} NOT NULL,\n    \
             kind {text} NOT NULL,\n    file {text} NOT NULL,\n    path {text} NOT NULL,\n    sha256 {text} NOT NULL,\n    \
             options {text} NOT NULL,\n    state {text} NOT NULL,\n    done BIGINT NOT NULL,\n    created BIGINT NOT NULL,\n    \
             updated BIGINT NOT NULL,\n    unchanged BIGINT NOT NULL,\n    rejected BIGINT NOT NULL,\n    \
             linked BIGINT NOT NULL,\n    milliseconds BIGINT NOT NULL,\n    exit_code BIGINT,\n    operation BIGINT,\n    \
             process BIGINT NOT NULL,\n    beat BIGINT NOT NULL\n)"
        ),
        "CREATE INDEX change_op_index ON change (op)".to_owned(),
        // Every opening asks for what others wrote, which is nothing almost always.
        "CREATE INDEX operation_outside_index ON operation (id) WHERE door = 'outside'".to_owned(),
    ];
    match dialect {
        Dialect::Sqlite => {
            statements.extend(lists::statements());
            statements.extend(triggers::shared());
            statements.extend(triggers::items());
        }
        Dialect::Postgres => {
            statements.extend([FOLD.to_owned(), operation_function(dialect), super::content::TABLE.to_owned()]);
        }
    }
    statements
}

/// What SQLite is given by this program, PostgreSQL keeps as a function. The result compares by its bytes.
const FOLD: &str = "CREATE FUNCTION kehu_fold(TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE AS \
     'SELECT btrim(regexp_replace(lower(normalize($1, NFKC) COLLATE \"und-x-icu\"), ''\\s+'', '' '', ''g'')) COLLATE \"C\"'";

/// The operation that a change belongs to; a write from elsewhere gets one of its own.
fn operation_function(dialect: Dialect) -> String {
    let now = dialect.now();
    format!(
        "CREATE FUNCTION kehu_operation() RETURNS BIGINT LANGUAGE plpgsql AS $kehu$
DECLARE
    present BIGINT;
BEGIN
    SELECT id INTO present FROM current_operation;
    IF present IS NULL THEN
        SELECT id INTO present FROM operation
        WHERE id = (SELECT MAX(id) FROM operation) AND door = 'outside' AND at = {now};
    END IF;
    IF present IS NULL THEN
        INSERT INTO operation (at, actor_name, door, label) VALUES ({now}, session_user, 'outside', 'outside')
        RETURNING id INTO present;
    END IF;
    RETURN present;
END $kehu$"
    )
}

/// The statement that keeps a record's search text; arguments: id, text.
#[must_use]
pub fn search_write(dialect: Dialect, schema: &Schema) -> String {
    let table = schema.table;
    match dialect {
        Dialect::Sqlite => format!("INSERT OR REPLACE INTO {table}_search (rowid, text) VALUES (?, ?)"),
        Dialect::Postgres => format!(
            "INSERT INTO {table}_search (id, tokens) VALUES (?, to_tsvector('simple', CAST(? AS TEXT))) \
             ON CONFLICT (id) DO UPDATE SET tokens = EXCLUDED.tokens"
        ),
    }
}

/// The number that the next record of a table gets, where only this transaction can give one: writers of SQLite stand in
/// line. PostgreSQL gives numbers to several at a time and is asked row by row.
pub(crate) fn next_number(db: &mut dyn super::Database, table: &str) -> crate::Result<Option<i64>> {
    if db.dialect() == Dialect::Postgres {
        return Ok(None);
    }
    let row = db.first("SELECT seq FROM sqlite_sequence WHERE name = ?", &[table.into()])?;
    Ok(Some(row.and_then(|row| row[0].as_integer()).unwrap_or_default() + 1))
}

/// The statement that forgets a record's search text; argument: id.
#[must_use]
pub fn search_delete(dialect: Dialect, schema: &Schema) -> String {
    let id = match dialect {
        Dialect::Sqlite => "rowid",
        Dialect::Postgres => "id",
    };
    format!("DELETE FROM {}_search WHERE {id} = ?", schema.table)
}
