//! `demo`: a small company to try things on, made by the ordinary import from files as other programs export them.

mod files;

use super::session::Session;
use clap::{Arg, ArgAction, ArgMatches, Command};
use files::{FILES, import_file};
use kehu::{
    Cause, Error, Message, Result, catalog,
    crm::{Query, Sort},
    customers::Access,
    record::{Link, Value, filter},
    tickets::{Rating, Scope},
};
use std::path::{Path, PathBuf};

const USUAL: &str = "kehu-demo.db";
/// As `branches.csv` calls it.
const HEAD_OFFICE: &str = "海川传感总部";

pub fn command() -> Command {
    Command::new("demo")
        .about("Makes a small company to try things on")
        .arg(Arg::new("file").value_name("FILE").help("The database to make; ./kehu-demo.db when nothing is said"))
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help("Replace the file if it is there"))
        .after_help("Examples:\n  kehu demo --force\n  kehu demo trial.db --force")
}

/// Makes the demo database and shows what can be asked of it.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let file = &*file(session, matches)?;
    if matches.try_get_one::<bool>("dry-run").ok().flatten() == Some(&true) {
        session.terminal.warn(&Message::new("A demo database would be made at {path}.").with("path", file));
        return Ok(0);
    }
    make_room(Path::new(file), matches.get_flag("force"))?;
    if let Err(error) = fill(session, file) {
        // Half a company is nobody's demo.
        session.close();
        make_room(Path::new(file), true)?;
        return Err(error);
    }
    first_report(session)?;
    next_steps(session, file);
    Ok(0)
}

/// Where the demo is made: at FILE, or where `--db` says. The database that one works with otherwise, which the
/// environment or a file names, is never taken for the demo.
fn file(session: &Session, matches: &ArgMatches) -> Result<String> {
    let named = matches.get_one::<String>("file");
    match (named, session.flag_database()) {
        (Some(file), Some(flag)) if *file != flag => Err(Error::bad_value(
            Message::new("The demo is made at {file} or at {path}: say one of them.")
                .with("file", file)
                .with("path", flag),
        )),
        (Some(file), _) => Ok(file.clone()),
        (None, Some(flag)) => Ok(flag),
        (None, None) => Ok(USUAL.to_owned()),
    }
}

fn fill(session: &mut Session, file: &str) -> Result<()> {
    // Whoever makes the demo works at its head office, which the first file goes on to describe.
    session.open_at(file, true)?.transaction("Name the head office", |crm| {
        crm.change("branch", 1, vec![("name".into(), Value::text(HEAD_OFFICE))], None)
    })?;
    for source in FILES {
        let counts = import_file(session.crm()?, source.kind, source.name, source.bytes)?;
        if counts.refused {
            return Err(Error::new(
                Cause::Refused,
                Message::new("{file} cannot be imported: {why}").with("file", source.name).with(
                    "why",
                    counts.problems.first().map(|problem| problem.message.to_string()).unwrap_or_default(),
                ),
            ));
        }
        session.terminal.warn(
            &Message::new("{file}: {created} {created:record|records}, {linked} {linked:link|links} to others.")
                .with("file", source.name)
                .with("created", counts.created + counts.updated)
                .with("linked", counts.linked),
        );
        for warning in &counts.warnings {
            session.terminal.say(warning);
        }
    }
    share_some(session)?;
    pool_some(session)?;
    plan_some(session)?;
    rate_some(session)?;
    search_some(session)?;
    // What is expected now, to be compared one day with what came of it.
    session.crm()?.keep_forecast().map(|_| ())
}

/// Two things were looked for of which no article says anything yet.
fn search_some(session: &mut Session) -> Result<()> {
    let crm = session.crm()?;
    for words in ["IO-Link", "防雷"] {
        crm.search_articles(words, Scope::Published, 1)?;
    }
    Ok(())
}

/// Customers whom nobody looks after wait in the pool of their region.
fn pool_some(session: &mut Session) -> Result<()> {
    let crm = session.crm()?;
    for (pool, condition) in
        [("欧洲公海", "owner=none country!=China not country:"), ("国内公海", "owner=none pool=none")]
    {
        let pool = crm.find("pool", pool)?;
        let customers = crm.matching(&Query { filter: filter::parse(condition)?, ..Query::new("customer") })?;
        let values = vec![("pool".to_owned(), Link::to(pool))];
        crm.change_many("customer", &customers, &values)?;
    }
    Ok(())
}

/// What the stages ask for is planned with two deals, the one right at the beginning.
fn plan_some(session: &mut Session) -> Result<()> {
    let crm = session.crm()?;
    let plan = catalog::entry("deal").and_then(|entry| entry.verbs.iter().find(|verb| verb.name == "plan"));
    let Some(plan) = plan else { return Ok(()) };
    let deals = ["工禾智能装备变送器选型", "惠泽传动测试台改造"].map(|name| crm.find("deal", name));
    let deals = deals.into_iter().collect::<Result<Vec<i64>>>()?;
    crm.transaction("Plan what the stages ask for", |crm| {
        deals.iter().try_for_each(|id| (plan.run)(crm, *id, &Vec::new()))
    })
}

/// What was solved is asked about, some have answered, and some of it was in the knowledge base already.
fn rate_some(session: &mut Session) -> Result<()> {
    let crm = session.crm()?;
    let ratings: [(i64, i64, Option<i64>, &str); 6] = [
        (10, 4, Some(3), "换货很快"),
        (11, 3, Some(5), "The right parts came two days later"),
        (12, 5, None, ""),
        (17, 5, Some(5), "Answered within ten minutes"),
        (20, 3, Some(4), "螺丝缺了两次"),
        (22, 5, None, ""),
    ];
    crm.transaction("Rate some tickets", |crm| {
        for (ticket, score, product_score, comment) in ratings {
            let comment = Some(comment.to_owned()).filter(|comment| !comment.is_empty());
            crm.rate_ticket(ticket, &Rating { score: Some(score), product_score, comment, channel: "mail" })?;
        }
        for (ticket, article) in [(1, 6), (3, 2), (5, 1), (9, 5)] {
            crm.change("ticket", ticket, vec![("articles".into(), Value::List(vec![Link::to(article)]))], None)?;
        }
        Ok(())
    })?;
    crm.ask_satisfaction(None).map(drop)
}

/// A few customers are looked at by the head of sales too.
fn share_some(session: &mut Session) -> Result<()> {
    let crm = session.crm()?;
    let user = crm.find("user", "lu")?;
    let others = filter::parse("owner!=lu not owner:")?;
    let query = Query { filter: others, sort: Sort::parse("id"), limit: Some(3), ..Query::new("customer") };
    let customers = crm.matching(&query)?;
    crm.transaction("Share some customers with the head of sales", |crm| {
        customers.iter().try_for_each(|id| crm.share(*id, user, Access::Read, None).map(|_| ()))
    })
}

/// Refuses a file that is there, or takes it away with what SQLite keeps beside it.
fn make_room(file: &Path, force: bool) -> Result<()> {
    if file.to_str().is_some_and(|text| text == ":memory:" || text.contains("://")) {
        return Err(Error::bad_value(
            Message::new("The demo is made in a file, not at {path}.").with("path", file.display()),
        ));
    }
    if !file.exists() {
        return Ok(());
    }
    if !force {
        let message = Message::new("There is a file {path} already.").with("path", file.display());
        let hint = Message::new("kehu demo {path} --force").with("path", file.display());
        return Err(Error::new(Cause::Conflict, message).hint(hint));
    }
    for ending in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::new(
                    Cause::Storage,
                    Message::new("{file} cannot be removed: {why}.").with("file", file.display()).with("why", error),
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a newcomer would ask first: how many customers, how far, and whose.
fn first_report(session: &mut Session) -> Result<()> {
    let query = Query { group_by: vec!["lifecycle".into(), "owner".into()], limit: Some(12), ..Query::new("customer") };
    let grid = session.crm()?.list(&query)?;
    session.print(&grid)
}

fn next_steps(session: &Session, file: &str) {
    let path = std::fs::canonicalize(file).unwrap_or_else(|_| PathBuf::from(file));
    session.terminal.warn(&Message::new("The demo is in {path}. To look around:").with("path", path.display()));
    let quoted = path.display().to_string();
    let plain = quoted.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
    let quoted = if plain { quoted } else { format!("'{}'", quoted.replace('\'', "'\\''")) };
    if session.terminal.quiet {
        return;
    }
    for line in [
        &*format!("export KEHU_DB={quoted}"),
        "kehu customer list lifecycle=signed --sort name",
        "kehu find wxm",
        "kehu customer show C1",
        "kehu customer list --group-by industry --limit 5",
        "kehu oplog",
    ] {
        session.terminal.line(&format!("  {line}"));
    }
}
