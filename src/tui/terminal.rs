//! The terminal as the dashboard needs it, and as it was before: whatever happens, it is given back in order.

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
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

/// Whether the terminal is ours now.
static ON: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Gives the terminal back when it goes.
pub struct Guard;

impl Guard {
    /// Takes the terminal.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        HOOK.call_once(|| {
            let usual = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // A thread that works for the screen leaves it alone, unless the whole program ends with it.
                let worker = std::thread::current().name().is_some_and(|name| name.starts_with("kehu-worker"));
                if !worker || cfg!(panic = "abort") {
                    leave();
                    usual(panic);
                }
            }));
        });
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
