//! One row: its record, the contact and the last talk that it tells of, each made or brought up to date.

use super::{Pending, Writer};
use crate::{
    Cause, Crm, Error, Result,
    crm::bulk::{Bulk, Stored},
    exchange::import::{
        Fate, activity,
        check::drafted,
        contact,
        insert::{add_contact, change_contact, insert},
        lane::Mode,
        matcher,
        problem::{Attempt, Fault, Problem},
        said::nameless,
    },
};

/// The record of a row.
struct Written {
    id: i64,
    fresh: bool,
    /// Whether the row changed anything of what was there.
    differs: bool,
}

impl Writer<'_> {
    /// One row of the lane at hand; says how much was written.
    pub(super) fn row(&mut self, crm: &mut Crm, bulk: &mut Bulk, number: usize, place: usize) -> Result<usize> {
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
    pub(super) fn give_up_row(&mut self, problem: Problem) -> Result<()> {
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
        let made = self.plan.links.made;
        self.read_row(crm, place)?;
        if self.spoken.customer_alone {
            self.counts.created += self.plan.links.made - made;
            self.plan.links.made = made;
            return Ok(());
        }
        let mut written = match if look { self.look_up(crm, place)? } else { None } {
            Some(stored) => self.change(crm, place, &stored)?,
            None => self.make(crm, bulk, place)?,
        };
        let mut people = self.write_contact(crm, bulk, place, &mut written)?;
        people += self.write_told(crm, bulk, place, &mut written)?;
        self.note(place, &written, people);
        Ok(())
    }

    /// What the row says, and the records that it points to.
    fn read_row(&mut self, crm: &mut Crm, place: usize) -> Attempt<()> {
        let plan = &mut *self.plan;
        let (main, made) = (plan.lanes[0].kind(), plan.links.made);
        let lane = &mut plan.lanes[place];
        lane.read(&self.row, crm.reading(), &plan.system, &mut self.spoken)?;
        lane.link(crm, &mut plan.links, &mut self.spoken, Mode::Write, main, self.row.line)?;
        if plan.links.made > made {
            for inserter in self.inserters.iter_mut().chain(&mut self.contacts).chain(&mut self.activities) {
                crm.refresh_inserter(inserter)?;
            }
        }
        Ok(())
    }

    fn look_up(&mut self, crm: &mut Crm, place: usize) -> Attempt<Option<Stored>> {
        let lane = &mut self.plan.lanes[place];
        let scope = lane.scope(&self.spoken);
        lane.matcher.nothing = false;
        lane.matcher.find(crm, &lane.shape, &self.spoken.said, scope)
    }

    fn change(&mut self, crm: &mut Crm, place: usize, stored: &Stored) -> Attempt<Written> {
        let (lane, said) = (&self.plan.lanes[place], &self.spoken.said);
        let mut differs = matcher::takes_over(crm, &lane.shape, said, stored)?;
        let clear = self.plan.clear_empty || differs;
        let changes = matcher::compare(crm, &lane.shape, said, stored, clear)?;
        if differs {
            crm.take_over_uid(&lane.shape.schema, stored.id, said.text(lane.shape.uid))?;
        }
        if !changes.is_empty() {
            let mut draft = drafted(crm, lane, stored.id, changes)?;
            draft.origin = said.origin(&lane.shape);
            differs |= !crm.update_draft(&mut draft, true)?.changed.is_empty();
        }
        Ok(Written { id: stored.id, fresh: false, differs })
    }

    fn make(&mut self, crm: &mut Crm, bulk: &mut Bulk, place: usize) -> Attempt<Written> {
        let (lane, said) = (&self.plan.lanes[place], &self.spoken.said);
        if !lane.shape.kept && said.value(lane.shape.title).is_empty() {
            return Err(nameless(&lane.shape, self.row.line).into());
        }
        let id = insert(crm, bulk, lane, &mut self.inserters[place], said, &mut self.values)?;
        Ok(Written { id, fresh: true, differs: false })
    }

    /// The contact of a customer's row; says how many were made.
    fn write_contact(&mut self, crm: &mut Crm, bulk: &mut Bulk, place: usize, written: &mut Written) -> Attempt<u64> {
        let said = &self.spoken.contact;
        let Some((shape, contacts)) = self.plan.lanes[place].contact.as_mut().filter(|_| !said.values.is_empty())
        else {
            return Ok(0);
        };
        let known = if written.fresh {
            None
        } else {
            contacts.nothing = false;
            contact::find(crm, shape, contacts, said, written.id)?
        };
        if let Some(stored) = known {
            let changes = matcher::compare(crm, shape, said, &stored, false)?;
            if !changes.is_empty() {
                written.differs |= change_contact(crm, shape, stored.id, changes)?;
            }
            return Ok(0);
        }
        let Some(inserter) = &mut self.contacts else { return Ok(0) };
        add_contact(crm, bulk, shape, inserter, said, written.id, written.fresh)?;
        written.differs = true;
        Ok(1)
    }

    /// The last talk that the row tells of; says how many were made.
    fn write_told(&mut self, crm: &mut Crm, bulk: &mut Bulk, place: usize, written: &mut Written) -> Attempt<u64> {
        let lane = &self.plan.lanes[place];
        let about = lane.about(written.id, lane.customer_of(&self.spoken));
        let (Some(teller), Some(told), Some(about), Some(inserter)) =
            (&lane.teller, &self.spoken.told, about, &mut self.activities)
        else {
            return Ok(0);
        };
        if !(written.fresh && about.1.is_none()) && teller.known(crm, about.0, told)? {
            return Ok(0);
        }
        let owner = self.spoken.said.value(lane.shape.place("owner"));
        activity::add(crm, bulk, inserter, told, about, owner)?;
        teller.follow(crm, about.0, told)?;
        written.differs = true;
        Ok(1)
    }

    /// Counts the row, and keeps the links that are to be set later.
    fn note(&mut self, place: usize, written: &Written, people: u64) {
        let Written { id, fresh, differs } = *written;
        for link in &self.spoken.pending {
            let wanted = self.spoken.said.wanted[*link].clone();
            self.pending.push(Pending { lane: place, id, link: *link, wanted, line: self.row.line });
        }
        self.counts.linked += people;
        self.counts.created += u64::from(fresh);
        self.counts.updated += u64::from(!fresh && (differs || !self.spoken.pending.is_empty()));
        if self.plan.options.ids && (fresh || differs) {
            self.records.push(id);
        }
    }
}
