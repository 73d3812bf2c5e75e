//! How the dashboard is started: by whom, on which database, in which language and on what terminal.

use super::{
    command::words_of,
    context::{Context, Exporter},
    crash,
    glyphs::{self, Glyphs},
    memory::Memory,
    probe, runtime,
    state::State,
    terminal::Guard,
    theme,
};
use crate::{Cause, Crm, Error, Message, Result, Settings, customers::duplicates::Watch, doors::language::Language};
use ratatui::layout::Rect;
use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

/// What the dashboard needs to know of the world, since it reads nothing of it itself.
#[derive(Clone)]
pub struct Launch {
    pub url: String,
    pub settings: Settings,
    pub user: String,
    pub watch: Watch,
    pub language: Language,
    /// Whether colours are wanted.
    pub color: bool,
    /// How many colours the terminal knows.
    pub depth: theme::Depth,
    /// ASCII signs only, or Unicode ones; none to find out.
    pub ascii: Option<bool>,
    /// The terminal's language draws ambiguous signs wide, where it does not say.
    pub wide: bool,
    pub editor: String,
    /// The program that opens web pages and the like; none where nobody would see it, as over SSH.
    pub opener: Option<String>,
    /// Where what stays from one session to the next is kept.
    pub folder: Option<PathBuf>,
    pub exporter: Exporter,
    /// Where a file goes of which only the name is said.
    pub here: PathBuf,
}

impl Launch {
    /// A handle for one thread.
    ///
    /// # Errors
    /// Whatever keeps the database from being opened.
    pub fn open(&self) -> Result<Crm> {
        let mut crm = Crm::open(&self.url, &self.settings)?;
        crm.set_watch(self.watch);
        crm.sign_in(&self.user)?;
        Ok(crm)
    }

    /// Writes down how something broke, and says where that is to be read.
    #[must_use]
    pub(super) fn report(&self, panic: &(dyn Any + Send)) -> Option<PathBuf> {
        let at = self.settings.clock.now().to_string();
        crash::report(self.folder.as_deref(), &at, &words_of(panic))
    }

    /// What this database says of itself.
    #[must_use]
    pub fn context(&self, crm: &Crm, glyphs: Glyphs, screen: Rect) -> Context {
        let url = crm.url();
        Context {
            theme: if self.color { theme::TERMINAL } else { theme::MONO },
            ground: None,
            depth: self.depth,
            glyphs,
            language: self.language,
            screen,
            reading: crm.reading().clone(),
            schemas: crm.schemas().to_vec(),
            user: crm.actor().map(|(id, name)| (id, name.to_owned())),
            database: url.rsplit('/').next().unwrap_or(&url).to_owned(),
            mouse: true,
            exporter: self.exporter,
            here: self.here.clone(),
            numbers: Cell::new(0),
        }
    }

    /// The state that a session begins with.
    #[must_use]
    pub fn state(&self, context: Context, memory: &Memory) -> State {
        let mut state = State::new(context);
        state.remembered = memory.session();
        state.drafts = memory.drafts();
        if self.color {
            state.restyle();
        }
        for page in state.stacks.iter_mut().flat_map(|stack| &mut stack.pages) {
            page.remember(&state.remembered);
        }
        state
    }
}

/// Whether the dashboard runs in this process.
static OPEN: AtomicBool = AtomicBool::new(false);

/// Whether it ever ran in this process.
static RAN: AtomicBool = AtomicBool::new(false);

/// Whether the system's wishes are its matter: from when it opens to the end of the process.
#[must_use]
pub fn has_signals() -> bool {
    RAN.load(Ordering::SeqCst)
}

/// Whether it is open, also while an editor has the screen.
#[must_use]
pub fn is_open() -> bool {
    OPEN.load(Ordering::SeqCst)
}

/// Runs the dashboard until somebody leaves it, on a database that is open already; says what was not written by then, if
/// anything was not.
///
/// # Errors
/// A database that cannot be shared or opened, or a terminal that does not obey.
pub fn run(launch: &Launch, mut crm: Crm) -> Result<Option<Message>> {
    if launch.url == ":memory:" {
        return Err(Error::bad_value(Message::new(
            "The dashboard needs a database that several can open, not :memory:.",
        )));
    }
    crm.door = launch.settings.door;
    crm.set_watch(launch.watch);
    // What it has to say of its opening belongs into no report.
    drop(crm.notices());
    let memory = Memory::new(launch.folder.as_deref(), &crm.url());
    on_terminal(launch, || {
        let glyphs = match launch.ascii {
            Some(true) => glyphs::ASCII,
            Some(false) => glyphs::UNICODE,
            None => probe::glyphs(None, launch.wide),
        };
        let (width, height) = crossterm::terminal::size().unwrap_or((80, 24));
        let context = launch.context(&crm, glyphs, Rect { x: 0, y: 0, width, height });
        let state = launch.state(context, &memory);
        runtime::run(launch, crm, state, &memory)
    })
}

/// Does something with the terminal taken, and gives it back whatever comes of it; a crash becomes an error that says
/// where its report is.
///
/// # Errors
/// A terminal that does not obey, or what broke.
pub fn on_terminal<T>(launch: &Launch, work: impl FnOnce() -> std::io::Result<T>) -> Result<T> {
    let guard = Guard::enter(true).map_err(|error| broken(&error))?;
    OPEN.store(true, Ordering::SeqCst);
    RAN.store(true, Ordering::SeqCst);
    let done = catch_unwind(AssertUnwindSafe(work));
    OPEN.store(false, Ordering::SeqCst);
    drop(guard);
    match done {
        Ok(done) => done.map_err(|error| broken(&error)),
        Err(panic) => Err(crashed(&words_of(&*panic), launch.report(&*panic))),
    }
}

/// What was typed is in its draft, and everything that was saved is in the database.
fn crashed(words: &str, report: Option<PathBuf>) -> Error {
    let message = match report {
        Some(_) => Message::new("The dashboard broke: {what}. A report is in {path}."),
        None => Message::new("The dashboard broke: {what}."),
    };
    let path = report.map_or_else(String::new, |path| path.display().to_string());
    Error::new(Cause::Storage, message.with("what", words).with("path", path)).hint(Message::new("kehu tui"))
}

fn broken(error: &std::io::Error) -> Error {
    Error::new(Cause::Storage, Message::new("The terminal does not obey: {why}.").with("why", error))
}
