//! Many records at once: a link of all of them pointed elsewhere, or all of them moved to the recycle bin, by a few
//! statements however many they are. The triggers log every row.

use super::{Crm, integer};
use crate::{
    Result,
    record::{Field, Schema, Value},
    store::Sql,
};
use std::{collections::HashMap, sync::Arc};

/// How many records one statement names.
const NAMED: usize = 400;

impl Crm {
    /// Sets a link of records, beside the kind's rules: only for links that no rule looks at.
    pub(crate) fn relink(&mut self, schema: &Schema, field: &str, ids: &[i64], to: Option<i64>) -> Result<()> {
        self.set_for_all(schema, field, ids, &to.map_or(Sql::Null, Sql::Integer))
    }

    /// Moves records that nothing depends on to the recycle bin.
    pub(crate) fn bin(&mut self, schema: &Schema, ids: &[i64]) -> Result<()> {
        let now = Sql::Text(self.now_text());
        self.set_for_all(schema, "deleted_at", ids, &now)
    }

    fn set_for_all(&mut self, schema: &Schema, column: &str, ids: &[i64], value: &Sql) -> Result<()> {
        let now = Sql::Text(self.now_text());
        for ids in ids.chunks(NAMED) {
            let sql = format!(
                "UPDATE \"{}\" SET \"{column}\" = ?, updated_at = ?, version = version + 1 WHERE id IN ({})",
                schema.table,
                marks(ids)
            );
            let arguments = [value.clone(), now.clone()].into_iter().chain(ids.iter().map(|id| Sql::Integer(*id)));
            self.db.execute(&sql, &arguments.collect::<Vec<_>>())?;
        }
        Ok(())
    }

    /// The live ones of some records with what a link of theirs points to.
    pub(crate) fn links_of(&mut self, schema: &Schema, field: &str, ids: &[i64]) -> Result<HashMap<i64, Option<i64>>> {
        let mut links = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(NAMED) {
            let sql = format!(
                "SELECT id, \"{field}\" FROM \"{}\" WHERE deleted_at IS NULL AND id IN ({})",
                schema.table,
                marks(ids)
            );
            self.each_link(&sql, &numbers(ids), &mut |id, link| {
                links.insert(id, link);
            })?;
        }
        Ok(links)
    }

    /// The live records whose link points to one, with what another link of theirs points to (itself for `id`);
    /// `open` names a field that must be empty.
    pub(crate) fn linking(
        &mut self,
        schema: &Schema,
        field: &str,
        to: i64,
        open: Option<&str>,
        other: &str,
    ) -> Result<Vec<(i64, Option<i64>)>> {
        let open = still_open(schema, open);
        let sql = format!(
            "SELECT id, \"{other}\" FROM \"{}\" WHERE \"{field}\" = ? AND deleted_at IS NULL{open} ORDER BY id",
            schema.table
        );
        let mut found = Vec::new();
        self.each_link(&sql, &[Sql::Integer(to)], &mut |id, link| found.push((id, link)))?;
        Ok(found)
    }

    /// The live records of which one link points to one of many, another to a certain one, and a third field is empty.
    pub(crate) fn linking_both(
        &mut self,
        schema: &Schema,
        (field, among): (&str, &[i64]),
        (other, to): (&str, i64),
        open: Option<&str>,
    ) -> Result<Vec<(i64, Option<i64>)>> {
        let open = still_open(schema, open);
        let mut found = Vec::new();
        for among in among.chunks(NAMED) {
            let sql = format!(
                "SELECT id, \"{field}\" FROM \"{}\" WHERE \"{field}\" IN ({}) AND \"{other}\" = ? AND deleted_at IS NULL{open}",
                schema.table,
                marks(among)
            );
            let arguments: Vec<Sql> = among.iter().chain([&to]).map(|id| Sql::Integer(*id)).collect();
            self.each_link(&sql, &arguments, &mut |id, link| found.push((id, link)))?;
        }
        Ok(found)
    }

    fn each_link(&mut self, sql: &str, arguments: &[Sql], found: &mut dyn FnMut(i64, Option<i64>)) -> Result<()> {
        self.db.each(sql, arguments, &mut |row| {
            let link = if row[1] == Sql::Null { None } else { Some(integer(&row[1])) };
            found(integer(&row[0]), link);
            Ok(())
        })
    }

    /// Adds records of a kind without search text, beside the kind's rules.
    pub(crate) fn add_all(&mut self, kind: &str, names: &[&str], rows: &[Vec<Value>]) -> Result<()> {
        let schema: Arc<Schema> = self.schema(kind)?;
        let fields: Vec<Field> = names.iter().filter_map(|name| schema.field(name).cloned()).collect();
        let mut bulk = super::bulk::Bulk::new("", None, true);
        let mut inserter = self.inserter(&schema, fields)?;
        self.refresh_inserter(&mut inserter)?;
        for row in rows {
            self.insert_quickly(&mut bulk, &mut inserter, row)?;
        }
        Ok(())
    }
}

fn marks(ids: &[i64]) -> String {
    vec!["?"; ids.len()].join(", ")
}

fn numbers(ids: &[i64]) -> Vec<Sql> {
    ids.iter().map(|id| Sql::Integer(*id)).collect()
}

/// A field is empty while a record is open; what was called off is open no more.
fn still_open(schema: &Schema, open: Option<&str>) -> String {
    let closing = open.into_iter().chain(open.and_then(|_| schema.field("cancelled")).map(|field| &*field.name));
    let conditions: Vec<String> = closing.map(|name| format!(" AND \"{name}\" IS NULL")).collect();
    conditions.concat()
}
