//! The threads that ask the database, each with a handle of its own: two that read, one that writes. Of several questions
//! of one scope only the latest is answered, and one that nobody waits for any more is stopped.

use super::{
    command::{Ask, Reply, Scope, Write},
    launch::Launch,
    runtime::Incoming,
    update::Msg,
};
use crate::{Crm, Result, store::Interrupter};
use std::{
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Sender, channel},
    },
};

const READERS: usize = 2;

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
}

impl Workers {
    /// Starts them; each opens the database by itself.
    pub fn start(launch: &Launch, to: &Sender<Incoming>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        {
            let mut board = shared.board();
            board.running = vec![None; READERS];
            board.interrupters.resize_with(READERS, || None);
        }
        for place in 0..READERS {
            let (shared, launch, to) = (shared.clone(), launch.clone(), to.clone());
            let thread = std::thread::Builder::new().name(format!("kehu-worker-read-{place}"));
            thread.spawn(move || work(&to, || read(place, &shared, &launch, &to)))?;
        }
        let (writes, wanted) = channel::<Write>();
        let (launch, to) = (launch.clone(), to.clone());
        std::thread::Builder::new().name("kehu-worker-write".to_owned()).spawn(move || {
            work(&to, || {
                let mut crm = launch.open()?;
                for write in &wanted {
                    let reply = (write.work)(&mut crm);
                    if to.send(Incoming::Message(Msg::Reply(reply))).is_err() {
                        break;
                    }
                }
                Ok(())
            });
        })?;
        Ok(Self { shared, writes })
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
        // The thread is gone only after it said so.
        let _ = self.writes.send(write);
    }

    /// Whether an answer is the one that is waited for.
    pub fn is_latest(&self, scope: Scope, turn: u64) -> bool {
        self.shared.board().latest.get(&scope) == Some(&turn)
    }
}

/// Runs a thread's work, and tells of its end where that was not wanted.
fn work(to: &Sender<Incoming>, work: impl FnOnce() -> Result<()>) {
    let what = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.downcast_ref::<&str>().map_or_else(|| "panic".to_owned(), |text| (*text).to_owned()),
    };
    let _ = to.send(Incoming::Message(Msg::Broken(what)));
}

fn read(place: usize, shared: &Shared, launch: &Launch, to: &Sender<Incoming>) -> Result<()> {
    let mut crm = launch.open()?;
    if let Some(interrupter) = shared.board().interrupters.get_mut(place) {
        *interrupter = Some(crm.interrupter());
    }
    loop {
        let job = next(place, shared);
        let (scope, turn) = (job.ask.scope, job.turn);
        let reply = answer(&job, shared, &mut crm);
        set_running(place, shared, None);
        if to.send(Incoming::Answer(scope, turn, reply)).is_err() {
            return Ok(());
        }
    }
}

/// The answer; asked again where the question was stopped in place of another.
fn answer(job: &Job, shared: &Shared, crm: &mut Crm) -> Reply {
    loop {
        let (reply, stopped) = (job.ask.work)(crm);
        let latest = shared.board().latest.get(&job.ask.scope) == Some(&job.turn);
        if !stopped || !latest {
            return reply;
        }
    }
}

fn next(place: usize, shared: &Shared) -> Job {
    let mut board = shared.board();
    loop {
        if let Some(job) = board.jobs.pop_front() {
            if let Some(running) = board.running.get_mut(place) {
                *running = Some(job.ask.scope);
            }
            return job;
        }
        board = shared.ready.wait(board).unwrap_or_else(PoisonError::into_inner);
    }
}

fn set_running(place: usize, shared: &Shared, scope: Option<Scope>) {
    if let Some(running) = shared.board().running.get_mut(place) {
        *running = scope;
    }
}
