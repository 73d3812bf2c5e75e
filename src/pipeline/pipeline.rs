//! Pipeline: a sales process with its stages; a company may have several (R48).

use super::stage::{Outcome, Stage};
use crate::{
    Result,
    crm::Crm,
    record::{
        Id, record,
        types::{LongText, Percent},
    },
    store::Sql,
};

record! {
    /// A sales process: the stages that a deal passes.
    pub struct Pipeline in "pipelines" as "PL" called "pipeline" {
        /// Name shown everywhere
        name: String [title, unique, list],
        /// Where deals go that name no pipeline; the oldest such pipeline counts
        default: bool [default("no"), list],
        /// Whether new deals may enter it
        active: bool [default("yes"), list],
        /// What it is for
        notes: Option<LongText>,
    }
    computed {
        /// How many deals are open in it
        open_deals: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM deals d WHERE d.pipeline = {t}.id AND d.closed IS NULL AND d.deleted_at IS NULL)",
    }
}

/// The stages of a pipeline that nobody has made yet: what most companies start with.
const USUAL: [(&str, i64, Outcome); 6] = [
    ("Qualified", 1000, Outcome::Open),
    ("Proposal", 3000, Outcome::Open),
    ("Negotiation", 6000, Outcome::Open),
    ("Won", 10_000, Outcome::Won),
    ("Lost", 0, Outcome::Lost),
    ("Shelved", 0, Outcome::Shelved),
];

/// The pipeline of deals that name none: the one marked so, else the oldest; a first one is made where there is none,
/// unless something is only being looked at.
pub(crate) fn usual(crm: &mut Crm) -> Result<Option<Id<Pipeline>>> {
    if let Some(usual) = crm.memo.as_ref().and_then(|memo| memo.usual) {
        return Ok(Some(usual));
    }
    let sql = "SELECT id FROM pipelines WHERE deleted_at IS NULL AND active ORDER BY \"default\" DESC, id LIMIT 1";
    if let Some(id) = crm.numbers(sql, &[])?.first() {
        let usual = Id::new(*id);
        if let Some(memo) = &mut crm.memo {
            memo.usual = Some(usual);
        }
        return Ok(Some(usual));
    }
    if crm.operation().is_none() {
        return Ok(None);
    }
    let id = crm.insert(&Pipeline { name: "Sales".into(), default: true, active: true, ..Pipeline::default() })?;
    for (position, (name, probability, outcome)) in (1..).zip(USUAL) {
        crm.insert(&Stage {
            name: name.into(),
            pipeline: id,
            position: Some(position),
            probability: Some(Percent(probability)),
            outcome,
            ..Stage::default()
        })?;
    }
    Ok(Some(id))
}

/// The stages of a pipeline in their order.
pub(crate) fn stages(crm: &mut Crm, pipeline: Id<Pipeline>) -> Result<Vec<Stage>> {
    if let Some(stages) = crm.memo.as_ref().and_then(|memo| memo.stages.get(&pipeline.number)) {
        return Ok(stages.clone());
    }
    let sql = "SELECT id FROM stages WHERE pipeline = ? AND deleted_at IS NULL ORDER BY position, id";
    let ids = crm.numbers(sql, &[Sql::Integer(pipeline.number)])?;
    let stages = ids.into_iter().map(|id| crm.get(Id::new(id))).collect::<Result<Vec<Stage>>>()?;
    if let Some(memo) = crm.memo.as_mut().filter(|_| !stages.is_empty()) {
        memo.stages.insert(pipeline.number, stages.clone());
    }
    Ok(stages)
}
