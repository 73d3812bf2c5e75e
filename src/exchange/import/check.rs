//! The check: reads the whole file before anything is written, and decides what becomes of each row.

use super::{
    Diff, Fate, OnDuplicate, OnMatch, Plan, Progress,
    compare::alias_key,
    contact, gone,
    insert::{is_plain, new_draft},
    keys::{self, Keys},
    kin::remember,
    lane::{Lane, Mode, Spoken},
    matcher,
    problem::{Attempt, Fault, Problem},
    said::{Wanted, nameless},
    survivors::{Standing, Survivors},
};
use crate::{
    Crm, Error, Message, Result, catalog,
    crm::bulk::Stored,
    exchange::{Records, Row},
    record::{Draft, Origin, Value},
};
use std::collections::HashSet;

/// How many differences a dry run tells.
const TOLD: usize = 10_000;

/// What the check remembers of rows, in little memory.
#[derive(Default)]
pub(super) struct Memory {
    /// What two rows must not share unless they speak of the same record.
    pub strong: Keys,
    /// Names of rows with a phone or e-mail, and of rows without.
    pub named: Keys,
    pub bare: Keys,
    /// Links that rows of this file may answer: what is wanted, by whom, and as which link.
    pub wanted: Vec<(u64, u32, usize)>,
    /// Rows that fell on records that others were merged into.
    pub survivors: Survivors,
    /// Rows that change nothing since their record was merged away.
    pub left: HashSet<u32>,
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
        let survivors = Survivors::new(crm, &self.lanes)?;
        let mut memory = Memory { survivors, ..Memory::default() };
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
            if number.is_multiple_of(4096) {
                crm.db.interruption().check()?;
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
        self.leave_merged(crm, &mut memory);
        self.compare_rows(crm, memory)?;
        self.linked += self.links.made;
        self.first_problems.sort_by_key(|problem| problem.line);
        self.first_problems.truncate(20);
        Ok(())
    }

    /// Room for as many rows as the file seems to have, by how much the first of them took.
    fn reserve(&mut self, memory: &mut Memory, records: &Records) {
        // Growing would hold everything twice for a moment; room that is never used costs nothing.
        let rows = usize::try_from(records.estimate(1000)).unwrap_or_default().min(keys::MOST_ROWS);
        self.fates.reserve_exact(rows);
        let addresses = self.lanes[0].shape.addresses.len().min(3);
        let numbers = self.lanes[0].shape.unique.len() + usize::from(self.lanes[0].shape.external.is_some());
        memory.strong.reserve(rows * (addresses + numbers));
        memory.named.reserve(if addresses > 0 { rows } else { 0 });
    }

    pub(super) fn count(&mut self, fate: Fate, step: i64) {
        let counter = match fate {
            Fate::Create | Fate::Alone => &mut self.created,
            Fate::Update | Fate::Complete => &mut self.updated,
            Fate::Unchanged | Fate::Repeat => &mut self.unchanged,
            Fate::Rejected => &mut self.rejected,
        };
        *counter = counter.saturating_add_signed(step);
    }

    /// Keeps the first problems to be told, and all where they are to be written back.
    pub(super) fn keep_problem(&mut self, number: u32, problem: Problem) {
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
            None if self.is_duplicate(crm, row, number, place, spoken)? => {
                Ok(Verdict { fate: Fate::Unchanged, linked: 0 })
            }
            None => {
                gone::refuse(crm, &self.lanes[place], &mut self.links, spoken, None)?;
                let verdict = self.check_new(crm, row, place, spoken)?;
                self.tell_odd(row, place, spoken);
                Ok(verdict)
            }
            Some(stored) => {
                let verdict = self.check_known(crm, row, number, place, spoken, &stored)?;
                let standing = Standing { number, line: row.line, place };
                let reached = (stored.id, verdict.linked);
                memory.survivors.note(crm, &self.lanes[place], standing, &spoken.said, reached)?;
                Ok(verdict)
            }
        }
    }

    /// Says when a new record is probably a stored one, and whether it is to be left out for that.
    fn is_duplicate(&mut self, crm: &mut Crm, row: &Row, number: u32, place: usize, spoken: &Spoken) -> Result<bool> {
        let wish = self.options.on_duplicate;
        let lane = &self.lanes[place];
        let schema = &lane.shape.schema;
        let own = self.resumed.as_ref().is_some_and(|resumed| u64::from(number) < resumed.done);
        if wish == OnDuplicate::Off
            || own
            || lane.matcher.nothing
            || schema.field("merged_into").is_none()
            || !lane.shape.named
        {
            return Ok(false);
        }
        let draft = new_draft(&lane.shape, &spoken.said);
        let Some((other, _)) = crm.suspect(&draft)? else { return Ok(false) };
        let title = crm.title(schema.kind, other)?;
        let name = draft.get(&schema.title().name);
        let message = Message::new("Line {line}: {name} is probably {other} {title}, which is there already.")
            .with("line", row.line)
            .with("name", name.as_text().unwrap_or_default())
            .with("other", schema.short(other))
            .with("title", title);
        self.links.warn(message);
        Ok(wish == OnDuplicate::Skip)
    }

    /// Says what is strange in a row that is taken all the same.
    fn tell_odd(&mut self, row: &Row, place: usize, spoken: &Spoken) {
        let shape = &self.lanes[place].shape;
        let Some(odd) = catalog::entry(shape.schema.kind).and_then(|entry| entry.odd) else { return };
        if let Some(said) = odd(&new_draft(shape, &spoken.said)) {
            self.links.warn(Message::new("Line {line}: {said}").with("line", row.line).with("said", said));
        }
    }

    fn check_new(&self, crm: &mut Crm, row: &Row, place: usize, spoken: &Spoken) -> Attempt<Verdict> {
        let shape = &self.lanes[place].shape;
        if !shape.kept && spoken.said.value(shape.title).is_empty() {
            return Err(nameless(shape, row.line).into());
        }
        let missing = shape.schema.writable().filter(|field| field.required && field.default.is_none() && !field.title);
        let mut problems = Vec::new();
        for field in missing {
            let slot = shape.place(&field.name);
            let wanted = shape.links.iter().position(|link| Some(*link) == slot).map(|link| &spoken.said.wanted[link]);
            if spoken.said.value(slot).is_empty() && wanted.is_none_or(Wanted::is_empty) {
                let message = Message::new("A {kind} needs {fields}.")
                    .with("kind", shape.schema.kind)
                    .with("fields", &field.name);
                problems.push(Problem::new("missing", message).on_field(&*field.name));
            }
        }
        Problem::of_all(problems)?;
        // A row that waits for another record to be made is looked at when it is written; a contact's rules refuse nothing.
        let kind = shape.schema.kind;
        let found = |(slot, wanted): (&usize, &Wanted)| wanted.is_empty() || !spoken.said.values[*slot].is_empty();
        if !is_plain(kind)
            && kind != "contact"
            && shape.links.iter().zip(&spoken.said.wanted).all(found)
            && let Some(rules) = catalog::entry(kind)
        {
            (rules.check)(crm, &mut new_draft(shape, &spoken.said))?;
        }
        let linked = u64::from(!spoken.contact.values.is_empty()) + u64::from(spoken.told.is_some());
        Ok(Verdict { fate: Fate::Create, linked })
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
        let schema = self.lanes[place].shape.schema.clone();
        // What an interrupted run wrote itself is no stranger's record.
        let own = self.resumed.as_ref().is_some_and(|resumed| u64::from(number) < resumed.done);
        match self.on_match {
            _ if own => {}
            OnMatch::Skip => return Ok(Verdict { fate: Fate::Unchanged, linked: 0 }),
            OnMatch::Error => {
                let shape = &self.lanes[place].shape;
                let title = crm.title(schema.kind, stored.id)?;
                let message = Message::new("{record} {title} is there already.")
                    .with("record", schema.short(stored.id))
                    .with("title", title);
                return Err(Problem::new("exists", message)
                    .on_field(shape.name(shape.title.unwrap_or_default()))
                    .into());
            }
            OnMatch::Update => {}
        }
        gone::refuse(crm, &self.lanes[place], &mut self.links, spoken, Some(stored))?;
        let lane = &self.lanes[place];
        let taken_over = matcher::takes_over(crm, &lane.shape, &spoken.said, stored)?;
        let clear = self.clear_empty || taken_over;
        let mut changes = matcher::compare(crm, &lane.shape, &spoken.said, stored, clear)?;
        let mut draft = None;
        if !changes.is_empty() {
            let made = drafted(crm, lane, stored.id, std::mem::take(&mut changes))?;
            draft = Some(made).filter(|draft| !draft.values.is_empty());
        }
        let (contact_changed, contacts) = self.check_contact(crm, place, spoken, stored.id)?;
        let told = u64::from(self.check_told(crm, place, spoken, stored.id)?);
        if let Some(draft) = &draft
            && self.details
            && self.diffs.len() < TOLD
        {
            self.diffs.push(diff(draft, row.line));
        }
        let differs = draft.is_some() || taken_over || contact_changed || told > 0 || !spoken.pending.is_empty();
        let fate = if differs { Fate::Update } else { Fate::Unchanged };
        Ok(Verdict { fate, linked: contacts + told })
    }

    /// Whether the row tells of a last contact that is not there yet.
    fn check_told(&self, crm: &mut Crm, place: usize, spoken: &Spoken, id: i64) -> Result<bool> {
        let lane = &self.lanes[place];
        let (Some(teller), Some(told)) = (&lane.teller, &spoken.told) else { return Ok(false) };
        let about = lane.about(id, lane.customer_of(spoken));
        about.map_or(Ok(false), |(customer, _)| Ok(!teller.known(crm, customer, told)?))
    }

    /// Whether the contact of a stored customer's row would change, and how many would be made.
    fn check_contact(&self, crm: &mut Crm, place: usize, spoken: &Spoken, customer: i64) -> Attempt<(bool, u64)> {
        let Some((shape, matcher)) = self.lanes[place].contact.as_ref().filter(|_| !spoken.contact.values.is_empty())
        else {
            return Ok((false, 0));
        };
        match contact::find(crm, shape, matcher, &spoken.contact, customer)? {
            None => Ok((true, 1)),
            Some(stored) => Ok((!matcher::compare(crm, shape, &spoken.contact, &stored, false)?.is_empty(), 0)),
        }
    }
}

/// The change as it would be written, with what the kind's rules make of it.
pub(super) fn drafted(crm: &mut Crm, lane: &Lane, id: i64, changes: Vec<(usize, Value)>) -> Result<Draft> {
    let kind = lane.kind();
    let entry = crm.record(kind, id)?;
    let values =
        changes.into_iter().map(|(slot, value)| (lane.shape.slots[slot].field.name.to_string(), value)).collect();
    let mut draft = Draft {
        schema: entry.schema.clone(),
        id: Some(id),
        stored: entry.values,
        values,
        removing: false,
        origin: Origin::File,
    };
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
            .map(|(name, value)| {
                let field = draft.schema.field(name);
                let kind = field.map_or(crate::record::Kind::Text, |field| field.kind.clone());
                (name.clone(), kind, draft.before(name), value.clone())
            })
            .collect(),
    }
}
