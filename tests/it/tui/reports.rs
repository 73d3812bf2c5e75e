//! The page of reports: all there are, as pictures and tables, with the command line's figures and the records behind.

use super::{Eyes, Sitting, drawn_with, on};
use crate::world::Desk;
use crossterm::event::Event;
use kehu::{
    catalog,
    doors::language::Language,
    record::Value,
    reports::Found,
    tui::{
        glyphs,
        page::page_of,
        pages::{Browser, Reports},
    },
};

/// Deals of Lin's and Lukas': won, lost and open, of several months.
fn busy() -> Desk {
    let desk = Desk::new();
    for line in [
        "deal add \"Gate sensors\" --customer C1 --amount \"CNY 420000\" --started 2026-03-02 --close 2026-04-20",
        "deal add \"Cold store\" --customer C2 --amount \"CNY 90000\" --started 2026-01-10 --owner lukas",
        "deal add \"Pump house\" --customer C3 --amount \"CNY 60000\" --started 2026-02-10",
        "deal add \"Boiler\" --customer C4 --amount \"CNY 75000\" --started 2026-02-11 --close 2026-05-02",
        "deal win D2",
        "deal lose D3 --because price",
        "log call C1 \"asked for a price\"",
        "log visit C2 \"saw the hall\" --minutes 90",
    ] {
        desk.say(line).done();
    }
    desk
}

fn at(width: u16, height: u16) -> Sitting {
    let mut it = on(busy(), Language::English, width, height);
    it.press("5");
    it
}

fn page(it: &Sitting) -> &Reports {
    it.state.top().and_then(page_of::<Reports>).expect("the page of reports")
}

/// Opens the report of that title by typing it.
fn open(it: &mut Sitting, title: &str) {
    it.press("V").type_(title).press("Enter");
}

#[test]
fn every_report_of_the_catalog_is_in_the_list_and_runs() {
    let mut it = at(120, 40);
    for report in catalog::REPORTS {
        it.sees(report.title[0]);
    }
    for report in catalog::REPORTS {
        assert_eq!(page(&it).choice().map(|choice| choice.report.name), Some(report.name));
        it.press("Enter").press("Tab").press("T").press("T").press("Esc").press("]");
    }
}

#[test]
fn its_figures_are_those_of_the_command_line() {
    let mut it = at(120, 36);
    open(&mut it, "Won and lost");
    it.sees("Revenue").sees("¥90k");
    let json = it.desk.run(["report", "win-loss", "-f", "json"]).done();
    let rows: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
    let part = page(&it).drawn().expect("a part");
    let won = part.grid.columns.iter().position(|column| column.name == "won").expect("a column");
    let here: Vec<Option<i64>> = part.grid.rows.iter().map(|row| row.cells[won].as_integer()).collect();
    let there: Vec<Option<i64>> =
        rows["items"].as_array().or(rows.as_array()).expect("a list").iter().map(|row| row["won"].as_i64()).collect();
    assert_eq!(here, there);
}

/// Every count of a part that leads to a list leads to as many records.
fn counts_agree(it: &mut Sitting, name: &str, said: &[(&str, &str)]) {
    let values: kehu::record::Values =
        said.iter().map(|(name, text)| ((*name).to_owned(), Value::text(*text))).collect();
    let report = catalog::report(name).expect("a report");
    for part in (report.run)(&mut it.crm, &values).expect("runs") {
        for (column, head) in part.grid.columns.iter().enumerate() {
            let counts = [
                "deals",
                "won",
                "lost",
                "open",
                "shelved",
                "reached",
                "customers",
                "of",
                "done",
                "closed_deals",
                "A",
                "B",
                "all",
                "activities",
                "waiting",
                "taken",
            ];
            if !counts.contains(&head.name.as_str()) || head.kind != kehu::record::Kind::Integer {
                continue;
            }
            for row in 0..part.grid.rows.len() {
                let Some(count) = part.grid.rows[row].cells[column].as_integer() else { continue };
                let Found::List { kind, filter } = part.found(Some(row), column) else { continue };
                if (name, head.name.as_str()) == ("day", "customers") {
                    continue;
                }
                let found = it.crm.count_where(kind, &filter).unwrap_or_else(|error| panic!("{filter}: {error:?}"));
                let at = format!("{name} {said:?} {} row {row}: {filter}", head.name);
                assert_eq!(i64::try_from(found).expect("fits"), count, "{at}");
            }
        }
    }
}

#[test]
fn every_number_leads_to_as_many_records_as_it_counts() {
    let mut it = at(120, 36);
    for (name, said) in [
        ("win-loss", &[("by", "owner")][..]),
        ("win-loss", &[("by", "month"), ("period", "this-year")]),
        ("win-loss", &[("by", "reason"), ("where", "owner=lin or owner=lukas")]),
        ("win-loss", &[("by", "quarter")]),
        ("funnel", &[]),
        ("funnel", &[("by", "owner"), ("period", "this-quarter")]),
        ("forecast", &[]),
        ("forecast", &[("by", "owner")]),
        ("velocity", &[("by", "owner")]),
        ("customers", &[]),
        ("qualification", &[]),
        ("latest", &[("what", "followed")]),
        ("latest", &[("what", "new"), ("period", "2025")]),
        ("trends", &[]),
        ("trends", &[("of", "mine")]),
        ("day", &[]),
        ("pool", &[]),
    ] {
        counts_agree(&mut it, name, said);
    }
}

#[test]
fn a_number_opens_the_records_behind_it_and_esc_comes_back() {
    let mut it = at(120, 36);
    open(&mut it, "Won and lost");
    it.press("m").sees("Won").press("Enter");
    let browser = it.state.top().and_then(page_of::<Browser>).expect("a list");
    assert_eq!(browser.listing.schema.kind, "deal");
    it.press("H").sees("Reports");
}

#[test]
fn a_number_that_leads_nowhere_says_why() {
    let mut it = at(120, 36);
    open(&mut it, "Operations");
    it.press("Enter").sees("comes from the log of changes");
}

#[test]
fn parameters_are_the_reports_own() {
    let mut it = at(120, 36);
    open(&mut it, "Won and lost");
    it.press("b").type_("month").press("Enter").sees("by month").sees("2026-03");
    it.press("h").sees("period 2025-q4").press("l").sees("period 2026-q1");
    it.press("f").type_("owner=lukas").press("Enter").sees("filter owner=lukas");
    let deals = page(&it).drawn().and_then(|part| part.grid.totals.as_ref()?.get(1)?.as_integer());
    assert_eq!(deals, Some(1));
    open(&mut it, "Stale deals");
    it.press("b").sees("This report does not ask for that.");
}

#[test]
fn a_report_that_needs_an_answer_says_which_and_takes_it() {
    let mut it = at(120, 36);
    open(&mut it, "Coverage");
    it.sees("This report asks for: target").press("e").type_("500k").press("Ctrl-s").sees("Still to win");
}

#[test]
fn pictures_follow_from_the_columns_and_the_table_is_one_key_away() {
    let mut it = at(120, 36);
    open(&mut it, "Funnel");
    it.sees("█").press("T").sees("Weighted").press("T").press("Tab").sees("100%");
    it.press("b").type_("owner").press("Enter").sees("Lukas Brandt");
    open(&mut it, "Trends");
    it.sees("2026-03").sees("2025-05");
    let braille = it.screen().chars().filter(|sign| ('\u{2801}'..='\u{28ff}').contains(sign)).count();
    assert!(braille > 20, "a line is drawn in dots");
}

#[test]
fn what_is_drawn_is_written_to_a_file_whose_place_is_told() {
    let mut it = at(120, 36);
    open(&mut it, "Won and lost");
    let path = it.desk.folder().join("won.csv").display().to_string();
    it.press("x").press("Ctrl-u").type_(&path).press("Enter").sees("won.csv");
    assert!(std::fs::read_to_string(&path).expect("is there").starts_with("csv"));
    it.press("x").press("Ctrl-u").type_(&path).press("Enter").sees("There is a file");
}

#[test]
fn a_kept_report_is_shared_with_the_command_line() {
    let mut it = at(120, 36);
    open(&mut it, "Won and lost");
    it.press("f").type_("owner=lukas").press("Enter");
    it.press("S").type_("Hamburg").press("Enter").sees("Kept the report").sees("Hamburg");
    let listed = it.desk.run(["report", "win-loss", "--view", "Hamburg", "-f", "json"]).done();
    assert!(listed.contains("Lukas"), "{listed}");
    open(&mut it, "Hamburg");
    it.sees("filter owner=lukas");
}

#[test]
fn it_is_drawn_at_every_size_in_both_languages_and_with_both_sets_of_signs() {
    for language in [Language::English, Language::Chinese] {
        for signs in [glyphs::UNICODE, glyphs::ASCII] {
            let mut it = drawn_with(busy(), language, &signs, 120, 36);
            it.press("5");
            for _ in catalog::REPORTS {
                for (width, height) in [(40, 10), (80, 24), (120, 36), (200, 60)] {
                    it.event(Event::Resize(width, height)).settle();
                    for keys in ["Enter", "m", "T", "j", "T", "Tab"] {
                        if page_of::<Reports>(it.state.top().expect("a page")).is_none() {
                            it.press("Esc");
                        }
                        let screen = it.press(keys).screen();
                        let wide = screen.chars().any(|sign| "─│█▌…▲▼⣿⣀⠤".contains(sign));
                        assert!(signs == glyphs::UNICODE || !wide, "a sign that may be drawn wide:\n{screen}");
                    }
                }
                while page_of::<Reports>(it.state.top().expect("a page")).is_none_or(|page| page.part.is_some()) {
                    it.press("Esc");
                }
                it.press("]");
            }
        }
    }
}
