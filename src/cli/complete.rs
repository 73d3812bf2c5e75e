//! Completion from the live database: refs, names, choices and custom fields, for every shell by one engine.

use super::{configuration::KEYS, session::Session, tree};
use clap::Command;
use clap_complete::{ArgValueCompleter, CompleteEnv, CompletionCandidate, PathCompleter};
use kehu::{
    crm::{Deleted, Query, Sort},
    record::{Field, Kind, Row, Schema, filter},
};
use std::{
    ffi::{OsStr, OsString},
    sync::{Arc, OnceLock},
};

/// Whether the shell is bash, which puts a candidate into the line as it is.
static IN_BASH: OnceLock<bool> = OnceLock::new();

/// Answers a shell that asks for completions, and ends the program then.
pub fn answer() {
    let Some(shell) = std::env::var_os("COMPLETE") else { return };
    // The engine takes the variable away before it asks for candidates.
    let _ = IN_BASH.set(shell == "bash");
    CompleteEnv::with_factory(|| {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let schemas: Vec<Arc<Schema>> = match Session::start(&arguments) {
            Ok(mut session) => {
                // The words to complete stand after `--`; the database is wanted whatever they are.
                let _ = session.crm();
                session.schemas().to_vec()
            }
            Err(_) => kehu::crm::base_schemas().into_iter().map(Arc::new).collect(),
        };
        dressed(tree::root(&schemas, &tree::Wanted::All), &[], &schemas)
    })
    .completer("kehu")
    .complete();
}

/// Gives every argument of the tree what completes it, by what it is called and where it stands.
fn dressed(command: Command, above: &[String], schemas: &[Arc<Schema>]) -> Command {
    let mut path = above.to_vec();
    path.push(command.get_name().to_owned());
    let words: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
    command
        .mut_args(|arg| match completer(&words, arg.get_id().as_str(), schemas) {
            Some(completer) => arg.add(completer),
            None => arg,
        })
        .mut_subcommands(|inner| dressed(inner, &path, schemas))
}

/// What completes an argument; the flags for fields know that themselves.
fn completer(path: &[&str], argument: &str, schemas: &[Arc<Schema>]) -> Option<ArgValueCompleter> {
    let noun = path.first().and_then(|noun| schemas.iter().find(|schema| schema.kind == *noun));
    let verb = path.last().copied().unwrap_or_default();
    let words = |words: Vec<String>| Some(ArgValueCompleter::new(move |typed: &OsStr| plain(&words, typed)));
    let kinds = || schemas.iter().map(|schema| schema.kind.to_owned()).collect();
    Some(match (argument, noun) {
        ("file" | "rejects" | "output", _) => ArgValueCompleter::new(PathCompleter::any()),
        ("dir", _) => ArgValueCompleter::new(PathCompleter::dir()),
        ("ref", Some(schema)) if verb == "edit" => {
            let schema = schema.clone();
            ArgValueCompleter::new(move |typed: &OsStr| {
                let typed = typed.to_string_lossy();
                let mut found = if typed.contains('=') { Vec::new() } else { live(schema.kind, &typed, Which::Live) };
                found.extend(pairs(&schema, &typed, &|field| field.writable()));
                found
            })
        }
        ("ref", Some(schema)) => {
            let which = if matches!(verb, "restore" | "purge") { Which::Deleted } else { Which::Live };
            let kind = schema.kind;
            ArgValueCompleter::new(move |typed: &OsStr| live(kind, &typed.to_string_lossy(), which))
        }
        ("ref", None) => {
            let kinds: Vec<&'static str> =
                schemas.iter().map(|schema| schema.kind).filter(|kind| verb != "log" || is_party(kind)).collect();
            ArgValueCompleter::new(move |typed: &OsStr| {
                kinds.iter().flat_map(|kind| live(kind, &typed.to_string_lossy(), Which::Live)).collect()
            })
        }
        ("filter" | "where", Some(schema)) => {
            let schema = schema.clone();
            ArgValueCompleter::new(move |typed: &OsStr| pairs(&schema, &typed.to_string_lossy(), &|_| true))
        }
        ("values", Some(schema)) => {
            let schema = schema.clone();
            ArgValueCompleter::new(move |typed: &OsStr| {
                pairs(&schema, &typed.to_string_lossy(), &|field| field.writable())
            })
        }
        ("sort" | "group-by", Some(schema)) if verb == "list" => columns(vec![schema.clone()]),
        // It stands on every command; which kind is meant, the words that were typed tell.
        ("columns", _) => columns(schemas.to_vec()),
        ("kind", None) if verb == "log" => {
            let activity = schemas.iter().find(|schema| schema.kind == "activity")?;
            values(activity, activity.field("kind")?)
        }
        ("kind", _) if matches!(path.first(), Some(&("schema" | "field"))) => return words(kinds()),
        ("of", _) => return words(kinds()),
        ("key", _) => return words(KEYS.iter().map(|key| key.name.to_owned()).collect()),
        ("lang", None) => return words(vec!["en".into(), "zh".into()]),
        ("as", None) => ArgValueCompleter::new(|typed: &OsStr| live("user", &typed.to_string_lossy(), Which::Live)),
        _ => return None,
    })
}

/// With whom something happens that `log` writes down.
fn is_party(kind: &str) -> bool {
    matches!(kind, "customer" | "contact")
}

fn plain(words: &[String], typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    words.iter().filter(|word| word.starts_with(&*typed)).map(CompletionCandidate::new).collect()
}

/// Field names with commas between them; those of the kind that the command line speaks of.
fn columns(schemas: Vec<Arc<Schema>>) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        let spoken = |schema: &&Arc<Schema>| {
            schemas.len() == 1 || std::env::args().any(|word| word == schema.kind || word == schema.table)
        };
        let Some(schema) = schemas.iter().find(spoken) else { return Vec::new() };
        let typed = typed.to_string_lossy();
        let (before, last) =
            typed.rsplit_once(',').map_or(("", &*typed), |(_, last)| typed.split_at(typed.len() - last.len()));
        let (before, last) = match last.strip_prefix('-') {
            Some(last) => (format!("{before}-"), last),
            None => (before.to_owned(), last),
        };
        let names = schema.visible().filter(|field| field.name.starts_with(last));
        names.map(|field| named(field, &field.name).add_prefix(&before)).collect()
    })
}

fn named(field: &Field, name: &str) -> CompletionCandidate {
    CompletionCandidate::new(name).help(Some(field.doc.to_string().into()))
}

/// `level=` for what begins a field's name, and behind the sign the values of that field.
fn pairs(schema: &Schema, typed: &str, wanted: &dyn Fn(&Field) -> bool) -> Vec<CompletionCandidate> {
    let Some((name, value)) = typed.split_once('=') else {
        let fields = schema.visible().filter(|field| wanted(field) && field.name.starts_with(typed));
        return fields.map(|field| named(field, &format!("{}=", field.name))).collect();
    };
    let Some(field) = schema.field(name.trim_end_matches('!')) else { return Vec::new() };
    let last = value.rsplit(',').next().unwrap_or(value);
    let before = &typed[..typed.len() - last.len()];
    field_values(schema.kind, field, last).into_iter().map(|candidate| candidate.add_prefix(before)).collect()
}

/// Candidates for a field's value: the words of a choice, and the records that a link may point to.
pub fn values(schema: &Schema, field: &Field) -> ArgValueCompleter {
    let (kind, field) = (schema.kind, field.clone());
    ArgValueCompleter::new(move |typed: &OsStr| field_values(kind, &field, &typed.to_string_lossy()))
}

fn field_values(kind: &str, field: &Field, typed: &str) -> Vec<CompletionCandidate> {
    if let Some(target) = field.kind.target() {
        return live(target, typed, Which::Live);
    }
    match &field.kind {
        Kind::OpenList => used(kind, field, typed).unwrap_or_default(),
        Kind::YesNo => plain(&["yes".to_owned(), "no".to_owned()], OsStr::new(typed)),
        _ => field
            .choices()
            .iter()
            .filter(|choice| !choice.retired && choice.key.starts_with(typed))
            .map(|choice| CompletionCandidate::new(&*choice.key).help(Some(choice.label.to_string().into())))
            .collect(),
    }
}

/// The words used so far in a field of an open list.
fn used(kind: &str, field: &Field, typed: &str) -> kehu::Result<Vec<CompletionCandidate>> {
    let mut session = Session::start(&[OsString::from("kehu"), OsString::from("find")])?;
    let crm = session.crm()?;
    let schema = crm.schema(kind)?;
    Ok(crm.words_used(&schema, field, typed)?.into_iter().map(CompletionCandidate::new).collect())
}

/// Candidates for a reference to a record of a kind.
pub fn references(kind: &'static str) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| live(kind, &typed.to_string_lossy(), Which::Live))
}

/// Where to look for records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Live,
    Deleted,
}

/// Records whose ref begins as typed, else whose name, or whatever is searched, goes with it.
fn live(kind: &str, typed: &str, which: Which) -> Vec<CompletionCandidate> {
    let records = || -> kehu::Result<(bool, Vec<(String, String)>)> {
        let mut session = Session::start(&[OsString::from("kehu"), OsString::from("find")])?;
        let crm = session.crm()?;
        let mut query = Query { limit: Some(40), ..Query::new(kind) };
        if which == Which::Deleted {
            query.deleted = Deleted::Only;
        }
        let schema = crm.schema(kind)?;
        query.columns = vec![schema.title().name.to_string()];
        let digits = typed.to_uppercase().strip_prefix(schema.letter).map(str::to_owned);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        match &digits {
            Some(digits) if !digits.is_empty() => {
                query.filter = filter::parse(&numbers(digits))?;
                query.sort = Sort::parse("id");
            }
            None if !typed.is_empty() => query.filter = filter::Filter::Word(typed.to_owned()),
            _ => {}
        }
        let grid = crm.list(&query)?;
        let record = |row: &Row| (row.short.clone(), row.cells[0].as_text().unwrap_or_default().to_owned());
        Ok((digits.is_some() || typed.is_empty(), grid.rows.iter().map(record).collect()))
    };
    // A shell asks in the middle of typing: what cannot be answered is not worth an error.
    let (by_ref, records) = records().unwrap_or_default();
    let one = |(short, title): &(String, String)| {
        if by_ref {
            return Some(CompletionCandidate::new(short).help(Some(title.clone().into())));
        }
        // A space would make two words of a name where nobody quotes it.
        let begins = title.to_lowercase().starts_with(&typed.to_lowercase());
        let bare = IN_BASH.get() == Some(&true) && title.contains(unsafe_sign);
        begins.then(|| {
            let (word, help) = if bare { (short, title) } else { (title, short) };
            CompletionCandidate::new(word).help(Some(help.clone().into()))
        })
    };
    records.iter().filter_map(one).collect()
}

/// Whether a shell would take a sign for its own.
fn unsafe_sign(sign: char) -> bool {
    sign.is_whitespace() || "'\"\\$`&|;<>()*?[]{}!#~".contains(sign)
}

/// The numbers that begin with some digits, as a filter: 16, 160 to 169 and so on.
fn numbers(digits: &str) -> String {
    let longer = (1..=6).map(|more| format!("id={digits}{}..{digits}{}", "0".repeat(more), "9".repeat(more)));
    std::iter::once(format!("id={digits}")).chain(longer).collect::<Vec<_>>().join(" or ")
}
