//! The keys of boxes.

use super::{Calendar, Confirm, Picker, form::Form};
use crate::{
    Message,
    record::Kind,
    tui::{
        action::{Action, Danger, PLAIN},
        state::State,
    },
};

fn several(state: &State) -> Result<(), Message> {
    let can = state.shown::<Picker>().is_some_and(Picker::is_several);
    if can { Ok(()) } else { Err(Message::new("Only one can be chosen here.")) }
}

fn holds_day(state: &State) -> Result<(), Message> {
    let kind = state.shown::<Form>().and_then(Form::line).map(|line| &line.kind);
    match kind {
        Some(Kind::Date | Kind::Timestamp) => Ok(()),
        _ => Err(Message::new("This field holds no day.")),
    }
}

/// A key of the calendar that says nothing more.
const CALENDAR: Action = Action { context: "calendar", ..PLAIN };

/// What can be done in boxes.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "picker.choose",
        label: ["choose", "选择"],
        help: ["Chooses what is under the cursor", "选择光标所在项"],
        keys: &["Enter"],
        context: "picker",
        rank: 1,
        run: Picker::choose,
        ..PLAIN
    },
    Action {
        id: "picker.down",
        label: ["next", "下一行"],
        help: ["Moves one line down", "下移一行"],
        keys: &["Down", "Ctrl-n"],
        context: "picker",
        rank: 2,
        run: |state| state.with(|picker: &mut Picker, _| picker.step(1)),
        ..PLAIN
    },
    Action {
        id: "picker.up",
        label: ["up", "上移"],
        help: ["Moves one line up", "上移一行"],
        keys: &["Up", "Ctrl-p"],
        context: "picker",
        run: |state| state.with(|picker: &mut Picker, _| picker.step(-1)),
        ..PLAIN
    },
    Action {
        id: "picker.page-down",
        label: ["page down", "下翻"],
        help: ["Moves ten lines down", "下移十行"],
        keys: &["PgDn"],
        context: "picker",
        run: |state| state.with(|picker: &mut Picker, _| picker.step(10)),
        ..PLAIN
    },
    Action {
        id: "picker.page-up",
        label: ["page up", "上翻"],
        help: ["Moves ten lines up", "上移十行"],
        keys: &["PgUp"],
        context: "picker",
        run: |state| state.with(|picker: &mut Picker, _| picker.step(-10)),
        ..PLAIN
    },
    Action {
        id: "picker.toggle",
        label: ["choose one more", "多选"],
        help: ["Chooses one more, or one less", "加选或取消一项"],
        keys: &["Space", "Tab"],
        context: "picker",
        enabled: several,
        run: |state| state.with(|picker: &mut Picker, _| picker.toggle()),
        ..PLAIN
    },
    Action {
        id: "picker.earlier",
        label: ["earlier", "前移"],
        help: ["Moves it before the one above", "在已选项中前移"],
        keys: &["Alt-Up", "Ctrl-Up"],
        context: "picker",
        enabled: several,
        run: |state| state.with(|picker: &mut Picker, _| picker.shift(true)),
        ..PLAIN
    },
    Action {
        id: "picker.later",
        label: ["later", "后移"],
        help: ["Moves it behind the one below", "在已选项中后移"],
        keys: &["Alt-Down", "Ctrl-Down"],
        context: "picker",
        enabled: several,
        run: |state| state.with(|picker: &mut Picker, _| picker.shift(false)),
        ..PLAIN
    },
    Action {
        id: "confirm.choose",
        label: ["answer", "回答"],
        help: ["Gives the answer that is lit", "给出高亮的回答"],
        keys: &["Enter"],
        context: "confirm",
        rank: 1,
        run: |state| Confirm::answer(state, None),
        ..PLAIN
    },
    Action {
        id: "confirm.turn",
        label: ["other answer", "切换"],
        help: ["Lights the other answer", "切换到另一回答"],
        keys: &["Tab", "Left", "Right", "Shift-Tab", "h", "l"],
        context: "confirm",
        rank: 2,
        run: |state| state.with(|confirm: &mut Confirm, _| confirm.turn()),
        ..PLAIN
    },
    Action {
        id: "confirm.yes",
        label: ["yes", "确定"],
        help: ["Says yes", "确定"],
        keys: &["y"],
        context: "confirm",
        rank: 3,
        danger: Danger::Asks,
        run: |state| Confirm::answer(state, Some(true)),
        ..PLAIN
    },
    Action {
        id: "confirm.no",
        label: ["no", "取消"],
        help: ["Says no", "取消"],
        keys: &["n"],
        context: "confirm",
        rank: 4,
        run: |state| Confirm::answer(state, Some(false)),
        ..PLAIN
    },
    Action {
        id: "form.save",
        label: ["save", "保存"],
        help: ["Checks everything and saves", "检查并保存"],
        keys: &["F2", "Ctrl-s"],
        context: "form",
        rank: 1,
        danger: Danger::Undoable,
        run: |state| state.with(Form::save),
        ..PLAIN
    },
    Action {
        id: "form.next",
        label: ["next", "下一项"],
        help: ["To the next field", "到下一字段"],
        keys: &["Tab", "Down"],
        context: "form",
        rank: 2,
        run: |state| state.with(|form: &mut Form, context| form.step(1, context)),
        ..PLAIN
    },
    Action {
        id: "form.previous",
        label: ["previous", "上一项"],
        help: ["To the field before", "到上一字段"],
        keys: &["Shift-Tab", "Up"],
        context: "form",
        run: |state| state.with(|form: &mut Form, context| form.step(-1, context)),
        ..PLAIN
    },
    Action {
        id: "form.pick",
        label: ["pick or next", "选择/下一项"],
        help: ["Offers what can be filled in, or goes to the next field", "列出可选值，或到下一字段"],
        keys: &["Enter"],
        context: "form",
        rank: 3,
        run: |state| state.with(Form::pick),
        ..PLAIN
    },
    Action {
        id: "form-one.done",
        label: ["go on", "确定"],
        help: ["Takes what was filled in", "采用所填内容"],
        keys: &["Enter"],
        context: "form-one",
        rank: 1,
        run: |state| state.with(Form::pick),
        ..PLAIN
    },
    Action {
        id: "form.editor",
        label: ["editor", "编辑器"],
        help: ["Edits the text in your own editor", "用自己的编辑器编辑"],
        keys: &["Ctrl-o"],
        context: "form",
        rank: 5,
        run: |state| state.with(Form::edit_outside),
        ..PLAIN
    },
    Action {
        id: "form.calendar",
        label: ["calendar", "日历"],
        help: ["Opens a calendar for a day", "打开日历选日期"],
        keys: &["Ctrl-d"],
        context: "form",
        rank: 4,
        enabled: holds_day,
        run: |state| state.with(Form::calendar),
        ..PLAIN
    },
    Action {
        id: "form.revert",
        label: ["revert", "还原"],
        help: ["Puts the field back as it was", "还原该字段"],
        keys: &["Ctrl-r"],
        context: "form",
        rank: 6,
        run: |state| state.with(Form::revert),
        ..PLAIN
    },
    Action {
        id: "form.help",
        label: ["help", "帮助"],
        help: ["Says what the field means", "说明该字段"],
        keys: &["F1"],
        context: "form",
        rank: 7,
        run: |state| state.with(Form::explain),
        ..PLAIN
    },
    Action {
        id: "calendar.choose",
        label: ["take it", "选定"],
        help: ["Takes the day under the cursor", "选定光标所在日期"],
        keys: &["Enter"],
        rank: 1,
        run: Calendar::choose,
        ..CALENDAR
    },
    Action {
        id: "calendar.left",
        label: ["day", "日"],
        help: ["Moves one day back", "前一天"],
        keys: &["Left", "h"],
        rank: 2,
        run: |state| state.with(|calendar: &mut Calendar, _| calendar.days(-1)),
        ..CALENDAR
    },
    Action {
        id: "calendar.right",
        label: ["day on", "后一天"],
        help: ["Moves one day on", "后一天"],
        keys: &["Right", "l"],
        run: |state| state.with(|calendar: &mut Calendar, _| calendar.days(1)),
        ..CALENDAR
    },
    Action {
        id: "calendar.up",
        label: ["week", "周"],
        help: ["Moves one week back", "前一周"],
        keys: &["Up", "k"],
        rank: 3,
        run: |state| state.with(|calendar: &mut Calendar, _| calendar.days(-7)),
        ..CALENDAR
    },
    Action {
        id: "calendar.down",
        label: ["week on", "后一周"],
        help: ["Moves one week on", "后一周"],
        keys: &["Down", "j"],
        run: |state| state.with(|calendar: &mut Calendar, _| calendar.days(7)),
        ..CALENDAR
    },
    Action {
        id: "calendar.month-back",
        label: ["month", "月"],
        help: ["Moves one month back", "上个月"],
        keys: &["PgUp", "["],
        rank: 4,
        run: |state| state.with(|calendar: &mut Calendar, _| calendar.months(-1)),
        ..CALENDAR
    },
    Action {
        id: "calendar.month-on",
        label: ["month on", "下个月"],
        help: ["Moves one month on", "下个月"],
        keys: &["PgDn", "]"],
        run: |state| state.with(|calendar: &mut Calendar, _| calendar.months(1)),
        ..CALENDAR
    },
    Action {
        id: "calendar.today",
        label: ["today", "今天"],
        help: ["Moves to today", "回到今天"],
        keys: &["Home", "t"],
        rank: 5,
        run: |state| state.with(Calendar::today),
        ..CALENDAR
    },
];
