//! The search text of rows as they stand in the database.

use super::integer;
use crate::{
    Result,
    record::{Field, Kind, Schema},
    store::{Database, Dialect, List, Sql, search_text},
};
use std::collections::{HashMap, HashSet};

/// How many rows are read at a time.
const BATCH: usize = 300;

/// Writes the search text of every row of a kind anew, and says how many there are.
pub(super) fn rewrite(db: &mut dyn Database, schema: &Schema) -> Result<usize> {
    let table = schema.table;
    let key = row_key(db.dialect());
    let lost = format!("SELECT {key} FROM \"{table}_search\" WHERE {key} NOT IN (SELECT id FROM \"{table}\")");
    let lost = numbers(db, &lost)?;
    let all = numbers(db, &format!("SELECT id FROM \"{table}\" ORDER BY id"))?;
    index_rows(db, schema, &lost)?;
    index_rows(db, schema, &all)?;
    Ok(all.len())
}

/// The condition on rows of the log that some search text of a kind is to be written anew: of a changed row, one of the
/// columns that can be searched is among the changed ones.
pub(super) fn concerned(schema: &Schema) -> String {
    let kind = schema.kind;
    let searched = |field: &&Field| field.search;
    let stored = schema.fields.iter().filter(searched).filter(|field| field.stored()).map(|field| &*field.name);
    let columns: Vec<String> =
        stored.chain(["deleted_at"]).map(|name| format!(" OR after LIKE '%\"{name}\":%'")).collect();
    let lists = schema.lists().filter(searched);
    let lists: Vec<String> = lists.map(|field| format!(" OR kind = '{kind}.{}'", field.name)).collect();
    format!("kind = '{kind}' AND (what <> 'update'{}){}", columns.concat(), lists.concat())
}

fn row_key(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "rowid",
        Dialect::Postgres => "id",
    }
}

fn numbers(db: &mut dyn Database, sql: &str) -> Result<Vec<i64>> {
    Ok(db.query(sql, &[])?.iter().map(|row| integer(&row[0])).collect())
}

/// Writes the search text of the named rows; those that are gone or in the recycle bin have none.
pub(super) fn index_rows(db: &mut dyn Database, schema: &Schema, ids: &[i64]) -> Result<()> {
    let text = RowText::of(schema);
    ids.chunks(BATCH).try_for_each(|ids| text.write(db, ids))
}

/// Those of the named rows, in their order, that have a word which begins so.
pub(super) fn beginning_with(db: &mut dyn Database, schema: &Schema, ids: &[i64], beginning: &str) -> Result<Vec<i64>> {
    let text = RowText::of(schema);
    let marks = vec!["?"; ids.len()].join(", ");
    let arguments: Vec<Sql> = ids.iter().map(|id| Sql::Integer(*id)).collect();
    let parts = text.parts(db, &marks, &arguments)?;
    let begins = |id: &&i64| {
        let tokens = parts.get(*id).map(Parts::tokens).unwrap_or_default();
        tokens.split(' ').any(|token| token.starts_with(beginning))
    };
    Ok(ids.iter().filter(begins).copied().collect())
}

/// What the search text of a kind is made of.
struct RowText<'a> {
    schema: &'a Schema,
    fields: Vec<&'a Field>,
    lists: Vec<&'a Field>,
    cells: String,
}

impl<'a> RowText<'a> {
    fn of(schema: &'a Schema) -> Self {
        let searched = || schema.fields.iter().filter(|field| field.search);
        let fields: Vec<&Field> = searched().filter(|field| field.stored()).collect();
        let cells: Vec<String> = fields.iter().map(|field| format!(", \"{}\"", field.name)).collect();
        let cells = cells.concat();
        Self { schema, fields, lists: searched().filter(|field| field.kind.is_list()).collect(), cells }
    }

    fn write(&self, db: &mut dyn Database, ids: &[i64]) -> Result<()> {
        let table = self.schema.table;
        let marks = vec!["?"; ids.len()].join(", ");
        let arguments: Vec<Sql> = ids.iter().map(|id| Sql::Integer(*id)).collect();
        let parts = self.parts(db, &marks, &arguments)?;
        let (key, present) = (row_key(db.dialect()), self.present(db, &marks, &arguments)?);
        let insert = match db.dialect() {
            Dialect::Sqlite => format!("INSERT INTO \"{table}_search\" (rowid, text) VALUES (?, ?)"),
            Dialect::Postgres => {
                format!(
                    "INSERT INTO \"{table}_search\" (id, tokens) VALUES (?, to_tsvector('simple', CAST(? AS TEXT)))"
                )
            }
        };
        let delete = format!("DELETE FROM \"{table}_search\" WHERE {key} = ?");
        for id in ids {
            if present.contains(id) {
                db.execute(&delete, &[Sql::Integer(*id)])?;
            }
            if let Some(parts) = parts.get(id) {
                db.execute(&insert, &[Sql::Integer(*id), Sql::Text(parts.tokens())])?;
            }
        }
        Ok(())
    }

    /// The texts of the rows with those of their lists.
    fn parts(&self, db: &mut dyn Database, marks: &str, ids: &[Sql]) -> Result<HashMap<i64, Parts>> {
        let mut parts = self.read(db, marks, ids)?;
        for list in &self.lists {
            let Kind::List(item) = &list.kind else { continue };
            let rows = format!("l.record IN ({marks}) ORDER BY l.record, l.position");
            let sql = List::of(db.dialect(), self.schema, list).select("l.record, l.value", &rows);
            db.each(&sql, ids, &mut |row| {
                if let (Some(parts), Sql::Text(text)) = (parts.get_mut(&integer(&row[0])), std::mem::take(&mut row[1]))
                {
                    parts.take(list, item, text);
                }
                Ok(())
            })?;
        }
        Ok(parts)
    }

    /// The texts of the rows that are there and not in the recycle bin.
    fn read(&self, db: &mut dyn Database, marks: &str, ids: &[Sql]) -> Result<HashMap<i64, Parts>> {
        let sql = format!(
            "SELECT id{} FROM \"{}\" WHERE id IN ({marks}) AND deleted_at IS NULL",
            self.cells, self.schema.table
        );
        let mut found = HashMap::with_capacity(ids.len());
        db.each(&sql, ids, &mut |row| {
            let mut parts = Parts::default();
            for (field, cell) in self.fields.iter().zip(&mut row[1..]) {
                if let Sql::Text(text) = std::mem::take(cell) {
                    parts.take(field, &field.kind, text);
                }
            }
            found.insert(integer(&row[0]), parts);
            Ok(())
        })?;
        Ok(found)
    }

    /// Those that have search text now.
    fn present(&self, db: &mut dyn Database, marks: &str, ids: &[Sql]) -> Result<HashSet<i64>> {
        let key = row_key(db.dialect());
        let sql = format!("SELECT {key} FROM \"{}_search\" WHERE {key} IN ({marks})", self.schema.table);
        Ok(db.query(&sql, ids)?.iter().map(|row| integer(&row[0])).collect())
    }
}

/// The parts of a record's search text.
#[derive(Default)]
struct Parts {
    names: Vec<String>,
    texts: Vec<String>,
    phones: Vec<String>,
}

impl Parts {
    fn take(&mut self, field: &Field, kind: &Kind, text: String) {
        match kind {
            _ if field.is_name() => &mut self.names,
            Kind::Phone => &mut self.phones,
            _ => &mut self.texts,
        }
        .push(text);
    }

    fn tokens(&self) -> String {
        let [names, texts, phones] =
            [&self.names, &self.texts, &self.phones].map(|parts| parts.iter().map(String::as_str).collect::<Vec<_>>());
        search_text::tokens(&names, &texts, &phones)
    }
}
