//! What a command line that was not understood is told: the right noun, the stages there are, the program's own name.

use crate::world::{Desk, Output, finished};

/// What it was told that it did not do.
#[track_caller]
fn refused(output: Output, code: i32) -> String {
    assert_eq!(output.code, code, "{}{}", output.out, output.err);
    output.err
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.say("deal add \"Cold store\" --customer C1 --amount \"CNY 90000\"").done();
    desk
}

#[test]
fn a_stage_may_stand_behind_the_deal_and_one_that_is_not_there_is_told_from_those_that_are() {
    let desk = desk();
    let told = refused(desk.say("deal move D1 Nowhere"), 3);
    assert!(told.contains("Nowhere is no stage of the pipeline"), "{told}");
    assert!(told.contains("Proposal") && told.contains("Won"), "{told}");
    desk.say("deal move D1 Proposal").done();
    let deal = desk.say("deal show D1 -f json").json();
    assert_eq!(deal["stage"]["title"], "Proposal");
    let log = desk.say("oplog --limit 1 -f json").json();
    assert_eq!(log["items"][0]["what"], "move D1 Cold store");
    let unknown = refused(desk.say("deal move D1 D99"), 3);
    assert!(unknown.contains("There is no deal D99."), "{unknown}");
}

#[test]
fn a_hint_names_the_program_and_the_command_however_its_file_is_called() {
    let desk = desk();
    let other = desk.folder().join("kehu-old");
    std::fs::copy(env!("CARGO_BIN_EXE_kehu"), &other).expect("copies");
    let mut command = std::process::Command::new(&other);
    command.args(["ticket", "rate", "T64", "9"]).env_clear().env("HOME", desk.folder()).env("KEHU_DB", desk.database());
    let told = refused(finished(command.env("KEHU_USER", "lin")), 2);
    assert!(told.contains("<SCORE> takes a number from 1 to 5, and 9 is none."), "{told}");
    assert!(told.contains("hint: kehu ticket rate --help"), "{told}");
    let told = refused(desk.say("report nope"), 2);
    assert!(told.contains("hint: kehu report --help"), "{told}");
}

#[test]
fn the_log_calls_operations_in_chinese_for_those_who_want_that() {
    let desk = desk();
    desk.say("deal move D1 Proposal").done();
    let log = desk.say("--lang zh oplog --limit 1").done();
    assert!(log.contains("移动 D1 Cold store"), "{log}");
}

#[test]
fn what_was_changed_is_told_in_chinese_with_its_words() {
    let desk = Desk::new();
    let told = desk.say("--lang zh customer edit C1 opt_out=yes level=B -v");
    assert!(told.err.contains("拒收群发 否 → 是"), "{}", told.err);
    assert!(told.err.contains("级别") && !told.err.contains("level"), "{}", told.err);
    let told = desk.say("customer edit C1 opt_out=no -v");
    assert!(told.err.contains("opt_out yes → no"), "{}", told.err);
}
