//! Whatever is done with a deal in whatever order, and taken back: its history, its lines and its checklist stay true.

use crate::{
    deals::{run, steps},
    world::World,
};
use kehu::{
    crm::{OperationLine, Query},
    record::{Value, filter},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use std::cell::RefCell;

/// One deed with a deal; what is refused leaves nothing behind.
fn act(world: &mut World, deal: i64, act: usize, days: u32) {
    let day = format!("2026-03-{:02}", days + 1);
    let first = |world: &mut World, kind: &str, filter: &str| -> Option<i64> {
        let query = Query { filter: filter::parse(filter).expect("parses"), ..Query::new(kind) };
        world.crm.matching(&query).expect("matches").first().copied()
    };
    let _ = match act {
        0 | 1 => run(world, "move", deal, &[]),
        2 => run(world, "win", deal, &[("on", &day)]),
        3 => run(world, "lose", deal, &[("because", "price"), ("on", &day)]),
        4 => run(world, "shelve", deal, &[("because", "budget frozen")]),
        5 => run(world, "reopen", deal, &[]),
        6 => world.try_edit("deal", deal, &[("started", &format!("2026-01-{:02}", days + 1))]).map(|_| ()),
        7 => {
            let price = format!("{}.37", days * 10);
            let link = format!("D{deal}");
            world
                .try_add(
                    "deal_line",
                    &[("description", "Sensor"), ("deal", &link), ("quantity", "1.5"), ("price", &price)],
                )
                .map(|_| ())
        }
        8 => first(world, "deal_line", &format!("deal=D{deal}"))
            .map_or(Ok(()), |id| world.crm.remove("deal_line", id).map(|_| ())),
        9 => first(world, "activity", &format!("deal=D{deal} done: cancelled:"))
            .map_or(Ok(()), |id| world.try_edit("activity", id, &[("done", "2026-03-30 10:00")]).map(|_| ())),
        10 => world.crm.redo().map(|_| ()),
        _ => world.crm.undo(None, false).map(|_| ()),
    };
}

fn is_true(world: &mut World, deal: i64) -> Result<(), TestCaseError> {
    let steps = steps(world, deal);
    let at = |row: usize| {
        let text = steps.rows[row].cells[1].as_text().unwrap_or_default();
        text.parse::<jiff::Timestamp>().expect("an instant")
    };
    let last = steps.rows.len() - 1;
    let spent: i64 = steps.rows.iter().filter_map(|row| row.cells[2].as_integer()).sum();
    prop_assert_eq!(spent, at(last).duration_since(at(0)).as_secs(), "what it spent in its stages sums to its age");
    for row in 1..=last {
        prop_assert!(at(row) >= at(row - 1));
        let from = &steps.rows[row].cells[3];
        let before = steps.rows[row - 1].cells[0].as_text().unwrap_or_default();
        prop_assert!(
            matches!(from, Value::Link(link) if link.title == before),
            "each step begins where the last one ended"
        );
    }
    let stage = world.text("deal", deal, "stage");
    prop_assert_eq!(steps.rows[last].cells[0].as_text(), Some(&*stage));
    let outcome = world.text("deal", deal, "outcome");
    prop_assert_eq!(world.text("deal", deal, "closed").is_empty(), outcome == "open");
    prop_assert_eq!(world.text("deal", deal, "lost_reason").is_empty(), matches!(&*outcome, "open" | "won"));
    let certain = match &*outcome {
        "won" => Some("100.00%"),
        "lost" | "shelved" => Some("0.00%"),
        _ => None,
    };
    let probability = world.text("deal", deal, "probability");
    prop_assert_eq!(certain.unwrap_or(&probability), probability.clone());
    prop_assert_eq!(certain.is_none(), !matches!(&*probability, "100.00%" | "0.00%"));
    // A deal with lines is worth what they come to.
    let filter = format!("deal=D{deal}");
    let lines = Query {
        filter: filter::parse(&filter).expect("parses"),
        columns: vec!["amount".to_owned()],
        ..Query::new("deal_line")
    };
    let lines = world.crm.list(&lines).expect("lists").rows;
    let sum: i64 = lines.iter().map(|row| if let Value::Money(money) = row.cells[0] { money.minor } else { 0 }).sum();
    if !lines.is_empty() {
        let amount = world.value("deal", deal, "amount");
        prop_assert!(matches!(amount, Value::Money(money) if money.minor == sum), "{amount:?} is not {sum}");
    }
    // Of a checklist one step at most is planned, and none of a stage that was left.
    let planned = world.crm.count_where("deal_step", &format!("{filter} state=planned")).expect("counts");
    let elsewhere = world.crm.count_where("deal_step", &format!("{filter} state=planned,waiting stage.name!={stage}"));
    prop_assert!(planned <= 1);
    prop_assert_eq!(elsewhere.expect("counts"), 0);
    Ok(())
}

fn any_order_stays_true(world: &mut World, cases: u32) {
    world.add("deal", &[("name", "The first makes the pipeline")]);
    for (stage, to_do) in
        [(1, "+1d call: ask who decides"), (2, "+3d email: send the quotation\n+2d visit: see the hall")]
    {
        world.edit("stage", stage, &[("to_do", to_do)]);
    }
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let acts = proptest::collection::vec((0_usize..12, 0_u32..20), 1..14);
    // One database for all cases, each with a deal of its own.
    let world = RefCell::new(world);
    let ran = TestRunner::new(config).run(&acts, |acts| {
        let world = &mut **world.borrow_mut();
        let deal = world.add("deal", &[("name", "Vault sensors"), ("started", "2026-01-01")]);
        let before = world.dump();
        let first = world.crm.operations(Some(1)).expect("lists")[0].id;
        for (kind, days) in acts {
            act(world, deal, kind, days);
            if world.names("deal", &format!("id={deal}")).is_empty() {
                return Ok(());
            }
            is_true(world, deal)?;
        }
        // Taken back one by one, all is as it was.
        let stands = |line: &OperationLine| line.id > first && line.undoes.is_none() && line.undone_by.is_none();
        while world.crm.operations(None).expect("lists").iter().any(stands) {
            world.crm.undo(None, false).expect("undoes");
        }
        prop_assert_eq!(world.dump(), before);
        Ok(())
    });
    ran.expect("stays true");
}

#[test]
fn any_order_of_deeds_stays_true_on_sqlite() {
    any_order_stays_true(&mut World::on_sqlite(), 24);
}

#[test]
fn any_order_of_deeds_stays_true_on_postgres() {
    if let Some(mut world) = World::on_postgres() {
        any_order_stays_true(&mut world, 6);
    }
}
