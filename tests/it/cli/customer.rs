//! `kehu customer …`: the verbs that every record has.

use crate::world::Desk;
use serde_json::json;

#[test]
fn a_customer_is_added_with_flags_or_pairs_and_its_ref_is_printed() {
    let desk = Desk::new();
    let added =
        desk.say("customer add \"Harbour Robotics\" --level B owner=me tags=vip,fair --annual-revenue 3万 -f ids");
    assert_eq!(added.done(), "C5\n");
    let record = desk.say("customer show C5 -f json").json();
    assert_eq!(record["name"], "Harbour Robotics");
    assert_eq!(record["owner"]["title"], "lin");
    assert_eq!(record["tags"], json!(["vip", "fair"]));
    assert_eq!(record["annual_revenue"], json!({"amount": "30000.00", "currency": "CNY"}));
    assert_eq!(record["email"], json!(null));
    assert_eq!(record["since"], "2026-03-31");
}

#[test]
fn a_write_is_silent_in_a_script_and_tells_where_it_wrote_when_asked() {
    let desk = Desk::new();
    let silent = desk.say("customer edit C3 --level A");
    assert_eq!((silent.code, silent.out.as_str(), silent.err.as_str()), (0, "", ""));
    let told = desk.say("customer edit C3 --level C -v");
    assert!(told.err.contains("Changed C3 Acme Robotics: level A → C."), "{}", told.err);
    assert!(told.err.contains("kehu.db"), "{}", told.err);
    let quiet = desk.say("customer edit C3 --level D -v -q");
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
}

#[test]
fn the_newest_come_first_and_all_of_them_in_a_pipe() {
    let desk = Desk::new();
    let list = desk.say("customers list -c name -f tsv").done();
    let names: Vec<&str> = list.lines().skip(1).collect();
    assert_eq!(names.len(), 4, "the plural is understood");
    assert!(names[3].contains("招商银行深圳分行"), "{list}");
    assert_eq!(desk.say("customer list level=B --count").done(), "2\n");
    assert_eq!(desk.say("customer list --limit 1 -f json").json()["total"], 4);
}

#[test]
fn tags_are_added_and_taken_away_one_by_one() {
    let desk = Desk::new();
    desk.say("customer edit C1 --add-tag key --rm-tag vip").done();
    assert_eq!(desk.say("customer show C1 -f json").json()["tags"], json!(["银行", "key"]));
    desk.say("customer edit C1 tags=").done();
    assert_eq!(desk.say("customer show C1 -f json").json()["tags"], json!([]));
}

#[test]
fn many_are_edited_in_one_step_after_a_yes() {
    let desk = Desk::new();
    let refused = desk.say("customer edit --where level=B city=Bonn");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("C3 Acme Robotics: city → Bonn"), "the diff is shown first: {}", refused.err);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    desk.say("customer edit --where level=B city=Bonn --yes").done();
    assert_eq!(desk.say("customer list city=Bonn --count").done(), "2\n");
    desk.say("undo").done();
    assert_eq!(desk.say("customer list city=Bonn --count").done(), "0\n");
    assert_eq!(desk.say("customer show C2 -f json").json()["city"], "Hamburg");
}

#[test]
fn a_dry_run_shows_what_would_be_and_writes_nothing() {
    let desk = Desk::new();
    let before = desk.say("oplog -f json").done();
    let told = desk.say("customer edit --where level=B city=Bonn --dry-run");
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(told.err.contains("C2 Nordic Instruments GmbH: city Hamburg → Bonn"), "{}", told.err);
    for line in [
        "customer add Beta --dry-run",
        "customer rm C1 --dry-run -y",
        "customer edit C1 level=D --dry-run",
        "undo --dry-run",
    ] {
        let told = desk.say(line);
        assert_eq!(told.code, 0, "{line}: {}", told.err);
        assert!(told.err.contains("Nothing was written"), "{line}: {}", told.err);
    }
    assert_eq!(desk.say("oplog -f json").done(), before);
}

#[test]
fn what_would_go_along_is_said_before_it_goes() {
    let desk = Desk::new();
    let refused = desk.say("customer rm C1");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    desk.say("customer rm C1 --yes").done();
    assert_eq!(desk.say("contact list --count").done(), "3\n");
    assert_eq!(desk.say("customer list --deleted -c name -f csv").done().lines().count(), 2);
    desk.say("customer restore C1").done();
    assert_eq!(desk.say("contact list --count").done(), "4\n");
    assert_eq!(desk.say("customer rm \"Acme Robotics\" --yes").code, 2, "names are not precise enough to remove by");
}

#[test]
fn purging_needs_the_recycle_bin_and_a_yes() {
    let desk = Desk::new();
    assert_eq!(desk.say("customer purge C3 --yes").code, 5);
    desk.say("customer rm C3 --yes").done();
    assert_eq!(desk.say("customer purge C3").code, 2);
    desk.say("customer purge C3 --yes").done();
    assert_eq!(desk.say("customer show C3").code, 3);
}

#[test]
fn the_history_tells_when_who_from_where_old_and_new() {
    let desk = Desk::new();
    desk.say("customer edit C3 --level A").done();
    let items = desk.say("customer history C3 -f json").json();
    let last = items["items"].as_array().expect("changes").last().expect("one").clone();
    for (name, value) in [("who", "lin"), ("door", "cli"), ("field", "level"), ("old", "B"), ("new", "A")] {
        assert_eq!(last[name], value, "{last}");
    }
}

#[test]
fn the_whole_customer_is_seen_at_once() {
    let desk = Desk::new();
    let shown = desk.say("customer show 招商银行深圳分行").done();
    for part in ["深圳", "300,000,000", "vip", "王晓明", "13912345678"] {
        assert!(shown.replace("300000000", "300,000,000").contains(part), "{part}: {shown}");
    }
    let record = desk.say("show c1 -f json").json();
    assert_eq!(record["contacts"][0]["name"], "王晓明");
}

#[test]
fn an_edit_of_what_changed_since_is_refused() {
    let desk = Desk::new();
    desk.say("customer edit C3 city=Bonn --if-version 1").done();
    let late = desk.say("customer edit C3 city=Ulm --if-version 1");
    assert_eq!(late.code, 4);
    assert!(late.err.contains("hint: kehu customer history C3"), "{}", late.err);
}

#[test]
fn a_record_named_twice_is_meant_once() {
    let desk = Desk::new();
    desk.say("customer rm C1 c1 C3 -y").done();
    desk.say("customer restore C3 C1 C1").done();
    assert_eq!(desk.say("customer list --count").done(), "4\n");
}

#[test]
fn another_day_is_shown_and_never_passed_off_as_today() {
    let desk = Desk::new();
    desk.say("customer edit C3 level=A --now 2026-04-02T10:00").done();
    let level = |day: &str| {
        desk.say(&format!("customer show C3 --as-of {day} --now 2026-05-01 -f json")).json()["level"].clone()
    };
    assert_eq!((level("2026-04-01"), level("2026-04-02")), ("B".into(), "A".into()));
    assert_eq!(desk.say("customer show C3 --as-of 2026-03-30").code, 3, "it was not there yet");
    assert_eq!(desk.say("customer list --as-of 2026-04-01").code, 2);
}

#[test]
fn a_row_with_several_faults_names_them_all() {
    let desk = Desk::new();
    let rows = "name,employees,since,email,tags\nAcme,-5,tomorrowish,x@y@z,a\n,-1,,,b\nBeta,3,0000-00-00,,c\n";
    std::fs::write(desk.folder().join("bad.csv"), rows).expect("writes");
    let said = desk.say("customer import bad.csv");
    assert_eq!(said.code, 5);
    for line in [
        "line 2: email: x@y@z is not an e-mail address.",
        "line 2: employees: employees is 0 or more, not -5.",
        "line 2: since: tomorrowish is not a date.",
        "line 3: employees: employees is 0 or more, not -1.",
        "line 3: name: A customer needs name.",
        "2 rows cannot be taken",
    ] {
        assert!(said.err.contains(line), "{line}: {}", said.err);
    }
    assert_eq!(desk.say("customer import bad.csv --rejects bad-again.csv").code, 6);
    let again = std::fs::read_to_string(desk.folder().join("bad-again.csv")).expect("reads");
    assert!(again.contains("employees: employees is 0 or more, not -5. since: tomorrowish"), "{again}");
    assert_eq!(desk.say("customer list name=Beta -c since -f csv").done(), "ref,since\nC5,\n");
}
