//! Ctrl-C: work that is under way ends in good order and says what stands; everything else ends at once.

use kehu::store::Interrupter;
use std::sync::{
    Mutex, Once, PoisonError,
    atomic::{AtomicBool, Ordering},
};

/// The handle that is open now.
static OPEN: Mutex<Option<Interrupter>> = Mutex::new(None);
static PRESSED: AtomicBool = AtomicBool::new(false);
static ONCE: Once = Once::new();

/// From now on Ctrl-C means this handle.
pub fn watch(interrupter: Interrupter) {
    *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(interrupter);
    ONCE.call_once(|| {
        // Where signals are ignored (nohup) or handled already, it stays so.
        let _ = ctrlc::try_set_handler(pressed);
    });
}

fn pressed() {
    // The dashboard has a way of its own to be left, and an editor that it runs takes the key for itself.
    if kehu::tui::has_signals() {
        return;
    }
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let working = open.as_ref().is_some_and(Interrupter::interrupt);
    // Whoever presses a second time does not want to wait for the word.
    if !working || PRESSED.swap(true, Ordering::SeqCst) {
        std::process::exit(130);
    }
}
