//! The time zone, read from its one file: a look at all zones of the system would take longer than most commands.

use jiff::tz::TimeZone;
use kehu::{Error, Message, Result};
use std::path::Path;

const FOLDER: &str = "/usr/share/zoneinfo";

/// The zone of that name.
pub fn named(name: &str) -> Result<TimeZone> {
    let name = name.trim();
    let found = quickly(name).or_else(|| TimeZone::get(name).ok());
    found.ok_or_else(|| {
        Error::bad_value(
            Message::new("`{name}` is no time zone; it takes names such as Asia/Shanghai or UTC.").with("name", name),
        )
    })
}

/// The zone of the system, or UTC where it has none.
pub fn of_system() -> TimeZone {
    let from_file = || {
        let target = std::fs::read_link("/etc/localtime").ok()?;
        let target = target.to_str()?;
        quickly(&target[target.find("zoneinfo/")? + "zoneinfo/".len()..])
    };
    let found = match std::env::var("TZ") {
        Ok(name) => quickly(name.trim_start_matches(':')),
        Err(_) => from_file(),
    };
    found.unwrap_or_else(|| if unknown().is_some() { TimeZone::UTC } else { TimeZone::system() })
}

/// What the environment calls the time zone, where that is none.
pub fn unknown() -> Option<String> {
    let name = std::env::var("TZ").ok()?;
    let bare = name.trim_start_matches(':');
    let known = bare.is_empty()
        || bare.starts_with('/')
        || quickly(bare).is_some()
        || TimeZone::get(bare).is_ok()
        || TimeZone::posix(bare).is_ok();
    (!known).then_some(name)
}

fn quickly(name: &str) -> Option<TimeZone> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/_+-".contains(letter);
    if name.is_empty() || name.starts_with('/') || !name.chars().all(plain) {
        return None;
    }
    if name == "UTC" {
        return Some(TimeZone::UTC);
    }
    let data = std::fs::read(Path::new(FOLDER).join(name)).ok()?;
    TimeZone::tzif(name, &data).ok()
}
