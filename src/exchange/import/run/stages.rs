//! From stage to stage: the rows of each lane, then the links between them, in batches.

use super::{Counts, Stage, Writer, file_name};
use crate::{
    Crm, Result,
    crm::bulk::Bulk,
    exchange::{
        Row,
        import::{
            Plan,
            lane::{Lane, Spoken},
            lanes, ledger, planned,
            rejects::Rejects,
        },
    },
    record::Field,
};

impl<'a> Writer<'a> {
    pub(super) fn new(plan: &'a mut Plan, whole: bool) -> Result<Self> {
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
    pub(super) fn work(&mut self, crm: &mut Crm, bulk: &mut Bulk) -> Result<usize> {
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
}

fn add_field(fields: &mut Vec<Field>, field: Option<&Field>) {
    if let Some(field) = field
        && fields.iter().all(|known| known.name != field.name)
    {
        fields.push(field.clone());
    }
}
