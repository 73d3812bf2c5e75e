//! Lines and people of deals: what they promise, on both databases.

use crate::{
    deals::run,
    storage::on_both,
    world::{World, people},
};
use kehu::{
    Cause,
    exchange::{
        Source,
        import::{Import, Options},
    },
};
use std::fs;

/// A deal of the bank, 招商银行深圳分行, with 王晓明 there.
fn deal(world: &mut World) -> i64 {
    people(world);
    world.add("product", &[("name", "GTX Pro"), ("code", "GTX-P"), ("price", "860.55")]);
    world.add("product", &[("name", "Flow meter"), ("price", "EUR 4200")]);
    world.add("deal", &[("name", "Vault sensors"), ("customer", "C1"), ("amount", "12万")])
}

fn line(world: &mut World, pairs: &[(&str, &str)]) -> i64 {
    world.add("deal_line", &[&[("deal", "D1")], pairs].concat())
}

on_both! {
    fn a_deal_is_worth_the_sum_of_its_rounded_lines(world) {
        let id = deal(world);
        let before = world.dump();
        let first = line(world, &[("product", "GTX Pro"), ("quantity", "3"), ("discount", "5")]);
        assert_eq!(world.text("deal_line", first, "description"), "GTX Pro");
        assert_eq!(world.text("deal_line", first, "price"), "CNY 860.55");
        // 860.55 × 3 × 0.95 = 2452.5675
        assert_eq!(world.text("deal_line", first, "amount"), "CNY 2452.57");
        assert_eq!(world.text("deal", id, "amount"), "CNY 2452.57");
        assert_eq!(world.text("deal", id, "shrinks"), "", "the first line of several is no concession");
        let second = line(world, &[("description", "Mounting"), ("quantity", "0.333"), ("price", "100")]);
        assert_eq!(world.text("deal", id, "amount"), "CNY 2485.87");
        // Lines win over a hand.
        let error = world.try_edit("deal", id, &[("amount", "3000")]).expect_err("has lines");
        assert_eq!(error.message.to_string(), "Vault sensors is worth the sum of its lines, CNY 2485.87: change those instead.");
        assert_eq!(run(world, "win", id, &[("amount", "3000")]).expect_err("has lines").cause, Cause::Refused);
        // A discount on all lines is one concession.
        let values = world.values("deal_line", &[("discount", "10")]).expect("parses");
        world.crm.transaction("Concede", |crm| {
            [first, second].iter().try_for_each(|id| crm.change("deal_line", *id, values.clone(), None).map(|_| ()))
        }).expect("concedes");
        assert_eq!((world.text("deal", id, "amount"), world.text("deal", id, "shrinks")), ("CNY 2353.46".into(), "1".into()));
        world.crm.remove("deal_line", second).expect("removes");
        assert_eq!(world.text("deal", id, "amount"), "CNY 2323.49");
        for _ in 0..4 {
            world.crm.undo(None, false).expect("undoes");
        }
        assert_eq!(world.dump(), before);
    }

    fn a_line_that_goes_to_another_deal_takes_its_worth_along(world) {
        deal(world);
        let other = world.add("deal", &[("name", "Door sensors")]);
        line(world, &[("description", "Mounting"), ("price", "100")]);
        let moved = line(world, &[("description", "Sensor"), ("price", "250")]);
        world.edit("deal_line", moved, &[("deal", &format!("D{other}"))]);
        assert_eq!((world.text("deal", 1, "amount"), world.text("deal", other, "amount")), ("CNY 100.00".into(), "CNY 250.00".into()));
    }

    fn a_deal_goes_to_the_bin_and_comes_back_with_its_lines_and_its_worth(world) {
        let id = deal(world);
        line(world, &[("description", "Mounting"), ("price", "100")]);
        line(world, &[("description", "Sensor"), ("price", "250")]);
        let before = world.dump();
        world.crm.remove("deal", id).expect("removes");
        assert_eq!(world.names("deal_line", ""), Vec::<String>::new());
        assert_eq!(world.text("deal", id, "amount"), "CNY 350.00");
        world.crm.restore("deal", id).expect("restores");
        assert_eq!(world.dump(), before);
        let single = world.crm.find("deal_line", "Mounting").expect("is back");
        world.crm.remove("deal_line", single).expect("removes");
        world.crm.restore("deal_line", single).expect("restores");
        assert_eq!(world.text("deal", id, "amount"), "CNY 350.00");
    }

    fn the_doctor_proves_what_deals_are_worth(world) {
        deal(world);
        line(world, &[("description", "Mounting"), ("price", "100")]);
        assert!(world.crm.doctor().expect("looks").healthy);
        world.outside("UPDATE deals SET amount = 5 WHERE id = 1");
        let report = world.crm.doctor().expect("looks");
        assert_eq!(report.issues[0].to_string(), "D1 is not worth the sum of its lines.");
        world.edit("deal_line", 1, &[("discount", "0")]);
        assert!(world.crm.doctor().expect("looks").healthy);
    }

    fn what_no_line_can_be_is_refused(world) {
        deal(world);
        for (pairs, said) in [
            (&[("description", "Sensor"), ("price", "EUR 5")][..], "D1 Vault sensors is in CNY, and EUR 5.00 is not."),
            (&[("product", "Flow meter")], "Flow meter is listed at EUR 4200.00, and D1 is in CNY: say the price of one."),
            (&[("description", "Sensor")], "What does one Sensor cost?"),
            (&[("price", "5")], "A deal_line needs description."),
            (&[("description", "Sensor"), ("price", "-5")], "price is 0 or more, not CNY -5.00."),
            (&[("description", "Sensor"), ("price", "5"), ("quantity", "-2")], "quantity is 0 or more, not -2.000."),
            (&[("description", "Sensor"), ("price", "5"), ("discount", "101")], "discount is 100 or less, not 101.00%."),
            (&[("description", "Sensor"), ("price", "900亿"), ("quantity", "900000000")],
             "Nobody pays that much: CNY 90000000000.00 times 900000000.000 is out of range."),
        ] {
            let before = world.dump();
            let error = world.try_add("deal_line", &[&[("deal", "D1")], pairs].concat()).expect_err(said);
            assert_eq!(error.message.to_string(), said);
            assert_eq!(world.dump(), before);
        }
    }

    fn a_file_brings_lines_for_several_deals_and_the_same_again_changes_nothing(world) {
        deal(world);
        world.add("deal", &[("name", "Door sensors")]);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lines.csv");
        let rows = "商机,产品,名称,数量,单价\nVault sensors,GTXPro,Sensor,10,\nDoor sensors,,Sensor,2,75.5\nVault sensors,,Mounting,1,500\n";
        fs::write(&path, rows).expect("written");
        let mut options = Options::default();
        let import = |world: &mut World, options: &Options| {
            let plan = Import::plan(&mut world.crm, &Source::open(&path).expect("opens"), Some("deal_line"), options, &mut |_| ());
            plan.expect("plans").run(&mut world.crm, &mut |_| ()).expect("runs")
        };
        let refused = import(world, &options);
        assert_eq!(refused.problems[0].message.to_string(), "There is no product GTXPro; is GTX Pro meant?");
        options.map_values = vec!["GTXPro=GTX Pro".to_owned()];
        let outcome = import(world, &options);
        assert_eq!((outcome.created, outcome.refused), (3, false), "{:?}", outcome.problems);
        assert_eq!((world.text("deal", 1, "amount"), world.text("deal", 2, "amount")), ("CNY 9105.50".into(), "CNY 151.00".into()));
        let again = import(world, &options);
        assert_eq!((again.created, again.updated), (0, 0));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.text("deal", 1, "amount"), "CNY 120000.00");
    }

    fn whoever_has_a_say_works_for_the_buyer_or_its_group(world) {
        let id = deal(world);
        world.add("deal_contact", &[("role", "决策人"), ("deal", "D1"), ("contact", "P1")]);
        let stranger = world.try_add("deal_contact", &[("role", "user"), ("deal", "D1"), ("contact", "P3")]);
        assert_eq!(
            stranger.expect_err("works elsewhere").message.to_string(),
            "Zoe Acker works neither for the customer of Vault sensors nor for a company of their group."
        );
        // Acme becomes a daughter of the bank.
        world.edit("customer", 3, &[("parent", "C1")]);
        world.add("deal_contact", &[("role", "user"), ("deal", "D1"), ("contact", "P3")]);
        let twice = world.try_add("deal_contact", &[("role", "decision_maker"), ("deal", "D1"), ("contact", "P1")]);
        assert_eq!(twice.expect_err("is known").cause, Cause::Conflict);
        world.add("deal_contact", &[("role", "buyer"), ("deal", "D1"), ("contact", "P1")]);
        let dossier = world.crm.dossier("deal", id, kehu::customers::Depth::Brief).expect("a page");
        let people = dossier.panels.iter().find(|panel| panel.key == "deal_contacts").expect("stand there");
        assert_eq!(people.grid.rows.len(), 3);
    }
}
