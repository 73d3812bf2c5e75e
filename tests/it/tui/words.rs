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
