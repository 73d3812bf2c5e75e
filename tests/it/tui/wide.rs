//! What wide screens show besides, and what narrow ones leave out first.

use super::{Eyes, at, on};
use crate::world::Desk;
use kehu::doors::language::Language;

#[test]
fn a_list_on_a_wide_screen_has_the_record_under_the_cursor_beside_it() {
    let desk = Desk::new();
    desk.say("activity add \"ask for the contract\" --kind call --customer C1 --due 2026-03-27T10:00").done();
    desk.say("activity add \"show the sensor\" --kind visit --customer C2 --due 2026-04-01").done();
    let mut it = on(desk, Language::English, 180, 40);
    it.press("6").sees("A2 show the sensor ─").press("j").sees("A1 ask for the contract ─");
    it.press("p").sees_no("A1 ask for the contract ─").press("p").sees("A1 ask for the contract ─");
}

#[test]
fn where_there_is_room_for_neither_the_preview_says_so() {
    let mut it = at(90, 30);
    it.press("6").press("p").sees("too narrow");
}

#[test]
fn a_narrow_list_keeps_the_day_and_gives_up_what_matters_less() {
    let desk = Desk::new();
    desk.say("activity add \"ask for the contract\" --kind call --customer C1 --due 2026-03-27T10:00").done();
    let mut it = on(desk, Language::English, 60, 20);
    it.press("6").sees("Due").sees("2026-03-27").sees("ask for the contract").sees_no("Owner");
}

#[test]
fn what_fits_nothing_is_said_in_the_palette() {
    let mut it = at(120, 36);
    it.press("Ctrl-k").type_("zzzzqqqqxxxx").sees("Nothing fits");
}
