//! `kehu customer sign|lapse|revive|review`, `kehu review_rule …` and the reports of customers.

use crate::world::Desk;

#[test]
fn a_customer_signs_lapses_and_comes_back() {
    let desk = Desk::new();
    desk.say("customer sign C3 --on 2026-03-05").done();
    assert_eq!(
        desk.say("customer list lifecycle=signed -c signed_on,signed_by -f csv").done().lines().last(),
        Some("C3,2026-03-05,陆雅梅")
    );
    let ahead = desk.say("customer sign C3 --on 2026-05-05");
    assert_eq!(ahead.code, 2);
    assert!(ahead.err.contains("2026-05-05 is still to come"), "{}", ahead.err);
    let silent = desk.say("customer lapse C3");
    assert_eq!(silent.code, 2, "lapse asks why: {}", silent.err);
    desk.say("customer lapse C3 --because \"moved away\"").done();
    let again = desk.say("customer lapse C3 --because x");
    assert_eq!(again.code, 5);
    assert!(again.err.contains("Acme Robotics has lapsed already."), "{}", again.err);
    desk.say("customer revive C3").done();
    assert_eq!(desk.say("customer show C3 -f json").json()["lifecycle"], "signed");
    desk.say("undo").done();
    assert_eq!(desk.say("customer show C3 -f json").json()["lapsed_because"], "moved away");
}

#[test]
fn a_review_shows_who_would_change_and_does_it_in_one_step() {
    let desk = Desk::new();
    desk.say("customer edit C4 employees=700").done();
    desk.say("review_rule add employees=500.. --level A").done();
    let tried = desk.say("customer review --dry-run -f json").json();
    assert_eq!(tried["items"][0]["ref"], "C4");
    assert_eq!((&tried["items"][0]["to"], &tried["items"][0]["rule"]), (&"A".into(), &"RR1".into()));
    assert_eq!(desk.say("customer show C4 -f json").json()["level"], serde_json::Value::Null);
    let hits = desk.say("review-rule preview -f json").json();
    assert_eq!((&hits["items"][0]["fits"], &hits["items"][0]["changes"]), (&1.into(), &1.into()));
    let unasked = desk.say("customer review -q");
    assert_eq!((unasked.code, unasked.err.contains("--yes is needed")), (2, true), "{}", unasked.err);
    assert_eq!(desk.say("customer show C4 -f json").json()["level"], serde_json::Value::Null, "nothing was written");
    let quiet = desk.say("customer review -q --yes");
    assert_eq!((quiet.code, &*quiet.out, &*quiet.err), (0, "", ""), "silent in cron");
    assert_eq!(desk.say("customer show C4 -f json").json()["level"], "A");
    assert_eq!(desk.say("customer review -q").out, "");
    desk.say("undo").done();
    assert_eq!(desk.say("customer show C4 -f json").json()["level"], serde_json::Value::Null);
    let wrong = desk.say("review_rule add colour=red --level A");
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("customer has no field colour"), "{}", wrong.err);
    assert_eq!(desk.say("customer review --where colour=red").code, 2);
}

#[test]
fn reports_of_customers_come_in_every_format_and_language() {
    let desk = Desk::new();
    desk.say("customer sign C1 C2").done();
    desk.say("customer edit C2 referrer=C1").done();
    let json = desk.say("report customers -f json").json();
    assert_eq!(json["became"][0]["customers"], 2);
    assert_eq!(json["retention"][0]["of"], 2);
    assert_eq!(json["customers"][1]["filter"], "lifecycle=signed");
    assert!(desk.say("report customers").err.contains("No percentages are given of fewer than 5."));
    let chinese = desk.say("--lang zh report customers -f md").done();
    assert!(chinese.contains("阶段变化") && chinese.contains("| 签约"), "{chinese}");
    let latest = desk.say("report latest --what signed --by branch -f json").json();
    assert_eq!(latest["counts"][0]["with_below"], 2);
    assert_eq!(latest["latest"][0]["ref"], "C1");
    let summary = desk.say("report latest --what signed --summary -f csv").done();
    assert!(summary.starts_with("user,customers\n"), "{summary}");
    let brought = desk.say("report referrals -f json").json();
    assert_eq!(brought["who_brought_whom"][0]["referrer"]["ref"], "C1");
    assert_eq!(desk.say("report latest --by nobody").code, 2);
    assert_eq!(desk.say("report customers --rows name").code, 2);
    assert_eq!(desk.say("report referrals --period someday").code, 2);
}
