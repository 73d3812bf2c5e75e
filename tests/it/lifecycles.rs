//! The life cycle of customers, their levels by rule, and the reports of both.

use crate::{storage::on_both, world::World};
use jiff::civil::Date;
use kehu::{
    Cause,
    customers::customer_bought,
    record::{
        Value, Values,
        filter::{self, Filter},
    },
    reports::Part,
};

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn bought(world: &mut World, customer: i64, on: &str) {
    customer_bought(&mut world.crm, customer, day(on)).expect("bought");
}

fn state(world: &mut World, customer: i64) -> [String; 4] {
    ["lifecycle", "signed_on", "bought_on", "lapsed_on"].map(|field| world.text("customer", customer, field))
}

fn verb(world: &mut World, name: &str, id: i64, answers: &[(&str, &str)]) -> kehu::Result<()> {
    let entry = kehu::catalog::entry("customer").expect("is a kind");
    let verb = entry.verbs.iter().find(|verb| verb.name == name).expect("has that verb");
    if let Some(reason) = (verb.refused)(&mut world.crm, id)? {
        return Err(kehu::Error::new(Cause::Refused, reason));
    }
    let answers: Values = answers.iter().map(|(name, text)| ((*name).to_owned(), Value::text(*text))).collect();
    (verb.run)(&mut world.crm, id, &answers)
}

fn report(world: &mut World, name: &str, pairs: &[(&str, Value)]) -> Vec<Part> {
    let report = kehu::catalog::report(name).expect("there is such a report");
    let values: Values = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    (report.run)(&mut world.crm, &values).expect("answers")
}

fn lines(part: &Part) -> Vec<String> {
    let line = |cells: &Vec<Value>| {
        let kinds = part.grid.columns.iter().map(|column| &column.kind);
        kinds.zip(cells).map(|(kind, cell)| kehu::record::types::show(kind, cell)).collect::<Vec<_>>().join("|")
    };
    part.grid.rows.iter().map(|row| line(&row.cells)).collect()
}

on_both! {
    fn the_first_signing_signs_and_the_next_repeats(world) {
        let acme = world.customer("Acme Robotics");
        world.edit("customer", acme, &[("owner", "lin")]);
        verb(world, "sign", acme, &[("on", "2026-03-05")]).expect("signs");
        assert_eq!(state(world, acme), ["signed", "2026-03-05", "2026-03-05", ""]);
        assert_eq!(world.text("customer", acme, "signed_by"), "lin");
        bought(world, acme, "2026-03-20");
        assert_eq!(state(world, acme), ["repeat", "2026-03-05", "2026-03-20", ""]);
        // An earlier contract turns up: the dates follow, the life cycle does not go back.
        bought(world, acme, "2025-12-01");
        assert_eq!(state(world, acme), ["repeat", "2025-12-01", "2026-03-20", ""]);
        let ahead = customer_bought(&mut world.crm, acme, day("2026-04-01")).expect_err("is still to come");
        assert_eq!((ahead.cause, ahead.field.as_deref()), (Cause::BadValue, Some("on")));
        // Who was imported as signed, nobody knows since when, repeats with the next purchase.
        let old = world.add("customer", &[("name", "招商银行深圳分行"), ("lifecycle", "signed")]);
        bought(world, old, "2026-03-30");
        assert_eq!(state(world, old), ["repeat", "", "2026-03-30", ""]);
    }

    fn who_lapsed_comes_back_by_buying_or_by_hand_and_never_by_old_news(world) {
        let acme = world.customer("Acme Robotics");
        bought(world, acme, "2025-05-05");
        verb(world, "lapse", acme, &[("because", "moved to another supplier")]).expect("lapses");
        assert_eq!(state(world, acme), ["lapsed", "2025-05-05", "2025-05-05", "2026-03-31"]);
        assert_eq!(world.text("customer", acme, "lapsed_from"), "signed");
        assert_eq!(verb(world, "lapse", acme, &[("because", "x")]).expect_err("once only").cause, Cause::Refused);
        bought(world, acme, "2025-06-06");
        assert_eq!(state(world, acme), ["lapsed", "2025-05-05", "2025-06-06", "2026-03-31"], "old news");
        verb(world, "revive", acme, &[]).expect("comes back");
        assert_eq!(state(world, acme), ["repeat", "2025-05-05", "2025-06-06", ""]);
        assert_eq!(world.text("customer", acme, "revived_on"), "2026-03-31");
        assert_eq!(verb(world, "revive", acme, &[]).expect_err("has not lapsed").cause, Cause::Refused);
        verb(world, "lapse", acme, &[("because", "again")]).expect("lapses");
        bought(world, acme, "2026-03-31");
        assert_eq!(state(world, acme)[0], "repeat", "buying wins them back");
        assert_eq!(world.text("customer", acme, "lapsed_because"), "");
        // A potential customer that was given up is signed by a first contract.
        let given_up = world.customer("Blue Harbour");
        verb(world, "lapse", given_up, &[("because", "no answer")]).expect("lapses");
        verb(world, "revive", given_up, &[]).expect("comes back");
        assert_eq!(state(world, given_up)[0], "potential");
        verb(world, "lapse", given_up, &[("because", "no answer")]).expect("lapses");
        bought(world, given_up, "2026-03-31");
        assert_eq!(state(world, given_up), ["signed", "2026-03-31", "2026-03-31", ""]);
    }

    fn levels_follow_the_rules_until_somebody_sets_one(world) {
        let big = world.add("customer", &[("name", "招商银行深圳分行"), ("employees", "900")]);
        let small = world.add("customer", &[("name", "Acme Robotics"), ("employees", "9")]);
        let set = world.add("customer", &[("name", "Nordic Instruments GmbH"), ("employees", "700"), ("level", "C")]);
        world.add("review_rule", &[("condition", "employees=500.."), ("level", "A")]);
        world.add("review_rule", &[("condition", "employees=1.."), ("level", "C")]);
        let tried = world.crm.rule_hits().expect("previews");
        let counts: Vec<Vec<Value>> = tried.rows.iter().map(|row| row.cells[3..].to_vec()).collect();
        assert_eq!(counts, [[Value::Integer(2), Value::Integer(1)], [Value::Integer(1), Value::Integer(1)]]);
        world.crm.set_dry_run(true);
        assert_eq!(world.crm.review(&Filter::All).expect("tries").rows.len(), 2);
        world.crm.set_dry_run(false);
        assert_eq!(world.text("customer", big, "level"), "");
        assert_eq!(world.crm.review(&Filter::All).expect("reviews").rows.len(), 2);
        let level = |world: &mut World, id| (world.text("customer", id, "level"), world.text("customer", id, "level_by"));
        assert_eq!(level(world, big), ("A".into(), "rule".into()));
        assert_eq!(level(world, small), ("C".into(), "rule".into()));
        assert_eq!(level(world, set), ("C".into(), String::new()), "a level set by hand stays");
        assert!(world.crm.review(&Filter::All).expect("reviews").rows.is_empty(), "nothing is left to do");
        world.edit("customer", big, &[("level", "B")]);
        assert_eq!(level(world, big), ("B".into(), "hand".into()));
        assert!(world.crm.review(&Filter::All).expect("reviews").rows.is_empty());
        world.edit("customer", big, &[("level_by", "rule")]);
        world.edit("customer", small, &[("employees", "600")]);
        let some = filter::parse("name~招商").expect("parses");
        assert_eq!(world.crm.review(&some).expect("reviews").rows.len(), 1);
        assert_eq!(level(world, big).0, "A");
        assert_eq!(level(world, small).0, "C", "was not among those reviewed");
        let operations = world.crm.operations(Some(1)).expect("lists");
        assert_eq!(operations[0].label, "Review customers: 1 changed");
        let changes = world.crm.history("customer", big).expect("is kept");
        assert!(changes.iter().any(|line| line.field == "level" && line.after == Value::text("A") && line.before == Value::text("B")));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(level(world, big).0, "B");
    }

    fn a_rule_does_one_thing_and_asks_what_customers_have(world) {
        let both = world.try_add("review_rule", &[("condition", "level=A"), ("level", "A"), ("lapse_after", "9")]);
        assert_eq!(both.expect_err("does two things").cause, Cause::BadValue);
        assert!(world.try_add("review_rule", &[("condition", "level=A")]).is_err(), "does nothing");
        let wrong = world.try_add("review_rule", &[("condition", "colour=red"), ("level", "A")]).expect_err("no such field");
        assert_eq!(wrong.field.as_deref(), Some("condition"));
        let broken = world.try_add("review_rule", &[("condition", "level=("), ("level", "A")]).expect_err("no filter");
        assert_eq!(broken.field.as_deref(), Some("condition"));
        assert!(world.try_add("review_rule", &[("condition", "level=A"), ("lapse_after", "-3")]).is_err());
    }

    fn who_signed_lapses_when_nothing_happens_and_nothing_is_planned(world) {
        let old = |world: &mut World, name: &str, level: &str| {
            let id = world.add("customer", &[("name", name), ("lifecycle", "signed"), ("since", "2020-01-01"), ("level", level)]);
            world.outside(&format!("UPDATE customers SET created_at = '2020-01-01T00:00:00Z' WHERE id = {id}"));
            id
        };
        let silent = old(world, "Acme Robotics", "B");
        let planned = old(world, "Nordic Instruments GmbH", "B");
        world.add("activity", &[("subject", "Call"), ("kind", "call"), ("customer", &format!("C{planned}")), ("due", "+5d")]);
        let spoken = old(world, "苏州精密机械有限公司", "B");
        world.add("activity", &[("subject", "Call"), ("kind", "call"), ("customer", &format!("C{spoken}")), ("done", "2025-09-01")]);
        let key = old(world, "招商银行深圳分行", "A");
        world.add("activity", &[("subject", "Call"), ("kind", "call"), ("customer", &format!("C{key}")), ("done", "2025-09-01")]);
        world.add("customer", &[("name", "Blue Harbour"), ("lifecycle", "potential"), ("since", "2020-01-01")]);
        world.add("customer", &[("name", "Imported today"), ("lifecycle", "signed"), ("since", "2020-01-01")]);
        let told = world.crm.review(&Filter::All).expect("reviews");
        assert_eq!(told.rows.len(), 1);
        assert_eq!(told.rows[0].cells[7], Value::Integer(2281));
        assert_eq!(state(world, silent), ["lapsed", "", "", "2026-03-31"]);
        assert_eq!(world.text("customer", silent, "lapsed_from"), "signed");
        assert_eq!(world.text("customer", silent, "lapsed_because"), "> 365 d");
        // Key customers are missed sooner.
        world.add("review_rule", &[("condition", "level=A"), ("lapse_after", "180")]);
        let told = world.crm.review(&Filter::All).expect("reviews");
        assert_eq!(told.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [key]);
        verb(world, "revive", silent, &[]).expect("comes back");
        assert!(world.crm.review(&Filter::All).expect("reviews").rows.is_empty(), "who was won back has time");
    }

    fn who_brought_whom_is_counted_through_others_and_ends_in_circles(world) {
        let root = world.customer("招商银行深圳分行");
        let child = world.add("customer", &[("name", "Acme Robotics"), ("referrer", "C1"), ("source", "转介绍"), ("lifecycle", "signed"), ("since", "2026-01-05")]);
        world.add("customer", &[("name", "Blue Harbour"), ("referrer", "C2"), ("source", "转介绍"), ("since", "2026-02-05")]);
        world.add("customer", &[("name", "Nordic Instruments GmbH"), ("referrer", "C2"), ("source", "fair"), ("since", "2025-02-05"), ("lifecycle", "repeat")]);
        let _ = world.crm.notices();
        let parts = report(world, "referrals", &[]);
        assert_eq!(lines(&parts[0]), [
            "招商银行深圳分行|1|2|2||2||referrer=C1",
            "Acme Robotics|2|0|1||1|招商银行深圳分行|referrer=C2",
        ]);
        assert_eq!(lines(&parts[1]), ["转介绍|2|1|", "fair|1|1|"]);
        let said: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["No percentages are given of fewer than 5."]);
        let parts = report(world, "referrals", &[("period", Value::text("2026"))]);
        assert_eq!(lines(&parts[0])[0], "招商银行深圳分行|1|1|1||2||referrer=C1");
        let parts = report(world, "referrals", &[("of", kehu::record::Link::to(root))]);
        assert_eq!(lines(&parts[1]).len(), 3);
        assert_eq!(lines(&parts[1])[1], "2|Blue Harbour|Acme Robotics|no|转介绍");
        // No rule lets a circle in, but a foreign hand may.
        world.outside(&format!("UPDATE customers SET referrer = {child} WHERE id = {root}"));
        assert_eq!(report(world, "referrals", &[])[1].grid.rows.len(), 3);
        assert_eq!(lines(&report(world, "referrals", &[("of", kehu::record::Link::to(root))])[0]).len(), 1);
    }

    fn the_latest_are_told_by_person_department_and_branch(world) {
        crate::world::people(world);
        world.edit("user", 2, &[("department", "sales")]);
        world.edit("user", 3, &[("department", "sales")]);
        // Acme was Mei's when it came; the report keeps that though it went to Lukas.
        world.edit("customer", 3, &[("owner", "lukas")]);
        let new = report(world, "latest", &[]);
        assert_eq!(lines(&new[0]), ["陆雅梅|1", "Lukas Brandt|1"]);
        assert_eq!(lines(&new[1])[0], "陆雅梅|2026-03-31|Acme Robotics|B|potential|");
        let by_branch = report(world, "latest", &[("by", Value::text("branch")), ("period", Value::text("2026"))]);
        // C4 has no owner: it counts for Lin, who wrote it down, at head office, which sums Hamburg too.
        assert_eq!(lines(&by_branch[0]), ["Head office|2|3", "Hamburg|1|1"]);
        customer_bought(&mut world.crm, 3, day("2026-03-30")).expect("signs");
        world.edit("customer", 3, &[("owner", "mei")]);
        let signed = report(world, "latest", &[("what", Value::text("signed")), ("by", Value::text("user"))]);
        assert_eq!(lines(&signed[0]), ["Lukas Brandt|1"], "to the credit of who looked after them then");
        world.add("activity", &[("subject", "Call"), ("kind", "call"), ("customer", "C1"), ("owner", "mei"), ("done", "2026-03-30T20:00")]);
        world.add("activity", &[("subject", "Call"), ("kind", "call"), ("customer", "C1"), ("owner", "mei")]);
        world.add("activity", &[("subject", "Call"), ("kind", "call"), ("customer", "C2"), ("owner", "lukas"), ("due", "+1d")]);
        let followed = report(world, "latest", &[("what", Value::text("followed")), ("by", Value::text("department"))]);
        assert_eq!(lines(&followed[0]), ["sales|1"], "what is planned was not done");
        assert_eq!(lines(&followed[1]), ["sales|2026-03-31|招商银行深圳分行|A|potential|深圳|陆雅梅"]);
        let short = report(world, "latest", &[("period", Value::text("2026")), ("summary", Value::Bool(true))]);
        assert_eq!(short.len(), 1);
        let none = report(world, "latest", &[("where", Value::text("city=Oslo,Hamburg"))]);
        assert_eq!(lines(&none[1]), ["Lukas Brandt|2026-03-23|Nordic Instruments GmbH|B|potential|Hamburg"]);
    }

    fn the_report_of_customers_tells_what_changed_and_forgets_what_was_undone(world) {
        crate::world::people(world);
        bought(world, 1, "2026-03-30");
        bought(world, 2, "2026-03-30");
        world.crm.undo(None, false).expect("undoes");
        bought(world, 3, "2026-03-30");
        bought(world, 3, "2026-03-31");
        let parts = report(world, "customers", &[]);
        assert_eq!(lines(&parts[0]), [
            "potential|0|1|1|2||lifecycle=potential",
            "signed|1|0|0|1||lifecycle=signed",
            "repeat|0|1|0|1||lifecycle=repeat",
            "lapsed|0|0|0|0||lifecycle=lapsed",
        ]);
        assert_eq!(lines(&parts[1]), ["repeat|signed|1", "signed|potential|2"]);
        assert_eq!(lines(&parts[2])[..2], ["signed|1|2||lifecycle=signed", "repeat|1|2||lifecycle=repeat"]);
        assert_eq!(lines(&report(world, "customers", &[("period", Value::text("2025"))])[1]), Vec::<String>::new());
        let six = ["周", "吴", "郑", "王"].map(|name| world.customer(name));
        assert_eq!(six.len(), 4);
        assert_eq!(lines(&report(world, "customers", &[("rows", Value::text("kind")), ("across", Value::text("entity"))])[0])[0], "customer|8|8|100.00%|kind=customer");
        let judged = world.values("qualification", &[("worth", "valuable")]).expect("parses");
        world.crm.qualify(1, &judged).expect("judges");
        // What is computed can stand along the top too.
        let by_worth = report(world, "customers", &[("across", Value::text("worth"))]);
        assert_eq!(lines(&by_worth[0])[1], "signed|1|0|1|12.50%|lifecycle=signed");
        let wrong = (kehu::catalog::report("customers").expect("is there").run)(
            &mut world.crm, &vec![("rows".to_owned(), Value::text("name"))]).expect_err("no list");
        assert!(wrong.to_string().contains("name is no closed list; there are kind, entity, lifecycle"), "{wrong}");
    }
}
