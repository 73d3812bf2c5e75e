//! `init` and `config`: the first database, and the settings.

use super::{
    configuration::{self, Configuration, Origin},
    session::Session,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use dialoguer::Input;
use kehu::{
    Cause, Error, Message, Result,
    record::{Column, Grid, Kind, Value},
};
use std::path::Path;

/// The commands of this file.
pub fn commands() -> Vec<Command> {
    vec![init_command(), config_command()]
}

fn init_command() -> Command {
    Command::new("init")
        .about("Makes the database, with you as its first user")
        .after_help("Examples:\n  kehu init\n  kehu init --no-input -v")
}

fn config_command() -> Command {
    let key = || Arg::new("key").value_name("KEY").required(true);
    let origin =
        Arg::new("show-origin").long("show-origin").action(ArgAction::SetTrue).help("Where each value comes from");
    let local = Arg::new("local").long("local").action(ArgAction::SetTrue).help("In kehu.toml of this folder");
    Command::new("config")
        .about("Shows and changes the settings")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("list")
                .about("Lists every setting with the value that counts")
                .arg(origin)
                .after_help("Examples:\n  kehu config list\n  kehu config list --show-origin"),
        )
        .subcommand(
            Command::new("get")
                .about("Prints the value that counts for a setting")
                .arg(key())
                .after_help("Examples:\n  kehu config get db\n  kehu config get base_currency"),
        )
        .subcommand(
            Command::new("set")
                .about("Sets a value in your own file, or in kehu.toml with --local")
                .arg(key())
                .arg(Arg::new("value").value_name("VALUE").required(true))
                .arg(local)
                .after_help(
                    "Examples:\n  kehu config set lang en --local\n  kehu config set base_currency CNY --local",
                ),
        )
        .subcommand(
            Command::new("path")
                .about("Prints the files that settings are read from")
                .after_help("Examples:\n  kehu config path\n  kehu config path -q"),
        )
        .after_help("Examples:\n  kehu config list --show-origin\n  kehu config get region")
}

/// Makes the database where the settings say, unless it is there.
pub fn init(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let url = session.configuration.database()?;
    if is_there(&url) {
        session.crm()?;
        session.terminal.warn(&Message::new("There is a database at {path} already.").with("path", &url));
        return Ok(0);
    }
    if matches.try_get_one::<bool>("dry-run").ok().flatten() == Some(&true) {
        session.terminal.warn(&Message::new("A database would be made at {path}.").with("path", &url));
        return Ok(0);
    }
    if session.terminal.interactive_input && !session.terminal.yes {
        ask_settings(session)?;
    }
    // An operation that changes nothing still makes whoever asks the first user.
    let crm = session.crm_or_new()?;
    crm.transaction("Start the database", |_| Ok(()))?;
    let told = Message::new("Made the database {path}.").with("path", crm.url());
    session.terminal.say(&told);
    Ok(0)
}

/// A file that holds something; behind an address there is a server, which makes no difference to init.
fn is_there(url: &str) -> bool {
    std::fs::metadata(Path::new(url)).is_ok_and(|file| file.len() > 0 || file.is_dir())
}

/// Asks for what a newcomer would have to set, and keeps it in their own file.
fn ask_settings(session: &mut Session) -> Result<()> {
    let target = configuration::own_target(&session.configuration)?;
    let mut settings = Vec::new();
    for (name, question) in [
        ("user", Message::new("Your login")),
        ("base_currency", Message::new("Currency of amounts written without one")),
        ("region", Message::new("Country of phone numbers without a country code")),
        ("time_zone", Message::new("Time zone; empty for the system's")),
    ] {
        let key = configuration::key(name)?;
        let usual = session.configuration.value(name)?.as_text().unwrap_or_default().to_owned();
        let answer: String = Input::new()
            .with_prompt(session.terminal.word(&question))
            .default(usual.clone())
            .allow_empty(true)
            .validate_with(|text: &String| match text.trim() {
                "" => Ok(()),
                text => configuration::check(key, text).map(|_| ()).map_err(|error| error.to_string()),
            })
            .interact_text()
            .map_err(|_| Error::new(Cause::Interrupted, Message::new("Nothing was done.")))?;
        if !answer.trim().is_empty() && answer != usual {
            settings.push((name, configuration::check(key, &answer)?));
        }
    }
    if !settings.is_empty() {
        configuration::set(&target, &settings)?;
        session.configuration = Configuration::read(&std::env::args_os().collect::<Vec<_>>())?;
        session.terminal.say(&Message::new("Your settings are in {file}.").with("file", target.display()));
    }
    Ok(())
}

pub fn config(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    match matches.subcommand() {
        Some(("get", matches)) => get(session, matches),
        Some(("set", matches)) => set(session, matches),
        Some(("path", _)) => path(session),
        Some((_, matches)) => list(session, matches.get_flag("show-origin")),
        None => list(session, false),
    }
}

fn list(session: &Session, origins: bool) -> Result<u8> {
    let mut columns =
        vec![Column::new("key", "Key", "设置", Kind::Text), Column::new("value", "Value", "值", Kind::Text)];
    if origins {
        columns.push(Column::new("origin", "Origin", "来源", Kind::Text));
    }
    columns.push(Column::new("help", "Help", "说明", Kind::Text));
    let row = |(key, value, origin): (&'static str, String, Origin)| {
        let mut cells = vec![Value::text(key), Value::Text(value)];
        if origins {
            cells.push(Value::Text(session.terminal.word(&told(&origin))));
        }
        let help = configuration::key(key).map_or("", |key| key.doc);
        cells.push(Value::Text(session.terminal.word(&Message::new(help))));
        cells
    };
    let rows = session.configuration.origins().into_iter().map(row).collect();
    session.print(&Grid::of("settings", columns, rows))?;
    Ok(0)
}

fn told(origin: &Origin) -> Message {
    match origin {
        Origin::Flag(flag) => Message::new("flag {flag}").with("flag", flag),
        Origin::Environment(name) => Message::new("environment {name}").with("name", name),
        Origin::File(path) => Message::new("file {path}").with("path", path.display()),
        Origin::Default => Message::new("default"),
    }
}

fn get(session: &Session, matches: &ArgMatches) -> Result<u8> {
    let key = matches.get_one::<String>("key").map_or("", String::as_str);
    let value = session.configuration.value(key)?;
    session.print_line(value.as_text().unwrap_or_default())?;
    Ok(0)
}

fn set(session: &Session, matches: &ArgMatches) -> Result<u8> {
    let word = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let key = configuration::key(word("key"))?;
    let value = configuration::check(key, word("value"))?;
    let target = if matches.get_flag("local") {
        configuration::local_target(&session.configuration)
    } else {
        configuration::own_target(&session.configuration)?
    };
    let dry = matches.try_get_one::<bool>("dry-run").ok().flatten() == Some(&true);
    if !dry {
        configuration::set(&target, &[(key.name, value.clone())])?;
    }
    let template = if dry { "{key} would be {value} in {file}." } else { "{key} is {value} now, in {file}." };
    let told = Message::new(template).with("key", key.name).with("value", value).with("file", target.display());
    if dry {
        session.terminal.warn(&told);
    } else {
        session.terminal.say(&told);
    }
    Ok(0)
}

/// One file a line; standard error says which are not there yet.
fn path(session: &Session) -> Result<u8> {
    for file in session.configuration.files().into_iter().flatten() {
        session.print_line(&file.display().to_string())?;
        if !file.is_file() {
            session.terminal.say(&Message::new("{file} is not there yet.").with("file", file.display()));
        }
    }
    Ok(0)
}
