//! `doctor`: what is wrong with the database, for a person or a program, and its repair.

use super::super::session::Session;
use clap::ArgMatches;
use kehu::{Cause, Error, Message, Result, upkeep::Report};
use serde_json::json;

/// Examines the database; exit code 1 when something is wrong.
pub fn doctor(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let report = match examine(session, matches.get_flag("repair")) {
        Ok(report) => report,
        Err(error) => unopened(session, error)?,
    };
    print(session, &report)?;
    Ok(u8::from(!report.healthy))
}

fn examine(session: &mut Session, repair: bool) -> Result<Report> {
    session.crm()?;
    if repair && session.crm()?.is_dry_run() {
        session.terminal.warn(&Message::new("Nothing was repaired (--dry-run)."));
    } else if repair {
        for done in session.crm()?.repair()? {
            session.terminal.warn(&done);
        }
    }
    session.crm()?.doctor()
}

/// A database that is there but cannot even be opened is an ill one; one that is not there, or belongs to others, is
/// a matter of the command line.
fn unopened(session: &Session, error: Error) -> Result<Report> {
    let url = session.configuration.database()?;
    if error.cause != Cause::Database || !std::path::Path::new(&url).is_file() {
        return Err(error);
    }
    Ok(Report {
        healthy: false,
        message: Message::new("The database cannot be opened."),
        issues: vec![error.message],
        leftovers: Vec::new(),
        actions: vec![Message::new("Run `kehu restore` with a backup.")],
    })
}

fn print(session: &Session, report: &Report) -> Result<()> {
    let word = |message: &Message| session.terminal.word(message);
    if session.terminal.machine() {
        let object = json!({
            "healthy": report.healthy,
            "message": word(&report.message),
            "issues": report.issues.iter().map(word).collect::<Vec<_>>(),
            "leftovers": report.leftovers.iter().map(word).collect::<Vec<_>>(),
            "actions": report.actions.iter().map(word).collect::<Vec<_>>(),
        });
        return session.print_line(&super::status::json_text(session, &object));
    }
    let mut text = word(&report.message);
    for issue in report.issues.iter().chain(&report.leftovers) {
        text.push_str("\n- ");
        text.push_str(&word(issue));
    }
    for action in &report.actions {
        text.push_str("\n> ");
        text.push_str(&word(action));
    }
    let safe: Vec<_> = text.lines().map(super::super::output::text_safety::safe).collect();
    session.print_line(&safe.join("\n"))
}
