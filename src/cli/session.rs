//! One run of the program: who asks, which database, what the terminal is like, and how answers are to look.

use super::{
    configuration::Configuration,
    language::{self, Language},
    output::{self, Format, Style},
};
use clap::{ArgMatches, parser::ValueSource};
use kehu::{
    Cause, Crm, Error, Message, Result, Settings,
    clock::Clock,
    record::{Grid, Kind, Schema, Value},
};
use std::{
    borrow::Cow,
    ffi::OsString,
    io::{self, IsTerminal, Write},
    sync::Arc,
    time::Duration,
};

/// What the process talks to, and in which words.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate flag of the command line")]
pub struct Terminal {
    /// Data goes to a person.
    pub interactive_output: bool,
    /// A person can answer questions.
    pub interactive_input: bool,
    /// What is said to a person is read by one.
    pub interactive_errors: bool,
    pub width: usize,
    pub color: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub yes: bool,
    pub format: Option<Format>,
    pub csv_safe: bool,
    pub language: Language,
}

impl Terminal {
    /// As the process finds it, before any flag is read.
    pub fn of_process() -> Self {
        let interactive_output = io::stdout().is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            interactive_output,
            interactive_input: io::stdin().is_terminal() && interactive_output,
            interactive_errors: io::stderr().is_terminal(),
            width: width(),
            color: (interactive_output && !dumb && !set("NO_COLOR")) || set("CLICOLOR_FORCE"),
            quiet: false,
            verbose: false,
            yes: false,
            format: None,
            csv_safe: false,
            language: language::of_environment(),
        }
    }

    /// Takes over the flags that stand on any command.
    pub fn read_flags(&mut self, matches: &ArgMatches) {
        let matches = innermost(matches);
        let said = |name: &str| matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or_default();
        self.quiet = said("quiet");
        self.verbose = said("verbose");
        self.yes = said("yes");
        self.csv_safe = said("csv-safe");
        if said("no-input") {
            self.interactive_input = false;
        }
        if let Ok(Some(format)) = matches.try_get_one::<Format>("format") {
            self.format = Some(*format);
        }
        match matches.try_get_one::<String>("color").ok().flatten().map(String::as_str) {
            Some("always") => self.color = true,
            Some("never") => self.color = false,
            _ => {}
        }
        if let Ok(Some(word)) = matches.try_get_one::<String>("lang") {
            self.language = language::named(word);
        }
    }

    /// The format of what is printed as data.
    pub fn format(&self) -> Format {
        self.format.unwrap_or(Format::Table)
    }

    /// Whether errors are to be read by a program.
    pub fn machine(&self) -> bool {
        self.format().is_json()
    }

    pub fn style(&self) -> Style {
        Style {
            width: self.interactive_output.then_some(self.width),
            color: self.color,
            cards: kehu::exchange::CardVersion::default(),
            chinese: self.language == Language::Chinese,
            csv_safe: self.csv_safe,
        }
    }

    /// A sentence in the reader's language.
    pub fn word(&self, message: &Message) -> String {
        language::word(message, self.language)
    }

    /// Says something to a person: on a terminal, or anywhere when asked to be verbose.
    pub fn say(&self, message: &Message) {
        if !self.quiet && (self.interactive_errors || self.verbose) {
            self.line(&self.word(message));
        }
    }

    /// Says something that a person must not miss, wherever it goes, unless all is to be quiet.
    pub fn warn(&self, message: &Message) {
        if !self.quiet {
            self.line(&self.word(message));
        }
    }

    /// One line on standard error; nothing in it may move the cursor.
    #[expect(clippy::unused_self, reason = "whoever speaks to a person does so through the terminal")]
    pub fn line(&self, text: &str) {
        let lines: Vec<_> = text.lines().map(output::text_safety::safe).collect();
        // A closed standard error must not keep the work from being done.
        let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
    }
}

/// What a closed pipe is called between where it is noticed and where the program quietly ends.
pub const CLOSED: &str = "The reader of the output has left.";

fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))).unwrap_or(80).max(20)
}

/// The matches of the last subcommand that was named.
pub fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}

/// One run of the program.
pub struct Session {
    pub terminal: Terminal,
    pub configuration: Configuration,
    crm: Option<Crm>,
    /// Why the database could not be opened; told when it is needed.
    trouble: Option<Error>,
    bare: Vec<Arc<Schema>>,
    /// What was asked of the handle before it was opened.
    dry_run: bool,
    wait: Duration,
}

/// How long to wait for another writer: five seconds, or what `--wait` says.
fn wait(arguments: &[OsString]) -> Duration {
    let flag = arguments.iter().position(|argument| argument == "--wait");
    let seconds = flag.and_then(|place| arguments.get(place + 1)).and_then(|text| text.to_str()?.parse().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f32(seconds).ok()).unwrap_or(Duration::from_secs(5))
}

impl Session {
    /// Reads the configuration and, where there is one, opens the database, since its custom fields are part of the
    /// command tree.
    pub fn start(arguments: &[OsString]) -> Result<Self> {
        let mut terminal = Terminal::of_process();
        let configuration = Configuration::read(arguments)?;
        if let Some(word) = configuration.language() {
            terminal.language = language::named(word);
        }
        terminal.format = configuration.format()?;
        let mut session = Self {
            terminal,
            configuration,
            crm: None,
            trouble: None,
            bare: Vec::new(),
            dry_run: arguments.iter().any(|argument| argument == "--dry-run"),
            wait: wait(arguments),
        };
        if super::tree::needs_database(arguments)
            && let Err(error) = session.open(false)
        {
            session.trouble = Some(error);
        }
        Ok(session)
    }

    /// The kinds of record: those of the database with its custom fields, else those of the program.
    pub fn schemas(&mut self) -> &[Arc<Schema>] {
        if let Some(crm) = &self.crm {
            return crm.schemas();
        }
        if self.bare.is_empty() {
            self.bare = kehu::crm::base_schemas().into_iter().map(Arc::new).collect();
        }
        &self.bare
    }

    /// The handle, which must be open by now.
    pub fn crm(&mut self) -> Result<&mut Crm> {
        if self.crm.is_none() {
            if let Some(trouble) = self.trouble.take() {
                return Err(trouble);
            }
            self.open(false)?;
        }
        self.crm.as_mut().ok_or_else(no_database)
    }

    /// The handle, if the command opened it.
    pub fn opened(&mut self) -> Option<&mut Crm> {
        self.crm.as_mut()
    }

    /// The handle, on a database that is made when there is none.
    pub fn crm_or_new(&mut self) -> Result<&mut Crm> {
        if self.crm.is_none() {
            self.trouble = None;
            self.open(true)?;
        }
        self.crm()
    }

    /// The database that `--db` names.
    pub fn flag_database(&self) -> Option<String> {
        self.configuration.flag_database()
    }

    /// Opens another database than the configured one.
    pub fn open_at(&mut self, url: &str, create: bool) -> Result<&mut Crm> {
        self.configuration.set_database(url);
        self.crm = None;
        self.trouble = None;
        self.open(create)?;
        self.crm()
    }

    /// The handle, for somebody else to keep.
    pub fn give(&mut self) -> Result<Crm> {
        self.crm()?;
        self.crm.take().ok_or_else(no_database)
    }

    /// Lets go of the database, so that the file may be replaced.
    pub fn close(&mut self) {
        self.crm = None;
    }

    pub fn settings(&self, create: bool) -> Result<Settings> {
        let zone = self.configuration.time_zone()?;
        let clock = match self.configuration.now(&zone)? {
            Some(now) => Clock::fixed(now, zone),
            None => Clock::system(zone),
        };
        Ok(Settings {
            clock,
            currency: self.configuration.currency()?,
            region: self.configuration.region()?,
            silence: self.configuration.silence()?,
            door: "cli",
            create,
            read_only: false,
            wait: self.wait,
            mail_from: self.configuration.mail_from().map(str::to_owned),
        })
    }

    fn open(&mut self, create: bool) -> Result<()> {
        let url = self.configuration.database()?;
        if create {
            self.configuration.make_folder(&url)?;
        }
        let mut crm = Crm::open(&url, &self.settings(create)?)?;
        super::interrupt::watch(crm.interrupter());
        crm.set_dry_run(self.dry_run);
        crm.set_watch(self.configuration.watch()?);
        crm.sign_in(&self.configuration.user())?;
        self.crm = Some(crm);
        Ok(())
    }

    /// Tells what happened beside what was asked for.
    pub fn finish(&mut self) {
        if let Some(crm) = &mut self.crm {
            if let Some(name) = self.configuration.unknown_zone() {
                let message = Message::new("TZ says {name}, which is no time zone: times are in UTC.");
                self.terminal.warn(&message.with("name", name));
            }
            for notice in crm.notices() {
                self.terminal.warn(&notice);
            }
        }
    }

    /// Says what a write changed and in which database, or that it was only tried.
    pub fn wrote(&mut self, message: &Message) -> Result<()> {
        let crm = self.crm()?;
        let (url, dry) = (crm.url(), crm.is_dry_run());
        let place = Message::new("In {database}.").with("database", url);
        if dry {
            let tried = Message::new("Nothing was written (--dry-run); otherwise: {what}")
                .with("what", self.terminal.word(message));
            self.terminal.warn(&tried);
        } else {
            // A name that ends with a dot ends the sentence too.
            let mut told = self.terminal.word(message).replace(".。", "。");
            if told.ends_with("..") && !told.ends_with("...") {
                told.pop();
            }
            let text = format!("{told} {}", self.terminal.word(&place));
            if !self.terminal.quiet && (self.terminal.interactive_errors || self.terminal.verbose) {
                self.terminal.line(&text);
            }
        }
        Ok(())
    }

    /// Prints a list as data, and under a table how much of it is shown.
    pub fn print(&self, grid: &Grid) -> Result<()> {
        let mut data = Vec::new();
        let grid = &self.local(grid);
        output::write_grid(grid, self.terminal.format(), &self.terminal.style(), &mut data)
            .map_err(|error| unwritable(&error))?;
        self.write(&data)?;
        if self.terminal.format() == Format::Table
            && let Some(footer) = output::footer(grid)
            && !self.terminal.quiet
            && (self.terminal.interactive_errors || grid.rows.is_empty())
        {
            self.terminal.line(&self.terminal.word(&footer));
        }
        Ok(())
    }

    /// A grid as a person reads it: instants in the local time; for programs they stay in UTC.
    pub fn local<'g>(&self, grid: &'g Grid) -> Cow<'g, Grid> {
        let for_people = matches!(self.terminal.format(), Format::Table | Format::Markdown | Format::Html);
        let instants: Vec<usize> =
            (0..grid.columns.len()).filter(|place| grid.columns[*place].kind == Kind::Timestamp).collect();
        let Some(zone) = self.configuration.time_zone().ok().filter(|_| for_people && !instants.is_empty()) else {
            return Cow::Borrowed(grid);
        };
        let mut grid = grid.clone();
        let deadlines: Vec<usize> =
            instants.iter().copied().filter(|place| is_deadline(&grid.noun, &grid.columns[*place].name)).collect();
        for row in &mut grid.rows {
            for place in &instants {
                let instant = row.cells[*place].as_text().and_then(|text| text.parse::<jiff::Timestamp>().ok());
                if let Some(instant) = instant {
                    let local = instant.to_zoned(zone.clone());
                    let text = local.strftime("%Y-%m-%d %H:%M").to_string();
                    // What is due at midnight is due at the end of a day, and not on another day.
                    let ends = deadlines.contains(place) && text.ends_with(" 00:00");
                    let day = local.date().yesterday().ok().filter(|_| ends);
                    row.cells[*place] = Value::Text(day.map_or(text, |day| format!("{day} 24:00")));
                }
            }
        }
        Cow::Owned(grid)
    }

    /// Prints data, through a pager where it is longer than the terminal is high.
    pub fn write(&self, data: &[u8]) -> Result<()> {
        let json = std::str::from_utf8(data).ok().filter(|_| self.terminal.machine());
        let json = json.map(output::text_safety::json_safe);
        let data = json.as_ref().map_or(data, |json| json.as_bytes());
        let lines = data.split(|byte| *byte == b'\n').count();
        let high = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
        if self.terminal.interactive_output && lines >= high && self.configuration.page(data) {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(data).and_then(|()| out.flush()) {
            // Whoever read it has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done.map_err(|error| unwritable(&error)),
        }
    }

    /// A line of data.
    pub fn print_line(&self, text: &str) -> Result<()> {
        self.write(format!("{text}\n").as_bytes())
    }
}

/// Whether a flag was given on the command line, rather than by default.
pub fn given(matches: &ArgMatches, name: &str) -> bool {
    matches.value_source(name) == Some(ValueSource::CommandLine)
}

pub fn no_database() -> Error {
    Error::new(Cause::Database, Message::new("There is no database yet.")).hint(Message::new("kehu init"))
}

/// The fault of an output that takes no more; a closed pipe has its own cause, since its reader has read enough.
pub fn unwritable(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Error::new(Cause::Interrupted, Message::new(CLOSED));
    }
    Error::new(Cause::Storage, Message::new("The output cannot be written: {why}.").with("why", error))
}

/// Whether a column tells to the minute until when something is to be done.
fn is_deadline(noun: &str, column: &str) -> bool {
    let clocks = matches!(noun, "tickets" | "clocks" | "escalations");
    clocks && (matches!(column, "due" | "breached") || column.ends_with("_due") || column.ends_with("_breached"))
}
