//! What a merge promises: it keeps everything, leads dead refs to the winner, and is undone as if it never was.

use crate::{
    deals::run,
    storage::on_both,
    world::{Desk, World, people},
};
use jiff::civil::date;
use kehu::{
    Cause, Error, Result,
    crm::{Query, Sort},
    customers::{
        duplicates::Watch,
        merge::{Merge, Merged},
        timeline::Wanted,
    },
    record::{Value, filter},
    views::CustomField,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::time::Instant;

fn try_merge(world: &mut World, kind: &str, winner: i64, losers: &[i64]) -> Result<Merged> {
    world.crm.merge(&Merge { kind: kind.into(), winner, losers: losers.to_vec(), prefer: Vec::new() })
}

fn merge(world: &mut World, kind: &str, winner: i64, losers: &[i64]) -> Merged {
    try_merge(world, kind, winner, losers).expect("merges")
}

fn refusal(world: &mut World, kind: &str, winner: i64, losers: &[i64]) -> Error {
    try_merge(world, kind, winner, losers).expect_err("is refused")
}

fn add_anyway(world: &mut World, kind: &str, pairs: &[(&str, &str)]) -> i64 {
    let values = world.values(kind, pairs).expect("reads");
    world.crm.add_where(kind, &values, true).expect("adds")
}

on_both! {
    /// What the winner lacks is filled, lists are united, long texts joined, and what differs is kept as a note.
    fn a_merge_keeps_every_value(world) {
        let field = CustomField { record_kind: "customer".into(), name: "fleet".into(), value_kind: "integer".into(), ..CustomField::default() };
        field.define(&mut world.crm).expect("is there");
        let one = add_anyway(world, "customer", &[
            ("name", "Acme Robotics"), ("email", "hello@acme.example"), ("phone", "0755-88882345"), ("city", "深圳"), ("address", "科技路 1"),
            ("industry", "robots"), ("lifecycle", "lapsed"), ("since", "2025-03-01"), ("tags", "vip,fair"), ("notes", "Likes tea"),
            ("external_ids", "odoo:1"), ("fleet", "3"),
        ]);
        let other = add_anyway(world, "customer", &[
            ("name", "ACME Robotics Ltd."), ("email", "office@acme.example"), ("phone", "0755-88882346"), ("mobile", "13912345678"),
            ("city", "广州"), ("address", "人民路 9"), ("postal_code", "510000"), ("industry", "machines"), ("lifecycle", "signed"), ("since", "2024-01-05"),
            ("tags", "VIP,new"), ("notes", "Pays late"), ("external_ids", "hubspot:7"), ("level", "A"), ("fleet", "5"),
        ]);
        let done = merge(world, "customer", one, &[other]);
        for (field, value) in [
            ("name", "Acme Robotics"), ("email", "hello@acme.example"), ("more_emails", "office@acme.example"), ("phone", "+8675588882345"),
            ("more_phones", "+8675588882346"), ("mobile", "+8613912345678"), ("city", "深圳"), ("address", "科技路 1"), ("postal_code", ""),
            ("industry", "robots"), ("lifecycle", "signed"), ("since", "2024-01-05"), ("tags", "vip, fair, new"), ("notes", "Likes tea\n\nPays late"),
            ("external_ids", "odoo:1, hubspot:7"), ("level", "A"), ("x_fleet", "3"),
        ] {
            assert_eq!(world.text("customer", one, field), value, "{field}");
        }
        assert_eq!(world.names("activity", ""), ["Merged from C2 ACME Robotics Ltd."]);
        let note = world.text("activity", 1, "notes");
        let kept: Vec<&str> = note.lines().collect();
        assert_eq!(kept, ["city: 广州", "address: 人民路 9", "postal_code: 510000", "name: ACME Robotics Ltd.", "industry: machines", "x_fleet: 5"]);
        assert_eq!(done.kept.len(), kept.len());
        assert_eq!(world.crm.operations(Some(1)).expect("reads")[0].label, "Merge C2 into C1 Acme Robotics");
    }

    /// A merge is no dealing with anybody: who was silent stays silent, and nobody's day grows longer by it.
    fn a_merge_is_no_contact(world) {
        people(world);
        world.edit("customer", 4, &[("owner", "lin"), ("level", "B"), ("industry", "machines")]);
        world.edit("customer", 1, &[("industry", "banking")]);
        let silent = |world: &mut World| {
            let parts = world.crm.agenda(1, date(2026, 3, 31), None).expect("a plan");
            let rows = parts.into_iter().flat_map(|(title, grid)| grid.rows.into_iter().map(move |row| (title, row.short)));
            rows.filter(|(title, _)| *title != "Occasions").collect::<Vec<_>>()
        };
        let before = silent(world);
        assert!(before.contains(&("Silent for too long", "C4".to_owned())), "{before:?}");
        merge(world, "customer", 4, &[3]);
        assert_eq!(silent(world), before);
        assert_eq!(world.names("activity", "").len(), 1, "what found no place is noted");
        assert_eq!(world.text("customer", 4, "last_touch"), "");
        for condition in ["done=today", "due=..today", "state=done", "state=planned,overdue,today,cancelled", "customer.last_touch=2020.."] {
            assert_eq!(world.names("activity", condition), Vec::<String>::new(), "{condition}");
        }
        let day = (kehu::catalog::REPORTS.iter().find(|report| report.name == "day").expect("a report").run)(&mut world.crm, &Vec::new());
        let done = day.expect("reports").into_iter().find(|part| part.title.to_string() == "Done").expect("a part");
        assert_eq!(done.grid.rows.len(), 0);
        let latest = kehu::catalog::REPORTS.iter().find(|report| report.name == "latest").expect("a report");
        let followed = (latest.run)(&mut world.crm, &vec![("what".to_owned(), Value::text("followed"))]).expect("reports");
        assert!(followed.iter().all(|part| part.grid.rows.is_empty()));
        let wanted = Wanted { kind: "customer".into(), id: 4, ..Wanted::default() };
        let told = world.crm.timeline(&wanted).expect("a timeline").entries;
        let merged = told.iter().find(|entry| entry.sort == "joined").expect("stands on the timeline");
        assert_eq!((merged.title.as_str(), merged.planned, merged.called_off), ("Merged from C3 Acme Robotics", false, false));
        let done = vec![("done".to_owned(), Value::text("2026-03-30T08:00:00Z"))];
        assert_eq!(world.crm.change("activity", 1, done, None).expect_err("is refused").cause, Cause::Refused);
    }

    /// Who signed and was silent for a year lapses, merged or not.
    fn a_merge_keeps_nobody_from_lapsing(world) {
        let kept = add_anyway(world, "customer", &[("name", "Acme"), ("since", "2024-01-05"), ("lifecycle", "signed"), ("signed_on", "2024-02-05"), ("industry", "robots")]);
        let other = add_anyway(world, "customer", &[("name", "Acme Ltd"), ("since", "2024-01-05"), ("industry", "machines")]);
        let review = |world: &mut World| world.crm.review(&filter::Filter::All).expect("reviews").rows.len();
        world.outside("UPDATE customers SET created_at = '2024-01-05T00:00:00Z'");
        world.crm.set_dry_run(true);
        let before = review(world);
        world.crm.set_dry_run(false);
        merge(world, "customer", kept, &[other]);
        assert_eq!((before, review(world)), (1, 1));
    }

    /// A street of one town in another is nowhere: an address comes whole, from one record.
    fn an_address_is_taken_whole(world) {
        let bare = world.add("customer", &[("name", "Acme"), ("city", "Bonn")]);
        let whole = add_anyway(world, "customer", &[("name", "Acme"), ("city", "Bonn"), ("address", "Ring 1"), ("postal_code", "53111")]);
        let elsewhere = add_anyway(world, "customer", &[("name", "Acme"), ("city", "Ulm"), ("address", "Gasse 2"), ("country", "Germany")]);
        merge(world, "customer", bare, &[whole, elsewhere]);
        let address = |world: &mut World| ["country", "city", "address", "postal_code"].map(|field| world.text("customer", bare, field));
        assert_eq!(address(world), ["", "Bonn", "Ring 1", "53111"]);
        world.crm.undo(None, false).expect("undoes");
        let prefer = vec![("city".to_owned(), elsewhere)];
        world.crm.merge(&Merge { kind: "customer".into(), winner: bare, losers: vec![whole, elsewhere], prefer }).expect("merges");
        assert_eq!(address(world), ["Germany", "Ulm", "Gasse 2", ""]);
        assert_eq!(world.text("activity", 2, "notes"), "city: Bonn\naddress: Ring 1\npostal_code: 53111");
    }

    /// Everything that pointed to the loser points to the winner, and one contact is asked for first.
    fn everything_moves_to_the_winner(world) {
        people(world);
        add_anyway(world, "contact", &[("name", "赵敏"), ("customer", "C4")]);
        world.add("activity", &[("subject", "Called"), ("customer", "C4"), ("contact", "P4")]);
        let gone = world.add("activity", &[("subject", "Written"), ("customer", "C4")]);
        world.crm.remove("activity", gone).expect("removes");
        world.edit("customer", 2, &[("parent", "C4"), ("referrer", "C4")]);
        let done = merge(world, "customer", 1, &[4]);
        assert_eq!(world.names("contact", "customer=C1"), ["王晓明", "王晓明", "赵敏"]);
        assert_eq!(world.names("contact", "customer=C1 primary=yes").len(), 1);
        assert_eq!(world.text("contact", 1, "primary"), "yes");
        assert_eq!(world.names("activity", "customer=C1 Called"), ["Called"]);
        assert_eq!(world.value("activity", gone, "customer").as_integer(), Some(1));
        assert_eq!((world.text("customer", 2, "parent"), world.text("customer", 2, "referrer")), ("招商银行深圳分行".into(), "招商银行深圳分行".into()));
        let moved: Vec<(&str, &str, u64)> = done.moved.iter().map(|moved| (moved.kind, &*moved.field, moved.count)).collect();
        assert_eq!(moved, [("customer", "referrer", 1), ("customer", "parent", 1), ("contact", "customer", 2), ("activity", "customer", 1)]);
        assert_eq!(world.names("customer", ""), ["招商银行深圳分行", "Nordic Instruments GmbH", "Acme Robotics"]);
        world.edit("activity", 1, &[("outcome", "fine")]);
    }

    /// A merge makes nobody their own parent, directly or in a circle.
    fn no_circle_comes_of_a_merge(world) {
        let [top, middle, low, other] = ["Top", "Middle", "Low", "Other"].map(|name| world.customer(name));
        world.edit("customer", middle, &[("parent", "C1")]);
        world.edit("customer", low, &[("parent", "C2")]);
        world.edit("customer", top, &[("referrer", "C4")]);
        merge(world, "customer", low, &[top, other]);
        assert_eq!(world.text("customer", low, "parent"), "Middle");
        assert_eq!(world.text("customer", middle, "parent"), "");
        assert_eq!(world.text("customer", low, "referrer"), "");
        assert!(world.text("activity", 1, "notes").contains("parent of C2 Middle: C1"));
        world.crm.undo(None, false).expect("undoes");
        merge(world, "customer", middle, &[top]);
        assert_eq!(world.text("customer", middle, "parent"), "");
        assert_eq!(world.text("customer", low, "parent"), "Middle");
    }

    /// The dead ref, its uid, its numbers elsewhere and links to it reach the winner, and it is said.
    fn a_dead_ref_leads_to_the_winner(world) {
        let winner = world.customer("Acme Robotics");
        let loser = add_anyway(world, "customer", &[("name", "Acme"), ("external_ids", "hubspot:7"), ("email", "hi@acme.example")]);
        let last = add_anyway(world, "customer", &[("name", "Acme Inc")]);
        let uid = world.text("customer", loser, "uid");
        merge(world, "customer", loser, &[last]);
        merge(world, "customer", winner, &[loser]);
        world.crm.notices();
        for reference in ["C2", "c3", "2", "3", &uid, "ext:hubspot:7", "hi@acme.example"] {
            assert_eq!(world.crm.find("customer", reference).expect(reference), winner, "{reference}");
        }
        assert_eq!(world.crm.find_any("C3").expect("finds"), ("customer", winner));
        let told: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["C2 was merged into C1 Acme Robotics.", "C3 was merged into C1 Acme Robotics."]);
        let contact = world.add("contact", &[("name", "Zoe Acker"), ("customer", "C2")]);
        assert_eq!(world.value("contact", contact, "customer").as_integer(), Some(winner));
        assert_eq!(world.names("contact", "customer=C3"), ["Zoe Acker"]);
        assert_eq!(world.crm.find_itself("customer", "C3").expect("is itself"), last);
    }

    /// What was merged cannot be brought back alone, changed, removed or merged again; purging the winner takes it along.
    fn the_merged_rest_in_the_winner(world) {
        let winner = world.customer("Acme Robotics");
        let loser = add_anyway(world, "customer", &[("name", "Acme")]);
        merge(world, "customer", winner, &[loser]);
        let operation = world.crm.operations(Some(1)).expect("reads")[0].id;
        let error = world.crm.restore("customer", loser).expect_err("is refused");
        assert_eq!((error.cause, error.hint.expect("a hint").to_string()), (Cause::Refused, format!("kehu undo {operation}")));
        let error = world.crm.purge("customer", loser).expect_err("is refused");
        assert_eq!((error.cause, error.hint.expect("a hint").to_string()), (Cause::Refused, format!("kehu undo {operation}")));
        assert_eq!(world.crm.find("customer", "C2").expect("leads there still"), winner);
        for error in [
            world.crm.remove("customer", loser).map(drop).expect_err("is refused"),
            world.try_edit("customer", loser, &[("city", "Bonn")]).map(drop).expect_err("is refused"),
            refusal(world, "customer", winner, &[loser]),
            refusal(world, "customer", loser, &[winner]),
        ] {
            assert_eq!((error.cause, error.to_string()), (Cause::Refused, "C2 was merged into C1 Acme Robotics.".into()));
        }
        world.crm.remove("customer", winner).expect("removes");
        let back = world.crm.restore("customer", winner).expect("restores");
        assert_eq!(back, [("customer", winner), ("activity", 1)]);
        world.crm.remove("customer", winner).expect("removes");
        world.crm.purge("customer", winner).expect("purges");
        assert_eq!(world.crm.record("customer", loser).expect_err("is gone").cause, Cause::NotFound);
    }

    /// One sentence for what cannot be merged, and nothing half done.
    fn what_cannot_be_merged_is_refused(world) {
        people(world);
        world.crm.remove("customer", 3).expect("removes");
        let before = world.dump();
        for (kind, winner, losers, cause, words) in [
            ("customer", 1, vec![1], Cause::Refused, "C1 cannot be merged with itself."),
            ("customer", 1, vec![2, 2], Cause::Refused, "C2 cannot be merged with itself."),
            ("customer", 1, vec![], Cause::BadValue, "It takes two records to merge: the one that stays, then those that go."),
            ("customer", 1, vec![99], Cause::NotFound, "There is no customer C99."),
            ("customer", 1, vec![2, 3], Cause::Refused, "C3 is in the recycle bin."),
            ("customer", 3, vec![1], Cause::Refused, "C3 is in the recycle bin."),
            ("user", 1, vec![2], Cause::BadValue, "Records of the kind user are not merged."),
        ] {
            let error = refusal(world, kind, winner, &losers);
            assert_eq!((error.cause, error.to_string().as_str()), (cause, words));
        }
        for (field, from) in [("tags", 2), ("uid", 2), ("name", 4), ("nonsense", 2)] {
            let prefer = vec![(field.to_owned(), from)];
            let error = world.crm.merge(&Merge { kind: "customer".into(), winner: 1, losers: vec![2], prefer }).expect_err(field);
            assert_eq!(error.cause, Cause::BadValue, "{field}");
        }
        assert_eq!(world.dump(), before);
    }

    /// Two people at two customers become one, and what was done with each stays with its customer.
    fn contacts_are_merged_too(world) {
        people(world);
        world.add("activity", &[("subject", "Called"), ("contact", "P4")]);
        merge(world, "contact", 1, &[4]);
        assert_eq!(world.text("contact", 1, "more_phones"), "+8618600001111");
        assert_eq!(world.text("activity", 1, "contact"), "王晓明");
        assert_eq!(world.value("activity", 1, "customer").as_integer(), Some(4));
        world.edit("activity", 1, &[("outcome", "fine")]);
        assert_eq!(world.text("activity", 2, "notes"), "customer: 苏州精密机械有限公司");
        assert_eq!(world.names("contact", "customer=C4"), Vec::<String>::new());
    }

    /// What happened to a customer and their deals happened to the one that they are now.
    fn a_merge_keeps_all_history(world) {
        people(world);
        world.add("pool", &[("name", "Open to all")]);
        world.edit("customer", 2, &[("pool", "PO1"), ("owner", "")]);
        world.edit("customer", 2, &[("owner", "mei")]);
        let deal = world.add("deal", &[("name", "Vault sensors"), ("customer", "C2"), ("amount", "12万"), ("started", "2026-01-05")]);
        run(world, "move", deal, &[]).expect("moves");
        run(world, "win", deal, &[("on", "2026-03-20")]).expect("is won");
        let before = (world.dump(), told(world));
        merge(world, "customer", 1, &[2]);
        assert_eq!((told(world), before.1), ([3, 2], [3, 2]));
        assert_eq!(world.crm.count_where("stage_move", "customer=C1 deal=D1").expect("counts"), 3);
        assert_eq!(world.crm.count_where("pool_move", "customer=C1").expect("counts"), 2);
        assert!(world.crm.doctor().expect("examines").healthy);
        assert!(!world.text("activity", 1, "notes").contains("stage_move"));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before.0);
    }

    /// Several at once take as long as several one after the other.
    fn many_are_merged_at_once(world) {
        world.crm.set_watch(Watch::Off);
        let make = |world: &mut World, count: usize| {
            world.crm.transaction("Make", |crm| {
                (0..count).map(|number| {
                    let name = vec![("name".to_owned(), Value::Text(format!("Acme {number}"))), ("tags".to_owned(), Value::List(vec![Value::Text(format!("t{number}"))]))];
                    let id = crm.add("customer", name)?;
                    for person in 0..3 {
                        let contact = vec![("name".to_owned(), Value::Text(format!("Zoe {person}"))), ("customer".to_owned(), kehu::record::Link::to(id))];
                        crm.add("contact", contact)?;
                    }
                    Ok(id)
                }).collect::<Result<Vec<i64>>>()
            }).expect("makes")
        };
        let mut timed = |count: usize| {
            let ids = make(world, count);
            let started = Instant::now();
            merge(world, "customer", ids[0], &ids[1..]);
            assert_eq!(world.value("customer", ids[0], "tags").items().len(), count);
            assert_eq!(world.value("customer", ids[0], "contact_count").as_integer(), Some(3 * i64::try_from(count).unwrap()));
            started.elapsed()
        };
        let (few, many) = (timed(10), timed(80));
        assert!(many < few * 40 + std::time::Duration::from_millis(500), "{few:?} for 10, {many:?} for 80");
    }
}

/// What may have happened before a merge.
type Act = fn(&mut World, i64, i64) -> Result<()>;

const ACTS: [Act; 20] = [
    |world, a, _| world.try_edit("customer", a, &[("tags", "vip,fair"), ("notes", "Likes tea")]).map(drop),
    |world, a, b| world.try_edit("customer", a, &[("parent", &format!("C{b}"))]).map(drop),
    |world, a, b| world.try_edit("customer", a, &[("referrer", &format!("C{b}"))]).map(drop),
    |world, a, b| world.crm.keep_apart("customer", &[a, b]),
    |world, a, _| world.try_edit("customer", a, &[("external_ids", &format!("odoo:{a},hubspot:{a}"))]).map(drop),
    |world, a, _| world.try_edit("customer", a, &[("x_fleet", "7"), ("annual_revenue", "EUR 5")]).map(drop),
    |world, a, _| world.try_add("contact", &[("name", "Zoe Acker"), ("customer", &format!("C{a}"))]).map(drop),
    |world, a, _| world.try_add("activity", &[("subject", "Call"), ("customer", &format!("C{a}"))]).map(drop),
    |world, a, b| world.try_edit("contact", a, &[("customer", &format!("C{b}")), ("primary", "yes")]).map(drop),
    |world, a, _| world.crm.remove("contact", a).map(drop),
    |world, a, _| world.crm.remove("customer", a).map(drop),
    |world, a, _| world.crm.restore("customer", a).map(drop),
    |world, a, b| try_merge(world, "customer", a, &[b]).map(drop),
    |world, a, b| try_merge(world, "contact", a, &[b]).map(drop),
    |world, a, _| world.try_add("deal", &[("name", "Vault sensors"), ("customer", &format!("C{a}"))]).map(drop),
    |world, a, _| run(world, "move", a, &[]),
    |world, a, _| run(world, "win", a, &[("on", "2026-03-20")]),
    |world, a, _| world.crm.remove("deal", a).map(drop),
    |world, a, _| world.try_edit("customer", a, &[("pool", "PO1"), ("owner", "")]).map(drop),
    |world, a, _| world.try_edit("customer", a, &[("owner", "mei")]).map(drop),
];

/// How many live steps of deals and of pools there are.
fn told(world: &mut World) -> [u64; 2] {
    ["stage_move", "pool_move"].map(|kind| world.crm.count_where(kind, "").expect("counts"))
}

/// After a merge nobody is asked for first twice, and nothing that lives points to what was merged.
fn sound(world: &mut World) {
    for kind in ["customer", "contact"] {
        let dead = "SELECT id FROM {}s WHERE merged_into IS NOT NULL AND deleted_at IS NULL".replace("{}", kind);
        assert!(world.crm.sql(&dead).expect("asks").rows.is_empty());
    }
    for sql in [
        "SELECT customer FROM contacts WHERE \"primary\" AND deleted_at IS NULL GROUP BY customer HAVING COUNT(*) > 1",
        "SELECT p.id FROM contacts p JOIN customers c ON c.id = p.customer WHERE c.merged_into IS NOT NULL",
        "SELECT a.id FROM activities a JOIN customers c ON c.id = a.customer WHERE c.merged_into IS NOT NULL",
        "SELECT a.id FROM activities a JOIN contacts p ON p.id = a.contact WHERE p.merged_into IS NOT NULL",
        "SELECT d.id FROM customers d JOIN customers c ON c.id = d.parent WHERE c.merged_into IS NOT NULL AND d.merged_into IS NULL",
        "SELECT d.id FROM customers d JOIN customers c ON c.id = d.merged_into WHERE c.merged_into IS NOT NULL",
        "SELECT m.id FROM stage_moves m JOIN deals d ON d.id = m.deal WHERE m.customer IS DISTINCT FROM d.customer",
        "SELECT m.id FROM pool_moves m JOIN customers c ON c.id = m.customer WHERE c.merged_into IS NOT NULL",
        "SELECT id FROM customers WHERE parent = id OR referrer = id OR merged_into = id",
    ] {
        assert_eq!(world.crm.sql(sql).expect("asks").rows.len(), 0, "{sql}");
    }
    let report = world.crm.doctor().expect("examines");
    assert!(report.healthy, "{:?}", report.issues);
}

/// Whatever happened before: a merge and its undo leave everything as it was.
fn histories(cases: u32, world: impl Fn() -> Option<World>) {
    let act = (0..ACTS.len(), 1..5_i64, 1..5_i64);
    let history = (proptest::collection::vec(act, 0..14), 1..5_i64, 1..5_i64);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let outcome = runner.run(&history, |(acts, winner, loser)| {
        let Some(mut world) = world() else { return Ok(()) };
        people(&mut world);
        let fleet = CustomField {
            record_kind: "customer".into(),
            name: "fleet".into(),
            value_kind: "integer".into(),
            ..CustomField::default()
        };
        fleet.define(&mut world.crm).expect("is there");
        world.add("pool", &[("name", "Open to all")]);
        for (place, a, b) in acts {
            // What is refused leaves no trace, and is as good a history.
            let _ = ACTS[place](&mut world, a, b);
        }
        sound(&mut world);
        let (before, steps) = (world.dump(), told(&mut world));
        for kind in ["customer", "contact"] {
            if try_merge(&mut world, kind, winner, &[loser]).is_err() {
                prop_assert_eq!(&world.dump(), &before);
                continue;
            }
            sound(&mut world);
            // Whoever had no owner may get one by it, which is a step of its own.
            let [moves, claims] = told(&mut world);
            prop_assert!(moves == steps[0] && claims >= steps[1], "{steps:?} became {moves} and {claims}");
            let after = world.dump();
            world.crm.undo(None, false).expect("undoes");
            prop_assert_eq!(&world.dump(), &before);
            world.crm.redo().expect("redoes");
            prop_assert_eq!(&world.dump(), &after);
            world.crm.undo(None, false).expect("undoes again");
            prop_assert_eq!(&world.dump(), &before);
        }
        Ok(())
    });
    outcome.expect("holds for every history");
}

#[test]
fn a_merge_that_is_undone_never_was_on_sqlite() {
    histories(60, || Some(World::on_sqlite()));
}

#[test]
fn a_merge_that_is_undone_never_was_on_postgres() {
    histories(6, World::on_postgres);
}

/// Through the program: a preview that writes nothing, a question, the notice, the export that is as it was.
#[test]
fn a_saleswoman_merges_and_undoes() {
    let desk = Desk::new();
    let before = desk.say("customer export -f csv").done();
    let tried = desk.say("customer merge C3 C2 --dry-run");
    assert_eq!(tried.code, 0, "{}", tried.err);
    assert!(tried.err.contains("kept in a note: Name of C2: Nordic Instruments GmbH"), "{}", tried.err);
    assert!(tried.err.contains("1 contact record moved (Customer)."), "{}", tried.err);
    let asked = desk.say("customer merge C3 C2");
    assert_eq!(asked.code, 2, "{}", asked.err);
    desk.say("customer merge C3 C2 --prefer name=C2 --take level,annual_revenue -y").done();
    let shown = desk.say("show C2 -f json");
    assert!(shown.err.contains("C2 was merged into C3 Nordic Instruments GmbH."), "{}", shown.err);
    assert_eq!(shown.json()["name"], "Nordic Instruments GmbH");
    desk.say("log call C2 \"asked for a quote\"").done();
    assert_eq!(desk.say("activity list customer=C3 kind=call --count").done().trim(), "1");
    desk.say("undo").done();
    desk.say("undo").done();
    assert_eq!(desk.say("customer export -f csv").done(), before);
    for (line, code) in [
        ("customer merge C1 C1 -y", 5),
        ("customer merge C1 P1 -y", 2),
        ("customer merge C1 Acme -y", 2),
        ("customer merge C1 C99 -y", 3),
        ("customer merge C1 -y", 2),
        ("customer merge C1 C2 --prefer name -y", 2),
        ("customer merge C1 C2 --take nonsense -y", 2),
        ("customer duplicates --merge", 2),
        ("customer duplicates --min-score 2", 2),
        ("customer distinct C1 C1", 2),
        ("customer duplicates nonsense=1", 2),
    ] {
        let output = desk.say(line);
        assert_eq!(output.code, code, "{line}: {}", output.err);
    }
}

/// Two tax numbers are two companies until somebody says which number is right.
#[test]
fn records_that_contradict_each_other_are_not_merged_unasked() {
    let desk = Desk::new();
    desk.say("customer edit C2 tax_id=DE136695976").done();
    desk.say("customer edit C3 tax_id=DE811569869").done();
    let doubt = "They differ in tax_id, so they are probably not the same: C3 DE811569869, C2 DE136695976.";
    let tried = desk.say("customer merge C3 C2 --dry-run");
    assert_eq!(tried.code, 0, "{}", tried.err);
    assert!(tried.err.contains(doubt), "{}", tried.err);
    let refused = desk.say("customer merge C3 C2 --yes -f json");
    assert_eq!(refused.code, 5, "{}", refused.err);
    let error = refused.error();
    assert_eq!((error["message"].as_str(), error["field"].as_str()), (Some(doubt), Some("tax_id")));
    assert_eq!(error["hint"], "kehu customer merge C3 C2 --prefer tax_id=C3 --yes   (or tax_id=C2)");
    for kept in ["C3", "C2"] {
        desk.say(&format!("customer merge C3 C2 --prefer tax_id={kept} --yes")).done();
        let expected = if kept == "C3" { "DE811569869" } else { "DE136695976" };
        assert_eq!(desk.say("show C3 -f json").json()["tax_id"], expected);
        desk.say("undo").done();
    }
    let people = desk.say("contact merge P1 P4 --dry-run");
    assert_eq!(people.code, 0, "{}", people.err);
    let companies = "They belong to different records as customer: P1 C1 招商银行深圳分行, P4 C4 苏州精密机械有限公司.";
    assert!(people.err.contains(companies), "{}", people.err);
}

/// Whatever else tells two customers apart: whoever gives one the other's name hears of it.
#[test]
fn a_customer_that_gets_the_name_of_another_is_told_of() {
    let desk = Desk::new();
    let renamed = desk.say("customer edit C2 name=\"Acme Robotics\"");
    assert!(
        renamed.err.contains("Acme Robotics is probably C3 Acme Robotics, which is there already:"),
        "{}",
        renamed.err
    );
    desk.say("undo").done();
    desk.say("customer distinct C2 C3").done();
    let renamed = desk.say("customer edit C2 name=\"Acme Robotics\"");
    assert!(!renamed.err.contains("is probably"), "{}", renamed.err);
    renamed.done();
}

/// What the winner has already is kept with whom it was about and why it did not move.
#[test]
fn a_share_that_finds_no_place_is_told_in_words() {
    let desk = Desk::new();
    desk.say("customer share C3 --with lukas --write").done();
    let tried = desk.say("customer merge C2 C3 --dry-run");
    let told =
        "kept in a note: share of C3: SH1 user Lukas Brandt, access write (Lukas Brandt looks after that customer";
    assert!(tried.err.contains(told), "{}", tried.err);
}

/// What was merged leads to the winner for as long as that is there, whatever else is purged along with it.
#[test]
fn what_was_merged_is_not_purged() {
    let desk = Desk::new();
    desk.say("customer rm C1 -y").done();
    desk.say("customer merge C3 C2 -y").done();
    desk.say("contact merge P2 P4 -y").done();
    for line in ["customer purge C2 -y", "customer purge C1 C2 -y", "contact purge P4 -y"] {
        let output = desk.say(line);
        assert_eq!(output.code, 5, "{line}: {}", output.err);
        assert!(output.err.contains("kehu undo "), "{line}: {}", output.err);
    }
    assert!(desk.say("show C2").err.contains("C2 was merged into C3 Acme Robotics."));
    assert_eq!(desk.say("customer list id=1 --deleted --count").done().trim(), "1");
    desk.say("undo").done();
    desk.say("undo").done();
    assert_eq!(desk.say("customer list id=2 --count").done().trim(), "1");
}

/// An import of what was exported before a merge reaches the winner.
#[test]
fn an_import_by_the_uid_of_the_dead_reaches_the_winner() {
    let desk = Desk::new();
    let mut crm = desk.crm();
    let uid = crm.record("customer", 2).expect("is there").value("uid");
    drop(crm);
    desk.say("customer merge C3 C2 -y").done();
    std::fs::write(
        desk.folder().join("old.csv"),
        format!("uid,name,city\n{},Acme Robotics,Lübeck\n", uid.as_text().unwrap()),
    )
    .expect("writes");
    let output = desk.say("customer import old.csv");
    assert!(output.err.contains("C2 was merged into C3 Acme Robotics."), "{}", output.err);
    output.done();
    assert_eq!(desk.crm().record("customer", 3).expect("is there").value("city"), Value::text("Lübeck"));
    let query = Query { filter: filter::parse("").expect("parses"), sort: Sort::parse("id"), ..Query::new("customer") };
    assert_eq!(desk.crm().list(&query).expect("lists").rows.len(), 3);
}
