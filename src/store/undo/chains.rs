//! Records that build upon each other, such as the steps of a deal: what later ones stand on stays, and so does the
//! record that they are of, with all that the operation did to it.

use super::Conflict;
use super::net::{Net, Plan};
use crate::error::Result;
use crate::message::Message;
use crate::record::{Field, Schema};
use crate::store::{Database, Sql};
use std::collections::{BTreeMap, BTreeSet};

/// The chains that an operation has a part in.
pub struct Chains<'a> {
    schemas: &'a [&'a Schema],
    links: Vec<Chain<'a>>,
    /// What the operation changed, of those that chains are of, in fields that the links of the chain have too.
    shared: BTreeSet<(usize, i64, String)>,
    settled: BTreeSet<(usize, i64)>,
    /// The latest operation that built upon what is to be undone.
    upon: Option<i64>,
}

/// A kind whose records are links of chains, by the place of its schema, and the kind that the chains are of.
#[derive(Clone, Copy)]
struct Chain<'a> {
    place: usize,
    target: usize,
    schema: &'a Schema,
    field: &'a Field,
}

impl<'a> Chains<'a> {
    /// Looks at the plan before anything is taken out of it.
    pub fn of(schemas: &'a [&'a Schema], plan: &Plan) -> Self {
        let mut links = Vec::new();
        for (place, schema) in schemas.iter().enumerate() {
            let touched = plan.kinds[place].inserted > 0 || !plan.kinds[place].rows.is_empty();
            for field in schema.fields.iter().filter(|field| field.chain && touched) {
                let target = schemas.iter().position(|schema| Some(schema.kind) == field.kind.target());
                links.extend(target.map(|target| Chain { place, target, schema, field }));
            }
        }
        let mut shared = BTreeSet::new();
        for link in &links {
            for (key, net) in &plan.kinds[link.target].rows {
                let common = |name: &&String| link.schema.field(name).is_some_and(|field| !field.engine);
                shared.extend(net.before.keys().filter(common).map(|name| (link.target, *key, name.clone())));
            }
        }
        Self { schemas, links, shared, settled: BTreeSet::new(), upon: None }
    }

    /// Takes out of the plan what later links stand on; says whether it found any more of it.
    pub fn keep(&mut self, db: &mut dyn Database, plan: &mut Plan, found: &mut Vec<Conflict>) -> Result<bool> {
        let mut more = false;
        for link in self.links.clone() {
            let mut broken: BTreeMap<i64, Option<i64>> = BTreeMap::new();
            broken.extend(self.disturbed(db, link, plan, found)?.into_iter().map(|owner| (owner, None)));
            broken.extend(built_upon(db, link, plan)?.into_iter().map(|(owner, later)| (owner, Some(later))));
            for (owner, later) in broken {
                if !self.settled.insert((link.target, owner)) {
                    continue;
                }
                more = true;
                self.leave(db, link, plan, owner)?;
                if let Some(later) = later {
                    self.tell(db, link, owner, later, found)?;
                }
            }
        }
        Ok(more)
    }

    /// The operation that must be undone first, where nothing of the chains is left to undo.
    pub fn upon(&self, plan: &Plan) -> Option<i64> {
        let left = |link: &Chain| {
            let kind = &plan.kinds[link.place];
            kind.inserted > kind.kept.len() as u64 || !kind.rows.is_empty()
        };
        self.upon.filter(|_| !self.links.iter().any(left))
    }

    /// Owners of chains of which a part stays for another reason.
    fn disturbed(&self, db: &mut dyn Database, link: Chain, plan: &Plan, found: &[Conflict]) -> Result<BTreeSet<i64>> {
        let mut owners = BTreeSet::new();
        for conflict in found.iter().filter(|conflict| conflict.kind == link.schema.kind) {
            owners.extend(owner_of(db, link, conflict.key)?);
        }
        let lost = |(target, key, name): &&(usize, i64, String)| {
            *target == link.target && !plan.kinds[*target].restores(*key, name)
        };
        let lost = self.shared.iter().filter(lost).map(|(_, key, _)| *key);
        let stay: BTreeSet<i64> = lost.chain(plan.kinds[link.target].kept.iter().copied()).collect();
        for owner in stay {
            let returns = |net: &Net| !net.exists && owner_before(net, link.field) == Some(owner);
            if plan.kinds[link.place].rows.values().any(returns)
                || !written(db, link.schema, link.field, plan.op, owner)?.is_empty()
            {
                owners.insert(owner);
            }
        }
        Ok(owners)
    }

    /// Leaves the owner of a chain as it is, with all that belongs to it.
    fn leave(&self, db: &mut dyn Database, link: Chain, plan: &mut Plan, owner: i64) -> Result<()> {
        let op = plan.op;
        let target = self.schemas[link.target];
        let sql = "SELECT 1 FROM change WHERE op = ? AND kind = ? AND key = ? AND what = 'insert' LIMIT 1";
        let made = db.first(sql, &[op.into(), target.kind.into(), owner.into()])?.is_some();
        let kind = &mut plan.kinds[link.target];
        kind.rows.remove(&owner);
        kind.lists.iter_mut().for_each(|items| items.retain(|(key, _), _| *key != owner));
        if made {
            kind.kept.insert(owner);
        }
        for (schema, kind) in self.schemas.iter().zip(&mut plan.kinds) {
            let belongs = |field: &&Field| field.child && field.stored() && field.kind.target() == Some(target.kind);
            for field in schema.fields.iter().filter(belongs) {
                kind.rows.retain(|_, net| net.exists || owner_before(net, field) != Some(owner));
                for (key, made) in written(db, schema, field, op, owner)? {
                    kind.rows.remove(&key);
                    if made {
                        kind.kept.insert(key);
                    }
                }
            }
        }
        Ok(())
    }

    fn tell(
        &mut self,
        db: &mut dyn Database,
        link: Chain,
        owner: i64,
        later: i64,
        found: &mut Vec<Conflict>,
    ) -> Result<()> {
        let sql = "SELECT MAX(op) FROM change WHERE kind = ? AND key = ? AND what = 'insert'";
        let op = db.first(sql, &[link.schema.kind.into(), later.into()])?.and_then(|row| row[0].as_integer());
        self.upon = self.upon.max(op);
        let why = Message::new("{record} of operation {op} builds upon it.");
        let why = why.with("record", link.schema.short(later)).with("op", op.unwrap_or_default());
        found.push(Conflict { kind: self.schemas[link.target].kind, key: owner, why });
        Ok(())
    }
}

/// The owners of chains that other operations went on with since, each with the latest link.
fn built_upon(db: &mut dyn Database, link: Chain, plan: &Plan) -> Result<BTreeMap<i64, i64>> {
    let (kind, table, field) = (link.schema.kind, link.schema.table, &link.field.name);
    let op = Sql::Integer(plan.op);
    // A link that was undone and done again is as old as when it was made first.
    let since = format!(
        "NOT EXISTS (SELECT 1 FROM change AS own WHERE own.op = ? AND own.kind = '{kind}' AND own.key = later.id) \
         AND (SELECT MIN(fresh.op) FROM change AS fresh WHERE fresh.kind = '{kind}' AND fresh.key = later.id \
         AND fresh.what = 'insert') > ?"
    );
    let mut owners = BTreeMap::new();
    if plan.kinds[link.place].inserted > 0 {
        let sql = format!(
            "SELECT mine.\"{field}\", MAX(later.id) FROM change AS fresh JOIN \"{table}\" AS mine ON mine.id = fresh.key \
             JOIN \"{table}\" AS later ON later.\"{field}\" = mine.\"{field}\" \
             WHERE fresh.op = ? AND fresh.kind = '{kind}' AND fresh.what = 'insert' AND {since} GROUP BY mine.\"{field}\"",
        );
        db.each(&sql, &[op.clone(), op.clone(), op.clone()], &mut |row| {
            owners.extend(row[0].as_integer().zip(row[1].as_integer()));
            Ok(())
        })?;
    }
    let ordered = |net: &Net| link.field.then.as_ref().is_some_and(|order| net.before.contains_key(&**order));
    for (key, net) in &plan.kinds[link.place].rows {
        let owner = match net.exists {
            true if ordered(net) => owner_of(db, link, *key)?,
            true => None,
            false => owner_before(net, link.field),
        };
        let Some(owner) = owner.filter(|owner| !owners.contains_key(owner)) else { continue };
        let sql = format!("SELECT MAX(later.id) FROM \"{table}\" AS later WHERE later.\"{field}\" = ? AND {since}");
        let row = db.first(&sql, &[owner.into(), op.clone(), op.clone()])?;
        owners.extend(row.and_then(|row| row[0].as_integer()).map(|later| (owner, later)));
    }
    Ok(owners)
}

/// What the operation wrote of a kind that belongs to that owner now, and whether it made it.
fn written(db: &mut dyn Database, schema: &Schema, field: &Field, op: i64, owner: i64) -> Result<Vec<(i64, bool)>> {
    let sql = format!(
        "SELECT mine.id, MAX(CASE WHEN done.what = 'insert' THEN 1 ELSE 0 END) FROM \"{}\" AS mine \
         JOIN change AS done ON done.key = mine.id AND done.kind = ? WHERE mine.\"{}\" = ? AND done.op = ? GROUP BY mine.id",
        schema.table, field.name
    );
    let rows = db.query(&sql, &[schema.kind.into(), owner.into(), op.into()])?;
    Ok(rows.iter().filter_map(|row| Some((row[0].as_integer()?, row[1].as_integer() == Some(1)))).collect())
}

fn owner_of(db: &mut dyn Database, link: Chain, key: i64) -> Result<Option<i64>> {
    let sql = format!("SELECT \"{}\" FROM \"{}\" WHERE id = ?", link.field.name, link.schema.table);
    Ok(db.first(&sql, &[key.into()])?.and_then(|row| row[0].as_integer()))
}

fn owner_before(net: &Net, field: &Field) -> Option<i64> {
    net.before.get(&*field.name).and_then(serde_json::Value::as_i64)
}
