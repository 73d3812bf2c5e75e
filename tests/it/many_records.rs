//! Many records written at once: one operation, one undo, the same rules as for one.

use crate::{
    storage::on_both,
    world::{World, people},
};
use kehu::{Cause, record::Value, record::Values};

fn named(name: &str, more: &[(&str, &str)]) -> Values {
    let pairs = std::iter::once(("name", name)).chain(more.iter().copied());
    pairs.map(|(field, text)| (field.to_owned(), Value::text(text))).collect()
}

on_both! {
    fn many_records_are_one_operation_and_one_undo(world) {
        people(world);
        let before = world.dump();
        let many: Vec<Values> = (0..700).map(|number| named(&format!("宁波贸易 {number}"), &[("city", "宁波")])).collect();
        let ids = world.crm.add_many("customer", &many, false).expect("adds");
        assert_eq!(ids, (5..705).collect::<Vec<i64>>());
        assert_eq!(world.crm.operations(Some(1)).expect("reads")[0].label, "Add 700 customers");
        assert_eq!(world.crm.count_where("customer", "宁波").expect("counts"), 700, "they are found by their words");

        let added = world.dump();
        let saves = world.crm.change_many("customer", &ids, &vec![("city".into(), Value::text("舟山"))]).expect("changes");
        assert_eq!(saves.len(), 700);
        assert_eq!(saves[699].changed[0].2, Value::text("舟山"));
        assert_eq!(world.crm.operations(Some(1)).expect("reads")[0].label, "Edit 700 customers");
        assert_eq!(world.crm.count_where("customer", "舟山").expect("counts"), 700, "by their new words");
        world.crm.change_many("customer", &ids, &vec![("level".into(), Value::text("B"))]).expect("changes");
        assert_eq!(world.crm.count_where("customer", "舟山 level=B").expect("counts"), 700, "what is not searched leaves the words");

        world.crm.undo(None, false).expect("undoes");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), added);
        assert_eq!(world.crm.count_where("customer", "宁波").expect("counts"), 700);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
        assert!(world.crm.doctor().expect("looks").healthy);
    }

    fn one_that_is_refused_refuses_them_all(world) {
        people(world);
        let before = world.dump();
        let twice = vec![named("宁波贸易", &[("email", "ning@bo.example")]), named("宁波船运", &[("email", "ning@bo.example")])];
        let error = world.crm.add_many("customer", &twice, false).expect_err("refuses");
        assert_eq!(error.cause, Cause::Conflict);
        let error = world.crm.change_many("customer", &[1, 2, 99], &vec![("level".into(), Value::text("D"))]).expect_err("refuses");
        assert_eq!(error.cause, Cause::NotFound);
        assert_eq!(world.dump(), before);
        assert_eq!(world.crm.add_many("customer", &twice, true).expect("adds when so wished").len(), 2);
    }

    fn what_a_rule_changes_beside_it_is_seen_by_the_records_that_follow(world) {
        people(world);
        let second = world.contact("周琳", 1);
        let third = world.contact("赵敏", 1);
        // Each becomes the primary contact in turn, and the one before it no longer is.
        let ids = [second, third, 1];
        let saves = world.crm.change_many("contact", &ids, &vec![("primary".into(), Value::Bool(true))]).expect("changes");
        assert_eq!(saves.iter().filter(|save| !save.changed.is_empty()).count(), 3);
        assert_eq!(world.names("contact", "customer=C1 primary=yes"), ["王晓明"]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.names("contact", "customer=C1 primary=yes"), ["王晓明"]);
    }

    fn an_undo_of_many_names_each_that_was_changed_since(world) {
        people(world);
        let many: Vec<Values> = (0..320).map(|number| named(&format!("宁波贸易 {number}"), &[])).collect();
        let ids = world.crm.add_many("customer", &many, false).expect("adds");
        world.crm.change_many("customer", &ids, &vec![("level".into(), Value::text("B"))]).expect("changes");
        let operation = world.crm.operations(Some(1)).expect("reads")[0].id;
        world.edit("customer", ids[310], &[("level", "C")]);
        world.edit("customer", ids[5], &[("city", "宁波")]);
        let error = world.crm.undo(Some(operation), false).expect_err("refuses");
        assert_eq!(error.candidates.len(), 1, "another field of C10 was changed, the same one of C315");
        let report = world.crm.undo(Some(operation), true).expect("undoes the others");
        assert_eq!(report.kept.len(), 1);
        assert_eq!(world.crm.count_where("customer", "level=C").expect("counts"), 1);
        assert_eq!(world.crm.count_where("customer", "宁波贸易 level=B").expect("counts"), 0);
    }
}
