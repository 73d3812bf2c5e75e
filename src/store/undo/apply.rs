//! Carrying out an undo: old values back, deleted rows back, inserted rows away.

use super::net::{KindPlan, Net, NetItem, Plan};
use crate::error::Result;
use crate::record::Schema;
use crate::record::types::fold;
use crate::store::{Database, List, Sql};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Takes back what is left of the plan; the triggers log it under `new_op`.
pub fn apply(db: &mut dyn Database, schemas: &[&Schema], plan: &Plan, new_op: i64) -> Result<()> {
    let at = db.first("SELECT at FROM operation WHERE id = ?", &[new_op.into()])?;
    let at = at.and_then(|mut row| row.first_mut().map(std::mem::take)).unwrap_or_default();
    db.script(db.dialect().defer_links())?;
    for (schema, kind) in schemas.iter().zip(&plan.kinds) {
        for (key, net) in &kind.rows {
            if net.exists { update(db, schema, *key, net, &at)? } else { insert(db, schema, net, &at)? }
        }
        items(db, schema, kind, &at)?;
    }
    for (schema, kind) in schemas.iter().zip(&plan.kinds) {
        delete_inserted(db, schema, kind, plan.op)?;
    }
    Ok(())
}

fn update(db: &mut dyn Database, schema: &Schema, key: i64, net: &Net, at: &Sql) -> Result<()> {
    let mut places = String::new();
    let mut arguments = Vec::new();
    for (column, value) in &net.before {
        if matches!(&**column, "version" | "updated_at") || column.ends_with("_key") && has_key(schema, column) {
            continue;
        }
        let value = Sql::from_json(value);
        if schema.field(column).is_some_and(crate::record::Field::has_key) {
            let _ = write!(places, "\"{column}_key\" = ?, ");
            arguments.push(value.as_text().map(fold).into());
        }
        let _ = write!(places, "\"{column}\" = ?, ");
        arguments.push(value);
    }
    arguments.extend([at.clone(), key.into()]);
    let sql = format!("UPDATE {} SET {places}version = version + 1, updated_at = ? WHERE id = ?", schema.table);
    db.execute(&sql, &arguments)?;
    Ok(())
}

/// Whether it is the folded copy beside some field.
fn has_key(schema: &Schema, column: &str) -> bool {
    let field = column.strip_suffix("_key").and_then(|name| schema.field(name));
    field.is_some_and(crate::record::Field::has_key)
}

fn insert(db: &mut dyn Database, schema: &Schema, net: &Net, at: &Sql) -> Result<()> {
    let mut columns: Vec<String> = net.before.keys().map(|column| format!("\"{column}\"")).collect();
    let mut arguments: Vec<Sql> = net
        .before
        .iter()
        .map(|(column, value)| match column.as_str() {
            "version" => Sql::Integer(value.as_i64().unwrap_or(0) + 1),
            "updated_at" => at.clone(),
            _ => Sql::from_json(value),
        })
        .collect();
    // Folded copies are not in every log.
    for field in schema.fields.iter().filter(|field| field.has_key()) {
        let key = format!("{}_key", field.name);
        if let Some(value) = net.before.get(&*field.name).filter(|_| !net.before.contains_key(&key)) {
            columns.push(format!("\"{key}\""));
            arguments.push(value.as_str().map(fold).into());
        }
    }
    let places = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({places})", schema.table, columns.join(", "));
    db.execute(&sql, &arguments)?;
    Ok(())
}

/// Items go before others come, since a place may be taken.
fn items(db: &mut dyn Database, schema: &Schema, kind: &KindPlan, at: &Sql) -> Result<()> {
    let mut touched = BTreeSet::new();
    for (field, items) in schema.lists().zip(&kind.lists) {
        let list = List::of(db.dialect(), schema, field);
        let (remove, add) = (list.delete("record = ? AND value = ?"), list.insert());
        for ((record, _), NetItem { value, .. }) in items.iter().filter(|(_, item)| item.after.is_some()) {
            db.execute(&remove, &[(*record).into(), value.clone()])?;
        }
        for ((record, _), NetItem { value, before, .. }) in items {
            if let Some(position) = before {
                db.execute(&add, &[(*record).into(), position.clone(), value.clone()])?;
            }
            touched.insert(*record);
        }
    }
    let sql = format!("UPDATE {} SET version = version + 1, updated_at = ? WHERE id = ?", schema.table);
    for record in touched.into_iter().filter(|record| !kind.rows.contains_key(record)) {
        db.execute(&sql, &[at.clone(), record.into()])?;
    }
    Ok(())
}

fn delete_inserted(db: &mut dyn Database, schema: &Schema, kind: &KindPlan, op: i64) -> Result<()> {
    if kind.inserted == 0 {
        return Ok(());
    }
    let name = schema.kind;
    let sql = format!(
        "DELETE FROM {} WHERE id IN (SELECT key FROM change WHERE op = ? AND kind = '{name}' AND what = 'insert' \
         AND NOT EXISTS (SELECT 1 FROM undo_kept WHERE undo_kept.kind = '{name}' AND undo_kept.key = change.key))",
        schema.table
    );
    db.execute(&sql, &[op.into()])?;
    Ok(())
}
