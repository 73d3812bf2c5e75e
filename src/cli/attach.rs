//! `attach`: keeps a copy of files with a customer, a contact or another record.

use super::{
    record::{result, words},
    session::Session,
};
use clap::{Arg, ArgMatches, Command};
use kehu::{Cause, Error, Message, Result, crm::Incoming};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// `kehu attach`, and `kehu attachment add`, which is the same.
pub fn command(name: &'static str) -> Command {
    let words = if name == "add" { "attachment add" } else { "attach" };
    Command::new(name)
        .about("Keeps a copy of files with a customer, a contact or another record")
        .arg(Arg::new("ref").value_name("REF").required(true).help("What they belong to, by any of its names"))
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .num_args(1..)
                .help("The files, or - for standard input with --name"),
        )
        .arg(Arg::new("name").long("name").value_name("NAME").num_args(1).help("Another name for the file"))
        .arg(Arg::new("note").long("note").value_name("TEXT").num_args(1).help("What it is about"))
        .after_help(format!(
            "Examples:\n  kehu {words} C1 customers.csv --note \"The list of the fair\"\n  \
             kehu {words} P2 contacts.csv users.csv\n  kehu {words} C1 customers.csv --name list.csv -f json\n\n\
             Copies are kept beside the database file in `.files`, or in the PostgreSQL database itself, each content\n\
             once. The setting attachment_limit says how large a file may be."
        ))
}

/// `kehu attach REF FILE…`.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let files: Vec<String> = words(matches, "file").into_iter().cloned().collect();
    let (name, note) = (text("name"), text("note"));
    if name.is_some() && files.len() > 1 {
        return Err(Error::bad_value(
            Message::new("--name names one file, and there are {count}.").with("count", files.len()),
        ));
    }
    let limit = session.configuration.attachment_limit()?;
    let crm = session.crm()?;
    let owner = crm.attachable(&text("ref").unwrap_or_default())?;
    let mut incoming = Vec::with_capacity(files.len());
    for file in &files {
        incoming.push(read(session, file, name.as_deref(), limit)?);
    }
    let crm = session.crm()?;
    let ids = crm.attach(owner, &incoming, note.as_deref())?;
    tell(session, owner, &incoming, &ids)?;
    result(session, "attachment", &ids)
}

fn tell(session: &mut Session, (kind, id): (&str, i64), files: &[Incoming], ids: &[i64]) -> Result<()> {
    let crm = session.crm()?;
    let owner = format!("{} {}", crm.schema(kind)?.short(id), crm.title(kind, id)?);
    let schema = crm.schema("attachment")?;
    for (file, id) in files.iter().zip(ids) {
        let message = Message::new("Attached {record} {name} ({size}) to {owner}.")
            .with("record", schema.short(*id))
            .with("name", &file.name)
            .with("size", super::upkeep::size(file.staged.size))
            .with("owner", &owner);
        session.wrote(&message)?;
    }
    Ok(())
}

/// A file that is about to be attached.
pub fn read(session: &mut Session, file: &str, name: Option<&str>, limit: u64) -> Result<Incoming> {
    if file == "-" {
        let Some(name) = name else {
            return Err(Error::bad_value(Message::new("What comes from standard input needs --name.")));
        };
        return session.crm()?.stage(&mut io::stdin().lock(), name, limit);
    }
    let path = Path::new(file);
    let mut open = open(path)?;
    let name = name.map_or_else(|| name_of(path), str::to_owned);
    session.crm()?.stage(&mut open, &name, limit)
}

/// An ordinary file, ready to be read.
fn open(path: &Path) -> Result<impl Read + use<>> {
    let unusable = |message: Message| Err(Error::bad_value(message.with("path", path.display())));
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => return unusable(Message::new("{path} is a folder, not a file.")),
        Ok(found) if !found.is_file() => return unusable(Message::new("{path} is no ordinary file.")),
        Ok(_) if is_of_the_system(path) => return unusable(Message::new("{path} is no ordinary file.")),
        Ok(_) => {}
        Err(error) => return Err(unreadable(path, &error)),
    }
    File::open(path).map_err(|error| unreadable(path, &error))
}

/// What the system makes up while it is read may have no end, or take what is read away from others.
fn is_of_the_system(path: &Path) -> bool {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    ["/proc", "/sys", "/dev"].iter().any(|folder| whole.starts_with(folder) && !whole.starts_with("/dev/shm"))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound {
        return Error::new(Cause::NotFound, Message::new("There is no file {path}.").with("path", path.display()));
    }
    let message = Message::new("{path} cannot be read: {why}.").with("path", path.display()).with("why", error);
    Error::new(Cause::Storage, message)
}

/// The last part of the path, with what cannot be seen or is no text made visible.
fn name_of(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |letter: char| if kehu::customers::is_hidden(letter) || letter == '\\' { '_' } else { letter };
    name.chars().map(plain).collect()
}
