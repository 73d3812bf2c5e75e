//! What is left of a crash: a report in a file of its own, for whoever is to mend it. Nothing of any record is in it.

use super::terminal;
use std::{
    backtrace::Backtrace,
    cell::RefCell,
    panic::PanicHookInfo,
    path::{Path, PathBuf},
    sync::Once,
};

static HOOK: Once = Once::new();

thread_local! {
    /// Where this thread broke last, and how it came there.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From now on a panic gives the terminal back before anything else, and remembers where it was; a thread that works for
/// the screen leaves the terminal alone.
pub fn watch() {
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !super::is_open() || cfg!(panic = "abort") {
                terminal::leave();
                return usual(panic);
            }
            if !is_worker() {
                terminal::leave();
            }
            remember(panic);
        }));
    });
}

fn is_worker() -> bool {
    std::thread::current().name().is_some_and(|name| name.starts_with("kehu-worker"))
}

fn remember(panic: &PanicHookInfo) {
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    let thread = std::thread::current().name().unwrap_or("?").to_owned();
    let text = format!("at: {place}\nthread: {thread}\n\n{}", Backtrace::force_capture());
    PLACE.with_borrow_mut(|known| *known = text);
}

/// Writes the report and says where it is; none where there is no place for it.
#[must_use]
pub fn report(folder: Option<&Path>, at: &str, words: &str) -> Option<PathBuf> {
    let folder = folder?;
    std::fs::create_dir_all(folder).ok()?;
    let plain: String = at.chars().filter(char::is_ascii_digit).collect();
    let place = PLACE.with_borrow(String::clone);
    let text = format!(
        "kehu {} on {} {}\nwhen: {at}\nwhat: {words}\n{place}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    (0..100).find_map(|number| {
        let path = folder.join(format!("crash-{plain}-{number}.txt"));
        super::listing::keep(&path, text.as_bytes()).ok().map(|()| path)
    })
}
