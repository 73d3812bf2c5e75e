//! The mail server as it is configured, and its password, which stands in a file or comes from a program.

use kehu::{
    Cause, Error, Message, Result,
    tickets::{Server, outbox::Encryption},
};
use std::process::{Command, Stdio};

/// `smtp://name@host:587` asks for encryption before anything is said, but on this very machine; `smtps://host` is
/// encrypted from the first byte.
pub(super) fn server(text: &str) -> Result<Server> {
    let wrong = || {
        Error::bad_value(
            Message::new("`{value}` is no mail server; it looks like smtp://name@host:587 or smtps://name@host.")
                .with("value", kehu::crm::without_password(text)),
        )
    };
    let (scheme, rest) = text.trim().split_once("://").ok_or_else(wrong)?;
    let (name, place) = rest.rsplit_once('@').map_or((None, rest), |(name, place)| (Some(name), place));
    let place = place.trim_end_matches('/');
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| wrong())?)),
        None => (place, None),
    };
    let odd = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '.' | '-' | '_');
    if host.is_empty() || host.contains(odd) {
        return Err(wrong());
    }
    if name.is_some_and(|name| name.contains(':')) {
        let message =
            Message::new("A password has no place in an address: it stands in a file or comes from a program.");
        return Err(Error::bad_value(message).hint(Message::new("kehu config set mail_password_file FILE")));
    }
    let here = matches!(host, "localhost" | "127.0.0.1");
    let (encryption, usual) = match scheme {
        "smtp" if here => (Encryption::Never, 25),
        "smtp" => (Encryption::Asked, 587),
        "smtps" => (Encryption::AtOnce, 465),
        _ => return Err(wrong()),
    };
    // An address may hold an at sign of its own, written %40.
    let login = name.filter(|name| !name.is_empty()).map(|name| (name.replace("%40", "@"), String::new()));
    Ok(Server { host: host.to_owned(), port: port.unwrap_or(usual), encryption, login })
}

/// The first line of the file, or of what the program prints; it is never shown.
pub(super) fn password(file: Option<&str>, command: Option<&str>) -> Result<String> {
    let line = match (file, command) {
        (Some(file), _) => std::fs::read_to_string(file).map_err(|error| {
            let message = Message::new("The password of the mail server cannot be read from {file}: {why}.");
            Error::new(Cause::NotFound, message.with("file", file).with("why", error))
        })?,
        (None, Some(command)) => printed(command)?,
        (None, None) => {
            let message = Message::new("The mail server wants a name, and nothing says its password.");
            return Err(Error::bad_value(message).hint(Message::new("kehu config set mail_password_file FILE")));
        }
    };
    Ok(line.lines().next().unwrap_or_default().to_owned())
}

fn printed(command: &str) -> Result<String> {
    let failed = |why: String| {
        let message = Message::new("`{command}` printed no password: {why}.");
        Error::bad_value(message.with("command", command).with("why", why))
    };
    let mut words = command.split_whitespace();
    let program = words.next().ok_or_else(|| failed("it is empty".to_owned()))?;
    let output = Command::new(program).args(words).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(error.utf8_error().to_string()))
}
