//! Forecasts and what keeps them: categories, coverage, stale deals, snapshots, and the sums that answer quickly.

use crate::{
    storage::on_both,
    world::{Desk, World, settings},
};
use jiff::{civil, tz::TimeZone};
use kehu::{
    Cause, Crm, Settings,
    clock::Clock,
    record::{Link, Value, Values, types},
    reports::Part,
};
use proptest::prelude::*;

fn report(crm: &mut Crm, name: &str, pairs: &[(&str, &str)]) -> Vec<Part> {
    let report = kehu::catalog::report(name).expect(name);
    let mut values = Values::new();
    for (name, text) in pairs {
        let ask = report.asks.iter().find(|ask| ask.name == *name).expect("is asked");
        values.push(((*name).to_owned(), types::parse(&(ask.kind)(), text, crm.reading()).expect("parses")));
    }
    (report.run)(crm, &values).expect("answers")
}

/// The cells of a part in writing, a line a row.
fn lines(part: &Part) -> Vec<String> {
    let line = |cells: &Vec<Value>| {
        let kinds = part.grid.columns.iter().map(|column| &column.kind);
        kinds.zip(cells).map(|(kind, cell)| types::show(kind, cell)).collect::<Vec<_>>().join("|")
    };
    part.grid.rows.iter().map(|row| line(&row.cells)).collect()
}

fn deal(world: &mut World, name: &str, pairs: &[(&str, &str)]) -> i64 {
    world.add("deal", &[&[("name", name)], pairs].concat())
}

fn run(world: &mut World, verb: &str, id: i64, answers: &[(&str, &str)]) -> kehu::Result<()> {
    let entry = kehu::catalog::entry("deal").expect("deals");
    let verb = entry.verbs.iter().find(|known| known.name == verb).expect("a verb");
    let mut values = Values::new();
    for (name, text) in answers {
        let kind = (verb.asks.iter().find(|ask| ask.name == *name).expect("is asked").kind)();
        values.push(((*name).to_owned(), types::parse(&kind, text, world.crm.reading())?));
    }
    world.crm.transaction(verb.name, |crm| (verb.run)(crm, id, &values))
}

/// Another handle on the same database, at another hour.
fn at(world: &World, hour: &str) -> Crm {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    let now = hour.parse::<civil::DateTime>().expect("an hour").to_zoned(zone.clone()).expect("an hour there");
    let clock = Clock::fixed(now.timestamp(), zone);
    let mut crm = Crm::open(&world.url, &Settings { clock, ..settings() }).expect("opens again");
    crm.sign_in("lin").expect("is known");
    crm
}

#[track_caller]
fn healthy(crm: &mut Crm) {
    let found = crm.doctor().expect("looks");
    assert!(found.healthy, "{:?}", found.issues.iter().map(ToString::to_string).collect::<Vec<_>>());
}

/// Reports answer alike from the sums and from the deals, which a filter that all of them match makes them read.
#[track_caller]
fn sums_and_deals_agree(crm: &mut Crm) {
    let asked: [(&str, &[(&str, &str)]); 6] = [
        ("funnel", &[]),
        ("funnel", &[("by", "month")]),
        ("forecast", &[]),
        ("forecast", &[("by", "quarter"), ("probability", "overall")]),
        ("forecast", &[("period", "2026-03")]),
        ("coverage", &[("target", "100k"), ("period", "this-year")]),
    ];
    for (name, pairs) in asked {
        let quick = report(crm, name, pairs);
        let slow = report(crm, name, &[pairs, &[("where", "created_at=2000-01-01..")]].concat());
        let all = |parts: &[Part]| parts.iter().map(lines).collect::<Vec<_>>();
        assert_eq!(all(&quick), all(&slow), "{name} {pairs:?}");
    }
}

on_both! {
    fn a_deal_counts_as_somebody_says_else_as_it_is_likely(world) {
        for (name, pairs) in [
            ("a", [("probability", "79.99"), ("amount", "100")]),
            ("b", [("probability", "80"), ("amount", "200")]),
            ("c", [("probability", "49"), ("amount", "400")]),
            ("d", [("forecast", "commit"), ("amount", "800")]),
        ] {
            deal(world, name, &[&pairs[..], &[("close", "2026-04-10")]].concat());
        }
        let won = deal(world, "e", &[("amount", "1600")]);
        run(world, "win", won, &[]).expect("wins");
        let parts = report(&mut world.crm, "forecast", &[]);
        assert_eq!(lines(&parts[0])[1], "2026-04|4|CNY 1500.00|CNY 515.99|CNY 1000.00|CNY 100.00|CNY 400.00|0|CNY 0.00");
        let headings: Vec<&str> = parts[0].grid.columns.iter().map(|column| column.label.as_str()).collect();
        assert!(headings.contains(&"Commit (≥ 80 %)") && headings.contains(&"Best case (≥ 50 %)"), "{headings:?}");
        assert_eq!(world.names("deal", "counts_as=commit"), ["b", "d"]);
        assert_eq!(world.names("deal", "counts_as=best_case"), ["a"]);
        assert_eq!(world.names("deal", "counts_as=pipeline"), ["c"]);
        assert_eq!(world.names("deal", "counts_as=closed"), ["e"]);
    }

    fn coverage_tells_what_is_missing_for_what_is_still_to_be_won(world) {
        deal(world, "a", &[("amount", "30000"), ("close", "2026-03-31")]);
        deal(world, "b", &[("amount", "50000"), ("close", "2026-07-01")]);
        deal(world, "c", &[("amount", "70000")]);
        let won = deal(world, "d", &[("amount", "20000")]);
        run(world, "win", won, &[]).expect("wins");
        world.crm.notices();
        let quarter = report(&mut world.crm, "coverage", &[("target", "60k")]);
        assert_eq!(lines(&quarter[0]), ["CNY 60000.00|CNY 20000.00|CNY 40000.00|1|CNY 30000.00|CNY 3000.00|0.75|4.00|CNY 130000.00"]);
        let said: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["1 open deal has no expected day and covers nothing."]);
        let year = report(&mut world.crm, "coverage", &[("target", "60k"), ("period", "this-year"), ("of", "weighted"), ("wanted", "0.2"), ("by", "owner")]);
        assert_eq!(lines(&year[0]), ["lin|CNY 60000.00|CNY 20000.00|CNY 40000.00|2|CNY 80000.00|CNY 8000.00|0.20|0.20|CNY 0.00"]);
        let reached = report(&mut world.crm, "coverage", &[("target", "10k")]);
        assert_eq!(lines(&reached[0]), ["CNY 10000.00|CNY 20000.00|CNY 0.00|1|CNY 30000.00|CNY 3000.00||4.00|CNY 0.00"]);
    }

    fn the_stale_are_those_whom_nobody_touched_and_nothing_is_planned_for(world) {
        for (name, started) in [("Vault sensors", "2026-03-01"), ("Door sensors", "2026-02-01"), ("Roof sensors", "2026-02-01"), ("Gate sensors", "2026-02-01"), ("New sensors", "2026-03-30")] {
            deal(world, name, &[("started", started), ("amount", "1000")]);
        }
        let qualified = world.crm.find("stage", "Qualified").expect("is there");
        assert!(lines(&report(&mut world.crm, "stale", &[])[0]).is_empty(), "no stage says how long");
        world.edit("stage", qualified, &[("days_to_rot", "14")]);
        // Touched long ago, touched just now, to be called; a plan that was called off holds nothing up.
        world.add("activity", &[("subject", "Asked for a price"), ("deal", "D1"), ("done", "2026-03-10 10:00")]);
        world.add("activity", &[("subject", "Call back"), ("deal", "D1"), ("due", "2026-03-20 10:00")]);
        world.add("activity", &[("subject", "Spoke"), ("deal", "D2"), ("done", "2026-03-30 10:00")]);
        world.add("activity", &[("subject", "Call"), ("deal", "D3"), ("due", "2026-04-02 10:00")]);
        let plan = world.add("activity", &[("subject", "Visit"), ("deal", "D4"), ("due", "2026-04-02 10:00")]);
        let entry = kehu::catalog::entry("activity").expect("activities");
        let cancel = entry.verbs.iter().find(|verb| verb.name == "cancel").expect("a verb");
        let because = vec![("because".to_owned(), Value::text("they moved"))];
        world.crm.transaction("cancel", |crm| (cancel.run)(crm, plan, &because)).expect("calls it off");
        let stale = report(&mut world.crm, "stale", &[]);
        let rows: Vec<(String, String)> = stale[0].grid.rows.iter().map(|row| (row.short.clone(), types::show(&stale[0].grid.columns[5].kind, &row.cells[5]))).collect();
        assert_eq!(rows, [("D4".to_owned(), "58".to_owned()), ("D1".to_owned(), "20".to_owned())]);
        let vault = &lines(&stale[0])[1];
        assert!(vault.contains("|20|14|") && vault.contains("Asked for a price") && vault.ends_with("Call back"), "{vault}");
        assert_eq!(report(&mut world.crm, "stale", &[("days", "1"), ("where", "name~New")])[0].grid.rows.len(), 1);
        let cut = report(&mut world.crm, "stale", &[("limit", "1")]);
        assert_eq!((cut[0].grid.rows.len(), cut[0].grid.total), (1, kehu::record::Total::Exactly(2)));
    }

    fn a_forecast_is_kept_once_a_day_and_held_to_account(world) {
        let mei = world.add("user", &[("name", "陆雅梅"), ("login", "mei")]);
        deal(world, "a", &[("amount", "1000"), ("close", "2026-04-10"), ("forecast", "commit")]);
        deal(world, "b", &[("amount", "500"), ("close", "2026-04-20"), ("probability", "60"), ("owner", &format!("U{mei}"))]);
        deal(world, "c", &[("amount", "700")]);
        assert_eq!(world.crm.keep_forecast().expect("keeps"), Some(3));
        let before = world.dump();
        assert_eq!(world.crm.keep_forecast().expect("is kept"), None);
        assert_eq!(world.dump(), before);
        assert_eq!(world.names("forecast_snapshot", "day=today month=2026-04 owner=lin"), ["2026-04"]);
        let by_hand = world.try_add("forecast_snapshot", &[("month", "2026-04"), ("day", "2026-03-31")]);
        assert_eq!(by_hand.expect_err("is the program's").cause, Cause::Refused);
        // In April one is won for less, and one that nobody spoke of.
        let mut april = at(world, "2026-04-15T09:00");
        let won = april.find("deal", "a").expect("is there");
        let verb = |name: &str| kehu::catalog::entry("deal").expect("deals").verbs.iter().find(|verb| verb.name == name).expect("a verb");
        let amount = vec![("amount".to_owned(), types::parse(&kehu::record::Kind::Money, "900", april.reading()).expect("parses"))];
        april.transaction("win", |crm| (verb("win").run)(crm, won, &amount)).expect("wins");
        let surprise = vec![("name".to_owned(), Value::text("d")), ("amount".to_owned(), types::parse(&kehu::record::Kind::Money, "250", april.reading()).expect("parses")), ("owner".to_owned(), Link::to(mei))];
        let surprise = april.add("deal", surprise).expect("adds");
        april.transaction("win", |crm| (verb("win").run)(crm, surprise, &Values::new())).expect("wins");
        assert_eq!(april.keep_forecast().expect("keeps"), Some(3), "two colleagues in April, one without a day");
        assert!(lines(&report(&mut april, "forecast-accuracy", &[("period", "2026-04")])[0]).is_empty(), "April is not over");
        let mut may = at(world, "2026-05-02T09:00");
        let both = report(&mut may, "forecast-accuracy", &[("period", "2026-04"), ("said", "best-case")]);
        assert_eq!(lines(&both[0]), [
            "2026-04|陆雅梅|1|2026-03-31|CNY 500.00|CNY 250.00|CNY 250.00|100.00%|100.00%",
            "2026-04|lin|1|2026-03-31|CNY 1000.00|CNY 900.00|CNY 100.00|11.11%|11.11%",
        ]);
        let month = report(&mut may, "forecast-accuracy", &[("period", "2026-04"), ("by", "month")]);
        assert_eq!(lines(&month[0]), ["2026-04|1|2026-03-31|CNY 400.00|CNY 1150.00|CNY -750.00|-65.22%|65.22%"]);
        may.undo(None, false).expect("undoes");
        may.undo(None, false).expect("undoes");
        healthy(&mut may);
    }

    fn sums_follow_whatever_happens_to_deals(world) {
        for (name, amount, close) in [("a", "1000", "2026-04-10"), ("b", "EUR 20", "2026-05-10"), ("c", "300", "2026-04-11")] {
            deal(world, name, &[("amount", amount), ("close", close)]);
        }
        deal(world, "d", &[]);
        healthy(&mut world.crm);
        run(world, "win", 1, &[]).expect("wins");
        run(world, "move", 3, &[]).expect("moves");
        world.crm.remove("deal", 2).expect("removes");
        healthy(&mut world.crm);
        sums_and_deals_agree(&mut world.crm);
        world.crm.restore("deal", 2).expect("restores");
        world.edit("deal", 3, &[("amount", "EUR 5"), ("close", ""), ("forecast", "omitted")]);
        healthy(&mut world.crm);
        sums_and_deals_agree(&mut world.crm);
        for _ in 0..3 {
            world.crm.undo(None, false).expect("undoes");
            healthy(&mut world.crm);
        }
        // Somebody who knows nothing of this program writes too, and may even write where nobody should.
        world.outside("UPDATE deals SET amount = 77700 WHERE id = 1; DELETE FROM stage_moves WHERE deal = 4; DELETE FROM deals WHERE id = 4");
        healthy(&mut world.as_user("lin"));
        world.outside("UPDATE deal_totals SET amount = amount + 1; UPDATE deals SET reached = 9 WHERE id = 3");
        let found = world.crm.doctor().expect("looks");
        let issues: Vec<String> = found.issues.iter().map(ToString::to_string).collect();
        assert_eq!(issues.len(), 2, "{issues:?}");
        assert_eq!(issues[1], "How far 1 deals came is not what their stage history says.");
        world.crm.repair().expect("repairs");
        healthy(&mut world.crm);
        sums_and_deals_agree(&mut world.crm);
    }

    fn how_far_a_deal_came_follows_its_pipeline(world) {
        let id = deal(world, "a", &[]);
        run(world, "move", id, &[("to", "Negotiation")]).expect("moves");
        run(world, "move", id, &[("to", "Qualified")]).expect("goes back");
        assert_eq!(world.text("deal", id, "reached"), "3");
        // What stood third stands second now.
        let negotiation = world.crm.find("stage", "Negotiation").expect("is there");
        let proposal = world.crm.find("stage", "Proposal").expect("is there");
        world.edit("stage", negotiation, &[("position", "2")]);
        world.edit("stage", proposal, &[("position", "3")]);
        assert_eq!(world.text("deal", id, "reached"), "2");
        healthy(&mut world.crm);
        world.crm.undo(None, false).expect("undoes");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.text("deal", id, "reached"), "3");
        // In another pipeline it begins anew, and back in the first it has been there before.
        let other = world.add("pipeline", &[("name", "Renewals")]);
        let asked = world.add("stage", &[("name", "Asked"), ("pipeline", "Renewals")]);
        world.edit("deal", id, &[("pipeline", &format!("PL{other}")), ("stage", &format!("ST{asked}"))]);
        assert_eq!(world.text("deal", id, "reached"), "1");
        healthy(&mut world.crm);
        world.edit("deal", id, &[("pipeline", "Sales"), ("stage", &format!("ST{proposal}"))]);
        assert_eq!(world.text("deal", id, "reached"), "3");
        healthy(&mut world.crm);
    }

    fn everybody_keeps_the_funnel_as_they_like_it(world) {
        use kehu::views::Arrangement;
        world.add("user", &[("name", "陆雅梅"), ("login", "mei")]);
        let liked = |stages: &str| Arrangement { answers: vec![("stages".to_owned(), stages.to_owned())], columns: Some("stage,deals".to_owned()) };
        world.crm.keep_arrangement("funnel", "mine", &liked("Proposal")).expect("keeps");
        let mut mei = world.as_user("mei");
        assert_eq!(mei.arrangement("funnel", "mine").expect("somebody's"), liked("Proposal"));
        mei.keep_arrangement("funnel", "mine", &liked("won,Proposal")).expect("keeps");
        mei.keep_arrangement("funnel", "mine", &liked("won")).expect("in its place");
        assert_eq!(mei.arrangement("funnel", "mine").expect("her own"), liked("won"));
        assert_eq!(world.crm.arrangement("funnel", "mine").expect("his own"), liked("Proposal"));
        assert_eq!(world.crm.arrangement("forecast", "mine").expect_err("is of the funnel").cause, Cause::NotFound);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn sums_are_always_what_a_recount_says(acts in proptest::collection::vec((0_usize..9, 1_i64..5, 0_u32..20), 1..25)) {
        let mut world = World::on_sqlite();
        for name in ["a", "b", "c", "d"] {
            deal(&mut world, name, &[("amount", "100"), ("started", "2026-01-01")]);
        }
        for (act, id, number) in acts {
            let day = format!("2026-03-{:02}", number + 1);
            // What is refused leaves nothing behind.
            let _ = match act {
                0 => run(&mut world, "move", id, &[]),
                1 => run(&mut world, "win", id, &[("on", &day)]),
                2 => run(&mut world, "lose", id, &[("because", "price"), ("on", &day)]),
                3 => run(&mut world, "reopen", id, &[]),
                4 => world.try_edit("deal", id, &[("amount", &format!("EUR {number}"))]).map(|_| ()),
                5 => world.try_edit("deal", id, &[("close", &day), ("probability", &number.to_string())]).map(|_| ()),
                6 => world.crm.remove("deal", id).map(|_| ()),
                7 => world.crm.restore("deal", id).map(|_| ()),
                _ => world.crm.undo(None, false).map(|_| ()),
            };
        }
        if world.names("deal", "").is_empty() {
            return Ok(());
        }
        healthy(&mut world.crm);
        sums_and_deals_agree(&mut world.crm);
    }
}

#[test]
fn a_funnel_is_arranged_and_kept_from_the_command_line() {
    let desk = Desk::new();
    desk.say("deal add \"Vault sensors\" --amount 120k").done();
    desk.say("deal win D1").done();
    let kept = desk.say("report funnel --stages won,Proposal -c stage,reached --save mine -v");
    assert!(kept.err.contains("Kept the report: kehu report funnel --view \"mine\"."), "{}", kept.err);
    let stages = |line: &str| {
        let json = desk.say(line).json();
        let rows = json["how_far_deals_came"].as_array().expect("rows").clone();
        assert!(rows.iter().all(|row| row["of_all"].is_null() && row["reached"].is_number()), "{rows:?}");
        rows.iter().map(|row| row["stage"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(stages("report funnel --view mine -f json"), ["won", "Proposal"]);
    assert_eq!(stages("report funnel --view mine --stages Negotiation -f json"), ["Negotiation"]);
    assert_eq!(desk.say("report funnel --stages Nowhere").code, 2);
    assert_eq!(desk.say("report funnel -c nothing").code, 2);
    assert_eq!(desk.say("report funnel --view hers").code, 3);
}

#[test]
fn cron_keeps_the_forecast_in_silence() {
    let desk = Desk::new();
    desk.say("deal add \"Vault sensors\" --amount 120k --close 2026-04-30").done();
    let first = desk.say("-q pipeline snapshot");
    assert_eq!((first.code, first.out.as_str(), first.err.as_str()), (0, "", ""));
    assert_eq!(desk.say("forecast_snapshot list --count").done().trim(), "1");
    assert!(desk.say("pipeline snapshot -v").err.contains("The forecast of 2026-03-31 is kept already."));
    assert_eq!(desk.say("forecast_snapshot list --count").done().trim(), "1");
}
