//! The threads that ask the database, each with a handle of its own: two that read, one that writes. Of several questions
//! of one scope only the latest is answered, and one that nobody waits for any more is stopped. Work that breaks ends only
//! itself: whoever waits for it hears so, and the thread goes on with another handle.

use super::{
    command::{Ask, End, Handle, Reply, Scope, Write, words_of},
    launch::Launch,
    runtime::Incoming,
    update::Msg,
};
use crate::{Cause, Crm, Error, Message, store::Interrupter};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::Duration,
};

const READERS: usize = 2;

/// So long the handle to write with waits to be opened, unless it is needed: at the start all hands read.
const LATER: Duration = Duration::from_millis(500);

struct Job {
    turn: u64,
    ask: Ask,
}

#[derive(Default)]
struct Board {
    jobs: VecDeque<Job>,
    latest: HashMap<Scope, u64>,
    running: Vec<Option<Scope>>,
    interrupters: Vec<Option<Interrupter>>,
    turns: u64,
    /// How often the readers were told to look what kinds of record there are.
    renewals: u64,
}

#[derive(Default)]
struct Shared {
    board: Mutex<Board>,
    ready: Condvar,
}

impl Shared {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The threads.
pub struct Workers {
    shared: Arc<Shared>,
    writes: Sender<Write>,
    /// Stops whoever writes, once that has begun.
    brake: Arc<Mutex<Option<Interrupter>>>,
}

impl Workers {
    /// Starts them; the first reader gets the handle that is there, each other opens the database by itself.
    pub fn start(launch: &Launch, crm: Crm, to: &Sender<Incoming>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        {
            let mut board = shared.board();
            board.running = vec![None; READERS];
            board.interrupters.resize_with(READERS, || None);
        }
        let mut first = Some(crm);
        for place in 0..READERS {
            let crm = first.take();
            let (shared, launch, to) = (shared.clone(), launch.clone(), to.clone());
            let thread = std::thread::Builder::new().name(format!("kehu-worker-read-{place}"));
            thread.spawn(move || read(place, crm, &shared, &launch, &to))?;
        }
        let (writes, wanted) = channel::<Write>();
        let (launch, to) = (launch.clone(), to.clone());
        let brake = Arc::new(Mutex::new(None));
        let known = brake.clone();
        let thread = std::thread::Builder::new().name("kehu-worker-write".to_owned());
        thread.spawn(move || write(&wanted, &launch, &to, &known))?;
        Ok(Self { shared, writes, brake })
    }

    /// Asks; says how many questions that waited were dropped for it.
    pub fn ask(&self, ask: Ask) -> usize {
        let mut board = self.shared.board();
        board.turns += 1;
        let (turn, scope) = (board.turns, ask.scope);
        board.latest.insert(scope, turn);
        let before = board.jobs.len();
        board.jobs.retain(|job| job.ask.scope != scope);
        let dropped = before - board.jobs.len();
        for (running, interrupter) in board.running.iter().zip(&board.interrupters) {
            if let (Some(running), Some(interrupter)) = (running, interrupter)
                && *running == scope
            {
                interrupter.stop_statement();
            }
        }
        board.jobs.push_back(Job { turn, ask });
        self.shared.ready.notify_one();
        dropped
    }

    pub fn write(&self, write: Write) {
        // The thread ends only with the dashboard.
        let _ = self.writes.send(write);
    }

    /// Stops what is being written; nothing more is written after it.
    pub fn stop_writing(&self) {
        if let Some(interrupter) = &*self.brake.lock().unwrap_or_else(PoisonError::into_inner) {
            interrupter.interrupt();
        }
    }

    /// From now on each reader looks once what kinds of record there are.
    pub fn renew(&self) {
        self.shared.board().renewals += 1;
    }

    /// Whether an answer is the one that is waited for.
    pub fn is_latest(&self, scope: Scope, turn: u64) -> bool {
        self.shared.board().latest.get(&scope) == Some(&turn)
    }
}

/// One thread's handle: opened when it is first needed, and anew where it broke or its database was replaced.
struct Desk {
    launch: Launch,
    crm: Option<Crm>,
    /// The turn at which it looked what kinds of record there are.
    renewed: u64,
}

impl Desk {
    /// Opens it at once, where it is not; where that fails it is tried again for whoever asks.
    fn new(launch: &Launch, crm: Option<Crm>) -> Self {
        Self { launch: launch.clone(), crm: crm.or_else(|| launch.open().ok()), renewed: u64::MAX }
    }

    /// The handle, after a look whether its database is what it was.
    fn handle(&mut self, renewals: Option<u64>) -> Handle<'_> {
        // Whoever writes looks every time. A server that hung up is only noticed by asking it.
        let mut looked = Ok(false);
        if let Some(crm) = self.crm.as_mut().filter(|crm| !crm.is_lost() && renewals != Some(self.renewed)) {
            looked = crm.renew();
        }
        if self.crm.as_ref().is_none_or(Crm::is_lost) {
            looked = self.crm.insert(self.launch.open()?).renew();
        }
        looked?;
        self.renewed = renewals.unwrap_or_default();
        self.crm.as_mut().ok_or_else(|| Error::new(Cause::Storage, Message::new("There is no database yet.")))
    }

    /// What is told of work that broke; its handle is not used again.
    fn broke(&mut self, panic: &(dyn std::any::Any + Send)) -> Incoming {
        self.crm = None;
        let report = self.launch.report(panic);
        Incoming::Message(Msg::Broken(words_of(panic), report))
    }
}

fn write(wanted: &Receiver<Write>, launch: &Launch, to: &Sender<Incoming>, brake: &Mutex<Option<Interrupter>>) {
    let first = match wanted.recv_timeout(LATER) {
        Ok(write) => Some(write),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => return,
    };
    let mut desk = Desk::new(launch, None);
    for write in first.into_iter().chain(wanted) {
        let handle = desk.handle(None);
        *brake.lock().unwrap_or_else(PoisonError::into_inner) = handle.as_ref().ok().map(|crm| crm.interrupter());
        let (reply, end) = (write.work)(handle);
        if let End::Broken(panic) = end {
            // Who wrote hears of it first.
            let _ = to.send(desk.broke(&*panic));
        }
        if to.send(Incoming::Message(Msg::Reply(reply))).is_err() {
            return;
        }
    }
}

fn read(place: usize, crm: Option<Crm>, shared: &Shared, launch: &Launch, to: &Sender<Incoming>) {
    let mut desk = Desk::new(launch, crm);
    loop {
        let (job, renewals) = next(place, shared);
        let (scope, turn) = (job.ask.scope, job.turn);
        let (reply, end) = answer(&job, place, shared, &mut desk, renewals);
        set_running(place, shared, None);
        if let End::Broken(panic) = end {
            let _ = to.send(desk.broke(&*panic));
        }
        if to.send(Incoming::Answer(scope, turn, reply)).is_err() {
            return;
        }
    }
}

/// The answer; asked again where the question was stopped in place of another.
fn answer(job: &Job, place: usize, shared: &Shared, desk: &mut Desk, renewals: u64) -> (Reply, End) {
    loop {
        let handle = desk.handle(Some(renewals));
        if let (Ok(crm), Some(interrupter)) = (&handle, shared.board().interrupters.get_mut(place)) {
            *interrupter = Some(crm.interrupter());
        }
        let (reply, end) = (job.ask.work)(handle);
        let latest = shared.board().latest.get(&job.ask.scope) == Some(&job.turn);
        if !matches!(end, End::Stopped) || !latest {
            return (reply, end);
        }
    }
}

fn next(place: usize, shared: &Shared) -> (Job, u64) {
    let mut board = shared.board();
    loop {
        if let Some(job) = board.jobs.pop_front() {
            if let Some(running) = board.running.get_mut(place) {
                *running = Some(job.ask.scope);
            }
            return (job, board.renewals);
        }
        board = shared.ready.wait(board).unwrap_or_else(PoisonError::into_inner);
    }
}

fn set_running(place: usize, shared: &Shared, scope: Option<Scope>) {
    if let Some(running) = shared.board().running.get_mut(place) {
        *running = scope;
    }
}
