//! Long output goes through the pager that the reader likes.

use std::{
    io::Write,
    process::{Command, Stdio},
};

/// Whether the pager has shown the data; it does not when there is none, or none is wanted.
pub fn page(pager: &str, data: &[u8]) -> bool {
    let mut words = pager.split_whitespace();
    let Some(program) = words.next().filter(|program| *program != "cat") else { return false };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // A bare `less` would show colours as codes and stay open on short output.
        command.env("LESS", "FRX");
    }
    let Ok(mut running) = command.spawn() else { return false };
    if let Some(mut input) = running.stdin.take() {
        // Whoever leaves the pager early has read enough.
        let _ = input.write_all(data);
    }
    running.wait().is_ok()
}
