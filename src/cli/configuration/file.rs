//! Configuration files: read strictly, and changed without losing a comment.

use super::{Configuration, keys};
use kehu::{Cause, Error, Message, Result};
use std::path::{Path, PathBuf};

/// The keys and values of a file; none when there is no such file.
pub fn read(path: &Path) -> Result<Vec<(&'static str, String)>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Error::bad_value(
                Message::new("{file} cannot be read: {why}.").with("file", path.display()).with("why", error),
            ));
        }
    };
    let table: toml::Table = text.parse().map_err(|error| broken(path, &text, &error))?;
    table.iter().map(|(name, value)| setting(path, name, value)).collect()
}

fn setting(path: &Path, name: &str, value: &toml::Value) -> Result<(&'static str, String)> {
    let Some(key) = keys::KEYS.iter().find(|key| key.name == name) else {
        return Err(Error::bad_value(
            Message::new("{file} has the unknown key {key}; there are {keys}.")
                .with("file", path.display())
                .with("key", name)
                .with("keys", keys::names()),
        ));
    };
    match value.as_str() {
        Some(text) => Ok((key.name, text.to_owned())),
        None => Err(Error::bad_value(
            Message::new("{file} sets {key} to something that is no text; write {key} = \"…\".")
                .with("file", path.display())
                .with("key", name),
        )),
    }
}

fn broken(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
    let why = error.message().lines().collect::<Vec<_>>().join(" ");
    Error::bad_value(
        Message::new("{file} is not valid TOML at line {line}: {why}.")
            .with("file", path.display())
            .with("line", line)
            .with("why", why),
    )
}

/// The user's own file.
pub fn own_target(configuration: &Configuration) -> Result<PathBuf> {
    configuration.places.own.clone().ok_or_else(|| {
        Error::bad_value(Message::new("There is no home folder, so there is no configuration file of your own."))
            .hint(Message::new("kehu config set KEY VALUE --local"))
    })
}

/// The `kehu.toml` that counts here, or the one to be made here.
pub fn local_target(configuration: &Configuration) -> PathBuf {
    configuration.places.local.clone().unwrap_or_else(|| configuration.places.here.clone())
}

/// Sets keys in a file, which is made when there is none; what else stands there stays as it is.
pub fn set(path: &Path, settings: &[(&str, String)]) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::new(
            Cause::Storage,
            Message::new("{file} cannot be written: {why}.").with("file", path.display()).with("why", error),
        )
    };
    read(path)?;
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut document: toml_edit::DocumentMut = text
        .parse()
        .map_err(|_| Error::bad_value(Message::new("{file} is not valid TOML.").with("file", path.display())))?;
    for (key, value) in settings {
        match document.get_mut(key) {
            Some(item) => {
                let decoration = item.as_value().map(|old| old.decor().clone());
                *item = toml_edit::value(value);
                if let (Some(new), Some(old)) = (item.as_value_mut(), decoration) {
                    *new.decor_mut() = old;
                }
            }
            None => document[key] = toml_edit::value(value),
        }
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    // The file is whole at every moment: the new text takes its place under a name of its own.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let part = path.with_extension("toml.part");
    std::fs::write(&part, document.to_string()).and_then(|()| std::fs::rename(&part, &path)).map_err(failed)
}
