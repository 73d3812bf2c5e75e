//! What an operation changed in all, each row once, however often it was written meanwhile.

use crate::error::Result;
use crate::record::Schema;
use crate::store::{Column, Database, Sql, columns};
use serde_json::Map;
use std::collections::{BTreeMap, BTreeSet};

/// Columns and values, as the log keeps them.
pub type Values = Map<String, serde_json::Value>;

/// Everything to take back.
pub struct Plan {
    pub op: i64,
    /// One for each kind, in the order of the schemas.
    pub kinds: Vec<KindPlan>,
}

/// What is to be taken back of one kind.
pub struct KindPlan {
    /// The columns that the table has today; others in the log are of removed fields.
    pub columns: Vec<Column>,
    /// How many rows the operation inserted: these are deleted by one statement, and never read into memory.
    pub inserted: u64,
    /// Rows that were there before: updated, or deleted.
    pub rows: BTreeMap<i64, Net>,
    /// One for each list field, in the order of the schema.
    pub lists: Vec<BTreeMap<(i64, String), NetItem>>,
    /// Inserted rows that stay.
    pub kept: BTreeSet<i64>,
}

/// A row of a record's table: was it there before and after, and which columns differ.
#[derive(Debug, Default)]
pub struct Net {
    pub existed: bool,
    pub exists: bool,
    /// Deleted and made again under the same number: what it held in between is not in the log.
    pub replaced: bool,
    pub before: Values,
    pub after: Values,
}

/// A row of a side table: its place before and after.
#[derive(Debug, Default)]
pub struct NetItem {
    pub value: Sql,
    pub before: Option<Sql>,
    pub after: Option<Sql>,
}

impl Plan {
    pub fn read(db: &mut dyn Database, schemas: &[&Schema], op: i64) -> Result<Self> {
        let kinds = schemas.iter().map(|schema| KindPlan::read(db, schema, op)).collect::<Result<_>>()?;
        Ok(Self { op, kinds })
    }
}

impl KindPlan {
    fn read(db: &mut dyn Database, schema: &Schema, op: i64) -> Result<Self> {
        let kind = schema.kind;
        let mut plan = Self {
            columns: columns(db, schema.table)?,
            inserted: inserted(db, kind, op)?,
            rows: BTreeMap::new(),
            lists: Vec::new(),
            kept: BTreeSet::new(),
        };
        plan.read_rows(db, kind, op)?;
        for field in schema.lists() {
            plan.lists.push(read_items(db, kind, &field.name, op)?);
        }
        Ok(plan)
    }

    fn read_rows(&mut self, db: &mut dyn Database, kind: &str, op: i64) -> Result<()> {
        let sql = "SELECT what, key, before, after FROM change WHERE op = ? AND kind = ? \
                   AND (what <> 'insert' OR key IN \
                   (SELECT key FROM change WHERE op = ? AND kind = ? AND what <> 'insert')) ORDER BY id";
        let rows = &mut self.rows;
        db.each(sql, &[op.into(), kind.into(), op.into(), kind.into()], &mut |row| {
            let net = rows.entry(row[1].as_integer().unwrap_or_default());
            add_change(net, row[0].as_text().unwrap_or_default(), values(&row[2]), values(&row[3]));
            Ok(())
        })?;
        // One that was not there before goes with the rest of the inserted ones.
        rows.retain(|_, net| net.existed);
        self.kept.extend(rows.iter().filter(|(_, net)| net.replaced).map(|(key, _)| *key));
        Ok(())
    }

    /// Whether the undo of a column of that row is still planned.
    pub fn restores(&self, key: i64, column: &str) -> bool {
        self.rows.get(&key).is_some_and(|net| net.before.contains_key(column))
    }
}

fn inserted(db: &mut dyn Database, kind: &str, op: i64) -> Result<u64> {
    let sql = "SELECT COUNT(*) FROM change WHERE op = ? AND kind = ? AND what = 'insert'";
    let count = db.first(sql, &[op.into(), kind.into()])?.and_then(|row| row[0].as_integer());
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

pub fn values(cell: &Sql) -> Values {
    let parsed = cell.as_text().and_then(|text| serde_json::from_str(text).ok());
    match parsed {
        Some(serde_json::Value::Object(values)) => values,
        _ => Values::new(),
    }
}

/// The first change knows what was before, the last what is after.
fn add_change(entry: std::collections::btree_map::Entry<'_, i64, Net>, what: &str, before: Values, after: Values) {
    let net = entry.or_insert_with(|| Net { existed: what != "insert", exists: true, ..Net::default() });
    match what {
        "insert" => {
            net.replaced |= !net.exists;
            net.exists = true;
        }
        "delete" => net.exists = false,
        _ => {}
    }
    for (column, value) in before {
        net.before.entry(column).or_insert(value);
    }
    net.after.extend(after);
}

/// Items of records that were not there before are left out: they go with their records.
fn read_items(db: &mut dyn Database, kind: &str, field: &str, op: i64) -> Result<BTreeMap<(i64, String), NetItem>> {
    // Items of what was purged since are gone from the log as well.
    let sql = "SELECT what, key, before, after FROM change WHERE op = ? AND kind = ? AND what <> 'purged' AND NOT EXISTS \
               (SELECT 1 FROM change AS made WHERE made.key = change.key AND made.kind = ? AND made.op = ? \
               AND made.what = 'insert' AND NOT EXISTS \
               (SELECT 1 FROM change AS gone WHERE gone.key = made.key AND gone.kind = made.kind AND gone.op = made.op \
               AND gone.what = 'delete' AND gone.id < made.id)) ORDER BY id";
    let mut items: BTreeMap<(i64, String), NetItem> = BTreeMap::new();
    let list = format!("{kind}.{field}");
    db.each(sql, &[op.into(), list.into(), kind.into(), op.into()], &mut |row| {
        let removed = row[0].as_text() == Some("delete");
        let image = values(&row[if removed { 2 } else { 3 }]);
        let (value, position) = (&image["value"], Some(Sql::from_json(&image["position"])));
        let id = (row[1].as_integer().unwrap_or_default(), value.to_string());
        let item = items.entry(id).or_insert_with(|| NetItem {
            value: Sql::from_json(value),
            before: if removed { position.clone() } else { None },
            after: None,
        });
        item.after = if removed { None } else { position };
        Ok(())
    })?;
    items.retain(|_, item| item.before != item.after);
    Ok(items)
}
