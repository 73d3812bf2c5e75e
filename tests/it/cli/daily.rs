//! `kehu log`, `today`, `activity plan`, `emails`, `calendar`, `report day`: the day of a salesperson from the door.

use crate::world::{Desk, finished};
use std::{
    io::Write,
    process::{Command, Stdio},
};

#[test]
fn a_call_is_noted_in_one_line_and_what_comes_next_is_told() {
    let desk = Desk::new();
    let said = desk.say("log call C1 asked for a price --next \"+14d send the quote\" -v");
    assert!(
        said.err.contains("Noted A1.") && said.err.contains("Planned A2 send the quote for 2026-04-14."),
        "{}",
        said.err
    );
    assert_eq!(said.out, "", "nothing for a program to read");
    let shown = desk.say("activity show A1 -f json").json();
    assert_eq!(shown["followed_by"], "A2 send the quote");
    assert_eq!(desk.say("log 电话 A2 \"they took it\" -f ids").done(), "A2\n");
    desk.say("undo").done();
    assert_eq!(desk.say("activity show A2 -f json").json()["state"], "planned");
    let tried = desk.say("log visit C2 \"saw the hall\" --dry-run");
    assert!(tried.err.starts_with("Nothing was written (--dry-run); otherwise: Noted"), "{}", tried.err);
    assert_eq!(desk.say("activity list --count").done(), "2\n");
}

#[test]
fn a_long_note_comes_through_standard_input() {
    let desk = Desk::new();
    let piped = |text: &[u8]| {
        let mut child: Command = desk.command(["log", "note", "C1", "-"]);
        let mut child =
            child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        child.stdin.take().expect("a pipe").write_all(text).expect("writes");
        child.wait_with_output().expect("ends").status.code()
    };
    assert_eq!(piped("第一行\nsecond line\n".as_bytes()), Some(0));
    let shown = desk.say("activity show A1 -f json").json();
    assert_eq!(shown["subject"], "第一行");
    assert_eq!(shown["notes"], "第一行\nsecond line");
    assert_eq!(piped(b""), Some(2));
    assert_eq!(piped(b"\xff\xfe"), Some(2));
}

#[test]
fn what_cannot_be_noted_says_why() {
    let desk = Desk::new();
    for (line, code, word) in [
        ("log call", 2, "kehu log call C1"),
        ("log call C1", 2, "what happened"),
        ("log call Nobody hello", 3, "Nobody"),
        ("log call U2 hello", 2, "U2"),
        ("log shout C1 hello", 2, "shout"),
        ("log call C1 hello --at tomorrow", 5, "kehu activity add"),
        ("log call C1 hello --minutes -5", 2, "-5"),
        ("log call C1 hello --contact P2", 5, "P2 Ingrid Larsen"),
        ("log call C1 hello --next soon", 2, "soon"),
        ("log email --where level=A hello", 2, "--yes"),
        ("log email --where level=A hello --minutes 3 -y", 2, "--minutes"),
        ("activity plan hello --where level=A", 2, "--due"),
        ("activity move A1 --to tomorrow", 2, "--because"),
        ("activity move A1 --to tomorrow --because x", 3, "A1"),
        ("today --user nobody", 3, "nobody"),
        ("today --date someday", 2, "someday"),
        ("calendar export kehu.db --force", 2, "the database itself"),
        ("config set silence E=3", 2, "E=3"),
    ] {
        let said = desk.say(line);
        assert_eq!((said.code, said.err.contains(word)), (code, true), "{line}: {}", said.err);
    }
    assert_eq!(desk.say("activity list --count").done(), "0\n", "nothing half done");
}

#[test]
fn a_day_is_planned_lived_and_reported() {
    let desk = Desk::new();
    desk.say(
        "activity plan \"Call about prices\" --where owner=lin,mei --kind call --due today --owner customer --yes",
    )
    .done();
    assert_eq!(desk.say("activity list owner=mei -f ids").done().lines().count(), 1);
    let today = desk.say("today -f json").json();
    assert_eq!(today["today"][0]["customer"]["title"], "招商银行深圳分行");
    assert_eq!(today["overdue"].as_array().map(Vec::len), Some(0));
    assert!(desk.say("today --user mei").done().contains("Acme Robotics"));
    assert!(desk.say("today --user mei --date tomorrow").done().starts_with("Overdue\n"));
    desk.say("log call A2 \"wants a quote\"").done();
    let page = desk.say("report day -f html").done();
    assert_eq!(page.matches("<!doctype html>").count(), 1);
    assert!(page.contains("<h2>Done</h2>") && page.contains("wants a quote"), "{page}");
    let notes = desk.say("report day -f md --lang zh").done();
    assert!(notes.starts_with("## 当日\n\n|") && notes.contains("## 已完成\n\n|"), "{notes}");
    let json = desk.say("report day -f json").json();
    assert_eq!(json["done_by_kind"][0]["count"], 1);
    desk.say("undo").done();
    assert_eq!(desk.say("report day -f json").json()["done"].as_array().map(Vec::len), Some(0));
}

#[test]
fn addresses_are_lines_for_a_program() {
    let desk = Desk::new();
    assert_eq!(desk.say("customer emails C3 name~nobody").done(), "");
    let lines = desk.say("customer emails owner=mei").done();
    assert_eq!(lines, "hello@acme.example\nzoe@acme.example\n");
    let table = desk.say("customer emails owner=mei --primary-only -f csv").done();
    assert!(table.ends_with(",Zoe Acker,zoe@acme.example,Acme Robotics\n"), "{table}");
    desk.say("contact leave P3").done();
    assert_eq!(desk.say("contact emails customer.owner=mei").done(), "");
}

#[test]
fn a_calendar_is_a_file_that_appears_whole() {
    let desk = Desk::new();
    desk.say("activity add \"Visit\" --kind visit --customer C1 --due \"2026-04-01 10:00\"").done();
    desk.say("calendar export plans.ics").done();
    let text = std::fs::read_to_string(desk.folder().join("plans.ics")).expect("reads");
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.contains("DTSTART:20260401T020000Z\r\n"), "{text}");
    assert_eq!(desk.say("calendar export plans.ics").code, 4, "what is there stays");
    assert_eq!(desk.say("calendar export -").done(), text);
    let mut abroad = desk.command(["calendar", "export"]);
    assert_eq!(finished(abroad.env("TZ", "Europe/Berlin")).done(), text, "an hour is the same everywhere");
}

#[test]
fn silence_is_configured_by_level() {
    let desk = Desk::new();
    let silent = || desk.say("today -f json").json()["silent_for_too_long"].as_array().map(Vec::len);
    assert_eq!(silent(), Some(1));
    desk.say("config set silence B=30").done();
    assert_eq!(silent(), Some(0));
    assert_eq!(desk.say("config get silence").done(), "B=30\n");
}

#[test]
fn a_program_is_told_how_much_of_the_day_it_sees() {
    let desk = Desk::new();
    for number in 0..3 {
        desk.say(&format!("activity add \"x{number}\" --due yesterday")).done();
    }
    let day = desk.say("today --limit 2 -f json").json();
    assert_eq!(day["overdue"].as_array().map(Vec::len), Some(2));
    assert_eq!((&day["totals"]["overdue"]["total"], &day["totals"]["today"]["total"]), (&3.into(), &0.into()));
    assert_eq!(desk.say("today --limit 0 -f json").json()["overdue"].as_array().map(Vec::len), Some(3));
    assert!(desk.say("today --limit 2").done().starts_with("Overdue (2 of 3)\n"));
    assert!(desk.say("today --limit 2 --lang zh").done().starts_with("已逾期（共 3 条，显示 2 条）\n"));
}

#[test]
fn several_tables_are_no_csv() {
    let desk = Desk::new();
    for line in ["today -f csv", "report day -f csv", "report day -f tsv"] {
        let said = desk.say(line);
        assert_eq!((said.code, said.out.as_str(), said.err.contains("-f json")), (2, "", true), "{line}: {}", said.err);
    }
    let rows = desk.say("report latest --what new --period 2026 --summary -f csv").done();
    assert!(rows.starts_with("user,"), "{rows}");
}

#[test]
fn the_page_of_a_plan_tells_what_follows_it_or_nothing() {
    let desk = Desk::new();
    desk.say("activity add \"Call them\" --customer C1 --due tomorrow").done();
    assert!(!desk.say("activity show A1").done().contains("Next step"));
    assert!(!desk.say("activity show A1 --lang zh").done().contains("下一步"));
    desk.say("activity done A1 --next \"+3d send the quote\"").done();
    let page = desk.say("activity show A1").done();
    assert!(page.contains("Next step\nA2  2026-04-03"), "{page}");
    assert_eq!(desk.say("activity show A1 -f json").json()["next_activity"]["ref"], "A2");
    let page = desk.say("customer show C1 -f md").done();
    assert!(page.contains("## Next step\n\n| Ref |"), "{page}");
}
