//! `Cmd`: what an update wants done, since it does nothing itself; the answers come back as messages.

use super::{
    context::Context,
    page::{Page, page_as},
    state::State,
    toast::{Toast, Tone},
};
use crate::{Cause, Crm, Error, Message, Result};
use serde_json::Value as Json;
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

/// Who asks for what: of several questions of one scope only the latest is answered.
pub type Scope = (u64, &'static str);

/// What is done with an answer, on the thread of the screen.
pub type Reply = Box<dyn FnOnce(&mut State) -> Vec<Cmd> + Send>;

/// The handle to work with, or why there is none.
pub type Handle<'a> = Result<&'a mut Crm>;
/// What a reader does for a question.
type Question = Box<dyn Fn(Handle) -> (Reply, End) + Send>;
/// What the writer does for a write.
type Change = Box<dyn FnOnce(Handle) -> (Reply, End) + Send>;
/// What is done with the text that came back from the editor.
type Written = Box<dyn FnOnce(&mut State, Result<String>) -> Vec<Cmd>>;
/// A change of the state.
type Turn = Box<dyn FnOnce(&mut State) -> Vec<Cmd>>;

/// A question to the database; asked again where it was stopped by mistake.
pub struct Ask {
    pub scope: Scope,
    pub work: Question,
}

/// A write; the next one waits for it.
pub struct Write {
    pub work: Change,
}

/// How work on the database ended.
pub enum End {
    Whole,
    /// Somebody stopped it.
    Stopped,
    /// It broke, and its handle may be half way through something.
    Broken(Box<dyn Any + Send>),
}

/// Something to be done after a while, unless it is put off again.
pub struct Wake {
    pub scope: Scope,
    pub after: Duration,
    pub then: Reply,
}

/// A text to be edited in the person's own editor.
pub struct Editor {
    pub text: String,
    /// What the file's name ends with.
    pub ending: &'static str,
    pub then: Written,
}

/// What an update wants done.
pub enum Cmd {
    Ask(Ask),
    Write(Write),
    Wake(Wake),
    Edit(Editor),
    /// A web page, a mail or a call, by whatever the person uses for them.
    Open(String),
    /// To the clipboard.
    Copy(String),
    /// A change of the state that a page cannot make itself.
    Do(Turn),
    /// Writes down what the next session begins with.
    Remember(Json),
    /// Writes down, or with null forgets, what was typed into a form and not saved yet.
    Draft(String, Json),
    Mouse(bool),
    /// Every thread looks again what kinds of record there are: somebody changed them.
    Renew,
    Redraw,
    /// Asks the terminal whether it is light or dark.
    Ground,
    Suspend,
    Quit,
}

impl Cmd {
    /// A question whose answer goes to the page of that number; it is dropped where the page is gone or a newer
    /// question of the same name was asked.
    pub fn ask<P: Page, T: Any + Send>(
        page: u64,
        name: &'static str,
        work: impl Fn(&mut Crm) -> Result<T> + Send + 'static,
        then: impl FnOnce(&mut P, Result<T>, &Context) -> Vec<Cmd> + Clone + Send + 'static,
    ) -> Self {
        Self::question((page, name), work, move |state, result| {
            state.with_page(page, |page, context| {
                page_as::<P>(page).map_or_else(Vec::new, |page| then(page, result, context))
            })
        })
    }

    /// A question whose answer goes to the whole state.
    pub fn question<T: Any + Send>(
        scope: Scope,
        work: impl Fn(&mut Crm) -> Result<T> + Send + 'static,
        then: impl FnOnce(&mut State, Result<T>) -> Vec<Cmd> + Clone + Send + 'static,
    ) -> Self {
        let work = move |crm: Handle| {
            let (answer, end) = guarded(crm, &work);
            let then = then.clone();
            let reply: Reply = Box::new(move |state| then(state, answer));
            (reply, end)
        };
        Self::Ask(Ask { scope, work: Box::new(work) })
    }

    /// A write; whatever is on the screen is read again after it.
    pub fn write<T: Any + Send>(
        work: impl FnOnce(&mut Crm) -> Result<T> + Send + 'static,
        then: impl FnOnce(&mut State, Result<T>) -> Vec<Cmd> + Send + 'static,
    ) -> Self {
        let work = move |crm: Handle| {
            let mut notices = Vec::new();
            let (answer, end) = guarded(crm, |crm| {
                let answer = work(crm);
                notices = crm.notices();
                answer
            });
            let reply: Reply = Box::new(move |state| {
                state.writes.under_way = state.writes.under_way.saturating_sub(1);
                if answer.is_err() {
                    state.stay();
                }
                let mut commands = then(state, answer);
                for notice in notices {
                    let text = state.context.say(&notice);
                    commands.extend(state.toast(Toast::new(Tone::Notice, text)));
                }
                commands.extend(state.refresh());
                commands.extend(state.write_ended());
                commands
            });
            (reply, end)
        };
        Self::Write(Write { work: Box::new(work) })
    }

    /// A write that tells what it did, or why not; `told` words what it answered.
    pub fn done<T: Any + Send>(
        work: impl FnOnce(&mut Crm) -> Result<T> + Send + 'static,
        told: impl FnOnce(&Context, T) -> String + Send + 'static,
    ) -> Self {
        Self::write(work, move |state, result| match result {
            Ok(answer) => {
                let text = told(&state.context, answer);
                state.toast(Toast::new(Tone::Done, text))
            }
            Err(error) => state.fault(&error),
        })
    }

    /// Keeps what was typed, or with null forgets it.
    #[must_use]
    pub fn keep_draft(key: String, draft: Json) -> Self {
        Self::Do(Box::new(move |state| {
            if draft.is_null() {
                // Where there was none, nothing has to be written down.
                return state.drafts.remove(&key).map(|_| Self::Draft(key, draft)).into_iter().collect();
            }
            if state.drafts.get(&key) == Some(&draft) {
                return Vec::new();
            }
            state.drafts.insert(key.clone(), draft.clone());
            vec![Self::Draft(key, draft)]
        }))
    }

    /// Something to be done after a while.
    pub fn wake(scope: Scope, after: Duration, then: impl FnOnce(&mut State) -> Vec<Cmd> + Send + 'static) -> Self {
        Self::Wake(Wake { scope, after, then: Box::new(then) })
    }

    /// Something to be done by the page of that number after a while.
    pub fn later<P: Page>(
        page: u64,
        name: &'static str,
        after: Duration,
        then: impl FnOnce(&mut P, &Context) -> Vec<Cmd> + Send + 'static,
    ) -> Self {
        Self::wake((page, name), after, move |state| {
            state.with_page(page, |page, context| page_as::<P>(page).map_or_else(Vec::new, |page| then(page, context)))
        })
    }

    /// Goes to a page, from which Esc leads back here.
    pub fn go(page: Box<dyn Page>) -> Self {
        Self::Do(Box::new(move |state| state.go(page)))
    }

    /// Opens a page in a box on top of all others.
    pub fn show(page: Box<dyn Page>) -> Self {
        Self::Do(Box::new(move |state| state.show(page)))
    }

    /// Closes the box on top.
    pub fn close() -> Self {
        Self::Do(Box::new(State::close))
    }

    /// Runs an action of the registry, if it can be run now.
    pub fn act(id: &'static str) -> Self {
        Self::Do(Box::new(move |state| state.act(id)))
    }

    pub fn toast(tone: Tone, text: String) -> Self {
        Self::Do(Box::new(move |state| state.toast(Toast::new(tone, text))))
    }

    /// Goes to the page of a record.
    pub fn visit(kind: &'static str, id: i64) -> Self {
        Self::Do(Box::new(move |state| state.visit(kind, id)))
    }
}

/// Runs work on the database; where there is none, or where the work breaks, whoever waits for it hears why.
fn guarded<T>(crm: Handle, work: impl FnOnce(&mut Crm) -> Result<T>) -> (Result<T>, End) {
    let crm = match crm {
        Ok(crm) => crm,
        Err(error) => return (Err(error), End::Whole),
    };
    match catch_unwind(AssertUnwindSafe(|| work(crm))) {
        Ok(answer) => {
            let stopped = answer.as_ref().is_err_and(|error| error.cause == Cause::Interrupted);
            (answer, if stopped { End::Stopped } else { End::Whole })
        }
        Err(panic) => (Err(broken(&*panic)), End::Broken(panic)),
    }
}

/// What is said of work that broke.
fn broken(panic: &(dyn Any + Send)) -> Error {
    let message = Message::new("A part of the dashboard broke and was started again: {what}.");
    Error::new(Cause::Storage, message.with("what", words_of(panic)))
}

/// What something said as it broke.
#[must_use]
pub fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}
