//! 三一客: judging customers, the nodes they pass, and the board.

use crate::{storage::on_both, world::World};
use kehu::{
    Cause,
    customers::sign_by,
    record::{Value, Values},
    reports::Part,
};

fn judge(world: &mut World, customer: i64, pairs: &[(&str, &str)]) -> Vec<i64> {
    let values = world.values("qualification", pairs).expect("parses");
    world.crm.qualify(customer, &values).expect("judges")
}

fn parameters(pairs: &[(&str, Value)]) -> Values {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn report(world: &mut World, name: &str, pairs: &[(&str, Value)]) -> Vec<Part> {
    let report = kehu::catalog::report(name).expect("there is such a report");
    (report.run)(&mut world.crm, &parameters(pairs)).expect("answers")
}

/// The cells of a part in writing, a line a row.
fn lines(part: &Part) -> Vec<String> {
    let line = |cells: &Vec<Value>| {
        let kinds = part.grid.columns.iter().map(|column| &column.kind);
        kinds.zip(cells).map(|(kind, cell)| kehu::record::types::show(kind, cell)).collect::<Vec<_>>().join("|")
    };
    part.grid.rows.iter().map(|row| line(&row.cells)).collect()
}

on_both! {
    fn one_judging_writes_a_row_for_each_judgement_in_one_operation(world) {
        let bank = world.customer("招商银行深圳分行");
        let rows = judge(world, bank, &[
            ("worth", "有价值"), ("size", "大"), ("expected_date", "2026-05-31"), ("expected_amount", "12万"),
            ("expected_quantity", "3"), ("node", "报价"), ("note", "年度集采"),
        ]);
        assert_eq!(rows.len(), 4);
        let aspects: Vec<String> = rows.iter().map(|id| world.text("qualification", *id, "aspect")).collect();
        assert_eq!(aspects, ["worth", "size", "quantity", "node"]);
        assert_eq!(world.text("qualification", rows[2], "value"), "2026-05-31, CNY 120000.00, 3");
        assert_eq!(world.text("qualification", rows[0], "by"), "lin");
        for (field, text) in [
            ("worth", "valuable"), ("size", "large"), ("expected_date", "2026-05-31"),
            ("expected_amount", "CNY 120000.00"), ("expected_quantity", "3"), ("node", "quote"), ("expected_when", "later"),
        ] {
            assert_eq!(world.text("customer", bank, field), text, "{field}");
        }
        let operations = world.crm.operations(Some(1)).expect("lists");
        assert_eq!(operations[0].label, "Qualify customer C1 招商银行深圳分行");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.text("customer", bank, "worth"), "");
        assert_eq!(world.names("qualification", ""), Vec::<String>::new());
    }

    fn the_latest_judgement_counts_and_the_earlier_ones_are_kept(world) {
        let acme = world.customer("Acme Robotics");
        judge(world, acme, &[("worth", "unsure"), ("expected_amount", "EUR 500"), ("expected_date", "2026-04-01")]);
        judge(world, acme, &[("worth", "valuable")]);
        judge(world, acme, &[("expected_quantity", "7")]);
        assert_eq!(world.text("customer", acme, "worth"), "valuable");
        // What one judgement of the quantity leaves unsaid stays.
        assert_eq!(world.text("customer", acme, "expected_amount"), "EUR 500.00");
        assert_eq!(world.text("customer", acme, "expected_quantity"), "7");
        assert_eq!(world.names("qualification", "aspect=worth"), ["unsure", "valuable"]);
        // What was known earlier and is told late does not become the latest.
        judge(world, acme, &[("worth", "worthless"), ("at", "2026-01-05")]);
        assert_eq!(world.text("customer", acme, "worth"), "valuable");
        assert_eq!(world.names("customer", "worth=valuable expected_amount=EUR400..EUR600 expected_when=two-days"), ["Acme Robotics"]);
        assert_eq!(world.names("customer", "worth=worthless"), Vec::<String>::new());
    }

    fn what_was_judged_is_neither_edited_nor_removed_but_goes_with_its_customer(world) {
        let acme = world.customer("Acme Robotics");
        let row = judge(world, acme, &[("worth", "valuable")])[0];
        let edited = world.try_edit("qualification", row, &[("worth", "unsure")]).expect_err("is kept");
        assert_eq!(edited.cause, Cause::Refused);
        assert_eq!(
            edited.to_string(),
            "QF1 is kept as it was written: add another qualification, or undo the operation that wrote it."
        );
        assert_eq!(world.crm.remove("qualification", row).expect_err("is kept").cause, Cause::Refused);
        let nested = world.crm.transaction("several", |crm| {
            crm.change("qualification", row, vec![("note".into(), Value::text("x"))], None).map(|_| ())
        });
        assert_eq!(nested.expect_err("is kept there too").cause, Cause::Refused);
        world.crm.remove("customer", acme).expect("goes");
        assert_eq!(world.names("qualification", ""), Vec::<String>::new());
        world.crm.restore("customer", acme).expect("comes back");
        assert_eq!(world.text("customer", acme, "worth"), "valuable");
    }

    fn a_judgement_that_says_nothing_or_two_things_is_refused(world) {
        let acme = world.customer("Acme Robotics");
        let nothing = world.crm.qualify(acme, &Values::new()).expect_err("says nothing");
        assert_eq!(nothing.cause, Cause::BadValue);
        let two = world.try_add("qualification", &[("customer", "C1"), ("worth", "valuable"), ("size", "small")]);
        assert_eq!(two.expect_err("is two").field.as_deref(), Some("aspect"));
        // Neither takes the other's words.
        assert!(world.values("qualification", &[("worth", "大单")]).is_err());
        assert!(world.values("qualification", &[("size", "有价值")]).is_err());
        let words = world.add("qualification", &[("customer", "C1"), ("aspect", "定级"), ("value", "小单")]);
        assert_eq!(world.text("qualification", words, "size"), "small");
        assert_eq!(world.names("qualification", ""), ["小单"]);
    }

    fn a_visit_leads_to_the_first_node_and_nothing_leads_back(world) {
        let acme = world.customer("Acme Robotics");
        let planned = world.add("activity", &[("subject", "Visit"), ("kind", "visit"), ("customer", "C1"), ("due", "+2d")]);
        assert_eq!(world.text("customer", acme, "node"), "", "what is planned has not happened");
        world.crm.change("activity", planned, vec![("done".into(), Value::text("2026-03-31T01:00:00Z"))], None).expect("done");
        assert_eq!(world.text("customer", acme, "node"), "visit");
        let row = world.crm.find("qualification", "QF1").expect("is there");
        assert_eq!(world.text("qualification", row, "automatic"), "yes");
        judge(world, acme, &[("node", "proposal")]);
        world.add("activity", &[("subject", "Again"), ("kind", "visit"), ("customer", "C1")]);
        assert_eq!(world.text("customer", acme, "node"), "proposal", "a visit leads no further");
        // Somebody set it back by hand: what happened before stays without effect, what happens later leads on.
        judge(world, acme, &[("node", "needs")]);
        world.crm.transaction("sign", |crm| kehu::customers::customer_bought(crm, acme, "2026-03-01".parse().expect("a day"))).expect("signs");
        assert_eq!(world.text("customer", acme, "node"), "needs");
        world.crm.transaction("sign", |crm| kehu::customers::customer_bought(crm, acme, "2026-03-31".parse().expect("a day"))).expect("signs");
        assert_eq!(world.text("customer", acme, "node"), "deal");
    }

    fn a_database_may_have_nodes_of_its_own(world) {
        let acme = world.customer("Acme Robotics");
        judge(world, acme, &[("node", "objection")]);
        world.crm.adopt_nodes().expect("writes them down");
        assert_eq!(world.crm.adopt_nodes().expect("once only"), Vec::<i64>::new());
        world.add("node", &[("name", "sample"), ("label_zh", "样品"), ("position", "3"), ("reached_by", "activity"), ("sort", "letter")]);
        world.edit("node", 5, &[("retired", "yes")]);
        assert_eq!(world.text("customer", acme, "node"), "objection", "a retired word is still read");
        let retired = world.values("qualification", &[("node", "objection")]).expect_err("and no longer picked");
        assert!(retired.to_string().contains("no longer used"), "{retired}");
        let other = world.customer("苏州精密机械有限公司");
        judge(world, other, &[("node", "样品")]);
        assert_eq!(world.names("customer", "node=sample.."), ["Acme Robotics", "苏州精密机械有限公司"]);
        assert_eq!(world.names("customer", "node=quote.."), ["Acme Robotics"]);
        let renamed = world.try_edit("node", 1, &[("name", "hello")]).expect_err("the word stays");
        assert_eq!(renamed.cause, Cause::Refused);
        let third = world.customer("Nordic Instruments GmbH");
        world.add("activity", &[("subject", "Probe"), ("kind", "letter"), ("customer", "C3")]);
        assert_eq!(world.text("customer", third, "node"), "sample");
        let lost = world.try_add("node", &[("name", "x"), ("reached_by", "nothing")]).expect_err("no such kind");
        assert_eq!(lost.field.as_deref(), Some("reached_by"));
    }

    fn the_board_counts_the_valuable_and_never_adds_currencies(world) {
        for (name, worth, size, day, amount) in [
            ("招商银行深圳分行", "有价值", "大单", "2026-04-01", "12万"),
            ("Nordic Instruments GmbH", "有价值", "大单", "2026-03-20", "EUR 42000"),
            ("Acme Robotics", "有价值", "大单", "2026-04-02", "30000"),
            ("苏州精密机械有限公司", "无价值", "小单", "2026-04-03", "900"),
        ] {
            let id = world.customer(name);
            judge(world, id, &[("worth", worth), ("size", size), ("expected_date", day), ("expected_amount", amount)]);
        }
        let bare = world.customer("Blue Harbour");
        judge(world, bare, &[("worth", "valuable")]);
        let _ = world.crm.notices();
        let parts = report(world, "qualification", &[("detail", Value::Bool(true))]);
        // 2026-03-31 is a Tuesday: the 1st is within two days, the 2nd this week.
        assert_eq!(lines(&parts[0]), [
            "large|1|1|1|0|0|0|3|worth=valuable size=large",
            "normal|0|0|0|0|0|0|0|worth=valuable size=normal",
            "small|0|0|0|0|0|0|0|worth=valuable size=small",
            "|0|0|0|0|0|1|1|worth=valuable size:",
        ]);
        assert_eq!(lines(&parts[1]), [
            "large|CNY||CNY 120000.00|CNY 30000.00||||CNY 150000.00",
            "large|EUR|EUR 42000.00||||||EUR 42000.00",
        ]);
        assert_eq!(parts[2].grid.rows.len(), 4);
        let said: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["Amounts in CNY, EUR are not added to each other.", "Of 1 customer no amount is expected yet."]);
        // Every number drills to its rows.
        assert_eq!(world.names("customer", "worth=valuable size=large expected_when=this-week"), ["Acme Robotics"]);
        assert_eq!(world.names("customer", "worth=valuable size:"), ["Blue Harbour"]);
        let some = report(world, "qualification", &[("where", Value::text("name~acme"))]);
        assert_eq!(lines(&some[0])[0], "large|0|0|1|0|0|0|1|worth=valuable size=large");
    }

    fn an_expected_day_is_picked_quickly(world) {
        let reading = world.crm.reading().clone();
        let picked = |text: &str| sign_by(text, &reading).expect(text).to_string();
        assert_eq!(picked("近两天"), "2026-04-01");
        assert_eq!(picked("two-days"), "2026-04-01");
        assert_eq!(picked("本周"), "2026-04-05");
        assert_eq!(picked("this-week"), "2026-04-05");
        assert_eq!(picked("本月"), "2026-03-31");
        assert_eq!(picked("2026-q2"), "2026-06-30");
        assert_eq!(picked("+10d"), "2026-04-10");
        assert_eq!(picked("2026-05-31"), "2026-05-31");
        assert!(sign_by("soon", &reading).is_err());
    }
}
