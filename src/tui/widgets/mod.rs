//! What views are put together from.

mod chart;
mod input;
mod menu;
pub mod plot;

pub use chart::{Event, bar, sparkline, timeline};
pub use input::Input;
pub use menu::Menu;

use ratatui::{
    buffer::{Buffer, CellWidth},
    layout::Rect,
    widgets::{Clear, Widget},
};

/// Empties an area, and what is left of a wide letter whose right half it covers: without that, the frame of a box loses
/// its left side there.
pub fn safe_clear(area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    if area.x > buffer.area.x {
        for y in area.top()..area.bottom() {
            if let Some(cell) = buffer.cell_mut((area.x - 1, y)).filter(|cell| cell.cell_width() > 1) {
                cell.set_symbol(" ");
            }
        }
    }
    Clear.render(area, buffer);
}
