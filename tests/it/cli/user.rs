//! `kehu user …` and who one is.

use crate::world::Desk;

#[test]
fn the_first_who_writes_is_the_first_user_and_told_so() {
    let desk = Desk::empty();
    let made = desk.say("init");
    assert_eq!(made.code, 0, "{}", made.err);
    let added = desk.say("customer add Acme --owner me");
    assert_eq!(added.code, 0, "{}", added.err);
    assert!(format!("{}{}", made.err, added.err).contains("lin is the first user of this database"), "{}", made.err);
    let user = desk.say("user show me -f json");
    assert_eq!(user.json()["tier"], "decision");
}

#[test]
fn a_stranger_is_told_who_can_let_them_in() {
    let desk = Desk::new();
    let said = desk.say("customer list --as kim");
    assert_eq!((said.code, said.out.as_str()), (8, ""));
    assert!(said.err.contains("kim"), "{}", said.err);
    assert!(said.err.contains("hint: kehu --as COLLEAGUE user add"), "{}", said.err);
    assert_eq!(desk.say("customer list --as kim -f json").error()["code"], "not_allowed");
    desk.say("--as mei user add Kim --login kim").done();
    assert_eq!(desk.say("customer list --as kim --count").done(), "4\n");
    assert_eq!(desk.say("customer list --as chen --count").code, 8, "who has left may not come in");
}

#[test]
fn whoever_acts_is_who_is_remembered() {
    let desk = Desk::new();
    desk.say("--as U3 customer edit C2 level=A").done();
    let newest = desk.say("oplog --limit 1 -f json").json();
    assert_eq!(newest["items"][0]["who"], "Lukas Brandt");
    assert_eq!(desk.say("customer list owner=me --as lukas -f ids").done(), "C2\n");
}

#[test]
fn the_last_active_colleague_stays() {
    let desk = Desk::new();
    desk.say("user deactivate U2 U3").done();
    let said = desk.say("user deactivate U1");
    assert_eq!(said.code, 5, "{}", said.err);
    desk.say("user activate U2").done();
    let said = desk.say("user deactivate U1");
    assert_eq!(said.code, 5, "nobody takes themselves out: {}", said.err);
    desk.say("user deactivate U1 --as U2").done();
    assert_eq!(desk.say("customer list").code, 8);
}
