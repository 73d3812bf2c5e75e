//! What is promised about colleagues who left: they are given nothing new, and nothing of theirs is lost.

use crate::world::Desk;

/// Nobody who left is given a customer, by whatever way; what is theirs may be changed, and comes back.
#[test]
fn who_left_is_given_nothing_new() {
    let desk = Desk::new();
    std::fs::write(desk.folder().join("new.csv"), "name,owner\nWillow Works,chen\n").expect("writes");
    for line in [
        "customer add \"Willow Works\" --owner chen",
        "customer edit C1 owner=chen",
        "customer edit C1 C2 owner=chen -y",
        "customer edit --where id=1.. owner=chen -y",
        "user edit U2 manager=chen",
        "activity add \"Call back\" --kind task --owner chen",
    ] {
        let output = desk.say(line);
        assert_eq!(output.code, 5, "{line}: {}", output.err);
        assert!(output.err.contains("陈志强 no longer works here."), "{line}: {}", output.err);
        assert!(output.err.contains("kehu user list active=yes"), "{line}: {}", output.err);
    }
    let imported = desk.say("customer import new.csv");
    assert_eq!(imported.code, 5, "{}", imported.err);
    assert!(imported.err.contains("line 2: owner: 陈志强 no longer works here."), "{}", imported.err);
    assert_eq!(desk.say("customer list owner=chen --count").done().trim(), "0");
    // What was done is told of whoever did it.
    desk.say("activity add Called --kind call --owner chen --done 2026-03-01").done();
}

#[test]
fn what_is_theirs_stays_theirs() {
    let desk = Desk::new();
    let told = desk.say("user deactivate U2");
    let words = "陆雅梅 still looks after 1 customer, 0 open activities and 0 other records: kehu user handover U2";
    assert!(told.err.contains(words), "{}", told.err);
    told.done();
    desk.say("customer edit C3 city=Bonn").done();
    desk.say("customer edit C3 owner=mei level=A").done();
    let exported = desk.say("customer export -f csv").done();
    std::fs::write(desk.folder().join("own.csv"), &exported).expect("writes");
    desk.say("customer rm C3 -y").done();
    desk.say("customer restore C3").done();
    desk.say("customer edit C3 owner=").done();
    desk.say("undo").done();
    desk.say("customer edit C3 owner=lin").done();
    desk.say("customer import own.csv").done();
    assert_eq!(desk.say("customer list owner=mei --count").done().trim(), "1");
}

/// Who is marked as gone already needs not be so again.
#[test]
fn a_handover_of_who_left_advises_nothing_done() {
    let desk = Desk::new();
    desk.say("activity add \"Call back\" --kind task --owner mei").done();
    desk.say("activity cancel A1 --because \"no need\"").done();
    assert!(!desk.say("user handover U2").done().contains("activit"), "what was called off is open no more");
    desk.say("user deactivate U2").done();
    let handed = desk.say("user handover U2 --to U3 -y");
    assert!(!handed.err.contains("deactivate"), "{}", handed.err);
    handed.done();
    let handed = desk.say("user handover U3 --to U1 -y -v");
    assert!(handed.err.contains("Nothing is left: kehu user deactivate U3"), "{}", handed.err);
}
