//! How wide the terminal draws what Unicode calls ambiguous: one such sign is drawn and the cursor asked where it is.

use super::glyphs::{ASCII, Glyphs, UNICODE};
use crossterm::{cursor::MoveTo, execute, style::Print};
use std::{
    io::{self, Read, Write, stdout},
    sync::mpsc,
    time::Duration,
};

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

/// How many cells a line of a frame takes.
fn width() -> Option<u16> {
    execute!(stdout(), MoveTo(0, 0), Print("─"), Print("\x1b[6n")).ok()?;
    stdout().flush().ok()?;
    let column = answered().and_then(|answer| column(&answer));
    let _ = execute!(stdout(), MoveTo(0, 0), Print("  "));
    column.map(|column| column.saturating_sub(1))
}

/// Whatever the terminal says within the time.
fn answered() -> Option<String> {
    if !crossterm::event::poll(Duration::ZERO).is_ok_and(|waiting| !waiting) {
        return None;
    }
    let (send, receive) = mpsc::channel();
    let asked = std::thread::Builder::new().name("kehu-worker-probe".to_owned()).spawn(move || {
        let mut answer = Vec::new();
        for byte in io::stdin().lock().bytes().map_while(Result::ok) {
            answer.push(byte);
            if byte == b'R' || answer.len() > 32 {
                break;
            }
        }
        // Nobody listens where it took too long.
        let _ = send.send(String::from_utf8_lossy(&answer).into_owned());
    });
    asked.ok()?;
    receive.recv_timeout(PATIENCE).ok()
}

/// The column of `ESC [ row ; column R`.
fn column(answer: &str) -> Option<u16> {
    answer.trim_end_matches('R').rsplit_once(';')?.1.parse().ok()
}
