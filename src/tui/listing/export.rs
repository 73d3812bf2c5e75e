//! What a list shows, written to a file in the format that its name ends with.

use crate::{
    Cause, Crm, Error, Message, Result,
    record::Kind,
    tui::{
        command::Cmd,
        modals::{Confirm, form},
        page::Page,
        state::State,
        toast::Tone,
    },
};
use std::path::Path;

/// A file to write to.
#[derive(Debug, Clone)]
pub struct Target {
    pub path: String,
    /// Also over one that is there.
    pub over: bool,
}

/// Writes what is shown by the list or page of that number.
pub type Write = fn(&mut State, u64, Target) -> Vec<Cmd>;

/// Asks where to.
pub fn ask(state: &mut State) -> Vec<Cmd> {
    let Some(listing) = state.top().and_then(Page::listing) else { return Vec::new() };
    let number = listing.number;
    let usual = format!("{}-{}.csv", listing.schema.table, state.context.reading.clock.today());
    ask_name(state, number, &usual, write)
}

/// Asks for the name of a file and writes to it.
pub fn ask_name(state: &mut State, number: u64, usual: &str, write: Write) -> Vec<Cmd> {
    let title = state.context.pick("Write to (csv, json, md, html)", "写入文件（csv、json、md、html）");
    let then = move |state: &mut State, path| write(state, number, Target { path, over: false });
    let form = form::ask(&state.context, title, Kind::Text, usual, then);
    state.show(Box::new(form))
}

fn write(state: &mut State, number: u64, target: Target) -> Vec<Cmd> {
    let (exporter, language, here) = (state.context.exporter, state.context.language, state.context.here.clone());
    let mut asked = None;
    state.with_listing(number, |listing, _| {
        let marked = (!listing.marks.is_empty()).then(|| listing.marks.clone());
        asked = Some((listing.query(), marked));
        Vec::new()
    });
    let Some((Ok(mut query), marked)) = asked else { return Vec::new() };
    query.exact = true;
    let wanted = target.clone();
    let work = move |crm: &mut Crm| {
        let mut grid = crm.list(&query)?;
        if let Some(marked) = &marked {
            grid.rows.retain(|row| marked.contains(&row.id));
        }
        let bytes = exporter(&grid, wanted.ending(), language)?;
        Ok((grid.rows.len(), wanted.write(&here, &bytes)?))
    };
    vec![Cmd::question((number, "export"), work, move |state, answer| match answer {
        Ok((count, path)) => {
            let told = Message::new("Wrote {count} {count:record|records} to {path}.");
            state.tell(Tone::Done, &told.with("count", count).with("path", path))
        }
        Err(error) => ask_again(state, number, target, &error, write),
    })]
}

/// Asks again with the name that was said; where a file of that name is there, whether it is to be written over.
pub fn ask_again(state: &mut State, number: u64, target: Target, error: &Error, write: Write) -> Vec<Cmd> {
    if error.cause == Cause::Interrupted {
        return Vec::new();
    }
    let mut commands = ask_name(state, number, &target.path, write);
    if error.cause != Cause::Conflict {
        commands.extend(state.fault(error));
        return commands;
    }
    let there = state.context.fault(error);
    let question = state.context.say(&Message::new("Write over it?"));
    let confirm = Confirm::new(&state.context, format!("{there} {question}"), Vec::new(), move |state| {
        let mut commands = state.close();
        commands.extend(write(state, number, Target { over: true, ..target }));
        commands
    });
    commands.extend(state.show(Box::new(confirm)));
    commands
}

impl Target {
    /// The format that its name ends with.
    #[must_use]
    pub fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("csv", |(_, ending)| ending)
    }

    /// Writes it, and says where it is.
    ///
    /// # Errors
    /// Whatever keeps it from being written; a conflict where there is one already that is not to be written over.
    pub fn write(&self, here: &Path, bytes: &[u8]) -> Result<String> {
        let file = here.join(&self.path);
        if self.over {
            std::fs::write(&file, bytes).map_err(|error| cannot(&file, &error))?;
        } else {
            keep(&file, bytes)?;
        }
        Ok(file.display().to_string())
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Error {
    let message = Message::new("{path} cannot be written: {why}.");
    Error::new(Cause::Storage, message.with("path", path.display()).with("why", error))
}

/// Writes a new file; one that is there already is left alone.
///
/// # Errors
/// Whatever keeps it from being written.
pub fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    let wrong = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::new(Cause::Conflict, Message::new("There is a file {path} already.").with("path", path.display()))
        }
        _ => cannot(path, error),
    };
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| wrong(&error))?;
    std::io::Write::write_all(&mut file, bytes).map_err(|error| wrong(&error))
}
