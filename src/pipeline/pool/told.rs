//! What a run of the pool rules did, as a table: whom, from whom, where to, by which rule, since when, and what kept others.

use super::{
    Trigger,
    candidates::{Turn, holds},
    fate::{Fate, Keeper, What},
};
use crate::{
    Result,
    crm::Crm,
    record::{Choice, Column, Grid, Kind, Row, Total, Value, types::FieldType},
};

impl Crm {
    pub(super) fn told_pool_run(&mut self, turns: &[Turn], fates: &[Fate]) -> Result<Grid> {
        let mut owners: Vec<i64> = fates.iter().map(|fate| fate.owner).collect();
        owners.sort_unstable();
        owners.dedup();
        let owners = self.links("user", &owners)?;
        let why = self.schema("pool_rule")?.field("trigger").map_or_else(Trigger::kind, |field| field.kind.clone());
        let columns = vec![
            Column::new("name", "Customer", "客户", Kind::Text),
            Column::new("what", "What", "处理", Kind::Choice(words())),
            Column::new("owner", "Owner", "负责人", Kind::Text),
            Column::new("pool", "Pool", "公海", Kind::Text),
            Column::new("rule", "Rule", "规则", Kind::Text),
            Column::new("why", "Why", "原因", why),
            Column::new("since", "Since", "起算日", Kind::Date),
            Column::new("due", "Due", "回收日", Kind::Date),
            Column::new("days_left", "Days left", "剩余天数", Kind::Integer),
            Column::new("kept_by", "Kept by", "保留原因", Kind::Choice(reasons())),
        ];
        let row = |fate: &Fate| {
            let turn = &turns[fate.rule];
            let (what, by) = match fate.what {
                What::Taken => ("taken", Value::Null),
                What::Warned(_) => ("warned", Value::Null),
                What::Kept(by) => ("kept", Value::text(key_of(by))),
            };
            Row {
                id: fate.customer,
                short: format!("C{}", fate.customer),
                cells: vec![
                    Value::text(&fate.name),
                    Value::text(what),
                    owners.get(&fate.owner).map_or(Value::Null, |owner| Value::text(&owner.title)),
                    Value::text(&turn.pool.name),
                    Value::text(format!("PR{} {}", turn.rule.id.number, turn.rule.name)),
                    turn.rule.trigger.to_value(),
                    fate.since.to_value(),
                    fate.due.to_value(),
                    Value::Integer(fate.left.max(0)),
                    by,
                ],
            }
        };
        let mut grid = Grid::of("customers", columns, Vec::new());
        grid.rows = fates.iter().map(row).collect();
        grid.total = Total::Exactly(fates.len() as u64);
        Ok(grid)
    }
}

const PLANNED: &str = "planned";

fn key_of(by: Keeper) -> &'static str {
    match by {
        Keeper::Declared(place) => holds().nth(place).map_or("", |hold| hold.key),
        Keeper::Plan => PLANNED,
    }
}

fn word(key: &'static str, label: &'static str, label_zh: &'static str) -> Choice {
    Choice { key: key.into(), label: label.into(), label_zh: label_zh.into(), retired: false }
}

fn words() -> Vec<Choice> {
    vec![word("taken", "Taken", "收回"), word("warned", "Warned", "提醒"), word("kept", "Kept", "保留")]
}

fn reasons() -> Vec<Choice> {
    let declared = holds().map(|hold| word(hold.key, hold.label, hold.label_zh));
    declared.chain([word(PLANNED, "Something is planned", "已有计划")]).collect()
}
