//! The palette: one box for everything: commands, records, settings; what cannot be run now stays listed with the reason.

use super::{Item, Picker};
use crate::{
    Crm, Result, catalog,
    tui::{action, key, state::State},
};
use std::sync::Arc;

/// How many records it offers.
const RECORDS: u64 = 12;

/// The box with everything in it.
pub fn palette(state: &State) -> Picker {
    let context = &state.context;
    let contexts = state.contexts();
    let mut items: Vec<Item> = state
        .recent
        .iter()
        .take(5)
        .map(|(kind, id, name)| {
            let short = context.schema(kind).map_or_else(String::new, |schema| schema.short(*id));
            Item::new(format!("{short} {name}"), format!("record {short}")).detail(context.noun(kind))
        })
        .collect();
    let here = |action: &&action::Action| contexts.contains(&action.context) && action.id != "frame.palette";
    for action in action::all().filter(here) {
        let mut item = Item::new(action.label(context), action.id);
        item.detail = action.keys.first().map(|keys| key::label(keys)).unwrap_or_default();
        item.hidden = format!("{} {}", action.label.join(" "), action.help.join(" "));
        item.reason = (action.enabled)(state).err().map(|reason| context.say(&reason));
        items.push(item);
    }
    for schema in
        context.schemas.iter().filter(|schema| catalog::entry(schema.kind).is_some_and(|entry| entry.business))
    {
        let label = format!("{} {}", context.pick("Go to", "前往"), context.nouns(schema));
        let chinese = catalog::entry(schema.kind).map_or("", |entry| entry.noun_zh);
        let both = format!("go to {} {} 前往{chinese}", schema.kind, schema.table);
        items.push(Item::new(label, format!("kind {}", schema.kind)).found_as(both));
    }
    let chinese = context.is_chinese();
    let source = Arc::new(move |crm: &mut Crm, typed: &str| records(crm, typed, chinese));
    let hint = context.pick(" > command   @ customer   # ticket   $ deal", " > 命令   @ 客户   # 工单   $ 商机");
    Picker::new(context, context.pick("Command palette", "命令面板"), items, run).asking(source).with_signs(hint)
}

fn records(crm: &mut Crm, typed: &str, chinese: bool) -> Result<Vec<Item>> {
    if typed.trim().is_empty() {
        return Ok(Vec::new());
    }
    let grid = crm.search(typed, RECORDS)?;
    let text =
        |cell: Option<&crate::record::Value>| cell.and_then(|cell| cell.as_text()).unwrap_or_default().to_owned();
    Ok(grid
        .rows
        .iter()
        .map(|row| {
            let kind = text(row.cells.first());
            let noun = catalog::entry(&kind).map_or("", |entry| entry.noun_zh);
            let noun = if chinese && !noun.is_empty() { noun.to_owned() } else { kind };
            Item::new(format!("{} {}", row.short, text(row.cells.get(1))), format!("record {}", row.short)).detail(noun)
        })
        .collect())
}

fn run(state: &mut State, items: Vec<Item>) -> Vec<super::super::command::Cmd> {
    let Some(item) = items.into_iter().next() else { return Vec::new() };
    match item.value.split_once(' ') {
        Some(("record", short)) => super::super::frame::jump(state, short),
        Some(("kind", kind)) => super::super::pages::go_to_kind(state, kind),
        _ => state.act(&item.value),
    }
}
