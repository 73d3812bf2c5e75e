//! `field remove`: for good, so it asks twice and makes a backup first.

use super::{super::ask, super::session::Session, find, held, word};
use clap::ArgMatches;
use kehu::{Cause, Error, Message, Result, views::CustomField};
use std::path::{Path, PathBuf};

/// Removes a field with all its values.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let (id, field) = find(session, matches)?;
    let dry = session.crm()?.is_dry_run();
    CustomField::refuse_needed(session.crm()?, id)?;
    if !dry {
        confirm(session, matches, &field)?;
        keep_copy(session, &field)?;
    }
    CustomField::drop_for_good(session.crm()?, id)?;
    session.wrote(
        &Message::new("Removed {name} of {kind} with all its values.")
            .with("name", field.name)
            .with("kind", field.record_kind),
    )?;
    Ok(0)
}

/// A person is asked twice, the second time for the name; elsewhere the name stands in `--confirm`.
fn confirm(session: &mut Session, matches: &ArgMatches, field: &CustomField) -> Result<()> {
    let confirmed = word(matches, "confirm").map(|name| name.trim_start_matches("x_").replace('-', "_"));
    match confirmed {
        Some(name) if name == field.name => return Ok(()),
        Some(name) => {
            return Err(Error::bad_value(
                Message::new("--confirm says {name}, but the field is {field}.")
                    .with("name", name)
                    .with("field", &field.name),
            ));
        }
        None => {}
    }
    if !session.terminal.interactive_input {
        return Err(Error::bad_value(
            Message::new("Removing {name} cannot be undone; nobody can answer here, so --confirm {name} is needed.")
                .with("name", &field.name),
        )
        .hint(
            Message::new("kehu field remove {kind} {name} --confirm {name}")
                .with("kind", &field.record_kind)
                .with("name", &field.name),
        ));
    }
    let count = held(session, field).unwrap_or_default();
    let question = Message::new("Remove {name} of {kind} with the values of {count} records, for good?")
        .with("name", &field.name)
        .with("kind", &field.record_kind)
        .with("count", count);
    ask::confirm(&session.terminal, &question)?;
    let once_more = Message::new("This cannot be undone. Type {name} to go on").with("name", &field.name);
    ask::type_exactly(&session.terminal, &field.name, &once_more)
}

/// A whole copy of the database beside it, so that what is removed for good can still be found.
fn keep_copy(session: &mut Session, field: &CustomField) -> Result<()> {
    let crm = session.crm()?;
    let url = crm.url();
    if url == ":memory:" || url.contains("://") {
        session.terminal.warn(&Message::new("No backup is made of a database that is no file."));
        return Ok(());
    }
    let place = free_name(Path::new(&url), &format!("before-removing-{}-{}", field.record_kind, field.name))?;
    // The files of attachments have no part in it.
    crm.backup(&place, false, false)?;
    session.terminal.warn(&Message::new("A backup is in {file}.").with("file", place.display()));
    Ok(())
}

fn free_name(database: &Path, why: &str) -> Result<PathBuf> {
    let named = |count: usize| {
        let number = if count == 1 { String::new() } else { format!("-{count}") };
        let mut name = database.as_os_str().to_owned();
        name.push(format!(".{why}{number}"));
        PathBuf::from(name)
    };
    (1..1000).map(named).find(|path| !path.exists()).ok_or_else(|| {
        Error::new(
            Cause::Storage,
            Message::new("There is no free name for a backup beside {path}.").with("path", database.display()),
        )
    })
}
