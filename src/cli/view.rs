//! `view`: lists under a name, for `list --view NAME` and the dashboard.

use super::{
    output,
    session::{Session, given},
    tree::filter_argument,
};
use clap::{Arg, ArgMatches, Command};
use kehu::{
    Cause, Error, Message, Result,
    crm::{Query, Sort},
    record::{Value, Values, filter},
    views::SavedView,
};

/// The command with its verbs.
pub fn command() -> Command {
    Command::new("view")
        .about("Keeps lists under a name: filter, fields and order")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            parts(Command::new("add").about("Keeps a list under a name").arg(name()))
                .arg(kind().required(true))
                .arg(filter_argument())
                .after_help(
                    "Examples:\n  kehu view add \"Key accounts\" --of customer level=A --fields name,owner,city --order name\n  \
                     kehu view add newest --of contact --order -created_at",
                ),
        )
        .subcommand(
            Command::new("list")
                .about("Lists the views")
                .arg(kind())
                .after_help("Examples:\n  kehu view list\n  kehu view list --of customer -f json"),
        )
        .subcommand(Command::new("show").about("Shows what a view is made of").arg(name()).arg(kind()).after_help(
            "Examples:\n  kehu view add mine --of customer owner=me\n  kehu view show mine",
        ))
        .subcommand(
            parts(Command::new("edit").about("Changes a view; \"\" as filter means all").arg(name()))
                .arg(kind())
                .arg(Arg::new("name-to").long("name").value_name("NAME").help("Another name for it"))
                .arg(filter_argument())
                .after_help(
                    "Examples:\n  kehu view add big --of customer level=A\n  kehu view edit big level=A,B --order -created_at",
                ),
        )
        .subcommand(Command::new("rm").about("Moves a view to the recycle bin").arg(name()).arg(kind()).after_help(
            "Examples:\n  kehu view add old --of customer since=..2020-12-31\n  kehu view rm old",
        ))
        .after_help(
            "Examples:\n  kehu view add east --of customer region=华东 --order name\n  kehu customer list --view east --limit 5",
        )
}

fn name() -> Arg {
    Arg::new("name").value_name("NAME").required(true)
}

fn kind() -> Arg {
    Arg::new("of").long("of").value_name("KIND").help("The kind of record that it lists")
}

fn parts(command: Command) -> Command {
    command.arg(Arg::new("fields").long("fields").value_name("FIELDS").help("Which fields, in which order")).arg(
        Arg::new("order")
            .long("order")
            .value_name("FIELDS")
            .allow_hyphen_values(true)
            .help("Sort by: name, or -created_at for the newest first"),
    )
}

pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    match matches.subcommand() {
        Some(("add", matches)) => add(session, matches),
        Some(("show", matches)) => show(session, matches),
        Some(("edit", matches)) => edit(session, matches),
        Some(("rm", matches)) => remove(session, matches),
        Some((_, matches)) => list(session, matches),
        None => list(session, matches),
    }
}

fn word(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.try_get_one::<String>(name).ok().flatten().map(|text| text.trim().to_owned())
}

/// The words of a filter as one text; none when there are none.
fn condition(matches: &ArgMatches) -> Option<String> {
    let words: Vec<String> = matches.get_many::<String>("filter")?.cloned().collect();
    Some(words.join(" "))
}

/// The fields: `--fields`, or `--columns` as everywhere else.
fn fields(matches: &ArgMatches) -> Option<String> {
    word(matches, "fields").or_else(|| word(matches, "columns").filter(|_| given(matches, "columns")))
}

fn add(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let kind = word(matches, "of").unwrap_or_default();
    let crm = session.crm()?;
    let view = SavedView {
        name: word(matches, "name").unwrap_or_default(),
        record_kind: crm.schema(&kind)?.kind.to_owned(),
        filter: condition(matches).filter(|text| !text.is_empty()),
        columns: fields(matches),
        sort: word(matches, "order"),
        ..SavedView::default()
    };
    crm.insert(&view)?;
    session.wrote(
        &Message::new("Kept the view {name}: kehu {kind} list --view \"{name}\".")
            .with("name", view.name)
            .with("kind", view.record_kind),
    )?;
    Ok(0)
}

fn list(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let crm = session.crm()?;
    let filter = match word(matches, "of") {
        Some(kind) => filter::parse(&format!("record_kind={}", crm.schema(&kind)?.kind))?,
        None => filter::Filter::All,
    };
    let columns = ["name", "record_kind", "filter", "columns", "sort", "parameters"].map(str::to_owned).into();
    let mut grid = crm.list(&Query { filter, columns, sort: Sort::parse("record_kind,name"), ..Query::new("view") })?;
    if !session.terminal.machine() {
        for cell in grid.rows.iter_mut().filter_map(|row| row.cells.last_mut()) {
            *cell = cell.as_text().map_or(Value::Null, |text| Value::Text(as_flags(text)));
        }
    }
    session.print(&grid)?;
    Ok(0)
}

/// What a report was asked, as it is said on the command line.
fn as_flags(parameters: &str) -> String {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(parameters).unwrap_or_default();
    let flag = |(name, value): (&String, &serde_json::Value)| {
        let value = value.as_str().unwrap_or_default();
        let value = if value.contains(' ') { format!("\"{value}\"") } else { value.to_owned() };
        format!("--{} {value}", name.replace('_', "-"))
    };
    object.iter().map(flag).collect::<Vec<_>>().join(" ")
}

/// The view of that name; where two kinds have one, `--of` says which.
fn find(session: &mut Session, matches: &ArgMatches) -> Result<i64> {
    let name = word(matches, "name").unwrap_or_default();
    let crm = session.crm()?;
    let Some(kind) = word(matches, "of") else {
        return crm.find("view", &name).map_err(|error| match error.cause {
            Cause::Ambiguous => error.hint(Message::new("kehu view show \"{name}\" --of customer").with("name", name)),
            _ => error.hint(Message::new("kehu view list")),
        });
    };
    let kind = crm.schema(&kind)?.kind;
    let condition = format!("record_kind={kind} name=\"{}\"", name.replace('"', "\"\""));
    let found = crm.matching(&Query { filter: filter::parse(&condition)?, ..Query::new("view") })?;
    found.first().copied().ok_or_else(|| {
        let message = Message::new("There is no view {name} of {kind}.").with("name", name).with("kind", kind);
        Error::new(Cause::NotFound, message).hint(Message::new("kehu view list"))
    })
}

fn show(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let id = find(session, matches)?;
    let grid = session.crm()?.record("view", id)?.grid();
    let mut data = Vec::new();
    output::write_record(&grid, session.terminal.format(), &session.terminal.style(), &mut data).map_err(|error| {
        Error::new(Cause::Storage, Message::new("The output cannot be written: {why}.").with("why", error))
    })?;
    session.write(&data)?;
    Ok(0)
}

fn edit(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let id = find(session, matches)?;
    let parts = [
        ("name", word(matches, "name-to")),
        ("filter", condition(matches)),
        ("columns", fields(matches)),
        ("sort", word(matches, "order")),
    ];
    let value = |text: String| if text.is_empty() { Value::Null } else { Value::Text(text) };
    let values: Values = parts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), value(text?)))).collect();
    if values.is_empty() {
        return Err(Error::bad_value(Message::new(
            "Nothing to change was said: give a filter, --fields, --order or --name.",
        )));
    }
    let save = session.crm()?.change("view", id, values, None)?;
    let title = session.crm()?.title("view", id)?;
    let changed: Vec<&str> = save.changed.iter().map(|(name, _, _)| name.as_str()).collect();
    if changed.is_empty() {
        session.terminal.say(&Message::new("{record} is so already.").with("record", title));
        return Ok(0);
    }
    session.wrote(
        &Message::new("Changed {record}: {changes}.").with("record", title).with("changes", changed.join(", ")),
    )?;
    Ok(0)
}

fn remove(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let id = find(session, matches)?;
    let title = session.crm()?.title("view", id)?;
    session.crm()?.remove("view", id)?;
    session.wrote(&Message::new("Moved to the recycle bin: {records}.").with("records", title))?;
    Ok(0)
}
