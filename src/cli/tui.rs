//! `tui` and `keys`: the way from the command line to the dashboard, and its keys as a table.

use super::{
    output::{self, Format},
    session::Session,
};
use clap::Command;
use kehu::{
    Cause, Error, Message, Result,
    doors::language::Language,
    record::Grid,
    tui::{self, Launch, theme::Depth},
};
use std::io::IsTerminal;

/// The two commands.
pub fn commands() -> Vec<Command> {
    vec![
        Command::new("tui")
            .about("Opens the dashboard")
            .after_help("Examples:\n  kehu tui --dry-run\n  kehu tui --lang zh --dry-run\n\nWithout --dry-run it opens on a terminal; kehu keys lists its keys. What was typed and not saved is offered again after a crash, \
                 whose report is in ~/.local/state/kehu."),
        Command::new("keys")
            .about("Lists the keys of the dashboard")
            .after_help("Examples:\n  kehu keys\n  kehu keys -f md --lang zh"),
    ]
}

/// Opens the dashboard, where there is a terminal to show it on.
pub fn run(session: &mut Session) -> Result<u8> {
    let crm = session.crm()?;
    if crm.is_dry_run() {
        let message = Message::new("The dashboard would open {database}.").with("database", crm.url());
        session.terminal.warn(&message);
        return Ok(0);
    }
    if !has_terminal() {
        return Err(
            Error::bad_value(Message::new("The dashboard needs a terminal.")).hint(Message::new("kehu customer list"))
        );
    }
    let launch = launch(session)?;
    let crm = session.give()?;
    if let Some(message) = tui::run(&launch, crm)? {
        session.terminal.warn(&message);
    }
    Ok(0)
}

/// Whether there is a terminal to show it on.
pub fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// What the dashboard needs to know of this run.
fn launch(session: &Session) -> Result<Launch> {
    let configuration = &session.configuration;
    let mut settings = session.settings(false)?;
    settings.door = "tui";
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let ascii = match variable("KEHU_GLYPHS").as_deref() {
        Some("ascii") => Some(true),
        Some("unicode") => Some(false),
        _ if variable("KEHU_NO_PROBE").is_some() || variable("CI").is_some() => Some(false),
        _ if variable("TERM").is_some_and(|term| term == "dumb" || term == "linux") => Some(true),
        _ => None,
    };
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    let folder = variable("XDG_STATE_HOME").or_else(|| home.map(|home| format!("{home}/.local/state")));
    Ok(Launch {
        url: configuration.database()?,
        settings,
        user: configuration.user(),
        watch: configuration.watch()?,
        language: session.terminal.language,
        color: session.terminal.color,
        depth: depth(variable("COLORTERM").as_deref(), variable("TERM").as_deref()),
        ascii,
        wide: false,
        editor: configuration.editor(),
        opener: variable("SSH_CONNECTION").is_none().then(|| configuration.opener()),
        folder: folder.map(|folder| std::path::Path::new(&folder).join("kehu")),
        exporter: export,
        here: std::env::current_dir().unwrap_or_default(),
    })
}

/// How many colours a terminal knows, as it says of itself.
fn depth(colours: Option<&str>, term: Option<&str>) -> Depth {
    match (colours, term.unwrap_or_default()) {
        (Some("truecolor" | "24bit"), _) => Depth::True,
        (_, term) if term.contains("direct") || term.contains("kitty") || term.contains("ghostty") => Depth::True,
        (_, term) if term.contains("256color") => Depth::Table,
        _ if cfg!(windows) => Depth::True,
        _ => Depth::Sixteen,
    }
}

/// A grid as a file of the format that an ending names.
fn export(grid: &Grid, ending: &str, language: Language) -> Result<Vec<u8>> {
    let format: Format = ending.parse()?;
    let style = output::Style { chinese: language == Language::Chinese, ..output::Style::default() };
    let mut data = Vec::new();
    output::write_grid(grid, format, &style, &mut data).map_err(|error| {
        Error::new(Cause::Storage, Message::new("The output cannot be written: {why}.").with("why", error))
    })?;
    Ok(data)
}

/// Every key of the dashboard.
pub fn keys(session: &mut Session) -> Result<u8> {
    let chinese = session.terminal.language == Language::Chinese;
    session.print(&tui::keys(chinese))?;
    Ok(0)
}
