//! Completion from the live database: refs, names, choices and custom fields, for every shell by one engine.

use super::{session::Session, tree};
use clap_complete::{ArgValueCompleter, CompleteEnv, CompletionCandidate};
use kehu::record::{Field, Kind, Schema};
use std::ffi::{OsStr, OsString};

/// Answers a shell that asks for completions, and ends the program then.
pub fn answer() {
    if std::env::var_os("COMPLETE").is_none() {
        return;
    }
    CompleteEnv::with_factory(|| {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let schemas = match Session::start(&arguments) {
            Ok(mut session) => {
                // The words to complete stand after `--`; the database is wanted whatever they are.
                let _ = session.crm();
                session.schemas().to_vec()
            }
            Err(_) => kehu::crm::base_schemas().into_iter().map(std::sync::Arc::new).collect(),
        };
        tree::root(&schemas, &tree::Wanted::All)
    })
    .completer("kehu")
    .complete();
}

/// Candidates for a field's value: the words of a choice, and the records that a link may point to.
pub fn values(schema: &Schema, field: &Field) -> ArgValueCompleter {
    let words: Vec<(String, String)> = match &field.kind {
        Kind::YesNo => vec![("yes".into(), String::new()), ("no".into(), String::new())],
        _ => field
            .choices()
            .iter()
            .filter(|choice| !choice.retired)
            .map(|choice| (choice.key.to_string(), choice.label.to_string()))
            .collect(),
    };
    let target = field.kind.target().map(str::to_owned);
    let open = (field.kind == Kind::OpenList).then(|| (schema.kind, field.clone()));
    ArgValueCompleter::new(move |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        match (&target, &open) {
            (Some(kind), _) => live(kind, &typed),
            (None, Some((kind, field))) => used(kind, field, &typed).unwrap_or_default(),
            (None, None) => words
                .iter()
                .filter(|(word, _)| word.starts_with(&*typed))
                .map(|(word, help)| CompletionCandidate::new(word).help(Some(help.clone().into())))
                .collect(),
        }
    })
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
    ArgValueCompleter::new(move |typed: &OsStr| live(kind, &typed.to_string_lossy()))
}

/// The refs of the newest records whose name, or whatever is searched, goes with what was typed.
fn live(kind: &str, typed: &str) -> Vec<CompletionCandidate> {
    let records = || -> kehu::Result<Vec<(String, String)>> {
        let mut session = Session::start(&[OsString::from("kehu"), OsString::from("find")])?;
        let crm = session.crm()?;
        let mut query = kehu::crm::Query { limit: Some(40), ..kehu::crm::Query::new(kind) };
        let schema = crm.schema(kind)?;
        query.columns = vec![schema.title().name.to_string()];
        let is_ref = typed.to_uppercase().starts_with(schema.letter)
            && typed[schema.letter.len()..].bytes().all(|byte| byte.is_ascii_digit());
        if !typed.is_empty() && !is_ref {
            query.filter = kehu::record::filter::Filter::Word(typed.to_owned());
        }
        let grid = crm.list(&query)?;
        Ok(grid
            .rows
            .iter()
            .map(|row| (row.short.clone(), row.cells[0].as_text().unwrap_or_default().to_owned()))
            .collect())
    };
    // A shell asks in the middle of typing: what cannot be answered is not worth an error.
    let records = records().unwrap_or_default();
    let by_ref: Vec<_> = records.iter().filter(|(short, _)| short.starts_with(&typed.to_uppercase())).collect();
    if by_ref.is_empty() {
        let name = |(_, title): &&(String, String)| title.to_lowercase().starts_with(&typed.to_lowercase());
        return records
            .iter()
            .filter(name)
            .map(|(short, title)| CompletionCandidate::new(title).help(Some(short.clone().into())))
            .collect();
    }
    by_ref.into_iter().map(|(short, title)| CompletionCandidate::new(short).help(Some(title.clone().into()))).collect()
}
