//! `kehu customer review`: levels by rule and lapsed customers, shown first to whoever watches, done unasked with --yes; and what the rules hit.

use super::{ask, output::Format, session::Session};
use clap::{Arg, ArgMatches, Command};
use kehu::{
    Message, Result,
    record::filter::{self, Filter},
};

pub fn command() -> Command {
    Command::new("review")
        .about("Gives levels by rule, and marks customers as lapsed with whom nothing happens any more")
        .arg(Arg::new("where").long("where").value_name("FILTER").num_args(1).help("Only customers that match"))
        .after_help(
            "Examples:\n  kehu customer review --dry-run\n  kehu customer review --where owner=me --yes\n\n\
             Rules: kehu review_rule add \"annual_revenue=1m..\" --level A\n       \
             kehu review_rule add level=A --lapse-after 180\n\
             Without a rule, who signed lapses after 365 days in which nothing happened and nothing is planned.\n\
             A level that was set by hand stays; level_by=rule hands it back. In cron, add -q --yes.",
        )
}

/// Says who would change and why, asks where somebody is there to answer, and does it as one operation.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let among = match matches.get_one::<String>("where") {
        Some(text) => filter::parse(text)?,
        None => Filter::All,
    };
    let dry = session.crm()?.is_dry_run();
    if !session.terminal.yes && !dry {
        let crm = session.crm()?;
        crm.set_dry_run(true);
        let tried = crm.review(&among);
        crm.set_dry_run(false);
        let tried = tried?;
        if !tried.rows.is_empty() {
            if session.terminal.interactive_input {
                session.print(&tried)?;
            }
            let question = Message::new("Change {count} {kind}?").with("count", tried.rows.len());
            let noun = if tried.rows.len() == 1 { "customer" } else { "customers" };
            ask::confirm(&session.terminal, &question.with("kind", noun))?;
        }
    }
    let grid = session.crm()?.review(&among)?;
    let shown = session.terminal.interactive_input && !session.terminal.yes && !dry;
    // A list of nobody is told in a sentence, where a person reads it.
    let nobody = grid.rows.is_empty() && session.terminal.format() == Format::Table;
    if !session.terminal.quiet && !shown && !nobody {
        session.print(&grid)?;
    }
    if grid.rows.is_empty() {
        session.terminal.warn(&Message::new("Every customer stands as the rules say."));
        return Ok(0);
    }
    session.wrote(&Message::new("Changed {count} {kind}.").with("count", grid.rows.len()).with("kind", "customers"))?;
    Ok(0)
}

pub fn preview_command() -> Command {
    Command::new("preview")
        .about("Shows how many customers each rule fits first, and how many a review would change")
        .after_help("Examples:\n  kehu review_rule preview\n  kehu review_rule preview -f json")
}

/// What each rule would hit.
pub fn preview(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let grid = session.crm()?.rule_hits()?;
    session.print(&grid)?;
    Ok(0)
}
