//! `kehu customer assign`, `share` and `unshare`: who looks after a customer, and who else may see it.

use super::{ask, record::words, session::Session};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Crm, Error, Message, Result,
    crm::Query,
    customers::{Access, Assigned, Assignment},
    record::{Kind, filter, types},
};

fn colleague(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("USER")
        .required(true)
        .num_args(1)
        .help(help)
        .add(super::complete::references("user"))
}

fn customers() -> Arg {
    Arg::new("ref")
        .value_name("REF")
        .num_args(0..)
        .help("C12, a name, an e-mail")
        .add(super::complete::references("customer"))
}

fn condition() -> Arg {
    Arg::new("where").long("where").value_name("FILTER").num_args(1).help("All customers that match, in one step")
}

pub fn assign_command() -> Command {
    Command::new("assign")
        .about("Gives customers to a colleague, with what is planned with them")
        .arg(customers())
        .arg(condition())
        .arg(colleague("to", "Who is to look after them"))
        .arg(
            Arg::new("without-activities")
                .long("without-activities")
                .action(ArgAction::SetTrue)
                .help("What the former owner had planned with them stays theirs"),
        )
        .after_help(
            "Examples:\n  kehu customer assign C1 C2 --to U2 --dry-run -v\n  \
             kehu customer assign --where level=A --to U2 --yes",
        )
}

pub fn share_command() -> Command {
    Command::new("share")
        .about("Shares customers with a colleague; shared already, they get the new right and end")
        .arg(customers().required(true))
        .arg(colleague("with", "Who may see them"))
        .arg(Arg::new("write").long("write").action(ArgAction::SetTrue).help("They may write too, not only read"))
        .arg(
            Arg::new("until")
                .long("until")
                .value_name("DATE")
                .num_args(1)
                .allow_hyphen_values(true)
                .help("The last day on which they may: 2026-06-30, +14d"),
        )
        .after_help(
            "Examples:\n  kehu customer share C3 --with lukas\n  kehu customer share C3 --with lukas --write --until +30d",
        )
}

pub fn unshare_command() -> Command {
    Command::new("unshare")
        .about("Takes back what is shared with a colleague")
        .arg(customers().required(true))
        .arg(colleague("with", "Who may no longer see them"))
        .after_help(
            "Examples:\n  kehu customer share C3 --with lukas\n  kehu customer unshare C3 --with lukas --dry-run -v\n  \
             kehu customer unshare C3 --with lukas",
        )
}

/// `kehu customer assign`.
pub fn assign(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let to = user(session.crm()?, matches, "to")?;
    let condition = matches.get_one::<String>("where").cloned();
    let many = condition.is_some();
    let chosen = chosen(session, matches, condition)?;
    if chosen.is_empty() {
        session.terminal.warn(&Message::new("No {kind} matches.").with("kind", "customer"));
        return Ok(0);
    }
    let activities = !matches.get_flag("without-activities");
    let assignment = Assignment { customers: chosen, to, activities };
    let crm = session.crm()?;
    let name = crm.title("user", to)?;
    if many && !crm.is_dry_run() && !session.terminal.yes {
        let question = Message::new("Assign {count} {count:customer|customers} to {name}?")
            .with("count", assignment.customers.len())
            .with("name", &name);
        ask::confirm(&session.terminal, &question)?;
    }
    let done = session.crm()?.assign(&assignment)?;
    told(session, &done, &name)?;
    Ok(0)
}

/// The customers that are named, or all that match.
fn chosen(session: &mut Session, matches: &ArgMatches, condition: Option<String>) -> Result<Vec<i64>> {
    let references: Vec<String> = words(matches, "ref").into_iter().cloned().collect();
    let crm = session.crm()?;
    match condition {
        Some(_) if !references.is_empty() => {
            Err(Error::bad_value(Message::new("Name records or say --where, not both.")))
        }
        Some(condition) if condition.trim().is_empty() => {
            Err(Error::bad_value(Message::new("An empty --where would change every record."))
                .hint(Message::new("kehu customer assign --where id=1.. --to USER")))
        }
        Some(condition) => crm.matching(&Query { filter: filter::parse(&condition)?, ..Query::new("customer") }),
        None if references.is_empty() => Err(Error::bad_value(
            Message::new("Which {kind}? Name one, or several with --where.").with("kind", "customer"),
        )
        .hint(Message::new("kehu customer assign C12 --to USER"))),
        None => {
            let mut ids = Vec::new();
            for reference in &references {
                let id = crm.find("customer", reference)?;
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            Ok(ids)
        }
    }
}

fn told(session: &mut Session, done: &Assigned, name: &str) -> Result<()> {
    if done.customers.is_empty() {
        let message = Message::new("{count} {count:customer is|customers are} {name}'s already.");
        session.terminal.warn(&message.with("count", done.already).with("name", name));
        return Ok(());
    }
    let nobody = session.terminal.word(&Message::new("nobody"));
    let from = |(owner, count): &(String, usize)| {
        let owner = if owner.is_empty() { &nobody } else { owner };
        format!("{owner} ({count})")
    };
    let from: Vec<String> = done.from.iter().map(from).collect();
    let template = if done.activities == 0 {
        "Assigned {count} {count:customer|customers} to {name}, until now with {from}."
    } else {
        "Assigned {count} {count:customer|customers} to {name}, until now with {from}; {plans} planned {plans:activity goes|activities go} along."
    };
    let message = Message::new(template)
        .with("count", done.customers.len())
        .with("name", name)
        .with("from", from.join(", "))
        .with("plans", done.activities);
    session.wrote(&message)
}

fn user(crm: &mut Crm, matches: &ArgMatches, name: &str) -> Result<i64> {
    let reference = matches.get_one::<String>(name).cloned().unwrap_or_default();
    crm.find("user", &reference).map_err(|error| error.on_field(name))
}

/// `kehu customer share`.
pub fn share(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let customers = chosen(session, matches, None)?;
    let crm = session.crm()?;
    let user = user(crm, matches, "with")?;
    let until = match matches.get_one::<String>("until") {
        Some(text) => types::parse(&Kind::Date, text, crm.reading()).map_err(|error| error.on_field("until"))?,
        None => kehu::record::Value::Null,
    };
    let until = until.as_text().and_then(|day| day.parse().ok());
    let access = if matches.get_flag("write") { Access::Write } else { Access::Read };
    let name = crm.title("user", user)?;
    let label = format!("Share {} customers with {name}", customers.len());
    let several = customers.len() > 1;
    let work = |crm: &mut Crm| customers.iter().try_for_each(|id| crm.share(*id, user, access, until).map(|_| ()));
    in_one(crm, &label, several, work)?;
    let message = Message::new("{count} {count:customer is|customers are} shared with {name}.");
    session.wrote(&message.with("count", customers.len()).with("name", name))?;
    Ok(0)
}

/// `kehu customer unshare`.
pub fn unshare(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let customers = chosen(session, matches, None)?;
    let crm = session.crm()?;
    let user = user(crm, matches, "with")?;
    let name = crm.title("user", user)?;
    let label = format!("No longer share {} customers with {name}", customers.len());
    let several = customers.len() > 1;
    let work = |crm: &mut Crm| customers.iter().try_for_each(|id| crm.unshare(*id, user).map(|_| ()));
    in_one(crm, &label, several, work)?;
    let message = Message::new("{count} {count:customer is|customers are} no longer shared with {name}.");
    session.wrote(&message.with("count", customers.len()).with("name", name))?;
    Ok(0)
}

/// Several acts in one operation; a single one names its operation itself.
fn in_one(crm: &mut Crm, label: &str, several: bool, mut work: impl FnMut(&mut Crm) -> Result<()>) -> Result<()> {
    if several { crm.transaction(label, work) } else { work(crm) }
}
