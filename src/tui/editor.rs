//! A text in the person's own editor: a file of its own, for its owner alone, gone afterwards.

use crate::{Cause, Error, Message, Result};
use std::{io::Write, process::Command};

/// Runs the editor on a text and says what came back; the screen must have been left before.
pub fn edit(program: &str, text: &str, ending: &str) -> Result<String> {
    let failed = |error: &std::io::Error| {
        let message = Message::new("The editor {program} cannot be run: {why}.");
        Error::new(Cause::Storage, message.with("program", program).with("why", error))
    };
    let mut file =
        tempfile::Builder::new().prefix("kehu-").suffix(ending).tempfile().map_err(|error| failed(&error))?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(|error| failed(&error))?;
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("vi"));
    let status = command.args(words).arg(file.path()).status().map_err(|error| failed(&error))?;
    if !status.success() {
        return Ok(text.to_owned());
    }
    std::fs::read_to_string(file.path()).map_err(|error| failed(&error))
}
