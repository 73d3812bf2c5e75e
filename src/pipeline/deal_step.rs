//! Deal step: one step of the checklist that a stage gave to a deal, and the activity that it became (R48, R49).

use super::{Deal, Stage, checklist};
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort},
    customers::Activity,
    error::{Cause, Error},
    message::Message,
    record::{Choice, Draft, Grid, Id, Kind, filter, record},
};

record! {
    /// A step of the checklist that a stage asks of a deal; written by the program.
    pub struct DealStep in "deal_steps" as "DS" called "deal_step" {
        /// What is to be done
        name: String [title, list],
        /// The deal
        deal: Id<Deal> [index, child, list],
        /// The stage that asks for it
        stage: Id<Stage> [list],
        /// Its place in the checklist, from 1
        position: Option<i64>,
        /// The line of the checklist as it was then
        words: Option<String>,
        /// The activity that it became; empty while others come first
        activity: Option<Id<Activity>> [index, child],
    }
    computed {
        /// What has become of it: waiting, planned, done or called off
        state: state_kind() =>
            "(CASE WHEN {t}.activity IS NULL THEN 'waiting' ELSE (SELECT CASE WHEN a.done IS NOT NULL THEN 'done' \
             WHEN a.cancelled IS NOT NULL THEN 'cancelled' ELSE 'planned' END FROM activities a WHERE a.id = {t}.activity) END)",
        /// When it is planned for
        due: Kind::Timestamp => "(SELECT a.due FROM activities a WHERE a.id = {t}.activity)",
    }
}

fn state_kind() -> Kind {
    let choice = |key: &'static str, label: &'static str| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: "".into(),
        retired: false,
    };
    Kind::Choice(vec![
        choice("waiting", "Waiting"),
        choice("planned", "Planned"),
        choice("done", "Done"),
        choice("cancelled", "Called off"),
    ])
}

/// The checklist on the page of its deal: that of the stage where it is, each step by the ref of its activity.
pub(crate) const PANEL: Panel =
    Panel { of: "deal", key: "checklist", title: "Checklist", title_zh: "待办清单", grid: of_deal };

fn of_deal(crm: &mut Crm, deal: i64, limit: Option<u64>) -> Result<Grid> {
    let stage = crm.get::<Deal>(Id::new(deal))?.stage().number;
    let query = Query {
        filter: filter::parse(&format!("deal=D{deal} stage=ST{stage}"))?,
        columns: ["name", "state", "due", "activity"].map(str::to_owned).into(),
        sort: Sort::parse("position,id"),
        limit,
        ..Query::new("deal_step")
    };
    let mut grid = crm.list(&query)?;
    grid.columns.truncate(3);
    for row in &mut grid.rows {
        if let Some(activity) = row.cells.pop().and_then(|activity| activity.as_integer()) {
            row.short = format!("A{activity}");
        }
    }
    Ok(grid)
}

/// Steps are not written by hand; they come from another database by import, and go with their deal.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    if draft.deleted() || restored || crm.door == "import" {
        return Ok(());
    }
    Err(Error::new(Cause::Refused, Message::new("Checklists are written by their stages, not by hand."))
        .hint(Message::new("kehu stage edit ST1 \"to_do=+2d call: ask who decides\"")))
}

/// A step whose activity is removed is not asked for any more, and the next one is planned.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let alone = !crm.is_any_underway(&["deal", "customer", "contact"]);
    match draft.get("deal").as_integer() {
        Some(deal) if draft.deleted() && alone => checklist::go_on(crm, deal, None).map(|_| ()),
        _ => Ok(()),
    }
}
