//! The keys of the board.

use super::{Board, choices, moves, shown};
use crate::{
    Message,
    tui::{
        action::{Action, Danger, PLAIN},
        command::Cmd,
        listing::{Bar, bulk},
        page::Page,
        state::State,
    },
};

/// Something of the board that says nothing more.
const BOARD: Action = Action { context: "board", ..PLAIN };
/// Something done to the cards that are meant.
const CARD: Action = Action { context: "board", enabled: moves::needs_card, ..PLAIN };
/// Something done while a card is held.
const GRAB: Action = Action { context: "board-grab", ..PLAIN };

const WIN: Action = Action {
    id: "board.win",
    label: ["won", "赢单"],
    help: ["Closes what is meant as won", "将所选商机标为赢单"],
    keys: &["w"],
    rank: 6,
    danger: Danger::Undoable,
    run: moves::win,
    ..CARD
};

const LOSE: Action = Action {
    id: "board.lose",
    label: ["lost", "丢单"],
    help: ["Closes what is meant as lost, and asks why", "将所选商机标为丢单并询问原因"],
    keys: &["X"],
    rank: 7,
    danger: Danger::Undoable,
    run: moves::lose,
    ..CARD
};

const TURN: Action = Action {
    id: "board.table",
    label: ["board/table", "看板/表格"],
    help: ["Shows the same deals as a table, or as a board again", "同一筛选下切换看板与表格"],
    keys: &["b"],
    rank: 9,
    run: |state| state.with(Board::turn),
    ..BOARD
};

const PIPELINE: Action = Action {
    id: "board.pipeline",
    label: ["pipeline", "流程"],
    help: ["Chooses the pipeline to be shown", "选择销售流程"],
    keys: &["p"],
    rank: 15,
    run: choices::pipeline,
    ..BOARD
};

fn is_closed(state: &State) -> Result<(), Message> {
    moves::needs_card(state)?;
    let open = shown(state)
        .and_then(|board| board.lane().filter(|_| !board.as_table && !board.months))
        .is_some_and(|lane| lane.column.outcome == crate::pipeline::Outcome::Open);
    if open { Err(Message::new("It is open.")) } else { Ok(()) }
}

fn by_screen(state: &State, by: i64) -> i64 {
    shown(state).map_or(1, |board| board.screen(&state.context)) * by
}

/// What can be done on the board.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "board.open",
        label: ["open", "打开"],
        help: ["Opens the deal under the cursor; a folded column unfolds", "打开光标所在商机；折叠列则展开"],
        keys: &["Enter"],
        rank: 1,
        run: open,
        ..BOARD
    },
    Action {
        id: "board.move",
        label: ["move", "移动"],
        help: [
            "Takes the marked cards, or this one, into the hand; arrows carry, Enter drops",
            "抓起所选卡片；方向键移动，Enter 放下",
        ],
        keys: &["m"],
        rank: 2,
        danger: Danger::Undoable,
        run: |state| state.with(Board::hold),
        ..CARD
    },
    Action {
        id: "board.on",
        label: ["stage on", "下一阶段"],
        help: ["Moves what is meant one column on", "移到下一列"],
        keys: &[">"],
        rank: 3,
        danger: Danger::Undoable,
        run: |state| state.with(|board: &mut Board, context| board.shove(1, context)),
        ..CARD
    },
    Action {
        id: "board.back",
        label: ["stage back", "上一阶段"],
        help: ["Moves what is meant one column back", "移到上一列"],
        keys: &["<"],
        danger: Danger::Undoable,
        run: |state| state.with(|board: &mut Board, context| board.shove(-1, context)),
        ..CARD
    },
    Action {
        id: "board.mark",
        label: ["mark", "选中"],
        help: ["Marks or unmarks the card and moves down", "选中或取消并下移"],
        keys: &["Space"],
        rank: 4,
        run: |state| state.with(Board::mark),
        ..CARD
    },
    WIN,
    LOSE,
    TURN,
    PIPELINE,
    Action {
        id: "board.fold",
        label: ["fold", "折叠"],
        help: ["Folds the column, or unfolds it", "折叠或展开此列"],
        keys: &["z"],
        rank: 8,
        run: |state| state.with(Board::fold),
        ..BOARD
    },
    Action {
        id: "board.months",
        label: ["months", "按月"],
        help: ["Columns by the month of the expected day, or by stage again", "按预计成交月份分列，或回到阶段"],
        keys: &["M"],
        rank: 10,
        run: |state| state.with(Board::turn_axis),
        ..BOARD
    },
    Action {
        id: "board.search",
        label: ["search", "搜索"],
        help: ["Searches the deals as you type", "边输边搜商机"],
        keys: &["/", "F3"],
        rank: 11,
        run: |state| state.with(|board: &mut Board, _| board.bar(Bar::Search)),
        ..BOARD
    },
    Action {
        id: "board.filter",
        label: ["filter", "筛选"],
        help: ["Filters in the filter language: amount=50k.. owner=me", "用筛选语言筛选：amount=5万.. owner=me"],
        keys: &["f", "F4"],
        rank: 12,
        run: |state| state.with(|board: &mut Board, _| board.bar(Bar::Filter)),
        ..BOARD
    },
    Action {
        id: "board.signal",
        label: ["late, today, none", "逾期/今天/无"],
        help: [
            "Shows only deals with something late, then due today, then nothing planned, then all",
            "依次只看逾期、今天到期、无下一步、全部",
        ],
        keys: &["!"],
        rank: 16,
        run: |state| state.with(Board::next_signal),
        ..BOARD
    },
    Action {
        id: "board.new",
        label: ["new", "新增"],
        help: ["Adds a deal in this column", "在此列新增商机"],
        keys: &["N", "Insert"],
        rank: 13,
        danger: Danger::Undoable,
        run: choices::new,
        ..BOARD
    },
    Action {
        id: "board.shelve",
        label: ["shelve", "搁置"],
        help: ["Puts what is meant aside, and asks why", "搁置所选商机并询问原因"],
        keys: &["S"],
        rank: 14,
        danger: Danger::Undoable,
        run: moves::shelve,
        ..CARD
    },
    Action {
        id: "board.reopen",
        label: ["reopen", "重新打开"],
        help: ["Takes a closed deal up again where it was last open", "将已关闭商机恢复到原阶段"],
        keys: &["R"],
        danger: Danger::Undoable,
        enabled: is_closed,
        run: moves::reopen,
        ..CARD
    },
    Action {
        id: "board.all",
        label: ["mark all", "全选"],
        help: ["Marks all cards of the column, or none", "选中此列全部卡片，或全部取消"],
        keys: &["*"],
        run: |state| state.with(|board: &mut Board, _| board.mark_all()),
        ..CARD
    },
    Action {
        id: "board.bulk",
        label: ["bulk", "批量"],
        help: ["Changes all marked deals at once, after a preview", "预览后批量修改所选商机"],
        keys: &["A", "F6"],
        danger: Danger::Asks,
        run: bulk::begin,
        ..CARD
    },
    Action {
        id: "board.sort",
        label: ["sort", "排序"],
        help: ["Chooses how the cards follow each other", "选择卡片顺序"],
        keys: &["s"],
        run: choices::order,
        ..BOARD
    },
    Action {
        id: "board.views",
        label: ["views", "视图"],
        help: ["Takes up the filter of a saved view", "套用已保存视图的筛选"],
        keys: &["V"],
        run: choices::views,
        ..BOARD
    },
    Action {
        id: "board.left",
        label: ["column left", "左列"],
        help: ["Moves to the column on the left", "到左边的列"],
        keys: &["h", "Left"],
        run: |state| state.with(|board: &mut Board, context| board.go_aside(-1, context)),
        ..BOARD
    },
    Action {
        id: "board.right",
        label: ["column right", "右列"],
        help: ["Moves to the column on the right", "到右边的列"],
        keys: &["l", "Right"],
        run: |state| state.with(|board: &mut Board, context| board.go_aside(1, context)),
        ..BOARD
    },
    Action {
        id: "board.down",
        label: ["down", "下移"],
        help: ["Moves to the card below", "到下一张卡片"],
        keys: &["j", "Down"],
        run: |state| state.with(|board: &mut Board, context| board.go_by(1, context)),
        ..BOARD
    },
    Action {
        id: "board.up",
        label: ["up", "上移"],
        help: ["Moves to the card above", "到上一张卡片"],
        keys: &["k", "Up"],
        run: |state| state.with(|board: &mut Board, context| board.go_by(-1, context)),
        ..BOARD
    },
    Action {
        id: "board.first",
        label: ["first", "首张"],
        help: ["Moves to the first card of the column", "到此列首张卡片"],
        keys: &["g g", "Home"],
        run: |state| state.with(|board: &mut Board, context| board.go_to_card(0, context)),
        ..BOARD
    },
    Action {
        id: "board.last",
        label: ["last", "末张"],
        help: ["Moves to the last card of the column", "到此列末张卡片"],
        keys: &["G", "End"],
        run: |state| state.with(|board: &mut Board, context| board.go_to_card(usize::MAX, context)),
        ..BOARD
    },
    Action {
        id: "board.page-down",
        label: ["page down", "下翻页"],
        help: ["Moves one screen of cards down", "下移一屏卡片"],
        keys: &["PgDn", "Ctrl-f", "Ctrl-d"],
        run: |state| {
            let by = by_screen(state, 1);
            state.with(|board: &mut Board, context| board.go_by(by, context))
        },
        ..BOARD
    },
    Action {
        id: "board.page-up",
        label: ["page up", "上翻页"],
        help: ["Moves one screen of cards up", "上移一屏卡片"],
        keys: &["PgUp", "Ctrl-b", "Ctrl-u"],
        run: |state| {
            let by = by_screen(state, -1);
            state.with(|board: &mut Board, context| board.go_by(by, context))
        },
        ..BOARD
    },
    Action {
        id: "board-grab.drop",
        label: ["drop", "放下"],
        help: ["Drops what is held into this column", "放入此列"],
        keys: &["Enter", "m", "Space"],
        rank: 1,
        danger: Danger::Undoable,
        run: |state| state.with(Board::let_go),
        ..GRAB
    },
    Action {
        id: "board-grab.left",
        label: ["back", "前一列"],
        help: ["Carries what is held to the column on the left", "移到左边的列"],
        keys: &["Left", "h", "<"],
        rank: 2,
        run: |state| state.with(|board: &mut Board, context| board.carry(-1, context)),
        ..GRAB
    },
    Action {
        id: "board-grab.right",
        label: ["on", "后一列"],
        help: ["Carries what is held to the column on the right", "移到右边的列"],
        keys: &["Right", "l", ">"],
        rank: 3,
        run: |state| state.with(|board: &mut Board, context| board.carry(1, context)),
        ..GRAB
    },
    Action { id: "board-table.table", context: "board-table", ..TURN },
    Action { id: "board-table.pipeline", context: "board-table", ..PIPELINE },
    Action { id: "board-table.win", context: "board-table", ..WIN },
    Action { id: "board-table.lose", context: "board-table", ..LOSE },
];

/// Opens the deal; a folded column is unfolded.
fn open(state: &mut State) -> Vec<Cmd> {
    match state.top().and_then(Page::subject) {
        Some((kind, id)) => state.visit(kind, id),
        None => state.with(|board: &mut Board, context| {
            let folded = board.lane().is_some_and(|lane| board.is_folded(lane));
            if folded { board.fold(context) } else { Vec::new() }
        }),
    }
}
