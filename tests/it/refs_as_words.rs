//! A ref among the words of a list means the record, as the hints of the program write it.

use crate::{
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::customers::merge::Merge;

fn names(world: &mut World, filter: &str) -> Vec<String> {
    world.names("customer", filter)
}

on_both! {
    /// The record of that ref, in any letter case and among other conditions; quoted, the text.
    fn a_ref_is_the_record(world) {
        people(world);
        world.customer("Workshop C2");
        world.customer("Garage C99");
        for (filter, found) in [
            ("C2", vec!["Nordic Instruments GmbH"]),
            ("c2", vec!["Nordic Instruments GmbH"]),
            ("C2 level=B", vec!["Nordic Instruments GmbH"]),
            ("C2 level=A", vec![]),
            ("C2 nordic", vec!["Nordic Instruments GmbH"]),
            ("C2 or C3", vec!["Nordic Instruments GmbH", "Acme Robotics"]),
            ("not C2 level=B", vec!["Acme Robotics"]),
            ("\"C2\"", vec!["Workshop C2"]),
            // There is no such record, so it is text.
            ("C99", vec!["Garage C99"]),
            // The ref of another kind is text here.
            ("P1", vec![]),
        ] {
            assert_eq!(names(world, filter), found, "{filter}");
        }
        let sorted = kehu::crm::Query { filter: kehu::record::filter::parse("C2").expect("parses"), exact: true, ..kehu::crm::Query::new("customer") };
        assert_eq!(world.crm.list(&sorted).expect("lists").rows.len(), 1, "in the order of a search too");
        assert_eq!(world.names("contact", "p1"), ["王晓明"]);
        world.crm.merge(&Merge { kind: "customer".into(), winner: 3, losers: vec![2], prefer: Vec::new() }).expect("merges");
        assert_eq!(names(world, "C2"), ["Acme Robotics"], "what was merged leads to the winner");

    }
}

#[test]
fn lists_and_exports_take_refs() {
    let desk = Desk::new();
    assert_eq!(desk.say("customer list C2 -f ids").done().trim(), "C2");
    assert_eq!(desk.say("customer list c2 --count").done().trim(), "1");
    assert!(desk.say("contact export P1 -f vcf").done().contains("FN:王晓明"));
}
