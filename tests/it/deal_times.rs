//! When deals were first and last moved and touched is kept with them, whoever writes, and everything that asks for it
//! says the same.

use crate::{
    deals::run,
    storage::on_both,
    world::{World, people, settings},
};
use kehu::{
    Crm,
    crm::{Deleted, Query, Sort},
    record::{Value, filter},
};
use std::collections::BTreeSet;

/// Two deals of the customer C1 in the first stage, which lets them lie for ten days.
fn two_deals(world: &mut World) -> [i64; 2] {
    people(world);
    let deals = ["Pumps", "Valves"].map(|name| {
        world.add("deal", &[("name", name), ("customer", "C1"), ("started", "2026-01-05"), ("owner", "lin")])
    });
    world.edit("stage", 1, &[("days_to_rot", "10"), ("longest_silence", "20")]);
    deals
}

fn called(world: &mut World, deal: i64, done: &str) -> i64 {
    world.add("activity", &[("subject", "Called"), ("kind", "call"), ("deal", &format!("D{deal}")), ("done", done)])
}

fn planned(world: &mut World, deal: i64, due: &str) -> i64 {
    world.add("activity", &[("subject", "Call them"), ("kind", "call"), ("deal", &format!("D{deal}")), ("due", due)])
}

/// Which deals are stale, as the field, the report, the board and its cards say it; that these agree, and that what is
/// kept is what the histories say.
#[track_caller]
fn stale(world: &mut World) -> Vec<i64> {
    let query =
        Query { filter: filter::parse("stale=yes").expect("a filter"), sort: Sort::parse("id"), ..Query::new("deal") };
    let listed: Vec<i64> = world.crm.list(&query).expect("lists").rows.iter().map(|row| row.id).collect();
    for filter in [filter::Filter::All, filter::parse("name~e,u").expect("a filter")] {
        let reported = world.crm.stale_deals(None, &filter, None).expect("answers");
        let reported: BTreeSet<i64> = reported.iter().map(|stale| stale.deal).collect();
        assert_eq!(reported.into_iter().collect::<Vec<_>>(), listed);
        let lanes = world.crm.board(None, &filter, 7).expect("a board");
        assert_eq!(lanes.iter().map(|lane| lane.stale).sum::<u64>(), listed.len() as u64);
        let mut cards: Vec<i64> =
            lanes.iter().flat_map(|lane| &lane.cards).filter(|card| card.stale).map(|card| card.id).collect();
        cards.sort_unstable();
        assert_eq!(cards, listed);
    }
    let report = world.crm.doctor().expect("examines");
    assert!(report.healthy, "{:?}", report.issues);
    listed
}

fn touch(world: &mut World, deal: i64) -> String {
    let value = world.value("deal", deal, "last_touch");
    value.as_text().unwrap_or_default().to_owned()
}

on_both! {
    fn whatever_is_done_with_activities_a_deal_knows_when_it_was_touched(world) {
        let [pumps, valves] = two_deals(world);
        assert_eq!(stale(world), [pumps, valves]);
        let call = called(world, pumps, "2026-03-30 10:00");
        assert_eq!(stale(world), [valves]);
        world.edit("activity", call, &[("done", "2026-03-01 10:00")]);
        assert_eq!(touch(world, pumps), "2026-03-01T02:00:00Z");
        assert_eq!(stale(world), [pumps, valves]);
        // To the other deal and back.
        world.edit("activity", call, &[("done", "2026-03-30 10:00"), ("deal", &format!("D{valves}"))]);
        assert_eq!(stale(world), [pumps]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(stale(world), [pumps, valves]);
        world.crm.redo().expect("does it again");
        assert_eq!(stale(world), [pumps]);
        world.crm.remove("activity", call).expect("removes");
        assert_eq!((stale(world), touch(world, valves)), (vec![pumps, valves], String::new()));
        world.crm.restore("activity", call).expect("comes back");
        assert_eq!(stale(world), [pumps]);
        world.crm.remove("activity", call).expect("removes");
        world.crm.purge("activity", call).expect("purges");
        assert_eq!(stale(world), [pumps, valves]);
    }

    fn a_plan_keeps_a_deal_fresh_until_it_is_over_or_called_off(world) {
        let [pumps, valves] = two_deals(world);
        let plan = planned(world, pumps, "2026-04-02 10:00");
        planned(world, valves, "2026-03-15 10:00");
        assert_eq!(stale(world), [valves]);
        assert_eq!(world.value("deal", pumps, "next_step"), Value::text("2026-04-02T02:00:00Z"));
        world.edit("activity", plan, &[("due", "2026-03-20 10:00"), ("moved_because", "earlier")]);
        assert_eq!(stale(world), [pumps, valves]);
        let later = planned(world, pumps, "2026-04-09 10:00");
        assert_eq!((stale(world), world.value("deal", pumps, "next_step")), (vec![valves], Value::text("2026-03-20T02:00:00Z")));
        world.edit("activity", later, &[("cancelled", "2026-03-31 08:00"), ("cancelled_because", "no")]);
        assert_eq!(stale(world), [pumps, valves]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(stale(world), [valves]);
        world.edit("activity", later, &[("done", "2026-03-31 08:00")]);
        assert_eq!(stale(world), [valves], "it was touched today");
    }

    fn a_move_makes_fresh_and_its_undo_does_not(world) {
        let [pumps, valves] = two_deals(world);
        world.edit("stage", 2, &[("days_to_rot", "10")]);
        run(world, "move", pumps, &[]).expect("moves");
        assert_eq!(stale(world), [valves]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(stale(world), [pumps, valves]);
        world.crm.redo().expect("moves again");
        assert_eq!(stale(world), [valves]);
        world.crm.remove("deal", valves).expect("removes");
        assert_eq!(stale(world), [0; 0]);
        world.crm.restore("deal", valves).expect("comes back");
        assert_eq!(stale(world), [valves]);
        run(world, "lose", valves, &[("because", "price")]).expect("loses");
        assert_eq!(stale(world), [0; 0]);
        run(world, "reopen", valves, &[]).expect("takes it up again");
        world.crm.undo(None, false).expect("undoes");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(stale(world), [valves]);
    }

    fn what_is_wrong_is_found_and_put_right(world) {
        let [pumps, valves] = two_deals(world);
        called(world, pumps, "2026-03-30 10:00");
        world.outside("UPDATE deal_times SET touched = NULL");
        let report = world.crm.doctor().expect("examines");
        assert!(report.issues.iter().any(|issue| issue.to_string().contains("The first and last times kept of 1 deals")), "{report:?}");
        world.crm.repair().expect("repairs");
        assert_eq!(stale(world), [valves]);
        world.outside(&format!("DELETE FROM stage_moves WHERE deal = {pumps}"));
        assert!(!world.crm.doctor().expect("examines").healthy);
        world.crm.repair().expect("repairs");
        assert_eq!(stale(world), [valves]);
        assert_eq!(world.value("deal", pumps, "stage_since"), Value::text("2026-01-04T16:00:00Z"));
    }

    fn an_older_database_gets_the_times_and_the_first_steps(world) {
        let [pumps, valves] = two_deals(world);
        called(world, pumps, "2026-03-30 10:00");
        let ending = if world.url.contains("://") { " CASCADE" } else { "" };
        world.outside(&format!(
            "DELETE FROM stage_moves WHERE deal = {pumps}; UPDATE meta SET value = '3' WHERE key = 'kehu_version'"
        ));
        for table in ["deals", "activities", "stage_moves"] {
            if ending.is_empty() {
                for event in ["insert", "update", "delete"] {
                    world.outside(&format!("DROP TRIGGER \"{table}_deal_times_{event}\""));
                }
            } else {
                world.outside(&format!("DROP TRIGGER \"{table}_deal_times\" ON {table}"));
            }
        }
        world.outside(&format!("DROP TABLE deal_times{ending}"));
        let mut crm = Crm::open(&world.url, &settings()).expect("opens");
        crm.sign_in("lin").expect("is known");
        world.crm = crm;
        assert_eq!(stale(world), [valves]);
        assert_eq!(world.value("deal", pumps, "stage_since"), Value::text("2026-01-04T16:00:00Z"));
        let query = Query { deleted: Deleted::With, ..Query::new("stage_move") };
        assert_eq!(world.crm.list(&query).expect("lists").rows.len(), 2);
    }

    fn deals_that_are_silent_for_too_long_are_on_the_plan_of_the_day(world) {
        let [pumps, valves] = two_deals(world);
        called(world, pumps, "2026-03-15 10:00");
        let day = "2026-03-31".parse().expect("a day");
        let silent = |world: &mut World, user: i64| -> Vec<i64> {
            let parts = world.crm.agenda(user, day, Some(20)).expect("a plan");
            let part = parts.into_iter().find(|(title, _)| *title == "Silent deals");
            part.map(|(_, grid)| grid.rows.iter().map(|row| row.id).collect()).unwrap_or_default()
        };
        assert_eq!(silent(world, 1), [valves], "the pumps have lain for longer than ten days, but were spoken of");
        assert_eq!(silent(world, 2), [0; 0]);
        world.edit("stage", 1, &[("longest_silence", "10")]);
        assert_eq!(silent(world, 1), [valves, pumps]);
        planned(world, valves, "2026-04-02 10:00");
        assert_eq!(silent(world, 1), [pumps]);
    }
}
