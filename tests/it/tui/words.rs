//! What is done is called as the reader calls it, and a click gives a pane the keys.

use super::{Eyes, at, on};
use crate::world::Desk;
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use kehu::doors::language::Language;

#[test]
fn a_change_of_many_is_previewed_with_labels_and_not_with_keys() {
    let mut it = at(120, 36);
    it.press("*").press("A").type_("set level").press("Enter").type_("A").press("F2");
    it.sees("Level - → A (key)").sees("Level B (normal) → A (key)");
    assert_eq!(it.crm.count_where("customer", "level=A").expect("counts"), 1, "nothing is written yet");
    it.press("y");
    assert_eq!(it.crm.count_where("customer", "level=A").expect("counts"), 4);
}

#[test]
fn verbs_are_called_in_chinese_too() {
    let desk = Desk::new();
    desk.say("activity add \"ask for the contract\" --kind call --customer C1 --due 2026-03-27T10:00").done();
    let mut it = on(desk, Language::Chinese, 120, 36);
    it.press("6").press(".").sees("改期").sees("完成").sees("取消").sees_no(" move ").press("Esc");
    it.press("?").sees("列表").type_("撤销").sees("全局");
}

#[test]
fn a_click_beside_the_lines_gives_the_pane_the_keys() {
    let mut it = at(120, 36);
    it.sees("Enter open");
    let kind = MouseEventKind::Down(MouseButton::Left);
    it.event(Event::Mouse(MouseEvent { kind, column: 100, row: 25, modifiers: KeyModifiers::NONE }));
    it.settle().sees("next tab");
}

#[test]
fn what_begins_with_its_day_has_no_hour() {
    let desk = Desk::new();
    desk.say("activity add \"ask for the contract\" --kind call --customer C1 --due 2026-04-02").done();
    let mut it = on(desk, Language::English, 120, 36);
    it.press("6").sees("2026-04-02").sees_no("2026-04-02 00:00");
}

#[test]
fn a_page_of_a_customer_says_what_was_won_with_them() {
    let desk = Desk::new();
    desk.say("deal add \"Cold store\" --customer C2 --amount \"CNY 90000\" --started 2026-03-10").done();
    desk.say("deal win D1").done();
    let mut it = on(desk, Language::English, 120, 36);
    it.press("2").press("g r").type_("C2").press("Enter").sees("won ¥90k");
}

#[test]
fn a_choice_in_a_form_is_called_by_its_name_and_typed_by_its_key() {
    let desk = Desk::new();
    let mut it = on(desk, Language::Chinese, 120, 40);
    it.press("2").press("g r").type_("C1").press("Enter").press("e").sees("编辑 C1").sees("重点客户");
}

#[test]
fn the_head_of_a_record_says_what_its_days_and_numbers_are() {
    let desk = Desk::new();
    desk.say("deal add \"Cold store\" --customer C2 --amount \"CNY 90000\" --close 2026-06-30").done();
    let mut it = on(desk, Language::English, 120, 36);
    it.press("g r").type_("D1").press("Enter").sees("CNY 90000.00 · close 2026-06-30");
    it.press("Tab Tab Tab").sees("History").sees("Added").sees_no("insert");
}

#[test]
fn a_reason_calls_the_state_of_a_ticket_in_the_readers_words() {
    let desk = Desk::new();
    desk.say("ticket add \"No signal\" --customer C1 --channel wechat").done();
    let mut it = on(desk, Language::Chinese, 120, 36);
    it.press("4").sees("微信").press(".").sees("的状态是 新建").sees_no("的状态是 new").press("Esc");
    it.press("g r").type_("C1").press("Enter").sees("未解决工单 1");
}

#[test]
fn the_first_page_says_of_which_time_its_figures_are_and_what_the_team_did_each_day() {
    let desk = Desk::new();
    desk.say("log call C1 \"asked for a price\"").done();
    let mut it = on(desk, Language::English, 80, 24);
    it.press("g s").press("Tab Tab Tab").sees("[Team]").sees("by day").sees("tickets solved");
    let screen = it.screen();
    let calls = screen.lines().find(|line| line.contains(" calls ")).unwrap_or_default();
    assert!(calls.contains("   0   1   0"), "it is Tuesday: {screen}");
    it.press("Tab").sees("Won this month").sees("Win rate 90 days");
}

#[test]
fn what_a_field_of_a_form_takes_is_told_in_chinese() {
    let mut it = on(Desk::new(), Language::Chinese, 120, 36);
    it.press("2").press("N").press("F1").sees("名称（文字）");
}

#[test]
fn the_hours_of_the_day_are_the_sides_of_a_map_and_not_a_number() {
    let desk = Desk::new();
    desk.say("ticket add \"No signal\" --received \"2026-03-30 10:20\"").done();
    let mut it = on(desk, Language::English, 120, 36);
    it.press("5").press("V").type_("Ticket load").press("Enter").sees("Mon").sees_no("Hour 0");
}
