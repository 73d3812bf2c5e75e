//! What undo, redo and history promise, on both databases.

use crate::{storage::on_both, world::World};
use kehu::{
    Result,
    error::Cause,
    record::{Value, types},
    views::CustomField,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

type Act = (&'static str, fn(&mut World) -> Result<()>);

/// One of each thing that can be done, on two customers with three contacts.
const ACTS: [Act; 9] = [
    ("add", |world| {
        world.try_add("customer", &[("name", "Beta"), ("tags", "a,b"), ("annual_revenue", "EUR 5")]).map(drop)
    }),
    ("edit", |world| world.try_edit("customer", 1, &[("name", "平安银行"), ("level", "B"), ("email", "")]).map(drop)),
    ("retag", |world| world.try_edit("customer", 1, &[("tags", "fair,vip,new")]).map(drop)),
    ("money", |world| world.try_edit("customer", 1, &[("annual_revenue", "JPY 7")]).map(drop)),
    ("move", |world| world.try_edit("contact", 1, &[("customer", "C2"), ("primary", "yes")]).map(drop)),
    ("remove", |world| world.crm.remove("customer", 1).map(drop)),
    ("restore", |world| world.crm.restore("contact", 3).map(drop)),
    ("several", |world| {
        let values = world.values("customer", &[("level", "D")])?;
        world.crm.transaction("Edit 2 customers", |crm| {
            for id in [1, 2] {
                crm.change("customer", id, values.clone(), None)?;
            }
            Ok(())
        })
    }),
    ("field", |world| {
        let field = CustomField {
            record_kind: "contact".into(),
            name: "shoe".into(),
            value_kind: "integer".into(),
            ..CustomField::default()
        };
        field.define(&mut world.crm).map(drop)
    }),
];

fn lay_out(world: &mut World) {
    let bank = [("name", "招商银行"), ("level", "A"), ("email", "info@cmb.example"), ("tags", "vip,fair,old")];
    world.add("customer", &bank);
    world.customer("Acme Robotics");
    for (name, customer) in [("王晓明", 1), ("李娜", 1), ("赵敏", 2)] {
        world.contact(name, customer);
    }
    world.crm.remove("contact", 3).expect("removes");
}

fn undo(world: &mut World) {
    world.crm.undo(None, false).expect("undoes");
}

on_both! {
    fn everything_that_is_done_can_be_undone_and_done_again(world) {
        lay_out(world);
        for (name, act) in ACTS {
            let before = world.dump();
            act(world).expect(name);
            let after = world.dump();
            assert_ne!(before, after, "{name}");
            undo(world);
            assert_eq!(world.dump(), before, "undo {name}");
            world.crm.redo().expect(name);
            assert_eq!(world.dump(), after, "redo {name}");
            undo(world);
            assert_eq!(world.dump(), before, "undo {name} again");
        }
    }

    fn undo_goes_back_step_by_step(world) {
        let id = world.customer("Acme");
        for city in ["Bonn", "Köln", "Ulm"] {
            world.edit("customer", id, &[("city", city)]);
        }
        for city in ["Köln", "Bonn", ""] {
            undo(world);
            assert_eq!(world.text("customer", id, "city"), city);
        }
        undo(world);
        assert_eq!(world.crm.record("customer", id).expect_err("is gone").cause, Cause::NotFound);
        assert_eq!(world.crm.undo(None, false).expect_err("there is no more").cause, Cause::NotFound);
        for city in ["", "Bonn", "Köln", "Ulm"] {
            world.crm.redo().expect("does it again");
            assert_eq!(world.text("customer", id, "city"), city);
        }
        assert_eq!(world.crm.redo().expect_err("there is no more").cause, Cause::NotFound);
    }

    fn an_undo_that_meets_a_newer_change_names_the_row_and_does_nothing(world) {
        lay_out(world);
        ACTS[7].1(world).expect("sets both to D");
        let bulk = world.crm.operations(Some(1)).expect("reads")[0].id;
        world.edit("customer", 2, &[("level", "C")]);
        let before = world.dump();
        let error = world.crm.undo(Some(bulk), false).expect_err("is refused");
        assert_eq!(error.cause, Cause::Conflict);
        assert_eq!(error.candidates.len(), 1);
        assert_eq!(error.candidates[0].0, "C2");
        assert!(error.candidates[0].1.starts_with("Acme Robotics"), "{:?}", error.candidates);
        assert_eq!(world.dump(), before);
        let report = world.crm.undo(Some(bulk), true).expect("undoes the rest");
        assert_eq!((report.rows, report.kept.len()), (1, 1));
        assert_eq!(world.text("customer", 1, "level"), "A");
        assert_eq!(world.text("customer", 2, "level"), "C");
    }

    fn another_field_changed_since_is_no_obstacle(world) {
        let id = world.add("customer", &[("name", "Acme"), ("city", "Bonn")]);
        world.edit("customer", id, &[("city", "Ulm")]);
        let op = world.crm.operations(Some(1)).expect("reads")[0].id;
        world.edit("customer", id, &[("level", "A")]);
        world.crm.undo(Some(op), false).expect("undoes");
        assert_eq!((world.text("customer", id, "city"), world.text("customer", id, "level")), ("Bonn".into(), "A".into()));
    }

    fn what_another_did_is_undone_by_its_number_only(world) {
        crate::world::people(world);
        let mut mei = world.as_user("mei");
        mei.change("customer", 1, vec![("city".into(), Value::text("上海"))], None).expect("edits");
        let hers = mei.operations(Some(1)).expect("reads")[0].clone();
        assert_eq!((hers.actor.as_str(), hers.door.as_str()), ("陆雅梅", "cli"));
        world.crm.undo(None, false).expect("undoes Lin's own");
        assert_eq!(world.text("customer", 1, "city"), "上海");
        world.crm.undo(Some(hers.id), false).expect("undoes hers");
        assert_eq!(world.text("customer", 1, "city"), "深圳");
        assert_eq!(world.crm.undo(Some(hers.id), false).expect_err("is undone already").cause, Cause::Conflict);
        assert_eq!(world.crm.undo(Some(9999), false).expect_err("is unknown").cause, Cause::NotFound);
    }

    fn history_shows_each_field_with_its_old_and_new_value(world) {
        crate::world::people(world);
        let changes = [("tags", "银行,key"), ("annual_revenue", "EUR 5"), ("owner", "mei"), ("since", "2026-01-01")];
        world.edit("customer", 1, &changes);
        let lines = world.crm.history("customer", 1).expect("reads");
        let shown = |value: &Value, kind| types::show(kind, value);
        let told: Vec<String> = lines
            .iter()
            .map(|line| format!("{} {} -> {}", line.field, shown(&line.before, &line.kind), shown(&line.after, &line.kind)))
            .collect();
        assert_eq!(told[0], "  -> ", "made, with its tags: {told:?}");
        let mut rest = told[1..].to_vec();
        rest.sort();
        assert_eq!(rest, [
            "annual_revenue CNY 300000000.00 -> EUR 5.00",
            "owner lin -> 陆雅梅",
            "since 2025-11-03 -> 2026-01-01",
            "tags vip -> key",
        ]);
        assert!(lines.iter().all(|line| line.actor == "lin" && line.at == "2026-03-31T01:00:00Z"));
    }

    fn an_undo_does_not_make_two_of_what_there_is_one(world) {
        let id = world.add("customer", &[("name", "Acme"), ("tax_id", "91450107MAYBHW4H36")]);
        world.edit("customer", id, &[("tax_id", "")]);
        let op = world.crm.operations(Some(1)).expect("reads")[0].id;
        world.add("customer", &[("name", "Heir"), ("tax_id", "91450107MAYBHW4H36")]);
        let error = world.crm.undo(Some(op), false).expect_err("is taken");
        assert_eq!(error.cause, Cause::Conflict);
        assert!(error.to_string().contains("C2"), "{error}");
    }

    fn what_was_purged_cannot_be_undone_and_stands_in_no_other_way(world) {
        lay_out(world);
        let values = world.values("customer", &[("tags", "new")]).expect("reads");
        world.crm.transaction("Tag 2 customers", |crm| {
            crm.change("customer", 1, values.clone(), None)?;
            crm.change("customer", 2, values.clone(), None)
        }).expect("tags");
        let bulk = world.crm.operations(Some(1)).expect("reads")[0].id;
        world.crm.remove("customer", 1).expect("removes");
        world.crm.purge("customer", 1).expect("purges");
        assert_eq!(world.crm.undo(None, false).expect_err("is gone for good").cause, Cause::Conflict);
        let report = world.crm.undo(Some(bulk), true).expect("undoes what is left");
        assert_eq!(report.rows, 1);
        assert!(world.value("customer", 2, "tags").is_empty());
    }

    fn what_was_so_on_a_day_can_be_read_again(world) {
        let id = world.add("customer", &[("name", "Acme"), ("tags", "vip")]);
        world.edit("customer", id, &[("name", "Acme AG"), ("tags", "fair")]);
        assert_eq!(world.crm.record_as_of("customer", id, "2026-03-30").expect_err("was not there").cause, Cause::NotFound);
        let entry = world.crm.record_as_of("customer", id, "today").expect("was there");
        assert_eq!(entry.title(), "Acme AG");
    }

    fn undoing_everything_means_that_nothing_happened(world) {
        lay_out(world);
        let act = (0..7_usize, 1..4_i64, 0..4_usize);
        let acts = prop::collection::vec(act, 1..12);
        let world = std::cell::RefCell::new(world);
        let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
        let result = runner.run(&acts, |acts| {
            let world = &mut **world.borrow_mut();
            let mut states = vec![world.dump()];
            for act in &acts {
                random(world, *act).ok();
                let now = world.dump();
                if states.last() != Some(&now) {
                    states.push(now);
                }
            }
            let last = states.pop();
            prop_assert_eq!(last.as_ref(), Some(&world.dump()));
            while let Some(state) = states.pop() {
                let report = world.crm.undo(None, false).map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(world.dump(), state, "{}", report.label);
            }
            Ok(())
        });
        assert!(result.is_ok(), "{result:?}");
    }
}

/// One random act on one of a few records; many are refused, as they would be at work.
fn random(world: &mut World, (deed, number, pick): (usize, i64, usize)) -> Result<()> {
    let names = ["Acme", "招商银行", "Nordic", "苏州精密"];
    let emails = ["a@acme.example", "b@acme.example", "", "d@acme.example"];
    let tags = ["vip", "vip,fair", "", "fair,new,vip"];
    let customer = format!("C{number}");
    match deed {
        0 => {
            world.try_add("customer", &[("name", names[pick]), ("email", emails[pick]), ("tags", tags[pick])]).map(drop)
        }
        1 => world.try_add("contact", &[("name", names[pick]), ("customer", &customer)]).map(drop),
        2 => world.try_edit("customer", number, &[("email", emails[pick]), ("parent", &customer[..2])]).map(drop),
        3 => world.try_edit("customer", number, &[("name", names[pick]), ("tags", tags[pick])]).map(drop),
        4 => world
            .try_edit("contact", number, &[("primary", ["yes", "no"][pick % 2]), ("left", ["no", "yes"][pick / 2])])
            .map(drop),
        5 => world.crm.remove(["customer", "contact"][pick % 2], number).map(drop),
        _ => world.crm.restore(["customer", "contact"][pick % 2], number).map(drop),
    }
}
