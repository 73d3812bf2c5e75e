//! The stage history of deals: whatever is undone and whatever is imported, it leads to where the deal is.

use crate::{
    deals::{run, steps},
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::{
    Cause,
    exchange::{
        Source,
        import::{Import, Options},
    },
    pipeline::Conversion,
    record::Value,
};
use proptest::test_runner::{Config, TestRunner};
use std::{cell::RefCell, fs};

fn deal(world: &mut World) -> i64 {
    world.add("deal", &[("name", "Vault sensors"), ("amount", "12万"), ("started", "2026-01-05")])
}

fn latest_operation(world: &mut World) -> i64 {
    world.crm.operations(Some(1)).expect("reads")[0].id
}

/// Each step begins where the one before it ended, and the last one where the deal is.
fn leads_there(world: &mut World, deal: i64) {
    let steps = steps(world, deal).rows;
    let names: Vec<String> = steps.iter().map(|row| row.cells[0].as_text().unwrap_or_default().to_owned()).collect();
    for (place, row) in steps.iter().enumerate() {
        let origin = if let Value::Link(link) = &row.cells[3] { link.title.clone() } else { String::new() };
        assert_eq!(origin, if place == 0 { "" } else { &names[place - 1] }, "{names:?}");
    }
    assert_eq!(names.last(), Some(&world.text("deal", deal, "stage")), "{names:?}");
    let report = world.crm.doctor().expect("examines");
    assert!(report.healthy, "{:?}", report.issues);
}

/// Imports a file, and says how the command would end.
fn import(world: &mut World, kind: &str, text: &str) -> u8 {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.csv");
    fs::write(&path, text).expect("written");
    let source = Source::open(&path).expect("opens");
    let plan = Import::plan(&mut world.crm, &source, Some(kind), &Options::default(), &mut |_| ()).expect("plans");
    plan.run(&mut world.crm, &mut |_| ()).map_or_else(|error| error.exit_code(), |outcome| outcome.exit_code())
}

on_both! {
    /// A move that later ones stand on is not undone before them, and it is said which.
    fn a_move_that_others_stand_on_stays(world) {
        let deal = deal(world);
        run(world, "move", deal, &[]).expect("moves");
        let first = latest_operation(world);
        run(world, "move", deal, &[]).expect("moves on");
        let second = latest_operation(world);
        let before = world.dump();
        for keep_newer in [false, true] {
            let refused = world.crm.undo(Some(first), keep_newer).expect_err("is refused");
            assert_eq!((refused.cause, refused.exit_code()), (Cause::Conflict, 4));
            assert!(refused.candidates.iter().any(|(_, why)| why.contains(&format!("SM3 of operation {second} builds upon it"))), "{refused:?}");
            if keep_newer {
                assert_eq!(refused.hint.expect("a hint").to_string(), format!("kehu undo {second}"));
            }
            assert_eq!(world.dump(), before);
        }
        world.crm.undo(Some(second), false).expect("the last one first");
        world.crm.undo(Some(first), true).expect("then the other");
        leads_there(world, deal);
    }

    /// A deal that came back to where it was has been elsewhere meanwhile.
    fn a_move_back_does_not_make_a_move_undone(world) {
        let deal = deal(world);
        let stage = world.text("deal", deal, "stage");
        run(world, "move", deal, &[]).expect("moves");
        let first = latest_operation(world);
        let next = world.text("deal", deal, "stage");
        for to in [&stage, &next] {
            run(world, "move", deal, &[("to", to)]).expect("moves");
        }
        assert_eq!(world.crm.undo(Some(first), false).expect_err("is refused").exit_code(), 4);
        leads_there(world, deal);
    }

    /// What a conversion made keeps its history, once it has gone on.
    fn a_conversion_keeps_the_first_step_of_a_deal_that_was_won(world) {
        people(world);
        let lead = world.add("lead", &[("name", "Anna Berg"), ("company", "Berg Pumpen AB")]);
        let done = world.crm.convert(&Conversion { lead, deal: Some(Vec::new()), ..Conversion::default() }).expect("converts");
        let (conversion, deal) = (latest_operation(world), done.deal.expect("a deal"));
        run(world, "win", deal, &[]).expect("is won");
        assert_eq!(world.crm.undo(Some(conversion), true).expect_err("is refused").exit_code(), 4);
        leads_there(world, deal);
    }

    /// Of many deals that moved together, one that has gone on stays, and the others go back.
    fn what_nothing_stands_on_is_undone_nevertheless(world) {
        let deals = [deal(world), deal(world)];
        run(world, "move", deals[0], &[]).expect("moves");
        let stage = world.value("deal", deals[0], "stage");
        world.crm.undo(None, false).expect("undoes");
        world.crm.change_many("deal", &deals, &vec![("stage".to_owned(), stage)]).expect("moves both");
        let both = latest_operation(world);
        run(world, "move", deals[0], &[]).expect("moves on");
        let report = world.crm.undo(Some(both), true).expect("undoes the rest");
        assert!(!report.kept.is_empty() && report.kept.iter().all(|kept| kept.short == "D1"), "{:?}", report.kept);
        assert_eq!([steps(world, deals[0]).rows.len(), steps(world, deals[1]).rows.len()], [3, 1]);
        leads_there(world, deals[0]);
        leads_there(world, deals[1]);
    }

    /// A history that cannot have been is not imported.
    fn a_forged_history_is_refused(world) {
        let deal = deal(world);
        run(world, "move", deal, &[]).expect("moves");
        let elsewhere = world.add("pipeline", &[("name", "Projects")]);
        world.add("stage", &[("name", "Asked"), ("pipeline", &format!("PL{elsewhere}")), ("probability", "20")]);
        let [first, here] = [0, 1].map(|row| steps(world, deal).rows[row].cells[0].as_text().unwrap_or_default().to_owned());
        let before = world.dump();
        for (stage, at) in [
            (here.as_str(), "2099-01-01 10:00"), (here.as_str(), "2025-12-31 10:00"), ("Asked", "2026-02-01 10:00"), (first.as_str(), "2026-03-31 09:00"),
        ] {
            let file = format!("title,deal,stage,at\nforged,D{deal},{stage},{at}\n");
            assert!(matches!(import(world, "stage_move", &file), 5 | 6), "{file}");
            assert_eq!(world.dump(), before, "{file}");
        }
        let file = format!("title,deal,stage,at\n{here},D{deal},{here},2026-02-01 10:00\n");
        assert_eq!(import(world, "stage_move", &file), 0, "that might have been");
        let origins: Vec<bool> = steps(world, deal).rows.iter().map(|row| row.cells[3].is_empty()).collect();
        assert_eq!(origins, [true, false, false]);
        world.customer("Acme Robotics");
        let file = "title,customer,action,at\nforged,Acme Robotics,claimed,2099-01-01 10:00\n";
        assert!(matches!(import(world, "pool_move", file), 5 | 6));
    }
}

/// Any deeds and any undos in any order.
fn any_undo_leaves_a_history_that_leads_there(world: &mut World, cases: u32) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let acts = proptest::collection::vec((0_usize..9, 0_u32..20), 1..16);
    let world = RefCell::new(world);
    let ran = TestRunner::new(config).run(&acts, |acts| {
        let world = &mut **world.borrow_mut();
        let deal = deal(world);
        let first = latest_operation(world);
        for (act, number) in acts {
            let day = format!("2026-03-{:02}", number + 1);
            let _ = match act {
                0 | 1 => run(world, "move", deal, &[]),
                2 => run(world, "win", deal, &[("on", &day)]),
                3 => run(world, "lose", deal, &[("because", "price"), ("on", &day)]),
                4 => run(world, "reopen", deal, &[]),
                5 => world.try_edit("deal", deal, &[("started", &format!("2026-01-{:02}", number + 1))]).map(drop),
                6 => world.try_edit("deal", deal, &[("closed", &day)]).map(drop),
                _ => {
                    let lines = world.crm.operations(None).expect("reads");
                    let mine: Vec<i64> = lines.iter().map(|line| line.id).filter(|id| *id > first).collect();
                    let chosen = mine.get(number as usize % mine.len().max(1)).copied();
                    chosen.map_or(Ok(()), |id| world.crm.undo(Some(id), act == 8).map(drop))
                }
            };
            leads_there(world, deal);
        }
        Ok(())
    });
    ran.expect("leads there");
}

#[test]
fn any_undo_leaves_a_true_history_on_sqlite() {
    any_undo_leaves_a_history_that_leads_there(&mut World::on_sqlite(), 30);
}

#[test]
fn any_undo_leaves_a_true_history_on_postgres() {
    if let Some(mut world) = World::on_postgres() {
        any_undo_leaves_a_history_that_leads_there(&mut world, 6);
    }
}

#[test]
fn the_program_says_what_is_to_be_undone_first() {
    let desk = Desk::new();
    desk.say("deal add Sensors --customer C3").done();
    desk.say("deal move D1").done();
    let first = desk.crm().operations(Some(1)).expect("reads")[0].id;
    desk.say("deal move D1").done();
    let refused = desk.say(&format!("undo {first} --keep-newer"));
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(refused.err.contains("builds upon it"), "{}", refused.err);
}
