//! Who is responsible: assigning, sharing and handing over, on both databases.

use crate::{
    storage::on_both,
    world::{World, people, settings},
};
use jiff::ToSpan;
use kehu::{
    Crm,
    clock::Clock,
    customers::{Access, Assignment, Handover},
    record::{
        Id,
        filter::{self, Filter},
    },
};

/// The small company, with plans and deeds of Lin's, of whom Mei and Lukas are colleagues.
fn company(world: &mut World) {
    people(world);
    world.edit("customer", 4, &[("owner", "lin")]);
    for (subject, customer, owner, due) in
        [("call them", "C1", "lin", "+3d"), ("visit them", "C4", "lin", "+4d"), ("send flowers", "C1", "lukas", "+5d")]
    {
        world.add(
            "activity",
            &[("subject", subject), ("kind", "task"), ("customer", customer), ("owner", owner), ("due", due)],
        );
    }
    world.add("activity", &[("subject", "called them"), ("kind", "call"), ("customer", "C1"), ("owner", "lin")]);
    world.add("activity", &[("subject", "buy stamps"), ("kind", "task"), ("owner", "lin"), ("due", "+1d")]);
}

fn owners(world: &mut World, kind: &str) -> Vec<String> {
    let count = i64::try_from(world.names(kind, "").len()).expect("few");
    (1..=count).map(|id| world.text(kind, id, "owner")).collect()
}

fn give(customers: &[i64], to: i64) -> Assignment {
    Assignment { customers: customers.to_vec(), to, activities: true }
}

fn hand_over(from: i64, to: i64) -> Handover {
    Handover { from, to, customers: Filter::All, keep_reading: true }
}

/// The handle of Lin so many days later.
fn later(world: &World, days: i64) -> Crm {
    let settings = settings();
    let now = settings.clock.now().checked_add((days * 24).hours()).expect("a time");
    let clock = Clock::fixed(now, settings.clock.zone().clone());
    let mut crm = Crm::open(&world.url, &kehu::Settings { clock, ..settings }).expect("opens");
    crm.sign_in("lin").expect("is known");
    crm
}

on_both! {
    /// Open deals, leads and rules go along; what is won stays whose it was, and what was forecast stays as it was.
    fn a_handover_finds_deals_and_leads(world) {
        people(world);
        for name in ["Sensors", "Meters"] {
            world.add("deal", &[("name", name), ("customer", "C2"), ("owner", "lukas"), ("amount", "5k"), ("close", "2026-05-01")]);
        }
        crate::deals::run(world, "win", 2, &[]).expect("is won");
        world.add("lead", &[("name", "Anna Berg"), ("owner", "lukas")]);
        world.add("lead", &[("name", "Bo Lind"), ("owner", "lukas"), ("status", "disqualified"), ("disqualified_because", "no budget")]);
        world.add("lead_rule", &[("condition", "source=web"), ("user", "lukas")]);
        world.crm.keep_forecast().expect("keeps the forecast");
        let forecast = owners(world, "forecast_snapshot");
        assert!(forecast.contains(&"Lukas Brandt".to_owned()), "{forecast:?}");
        let duties = world.crm.duties(3, &Filter::All).expect("lists");
        let found: Vec<(&str, usize)> = duties.iter().map(|duty| (duty.schema.kind, duty.ids.len())).collect();
        assert_eq!(found, [("customer", 1), ("lead", 1), ("deal", 1), ("lead_rule", 1)]);
        world.crm.hand_over(&hand_over(3, 2)).expect("hands over");
        assert_eq!(owners(world, "deal"), ["陆雅梅", "Lukas Brandt"]);
        assert_eq!(owners(world, "lead"), ["陆雅梅", "Lukas Brandt"]);
        assert_eq!(world.text("lead_rule", 1, "user"), "陆雅梅");
        assert_eq!(owners(world, "forecast_snapshot"), forecast);
        assert!(world.crm.duties(3, &Filter::All).expect("lists").is_empty());
        assert!(world.crm.doctor().expect("examines").healthy);
    }

    /// What is done stays whose it was, and what a third colleague planned is theirs.
    fn assigning_takes_the_plans_along(world) {
        company(world);
        let before = world.dump();
        let done = world.crm.assign(&give(&[1, 3, 4], 2)).expect("assigns");
        assert_eq!((done.customers.len(), done.already, done.activities), (2, 1, 2));
        assert_eq!(done.from, [("lin".to_owned(), 2)]);
        assert_eq!(owners(world, "customer"), ["陆雅梅", "Lukas Brandt", "陆雅梅", "陆雅梅"]);
        assert_eq!(owners(world, "activity"), ["陆雅梅", "陆雅梅", "Lukas Brandt", "lin", "lin"]);
        let history = world.crm.history("customer", 1).expect("a history");
        let last = history.last().expect("a change");
        assert_eq!((last.field.as_str(), last.label.as_str()), ("owner", "Assign C1, C4 to 陆雅梅"));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before, "one step of undo");
        let alone = world.crm.assign(&Assignment { activities: false, ..give(&[1], 2) }).expect("assigns");
        assert_eq!(alone.activities, 0);
        assert_eq!(world.text("activity", 1, "owner"), "lin");
    }

    fn nothing_is_given_to_who_left_nor_what_was_removed(world) {
        company(world);
        assert_eq!(world.crm.assign(&give(&[1], 4)).expect_err("Chen left").exit_code(), 5);
        world.crm.remove("customer", 4).expect("removes");
        let before = world.dump();
        assert_eq!(world.crm.assign(&give(&[1, 4], 2)).expect_err("in the bin").exit_code(), 5);
        assert_eq!(world.crm.assign(&give(&[1], 99)).expect_err("nobody").exit_code(), 3);
        assert_eq!(world.crm.hand_over(&hand_over(1, 4)).expect_err("Chen left").exit_code(), 5);
        assert_eq!(world.crm.hand_over(&hand_over(1, 1)).expect_err("the same").exit_code(), 5);
        assert_eq!(world.dump(), before);
    }

    fn the_credit_is_whose_it_was_at_the_time(world) {
        company(world);
        let noon = settings().clock.now();
        later(world, 10).assign(&give(&[1], 2)).expect("assigns");
        later(world, 20).assign(&give(&[1], 3)).expect("assigns");
        for (days, owner) in [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3), (300, 3)] {
            let instant = noon.checked_add((days * 24).hours()).expect("a time");
            let found = world.crm.owner_at(Id::new(1), instant).expect("reads");
            assert_eq!(found, Some(Id::new(owner)), "after {days} days");
        }
        assert!(world.crm.owner_at(Id::new(99), noon).is_err());
    }

    fn a_share_ends_by_the_clock(world) {
        company(world);
        let until = settings().clock.today().checked_add(7.days()).expect("a day");
        world.crm.share(1, 2, Access::Read, Some(until)).expect("shares");
        assert_eq!(world.names("customer", "shared=mei"), ["招商银行深圳分行"]);
        assert_eq!(world.names("customer", "shared: owner=lin"), ["苏州精密机械有限公司"]);
        assert_eq!(world.text("customer", 1, "shared"), "陆雅梅");
        let shared = |crm: &mut Crm| crm.count_where("customer", "shared=mei").expect("counts");
        assert_eq!(shared(&mut later(world, 7)), 1, "on its last day");
        assert_eq!(shared(&mut later(world, 8)), 0, "it has expired");
        assert_eq!(later(world, 8).count_where("share", "state=expired").expect("counts"), 1);
        world.crm.share(1, 2, Access::Write, None).expect("shares again");
        assert_eq!(world.names("share", "").len(), 1, "twice is once");
        assert_eq!((world.text("share", 1, "access"), world.text("share", 1, "until")), ("write".into(), String::new()));
        assert_eq!(shared(&mut later(world, 800)), 1);
        world.crm.unshare(1, 2).expect("takes back");
        assert_eq!(shared(&mut world.crm), 0);
        assert_eq!(world.crm.unshare(1, 2).expect_err("is not shared").exit_code(), 3);
    }

    fn a_share_goes_to_a_colleague_who_has_not_the_customer_anyhow(world) {
        company(world);
        let yesterday = settings().clock.today().yesterday().expect("a day");
        for (user, until, code) in [(1, None, 5), (4, None, 5), (99, None, 3), (2, Some(yesterday), 5)] {
            let error = world.crm.share(1, user, Access::Read, until).expect_err("is refused");
            assert_eq!(error.exit_code(), code, "{error}");
        }
        world.add("share", &[("customer", "C1"), ("user", "mei")]);
        let again = world.try_add("share", &[("customer", "C1"), ("user", "mei")]).expect_err("once");
        assert_eq!(again.exit_code(), 4, "{again}");
        world.crm.assign(&give(&[1], 2)).expect("assigns");
        assert_eq!(world.names("share", "").len(), 0, "the owner needs none");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.names("customer", "shared=mei"), ["招商银行深圳分行"]);
    }

    /// Everything open goes, in one step that can be taken back; what is done keeps its owner.
    fn who_leaves_hands_everything_over(world) {
        company(world);
        world.edit("contact", 2, &[("owner", "lin")]);
        world.add("share", &[("customer", "C2"), ("user", "lin")]);
        world.add("share", &[("customer", "C3"), ("user", "lin"), ("access", "write")]);
        world.add("share", &[("customer", "C3"), ("user", "lukas")]);
        world.add("share", &[("customer", "C1"), ("user", "lukas")]);
        let before = world.dump();
        let duties = world.crm.duties(1, &Filter::All).expect("lists");
        let counts: Vec<(&str, usize)> = duties.iter().map(|duty| (duty.schema.kind, duty.ids.len())).collect();
        assert_eq!(counts, [("customer", 2), ("contact", 1), ("activity", 3), ("share", 2), ("user", 2)]);
        world.crm.hand_over(&hand_over(1, 3)).expect("hands over");
        assert_eq!(world.names("customer", "owner=lin").len(), 0);
        assert_eq!(world.names("activity", "owner=lin"), ["called them"], "the credit stays");
        assert_eq!(world.names("customer", "shared=lin"), ["招商银行深圳分行", "苏州精密机械有限公司"], "to read");
        assert_eq!(world.names("customer", "shared=lukas"), ["Acme Robotics"], "what is his needs no share");
        assert_eq!(world.text("share", 3, "access"), "write", "the wider right holds");
        assert_eq!(world.text("user", 2, "manager"), "Lukas Brandt");
        assert_eq!(world.text("user", 3, "manager"), "", "nobody reports to themselves");
        assert!(world.crm.duties(1, &Filter::All).expect("lists").is_empty(), "what may still be read is no duty");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
    }

    fn several_successors_share_what_is_left(world) {
        company(world);
        let some = filter::parse("city=苏州").expect("a filter");
        let handover = Handover { customers: some, keep_reading: false, ..hand_over(1, 2) };
        let moved = world.crm.hand_over(&handover).expect("hands over");
        let counts: Vec<(&str, usize)> = moved.iter().map(|duty| (duty.schema.kind, duty.ids.len())).collect();
        assert_eq!(counts, [("customer", 1), ("activity", 1)], "colleagues and stamps belong to no customer");
        world.crm.hand_over(&Handover { keep_reading: false, ..hand_over(1, 3) }).expect("the rest");
        assert_eq!(owners(world, "customer"), ["Lukas Brandt", "Lukas Brandt", "陆雅梅", "陆雅梅"]);
        assert!(world.crm.duties(1, &Filter::All).expect("lists").is_empty());
        let wrong = filter::parse("colour=red").expect("a filter");
        assert_eq!(world.crm.duties(3, &wrong).expect_err("no such field").exit_code(), 2);
    }
}
