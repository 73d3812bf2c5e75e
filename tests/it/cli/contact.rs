//! `kehu contact …`: a contact's own verbs.

use crate::world::Desk;

#[test]
fn a_contact_is_preferred_and_leaves() {
    let desk = Desk::new();
    desk.say("contact add \"Li Na\" --customer C1").done();
    desk.say("contact prefer P5").done();
    assert_eq!(desk.say("contact list customer=C1 primary=yes -f ids").done(), "P5\n");
    let again = desk.say("contact prefer P5");
    assert_eq!(again.code, 5);
    assert!(again.err.contains("Li Na is the primary contact already."), "{}", again.err);
    desk.say("contact leave P5").done();
    assert_eq!(desk.say("contact list customer=C1 primary=yes -f ids").done(), "P1\n");
    assert_eq!(desk.say("contact prefer P5").code, 5, "who left cannot be asked for first");
    desk.say("undo").done();
    assert_eq!(desk.say("contact list customer=C1 primary=yes -f ids").done(), "P5\n");
}

#[test]
fn a_verb_on_several_is_one_operation_or_none() {
    let desk = Desk::new();
    desk.say("contact leave P2").done();
    assert_eq!(desk.say("contact leave P3 P2").code, 5);
    assert_eq!(desk.say("contact list left=yes -f ids").done(), "P2\n");
    desk.say("contact leave P3 P4").done();
    desk.say("undo").done();
    assert_eq!(desk.say("contact list left=yes -f ids").done(), "P2\n");
}

#[test]
fn a_name_that_fits_several_is_answered_with_the_candidates() {
    let desk = Desk::new();
    let said = desk.say("contact show 王晓明");
    assert_eq!(said.code, 3);
    assert!(said.err.contains("P1 ") && said.err.contains("P4 "), "{}", said.err);
    let error = desk.say("contact show 王晓明 -f json").error();
    assert_eq!(error["code"], "ambiguous");
    assert_eq!(error["candidates"][0]["ref"], "P1");
    assert_eq!(error["candidates"][1]["title"], "王晓明");
}
