//! `completions` and `man`: what packagers and shells want, made from the command tree and nothing else.

use super::{
    session::Session,
    tree::{self, Wanted},
};
use clap::{Arg, ArgMatches, Command};
use clap_complete::env::Shells;
use clap_mangen::Man;
use kehu::{Cause, Error, Message, Result};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Shells and the names under which they look for a file.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "kehu.bash"),
    ("zsh", "_kehu"),
    ("fish", "kehu.fish"),
    ("powershell", "_kehu.ps1"),
    ("elvish", "kehu.elv"),
];

/// The commands of this file.
pub fn commands() -> Vec<Command> {
    let folder = |help: &'static str| Arg::new("dir").long("dir").value_name("DIR").help(help);
    vec![
        Command::new("completions")
            .about("Prints what makes a shell complete commands, refs and names")
            .arg(
                Arg::new("shell")
                    .value_name("SHELL")
                    .value_parser(SHELLS.map(|(name, _)| name))
                    .required_unless_present("dir"),
            )
            .arg(folder("Write the files for all five shells there"))
            .after_help(
                "Examples:\n  kehu completions bash\n  kehu completions zsh\n\nIn ~/.bashrc: source <(kehu completions bash)",
            ),
        Command::new("man")
            .about("Prints the manual page, or writes the pages of all commands")
            .arg(folder("Write one page a command there"))
            .after_help("Examples:\n  kehu man\n  kehu man --dir man1"),
    ]
}

pub fn completions(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    if let Some(folder) = matches.get_one::<String>("dir") {
        for (shell, name) in SHELLS {
            write(Path::new(folder), name, &registration(shell)?)?;
        }
        let told = Message::new("Wrote {count} files to {folder}.").with("count", SHELLS.len()).with("folder", folder);
        session.terminal.say(&told);
        return Ok(0);
    }
    let shell = matches.get_one::<String>("shell").map_or("bash", String::as_str);
    session.write(&registration(shell)?)?;
    Ok(0)
}

/// What a shell is to run at its start; it asks the program itself, so it never grows old.
fn registration(shell: &str) -> Result<Vec<u8>> {
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(shell) else {
        return Err(Error::bad_value(Message::new("{shell} is no shell that can be served.").with("shell", shell)));
    };
    let mut script = Vec::new();
    completer
        .write_registration("COMPLETE", "kehu", "kehu", "kehu", &mut script)
        .map_err(|error| unwritable(Path::new(shell), &error))?;
    if shell == "bash" {
        // Otherwise bash would take `level=A` for three words.
        script.extend_from_slice(b"\nCOMP_WORDBREAKS=${COMP_WORDBREAKS//=/}\n");
    }
    Ok(script)
}

pub fn man(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let schemas: Vec<_> = kehu::crm::base_schemas().into_iter().map(Arc::new).collect();
    let mut root = tree::root(&schemas, &Wanted::All).disable_help_subcommand(true);
    root.build();
    let Some(folder) = matches.get_one::<String>("dir") else {
        session.write(&page(&root, "kehu")?)?;
        return Ok(0);
    };
    let mut pages = Vec::new();
    collect(&root, "kehu", &mut pages);
    for (name, command) in &pages {
        write(Path::new(folder), &format!("{name}.1"), &page(command, name)?)?;
    }
    let told = Message::new("Wrote {count} files to {folder}.").with("count", pages.len()).with("folder", folder);
    session.terminal.say(&told);
    Ok(0)
}

/// Every command with the name of its page: `kehu-customer-add`.
fn collect<'a>(command: &'a Command, name: &str, pages: &mut Vec<(String, &'a Command)>) {
    pages.push((name.to_owned(), command));
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help") {
        collect(inner, &format!("{name}-{}", inner.get_name()), pages);
    }
}

/// A page; it bears no date, so that the same program always makes the same page.
fn page(command: &Command, name: &str) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    Man::new(command.clone())
        .title(name)
        .section("1")
        // An empty date would not be quoted, and what follows would take its place.
        .date(" ")
        .source(concat!("kehu ", env!("CARGO_PKG_VERSION")))
        .manual("kehu")
        .render(&mut text)
        .map_err(|error| unwritable(Path::new(name), &error))?;
    Ok(text)
}

fn write(folder: &Path, name: &str, data: &[u8]) -> Result<()> {
    let path: PathBuf = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, data))
        .map_err(|error| unwritable(&path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Cause::Storage,
        Message::new("{file} cannot be written: {why}.").with("file", path.display()).with("why", error),
    )
}
