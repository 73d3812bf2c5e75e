//! What the terminal is asked: how wide it draws what Unicode calls ambiguous (one such sign is drawn and the cursor asked
//! where it is), and whether it is light or dark. Many answer within a millisecond, some over a slow line, and some never.

use super::{
    glyphs::{ASCII, Glyphs, UNICODE},
    runtime::Incoming,
    theme::Ground,
};
use crossterm::{cursor::MoveTo, execute, style::Print};
use std::{
    io::{self, stdout},
    sync::mpsc::Sender,
    time::Duration,
};
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

/// How long the first frame waits for how wide signs are; what is answered later draws it anew.
pub const MOMENT: Duration = Duration::from_millis(40);

/// How long the answer may take whether it is light or dark.
const PATIENCE: Duration = Duration::from_millis(100);

/// The signs for a terminal that draws a line of a frame so many cells wide; `wide` says what is usual where it does not
/// answer.
#[must_use]
pub fn glyphs(width: Option<u16>, wide: bool) -> Glyphs {
    match width {
        Some(1) => UNICODE,
        None if !wide => UNICODE,
        _ => ASCII,
    }
}

/// Asks how many cells a line of a frame takes; the answer, or that there is none within two seconds, comes as a message.
/// The keys that are pressed meanwhile come after it.
pub fn ask(to: &Sender<Incoming>) -> io::Result<()> {
    execute!(stdout(), MoveTo(0, 0), Print("─"))?;
    let to = to.clone();
    std::thread::Builder::new().name("kehu-worker-probe".to_owned()).spawn(move || {
        let width = crossterm::cursor::position().ok().map(|(column, _)| column);
        // Nobody listens where the dashboard is over.
        let _ = to.send(Incoming::Width(width));
    })?;
    Ok(())
}

/// Takes the sign away that was drawn to be measured.
pub fn wipe() -> io::Result<()> {
    execute!(stdout(), MoveTo(0, 0), Print("  "))
}

/// Whether the terminal is light or dark, where it says so in time. Nothing else may read the keyboard meanwhile.
#[must_use]
pub fn ground() -> Option<Ground> {
    let mut options = QueryOptions::default();
    options.timeout = PATIENCE;
    match theme_mode(options).ok()? {
        ThemeMode::Light => Some(Ground::Light),
        ThemeMode::Dark => Some(Ground::Dark),
    }
}
