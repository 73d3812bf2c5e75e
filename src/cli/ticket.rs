//! `kehu ticket reply`, `note`, `macro`, `todo`, `split` and `merge`: what is said in tickets and done with several.

use super::{
    extra::Extra,
    record::{result, words},
    session::Session,
};
use clap::{Arg, ArgMatches, Command, value_parser};
use kehu::{
    Cause, Error, Message, Result,
    tickets::{Direction, Said, is_spoken},
};
use std::io::Read;

pub const REPLY: Extra = Extra { noun: "ticket", command: reply_command, run: reply };
pub const NOTE: Extra = Extra { noun: "ticket", command: note_command, run: note };
pub const MACRO: Extra = Extra { noun: "ticket", command: macro_command, run: run_macro };
pub const TODO: Extra = Extra { noun: "ticket", command: todo_command, run: todo };
pub const SPLIT: Extra = Extra { noun: "ticket", command: split_command, run: split };

/// A text that somebody writes has no more than this.
const MOST: u64 = 1024 * 1024;

fn valued(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).num_args(1).allow_hyphen_values(true).help(help)
}

fn ticket(help: &'static str) -> Arg {
    Arg::new("ref").value_name("REF").required(true).help(help).add(super::complete::references("ticket"))
}

/// What both sorts of saying take.
fn saying(command: Command) -> Command {
    command
        .arg(ticket("T12 or another reference"))
        .arg(
            Arg::new("text")
                .value_name("TEXT")
                .num_args(0..)
                .help("What is said; from standard input when nothing is said"),
        )
        .arg(valued("file", "FILE", "Read the text from a file, or - for standard input").conflicts_with("text"))
        .arg(
            valued(
                "attach",
                "FILE",
                "A file that is kept with it and goes along with an e-mail; several times for several",
            )
            .action(clap::ArgAction::Append),
        )
        .arg(valued("minutes", "N", "How long it took").value_parser(value_parser!(i64).range(0..=1_000_000)))
        .arg(valued("status", "WORD", "The status that the ticket gets with it"))
}

fn reply_command() -> Command {
    saying(Command::new("reply").about("Answers the customer, and keeps what was said"))
        .arg(valued("to", "ADDRESS", "To which address; the contact's, else whoever wrote, unless said"))
        .arg(valued("channel", "WORD", "How it was said: phone, wechat … is only written down; by mail unless said"))
        .after_help(
            "Examples:\n  kehu ticket reply T1 \"Please send us a photo.\" --status pending --minutes 5\n  \
             kehu ticket reply T2 \"They will call at three.\" --channel phone -v\n  \
             kehu ticket reply T1 \"Here is the list.\" --attach customers.csv",
        )
}

fn note_command() -> Command {
    saying(Command::new("note").about("Notes something among us, or what the customer told us"))
        .arg(
            Arg::new("heard")
                .long("heard")
                .action(clap::ArgAction::SetTrue)
                .help("The customer said it, on the phone or at the counter: an answer, not a note"),
        )
        .arg(valued("channel", "WORD", "How it was said: phone, visit …"))
        .after_help(
            "An answer of the customer takes the ticket up again; of one that is closed the queue says for how many days\n\
             it does, before it makes a ticket of its own (kehu queue edit TQ1 --reopen-days 14).\n\n\
             Examples:\n  kehu ticket note T1 \"Same fault as last week\" --minutes 10\n  \
             kehu ticket note T2 \"It is dark again\" --heard --channel phone",
        )
}

fn reply(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    say(session, matches, Direction::Out)
}

fn note(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let direction = if matches.get_flag("heard") { Direction::In } else { Direction::Note };
    say(session, matches, direction)
}

fn say(session: &mut Session, matches: &ArgMatches, direction: Direction) -> Result<u8> {
    let word = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    let minutes = matches.get_one::<i64>("minutes").copied();
    let text = text(session, matches, minutes.is_some())?;
    let crm = session.crm()?;
    let ticket = crm.find("ticket", &word("ref").unwrap_or_default())?;
    let status = match word("status") {
        Some(said) => {
            let schema = crm.schema("ticket")?;
            let field = crm.field(&schema, "status")?.clone();
            let value = crm.parse_value(&field, &said)?;
            kehu::record::types::FieldType::from_value(&value)
        }
        None => None,
    };
    let said = Said { ticket, direction, text, minutes, status, to: word("to"), channel: word("channel") };
    let limit = session.configuration.attachment_limit()?;
    let files: Vec<String> = matches.get_many("attach").into_iter().flatten().cloned().collect();
    let files = files.iter().map(|file| super::attach::read(session, file, None, limit)).collect::<Result<Vec<_>>>()?;
    let crm = session.crm()?;
    let message = crm.say_with(&said, &files)?;
    if crm.is_dry_run() {
        let template = match direction {
            Direction::Out => "Answered T{number} {title}.",
            Direction::In => "Taken down in T{number} {title}.",
            Direction::Note => "Noted in T{number} {title}.",
        };
        let told = Message::new(template).with("number", ticket).with("title", crm.title("ticket", ticket)?);
        return session.wrote(&told).map(|()| 0);
    }
    let entry = crm.record("ticket_message", message)?;
    let ticket = entry.value("ticket").as_integer().unwrap_or(ticket);
    let to = entry.value("to").as_text().map(str::to_owned).unwrap_or_default();
    let channel = entry.value("channel").as_text().map(str::to_owned).unwrap_or_default();
    let by_mouth = is_spoken(&channel);
    let title = crm.title("ticket", ticket)?;
    let template = match (direction, to.is_empty()) {
        (Direction::Out, false) => "Answered T{number} {title}, to {to} (TM{message}).",
        (Direction::Out, true) if by_mouth => {
            "Written down in T{number} {title}, as said by {channel} (TM{message}); nothing is sent."
        }
        (Direction::Out, true) => "Answered T{number} {title} (TM{message}); no address is known to write to.",
        (Direction::In, _) => "Taken down in T{number} {title} (TM{message}).",
        (Direction::Note, _) => "Noted in T{number} {title} (TM{message}).",
    };
    let told = Message::new(template).with("number", ticket).with("title", title).with("to", to);
    let told = told.with("channel", channel);
    session.wrote(&told.with("message", message))?;
    result(session, "ticket_message", &[message])
}

/// The words, the file, or standard input; nothing need be said of time that was spent.
fn text(session: &Session, matches: &ArgMatches, timed: bool) -> Result<String> {
    let said: Vec<&str> = words(matches, "text").into_iter().map(String::as_str).collect();
    let file = matches.get_one::<String>("file").map(String::as_str);
    if !said.is_empty() && said != ["-"] {
        return Ok(said.join(" "));
    }
    if file.is_none() && said.is_empty() && (timed || session.terminal.interactive_input) {
        return Ok(String::new());
    }
    let mut bytes = Vec::new();
    let done = match file.unwrap_or("-") {
        "-" => std::io::stdin().lock().take(MOST).read_to_end(&mut bytes),
        path => std::fs::File::open(path).and_then(|opened| opened.take(MOST).read_to_end(&mut bytes)),
    };
    done.map_err(|error| {
        let file = file.unwrap_or("-");
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let (cause, message) = if missing {
            (Cause::NotFound, Message::new("There is no file {file}."))
        } else {
            (Cause::BadValue, Message::new("{file} cannot be read: {reason}.").with("reason", error))
        };
        Error::new(cause, message.with("file", file))
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn macro_command() -> Command {
    Command::new("macro")
        .about("Does with tickets what a macro says: all of it, with all of them, or nothing")
        .arg(
            Arg::new("ref")
                .value_name("REF")
                .required(true)
                .num_args(2..)
                .help("The tickets, and the macro last: T12 T13 \"Ask for logs\""),
        )
        .after_help(
            "Macros: kehu macro add \"Ask for logs\" --reply \"Dear {contact}, please send us the logs.\" --status pending\n\
             In their texts {contact}, {customer}, {ticket}, {subject} and {me} stand for those of the ticket.\n\n\
             Examples:\n  kehu ticket macro T1 \"Ask for a photo\" --dry-run -v\n  kehu ticket macro T1 T2 \"Ask for a photo\"",
        )
}

fn run_macro(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let mut said = words(matches, "ref");
    let name = said.pop().cloned().unwrap_or_default();
    let crm = session.crm()?;
    let number = crm.find("macro", &name)?;
    let tickets: Vec<i64> = said.into_iter().map(|said| crm.find("ticket", said)).collect::<Result<_>>()?;
    crm.run_macro(number, &tickets)?;
    let (title, shorts) = (crm.title("macro", number)?, refs(&tickets));
    session.wrote(&Message::new("{records}: {verb}.").with("verb", title).with("records", shorts))?;
    result(session, "ticket", &tickets)
}

fn refs(tickets: &[i64]) -> String {
    let more = if tickets.len() > 10 { ", …" } else { "" };
    let refs: Vec<String> = tickets.iter().take(10).map(|id| format!("T{id}")).collect();
    format!("{}{more}", refs.join(", "))
}

fn todo_command() -> Command {
    Command::new("todo")
        .about("Adds to the checklist of a ticket")
        .arg(ticket("T12 or another reference"))
        .arg(Arg::new("step").value_name("STEP").required(true).num_args(1..).help("What is to be done, each by itself"))
        .after_help(
            "Done: kehu ticket_step done TC1\n\n\
             Examples:\n  kehu ticket todo T1 \"Ask for a photo\" \"Order the part\"\n  kehu ticket todo T2 \"Call back\" -v",
        )
}

fn todo(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let reference = matches.get_one::<String>("ref").cloned().unwrap_or_default();
    let steps: Vec<&str> = words(matches, "step").into_iter().map(String::as_str).collect();
    let crm = session.crm()?;
    let ticket = crm.find("ticket", &reference)?;
    let added = crm.add_steps(ticket, &steps.join("\n"))?;
    let message = Message::new("{count} {count:step|steps} added to the checklist of T{number}.");
    session.wrote(&message.with("count", added.len()).with("number", ticket))?;
    result(session, "ticket_step", &added)
}

fn split_command() -> Command {
    Command::new("split")
        .about("Makes a ticket of its own of some messages of a ticket, with their files and the time they took")
        .arg(ticket("The ticket that they are in"))
        .arg(Arg::new("message").value_name("TM").required(true).num_args(1..).help("The messages: TM3 TM4"))
        .arg(valued("subject", "TEXT", "What the new ticket is about; as the message says unless said"))
        .after_help(
            "Examples:\n  kehu ticket split T1 TM2 --subject \"An offer for a second display\" --dry-run -v\n  \
             kehu ticket split T1 TM2",
        )
}

fn split(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let reference = matches.get_one::<String>("ref").cloned().unwrap_or_default();
    let subject = matches.get_one::<String>("subject").cloned();
    let crm = session.crm()?;
    let ticket = crm.find("ticket", &reference)?;
    let said = words(matches, "message");
    let messages: Vec<i64> =
        said.into_iter().map(|said| crm.find_by_ref("ticket_message", said)).collect::<Result<_>>()?;
    let new = crm.split_ticket(ticket, &messages, subject.as_deref())?;
    if crm.is_dry_run() {
        let message = Message::new("A ticket of its own was made of {count} {count:message|messages} of T{from}.");
        return session.wrote(&message.with("count", messages.len()).with("from", ticket)).map(|()| 0);
    }
    let title = crm.title("ticket", new)?;
    let message = Message::new("T{number} {title} was split from T{from}.");
    session.wrote(&message.with("number", new).with("title", title).with("from", ticket))?;
    result(session, "ticket", &[new])
}
