//! The keys of the page of a record.

use super::RecordView;
use crate::{
    Message,
    tui::{
        action::{Action, PLAIN},
        command::Cmd,
        pages,
        state::State,
    },
};

/// Where nothing is listed, the arrows scroll.
const PROSE: Action = Action { context: "page-record-prose", ..PLAIN };
const HERE: Action = Action { context: "page-record", ..PLAIN };

/// What can be done there.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "page-record.next-part",
        label: ["next part", "下一栏"],
        help: ["Shows the next part of the page", "显示下一栏"],
        keys: &["Tab"],
        rank: 1,
        run: |state| state.with(|page: &mut RecordView, context| page.turn(1, context)),
        ..HERE
    },
    Action {
        id: "page-record.previous-part",
        label: ["part before", "上一栏"],
        help: ["Shows the part of the page before", "显示上一栏"],
        keys: &["Shift-Tab"],
        run: |state| state.with(|page: &mut RecordView, context| page.turn(-1, context)),
        ..HERE
    },
    Action {
        id: "page-record.next",
        label: ["next record", "下一条"],
        help: ["Goes to the next record of the list it was opened from", "到列表中的下一条记录"],
        keys: &["]", "Ctrl-n"],
        rank: 2,
        enabled: has_list,
        run: |state| along(state, 1),
        ..HERE
    },
    Action {
        id: "page-record.previous",
        label: ["record before", "上一条"],
        help: ["Goes to the record before in the list it was opened from", "到列表中的上一条记录"],
        keys: &["[", "Ctrl-p"],
        enabled: has_list,
        run: |state| along(state, -1),
        ..HERE
    },
    Action {
        id: "page-record.down",
        label: ["scroll down", "下滚"],
        help: ["Scrolls down", "向下滚动"],
        keys: &["j", "Down"],
        run: |state| state.with(|page: &mut RecordView, _| page.scroll(1)),
        ..PROSE
    },
    Action {
        id: "page-record.up",
        label: ["scroll up", "上滚"],
        help: ["Scrolls up", "向上滚动"],
        keys: &["k", "Up"],
        run: |state| state.with(|page: &mut RecordView, _| page.scroll(-1)),
        ..PROSE
    },
    Action {
        id: "page-record.page-down",
        label: ["page down", "下翻页"],
        help: ["Scrolls down ten lines", "向下滚动十行"],
        keys: &["PgDn", "Ctrl-d"],
        run: |state| state.with(|page: &mut RecordView, _| page.scroll(10)),
        ..PROSE
    },
    Action {
        id: "page-record.page-up",
        label: ["page up", "上翻页"],
        help: ["Scrolls up ten lines", "向上滚动十行"],
        keys: &["PgUp", "Ctrl-u"],
        run: |state| state.with(|page: &mut RecordView, _| page.scroll(-10)),
        ..PROSE
    },
];

pub fn has_list(state: &State) -> Result<(), Message> {
    let beneath = state.stacks.get(state.current).is_some_and(|stack| stack.pages.len() > 1);
    if beneath { Ok(()) } else { Err(Message::new("This page was not opened from a list.")) }
}

/// Goes along the list that the page was opened from.
pub fn along(state: &mut State, by: i64) -> Vec<Cmd> {
    pages::along(state, by, true)
}
