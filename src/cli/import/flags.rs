//! The flags of `import`, and what they come to.

use super::{
    super::{attachment, session::Session},
    maps,
};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser};
use kehu::{
    Error, Message, Result,
    exchange::import::{OnDuplicate, OnMatch, Options},
    record::Schema,
};

/// `kehu NOUN import`.
pub fn command(schema: &Schema) -> Command {
    let (kind, table) = (schema.kind, schema.table);
    let command = flags(Command::new("import"))
        .about("Reads a file of another program: CSV in any encoding, xlsx, JSON lines")
        .after_help(format!(
            "Examples:\n  kehu {kind} import {table}.csv --dry-run\n  kehu {kind} import {table}.csv --inspect\n\n{HELP}"
        ));
    if kind == "attachment" {
        return command.arg(attachment::files_argument("Where an export with --files wrote the contents"));
    }
    command
}

/// `kehu import`, where the headings tell what the rows are.
pub fn any_command() -> Command {
    let plain = |name: &'static str, about: &'static str, example: &'static str| {
        Command::new(name).about(about).after_help(example)
    };
    flags(Command::new("import"))
        .about("Imports a file whose headings tell what it holds")
        .args_conflicts_with_subcommands(true)
        .subcommand(plain("runs", "Lists every import", "Examples:\n  kehu import runs\n  kehu import runs -f json"))
        .subcommand(plain(
            "resume",
            "Finishes an import that was interrupted",
            "Examples:\n  kehu import resume --help\n  kehu import runs",
        ))
        .after_help(format!("Examples:\n  kehu import customers.csv --dry-run\n  kehu import runs\n\n{HELP}"))
}

const HELP: &str = "All rows are checked before the first is written; one that cannot be taken keeps the others from being\n\
     written, unless --rejects FILE takes it. The same file again changes nothing. `kehu undo` takes an import back.\n\
     \n\
     A row is known by uid, number of another system, tax id, login or code, else by name with phone or e-mail.\n\
     A file is CSV, a workbook (the first sheet with data, or --sheet) or JSON by what it holds, not by its name.\n\
     An empty cell changes nothing. A column is mapped with --map \"Heading=field\": name, contact.mobile, name:first,\n\
     external_ids:hubspot, or skip.";

fn flags(command: Command) -> Command {
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).num_args(1)
    };
    let several = |name: &'static str, value: &'static str, help: &'static str| {
        valued(name, value, help).action(ArgAction::Append)
    };
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).help(help).action(ArgAction::SetTrue);
    command
        .arg(Arg::new("file").value_name("FILE").help("The file, or - for standard input").required(true))
        .arg(flag("inspect", "Show how the file is read and mapped; write nothing, need no database"))
        .arg(several("map", "HEADING=FIELD", "Say what a column is; skip leaves it out"))
        .arg(several("map-value", "OLD=NEW", "Read a cell as another: \"Rating:***=A\""))
        .arg(valued("save-map", "NAME", "Keep the mapping under a name"))
        .arg(valued("map-file", "NAME", "Use a kept mapping, or a file that holds one"))
        .arg(valued("match", "FIELD", "Recognise records by this field alone"))
        .arg(
            valued("on-match", "WHAT", "What to do with records that are there: update, skip or error")
                .value_parser(PossibleValuesParser::new(["update", "skip", "error"]))
                .hide_possible_values(true),
        )
        .arg(
            valued(
                "on-duplicate",
                "WHAT",
                "Where a new record is probably a stored one: off (the default), warn or skip",
            )
            .value_parser(PossibleValuesParser::new(["off", "warn", "skip"]))
            .hide_possible_values(true),
        )
        .arg(
            several(
                "create-missing",
                "KINDS",
                "Make what links name: user,branch,customer,product,queue; field for columns",
            )
            .value_delimiter(','),
        )
        .arg(valued("rejects", "FILE", "Write the good rows, and the bad ones with the reasons to this file"))
        .arg(flag("clear-empty", "An empty cell clears what is stored"))
        .arg(valued("encoding", "NAME", "utf-8, gb18030, big5, utf-16, windows-1252 …"))
        .arg(valued("delimiter", "CHARACTER", "What parts the cells; tab for a tabulator"))
        .arg(valued("sheet", "NAME", "Which sheet of a workbook: its name or its number"))
        .arg(valued("system", "NAME", "Whose numbers the file's ids are: erp, shop"))
}

/// The options that the flags come to.
pub fn options(session: &Session, matches: &ArgMatches) -> Result<Options> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let texts = |name: &str| matches.get_many::<String>(name).into_iter().flatten().cloned();
    let on_match = match text("on-match").as_deref() {
        Some("skip") => OnMatch::Skip,
        Some("error") => OnMatch::Error,
        _ => OnMatch::Update,
    };
    let on_duplicate = match text("on-duplicate").as_deref() {
        Some("warn") => OnDuplicate::Warn,
        Some("skip") => OnDuplicate::Skip,
        _ => OnDuplicate::Off,
    };
    Ok(Options {
        on_duplicate,
        match_field: text("match").map(|name| name.replace('-', "_")),
        on_match,
        create_missing: texts("create-missing").map(|word| word.trim().to_lowercase()).collect(),
        rejects: text("rejects").map(Into::into),
        encoding: text("encoding"),
        delimiter: text("delimiter").map(|word| delimiter(&word)).transpose()?,
        sheet: text("sheet"),
        maps: texts("map").collect(),
        map_values: texts("map-value").collect(),
        map_file: text("map-file").map(|name| maps::read(&name)).transpose()?,
        system: text("system"),
        clear_empty: matches.get_flag("clear-empty"),
        files: matches
            .try_get_one::<String>("files")
            .ok()
            .flatten()
            .map(|folder| attachment::brought(folder))
            .transpose()?,
        details: matches.get_flag("dry-run"),
        ids: session.terminal.format == Some(super::super::output::Format::Ids),
    })
}

fn delimiter(word: &str) -> Result<u8> {
    match word {
        "tab" | "\\t" => Ok(b'\t'),
        _ if word.len() == 1 => Ok(word.as_bytes()[0]),
        _ => Err(Error::bad_value(Message::new("{value} is not one character.").with("value", word))
            .hint(Message::new("A delimiter is , or ; or | or tab."))),
    }
}
