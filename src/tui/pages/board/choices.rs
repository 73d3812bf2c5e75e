//! What is chosen from a list: the pipeline, the order of the cards, a saved view.

use super::{Board, shown};
use crate::{
    Crm, Message, Result,
    crm::{Query, Sort},
    pipeline::kanban::{Key, Order},
    record::{Row, Value, filter},
    tui::{
        command::Cmd,
        modals::{Item, Picker, form},
        state::State,
        toast::Tone,
    },
};

fn told(row: &Row, place: usize) -> String {
    row.cells.get(place).and_then(Value::as_text).unwrap_or_default().to_owned()
}

fn names(crm: &mut Crm, kind: &str, filter: &str, columns: &[&str]) -> Result<Vec<Row>> {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    let filter = filter::parse(filter)?;
    Ok(crm.list(&Query { filter, columns, sort: Sort::parse("name"), ..Query::new(kind) })?.rows)
}

/// Asks for the pipeline to be shown.
pub(super) fn pipeline(state: &mut State) -> Vec<Cmd> {
    let Some(number) = shown(state).map(|board| board.number) else { return Vec::new() };
    let ask = |crm: &mut Crm| names(crm, "pipeline", "active=yes", &["name", "open_deals"]);
    vec![Cmd::question((number, "pipelines"), ask, |state, rows| match rows {
        Ok(rows) => {
            let count = |row: &Row| row.cells.get(1).and_then(Value::as_integer).unwrap_or_default().to_string();
            let items = rows.iter().map(|row| Item::new(told(row, 0), row.id.to_string()).detail(count(row))).collect();
            let title = state.context.pick("Pipeline (open deals)", "销售流程（进行中商机）");
            let picker = Picker::new(&state.context, title, items, |state, items| {
                let chosen = items.into_iter().next().and_then(|item| item.value.parse().ok());
                state.with(|board: &mut Board, context| {
                    board.pipeline = chosen;
                    board.named = None;
                    board.lanes.clear();
                    board.loaded = false;
                    (board.at, board.left) = (0, 0);
                    board.load(context)
                })
            });
            state.show(Box::new(picker))
        }
        Err(error) => state.fault(&error),
    })]
}

/// Asks how the cards follow each other.
pub(super) fn order(state: &mut State) -> Vec<Cmd> {
    let context = &state.context;
    let labels = [
        ["Largest first", "金额从大到小"],
        ["Soonest first", "预计成交日从近到远"],
        ["Newest first", "最新在前"],
        ["By name", "按名称"],
    ];
    let items = labels.iter().enumerate();
    let items = items.map(|(place, [english, chinese])| Item::both(context, english, chinese, place.to_string()));
    let picker =
        Picker::new(context, context.pick("Order of the cards", "卡片排序"), items.collect(), |state, items| {
            let place = items.into_iter().next().and_then(|item| item.value.parse::<usize>().ok());
            let order = place.and_then(|place| Order::ALL.get(place).copied()).unwrap_or_default();
            state.with(|board: &mut Board, context| {
                board.order = order;
                board.reload(context)
            })
        });
    state.show(Box::new(picker))
}

/// Asks for a saved view; its filter is taken up.
pub(super) fn views(state: &mut State) -> Vec<Cmd> {
    let Some(number) = shown(state).map(|board| board.number) else { return Vec::new() };
    let ask = |crm: &mut Crm| names(crm, "view", "record_kind=deal", &["name", "filter"]);
    vec![Cmd::question((number, "views"), ask, |state, rows| match rows {
        Ok(rows) if rows.is_empty() => state.tell(
            Tone::Notice,
            &Message::new("No view of deals is kept yet; press b for the table and V there to keep one."),
        ),
        Ok(rows) => {
            let context = &state.context;
            let mut items = vec![Item::both(context, "All", "全部", "")];
            items.extend(rows.iter().map(|row| Item::new(told(row, 0), told(row, 1)).detail(told(row, 1))));
            let picker = Picker::new(context, context.pick("Views", "视图"), items, |state, items| {
                let Some(item) = items.into_iter().next() else { return Vec::new() };
                state.with(|board: &mut Board, context| {
                    board.table.view = Some(item.label).filter(|_| !item.value.is_empty());
                    board.table.filter = item.value;
                    board.reload(context)
                })
            });
            state.show(Box::new(picker))
        }
        Err(error) => state.fault(&error),
    })]
}

/// A form for a new deal, in the column under the cursor.
pub(super) fn new(state: &mut State) -> Vec<Cmd> {
    let (Some(board), Some(schema)) = (shown(state), state.context.schema("deal")) else { return Vec::new() };
    let mut given = Vec::new();
    given.extend(board.named.as_ref().map(|(id, _)| ("pipeline".to_owned(), format!("PL{id}"))));
    match board.lane().map(|lane| lane.column.key) {
        Some(Key::Stage(number)) => given.push(("stage".to_owned(), format!("ST{number}"))),
        Some(Key::Month(month)) => given.push(("close".to_owned(), month.last_of_month().to_string())),
        _ => {}
    }
    let form = form::add(state, &schema, &given);
    state.show(Box::new(form))
}
