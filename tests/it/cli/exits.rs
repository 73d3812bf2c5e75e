//! Every exit code of COMMANDS part 8, each by a command that earns it, and the error as programs read it.

use crate::world::{Desk, finished};
use kehu::store::{self, Open};
use std::process::Stdio;

#[test]
fn every_cause_has_its_exit_code_and_its_word() {
    let desk = Desk::new();
    desk.say("contact leave P2").done();
    for (line, code, word, field) in [
        ("customer list levle=A", 2, "bad_value", "levle"),
        ("customer add", 2, "bad_value", "name"),
        ("customer edit C1 level=E", 2, "bad_value", "level"),
        ("customer list since=someday", 2, "bad_value", "since"),
        ("customer frobnicate", 2, "bad_value", ""),
        ("customer list --limit many", 2, "bad_value", ""),
        ("customer show C99", 3, "not_found", ""),
        ("contact show 王晓明", 3, "ambiguous", ""),
        ("customer add Twin --email HELLO@acme.example", 4, "conflict", "email"),
        ("customer edit C1 level=D --if-version 7", 4, "conflict", ""),
        ("contact leave P2", 5, "refused", ""),
        ("customer edit C1 parent=C1", 5, "refused", "parent"),
        ("customer list --as kim", 8, "not_allowed", ""),
        ("customer list --db nowhere.db", 2, "database", ""),
    ] {
        let said = desk.say(&format!("{line} -f json"));
        assert_eq!(said.code, code, "{line}: {}{}", said.out, said.err);
        let error = said.error();
        assert_eq!(error["code"], word, "{line}");
        assert_eq!(error["retryable"], false, "{line}");
        assert_eq!(error["field"].as_str().unwrap_or_default(), field, "{line}");
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{line}");
        let said = desk.say(line);
        assert_eq!((said.code, said.out.as_str()), (code, ""), "{line}");
        assert!(said.err.starts_with("error: "), "{line}: {}", said.err);
    }
}

#[test]
fn nothing_is_an_answer_unless_it_is_said_not_to_be() {
    let desk = Desk::new();
    assert_eq!(desk.say("customer list level=D").code, 0);
    assert_eq!(desk.say("customer list level=D --fail-if-empty").code, 7);
    assert_eq!(desk.say("customer list level=D --fail-if-empty --count").code, 7);
    assert_eq!(desk.say("find nobody").code, 0);
    assert_eq!(desk.say("find nobody --fail-if-empty").code, 7);
    assert_eq!(desk.say("customer list level=D -f json").json()["items"], serde_json::json!([]));
}

#[test]
fn a_duplicate_names_its_holder_and_the_way_around() {
    let desk = Desk::new();
    let said = desk.say("customer add Twin --email hello@acme.example");
    assert!(said.err.contains("C3 Acme Robotics has the email hello@acme.example already."), "{}", said.err);
    desk.say("customer add Twin --email hello@acme.example --allow-duplicate").done();
}

#[test]
fn while_another_holds_the_database_a_write_says_busy_and_a_read_answers() {
    let desk = Desk::new();
    let mut other = store::open(&desk.database().display().to_string(), Open::default()).expect("opens");
    other.begin().expect("holds it");
    let said = desk.say("customer add Beta --wait 0.05 -f json");
    assert_eq!(said.code, 75, "{}", said.err);
    let error = said.error();
    assert_eq!((error["code"].as_str(), error["retryable"].as_bool()), (Some("busy"), Some(true)));
    assert_eq!(desk.say("customer list --count").done(), "4\n");
    other.rollback().expect("lets go");
    desk.say("customer add Beta --wait 0.05").done();
}

#[test]
fn without_a_database_one_is_told_how_to_make_it() {
    let desk = Desk::empty();
    let said = desk.say("customer list");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("init"), "{}", said.err);
    assert!(!desk.database().exists(), "a read makes no file");
    std::fs::write(desk.database(), "this is no database at all, though it is long enough to be one".repeat(9))
        .expect("writes");
    assert_eq!(desk.say("customer list").code, 2);
    for line in ["--help", "customer --help", "schema customer", "completions bash", "--version"] {
        desk.say(line).done();
    }
}

#[test]
fn of_twelve_parallel_adds_of_one_email_one_is_left() {
    let desk = Desk::new();
    let add = || desk.say("customer add Zoe --email zoe@zoo.example");
    let codes: Vec<i32> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..12).map(|_| scope.spawn(add)).collect();
        threads.into_iter().map(|thread| thread.join().expect("ends").code).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == 4).count(), 11, "{codes:?}");
    assert_eq!(desk.say("customer list email=zoe@zoo.example --count").done(), "1\n");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let desk = Desk::new();
    let mut crm = desk.crm();
    crm.transaction("Add many", |crm| {
        (0..3000).try_for_each(|number| {
            crm.add("customer", vec![("name".into(), kehu::record::Value::Text(format!("Customer {number}")))])
                .map(drop)
        })
    })
    .expect("adds");
    for format in ["table", "csv", "ndjson", "json", "ids"] {
        let mut child = desk
            .command(["customer", "list", "-f", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        let mut out = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
        std::io::BufRead::read_line(&mut out, &mut line).expect("reads");
        drop(out);
        let output = child.wait_with_output().expect("ends");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{format}");
    }
    let full = finished(desk.command(["customer", "list", "-f", "ids"]).stdout(Stdio::piped()));
    assert_eq!(full.out.lines().count(), 3004);
}
