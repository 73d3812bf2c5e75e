//! What is done with leads: claimed, qualified, disqualified, taken up again.

use super::{Lead, LeadStatus};
use crate::{
    Result,
    crm::Crm,
    message::Message,
    record::{Ask, Id, Kind, Value, Values, Verb, types::FieldType},
    reports::parameter,
};

impl Lead {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "claim",
            doc: "Takes a lead that is nobody's yet; of two who try at once one gets it",
            asks: &[],
            example: "kehu lead claim L1",
            refused: Self::mine_already,
            run: |crm, id, _| Self::claim(crm, id),
        },
        Verb {
            name: "qualify",
            doc: "Marks a lead as worth the effort",
            asks: &[],
            example: "kehu lead qualify L1",
            refused: |crm, id| Self::unless(crm, id, &[LeadStatus::New, LeadStatus::Contacted]),
            run: |crm, id, _| set(crm, id, LeadStatus::Qualified, Values::new()),
        },
        Verb {
            name: "disqualify",
            doc: "Marks a lead as one of which nothing will come, and keeps why",
            asks: &[Ask {
                name: "because",
                doc: "Why: no budget, wrong number, a competitor, a student …",
                kind: || Kind::OpenList,
                required: true,
            }],
            example: "kehu lead disqualify L2 --because \"no budget\"",
            refused: |crm, id| Self::unless(crm, id, &[LeadStatus::New, LeadStatus::Contacted, LeadStatus::Qualified]),
            run: |crm, id, answers| {
                let because = vec![("disqualified_because".to_owned(), parameter(answers, "because"))];
                set(crm, id, LeadStatus::Disqualified, because)
            },
        },
        Verb {
            name: "reopen",
            doc: "Takes up a lead again of which nothing seemed to come",
            asks: &[],
            example: "kehu lead disqualify L2 --because \"no budget\"\n  kehu lead reopen L2",
            refused: |crm, id| Self::unless(crm, id, &[LeadStatus::Disqualified]),
            run: |crm, id, _| {
                let answered = !crm.record("lead", id)?.value("first_response").is_empty();
                let status = if answered { LeadStatus::Contacted } else { LeadStatus::New };
                set(crm, id, status, Values::new())
            },
        },
    ];

    fn unless(crm: &mut Crm, id: i64, fitting: &[LeadStatus]) -> Result<Option<Message>> {
        let lead: Self = crm.get(Id::new(id))?;
        Ok((!fitting.contains(&lead.status))
            .then(|| Message::new("{lead} is {status}.").with("lead", &lead.name).with("status", lead.status.key())))
    }

    fn mine_already(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let lead: Self = crm.get(Id::new(id))?;
        let mine = lead.owner.is_some_and(|owner| crm.actor().is_some_and(|(me, _)| me == owner.number));
        Ok(mine.then(|| Message::new("{lead} is yours already.").with("lead", &lead.name)))
    }
}

fn set(crm: &mut Crm, id: i64, status: LeadStatus, mut values: Values) -> Result<()> {
    values.push(("status".to_owned(), FieldType::to_value(&status)));
    values.retain(|(_, value)| *value != Value::Null);
    crm.change("lead", id, values, None).map(|_| ())
}
