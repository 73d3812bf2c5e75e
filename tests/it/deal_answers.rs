//! What the reports on deals say of an earlier day, of several pipelines and currencies, and in which words they refuse.

use crate::{
    deals::run,
    storage::on_both,
    world::{Desk, World},
};
use kehu::{
    record::{Value, Values, filter, types},
    reports::{Found, Part},
};

fn report(world: &mut World, name: &str, pairs: &[(&str, &str)]) -> Vec<Part> {
    let report = kehu::catalog::report(name).expect(name);
    let mut values = Values::new();
    for (name, text) in pairs {
        let ask = report.asks.iter().find(|ask| ask.name == *name).expect("is asked");
        values.push(((*name).to_owned(), types::parse(&(ask.kind)(), text, world.crm.reading()).expect("parses")));
    }
    (report.run)(&mut world.crm, &values).expect("answers")
}

/// The cells of a column in writing.
fn column(part: &Part, name: &str) -> Vec<String> {
    let place = part.grid.columns.iter().position(|column| column.name == name).expect(name);
    let kind = &part.grid.columns[place].kind;
    part.grid.rows.iter().map(|row| types::show(kind, &row.cells[place])).collect()
}

/// As if all that was written so far had been written and had happened on that day.
fn date_back(world: &World, day: &str) {
    for sql in [
        format!("UPDATE stage_moves SET at = '{day}T08:00:00Z' WHERE at > '{day}'"),
        format!("UPDATE activities SET created_at = '{day}T08:00:00Z'"),
    ] {
        world.outside(&sql);
    }
}

on_both! {
    fn win_loss_and_velocity_answer_of_an_earlier_day(world) {
        let won = world.add("deal", &[("name", "Pumps"), ("amount", "1000"), ("started", "2026-01-05")]);
        world.add("deal", &[("name", "Valves"), ("amount", "500"), ("started", "2026-01-05")]);
        date_back(world, "2026-01-05");
        run(world, "win", won, &[("on", "2026-02-10")]).expect("wins");
        world.outside("UPDATE stage_moves SET at = '2026-02-10T08:00:00Z' WHERE at > '2026-03-01'");
        let count = |world: &mut World, day: &str, name: &str| column(&report(world, "win-loss", &[("as-of", day)])[0], name);
        assert_eq!(count(world, "2026-01-31", "won"), ["0"]);
        assert_eq!(count(world, "2026-01-31", "open"), ["2"]);
        assert_eq!(count(world, "2026-02-28", "won"), ["1"]);
        assert!(count(world, "2026-01-01", "won").is_empty());
        let months = report(world, "win-loss", &[("as-of", "2026-01-31"), ("by", "month")]);
        assert!(months[0].grid.rows.is_empty(), "nothing was closed by then");
        let left = |world: &mut World, day: &str| column(&report(world, "velocity", &[("as-of", day)])[1], "left");
        assert!(left(world, "2026-01-31").is_empty());
        assert_eq!(left(world, "2026-02-28"), ["1"]);
    }

    fn the_board_and_stale_deals_answer_of_an_earlier_day(world) {
        let deal = world.add("deal", &[("name", "Pumps"), ("amount", "1000"), ("started", "2026-01-05")]);
        date_back(world, "2026-01-05");
        run(world, "move", deal, &[]).expect("moves");
        let day = |text: &str| text.parse().ok();
        let deals = |world: &mut World, day| -> Vec<u64> {
            world.crm.board_on(None, &filter::Filter::All, 7, day).expect("a board").iter().map(|lane| lane.deals).collect()
        };
        assert_eq!(deals(world, day("2026-02-28")), [1, 0, 0]);
        assert_eq!(deals(world, day("2026-01-01")), [0, 0, 0]);
        assert_eq!(deals(world, None), [0, 1, 0]);
        let lanes = world.crm.board_on(None, &filter::Filter::All, 7, day("2026-02-28")).expect("a board");
        assert_eq!((lanes[0].cards[0].name.as_str(), lanes[0].amounts[0].to_string()), ("Pumps", "CNY 1000.00".to_owned()));
        let quiet = |world: &mut World, day| -> Vec<i64> {
            let stale = world.crm.stale_deals_on(None, &filter::Filter::All, Some(20), day).expect("answers");
            stale.iter().map(|stale| stale.quiet).collect()
        };
        assert_eq!(quiet(world, day("2026-02-28")), [54]);
        assert!(quiet(world, None).is_empty(), "it moved just now");
        assert!(quiet(world, day("2026-01-10")).is_empty());
    }

    fn a_stage_may_limit_the_silence_whatever_moves(world) {
        let deal = world.add("deal", &[("name", "Pumps"), ("started", "2026-01-05")]);
        date_back(world, "2026-01-05");
        run(world, "move", deal, &[]).expect("moves");
        let proposal = world.crm.find("stage", "Proposal").expect("a stage");
        world.edit("stage", proposal, &[("days_to_rot", "14")]);
        assert_eq!(world.value("deal", deal, "stale"), Value::Bool(false));
        world.edit("stage", proposal, &[("longest_silence", "30")]);
        assert_eq!(world.value("deal", deal, "stale"), Value::Bool(true));
        let stale = world.crm.stale_deals(None, &filter::Filter::All, None).expect("answers");
        assert_eq!(stale.iter().map(|stale| (stale.quiet, stale.allowed)).collect::<Vec<_>>(), [(85, 30)]);
        assert_eq!(world.crm.board(None, &filter::Filter::All, 7).expect("a board")[1].stale, 1);
        world.add("activity", &[("subject", "Called"), ("deal", &format!("D{deal}")), ("done", "2026-03-30 10:00")]);
        assert_eq!(world.value("deal", deal, "stale"), Value::Bool(false));
        assert!(world.crm.stale_deals(None, &filter::Filter::All, None).expect("answers").is_empty());
    }

    fn the_longest_quiet_come_first_and_stages_without_days_are_told(world) {
        let old = world.add("deal", &[("name", "Pumps")]);
        date_back(world, "2026-01-05");
        let older = world.add("deal", &[("name", "Valves")]);
        world.outside(&format!("UPDATE stage_moves SET at = '2025-12-01T08:00:00Z' WHERE deal = {older}"));
        world.crm.notices();
        let parts = report(world, "stale", &[]);
        assert!(parts[0].grid.rows.is_empty());
        let said: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert!(said[0].contains("kehu report stale --days 30"), "{said:?}");
        let stale = world.crm.stale_deals(None, &filter::Filter::All, Some(30)).expect("answers");
        assert_eq!(stale.iter().map(|stale| stale.deal).collect::<Vec<_>>(), [older, old]);
    }

    fn the_funnel_shows_every_pipeline_that_has_deals(world) {
        world.add("deal", &[("name", "Pumps")]);
        let pipeline = world.add("pipeline", &[("name", "Renewals")]);
        world.add("stage", &[("name", "Asked"), ("pipeline", &format!("PL{pipeline}")), ("probability", "50")]);
        assert_eq!(report(world, "funnel", &[])[0].grid.columns[0].name, "stage");
        world.add("deal", &[("name", "Valves"), ("pipeline", &format!("PL{pipeline}"))]);
        let parts = report(world, "funnel", &[]);
        assert_eq!(parts[0].grid.columns[0].name, "pipeline");
        assert!(column(&parts[0], "stage").contains(&"Asked".to_owned()));
        assert!(column(&parts[0], "stage").contains(&"Qualified".to_owned()));
        assert_eq!(column(&report(world, "funnel", &[("pipeline", "Renewals")])[0], "deals"), ["1"]);
        assert_eq!(column(&report(world, "funnel", &[("stages", "Asked")])[0], "stage"), ["Asked"]);
    }

    fn each_number_of_several_funnels_leads_to_its_deals(world) {
        world.add("deal", &[("name", "Pumps")]);
        let pipeline = world.add("pipeline", &[("name", "Renewals")]);
        let of_it = format!("PL{pipeline}");
        for (name, chance) in [("Asked", "30"), ("Proposal", "60")] {
            world.add("stage", &[("name", name), ("pipeline", &of_it), ("probability", chance)]);
        }
        world.add("stage", &[("name", "Signed"), ("pipeline", &of_it), ("outcome", "won"), ("probability", "100")]);
        world.add("deal", &[("name", "Fans"), ("stage", "Proposal")]);
        world.add("deal", &[("name", "Valves"), ("pipeline", &of_it)]);
        let later = world.add("deal", &[("name", "Belts"), ("pipeline", &of_it)]);
        run(world, "move", later, &[("to", "Proposal")]).expect("moves");
        let won = world.add("deal", &[("name", "Motors"), ("pipeline", &of_it)]);
        run(world, "win", won, &[]).expect("wins");
        let parts = report(world, "funnel", &[]);
        for (part, name) in parts.iter().zip(["deals", "reached"]) {
            let place = part.grid.columns.iter().position(|column| column.name == name).expect("a column");
            let of = column(part, "pipeline");
            assert!(of.contains(&"Renewals".to_owned()) && of.iter().any(|name| name != "Renewals"), "{of:?}");
            for (number, row) in part.grid.rows.iter().enumerate() {
                let Found::List { kind, filter } = part.found(Some(number), place) else { panic!("leads nowhere") };
                let found = world.crm.count_where(kind, &filter).expect("counts");
                assert_eq!(i64::try_from(found).ok(), row.cells[place].as_integer(), "{name} {number}: {filter}");
            }
        }
    }

    fn a_day_before_deals_without_a_beginning_counts_them(world) {
        let deal = world.add("deal", &[("name", "Pumps"), ("amount", "1000")]);
        world.outside(&format!("UPDATE deals SET started = NULL WHERE id = {deal}"));
        world.crm.notices();
        report(world, "forecast", &[("as-of", "2026-01-31")]);
        let said: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["1 deal is left out: it is not known when it began."]);
    }

    fn competitors_count_for_won_deals_too(world) {
        let won = world.add("deal", &[("name", "Pumps"), ("amount", "1000"), ("competitors", "Nordwind,Acme")]);
        let lost = world.add("deal", &[("name", "Valves"), ("amount", "500"), ("competitors", "Acme,Zeta")]);
        run(world, "win", won, &[]).expect("wins");
        run(world, "lose", lost, &[("because", "price"), ("to", "Nordwind")]).expect("loses");
        let part = &report(world, "win-loss", &[("by", "competitor")])[0];
        let rows = |name: &str| column(part, name);
        let mut all: Vec<(String, String, String)> = Vec::new();
        for (place, name) in rows("lost_to").into_iter().enumerate() {
            all.push((name, rows("won")[place].clone(), rows("lost")[place].clone()));
        }
        let row = |name: &str, won: &str, lost: &str| (name.to_owned(), won.to_owned(), lost.to_owned());
        assert_eq!(all, [row("Nordwind", "1", "1"), row("Acme", "1", "0")]);
        assert_eq!(part.grid.totals.as_ref().expect("totals")[1], Value::Integer(2), "each deal once");
    }

    fn a_quarter_that_is_over_has_no_money_a_day(world) {
        let won = world.add("deal", &[("name", "Pumps"), ("amount", "1000"), ("started", "2026-01-05")]);
        world.add("deal", &[("name", "Valves"), ("amount", "500")]);
        run(world, "win", won, &[("on", "2026-02-10")]).expect("wins");
        assert_eq!(column(&report(world, "velocity", &[("by", "quarter")])[0], "per_day"), [""]);
        assert_ne!(column(&report(world, "velocity", &[("period", "2026-q1")])[0], "per_day"), ["CNY 0.00"]);
    }
}

#[test]
fn hints_of_deals_name_the_deal_at_hand() {
    let desk = Desk::new();
    desk.say("deal add \"Old pumps\"").done();
    desk.say("deal add \"New pumps\"").done();
    let hint = |line: &str| {
        let said = desk.say(&format!("{line} -f json"));
        assert_ne!(said.code, 0, "{line}");
        said.error()["hint"].as_str().expect(line).to_owned()
    };
    assert_eq!(hint("deal lose D1"), "kehu deal lose D1 --because price");
    assert_eq!(
        hint("deal lose \"New pumps\" --to \"Nordwind AG\""),
        "kehu deal lose D2 --because price --to \"Nordwind AG\""
    );
    assert_eq!(hint("deal shelve D2"), "kehu deal shelve D2 --because \"budget frozen\"");
    assert_eq!(hint("deal move D2 --to Propsal"), "kehu stage list pipeline=PL1 --sort position");
    let straight = hint("deal add Straight --stage Lost");
    desk.say(straight.strip_prefix("kehu ").expect("a command")).done();
    desk.say("lead add \"Anna Berg\"").done();
    assert_eq!(hint("lead disqualify L1"), "kehu lead disqualify L1 --because \"no budget\"");
    desk.say("lead disqualify L1 --because student").done();
    assert_eq!(hint("lead disqualify L1 --because student"), "kehu lead reopen L1");
    assert_eq!(hint("report coverage"), "kehu report coverage --target 2m --period this-year");
    assert_eq!(hint("customer protect C2"), "kehu customer protect C2 --until +30d");
    assert_eq!(hint("customer show C99999"), "kehu customer list --limit 5", "what nobody bears is not looked for");
}

#[test]
fn what_is_planned_for_earlier_today_keeps_a_deal_from_going_stale_everywhere() {
    let desk = Desk::new();
    desk.say("deal add \"Old pumps\" --now 2026-03-01T09:00").done();
    desk.say("stage edit Qualified days_to_rot=3").done();
    let at_noon = |line: &str| desk.say(&format!("{line} --now 2026-03-31T12:00"));
    assert_eq!(at_noon("deal list stale=yes --count").out.trim(), "1");
    at_noon("activity add \"Call back\" --deal D1 --kind call --due \"2026-03-31 10:00\"").done();
    assert_eq!(at_noon("deal list stale=yes --count").out.trim(), "0");
    assert!(!at_noon("report stale").out.contains("Old pumps"));
    assert!(!at_noon("deal board -f json").out.contains("\"stale\":1"));
}

#[test]
fn tags_of_a_link_say_where_a_lead_came_from() {
    let desk = Desk::new();
    desk.say("lead add \"Ben Ode\" --source fair").done();
    desk.say("lead intake --form name=Anna&utm_source=fair&utm_campaign=spring").done();
    desk.say("lead intake --form name=Cleo&utm_source=nowhere").done();
    let fields = |lead: &str| desk.say(&format!("lead show {lead} -f json")).json();
    assert_eq!((fields("L2")["source"].as_str(), fields("L2")["campaign"].as_str()), (Some("fair"), Some("spring")));
    assert_eq!(fields("L3")["source"].as_str(), Some("web"));
    assert!(fields("L3")["notes"].as_str().expect("notes").contains("nowhere"));
}

#[test]
fn a_gate_hints_with_values_that_fit() {
    let desk = Desk::new();
    desk.say("deal add Pumps --customer C1").done();
    desk.say("stage edit ST2 needs=amount,close,contact,inquiry").done();
    let said = desk.say("deal move D1 -f json");
    let hint = said.error()["hint"].as_str().expect("a hint").to_owned();
    assert!(!hint.contains('…'), "{hint}");
    desk.say(hint.strip_prefix("kehu ").expect("a command")).done();
    desk.say("deal move D1").done();
}

#[test]
fn one_table_of_several_is_picked_for_csv() {
    let desk = Desk::new();
    desk.say("deal add Pumps --amount 1000").done();
    let refused = desk.say("report funnel -f csv");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("--part just_now"), "{}", refused.err);
    let csv = desk.say("report funnel --part just_now -f csv").done();
    assert!(csv.starts_with("stage,deals,amount"), "{csv}");
    assert_eq!(desk.say("report funnel --part nowhere -f csv").code, 2);
    let json = desk.say("report funnel -f json").json();
    assert!(json["just_now"][0].get("ref").is_none(), "{json}");
}

#[test]
fn stages_are_listed_in_their_order_and_arrangements_say_what_they_hold() {
    let desk = Desk::new();
    desk.say("deal add Pumps").done();
    let stages = desk.say("stage list -c name -f csv").done();
    assert!(stages.lines().nth(1).expect("a stage").ends_with("Qualified"), "{stages}");
    desk.say("report win-loss --by month --period this-year --save mine").done();
    assert!(desk.say("view list").done().contains("--by month --period this-year"));
    let chinese = desk.say("deal add --help --lang zh").done();
    assert!(chinese.contains("新增商机"), "{chinese}");
    desk.say("report forecast --probability 产品").done();
}
