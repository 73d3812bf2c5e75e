//! Who carries messages away: a mail server, or a folder in which they lie as files.

use super::letter::Letter;
use crate::{
    Result,
    error::{Cause, Error},
    message::Message,
};
use lettre::{
    address::Envelope,
    message::Mailbox,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{SmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use std::{
    fmt,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a server may take for each answer (RFC 5321, 4.5.3.2 allows minutes).
const PATIENCE: Duration = Duration::from_mins(1);

/// Who carries messages away.
#[derive(Debug, Clone)]
pub enum Carrier {
    Server(Server),
    Folder(PathBuf),
}

/// A mail server, and who we are there.
#[derive(Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    /// Name and password.
    pub login: Option<(String, String)>,
}

/// When a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte (`smtps://`).
    AtOnce,
    /// Before anything is said (`smtp://`).
    Asked,
    /// Never: to a server on this very machine.
    Never,
}

/// A password is nobody's to read.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({:?})", self.host, self.port, self.encryption)
    }
}

/// What became of a message that was to be handed over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Sent,
    /// It was not taken, and may be tried again.
    Later(String),
    /// It will never be taken.
    Never(String),
    /// Nobody knows whether it was taken.
    Unknown(String),
}

/// A carrier at work.
pub(super) enum Route {
    Server(Server, Option<Box<SmtpConnection>>),
    Folder(PathBuf),
}

impl Carrier {
    /// Makes ready before any message is taken up, so that a server that is away or a password that is wrong is no
    /// message's fault.
    pub(super) fn open(&self) -> Result<Route> {
        match self {
            Self::Server(server) => Ok(Route::Server(server.clone(), Some(Box::new(connect(server)?)))),
            Self::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
                Ok(Route::Folder(folder.clone()))
            }
        }
    }
}

impl Route {
    /// Opens the connection again where the last message left none.
    pub fn ready(&mut self) -> Result<()> {
        if let Self::Server(server, connection @ None) = self {
            *connection = Some(Box::new(connect(server)?));
        }
        Ok(())
    }

    /// Hands a message over.
    pub fn hand_over(&mut self, letter: &Letter, name: &str) -> Fate {
        match self {
            Self::Folder(folder) => match write(folder, name, &letter.bytes) {
                Ok(()) => Fate::Sent,
                Err(error) => Fate::Later(unwritable(folder, &error).to_string()),
            },
            Self::Server(_, connection) => {
                let Some(mut open) = connection.take() else { return Fate::Later(String::new()) };
                let fate = speak(&mut open, letter);
                match fate {
                    Fate::Sent => *connection = Some(open),
                    _ => open.abort(),
                }
                fate
            }
        }
    }

    pub fn close(self) {
        if let Self::Server(_, Some(mut connection)) = self {
            let _ = connection.quit();
        }
    }
}

/// Until the text is handed over nothing was taken; from then on only the server's word tells.
fn speak(connection: &mut SmtpConnection, letter: &Letter) -> Fate {
    if let Err(fate) = announce(connection, &letter.envelope, letter.bytes.is_ascii()) {
        return fate;
    }
    match connection.message(&letter.bytes) {
        Ok(_) => Fate::Sent,
        Err(error) if error.status().is_some() => refused(&error),
        Err(error) => Fate::Unknown(told(&error)),
    }
}

/// Sender, recipients, and that the text comes.
fn announce(connection: &mut SmtpConnection, envelope: &Envelope, ascii: bool) -> Result<(), Fate> {
    let mut options = Vec::new();
    let plain = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
    if !envelope.to().iter().chain(envelope.from()).all(plain) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Fate::Never("the server takes no address with such letters".to_owned()));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !ascii {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(envelope.from().cloned(), options)).map_err(|error| refused(&error))?;
    for address in envelope.to() {
        connection.command(Rcpt::new(address.clone(), Vec::new())).map_err(|error| refused(&error))?;
    }
    connection.command(Data).map_err(|error| refused(&error)).map(drop)
}

/// A server that says 5xx means it; 4xx and a broken line are tried again (RFC 5321, 4.2.1).
fn refused(error: &lettre::transport::smtp::Error) -> Fate {
    if error.is_permanent() { Fate::Never(told(error)) } else { Fate::Later(told(error)) }
}

/// What went wrong, with what lies behind it.
fn told(error: &lettre::transport::smtp::Error) -> String {
    if ran_out_of_time(error) {
        return format!("there was no answer within {} seconds", PATIENCE.as_secs());
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(300).collect()
}

/// The system has names of its own for an answer that did not come.
fn ran_out_of_time(error: &lettre::transport::smtp::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if matches!(kind, Some(std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)) {
            return true;
        }
        source = error.source();
    }
    false
}

fn connect(server: &Server) -> Result<SmtpConnection> {
    let unreachable = |error: lettre::transport::smtp::Error| {
        let message = Message::new("The mail server {host} cannot be used: {why}.");
        Error::new(Cause::Storage, message.with("host", &server.host).with("why", told(&error)))
            .hint(Message::new("kehu config list"))
    };
    let tls = || TlsParameters::new(server.host.clone()).map_err(unreachable);
    let hello = ClientId::default();
    let place = (server.host.as_str(), server.port);
    let at_once = if server.encryption == Encryption::AtOnce { Some(tls()?) } else { None };
    let mut connection =
        SmtpConnection::connect(place, Some(PATIENCE), &hello, at_once.as_ref(), None).map_err(unreachable)?;
    if server.encryption == Encryption::Asked {
        connection.starttls(&tls()?, &hello).map_err(unreachable)?;
    }
    if let Some((name, password)) = &server.login {
        let credentials = Credentials::new(name.clone(), password.clone());
        connection.auth(DEFAULT_MECHANISMS, &credentials).map_err(unreachable)?;
    }
    Ok(connection)
}

/// A file is there whole or not at all, and for its owner alone.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".kehu").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name)).map(drop).map_err(|error| error.error)
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Error {
    let message = Message::new("{path} cannot be written: {why}.");
    Error::new(Cause::Storage, message.with("path", folder.display()).with("why", error))
}

/// The address of a sender, as addresses are compared.
#[must_use]
pub fn address_of_sender(from: &str) -> Option<String> {
    sender(from).ok().map(|from| from.email.to_string().to_lowercase())
}

/// The sender as it is configured.
///
/// # Errors
/// What is no address, or would begin a header of its own.
pub fn sender(from: &str) -> Result<Mailbox> {
    let plain = Some(from.trim()).filter(|from| !from.contains(char::is_control));
    plain.and_then(|from| from.parse().ok()).ok_or_else(|| {
        Error::bad_value(Message::new("{value} is no sender.").with("value", from.escape_debug()))
            .hint(Message::new("kehu config set mail_from \"Service <service@example.com>\""))
    })
}
