//! `backup`, `restore`, `doctor` and `status`: keeping the database well.

mod doctor;
mod status;

pub use doctor::doctor;
pub use status::{size, status};

use super::{ask, session::Session};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Cause, Error, Message, Result,
    upkeep::{Copied, Restore},
};
use std::{path::Path, time::Duration};

/// The commands of this file.
pub fn commands() -> Vec<Command> {
    let file = |help: &'static str| Arg::new("file").value_name("FILE").required(true).help(help);
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    vec![
        Command::new("backup")
            .about("Copies the database to a file while others go on working")
            .arg(file("The copy to make"))
            .arg(flag("force", "Replace the file if it is there"))
            .arg(flag("without-files", "Leave out the attached files, which go to FILE.files otherwise"))
            .after_help("Examples:\n  kehu backup kehu-backup.db --force\n  kehu backup kehu-backup.db --force -v"),
        Command::new("restore")
            .about("Puts a backup in the place of the database, which is kept under another name")
            .arg(file("A file that `kehu backup` made"))
            .arg(flag("without-files", "Leave out the attached files, which come from FILE.files otherwise"))
            .arg(flag("force", "Replace even a database that another program made"))
            .after_help("Examples:\n  kehu backup kehu-backup.db --force\n  kehu restore kehu-backup.db --yes"),
        Command::new("doctor")
            .about("Examines the database and says what is wrong")
            .arg(
                flag("repair", "Put right what can be put right: triggers, keys, search text, attached files")
                    .visible_alias("fix"),
            )
            .after_help("Examples:\n  kehu doctor\n  kehu doctor -f json\n\nExit code 1 when something is wrong."),
        Command::new("status")
            .about("Says how the database stands: where, how large, what is in it")
            .after_help("Examples:\n  kehu status\n  kehu status -f json"),
    ]
}

fn file_of(matches: &ArgMatches) -> &Path {
    Path::new(matches.get_one::<String>("file").map_or("", String::as_str))
}

/// Copies the database.
pub fn backup(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let file = file_of(matches);
    let crm = session.crm()?;
    if crm.is_dry_run() {
        let told = Message::new("A backup would be written to {file}.").with("file", file.display());
        session.terminal.warn(&told);
        return Ok(0);
    }
    let files = !matches.get_flag("without-files");
    let made = crm.backup(file, matches.get_flag("force"), files).map_err(|error| match error.cause {
        Cause::Conflict => error.hint(Message::new("kehu backup {file} --force").with("file", file.display())),
        _ => error,
    })?;
    let told = Message::new("Backed up {database} to {file} ({size}).")
        .with("database", session.crm()?.url())
        .with("file", file.display())
        .with("size", status::size(made.bytes));
    session.terminal.say(&told);
    Ok(tell_contents(session, made.contents, file))
}

/// What became of the attached files that a copy needs; exit code 6 when some of them are nowhere.
fn tell_contents(session: &Session, contents: Copied, copy: &Path) -> u8 {
    if contents.files > 0 {
        let told = Message::new("With {count} attached {count:file|files} ({size}) in {folder}.")
            .with("count", contents.files)
            .with("size", status::size(contents.bytes))
            .with("folder", format!("{}.files", copy.display()));
        session.terminal.say(&told);
    }
    if contents.missing > 0 {
        let told = Message::new("{count} attached {count:file is|files are} missing in it; `kehu doctor` names them.");
        // Whoever wants no words still has to know that this is not the whole.
        session.terminal.line(&session.terminal.word(&told.with("count", contents.missing)));
        return Cause::Partial.exit_code();
    }
    0
}

/// Puts a backup in the database's place.
pub fn restore(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let from = file_of(matches);
    let url = session.configuration.database()?;
    let to = Path::new(&url);
    if !from.is_file() {
        return Err(Error::new(Cause::NotFound, Message::new("There is no file {path}.").with("path", from.display())));
    }
    if let (Ok(from), Ok(to)) = (from.canonicalize(), to.canonicalize())
        && from == to
    {
        return Err(Error::new(
            Cause::Conflict,
            Message::new("{path} is the database itself.").with("path", to.display()),
        ));
    }
    let question =
        Message::new("Put {file} in the place of {database}?").with("file", from.display()).with("database", &url);
    if matches.try_get_one::<bool>("dry-run").ok().flatten() == Some(&true) {
        session.terminal.warn(&Message::new("Nothing was written (--dry-run)."));
        return Ok(0);
    }
    if to.exists() {
        ask::confirm(&session.terminal, &question)?;
    }
    session.close();
    session.configuration.make_folder(&url)?;
    let how = Restore {
        wait: Duration::from_secs(5),
        files: !matches.get_flag("without-files"),
        force: matches.get_flag("force"),
    };
    let restored = kehu::upkeep::restore_with(from, to, how).map_err(|error| hint_force(error, from))?;
    session
        .terminal
        .say(&Message::new("Restored {database} from {file}.").with("database", &url).with("file", from.display()));
    let code = tell_contents(session, restored.contents, to);
    if let Some(kept) = restored.kept {
        session.terminal.say(&Message::new("What was there is {file} now.").with("file", kept.display()));
    }
    Ok(code)
}

/// The refusal to replace another program's database, with the command that does it all the same.
fn hint_force(error: Error, from: &Path) -> Error {
    match error.cause {
        Cause::Conflict => error.hint(Message::new("kehu restore {file} --force").with("file", from.display())),
        _ => error,
    }
}
