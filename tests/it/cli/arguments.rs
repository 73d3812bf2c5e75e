//! Whatever is typed, the program answers: it never panics and never takes an unheard-of way out.

use crate::world::Desk;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

const WORDS: [&str; 40] = [
    "customer",
    "contact",
    "user",
    "add",
    "list",
    "show",
    "edit",
    "rm",
    "find",
    "undo",
    "schema",
    "oplog",
    "sql",
    "view",
    "field",
    "config",
    "get",
    "C1",
    "-f",
    "json",
    "--format=pdf",
    "--where",
    "level=A",
    "level=",
    "=",
    "a:b:c",
    "((",
    "\"",
    "--limit",
    "-1",
    "--",
    "-",
    "",
    "招商",
    "\u{1b}[31m",
    "--now",
    "--db",
    ":memory:",
    "--sort",
    "--help",
];

#[test]
fn no_words_make_it_panic() {
    let desk = Desk::empty();
    let words = prop::collection::vec(
        prop_oneof![3 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => "\\PC{0,6}"],
        0..6,
    );
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let result = runner.run(&words, |words| {
        let said = desk.run(&words);
        prop_assert!(!said.err.contains("panicked"), "{}", said.err);
        prop_assert!(matches!(said.code, 0..=5 | 7 | 8), "{} {}", said.code, said.err);
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}
