//! `kehu customer assign|share|unshare` and `kehu user handover`, as people and scripts use them.

use crate::world::Desk;

#[test]
fn customers_are_given_to_a_colleague_by_name_or_by_filter() {
    let desk = Desk::new();
    desk.say("log call C1 \"asked\" --next \"+3d send the quote\"").done();
    let told = desk.say("customer assign C1 C2 C1 --to 陆雅梅 -v");
    assert!(
        told.err.contains(
            "Assigned 2 customers to 陆雅梅, until now with lin (1), Lukas Brandt (1); 1 planned activity goes along."
        ),
        "{}",
        told.err
    );
    assert_eq!(desk.say("activity list owner=mei done: --count").done(), "1\n");
    let unanswered = desk.say("customer assign --where owner=mei --to lukas");
    assert_eq!(unanswered.code, 2);
    assert!(unanswered.err.contains("Assign 3 customers to Lukas Brandt?"), "{}", unanswered.err);
    let tried = desk.say("customer assign --where owner=mei --to lukas --dry-run");
    assert!(tried.err.contains("Nothing was written"), "{}", tried.err);
    assert_eq!(desk.say("customer list owner=lukas --count").done(), "0\n");
    desk.say("customer assign --where owner=mei --to lukas --yes").done();
    assert_eq!(desk.say("customer list owner=lukas --count").done(), "3\n");
    desk.say("undo").done();
    assert_eq!(desk.say("customer list owner=mei --count").done(), "3\n");
    assert!(desk.say("customer assign C1 --to mei").err.contains("already"));
}

#[test]
fn a_wrong_assignment_is_refused_in_one_sentence() {
    let desk = Desk::new();
    for (line, code, said) in [
        ("customer assign C1 --to chen", 5, "no longer works here"),
        ("customer assign C1 --to nobody", 3, "nobody"),
        ("customer assign --to mei", 2, "Which customer?"),
        ("customer assign C1 --where level=A --to mei", 2, "not both"),
        ("customer assign --where \"\" --to mei", 2, "--where"),
        ("customer assign --where colour=red --to mei", 2, "colour"),
        ("customer assign C1", 2, "--to"),
        ("customer share C1 --with chen", 5, "no longer works here"),
        ("customer share C1 --with lin", 5, "anyhow"),
        ("customer share C1 --with mei --until yesterday", 5, "passed"),
        ("customer share C1 --with mei --until soon", 2, "soon"),
        ("customer unshare C1 --with mei", 3, "not shared"),
        ("user handover U1 --to U1 --yes", 5, "themselves"),
        ("user handover U1 --to chen --yes", 5, "no longer works here"),
        ("user handover U1 --to mei", 2, "--yes"),
        ("user handover U9", 3, "U9"),
    ] {
        let refused = desk.say(line);
        assert_eq!((refused.code, refused.out.lines().count() > 9), (code, false), "{line}: {}", refused.err);
        assert!(refused.err.contains(said), "{line}: {}", refused.err);
    }
    assert_eq!(desk.say("share list --count").done(), "0\n", "nothing is half done");
}

#[test]
fn what_is_shared_with_me_is_a_list() {
    let desk = Desk::new();
    desk.say("customer share C2 C3 --with lin --write").done();
    assert_eq!(desk.say("customer list shared=me -f ids").done(), "C3\nC2\n");
    assert_eq!(desk.say("oplog --limit 1 -c what -f csv").done().lines().count(), 2);
    desk.say("undo").done();
    assert_eq!(desk.say("customer list shared=me --count").done(), "0\n", "both in one step");
    desk.say("customer share C2 --with lin --until 2026-04-02").done();
    assert_eq!(desk.say("customer list shared=me --now 2026-04-02T23:00 -f ids").done(), "C2\n");
    assert_eq!(desk.say("customer list shared=me --now 2026-04-03T00:30 -f ids").done(), "");
}

#[test]
fn who_leaves_hands_over_and_is_marked_as_gone() {
    let desk = Desk::new();
    desk.say("activity add \"call back\" --kind task --customer C3 --owner mei --due +2d").done();
    let open = desk.say("user handover mei").done();
    assert!(open.contains("customers   owner") && open.contains("activities  owner"), "{open}");
    let tried = desk.say("user handover mei --to lukas --dry-run");
    assert!(tried.err.contains("Nothing was written"), "{}", tried.err);
    let told = desk.say("user handover mei --to lukas --yes -v");
    assert!(told.err.contains("Handed 2 records over from 陆雅梅 to Lukas Brandt."), "{}", told.err);
    assert!(told.err.contains("kehu user deactivate U2"), "{}", told.err);
    assert_eq!(desk.say("customer list shared=mei -f ids").done(), "C3\n", "the former owner may still read");
    assert!(desk.say("user handover mei").err.contains("nothing open"));
    desk.say("user deactivate U2").done();
    assert_eq!(desk.say("activity list owner=lukas --count").done(), "1\n");
}
