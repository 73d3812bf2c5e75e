//! The check: reads the whole file before anything is written, and decides what becomes of each row.

use super::{
    Diff, Fate, OnMatch, Plan, Progress,
    keys::{self, Keys},
    lane::{Lane, Mode, Spoken},
    links,
    problem::{Attempt, Fault, Problem},
    said::{Said, Wanted, nameless},
};
use crate::{
    Crm, Error, Message, Result, catalog,
    crm::bulk::Stored,
    exchange::{Records, Row},
    record::{Draft, Value, types},
};
use std::collections::{BTreeSet, HashMap};

/// How many differences a dry run tells.
const TOLD: usize = 10_000;

/// What the check remembers of rows, in little memory.
#[derive(Default)]
pub(super) struct Memory {
    /// What two rows must not share unless they speak of the same record.
    strong: Keys,
    /// Names of rows with a phone or e-mail, and of rows without.
    named: Keys,
    bare: Keys,
    /// Links that rows of this file may answer: what is wanted, by whom, and as which link.
    wanted: Vec<(u64, u32, usize)>,
}

/// What a row comes to, and what is counted for it.
struct Verdict {
    fate: Fate,
    linked: u64,
}

impl Plan {
    /// Reads every row, compares it with what is stored, then compares the rows with each other.
    pub(super) fn check(&mut self, crm: &mut Crm, progress: &mut dyn FnMut(Progress)) -> Result<()> {
        let mut records = self.layout.records(&self.source)?;
        let mut memory = Memory::default();
        let (mut row, mut spoken) = (Row::default(), Spoken::default());
        while records.next(&mut row)? {
            let number = self.fates.len();
            if number >= keys::MOST_ROWS {
                return Err(Error::bad_value(
                    Message::new("{file} has more rows than one import can take.").with("file", &self.source.name),
                ));
            }
            if number == 1000 {
                self.reserve(&mut memory, &records);
            }
            if number % 4096 == 0 {
                progress(Progress { writing: false, done: number as u64, total: 0 });
            }
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            match self.check_row(crm, &row, number, &mut spoken, &mut memory) {
                Ok(verdict) => {
                    self.count(verdict.fate, 1);
                    self.linked += verdict.linked;
                    self.fates.push(verdict.fate);
                }
                Err(Fault::Row(problem)) => {
                    self.fates.push(Fate::Rejected);
                    self.rejected += 1;
                    self.keep_problem(number, problem.at(row.line));
                }
                Err(Fault::All(error)) => return Err(error),
            }
        }
        self.blank = records.blank;
        self.compare_rows(crm, memory)?;
        self.linked += self.links.made;
        self.first_problems.sort_by_key(|problem| problem.line);
        self.first_problems.truncate(20);
        Ok(())
    }

    /// Room for as many rows as the file seems to have, by how much the first of them took.
    fn reserve(&mut self, memory: &mut Memory, records: &Records) {
        let share = records.bytes_read().max(1);
        let rows = usize::try_from(self.source.size.saturating_mul(1000) / share).unwrap_or_default();
        self.fates.reserve_exact(rows);
        let addresses = self.lanes[0].shape.addresses.len().min(2);
        let numbers = self.lanes[0].shape.unique.len() + usize::from(self.lanes[0].shape.external.is_some());
        memory.strong.reserve(rows * (addresses + numbers).min(3));
        memory.named.reserve(if addresses > 0 { rows } else { 0 });
    }

    pub(super) fn count(&mut self, fate: Fate, step: i64) {
        let counter = match fate {
            Fate::Create => &mut self.created,
            Fate::Update | Fate::Complete => &mut self.updated,
            Fate::Unchanged | Fate::Repeat | Fate::Alone => &mut self.unchanged,
            Fate::Rejected => &mut self.rejected,
        };
        *counter = counter.saturating_add_signed(step);
    }

    /// Keeps the first problems to be told, and all where they are to be written back.
    fn keep_problem(&mut self, number: u32, problem: Problem) {
        if self.first_problems.len() < 40 {
            self.first_problems.push(problem.clone());
        }
        if self.options.rejects.is_some() {
            self.late.insert(number, problem);
        }
    }

    fn check_row(
        &mut self,
        crm: &mut Crm,
        row: &Row,
        number: u32,
        spoken: &mut Spoken,
        memory: &mut Memory,
    ) -> Attempt<Verdict> {
        let place = self.lane_of(row);
        let main = self.lanes[0].kind();
        let lane = &mut self.lanes[place];
        lane.read(row, crm.reading(), &self.system, spoken)?;
        lane.link(crm, &mut self.links, spoken, Mode::Check, main, row.line)?;
        for link in &spoken.pending {
            let wanted = &spoken.said.wanted[*link];
            memory.wanted.push((alias_key(wanted), number, *link));
        }
        if spoken.customer_alone {
            let fate = if spoken.unborn { Fate::Alone } else { Fate::Unchanged };
            return Ok(Verdict { fate, linked: 0 });
        }
        remember(lane, place, spoken, number, memory, self.match_field.as_deref());
        let found = lane.matcher.find(crm, &lane.shape, &spoken.said, lane.scope(spoken))?;
        match found {
            None => self.check_new(row, place, spoken),
            Some(stored) => self.check_known(crm, row, number, place, spoken, &stored),
        }
    }

    fn check_new(&self, row: &Row, place: usize, spoken: &Spoken) -> Attempt<Verdict> {
        let shape = &self.lanes[place].shape;
        if spoken.said.value(shape.title).is_empty() {
            return Err(nameless(shape, row.line).into());
        }
        let missing = shape.schema.writable().filter(|field| field.required && field.default.is_none() && !field.title);
        for field in missing {
            let slot = shape.place(&field.name);
            let wanted = shape.links.iter().position(|link| Some(*link) == slot).map(|link| &spoken.said.wanted[link]);
            if spoken.said.value(slot).is_empty() && wanted.is_none_or(Wanted::is_empty) {
                let message = Message::new("A {kind} needs {fields}.")
                    .with("kind", shape.schema.kind)
                    .with("fields", &field.name);
                return Err(Problem::new("missing", message).on_field(&*field.name).into());
            }
        }
        Ok(Verdict { fate: Fate::Create, linked: u64::from(!spoken.contact.values.is_empty()) })
    }

    fn check_known(
        &mut self,
        crm: &mut Crm,
        row: &Row,
        number: u32,
        place: usize,
        spoken: &Spoken,
        stored: &Stored,
    ) -> Attempt<Verdict> {
        let lane = &self.lanes[place];
        let schema = lane.shape.schema.clone();
        // What an interrupted run wrote itself is no stranger's record.
        let own = self.resumed.as_ref().is_some_and(|resumed| u64::from(number) < resumed.done);
        match self.on_match {
            _ if own => {}
            OnMatch::Skip => return Ok(Verdict { fate: Fate::Unchanged, linked: 0 }),
            OnMatch::Error => {
                let title = crm.title(schema.kind, stored.id)?;
                let message = Message::new("{record} {title} is there already.")
                    .with("record", schema.short(stored.id))
                    .with("title", title);
                return Err(Problem::new("exists", message)
                    .on_field(lane.shape.name(lane.shape.title.unwrap_or_default()))
                    .into());
            }
            OnMatch::Update => {}
        }
        let mut changes = lane.matcher.compare(crm, &lane.shape, &spoken.said, stored, self.clear_empty)?;
        let mut draft = None;
        if !changes.is_empty() {
            let made = drafted(crm, lane, stored.id, std::mem::take(&mut changes))?;
            draft = Some(made).filter(|draft| !draft.values.is_empty());
        }
        let (contact_changed, linked) = self.check_contact(crm, place, spoken, stored.id)?;
        if let Some(draft) = &draft
            && self.details
            && self.diffs.len() < TOLD
        {
            self.diffs.push(diff(draft, row.line));
        }
        let changed = draft.is_some() || contact_changed || !spoken.pending.is_empty();
        Ok(Verdict { fate: if changed { Fate::Update } else { Fate::Unchanged }, linked })
    }

    /// Whether the contact of a stored customer's row would change, and how many would be made.
    fn check_contact(&self, crm: &mut Crm, place: usize, spoken: &Spoken, customer: i64) -> Attempt<(bool, u64)> {
        let Some((shape, matcher)) = self.lanes[place].contact.as_ref().filter(|_| !spoken.contact.values.is_empty())
        else {
            return Ok((false, 0));
        };
        match super::contact::find(crm, shape, matcher, &spoken.contact, customer)? {
            None => Ok((true, 1)),
            Some(stored) => Ok((!matcher.compare(crm, shape, &spoken.contact, &stored, false)?.is_empty(), 0)),
        }
    }

    /// Looks again at rows that seem to speak of the same record, and at links to other rows.
    fn compare_rows(&mut self, crm: &mut Crm, mut memory: Memory) -> Result<()> {
        let mut suspects: BTreeSet<u32> = memory.strong.shared().into_iter().collect();
        drop(std::mem::take(&mut memory.strong));
        if !memory.bare.is_empty() {
            suspects.extend(memory.bare.shared());
            suspects.extend(memory.named.shared_with(&mut memory.bare));
        }
        drop((std::mem::take(&mut memory.named), std::mem::take(&mut memory.bare)));
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
                self.compare_row(&mut kin, at, place, &row, &spoken)?;
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
    fn compare_row(&mut self, kin: &mut Kin, number: u32, place: usize, row: &Row, spoken: &Spoken) -> Result<()> {
        let lane = &self.lanes[place];
        let fate = self.fates[number as usize];
        let answer = kin.place(lane, place, spoken, row.line, self.match_field.as_deref());
        let Some((same, earlier_line, by)) = answer else { return Ok(()) };
        let new_contact = kin.add_contact(same, lane, spoken);
        let earlier = &kin.rows[same];
        let fresh = fate == Fate::Create;
        let had_contact = !spoken.contact.values.is_empty();
        if contained(&spoken.said, &earlier.said) {
            if fresh || fate == Fate::Update {
                let next = if had_contact && new_contact { Fate::Complete } else { Fate::Repeat };
                self.count(fate, -1);
                self.count(next, 1);
                self.fates[number as usize] = next;
            }
            if fresh && had_contact && !new_contact {
                self.linked = self.linked.saturating_sub(1);
            }
            if !had_contact || !new_contact {
                self.links.warn(
                    Message::new("Line {line} repeats line {first}.")
                        .with("line", row.line)
                        .with("first", earlier_line),
                );
            }
            return Ok(());
        }
        let field = contradiction(&spoken.said, &earlier.said);
        if !by.unique && field.is_none() {
            kin.complete(same, &spoken.said);
            if fresh {
                self.count(fate, -1);
                self.count(Fate::Complete, 1);
                self.fates[number as usize] = Fate::Complete;
                if had_contact && !new_contact {
                    self.linked = self.linked.saturating_sub(1);
                }
            }
            return Ok(());
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
        let contact = u64::from(fresh && had_contact);
        self.reject_later(number, problem, contact);
        Ok(())
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
                links::missing(kind, &field.name, wanted)
            };
            let contact = u64::from(self.fates[at as usize] == Fate::Create && !spoken.contact.values.is_empty());
            self.reject_later(at, problem.at(row.line), contact);
        }
        Ok(())
    }
}

/// The change as it would be written, with what the kind's rules make of it.
pub(super) fn drafted(crm: &mut Crm, lane: &Lane, id: i64, changes: Vec<(usize, Value)>) -> Result<Draft> {
    let kind = lane.kind();
    let entry = crm.record(kind, id)?;
    let values =
        changes.into_iter().map(|(slot, value)| (lane.shape.slots[slot].field.name.to_string(), value)).collect();
    let mut draft = Draft { schema: entry.schema.clone(), id: Some(id), stored: entry.values, values, removing: false };
    if let Some(rules) = catalog::entry(kind) {
        (rules.check)(crm, &mut draft)?;
    }
    draft.reduce();
    Ok(draft)
}

fn diff(draft: &Draft, line: u64) -> Diff {
    let title = draft.before(&draft.schema.title().name);
    let id = draft.id.unwrap_or_default();
    Diff {
        line,
        short: draft.schema.short(id),
        title: title.as_text().unwrap_or_default().to_owned(),
        changes: draft
            .values
            .iter()
            .filter_map(|(name, value)| {
                let field = draft.schema.field(name);
                let kind = field.map_or(crate::record::Kind::Text, |field| field.kind.clone());
                Some((name.clone(), kind, draft.before(name), value.clone()))
            })
            .collect(),
    }
}

fn alias_key(wanted: &Wanted) -> u64 {
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

/// Keeps what a row is known by.
fn remember(lane: &Lane, place: usize, spoken: &Spoken, number: u32, memory: &mut Memory, chosen: Option<&str>) {
    let lane_name = if place == 0 { "" } else { "people" };
    let mut strong = 0;
    each_number(lane, &spoken.said, chosen, &mut |field, value| {
        memory.strong.add(number, keys::hash(&[lane_name, field, value]));
        strong += 1;
    });
    let title = spoken.said.text(lane.shape.title);
    if chosen.is_some() || title.is_empty() {
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
struct Kin {
    rows: Vec<Relative>,
    by_number: HashMap<String, usize>,
    by_address: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

struct Relative {
    line: u64,
    said: Said,
    bare: bool,
    contacts: Vec<String>,
}

/// By what two rows were found to speak of the same record.
struct By {
    field: String,
    value: String,
    unique: bool,
}

impl Kin {
    /// The earlier row that speaks of the same record, or none, and then this one is kept for later ones.
    fn place(
        &mut self,
        lane: &Lane,
        place: usize,
        spoken: &Spoken,
        line: u64,
        chosen: Option<&str>,
    ) -> Option<(usize, u64, By)> {
        let mut numbers: Vec<(String, String)> = Vec::new();
        each_number(lane, &spoken.said, chosen, &mut |field, value| numbers.push((field.to_owned(), value.to_owned())));
        let number_key = |(field, value): &(String, String)| format!("{place}\n{field}\n{value}");
        for pair in &numbers {
            if let Some(same) = self.by_number.get(&number_key(pair)) {
                let by = By { field: pair.0.clone(), value: pair.1.clone(), unique: true };
                return Some((*same, self.rows[*same].line, by));
            }
        }
        let title = spoken.said.text(lane.shape.title);
        let name = format!("{place}\n{}\n{}", whose(lane, spoken), types::fold(title));
        let addresses: Vec<String> =
            spoken.said.addresses(&lane.shape).map(|address| format!("{name}\n{address}")).collect();
        let names = chosen.is_none() && !title.is_empty();
        let by = || By { field: "name".into(), value: title.to_owned(), unique: false };
        if names && let Some(same) = self.namesake(lane, spoken, &name, &addresses) {
            return Some((same, self.rows[same].line, by()));
        }
        let here = self.rows.len();
        self.rows.push(Relative { line, said: spoken.said.clone(), bare: addresses.is_empty(), contacts: Vec::new() });
        self.add_contact(here, lane, spoken);
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
    fn add_contact(&mut self, same: usize, lane: &Lane, spoken: &Spoken) -> bool {
        let Some((shape, _)) = &lane.contact else { return false };
        let name = types::fold(if spoken.contact.values.is_empty() { "" } else { spoken.contact.text(shape.title) });
        let contacts = &mut self.rows[same].contacts;
        let fresh = !name.is_empty() && !contacts.contains(&name);
        if fresh {
            contacts.push(name);
        }
        fresh
    }

    /// What a later row adds to an earlier one.
    fn complete(&mut self, same: usize, said: &Said) {
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

/// Whether two rows have different numbers of one system, or different values of a unique field.
fn other_numbers(lane: &Lane, one: &Said, other: &Said) -> bool {
    let shape = &lane.shape;
    let unique = shape.unique.iter().any(|slot| {
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
fn contained(one: &Said, other: &Said) -> bool {
    let values = one.values.iter().zip(&other.values).all(|(one, other)| match one {
        Value::List(items) => items.iter().all(|item| other.items().contains(item)),
        one => one.is_empty() || one == other,
    });
    values && one.wanted.iter().zip(&other.wanted).all(|(one, other)| one.is_empty() || one == other)
}

/// The first field of which two rows say different things.
fn contradiction(one: &Said, other: &Said) -> Option<usize> {
    (0..one.values.len()).find(|slot| {
        let (one, other) = (&one.values[*slot], &other.values[*slot]);
        !one.is_empty() && !other.is_empty() && !matches!(one, Value::List(_)) && one != other
    })
}
