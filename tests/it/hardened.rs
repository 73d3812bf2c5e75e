//! What a careless or hostile user cannot bring about.

use crate::{
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::{
    Cause,
    customers::{Access, merge::Merge},
};
use std::time::{Duration, SystemTime};

fn merge(world: &mut World, kind: &str, winner: i64, loser: i64) -> kehu::customers::merge::Merged {
    let merge = Merge { kind: kind.into(), winner, losers: vec![loser], prefer: Vec::new() };
    world.crm.merge(&merge).expect("merges")
}

on_both! {
    fn nothing_new_points_to_what_is_in_the_recycle_bin(world) {
        people(world);
        world.edit("customer", 2, &[("parent", "C4")]);
        world.crm.remove("customer", 4).expect("removes");
        world.crm.remove("contact", 3).expect("removes");
        for (kind, pairs) in [
            ("contact", vec![("name", "Zoe"), ("customer", "C4")]),
            ("activity", vec![("subject", "Call"), ("customer", "C4")]),
            ("share", vec![("customer", "C4"), ("user", "mei")]),
            ("occasion", vec![("name", "Fair"), ("day", "05-01"), ("customer", "C4")]),
            ("qualification", vec![("worth", "valuable"), ("customer", "C4")]),
            ("fact", vec![("text", "Likes tea"), ("contact", "P3")]),
            ("relation", vec![("kind", "knows"), ("contact", "P1"), ("other", "P3")]),
        ] {
            let error = world.try_add(kind, &pairs).expect_err(kind);
            assert_eq!(error.cause, Cause::Refused, "{kind}: {}", error.message);
            assert!(error.message.to_string().ends_with("is in the recycle bin."), "{kind}: {}", error.message);
            assert!(error.hint.expect("a hint").to_string().contains("restore"), "{kind}");
        }
        assert_eq!(world.try_edit("customer", 1, &[("parent", "C4")]).expect_err("is refused").cause, Cause::Refused);
        // What points there already is no obstacle to other changes.
        world.edit("customer", 2, &[("city", "Bremen"), ("parent", "C4")]);
        world.crm.restore("customer", 4).expect("comes back");
        world.edit("customer", 1, &[("parent", "C4")]);
    }

    fn a_merge_keeps_the_wider_right_and_the_later_end_of_a_share(world) {
        people(world);
        let until = |text: &str| Some(text.parse().expect("a day"));
        world.crm.share(1, 3, Access::Read, until("2026-05-01")).expect("shares");
        world.crm.share(4, 3, Access::Write, until("2026-09-01")).expect("shares");
        let done = merge(world, "customer", 1, 4);
        assert_eq!((world.text("share", 1, "access"), world.text("share", 1, "until")), ("write".into(), "2026-09-01".into()));
        let told: Vec<&str> = done.changes.iter().map(|change| &*change.field).collect();
        assert_eq!(told[..2], ["access of SH1", "until of SH1"]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!((world.text("share", 1, "access"), world.text("share", 2, "access")), ("read".into(), "write".into()));
        world.crm.share(1, 3, Access::Read, None).expect("shares");
        merge(world, "customer", 4, 1);
        assert_eq!((world.text("share", 2, "access"), world.text("share", 2, "until")), ("write".into(), String::new()));
    }

    fn a_merge_tells_all_of_a_detail_that_finds_no_place(world) {
        people(world);
        world.add("contact", &[("name", "赵敏"), ("customer", "C1")]);
        world.add("relation", &[("kind", "knows"), ("contact", "P1"), ("other", "P3"), ("notes", "from school")]);
        world.add("relation", &[("kind", "knows"), ("contact", "P5"), ("other", "P3"), ("notes", "from the fair")]);
        let done = merge(world, "contact", 1, 5);
        let kept: Vec<&str> = done.kept.iter().map(|kept| &*kept.value).collect();
        assert!(kept.iter().any(|kept| kept.contains("from the fair")), "{kept:?}");
    }

    fn a_judgement_is_neither_negative_nor_of_tomorrow(world) {
        let acme = world.customer("Acme Robotics").to_string();
        let add = |world: &mut World, pair: (&str, &str)| {
            world.try_add("qualification", &[pair, ("customer", &acme), ("worth", "valuable")])
        };
        let error = add(world, ("at", "2999-01-01")).expect_err("is refused");
        assert_eq!((error.cause, error.field.as_deref()), (Cause::Refused, Some("at")));
        let error = world.try_add("qualification", &[("customer", &acme), ("expected_amount", "-5")]).expect_err("is refused");
        assert_eq!(error.field.as_deref(), Some("expected_amount"));
        assert_eq!(world.names("qualification", ""), Vec::<String>::new());
    }
}

#[test]
fn a_program_that_cannot_answer_reads_the_error_alone() {
    let desk = Desk::new();
    for line in ["customer merge C1 C2", "user handover U2 --to U3", "customer edit --where level=B city=Bonn"] {
        let output = desk.say(&format!("{line} -f json"));
        assert_ne!(output.code, 0, "{line}");
        assert!(output.error()["message"].is_string(), "{line}: {}", output.err);
    }
    let output = desk.say("user handover U2 --to U2 -f json");
    assert_eq!((output.code, &output.error()["code"]), (5, &serde_json::json!("refused")), "{}", output.err);
    assert_eq!(desk.say("user handover U2 --to U2 -y").code, 5);
    assert_eq!(desk.say("user handover U4 --to U4").code, 5);
}

#[test]
fn an_undo_that_leaves_something_is_partly_done() {
    let desk = Desk::new();
    desk.say("customer edit --where level=B city=Bonn -y").done();
    let id = desk.crm().operations(Some(1)).expect("reads")[0].id;
    desk.say("customer edit C2 city=Ulm").done();
    let output = desk.say(&format!("undo {id} --keep-newer"));
    assert_eq!(output.code, 6, "{}{}", output.out, output.err);
}

#[test]
fn waiting_copies_of_the_dead_are_taken_away_after_an_hour() {
    let desk = Desk::new();
    std::fs::write(desk.folder().join("offer.txt"), "Offer").expect("writes");
    desk.say("attach C1 offer.txt").done();
    let place = |name: &str| desk.folder().join("kehu.db.files").join(name);
    for (name, age) in [(".incoming-old", 7200), (".incoming-new", 60)] {
        let file = std::fs::File::create(place(name)).expect("makes");
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).expect("sets");
    }
    let report = desk.say("doctor");
    assert_eq!(report.code, 0, "{}", report.out);
    assert!(report.out.contains("healthy") && report.out.contains("2 copies"), "{}", report.out);
    desk.say("attach C2 offer.txt").done();
    assert!(!place(".incoming-old").exists() && place(".incoming-new").exists());
}

#[test]
fn a_time_that_no_clock_shows_is_refused() {
    let desk = Desk::new();
    let mut command = desk.command(["log", "call", "C1", "Talked", "--at", "2026-03-29 02:30"]);
    let output = crate::world::finished(command.env("TZ", "Europe/Berlin"));
    assert_eq!(output.code, 2, "{}", output.err);
    assert!(output.err.contains("put forward"), "{}", output.err);
    let output = crate::world::finished(desk.command(["customer", "list"]).env("TZ", "Nowhere/X"));
    assert_eq!(output.code, 0, "{}", output.err);
    assert_eq!(output.err.matches("Nowhere/X").count(), 1, "{}", output.err);
    desk.say("today --now 9999-12-31").done();
}

#[test]
fn sentences_are_english() {
    let desk = Desk::new();
    assert!(desk.say("activity add --customer C1").err.contains("An activity needs subject"));
    let nothing = desk.run(["show", ""]);
    assert!(!nothing.err.contains("find \"\""), "{}", nothing.err);
    let nobody = desk.run(["user", "show", ""]);
    assert!(!nobody.err.contains("list \n") && !nobody.err.trim_end().ends_with("list"), "{}", nobody.err);
}
