//! The keys of a configuration file, and what each may hold.

use super::super::output::Format;
use kehu::{Error, Message, Result, customers::duplicates::Watch, record::types};

/// One key, and the environment variables that set it: before the files, and after them.
pub struct Key {
    pub name: &'static str,
    pub doc: &'static str,
    pub(super) variables: &'static [&'static str],
    /// Variables that are not ours alone, so that a file counts more.
    pub(super) fallbacks: &'static [&'static str],
}

const fn plain(name: &'static str, doc: &'static str, variables: &'static [&'static str]) -> Key {
    Key { name, doc, variables, fallbacks: &[] }
}

/// Every key, in the order in which they are listed.
pub const KEYS: &[Key] = &[
    plain("db", "The database: a path, or postgres://…", &["KEHU_DB"]),
    Key { fallbacks: &["USER", "LOGNAME"], ..plain("user", "Who asks, by login", &["KEHU_USER"]) },
    plain("format", "How data is printed", &["KEHU_FORMAT"]),
    Key {
        fallbacks: &["LC_ALL", "LC_MESSAGES", "LANG"],
        ..plain("lang", "The language of what is said: en or zh", &["KEHU_LANG"])
    },
    Key { fallbacks: &["PAGER"], ..plain("pager", "What shows long output on a terminal", &["KEHU_PAGER"]) },
    Key {
        fallbacks: &["VISUAL", "EDITOR"],
        ..plain("editor", "What opens when a record is edited as a form", &["KEHU_EDITOR"])
    },
    plain("opener", "What opens an attached file", &["KEHU_OPENER"]),
    plain("attachment_limit", "How large an attached file may be, such as 100 MB", &[]),
    plain("base_currency", "The currency of an amount written without one", &[]),
    plain("region", "The country of a phone number without a country code", &[]),
    plain("time_zone", "Where days begin and end", &[]),
    plain("silence", "After how many days without a word a customer is on your plan, by level", &[]),
    plain("mail_from", "Who writes to customers: \"Service <service@example.com>\"", &["KEHU_MAIL_FROM"]),
    plain(
        "mail_server",
        "Who sends it: smtp://name@host:587, smtps://name@host; files are written without",
        &["KEHU_MAIL_SERVER"],
    ),
    plain("mail_password_file", "The file that holds the password of the mail server", &["KEHU_MAIL_PASSWORD_FILE"]),
    plain(
        "mail_password_command",
        "The program that prints the password of the mail server",
        &["KEHU_MAIL_PASSWORD_COMMAND"],
    ),
    plain(
        "mail_folder",
        "The folder that messages are written to where there is no mail server",
        &["KEHU_MAIL_FOLDER"],
    ),
    plain("duplicates", "When a new record is probably another: warn, block or off", &["KEHU_DUPLICATES"]),
];

/// What opens a file in the program that is made for it.
pub(super) const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Not a key of a file: the clock is set for one command or one shell only.
pub(super) const NOW: Key = plain("now", "What time it is", &["KEHU_NOW"]);

/// The key of that name.
pub fn key(name: &str) -> Result<&'static Key> {
    let written = name.trim().replace('-', "_");
    KEYS.iter().find(|key| key.name == written).ok_or_else(|| {
        Error::bad_value(
            Message::new("{key} is no key of the configuration; there are {keys}.")
                .with("key", name)
                .with("keys", names()),
        )
    })
}

pub(super) fn names() -> String {
    KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
}

pub(super) fn default_of(name: &str) -> String {
    let word = match name {
        "format" => "table",
        "lang" => "en",
        "pager" => "less -FRX",
        "opener" => OPENER,
        "attachment_limit" => "100 MB",
        "base_currency" => "CNY",
        "region" => "CN",
        "silence" => return kehu::customers::Silence::default().to_string(),
        "duplicates" => "warn",
        "time_zone" => return super::zone::of_system().iana_name().unwrap_or_default().to_owned(),
        _ => "",
    };
    word.to_owned()
}

/// A value as it is kept for a key; refused when the key cannot hold it.
pub fn check(key: &Key, value: &str) -> Result<String> {
    let value = value.trim();
    match key.name {
        "format" => value.parse::<Format>().map(|format| format.word().to_owned()),
        "lang" => language(value),
        "base_currency" => types::currency(value).map(|currency| currency.to_string()),
        "region" => region(value),
        "attachment_limit" => bytes(value).map(|_| value.to_owned()),
        "silence" => kehu::customers::Silence::parse(value).map(|silence| silence.to_string()),
        "duplicates" => watch(value).map(|_| value.to_owned()),
        "time_zone" => super::zone::named(value).map(|_| value.to_owned()),
        "mail_server" => super::mail::server(value).map(|_| value.to_owned()),
        "mail_from" => kehu::tickets::outbox::sender(value).map(|_| value.to_owned()),
        _ if value.is_empty() => Err(Error::bad_value(Message::new("{key} needs a value.").with("key", key.name))),
        _ => Ok(value.to_owned()),
    }
}

/// `en` or `zh` for what people and systems call them: `ZH`, `zh_CN.UTF-8`, `cn`, `中文`, `en-GB`.
pub fn language(word: &str) -> Result<String> {
    let small = word.trim().to_lowercase();
    let tongue = small.split(['_', '-', '.', '@']).next().unwrap_or_default();
    match tongue {
        "en" | "english" => Ok("en".to_owned()),
        "zh" | "cn" | "chinese" => Ok("zh".to_owned()),
        _ if small.contains('中') => Ok("zh".to_owned()),
        _ => {
            Err(Error::bad_value(Message::new("`{word}` is no language here; there are en and zh.").with("word", word)))
        }
    }
}

/// What happens when a new record is probably another.
pub(super) fn watch(word: &str) -> Result<Watch> {
    match word.trim() {
        "warn" => Ok(Watch::Warn),
        "block" => Ok(Watch::Block),
        "off" => Ok(Watch::Off),
        _ => Err(Error::bad_value(Message::new("`{word}` is none of warn, block and off.").with("word", word))),
    }
}

/// A country's two letters.
pub(super) fn region(word: &str) -> Result<String> {
    let word = word.trim().to_ascii_uppercase();
    if word.len() == 2 && word.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Ok(word);
    }
    Err(Error::bad_value(
        Message::new("`{word}` is no region; it takes a country's two letters, such as CN or DE.").with("word", word),
    ))
}

/// A number of bytes: `100 MB`, `2G`, `1048576`; a thousand of a unit's is 1024 of the one below.
pub(super) fn bytes(word: &str) -> Result<u64> {
    let word = word.trim();
    let (digits, unit) = word.split_at(word.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.len()));
    let shift = match &*unit.trim().to_uppercase().replace("IB", "B") {
        "" | "B" | "BYTES" => Some(0),
        "K" | "KB" => Some(10),
        "M" | "MB" => Some(20),
        "G" | "GB" => Some(30),
        _ => None,
    };
    let number = digits.parse::<u64>().ok();
    number.zip(shift).and_then(|(number, shift)| number.checked_mul(1 << shift)).ok_or_else(|| {
        Error::bad_value(
            Message::new("`{word}` is no size; it takes a number and a unit, such as 100 MB.").with("word", word),
        )
    })
}
