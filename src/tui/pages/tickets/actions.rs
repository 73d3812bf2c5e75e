//! The keys of the tickets, and those while an answer is written.

use super::{Tickets, acts, reply};
use crate::{
    Message,
    tui::{
        action::{Action, Danger, PLAIN},
        command::Cmd,
        page::Page,
        state::State,
    },
};

/// Something of the queue that says nothing more.
const QUEUE: Action = Action { context: "tickets", ..PLAIN };
/// Something done to the tickets that are meant.
const TICKET: Action = Action { context: "tickets", danger: Danger::Undoable, enabled: needs_ticket, ..PLAIN };
/// Something done while an answer is written.
const REPLY: Action = Action { context: "ticket-reply", ..PLAIN };

fn needs_ticket(state: &State) -> Result<(), Message> {
    let subject = state.top().and_then(Page::subject);
    subject.map(drop).ok_or_else(|| Message::new("There is no record under the cursor."))
}

/// What can be done here.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "tickets.reply",
        label: ["reply", "回复"],
        help: ["Answers the customer, right below the queue", "在队列下方直接回复客户"],
        keys: &["r"],
        rank: 1,
        run: |state| reply::begin(state, false),
        ..TICKET
    },
    Action {
        id: "tickets.note",
        label: ["note", "备注"],
        help: ["Notes something among us", "写一条内部备注"],
        keys: &["n"],
        rank: 1,
        run: |state| reply::begin(state, true),
        ..TICKET
    },
    Action {
        id: "tickets.take",
        label: ["take", "接手"],
        help: ["Makes the ticket yours and begins with it", "接手工单并开始处理"],
        keys: &["t"],
        rank: 1,
        run: |state| acts::verb(state, "take"),
        ..TICKET
    },
    Action {
        id: "tickets.assign",
        label: ["assign", "转派"],
        help: ["Gives the ticket to a colleague", "把工单转给同事"],
        keys: &["m"],
        rank: 1,
        run: acts::assign,
        ..TICKET
    },
    Action {
        id: "tickets.status",
        label: ["status", "状态"],
        help: ["Says how far it has come: waiting, on hold, solved", "设置进度：等待客户、搁置、已解决"],
        keys: &["S"],
        rank: 1,
        run: acts::status,
        ..TICKET
    },
    Action {
        id: "tickets.priority",
        label: ["prio", "优先级"],
        help: ["Says how urgent it is", "设置紧急程度"],
        keys: &["P"],
        rank: 1,
        run: acts::priority,
        ..TICKET
    },
    Action {
        id: "tickets.macro",
        label: ["macro", "快捷处理"],
        help: ["Does with it what a macro says, all of it or nothing", "按快捷处理执行，全部成功或全不执行"],
        keys: &["M"],
        rank: 1,
        run: acts::run_macro,
        ..TICKET
    },
    Action {
        id: "tickets.solve",
        label: ["solve", "解决"],
        help: ["Asks what solved it, and closes the matter", "填写解决办法并标为已解决"],
        keys: &["x"],
        rank: 1,
        run: |state| acts::verb(state, "resolve"),
        ..TICKET
    },
    Action {
        id: "tickets.preview",
        label: ["preview", "预览"],
        help: [
            "Shows the ticket below the queue or hides it; opens it where there is no room",
            "在队列下方显示或收起工单，窗口太小时打开工单",
        ],
        keys: &["p"],
        rank: 2,
        run: preview,
        ..QUEUE
    },
    Action {
        id: "tickets.next",
        label: ["next counter", "下一组"],
        help: ["Shows the tickets of the next counter", "显示下一个计数对应的工单"],
        keys: &["Tab"],
        rank: 10,
        run: |state| state.with(|page: &mut Tickets, context| page.choose_next(1, context)),
        ..QUEUE
    },
    Action {
        id: "tickets.previous",
        label: ["previous counter", "上一组"],
        help: ["Shows the tickets of the counter before", "显示上一个计数对应的工单"],
        keys: &["Shift-Tab"],
        run: |state| {
            state.with(|page: &mut Tickets, context| page.choose_next(super::counters::VIEWS.len() - 1, context))
        },
        ..QUEUE
    },
    Action {
        id: "tickets.queue",
        label: ["queue", "队列"],
        help: ["Shows the tickets of one queue, or of all", "只看一个队列或全部队列"],
        keys: &["Q"],
        rank: 11,
        run: acts::queue,
        ..QUEUE
    },
    Action {
        id: "tickets.send",
        label: ["send", "发送"],
        help: ["Sends the answer, or keeps the note", "发送回复或保存备注"],
        keys: &["Ctrl-s", "F2"],
        rank: 1,
        danger: Danger::Undoable,
        run: |state| state.with(|page: &mut Tickets, context| page.send(context)),
        ..REPLY
    },
    Action {
        id: "tickets.outside",
        label: ["editor", "编辑器"],
        help: ["Goes on writing in your own editor", "用自己的编辑器继续写"],
        keys: &["Ctrl-o"],
        rank: 2,
        run: |state| state.with(|page: &mut Tickets, _| page.edit_outside()),
        ..REPLY
    },
    Action {
        id: "tickets.turn",
        label: ["note/reply", "备注/回复"],
        help: ["Makes a note of the answer, or an answer of the note", "在回复和内部备注之间切换"],
        keys: &["Ctrl-t"],
        rank: 3,
        run: |state| state.with(|page: &mut Tickets, _| page.turn_draft()),
        ..REPLY
    },
];

/// Where there is no room for both, the ticket's own page.
fn preview(state: &mut State) -> Vec<Cmd> {
    if !Tickets::has_room(state.context.body()) {
        return state.act("list.open");
    }
    state.with(|page: &mut Tickets, context| {
        page.below = !page.below;
        page.start(context)
    })
}
