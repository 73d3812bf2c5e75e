//! What can be done with attachments beside the acts that every record has: save, open, and moving them with an export.

use super::{
    output_file::{self, Replace},
    session::Session,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Cause, Error, Message, Result,
    crm::Query,
    store::content::{Folder, Sink},
};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command as Program, Stdio},
};
use tempfile::Builder;

fn reference() -> Arg {
    Arg::new("ref").value_name("REF").required(true).help("AT12 or the file's name")
}

/// `kehu attachment save`.
pub fn save_command() -> Command {
    Command::new("save")
        .about("Writes an attached file where you want it")
        .arg(reference())
        .arg(
            Arg::new("to")
                .long("to")
                .value_name("FILE")
                .num_args(1)
                .help("A file, a folder, or - for standard output; the file's own name here when nothing is said"),
        )
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help("Replace the file if it is there"))
        .after_help(
            "Examples:\n  kehu attach C1 customers.csv\n  kehu attachment save AT1 --to copy.csv\n  \
             kehu attachment save AT1 --to -",
        )
}

/// `kehu attachment open`.
pub fn open_command() -> Command {
    Command::new("open")
        .about("Opens a copy of an attached file in its program; in a script, prints where the copy is")
        .arg(reference())
        .after_help(
            "Examples:\n  kehu attach C1 customers.csv users.csv\n  kehu attachment open AT1\n  kehu attachment open AT2",
        )
}

/// `--files FOLDER` of an export or import.
pub fn files_argument(help: &'static str) -> Arg {
    Arg::new("files").long("files").value_name("FOLDER").num_args(1).help(help)
}

/// Writes a file; `-` is standard output.
pub fn save(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let (id, name) = find(session, matches)?;
    let to = matches.get_one::<String>("to").map(String::as_str);
    if to == Some("-") {
        // What was altered is not handed out, and that is known at its end only.
        content(session, id, &mut |_| Ok(()))?;
        let mut out = io::stdout().lock();
        content(session, id, &mut |bytes| match out.write_all(bytes) {
            // Whoever read it has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(super::session::unwritable(&error)),
            done => done.map_err(|error| super::session::unwritable(&error)),
        })?;
        out.flush().map_err(|error| super::session::unwritable(&error))?;
        return Ok(0);
    }
    let path = target(to, &name);
    let replace = if matches.get_flag("force") { Replace::Anything } else { Replace::Nothing };
    output_file::check(session, &path, None, replace).map_err(|error| match error.cause {
        Cause::Conflict => error.hint(Message::new("kehu attachment save AT{id} --to FILE").with("id", id)),
        _ => error,
    })?;
    if session.crm()?.is_dry_run() {
        session.terminal.warn(&Message::new("Nothing was written (--dry-run)."));
        return Ok(0);
    }
    let mut file = output_file::waiting(&path)?;
    content(session, id, &mut |bytes| file.write_all(bytes).map_err(|error| unwritable(&path, &error)))?;
    let placed = if replace == Replace::Anything { file.persist(&path) } else { file.persist_noclobber(&path) };
    placed.map_err(|error| unwritable(&path, &error.error))?;
    session.terminal.say(&Message::new("Wrote {path}.").with("path", path.display()));
    Ok(0)
}

/// Where a file goes: into a folder under its own name, or where it was said.
fn target(to: Option<&str>, name: &str) -> PathBuf {
    // A name that was made elsewhere is not to become a hidden file here.
    let own = name.strip_prefix('.').map_or_else(|| name.to_owned(), |rest| format!("_{rest}"));
    match to {
        None => PathBuf::from(own),
        Some(to) if Path::new(to).is_dir() => Path::new(to).join(own),
        Some(to) => PathBuf::from(to),
    }
}

fn find(session: &mut Session, matches: &ArgMatches) -> Result<(i64, String)> {
    let reference = matches.get_one::<String>("ref").cloned().unwrap_or_default();
    let crm = session.crm()?;
    let id = crm.find("attachment", &reference)?;
    let name = crm.title("attachment", id)?;
    // A database that another hand wrote may hold any name.
    let safe = |letter: char| if kehu::customers::is_hidden(letter) || "/\\".contains(letter) { '_' } else { letter };
    let name: String = name.chars().map(safe).collect();
    Ok((id, if name.trim_matches('.').is_empty() { format!("AT{id}") } else { name }))
}

fn content(session: &mut Session, id: i64, sink: &mut Sink) -> Result<()> {
    session.crm()?.content(id, sink)
}

/// Opens a copy, since a program that changes it must not change what is kept.
pub fn open(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let (id, name) = find(session, matches)?;
    let folder = Builder::new().prefix("kehu-").tempdir().map_err(|error| unwritable(Path::new(&name), &error))?;
    let path = folder.path().join(&name);
    let mut file = std::fs::File::create_new(&path).map_err(|error| unwritable(&path, &error))?;
    content(session, id, &mut |bytes| file.write_all(bytes).map_err(|error| unwritable(&path, &error)))?;
    drop(file);
    // The program reads it when this one has ended already.
    let _ = folder.keep();
    if !session.terminal.interactive_output {
        session.print_line(&path.display().to_string())?;
        return Ok(0);
    }
    start(&session.configuration.opener(), &path)?;
    session.terminal.say(&Message::new("Opened a copy: {path}.").with("path", path.display()));
    Ok(0)
}

fn start(opener: &str, path: &Path) -> Result<()> {
    let mut words = opener.split_whitespace();
    let program = words.next().unwrap_or_default();
    let mut command = Program::new(program);
    command.args(words).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(|_| ()).map_err(|error| {
        let message = Message::new("{program} cannot be started: {why}.").with("program", program).with("why", error);
        Error::new(Cause::Storage, message).hint(Message::new("kehu config set opener PROGRAM"))
    })
}

/// Writes the contents of all attachments that a query selects.
pub fn export_files(session: &mut Session, query: &Query, folder: &Path) -> Result<()> {
    let crm = session.crm()?;
    let ids = crm.matching(query)?;
    let count = crm.export_contents(&ids, &Folder::at(folder))?;
    let message = Message::new("Wrote {count} {count:file|files} to {path}.");
    session.terminal.say(&message.with("count", count).with("path", folder.display()));
    Ok(())
}

/// The folder that an import brings along; from anywhere, since an import may be gone on with elsewhere.
pub fn brought(folder: &str) -> Result<PathBuf> {
    let path = Path::new(folder).canonicalize().ok().filter(|path| path.is_dir());
    path.ok_or_else(|| Error::new(Cause::NotFound, Message::new("There is no folder {path}.").with("path", folder)))
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::AlreadyExists {
        let message = Message::new("There is a file {path} already.").with("path", path.display());
        return Error::new(Cause::Conflict, message);
    }
    output_file::unwritable(path, error)
}
