//! Claiming a lead that is nobody's: of two who try at the same moment one gets it and the other is told who (behaviour 19).

use super::{Lead, LeadStatus, refused};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::Id,
    store::Sql,
};

impl Lead {
    /// Takes the lead for whoever asks, by one statement that does nothing where somebody was faster.
    pub(super) fn claim(crm: &mut Crm, id: i64) -> Result<()> {
        let Some((me, _)) = crm.actor() else {
            return Err(Error::new(Cause::NotAllowed, Message::new("Nobody has signed in who could claim anything.")));
        };
        let lead: Self = crm.get(Id::new(id))?;
        if matches!(lead.status, LeadStatus::Converted | LeadStatus::Disqualified) {
            let message = Message::new("{lead} is {status}.").with("lead", &lead.name);
            return Err(refused(message.with("status", lead.status.key())));
        }
        let now = Sql::Text(crm.now_text());
        let taken = crm.db.execute(
            "UPDATE leads SET owner = ?, assigned = ?, updated_at = ?, version = version + 1 \
             WHERE id = ? AND owner IS NULL AND deleted_at IS NULL",
            &[Sql::Integer(me), now.clone(), now, Sql::Integer(id)],
        )?;
        if taken == 0 {
            return Err(Self::taken(crm, id)?);
        }
        Ok(())
    }

    fn taken(crm: &mut Crm, id: i64) -> Result<Error> {
        let entry = crm.record("lead", id)?;
        crate::crm::refuse_deleted(&entry)?;
        let owner = match entry.value("owner") {
            crate::record::Value::Link(owner) => owner.title,
            _ => String::new(),
        };
        let message = Message::new("{record} {lead} is {owner}'s already.");
        let message = message.with("record", entry.short()).with("lead", entry.title()).with("owner", owner);
        Ok(Error::new(Cause::Conflict, message).hint(Message::new("kehu lead list owner:")))
    }
}
