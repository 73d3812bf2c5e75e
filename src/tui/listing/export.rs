//! What a list shows, written to a file in the format that its name ends with.

use crate::{
    Cause, Crm, Error, Message, Result,
    record::Kind,
    tui::{command::Cmd, modals::form, page::Page, state::State, toast::Tone},
};

/// Asks where to.
pub fn ask(state: &mut State) -> Vec<Cmd> {
    let Some(listing) = state.top().and_then(Page::listing) else { return Vec::new() };
    let number = listing.number;
    let usual = format!("{}-{}.csv", listing.schema.table, state.context.reading.clock.today());
    let title = state.context.pick("Write to (csv, json, md, html)", "写入文件（csv、json、md、html）");
    let form = form::ask(&state.context, title, Kind::Text, &usual, move |state, path| write(state, number, path));
    state.show(Box::new(form))
}

fn write(state: &mut State, number: u64, path: String) -> Vec<Cmd> {
    let (exporter, language, here) = (state.context.exporter, state.context.language, state.context.here.clone());
    let mut asked = None;
    state.with_listing(number, |listing, _| {
        let marked = (!listing.marks.is_empty()).then(|| listing.marks.clone());
        asked = Some((listing.query(), marked));
        Vec::new()
    });
    let Some((Ok(mut query), marked)) = asked else { return Vec::new() };
    query.exact = true;
    let work = move |crm: &mut Crm| {
        let mut grid = crm.list(&query)?;
        if let Some(marked) = &marked {
            grid.rows.retain(|row| marked.contains(&row.id));
        }
        let ending = path.rsplit_once('.').map_or("csv", |(_, ending)| ending);
        let bytes = exporter(&grid, ending, language)?;
        let file = here.join(&path);
        keep(&file, &bytes)?;
        Ok((grid.rows.len(), file.display().to_string()))
    };
    vec![Cmd::question((number, "export"), work, |state, answer| match answer {
        Ok((count, path)) => {
            let told = Message::new("Wrote {count} {count:record|records} to {path}.");
            state.tell(Tone::Done, &told.with("count", count).with("path", path))
        }
        Err(error) => state.fault(&error),
    })]
}

/// Writes a new file; one that is there already is left alone.
///
/// # Errors
/// Whatever keeps it from being written.
pub fn keep(path: &std::path::Path, bytes: &[u8]) -> Result<()> {
    let wrong = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::new(Cause::Conflict, Message::new("There is a file {path} already.").with("path", path.display()))
        }
        _ => Error::new(
            Cause::Storage,
            Message::new("{path} cannot be written: {why}.").with("path", path.display()).with("why", error),
        ),
    };
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| wrong(&error))?;
    std::io::Write::write_all(&mut file, bytes).map_err(|error| wrong(&error))
}
