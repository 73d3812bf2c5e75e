//! The checklist of a stage becomes planned activities, one after the other; and the best next action of a deal.

use crate::{
    deals::run,
    storage::on_both,
    world::{World, people},
};
use kehu::{
    Cause,
    crm::Query,
    exchange::{
        Source,
        import::{Import, Options},
    },
    record::{Values, filter},
};
use std::fs;

/// The usual pipeline, whose second stage asks for three things; the bank's deal stands before it.
fn deal(world: &mut World) -> i64 {
    people(world);
    let id = world.add("deal", &[("name", "Vault sensors"), ("customer", "C1"), ("contact", "P1"), ("owner", "mei")]);
    let proposal = world.crm.find("stage", "Proposal").expect("is there");
    let to_do = "+3d email: send the quotation\n+2d 电话：问对方意见\nsee the hall";
    world.edit("stage", proposal, &[("to_do", to_do), ("needs_to_leave", "checklist_done")]);
    id
}

/// Subject, kind, day and state of what the checklist planned, in its order.
fn planned(world: &mut World) -> Vec<String> {
    let columns = ["subject", "kind", "due", "state"].map(str::to_owned).into();
    let query = Query { filter: filter::parse("deal=D1").expect("parses"), columns, ..Query::new("activity") };
    let mut rows = world.crm.list(&query).expect("lists").rows;
    rows.sort_by_key(|row| row.id);
    let cell = |cells: &[kehu::record::Value], at: usize| cells[at].as_text().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| {
            format!(
                "{} {} {} {}",
                cell(&row.cells, 0),
                cell(&row.cells, 1),
                &cell(&row.cells, 2)[5..10],
                cell(&row.cells, 3)
            )
        })
        .collect()
}

fn act(world: &mut World, verb: &str, activity: i64, answers: &Values) {
    let entry = kehu::catalog::entry("activity").expect("activities");
    let verb = entry.verbs.iter().find(|known| known.name == verb).expect("a verb");
    world.crm.transaction(verb.name, |crm| (verb.run)(crm, activity, answers)).expect("acts");
}

on_both! {
    fn steps_are_planned_one_after_the_other_and_the_gate_waits_for_the_last(world) {
        let id = deal(world);
        let before = world.dump();
        run(world, "move", id, &[]).expect("moves");
        assert_eq!(planned(world), ["send the quotation email 04-02 planned"]);
        assert_eq!(world.text("activity", 1, "owner"), "陆雅梅");
        assert_eq!((world.text("activity", 1, "customer"), world.text("activity", 1, "contact")), ("招商银行深圳分行".into(), "王晓明".into()));
        let error = run(world, "move", id, &[]).expect_err("is not done");
        assert_eq!(error.message.to_string(), "A deal does not come to Negotiation before its checklist is done: send the quotation, 问对方意见, see the hall.");
        assert_eq!(error.hint.expect("a hint").to_string(), "kehu activity done A1");
        act(world, "done", 1, &Values::new());
        assert_eq!(planned(world), ["send the quotation email 04-02 done", "问对方意见 call 04-01 planned"]);
        assert_eq!(world.text("activity", 2, "follows"), "send the quotation");
        // What is called off is not asked for any more, and what follows comes.
        act(world, "cancel", 2, &vec![("because".into(), kehu::record::Value::text("they are at a fair"))]);
        assert_eq!(planned(world)[2], "see the hall task 03-30 today");
        assert_eq!(world.names("deal", "checklist_done=no"), ["Vault sensors"]);
        act(world, "done", 3, &Values::new());
        assert_eq!(world.text("deal", id, "checklist_done"), "yes");
        run(world, "move", id, &[]).expect("moves on");
        for _ in 0..5 {
            world.crm.undo(None, false).expect("undoes");
        }
        assert_eq!(world.dump(), before);
    }

    fn leaving_the_stage_drops_what_is_left_and_undo_brings_it_back(world) {
        let id = deal(world);
        run(world, "move", id, &[]).expect("moves");
        act(world, "done", 1, &Values::new());
        let before = world.dump();
        run(world, "lose", id, &[("because", "price")]).expect("loses, whatever is left");
        assert_eq!(planned(world), ["send the quotation email 04-02 done", "问对方意见 call 04-01 cancelled"]);
        assert_eq!(world.text("activity", 2, "cancelled_because"), "Proposal → Lost");
        assert_eq!(world.names("deal_step", "state=waiting"), Vec::<String>::new());
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
        world.crm.redo().expect("does it again");
        // Back in the stage, what was done there is not asked for again.
        run(world, "reopen", id, &[]).expect("reopens");
        assert_eq!(planned(world)[2..], ["问对方意见 call 04-01 planned"]);
    }

    fn moves_in_bulk_and_by_import_plan_as_any_move_and_new_rows_plan_nothing(world) {
        deal(world);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deals.csv");
        fs::write(&path, "name,stage\nVault sensors,Proposal\nDoor sensors,Proposal\n").expect("written");
        let plan = Import::plan(&mut world.crm, &Source::open(&path).expect("opens"), Some("deal"), &Options::default(), &mut |_| ());
        let outcome = plan.expect("plans").run(&mut world.crm, &mut |_| ()).expect("runs");
        assert_eq!((outcome.created, outcome.updated), (1, 1));
        assert_eq!(planned(world).len(), 1);
        assert_eq!(world.crm.count_where("activity", "").expect("counts"), 1);
        // The other gets its checklist when somebody wants it.
        run(world, "plan", 2, &[]).expect("plans");
        assert_eq!(world.names("activity", "deal=D2"), ["send the quotation"]);
        let again = run(world, "plan", 2, &[]).expect_err("is planned");
        assert_eq!(again.message.to_string(), "Door sensors has all that Proposal asks for planned or done already.");
        // The gate stands in an edit of many, too.
        let negotiation = world.crm.find("stage", "Negotiation").expect("is there");
        let values = vec![("stage".to_owned(), kehu::record::Link::to(negotiation))];
        let both = world.crm.transaction("Edit all", |crm| {
            [1, 2].iter().try_for_each(|id| crm.change("deal", *id, values.clone(), None).map(|_| ()))
        });
        assert_eq!(both.expect_err("are not done").cause, Cause::Refused);
    }

    fn a_step_that_is_removed_makes_room_for_the_next_and_a_deal_takes_all_along(world) {
        let id = deal(world);
        run(world, "move", id, &[]).expect("moves");
        world.crm.remove("activity", 1).expect("removes");
        assert_eq!(planned(world), ["问对方意见 call 04-01 planned"]);
        let before = world.dump();
        world.crm.remove("deal", id).expect("removes");
        assert_eq!(world.crm.count_where("activity", "").expect("counts"), 0);
        world.crm.restore("deal", id).expect("restores");
        assert_eq!(world.dump(), before);
    }

    fn a_checklist_that_cannot_be_read_is_refused_where_it_is_written(world) {
        deal(world);
        let proposal = world.crm.find("stage", "Proposal").expect("is there");
        let error = world.try_edit("stage", proposal, &[("to_do", "+2x call: ask")]).expect_err("no such day");
        assert_eq!(error.message.to_string(), "\"+2x call: ask\" is no step of a checklist: it says after how many days, and what.");
        let by_hand = world.try_add("deal_step", &[("name", "x"), ("deal", "D1"), ("stage", "Proposal")]);
        assert_eq!(by_hand.expect_err("is the program's").cause, Cause::Refused);
    }

    fn the_best_next_action_is_the_most_pressing_rule_and_every_rule_is_a_filter(world) {
        let id = deal(world);
        let best = |world: &mut World| {
            let grid = world.crm.next_actions(&filter::Filter::All, None).expect("advises");
            grid.rows.iter().map(|row| format!("{} {}", row.short, row.cells[5].as_text().unwrap_or_default())).collect::<Vec<_>>()
        };
        assert_eq!(best(world), ["D1 plan_next"]);
        let plan = world.add("activity", &[("subject", "Call"), ("deal", "D1"), ("due", "+3d")]);
        assert_eq!(best(world), ["D1 find_decider"]);
        world.add("deal_contact", &[("role", "decision_maker"), ("deal", "D1"), ("contact", "P1")]);
        assert_eq!(best(world), ["D1 meet_decider"]);
        world.add("activity", &[("subject", "Met"), ("kind", "visit"), ("contact", "P1"), ("done", "2026-03-20")]);
        assert_eq!(best(world), ["D1 set_date"]);
        world.edit("deal", id, &[("close", "+30d")]);
        assert_eq!(best(world), Vec::<String>::new());
        world.edit("deal", id, &[("inquiry", "What would 12 of them cost?")]);
        assert_eq!(best(world), ["D1 name_price"]);
        world.edit("activity", plan, &[("due", "2026-03-27"), ("moved_because", "they asked")]);
        assert_eq!(best(world), ["D1 do_overdue"]);
        // What is most at stake comes first, other currencies after the base currency, and what is closed is left out.
        for (name, amount) in [("Small", "5000"), ("Abroad", "EUR 90000"), ("Large", "90000"), ("Lost", "99999")] {
            world.add("deal", &[("name", name), ("amount", amount)]);
        }
        run(world, "lose", 5, &[("because", "price")]).expect("loses");
        let order: Vec<String> = best(world).iter().map(|line| line[..2].to_owned()).collect();
        assert_eq!(order, ["D4", "D2", "D3", "D1"]);
        // The page of the deal shows all rules that fit, and each lists the deals that it means.
        let dossier = world.crm.dossier("deal", id, kehu::customers::Depth::Brief).expect("a page");
        let panel = dossier.panels.iter().find(|panel| panel.key == "next_actions").expect("stands there");
        assert_eq!(panel.grid.rows.len(), 2);
        for row in &panel.grid.rows {
            let rule = row.cells[1].as_text().expect("a rule").to_owned();
            assert!(world.names("deal", &rule).contains(&"Vault sensors".to_owned()), "{rule}");
        }
    }
}
