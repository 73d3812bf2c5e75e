//! What was typed is never lost: not by a crash, not by leaving, not by a write that waits for somebody else's.

use super::{Eyes, Sitting, at, on, terminal::Session};
use crate::world::Desk;
use kehu::doors::language::Language;

/// The same desk, after the program was killed.
fn again(mut it: Sitting) -> Sitting {
    let desk = std::mem::replace(&mut it.desk, Desk::empty());
    drop(it);
    on(desk, Language::English, 120, 36)
}

fn notes(it: &mut Sitting) -> u64 {
    it.crm.count_where("activity", "").expect("counts")
}

#[test]
fn what_was_typed_of_a_customer_and_not_saved_survives_a_crash() {
    let mut it = at(120, 36);
    it.press("i").type_("call wants the big one");
    let mut it = again(it);
    it.sees("Written and not saved: C4");
    it.press("2").sees_no("wants the big one");
    it.press("j").press("i").sees_no("wants the big one").press("Esc").press("k");
    it.press("i").sees("call wants the big one").sees("taken up again");
    let before = notes(&mut it);
    it.press("Enter").sees("Noted A");
    assert_eq!(notes(&mut it), before + 1);
    let mut it = again(it);
    it.sees_no("Written and not saved").press("2").press("i").sees_no("taken up again");
}

#[test]
fn what_was_typed_and_taken_away_again_is_not_offered() {
    let mut it = at(120, 36);
    it.press("i").type_("call").press("Ctrl-u").press("Esc");
    again(it).sees_no("Written and not saved");
}

/// A note is written down while another process holds the database.
fn held(text: &str) -> Sitting {
    let mut it = at(120, 36);
    it.held = true;
    it.press("i").type_(text).press("Enter");
    it
}

fn subjects(it: &mut Sitting) -> Vec<String> {
    let query = kehu::crm::Query { columns: vec!["subject".to_owned()], ..kehu::crm::Query::new("activity") };
    let rows = it.crm.list(&query).expect("lists").rows;
    rows.iter().filter_map(|row| row.cells.first().and_then(|cell| cell.as_text()).map(str::to_owned)).collect()
}

#[test]
fn while_a_note_is_being_written_that_is_shown_and_what_is_typed_is_the_next_one() {
    let mut it = held("call wants the big one");
    it.sees("saving to kehu.db").sees(" saving ").sees("wants the big one");
    it.type_("mail sent the offer").sees("mail sent the offer").sees_no("onemail");
    assert_eq!(notes(&mut it), 0);
    it.held = false;
    it.settle().sees_no(" saving").sees("mail sent the offer").sees("Noted A1");
    it.press("Enter").sees("Noted A2");
    let mut said = subjects(&mut it);
    said.sort();
    assert_eq!(said, ["mail sent the offer", "wants the big one"]);
}

#[test]
fn whoever_leaves_while_a_write_waits_is_told_and_leaves_once_it_is_written() {
    let mut it = held("call wants the big one");
    it.press("Ctrl-q").sees("Waiting for a write to finish");
    assert!(!it.over);
    it.held = false;
    it.settle();
    assert!(it.over);
    assert_eq!(subjects(&mut it), ["wants the big one"]);
    again(it).sees_no("Written and not saved");
}

#[test]
fn whoever_changes_their_mind_stays() {
    let mut it = held("call wants the big one");
    it.press("Ctrl-q").press("Esc").sees_no("Waiting for a write").sees("[2 Customers]");
    it.held = false;
    it.settle().sees("Noted A1");
    assert!(!it.over);
}

#[test]
fn whoever_leaves_without_the_write_finds_the_text_again() {
    let mut it = held("call wants the big one");
    it.press("Ctrl-q").press("Ctrl-q");
    assert!(it.over);
    let mut it = again(it);
    it.sees("Written and not saved: C4").press("2").press("i").sees("wants the big one").sees("taken up again");
    it.press("Enter").sees("Noted A1");
}

/// A sitting whose writes wait for others for a moment only.
fn impatient() -> Sitting {
    let desk = Desk::new();
    let mut launch = super::launch(&desk);
    launch.settings.wait = std::time::Duration::from_millis(50);
    let driver = kehu::tui::driver::Driver::start(&launch, kehu::tui::glyphs::UNICODE, 120, 36).expect("starts");
    Sitting { desk, driver }
}

#[test]
fn a_write_that_fails_keeps_whoever_leaves_and_gives_the_text_back() {
    let mut it = impatient();
    it.press("2");
    it.held = true;
    it.press("i").type_("call wants the big one").press("Enter").type_("mail").press("Ctrl-q");
    let mut other = held_outside(&it.desk);
    it.held = false;
    it.settle().sees("in use by another process").sees("mail").sees("+1 not written yet");
    it.sees_no("Waiting for a write");
    assert!(!it.over, "somebody has to decide");
    other.rollback().expect("ends");
    it.press("Enter").sees("Noted A1").sees("wants the big one").press("Enter").sees("Noted A2");
    assert_eq!(notes(&mut it), 2);
}

fn held_outside(desk: &Desk) -> Box<dyn kehu::store::Database> {
    let mut other =
        kehu::store::open(&desk.database().display().to_string(), kehu::store::Open::default()).expect("opens");
    other.begin().expect("begins");
    other
}

fn note_while_held(session: &mut Session) {
    session.until("[1");
    session.say("2");
    session.until("Customers › C4");
    session.say("i");
    session.until("leave it");
    session.say("call wants the big one\r");
    session.until("saving");
    session.say("\x11");
    session.until("Waiting for a write to finish");
}

#[test]
fn on_a_terminal_too_leaving_waits_for_what_is_being_written() {
    let desk = Desk::new();
    let mut session = Session::start(&desk, &["tui", "--wait", "60"]);
    let mut other = held_outside(&desk);
    note_while_held(&mut session);
    other.rollback().expect("ends");
    assert_eq!(session.code(), 0);
    assert!(desk.say("activity list").done().contains("wants the big one"));
    assert!(!session.screen().contains("Not written"), "{}", session.screen());
}

#[test]
fn on_a_terminal_too_what_is_left_behind_is_said_and_offered_again() {
    let desk = Desk::new();
    let mut session = Session::start(&desk, &["tui", "--wait", "60"]);
    let mut other = held_outside(&desk);
    note_while_held(&mut session);
    session.say("\x11");
    assert_eq!(session.code(), 0);
    other.rollback().expect("ends");
    assert!(session.screen().contains("Not written, but kept: C4"), "{}", session.screen());
    assert_eq!(desk.crm().count_where("activity", "").expect("counts"), 0);
    let mut session = Session::start(&desk, &["tui"]);
    session.until("Written and not saved: C4");
    session.until("Customers › C4");
    session.say("i");
    session.until("wants the big one");
    session.say("\r");
    session.until("Noted A1");
    session.say("\x11");
    assert_eq!(session.code(), 0);
}

#[test]
fn a_system_that_ends_it_waits_for_what_is_being_written() {
    let desk = Desk::new();
    let mut session = Session::start(&desk, &["tui", "--wait", "60"]);
    let mut other = held_outside(&desk);
    note_while_held(&mut session);
    session.signal("TERM");
    std::thread::sleep(std::time::Duration::from_millis(300));
    other.rollback().expect("ends");
    assert_eq!(session.code(), 0);
    assert!(desk.say("activity list").done().contains("wants the big one"));
}

#[test]
fn what_was_said_of_something_done_survives_a_crash() {
    let mut it = at(120, 36);
    it.desk.say("activity add \"Ask who decides\" kind=call --customer C4 --due 2026-04-02T10:00").done();
    it.press("F5").press("x").sees("Done: ").type_("They want twelve");
    let mut it = again(it);
    it.sees("Written and not saved: A1")
        .press("2")
        .press("x")
        .sees("They want twelve")
        .sees("taken up again")
        .press("F2");
    assert_eq!(it.crm.count_where("activity", "done=today").expect("counts"), 1);
    assert!(it.state.drafts.is_empty());
}

#[test]
fn what_was_written_in_an_editor_and_could_not_be_saved_is_gone_on_with() {
    let mut it = impatient();
    it.press("2");
    let mut other = held_outside(&it.desk);
    it.editor = |text| format!("{text}Wants twelve");
    it.press("E").sees("in use by another process").sees("What you wrote is kept");
    other.rollback().expect("ends");
    it.editor = |text| text;
    it.press("E").sees("Changed C4");
    assert_eq!(it.crm.record("customer", 4).expect("is there").value("notes").as_text(), Some("Wants twelve"));
    assert!(it.state.drafts.is_empty());
}
