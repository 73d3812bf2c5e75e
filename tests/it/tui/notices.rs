//! Notices: the bell in the frame, the page behind it, and the rail on very wide screens.

use super::{Eyes, on};
use crate::world::Desk;
use kehu::{doors::language::Language, tui::page::Page};

fn busy() -> Desk {
    let desk = Desk::new();
    for line in [
        "activity add \"ask for the contract\" --kind call --customer C1 --due 2026-03-27T10:00",
        "activity add \"show the new sensor\" --kind visit --customer C2 --due 2026-03-31T15:00",
        "activity add \"next month\" --kind visit --customer C2 --due 2026-04-30T15:00",
        "activity add \"not mine\" --kind email --customer C3 --due 2026-03-30T16:30 --owner mei",
    ] {
        desk.say(line).done();
    }
    desk.run(["customer", "edit", "C2", "city=Lübeck", "--as", "lukas"]).done();
    desk
}

#[test]
fn the_bell_counts_what_is_late_or_due_today_and_is_mine() {
    let mut it = on(busy(), Language::English, 120, 36);
    it.sees("notices 2");
    it.desk.run(["activity", "done", "A1"]).done();
    it.press("F5").sees("notices 1");
}

#[test]
fn the_notices_tell_what_waits_and_what_others_did_and_lead_there() {
    let mut it = on(busy(), Language::English, 120, 36);
    it.press("g n").sees("Overdue (1)").sees("ask for the contract").sees("What others did").sees("Lukas");
    it.sees_no("not mine").sees_no("next month");
    assert_eq!(it.state.top().and_then(Page::subject), Some(("activity", 1)));
    it.press("Enter").sees("A1 ask for the contract").press("Esc");
    it.press("x").type_("signed").press("Ctrl-s").sees_no("Overdue").sees("notices 1");
    it.press("S").type_("tomorrow 10:00").press("Tab").type_("they are away").press("Ctrl-s").sees_no("notices ");
    assert_eq!(it.crm.count_where("activity", "id=2 moved=1").expect("counts"), 1);
}

#[test]
fn on_a_very_wide_screen_they_stand_beside_every_page() {
    let mut it = on(busy(), Language::English, 240, 50);
    it.press("2").sees("[2 Customers]").sees("─ Notices ─").sees("Overdue (1)").sees("ask for");
    let mut it = on(busy(), Language::Chinese, 120, 36);
    it.press("2").sees_no("─ 通知 ─").press("g n").sees("─ 通知 ─").sees("同事的操作");
}
