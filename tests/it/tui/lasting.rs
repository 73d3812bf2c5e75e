//! A dashboard that stays open for days: its database goes away, is held, is changed and added to by others.

use super::{Eyes, Sitting, at};
use crate::world::Desk;
use kehu::{record::Value, store};
use std::time::Duration;

fn look(it: &mut Sitting) {
    it.pass(Duration::from_secs(3));
}

fn outside(desk: &Desk) -> Box<dyn store::Database> {
    store::open(&desk.database().display().to_string(), store::Open::default()).expect("opens")
}

/// Waits no longer for other writers than that.
fn impatient(wait: Duration) -> Sitting {
    let desk = Desk::new();
    let mut launch = super::launch(&desk);
    launch.settings.wait = wait;
    let driver = kehu::tui::driver::Driver::start(&launch, kehu::tui::glyphs::UNICODE, 120, 36).expect("starts");
    let mut it = Sitting { desk, driver };
    it.press("2");
    it
}

#[test]
fn a_database_that_is_gone_is_said_once_and_nothing_is_written_into_the_void() {
    let mut it = at(120, 36);
    look(&mut it);
    let (database, away) = (it.desk.database(), it.desk.folder().join("away.db"));
    std::fs::rename(&database, &away).expect("moves");
    look(&mut it);
    it.sees("is gone; nothing is written until it is back").sees("招商银行深圳分行");
    let said = it.state.messages.len();
    look(&mut it);
    look(&mut it);
    assert_eq!(it.state.messages.len(), said, "it is said once");
    it.press("Esc").press("N").type_("Harbour").press("F2").sees("New customer").sees("is gone");
    std::fs::rename(&away, &database).expect("moves back");
    look(&mut it);
    it.press("F2").sees("C5 Harbour");
    assert_eq!(it.desk.crm().title("customer", 5).expect("is there"), "Harbour");
}

#[test]
fn a_database_in_the_place_of_another_is_not_written_to_by_mistake() {
    let mut it = at(120, 36);
    look(&mut it);
    let other = Desk::new();
    std::fs::remove_file(it.desk.database()).expect("goes");
    std::fs::copy(other.database(), it.desk.database()).expect("another");
    it.press("N").type_("Harbour").press("F2").sees("Another database stands in the place");
    assert_eq!(it.desk.crm().count_where("customer", "").expect("counts"), 4);
}

#[test]
fn whoever_has_not_written_yet_notices_another_database_too() {
    let desk = Desk::new();
    let mut crm = desk.crm();
    let other = Desk::new();
    std::fs::remove_file(desk.database()).expect("goes");
    std::fs::copy(other.database(), desk.database()).expect("another");
    let error = crm.renew().expect_err("it is another file");
    assert!(error.to_string().contains("Another database stands in the place"), "{error}");
    assert!(crm.is_lost());
}

#[test]
fn while_another_writes_nothing_is_lost_and_saving_again_works() {
    let mut it = impatient(Duration::from_millis(50));
    let mut other = outside(&it.desk);
    other.begin().expect("begins");
    it.press("N").type_("Harbour").press("F2").sees("in use by another process").sees("New customer").sees("Harbour");
    other.rollback().expect("ends");
    it.press("F2").sees("C5 Harbour");
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let mut it = at(120, 36);
    look(&mut it);
    outside(&it.desk).script("UPDATE meta SET value = '9999' WHERE key = 'kehu_version'").expect("is newer");
    look(&mut it);
    it.sees("was made by a newer kehu");
    it.press("Esc").press("N").type_("Harbour").press("F2").sees("newer kehu").sees("New customer");
    outside(&it.desk)
        .script(&format!("UPDATE meta SET value = '{}' WHERE key = 'kehu_version'", store::VERSION))
        .expect("as before");
    assert_eq!(it.desk.crm().count_where("customer", "").expect("counts"), 4);
}

#[test]
fn a_field_that_others_add_appears_in_lists_forms_and_filters_without_starting_again() {
    let mut it = at(150, 46);
    look(&mut it);
    it.desk.say("field add customer warehouse --kind text --label Warehouse").done();
    it.desk.say("customer edit C4 x_warehouse=Ningbo").done();
    look(&mut it);
    it.press("c").type_("Warehouse").press("Space").press("Enter").sees("Warehouse").sees("Ningbo");
    it.press("f").type_("x_warehouse=Ningbo").press("Enter");
    assert_eq!(it.refs(), ["C4"]);
    it.press("e");
    for _ in 0..60 {
        if it.screen().lines().any(|line| line.contains('▌') && line.contains("Warehouse")) {
            break;
        }
        it.press("Down");
    }
    it.press("End").type_(" 2").press("F2");
    let entry = it.desk.crm().record("customer", 4).expect("is there");
    assert_eq!(entry.value("x_warehouse").as_text(), Some("Ningbo 2"));
}

#[test]
fn a_colleague_who_deletes_what_is_open_is_said_and_one_comes_back_to_the_list() {
    let mut it = at(90, 30);
    look(&mut it);
    it.press("Enter").sees("苏州精密机械有限公司");
    it.desk.say("customer delete C4 --yes --as lukas");
    look(&mut it);
    it.screen();
    it.press("e");
    it.press("Esc").press("Esc").press("Esc").sees("[2");
    assert!(it.broken.is_empty());
}

#[test]
fn going_from_record_to_record_reads_on_beyond_what_the_list_has_read() {
    let mut it = at(90, 30);
    let many: Vec<_> =
        (0..300).map(|number| vec![("name".to_owned(), Value::text(format!("Kunde {number}")))]).collect();
    it.crm.add_many("customer", &many, false).expect("adds");
    it.press("F5").sees("1/304").press("Enter").sees("Kunde 299");
    for _ in 0..200 {
        it.press("]");
    }
    it.sees("Kunde 99").press("[").sees("Kunde 100").press("Esc").sees("200/304").sees("Kunde 100");
    it.press("G").press("Enter").sees("招商银行深圳分行").press("]").sees("The list ends here");
    it.press("[").sees("Nordic Instruments");
}

#[test]
fn a_long_filtered_list_whose_length_nobody_counted_is_read_to_its_end() {
    let mut it = at(90, 30);
    let many: Vec<_> = (0..3000)
        .map(|number| {
            vec![
                ("name".to_owned(), Value::text(format!("Kunde {number}"))),
                ("level".to_owned(), Value::text("B")),
                ("city".to_owned(), Value::text("Hamburg")),
            ]
        })
        .collect();
    it.crm.add_many("customer", &many, false).expect("adds");
    it.press("f").type_("level=B city=Hamburg name!=Nobody").press("Enter");
    for _ in 0..160 {
        it.press("PgDn");
    }
    it.sees("3001/3001").sees("Nordic");
}

#[test]
fn each_of_two_who_change_the_same_record_sees_what_the_other_did() {
    let mut it = at(120, 40);
    it.press("e").press("End").type_(" AG");
    it.desk.run(["customer", "edit", "C4", "name=Suzhou Precision", "--as", "lukas"]).done();
    it.press("F2").sees("changed by somebody else").sees("Suzhou Precision");
    // What they wrote stays until it is decided.
    assert_eq!(it.crm.title("customer", 4).expect("is there"), "Suzhou Precision");
    it.press("Esc").sees("Edit C4").sees(" AG");
}
