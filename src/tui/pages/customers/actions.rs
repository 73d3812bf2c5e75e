//! The keys of the customers, of the page of one, and what can be done to customers alone.

use super::{Customers, Focus, around::Part, joining, reach, settling};
use crate::{
    Message,
    tui::{
        action::{Action, Danger, PLAIN},
        command::Cmd,
        context::Context,
        modals::{Item, Picker, form},
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
        run: open,
        ..LIST
    },
    Action {
        id: "customers.beside",
        label: ["page beside", "右侧页面"],
        help: ["Goes over to the page beside the list", "到列表旁的页面"],
        keys: &["Tab"],
        run: open,
        ..LIST
    },
    Action {
        id: "customers.note",
        label: ["write down", "记跟进"],
        help: ["Writes down what happened and plans what comes next", "写跟进并安排下一步"],
        keys: &["i", "F8"],
        rank: 2,
        danger: Danger::Undoable,
        run: |state| state.with(|page: &mut Customers, _| page.begin_note()),
        ..HERE
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
        run: |state| turn(state, 1),
        ..TABS
    },
    Action {
        id: "customers.previous-part",
        label: ["tab before", "上一栏"],
        help: ["Shows the tab of the page before", "显示上一栏"],
        keys: &["Shift-Tab"],
        run: |state| turn(state, -1),
        ..TABS
    },
    Action {
        id: "customers.next",
        label: ["next customer", "下一位"],
        help: ["Goes to the next customer of the list", "到列表中的下一位客户"],
        keys: &["]", "Ctrl-n"],
        rank: 3,
        enabled: along,
        run: |state| step(state, 1),
        ..TABS
    },
    Action {
        id: "customers.previous",
        label: ["customer before", "上一位"],
        help: ["Goes to the customer before in the list", "到列表中的上一位客户"],
        keys: &["[", "Ctrl-p"],
        enabled: along,
        run: |state| step(state, -1),
        ..TABS
    },
    Action {
        id: "customers.filter",
        label: ["filter", "筛选"],
        help: ["Shows only some kinds of event or a period", "按类别或时间筛选时间线"],
        keys: &["f", "F4"],
        rank: 7,
        run: filter,
        ..PROSE
    },
    Action {
        id: "customers.event",
        label: ["open event", "打开事项"],
        help: ["Opens what is under the cursor of the timeline", "打开时间线光标所在事项"],
        keys: &["Enter"],
        enabled: an_event,
        run: event,
        ..PROSE
    },
    Action {
        id: "customers.down",
        label: ["down", "下移"],
        help: ["Moves down", "下移"],
        keys: &["j", "Down"],
        run: |state| go(state, 1),
        ..PROSE
    },
    Action {
        id: "customers.up",
        label: ["up", "上移"],
        help: ["Moves up", "上移"],
        keys: &["k", "Up"],
        run: |state| go(state, -1),
        ..PROSE
    },
    Action {
        id: "customers.page-down",
        label: ["page down", "下翻页"],
        help: ["Moves ten events down; older ones are read as needed", "下翻十条，按需读取更早的"],
        keys: &["PgDn", "Ctrl-d"],
        run: |state| go(state, 10),
        ..PROSE
    },
    Action {
        id: "customers.page-up",
        label: ["page up", "上翻页"],
        help: ["Moves ten events up", "上翻十条"],
        keys: &["PgUp", "Ctrl-u"],
        run: |state| go(state, -10),
        ..PROSE
    },
    Action {
        id: "customers.top",
        label: ["top", "顶部"],
        help: ["Moves to the top", "到顶部"],
        keys: &["g g", "Home"],
        run: |state| go(state, i64::MIN / 2),
        ..PROSE
    },
    Action {
        id: "customers.bottom",
        label: ["bottom", "底部"],
        help: ["Moves to the last that was read", "到已读取的末尾"],
        keys: &["G", "End"],
        run: |state| go(state, i64::MAX / 2),
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

/// Beside the list where there is room, else on a page of its own.
fn open(state: &mut State) -> Vec<Cmd> {
    let Some(page) = state.shown::<Customers>() else { return Vec::new() };
    let Some(id) = page.customer() else { return Vec::new() };
    if state.context.body().width < super::WIDE {
        return state.visit("customer", id);
    }
    state.with(|page: &mut Customers, context| {
        page.focus = Focus::Around;
        page.start(context)
    })
}

fn turn(state: &mut State, by: i64) -> Vec<Cmd> {
    state.with(|page: &mut Customers, context| {
        let to = page.around.as_ref().map(|around| around.turned(by));
        to.map_or_else(Vec::new, |to| page.go_to_part(to, context))
    })
}

fn go(state: &mut State, by: i64) -> Vec<Cmd> {
    state.with(|page: &mut Customers, context| {
        let number = page.number;
        page.around.as_mut().map_or_else(Vec::new, |around| around.go_by(by, number, context))
    })
}

/// Along the list beside, or the one that the page was opened from.
fn step(state: &mut State, by: i64) -> Vec<Cmd> {
    let beside = state.shown::<Customers>().is_some_and(|page| page.listing.is_some());
    if !beside {
        return record::along(state, by);
    }
    let number = state.shown::<Customers>().and_then(|page| page.listing.as_ref()).map(|listing| listing.number);
    number.map_or_else(Vec::new, |number| state.with_listing(number, |listing, context| listing.go_by(by, context)))
}

fn an_event(state: &State) -> Result<(), Message> {
    let page = state.shown::<Customers>();
    let event = page.and_then(|page| page.around.as_ref()).and_then(|around| around.event());
    match event {
        Some(event) if !event.short.is_empty() => Ok(()),
        Some(_) => Err(Message::new("This is a change of the customer itself; the tab History tells all of them.")),
        None => Err(Message::new("There is no record under the cursor.")),
    }
}

fn event(state: &mut State) -> Vec<Cmd> {
    let page = state.shown::<Customers>();
    let event = page.and_then(|page| page.around.as_ref()).and_then(|around| around.event());
    let event = event.map(|event| (event.kind, event.id));
    event.map_or_else(Vec::new, |(kind, id)| state.visit(kind, id))
}

/// Kinds of event to choose from, and periods; what is chosen is kept while one goes from customer to customer.
fn filter(state: &mut State) -> Vec<Cmd> {
    let Some(around) = state.shown::<Customers>().and_then(|page| page.around.as_ref()) else { return Vec::new() };
    let context = &state.context;
    let mut items: Vec<Item> = Vec::new();
    for sort in &around.sorts {
        let chinese = context.is_chinese() && !sort.label_zh.is_empty();
        let label = if chinese { sort.label_zh.to_string() } else { sort.label.to_string() };
        items.push(Item::new(label, sort.key.to_string()));
    }
    let periods = [
        ("-7d..", "Last 7 days", "近 7 天"),
        ("-30d..", "Last 30 days", "近 30 天"),
        ("-365d..", "Last year", "近一年"),
    ];
    for (value, english, chinese) in periods {
        items.push(
            Item::new(context.pick(english, chinese), format!("={value}")).detail(context.pick("period", "时间")),
        );
    }
    let other = Item::new(context.pick("Another period", "其他时间段"), "=?")
        .detail(context.pick("2026-01..2026-03", "2026-01..2026-03"));
    items.push(other);
    let mut chosen = around.chosen.clone();
    chosen.extend((!around.period.is_empty()).then(|| format!("={}", around.period)));
    let title =
        context.pick("Show on the timeline (Space chooses; none shows all)", "时间线筛选（空格选择；不选为全部）");
    let number = state.shown::<Customers>().map(|page| page.number).unwrap_or_default();
    let picker = Picker::new(context, title, items, move |state, items| {
        let (periods, sorts): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.value.starts_with('='));
        let sorts: Vec<String> = sorts.into_iter().map(|item| item.value).collect();
        let period = periods.last().and_then(|item| item.value.strip_prefix('=')).unwrap_or_default().to_owned();
        if period != "?" {
            return narrow(state, number, sorts, period);
        }
        let title = state.context.pick("Period", "时间段");
        let form = form::ask(&state.context, title, crate::record::Kind::Text, "-90d..", move |state, text| {
            narrow(state, number, sorts.clone(), text.trim().to_owned())
        });
        state.show(Box::new(form))
    });
    state.show(Box::new(picker.several(chosen)))
}

fn narrow(state: &mut State, number: u64, sorts: Vec<String>, period: String) -> Vec<Cmd> {
    state.with_page(number, |page, context: &Context| {
        let Some(page) = crate::tui::page::page_as::<Customers>(page) else { return Vec::new() };
        if let Some(around) = &mut page.around {
            (around.chosen, around.period, around.cursor) = (sorts, period, 0);
            if !matches!(around.part(), Some(Part::Timeline)) {
                around.part = around.parts.iter().position(|part| matches!(part, Part::Overview)).unwrap_or_default();
            }
        }
        page.ask_around(context)
    })
}
