//! Lukas hands over his customers too generously, and takes it back.

use crate::world::Desk;

#[test]
fn a_careless_edit_of_many_is_one_undo_away() {
    let desk = Desk::new();
    let before = desk.say("customer list --sort id -f json -c name,owner,level,tags").done();
    // He means the customers of Hamburg, and forgets to say so; the machine shows what it comes to, and he does not look.
    desk.say("--as lukas customer edit --where level!=D owner=mei tags=handover --yes").done();
    assert_eq!(desk.say("customer list owner=mei --count").done(), "4\n");
    // Mei has begun to work on one of them already.
    desk.say("--as mei customer edit C1 level=B").done();
    // Nobody else takes it back by accident: Lin's own last deed is another one.
    let log = desk.say("oplog -f json").json();
    let his = log["items"]
        .as_array()
        .expect("operations")
        .iter()
        .find(|line| line["who"] == "Lukas Brandt")
        .expect("his")
        .clone();
    assert!(his["what"].as_str().is_some_and(|what| what.starts_with("Edit 4 customers")), "{his}");
    desk.say("--as lukas undo").done();
    desk.say("--as mei undo").done();
    assert_eq!(desk.say("customer list --sort id -f json -c name,owner,level,tags").done(), before);
}
