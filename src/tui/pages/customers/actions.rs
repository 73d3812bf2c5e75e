//! The keys of the customers, of the page of one, and what can be done to customers alone.

use super::{Customers, acts, joining, reach, settling};
use crate::{
    Message,
    tui::{
        action::{Action, Danger, PLAIN},
        moving,
        page::Page,
        pages::record::actions as record,
        state::State,
    },
};

/// Wherever customers are.
const HERE: Action = Action { context: "customers", enabled: somebody, ..PLAIN };
/// In the list.
const LIST: Action = Action { context: "customers-list", enabled: somebody, ..PLAIN };
/// On the page of one.
const TABS: Action = Action { context: "customer-tabs", ..PLAIN };
/// Where nothing is listed there, the arrows go along the timeline.
const PROSE: Action = Action { context: "customer-prose", ..PLAIN };
/// To customers, on whichever page.
const THEM: Action = Action { context: "of-customer", enabled: a_customer, ..PLAIN };

fn somebody(state: &State) -> Result<(), Message> {
    let customer = state.shown::<Customers>().and_then(Customers::customer);
    customer.map(drop).ok_or_else(|| Message::new("There is no record under the cursor."))
}

fn a_customer(state: &State) -> Result<(), Message> {
    match state.top().and_then(Page::subject) {
        Some(("customer", _)) => Ok(()),
        _ => Err(Message::new("There is no customer under the cursor.")),
    }
}

fn along(state: &State) -> Result<(), Message> {
    match state.shown::<Customers>() {
        Some(page) if page.listing.is_some() => Ok(()),
        _ => record::has_list(state),
    }
}

/// What can be done there.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "customers.open",
        label: ["open", "打开"],
        help: ["Goes to the page of the customer", "到客户页面"],
        keys: &["Enter"],
        rank: 1,
        run: acts::open,
        ..LIST
    },
    Action {
        id: "customers.beside",
        label: ["page beside", "右侧页面"],
        help: ["Goes over to the page beside the list", "到列表旁的页面"],
        keys: &["Tab"],
        run: acts::open,
        ..LIST
    },
    Action {
        id: "customers.note",
        label: ["write down", "记跟进"],
        help: ["Writes down what happened and plans what comes next", "写跟进并安排下一步"],
        keys: &["i", "F8"],
        rank: 2,
        danger: Danger::Undoable,
        run: Customers::begin_note,
        ..HERE
    },
    Action {
        id: "note.keep",
        label: ["write it down", "记下"],
        help: ["Writes down what was typed; --next plans what follows", "记下所写内容，--next 安排下一步"],
        keys: &["Enter"],
        context: "note",
        rank: 1,
        danger: Danger::Undoable,
        run: |state| state.press("Enter"),
        ..PLAIN
    },
    Action {
        id: "note.leave",
        label: ["leave it", "先放下"],
        help: ["Goes back to the page; what was typed stays", "回到页面，已写内容保留"],
        keys: &["Tab"],
        context: "note",
        rank: 2,
        run: |state| state.press("Tab"),
        ..PLAIN
    },
    Action {
        id: "customers.done",
        label: ["done", "完成"],
        help: ["Marks what is planned next as done, and plans what follows", "完成下一步，并安排后续"],
        keys: &["x"],
        rank: 4,
        danger: Danger::Undoable,
        run: settling::done,
        ..HERE
    },
    Action {
        id: "customers.move",
        label: ["reschedule", "改期"],
        help: ["Moves what is planned next to another day, with the reason", "把下一步改到另一天，并说明原因"],
        keys: &["S"],
        rank: 5,
        danger: Danger::Undoable,
        run: settling::reschedule,
        ..HERE
    },
    Action {
        id: "customers.reach",
        label: ["call, mail", "联系"],
        help: ["Calls or writes to them, or opens their page", "拨号、写信或打开网页"],
        keys: &["o"],
        rank: 6,
        run: reach::offer,
        ..HERE
    },
    Action {
        id: "customers.zoom",
        label: ["zoom", "放大"],
        help: ["Shows the list or the page alone, or both again", "只看列表或页面，再按恢复"],
        keys: &["z"],
        enabled: |_| Ok(()),
        run: |state| {
            state.with(|page: &mut Customers, context| {
                page.zoom = !page.zoom;
                page.start(context)
            })
        },
        ..HERE
    },
    Action {
        id: "customers.next-part",
        label: ["next tab", "下一栏"],
        help: ["Shows the next tab of the page", "显示下一栏"],
        keys: &["Tab"],
        rank: 1,
        run: |state| acts::turn(state, 1),
        ..TABS
    },
    Action {
        id: "customers.previous-part",
        label: ["tab before", "上一栏"],
        help: ["Shows the tab of the page before", "显示上一栏"],
        keys: &["Shift-Tab"],
        run: |state| acts::turn(state, -1),
        ..TABS
    },
    Action {
        id: "customers.next",
        label: ["next customer", "下一位"],
        help: ["Goes to the next customer of the list", "到列表中的下一位客户"],
        keys: &["]", "Ctrl-n"],
        rank: 3,
        enabled: along,
        run: |state| acts::step(state, 1),
        ..TABS
    },
    Action {
        id: "customers.previous",
        label: ["customer before", "上一位"],
        help: ["Goes to the customer before in the list", "到列表中的上一位客户"],
        keys: &["[", "Ctrl-p"],
        enabled: along,
        run: |state| acts::step(state, -1),
        ..TABS
    },
    Action {
        id: "customers.filter",
        label: ["filter", "筛选"],
        help: ["Shows only some kinds of event or a period", "按类别或时间筛选时间线"],
        keys: &["f", "F4"],
        rank: 7,
        run: acts::filter,
        ..PROSE
    },
    Action {
        id: "customers.event",
        label: ["open event", "打开事项"],
        help: ["Opens what is under the cursor of the timeline", "打开时间线光标所在事项"],
        keys: &["Enter"],
        enabled: acts::an_event,
        run: acts::event,
        ..PROSE
    },
    Action {
        id: "customers.new",
        label: ["new with them", "为其新增"],
        help: ["Adds a deal, a contact or whatever else belongs to them", "为其新增商机、联系人等"],
        keys: &["N", "Insert"],
        danger: Danger::Undoable,
        enabled: somebody,
        run: acts::new,
        ..PROSE
    },
    Action { id: "customers.down", run: |state| acts::go(state, 1), context: "customer-prose", ..moving::DOWN },
    Action { id: "customers.up", run: |state| acts::go(state, -1), context: "customer-prose", ..moving::UP },
    Action {
        id: "customers.page-down",
        run: |state| acts::go(state, 10),
        context: "customer-prose",
        ..moving::PAGE_DOWN
    },
    Action { id: "customers.page-up", run: |state| acts::go(state, -10), context: "customer-prose", ..moving::PAGE_UP },
    Action {
        id: "customers.top",
        label: ["top", "顶部"],
        help: ["Moves to the top", "到顶部"],
        keys: &["g g", "Home"],
        run: |state| acts::go(state, i64::MIN / 2),
        ..PROSE
    },
    Action {
        id: "customers.bottom",
        label: ["bottom", "底部"],
        help: ["Moves to the last that was read", "到已读取的末尾"],
        keys: &["G", "End"],
        run: |state| acts::go(state, i64::MAX / 2),
        ..PROSE
    },
    Action {
        id: "customer.assign",
        label: ["assign", "移交"],
        help: ["Gives them to a colleague, with what is planned", "移交给同事，连同已计划的活动"],
        keys: &["m"],
        rank: 8,
        danger: Danger::Undoable,
        run: settling::assign,
        ..THEM
    },
    Action {
        id: "customer.share",
        label: ["share", "共享"],
        help: ["Lets a colleague read or change it too", "共享给同事"],
        danger: Danger::Undoable,
        run: settling::share,
        ..THEM
    },
    Action {
        id: "customer.qualify",
        label: ["qualify", "评定"],
        help: ["Judges worth, size, when and how much, and how far it has come", "三一客评定：价值、规模、签约、节点"],
        keys: &["Q"],
        danger: Danger::Undoable,
        run: settling::qualify,
        ..THEM
    },
    Action {
        id: "customer.merge",
        label: ["merge", "合并"],
        help: ["Makes one of this and another record, after a preview", "预览后与另一条记录合并"],
        danger: Danger::Asks,
        run: joining::merge,
        ..THEM
    },
    Action {
        id: "customer.duplicates",
        label: ["duplicates", "查重"],
        help: ["Lists customers that look alike, to merge or to tell apart", "列出疑似重复的客户"],
        danger: Danger::Asks,
        enabled: |_| Ok(()),
        run: joining::duplicates,
        ..THEM
    },
];
