//! Days in forms: chosen in a calendar or said in words, with what they mean beside.

use super::{Eyes, Sitting, at, on};
use crate::world::Desk;
use kehu::doors::language::Language;

/// A form for a new activity, with the cursor on its day.
fn on_the_day(mut it: Sitting, label: &str) -> Sitting {
    it.press("2").press("a");
    for _ in 0..20 {
        if it.screen().lines().any(|line| line.contains('▌') && line.contains(&format!("▌{label} "))) {
            return it;
        }
        it.press("Tab");
    }
    panic!("no field {label}: {}", it.screen());
}

#[test]
fn a_day_is_chosen_in_a_calendar_with_the_arrows() {
    let mut it = on_the_day(at(120, 40), "Due");
    it.press("Ctrl-u Ctrl-d").sees("March 2026").sees("Mo  Tu  We").sees("[31]").sees("2026-03-31 Tue, today");
    it.press("Right Right").sees("April 2026").sees("2026-04-02 Thu, +2d");
    it.press("Down PgDn").sees("May 2026").sees("2026-05-09 Sat");
    it.press("Enter").sees_no("Mo  Tu  We").sees("2026-05-09");
}

#[test]
fn the_last_of_a_long_month_leads_to_the_last_of_a_short_one() {
    let mut it = on_the_day(at(120, 40), "Due");
    it.press("Ctrl-u Ctrl-d PgUp").sees("February 2026").sees("2026-02-28");
    it.press("Home").sees("March 2026");
}

#[test]
fn the_hour_stays_when_the_day_is_chosen_anew() {
    let mut it = on_the_day(at(120, 40), "Due");
    it.type_("2026-04-01 15:30").press("Ctrl-d").sees("[ 1]").press("Right Enter").sees("2026-04-02 15:30");
}

#[test]
fn words_say_which_day_they_mean_in_both_languages() {
    let mut it = at(120, 40);
    it.press("Esc");
    let mut it = on_the_day(it, "Due");
    it.type_("fri").sees("2026-04-03");
    let mut it = on_the_day(on(Desk::new(), Language::Chinese, 120, 40), "计划时间");
    it.press("Ctrl-u Ctrl-d").sees("2026 年 3 月").sees("一  二  三").sees("2026-03-31 周二，今天");
    it.press("Down").sees("2026-04-07 周二，7 天后").press("Esc").sees_no("周二");
}

#[test]
fn whom_a_form_was_opened_for_is_called_by_name_and_that_is_no_change_yet() {
    let mut it = at(120, 40);
    it.press("a").sees("New activity").sees("苏州精密机械有限公司").sees_no("* changed");
    it.press("Esc").sees_no("Throw away").sees_no("New activity");
}

#[test]
fn a_link_that_means_nobody_is_said_when_the_field_is_left() {
    let mut it = on_the_day(at(120, 40), "Contact");
    it.type_("nobody at all").press("Tab").sees("! ");
}

#[test]
fn a_day_that_was_filled_in_for_a_start_gives_way_to_what_is_typed() {
    let mut it = on_the_day(at(120, 40), "Due");
    it.sees("tomorrow")
        .type_("fri 15:00")
        .sees_no("tomorrow")
        .sees("2026-04-03 15:00")
        .press("Left")
        .type_("3")
        .sees("fri 15:030");
}
