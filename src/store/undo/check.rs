//! What stands in the way of an undo: rows changed again since, and rows that others point to by now.

use super::chains::Chains;
use super::net::{KindPlan, Net, NetItem, Plan};
use super::{Conflict, Touched, kinds_in_log};
use crate::error::Result;
use crate::message::Message;
use crate::record::{Kind, Schema};
use crate::store::{Database, List, Sql};
use std::collections::{BTreeSet, HashMap, HashSet};

/// How many rows are read at a time.
const BUNDLE: usize = 300;

/// Finds all conflicts and takes what they concern out of the plan; with the operation to undo first, where all that is
/// to be undone has been built upon since.
pub fn conflicts(
    db: &mut dyn Database,
    schemas: &[&Schema],
    plan: &mut Plan,
    keep_newer: bool,
) -> Result<(Vec<Conflict>, Option<i64>)> {
    let mut found = Vec::new();
    let mut chains = Chains::of(schemas, plan);
    let op = plan.op;
    let back: BTreeSet<Touched> = schemas
        .iter()
        .zip(&plan.kinds)
        .flat_map(|(schema, kind)| kind.rows.iter().filter(|(_, net)| !net.exists).map(|(key, _)| (schema.kind, *key)))
        .collect();
    for (schema, kind) in schemas.iter().zip(&mut plan.kinds) {
        let mut checker =
            Checker { db: &mut *db, schemas, schema, back: &back, found: &mut found, there: HashSet::new() };
        checker.inserted_rows(kind, op)?;
        checker.rows(kind)?;
        checker.items(kind)?;
    }
    pointed_at(db, schemas, plan, keep_newer, &mut found, &mut chains)?;
    let upon = chains.upon(plan);
    Ok((found, upon))
}

struct Checker<'a> {
    db: &'a mut dyn Database,
    schemas: &'a [&'a Schema],
    schema: &'a Schema,
    /// Deleted rows that the undo brings back: a link to one of these is sound.
    back: &'a BTreeSet<Touched>,
    found: &'a mut Vec<Conflict>,
    /// Rows that were looked for and are there: thousands may point to the same colleague.
    there: HashSet<Touched>,
}

impl Checker<'_> {
    fn note(&mut self, key: i64, why: Message) {
        self.found.push(Conflict { kind: self.schema.kind, key, why });
    }

    fn exists(&mut self, table: &str, key: i64) -> Result<bool> {
        Ok(self.db.first(&format!("SELECT 1 FROM {table} WHERE id = ?"), &[key.into()])?.is_some())
    }

    /// Rows that the operation made and a standing later one changed.
    fn inserted_rows(&mut self, plan: &mut KindPlan, op: i64) -> Result<()> {
        if plan.inserted == 0 {
            return Ok(());
        }
        let kind = self.schema.kind;
        let kinds = kinds_in_log(self.schema);
        let stays = match self.schema.yields {
            "" => String::new(),
            yields => format!(" AND later.key NOT IN (SELECT id FROM \"{}\" WHERE {yields})", self.schema.table),
        };
        let sql = format!(
            "SELECT DISTINCT later.key FROM change AS later JOIN operation ON operation.id = later.op \
             WHERE later.op > ? AND later.kind IN ({kinds}) \
             AND operation.undone_by IS NULL AND operation.undoes IS NULL \
             AND EXISTS (SELECT 1 FROM change AS made WHERE made.key = later.key AND made.kind = '{kind}' \
             AND made.op = ? AND made.what = 'insert'){stays}"
        );
        for row in self.db.query(&sql, &[op.into(), op.into()])? {
            let key = row[0].as_integer().unwrap_or_default();
            plan.kept.insert(key);
            plan.rows.remove(&key);
            self.note(key, Message::new("It was changed again since."));
        }
        Ok(())
    }

    fn rows(&mut self, plan: &mut KindPlan) -> Result<()> {
        let names: Vec<String> = plan.columns.iter().map(|column| column.name.clone()).collect();
        let mut rows = std::mem::take(&mut plan.rows);
        let mut bundle: Vec<(i64, &mut Net)> = rows.iter_mut().map(|(key, net)| (*key, net)).collect();
        for bundle in bundle.chunks_mut(BUNDLE) {
            for (_, net) in bundle.iter_mut() {
                net.before.retain(|column, _| names.contains(column));
            }
            let present = self.present(bundle)?;
            for (key, net) in bundle {
                let present = present.get(key);
                let stays =
                    if net.exists { self.updated_row(*key, net, present)? } else { self.deleted_row(*key, net)? };
                if !stays {
                    net.before.clear();
                }
            }
        }
        rows.retain(|_, net| !net.before.is_empty());
        plan.rows = rows;
        Ok(())
    }

    /// A deleted row comes back unless its number is taken or what it points to is gone.
    fn deleted_row(&mut self, key: i64, net: &Net) -> Result<bool> {
        if self.exists(self.schema.table, key)? {
            self.note(key, Message::new("It is there again already."));
            return Ok(false);
        }
        for column in net.before.keys() {
            if let Some(gone) = self.gone_target(column, net)? {
                self.note(key, gone);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Each changed column must still hold what the operation wrote; the others may have changed.
    fn updated_row(&mut self, key: i64, net: &mut Net, present: Option<&HashMap<String, Sql>>) -> Result<bool> {
        if net.replaced {
            net.before.remove("id");
            return Ok(true);
        }
        net.before.retain(|column, _| net.after.contains_key(column));
        if net.before.is_empty() {
            return Ok(false);
        }
        let Some(present) = present else {
            self.note(key, Message::new("It was deleted since."));
            return Ok(false);
        };
        let columns: Vec<String> = net.before.keys().cloned().collect();
        for column in columns {
            self.updated_column(key, net, &column, present.get(&column).unwrap_or(&Sql::Null))?;
        }
        Ok(true)
    }

    /// What the updated rows hold now, in the columns that any of them would get back.
    fn present(&mut self, rows: &[(i64, &mut Net)]) -> Result<HashMap<i64, HashMap<String, Sql>>> {
        let updated: Vec<_> = rows.iter().filter(|(_, net)| net.exists && !net.replaced).collect();
        let columns: BTreeSet<&String> = updated.iter().flat_map(|(_, net)| net.before.keys()).collect();
        let mut found = HashMap::with_capacity(updated.len());
        if columns.is_empty() {
            return Ok(found);
        }
        let list: Vec<String> = columns.iter().map(|column| format!(", \"{column}\"")).collect();
        let marks = vec!["?"; updated.len()].join(", ");
        let sql = format!("SELECT id{} FROM {} WHERE id IN ({marks})", list.concat(), self.schema.table);
        let arguments: Vec<Sql> = updated.iter().map(|(key, _)| Sql::Integer(*key)).collect();
        self.db.each(&sql, &arguments, &mut |row| {
            let cells = columns.iter().zip(&mut row[1..]);
            let cells = cells.map(|(column, cell)| ((*column).clone(), std::mem::take(cell))).collect();
            found.insert(row[0].as_integer().unwrap_or_default(), cells);
            Ok(())
        })?;
        Ok(found)
    }

    fn updated_column(&mut self, key: i64, net: &mut Net, column: &str, present: &Sql) -> Result<()> {
        let written = net.after.get(column).map(Sql::from_json).unwrap_or_default();
        let why = if present.same(&written) {
            self.gone_target(column, net)?
        } else {
            Some(Message::new("Its field {field} was changed again since.").with("field", column))
        };
        if let Some(why) = why {
            net.before.remove(column);
            self.note(key, why);
        }
        Ok(())
    }

    /// The complaint that an old link's target is no longer there.
    fn gone_target(&mut self, column: &str, net: &Net) -> Result<Option<Message>> {
        let kind = match self.schema.field(column).map(|field| &field.kind) {
            Some(Kind::Link(kind)) => kind.as_ref(),
            _ if column == "created_by" => "user",
            _ => return Ok(None),
        };
        let Some(target) = self.schemas.iter().find(|schema| schema.kind == kind) else { return Ok(None) };
        let Some(id) = net.before.get(column).and_then(serde_json::Value::as_i64) else { return Ok(None) };
        let touched = (target.kind, id);
        if self.back.contains(&touched) || self.there.contains(&touched) {
            return Ok(None);
        }
        if self.exists(target.table, id)? {
            self.there.insert(touched);
            return Ok(None);
        }
        let message = Message::new("{record}, to which its field {field} pointed, is no longer there.");
        Ok(Some(message.with("record", target.short(id)).with("field", column)))
    }

    fn items(&mut self, plan: &mut KindPlan) -> Result<()> {
        let schema = self.schema;
        for (items, field) in plan.lists.iter_mut().zip(schema.lists()) {
            let present = List::of(self.db.dialect(), schema, field).select("1", "l.record = ? AND l.value = ?");
            let mut sound = std::mem::take(items);
            let mut faults = BTreeSet::new();
            for (id, item) in &sound {
                if !self.item(&present, &field.name, id.0, item)? {
                    faults.insert(id.clone());
                }
            }
            sound.retain(|id, _| !faults.contains(id));
            *items = sound;
        }
        Ok(())
    }

    fn item(&mut self, present: &str, field: &str, record: i64, item: &NetItem) -> Result<bool> {
        let returns = self.back.contains(&(self.schema.kind, record));
        if !returns && !self.exists(self.schema.table, record)? {
            self.note(record, Message::new("It was deleted since."));
            return Ok(false);
        }
        let present = self.db.first(present, &[record.into(), item.value.clone()])?.is_some();
        if present != item.after.is_some() {
            self.note(record, Message::new("Its field {field} was changed again since.").with("field", field));
            return Ok(false);
        }
        Ok(true)
    }
}

/// Rows that stay must not point to rows that go. Each row that is kept may keep others, hence the rounds.
fn pointed_at(
    db: &mut dyn Database,
    schemas: &[&Schema],
    plan: &mut Plan,
    keep_newer: bool,
    found: &mut Vec<Conflict>,
    chains: &mut Chains,
) -> Result<()> {
    let made = plan.kinds.iter().any(|kind| kind.inserted > 0);
    loop {
        let mut more = chains.keep(db, plan, found)?;
        if !made {
            return Ok(());
        }
        keep(db, schemas, plan)?;
        for target in 0..schemas.len() {
            if plan.kinds[target].inserted == 0 {
                continue;
            }
            for (key, holder) in holders(db, schemas, plan, target)? {
                if plan.kinds[target].kept.insert(key) {
                    more = true;
                    let why = Message::new("{record} points to it.").with("record", holder);
                    found.push(Conflict { kind: schemas[target].kind, key, why });
                }
            }
        }
        if !more || !keep_newer {
            return keep(db, schemas, plan);
        }
    }
}

/// Writes down which inserted rows stay, so that statements can leave them out.
fn keep(db: &mut dyn Database, schemas: &[&Schema], plan: &Plan) -> Result<()> {
    let text = db.dialect().text();
    db.script(&format!(
        "CREATE TEMPORARY TABLE IF NOT EXISTS undo_kept (kind {text} NOT NULL, key BIGINT NOT NULL, PRIMARY KEY (kind, key)); \
         DELETE FROM undo_kept;"
    ))?;
    for (schema, kind) in schemas.iter().zip(&plan.kinds) {
        for key in &kind.kept {
            db.execute("INSERT INTO undo_kept (kind, key) VALUES (?, ?)", &[schema.kind.into(), (*key).into()])?;
        }
    }
    Ok(())
}

/// Inserted rows of a kind to which a row points that will stay, and that row's ref.
fn holders(db: &mut dyn Database, schemas: &[&Schema], plan: &Plan, target: usize) -> Result<Vec<(i64, String)>> {
    let mut held = Vec::new();
    let wanted = schemas[target].kind;
    for (schema, kind) in schemas.iter().zip(&plan.kinds) {
        let points = |field: &&crate::record::Field| field.computed.is_none() && field.kind.target() == Some(wanted);
        let links = schema.fields.iter().filter(points);
        for field in links {
            let list = field.kind.is_list().then(|| List::of(db.dialect(), schema, field));
            let sql = holders_sql(schema, wanted, list.as_ref(), &field.name);
            let place = schema.lists().position(|other| other.name == field.name);
            let op = Sql::Integer(plan.op);
            db.each(&sql, &[op.clone(), op], &mut |row| {
                let (key, by) = (row[0].as_integer().unwrap_or_default(), row[1].as_integer().unwrap_or_default());
                let released = match place {
                    Some(place) => kind.lists[place].contains_key(&(by, key.to_string())),
                    None => kind.restores(by, &field.name),
                };
                if !released {
                    held.push((key, schema.short(by)));
                }
                Ok(())
            })?;
        }
    }
    Ok(held)
}

fn holders_sql(schema: &Schema, wanted: &str, list: Option<&List>, field: &str) -> String {
    let (table, value, record, belongs) = match list {
        Some(list) => (list.table(), "value", "record", list.belongs("holder")),
        None => (schema.table, field, "id", "TRUE".to_owned()),
    };
    let holder = schema.kind;
    format!(
        "SELECT made.key, holder.{record} FROM change AS made JOIN {table} AS holder ON {belongs} AND holder.\"{value}\" = +made.key \
         WHERE made.op = ? AND made.kind = '{wanted}' AND made.what = 'insert' \
         AND NOT EXISTS (SELECT 1 FROM undo_kept WHERE undo_kept.kind = '{wanted}' AND undo_kept.key = made.key) \
         AND (NOT EXISTS (SELECT 1 FROM change AS own WHERE own.key = holder.{record} AND own.kind = '{holder}' \
         AND own.op = ? AND own.what = 'insert') \
         OR EXISTS (SELECT 1 FROM undo_kept WHERE undo_kept.kind = '{holder}' AND undo_kept.key = holder.{record}))"
    )
}
