//! A report beside the period before, its table below its picture, and totals that lead to their records.

use super::{Eyes, Sitting, on};
use crate::world::Desk;
use kehu::{
    doors::language::Language,
    tui::{page::page_of, pages::Reports},
};

/// Two deals won in this quarter, one by Lukas, and one in the last.
fn won() -> Desk {
    let desk = Desk::new();
    for line in [
        "deal add \"Gate sensors\" --customer C1 --amount \"CNY 420000\" --started 2025-10-02",
        "deal add \"Cold store\" --customer C2 --amount \"CNY 90000\" --started 2026-01-10 --owner lukas",
        "deal add \"Pump house\" --customer C3 --amount \"CNY 60000\" --started 2026-02-10",
        "deal win D1 --on 2025-12-02",
        "deal win D2 --on 2026-02-20",
        "deal win D3",
    ] {
        desk.say(line).done();
    }
    desk
}

fn page(it: &Sitting) -> &Reports {
    it.state.top().and_then(page_of::<Reports>).expect("the page of reports")
}

fn won_and_lost(it: &mut Sitting) {
    it.press("5").press("V").type_("Won and lost").press("Enter");
    it.press("g p").type_("this-quarter").press("Enter");
}

#[test]
fn a_period_stands_beside_the_one_before_until_nobody_wants_to_compare() {
    let mut it = on(won(), Language::English, 120, 40);
    won_and_lost(&mut it);
    it.sees("vs 2025-q4").sees("2  ▲ 1");
    it.press("p").sees_no("vs 2025-q4").sees_no("▲ 1");
    assert!(page(&it).before.is_empty());
    it.press("p").sees("vs 2025-q4");
    it.press("h").sees("vs 2025-q3").press("l").sees("vs 2025-q4");
    let before = page(&it).before[0].grid.totals.clone().expect("totals");
    let json = it.desk.run(["report", "win-loss", "--period", "2025-q4", "-f", "json"]).done();
    assert!(json.contains("420000.00") && before.iter().any(|value| format!("{value:?}").contains("42000000")));
}

#[test]
fn the_table_stands_below_the_picture_where_there_is_room() {
    let mut it = on(won(), Language::English, 120, 40);
    won_and_lost(&mut it);
    it.sees("─ Table ─").sees("Win rate").press("T").sees_no("─ Table ─");
}

#[test]
fn a_report_about_all_times_is_compared_with_nothing() {
    let mut it = on(won(), Language::English, 120, 40);
    it.press("5").press("V").type_("Won and lost").press("Enter").sees("period all").sees_no("vs 20");
}

#[test]
fn other_parts_stand_below_and_a_click_gives_them_the_keys() {
    let mut it = on(won(), Language::English, 120, 40);
    it.press("5").press("V").type_("Velocity").press("Enter").sees("─ Time in stages ─");
    it.press("Tab").sees("[Time in stages").sees("─ Days to close ─");
}
