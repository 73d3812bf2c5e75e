//! `kehu outbox send`: hands over what is due, for cron; to the mail server, or into a folder where there is none.

use super::{extra::Extra, output::Format, session::Session};
use clap::{Arg, ArgMatches, Command, value_parser};
use kehu::{Error, Message, Result, tickets::Carrier};

pub const SEND: Extra = Extra { noun: "outbox", command, run };

fn command() -> Command {
    Command::new("send")
        .about("Sends the messages that are due: to the mail server, or as .eml files into a folder where there is none")
        .arg(
            Arg::new("folder")
                .long("folder")
                .value_name("FOLDER")
                .num_args(1)
                .help("Write them as .eml files into this folder instead"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .num_args(1)
                .value_parser(value_parser!(u64))
                .help("At most so many; 0 for all"),
        )
        .after_help(
            "To say who writes, and through which server (the password stays in a file or comes from a program):\n  \
             kehu config set mail_from \"Service <service@example.com>\"\n  \
             kehu config set mail_server smtp://service%40example.com@mail.example.com:587\n  \
             kehu config set mail_password_file ~/.config/kehu/mail-password\n\n\
             What is not taken now is tried again after 5, 10, 20 … minutes, for about four days. A message is never sent\n\
             twice: where nobody knows whether it arrived, `kehu outbox list uncertain=yes` shows it, and a person decides\n\
             by `kehu outbox retry` or `cancel`. Every five minutes, for cron:\n  */5 * * * * kehu -q outbox send\n\n\
             Examples:\n  kehu outbox send --dry-run\n  kehu outbox send --folder outgoing --limit 10",
        )
}

fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let limit = matches.get_one::<u64>("limit").copied().filter(|limit| *limit > 0);
    if session.crm()?.is_dry_run() {
        return show_due(session, limit);
    }
    let carrier = match matches.get_one::<String>("folder") {
        Some(folder) => Carrier::Folder(folder.into()),
        None => session.configuration.carrier()?,
    };
    let from = sender(session, &carrier)?;
    let done = session.crm()?.send_outbox(&carrier, &from, limit)?;
    if done.uncertain > 0 {
        let message = "Nobody knows whether {count} {count:message|messages} arrived: kehu outbox list uncertain=yes";
        session.terminal.warn(&Message::new(message).with("count", done.uncertain));
    }
    if done.failed > 0 {
        let message = "{count} {count:message was|messages were} refused for good: kehu outbox list state=failed";
        session.terminal.warn(&Message::new(message).with("count", done.failed));
    }
    if done.withheld > 0 {
        let message = "{count} {count:message was|messages were} called off, since whoever would get it wants no mail.";
        session.terminal.warn(&Message::new(message).with("count", done.withheld));
    }
    if done.sent + done.later + done.failed + done.withheld + done.unknown == 0 {
        session.terminal.say(&Message::new("There is nothing to send."));
        return Ok(0);
    }
    let message = Message::new("Sent {sent} {sent:message|messages}; {later} to be tried again.");
    session.wrote(&message.with("sent", done.sent).with("later", done.later))?;
    Ok(if done.failed > 0 { 6 } else { 0 })
}

/// Files can be read by whoever wrote them, so the colleague's own address will do; a server wants to know.
fn sender(session: &mut Session, carrier: &Carrier) -> Result<String> {
    if let Some(from) = session.configuration.mail_from() {
        return Ok(from.to_owned());
    }
    if matches!(carrier, Carrier::Server(_)) {
        return Err(Error::bad_value(Message::new("Nothing says who writes to customers."))
            .hint(Message::new("kehu config set mail_from \"Service <service@example.com>\"")));
    }
    let crm = session.crm()?;
    let own = match crm.actor().map(|(me, _)| me) {
        Some(me) => crm.record("user", me)?.value("email").as_text().map(str::to_owned),
        None => None,
    };
    Ok(own.unwrap_or_else(|| "service@kehu.local".to_owned()))
}

fn show_due(session: &mut Session, limit: Option<u64>) -> Result<u8> {
    let grid = session.crm()?.due_messages(limit)?;
    if grid.rows.is_empty() && session.terminal.format() == Format::Table {
        session.terminal.warn(&Message::new("There is nothing to send."));
        return Ok(0);
    }
    session.print(&grid)?;
    Ok(0)
}
