//! What a closed deal keeps and an open one has not, and what stages and pipelines owe to the deals in them.

use crate::{
    deals::{exported, import, run, steps},
    storage::on_both,
    world::{Desk, World},
};
use kehu::{Cause, exchange::import::Options, record::Value};

/// A deal of the bank in the usual pipeline, which began in January.
fn deal(world: &mut World, name: &str) -> i64 {
    world.add("deal", &[("name", name), ("amount", "12万"), ("started", "2026-01-10")])
}

fn won(world: &mut World, name: &str) -> i64 {
    let id = deal(world, name);
    run(world, "win", id, &[("on", "2026-03-01")]).expect("wins");
    id
}

fn lost(world: &mut World, name: &str) -> i64 {
    let id = deal(world, name);
    run(world, "move", id, &[]).expect("moves");
    run(world, "lose", id, &[("because", "price"), ("to", "Nordwind AG")]).expect("loses");
    id
}

#[track_caller]
fn refused(world: &mut World, kind: &str, id: i64, pairs: &[(&str, &str)], cause: Cause, said: &str) {
    let before = world.dump();
    let error = world.try_edit(kind, id, pairs).expect_err(said);
    assert_eq!((error.to_string().as_str(), error.cause), (said, cause));
    assert_eq!(world.dump(), before);
}

fn days(world: &mut World, deal: i64) -> Vec<String> {
    steps(world, deal).rows.iter().map(|row| row.cells[1].as_text().unwrap_or_default().to_owned()).collect()
}

on_both! {
    fn an_open_deal_has_no_closing_day_and_its_history_stays(world) {
        let id = deal(world, "Vault sensors");
        for day in ["2026-03-20", "2026-11-20"] {
            refused(world, "deal", id, &[("closed", day)], Cause::Refused,
                "Vault sensors is open, and an open deal has no day on which it was closed.");
        }
        refused(world, "deal", id, &[("lost_reason", "price")], Cause::Refused,
            "Vault sensors is open, and only deals that are lost or shelved have a lost_reason.");
        assert!(world.try_add("deal", &[("name", "Door sensors"), ("closed", "2026-03-20")]).is_err());
        assert_eq!(days(world, id), ["2026-01-09T16:00:00Z"]);
    }

    fn a_closing_day_put_right_moves_the_closing_step_alone(world) {
        let id = deal(world, "Vault sensors");
        run(world, "move", id, &[]).expect("moves");
        world.outside("UPDATE stage_moves SET at = '2026-02-01T00:00:00Z' WHERE origin IS NOT NULL");
        run(world, "win", id, &[]).expect("wins");
        world.edit("deal", id, &[("closed", "2026-03-11")]);
        assert_eq!(days(world, id), ["2026-01-09T16:00:00Z", "2026-02-01T00:00:00Z", "2026-03-10T16:00:00Z"]);
        run(world, "reopen", id, &[]).expect("reopens");
        assert_eq!(days(world, id).len(), 4);
    }

    fn what_was_closed_keeps_its_day_and_its_reason(world) {
        let (won, lost) = (won(world, "Vault sensors"), lost(world, "Door sensors"));
        refused(world, "deal", won, &[("closed", "")], Cause::Refused,
            "Vault sensors is won: its closed can be put right, but not be cleared.");
        refused(world, "deal", lost, &[("lost_reason", "")], Cause::Refused,
            "Door sensors is lost: its lost_reason can be put right, but not be cleared.");
        world.edit("deal", lost, &[("lost_reason", "timing"), ("lost_to", "")]);
        assert_eq!((world.text("deal", lost, "lost_reason"), world.text("deal", lost, "lost_to")), ("timing".into(), String::new()));
    }

    fn only_reopening_takes_up_a_closed_deal_again(world) {
        let (won, lost) = (won(world, "Vault sensors"), lost(world, "Door sensors"));
        for (id, name, outcome) in [(won, "Vault sensors", "won"), (lost, "Door sensors", "lost")] {
            let said = format!("{name} is {outcome}: kehu deal reopen D{id} takes it up again.");
            refused(world, "deal", id, &[("stage", "Proposal")], Cause::Refused, &said);
        }
        // In bulk the deal is named too.
        let open = deal(world, "Roof sensors");
        let values = world.values("deal", &[("stage", "Negotiation")]).expect("parses");
        let error = world.crm.change_many("deal", &[open, lost], &values).expect_err("one is lost");
        assert_eq!(error.to_string(), format!("D{lost} Door sensors: Door sensors is lost: kehu deal reopen D{lost} takes it up again."));
        assert_eq!(world.text("deal", open, "stage"), "Qualified");
        // A file may close a deal otherwise, but does not open it.
        let row = |stage: &str| format!("name,stage\nDoor sensors,{stage}\n");
        let outcome = import(world, "deal", &row("Proposal"), &Options { match_field: Some("name".into()), ..Options::default() });
        assert!(outcome.refused, "{outcome:?}");
        assert_eq!(world.text("deal", lost, "lost_to"), "Nordwind AG");
        run(world, "reopen", lost, &[]).expect("reopens");
        assert_eq!(world.text("deal", lost, "stage"), "Proposal");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.text("deal", lost, "lost_reason"), "price");
        world.crm.redo().expect("redoes");
        assert_eq!(world.text("deal", lost, "outcome"), "open");
        run(world, "win", lost, &[]).expect("wins");
        run(world, "lose", lost, &[("because", "price")]).expect("what was won may be lost after all");
    }

    fn an_open_deal_is_neither_certain_nor_impossible(world) {
        let id = deal(world, "Vault sensors");
        for (percent, said) in [
            ("150", "probability is 100 or less, not 150.00%."),
            ("-5", "probability is 0 or more, not -5.00%."),
        ] {
            refused(world, "deal", id, &[("probability", percent)], Cause::BadValue, said);
            assert_eq!(world.try_add("deal", &[("name", "P"), ("probability", percent)]).expect_err(said).to_string(), said);
        }
        for percent in ["0", "100"] {
            refused(world, "deal", id, &[("probability", percent)], Cause::Refused,
                "An open deal is more than 0 % and less than 100 % likely: 0 % is lost, 100 % is won.");
        }
        // Other programs say so of deals that are all but won.
        world.crm.notices();
        import(world, "deal", "name,stage,probability\nDoor sensors,Negotiation,100\n", &Options::default());
        let door = world.crm.find("deal", "Door sensors").expect("came");
        assert_eq!(world.text("deal", door, "probability"), "99.99%");
        let notices: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(notices, ["Open deals of the file that are 0 or 100 % likely count as 0.01 or 99.99 %."]);
    }

    fn the_closing_date_of_a_decided_deal_in_a_file_is_the_day_it_was_closed(world) {
        deal(world, "The first makes the pipeline");
        let rows = "Deal Name,Stage,Close Date\nOld,Won,2026-02-03\nGone,Lost,2025-12-24\nAside,Shelved,2026-02-03\n\
                    Open,Proposal,2026-02-03\nEarly,Won,2026-06-01\n";
        let outcome = import(world, "deal", rows, &Options::default());
        assert!(!outcome.refused, "{:?}", outcome.problems);
        let mut closed = |name: &str| {
            let id = world.crm.find("deal", name).expect(name);
            world.text("deal", id, "closed")
        };
        assert_eq!((closed("Old"), closed("Gone")), ("2026-02-03".into(), "2025-12-24".into()));
        assert_eq!((closed("Aside"), closed("Open"), closed("Early")), ("2026-03-31".into(), String::new(), "2026-03-31".into()));
        let own = "Deal Name,Stage,Close Date,Closed Date\nBoth,Won,2026-02-03,2026-02-20\n";
        import(world, "deal", own, &Options::default());
        let both = world.crm.find("deal", "Both").expect("came");
        assert_eq!(world.text("deal", both, "closed"), "2026-02-20");
    }

    fn no_stage_or_pipeline_is_pulled_from_under_its_deals(world) {
        for name in ["Vault sensors", "Door sensors", "Roof sensors", "Gate sensors"] {
            deal(world, name);
        }
        world.add("pipeline", &[("name", "Renewals")]);
        let said = "4 deals are still in ST1 Qualified, which";
        let deals = "D1 Vault sensors, D2 Door sensors, D3 Roof sensors, ….";
        refused(world, "stage", 1, &[("pipeline", "Renewals")], Cause::Conflict, &format!("{said} cannot go to another pipeline: {deals}"));
        refused(world, "stage", 1, &[("outcome", "lost")], Cause::Conflict, &format!("{said} cannot mean another outcome: {deals}"));
        let before = world.dump();
        let error = world.crm.remove("stage", 1).expect_err("deals are in it");
        assert_eq!(error.to_string(), format!("{said} cannot be removed: {deals}"));
        assert_eq!((error.exit_code(), error.hint.expect("a hint").to_string()), (4, "kehu deal list stage=ST1".to_owned()));
        let error = world.crm.remove("pipeline", 1).expect_err("deals are in it");
        assert_eq!(error.to_string(), format!("4 deals are still in PL1 Sales, which cannot be removed: {deals}"));
        assert_eq!(world.dump(), before);
        // What no deal is in may go, and mean something else.
        world.edit("stage", 3, &[("outcome", "shelved")]);
        world.crm.remove("stage", 2).expect("is empty");
        world.crm.remove("pipeline", 2).expect("is empty");
    }

    fn a_stage_of_another_pipeline_is_refused_in_one_way(world) {
        let id = deal(world, "Vault sensors");
        world.add("pipeline", &[("name", "Renewals")]);
        world.add("stage", &[("name", "Asked"), ("pipeline", "Renewals")]);
        let moved = run(world, "move", id, &[("to", "Asked")]).expect_err("is elsewhere");
        let edited = world.try_edit("deal", id, &[("stage", "Asked")]).expect_err("is elsewhere");
        assert_eq!((moved.exit_code(), &moved.message, &moved.hint), (5, &edited.message, &edited.hint));
        assert_eq!(edited.exit_code(), 5);
        assert_eq!(moved.hint.expect("a hint").to_string(), "kehu stage list pipeline=PL1 --sort position");
        assert_eq!(run(world, "move", id, &[("to", "Nowhere")]).expect_err("is nowhere").exit_code(), 3);
    }

    fn deals_that_come_without_their_history_begin_one_which_gives_way_to_the_true_one(world) {
        let (open, lost) = (deal(world, "Vault sensors"), lost(world, "Door sensors"));
        run(world, "move", open, &[("to", "Negotiation")]).expect("moves");
        let mut other = World::on_sqlite();
        for kind in ["branch", "user", "pipeline", "stage", "deal"] {
            let text = exported(&mut world.crm, kind);
            let outcome = import(&mut other, kind, &text, &Options::default());
            assert!(!outcome.refused, "{kind}: {:?}", outcome.problems);
        }
        assert_eq!(days(&mut other, open), ["2026-01-09T16:00:00Z"]);
        assert_eq!(other.names("stage_move", &format!("deal=D{open}")), ["Negotiation"]);
        assert_eq!(other.names("stage_move", &format!("deal=D{lost}")), ["Negotiation", "Lost"]);
        assert_eq!(other.names("deal", "stage_since:"), Vec::<String>::new());
        assert!(other.crm.doctor().expect("examines").healthy);
        let text = exported(&mut world.crm, "stage_move");
        let outcome = import(&mut other, "stage_move", &text, &Options::default());
        assert!(!outcome.refused, "{:?}", outcome.problems);
        assert_eq!(days(&mut other, open), days(world, open));
        assert_eq!(other.names("stage_move", &format!("deal=D{lost}")), ["Qualified", "Proposal", "Lost"]);
        assert_eq!(other.value("deal", lost, "reached"), Value::Integer(2));
        assert!(other.crm.doctor().expect("examines").healthy);
        assert_eq!(exported(&mut other.crm, "stage_move"), text);
        assert_eq!(exported(&mut other.crm, "deal"), exported(&mut world.crm, "deal"));
        let again = import(&mut other, "stage_move", &text, &Options::default());
        assert_eq!((again.created, again.updated), (0, 0));
        other.crm.undo(None, false).expect("undoes");
        assert_eq!(other.names("stage_move", &format!("deal=D{lost}")), ["Negotiation", "Lost"]);
    }

    fn a_deal_goes_on_from_the_step_that_stands_in(world) {
        let id = deal(world, "Vault sensors");
        let mut other = World::on_sqlite();
        for kind in ["branch", "user", "pipeline", "stage", "deal"] {
            import(&mut other, kind, &exported(&mut world.crm, kind), &Options::default());
        }
        run(&mut other, "move", id, &[]).expect("moves");
        let mut third = World::on_sqlite();
        for kind in ["branch", "user", "pipeline", "stage", "deal", "stage_move"] {
            let outcome = import(&mut third, kind, &exported(&mut other.crm, kind), &Options::default());
            assert!(!outcome.refused, "{kind}: {:?}", outcome.problems);
        }
        assert_eq!(days(&mut third, id), days(&mut other, id));
        assert_eq!(third.names("stage_move", ""), ["Qualified", "Proposal"]);
    }
}

#[test]
fn the_history_of_an_amount_keeps_its_currency() {
    let desk = Desk::new();
    for line in [
        "deal add \"Vault sensors\" --customer C1",
        "deal_line add Sensor --deal D1 --quantity 12 --price \"EUR 3500\"",
        "deal_line edit DL1 --quantity 13",
    ] {
        desk.say(line).done();
    }
    let told = desk.say("deal history D1").done();
    assert!(told.contains("EUR 42000.00") && told.contains("EUR 45500.00"), "{told}");
    assert!(!told.contains("CNY"), "{told}");
}

#[test]
fn a_bulk_edit_names_the_deal_that_is_refused() {
    let desk = Desk::new();
    for line in ["deal add \"Vault sensors\" --source web", "deal add \"Door sensors\"", "stage edit ST2 needs=source"]
    {
        desk.say(line).done();
    }
    let refused = desk.say("deal edit --where outcome=open stage=Proposal --yes");
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert!(
        refused.err.contains("D2 Door sensors: A deal does not come to Proposal without source."),
        "{}",
        refused.err
    );
    let error = desk.say("deal edit --where outcome=open stage=Proposal --yes -f json").error();
    assert!(error["message"].as_str().expect("a sentence").starts_with("D2 Door sensors: "), "{error}");
}

#[test]
fn every_page_that_names_a_timeline_command_has_one() {
    let desk = Desk::new();
    desk.say("deal add \"Vault sensors\" --customer C1").done();
    let crm = desk.crm();
    for schema in crm.schemas().iter().filter(|schema| crm.has_timeline(schema.kind)) {
        let help = desk.run([schema.kind, "timeline", "--help"]);
        assert_eq!(help.code, 0, "{}: {}", schema.kind, help.err);
    }
    assert!(desk.say("deal timeline D1").done().contains("Qualified"));
}
