//! The keys of the first page.

use super::{Pane, Today};
use crate::{
    Message, catalog,
    tui::{
        action::{Action, Danger, PLAIN},
        command::Cmd,
        listing::acts,
        modals::form,
        moving,
        page::Page,
        state::State,
    },
};

const TODAY: Action = Action { context: "today", ..PLAIN };

pub fn is_open_work(state: &State) -> Result<(), Message> {
    match state.top().and_then(Page::subject) {
        Some(("activity", _)) => Ok(()),
        _ => Err(Message::new("Only planned activities can be done or moved.")),
    }
}

/// Asks what a verb of activities needs to know.
pub fn verb(state: &mut State, name: &'static str) -> Vec<Cmd> {
    let Some((kind, id)) = state.top().and_then(Page::subject) else { return Vec::new() };
    let verb = catalog::entry(kind).and_then(|entry| entry.verbs.iter().find(|verb| verb.name == name));
    let Some(verb) = verb else { return Vec::new() };
    let form = form::verb(state, kind, verb.name, verb.asks, vec![id]);
    state.show(Box::new(form))
}

/// Plans something, with whom or what is under the cursor.
fn plan(state: &mut State) -> Vec<Cmd> {
    let line = state.shown::<Today>().and_then(Today::line);
    let customer = line.and_then(|line| line.customer.clone()).map(|short| ("customer".to_owned(), short));
    let mut whom: Vec<(String, String)> = customer.into_iter().collect();
    if let Some(("deal", id)) = line.and_then(|line| line.record) {
        whom.extend(state.context.schema("deal").map(|schema| ("deal".to_owned(), schema.short(id))));
    }
    acts::plan(state, whom)
}

/// What can be done there.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "today.open",
        label: ["open", "打开"],
        help: ["Opens the record, or the records behind the figure", "打开记录，或数字背后的记录"],
        keys: &["Enter"],
        rank: 1,
        run: |state| state.with(|page: &mut Today, context| page.open(context)),
        ..TODAY
    },
    Action {
        id: "today.done",
        label: ["done", "完成"],
        help: ["Marks it as done, says what came of it and what comes next", "标为完成，填写结果与下一步"],
        keys: &["x"],
        rank: 2,
        danger: Danger::Undoable,
        enabled: is_open_work,
        run: |state| verb(state, "done"),
        ..TODAY
    },
    Action {
        id: "today.move",
        label: ["reschedule", "改期"],
        help: ["Moves it to another day, and keeps why", "改到另一天，并记录原因"],
        keys: &["S"],
        rank: 3,
        danger: Danger::Undoable,
        enabled: is_open_work,
        run: |state| verb(state, "move"),
        ..TODAY
    },
    Action {
        id: "today.plan",
        label: ["plan", "安排"],
        help: [
            "Plans a call, a visit or a task, with whom is under the cursor",
            "为光标所在客户或商机安排电话、拜访或任务",
        ],
        keys: &["a"],
        rank: 4,
        danger: Danger::Undoable,
        run: plan,
        ..TODAY
    },
    Action {
        id: "today.pane",
        label: ["pane", "切换"],
        help: ["Goes to the next part of the page", "到下一个区域"],
        keys: &["Tab"],
        rank: 5,
        run: |state| state.with(|page: &mut Today, _| page.turn(1)),
        ..TODAY
    },
    Action {
        id: "today.pane-back",
        label: ["pane before", "上一区域"],
        help: ["Goes to the part before", "到上一个区域"],
        keys: &["Shift-Tab"],
        run: |state| state.with(|page: &mut Today, _| page.turn(-1)),
        ..TODAY
    },
    Action {
        id: "today.scope",
        label: ["scope", "范围"],
        help: ["Shows what is mine, my team's or everybody's", "切换：我的、团队、全部"],
        keys: &["g s"],
        rank: 6,
        run: |state| {
            state.with(|page: &mut Today, context| {
                page.scope = page.scope.next();
                page.settled = true;
                page.start(context)
            })
        },
        ..TODAY
    },
    Action {
        id: "today.figures",
        label: ["figures", "指标"],
        help: ["Goes to the figures at the top", "到顶部指标"],
        keys: &["g k"],
        run: |state| {
            state.with(|page: &mut Today, _| {
                page.pane = Pane::Figures;
                Vec::new()
            })
        },
        ..TODAY
    },
    Action {
        id: "today.forecast",
        label: ["forecast", "预测"],
        help: ["Shows the open deals by the month they are expected in", "按预计成交月份查看商机"],
        keys: &["g f"],
        run: |state| {
            let mut commands = state.tab(3);
            commands.extend(state.with(|board: &mut super::super::Board, context| board.forecast(context)));
            commands
        },
        ..TODAY
    },
    Action {
        id: "today.down",
        run: |state| state.with(|page: &mut Today, _| page.step(1)),
        context: "today",
        ..moving::DOWN
    },
    Action {
        id: "today.up",
        run: |state| state.with(|page: &mut Today, _| page.step(-1)),
        context: "today",
        ..moving::UP
    },
    Action {
        id: "today.page-down",
        run: |state| state.with(|page: &mut Today, _| page.step(10)),
        context: "today",
        ..moving::PAGE_DOWN
    },
    Action {
        id: "today.page-up",
        run: |state| state.with(|page: &mut Today, _| page.step(-10)),
        context: "today",
        ..moving::PAGE_UP
    },
    Action {
        id: "today.first",
        run: |state| state.with(|page: &mut Today, _| page.step(-10_000)),
        context: "today",
        ..moving::FIRST
    },
    Action {
        id: "today.last",
        run: |state| state.with(|page: &mut Today, _| page.step(10_000)),
        context: "today",
        ..moving::LAST
    },
    Action {
        id: "today.right",
        label: ["right", "右移"],
        help: ["Moves to the next figure, or the next part", "到下一个指标或区域"],
        keys: &["l", "Right"],
        run: |state| state.with(|page: &mut Today, _| page.aside(1)),
        ..TODAY
    },
    Action {
        id: "today.left",
        label: ["left", "左移"],
        help: ["Moves to the figure or the part before", "到上一个指标或区域"],
        keys: &["h", "Left"],
        run: |state| state.with(|page: &mut Today, _| page.aside(-1)),
        ..TODAY
    },
];
