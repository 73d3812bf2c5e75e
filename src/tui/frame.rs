//! The frame around every page: what its keys do.

use super::{
    action::{Action, Danger, PLAIN},
    command::Cmd,
    context::Context,
    modals::{self, form},
    page::{Page, page_of},
    pages::Notices,
    state::State,
    toast::{Toast, Tone},
};
use crate::{Crm, Message, crm::UndoReport, doors::language, record::Kind};

const fn tab(
    id: &'static str,
    label: [&'static str; 2],
    keys: &'static [&'static str],
    run: fn(&mut State) -> Vec<Cmd>,
    enabled: fn(&State) -> Result<(), Message>,
) -> Action {
    Action {
        id,
        label,
        help: ["Goes to this tab; pressed again to its first page", "到此标签；再按回到首页"],
        keys,
        enabled,
        run,
        ..PLAIN
    }
}

fn has_tab(state: &State, number: u8) -> Result<(), Message> {
    let there = state.stacks.iter().any(|stack| stack.tab.number == number);
    if there { Ok(()) } else { Err(Message::new("There is no such page yet.")) }
}

/// What can be done everywhere.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "frame.palette",
        label: ["find", "查找"],
        help: ["Finds commands, records and settings", "查找命令、记录与设置"],
        keys: &["Ctrl-k", ":"],
        rank: 20,
        run: |state| {
            let palette = modals::palette(state);
            state.show(Box::new(palette))
        },
        ..PLAIN
    },
    Action {
        id: "frame.help",
        label: ["help", "帮助"],
        help: ["Shows every key that counts here, to look for and to run", "列出此处所有按键，可查找并执行"],
        keys: &["?", "F1"],
        rank: 21,
        run: |state| {
            let help = modals::help(state);
            state.show(Box::new(help))
        },
        ..PLAIN
    },
    Action {
        id: "frame.undo",
        label: ["undo", "撤销"],
        help: ["Takes back what you did last, here or on the command line", "撤销你上一次操作（含命令行）"],
        keys: &["u"],
        rank: 22,
        danger: Danger::Undoable,
        run: |_| vec![taken_back(|crm| crm.undo(None, false), ["Undid: {what}.", "Undid: {what} ({whence})."])],
        ..PLAIN
    },
    Action {
        id: "frame.redo",
        label: ["redo", "重做"],
        help: ["Does again what was undone", "重做刚撤销的操作"],
        keys: &["Ctrl-r"],
        danger: Danger::Undoable,
        run: |_| vec![taken_back(Crm::redo, ["Did again: {what}.", "Did again: {what} ({whence})."])],
        ..PLAIN
    },
    Action {
        id: "frame.back",
        label: ["back", "返回"],
        help: [
            "Takes back the smallest thing: a box, the marks, a filter; then goes back",
            "依次关闭窗口、取消选择、清除筛选、返回上页",
        ],
        keys: &["Esc"],
        rank: 23,
        run: State::back,
        ..PLAIN
    },
    Action {
        id: "frame.quit",
        label: ["back or quit", "返回或退出"],
        help: ["Goes back; on a first page asks whether to leave", "返回；在首页时询问是否退出"],
        keys: &["q"],
        run: quit,
        ..PLAIN
    },
    Action {
        id: "frame.leave",
        label: ["quit", "退出"],
        help: ["Leaves the dashboard", "退出"],
        keys: &["Ctrl-q"],
        run: State::part,
        ..PLAIN
    },
    Action {
        id: "frame.earlier",
        label: ["page before", "后退"],
        help: ["Goes back to the page before", "后退到上一页"],
        keys: &["H", "Alt-Left"],
        run: State::leave,
        ..PLAIN
    },
    Action {
        id: "frame.later",
        label: ["page after", "前进"],
        help: ["Goes forward to the page that was left", "前进到刚离开的页"],
        keys: &["L", "Alt-Right"],
        run: State::forward,
        ..PLAIN
    },
    Action {
        id: "frame.jump",
        label: ["go to ref", "按编号跳转"],
        help: ["Goes to a record by its ref: C12", "按编号跳到记录：C12"],
        keys: &["g r"],
        run: |state| {
            let title = state.context.pick("Go to (C12, a name, an e-mail)", "跳转到（C12、名称、邮箱）");
            let form = form::ask(&state.context, title, Kind::Text, "", |state, text| jump(state, &text));
            state.show(Box::new(form))
        },
        ..PLAIN
    },
    Action {
        id: "frame.messages",
        label: ["messages", "消息"],
        help: ["Shows everything that was said", "查看所有消息"],
        keys: &["g m"],
        run: |state| {
            let messages = modals::messages(state, &state.context);
            state.show(Box::new(messages))
        },
        ..PLAIN
    },
    Action {
        id: "frame.notices",
        label: ["notices", "通知"],
        help: [
            "Shows what is late or due, what lies still and what others did",
            "逾期与今日事项、停滞商机、同事的操作",
        ],
        keys: &["g n", "F9"],
        run: |state| {
            if state.page().is_some_and(|page| page_of::<Notices>(page).is_some()) {
                return Vec::new();
            }
            let page = Notices::new(&state.context);
            state.go(Box::new(page))
        },
        ..PLAIN
    },
    Action {
        id: "frame.refresh",
        label: ["refresh", "刷新"],
        help: ["Reads everything on the screen again", "重新读取屏幕内容"],
        keys: &["F5"],
        run: State::refresh,
        ..PLAIN
    },
    Action {
        id: "frame.redraw",
        label: ["redraw", "重绘"],
        help: ["Draws the screen anew", "重绘屏幕"],
        keys: &["Ctrl-l"],
        run: |_| vec![Cmd::Redraw],
        ..PLAIN
    },
    Action {
        id: "frame.suspend",
        label: ["suspend", "挂起"],
        help: ["Back to the shell; fg returns", "回到 shell，fg 返回"],
        keys: &["Ctrl-z"],
        run: |_| vec![Cmd::Suspend],
        ..PLAIN
    },
    tab("tab.1", ["Tab 1", "标签 1"], &["1", "Alt-1"], |state| state.tab(1), |state| has_tab(state, 1)),
    tab("tab.2", ["Tab 2", "标签 2"], &["2", "Alt-2"], |state| state.tab(2), |state| has_tab(state, 2)),
    tab("tab.3", ["Tab 3", "标签 3"], &["3", "Alt-3"], |state| state.tab(3), |state| has_tab(state, 3)),
    tab("tab.4", ["Tab 4", "标签 4"], &["4", "Alt-4"], |state| state.tab(4), |state| has_tab(state, 4)),
    tab("tab.5", ["Tab 5", "标签 5"], &["5", "Alt-5"], |state| state.tab(5), |state| has_tab(state, 5)),
    tab("tab.6", ["Tab 6", "标签 6"], &["6", "Alt-6"], |state| state.tab(6), |state| has_tab(state, 6)),
    tab("tab.7", ["Tab 7", "标签 7"], &["7", "Alt-7"], |state| state.tab(7), |state| has_tab(state, 7)),
];

/// Undoes or does again, and says what; what was done elsewhere under the same name is told by where and when.
fn taken_back(
    work: impl FnOnce(&mut Crm) -> crate::Result<UndoReport> + Send + 'static,
    [here, elsewhere]: [&'static str; 2],
) -> Cmd {
    Cmd::write(work, move |state, answer| match answer {
        Ok(report) => {
            let label = report.label.trim_start_matches("Undo: ");
            let label = if state.context.is_chinese() { language::operation(label) } else { label.to_owned() };
            let told = Message::new(if report.own { here } else { elsewhere }).with("what", label);
            let told = told.with("whence", whence(&state.context, &report));
            state.tell(Tone::Notice, &told)
        }
        Err(error) => state.fault(&error),
    })
}

/// Where something was done, and when.
fn whence(context: &Context, report: &UndoReport) -> String {
    let place = match report.door.as_str() {
        "cli" => context.pick("on the command line", "命令行"),
        _ => context.pick("in another session", "另一会话"),
    };
    format!("{place}, {}", context.instant(&report.at))
}

fn quit(state: &mut State) -> Vec<Cmd> {
    let first = state.stacks.get(state.current).is_none_or(|stack| stack.pages.len() < 2);
    if !first {
        return state.leave();
    }
    let question = state.context.say(&Message::new("Leave the dashboard?"));
    let confirm = modals::Confirm::new(&state.context, question, Vec::new(), State::part);
    state.show(Box::new(confirm))
}

/// To the clipboard, and says so.
pub fn copy(state: &mut State, text: String, tone: Tone) -> Vec<Cmd> {
    let told = state.context.say(&Message::new("Copied: {text}").with("text", &text));
    let mut commands = state.toast(Toast::new(tone, told));
    commands.push(Cmd::Copy(text));
    commands
}

/// Goes to whatever a ref, a name or an e-mail means.
pub fn jump(state: &mut State, text: &str) -> Vec<Cmd> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Vec::new();
    }
    let number = state.page().map(Page::id).unwrap_or_default();
    vec![Cmd::question(
        (number, "jump"),
        move |crm| crm.find_any(&text),
        |state, answer| match answer {
            Ok((kind, id)) => state.visit(kind, id),
            Err(error) => state.fault(&error),
        },
    )]
}
