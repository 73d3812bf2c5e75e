//! Everything that pointed to a loser points to the winner: every link and every list of links of every kind, custom
//! ones and those in the recycle bin too.

use super::{Change, Kept, Merged};
use crate::{
    Result, catalog,
    crm::{Crm, Entry},
    error::Cause,
    record::{Draft, Field, Link, Origin, Schema, Value, types},
    store::{List, Sql},
};

/// Records of one kind that point to the winner now, through that field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub kind: &'static str,
    pub field: String,
    pub count: u64,
}

impl Crm {
    /// Turns the links to `from` to `to`, both of the kind of `target`.
    pub(super) fn move_links(&mut self, target: &Schema, from: i64, to: i64, done: &mut Merged) -> Result<()> {
        for schema in self.schemas().to_vec() {
            let entry = catalog::entry(schema.kind);
            let points =
                |field: &&Field| !field.engine && field.computed.is_none() && field.kind.target() == Some(target.kind);
            for field in schema.fields.iter().filter(points) {
                if let Some(entry) = entry {
                    (entry.moves)(self, &field.name, from, to)?;
                }
                // The rules of what the program alone writes refuse every other hand: history goes along as it is.
                let history = entry.is_some_and(|entry| entry.append_only && (entry.automatic || !field.child));
                let strict = entry.is_some_and(|entry| entry.detail) && !history || field.unique;
                let count = if field.kind.is_list() {
                    self.move_list(&schema, field, from, to)?
                } else if field.automatic {
                    self.move_all(&schema, field, from, to, "AND deleted_at IS NOT NULL")?;
                    0
                } else if schema.kind == target.kind {
                    self.move_own(&schema, field, from, to, done)?
                } else if strict {
                    self.move_by_rules(&schema, field, from, to, done)?
                } else {
                    self.move_all(&schema, field, from, to, "AND deleted_at IS NOT NULL")?;
                    self.move_all(&schema, field, from, to, "AND deleted_at IS NULL")?
                };
                count_moved(done, &schema, field, count);
            }
        }
        Ok(())
    }

    fn move_all(&mut self, schema: &Schema, field: &Field, from: i64, to: i64, condition: &str) -> Result<u64> {
        let sql = format!(
            "UPDATE \"{}\" SET \"{1}\" = ?, version = version + 1, updated_at = ? WHERE \"{1}\" = ? {condition}",
            schema.table, field.name
        );
        let now = self.now_text();
        self.db.execute(&sql, &[Sql::Integer(to), Sql::Text(now), Sql::Integer(from)])
    }

    /// Links among records of the kind itself, such as parents: the winner's own is settled with its other values, and
    /// those above it must not come to stand below it.
    fn move_own(&mut self, schema: &Schema, field: &Field, from: i64, to: i64, done: &mut Merged) -> Result<u64> {
        for above in self.chain(schema, field, to)? {
            if above != to && self.link_of(schema, field, above)? == Some(from) {
                let entry = self.record(schema.kind, above)?;
                done.kept.push(Kept {
                    loser: from,
                    field: format!("{} of {} {}", field.name, entry.short(), entry.title()),
                    value: schema.short(from),
                });
                self.set_directly(schema.kind, above, &field.name, Value::Null)?;
            }
        }
        self.move_all(schema, field, from, to, &format!("AND id <> {to} AND id <> {from}"))
    }

    /// The records that links lead to from one on, itself first.
    pub(super) fn chain(&mut self, schema: &Schema, field: &Field, start: i64) -> Result<Vec<i64>> {
        let mut chain = vec![start];
        while let Some(next) = self.link_of(schema, field, chain[chain.len() - 1])? {
            if chain.contains(&next) || chain.len() > 1000 {
                break;
            }
            chain.push(next);
        }
        Ok(chain)
    }

    fn link_of(&mut self, schema: &Schema, field: &Field, id: i64) -> Result<Option<i64>> {
        let sql = format!("SELECT \"{0}\" FROM \"{1}\" WHERE id = ? AND \"{0}\" IS NOT NULL", field.name, schema.table);
        Ok(self.numbers(&sql, &[Sql::Integer(id)])?.first().copied())
    }

    /// Details one by one, each by the rules of its kind. One that the winner has already goes to the recycle bin.
    fn move_by_rules(&mut self, schema: &Schema, field: &Field, from: i64, to: i64, done: &mut Merged) -> Result<u64> {
        self.move_all(schema, field, from, to, "AND deleted_at IS NOT NULL")?;
        let sql = format!(
            "SELECT id FROM \"{}\" WHERE \"{}\" = ? AND deleted_at IS NULL ORDER BY id",
            schema.table, field.name
        );
        let mut count = 0;
        for id in self.numbers(&sql, &[Sql::Integer(from)])? {
            let entry = self.record(schema.kind, id)?;
            let mut draft = Draft {
                schema: entry.schema.clone(),
                id: Some(id),
                stored: entry.values.clone(),
                values: vec![(field.name.to_string(), Link::to(to))],
                removing: false,
                origin: Origin::Person,
            };
            match self.update_draft(&mut draft, true) {
                Ok(_) => count += 1,
                Err(error) if matches!(error.cause, Cause::Conflict | Cause::Refused | Cause::BadValue) => {
                    let gone = vec![
                        (field.name.to_string(), Link::to(to)),
                        ("deleted_at".to_owned(), Value::Text(self.now_text())),
                    ];
                    if schema.kind == "share" {
                        self.unite_shares(&entry, to, done)?;
                    }
                    let why = error.to_string();
                    let value = format!("{} ({})", self.described(&entry, &field.name)?, why.trim_end_matches('.'));
                    self.update_row(&Draft { values: gone, removing: true, origin: Origin::Person, ..draft })?;
                    done.kept.push(Kept { loser: from, field: schema.kind.to_owned(), value });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    /// What is shared with one colleague on both sides keeps the wider right and the later end.
    fn unite_shares(&mut self, moot: &Entry, to: i64, done: &mut Merged) -> Result<()> {
        let user = moot.value("user").as_integer().unwrap_or_default();
        let Some(known) = self.share_of(to, user)? else { return Ok(()) };
        let before = self.record("share", known)?;
        self.widen(moot.id, known)?;
        let after = self.record("share", known)?;
        for name in ["access", "until"] {
            let (before, after) = (before.value(name), after.value(name));
            if let Some(field) = moot.schema.field(name).filter(|_| before != after) {
                let field_name = format!("{name} of {}", moot.schema.short(known));
                done.changes.push(Change { field: field_name, kind: field.kind.clone(), before, after });
            }
        }
        Ok(())
    }

    /// A detail in words, so that the note tells all of it.
    fn described(&mut self, entry: &Entry, apart_from: &str) -> Result<String> {
        let mut said = Vec::new();
        for field in entry.schema.writable().filter(|field| &*field.name != apart_from) {
            let value = entry.value(&field.name);
            let text = match (field.kind.target(), value.as_integer()) {
                (Some(target), Some(id)) => self.title(target, id)?,
                _ => types::show(&field.kind, &value),
            };
            if !text.is_empty() && !value.is_empty() && (field.default.as_deref() != Some("no") || text != "no") {
                said.push(format!("{} {text}", field.name));
            }
        }
        Ok(format!("{} {}", entry.short(), said.join(", ")))
    }

    /// Lists of links; a list that has both has one of them afterwards, and none has itself.
    fn move_list(&mut self, schema: &Schema, field: &Field, from: i64, to: i64) -> Result<u64> {
        let list = List::of(self.db.dialect(), schema, field);
        let (from, to) = (Sql::Integer(from), Sql::Integer(to));
        let owners = list.select("l.record", "l.value = ?");
        let ids = self.numbers(&owners, std::slice::from_ref(&from))?;
        if ids.is_empty() {
            return Ok(0);
        }
        let now = Sql::Text(self.now_text());
        let touch =
            format!("UPDATE \"{}\" SET version = version + 1, updated_at = ? WHERE id IN ({owners})", schema.table);
        self.db.execute(&touch, &[now, from.clone()])?;
        let doubled = list.delete(&format!("value = ? AND (record = ? OR record IN ({owners}))"));
        self.db.execute(&doubled, &[from.clone(), to.clone(), to.clone()])?;
        self.db.execute(&list.update("value = ?", "value = ?"), &[to, from])?;
        Ok(if field.automatic { 0 } else { ids.len() as u64 })
    }
}

fn count_moved(done: &mut Merged, schema: &Schema, field: &Field, count: u64) {
    if count == 0 {
        return;
    }
    match done.moved.iter_mut().find(|moved| moved.kind == schema.kind && moved.field == *field.name) {
        Some(moved) => moved.count += count,
        None => done.moved.push(Moved { kind: schema.kind, field: field.name.to_string(), count }),
    }
}
