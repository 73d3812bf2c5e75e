//! What the engine promises of every record, on both databases.

use crate::{storage::on_both, world::World};
use kehu::{
    Crm, Result,
    error::{Cause, Error},
    record::{Id, Value},
    store::{self, List},
    views::CustomField,
};
use std::sync::Barrier;

fn cause<T: std::fmt::Debug>(result: Result<T>) -> Cause {
    result.expect_err("is refused").cause
}

/// A grade that a customer may have: gold or silver.
fn define_grade(world: &mut World) -> Id<CustomField> {
    let field = CustomField {
        record_kind: "customer".into(),
        name: "grade".into(),
        value_kind: "choice".into(),
        label_zh: Some("等级".into()),
        choices: vec!["gold".into(), "silver".into()],
        ..CustomField::default()
    };
    field.define(&mut world.crm).expect("a new field")
}

/// The primary contacts of C1.
fn primaries(world: &mut World) -> String {
    world.names("contact", "customer=C1 primary=yes").join(" ")
}

/// How many operations there are.
fn operations(world: &mut World) -> usize {
    world.crm.operations(None).expect("reads").len()
}

on_both! {
    fn whoever_writes_first_is_told_that_they_are_the_first_user(world) {
        assert!(world.crm.actor().is_none(), "looking makes nobody a user");
        world.customer("招商银行深圳分行");
        let told: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert!(told.concat().contains("lin is the first user"), "{told:?}");
        assert_eq!(world.text("user", 1, "tier"), "decision");
        assert_eq!(world.text("user", 1, "branch"), "Head office");
        assert_eq!(world.crm.actor(), Some((1, "lin")));
        world.customer("Acme Robotics");
        assert!(world.crm.notices().is_empty(), "and told once");
    }

    fn a_new_record_gets_what_was_not_said(world) {
        let id = world.customer("Acme Robotics");
        assert_eq!(world.text("customer", id, "since"), "2026-03-31");
        assert_eq!(world.text("customer", id, "lifecycle"), "potential");
        assert_eq!(world.text("customer", id, "created_by"), "lin");
        assert_eq!(world.text("customer", id, "created_at"), "2026-03-31T01:00:00Z");
        assert_eq!(world.value("customer", id, "version"), Value::Integer(1));
    }

    fn what_is_so_already_is_not_written_again(world) {
        let id = world.add("customer", &[("name", "Acme"), ("tags", "vip,fair"), ("annual_revenue", "EUR 5k")]);
        let before = operations(world);
        let same = [("tags", "vip,fair"), ("annual_revenue", "EUR 5000.00"), ("name", "Acme"), ("email", "")];
        let saved = world.try_edit("customer", id, &same).expect("edits");
        assert!(saved.changed.is_empty(), "{:?}", saved.changed);
        assert_eq!((saved.version, operations(world)), (1, before));
    }

    fn what_must_be_there_cannot_be_missing_or_cleared(world) {
        let error = world.try_add("customer", &[("city", "深圳")]).expect_err("has no name");
        assert_eq!((error.cause, error.field.as_deref()), (Cause::BadValue, Some("name")));
        let id = world.customer("Acme Robotics");
        let error = world.try_edit("customer", id, &[("name", "  ")]).expect_err("has no name");
        assert_eq!((error.cause, error.field.as_deref()), (Cause::BadValue, Some("name")));
    }

    fn contacts_go_and_come_back_with_their_customer(world) {
        let bank = world.customer("招商银行深圳分行");
        let (wang, li, zhao) = (world.contact("王晓明", bank), world.contact("李娜", bank), world.contact("赵敏", bank));
        world.crm.remove("contact", zhao).expect("removes");
        let goes: Vec<_> = world.crm.dependents("customer", bank).expect("reads");
        assert_eq!(goes.iter().map(|line| (line.kind, line.count, line.goes_along)).collect::<Vec<_>>(), [("contact", 2, true)]);
        let gone = world.crm.remove("customer", bank).expect("removes");
        assert_eq!(gone, [("contact", wang), ("contact", li), ("customer", bank)]);
        assert!(world.names("contact", "").is_empty());
        let returned = world.crm.restore("customer", bank).expect("restores");
        assert_eq!(returned, [("customer", bank), ("contact", wang), ("contact", li)]);
        assert_eq!(world.names("contact", ""), ["王晓明", "李娜"], "who had gone before stays gone");
        assert_eq!(primaries(world), "王晓明");
    }

    fn only_what_is_in_the_recycle_bin_is_purged_and_then_for_good(world) {
        let bank = world.add("customer", &[("name", "招商银行深圳分行"), ("tags", "vip")]);
        world.contact("王晓明", bank);
        assert_eq!(cause(world.crm.purge("customer", bank)), Cause::Refused);
        let friend = world.add("customer", &[("name", "Acme"), ("referrer", "C1")]);
        world.crm.remove("customer", bank).expect("removes");
        let error = world.crm.purge("customer", bank).expect_err("is still named");
        assert!(error.to_string().contains("referrer"), "{error}");
        world.edit("customer", friend, &[("referrer", "")]);
        world.crm.purge("customer", bank).expect("purges");
        assert_eq!(cause(world.crm.record("customer", bank)), Cause::NotFound);
        assert_eq!(cause(world.crm.record("contact", 1)), Cause::NotFound);
        let left = world.crm.history("customer", bank).expect("reads");
        assert!(left.iter().all(|line| line.before.is_empty() && line.after.is_empty()), "{left:?}");
        assert_eq!(world.customer("Next"), friend + 1, "no number is used twice");
    }

    fn a_customer_has_exactly_one_primary_contact(world) {
        world.customer("招商银行深圳分行");
        world.customer("Acme Robotics");
        for name in ["Ada", "Ben", "Cleo"] {
            world.contact(name, 1);
        }
        assert_eq!(primaries(world), "Ada", "the first is");
        world.edit("contact", 2, &[("primary", "yes")]);
        assert_eq!(primaries(world), "Ben", "the newly preferred one is");
        world.edit("contact", 2, &[("left", "yes")]);
        assert_eq!(primaries(world), "Ada", "who left is not");
        world.edit("contact", 1, &[("customer", "C2")]);
        assert_eq!(primaries(world), "Cleo", "who went elsewhere is not");
        world.crm.remove("contact", 3).expect("removes");
        assert_eq!(primaries(world), "", "who left is not asked for again");
        world.crm.restore("contact", 3).expect("restores");
        assert_eq!(primaries(world), "Cleo");
        world.edit("contact", 3, &[("primary", "no")]);
        assert_eq!(primaries(world), "Cleo", "there must be one");
        world.edit("contact", 1, &[("customer", "C1"), ("primary", "yes")]);
        assert_eq!(primaries(world), "Ada");
    }

    fn nobody_is_there_twice(world) {
        let holder = [("name", "招商银行"), ("email", "Info@cmb.example"), ("phone", "0755-8888 2345"), ("tax_id", "91450107MAYBHW4H36")];
        world.add("customer", &holder);
        let other = world.customer("Acme");
        for (field, value) in [
            ("email", "info@CMB.example"),
            ("phone", "+86 755 88882345"),
            ("mobile", "075588882345"),
            ("tax_id", "91450107maybhw4h36"),
        ] {
            let added = world.try_add("customer", &[("name", "x"), (field, value)]).expect_err("is a duplicate");
            let edited = world.try_edit("customer", other, &[(field, value)]).expect_err("is a duplicate");
            for error in [added, edited] {
                assert_eq!((error.cause, error.field.as_deref()), (Cause::Conflict, Some(field)), "{error}");
                assert!(error.to_string().starts_with("C1 招商银行"), "{error}");
            }
            let values = world.values("customer", &[("name", "x"), (field, value)]).expect("reads");
            let allowed = world.crm.transaction("try", |crm| {
                crm.add_where("customer", &values, true)?;
                Err::<(), _>(Error::new(Cause::Interrupted, kehu::Message::new("enough")))
            });
            let expected = if field == "tax_id" { Cause::Conflict } else { Cause::Interrupted };
            assert_eq!(cause(allowed), expected, "{field}");
        }
        world.edit("customer", 1, &[("email", "info@cmb.example"), ("city", "深圳")]);
        world.crm.remove("customer", 1).expect("removes");
        world.edit("customer", other, &[("email", "info@cmb.example")]);
    }

    fn what_comes_back_must_find_its_place_free(world) {
        world.add("customer", &[("name", "招商银行"), ("email", "info@cmb.example")]);
        world.crm.remove("customer", 1).expect("removes");
        world.add("customer", &[("name", "Heir"), ("email", "info@cmb.example")]);
        let error = world.crm.restore("customer", 1).expect_err("is taken");
        assert_eq!(error.cause, Cause::Conflict);
        assert!(error.to_string().contains("C2 Heir"), "{error}");
        assert!(world.crm.record("customer", 1).expect("is there").is_deleted());
        assert_eq!(cause(world.crm.restore("customer", 2)), Cause::Refused);
        assert_eq!(cause(world.try_edit("customer", 1, &[("city", "x")])), Cause::Refused);
    }

    fn a_change_of_what_somebody_else_changed_is_refused(world) {
        let id = world.customer("Acme");
        world.edit("customer", id, &[("city", "Bonn")]);
        let values = world.values("customer", &[("city", "Köln")]).expect("reads");
        let error = world.crm.change("customer", id, values.clone(), Some(1)).expect_err("is stale");
        assert_eq!(error.cause, Cause::Conflict);
        assert_eq!(world.crm.change("customer", id, values, Some(2)).expect("fits").version, 3);
    }

    fn no_chain_leads_back_to_itself(world) {
        for name in ["Group", "Daughter", "Granddaughter"] {
            world.customer(name);
        }
        world.edit("customer", 2, &[("parent", "C1")]);
        world.edit("customer", 3, &[("parent", "C2")]);
        for (id, parent) in [(1, "C1"), (1, "C2"), (1, "C3"), (2, "C3")] {
            let error = world.try_edit("customer", id, &[("parent", parent)]).expect_err("is a circle");
            assert_eq!((error.cause, error.field.as_deref()), (Cause::Refused, Some("parent")));
        }
        assert_eq!(cause(world.try_edit("user", 1, &[("manager", "me")])), Cause::Refused);
        assert_eq!(cause(world.try_edit("branch", 1, &[("parent", "B1")])), Cause::Refused);
        assert_eq!(cause(world.try_edit("customer", 1, &[("referrer", "C1")])), Cause::Refused);
    }

    fn a_retired_word_can_be_read_and_sought_but_not_picked(world) {
        let field = define_grade(world);
        let id = world.add("customer", &[("name", "Acme"), ("x_grade", "gold")]);
        world.edit("field", field.number, &[("choices", "-gold,silver")]);
        world.crm = world.as_user("lin");
        assert_eq!(world.text("customer", id, "x_grade"), "gold");
        assert_eq!(world.names("customer", "grade=gold"), ["Acme"]);
        world.edit("customer", id, &[("city", "Bonn")]);
        let error = world.try_add("customer", &[("name", "Beta"), ("x_grade", "gold")]).expect_err("is retired");
        assert!(error.to_string().contains("silver"), "{error}");
    }

    fn a_custom_field_is_a_field_like_any_other(world) {
        let id = define_grade(world);
        let acme = world.add("customer", &[("name", "Acme"), ("grade", "silver")]);
        world.customer("Beta");
        assert_eq!(world.names("customer", "等级=silver"), ["Acme"]);
        assert_eq!(world.names("customer", "x_grade:"), ["Beta"]);
        let entry = world.crm.record("customer", acme).expect("is there");
        let field = entry.schema.field("x_grade").expect("a field");
        assert_eq!(entry.value("x_grade").to_json(&field.kind), "silver");
        assert_eq!(cause(world.try_edit("customer", acme, &[("grade", "iron")])), Cause::BadValue);
        CustomField::retire(&mut world.crm, id, true).expect("retires");
        assert!(world.try_names("customer", "x_grade=silver").is_err(), "a retired field is hidden");
        CustomField::retire(&mut world.crm, id, false).expect("brings back");
        assert_eq!(world.names("customer", "x_grade=silver"), ["Acme"], "its values are kept");
        CustomField::drop_for_good(&mut world.crm, id).expect("drops");
        assert!(world.crm.schema("customer").expect("a kind").field("x_grade").is_none());
        assert_eq!(cause(world.crm.undo(None, false)), Cause::Conflict, "what is gone for good does not come back");
        define_grade(world);
        assert_eq!(world.names("customer", "x_grade:"), ["Acme", "Beta"], "a name may be used again");
    }

    fn a_colleague_who_is_needed_cannot_go(world) {
        crate::world::people(world);
        assert_eq!(cause(world.crm.remove("user", 3)), Cause::Refused);
        assert_eq!(cause(world.crm.remove("branch", 2)), Cause::Refused);
        for id in [2, 3] {
            world.edit("user", id, &[("active", "no")]);
        }
        assert_eq!(cause(world.try_edit("user", 1, &[("active", "no")])), Cause::Refused);
        let error = world.crm.sign_in("mei").expect_err("has left");
        assert_eq!(error.cause, Cause::NotAllowed);
        assert_eq!(cause(world.crm.sign_in("nobody")), Cause::NotAllowed);
    }

    fn a_dry_run_leaves_no_trace(world) {
        world.customer("Acme");
        let before = (world.dump(), operations(world));
        world.crm.set_dry_run(true);
        world.customer("Beta");
        world.edit("customer", 1, &[("name", "Acme AG"), ("tags", "vip")]);
        world.crm.remove("customer", 1).expect("removes");
        world.crm.set_dry_run(false);
        assert_eq!((world.dump(), operations(world)), before);
        assert!(world.found("beta").is_empty());
    }

    fn search_follows_every_change(world) {
        let id = world.add("customer", &[("name", "招商银行深圳分行"), ("phone", "0755-88882345"), ("tags", "vip")]);
        for words in ["招商", "zhaoshang", "zsyh", "2345", "vip", "行深"] {
            assert_eq!(world.found(words), ["C1"], "{words}");
        }
        world.edit("customer", id, &[("name", "平安银行"), ("tags", "fair")]);
        assert_eq!((world.found("招商"), world.found("vip")), (vec![], vec![]));
        assert_eq!((world.found("平安"), world.found("fair")), (vec!["C1".to_owned()], vec!["C1".to_owned()]));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!((world.found("平安"), world.found("招商")), (vec![], vec!["C1".to_owned()]));
        world.crm.remove("customer", id).expect("removes");
        assert!(world.found("招商").is_empty());
        world.crm.restore("customer", id).expect("restores");
        assert_eq!(world.found("招商"), ["C1"]);
    }

    fn a_phone_that_ends_in_the_digits_comes_first_and_all_that_match_are_counted(world) {
        world.add("customer", &[("name", "Ends so"), ("phone", "021-80000001")]);
        for number in 10..14 {
            world.add("customer", &[("name", "Has them"), ("phone", &format!("021-800001{number}"))]);
        }
        let grid = world.crm.search("0001", 2).expect("searches");
        let found: Vec<&str> = grid.rows.iter().map(|row| &*row.short).collect();
        assert_eq!((found, grid.total), (vec!["C1", "C5"], kehu::record::Total::Exactly(5)));
    }

    fn what_others_wrote_is_logged_and_found(world) {
        let id = world.add("customer", &[("name", "Acme Robotics"), ("tags", "vip")]);
        let schema = world.crm.schema("customer").expect("a kind");
        let dialect = store::open(&world.url, store::Open::default()).expect("opens").dialect();
        let tags = List::of(dialect, &schema, schema.field("tags").expect("a field")).delete("TRUE");
        world.outside(&format!("UPDATE customers SET name = 'Zenith 天顶' WHERE id = 1; {tags}"));
        let mut crm = world.as_user("lin");
        assert_eq!(crm.search("天顶", 5).expect("searches").rows.len(), 1);
        assert!(crm.search("acme", 5).expect("searches").rows.is_empty());
        assert!(crm.search("vip", 5).expect("searches").rows.is_empty());
        assert_eq!(crm.find("customer", "zenith 天顶").expect("by its new name"), id);
        let lines = crm.history("customer", id).expect("reads");
        let last = lines.last().expect("a change");
        assert_eq!(last.door, "outside");
        assert!(lines.iter().any(|line| line.field == "name" && line.after == Value::text("Zenith 天顶")), "{lines:?}");
        world.outside("UPDATE customers SET name = 'Nadir' WHERE id = 1");
        assert_eq!(world.as_user("lin").search("nadir", 5).expect("searches").rows.len(), 1, "in the same second");
    }

    fn of_twelve_who_add_the_same_at_once_one_succeeds(world) {
        world.customer("Acme");
        let (mut crms, barrier) = (Vec::new(), Barrier::new(12));
        for _ in 0..12 {
            crms.push(world.as_user("lin"));
        }
        let add = |mut crm: Crm| {
            barrier.wait();
            let values = vec![("name".into(), Value::text("Zoe")), ("email".into(), Value::text("zoe@acme.example"))];
            let added = crm.add("customer", values);
            assert!(added.as_ref().is_ok() || cause(added.clone()) == Cause::Conflict, "{added:?}");
            usize::from(added.is_ok())
        };
        let added: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = crms.into_iter().map(|crm| scope.spawn(|| add(crm))).collect();
            threads.into_iter().map(|thread| thread.join().expect("ends")).sum()
        });
        assert_eq!(added, 1);
        assert_eq!(world.names("customer", "email=zoe@acme.example"), ["Zoe"]);
    }

    fn a_name_that_fits_several_is_not_guessed_at(world) {
        crate::world::people(world);
        let error = world.crm.find("contact", "王晓明").expect_err("two are called so");
        assert_eq!(error.cause, Cause::Ambiguous);
        let candidates: Vec<&str> = error.candidates.iter().map(|(short, _)| short.as_str()).collect();
        assert_eq!(candidates, ["P1", "P4"]);
        for reference in ["C2", "c2", "2", "nordic instruments gmbh", "INFO@nordic-instruments.example"] {
            assert_eq!(world.crm.find("customer", reference).expect(reference), 2, "{reference}");
        }
        assert_eq!(world.crm.find("customer", "0755 8888 2345").expect("a phone in any spelling"), 1);
        assert_eq!(cause(world.crm.find("customer", "Nordic")), Cause::NotFound);
        assert_eq!(cause(world.crm.find_by_ref("customer", "Acme Robotics")), Cause::BadValue);
    }
}
