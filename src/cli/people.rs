//! What is said about people in one line: what one is to another, and what to remember of them.

use super::{
    extra::Extra,
    record::{result, words},
    session::Session,
};
use clap::{Arg, ArgMatches, Command};
use kehu::{
    Message, Result,
    record::{Link, Value},
};

/// `kehu contact relate P1 "reports to" P2`.
pub const RELATE: Extra = Extra { noun: "contact", command: relate_command, run: relate };
/// `kehu contact remember P1 "likes tea"`.
pub const REMEMBER: Extra = Extra { noun: "contact", command: remember_command, run: remember };

fn relate_command() -> Command {
    Command::new("relate")
        .about("Notes what one contact is to another: reports to, manages, spouse of, introduced by …")
        .arg(Arg::new("ref").value_name("REF").required(true).help("The one"))
        .arg(Arg::new("word").value_name("RELATION").required(true).help(
            "reports-to, manages, assistant-of, assisted-by, spouse-of, parent-of, child-of, sibling-of, friend-of, \
             colleague-of, former-colleague-of, introduced-by, introduced, formerly, now, knows",
        ))
        .arg(Arg::new("other").value_name("REF").required(true).help("The other"))
        .arg(Arg::new("notes").long("notes").value_name("TEXT").help("What else is worth knowing").num_args(1))
        .after_help(
            "Both see it, each from their side; `kehu relation rm RL1` takes it back.\n\nExamples:\n  \
             kehu contact relate P1 \"reports to\" P2\n  kehu contact relate P3 spouse P4 --notes \"since 2019\"",
        )
}

fn relate(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let crm = session.crm()?;
    let person = crm.find("contact", text("ref").unwrap_or_default())?;
    let other = crm.find("contact", text("other").unwrap_or_default())?;
    let id = crm.relate(person, text("word").unwrap_or_default(), other, text("notes"))?;
    let message = Message::new("Noted {record}.").with("record", crm.schema("relation")?.short(id));
    session.wrote(&message)?;
    result(session, "relation", &[id])
}

fn remember_command() -> Command {
    Command::new("remember")
        .about("Remembers something about a contact: hobbies, family, diet, car")
        .arg(Arg::new("ref").value_name("REF").required(true).help("The contact"))
        .arg(Arg::new("text").value_name("TEXT").required(true).num_args(1..).help("What to remember"))
        .arg(Arg::new("about").long("about").value_name("WORD").help("What it is about: drinks, family").num_args(1))
        .after_help(
            "It stands under `kehu contact show`, is found by `kehu find` and taken away by `kehu fact rm FA1`.\n\n\
             Examples:\n  kehu contact remember P1 \"likes tea, no alcohol\" --about drinks\n  \
             kehu contact remember P2 \"two children\" --about family",
        )
}

fn remember(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = words(matches, "text").into_iter().cloned().collect::<Vec<_>>().join(" ");
    let about = matches.get_one::<String>("about").map_or(Value::Null, |about| Value::text(about.trim()));
    let crm = session.crm()?;
    let person = crm.find("contact", matches.get_one::<String>("ref").map_or("", String::as_str))?;
    let schema = crm.schema("fact")?;
    let text = match schema.field("text") {
        Some(field) => crm.parse_value(field, &text)?,
        None => Value::Text(text),
    };
    let values = vec![("text".into(), text), ("about".into(), about), ("contact".into(), Link::to(person))];
    let id = crm.add("fact", values)?;
    session.wrote(&Message::new("Noted {record}.").with("record", schema.short(id)))?;
    result(session, "fact", &[id])
}
