//! What is generated is current, and every help has examples that run as they stand.

use crate::world::{Desk, Output, words};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// File names and contents of a folder.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let file = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("reads"))
    };
    entries.map(|entry| file(entry.expect("an entry").path())).collect()
}

fn is_current(command: &str) {
    let desk = Desk::empty();
    desk.say(&format!("{command} --dir {command}")).done();
    let (made, kept) = (files(&desk.folder().join(command)), files(&Path::new(ROOT).join(command)));
    let stale: Vec<&String> =
        made.iter().filter(|(name, text)| kept.get(*name) != Some(text)).map(|(name, _)| name).collect();
    let surplus: Vec<&String> = kept.keys().filter(|name| !made.contains_key(*name)).collect();
    assert!(
        stale.is_empty() && surplus.is_empty(),
        "run: rm -r {command}; cargo run -- {command} --dir {command}   (stale: {stale:?}, surplus: {surplus:?})"
    );
}

#[test]
fn the_completions_are_current() {
    is_current("completions");
}

#[test]
fn the_manual_pages_are_current() {
    is_current("man");
}

/// Every command that does something, as its words after `kehu`, in the order in which the manual pages are named.
fn commands(desk: &Desk) -> Vec<Vec<String>> {
    desk.say("man --dir pages").done();
    let pages = files(&desk.folder().join("pages"));
    let name =
        |page: &String| page.trim_start_matches("kehu").trim_end_matches(".1").trim_start_matches('-').to_owned();
    let names: Vec<String> = pages.keys().map(name).filter(|name| !name.is_empty()).collect();
    // A report's name may have a dash in it.
    let words = |name: &String| match name.strip_prefix("report-") {
        Some(report) => vec!["report".to_owned(), report.to_owned()],
        None => name.split('-').map(str::to_owned).collect(),
    };
    names.iter().map(words).collect()
}

/// The lines below `Examples:` in a help.
fn examples(desk: &Desk, command: &[String]) -> Vec<String> {
    let help = desk.run(command.iter().map(String::as_str).chain(["--help"])).done();
    let (_, below) = help.split_once("Examples:\n").unwrap_or_default();
    below.lines().take_while(|line| line.starts_with("  kehu ")).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_help_has_two_examples_that_need_no_more_quoting_than_double_quotes() {
    let desk = Desk::empty();
    let mut poor = Vec::new();
    for command in commands(&desk) {
        let examples = examples(&desk, &command);
        if examples.len() < 2 || examples.iter().any(|line| needs_quoting(line)) {
            poor.push((command.join(" "), examples));
        }
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

/// Whether a shell would take anything in it for its own; within double quotes it takes less.
fn needs_quoting(example: &str) -> bool {
    let bare = |(place, part): (usize, &str)| {
        place % 2 == 0 && part.contains(['\'', '|', '>', '<', '(', ')', '*', ';', '&', '#', '~'])
    };
    example.contains(['\\', '$', '`']) || example.split('"').enumerate().any(bare)
}

/// Runs an example; in a script, where every question needs its answer at once.
fn run(desk: &Desk, example: &str) -> Output {
    desk.run(words(example.strip_prefix("kehu ").unwrap_or_default()))
}

#[test]
fn every_example_runs_on_the_demo_database() {
    let demo = Desk::empty();
    demo.run(["demo", "kehu.db"]).done();
    // The files that imports speak of hold what the demo holds.
    let kinds = kehu::crm::base_schemas().into_iter().filter(|schema| !matches!(schema.kind, "field" | "view"));
    let file = |schema: kehu::record::Schema| {
        (format!("{}.csv", schema.table), demo.run([schema.kind, "export", "-f", "csv"]).done())
    };
    let files: Vec<(String, String)> = kinds.map(file).collect();
    let mut failed = Vec::new();
    for command in commands(&demo) {
        // A help's examples run one after the other on a fresh copy, as somebody would try them who reads it.
        let desk = Desk::empty();
        std::fs::copy(demo.database(), desk.database()).expect("copies");
        for (name, text) in &files {
            std::fs::write(desk.folder().join(name), text).expect("writes");
        }
        for example in examples(&desk, &command) {
            let said = run(&desk, &example);
            if said.code != 0 {
                failed.push(format!("{}: {example}: {} {}", command.join(" "), said.code, said.err.trim()));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
