//! What a second import of the same file promises after a merge: rows of the dead leave the survivor alone.

use crate::{
    storage::on_both,
    world::{Desk, World},
};
use kehu::{
    customers::merge::Merge,
    exchange::{
        Source,
        import::{Import, Options, Outcome},
    },
};

fn import(world: &mut World, name: &str, text: &str) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("writes");
    let source = Source::open(&path).expect("opens");
    let plan =
        Import::plan(&mut world.crm, &source, Some("customer"), &Options::default(), &mut |_| {}).expect("plans");
    plan.run(&mut world.crm, &mut |_| {}).expect("imports")
}

fn merge(world: &mut World, winner: i64, loser: i64) {
    let merge = Merge { kind: "customer".into(), winner, losers: vec![loser], prefer: Vec::new() };
    world.crm.merge(&merge).expect("merges");
}

fn uid(world: &mut World, id: i64) -> String {
    world.text("customer", id, "uid")
}

on_both! {
    fn the_row_of_a_dead_number_leaves_the_survivor_alone(world) {
        let text = "external_ids,name,city\nerp:1,Acme Robotics,Ulm\nerp:2,ACME Ltd,Bonn\n";
        assert_eq!(import(world, "erp.csv", text).created, 2);
        merge(world, 1, 2);
        for _ in 0..2 {
            let outcome = import(world, "erp.csv", text);
            assert_eq!((outcome.created, outcome.updated, outcome.unchanged, outcome.rejected), (0, 0, 2, 0));
            let told: Vec<String> = outcome.warnings.iter().map(ToString::to_string).collect();
            assert_eq!(told, ["Line 3 is C2, which was merged into C1; its values are left alone."]);
        }
        assert_eq!(world.text("customer", 1, "city"), "Ulm");
        // Alone in a file, the dead one's row still reaches the survivor.
        assert_eq!(import(world, "one.csv", "external_ids,name,city\nerp:2,Acme Robotics,Bonn\n").updated, 1);
        assert_eq!(world.text("customer", 1, "city"), "Bonn");
    }

    fn the_row_of_a_dead_uid_leaves_the_survivor_alone_wherever_it_stands(world) {
        let [one, two] = ["Acme Robotics", "ACME Ltd"].map(|name| world.customer(name));
        let (one_uid, two_uid) = (uid(world, one), uid(world, two));
        merge(world, one, two);
        let text = format!("uid,name,city\n{two_uid},ACME Ltd,Bonn\n{one_uid},Acme Robotics,Ulm\n");
        assert_eq!(import(world, "own.csv", &text).updated, 1);
        let again = import(world, "own.csv", &text);
        assert_eq!((again.updated, again.unchanged), (0, 2));
        assert_eq!((world.text("customer", one, "name"), world.text("customer", one, "city")), ("Acme Robotics".into(), "Ulm".into()));
    }
}

#[test]
fn a_second_import_says_once_what_it_leaves_alone() {
    let desk = Desk::new();
    let uids = [2, 3].map(|id| desk.crm().record("customer", id).expect("is there").value("uid"));
    let [two, three] = uids.map(|uid| uid.as_text().expect("a uid").to_owned());
    desk.say("customer merge C3 C2 -y").done();
    let text = format!("uid,name,city\n{two},Nordic Instruments GmbH,Bonn\n{three},Acme Robotics,Ulm\n");
    std::fs::write(desk.folder().join("own.csv"), text).expect("writes");
    desk.say("customer import own.csv").done();
    let again = desk.say("customer import own.csv");
    assert_eq!(again.err.matches("C2").count(), 1, "{}", again.err);
    assert!(again.err.contains("Line 2 is C2, which was merged into C3; its values are left alone."), "{}", again.err);
}
