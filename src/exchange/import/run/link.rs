//! Links to records of the same file, which are set when all rows are written.

use super::{Pending, Writer};
use crate::{
    Crm, Message, Result,
    exchange::import::{
        check::drafted,
        links::{self, Answer},
        problem::{Attempt, Fault},
    },
    record::{Link, Values},
};

impl Writer<'_> {
    /// Points a record to another one of the file, now that all are there.
    pub(super) fn set_link(&mut self, crm: &mut Crm, at: usize) -> Result<()> {
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
                Answer::Missing => return Err(links::missing(crm, &lane.shape, kind, &name, wanted).into()),
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
}
