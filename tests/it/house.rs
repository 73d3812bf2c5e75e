//! What the house promises about itself and the compiler cannot see: the sources are read, and so is the catalogue.

use crate::{storage::on_both, world::World};
use kehu::{crm::base_schemas, store};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A source file without its tests.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines that are no comments, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Whether it belongs to one of the doors.
    fn is_door(&self) -> bool {
        ["src/main.rs", "src/cli", "src/tui", "src/doors"].iter().any(|door| self.path.starts_with(door))
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    rust_files(&Path::new(ROOT).join("src"), &mut paths);
    paths.sort();
    let source = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("reads");
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        Source { path: path.strip_prefix(ROOT).expect("is inside").display().to_string(), text }
    };
    paths.into_iter().filter(|path| !path.ends_with("tests.rs")).map(source).collect()
}

/// The places in the code where one of the words stands.
fn places(sources: &[Source], words: &[&str], excused: impl Fn(&Source, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in source.code() {
            if words.iter().any(|word| line.contains(word)) && !excused(source, line) {
                found.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    found
}

#[track_caller]
fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_file_opens_by_saying_what_it_is_for() {
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches"] {
        rust_files(&Path::new(ROOT).join(folder), &mut paths);
    }
    let silent = |path: &&PathBuf| !std::fs::read_to_string(path).expect("reads").starts_with("//! ");
    none(&paths.iter().filter(silent).map(|path| path.display().to_string()).collect::<Vec<_>>());
}

#[test]
fn the_library_never_prints_reads_the_environment_looks_at_the_clock_or_exits() {
    let library: Vec<Source> = sources().into_iter().filter(|source| !source.is_door()).collect();
    let words = [
        "println!",
        "eprintln!",
        "print!(",
        "dbg!",
        "std::env",
        "env::var",
        "process::exit",
        "stdin()",
        "stdout()",
        "stderr()",
        "Timestamp::now",
        "SystemTime",
        "Zoned::now",
        "TimeZone::system",
    ];
    // The handle's clock; and the heartbeat of an import, which no fixed clock has.
    let clocks = [("src/clock.rs", "Timestamp::now"), ("src/exchange/import/ledger.rs", "SystemTime::now()")];
    let is_clock =
        |source: &Source, line: &str| clocks.iter().any(|(path, call)| source.path == *path && line.contains(call));
    none(&places(&library, &words, is_clock));
    let terminals =
        ["clap", "dialoguer", "indicatif", "terminal_size", "comfy_table", "ratatui", "crossterm", "whoami"];
    let named = |source: &Source, line: &str| {
        let used = |name: &&str| line.contains(&format!("{name}::")) || line.contains(&format!("use {name}"));
        source.is_door() || !terminals.iter().any(used)
    };
    none(&places(&library, &terminals, named));
}

#[test]
fn no_room_knows_a_door_and_the_dashboard_asks_the_store_nothing() {
    let (doors, rooms): (Vec<Source>, Vec<Source>) = sources().into_iter().partition(Source::is_door);
    let names = ["crate::tui", "crate::doors", "crate::{tui", "crate::{doors"];
    none(&places(&rooms, &names, |_, _| false));
    let dashboard: Vec<Source> = doors.into_iter().filter(|source| source.path.starts_with("src/tui")).collect();
    // Whoever waits no longer may stop the question.
    none(&places(&dashboard, &["store::"], |_, line| line.contains("store::Interrupter")));
}

#[test]
fn the_doors_write_no_sql() {
    let doors: Vec<Source> = sources().into_iter().filter(Source::is_door).collect();
    let words =
        ["SELECT ", "INSERT INTO", "UPDATE \"", "DELETE FROM", "CREATE TABLE", "PRAGMA ", "rusqlite", "postgres::"];
    // A help shows what a person may write.
    none(&places(&doors, &words, |_, line| line.contains("kehu sql ")));
}

#[test]
fn nothing_outside_the_tests_may_panic_by_intent() {
    let words = [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
    none(&places(&sources(), &words, |_, _| false));
}

#[test]
fn every_kind_field_and_choice_has_its_chinese_words() {
    let mut missing = Vec::new();
    for schema in base_schemas() {
        for field in &schema.fields {
            if field.label_zh.is_empty() {
                missing.push(format!("{}.{}", schema.kind, field.name));
            }
            let silent = field.choices().iter().filter(|choice| choice.label_zh.is_empty());
            missing.extend(silent.map(|choice| format!("{}.{}={}", schema.kind, field.name, choice.key)));
        }
        let noun = kehu::catalog::entry(schema.kind).map_or("", |entry| entry.noun_zh);
        if noun.is_empty() {
            missing.push(schema.kind.to_owned());
        }
    }
    none(&missing);
}

/// A text in the code, and whether it stands directly in `Message::new(…)`.
struct Literal {
    text: String,
    message: bool,
    place: String,
}

/// The texts of a source, in the order they stand.
fn literals(source: &Source) -> Vec<Literal> {
    let (text, mut found) = (&source.text, Vec::new());
    let (mut at, mut line) = (0, 1);
    while let Some(letter) = text[at..].chars().next() {
        let rest = &text[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with("'\"'") || rest.starts_with("'\\''") {
            at += 3;
            continue;
        }
        if letter == '"' {
            let raw = text[..at].ends_with('r') || text[..at].ends_with("r#");
            let (literal, length) = literal(&rest[1..], raw);
            let message = text[..at].trim_end().ends_with("Message::new(");
            found.push(Literal { text: literal, message, place: format!("{}:{line}", source.path) });
            line += rest[..=length].matches('\n').count();
            at += length + 1;
            continue;
        }
        line += usize::from(letter == '\n');
        at += letter.len_utf8();
    }
    found
}

/// What a literal says, and how long it is in the source up to and with its closing quote.
fn literal(source: &str, raw: bool) -> (String, usize) {
    let mut text = String::new();
    let mut letters = source.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return (text, place + 1),
            '\\' if !raw => match letters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, '\n')) => while letters.next_if(|(_, next)| next.is_whitespace()).is_some() {},
                Some((_, other)) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    (text, source.len())
}

/// Whether a template says anything in words: not when it is a command to run, or nothing but its arguments.
fn has_words(template: &str) -> bool {
    let command = template.starts_with("kehu ") && !template.contains('(') && !template.ends_with('.');
    let mut depth = 0_i32;
    let bare = template.chars().filter(|letter| {
        depth += i32::from(*letter == '{') - i32::from(*letter == '}');
        depth == 0 && letter.is_alphabetic()
    });
    !command && bare.count() > 0
}

/// The templates of everything that is said: those in `Message::new("…")`, and sentences that reach one by a name.
fn templates(sources: &[Source]) -> BTreeMap<String, String> {
    // A statement ends in the mark of an argument, a help in the end of its examples.
    let other = |text: &str| text.ends_with(" ?") || text.starts_with("Examples:");
    let sentence = |text: &str| {
        let begins = text.starts_with(|first: char| first.is_uppercase() || first == '{');
        begins && text.contains(' ') && !text.contains('\n') && text.ends_with(['.', '?']) && !other(text)
    };
    let mut found = BTreeMap::new();
    for source in sources {
        let indirect = source.text.contains("Message::new(");
        for literal in literals(source) {
            if (literal.message || indirect && sentence(&literal.text)) && has_words(&literal.text) {
                found.insert(literal.text, literal.place);
            }
        }
    }
    found
}

fn catalogue() -> BTreeMap<String, String> {
    let path = Path::new(ROOT).join("src/messages.zh.toml");
    toml::from_str(&std::fs::read_to_string(path).expect("reads")).expect("is TOML")
}

#[test]
fn the_chinese_of_the_help_can_be_read() {
    let text = std::fs::read_to_string(Path::new(ROOT).join("src/cli/help.zh.toml")).expect("reads");
    let help: BTreeMap<String, String> = toml::from_str(&text).expect("is TOML, and says each sentence once");
    assert!(help.len() > 100);
}

/// The arguments that a template names; `{count:record|records}` names what `{count}` does.
fn arguments(template: &str) -> BTreeSet<&str> {
    template.split('{').skip(1).filter_map(|part| part.split(['}', ':']).next()).collect()
}

#[test]
fn everything_that_is_said_is_said_in_chinese_too() {
    let catalogue = catalogue();
    let missing = templates(&sources()).into_iter().filter(|(template, _)| !catalogue.contains_key(template));
    none(&missing.map(|(template, place)| format!("{place}: {template:?}")).collect::<Vec<_>>());
}

/// What operations are called in the log: the texts that stand where one is named, with a word for each thing in them.
fn labels(sources: &[Source]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.path.starts_with("src/store")) {
        for mark in [".transaction(", "relabel(", "label_with_refs(", "let label = ", "let word = match", "label_run("]
        {
            for (place, _) in source.text.match_indices(mark) {
                let after = &source.text[place..];
                let end = ["|crm", "|_|", ";\n"].iter().filter_map(|end| after.find(end)).min().unwrap_or(after.len());
                let text = after[..end].to_owned();
                let line = source.text[..place].lines().count();
                // A word that begins a label is followed by what it was done to; the dashboard labels its lines too.
                let follows = if mark.contains("word") { " X1" } else { "" };
                let elsewhere = mark.starts_with("let ") && source.is_door();
                for literal in literals(&Source { path: source.path.clone(), text }).iter().filter(|_| !elsewhere) {
                    found.insert(exemplary(&literal.text) + follows, format!("{}:{line}", source.path));
                }
            }
        }
    }
    // What begins with a word of somebody's own is called by it.
    let called = |label: &str| label.contains(' ') && label.starts_with(char::is_uppercase);
    found.retain(|label, _| called(label) && !label.starts_with("X1") && !label.starts_with("UPDATE "));
    found
}

/// A label with a word for each thing that is filled into it.
fn exemplary(template: &str) -> String {
    let mut text = String::new();
    for (place, part) in template.split('{').enumerate() {
        let after = if place == 0 { Some(part) } else { part.split_once('}').map(|(_, after)| after) };
        text.push_str(if place == 0 { "" } else { "X1" });
        text.push_str(after.unwrap_or_default());
    }
    text.trim_end_matches([':', ' ']).to_owned()
}

#[test]
fn every_operation_is_called_in_chinese_in_the_log() {
    let is_chinese = |text: &str| text.contains(|letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    let mut labels = labels(&sources());
    assert!(labels.len() > 60, "{labels:?}");
    for entry in kehu::catalog::ENTRIES {
        for verb in entry.verbs {
            labels.insert(format!("{} X1 Acme", verb.name), format!("the verbs of {}", entry.kind));
        }
    }
    let said = |label: &str| kehu::doors::language::operation(label);
    let missing = labels.into_iter().filter(|(label, _)| !is_chinese(&said(label)));
    none(&missing.map(|(label, place)| format!("{place}: {label:?}")).collect::<Vec<_>>());
}

#[test]
fn every_chinese_sentence_belongs_to_one_that_is_said_and_names_what_it_names() {
    let said: BTreeSet<String> = sources().iter().flat_map(literals).map(|literal| literal.text).collect();
    let mut wrong = Vec::new();
    for (english, chinese) in catalogue() {
        if !said.contains(&english) {
            wrong.push(format!("nothing says {english:?}"));
        }
        if arguments(&english) != arguments(&chinese) {
            wrong.push(format!("{english:?} and {chinese:?} name different arguments"));
        }
    }
    none(&wrong);
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = std::fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).expect("reads");
    let (mut inside, mut reason, mut silent) = (false, false, Vec::new());
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies]");
        } else if inside && line.contains(" = ") && !line.starts_with('#') && !reason {
            silent.push(line.to_owned());
        }
        reason = line.starts_with("# ");
    }
    none(&silent);
}

on_both! {
    fn the_tables_are_what_the_schemas_say(world) {
        world.customer("招商银行深圳分行");
        let mut db = store::open(&world.url, store::Open::default()).expect("opens");
        let mut wrong = Vec::new();
        for schema in base_schemas() {
            let mut expected = BTreeSet::new();
            for field in schema.fields.iter().filter(|field| field.stored()) {
                expected.insert(field.name.to_string());
                if field.kind == kehu::record::Kind::Money {
                    expected.insert(format!("{}_currency", field.name));
                }
                if field.has_key() {
                    expected.insert(format!("{}_key", field.name));
                }
            }
            let mut tables = vec![(schema.table.to_owned(), expected)];
            if db.dialect() == store::Dialect::Sqlite {
                tables.push(("item".to_owned(), ["field", "record", "position", "value"].map(str::to_owned).into()));
            }
            for list in schema.lists().filter(|_| db.dialect() == store::Dialect::Postgres) {
                tables.push((schema.list_table(list), ["record", "position", "value"].map(str::to_owned).into()));
            }
            for (table, expected) in tables {
                let columns = store::columns(&mut *db, &table).expect("reads");
                let columns: BTreeSet<String> = columns.into_iter().map(|column| column.name).collect();
                if columns != expected {
                    wrong.push(format!("{table}: {:?}", columns.symmetric_difference(&expected).collect::<Vec<_>>()));
                }
            }
        }
        none(&wrong);
    }
}
