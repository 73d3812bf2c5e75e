//! Ctrl-C: what was begun ends in good order, and the reader is told what stands.

use crate::{
    postgres_server::fresh_database,
    world::{Desk, Output},
};
use std::{
    fmt::Write,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

fn start(desk: &Desk, line: &str) -> Child {
    let words = crate::world::words(line);
    desk.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
}

fn press(child: &Child) {
    let done = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    assert!(done.success());
}

fn ended(child: Child) -> Output {
    let output = child.wait_with_output().expect("ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Output { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// Waits until it is so, for half a minute at most.
fn until(mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never was so");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn many_customers(desk: &Desk, count: usize) {
    let mut text = String::from("name,phone\n");
    for at in 0..count {
        let _ = writeln!(text, "Customer {at},0755-{}", 10_000_000 + at);
    }
    std::fs::write(desk.folder().join("many.csv"), text).expect("writes");
}

#[test]
fn an_interrupted_import_says_what_stands_and_can_be_finished_or_undone() {
    let desk = Desk::new();
    many_customers(&desk, 6_000);
    let child = start(&desk, "customer import many.csv");
    let written = || desk.crm().import_runs().expect("lists").first().is_some_and(|run| run.created > 0);
    until(written);
    press(&child);
    let said = ended(child);
    assert_eq!(said.code, 130, "{}", said.err);
    let stands = desk.crm().import_runs().expect("lists").remove(0);
    assert_eq!(stands.state, "running");
    let operation = stands.operation.expect("one");
    let sentence = format!(
        "error: The import was interrupted: {} rows are written and stay; `kehu undo {operation}` takes them back.\n\
         hint: kehu import resume\n",
        stands.created
    );
    assert_eq!(said.err, sentence);
    let count = |desk: &Desk| desk.say("customer list --count").done().trim().parse::<u64>().expect("a number");
    assert_eq!(count(&desk), 4 + stands.created);
    desk.say("import resume").done();
    assert_eq!(count(&desk), 6_004);
    desk.say(&format!("undo {operation}")).done();
    assert_eq!(count(&desk), 4);
    let runs = desk.say("import runs -f json").json();
    assert_eq!(runs["items"][0]["state"], "undone");
    desk.say("redo").done();
    assert_eq!(desk.say("import runs -f json").json()["items"][0]["state"], "done");
}

#[test]
fn an_interrupted_check_or_edit_writes_nothing() {
    let desk = Desk::new();
    many_customers(&desk, 6_000);
    let child = start(&desk, "customer import many.csv");
    // A thread of its own listens for the key.
    let threads = format!("/proc/{}/task", child.id());
    until(|| std::fs::read_dir(&threads).map_or(true, |threads| threads.count() > 1));
    std::thread::sleep(Duration::from_millis(300));
    press(&child);
    let said = ended(child);
    assert_eq!(said.code, 130);
    if desk.crm().import_runs().expect("lists").is_empty() {
        assert_eq!(said.err, "error: Interrupted; nothing was written.\n");
    }
}

#[test]
fn the_server_stops_working_for_whoever_left() {
    let Some(url) = fresh_database() else { return };
    let desk = Desk::empty();
    desk.run(["--db", &url, "customer", "import", "-"]);
    desk.run(["--db", &url, "init"]);
    let child = start(&desk, &format!("--db {url} sql \"SELECT pg_sleep(60)\""));
    let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("the server answers");
    let mut sleeping = move || {
        let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%' \
                   AND pid <> pg_backend_pid()";
        client.query_one(sql, &[]).expect("counts").get::<_, i64>(0) > 0
    };
    until(&mut sleeping);
    let start = Instant::now();
    press(&child);
    assert_eq!(ended(child).code, 130);
    until(|| !sleeping());
    assert!(start.elapsed() < Duration::from_secs(10));
}
