//! Deals: what they promise on their way through a pipeline, on both databases.

use crate::{
    storage::on_both,
    world::{Desk, World},
};
use kehu::{
    Cause,
    crm::{Query, Sort},
    exchange::{
        Source,
        import::{Import, Options, Outcome},
    },
    record::{Grid, Link, Value, Values, filter},
    reports::Part,
};
use std::fs;

/// The usual pipeline and a deal of the bank in it, which is worth something.
fn deal(world: &mut World) -> i64 {
    let bank = world.customer("招商银行深圳分行");
    world.add(
        "deal",
        &[("name", "Vault sensors"), ("customer", &format!("C{bank}")), ("amount", "12万"), ("close", "2026-06-30")],
    )
}

/// Runs a verb of deals as a door would.
pub fn run(world: &mut World, verb: &str, id: i64, answers: &[(&str, &str)]) -> kehu::Result<()> {
    let entry = kehu::catalog::entry("deal").expect("deals");
    let verb = entry.verbs.iter().find(|known| known.name == verb).expect("a verb");
    if let Some(reason) = (verb.refused)(&mut world.crm, id)? {
        return Err(kehu::Error::new(Cause::Refused, reason));
    }
    let mut values = Values::new();
    for (name, text) in answers {
        let kind = (verb.asks.iter().find(|ask| ask.name == *name).expect("is asked").kind)();
        let value = kehu::record::types::parse(&kind, text, world.crm.reading())?;
        values.push(((*name).to_owned(), value));
    }
    world.crm.transaction(verb.name, |crm| (verb.run)(crm, id, &values))
}

/// The stages that a deal passed, in their order.
fn way(world: &mut World, deal: i64) -> Vec<String> {
    steps(world, deal).rows.iter().map(|row| row.cells[0].as_text().unwrap_or_default().to_owned()).collect()
}

pub fn steps(world: &mut World, deal: i64) -> Grid {
    let query = Query {
        filter: filter::parse(&format!("deal=D{deal}")).expect("parses"),
        columns: ["title", "at", "seconds", "origin"].map(str::to_owned).into(),
        sort: Sort::parse("id"),
        ..Query::new("stage_move")
    };
    world.crm.list(&query).expect("lists")
}

fn stage(world: &mut World, name: &str) -> i64 {
    world.crm.find("stage", name).expect(name)
}

/// Everything of a kind as the file that an export writes.
pub fn exported(crm: &mut kehu::Crm, kind: &str) -> String {
    let mut export = kehu::exchange::Export::new(crm, Query::new(kind)).expect("exports");
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut headed = false;
    while let Some(grid) = export.next_page(crm).expect("a page") {
        if !std::mem::replace(&mut headed, true) {
            writer.write_record(grid.columns.iter().map(|column| &column.name)).expect("headings");
        }
        for row in &grid.rows {
            let cells = grid.columns.iter().zip(&row.cells);
            writer
                .write_record(cells.map(|(column, value)| kehu::record::types::show(&column.kind, value)))
                .expect("a row");
        }
    }
    String::from_utf8(writer.into_inner().expect("bytes")).expect("UTF-8")
}

pub fn import(world: &mut World, kind: &str, text: &str, options: &Options) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.csv");
    fs::write(&path, text).expect("written");
    let plan = Import::plan(&mut world.crm, &Source::open(&path).expect("opens"), Some(kind), options, &mut |_| ());
    plan.expect("plans").run(&mut world.crm, &mut |_| ()).expect("runs")
}

fn report(world: &mut World, name: &str, pairs: &[(&str, &str)]) -> Vec<Part> {
    let report = kehu::catalog::report(name).expect(name);
    let values = pairs.iter().map(|(name, text)| ((*name).to_owned(), Value::text(*text))).collect();
    (report.run)(&mut world.crm, &values).expect("answers")
}

/// The cells of a part in writing, a line a row.
fn lines(part: &Part) -> Vec<String> {
    let line = |cells: &Vec<Value>| {
        let kinds = part.grid.columns.iter().map(|column| &column.kind);
        kinds.zip(cells).map(|(kind, cell)| kehu::record::types::show(kind, cell)).collect::<Vec<_>>().join("|")
    };
    part.grid.rows.iter().map(|row| line(&row.cells)).collect()
}

on_both! {
    fn the_first_deal_makes_the_usual_pipeline_in_the_same_operation(world) {
        let id = deal(world);
        assert_eq!(world.text("deal", id, "pipeline"), "Sales");
        assert_eq!(world.text("deal", id, "stage"), "Qualified");
        assert_eq!(world.text("deal", id, "probability"), "10.00%");
        assert_eq!(world.text("deal", id, "started"), "2026-03-31");
        assert_eq!(world.names("stage", ""), ["Qualified", "Proposal", "Negotiation", "Won", "Lost", "Shelved"]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.names("pipeline", ""), Vec::<String>::new());
        assert_eq!(world.names("stage_move", ""), Vec::<String>::new());
    }

    fn winning_signs_the_customer_and_one_undo_takes_both_back(world) {
        let id = deal(world);
        let before = world.dump();
        run(world, "win", id, &[("amount", "11万")]).expect("wins");
        assert_eq!(world.text("deal", id, "outcome"), "won");
        assert_eq!(world.text("deal", id, "probability"), "100.00%");
        assert_eq!(world.text("deal", id, "amount"), "CNY 110000.00");
        assert_eq!(world.text("deal", id, "closed"), "2026-03-31");
        assert_eq!(world.names("customer", "lifecycle=signed signed_on=today"), ["招商银行深圳分行"]);
        assert_eq!(run(world, "win", id, &[]).expect_err("once").cause, Cause::Refused);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
    }

    fn losing_and_shelving_ask_for_a_reason(world) {
        let id = deal(world);
        let lost = stage(world, "Lost");
        let error = world.crm.change("deal", id, vec![("stage".into(), Link::to(lost))], None).expect_err("why?");
        assert_eq!(error.message.to_string(), "A deal that goes to Lost needs a reason.");
        run(world, "lose", id, &[("because", "price"), ("to", "Nordwind AG")]).expect("loses");
        assert_eq!(world.text("deal", id, "lost_reason"), "price");
        assert_eq!(world.text("deal", id, "lost_to"), "Nordwind AG");
        assert_eq!(world.text("deal", id, "probability"), "0.00%");
        run(world, "reopen", id, &[]).expect("reopens");
        assert_eq!(world.text("deal", id, "lost_reason"), "");
        assert_eq!(world.text("deal", id, "closed"), "");
        run(world, "shelve", id, &[("because", "budget frozen"), ("close", "+6m")]).expect("shelves");
        assert_eq!(world.text("deal", id, "outcome"), "shelved");
        assert_eq!(way(world, id), ["Qualified", "Lost", "Qualified", "Shelved"]);
    }

    fn a_gate_stands_in_every_way_to_the_stage(world) {
        let id = deal(world);
        let proposal = stage(world, "Proposal");
        world.edit("stage", proposal, &[("needs", "source")]);
        let error = run(world, "move", id, &[]).expect_err("is asked for");
        assert_eq!(error.message.to_string(), "A deal does not come to Proposal without source.");
        // In bulk:
        let values = vec![("stage".to_owned(), Link::to(proposal))];
        let query = Query { filter: filter::parse("outcome=open").expect("parses"), ..Query::new("deal") };
        let all = world.crm.matching(&query).expect("matches");
        let done = world.crm.transaction("Edit all", |crm| all.iter().try_for_each(|id| crm.change("deal", *id, values.clone(), None).map(|_| ())));
        assert_eq!(done.expect_err("is asked for").cause, Cause::Refused);
        // By import, of what is there and of what is new; what was closed elsewhere passed its gates there.
        let text = "name,stage\nVault sensors,Proposal\nDoor sensors,Proposal\nOld sensors,Lost\n";
        let outcome = import(world, "deal", text, &Options::default());
        assert!(outcome.refused);
        assert_eq!(outcome.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3]);
        let outcome = import(world, "deal", "name,stage,source\nVault sensors,Proposal,fair\nOld sensors,Lost,\n", &Options::default());
        assert_eq!((outcome.created, outcome.updated), (1, 1));
        assert_eq!(world.text("deal", id, "stage"), "Proposal");
        let old = world.crm.find("deal", "Old sensors").expect("came");
        assert_eq!(world.text("deal", old, "lost_reason"), "unknown (imported)");
        // What must be known to go on:
        world.edit("stage", proposal, &[("needs_to_leave", "competitors")]);
        assert!(run(world, "move", id, &[]).expect_err("is asked for").message.to_string().contains("competitors"));
        // A deal may be lost at any time.
        run(world, "lose", id, &[("because", "price")]).expect("loses");
    }

    fn every_step_is_undone_without_a_trace(world) {
        let id = deal(world);
        let mut states = Vec::new();
        let acts: [(&str, &[(&str, &str)]); 6] = [
            ("move", &[("to", "prop")]),
            ("move", &[]),
            ("shelve", &[("because", "budget frozen")]),
            ("reopen", &[]),
            ("lose", &[("because", "price")]),
            ("reopen", &[]),
        ];
        for (verb, answers) in acts {
            states.push(world.dump());
            run(world, verb, id, answers).expect(verb);
        }
        assert_eq!(world.text("deal", id, "stage"), "Negotiation");
        for state in states.iter().rev() {
            world.crm.undo(None, false).expect("undoes");
            assert_eq!(&world.dump(), state);
        }
    }

    fn a_probability_set_by_hand_survives_moves_until_it_is_handed_back(world) {
        let id = deal(world);
        world.edit("deal", id, &[("probability", "45")]);
        assert_eq!(world.text("deal", id, "probability_by"), "hand");
        run(world, "move", id, &[]).expect("moves");
        assert_eq!(world.text("deal", id, "probability"), "45.00%");
        world.edit("deal", id, &[("probability_by", "stage")]);
        assert_eq!(world.text("deal", id, "probability"), "30.00%");
        // What is certain is for what is won and lost.
        assert_eq!(world.try_edit("deal", id, &[("probability", "100")]).expect_err("is reserved").cause, Cause::Refused);
        let open = world.try_add("stage", &[("name", "Sure"), ("pipeline", "Sales"), ("probability", "100")]);
        assert_eq!(open.expect_err("is reserved").cause, Cause::BadValue);
    }

    fn what_cannot_be_is_refused(world) {
        let id = deal(world);
        for (pairs, said) in [
            ([("amount", "-5")], "amount is 0 or more, not CNY -5.00."),
            ([("close", "2026-03-01")], "A deal that began on 2026-03-31 cannot be closed on 2026-03-01."),
        ] {
            assert_eq!(world.try_edit("deal", id, &pairs).expect_err(said).message.to_string(), said);
        }
        world.add("pipeline", &[("name", "Renewals")]);
        let asked = world.add("stage", &[("name", "Asked"), ("pipeline", "Renewals")]);
        let elsewhere = world.try_edit("deal", id, &[("stage", &format!("ST{asked}"))]).expect_err("is elsewhere");
        assert!(elsewhere.message.to_string().starts_with("Asked is no stage of the pipeline Sales"), "{}", elsewhere.message);
        let to_come = run(world, "win", id, &[("on", "2026-04-01")]).expect_err("is still to come");
        assert_eq!(to_come.message.to_string(), "2026-04-01 is still to come: no deal was closed then.");
    }

    fn a_closed_deal_moves_only_when_it_is_taken_up_again(world) {
        let id = deal(world);
        run(world, "lose", id, &[("because", "price")]).expect("loses");
        let before = world.dump();
        let error = run(world, "move", id, &[("to", "Negotiation")]).expect_err("is lost");
        assert_eq!(error.message.to_string(), "Vault sensors is lost: kehu deal reopen D1 takes it up again.");
        assert_eq!(world.dump(), before);
    }

    fn what_is_put_off_or_lowered_is_counted_once_an_operation_and_not_what_was_undone(world) {
        let id = deal(world);
        world.edit("deal", id, &[("close", "2026-07-31")]);
        world.edit("deal", id, &[("close", "2026-07-15")]);
        world.edit("deal", id, &[("close", "2026-09-30"), ("amount", "10万")]);
        assert_eq!((world.text("deal", id, "pushes"), world.text("deal", id, "shrinks")), ("2".into(), "1".into()));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!((world.text("deal", id, "pushes"), world.text("deal", id, "shrinks")), ("1".into(), String::new()));
        assert_eq!(world.names("deal", "pushes=1.. shrinks:"), ["Vault sensors"]);
        // What it is won at in the end was agreed, and another currency is no lower.
        world.edit("deal", id, &[("amount", "EUR 5")]);
        run(world, "win", id, &[("amount", "EUR 4")]).expect("wins");
        assert_eq!(world.text("deal", id, "shrinks"), "");
    }

    fn a_deal_lies_idle_since_the_last_step_or_touch_and_a_plan_keeps_it_fresh(world) {
        let started = &[("name", "Roof sensors"), ("started", "2026-03-01")];
        let id = world.add("deal", started);
        let qualified = stage(world, "Qualified");
        world.edit("stage", qualified, &[("days_to_rot", "14")]);
        assert_eq!((world.text("deal", id, "idle_days"), world.text("deal", id, "stale")), ("30".into(), "yes".into()));
        let plan = world.add("activity", &[("subject", "Call"), ("deal", "D1"), ("due", "today")]);
        assert_eq!(world.text("deal", id, "stale"), "no");
        // What was called off keeps nothing fresh.
        world.edit("activity", plan, &[("cancelled", "today"), ("cancelled_because", "ill")]);
        assert_eq!(world.names("deal", "stale=yes next_step:"), ["Roof sensors"]);
        world.add("activity", &[("subject", "Called"), ("deal", "D1"), ("done", "2026-03-20 10:00")]);
        assert_eq!((world.text("deal", id, "idle_days"), world.text("deal", id, "stale")), ("10".into(), "no".into()));
        assert_eq!(world.names("deal", "idle_days=10"), ["Roof sensors"]);
    }

    fn a_day_put_right_puts_right_the_history(world) {
        let id = deal(world);
        run(world, "win", id, &[]).expect("wins");
        world.edit("deal", id, &[("started", "2026-03-01")]);
        world.edit("deal", id, &[("closed", "2026-03-11")]);
        let steps = steps(world, id);
        let at: Vec<&str> = steps.rows.iter().filter_map(|row| row.cells[1].as_text()).collect();
        assert_eq!(at, ["2026-02-28T16:00:00Z", "2026-03-10T16:00:00Z"]);
        assert_eq!(steps.rows[1].cells[2], Value::Integer(10 * 86_400));
        let parts = report(world, "velocity", &[]);
        assert_eq!(lines(&parts[0])[0].split('|').take(3).collect::<Vec<_>>(), ["1", "10.0", "10.0"]);
    }

    fn a_deal_stands_on_its_customers_page_and_timeline(world) {
        let id = deal(world);
        let bank = world.crm.find("customer", "招商银行深圳分行").expect("is there");
        world.add("deal", &[("name", "Door sensors"), ("customer", &format!("C{bank}")), ("amount", "8000")]);
        let dossier = world.crm.dossier("customer", bank, kehu::customers::Depth::Brief).expect("a page");
        let panel = dossier.panels.iter().find(|panel| panel.key == "open_deals").expect("stands there");
        assert_eq!(panel.grid.rows.len(), 2);
        let totals = panel.grid.totals.as_ref().expect("a sum");
        assert_eq!(totals[2].to_json(&kehu::record::Kind::Money)["amount"], "128000.00");
        run(world, "win", id, &[]).expect("wins");
        let dossier = world.crm.dossier("customer", bank, kehu::customers::Depth::Brief).expect("a page");
        let told = |kind: &str| dossier.timeline.entries.iter().filter(|entry| entry.kind == kind).count();
        assert_eq!((told("deal"), told("stage_move")), (1, 3));
    }

    fn a_deal_that_goes_to_another_customer_takes_its_history_along(world) {
        let id = deal(world);
        let acme = world.customer("Acme Robotics");
        world.edit("deal", id, &[("customer", &format!("C{acme}"))]);
        assert_eq!(world.names("stage_move", &format!("customer=C{acme}")), ["Qualified"]);
    }

    fn a_removed_deal_comes_back_with_its_history(world) {
        let id = deal(world);
        run(world, "move", id, &[]).expect("moves");
        let before = way(world, id);
        world.crm.remove("deal", id).expect("removes");
        assert_eq!(world.names("stage_move", ""), Vec::<String>::new());
        world.crm.restore("deal", id).expect("restores");
        assert_eq!(way(world, id), before);
        let step = world.crm.find("stage_move", "SM1").expect("is there");
        assert_eq!(world.try_edit("stage_move", step, &[("title", "Won")]).expect_err("is kept").cause, Cause::Refused);
    }

    fn the_board_shows_what_is_open_and_what_has_gone_stale(world) {
        let id = deal(world);
        let qualified = stage(world, "Qualified");
        world.edit("stage", qualified, &[("days_to_rot", "14")]);
        world.add("deal", &[("name", "Door sensors"), ("amount", "8000"), ("started", "2026-03-01")]);
        world.add("deal", &[("name", "Roof sensors"), ("amount", "EUR 500"), ("started", "2026-03-01")]);
        let roof = world.crm.find("deal", "Roof sensors").expect("is there");
        world.add("activity", &[("subject", "Call"), ("deal", &format!("D{roof}")), ("due", "+3d")]);
        let lanes = world.crm.board(None, &filter::Filter::All, 7).expect("a board");
        let names: Vec<&str> = lanes.iter().map(|lane| lane.stage.name.as_str()).collect();
        assert_eq!(names, ["Qualified", "Proposal", "Negotiation"]);
        assert_eq!((lanes[0].deals, lanes[0].stale), (3, 1));
        assert_eq!(lanes[0].amounts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["CNY 128000.00", "EUR 500.00"]);
        let stale: Vec<(i64, bool)> = lanes[0].cards.iter().map(|card| (card.id, card.stale)).collect();
        assert_eq!(stale.iter().filter(|(_, stale)| *stale).count(), 1);
        assert!(stale.contains(&(id, false)));
    }

    fn a_funnel_counts_skipped_stages_as_passed_and_lost_deals_where_they_were(world) {
        for name in ["a", "b", "c", "d", "e"] {
            world.add("deal", &[("name", name), ("amount", "1000")]);
        }
        let id = |world: &mut World, name: &str| world.crm.find("deal", name).expect(name);
        let first = id(world, "a");
        run(world, "win", first, &[]).expect("skips to the end");
        let second = id(world, "b");
        run(world, "move", second, &[("to", "Negotiation")]).expect("skips one");
        run(world, "lose", second, &[("because", "price")]).expect("loses");
        let third = id(world, "c");
        run(world, "lose", third, &[("because", "timing")]).expect("loses at once");
        let parts = report(world, "funnel", &[]);
        let expected = ["Qualified|5||100.00%", "Proposal|2|40.00%|40.00%", "Negotiation|2||40.00%", "closed|3||60.00%", "won|1||20.00%"];
        assert_eq!(lines(&parts[1]), expected);
        assert_eq!(lines(&parts[0])[0], "Qualified|2|CNY 2000.00|CNY 200.00");
        // Yesterday nothing of this was there.
        let parts = report(world, "funnel", &[("as-of", "2026-03-30")]);
        assert!(lines(&parts[1]).is_empty());
    }

    fn the_forecast_keeps_the_undated_and_the_omitted_apart(world) {
        let add = |world: &mut World, name: &str, pairs: &[(&str, &str)]| world.add("deal", &[&[("name", name)], pairs].concat());
        add(world, "a", &[("amount", "1000.01"), ("close", "2026-04-10"), ("forecast", "commit"), ("probability", "33.33")]);
        add(world, "b", &[("amount", "500"), ("close", "2026-04-20"), ("forecast", "best_case")]);
        add(world, "c", &[("amount", "700")]);
        add(world, "d", &[("amount", "900"), ("forecast", "omitted")]);
        add(world, "e", &[("amount", "EUR 900"), ("close", "2026-05-02")]);
        let won = add(world, "f", &[("amount", "250")]);
        run(world, "win", won, &[]).expect("wins");
        world.crm.notices();
        let parts = report(world, "forecast", &[]);
        assert_eq!(lines(&parts[0]), [
            "2026-03|0|CNY 0.00|CNY 0.00|CNY 0.00|CNY 0.00|CNY 0.00|1|CNY 250.00",
            "2026-04|2|CNY 1500.01|CNY 383.30|CNY 1000.01|CNY 500.00|CNY 0.00|0|CNY 0.00",
            "|1|CNY 700.00|CNY 70.00|CNY 0.00|CNY 0.00|CNY 700.00|0|CNY 0.00",
        ]);
        let said: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["1 deal is left out of forecasts by hand.", "These are the deals in CNY; 1 deal in other currencies is left out (--currency shows them)."]);
    }

    fn an_export_of_everything_imports_into_another_database(world) {
        let id = deal(world);
        run(world, "win", id, &[]).expect("wins");
        let mut other = World::on_sqlite();
        for kind in ["branch", "user", "customer", "pipeline", "stage", "deal", "stage_move"] {
            let text = exported(&mut world.crm, kind);
            let outcome = import(&mut other, kind, &text, &Options::default());
            assert!(!outcome.refused, "{kind}: {:?}", outcome.problems);
        }
        assert_eq!(way(&mut other, 1), ["Qualified", "Won"]);
        assert_eq!(other.text("customer", 1, "lifecycle"), "signed");
        assert_eq!(other.text("deal", 1, "probability"), "100.00%");
    }
}

#[test]
fn the_board_fits_the_screen_and_speaks_to_programs() {
    let desk = Desk::new();
    desk.say("deal add \"Vault sensors\" --customer C1 --amount 120k --close 2026-06-30").done();
    desk.say("deal add \"Door sensors with a very long name that no column has room for\" --amount 8000").done();
    desk.say("deal move D1").done();
    let board = desk.say("deal board").done();
    assert!(board.starts_with("Qualified"), "{board}");
    assert!(board.contains("D1 Vault sensors") && board.contains("1 deal") && board.contains('…'), "{board}");
    assert!(board.lines().all(|line| line.chars().count() <= 120), "{board}");
    let json = desk.say("deal board amount=100k.. -f json").json();
    assert_eq!(json["stages"][0]["deals"], 0);
    assert_eq!(json["stages"][1]["top"][0]["name"], "Vault sensors");
    assert_eq!(json["stages"][1]["amounts"][0]["amount"], "120000.00");
}
