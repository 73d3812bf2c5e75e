//! The second reading: writes what the check found worth writing, as one operation.

use super::{
    Fate, Outcome, Plan, Progress, activity,
    check::drafted,
    contact,
    insert::{add_contact, change_contact, insert},
    lane::{Lane, Mode, Spoken},
    lanes, ledger,
    links::{self, Answer},
    matcher, planned,
    problem::{Attempt, Fault, Problem},
    rejects::Rejects,
    said::{Wanted, nameless},
};
use crate::{
    Cause, Crm, Error, Message, Result,
    crm::bulk::{Bulk, Inserter},
    exchange::{Records, Row},
    record::{Field, Link, Value, Values},
    store,
};

/// So many rows and fewer are written in one transaction.
const SHORT: u64 = 2000;

/// What came of the rows so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: u64,
    pub linked: u64,
}

/// A link to a record that the file itself brings, set when all rows are written.
struct Pending {
    lane: usize,
    id: i64,
    link: usize,
    wanted: Wanted,
    line: u64,
}

/// Where the second reading is.
enum Stage {
    /// Reading the rows of that lane.
    Rows(usize, Box<Records>),
    /// Setting links, from that one on.
    Links(usize),
    Finished,
}

struct Writer<'a> {
    plan: &'a mut Plan,
    stage: Stage,
    row: Row,
    spoken: Spoken,
    /// The row that comes next.
    number: usize,
    inserters: Vec<Inserter>,
    contacts: Option<Inserter>,
    activities: Option<Inserter>,
    values: Vec<Value>,
    pending: Vec<Pending>,
    counts: Counts,
    problems: Vec<Problem>,
    rejects: Option<Rejects>,
    records: Vec<i64>,
    run: Option<i64>,
    /// The newest operation beside this import's own: another one means another writer.
    known: i64,
    /// Somebody else wrote since the check, so rows are looked for again before they are made.
    disturbed: bool,
    whole: bool,
    /// Why all was given up.
    fatal: Option<Problem>,
}

impl Plan {
    /// Writes what the check found: all of it, or with `rejects` the good rows.
    ///
    /// # Errors
    /// Faults of the database. What kept single rows from being written stands in the outcome.
    pub fn run(mut self, crm: &mut Crm, progress: &mut dyn FnMut(Progress)) -> Result<Outcome> {
        self.sha256 = ledger::file_hash(&self.source)?;
        if self.refused() {
            return self.refuse(crm);
        }
        let writing = self.created + self.updated + self.linked > 0 || !self.fields.is_empty();
        if !writing && self.rejected == 0 && self.resumed.is_none() {
            return self.nothing_to_do(crm);
        }
        let whole = self.created + self.updated + self.linked <= SHORT && self.resumed.is_none();
        crm.relax_checkpoints(!whole)?;
        let _working = crm.db.interruption().work();
        let outcome = self.write(crm, whole, progress)?;
        crm.relax_checkpoints(false)?;
        crm.reload_fields()?;
        Ok(outcome)
    }

    /// Enters a run that wrote nothing into the ledger, and nothing else anywhere.
    fn enter(&self, crm: &mut Crm, state: &str, counts: Counts, exit: u8) -> Result<()> {
        let milliseconds = self.milliseconds();
        crm.aside(|crm| {
            let run = ledger::begin(crm, self, state)?;
            ledger::beat(crm, run, None, self.rows(), &counts)?;
            ledger::end(crm, run, state, exit, None, milliseconds)
        })
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn refuse(self, crm: &mut Crm) -> Result<Outcome> {
        let counts = Counts { rejected: self.rejected, ..Counts::default() };
        self.enter(crm, "refused", counts, 5)?;
        Ok(Outcome {
            refused: true,
            rejected: self.rejected,
            warnings: self.warnings(),
            problems: self.first_problems,
            ..Outcome::default()
        })
    }

    fn nothing_to_do(self, crm: &mut Crm) -> Result<Outcome> {
        let counts = Counts { unchanged: self.unchanged, ..Counts::default() };
        self.enter(crm, "done", counts, 0)?;
        Ok(Outcome { unchanged: self.unchanged, warnings: self.warnings(), ..Outcome::default() })
    }

    /// What ended the import, and what stands of it: the batches that were written before.
    pub(super) fn stopped(&self, error: Error, operation: Option<i64>, passed: u64) -> Error {
        let Some(operation) = operation else { return store::taken_back(error) };
        let message = if error.cause == Cause::Interrupted {
            Message::new(
                "The import was interrupted: {count} {count:row is|rows are} written and stay; `kehu undo {operation}` \
                 takes them back.",
            )
        } else if store::is_disk_full(&error) {
            Message::new(
                "The disk is full: {count} {count:row is|rows are} written and stay; `kehu undo {operation}` takes them back.",
            )
        } else {
            Message::new(
                "The import stopped: {why} {count} {count:row is|rows are} written and stay; `kehu undo {operation}` takes \
                 them back.",
            )
            .with("why", &error.message)
        };
        let message = message.with("count", passed).with("operation", operation);
        // What came through a pipe cannot be read once more.
        let again = if self.source.name == "standard input" {
            Message::new("kehu undo {operation}").with("operation", operation)
        } else {
            Message::new("kehu import resume")
        };
        Error::new(error.cause, message).hint(again)
    }

    fn write(&mut self, crm: &mut Crm, whole: bool, progress: &mut dyn FnMut(Progress)) -> Result<Outcome> {
        let label = format!("Import {}", file_name(&self.source.name));
        let operation = self.resumed.as_ref().and_then(|resumed| resumed.operation);
        let mut bulk = Bulk::new(&label, operation, whole);
        let warnings = self.warnings();
        self.links.forget_plan();
        let mut writer = Writer::new(self, whole)?;
        let mut passed = writer.plan.resumed.as_ref().map_or(0, |resumed| resumed.done);
        loop {
            let done = crm.batch(&mut bulk, |crm, bulk| writer.work(crm, bulk));
            if let Some(problem) = writer.fatal.take() {
                let rejected = 1;
                let plan = writer.plan;
                plan.enter(crm, "refused", Counts { rejected, ..Counts::default() }, 5)?;
                return Ok(Outcome {
                    refused: true,
                    rejected,
                    problems: vec![problem],
                    warnings,
                    ..Outcome::default()
                });
            }
            if let Err(error) = done {
                return Err(writer.plan.stopped(error, bulk.operation, passed));
            }
            if matches!(writer.stage, Stage::Finished) {
                break;
            }
            passed = if matches!(writer.stage, Stage::Rows(0, _)) { writer.number as u64 } else { writer.plan.rows() };
            progress(Progress { writing: true, done: writer.number as u64, total: writer.plan.rows() });
        }
        writer.finish(crm, &bulk, warnings)
    }
}

fn file_name(name: &str) -> String {
    std::path::Path::new(name).file_name().map_or(name.to_owned(), |name| name.to_string_lossy().into_owned())
}

impl<'a> Writer<'a> {
    fn new(plan: &'a mut Plan, whole: bool) -> Result<Self> {
        let rejects = plan.options.rejects.as_ref().map(|path| Rejects::open(path, &plan.layout)).transpose()?;
        let counts = plan.resumed.as_ref().map(|resumed| resumed.counts).unwrap_or_default();
        Ok(Self {
            stage: Stage::Rows(0, Box::new(plan.layout.records(&plan.source)?)),
            row: Row::default(),
            spoken: Spoken::default(),
            number: 0,
            inserters: Vec::new(),
            contacts: None,
            activities: None,
            values: Vec::new(),
            pending: Vec::new(),
            counts: Counts { rejected: 0, ..counts },
            problems: std::mem::take(&mut plan.first_problems),
            rejects,
            records: Vec::new(),
            run: plan.resumed.as_ref().map(|resumed| resumed.run),
            known: plan.operation,
            // The first write to a new database makes its first user and head office, which rows may speak of.
            disturbed: plan.resumed.is_some() || (plan.operation == 0 && matches!(plan.kind(), "user" | "branch")),
            whole,
            fatal: None,
            plan,
        })
    }

    /// One batch: the next rows, or the next links.
    fn work(&mut self, crm: &mut Crm, bulk: &mut Bulk) -> Result<usize> {
        self.look_around(crm, bulk)?;
        self.prepare(crm)?;
        let mut written = 0;
        while written < bulk.size {
            match &mut self.stage {
                Stage::Finished => break,
                Stage::Rows(lane, records) => {
                    let lane = *lane;
                    if !records.next(&mut self.row)? {
                        self.next_stage(lane)?;
                        continue;
                    }
                    let number = self.number;
                    self.number += 1;
                    written += self.row(crm, bulk, number, lane)?;
                }
                Stage::Links(at) => {
                    let at = *at;
                    if at >= self.pending.len() {
                        self.stage = Stage::Finished;
                        continue;
                    }
                    self.set_link(crm, at)?;
                    self.stage = Stage::Links(at + 1);
                    written += 1;
                }
            }
        }
        self.plan.lanes.iter_mut().for_each(Lane::expect_records);
        self.account(crm, bulk)?;
        Ok(written)
    }

    /// Whether another writer came between.
    fn look_around(&mut self, crm: &mut Crm, bulk: &Bulk) -> Result<()> {
        let newest = crm.newest_operation(bulk.operation)?;
        if newest != self.known {
            self.known = newest;
            self.disturbed = true;
            self.plan.lanes.iter_mut().for_each(Lane::expect_records);
        }
        Ok(())
    }

    /// In the first batch: enters the run, makes fields, prepares statements. In each: who writes, and when.
    fn prepare(&mut self, crm: &mut Crm) -> Result<()> {
        if self.run.is_none() {
            self.run = Some(ledger::begin(crm, self.plan, "running")?);
        }
        if self.inserters.is_empty() {
            self.make_fields(crm)?;
            for lane in &self.plan.lanes {
                let mut fields: Vec<Field> = lane.shape.fields().cloned().collect();
                add_field(&mut fields, lane.shape.schema.field("primary"));
                self.inserters.push(crm.inserter(&lane.shape.schema, fields)?);
            }
            if let Some((shape, _)) = &self.plan.lanes[0].contact {
                let mut fields: Vec<Field> = shape.fields().cloned().collect();
                add_field(&mut fields, shape.schema.field("customer"));
                add_field(&mut fields, shape.schema.field("primary"));
                self.contacts = Some(crm.inserter(&shape.schema, fields)?);
            }
            let teller = self.plan.lanes.iter().find_map(|lane| lane.teller.as_ref());
            self.activities = teller.map(|teller| teller.inserter(crm)).transpose()?;
        }
        for inserter in self.inserters.iter_mut().chain(&mut self.contacts).chain(&mut self.activities) {
            crm.refresh_inserter(inserter)?;
        }
        Ok(())
    }

    fn make_fields(&mut self, crm: &mut Crm) -> Result<()> {
        let plan = &mut *self.plan;
        if plan.fields.is_empty() {
            return Ok(());
        }
        let kind = plan.kind();
        planned::make(crm, kind, &plan.fields)?;
        crm.relabel(&format!("Import {}", file_name(&plan.source.name)))?;
        let schema = crm.schema(kind)?;
        plan.lanes = lanes(crm, &schema, &plan.mapping, &[], plan.match_field.as_deref())?;
        Ok(())
    }

    fn next_stage(&mut self, lane: usize) -> Result<()> {
        self.stage = if lane + 1 < self.plan.lanes.len() {
            self.number = 0;
            Stage::Rows(lane + 1, Box::new(self.plan.layout.records(&self.plan.source)?))
        } else {
            Stage::Links(0)
        };
        Ok(())
    }

    /// Says in the ledger how far it is, and at the end what came of it.
    fn account(&mut self, crm: &mut Crm, bulk: &Bulk) -> Result<()> {
        let run = self.run.unwrap_or_default();
        let ended = matches!(self.stage, Stage::Finished);
        let mut counts = self.counts;
        counts.linked += self.plan.links.made;
        if ended {
            let used = counts.created + counts.updated + counts.rejected;
            counts.unchanged = self.plan.rows().saturating_sub(used);
            let parts = [(counts.created, "created"), (counts.updated, "updated")];
            let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
            let parts = parts.collect::<Vec<_>>().join(", ");
            let label = format!("Import {}: {parts}", file_name(&self.plan.source.name));
            crm.relabel(label.trim_end_matches(": "))?;
        }
        let done = if matches!(self.stage, Stage::Rows(0, _)) { self.number as u64 } else { self.plan.rows() };
        ledger::beat(crm, run, bulk.operation, done, &counts)?;
        if ended {
            let exit = if counts.rejected > 0 { 6 } else { 0 };
            ledger::end(crm, run, "done", exit, bulk.operation, self.plan.milliseconds())?;
        }
        Ok(())
    }

    /// One row of the lane at hand; says how much was written.
    fn row(&mut self, crm: &mut Crm, bulk: &mut Bulk, number: usize, place: usize) -> Result<usize> {
        let fate = self.plan.fates.get(number).copied().unwrap_or(Fate::Unchanged);
        if matches!(fate, Fate::Unchanged | Fate::Repeat) || self.plan.lane_of(&self.row) != place {
            return Ok(0);
        }
        if fate == Fate::Rejected {
            self.counts.rejected += 1;
            let key = u32::try_from(number).unwrap_or(u32::MAX);
            if let (Some(rejects), Some(problem)) = (&mut self.rejects, self.plan.late.get(&key)) {
                rejects.add(&self.row, problem)?;
            }
            return Ok(0);
        }
        match self.take_row(crm, bulk, fate, place) {
            Ok(()) => Ok(1),
            Err(Fault::All(error)) => Err(error),
            Err(Fault::Row(problem)) => {
                self.give_up_row(problem.at(self.row.line))?;
                Ok(1)
            }
        }
    }

    /// A row that seemed good and cannot be written after all: another writer was faster.
    fn give_up_row(&mut self, problem: Problem) -> Result<()> {
        if self.whole && self.plan.options.rejects.is_none() {
            let message = problem.message.clone();
            self.fatal = Some(problem);
            return Err(Error::new(Cause::Refused, message));
        }
        self.counts.rejected += 1;
        if let Some(rejects) = &mut self.rejects {
            rejects.add(&self.row, &problem)?;
        }
        if self.problems.len() < 20 {
            self.problems.push(problem);
        }
        Ok(())
    }

    fn take_row(&mut self, crm: &mut Crm, bulk: &mut Bulk, fate: Fate, place: usize) -> Attempt<()> {
        let quick = fate == Fate::Create && !self.disturbed;
        let simple = quick && matches!(self.plan.lanes[place].kind(), "customer" | "user" | "branch");
        if simple {
            return self.write_row(crm, bulk, place, false);
        }
        crm.savepoint()?;
        match self.write_row(crm, bulk, place, !quick) {
            Ok(()) => Ok(crm.release()?),
            Err(fault) => {
                if matches!(fault, Fault::Row(_)) {
                    crm.back_to_savepoint()?;
                }
                Err(fault)
            }
        }
    }

    fn write_row(&mut self, crm: &mut Crm, bulk: &mut Bulk, place: usize, look: bool) -> Attempt<()> {
        let plan = &mut *self.plan;
        let main = plan.lanes[0].kind();
        let lane = &mut plan.lanes[place];
        lane.read(&self.row, crm.reading(), &plan.system, &mut self.spoken)?;
        let made = plan.links.made;
        lane.link(crm, &mut plan.links, &mut self.spoken, Mode::Write, main, self.row.line)?;
        if plan.links.made > made {
            for inserter in self.inserters.iter_mut().chain(&mut self.contacts).chain(&mut self.activities) {
                crm.refresh_inserter(inserter)?;
            }
        }
        if self.spoken.customer_alone {
            self.counts.created += plan.links.made - made;
            plan.links.made = made;
            return Ok(());
        }
        let found = if look {
            let scope = lane.scope(&self.spoken);
            lane.matcher.nothing = false;
            lane.matcher.find(crm, &lane.shape, &self.spoken.said, scope)?
        } else {
            None
        };
        let (id, fresh, mut differs) = if let Some(stored) = found {
            let mut written = matcher::takes_over(crm, &lane.shape, &self.spoken.said, &stored)?;
            let clear = plan.clear_empty || written;
            let changes = matcher::compare(crm, &lane.shape, &self.spoken.said, &stored, clear)?;
            if written {
                crm.take_over_uid(&lane.shape.schema, stored.id, self.spoken.said.text(lane.shape.uid))?;
            }
            if !changes.is_empty() {
                let mut draft = drafted(crm, lane, stored.id, changes)?;
                written |= !crm.update_draft(&mut draft, true)?.changed.is_empty();
            }
            (stored.id, false, written)
        } else {
            if self.spoken.said.value(lane.shape.title).is_empty() {
                return Err(nameless(&lane.shape, self.row.line).into());
            }
            let id = insert(crm, bulk, lane, &mut self.inserters[place], &self.spoken.said, &mut self.values)?;
            (id, true, false)
        };
        let mut people = 0;
        if let Some((shape, contacts)) = lane.contact.as_mut().filter(|_| !self.spoken.contact.values.is_empty()) {
            let known = if fresh {
                None
            } else {
                contacts.nothing = false;
                contact::find(crm, shape, contacts, &self.spoken.contact, id)?
            };
            match known {
                Some(stored) => {
                    let changes = matcher::compare(crm, shape, &self.spoken.contact, &stored, false)?;
                    if !changes.is_empty() {
                        differs |= change_contact(crm, shape, stored.id, changes)?;
                    }
                }
                None => {
                    if let Some(inserter) = &mut self.contacts {
                        add_contact(crm, bulk, shape, inserter, &self.spoken.contact, id, fresh)?;
                        (people, differs) = (1, true);
                    }
                }
            }
        }
        let about = lane.about(id, lane.customer_of(&self.spoken));
        if let (Some(teller), Some(told), Some(about), Some(inserter)) =
            (&lane.teller, &self.spoken.told, about, &mut self.activities)
            && ((fresh && about.1.is_none()) || !teller.known(crm, about.0, told)?)
        {
            let owner = self.spoken.said.value(lane.shape.place("owner"));
            activity::add(crm, bulk, inserter, told, about, owner)?;
            people += 1;
            differs = true;
        }
        for link in &self.spoken.pending {
            let wanted = self.spoken.said.wanted[*link].clone();
            self.pending.push(Pending { lane: place, id, link: *link, wanted, line: self.row.line });
        }
        self.counts.linked += people;
        self.counts.created += u64::from(fresh);
        self.counts.updated += u64::from(!fresh && (differs || !self.spoken.pending.is_empty()));
        if plan.options.ids && (fresh || differs) {
            self.records.push(id);
        }
        Ok(())
    }

    /// Points a record to another one of the file, now that all are there.
    fn set_link(&mut self, crm: &mut Crm, at: usize) -> Result<()> {
        let Pending { lane, id, link, ref wanted, line } = self.pending[at];
        let plan = &mut *self.plan;
        let lane = &plan.lanes[lane];
        let slot = lane.shape.links[link];
        let name = lane.shape.slots[slot].field.name.to_string();
        let kind = lane.kind();
        crm.savepoint()?;
        let done = (|| -> Attempt<()> {
            let target = match plan.links.find(crm, kind, wanted, line)? {
                Answer::Found(id) => id,
                Answer::Several(candidates) => return links::several(&name, wanted, candidates),
                Answer::Missing if plan.links.may_make(kind, wanted) => {
                    plan.links.make(crm, kind, wanted, Values::new())?
                }
                Answer::Missing => return Err(links::missing(kind, &name, wanted).into()),
            };
            let mut draft = drafted(crm, lane, id, vec![(slot, Link::to(target))])?;
            crm.update_draft(&mut draft, true)?;
            Ok(())
        })();
        match done {
            Ok(()) => crm.release(),
            Err(Fault::All(error)) => Err(error),
            Err(Fault::Row(problem)) => {
                crm.back_to_savepoint()?;
                let problem = problem.at(line);
                if self.whole && self.plan.options.rejects.is_none() {
                    return self.give_up_row(problem);
                }
                // The record itself is written; only its link is not.
                self.plan.links.warn(
                    Message::new("Line {line}: the {field} was not set: {why}")
                        .with("line", line)
                        .with("field", name)
                        .with("why", problem.message),
                );
                Ok(())
            }
        }
    }

    fn finish(mut self, crm: &mut Crm, bulk: &Bulk, mut warnings: Vec<Message>) -> Result<Outcome> {
        if let Some(rejects) = self.rejects.take() {
            rejects.finish()?;
        }
        let there = crm.aside(|crm| crm.end_bulk(bulk))?;
        let run = self.run.unwrap_or_default();
        if !there {
            crm.aside(|crm| ledger::forget_operation(crm, run))?;
        }
        for warning in &self.plan.links.warnings {
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        let Counts { created, updated, rejected, linked, .. } = self.counts;
        Ok(Outcome {
            created,
            updated,
            rejected,
            unchanged: self.plan.rows().saturating_sub(created + updated + rejected),
            linked: linked + self.plan.links.made,
            refused: false,
            problems: self.problems,
            warnings,
            operation: bulk.operation.filter(|_| there),
            records: self.records,
        })
    }
}

fn add_field(fields: &mut Vec<Field>, field: Option<&Field>) {
    if let Some(field) = field
        && fields.iter().all(|known| known.name != field.name)
    {
        fields.push(field.clone());
    }
}
