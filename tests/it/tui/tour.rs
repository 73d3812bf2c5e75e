//! The same dashboard on a file and on a server: every page, a record's life, what others write, and what comes back.

use super::{Eyes, exporter};
use crate::{storage::on_both, world::World, world::people};
use kehu::{
    doors::language::Language,
    tui::{Launch, action, driver::Driver, glyphs, pages},
};
use std::time::Duration;

fn sit(world: &World, width: u16, height: u16) -> Driver {
    let mut settings = crate::world::settings();
    (settings.door, settings.create) = ("tui", false);
    let launch = Launch {
        url: world.url.clone(),
        settings,
        user: "lin".to_owned(),
        watch: kehu::customers::duplicates::Watch::default(),
        language: Language::English,
        color: true,
        depth: kehu::tui::theme::Depth::True,
        ascii: Some(false),
        wide: false,
        editor: "true".to_owned(),
        opener: None,
        folder: None,
        exporter,
        here: std::env::temp_dir(),
    };
    Driver::start(&launch, glyphs::UNICODE, width, height).expect("starts")
}

/// The small company with two deals and something planned.
fn busy(world: &mut World) {
    people(world);
    for (name, customer, amount) in [("Gate sensors", "C1", "42万"), ("Cold store", "C2", "EUR 90000")] {
        world.add("deal", &[("name", name), ("customer", customer), ("amount", amount)]);
    }
    world.add("activity", &[("subject", "ask for the contract"), ("customer", "C1"), ("due", "2026-03-27T10:00")]);
}

on_both! {
    fn every_page_and_every_kind_opens_and_nothing_is_wrong(world) {
        busy(world);
        let mut it = sit(world, 120, 36);
        for tab in ["1", "2", "3", "4", "5", "6", "7"] {
            it.press(tab);
            it.screen();
            it.press("Enter").screen();
            it.press("Esc Esc Esc");
        }
        let kinds: Vec<&'static str> = it.state.context.schemas.iter().map(|schema| schema.kind).collect();
        for kind in kinds {
            let commands = pages::go_to_kind(&mut it.state, kind);
            it.hand(commands).press("Enter").screen();
            it.press("Esc Esc Esc");
        }
        let wrong: Vec<String> = it.state.messages.iter().filter(|toast| toast.sign() == "!").map(|toast| toast.text.clone()).collect();
        assert!(wrong.is_empty() && it.broken.is_empty(), "{wrong:#?} {:?}", it.broken);
    }

    fn every_report_runs(world) {
        busy(world);
        let mut it = sit(world, 120, 36);
        it.press("5");
        for _ in 0..60 {
            it.press("Enter").screen();
            it.press("Esc").press("j");
        }
        assert!(it.broken.is_empty(), "{:?}", it.broken);
        let wrong: Vec<String> = it.state.messages.iter().filter(|toast| toast.sign() == "!").map(|toast| toast.text.clone()).collect();
        assert!(wrong.iter().all(|text| !text.contains("The database says")), "{wrong:#?}");
    }

    fn a_record_is_added_edited_found_deleted_and_brought_back(world) {
        busy(world);
        let mut it = sit(world, 120, 36);
        it.press("2").press("N").type_("杭州智造").press("F2").sees("C5 杭州智造");
        it.press("Esc Esc 2").press("/").type_("hzzz").press("Enter").sees("杭州智造");
        assert_eq!(it.refs(), ["C5"]);
        it.press("e").press("End").type_(" AG").press("F2").sees("杭州智造 AG");
        it.press("d").sees("Moved to the recycle bin").press("u");
        assert_eq!(it.refs(), ["C5"]);
        it.press("u");
        assert_eq!(it.crm.title("customer", 5).expect("is there"), "杭州智造");
    }

    fn a_card_moves_on_the_board_and_back(world) {
        busy(world);
        let before = world.dump();
        let mut it = sit(world, 120, 36);
        it.press("3").sees("Gate sensors").press(">").press("w").press("u").press("u");
        assert!(it.broken.is_empty());
        assert_eq!(world.dump(), before);
    }

    fn what_others_write_shows_and_a_conflict_is_shown(world) {
        busy(world);
        let mut it = sit(world, 120, 40);
        it.press("2").pass(Duration::from_secs(3));
        world.customer("Zeppelin AG");
        it.pass(Duration::from_secs(3));
        it.sees("Zeppelin AG");
        it.press("g g").press("e").press("End").type_("!");
        let mut lukas = world.as_user("lukas");
        lukas.change("customer", 5, vec![("city".into(), kehu::record::Value::text("Friedrichshafen"))], None).expect("changes");
        it.press("F2").sees("changed by somebody else").sees("Friedrichshafen");
    }

    fn a_field_that_others_add_is_taken_over(world) {
        busy(world);
        let mut it = sit(world, 120, 36);
        it.press("2").pass(Duration::from_secs(3));
        let mut other = world.as_user("lin");
        let field = kehu::views::CustomField { record_kind: "customer".into(), name: "warehouse".into(), label: Some("Warehouse".to_owned()), value_kind: "text".into(), ..Default::default() };
        field.define(&mut other).expect("defines");
        it.pass(Duration::from_secs(3));
        it.press("c").type_("Warehouse").sees("Warehouse").press("Space").press("Enter").sees("Warehouse");
        assert!(it.broken.is_empty());
    }

    fn every_action_that_can_be_run_without_a_question_runs(world) {
        busy(world);
        let mut it = sit(world, 120, 36);
        for action in action::all().filter(|action| !matches!(action.id, "frame.quit" | "frame.leave")) {
            for tab in ["2", "3"] {
                it.press(tab);
                let commands = it.state.act(action.id);
                it.hand(commands).screen();
                it.press("Esc Esc Esc");
            }
            assert!(it.broken.is_empty(), "{}: {:?}", action.id, it.broken);
        }
    }
}
