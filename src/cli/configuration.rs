//! Configuration: flag, environment, `kehu.toml`, the user's own file, default; the first that says something wins.

mod arguments;
mod file;
mod keys;
mod mail;
mod pager;
mod places;
mod zone;

#[cfg(test)]
mod tests;

pub use file::{local_target, own_target, set};
pub use keys::{KEYS, check, key, language};

use super::output::Format;
use jiff::{Timestamp, tz::TimeZone};
use kehu::{
    Error, Message, Result,
    clock::Clock,
    customers::{Silence, duplicates::Watch},
    record::{
        Currency, Kind, Value,
        types::{self, Reading},
    },
    tickets::Carrier,
};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Flag(&'static str),
    Environment(&'static str),
    File(PathBuf),
    /// The system's own, or ours where it has none.
    Default,
}

/// What the environment says, so that tests may say something else.
pub trait Environment {
    fn variable(&self, name: &str) -> Option<String>;
    fn folder(&self) -> Option<PathBuf>;
}

/// The environment of the process.
pub struct Process;

impl Environment for Process {
    fn variable(&self, name: &str) -> Option<String> {
        // What is no text names nothing that exists, which is then said; it must not be passed over in silence.
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
    }

    fn folder(&self) -> Option<PathBuf> {
        std::env::current_dir().ok()
    }
}

/// What was configured, and where.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    values: Vec<(&'static str, String, Origin)>,
    places: places::Places,
}

impl Configuration {
    /// Reads flags, environment and files.
    pub fn read(arguments: &[OsString]) -> Result<Self> {
        Self::read_in(arguments, &Process)
    }

    fn read_in(arguments: &[OsString], environment: &dyn Environment) -> Result<Self> {
        let places = places::Places::of(environment);
        let mut configuration = Self { values: arguments::flags(arguments), places };
        for key in KEYS.iter().chain([&keys::NOW]) {
            let variables = key.variables.iter().filter_map(|name| Some((*name, environment.variable(name)?)));
            for (name, value) in variables {
                configuration.offer(key.name, value, Origin::Environment(name));
            }
        }
        for path in [configuration.places.local.clone(), configuration.places.own.clone()].into_iter().flatten() {
            let own = Some(&path) == configuration.places.own.as_ref();
            for (name, value) in file::read(&path)? {
                refuse_program(&path, name, own)?;
                configuration.offer(name, value, Origin::File(path.clone()));
            }
        }
        for key in KEYS {
            let fallbacks = key.fallbacks.iter().filter_map(|name| Some((*name, environment.variable(name)?)));
            for (name, value) in fallbacks {
                configuration.offer(key.name, value, Origin::Environment(name));
            }
        }
        configuration.settle_language()?;
        Ok(configuration)
    }

    /// The language as `en` or `zh`, however it was named; the system's own may be any, and all but Chinese is English.
    fn settle_language(&mut self) -> Result<()> {
        let of_system = |origin: &Origin| matches!(origin, Origin::Environment(name) if *name != "KEHU_LANG");
        let word = match self.found("lang") {
            Some((_, value, origin)) if of_system(origin) => keys::language(value).unwrap_or_else(|_| "en".to_owned()),
            _ => self.checked("lang", keys::language)?.unwrap_or_default(),
        };
        if let Some((_, value, _)) = self.values.iter_mut().find(|(name, _, _)| *name == "lang") {
            *value = word;
        }
        Ok(())
    }

    /// Takes a value unless something that counts more has spoken.
    fn offer(&mut self, key: &'static str, value: String, origin: Origin) {
        if self.found(key).is_none() {
            self.values.push((key, value, origin));
        }
    }

    fn found(&self, key: &str) -> Option<&(&'static str, String, Origin)> {
        self.values.iter().find(|(name, _, _)| *name == key)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.found(key).map(|(_, value, _)| value.as_str())
    }

    /// An error that says where the value that it blames comes from.
    fn checked<R>(&self, key: &'static str, read: impl FnOnce(&str) -> Result<R>) -> Result<Option<R>> {
        let Some((_, value, origin)) = self.found(key) else { return Ok(None) };
        read(value).map(Some).map_err(|error| match origin {
            Origin::File(path) => Error::bad_value(
                Message::new("{file} sets {key}: {problem}")
                    .with("file", path.display())
                    .with("key", key)
                    .with("problem", &error.message),
            ),
            Origin::Environment(name) => Error::bad_value(
                Message::new("The environment sets {name}: {problem}")
                    .with("name", name)
                    .with("problem", &error.message),
            ),
            _ => error,
        })
    }

    /// The word for the language of what is said.
    pub fn language(&self) -> Option<&str> {
        self.text("lang")
    }

    /// How data is printed when no flag says otherwise.
    pub fn format(&self) -> Result<Option<Format>> {
        self.checked("format", str::parse)
    }

    /// The database's path or address.
    pub fn database(&self) -> Result<String> {
        match self.found("db") {
            Some((_, value, Origin::File(file))) => Ok(self.places.database(value, file.parent())),
            Some((_, value, _)) => Ok(self.places.database(value, None)),
            None => self.places.default_database(),
        }
    }

    /// The database that a flag names.
    pub fn flag_database(&self) -> Option<String> {
        self.found("db").filter(|(_, _, origin)| matches!(origin, Origin::Flag(_))).map(|(_, url, _)| url.clone())
    }

    /// From now on another database is meant.
    pub fn set_database(&mut self, url: &str) {
        self.values.retain(|(name, _, _)| *name != "db");
        self.values.push(("db", url.to_owned(), Origin::Flag("--db")));
    }

    /// Makes the folder that a new database is to live in, for its owner alone.
    #[expect(clippy::unused_self, reason = "where things are is the configuration's business")]
    pub fn make_folder(&self, url: &str) -> Result<()> {
        places::make_folder(url)
    }

    pub fn time_zone(&self) -> Result<TimeZone> {
        Ok(self.checked("time_zone", zone::named)?.unwrap_or_else(zone::of_system))
    }

    /// The time zone that the environment names, where there is none of that name and nothing else says one.
    pub fn unknown_zone(&self) -> Option<String> {
        let said = self.checked("time_zone", zone::named).ok().flatten().is_some();
        if said { None } else { zone::unknown() }
    }

    /// The instant at which the clock stands still, when one was named.
    pub fn now(&self, zone: &TimeZone) -> Result<Option<Timestamp>> {
        let read = |text: &str| {
            let reading =
                Reading { clock: Clock::system(zone.clone()), currency: Currency(*b"CNY"), region: "CN".into() };
            let value = match types::parse(&Kind::Timestamp, text, &reading) {
                // The last days that can be written are later than the last instant that can be counted.
                Err(_) if text.trim().starts_with("9999-12-3") => return Ok(Timestamp::MAX),
                read => read?,
            };
            let instant = value.as_text().and_then(|text| text.parse().ok());
            instant.ok_or_else(|| Error::bad_value(Message::new("`{text}` is no time.").with("text", text)))
        };
        self.checked("now", read)
    }

    /// The currency of a bare amount.
    pub fn currency(&self) -> Result<Currency> {
        Ok(self.checked("base_currency", types::currency)?.unwrap_or(Currency(*b"CNY")))
    }

    /// The country of a phone number that names none.
    pub fn region(&self) -> Result<String> {
        Ok(self.checked("region", keys::region)?.unwrap_or_else(|| "CN".to_owned()))
    }

    /// How long customers may go without a word.
    pub fn silence(&self) -> Result<Silence> {
        Ok(self.checked("silence", Silence::parse)?.unwrap_or_default())
    }

    /// What happens when a new record is probably another one.
    pub fn watch(&self) -> Result<Watch> {
        Ok(self.checked("duplicates", keys::watch)?.unwrap_or_default())
    }

    /// Who asks; never empty.
    pub fn user(&self) -> String {
        let named = self.text("user").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        named.or_else(|| whoami::username().ok()).filter(|name| !name.is_empty()).unwrap_or_else(|| "me".to_owned())
    }

    /// The program, with its arguments, that a form is edited with.
    pub fn editor(&self) -> String {
        self.text("editor").unwrap_or("vi").to_owned()
    }

    /// The program, with its arguments, that opens an attached file.
    pub fn opener(&self) -> String {
        self.text("opener").unwrap_or(keys::OPENER).to_owned()
    }

    /// Who writes to customers.
    pub fn mail_from(&self) -> Option<&str> {
        self.text("mail_from")
    }

    /// Who carries messages away: the mail server, or the folder that is named, or the usual one.
    pub fn carrier(&self) -> Result<Carrier> {
        let Some(mut server) = self.checked("mail_server", mail::server)? else {
            return Ok(Carrier::Folder(self.mail_folder()?));
        };
        if let Some((_, password)) = &mut server.login {
            *password = mail::password(self.text("mail_password_file"), self.text("mail_password_command"))?;
        }
        Ok(Carrier::Server(server))
    }

    fn mail_folder(&self) -> Result<PathBuf> {
        match self.found("mail_folder") {
            Some((_, value, Origin::File(file))) => Ok(self.places.database(value, file.parent()).into()),
            Some((_, value, _)) => Ok(self.places.database(value, None).into()),
            None => Ok(Path::new(&self.places.default_database()?).with_file_name("outbox")),
        }
    }

    /// How many bytes an attached file may have.
    pub fn attachment_limit(&self) -> Result<u64> {
        Ok(self.checked("attachment_limit", keys::bytes)?.unwrap_or(kehu::crm::USUAL_LIMIT))
    }

    /// Hands data to the pager; false when there is none.
    pub fn page(&self, data: &[u8]) -> bool {
        pager::page(self.text("pager").unwrap_or("less -FRX"), data)
    }

    /// The two files that are read: the one found upward from here, and the user's own.
    pub fn files(&self) -> [Option<PathBuf>; 2] {
        [self.places.local.clone(), self.places.own.clone()]
    }

    /// Every key with the value that counts and where it comes from; a password is not shown.
    pub fn origins(&self) -> Vec<(&'static str, String, Origin)> {
        let told = |key: &keys::Key| {
            let shown = || match key.name {
                "db" => self.places.default_database().unwrap_or_default(),
                "user" => self.user(),
                "editor" => self.editor(),
                "mail_folder" => self.mail_folder().map(|folder| folder.display().to_string()).unwrap_or_default(),
                name => keys::default_of(name),
            };
            let (name, value, origin) =
                self.found(key.name).cloned().unwrap_or_else(|| (key.name, shown(), Origin::Default));
            (name, kehu::crm::without_password(&value), origin)
        };
        KEYS.iter().map(told).collect()
    }

    /// The value that counts for a key.
    pub fn value(&self, name: &str) -> Result<Value> {
        let key = key(name)?;
        let found = self.origins().into_iter().find(|(known, _, _)| *known == key.name);
        Ok(found.map_or(Value::Null, |(_, value, _)| Value::Text(value)))
    }
}

/// A file that merely lies in a folder may say which database, but not which program is run.
fn refuse_program(path: &Path, name: &str, own: bool) -> Result<()> {
    if own {
        return Ok(());
    }
    if matches!(name, "mail_server" | "mail_password_file") {
        let message = "{file} may not set {key}: where a password goes is said in your own configuration only.";
        let message = Message::new(message).with("file", path.display()).with("key", name);
        return Err(Error::bad_value(message).hint(Message::new("kehu config set {key} …").with("key", name)));
    }
    if !matches!(name, "pager" | "editor" | "opener" | "mail_password_command") {
        return Ok(());
    }
    Err(Error::bad_value(
        Message::new("{file} may not set {key}: a program is named in your own configuration only.")
            .with("file", path.display())
            .with("key", name),
    )
    .hint(Message::new("kehu config set {key} PROGRAM").with("key", name)))
}
