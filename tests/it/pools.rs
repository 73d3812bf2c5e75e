//! The pool (公海): claimed once, taken back by rule and never whom something keeps, and all of it undone, on both databases.

use crate::{
    storage::on_both,
    world::{NOW, World, finished, people, settings, words},
};
use jiff::{ToSpan, civil, tz::TimeZone};
use kehu::{
    Cause, Crm, Error, Settings,
    clock::Clock,
    record::{Value, Values},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::process::Command;

/// The small company, whose customers are known since today.
pub fn company(world: &mut World) {
    people(world);
    for customer in 1..=4 {
        world.edit("customer", customer, &[("since", &day(0))]);
    }
}

/// A pool for all, of which it is asked what the flags say.
pub fn pool(world: &mut World, more: &[(&str, &str)]) -> i64 {
    world.add("pool", &[&[("name", "Open to all")], more].concat())
}

fn rule(world: &mut World, more: &[(&str, &str)]) -> i64 {
    world.add(
        "pool_rule",
        &[&[("name", "Thirty silent days"), ("pool", "PO1"), ("trigger", "no-follow-up"), ("warn", "none")], more]
            .concat(),
    )
}

/// One that warns before.
fn warning_rule(world: &mut World, more: &[(&str, &str)]) -> i64 {
    let id = rule(world, more);
    world.edit("pool_rule", id, &[("warn", "7,3,1")]);
    id
}

/// A customer that waits in the pool.
pub fn waiting(world: &mut World, name: &str) -> i64 {
    world.add("customer", &[("name", name), ("pool", "PO1")])
}

/// A customer of Mei's, known for so many days.
fn known(world: &mut World, name: &str, days: i64) -> i64 {
    world.add("customer", &[("name", name), ("owner", "mei"), ("since", &day(-days))])
}

fn today() -> civil::Date {
    NOW.parse::<civil::DateTime>().expect("an hour").date()
}

fn day(days: i64) -> String {
    today().saturating_add(days.days()).to_string()
}

/// A handle of somebody's, so many days later.
fn later(world: &World, name: &str, days: i64) -> Crm {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    let now = NOW.parse::<civil::DateTime>().expect("an hour").saturating_add(days.days());
    let clock = Clock::fixed(now.to_zoned(zone.clone()).expect("an hour there").timestamp(), zone);
    let mut crm = Crm::open(&world.url, &Settings { clock, ..settings() }).expect("opens");
    crm.sign_in(name).expect("is known");
    crm
}

fn act(crm: &mut Crm, verb: &str, customer: i64, answers: &Values) -> Result<(), Error> {
    let verbs = kehu::catalog::entry("customer").expect("a kind").verbs;
    let verb = verbs.iter().find(|known| known.name == verb).expect("a verb");
    if let Some(reason) = (verb.refused)(crm, customer)? {
        return Err(Error::new(Cause::Refused, reason));
    }
    crm.transaction("act", |crm| (verb.run)(crm, customer, answers))
}

pub fn claim(crm: &mut Crm, customer: i64) -> Result<(), Error> {
    act(crm, "claim", customer, &Values::new())
}

pub fn release(crm: &mut Crm, customer: i64) -> Result<(), Error> {
    act(crm, "release", customer, &vec![("reason".to_owned(), Value::text("no time"))])
}

fn protect(crm: &mut Crm, customer: i64, until: &str) -> Result<(), Error> {
    act(crm, "protect", customer, &vec![("until".to_owned(), Value::text(until))])
}

fn owner(world: &mut World, customer: i64) -> String {
    world.text("customer", customer, "owner")
}

/// Runs the pools, and says who was taken and who warned.
fn run(crm: &mut Crm) -> (Vec<i64>, Vec<i64>) {
    let done = crm.run_pools(false).expect("runs");
    let of = |what: &str| {
        let rows = done.grid.rows.iter().filter(|row| row.cells[1].as_text() == Some(what));
        rows.map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!((of("taken").len(), of("warned").len()), (done.taken, done.warned));
    (of("taken"), of("warned"))
}

/// The sentence and its hint.
fn said(refused: &Error) -> String {
    format!("{refused} {}", refused.hint.as_ref().map(ToString::to_string).unwrap_or_default())
}

on_both! {
    fn a_claim_takes_a_customer_from_the_pool_and_is_undone(world) {
        company(world);
        pool(world, &[]);
        let customer = waiting(world, "两江仪表厂");
        assert_eq!(world.names("customer", "in_pool=yes pool=PO1"), ["两江仪表厂"]);
        assert_ne!(world.text("customer", customer, "pool_since"), "");
        let before = world.dump();
        let mut mei = world.as_user("mei");
        claim(&mut mei, customer).expect("claims");
        assert_eq!(owner(world, customer), "陆雅梅");
        assert_eq!(world.names("customer", "in_pool=yes"), Vec::<String>::new());
        assert_eq!(world.text("customer", customer, "pool"), "Open to all", "it goes back where it came from");
        assert_eq!(world.text("pool_move", 1, "action"), "claimed");
        assert_eq!(world.text("pool_move", 1, "taker"), "陆雅梅");
        let again = claim(&mut mei, customer).expect_err("once is enough");
        assert_eq!(again.cause, Cause::Refused);
        assert!(again.to_string().contains("yours already"), "{again}");
        let late = claim(&mut world.as_user("lukas"), customer).expect_err("somebody was faster");
        assert_eq!(late.cause, Cause::Conflict);
        assert!(late.to_string().contains("陆雅梅"), "{late}");
        mei.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before, "as if it had never been");
    }

    /// Real processes, and of six at once one is told that it has the customer and five by whom it is held.
    fn of_six_processes_that_claim_one_customer_one_gets_it(world) {
        company(world);
        pool(world, &[]);
        let customer = waiting(world, "两江仪表厂");
        let url = world.url.clone();
        let ask = |name: &'static str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_kehu"));
            command.args(["customer", "claim", &format!("C{customer}"), "--wait", "20"]).env_clear();
            command.env("KEHU_DB", &url).env("KEHU_USER", name).env("KEHU_NOW", NOW).env("TZ", "Asia/Shanghai");
            finished(command.env("HOME", std::env::temp_dir()).env("LANG", "C"))
        };
        let outputs: Vec<_> = std::thread::scope(|scope| {
            let (names, ask) = (["lin", "mei", "lukas", "lin", "mei", "lukas"], &ask);
            let threads: Vec<_> = names.map(|name| scope.spawn(move || ask(name))).into();
            threads.into_iter().map(|thread| thread.join().expect("ends")).collect()
        });
        assert_eq!(outputs.iter().filter(|output| output.code == 0).count(), 1, "{outputs:?}");
        let winner = owner(world, customer);
        for output in outputs.iter().filter(|output| output.code != 0) {
            let named = output.code == 4 && output.err.contains(&winner);
            let own = output.code == 5 && output.err.contains("yours already");
            assert!(named || own, "{output:?}");
        }
        assert_eq!(world.names("pool_move", "action=claimed").len(), 1);
    }

    fn a_pool_gives_no_more_a_day_and_in_all_than_it_says(world) {
        company(world);
        pool(world, &[("claims_a_day", "2"), ("holding_cap", "4")]);
        let customers: Vec<i64> = (0..6).map(|number| waiting(world, &format!("Factory {number}"))).collect();
        let mut mei = world.as_user("mei");
        claim(&mut mei, customers[0]).expect("the first");
        claim(&mut mei, customers[1]).expect("the second");
        let third = claim(&mut mei, customers[2]).expect_err("enough for today");
        assert_eq!(third.cause, Cause::Refused);
        assert!(third.to_string().contains("more than 2 customers a day"), "{third}");
        claim(&mut world.as_user("lukas"), customers[2]).expect("another may");
        // Mei looks after three customers: one of the small company's, and two of today.
        let held = world.names("customer", "owner=mei").len();
        for number in held..4 {
            known(world, &format!("Old {number}"), 10);
        }
        let full = claim(&mut later(world, "mei", 1), customers[3]).expect_err("she has enough");
        assert!(said(&full).contains("look after 4 customers"), "{full}");
        // Who bought and wants nothing more at the moment is no burden.
        world.add("deal", &[("name", "Pipes"), ("customer", "C1")]);
        world.add("deal", &[("name", "Meters"), ("customer", &format!("C{}", customers[0])), ("stage", "Won")]);
        claim(&mut later(world, "mei", 1), customers[3]).expect("one of them is closed");
    }

    fn who_let_a_customer_go_waits_before_they_claim_it_again(world) {
        company(world);
        pool(world, &[("cool_down", "30")]);
        let customer = waiting(world, "两江仪表厂");
        let mut mei = world.as_user("mei");
        claim(&mut mei, customer).expect("claims");
        protect(&mut mei, customer, &day(20)).expect("protects");
        release(&mut mei, customer).expect("releases");
        assert_eq!((owner(world, customer).as_str(), world.text("customer", customer, "protected_until").as_str()), ("", ""));
        let soon = claim(&mut mei, customer).expect_err("too soon");
        assert_eq!(soon.cause, Cause::Refused);
        assert!(soon.to_string().contains(&format!("was yours until {}", day(0))), "{soon}");
        assert!(soon.to_string().contains(&day(30)), "{soon}");
        claim(&mut later(world, "mei", 29), customer).expect_err("a day too soon");
        claim(&mut later(world, "mei", 30), customer).expect("the thirtieth day has passed");
    }

    fn only_who_may_claims_releases_and_protects(world) {
        company(world);
        pool(world, &[("branch", "Hamburg"), ("protect_days", "30")]);
        let customer = waiting(world, "Elbe Armaturen AG");
        let stranger = claim(&mut world.as_user("mei"), customer).expect_err("it is Hamburg's");
        assert_eq!(stranger.cause, Cause::NotAllowed);
        assert!(stranger.to_string().contains("Hamburg"), "{stranger}");
        let mut lukas = world.as_user("lukas");
        claim(&mut lukas, customer).expect("he works there");
        let others = release(&mut world.as_user("mei"), customer).expect_err("it is his");
        assert_eq!(others.cause, Cause::NotAllowed);
        assert!(others.to_string().contains("Lukas Brandt"), "{others}");
        let far = protect(&mut lukas, customer, &day(31)).expect_err("a day too far");
        assert!(said(&far).contains(&format!("kehu customer protect C{customer} --until {}", day(30))), "{}", said(&far));
        assert_eq!(protect(&mut lukas, customer, &day(-1)).expect_err("passed").cause, Cause::Refused);
        assert_eq!(protect(&mut world.as_user("mei"), customer, &day(9)).expect_err("his").cause, Cause::NotAllowed);
        protect(&mut lukas, customer, &day(30)).expect("protects");
        release(&mut world.as_user("lin"), customer).expect("a manager may");
        assert_eq!(world.names("pool_move", "action=released former=lukas").len(), 1);
        let nobodys = release(&mut lukas, customer).expect_err("nobody has it");
        assert_eq!(nobodys.cause, Cause::Refused);
        let loose = world.add("customer", &[("name", "Somebody Ltd")]);
        let none = claim(&mut lukas, loose).expect_err("it is in no pool");
        assert!(said(&none).contains("in no pool. kehu customer edit"), "{}", said(&none));
    }

    fn nobody_gets_around_claiming(world) {
        company(world);
        pool(world, &[("claims_a_day", "0")]);
        let customer = waiting(world, "两江仪表厂");
        let mut mei = world.as_user("mei");
        let me = vec![("owner".to_owned(), kehu::record::Link::to(2))];
        let edited = mei.change("customer", customer, me, None).expect_err("that would be a claim");
        assert!(said(&edited).contains(&format!("kehu customer claim C{customer}")), "{}", said(&edited));
        let mine = kehu::customers::Assignment { customers: vec![customer], to: 2, activities: true };
        assert_eq!(mei.assign(&mine).expect_err("so would this").cause, Cause::Refused);
        assert_eq!(owner(world, customer), "");
        world.crm.assign(&mine).expect("a manager gives it to her");
        assert_eq!(owner(world, customer), "陆雅梅");
        assert_eq!(world.text("pool_move", 1, "action"), "assigned");
    }

    fn who_is_in_a_pool_is_not_followed_up_before_somebody_claimed_them(world) {
        company(world);
        pool(world, &[]);
        let customer = waiting(world, "两江仪表厂");
        let about = format!("C{customer}");
        let call = [("subject", "called"), ("kind", "call"), ("customer", &*about)];
        let refused = world.try_add("activity", &call).expect_err("whose call would it be");
        assert_eq!(refused.cause, Cause::Refused);
        assert!(said(&refused).contains(&format!("kehu customer claim {about}")), "{}", said(&refused));
        world.add("activity", &[("subject", "they called"), ("kind", "call"), ("customer", &about), ("direction", "in")]);
        claim(&mut world.as_user("mei"), customer).expect("claims");
        world.add("activity", &call);
        world.edit("pool", 1, &[("follow_unclaimed", "yes")]);
        let other = waiting(world, "Another");
        world.add("activity", &[("subject", "called"), ("kind", "call"), ("customer", &format!("C{other}"))]);
    }

    fn a_new_rule_warns_before_it_takes_whoever_was_due_already(world) {
        company(world);
        pool(world, &[]);
        warning_rule(world, &[("days", "30"), ("condition", "name=Silent,Called")]);
        let (silent, called) = (known(world, "Silent", 90), known(world, "Called", 90));
        let done = world.crm.run_pools(false).expect("runs");
        let due = |id: i64| done.grid.rows.iter().find(|row| row.id == id).map(|row| row.cells[7].clone());
        assert_eq!((done.taken, done.warned, due(silent)), (0, 2, Some(Value::text(day(1)))));
        assert_eq!(run(&mut world.crm), (vec![], vec![]), "said once a day");
        let about = format!("C{called}");
        world.add("activity", &[("subject", "called"), ("customer", &about), ("owner", "mei"), ("done", &day(0))]);
        assert_eq!(run(&mut later(world, "lin", 1)), (vec![silent], vec![]));
        assert_eq!(run(&mut later(world, "lin", 40)), (vec![], vec![called]), "she was warned of another silence");
        assert_eq!(run(&mut later(world, "lin", 41)).0, [called]);
    }

    fn a_rule_takes_whom_nobody_deals_with_and_warns_before(world) {
        company(world);
        pool(world, &[]);
        warning_rule(world, &[("days", "30")]);
        let silent = known(world, "Silent", 30);
        let called = known(world, "Called", 90);
        world.add("activity", &[("subject", "called"), ("customer", &format!("C{called}")), ("done", &day(-3)), ("owner", "mei")]);
        assert_eq!(run(&mut later(world, "lin", -1)), (vec![], vec![silent]));
        let soon = known(world, "Soon", 25);
        let before = world.dump();
        assert_eq!(run(&mut world.crm), (vec![silent], vec![soon]));
        assert_eq!((owner(world, silent), world.text("customer", silent, "pool")), (String::new(), "Open to all".into()));
        let step = world.names("pool_move", "action=recovered former=mei rule=PR1");
        assert_eq!(step, ["Open to all"]);
        assert_eq!(run(&mut world.crm), (vec![], vec![]), "said and done");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before, "one step of undo");
        // Warned seven, three and one day before, once each, whenever the runs are.
        assert_eq!(run(&mut world.crm).1, [soon]);
        for (days, warned) in [(1, false), (2, true), (3, false), (4, true)] {
            assert_eq!(!run(&mut later(world, "lin", days)).1.is_empty(), warned, "day {days}");
        }
        assert_eq!(run(&mut later(world, "lin", 5)).0, [soon]);
    }

    fn a_warning_stands_on_the_plan_of_the_day_until_it_is_heeded(world) {
        company(world);
        pool(world, &[]);
        warning_rule(world, &[("days", "30"), ("condition", "name=Soon"), ("level", "B")]);
        let soon = world.add("customer", &[("name", "Soon"), ("owner", "mei"), ("since", &day(-28)), ("level", "B")]);
        let part = |world: &mut World| {
            let parts = world.crm.agenda(2, today(), Some(20)).expect("a plan");
            parts.into_iter().find(|(title, _)| *title == "Soon back in the pool").map(|(_, grid)| grid)
        };
        assert!(part(world).is_none(), "nobody was warned yet");
        assert_eq!(run(&mut world.crm).1, [soon]);
        let grid = part(world).expect("a warning");
        assert_eq!((grid.rows.len(), grid.rows[0].id, &grid.rows[0].cells[1]), (1, soon, &Value::Integer(2)));
        let about = format!("C{soon}");
        world.add("activity", &[("subject", "called"), ("customer", &about), ("owner", "mei"), ("done", &day(0))]);
        assert!(part(world).is_none(), "she called");
    }

    fn what_keeps_a_customer_is_said(world) {
        company(world);
        pool(world, &[]);
        rule(world, &[("days", "30"), ("planned_within", "7")]);
        let dealing = known(world, "Dealing", 90);
        world.add("deal", &[("name", "Meters"), ("customer", &format!("C{dealing}"))]);
        let planned = known(world, "Planned", 90);
        world.add("activity", &[("subject", "visit"), ("customer", &format!("C{planned}")), ("due", &day(7))]);
        let far = known(world, "Far", 90);
        world.add("activity", &[("subject", "visit"), ("customer", &format!("C{far}")), ("due", &day(8))]);
        let protected = known(world, "Protected", 90);
        world.edit("customer", protected, &[("protected_until", &day(0))]);
        let done = world.crm.run_pools(true).expect("runs");
        assert_eq!((done.taken, done.kept), (1, 2));
        let why = |id: i64| {
            let row = done.grid.rows.iter().find(|row| row.id == id).map(|row| row.cells[9].clone());
            row.and_then(|cell| cell.as_text().map(str::to_owned))
        };
        assert_eq!((why(dealing), why(planned)), (Some("open-deal".into()), Some("planned".into())));
        assert_eq!(owner(world, far), "");
        assert_eq!(owner(world, protected), "陆雅梅", "today still counts");
        world.edit("pool_rule", 1, &[("open_deals", "no")]);
        assert_eq!(run(&mut world.crm).0, [dealing]);
        assert_eq!(run(&mut later(world, "lin", 1)).0, [protected]);
    }

    fn deals_and_protection_count_too(world) {
        company(world);
        pool(world, &[]);
        world.add("pool_rule", &[("name", "No deal"), ("pool", "PO1"), ("trigger", "no-deal"), ("days", "60")]);
        world.add("pool_rule", &[("name", "Protection"), ("pool", "PO1"), ("trigger", "protection-end")]);
        let never = known(world, "Never", 60);
        let bought = known(world, "Bought", 400);
        world.add("deal", &[("name", "Pipes"), ("customer", "C1")]);
        world.add("deal", &[
            ("name", "Meters"), ("customer", &format!("C{bought}")), ("stage", "Won"),
            ("started", &day(-100)), ("closed", &day(-59)),
        ]);
        let protected = known(world, "Protected", 5);
        world.edit("customer", protected, &[("protected_until", &day(0))]);
        assert_eq!(run(&mut world.crm), (vec![], vec![never, bought, protected]));
        assert_eq!(run(&mut later(world, "lin", 1)).0, [never, bought, protected]);
    }

    fn a_rule_that_counts_no_days_is_refused(world) {
        pool(world, &[]);
        for days in ["0", "-5"] {
            let refused = world
                .try_add("pool_rule", &[("name", "Now"), ("pool", "PO1"), ("trigger", "no-deal"), ("days", days)])
                .expect_err(days);
            assert_eq!((refused.cause, refused.field.as_deref()), (Cause::BadValue, Some("days")));
            assert!(said(&refused).contains("--trigger no-deal --days 30"), "{}", said(&refused));
        }
        let refused = world.try_add("pool_rule", &[("name", "Now"), ("pool", "PO1"), ("trigger", "no-follow-up")]);
        assert_eq!(refused.expect_err("no days").field.as_deref(), Some("days"));
        let refused = world.try_add("pool_rule", &[
            ("name", "Odd"), ("pool", "PO1"), ("trigger", "no-deal"), ("days", "9"), ("warn", "soon"),
        ]);
        assert_eq!(refused.expect_err("no number").field.as_deref(), Some("warn"));
        waiting(world, "两江仪表厂");
        let kept = world.crm.remove("pool", 1).expect_err("customers wait in it");
        assert_eq!(kept.cause, Cause::Refused);
    }

    fn a_rule_speaks_of_its_pool_branch_level_and_product(world) {
        company(world);
        pool(world, &[("branch", "Hamburg")]);
        world.add("pool", &[("name", "Other")]);
        world.add("product", &[("name", "Meter")]);
        rule(world, &[("days", "30"), ("level", "B"), ("product", "Meter"), ("open_deals", "no")]);
        let mut customers = Vec::new();
        for (name, branch, level, pool, product) in [
            ("fits", "Hamburg", "B", "", "Meter"), ("its own", "", "B", "PO1", "Meter"), ("elsewhere", "", "B", "", "Meter"),
            ("other pool", "Hamburg", "B", "PO2", "Meter"), ("level", "Hamburg", "A", "", "Meter"), ("product", "Hamburg", "B", "", ""),
        ] {
            let id = world.add("customer", &[
                ("name", name), ("owner", "mei"), ("since", &day(-40)), ("branch", branch), ("level", level), ("pool", pool),
            ]);
            world.add("deal", &[("name", name), ("customer", &format!("C{id}")), ("product", product)]);
            customers.push(id);
        }
        assert_eq!(run(&mut world.crm).0, customers[..2]);
    }

    fn a_new_owner_begins_anew(world) {
        company(world);
        pool(world, &[]);
        rule(world, &[("days", "30")]);
        let customer = known(world, "Handed", 90);
        let to = kehu::customers::Assignment { customers: vec![customer], to: 3, activities: true };
        world.crm.assign(&to).expect("assigns");
        assert_eq!(run(&mut world.crm), (vec![], vec![]), "he has had it for a day");
        assert!(!run(&mut later(world, "lin", 29)).0.contains(&customer));
        assert!(run(&mut later(world, "lin", 30)).0.contains(&customer));
    }

    fn the_report_counts_what_the_log_says(world) {
        company(world);
        pool(world, &[]);
        rule(world, &[("days", "30")]);
        let (one, two) = (waiting(world, "One"), waiting(world, "Two"));
        let mut mei = world.as_user("mei");
        claim(&mut mei, one).expect("claims");
        claim(&mut mei, two).expect("claims");
        release(&mut mei, two).expect("releases");
        known(world, "Silent", 50);
        run(&mut world.crm);
        let report = kehu::catalog::report("pool").expect("a report");
        let parts = (report.run)(&mut world.crm, &Values::new()).expect("answers");
        let numbers = |part: usize| parts[part].grid.rows[0].cells[1..].iter().filter_map(Value::as_integer).collect::<Vec<_>>();
        assert_eq!(numbers(0), [2, 1, 0, 2, 0, 1, 1, 0], "waiting, taken, put in, claimed, assigned, released, recovered, warned");
        assert_eq!(numbers(1), [0, 2, 0, 1, 1, 0]);
    }

    /// A plan for the year after next is no sign that anybody looks after them until then.
    fn a_plan_beyond_the_days_of_the_rule_keeps_nobody(world) {
        company(world);
        pool(world, &[]);
        rule(world, &[("days", "120")]);
        let [near, far] = [120, 900].map(|ahead| {
            let id = known(world, "Planned", 400);
            world.add("activity", &[("subject", "visit"), ("customer", &format!("C{id}")), ("due", &day(ahead))]);
            id
        });
        assert_eq!(run(&mut world.crm).0, [far]);
        assert_eq!(owner(world, near), "陆雅梅");
    }

    /// Random customers, under random rules: whoever is protected, planned with or has an open deal stays, whoever is
    /// taken was silent for as long as a rule says, and one undo takes all of it back.
    fn a_rule_never_takes_whom_something_keeps(world) {
        company(world);
        pool(world, &[]);
        rule(world, &[("days", "30")]);
        let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
        let one = (0..80_i64, proptest::option::of(0..80_i64), proptest::option::of(-20..40_i64), any::<bool>(), proptest::option::of(-9..9_i64));
        let strategy = (prop::collection::vec(one, 1..7), 1..60_i64, any::<bool>(), proptest::option::of(0..30_i64));
        let world = std::cell::RefCell::new(world);
        runner
            .run(&strategy, |(customers, days, open_deals, within)| {
                let world = &mut **world.borrow_mut();
                let within_text = within.map(|days| days.to_string()).unwrap_or_default();
                world.edit("pool_rule", 1, &[
                    ("days", &days.to_string()), ("open_deals", if open_deals { "yes" } else { "no" }), ("planned_within", &within_text),
                ]);
                let mut expected = Vec::new();
                for (since, done, due, open, protected) in customers {
                    let id = known(world, "Somebody", since);
                    let about = format!("C{id}");
                    if let Some(done) = done {
                        world.add("activity", &[("subject", "called"), ("customer", &about), ("done", &day(-done))]);
                    }
                    if let Some(due) = due {
                        world.add("activity", &[("subject", "visit"), ("customer", &about), ("due", &day(due))]);
                    }
                    if open {
                        world.add("deal", &[("name", "Meters"), ("customer", &about)]);
                    }
                    if let Some(until) = protected.filter(|until| *until >= 0) {
                        world.edit("customer", id, &[("protected_until", &day(until))]);
                    }
                    let silent = done.map_or(since, |done| done.min(since));
                    let kept = due.is_some_and(|due| due >= 0 && due <= within.unwrap_or(days))
                        || open && open_deals
                        || protected.is_some_and(|until| until >= 0);
                    if silent >= days && !kept {
                        expected.push(id);
                    }
                }
                let before = world.dump();
                let (mut taken, _) = run(&mut world.crm);
                for id in &taken {
                    prop_assert_eq!(owner(world, *id), "");
                }
                // Those of earlier rounds come and go with the rule; of this one's all are known.
                let first = expected.first().copied().unwrap_or(i64::MAX);
                taken.retain(|id| *id >= first);
                prop_assert_eq!(&taken, &expected);
                if world.dump() != before {
                    world.crm.undo(None, false).expect("undoes");
                }
                prop_assert_eq!(world.dump(), before);
                // Nobody of this round is left to be taken in the next.
                world.outside("UPDATE customers SET owner = 1, since = '2026-03-31', pool = NULL WHERE name = 'Somebody'");
                world.outside("DELETE FROM activities WHERE done IS NOT NULL");
                Ok(())
            })
            .expect("holds in every world");
    }
}

#[test]
fn the_command_line_says_who_waits_and_who_goes() {
    let desk = crate::world::Desk::new();
    for line in [
        "pool add \"Open to all\" --claims-a-day 1",
        "pool_rule add \"Silent days\" --pool PO1 --trigger no-follow-up --days 10 --warn none",
        "customer add \"Beta Works\" --pool PO1",
        "customer add \"Gamma Works\" --pool PO1",
        "customer add \"Delta Works\" --owner mei --since 2026-01-01",
    ] {
        desk.say(line).done();
    }
    assert!(desk.say("pool customers").done().contains("Beta Works"));
    let tried = desk.say("pool run --dry-run -f json").json();
    let names: Vec<&str> =
        tried["items"].as_array().expect("rows").iter().filter_map(|row| row["name"].as_str()).collect();
    assert!(names.contains(&"Delta Works"), "{tried}");
    assert!(desk.say("customer list in_pool=yes --count").done() == "2\n", "a dry run takes nobody");
    desk.say("pool run -q").done();
    assert!(desk.say("customer list in_pool=yes -f csv -c name").done().contains("Delta Works"));
    assert_eq!(desk.say("pool run -q").done(), "");
    desk.say("customer claim C5").done();
    let limit = finished(&mut desk.command(words("customer claim C6")));
    assert_eq!(limit.code, 5, "{}", limit.err);
    assert!(limit.err.contains("hint: kehu pool_move list"), "{}", limit.err);
    assert_eq!(desk.say("customer release C5").code, 2, "a reason is wanted");
    let zero = desk.say("pool_rule add Now --pool PO1 --trigger no-deal --days 0");
    assert_eq!(zero.code, 2, "{}", zero.err);
    assert!(desk.say("report pool").done().contains("Open to all"));
    desk.say("undo").done();
    desk.say("undo").done();
    assert_eq!(desk.say("customer list in_pool=yes --count").done(), "2\n");
}
