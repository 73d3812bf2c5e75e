//! What was typed is never lost: not by a crash, not by leaving, not by a write that waits for somebody else's.

use super::{Eyes, Sitting, at, on};
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
