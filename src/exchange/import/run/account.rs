//! What came of an import: said in the ledger as it goes on, and to whoever asked at the end.

use super::{Counts, Stage, Writer, file_name};
use crate::{
    Crm, Message, Result,
    crm::bulk::Bulk,
    exchange::import::{Outcome, ledger},
};

impl Writer<'_> {
    /// Says in the ledger how far it is, and at the end what came of it.
    pub(super) fn account(&mut self, crm: &mut Crm, bulk: &Bulk) -> Result<()> {
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

    pub(super) fn finish(mut self, crm: &mut Crm, bulk: &Bulk, mut warnings: Vec<Message>) -> Result<Outcome> {
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
