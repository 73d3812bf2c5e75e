//! Hit regions: what a click on each place of the screen means; views return them, so that mouse, footer and tests share
//! one truth.

use ratatui::layout::{Position, Rect};

/// One region of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub area: Rect,
    pub target: Target,
}

/// What a click means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Runs an action of the registry.
    Act(&'static str),
    /// The row of a list, a menu or a form, counted from its very top.
    Row(usize),
    /// The heading of a column, by its place.
    Heading(usize),
    /// A tab of the frame, by its number.
    Tab(u8),
    /// A part of a page, such as its own tabs; the page knows what the number means.
    Part(usize),
    /// Nothing; what lies beneath is not meant either.
    Nothing,
}

/// How the mouse was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    Click,
    DoubleClick,
    /// The pointer is here now, with the button still held.
    Drag,
    /// The button was let go here.
    Release,
    /// Rows downwards; upwards where negative.
    Wheel(i32),
}

/// What lies on top at a place.
#[must_use]
pub fn at(hits: &[Hit], position: Position) -> Option<&Target> {
    hits.iter().rev().find(|hit| hit.area.contains(position)).map(|hit| &hit.target)
}
