//! How a fault is told: one sentence and a hint to a person, JSON to a program, and the exit code to both.

use super::session::Terminal;
use kehu::{Error, Message};
use serde_json::json;
use std::process::ExitCode;

/// Tells an error and gives its exit code.
pub fn report(error: &Error, terminal: &Terminal) -> ExitCode {
    if error.message.template == super::session::CLOSED {
        return ExitCode::SUCCESS;
    }
    if terminal.machine() {
        let object = json!({"error": {
            "code": error.cause.code(),
            "message": sentence(error, terminal),
            "field": error.field,
            "hint": runnable(error).map(|hint| terminal.word(hint)),
            "retryable": error.cause.retryable(),
            "candidates": error.candidates.iter().map(|(short, title)| json!({"ref": short, "title": title})).collect::<Vec<_>>(),
        }});
        terminal.line(&object.to_string());
        return ExitCode::from(error.exit_code());
    }
    let word = terminal.word(&Message::new("error:"));
    let word = if terminal.color && terminal.interactive_errors { format!("\u{1b}[31m{word}\u{1b}[0m") } else { word };
    eprint_line(&format!("{word} {}", safe(&sentence(error, terminal))));
    for (short, title) in &error.candidates {
        terminal.line(&format!("  {short:<8} {title}"));
    }
    if let Some(hint) = runnable(error) {
        terminal.line(&format!("{} {}", terminal.word(&Message::new("hint:")), terminal.word(hint)));
    }
    ExitCode::from(error.exit_code())
}

/// What went wrong, and with which of many.
fn sentence(error: &Error, terminal: &Terminal) -> String {
    let about = error.about.as_ref().map(|about| format!("{}: ", terminal.word(about))).unwrap_or_default();
    about + &terminal.word(&error.message)
}

/// The hint, unless it lacks what it is to be run with.
fn runnable(error: &Error) -> Option<&Message> {
    error.hint.as_deref().filter(|hint| hint.arguments.iter().all(|(_, value)| !value.trim().is_empty()))
}

fn safe(text: &str) -> String {
    text.lines().map(super::output::text_safety::safe).collect::<Vec<_>>().join("\n")
}

fn eprint_line(text: &str) {
    use std::io::Write;
    // A closed standard error must not hide the exit code.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The terminal while the flags are not read yet, but for whether a program reads what is said.
pub fn terminal_before_flags() -> Terminal {
    let mut terminal = Terminal::of_process();
    terminal.format = asks_json().then_some(super::output::Format::Json);
    terminal
}

/// Whether the command line asks for JSON, where it was not understood.
pub fn asks_json() -> bool {
    let json = |word: &str| matches!(word, "json" | "ndjson" | "--format=json" | "--format=ndjson" | "-fjson");
    std::env::args_os().any(|argument| json(&argument.to_string_lossy()))
}
