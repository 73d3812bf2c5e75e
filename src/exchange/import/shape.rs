//! `Shape`: a mapping made ready for reading rows: for each field of a record the columns it is read from.

use crate::{
    catalog,
    exchange::{Mapping, Part, Target},
    record::{Field, Kind, Schema, Value},
};
use std::{collections::HashMap, sync::Arc};

/// The fields that a row says something about, in the order of the schema.
pub(super) struct Shape {
    pub schema: Arc<Schema>,
    /// What stands before a field's name in a problem: `contact.`.
    pub prefix: &'static str,
    pub slots: Vec<Slot>,
    /// Its records are kept as they were written: no two rows mean the same one, unless they say exactly the same.
    pub kept: bool,
    /// What its records are called tells one from the other; many tickets are about the same.
    pub named: bool,
    pub title: Option<usize>,
    pub uid: Option<usize>,
    pub external: Option<usize>,
    /// Fields whose values no two live records share.
    pub unique: Vec<usize>,
    /// Phones, then e-mails: what tells namesakes apart.
    pub addresses: Vec<usize>,
    pub links: Vec<usize>,
}

/// One field and the columns that fill it.
pub(super) struct Slot {
    pub field: Field,
    pub sources: Vec<Source>,
    /// The values of words that were read before, for fields whose words repeat.
    pub memo: HashMap<String, Value>,
    /// It has no column in the database yet.
    pub planned: bool,
}

#[derive(Clone)]
pub(super) struct Source {
    pub column: usize,
    pub target: Target,
}

/// Phones before e-mails.
const ADDRESSES: [&str; 5] = ["phone", "mobile", "more_phones", "email", "more_emails"];

impl Shape {
    /// The fields of that linked record, or of the record itself. `planned` are fields that will be made.
    pub fn new(schema: &Arc<Schema>, mapping: &Mapping, record: Option<&'static str>, planned: &[String]) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        for (column, fate) in mapping.columns.iter().enumerate() {
            for target in fate.fate.targets().iter().filter(|target| target.record.as_deref() == record) {
                let Some(field) = schema.field(&target.field) else { continue };
                if !field.writable() && field.name != "uid" {
                    continue;
                }
                slot(&mut slots, field).sources.push(Source { column, target: target.clone() });
            }
        }
        add_overflow(&mut slots, schema);
        slots.sort_by_key(|slot| schema.index_of(&slot.field.name));
        for slot in &mut slots {
            slot.planned = planned.iter().any(|name| *name == *slot.field.name);
            slot.sources.sort_by_key(|source| match source.target.part {
                Part::Line(number) => u16::from(number),
                _ => 0,
            });
        }
        let place = |name: &str| slots.iter().position(|slot| slot.field.name == name);
        let kept = catalog::entry(schema.kind).is_some_and(|entry| entry.append_only);
        Self {
            prefix: match record {
                Some("contact") => "contact.",
                Some("customer") => "customer.",
                _ => "",
            },
            title: place(&schema.title().name).filter(|_| !kept),
            kept,
            named: schema.kind != "ticket",
            uid: place("uid"),
            external: place("external_ids"),
            unique: places(&slots, |field| field.unique && !field.kind.is_list()),
            addresses: ADDRESSES.iter().filter_map(|name| place(name)).collect(),
            links: places(&slots, |field| matches!(field.kind, Kind::Link(_))),
            schema: schema.clone(),
            slots,
        }
    }

    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.slots.iter().map(|slot| &slot.field)
    }

    pub fn place(&self, name: &str) -> Option<usize> {
        self.slots.iter().position(|slot| slot.field.name == name)
    }

    /// The name of a field as the mapping has it.
    pub fn name(&self, slot: usize) -> String {
        let name = self.slots.get(slot).map(|slot| &*slot.field.name).unwrap_or_default();
        format!("{}{name}", self.prefix)
    }
}

fn places(slots: &[Slot], fits: impl Fn(&Field) -> bool) -> Vec<usize> {
    (0..slots.len()).filter(|place| fits(&slots[*place].field)).collect()
}

fn slot<'a>(slots: &'a mut Vec<Slot>, field: &Field) -> &'a mut Slot {
    let place = slots.iter().position(|slot| slot.field.name == field.name).unwrap_or_else(|| {
        slots.push(Slot { field: field.clone(), sources: Vec::new(), memo: HashMap::new(), planned: false });
        slots.len() - 1
    });
    &mut slots[place]
}

/// Where several numbers may stand in one cell or under one label, there must be room for the others.
fn add_overflow(slots: &mut Vec<Slot>, schema: &Schema) {
    let labelled = slots.iter().any(|slot| slot.sources.iter().any(|source| source.target.part == Part::Labelled));
    let has = |slots: &[Slot], kind: &Kind| slots.iter().any(|slot| slot.field.kind == *kind);
    let mut more: Vec<&str> = Vec::new();
    if has(slots, &Kind::Phone) {
        more.push("more_phones");
    }
    if has(slots, &Kind::Email) {
        more.push("more_emails");
    }
    if labelled {
        more.extend(["phone", "mobile", "fax"]);
    }
    for name in more {
        if let Some(field) = schema.field(name) {
            slot(slots, field);
        }
    }
}
