//! `kehu lead convert`, `intake`, `assign` and `score`: from a stranger's form to a customer.

use super::{
    extra::Extra,
    record::{result, values},
    session::Session,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Cause, Error, Message, Result,
    pipeline::{Conversion, Taken, Welcome},
    record::filter::{self, Filter},
};
use std::io::Read;

pub const CONVERT: Extra = Extra { noun: "lead", command: convert_command, run: convert };
pub const INTAKE: Extra = Extra { noun: "lead", command: intake_command, run: intake };
pub const ASSIGN: Extra = Extra { noun: "lead", command: assign_command, run: assign };
pub const SCORE: Extra = Extra { noun: "lead", command: score_command, run: score };

/// One byte more than the library takes in, so that it says itself what is too much.
const MOST: u64 = 64 * 1024 * 1024 + 1;

/// What may be said of the deal, by the names of its fields.
const OF_DEAL: [(&str, &str, &str); 5] = [
    ("amount", "AMOUNT", "What the deal is worth"),
    ("close", "DATE", "When it is expected to be closed"),
    ("product", "REF", "What it is mainly about"),
    ("pipeline", "REF", "The sales process it goes through"),
    ("stage", "REF", "How far it has come"),
];

fn valued(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).num_args(1).allow_hyphen_values(true).help(help)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn condition() -> Arg {
    valued("where", "FILTER", "Only leads that match")
}

fn among(matches: &ArgMatches) -> Result<Filter> {
    matches.get_one::<String>("where").map_or(Ok(Filter::All), |text| filter::parse(text))
}

fn convert_command() -> Command {
    let mut command = Command::new("convert")
        .about("Makes a customer, a contact and a deal of a lead, in one step")
        .arg(
            Arg::new("ref")
                .value_name("REF")
                .required(true)
                .help("L12 or another reference")
                .add(super::complete::references("lead")),
        )
        .arg(
            valued("customer", "REF", "The customer that it is; one is looked for unless said")
                .add(super::complete::references("customer")),
        )
        .arg(valued("contact", "REF", "The contact that it is").add(super::complete::references("contact")))
        .arg(flag("new", "Make another customer even if a known one is much like it").conflicts_with("customer"))
        .arg(valued("deal", "NAME", "What the deal is called; after the customer unless said"))
        .arg(flag("no-deal", "Make no deal").conflicts_with("deal"))
        .after_help(
            "What belongs to the lead belongs to them too; the lead stays and says where it went.\n\
             `kehu undo` takes all of it back.\n\nExamples:\n  kehu lead convert L1 --dry-run -v\n  \
             kehu lead convert L1 --deal \"Flow sensors\" --amount 120k --close +3m",
        );
    for (name, value, help) in OF_DEAL {
        command = command.arg(valued(name, value, help).conflicts_with("no-deal"));
    }
    command
}

fn convert(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let crm = session.crm()?;
    let lead = crm.find("lead", &text("ref").unwrap_or_default())?;
    let mut find =
        |kind: &str| text(kind).map(|said| crm.find(kind, &said).map_err(|error| error.on_field(kind))).transpose();
    let (customer, contact) = (find("customer")?, find("contact")?);
    let mut said: Vec<(String, String)> =
        OF_DEAL.iter().filter_map(|(name, ..)| text(name).map(|text| ((*name).to_owned(), text))).collect();
    said.extend(text("deal").map(|name| ("name".to_owned(), name)));
    let schema = crm.schema("deal")?;
    let deal = if matches.get_flag("no-deal") { None } else { Some(values(crm, &schema, &said)?) };
    let done =
        crm.convert(&Conversion { lead, customer, contact, anew: matches.get_flag("new"), deal }).map_err(|error| {
            if error.cause == Cause::Conflict && error.hint.is_none() { known(error, lead) } else { error }
        })?;
    let mut parts = Vec::new();
    if !crm.is_dry_run() {
        let became = [("customer", Some(done.customer)), ("contact", done.contact), ("deal", done.deal)];
        for (kind, id) in became {
            if let Some(id) = id {
                parts.push(format!("{} {}", crm.schema(kind)?.short(id), crm.title(kind, id)?));
            }
        }
    }
    let message = if parts.is_empty() {
        Message::new("L{lead} would be converted; {count} {count:activity or file goes|activities and files go} along.")
    } else {
        Message::new("L{lead} is now {parts}; {count} {count:activity or file went|activities and files went} along.")
    };
    session.wrote(&message.with("lead", lead).with("parts", parts.join(", ")).with("count", done.moved))?;
    result(session, "lead", &[lead])
}

/// Whoever is known already becomes the customer; else another one is made.
fn known(error: Error, lead: i64) -> Error {
    let customer = error.candidates.iter().find(|(short, _)| short.starts_with('C')).map(|(short, _)| short.clone());
    let how = customer.map_or_else(|| "--new".to_owned(), |customer| format!("--customer {customer}"));
    error.hint(super::asked::command(format!("kehu lead convert L{lead} {how}")))
}

fn intake_command() -> Command {
    Command::new("intake")
        .about("Makes leads of what a web form sends as JSON, or of an e-mail; the same again changes nothing")
        .arg(Arg::new("file").value_name("FILE").help("The file; standard input when nothing is said").num_args(0..=1))
        .arg(valued("source", "WORD", "How they came to us; web or e-mail unless said"))
        .arg(valued("campaign", "WORD", "The campaign that brought them"))
        .arg(valued("form", "TEXT", "The form as a browser posts it, instead of a file").conflicts_with("file"))
        .after_help(
            "The keys of a form mean what the headings of an imported file mean: name, company, email, 手机 …\n\
             JSON and e-mails come through standard input or lie in a file:\n  \
             curl https://site.example/forms/7 | kehu lead intake\n  kehu lead intake letter.eml\n\
             What comes with an e-mail is attached to the lead; one that a machine sent is refused (exit code 5).\n\n\
             Examples:\n  kehu lead intake --form \"name=Anna Berg&email=anna@berg.example&message=A quote, please\" -v\n  \
             kehu lead intake --form \"姓名=张伟&手机=13900000001\" --source 官网",
        )
}

fn intake(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let bytes = match text("form") {
        Some(form) => form.into_bytes(),
        None => read(text("file").as_deref().unwrap_or("-"))?,
    };
    let attachment_limit = session.configuration.attachment_limit()?;
    let welcome = Welcome { source: text("source"), campaign: text("campaign"), attachment_limit };
    let taken = session.crm()?.intake(&bytes, &welcome)?;
    let count = |wanted: fn(&Taken) -> bool| taken.iter().filter(|taken| wanted(taken)).count();
    let refs: Vec<String> = taken.iter().take(5).map(|taken| format!("L{}", taken.lead())).collect();
    let more = if taken.len() > 5 { ", …" } else { "" };
    let message =
        Message::new("{added} new {added:lead|leads}, {updated} added to, {unchanged} known already: {refs}.")
            .with("added", count(|taken| matches!(taken, Taken::Added(_))))
            .with("updated", count(|taken| matches!(taken, Taken::Updated(_))))
            .with("unchanged", count(|taken| matches!(taken, Taken::Unchanged(_))))
            .with("refs", format!("{}{more}", refs.join(", ")));
    session.wrote(&message)?;
    let ids: Vec<i64> = taken.iter().map(|taken| taken.lead()).collect();
    result(session, "lead", &ids)
}

/// The file, or standard input for `-`.
pub fn read(file: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let done = if file == "-" {
        std::io::stdin().lock().take(MOST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(MOST).read_to_end(&mut bytes))
    };
    done.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::new(Cause::NotFound, Message::new("There is no file {file}.").with("file", file))
        }
        _ => {
            Error::bad_value(Message::new("{file} cannot be read: {reason}.").with("file", file).with("reason", error))
        }
    })?;
    Ok(bytes)
}

fn assign_command() -> Command {
    Command::new("assign")
        .about("Gives leads that are nobody's to colleagues by the rules, and says whom and why")
        .arg(condition())
        .after_help(
            "Rules: kehu lead_rule add \"source=web\" --department sales --capacity 5\n       \
             kehu user edit U3 --leads-a-day 0    (away: the others take their turn)\n\
             The first rule counts that fits and has somebody free; what nobody can take waits for tomorrow.\n\n\
             Examples:\n  kehu lead assign --dry-run\n  kehu lead assign --where source=web",
        )
}

fn assign(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let among = among(matches)?;
    let grid = session.crm()?.assign_leads(&among)?;
    if !session.terminal.quiet {
        session.print(&grid)?;
    }
    let given = grid.rows.iter().filter(|row| !row.cells[1].is_empty()).count();
    let message = Message::new("Assigned {count} {count:lead|leads}; {left} {left:waits|wait} for somebody.");
    session.wrote(&message.with("count", given).with("left", grid.rows.len() - given))?;
    Ok(0)
}

fn score_command() -> Command {
    Command::new("score")
        .about("Gives leads the points of the score rules; `kehu lead show` lists the reasons")
        .arg(condition())
        .after_help(
            "Rules: kehu score_rule add \"Has a phone\" --condition \"not mobile:\" --points 10\n\n\
             Examples:\n  kehu lead score --dry-run -v\n  kehu lead score --where status=new",
        )
}

fn score(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let among = among(matches)?;
    let (changed, all) = session.crm()?.score_leads(&among)?;
    let message = Message::new("The score of {changed} of {all} {all:lead|leads} changed.");
    session.wrote(&message.with("changed", changed).with("all", all))?;
    Ok(0)
}
