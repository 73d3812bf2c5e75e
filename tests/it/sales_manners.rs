//! Small promises around deals, pipelines, pools and their reports: what is refused in one clear sentence, and what is
//! never lost.

use crate::{
    pools::{claim, company, pool, release, waiting},
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::{
    Cause,
    crm::Query,
    pipeline::Outcome,
    record::{Kind, Value},
};

on_both! {
    fn two_stages_of_one_pipeline_bear_two_names(world) {
        world.add("deal", &[("name", "Pumps")]);
        let again = world.try_add("stage", &[("name", "PROPOSAL"), ("pipeline", "PL1")]).expect_err("is there already");
        assert_eq!((again.cause, again.field.as_deref()), (Cause::Conflict, Some("name")));
        assert_eq!(again.to_string(), "The pipeline Sales has a stage PROPOSAL already: ST2.");
        let renamed = world.try_edit("stage", 3, &[("name", "Proposal")]).expect_err("is there already");
        assert_eq!(renamed.cause, Cause::Conflict);
        world.edit("stage", 2, &[("name", "Proposal"), ("probability", "35")]);
        world.add("pipeline", &[("name", "Renewals")]);
        world.add("stage", &[("name", "Proposal"), ("pipeline", "PL2")]);
        world.crm.remove("stage", 2).expect("removes");
        let taken = world.add("stage", &[("name", "Proposal"), ("pipeline", "PL1")]);
        assert!(world.crm.restore("stage", 2).is_err());
        assert_eq!(world.text("stage", taken, "name"), "Proposal");
    }

    fn no_pipeline_wins_a_deal_that_only_begins(world) {
        world.add("pipeline", &[("name", "Short")]);
        world.add("stage", &[("name", "Won"), ("pipeline", "Short"), ("outcome", "won")]);
        let refused = world.try_add("deal", &[("name", "Pumps"), ("pipeline", "Short")]).expect_err("nowhere to begin");
        assert_eq!(refused.cause, Cause::Refused);
        assert_eq!(refused.to_string(), "The pipeline Short has no open stage in which a deal could begin.");
        world.add("stage", &[("name", "Asked"), ("pipeline", "Short"), ("probability", "20")]);
        let deal = world.add("deal", &[("name", "Pumps"), ("pipeline", "Short")]);
        assert_eq!(world.text("deal", deal, "stage"), "Asked", "the open one, wherever it stands");
        assert_eq!(world.value("deal", deal, "outcome"), Value::text(Outcome::Open.key()));
    }

    fn a_checklist_asks_for_days_that_come(world) {
        world.add("deal", &[("name", "Pumps")]);
        for line in ["+999999d call: ask", "-5d call: ask", "+11y call: ask", "－3d ask"] {
            let refused = world.try_edit("stage", 2, &[("to_do", line)]).expect_err(line);
            assert_eq!(refused.field.as_deref(), Some("to_do"), "{line}");
        }
        world.edit("stage", 2, &[("to_do", "- +2d call: ask\n* 5 minutes with the boss\n+1y visit: see them")]);
    }

    fn a_line_without_its_deal_is_asked_for_that_first(world) {
        let refused = world.try_add("deal_line", &[("description", "Pumps")]).expect_err("of which deal");
        assert_eq!(refused.field.as_deref(), Some("deal"));
    }

    fn the_furthest_stage_is_told_by_its_name(world) {
        let deal = world.add("deal", &[("name", "Pumps")]);
        crate::deals::run(world, "move", deal, &[]).expect("moves");
        crate::deals::run(world, "lose", deal, &[("because", "price")]).expect("loses");
        assert_eq!(world.text("deal", deal, "furthest_stage"), "Proposal");
        assert_eq!(world.names("deal", "furthest_stage=Proposal"), ["Pumps"]);
        let schema = world.crm.schema("deal").expect("a kind");
        assert!(schema.visible().all(|field| field.name != "reached"));
    }

    /// Who had a customer and when is not forgotten because one of the steps was a mistake.
    fn a_claim_that_others_follow_stays_in_the_log(world) {
        company(world);
        pool(world, &[]);
        let customer = waiting(world, "两江仪表厂");
        let mut mei = world.as_user("mei");
        claim(&mut mei, customer).expect("claims");
        let first = world.crm.operations(Some(1)).expect("reads")[0].id;
        release(&mut mei, customer).expect("releases");
        claim(&mut mei, customer).expect("claims again");
        let steps = world.crm.list(&Query::new("pool_move")).expect("lists").rows.len();
        for keep_newer in [false, true] {
            let _ = world.crm.undo(Some(first), keep_newer);
            assert_eq!(world.crm.list(&Query::new("pool_move")).expect("lists").rows.len(), steps, "{keep_newer}");
            assert_eq!(world.text("customer", customer, "owner"), "陆雅梅");
        }
        mei.undo(None, false).expect("the last is undone");
        assert_eq!(world.crm.list(&Query::new("pool_move")).expect("lists").rows.len(), steps - 1);
    }

    fn the_words_of_every_report_have_chinese_labels(world) {
        people(world);
        for report in kehu::catalog::REPORTS {
            for ask in report.asks {
                if let Kind::Choice(words) = (ask.kind)() {
                    assert!(words.iter().all(|word| !word.label_zh.is_empty()), "{} {}", report.name, ask.name);
                }
            }
        }
    }
}

#[test]
fn words_of_reports_are_understood_in_chinese() {
    let desk = Desk::new();
    desk.say("deal add Pumps --amount 1000").done();
    desk.say("report forecast --probability 总体").done();
    desk.say("report coverage --target 500 --of 加权").done();
    desk.say("report forecast-accuracy --said 乐观 --by 负责人").done();
    let wrong = desk.say("report coverage --target 500 --of perhaps");
    assert_eq!(wrong.code, 2, "{}", wrong.err);
}

#[test]
fn an_empty_export_has_the_headings_of_any_other() {
    let desk = Desk::new();
    let headings = |line: &str| desk.say(line).done().lines().next().unwrap_or_default().to_owned();
    assert_eq!(headings("customer export"), headings("customer export name=nobody"));
    assert!(headings("customer export name=nobody").starts_with("uid,"));
}

#[test]
fn sums_that_are_too_large_are_left_empty() {
    let desk = Desk::new();
    desk.say("field add customer seats --kind integer").done();
    for customer in ["C1", "C2", "C3"] {
        desk.say(&format!("customer edit {customer} x_seats=9000000000000000000")).done();
    }
    let listed = desk.say("customer list --group-by kind --columns x_seats -f json");
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert!(listed.err.contains("larger than can be counted"), "{}", listed.err);
    desk.say("customer edit C1 x_seats=-9000000000000000000").done();
    desk.say("customer edit C2 x_seats=-7").done();
    let listed = desk.say("customer list --group-by kind --columns x_seats -f json").done();
    assert!(listed.contains("-7"), "{listed}");
}

#[test]
fn a_demo_is_made_where_the_flag_says() {
    let desk = Desk::new();
    let file = desk.folder().join("other.db");
    let there = file.display().to_string();
    desk.run(["demo", "--db", &there]).done();
    assert!(file.exists() && !desk.folder().join("kehu-demo.db").exists());
    let two = desk.run(["demo", "third.db", "--db", &there]);
    assert_eq!(two.code, 2, "{}", two.err);
    assert_eq!(desk.run(["demo", "--db", "postgres://nobody@localhost/none"]).code, 2);
}

#[test]
fn a_run_of_the_pools_whose_list_cannot_be_written_stands_and_says_so() {
    let desk = Desk::new();
    desk.say("pool add Everybody").done();
    desk.say("pool_rule add Silent --pool PO1 --trigger no-follow-up --days 30").done();
    desk.say("customer edit --where id>0 pool=PO1 --yes").done();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("opens");
    let run =
        crate::world::finished(desk.command(["pool", "run", "-f", "csv", "--now", "2027-03-31T09:00"]).stdout(full));
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("The run stands"), "{}", run.err);
    assert!(desk.say("oplog").done().contains("Run the pools"));
}
