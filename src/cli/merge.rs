//! `kehu NOUN merge WINNER LOSER…`: shows what would become of everything, asks, and makes one record of several.

use super::{ask, extra::Extra, record::words, session::Session};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Cause, Error, Message, Result,
    customers::merge::{Differing, Merge, Merged},
    record::{Schema, Value},
};

pub const CUSTOMERS: Extra = Extra {
    noun: "customer",
    command: || command("customer", 'C'),
    run: |session, said| run(session, "customer", said),
};
pub const CONTACTS: Extra =
    Extra { noun: "contact", command: || command("contact", 'P'), run: |session, said| run(session, "contact", said) };
pub const TICKETS: Extra =
    Extra { noun: "ticket", command: || command("ticket", 'T'), run: |session, said| run(session, "ticket", said) };
pub const LEADS: Extra =
    Extra { noun: "lead", command: || command("lead", 'L'), run: |session, said| run(session, "lead", said) };

fn command(kind: &'static str, letter: char) -> Command {
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).num_args(1).action(ArgAction::Append).help(help)
    };
    Command::new("merge")
        .about("Makes one record of several: the first stays and keeps everything, the others lead to it")
        .arg(
            Arg::new("ref")
                .value_name("REF")
                .required(true)
                .num_args(1..)
                .help(format!("The one that stays, then those that go: {letter}12 {letter}13"))
                .add(super::complete::references(kind)),
        )
        .arg(valued("prefer", "FIELD=REF", "Take that field from that record"))
        .arg(valued("take", "FIELDS", "Take these fields from the first of the others that has them"))
        .after_help(format!(
            "Examples:\n  kehu {kind} merge {letter}1 {letter}2 --dry-run\n  \
             kehu {kind} merge {letter}1 {letter}2 --prefer {title}={letter}2 --yes",
            title = if kind == "ticket" { "subject" } else { "name" }
        ))
}

fn run(session: &mut Session, kind: &'static str, matches: &ArgMatches) -> Result<u8> {
    let references: Vec<String> = words(matches, "ref").into_iter().cloned().collect();
    let crm = session.crm()?;
    let ids: Vec<i64> = references.iter().map(|reference| crm.find_by_ref(kind, reference)).collect::<Result<_>>()?;
    let (winner, losers) = (ids[0], ids[1..].to_vec());
    let mut merge = Merge { kind: kind.to_owned(), winner, losers, prefer: Vec::new() };
    for text in words(matches, "prefer") {
        let (field, reference) = text.split_once('=').ok_or_else(|| {
            Error::bad_value(
                Message::new("{text} is not written FIELD=REF, such as name={letter}13.")
                    .with("text", text)
                    .with("letter", if kind == "contact" { "P" } else { "C" }),
            )
        })?;
        let schema = session.crm()?.schema(kind)?;
        let field = session.crm()?.field(&schema, field)?.name.to_string();
        let from = session.crm()?.find_by_ref(kind, reference)?;
        merge.prefer.push((field, from));
    }
    let taken: Vec<String> =
        words(matches, "take").into_iter().flat_map(|names| names.split(',')).map(str::to_owned).collect();
    take(session, &mut merge, &taken)?;
    ask_and_merge(session, &merge)?;
    Ok(0)
}

/// Each of these fields comes from the first of the others that has it.
fn take(session: &mut Session, merge: &mut Merge, names: &[String]) -> Result<()> {
    let crm = session.crm()?;
    let schema = crm.schema(&merge.kind)?;
    for name in names {
        let field = crm.field(&schema, name.trim())?.name.to_string();
        for loser in merge.losers.clone() {
            if !crm.record(&merge.kind, loser)?.value(&field).is_empty() {
                merge.prefer.push((field, loser));
                break;
            }
        }
    }
    Ok(())
}

/// Tries it, shows what it comes to, asks, and does it.
pub fn ask_and_merge(session: &mut Session, merge: &Merge) -> Result<()> {
    let crm = session.crm()?;
    let dry = crm.is_dry_run();
    crm.set_dry_run(true);
    let tried = crm.merge(merge);
    crm.set_dry_run(dry);
    let tried = tried?;
    let asked = session.terminal.interactive_input && !session.terminal.yes;
    let doubt = doubt(session, merge, &tried)?.filter(|_| !dry && !asked);
    let watched = session.terminal.interactive_errors || session.terminal.verbose || dry || !session.terminal.yes;
    let in_vain = !dry && ask::is_refused_to_program(&session.terminal);
    if watched && !in_vain && !session.terminal.quiet {
        preview(session, merge, &tried)?;
    }
    if let Some(doubt) = doubt {
        return Err(doubt);
    }
    let crm = session.crm()?;
    let schema = crm.schema(&merge.kind)?;
    let name = |id: i64| schema.short(id);
    let losers: Vec<String> = merge.losers.iter().map(|id| name(*id)).collect();
    let winner = format!("{} {}", name(merge.winner), crm.title(&merge.kind, merge.winner)?);
    let losers = losers.join(", ");
    if dry {
        session.terminal.warn(&Message::new("Nothing was written (--dry-run)."));
        return Ok(());
    }
    let question = Message::new("Merge {losers} into {winner}?").with("losers", &losers).with("winner", &winner);
    ask::confirm(&session.terminal, &question)?;
    session.crm()?.merge(merge)?;
    session.wrote(&Message::new("Merged {losers} into {winner}.").with("losers", losers).with("winner", winner))
}

/// Why they are probably not one, where nobody is asked and nobody said which value is right.
fn doubt(session: &mut Session, merge: &Merge, merged: &Merged) -> Result<Option<Error>> {
    let settled = |field: &str| merge.prefer.iter().any(|(name, _)| name == field);
    let Some(differing) = merged.differing.iter().find(|other| other.unique && !settled(&other.field)) else {
        return Ok(None);
    };
    let schema = session.crm()?.schema(&merge.kind)?;
    let refs = std::iter::once(merge.winner).chain(merge.losers.iter().copied()).map(|id| schema.short(id));
    let preferred: Vec<String> =
        differing.values.iter().map(|(id, _)| format!("{}={}", differing.field, schema.short(*id))).collect();
    let hint = Message::new("kehu {kind} merge {records} --prefer {field} --yes   (or {others})")
        .with("kind", schema.kind)
        .with("records", refs.collect::<Vec<_>>().join(" "))
        .with("field", &preferred[0])
        .with("others", preferred[1..].join(", "));
    let error = Error::new(Cause::Refused, contradiction(&schema, differing));
    Ok(Some(error.on_field(&*differing.field).hint(hint)))
}

fn contradiction(schema: &Schema, differing: &Differing) -> Message {
    let values = differing.values.iter().map(|(id, value)| format!("{} {value}", schema.short(*id)));
    let template = if differing.unique {
        "They differ in {field}, so they are probably not the same: {values}."
    } else {
        "They belong to different records as {field}: {values}."
    };
    Message::new(template).with("field", &differing.field).with("values", values.collect::<Vec<_>>().join(", "))
}

/// What becomes of everything, a line each.
fn preview(session: &mut Session, merge: &Merge, merged: &Merged) -> Result<()> {
    let crm = session.crm()?;
    let schema = crm.schema(&merge.kind)?;
    let title = crm.title(&merge.kind, merge.winner)?;
    let winner = format!("{} {title}", schema.short(merge.winner));
    let chinese = session.terminal.style().chinese;
    let label = |name: &str| match schema.field(name) {
        Some(field) if chinese && !field.label_zh.is_empty() => field.label_zh.to_string(),
        Some(field) => field.label.to_string(),
        None => name.to_owned(),
    };
    for differing in &merged.differing {
        session.terminal.line(&session.terminal.word(&contradiction(&schema, differing)));
    }
    session.terminal.line(&format!("{winner}:"));
    for change in &merged.changes {
        let words = |value: &Value| super::record::worded(&change.kind, value, chinese);
        let (before, after) = (words(&change.before), words(&change.after));
        let before = if before.is_empty() { String::new() } else { format!("{before} ") };
        session.terminal.line(&format!("  {}: {before}→ {}", label(&change.field), one_line(&after)));
    }
    for moved in &merged.moved {
        let message = Message::new("  {count} {kind} {count:record|records} moved ({field}).");
        let message = message
            .with("count", moved.count)
            .with("kind", moved.kind)
            .with("field", linked(session, moved.kind, &moved.field));
        session.terminal.line(&session.terminal.word(&message));
    }
    for kept in &merged.kept {
        let message = Message::new("  kept in a note: {field} of {record}: {value}");
        let message = message.with("field", label(&kept.field)).with("record", schema.short(kept.loser));
        session.terminal.line(&session.terminal.word(&message.with("value", one_line(&kept.value))));
    }
    Ok(())
}

/// What a field of another kind of record is called.
fn linked(session: &mut Session, kind: &str, name: &str) -> String {
    let chinese = session.terminal.style().chinese;
    let schema = session.crm().and_then(|crm| crm.schema(kind)).ok();
    match schema.as_ref().and_then(|schema| schema.field(name)) {
        Some(field) if chinese && !field.label_zh.is_empty() => field.label_zh.to_string(),
        Some(field) => field.label.to_string(),
        None => name.to_owned(),
    }
}

/// Long texts are told by their beginning.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 120 { line } else { line.chars().take(119).chain(['…']).collect() }
}
