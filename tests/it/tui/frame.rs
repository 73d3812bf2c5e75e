//! The frame: tabs, help, palette, jumping, messages, small windows, the mouse, and the next session.

use super::{Eyes, at, on};
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use kehu::doors::language::Language;

fn click(it: &mut super::Sitting, text: &str) {
    let screen = it.screen();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect(text);
    let before = line.split(text).next().expect("a beginning");
    let column = u16::try_from(kehu::tui::text::width(before)).expect("fits");
    let kind = MouseEventKind::Down(MouseButton::Left);
    let row = u16::try_from(row).expect("fits");
    it.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    it.settle();
}

#[test]
fn numbers_and_clicks_lead_to_tabs() {
    let mut it = at(120, 36);
    it.press("6").sees("[6 Activities]").press("Alt-7").sees("All kinds of record");
    click(&mut it, "2 Customers");
    it.sees("[2 Customers]");
    it.press("4").sees("[4 Tickets]");
}

#[test]
fn the_mouse_selects_opens_sorts_and_clicks_hints() {
    let mut it = at(90, 36);
    click(&mut it, "Nordic Instruments");
    it.sees("3/4");
    click(&mut it, "Nordic Instruments");
    it.sees("[Overview]").press("Esc");
    click(&mut it, "Name");
    it.sees("Name ▲");
    click(&mut it, "search");
    it.type_("Acme").sees("Acme Robotics").sees_no("Nordic");
}

#[test]
fn the_help_finds_what_is_typed_and_does_it() {
    let mut it = at(120, 36);
    it.press("?").sees("Keys that count here").type_("recycle bin").press("Enter").sees("recycle bin");
}

#[test]
fn the_palette_finds_commands_records_and_says_why_not() {
    let mut it = at(120, 36);
    it.press("Ctrl-k").type_("zsyh").sees("C1 招商银行深圳分行").press("Down Down Down Down Down Down Down Enter");
    it.press("Esc Esc").press(":").type_("@nordic").sees("C2 Nordic").press("Enter").sees("[Overview]");
    it.press("Ctrl-k").sees("C2 Nordic Instruments GmbH");
    it.press("Esc")
        .press("Esc")
        .press("/")
        .type_("nothing at all")
        .press("Enter")
        .press("e")
        .sees("no record under the cursor");
}

#[test]
fn a_ref_or_a_name_is_jumped_to() {
    let mut it = at(120, 36);
    it.press("g r").type_("P2").press("Enter").sees("P2 Ingrid Larsen");
    it.press("g r").type_("X999").press("Enter").sees("!");
    it.press("g m").sees("Messages");
}

#[test]
fn what_may_follow_a_key_is_shown_after_a_moment() {
    let mut it = at(120, 36);
    it.press("g").sees("go to ref").press("Esc").sees_no("go to ref");
}

#[test]
fn a_value_is_copied() {
    let mut it = at(120, 36);
    it.press("y").type_("Suzhou").press("Esc").press("y").press("Enter").sees("Copied: C4");
    assert_eq!(it.copied, ["C4"]);
}

#[test]
fn leaving_takes_two_presses_of_ctrl_c_or_a_yes() {
    let mut it = at(120, 36);
    it.press("Ctrl-c").sees("again");
    assert!(!it.over);
    it.press("Ctrl-c");
    assert!(it.over);
    let mut it = at(120, 36);
    it.press("q").sees("Leave the dashboard?").press("Enter");
    assert!(!it.over, "the safe answer comes first");
    it.press("q").press("y");
    assert!(it.over);
}

#[test]
fn esc_never_leaves() {
    let mut it = at(120, 36);
    it.press("Enter Esc Esc Esc Esc Esc");
    assert!(!it.over);
    it.sees("[2 Customers]");
}

#[test]
fn the_next_session_begins_where_this_one_ended() {
    let mut it = at(120, 36);
    it.press("f").type_("level=B").press("Enter").press("6");
    let session = it.state.session();
    assert_eq!(session["tab"], 6);
    let desk = std::mem::replace(&mut it.desk, crate::world::Desk::empty());
    let super::Sitting { driver, .. } = it;
    driver.leave();
    let mut it = on(desk, Language::English, 120, 36);
    it.sees("[6 Activities]").press("2").sees("level=B");
    assert_eq!(it.refs(), ["C3", "C2"]);
}

#[test]
fn every_size_is_drawn_and_a_small_one_says_so() {
    let mut it = at(30, 5);
    it.sees("Window too small");
    for (width, height) in [(1, 1), (0, 0), (2, 80), (250, 3), (80, 24), (40, 10), (220, 60)] {
        it.event(Event::Resize(width, height)).settle();
        it.screen();
    }
    it.event(Event::Resize(80, 24)).settle().sees("[2 Cust]");
}

#[test]
fn whoever_types_chinese_where_keys_are_meant_is_told_how_to_go_on() {
    let mut it = at(120, 36);
    it.type_("我").sees("Ctrl-K");
}

#[test]
fn a_mail_is_begun_and_nothing_but_pages_mails_and_calls_is_ever_opened() {
    let mut it = at(120, 36);
    it.press("j").press("o").type_("hello").press("Enter");
    assert_eq!(it.opened, ["mailto:hello@acme.example"]);
    it.desk.run(["customer", "edit", "C3", "email=", "phone=0755-88882346"]).done();
    it.press("F5").press("o").type_("8888").press("Enter");
    assert_eq!(it.opened.last().map(String::as_str), Some("tel:+8675588882346"));
}

#[test]
fn undo_says_where_it_was_done_what_this_dashboard_did_not_do() {
    let mut it = at(120, 36);
    it.press("N").type_("Harbour").press("F2").sees("C5 Harbour");
    it.press("u").sees("Undid: Add customer C5 Harbour.").sees_no("(on the command line");
    it.press("Ctrl-r").sees("Did again: Add customer C5 Harbour.").sees_no("Undo:");
    it.desk.run(["customer", "edit", "C4", "city=Wuxi", "--as", "lin"]).done();
    it.press("u").sees("on the command line, 2026-03-31 09:00)").sees("C4");
    let mut other = on(std::mem::replace(&mut it.desk, crate::world::Desk::empty()), Language::English, 120, 36);
    other.press("u").sees("Undid: Add customer C5 Harbour (in another session, 2026-03-31 09:00).");
}
