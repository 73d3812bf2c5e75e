//! The thread that reads the keyboard; it can be told to leave it alone while an editor runs.

use super::{replies::Replies, runtime::Incoming, update::Msg};
use crossterm::event::Event;
use std::{
    sync::{Arc, Condvar, Mutex, PoisonError, mpsc::Sender},
    time::{Duration, Instant},
};

/// How long the keyboard is watched at a stretch; for so long somebody may wait who wants it left alone.
const STRETCH: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Read,
    Rest,
    Resting,
}

/// The keyboard's reader.
pub struct Input {
    wish: Arc<(Mutex<Wish>, Condvar)>,
}

impl Input {
    /// Gets ready to read, which begins when it is told to go on.
    pub fn start(to: Sender<Incoming>) -> std::io::Result<Self> {
        let wish = Arc::new((Mutex::new(Wish::Rest), Condvar::new()));
        let known = wish.clone();
        std::thread::Builder::new().name("kehu-worker-input".to_owned()).spawn(move || read(&known, &to))?;
        Ok(Self { wish })
    }

    /// Leaves the keyboard alone; returns when it does.
    pub fn rest(&self) {
        let (wish, changed) = &*self.wish;
        let mut now = wish.lock().unwrap_or_else(PoisonError::into_inner);
        *now = Wish::Rest;
        changed.notify_all();
        while *now == Wish::Rest {
            now = changed.wait_timeout(now, STRETCH * 4).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Reads on.
    pub fn go_on(&self) {
        let (wish, changed) = &*self.wish;
        *wish.lock().unwrap_or_else(PoisonError::into_inner) = Wish::Read;
        changed.notify_all();
    }
}

fn read(wish: &(Mutex<Wish>, Condvar), to: &Sender<Incoming>) {
    let mut replies = Replies::default();
    loop {
        {
            let (wish, changed) = wish;
            let mut now = wish.lock().unwrap_or_else(PoisonError::into_inner);
            while *now != Wish::Read {
                *now = Wish::Resting;
                changed.notify_all();
                now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
            }
        }
        let Ok(events) = next(&mut replies) else {
            let _ = to.send(Incoming::Message(Msg::End));
            return;
        };
        for event in events {
            if to.send(Incoming::Message(Msg::Event(event))).is_err() {
                return;
            }
        }
    }
}

/// What came, without what a terminal answers to questions that nobody asks any more.
fn next(replies: &mut Replies) -> std::io::Result<Vec<Event>> {
    let patience = replies.patience(Instant::now()).unwrap_or(STRETCH).min(STRETCH);
    if !crossterm::event::poll(patience)? {
        return Ok(replies.expired(Instant::now()));
    }
    Ok(replies.take(crossterm::event::read()?, Instant::now()))
}
