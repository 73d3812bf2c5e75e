//! `kehu ticket escalate|why`, `kehu sla_policy preview|apply`, `kehu business_calendar holidays`: the clocks of tickets.

use super::{
    daily::{self, items},
    extra::Extra,
    output::Format,
    session::Session,
};
use clap::{Arg, ArgMatches, Command};
use kehu::{Cause, Error, Message, Result, record::Values};

pub const ESCALATE: Extra = Extra { noun: "ticket", command: escalate_command, run: escalate };
pub const WHY: Extra = Extra { noun: "ticket", command: why_command, run: why };
pub const PREVIEW: Extra = Extra { noun: "sla_policy", command: preview_command, run: preview };
pub const APPLY: Extra = Extra { noun: "sla_policy", command: apply_command, run: apply };
pub const HOLIDAYS: Extra = Extra { noun: "business_calendar", command: holidays_command, run: holidays };

fn escalate_command() -> Command {
    Command::new("escalate")
        .about("Notes deadlines that were missed, and takes the steps of the policies that have come; for cron")
        .after_help(
            "Steps: kehu sla_step add resolution --policy SP1 --percent 80 --tell owner\n\
             Each step is taken once; whoever is told finds a task on `kehu today`. `kehu undo` takes a run back.\n\n\
             Every five minutes, for cron:\n  */5 * * * * kehu -q ticket escalate\n\n\
             Examples:\n  kehu ticket escalate --dry-run\n  kehu ticket escalate",
        )
}

fn escalate(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let done = session.crm()?.escalate()?;
    let nothing = done.grid.rows.is_empty();
    if !(session.terminal.quiet || nothing && session.terminal.format() == Format::Table) {
        session.print(&done.grid)?;
    }
    if nothing {
        session.terminal.say(&Message::new("Nothing is to be escalated."));
        return Ok(0);
    }
    if done.left > 0 {
        let message = Message::new("{count} more {count:ticket waits|tickets wait} for the next run.");
        session.terminal.warn(&message.with("count", done.left));
    }
    let template = "Noted {missed} missed {missed:deadline|deadlines} and took {steps} {steps:step|steps}.";
    session.wrote(&Message::new(template).with("missed", done.missed).with("steps", done.steps))?;
    Ok(0)
}

fn reference(kind: &'static str, help: &'static str) -> Arg {
    Arg::new("ref").value_name("REF").num_args(1).help(help).add(super::complete::references(kind))
}

fn why_command() -> Command {
    Command::new("why")
        .about("Explains the clocks of a ticket: policy, calendar, pauses, when it is due, met or missed by how much")
        .arg(reference("ticket", "T12 or another reference").required(true))
        .after_help("Examples:\n  kehu ticket why T1\n  kehu ticket why T1 -f json")
}

fn why(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    if matches!(session.terminal.format(), Format::Csv | Format::Tsv) {
        return Err(daily::several_tables(session));
    }
    let crm = session.crm()?;
    let ticket = crm.find("ticket", matches.get_one::<String>("ref").map_or("", String::as_str))?;
    let why = crm.why(ticket)?;
    if session.terminal.machine() {
        let object =
            serde_json::json!({ "clocks": items(&why.clocks), "pauses": items(&why.pauses), "days": items(&why.days) });
        return session.print_line(&object.to_string()).map(|()| 0);
    }
    let mut parts = vec![("Clocks", why.clocks)];
    if !why.pauses.rows.is_empty() {
        parts.push(("Pauses", why.pauses));
    }
    if !why.days.rows.is_empty() {
        parts.push(("Holidays", why.days));
    }
    daily::print_parts(session, &parts)?;
    Ok(0)
}

/// What may be said of a policy, by the names of its fields.
const OF_POLICY: [(&str, &str, &str); 7] = [
    ("condition", "FILTER", "Which tickets"),
    ("position", "N", "Where it stands among the others"),
    ("calendar", "REF", "Whose working time counts"),
    ("first-response", "TIMES", "Until the first answer: 4h, or urgent 30m, high 2h, 4h"),
    ("next-response", "TIMES", "Until a further answer"),
    ("resolution", "TIMES", "Until the solution"),
    ("default", "YESNO", "Whether it holds where no other fits"),
];

fn preview_command() -> Command {
    let mut command = Command::new("preview")
        .about("Shows for which open tickets a policy would hold, and which would be late by it; writes nothing")
        .arg(reference("sla_policy", "SP1 or another reference; a policy that is not saved yet where nothing is said"));
    for (name, value, help) in OF_POLICY {
        command = command.arg(Arg::new(name).long(name).value_name(value).num_args(1).help(help));
    }
    command.after_help(
        "Examples:\n  kehu sla_policy preview SP1\n  \
         kehu sla_policy preview --condition priority=urgent --position 0 --resolution 2h",
    )
}

fn preview(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let said: Vec<(String, String)> = OF_POLICY
        .iter()
        .filter_map(|(name, ..)| Some((name.replace('-', "_"), matches.get_one::<String>(name)?.clone())))
        .collect();
    let crm = session.crm()?;
    let policy = matches.get_one::<String>("ref").map(|text| crm.find("sla_policy", text)).transpose()?;
    let schema = crm.schema("sla_policy")?;
    let values: Values = super::record::values(crm, &schema, &said)?;
    let preview = crm.preview_policy(policy, &values)?;
    session.print(&preview.grid)?;
    let template = "It would hold for {tickets} open {tickets:ticket|tickets}, and {late} of them would be late.";
    session.terminal.warn(&Message::new(template).with("tickets", preview.tickets).with("late", preview.late));
    Ok(0)
}

fn apply_command() -> Command {
    Command::new("apply")
        .about("Reckons the deadlines of all open tickets by the policies and calendars as they are now")
        .after_help(
            "A policy that is changed holds for tickets that are written from then on; this makes it hold for all that\n\
             are open. What was missed stays missed.\n\n\
             Examples:\n  kehu sla_policy apply --dry-run -v\n  kehu sla_policy apply",
        )
}

fn apply(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let (changed, all) = session.crm()?.apply_policies()?;
    let message = Message::new("The clocks of {changed} of {all} open {all:ticket|tickets} changed.");
    session.wrote(&message.with("changed", changed).with("all", all))?;
    Ok(0)
}

fn holidays_command() -> Command {
    Command::new("holidays")
        .about("Takes holidays and working weekend days from an iCalendar file; the same file again changes nothing")
        .arg(reference("business_calendar", "BC1 or another reference").required(true))
        .arg(Arg::new("file").value_name("FILE").help("The file, or - for standard input").required(true))
        .after_help(
            "Whole days are holidays; 补班 and 上班 in a name, or the mark that phones give, make a working day of one.\n\
             Files lie on disk or come through standard input:\n  \
             curl https://site.example/holidays.ics | kehu business_calendar holidays BC1 -\n\n\
             Examples:\n  kehu holiday add \"Founding day\" --calendar BC1 --day 2026-05-18 --yearly yes\n  \
             kehu holiday list calendar=BC1",
        )
}

fn holidays(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str).to_owned();
    let bytes = super::lead::read(&text("file"))?;
    let crm = session.crm()?;
    let calendar = crm.find("business_calendar", &text("ref"))?;
    let taken = crm.take_holidays(calendar, &bytes).map_err(|error| about_file(error, &text("file")))?;
    let template = "{added} {added:holiday|holidays} added, {changed} changed, {unchanged} known already, {skipped} {skipped:event|events} left out.";
    let message = Message::new(template).with("added", taken.added).with("changed", taken.changed);
    session.wrote(&message.with("unchanged", taken.unchanged).with("skipped", taken.skipped))?;
    Ok(0)
}

fn about_file(error: Error, file: &str) -> Error {
    if error.cause == Cause::BadValue { error.about(Message::new("{file}").with("file", file)) } else { error }
}
