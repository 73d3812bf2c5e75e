//! What rows are known by, and rows that might speak of the same records.

use super::{
    activity::Told,
    check::Memory,
    keys,
    lane::{Lane, Spoken},
    said::Said,
};
use crate::{
    catalog,
    record::{Value, types},
};
use std::collections::HashMap;

/// Keeps what a row is known by.
pub(super) fn remember(
    lane: &Lane,
    place: usize,
    spoken: &Spoken,
    number: u32,
    memory: &mut Memory,
    chosen: Option<&str>,
) {
    let lane_name = if place == 0 { "" } else { "people" };
    let mut strong = 0;
    each_number(lane, &spoken.said, chosen, &mut |field, value| {
        memory.strong.add(number, keys::hash(&[lane_name, field, value]));
        strong += 1;
    });
    let title = spoken.said.text(lane.shape.title);
    // Details of different people are called alike: everybody has a birthday.
    let detail = catalog::entry(lane.kind()).is_some_and(|entry| entry.detail);
    if chosen.is_some() || title.is_empty() || detail || !lane.shape.named {
        return;
    }
    let name = types::fold(title);
    let whose = whose(lane, spoken);
    let mut bare = true;
    for address in spoken.said.addresses(&lane.shape).take(3) {
        memory.strong.add(number, keys::hash(&[lane_name, &whose, &name, address]));
        bare = false;
    }
    let key = keys::hash(&[lane_name, &whose, &name]);
    // Where no two rows can be told apart by phone or e-mail, nobody needs the names of those that could.
    if bare {
        memory.bare.add(number, key);
    } else {
        memory.named.add(number, key);
    }
}

/// What a contact's customer is called, so that two people of one name at two customers are two.
fn whose(lane: &Lane, spoken: &Spoken) -> String {
    let Some(wanted) = lane.customer_wanted(spoken).filter(|_| lane.kind() == "contact") else { return String::new() };
    if wanted.external.is_empty() { types::fold(&wanted.name) } else { wanted.external.clone() }
}

/// Everything in a row that no other record may share: field and value.
fn each_number(lane: &Lane, said: &Said, chosen: Option<&str>, each: &mut dyn FnMut(&str, &str)) {
    let shape = &lane.shape;
    if let Some(slot) = chosen.and_then(|name| shape.place(name)) {
        let value = said.value(Some(slot));
        let items = if let Value::List(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
        for text in items.iter().filter_map(Value::as_text) {
            each(&shape.slots[slot].field.name, &types::fold(text));
        }
        return;
    }
    for number in said.value(shape.external).items().iter().filter_map(Value::as_text) {
        each("external_ids", number);
    }
    for slot in shape.unique.iter().copied().chain(shape.uid) {
        if let Some(text) = said.values[slot].as_text() {
            each(&shape.slots[slot].field.name, &types::fold(text));
        }
    }
}

/// Rows that might speak of the same records, with what they say.
#[derive(Default)]
pub(super) struct Kin {
    pub rows: Vec<Relative>,
    by_number: HashMap<String, usize>,
    by_address: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

pub(super) struct Relative {
    line: u64,
    pub said: Said,
    bare: bool,
    contacts: Vec<String>,
    told: Vec<Told>,
}

/// By what two rows were found to speak of the same record.
pub(super) struct By {
    pub field: String,
    pub value: String,
    pub unique: bool,
}

impl Kin {
    /// The earlier row that speaks of the same record, or none, and then this one is kept for later ones.
    pub fn earlier(
        &mut self,
        lane: &Lane,
        which: usize,
        spoken: &Spoken,
        at: u64,
        chosen: Option<&str>,
    ) -> Option<(usize, u64, By)> {
        let mut numbers: Vec<(String, String)> = Vec::new();
        each_number(lane, &spoken.said, chosen, &mut |field, value| numbers.push((field.to_owned(), value.to_owned())));
        let number_key = |(field, value): &(String, String)| format!("{which}\n{field}\n{value}");
        for pair in &numbers {
            if let Some(same) = self.by_number.get(&number_key(pair)) {
                let by = By { field: pair.0.clone(), value: pair.1.clone(), unique: true };
                return Some((*same, self.rows[*same].line, by));
            }
        }
        let title = spoken.said.text(lane.shape.title);
        let name = format!("{which}\n{}\n{}", whose(lane, spoken), types::fold(title));
        let addresses: Vec<String> =
            spoken.said.addresses(&lane.shape).map(|address| format!("{name}\n{address}")).collect();
        let named = chosen.is_none() && !title.is_empty() && lane.shape.named;
        let namesake_of = || By { field: "name".into(), value: title.to_owned(), unique: false };
        if named && let Some(same) = self.namesake(lane, spoken, &name, &addresses) {
            return Some((same, self.rows[same].line, namesake_of()));
        }
        let here = self.rows.len();
        self.rows.push(Relative {
            line: at,
            said: spoken.said.clone(),
            bare: addresses.is_empty(),
            contacts: Vec::new(),
            told: Vec::new(),
        });
        self.add_contact(here, lane, spoken);
        self.add_told(here, spoken);
        self.by_number.extend(numbers.iter().map(|pair| (number_key(pair), here)));
        self.by_address.extend(addresses.into_iter().map(|address| (address, here)));
        self.by_name.entry(name).or_default().push(here);
        None
    }

    fn namesake(&self, lane: &Lane, spoken: &Spoken, name: &str, addresses: &[String]) -> Option<usize> {
        let different = |same: &usize| other_numbers(lane, &spoken.said, &self.rows[*same].said);
        if let Some(same) = addresses.iter().find_map(|address| self.by_address.get(address)) {
            return Some(*same).filter(|same| !different(same));
        }
        let namesakes = self.by_name.get(name)?.iter().filter(|same| !different(same));
        let mut fitting: Vec<usize> =
            namesakes.copied().filter(|same| addresses.is_empty() || self.rows[*same].bare).collect();
        if fitting.len() > 1 {
            let holding = fitting.iter().position(|same| contained(&spoken.said, &self.rows[*same].said));
            return Some(fitting[holding.unwrap_or_default()]);
        }
        fitting.pop()
    }

    /// Whether the row's contact is a new one of its customer.
    pub fn add_contact(&mut self, same: usize, lane: &Lane, spoken: &Spoken) -> bool {
        let Some((shape, _)) = &lane.contact else { return false };
        let name = types::fold(if spoken.contact.values.is_empty() { "" } else { spoken.contact.text(shape.title) });
        let contacts = &mut self.rows[same].contacts;
        let fresh = !name.is_empty() && !contacts.contains(&name);
        if fresh {
            contacts.push(name);
        }
        fresh
    }

    /// Whether the row tells of another last contact than the rows before.
    pub fn add_told(&mut self, same: usize, spoken: &Spoken) -> bool {
        let known = &mut self.rows[same].told;
        let fresh = spoken.told.as_ref().filter(|told| !known.contains(told)).cloned();
        let any = fresh.is_some();
        known.extend(fresh);
        any
    }

    /// What a later row adds to an earlier one.
    pub fn complete(&mut self, same: usize, said: &Said) {
        let earlier = &mut self.rows[same].said;
        for (value, more) in earlier.values.iter_mut().zip(&said.values) {
            if value.is_empty() {
                value.clone_from(more);
            }
        }
        for (wanted, more) in earlier.wanted.iter_mut().zip(&said.wanted) {
            if wanted.is_empty() {
                wanted.clone_from(more);
            }
        }
    }
}

/// Whether two rows have different uids, numbers of one system, or values of a unique field.
fn other_numbers(lane: &Lane, one: &Said, other: &Said) -> bool {
    let shape = &lane.shape;
    let unique = shape.unique.iter().chain(&shape.uid).any(|slot| {
        let (one, other) = (&one.values[*slot], &other.values[*slot]);
        !one.is_empty() && !other.is_empty() && one != other
    });
    let system =
        |value: &Value| value.as_text().and_then(|text| text.split_once(':')).map(|(system, _)| system.to_owned());
    let (ours, theirs) = (one.value(shape.external).items(), other.value(shape.external).items());
    unique
        || ours
            .iter()
            .any(|number| !theirs.contains(number) && theirs.iter().any(|their| system(their) == system(number)))
}

/// Whether everything that one row says is said by the other.
pub(super) fn contained(one: &Said, other: &Said) -> bool {
    let values = one.values.iter().zip(&other.values).all(|(one, other)| match one {
        Value::List(items) => items.iter().all(|item| other.items().contains(item)),
        one => one.is_empty() || one == other,
    });
    values && one.wanted.iter().zip(&other.wanted).all(|(one, other)| one.is_empty() || one == other)
}

/// The first field of which two rows say different things.
pub(super) fn contradiction(one: &Said, other: &Said) -> Option<usize> {
    (0..one.values.len()).find(|slot| {
        let (one, other) = (&one.values[*slot], &other.values[*slot]);
        !one.is_empty() && !other.is_empty() && !matches!(one, Value::List(_)) && one != other
    })
}
