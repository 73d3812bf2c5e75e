//! `Driver`: the dashboard without a terminal and without threads: keys are pressed, questions answered at once, and the
//! screen is a text. Tests drive it; so can anybody who wants to see what a key does.

use super::{
    command::{Ask, Cmd, End, Reply, Scope, Wake, Write, words_of},
    glyphs::Glyphs,
    hits::Hit,
    key::Key,
    launch::Launch,
    memory::Memory,
    screen,
    state::State,
    update::Msg,
};
use crate::{Crm, Result};
use crossterm::event::Event;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, layout::Rect};
use std::{collections::VecDeque, time::Duration};
use unicode_width::UnicodeWidthStr;

/// What is awaited for longer than that is not waited for by [`Driver::settle`].
const PATIENCE: Duration = Duration::from_millis(500);

enum Waiting {
    Ask(Ask),
    Write(Write),
}

/// The dashboard in one's hands.
pub struct Driver {
    pub state: State,
    pub crm: Crm,
    memory: Memory,
    waiting: VecDeque<Waiting>,
    timers: Vec<(Duration, Scope, Reply)>,
    clock: Duration,
    terminal: Terminal<TestBackend>,
    /// What went to the clipboard.
    pub copied: Vec<String>,
    /// What was opened elsewhere.
    pub opened: Vec<String>,
    /// How often it went to the background.
    pub suspended: usize,
    /// What the editor makes of a text.
    pub editor: fn(String) -> String,
    /// What broke behind the screen.
    pub broken: Vec<String>,
    /// Whether another holds the database, so that writes wait.
    pub held: bool,
    pub over: bool,
}

impl Driver {
    /// Starts it on a screen of that size, and waits until it shows its first page.
    ///
    /// # Errors
    /// Whatever keeps the database from being opened.
    pub fn start(launch: &Launch, glyphs: Glyphs, width: u16, height: u16) -> Result<Self> {
        let crm = launch.open()?;
        let context = launch.context(&crm, glyphs, Rect { x: 0, y: 0, width, height });
        let memory = Memory::new(launch.folder.as_deref(), &crm.url());
        let state = launch.state(context, &memory);
        let Ok(terminal) = Terminal::new(TestBackend::new(width, height));
        let mut driver = Self {
            state,
            crm,
            memory,
            waiting: VecDeque::new(),
            timers: Vec::new(),
            clock: Duration::ZERO,
            terminal,
            copied: Vec::new(),
            opened: Vec::new(),
            suspended: 0,
            editor: |text| text,
            broken: Vec::new(),
            held: false,
            over: false,
        };
        let commands = driver.state.begin();
        driver.perform(commands);
        driver.settle();
        Ok(driver)
    }

    /// Presses keys, `g g` one after the other, and waits.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in Key::sequence(keys) {
            self.send(Msg::Key(key));
        }
        self.settle();
        self
    }

    /// Types a text letter by letter, and waits.
    pub fn type_(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            self.send(Msg::Key(Key::plain(crossterm::event::KeyCode::Char(letter))));
        }
        self.settle();
        self
    }

    /// An event as a terminal reports it.
    pub fn event(&mut self, event: Event) -> &mut Self {
        if let Event::Resize(width, height) = event {
            self.terminal.backend_mut().resize(width, height);
        }
        self.send(Msg::Event(event));
        self
    }

    /// Hands over a message without waiting.
    pub fn send(&mut self, message: Msg) {
        let commands = self.state.update(message);
        self.perform(commands);
    }

    /// Does what an update wants done, and waits.
    pub fn hand(&mut self, commands: Vec<Cmd>) -> &mut Self {
        self.perform(commands);
        self.settle()
    }

    /// Answers every question and lets every short timer ring, until nothing is left to be done.
    pub fn settle(&mut self) -> &mut Self {
        loop {
            while let Some(waiting) = self.next() {
                let (reply, end) = match waiting {
                    Waiting::Ask(ask) => (ask.work)(Ok(&mut self.crm)),
                    Waiting::Write(write) => (write.work)(self.crm.renew().map(|_| &mut self.crm)),
                };
                if let End::Broken(panic) = end {
                    self.broke(&*panic);
                }
                self.send(Msg::Reply(reply));
            }
            let due = self.clock + PATIENCE;
            let next =
                self.timers.iter().enumerate().filter(|(_, (at, ..))| *at <= due).min_by_key(|(_, (at, ..))| *at);
            let Some((place, _)) = next else { return self };
            let (at, _, then) = self.timers.remove(place);
            self.clock = self.clock.max(at);
            self.send(Msg::Woken(then));
        }
    }

    /// What is to be answered next; writes wait while another holds the database.
    fn next(&mut self) -> Option<Waiting> {
        let can = |waiting: &Waiting| !self.held || matches!(waiting, Waiting::Ask(_));
        self.waiting.iter().position(can).and_then(|place| self.waiting.remove(place))
    }

    /// What broke is told as it would be on a terminal; whoever looks for faults finds it in `broken`.
    fn broke(&mut self, panic: &(dyn std::any::Any + Send)) {
        self.broken.push(words_of(panic));
        self.send(Msg::Broken(words_of(panic), None));
    }

    /// Lets time go by.
    pub fn pass(&mut self, time: Duration) -> &mut Self {
        let until = self.clock + time;
        loop {
            self.settle();
            let next =
                self.timers.iter().enumerate().filter(|(_, (at, ..))| *at <= until).min_by_key(|(_, (at, ..))| *at);
            let Some((place, _)) = next else { break };
            let (at, _, then) = self.timers.remove(place);
            self.clock = self.clock.max(at);
            self.send(Msg::Woken(then));
        }
        self.clock = until;
        self
    }

    fn perform(&mut self, commands: Vec<Cmd>) {
        for command in commands {
            match command {
                Cmd::Ask(ask) => {
                    // Of one scope only the latest question is answered.
                    self.waiting.retain(|waiting| !matches!(waiting, Waiting::Ask(known) if known.scope == ask.scope));
                    self.waiting.push_back(Waiting::Ask(ask));
                }
                Cmd::Write(write) => {
                    self.waiting.push_back(Waiting::Write(write));
                    let slow = self.state.write_begins();
                    self.perform(vec![slow]);
                }
                Cmd::Wake(Wake { scope, after, then }) => {
                    self.timers.retain(|(_, known, _)| *known != scope);
                    self.timers.push((self.clock + after, scope, then));
                }
                Cmd::Do(work) => {
                    let more = work(&mut self.state);
                    self.perform(more);
                }
                Cmd::Edit(wanted) => {
                    let text = (self.editor)(wanted.text);
                    let more = (wanted.then)(&mut self.state, Ok(text));
                    self.perform(more);
                }
                Cmd::Copy(text) => self.copied.push(text),
                Cmd::Open(address) => self.opened.push(address),
                Cmd::Remember(session) => self.memory.keep_session(&session),
                Cmd::Draft(key, draft) => self.memory.keep_draft(&key, &draft),
                Cmd::Suspend => self.suspended += 1,
                Cmd::Mouse(_) | Cmd::Redraw | Cmd::Ground | Cmd::Renew => {}
                Cmd::Quit => self.over = true,
            }
        }
    }

    /// Draws and says what is on the screen, cell by cell.
    pub fn buffer(&mut self) -> &Buffer {
        let (state, mut hits) = (&self.state, Vec::<Hit>::new());
        let Ok(_) = self.terminal.draw(|frame| hits = screen::view(state, frame));
        self.state.hits = hits;
        self.terminal.backend().buffer()
    }

    /// Draws and says what a person would read, line by line.
    pub fn screen(&mut self) -> String {
        screen_text(self.buffer())
    }

    /// Writes down what the next session begins with, as leaving does.
    pub fn leave(mut self) {
        self.settle();
        self.memory.keep_session(&self.state.session());
    }
}

/// The lines of a buffer; what lies beneath the right half of a wide letter is left out.
#[must_use]
pub fn screen_text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut skip = 0;
        let mut line = String::new();
        for x in buffer.area.left()..buffer.area.right() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer.cell((x, y)).map_or(" ", |cell| cell.symbol());
            skip = symbol.width().saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
