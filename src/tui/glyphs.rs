//! The signs that frames, bars and marks are drawn with: as Unicode has them, or in ASCII where the terminal would draw
//! them two cells wide.

/// One set of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    pub ascii: bool,
    pub horizontal: &'static str,
    pub vertical: &'static str,
    /// Top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    pub ellipsis: &'static str,
    /// The row under the cursor.
    pub cursor: &'static str,
    pub mark: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub crumb: &'static str,
    pub bar: &'static str,
    pub bar_rest: &'static str,
    /// From nothing to full, in eight steps.
    pub spark: [&'static str; 8],
    pub spinner: [&'static str; 4],
    pub dot: &'static str,
    pub arrow: &'static str,
}

/// For terminals that draw what Unicode calls ambiguous one cell wide.
pub const UNICODE: Glyphs = Glyphs {
    ascii: false,
    horizontal: "─",
    vertical: "│",
    corners: ["┌", "┐", "└", "┘"],
    ellipsis: "…",
    cursor: "▌",
    mark: "*",
    up: "▲",
    down: "▼",
    crumb: "›",
    bar: "█",
    bar_rest: "░",
    spark: ["⠀", "⣀", "⣀", "⣤", "⣤", "⣶", "⣶", "⣿"],
    spinner: ["⠋", "⠙", "⠸", "⠴"],
    dot: "·",
    arrow: "→",
};

/// For all others.
pub const ASCII: Glyphs = Glyphs {
    ascii: true,
    horizontal: "-",
    vertical: "|",
    corners: ["+", "+", "+", "+"],
    ellipsis: "~",
    cursor: ">",
    mark: "*",
    up: "^",
    down: "v",
    crumb: ">",
    bar: "#",
    bar_rest: ".",
    spark: [" ", ".", ".", ":", "-", "=", "+", "#"],
    spinner: ["|", "/", "-", "\\"],
    dot: "-",
    arrow: "->",
};
