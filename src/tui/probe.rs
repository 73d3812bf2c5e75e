//! What the terminal is asked before anything else: how wide it draws what Unicode calls ambiguous (one such sign is drawn
//! and the cursor asked where it is), and whether it is light or dark.

use super::{
    glyphs::{ASCII, Glyphs, UNICODE},
    theme::Ground,
};
use crossterm::{cursor::MoveTo, execute, style::Print};
use std::{io::stdout, sync::mpsc, time::Duration};
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(100);

/// The signs that fit this terminal, and its ground where colours are wanted; `wide` says what is usual where it does not
/// answer. Must run before anything reads the keyboard.
pub fn terminal(wide: bool, color: bool) -> (Glyphs, Option<Ground>) {
    let width = width();
    let glyphs = match width {
        Some(1) => UNICODE,
        Some(_) => ASCII,
        None if wide => ASCII,
        None => UNICODE,
    };
    // Whoever did not answer the first question would only keep us waiting for the second.
    (glyphs, width.filter(|_| color).and_then(|_| ground()))
}

/// Whether the terminal is light or dark, where it says so in time.
fn ground() -> Option<Ground> {
    let mut options = QueryOptions::default();
    options.timeout = PATIENCE;
    match theme_mode(options).ok()? {
        ThemeMode::Light => Some(Ground::Light),
        ThemeMode::Dark => Some(Ground::Dark),
    }
}

/// How many cells a line of a frame takes. Where the terminal does not answer, the question waits on by itself for two
/// seconds, and the keys that are pressed meanwhile come after it.
fn width() -> Option<u16> {
    execute!(stdout(), MoveTo(0, 0), Print("─")).ok()?;
    let (send, receive) = mpsc::channel();
    let asked = std::thread::Builder::new().name("kehu-worker-probe".to_owned()).spawn(move || {
        // Nobody listens where it took too long.
        let _ = send.send(crossterm::cursor::position());
    });
    asked.ok()?;
    let answer = receive.recv_timeout(PATIENCE).ok();
    let _ = execute!(stdout(), MoveTo(0, 0), Print("  "));
    answer?.ok().map(|(column, _)| column)
}
