//! `kehu ticket intake`: e-mails, mailboxes and forms from a file or standard input become tickets.

use super::{extra::Extra, record::result, session::Session};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Cause, Error, Message, Result,
    exchange::Quoting,
    tickets::{Arrival, Reception, Taken},
};
use std::io::{BufRead, BufReader, Cursor};

pub const INTAKE: Extra = Extra { noun: "ticket", command, run };

fn command() -> Command {
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).num_args(1).help(help)
    };
    Command::new("intake")
        .about("Takes in e-mails, a whole mailbox, or what a web form sends; the same again changes nothing")
        .arg(Arg::new("file").value_name("FILE").help("The file; standard input when nothing is said").num_args(0..=1))
        .arg(
            valued("queue", "REF", "Where it goes, unless the address it was sent to says so")
                .add(super::complete::references("queue")),
        )
        .arg(valued("channel", "WORD", "How it came; email or web unless said"))
        .arg(
            Arg::new("mboxo")
                .long("mboxo")
                .action(ArgAction::SetTrue)
                .help("The mailbox marks only `From `, not `>From ` (mboxo; mboxrd unless said)"),
        )
        .arg(valued("form", "TEXT", "The form as a browser posts it, instead of a file").conflicts_with("file"))
        .after_help(
            "An e-mail belongs to the ticket whose e-mails it answers, or that its subject names ([T12]); else it makes\n\
             one. The sender is found among contacts and customers by the address. Files stay with their message.\n\
             What a machine sent is left out, and so is what is in the recycle bin. What cannot be taken in keeps none of\n\
             the others of a mailbox out (exit code 6). `kehu undo` takes all of a mailbox back.\n  \
             fetchmail --mda \"kehu ticket intake\"\n  kehu ticket intake support.mbox --queue Support\n\n\
             Examples:\n  kehu ticket intake --form \"subject=Dark display&email=anna@berg.example&message=It stays dark.\" -v\n  \
             kehu ticket intake --form \"主题=屏幕不亮&姓名=张伟&手机=13900000001&内容=开机后屏幕不亮\" --dry-run",
        )
}

fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let mut from: Box<dyn BufRead> = match (text("form"), text("file").as_deref()) {
        (Some(form), _) => Box::new(Cursor::new(form.into_bytes())),
        (None, None | Some("-")) => Box::new(BufReader::new(std::io::stdin().lock())),
        (None, Some(file)) => Box::new(BufReader::new(opened(file)?)),
    };
    let attachment_limit = session.configuration.attachment_limit()?;
    let crm = session.crm()?;
    let queue = text("queue").map(|queue| crm.find("queue", &queue).map_err(|error| error.on_field("queue")));
    let quoting = if matches.get_flag("mboxo") { Quoting::Mboxo } else { Quoting::Mboxrd };
    let reception = Reception { queue: queue.transpose()?, channel: text("channel"), quoting, attachment_limit };
    let mut known = Vec::new();
    let done = crm.receive(&mut from, &reception, &mut |_, arrival| known.push(arrival.clone()));
    match done {
        Ok(arrivals) => {
            let (code, tickets) = tell(session, &arrivals)?;
            result(session, "ticket", &tickets)?;
            Ok(code)
        }
        Err(error) => {
            // What was taken in before the fault stays, and is told of; the fault itself is the one to answer.
            if !known.is_empty() {
                let _ = tell(session, &known);
            }
            Err(error)
        }
    }
}

fn opened(file: &str) -> Result<std::fs::File> {
    std::fs::File::open(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::new(Cause::NotFound, Message::new("There is no file {file}.").with("file", file))
        }
        _ => {
            Error::bad_value(Message::new("{file} cannot be read: {reason}.").with("file", file).with("reason", error))
        }
    })
}

/// What became of all of them; a lone one that cannot be taken in is an error of its own, so that whoever handed it over
/// does not throw it away. What is left out was dealt with.
fn tell(session: &mut Session, arrivals: &[Arrival]) -> Result<(u8, Vec<i64>)> {
    let mut refused = 0_u64;
    for arrival in arrivals {
        let (Taken::Ignored(why) | Taken::Refused(why)) = &arrival.taken else { continue };
        let cannot = matches!(arrival.taken, Taken::Refused(_));
        if arrivals.len() == 1 && cannot {
            return Err(why.clone());
        }
        refused += u64::from(cannot);
        let message = match arrivals.len() {
            1 => Message::new("It is left out: {why}"),
            _ => Message::new("E-mail {number} is left out: {why}").with("number", arrival.number),
        };
        session.terminal.warn(&message.with("why", session.terminal.word(&why.message)));
    }
    let count = |wanted: fn(&Taken) -> bool| arrivals.iter().filter(|arrival| wanted(&arrival.taken)).count();
    let mut tickets: Vec<i64> = arrivals.iter().filter_map(|arrival| arrival.taken.ticket()).collect();
    let mut seen = std::collections::HashSet::new();
    tickets.retain(|ticket| seen.insert(*ticket));
    let more = if tickets.len() > 5 { ", …" } else { "" };
    let refs: Vec<String> = tickets.iter().take(5).map(|id| format!("T{id}")).collect();
    let message = Message::new(
        "{opened} new {opened:ticket|tickets}, {answered} {answered:answer|answers}, {unchanged} known already, {left} left out: {refs}.",
    );
    let message = message
        .with("opened", count(|taken| matches!(taken, Taken::Opened(_))))
        .with("answered", count(|taken| matches!(taken, Taken::Answered(_))))
        .with("unchanged", count(|taken| matches!(taken, Taken::Unchanged(_))))
        .with("left", count(|taken| taken.ticket().is_none()))
        .with("refs", if refs.is_empty() { "–".to_owned() } else { format!("{}{more}", refs.join(", ")) });
    session.wrote(&message)?;
    Ok((if refused > 0 { Cause::Partial.exit_code() } else { 0 }, tickets))
}
