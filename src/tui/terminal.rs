//! The terminal as the dashboard needs it, and as it was before: whatever happens, it is given back in order.

use super::crash;
use crossterm::{
    cursor,
    event::{
        DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
        EnableMouseCapture,
    },
    execute,
    terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use std::{
    io::{self, stdout},
    sync::atomic::{AtomicBool, Ordering},
};

/// Whether the terminal is ours now.
static ON: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back when it goes.
pub struct Guard;

impl Guard {
    /// Takes the terminal.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        crash::watch();
        let guard = Self;
        enter(mouse)?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Takes the terminal, again where it was given back for a while.
pub fn enter(mouse: bool) -> io::Result<()> {
    ON.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(
        stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        cursor::Hide,
        Clear(ClearType::All)
    )?;
    set_mouse(mouse)
}

/// Gives it back, in reverse order, once; what fails now cannot be helped.
pub fn leave() {
    if ON.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            stdout(),
            DisableMouseCapture,
            DisableFocusChange,
            DisableBracketedPaste,
            cursor::Show,
            LeaveAlternateScreen
        );
        let _ = disable_raw_mode();
    }
}

/// Takes the mouse, or leaves it to the terminal.
pub fn set_mouse(on: bool) -> io::Result<()> {
    if on { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) }
}
