//! What clap has to say of a command line, in our words: help and version, or one sentence and a hint.

use super::{fault, help, output::Format, session::Terminal};
use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};
use kehu::{Error, Message};
use std::{error::Error as _, ffi::OsString, process::ExitCode};

/// Tells it: help and version on standard output, a usage fault with exit code 2.
pub fn tell(
    error: &clap::Error,
    tree: impl FnOnce() -> Command,
    arguments: Vec<OsString>,
    terminal: &Terminal,
) -> ExitCode {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        help::print(error, tree, arguments, terminal);
        return if asked { ExitCode::SUCCESS } else { ExitCode::from(2) };
    }
    let mut terminal = terminal.clone();
    if fault::asks_json() {
        terminal.format = Some(Format::Json);
    }
    let command = command(&tree(), &arguments);
    fault::report(&worded(error, &command), &terminal)
}

/// The fault as a sentence, with what would be right for that command.
fn worded(error: &clap::Error, command: &str) -> Error {
    let said = |kind| text(error.get(kind));
    let flag = said(ContextKind::InvalidArg);
    let bare = flag.split([' ', '=']).next().unwrap_or_default().to_owned();
    let value = said(ContextKind::InvalidValue);
    let fault = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            Message::new("There is no command {word}.").with("word", said(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument if bare.starts_with('-') => {
            Message::new("There is no flag {word}.").with("word", bare)
        }
        ErrorKind::UnknownArgument => Message::new("{word} is one word too many.").with("word", flag),
        ErrorKind::MissingRequiredArgument => Message::new("{words} is missing.").with("words", flag),
        ErrorKind::InvalidValue if value.is_empty() => Message::new("{flag} needs a value.").with("flag", bare),
        ErrorKind::InvalidValue => Message::new("{flag} does not take {value}; it takes {words}.")
            .with("flag", bare)
            .with("value", quoted(&value))
            .with("words", said(ContextKind::ValidValue)),
        ErrorKind::ValueValidation => return validation(error, command, &bare, &value),
        ErrorKind::ArgumentConflict if said(ContextKind::PriorArg).split(' ').next() == Some(&bare) => {
            Message::new("{flag} is said more than once.").with("flag", bare)
        }
        ErrorKind::ArgumentConflict => Message::new("{flag} does not go with {other}.")
            .with("flag", bare)
            .with("other", said(ContextKind::PriorArg)),
        ErrorKind::TooManyValues => {
            Message::new("{flag} takes no value, and {value} is one.").with("flag", bare).with("value", quoted(&value))
        }
        _ => Message::new("{problem}").with("problem", first_line(error)),
    };
    Error::bad_value(fault).hint(hint(error, command))
}

/// A value that its parser refused.
fn validation(error: &clap::Error, command: &str, flag: &str, value: &str) -> Error {
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    if let Some((least, most)) = bounds(&source) {
        let message = Message::new("{flag} takes a number from {least} to {most}, and {value} is none.");
        let message = message.with("flag", flag).with("least", &least).with("most", most).with("value", quoted(value));
        let written = Message::new("Write it like {flag} {least}.").with("flag", flag).with("least", least);
        return Error::bad_value(message).hint(if flag.starts_with('-') { written } else { hint(error, command) });
    }
    let number = source.contains("digit") || source.contains("float") || source.contains("number too");
    let message = if number || source.contains("is not in ") {
        Message::new("{flag} takes a number, and {value} is none that fits.")
    } else {
        return Error::bad_value(Message::new("{problem}").with("problem", source)).hint(hint(error, command));
    };
    let hint = Message::new("Write it like {flag} 30.").with("flag", flag);
    Error::bad_value(message.with("flag", flag).with("value", quoted(value))).hint(hint)
}

/// The least and the most of `6 is not in 1..=5`, where both are numbers that people write.
fn bounds(source: &str) -> Option<(String, String)> {
    let (least, most) = source.rsplit_once("is not in ")?.1.split_once("..=")?;
    let written = |text: &str| text.len() <= 10 && text.parse::<i64>().is_ok();
    (written(least) && written(most)).then(|| (least.to_owned(), most.to_owned()))
}

/// What was probably meant, else where it is told what may be said.
fn hint(error: &clap::Error, command: &str) -> Message {
    for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue] {
        // The likeliest is the last.
        let near = text(error.get(kind));
        let near = near.rsplit(", ").next().unwrap_or_default();
        if !near.is_empty() {
            return Message::new("did you mean `{near}`?").with("near", near);
        }
    }
    Message::new("{command} --help").with("command", command)
}

/// The command that was meant, however the program file is called: `kehu customer list`.
fn command(tree: &Command, arguments: &[OsString]) -> String {
    let (mut here, mut words) = (tree, vec!["kehu"]);
    for word in arguments.iter().skip(1).filter_map(|argument| argument.to_str()) {
        if let Some(next) = here.find_subcommand(word) {
            words.push(next.get_name());
            here = next;
        }
    }
    words.join(" ")
}

fn first_line(error: &clap::Error) -> String {
    let all = error.to_string();
    all.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn text(value: Option<&ContextValue>) -> String {
    match value {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

/// A value that would run together with the sentence stands in quotes.
fn quoted(value: &str) -> String {
    if value.is_empty() || value.contains(char::is_whitespace) { format!("\"{value}\"") } else { value.to_owned() }
}
