//! `field`: custom fields, added, retired and removed.

mod remove;

use super::session::Session;
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser, value_parser};
use kehu::{
    Cause, Error, Message, Result,
    crm::{Deleted, Query, Sort},
    record::{Id, filter, types::Open},
    views::{CustomField, FIELD_KINDS},
};

/// The command with its verbs.
pub fn command() -> Command {
    Command::new("field")
        .about("Adds fields of your own to a kind of record, and retires them")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(add_command())
        .subcommand(
            Command::new("list")
                .about("Lists the fields that were added, retired ones too")
                .arg(Arg::new("kind").value_name("KIND"))
                .after_help("Examples:\n  kehu field list\n  kehu field list customer -f json"),
        )
        .subcommand(
            named("retire", "Hides a field; its values are kept").after_help(
                "Examples:\n  kehu field add customer motto --kind text\n  kehu field retire customer motto",
            ),
        )
        .subcommand(named("restore", "Shows a retired field again, with its values").after_help(
            "Examples:\n  kehu field add customer slogan --kind text\n  kehu field retire customer slogan\n  \
             kehu field restore customer slogan",
        ))
        .subcommand(
            named("remove", "Removes a field and all its values for good; makes a backup first and asks twice")
                .arg(
                    Arg::new("confirm")
                        .long("confirm")
                        .value_name("NAME")
                        .help("The field's name once more, where nobody can be asked"),
                )
                .after_help(
                    "Examples:\n  kehu field add customer nickname --kind text\n  \
                     kehu field remove customer nickname --confirm nickname",
                ),
        )
        .after_help(
            "Examples:\n  kehu field add customer fleet_size --kind integer --label \"Fleet size\"\n  kehu field list",
        )
}

fn named(verb: &'static str, about: &'static str) -> Command {
    Command::new(verb)
        .about(about)
        .arg(Arg::new("kind").value_name("KIND").required(true))
        .arg(Arg::new("name").value_name("NAME").required(true))
}

fn add_command() -> Command {
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    named("add", "Adds a field to a kind of record")
        .arg(
            valued("value-kind", "KIND", "What sort of value it holds")
                .long("kind")
                .default_value("text")
                .value_parser(PossibleValuesParser::new(FIELD_KINDS)),
        )
        .arg(valued("label", "LABEL", "The English heading"))
        .arg(valued("label-zh", "标签", "The Chinese heading"))
        .arg(valued("choices", "A,B=LABEL", "The words of a choice, in their order"))
        .arg(valued("target", "KIND", "The kind of record that a link points to"))
        .arg(valued("scale", "N", "Decimal places of a decimal").value_parser(value_parser!(i64).range(0..=9)))
        .arg(flag("search", "Can be found by full-text search"))
        .arg(flag("match", "Imports recognise records by it, and no two should have the same"))
        .after_help(
            "Examples:\n  kehu field add customer segment --kind choice --choices small,mid=Middle,large --label Segment\n  \
             kehu field add contact hobby --kind tags --label-zh 爱好 --search",
        )
}

fn word<'m>(matches: &'m ArgMatches, name: &str) -> Option<&'m String> {
    matches.try_get_one::<String>(name).ok().flatten()
}

pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    match matches.subcommand() {
        Some(("add", matches)) => add(session, matches),
        Some(("retire", matches)) => retire(session, matches, true),
        Some(("restore", matches)) => retire(session, matches, false),
        Some(("remove", matches)) => remove::run(session, matches),
        Some((_, matches)) => list(session, matches),
        None => list(session, matches),
    }
}

fn add(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let text = |name: &str| word(matches, name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let choices = text("choices").unwrap_or_default();
    let choices = choices.split([',', '，', '、']).map(str::trim).filter(|choice| !choice.is_empty());
    let field = CustomField {
        record_kind: text("kind").unwrap_or_default(),
        name: text("name").unwrap_or_default(),
        value_kind: text("value-kind").unwrap_or_default(),
        label: text("label"),
        label_zh: text("label-zh"),
        choices: choices.map(str::to_owned).collect(),
        target: text("target").map(Open),
        scale: matches.get_one::<i64>("scale").copied(),
        search: matches.get_flag("search"),
        matching: matches.get_flag("match"),
        retired: false,
        ..CustomField::default()
    };
    let crm = session.crm()?;
    let kind = crm.schema(&field.record_kind)?.kind;
    field.define(crm)?;
    let name = field.name.trim_start_matches("x_");
    session.wrote(
        &Message::new("Every {kind} has the field {name} now: --{flag} when adding, x_{name} in filters and files.")
            .with("kind", kind)
            .with("name", name)
            .with("flag", name.replace('_', "-")),
    )?;
    Ok(0)
}

fn list(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let crm = session.crm()?;
    let filter = match word(matches, "kind") {
        Some(kind) => filter::parse(&format!("record_kind={}", crm.schema(kind)?.kind))?,
        None => filter::Filter::All,
    };
    let columns = ["record_kind", "name", "value_kind", "label", "label_zh", "choices", "target", "retired"];
    let grid = crm.list(&Query {
        filter,
        columns: columns.map(str::to_owned).to_vec(),
        sort: vec![Sort { path: "id".to_owned(), descending: false }],
        deleted: Deleted::Without,
        ..Query::new("field")
    })?;
    session.print(&grid)?;
    Ok(0)
}

/// The field of that name, retired or not.
fn find(session: &mut Session, matches: &ArgMatches) -> Result<(Id<CustomField>, CustomField)> {
    let crm = session.crm()?;
    let kind = crm.schema(word(matches, "kind").map_or("", String::as_str))?.kind;
    let name = word(matches, "name").map_or("", |name| name.trim_start_matches("x_")).replace('-', "_");
    let filter = format!("record_kind={kind} name=\"{}\"", name.replace('"', "\"\""));
    let found = crm.matching(&Query { filter: filter::parse(&filter)?, ..Query::new("field") })?;
    let Some(id) = found.first().map(|id| Id::new(*id)) else {
        let message = Message::new("There is no custom field {name} of {kind}.").with("name", name).with("kind", kind);
        return Err(
            Error::new(Cause::NotFound, message).hint(Message::new("kehu field list {kind}").with("kind", kind))
        );
    };
    Ok((id, crm.get(id)?))
}

fn retire(session: &mut Session, matches: &ArgMatches, retired: bool) -> Result<u8> {
    let (id, field) = find(session, matches)?;
    CustomField::retire(session.crm()?, id, retired)?;
    let template = if retired {
        "Retired {name} of {kind}; its values are kept."
    } else {
        "{name} of {kind} is back, with its values."
    };
    session.wrote(&Message::new(template).with("name", field.name).with("kind", field.record_kind))?;
    Ok(0)
}

/// How many records hold something in a field, those in the recycle bin too.
fn held(session: &mut Session, field: &CustomField) -> Result<usize> {
    let filter = filter::parse(&format!("not x_{}:", field.name))?;
    let query = Query { filter, deleted: Deleted::With, ..Query::new(&field.record_kind) };
    Ok(session.crm()?.matching(&query)?.len())
}

#[cfg(test)]
mod tests;
