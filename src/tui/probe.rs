//! How wide the terminal draws what Unicode calls ambiguous: one such sign is drawn and the cursor asked where it is.

use super::glyphs::{ASCII, Glyphs, UNICODE};
use crossterm::{cursor::MoveTo, execute, style::Print};
use std::{io::stdout, sync::mpsc, time::Duration};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(100);

/// The signs that fit this terminal; `wide` says what is usual where it does not answer. Must run before anything reads
/// the keyboard.
pub fn glyphs(wide: bool) -> Glyphs {
    match width() {
        Some(1) => UNICODE,
        Some(_) => ASCII,
        None if wide => ASCII,
        None => UNICODE,
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
