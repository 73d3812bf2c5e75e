//! Rows that fall on one record because another was merged into it: beside the record's own row, that of the dead one
//! changes nothing. Else each import of the same file would turn the record to and fro.

use super::{Fate, Plan, check::Memory, lane::Lane, said::Said, shape::Shape};
use crate::{
    Crm, Message, Result,
    crm::bulk::Lookup,
    store::{List, Sql},
};
use std::collections::{HashMap, HashSet};

/// The records that others were merged into, and the rows that fell on them.
#[derive(Default)]
pub(super) struct Survivors {
    /// By the place of the lane.
    ids: Vec<HashSet<i64>>,
    hits: HashMap<(usize, i64), Vec<Hit>>,
}

/// A row that fell on such a record.
struct Hit {
    number: u32,
    line: u64,
    /// The record that was meant, where it is the one that was merged away.
    dead: Option<i64>,
    linked: u64,
}

/// Where a row stands.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub number: u32,
    pub line: u64,
    pub place: usize,
}

impl Survivors {
    pub fn new(crm: &mut Crm, lanes: &[Lane]) -> Result<Self> {
        let mut ids = Vec::with_capacity(lanes.len());
        for lane in lanes {
            let schema = &lane.shape.schema;
            let merged = schema.field("merged_into").is_some();
            let sql = format!("SELECT DISTINCT merged_into FROM \"{}\" WHERE merged_into IS NOT NULL", schema.table);
            ids.push(if merged { crm.numbers(&sql, &[])?.into_iter().collect() } else { HashSet::new() });
        }
        Ok(Self { ids, hits: HashMap::new() })
    }

    /// Remembers a row that fell on a record that others were merged into.
    pub fn note(
        &mut self,
        crm: &mut Crm,
        lane: &Lane,
        row: Standing,
        said: &Said,
        (id, linked): (i64, u64),
    ) -> Result<()> {
        if self.ids.get(row.place).is_none_or(|ids| !ids.contains(&id)) {
            return Ok(());
        }
        let dead = dead(crm, &lane.shape, said, id)?;
        self.hits.entry((row.place, id)).or_default().push(Hit { number: row.number, line: row.line, dead, linked });
        Ok(())
    }

    /// The rows that another row of the same record goes before: whose, and which.
    fn moot(&mut self) -> Vec<(usize, i64, Hit)> {
        let mut moot = Vec::new();
        for ((place, id), hits) in self.hits.drain() {
            let first = hits.iter().position(|hit| hit.dead.is_none()).unwrap_or_default();
            let others = hits.into_iter().enumerate().filter(|(at, hit)| *at != first && hit.dead.is_some());
            moot.extend(others.map(|(_, hit)| (place, id, hit)));
        }
        moot.sort_unstable_by_key(|(_, _, hit)| hit.number);
        moot
    }
}

impl Plan {
    /// Lets the rows of dead records be where the file has the survivor's own row too.
    pub(super) fn leave_merged(&mut self, crm: &mut Crm, memory: &mut Memory) {
        let moot = memory.survivors.moot();
        for (place, id, hit) in moot {
            let Some(dead) = hit.dead else { continue };
            let schema = self.lanes[place].shape.schema.clone();
            let fate = self.fates[hit.number as usize];
            self.count(fate, -1);
            self.count(Fate::Unchanged, 1);
            self.fates[hit.number as usize] = Fate::Unchanged;
            self.linked = self.linked.saturating_sub(hit.linked);
            self.diffs.retain(|diff| diff.line != hit.line);
            memory.left.insert(hit.number);
            crm.withdraw_notice("record", &schema.short(dead));
            let message =
                Message::new("Line {line} is {loser}, which was merged into {winner}; its values are left alone.");
            let message = message.with("line", hit.line).with("loser", schema.short(dead));
            self.links.warn(message.with("winner", schema.short(id)));
        }
        memory.wanted.retain(|(_, number, _)| !memory.left.contains(number));
    }
}

/// The record that a row is of, where that was merged into the one that the row fell on: its uid, else all of its
/// numbers, else what only one may have, came from there.
fn dead(crm: &mut Crm, shape: &Shape, said: &Said, winner: i64) -> Result<Option<i64>> {
    let schema = &shape.schema;
    let (table, uid) = (schema.table, said.text(shape.uid));
    if !uid.is_empty() {
        let sql = format!("SELECT id FROM \"{table}\" WHERE uid = ?");
        if let Some(id) = crm.numbers(&sql, &[Sql::Text(uid.to_lowercase())])?.first().copied() {
            return Ok(Some(id).filter(|id| *id != winner));
        }
    }
    let mut found = None;
    let numbers = said.value(shape.external).items();
    if let Some(field) = schema.field("external_ids").filter(|_| !numbers.is_empty()) {
        let list = List::of(crm.db.dialect(), schema, field);
        let sql = format!(
            "SELECT t.id FROM {} l JOIN \"{table}\" t ON t.id = l.record WHERE {} AND l.value = ? AND t.merged_into = ?",
            list.table(),
            list.belongs("l")
        );
        for number in numbers {
            let arguments = [Sql::text(number.as_text().unwrap_or_default()), Sql::Integer(winner)];
            found = crm.numbers(&sql, &arguments)?.first().copied();
            if found.is_none() {
                return Ok(None);
            }
        }
        return Ok(found);
    }
    for slot in &shape.unique {
        let (field, value) = (&shape.slots[*slot].field, said.value(Some(*slot)));
        if value.is_empty() || !field.stored() {
            continue;
        }
        let key = if field.has_key() { "_key" } else { "" };
        let sql = format!("SELECT id FROM \"{table}\" WHERE \"{}{key}\" = ? AND merged_into = ?", field.name);
        found = crm.numbers(&sql, &[Lookup::argument(field, value), Sql::Integer(winner)])?.first().copied();
        if found.is_none() {
            return Ok(None);
        }
    }
    Ok(found)
}
