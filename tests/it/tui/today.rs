//! The first page: the plan of the day, what needs attention, figures that are the command line's, and where each leads.

use super::{Eyes, Sitting, drawn_with, on};
use crate::world::Desk;
use kehu::{
    doors::language::Language,
    tui::{
        glyphs,
        page::{Page, page_of},
        pages::Today,
    },
};

/// A day of Lin's: a late call, a visit this afternoon, a deal that nobody touched, one won and one of Mei's.
fn busy() -> Desk {
    let desk = Desk::new();
    for line in [
        "activity add \"ask for the contract\" --kind call --customer C1 --due 2026-03-27T10:00",
        "activity add \"show the new sensor\" --kind visit --customer C2 --due 2026-03-31T15:00",
        "activity add \"send the price list\" --kind email --customer C3 --due 2026-03-31T16:30 --owner mei",
        "deal add \"Gate sensors\" --customer C1 --amount \"CNY 420000\" --started 2026-03-02",
        "deal add \"Cold store\" --customer C2 --amount \"CNY 90000\" --started 2026-03-10",
        "deal win D2",
        "log call C1 \"asked for a price\"",
    ] {
        desk.say(line).done();
    }
    desk
}

fn before(desk: Desk) -> Sitting {
    on(desk, Language::English, 120, 36)
}

fn page(it: &Sitting) -> &Today {
    it.state.top().and_then(page_of::<Today>).expect("the first page")
}

#[test]
fn the_first_page_is_the_plan_of_the_day_with_what_is_late_first() {
    let mut it = before(busy());
    it.sees("[1 Today]").sees("Overdue (1)").sees("ask for the contract").sees("15:00").sees("show the new sensor");
    it.sees_no("send the price list");
    assert_eq!(it.state.top().and_then(Page::subject), Some(("activity", 1)), "the cursor is on what is late");
    let screen = it.screen();
    let place = |words: &str| screen.find(words).expect(words);
    assert!(place("ask for the contract") < place("show the new sensor"));
    assert!(it.desk.run(["today"]).done().contains("ask for the contract"), "as the command line says");
}

#[test]
fn what_is_done_leaves_the_agenda_and_brings_what_comes_next() {
    let mut it = before(busy());
    it.press("x").sees("outcome").type_("they sign");
    it.press("Tab Tab Tab").type_("+7d fetch the contract").press("Ctrl-s");
    it.sees_no("Overdue (1)");
    assert_eq!(it.crm.count_where("activity", "id=1 not done: outcome=\"they sign\"").expect("counts"), 1);
    assert_eq!(it.crm.count_where("activity", "subject=\"fetch the contract\" due=2026-04-07").expect("counts"), 1);
    it.press("u").sees("Overdue (1)");
}

#[test]
fn what_is_moved_goes_to_its_new_day_and_keeps_why() {
    let mut it = before(busy());
    it.press("S").type_("2026-03-31 11:00").press("Tab").type_("they were at a fair").press("Ctrl-s");
    it.sees("11:00").sees_no("Overdue (1)");
    let filter = "id=1 moved=1 moved_because=\"they were at a fair\"";
    assert_eq!(it.crm.count_where("activity", filter).expect("counts"), 1);
}

#[test]
fn a_plan_begins_with_the_customer_under_the_cursor() {
    let mut it = before(busy());
    it.press("a").sees("New activity").sees("C1");
    // It is a plan, not a note of what was done.
    it.sees("Task").sees("tomorrow").type_("Count the valves").press("F2");
    assert_eq!(it.crm.count_where("activity", "subject~valves state=planned due=2026-04-01").expect("counts"), 1);
}

#[test]
fn enter_opens_what_is_under_the_cursor_and_esc_comes_back_to_it() {
    let mut it = before(busy());
    it.press("j").press("Enter").sees("A2 show the new sensor").press("Esc");
    assert_eq!(it.state.top().and_then(Page::subject), Some(("activity", 2)));
}

#[test]
fn deals_that_need_something_are_there_with_what_that_is() {
    let mut it = before(busy());
    it.sees("Needs attention").sees("D1 Gate sensors").press("Tab");
    assert_eq!(it.state.top().and_then(Page::subject), Some(("deal", 1)));
    it.press("x").sees("Only planned activities can be done or moved.");
    it.press("Enter").sees("D1 Gate sensors");
}

#[test]
fn whose_work_it_is_about_is_chosen_and_kept_for_the_next_session() {
    let mut it = before(busy());
    it.sees("mine").press("g s").sees("my team").sees("send the price list").sees("陆雅梅");
    assert_eq!(it.state.session()["today"], "team");
    it.press("g s").sees("send the price list").press("g s").sees_no("send the price list");
}

#[test]
fn figures_are_those_of_the_command_line_and_lead_to_the_records_behind_them() {
    let mut it = before(busy());
    it.sees("Open pipeline").sees("¥420k").sees("¥90k");
    let json = it.desk.run(["report", "trends", "--of", "mine", "-f", "json"]).done();
    let told: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
    let open = told["open_pipeline"].as_array().and_then(|rows| rows.last()).expect("a month").clone();
    assert_eq!((open["month"].as_str(), open["deals"].as_i64()), (Some("2026-03"), Some(1)), "{open}");
    let counted = told["activities_done"].as_array().and_then(|rows| rows.last()).expect("a week")["done"].as_i64();
    let done = page(&it).figures.last().and_then(|part| part.grid.rows.last()?.cells.last()?.as_integer());
    assert_eq!(done, counted);
    it.press("g k Enter").sees("Gate sensors").sees_no("Cold store");
    assert_eq!(it.refs(), ["D1"]);
    it.press("H").press("l Enter");
    assert_eq!(it.refs(), ["D2"], "what was won this month");
}

#[test]
fn the_number_of_each_stage_leads_to_as_many_deals() {
    let mut it = before(busy());
    let rows = page(&it).funnel.last().map(|part| part.grid.rows.len()).expect("a funnel");
    for row in 0..rows {
        let part = page(&it).funnel.last().expect("a funnel");
        let count = part.grid.rows[row].cells[1].as_integer().expect("a number");
        let kehu::reports::Found::List { kind, filter } = part.found(Some(row), 1) else { panic!("leads nowhere") };
        let found = it.crm.count_where(kind, &filter).expect("counts");
        assert_eq!(i64::try_from(found).expect("fits"), count, "{filter}");
    }
}

#[test]
fn a_team_is_shown_to_whoever_has_people() {
    let mut it = before(busy());
    it.sees("Team").sees("Lukas Brandt");
    let desk = busy();
    let launch = kehu::tui::Launch { user: "mei".to_owned(), ..super::launch(&desk) };
    let driver = kehu::tui::driver::Driver::start(&launch, glyphs::UNICODE, 120, 36).expect("starts");
    let mut it = Sitting { desk, driver };
    it.sees("[1 Today]").sees("send the price list").sees_no("Lukas Brandt");
}

#[test]
fn a_narrow_screen_has_the_same_under_tabs() {
    let mut it = on(busy(), Language::English, 80, 24);
    it.sees("[Agenda").sees(" Pipeline ¥420k").sees("ask for the contract").press("Tab").sees("[Needs attention");
    it.press("Tab").sees("[Funnel]").press("Tab").sees("[Team]").press("Tab").sees("[Figures]").sees("Sales cycle");
}

#[test]
fn a_day_without_anything_says_so_in_both_languages() {
    let desk = Desk::empty();
    desk.run(["init"]);
    for language in [Language::English, Language::Chinese] {
        let words = if language == Language::Chinese { "日程" } else { "Agenda" };
        drawn_with(Desk::new(), language, &glyphs::UNICODE, 120, 36).sees(words);
    }
}

#[test]
fn it_is_drawn_at_every_size_in_both_languages_and_with_both_sets_of_signs() {
    for language in [Language::English, Language::Chinese] {
        for signs in [glyphs::UNICODE, glyphs::ASCII] {
            let mut it = drawn_with(busy(), language, &signs, 120, 36);
            for (width, height) in [(40, 10), (60, 12), (80, 24), (99, 30), (100, 20), (120, 36), (200, 60)] {
                it.event(crossterm::event::Event::Resize(width, height)).settle();
                for keys in ["Tab", "Tab", "j", "Tab", "Tab", "l", "Tab", "G"] {
                    let screen = it.press(keys).screen();
                    let safe = signs == glyphs::UNICODE || !screen.chars().any(|sign| "─│█▌…▲▼⣿⣀".contains(sign));
                    assert!(safe, "a sign that may be drawn wide:\n{screen}");
                }
            }
        }
    }
}
