//! Forms: adding, editing, checks, drafts, and somebody else's change of the same record.

use super::{Eyes, at};

#[test]
fn a_record_is_added_and_shown() {
    let mut it = at(120, 40);
    it.press("N").sees("New customer").type_("Harbour Robotics").press("F2");
    it.sees("C5 Harbour Robotics").sees("[Overview]");
    assert_eq!(it.crm.title("customer", 5).expect("is there"), "Harbour Robotics");
}

#[test]
fn what_is_missing_or_wrong_is_said_at_its_field_before_anything_is_written() {
    let mut it = at(120, 40);
    it.press("N").press("F2").sees("! needed");
    assert_eq!(it.crm.count_where("customer", "").expect("counts"), 4);
    it.type_("Harbour").press("F2").sees("C5 Harbour");
}

#[test]
fn pasted_chinese_goes_in_at_once_and_the_caret_stands_behind_it() {
    let mut it = at(120, 40);
    it.press("N");
    it.event(crossterm::event::Event::Paste("杭州\u{1b}[31m智造\n".to_owned()));
    it.settle().sees("杭州[31m智造");
    it.press("Left Left").type_("新").sees("杭州[31m新智造");
}

#[test]
fn a_choice_and_a_link_are_picked_from_what_there_is() {
    let mut it = at(120, 40);
    it.press("2").press("e").sees("Edit C4");
    let place = |it: &mut super::Sitting, label: &str| {
        for _ in 0..60 {
            let here = it.screen().lines().any(|line| line.contains('▌') && line.contains(label));
            if here {
                return;
            }
            it.press("Down");
        }
        panic!("no field {label}: {}", it.screen());
    };
    place(&mut it, "Level");
    it.press("Enter").sees("A (key)").type_("key").press("Enter");
    place(&mut it, "Owner");
    it.press("Enter").type_("lukas").press("Enter").sees("Lukas Brandt").press("F2").sees("saved: Level");
    let entry = it.crm.record("customer", 4).expect("is there");
    assert_eq!(entry.value("level").as_text(), Some("A"));
    assert_eq!(entry.value("owner").as_integer(), Some(3));
}

#[test]
fn somebody_elses_change_is_shown_before_it_is_overwritten() {
    let mut it = at(120, 40);
    it.press("e").type_(" GmbH");
    it.desk.run(["customer", "edit", "C4", "city=Wuxi", "--as", "lukas"]).done();
    it.press("F2").sees("changed by somebody else").sees("Save mine over theirs").press("Enter");
    let entry = it.crm.record("customer", 4).expect("is there");
    assert_eq!(entry.value("city").as_text(), Some("Wuxi"), "what only they changed stays");
    assert_eq!(entry.title(), "苏州精密机械有限公司 GmbH");
}

#[test]
fn what_was_typed_and_not_saved_survives_a_crash() {
    let mut it = at(120, 40);
    it.press("N").type_("Halbfertig").settle();
    let desk = std::mem::replace(&mut it.desk, crate::world::Desk::empty());
    drop(it);
    let mut it = super::on(desk, kehu::doors::language::Language::English, 120, 40);
    it.press("2").press("N").sees("taken up again").sees("Halbfertig");
    it.press("Esc").sees("Throw away").press("y").sees_no("Halbfertig");
    it.press("N").sees_no("taken up again");
}

#[test]
fn notes_are_written_in_ones_own_editor() {
    let mut it = at(120, 40);
    it.editor = |text| format!("{text}竞品报价约 48 万\nzweite Zeile");
    it.press("E").sees("Changed C4");
    it.press("Enter").sees("竞品报价约 48 万");
}

#[test]
fn a_verb_that_cannot_be_run_is_listed_with_the_reason() {
    let mut it = at(120, 40);
    it.press("7").press("G G");
    it.press("Ctrl-k").type_("Go to Users").press("Enter").sees("Lukas Brandt").press(".").sees("Actions");
    let screen = it.screen();
    assert!(screen.contains("activate") || screen.contains("retire"), "{screen}");
}

#[test]
fn a_record_that_is_probably_there_already_is_added_on_the_second_word_only() {
    let mut it = at(120, 40);
    it.press("N").type_("Doppelt");
    while !it.screen().lines().any(|line| line.contains('▌') && line.contains("Email")) {
        it.press("Down");
    }
    it.type_("hello@acme.example").press("F2").sees("save again to keep both").sees("New customer");
    assert_eq!(it.crm.count_where("customer", "").expect("counts"), 4);
    it.press("F2").sees("C5 Doppelt");
}
