//! The loop: wait, let the state change, do what it wants done, draw once.

use super::{
    command::{Cmd, Reply, Scope, Wake},
    editor, frame,
    input::Input,
    launch::Launch,
    live,
    memory::Memory,
    parting, probe, screen,
    state::State,
    terminal,
    toast::Tone,
    update::Msg,
    workers::Workers,
};
use crate::{Crm, Message};
use crossterm::{
    clipboard::CopyToClipboard,
    execute,
    terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate},
};
use ratatui::{Terminal, backend::CrosstermBackend};
use std::{
    io::{self, Stdout, stdout},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    time::{Duration, Instant},
};

/// Frames are at least so far apart.
const APART: Duration = Duration::from_millis(10);
/// How long at most until the next one while much comes.
const BUSY: Duration = Duration::from_millis(100);
/// How often it is written down where one is.
const REMEMBER: Duration = Duration::from_secs(30);
/// How long a write is waited for when the terminal or the system ends it all.
const LAST: Duration = Duration::from_secs(3);
/// How long when a person leaves without it: it is being stopped then.
const INSISTED: Duration = Duration::from_millis(500);

/// What other threads send.
pub enum Incoming {
    Message(Msg),
    Answer(Scope, u64, Reply),
    /// How many cells the terminal draws a line of a frame, where it says so.
    Width(Option<u16>),
}

/// What is known of a terminal that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Talk {
    Asked,
    Answers,
    Mute,
}

struct Runtime<'a> {
    launch: &'a Launch,
    memory: &'a Memory,
    state: State,
    terminal: Terminal<CrosstermBackend<Stdout>>,
    input: Input,
    workers: Workers,
    timers: Vec<(Instant, Scope, Reply)>,
    incoming: Receiver<Incoming>,
    remembered: Instant,
    talk: Talk,
    over: bool,
}

/// Runs until somebody leaves; says what was not written by then.
pub fn run(launch: &Launch, crm: Crm, mut state: State, memory: &Memory) -> io::Result<Option<Message>> {
    let (send, incoming) = channel();
    // While the terminal thinks about it, the database is asked.
    let asked = launch.ascii.is_none() && probe::ask(&send).is_ok();
    let input = Input::start(send.clone())?;
    watch_signals(&send);
    let workers = Workers::start(launch, crm, &send)?;
    let commands = state.begin();
    let terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
    let mut runtime = Runtime {
        launch,
        memory,
        state,
        terminal,
        input,
        workers,
        timers: Vec::new(),
        incoming,
        remembered: Instant::now(),
        talk: if asked { Talk::Asked } else { Talk::Mute },
        over: false,
    };
    runtime.perform(commands)?;
    let done = runtime.listen().and_then(|()| runtime.turn());
    runtime.finish();
    runtime.keep_drafts();
    memory.keep_session(&runtime.state.session());
    done.map(|()| parting::last_word(&runtime.state))
}

impl Runtime<'_> {
    /// Waits for what the terminal says of itself, a moment at most: a terminal that says nothing is drawn on too.
    fn listen(&mut self) -> io::Result<()> {
        if self.talk == Talk::Asked {
            let end = Instant::now() + probe::MOMENT;
            while let (Talk::Asked, Some(left)) = (self.talk, end.checked_duration_since(Instant::now())) {
                self.wait(Some(left))?;
            }
            probe::wipe()?;
        }
        self.input.go_on();
        Ok(())
    }

    /// Takes over how wide the terminal draws, whenever it says so.
    fn measured(&mut self, width: Option<u16>) -> io::Result<()> {
        self.talk = if width.is_some() { Talk::Answers } else { Talk::Mute };
        if self.state.follows_ground() {
            self.ask_ground();
        }
        let glyphs = probe::glyphs(width, self.launch.wide);
        if glyphs == self.state.context.glyphs {
            return Ok(());
        }
        self.state.context.glyphs = glyphs;
        self.renew()
    }

    /// Asks whether the terminal is light or dark, one that answers questions at all.
    fn ask_ground(&mut self) {
        if self.talk == Talk::Answers && self.launch.color {
            self.input.rest();
            self.state.context.ground = probe::ground();
            self.input.go_on();
            self.state.restyle();
        }
    }

    fn turn(&mut self) -> io::Result<()> {
        self.draw()?;
        let mut drawn = Instant::now();
        while !self.over {
            let mut dirty = self.wait(None)?;
            // What came meanwhile is taken in first, so that one frame shows it all.
            while dirty && !self.over {
                match APART.checked_sub(drawn.elapsed()) {
                    Some(left) if self.wait(Some(left))? => {}
                    _ => break,
                }
            }
            // Whoever pastes as if it were typed sees how far it has come.
            while drawn.elapsed() < BUSY
                && let Ok(next) = self.incoming.try_recv()
            {
                self.take(next)?;
                dirty = true;
            }
            if dirty && !self.over {
                self.draw()?;
                drawn = Instant::now();
            }
            if self.remembered.elapsed() > REMEMBER {
                self.memory.keep_session(&self.state.session());
                self.remembered = Instant::now();
            }
        }
        Ok(())
    }

    /// What is being written is waited for, or stopped where somebody leaves without it.
    fn finish(&mut self) {
        self.state.writes.failed = 0;
        let mut patience = LAST;
        if self.state.writes.awaited {
            self.workers.stop_writing();
            patience = INSISTED;
        }
        let end = Instant::now() + patience;
        while self.state.writes.under_way > 0
            && let Ok(incoming) = self.incoming.recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            if let Incoming::Message(message @ Msg::Reply(_)) = incoming {
                let commands = self.state.update(message);
                self.keep(commands);
            }
        }
    }

    /// What was typed a moment ago is kept before the end, too.
    fn keep_drafts(&mut self) {
        let due = self.timers.extract_if(.., |(_, (_, name), _)| *name == "draft").collect::<Vec<_>>();
        for (_, _, then) in due {
            let commands = self.state.update(Msg::Woken(then));
            self.keep(commands);
        }
    }

    /// Of what is to be done only what keeps drafts, or forgets them: it is the end.
    fn keep(&mut self, commands: Vec<Cmd>) {
        for command in commands {
            match command {
                Cmd::Do(work) => {
                    let more = work(&mut self.state);
                    self.keep(more);
                }
                Cmd::Draft(key, draft) => self.memory.keep_draft(&key, &draft),
                _ => {}
            }
        }
    }

    /// Waits for a message or a timer, no longer than that; says whether anything came.
    fn wait(&mut self, at_most: Option<Duration>) -> io::Result<bool> {
        let next = self.timers.iter().map(|(at, ..)| *at).min();
        let next = next.map(|at| at.saturating_duration_since(Instant::now()));
        let patience = [next, at_most].into_iter().flatten().min().unwrap_or(Duration::from_mins(1));
        match self.incoming.recv_timeout(patience) {
            Ok(incoming) => {
                self.take(incoming)?;
                Ok(true)
            }
            Err(RecvTimeoutError::Timeout) => self.ring(),
            Err(RecvTimeoutError::Disconnected) => {
                self.over = true;
                Ok(false)
            }
        }
    }

    /// Does what is due.
    fn ring(&mut self) -> io::Result<bool> {
        let now = Instant::now();
        let due = self.timers.extract_if(.., |(at, ..)| *at <= now).collect::<Vec<_>>();
        // Looking for what others wrote draws nothing by itself, nor does a spinner that nobody waits for any more.
        let mut seen = due.iter().any(|(_, (_, name), _)| !matches!(*name, "live" | "spinner"));
        let spinning = self.state.spinning;
        for (_, _, then) in due {
            let commands = self.state.update(Msg::Woken(then));
            self.perform(commands)?;
        }
        seen |= self.state.spinning != spinning;
        Ok(seen)
    }

    fn take(&mut self, incoming: Incoming) -> io::Result<()> {
        let message = match incoming {
            Incoming::Message(message) => message,
            Incoming::Answer(scope, turn, reply) if self.workers.is_latest(scope, turn) => Msg::Reply(reply),
            Incoming::Width(width) => return self.measured(width),
            Incoming::Answer(..) => {
                self.state.waiting = self.state.waiting.saturating_sub(1);
                return Ok(());
            }
        };
        let commands = self.state.update(message);
        self.perform(commands)
    }

    fn perform(&mut self, commands: Vec<Cmd>) -> io::Result<()> {
        for command in commands {
            match command {
                Cmd::Ask(ask) => {
                    self.wait_for_answer(ask.scope != (0, "live"));
                    let dropped = self.workers.ask(ask);
                    self.state.waiting = self.state.waiting.saturating_sub(dropped);
                }
                Cmd::Write(write) => {
                    self.wait_for_answer(true);
                    let slow = self.state.write_begins();
                    self.workers.write(write);
                    self.perform(vec![slow])?;
                }
                Cmd::Wake(Wake { scope, after, then }) => {
                    self.timers.retain(|(_, known, _)| *known != scope);
                    self.timers.push((Instant::now() + after, scope, then));
                }
                Cmd::Do(work) => {
                    let more = work(&mut self.state);
                    self.perform(more)?;
                }
                Cmd::Edit(wanted) => {
                    self.input.rest();
                    terminal::leave();
                    let text = editor::edit(&self.launch.editor, &wanted.text, wanted.ending);
                    self.return_to_screen()?;
                    let more = (wanted.then)(&mut self.state, text);
                    self.perform(more)?;
                }
                Cmd::Copy(text) => execute!(stdout(), CopyToClipboard::to_clipboard_from(text.as_bytes()))?,
                Cmd::Open(address) => self.open(address)?,
                Cmd::Remember(session) => self.memory.keep_session(&session),
                Cmd::Draft(key, draft) => self.memory.keep_draft(&key, &draft),
                Cmd::Mouse(on) => terminal::set_mouse(on)?,
                Cmd::Redraw => self.renew()?,
                Cmd::Ground => self.ask_ground(),
                Cmd::Renew => self.workers.renew(),
                Cmd::Suspend => {
                    self.input.rest();
                    terminal::leave();
                    #[cfg(unix)]
                    let _ = signal_hook::low_level::raise(signal_hook::consts::SIGSTOP);
                    self.return_to_screen()?;
                }
                Cmd::Quit => self.over = true,
            }
        }
        Ok(())
    }

    /// Opens an address, or copies it where nothing can open it here.
    fn open(&mut self, address: String) -> io::Result<()> {
        let started = self.launch.opener.as_ref().is_some_and(|opener| {
            let mut words = opener.split_whitespace();
            let mut command = Command::new(words.next().unwrap_or_default());
            command.args(words).arg(&address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().is_ok()
        });
        if started {
            return Ok(());
        }
        let commands = frame::copy(&mut self.state, address, Tone::Notice);
        self.perform(commands)
    }

    fn wait_for_answer(&mut self, shown: bool) {
        self.state.waiting += 1;
        if shown && self.state.spinning.is_none() {
            let Cmd::Wake(Wake { scope, after, then }) = live::spin() else { return };
            if self.timers.iter().all(|(_, known, _)| *known != scope) {
                self.timers.push((Instant::now() + after, scope, then));
            }
        }
    }

    fn return_to_screen(&mut self) -> io::Result<()> {
        terminal::enter(self.state.context.mouse)?;
        self.input.go_on();
        self.renew()
    }

    /// Draws everything anew; a new terminal knows of an empty screen.
    fn renew(&mut self) -> io::Result<()> {
        execute!(stdout(), Clear(ClearType::All))?;
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        let size = self.terminal.size()?;
        let commands = self.state.update(Msg::Event(crossterm::event::Event::Resize(size.width, size.height)));
        self.perform(commands)
    }

    fn draw(&mut self) -> io::Result<()> {
        execute!(stdout(), BeginSynchronizedUpdate)?;
        let (state, mut hits) = (&self.state, Vec::new());
        self.terminal.draw(|frame| hits = screen::view(state, frame))?;
        self.state.hits = hits;
        execute!(stdout(), EndSynchronizedUpdate)
    }
}

/// The system's wishes become messages.
#[cfg(unix)]
fn watch_signals(to: &Sender<Incoming>) {
    use signal_hook::{consts, iterator::Signals};
    let Ok(mut signals) =
        Signals::new([consts::SIGTERM, consts::SIGHUP, consts::SIGINT, consts::SIGQUIT, consts::SIGTSTP])
    else {
        return;
    };
    let to = to.clone();
    // Without it, the terminal is still given back by the guard in most cases.
    let _ = std::thread::Builder::new().name("kehu-worker-signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let message = if signal == consts::SIGTSTP { Msg::Stop } else { Msg::End };
            if to.send(Incoming::Message(message)).is_err() {
                return;
            }
        }
    });
}

#[cfg(not(unix))]
fn watch_signals(_: &Sender<Incoming>) {}
