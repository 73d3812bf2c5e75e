//! The keys of lists, and of whatever record is meant.

use super::{Bar, acts, bulk, choices, export, links};
use crate::{
    Message,
    tui::{
        action::{Action, Danger, PLAIN},
        moving,
        page::Page,
        state::State,
        widgets::Input,
    },
};

/// Something of lists that says nothing more.
const LIST: Action = Action { context: "list", ..PLAIN };
/// Something done to the record that is meant.
const RECORD: Action = Action { context: "record", enabled: meant, ..PLAIN };

fn meant(state: &State) -> Result<(), Message> {
    let subject = state.top().and_then(Page::subject);
    subject.map(drop).ok_or_else(|| Message::new("There is no record under the cursor."))
}

fn half(state: &State) -> i64 {
    i64::try_from(state.top().and_then(Page::listing).map_or(10, |listing| listing.height) / 2).unwrap_or(10)
}

fn row(state: &State) -> Result<(), Message> {
    match state.top().and_then(|page| page.listing()) {
        Some(listing) => listing.needs_row(),
        None => Err(Message::new("There is no list here.")),
    }
}

/// What can be done in lists and to records.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "list.open",
        label: ["open", "打开"],
        help: ["Opens the record under the cursor", "打开光标所在记录"],
        keys: &["Enter"],
        rank: 1,
        enabled: row,
        run: acts::open,
        ..LIST
    },
    Action {
        id: "list.search",
        label: ["search", "搜索"],
        help: ["Searches as you type: names, pinyin, phone digits", "边输边搜：名称、拼音、电话尾号"],
        keys: &["/", "F3"],
        rank: 2,
        run: |state| {
            state.listing(|listing, _| {
                listing.bar = Some((Bar::Search, Input::new(&listing.words)));
                Vec::new()
            })
        },
        ..LIST
    },
    Action {
        id: "list.filter",
        label: ["filter", "筛选"],
        help: ["Filters in the filter language: level=A city~Shen", "用筛选语言筛选：level=A city~深圳"],
        keys: &["f", "F4"],
        rank: 3,
        run: |state| {
            state.listing(|listing, _| {
                listing.bar = Some((Bar::Filter, Input::new(&listing.filter)));
                Vec::new()
            })
        },
        ..LIST
    },
    Action {
        id: "list.new",
        label: ["new", "新增"],
        help: ["Adds a record of this kind", "新增此类记录"],
        keys: &["N", "Insert"],
        rank: 4,
        danger: Danger::Undoable,
        enabled: acts::can_add,
        run: acts::new,
        ..LIST
    },
    Action {
        id: "list.mark",
        label: ["mark", "选中"],
        help: ["Marks or unmarks the record and moves down", "选中或取消并下移"],
        keys: &["Space"],
        rank: 7,
        enabled: row,
        run: |state| state.listing(super::Listing::mark),
        ..LIST
    },
    Action {
        id: "list.range",
        label: ["mark range", "区间选择"],
        help: ["Begins a range; pressed again marks all of it", "开始区间，再按选中整段"],
        keys: &["v"],
        enabled: row,
        run: |state| state.listing(|listing, _| listing.range()),
        ..LIST
    },
    Action {
        id: "list.all",
        label: ["mark all", "全选"],
        help: ["Marks all that match, or none", "选中全部匹配项，或全部取消"],
        keys: &["*"],
        enabled: row,
        run: |state| state.listing(|listing, _| listing.mark_all()),
        ..LIST
    },
    Action {
        id: "list.bulk",
        label: ["bulk", "批量"],
        help: ["Changes all marked records at once, after a preview", "预览后批量修改选中记录"],
        keys: &["A", "F6"],
        rank: 9,
        danger: Danger::Asks,
        enabled: row,
        run: bulk::begin,
        ..LIST
    },
    Action {
        id: "list.sort",
        label: ["sort", "排序"],
        help: ["Sorts by a field; by the same again the other way round", "按字段排序，再选一次反向"],
        keys: &["s"],
        rank: 8,
        run: choices::sort,
        ..LIST
    },
    Action {
        id: "list.columns",
        label: ["columns", "列"],
        help: ["Chooses the columns and their order", "选择列及顺序"],
        keys: &["c"],
        rank: 10,
        run: choices::columns,
        ..LIST
    },
    Action {
        id: "list.views",
        label: ["views", "视图"],
        help: ["Opens a saved view, or saves this one", "打开或保存视图"],
        keys: &["V"],
        rank: 11,
        run: choices::views,
        ..LIST
    },
    Action {
        id: "list.like",
        label: ["like this cell", "同值筛选"],
        help: ["Filters by what is under the cursor in this column", "按当前单元格的值筛选"],
        keys: &["@"],
        enabled: row,
        run: |state| state.listing(super::Listing::filter_like),
        ..LIST
    },
    Action {
        id: "list.export",
        label: ["export", "导出"],
        help: ["Writes what is shown to a file", "把所列内容写入文件"],
        keys: &["Ctrl-e"],
        run: export::ask,
        ..LIST
    },
    Action {
        id: "list.bin",
        label: ["recycle bin", "回收站"],
        help: ["Shows what was deleted, or what was not", "显示已删除的记录，或返回"],
        run: |state| {
            state.listing(|listing, context| {
                listing.bin = !listing.bin;
                listing.reload(context)
            })
        },
        ..LIST
    },
    Action {
        id: "list.down",
        run: |state| state.listing(|listing, context| listing.go_by(1, context)),
        context: "list",
        ..moving::DOWN
    },
    Action {
        id: "list.up",
        run: |state| state.listing(|listing, context| listing.go_by(-1, context)),
        context: "list",
        ..moving::UP
    },
    Action {
        id: "list.first",
        run: |state| state.listing(|listing, context| listing.go_to(0, context)),
        context: "list",
        ..moving::FIRST
    },
    Action { id: "list.last", run: |state| state.listing(super::Listing::go_to_end), context: "list", ..moving::LAST },
    Action {
        id: "list.page-down",
        label: ["page down", "下翻页"],
        help: ["Moves one screen down", "下翻一屏"],
        keys: &["PgDn", "Ctrl-f"],
        run: |state| {
            let by = half(state) * 2;
            state.listing(|listing, context| listing.go_by(by, context))
        },
        ..LIST
    },
    Action {
        id: "list.page-up",
        label: ["page up", "上翻页"],
        help: ["Moves one screen up", "上翻一屏"],
        keys: &["PgUp", "Ctrl-b"],
        run: |state| {
            let by = half(state) * -2;
            state.listing(|listing, context| listing.go_by(by, context))
        },
        ..LIST
    },
    Action {
        id: "list.half-down",
        label: ["half down", "下半屏"],
        help: ["Moves half a screen down", "下移半屏"],
        keys: &["Ctrl-d"],
        run: |state| {
            let by = half(state);
            state.listing(|listing, context| listing.go_by(by, context))
        },
        ..LIST
    },
    Action {
        id: "list.half-up",
        label: ["half up", "上半屏"],
        help: ["Moves half a screen up", "上移半屏"],
        keys: &["Ctrl-u"],
        run: |state| {
            let by = -half(state);
            state.listing(|listing, context| listing.go_by(by, context))
        },
        ..LIST
    },
    Action {
        id: "list.column-left",
        label: ["column left", "左列"],
        help: ["Moves to the column on the left", "到左边的列"],
        keys: &["h", "Left"],
        run: |state| {
            state.listing(|listing, _| {
                listing.column = listing.column.saturating_sub(1);
                Vec::new()
            })
        },
        ..LIST
    },
    Action {
        id: "list.column-right",
        label: ["column right", "右列"],
        help: ["Moves to the column on the right", "到右边的列"],
        keys: &["l", "Right"],
        run: |state| {
            state.listing(|listing, _| {
                listing.column = (listing.column + 1).min(listing.heads.len().saturating_sub(1));
                Vec::new()
            })
        },
        ..LIST
    },
    Action {
        id: "bar.keep",
        label: ["keep it", "确定"],
        help: ["Keeps what was typed above the list and goes back to it", "采用所输入的条件并回到列表"],
        keys: &["Enter"],
        context: "bar",
        rank: 1,
        run: |state| state.press("Enter"),
        ..PLAIN
    },
    Action {
        id: "bar.clear",
        label: ["clear", "清空"],
        help: ["Takes away what was typed above the list", "清空所输入的条件"],
        keys: &["Ctrl-u"],
        context: "bar",
        rank: 2,
        run: |state| state.press("Ctrl-u"),
        ..PLAIN
    },
    Action {
        id: "record.edit",
        label: ["edit", "编辑"],
        help: ["Edits the record in a form", "用表单编辑记录"],
        keys: &["e", "F2"],
        rank: 5,
        danger: Danger::Undoable,
        run: acts::edit,
        ..RECORD
    },
    Action {
        id: "record.activity",
        label: ["add activity", "加活动"],
        help: ["Plans a call, a visit or a task with it", "为其安排电话、拜访或任务"],
        keys: &["a"],
        rank: 6,
        danger: Danger::Undoable,
        enabled: acts::can_have_activities,
        run: acts::activity,
        ..RECORD
    },
    Action {
        id: "record.verbs",
        label: ["actions", "操作"],
        help: ["Lists what else can be done with it", "列出可对其执行的操作"],
        keys: &[".", "F7"],
        rank: 12,
        danger: Danger::Undoable,
        run: acts::verbs,
        ..RECORD
    },
    Action {
        id: "record.delete",
        label: ["delete", "删除"],
        help: ["Moves it to the recycle bin; u brings it back", "移入回收站，u 可撤销"],
        keys: &["d", "Delete"],
        danger: Danger::Undoable,
        run: acts::delete,
        ..RECORD
    },
    Action {
        id: "record.restore",
        label: ["restore", "恢复"],
        help: ["Brings it back from the recycle bin", "从回收站恢复"],
        danger: Danger::Undoable,
        run: acts::restore,
        ..RECORD
    },
    Action {
        id: "record.copy",
        label: ["copy", "复制"],
        help: ["Copies one of its values to the clipboard", "复制其中一个值"],
        keys: &["y"],
        run: acts::copy,
        ..RECORD
    },
    Action {
        id: "record.open",
        label: ["open link", "打开链接"],
        help: ["Opens its web page, a mail to it or a call", "打开网页、写邮件或拨号"],
        keys: &["o"],
        run: links::open,
        ..RECORD
    },
    Action {
        id: "record.note",
        label: ["note in editor", "编辑器写备注"],
        help: ["Writes its notes in your own editor", "用自己的编辑器写备注"],
        keys: &["E"],
        danger: Danger::Undoable,
        run: acts::note,
        ..RECORD
    },
];
