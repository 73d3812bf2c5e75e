//! What is wrong, and where: said whole, at its place, and for as long as it lasts.

use super::{Eyes, at};
use std::time::Duration;

#[test]
fn saving_goes_to_the_field_that_is_wrong_and_says_the_whole_reason() {
    for (width, height) in [(120, 36), (80, 24)] {
        let mut it = at(width, height);
        it.press("N").type_("Harbour");
        while !it.screen().lines().any(|line| line.contains('▌') && line.contains("Email")) {
            it.press("Down");
        }
        it.type_("hello at harbour dot example, or call them").press("Home");
        while !it.screen().lines().any(|line| line.contains('▌') && line.contains("Name")) {
            it.press("Up");
        }
        it.press("F2");
        let screen = it.screen();
        assert!(screen.lines().any(|line| line.contains('▌') && line.contains("Email")), "{screen}");
        let said: Vec<&str> = screen.split_whitespace().filter(|word| *word != "│" && *word != "││").collect();
        let said = said.join(" ");
        assert!(said.contains("! hello at harbour dot example, or call them is not an e-mail address."), "{screen}");
        assert_eq!(it.crm.count_where("customer", "").expect("counts"), 4);
    }
}

#[test]
fn esc_takes_what_was_said_and_does_what_it_does() {
    let mut it = at(90, 30);
    it.press("Enter").sees("[Overview]");
    it.press("g r").type_("X999").press("Enter").sees("X999");
    it.press("Esc").sees_no("X999").sees_no("[Overview]").sees("[2");
}

#[test]
fn a_database_that_is_gone_is_marked_until_it_is_back() {
    let mut it = at(120, 36);
    it.pass(Duration::from_secs(3));
    let (database, away) = (it.desk.database(), it.desk.folder().join("away.db"));
    std::fs::rename(&database, &away).expect("moves");
    it.pass(Duration::from_secs(3)).sees("is gone; nothing is written").sees("! out of reach: kehu.db");
    it.press("Esc").sees_no("is gone; nothing is written").sees("! out of reach: kehu.db");
    it.event(crossterm::event::Event::Resize(80, 24));
    it.pass(Duration::from_secs(3)).sees("! out of reach: kehu.db");
    std::fs::rename(&away, &database).expect("moves back");
    it.pass(Duration::from_secs(3)).sees_no("out of reach").sees("The database is there again");
}

#[test]
fn a_phone_with_letters_that_nobody_can_dial_is_kept_and_spoken_of() {
    let mut it = at(120, 36);
    it.press("N").type_("Harbour");
    while !it.screen().lines().any(|line| line.contains('▌') && line.contains("Phone")) {
        it.press("Down");
    }
    it.type_("+494066969905xx").press("F2").sees("C5 Harbour");
    it.sees("+494066969905xx is kept as it was typed, though it has letters no phone can dial.");
    let said = it.desk.run(["customer", "edit", "C4", "phone=+494066969905yy"]);
    assert!(said.code == 0 && said.err.contains("has letters no phone can dial"), "{said:?}");
    let said = it.desk.run(["customer", "edit", "C4", "phone=+49 4066969905 ext 12"]);
    assert!(said.code == 0 && !said.err.contains("letters"), "{said:?}");
}

#[test]
fn a_form_and_a_box_of_choices_go_to_the_background_too() {
    let mut it = at(120, 36);
    it.press("N").type_("Harbour").press("Ctrl-z");
    assert_eq!(it.suspended, 1);
    it.sees("Harbour").press("Esc Esc").press("Ctrl-k").type_("cust").press("Ctrl-z");
    assert_eq!(it.suspended, 2);
}

#[test]
fn what_is_pasted_into_a_box_of_choices_by_mistake_is_cut() {
    let mut it = at(120, 36);
    it.press("Ctrl-k").type_(&"zsyh ".repeat(200));
    let typed = it.screen().matches("zsyh").count();
    assert!((1..50).contains(&typed), "{}", it.screen());
    it.press("Ctrl-u").type_("Today").sees("Today");
}

#[test]
fn a_note_that_plans_nothing_says_so_and_is_not_lost() {
    let mut it = at(120, 36);
    it.press("i").type_("call asked for a price --next").press("Enter");
    it.sees("--next needs something behind it.").sees("asked for a price --next");
    assert_eq!(it.crm.count_where("activity", "").expect("counts"), 0);
}
