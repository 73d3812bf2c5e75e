//! Commands over everything: find, show, schema, oplog, undo, redo, sql, field and view.

use crate::world::Desk;

#[test]
fn anything_is_found_by_a_piece_of_it() {
    let desk = Desk::new();
    for (words, first) in
        [("招商", "C1"), ("zsyh", "C1"), ("2345", "C1"), ("wxm", "P4"), ("ingrid@nordic", "P2"), ("lukas", "U3")]
    {
        let found = desk.run(["find", words, "-f", "ids"]).done();
        assert!(found.lines().any(|short| short == first), "{words}: {found}");
    }
}

#[test]
fn undo_takes_back_ones_own_and_redo_does_it_again() {
    let desk = Desk::new();
    desk.say("customer edit C1 level=B").done();
    desk.say("--as mei customer edit C1 city=上海").done();
    let told = desk.say("undo -v");
    assert!(told.err.contains("Undid operation") && told.err.contains("level"), "{}", told.err);
    let record = desk.say("customer show C1 -f json").json();
    assert_eq!((&record["level"], &record["city"]), (&"A".into(), &"上海".into()));
    desk.say("redo").done();
    assert_eq!(desk.say("customer show C1 -f json").json()["level"], "B");
    let log = desk.say("oplog -f json --limit 4").json();
    assert_eq!(log["items"].as_array().map(Vec::len), Some(4));
    let hers = &log["items"][2];
    assert_eq!(hers["who"], "陆雅梅");
    desk.say(&format!("undo {}", hers["operation"])).done();
    assert_eq!(desk.say("customer show C1 -f json").json()["city"], "深圳");
}

#[test]
fn a_refused_undo_names_the_rows() {
    let desk = Desk::new();
    desk.say("customer edit --where level=B level=C -y").done();
    desk.say("--as mei customer edit C3 level=D").done();
    let said = desk.say("undo");
    assert_eq!(said.code, 4);
    assert!(said.err.contains("C3 ") && said.err.contains("Acme Robotics"), "{}", said.err);
    assert!(said.err.contains("--keep-newer"), "{}", said.err);
    let rest = desk.say("undo --keep-newer");
    assert_eq!(rest.code, 6, "{}", rest.err);
    assert_eq!(desk.say("customer list level=B -f ids").done(), "C2\n");
}

#[test]
fn the_schema_is_what_json_holds() {
    let desk = Desk::new();
    let fields = desk.say("schema customer -f json").json();
    let names: Vec<&str> =
        fields["items"].as_array().expect("fields").iter().filter_map(|field| field["name"].as_str()).collect();
    let record = desk.say("customer show C1 -f json").json();
    let dossier = ["ref", "contacts", "next_activity", "timeline"];
    for name in record.as_object().expect("a record").keys().filter(|name| !dossier.contains(&&***name)) {
        assert!(names.contains(&&**name), "{name}");
    }
    assert_eq!(desk.say("schema wish").code, 2);
}

#[test]
fn a_custom_field_becomes_a_flag_a_filter_and_a_column() {
    let desk = Desk::new();
    desk.say("field add customer grade --kind choice --choices gold,silver").done();
    desk.say("customer edit C1 --grade gold").done();
    desk.say("customer edit C2 grade=silver").done();
    assert_eq!(desk.say("customer list grade=gold -f ids").done(), "C1\n");
    assert_eq!(desk.say("customer show C2 -f json").json()["x_grade"], "silver");
    assert_eq!(desk.say("customer edit C2 grade=iron").code, 2);
    desk.say("undo").done();
    assert_eq!(desk.say("customer list grade=silver --count").done(), "0\n");
}

#[test]
fn a_view_is_kept_and_narrowed() {
    let desk = Desk::new();
    let kept = desk.say("view add key --of customer level=A..B --fields name,level --order name");
    assert_eq!(kept.code, 0, "{}", kept.err);
    assert_eq!(desk.say("customer list --view key -f csv").done().lines().next(), Some("ref,name,level"));
    assert_eq!(desk.say("customer list --view key owner=mei -f ids").done(), "C3\n");
    assert_eq!(desk.say("customer list --view none").code, 3);
}

#[test]
fn sql_reads_and_never_writes() {
    let desk = Desk::new();
    let answer = desk.run(["sql", "SELECT name, level FROM customers WHERE id = 3", "-f", "json"]).json();
    assert_eq!(answer["items"][0]["name"], "Acme Robotics");
    let refused = desk.run(["sql", "DELETE FROM contacts"]);
    assert_ne!(refused.code, 0);
    assert_eq!(desk.say("contact list --count").done(), "4\n");
}

#[test]
fn what_the_sqlite_shell_wrote_is_found_by_the_next_command() {
    let desk = Desk::new();
    let shell = rusqlite::Connection::open(desk.database()).expect("opens");
    shell.execute("UPDATE customers SET name = 'Zenith Corp' WHERE id = 3", []).expect("writes");
    drop(shell);
    assert_eq!(desk.say("find zenith -f ids").done(), "C3\n");
    assert_eq!(desk.say("customer show \"zenith corp\" -f json").json()["ref"], "C3");
    let history = desk.say("customer history C3 -f json").json();
    assert_eq!(
        history["items"].as_array().and_then(|items| items.last()).map(|last| last["door"].clone()),
        Some("outside".into())
    );
}
