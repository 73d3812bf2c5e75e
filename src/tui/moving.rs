//! The keys that move through lines, the same on every page; a page says where they count and what they do.

use super::action::{Action, PLAIN};

pub const DOWN: Action =
    Action { label: ["down", "下移"], help: ["Moves one line down", "下移一行"], keys: &["j", "Down"], ..PLAIN };

pub const UP: Action =
    Action { label: ["up", "上移"], help: ["Moves one line up", "上移一行"], keys: &["k", "Up"], ..PLAIN };

pub const PAGE_DOWN: Action = Action {
    label: ["page down", "下翻"],
    help: ["Moves ten lines down", "下移十行"],
    keys: &["PgDn", "Ctrl-d"],
    ..PLAIN
};

pub const PAGE_UP: Action =
    Action {
        label: ["page up", "上翻"], help: ["Moves ten lines up", "上移十行"], keys: &["PgUp", "Ctrl-u"], ..PLAIN
    };

pub const FIRST: Action =
    Action {
        label: ["first", "首行"], help: ["Moves to the first line", "到首行"], keys: &["g g", "Home"], ..PLAIN
    };

pub const LAST: Action =
    Action { label: ["last", "末行"], help: ["Moves to the last line", "到末行"], keys: &["G", "End"], ..PLAIN };
