//! Rows compared with each other: those that speak of the same record, and links that lead to other rows.

use super::{
    Fate, Plan,
    check::Memory,
    keys,
    kin::{Kin, contained, contradiction},
    lane::{Lane, Spoken},
    links,
    problem::Problem,
    said::{Said, Wanted},
};
use crate::{
    Crm, Message, Result,
    exchange::Row,
    record::{Value, types},
};
use std::collections::{BTreeSet, HashMap};

impl Plan {
    /// Looks again at rows that seem to speak of the same record, and at links to other rows.
    pub(super) fn compare_rows(&mut self, crm: &mut Crm, mut memory: Memory) -> Result<()> {
        let mut suspects: BTreeSet<u32> = memory.strong.shared().into_iter().collect();
        drop(std::mem::take(&mut memory.strong));
        if !memory.bare.is_empty() {
            suspects.extend(memory.bare.shared());
            suspects.extend(memory.named.shared_with(&mut memory.bare));
        }
        drop((std::mem::take(&mut memory.named), std::mem::take(&mut memory.bare)));
        suspects.retain(|number| !memory.left.contains(number));
        if suspects.is_empty() && memory.wanted.is_empty() {
            return Ok(());
        }
        memory.wanted.sort_unstable();
        let mut aliases: HashMap<u64, Vec<u32>> = HashMap::new();
        let mut kin = Kin::default();
        let mut records = self.layout.records(&self.source)?;
        let (mut row, mut spoken) = (Row::default(), Spoken::default());
        let mut number = 0_u32;
        while records.next(&mut row)? {
            let at = number;
            number += 1;
            if self.fates.get(at as usize).is_none_or(|fate| *fate == Fate::Rejected) {
                continue;
            }
            let place = self.lane_of(&row);
            if self.lanes[place].read(&row, crm.reading(), &self.system, &mut spoken).is_err() {
                continue;
            }
            if suspects.contains(&at) {
                self.compare_row(&mut kin, at, place, &row, &spoken);
            }
            if place == 0
                && !memory.wanted.is_empty()
                && !matches!(self.fates[at as usize], Fate::Rejected | Fate::Repeat | Fate::Complete)
            {
                note_aliases(&self.lanes[0], &spoken.said, at, &memory.wanted, &mut aliases);
            }
        }
        self.settle_links(crm, &memory, aliases)
    }

    /// Compares a row with the earlier ones that speak of the same record.
    fn compare_row(&mut self, kin: &mut Kin, number: u32, place: usize, row: &Row, spoken: &Spoken) {
        let lane = &self.lanes[place];
        let fate = self.fates[number as usize];
        let answer = kin.earlier(lane, place, spoken, row.line, self.match_field.as_deref());
        let Some((same, earlier_line, by)) = answer else { return };
        let new_contact = kin.add_contact(same, lane, spoken);
        let new_told = kin.add_told(same, spoken);
        let earlier = &kin.rows[same];
        let fresh = fate == Fate::Create;
        let had_contact = !spoken.contact.values.is_empty();
        // What the check counted to be made with this row, and an earlier row makes.
        let twice = u64::from(had_contact && !new_contact) + u64::from(spoken.told.is_some() && !new_told);
        let adds = had_contact && new_contact || new_told;
        if contained(&spoken.said, &earlier.said) {
            if fresh || fate == Fate::Update {
                let next = if adds { Fate::Complete } else { Fate::Repeat };
                self.count(fate, -1);
                self.count(next, 1);
                self.fates[number as usize] = next;
            }
            if fresh {
                self.linked = self.linked.saturating_sub(twice);
            }
            if !adds {
                self.links.warn(
                    Message::new("Line {line} repeats line {first}.")
                        .with("line", row.line)
                        .with("first", earlier_line),
                );
            }
            return;
        }
        let field = contradiction(&spoken.said, &earlier.said);
        if !by.unique && field.is_none() {
            kin.complete(same, &spoken.said);
            if fresh {
                self.count(fate, -1);
                self.count(Fate::Complete, 1);
                self.fates[number as usize] = Fate::Complete;
                self.linked = self.linked.saturating_sub(twice);
            }
            return;
        }
        let name = field.map_or_else(|| by.field.clone(), |slot| lane.shape.name(slot));
        let message = if by.unique {
            Message::new("The {field} {value} stands in line {first} already, with other values.")
                .with("field", &by.field)
                .with("value", &by.value)
        } else {
            Message::new("{value} stands in line {first} already, with another {field}: which is right?")
                .with("value", &by.value)
                .with("field", &name)
        };
        let problem =
            Problem::new("duplicate_in_file", message.with("first", earlier_line)).on_field(name).at(row.line);
        let linked = u64::from(had_contact) + u64::from(spoken.told.is_some());
        self.reject_later(number, problem, if fresh { linked } else { 0 });
    }

    /// Rejects a row that seemed good by itself.
    fn reject_later(&mut self, number: u32, problem: Problem, linked: u64) {
        let fate = self.fates[number as usize];
        self.count(fate, -1);
        self.rejected += 1;
        self.linked = self.linked.saturating_sub(linked);
        self.fates[number as usize] = Fate::Rejected;
        self.keep_problem(number, problem);
    }

    /// Rejects rows whose links neither this file nor the database answers, unless what is missing may be made.
    fn settle_links(&mut self, crm: &mut Crm, memory: &Memory, mut aliases: HashMap<u64, Vec<u32>>) -> Result<()> {
        let mut unanswered: BTreeSet<(u32, usize)> = BTreeSet::new();
        let mut ambiguous: BTreeSet<(u32, usize)> = BTreeSet::new();
        loop {
            let mut lost = Vec::new();
            for (key, number, link) in &memory.wanted {
                let answers = aliases.get(key).map_or(0, Vec::len);
                let fresh = match answers {
                    0 => unanswered.insert((*number, *link)),
                    1 => false,
                    _ => ambiguous.insert((*number, *link)),
                };
                if fresh {
                    lost.push(*number);
                }
            }
            // Who may be made is no loss; others take the rows that point to them along.
            if lost.is_empty() || self.links.make.contains(self.lanes[0].kind()) {
                break;
            }
            for rows in aliases.values_mut() {
                rows.retain(|row| !lost.contains(row));
            }
        }
        if unanswered.is_empty() && ambiguous.is_empty() {
            return Ok(());
        }
        self.reject_links(crm, &unanswered, &ambiguous)
    }

    fn reject_links(
        &mut self,
        crm: &mut Crm,
        unanswered: &BTreeSet<(u32, usize)>,
        ambiguous: &BTreeSet<(u32, usize)>,
    ) -> Result<()> {
        let mut records = self.layout.records(&self.source)?;
        let (mut row, mut spoken) = (Row::default(), Spoken::default());
        let mut number = 0_u32;
        while records.next(&mut row)? {
            let at = number;
            number += 1;
            if self.fates.get(at as usize).is_none_or(|fate| *fate == Fate::Rejected) {
                continue;
            }
            let links: Vec<(usize, bool)> = [(unanswered, false), (ambiguous, true)]
                .into_iter()
                .flat_map(|(set, several)| set.range((at, 0)..=(at, usize::MAX)).map(move |(_, link)| (*link, several)))
                .collect();
            let Some((link, several)) = links.first().copied() else { continue };
            let place = self.lane_of(&row);
            let lane = &mut self.lanes[place];
            if lane.read(&row, crm.reading(), &self.system, &mut spoken).is_err() {
                continue;
            }
            let field = &lane.shape.slots[lane.shape.links[link]].field;
            let kind = field.kind.target().unwrap_or_default();
            let wanted = &spoken.said.wanted[link];
            let problem = if several {
                Problem::new(
                    "ambiguous",
                    Message::new("{what} stands in several rows of the file.").with("what", wanted.words()),
                )
                .on_field(&*field.name)
            } else if self.links.may_make(kind, wanted) {
                self.links.plan(kind, wanted);
                continue;
            } else {
                links::missing(crm, &lane.shape, kind, &field.name, wanted)
            };
            let linked = u64::from(!spoken.contact.values.is_empty()) + u64::from(spoken.told.is_some());
            let linked = if self.fates[at as usize] == Fate::Create { linked } else { 0 };
            self.reject_later(at, problem.at(row.line), linked);
        }
        Ok(())
    }
}

/// What a link wants, as a number.
pub(super) fn alias_key(wanted: &Wanted) -> u64 {
    if wanted.external.is_empty() {
        let name = wanted.name.strip_prefix("ext:").unwrap_or(&wanted.name);
        keys::hash(&["alias", &types::fold(name)])
    } else {
        keys::hash(&["alias", &types::fold(&wanted.external)])
    }
}

/// What a later or earlier row may call this one.
fn note_aliases(
    lane: &Lane,
    said: &Said,
    number: u32,
    wanted: &[(u64, u32, usize)],
    aliases: &mut HashMap<u64, Vec<u32>>,
) {
    let shape = &lane.shape;
    let scalar = shape.title.into_iter().chain(shape.uid).chain(shape.unique.iter().copied());
    let scalar = scalar.filter_map(|slot| said.values[slot].as_text());
    let numbers = said.value(shape.external).items().iter().filter_map(Value::as_text);
    let email = shape.place("email").and_then(|slot| said.values[slot].as_text());
    for alias in scalar.chain(numbers).chain(email) {
        let key = keys::hash(&["alias", &types::fold(alias)]);
        let place = wanted.partition_point(|(other, _, _)| *other < key);
        if wanted.get(place).is_some_and(|(other, _, _)| *other == key) {
            let rows = aliases.entry(key).or_default();
            if !rows.contains(&number) {
                rows.push(number);
            }
        }
    }
}
