//! Whatever is done with keys is taken back by `u`, down to the last value.

use super::at;
use crate::world::dump;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Deed {
    Add(u8),
    Rename(u8),
    Delete(u8),
    Log(u8),
    Deal(u8),
    Move(u8),
    Bulk(u8),
    Undo,
    Redo,
}

fn deeds() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => any::<u8>().prop_map(Deed::Add),
        3 => any::<u8>().prop_map(Deed::Rename),
        2 => any::<u8>().prop_map(Deed::Delete),
        2 => any::<u8>().prop_map(Deed::Log),
        2 => any::<u8>().prop_map(Deed::Deal),
        3 => any::<u8>().prop_map(Deed::Move),
        1 => any::<u8>().prop_map(Deed::Bulk),
        1 => Just(Deed::Undo),
        1 => Just(Deed::Redo),
    ]
}

/// To the list of customers, and down some rows in it.
fn row(it: &mut super::Sitting, place: u8) {
    it.press("Esc Esc Esc Esc 2 g g");
    for _ in 0..place % 5 {
        it.press("j");
    }
}

fn perform(it: &mut super::Sitting, deed: &Deed) {
    match deed {
        Deed::Add(number) => {
            row(it, 0);
            it.press("N").type_(&format!("公司 {number}")).press("F2 F2");
        }
        Deed::Rename(place) => {
            row(it, *place);
            it.press("e").press("End").type_(&format!(" {place}")).press("F2 F2");
        }
        Deed::Delete(place) => {
            row(it, *place);
            it.press("d");
        }
        Deed::Log(place) => {
            row(it, *place);
            it.press("a").type_("call").press("Enter");
        }
        Deed::Deal(place) => {
            row(it, 0);
            it.press("3").press("N").type_(&format!("Deal {place}")).press("F2");
        }
        Deed::Move(place) => {
            it.press("Esc Esc Esc Esc 3");
            it.press(if place % 3 == 0 { "w" } else { ">" });
        }
        Deed::Bulk(place) => {
            row(it, *place);
            it.press("Space Space d");
        }
        Deed::Undo => drop(it.press("u")),
        Deed::Redo => drop(it.press("Ctrl-r")),
    }
    // Whatever a deed left open is closed.
    for _ in 0..4 {
        if it.state.boxes.is_empty() {
            break;
        }
        it.press("Esc");
        if it.screen().contains("Throw away") {
            it.press("y");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn everything_that_keys_did_is_undone_by_u(deeds in prop::collection::vec(deeds(), 1..12)) {
        let mut it = at(120, 40);
        it.desk.say("deal add Sensors --customer C1 amount=3万").done();
        it.desk.say("deal add Valves --customer C2 amount=5万").done();
        it.press("F5");
        let before = dump(&mut it.crm);
        for deed in &deeds {
            // What was there before is not taken back.
            if matches!(deed, Deed::Undo) && dump(&mut it.crm) == before {
                continue;
            }
            perform(&mut it, deed);
        }
        // The two deals were added on the command line before, and stay.
        for _ in 0..60 {
            it.press("Esc Esc Esc 2");
            if dump(&mut it.crm) == before {
                break;
            }
            it.press("u");
        }
        prop_assert_eq!(dump(&mut it.crm), before);
        prop_assert!(it.broken.is_empty(), "{:?}", it.broken);
    }
}
