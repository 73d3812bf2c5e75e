//! `kehu customer emails`: the addresses of a selection, each once, to be written to.

use super::{output::Format, reads, session::Session, tree};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{Message, Result, crm::Query, record::Value};

pub fn command(kind: &'static str) -> Command {
    let (about, filter) = if kind == "customer" {
        ("Lists the e-mail addresses of those that match and of their contacts, each once", "level=A")
    } else {
        ("Lists the e-mail addresses of those that match, each once", "customer.level=A")
    };
    Command::new("emails")
        .about(about)
        .arg(tree::filter_argument())
        .arg(
            Arg::new("primary-only")
                .long("primary-only")
                .action(ArgAction::SetTrue)
                .help("One address a customer: that of the primary contact, else its own"),
        )
        .after_help(format!(
            "Examples:\n  kehu {kind} emails {filter}\n  kehu {kind} emails {filter} --primary-only -f csv\n\n\
             Who has left their company, and who asked not to be written to (opt_out), is left out.\n\
             In a pipe each address is a line; on a terminal, or with -f, there are names too.\n\n{}",
            tree::FILTER_HELP
        ))
}

pub fn run(session: &mut Session, kind: &str, matches: &ArgMatches) -> Result<u8> {
    let schema = session.crm()?.schema(kind)?;
    let query = Query { limit: None, ..reads::query(session, &schema, matches)? };
    let grid = session.crm()?.addresses(&query, matches.get_flag("primary-only"))?;
    let lines = match session.terminal.format {
        None => !session.terminal.interactive_output,
        Some(format) => format == Format::Ids,
    };
    if !lines {
        return session.print(&grid).map(|()| 0);
    }
    let mut text = String::new();
    for email in grid.rows.iter().filter_map(|row| row.cells.get(1).and_then(Value::as_text)) {
        text.extend([email, "\n"]);
    }
    if text.is_empty() {
        session.terminal.warn(&Message::new("None of them has an e-mail address."));
    }
    session.write(text.as_bytes())?;
    Ok(0)
}
