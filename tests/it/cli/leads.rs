//! `kehu lead …`, as people, web sites and cron use it.

use crate::world::{Desk, finished};
use std::{
    io::Write,
    process::{Output, Stdio},
};

/// Takes in what comes through standard input.
fn piped(desk: &Desk, line: &str, input: &[u8]) -> Output {
    let mut child = desk
        .command(crate::world::words(line))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    // A program that has seen enough may close its end first.
    let _ = child.stdin.take().expect("an end").write_all(input);
    child.wait_with_output().expect("ends")
}

#[test]
fn a_web_form_becomes_a_won_deal() {
    let desk = Desk::new();
    let form =
        br#"{"name": "Anna Berg", "company": "Berg Pumpen AB", "email": "anna@berg.example", "message": "Twenty"}"#;
    assert_eq!(piped(&desk, "lead intake -f ids", form).stdout, b"L1\n");
    assert_eq!(desk.say("lead list status=new --count").done(), "1\n");
    desk.say("log call L1 \"they want twenty\" --next \"+2d send a quote\"").done();
    desk.say("lead claim L1").done();
    desk.say("lead qualify L1").done();
    let told = desk.say("lead convert L1 --amount 120k --deal \"Flow meters\" -v");
    assert!(
        told.err
            .contains("L1 is now C5 Berg Pumpen AB, P5 Anna Berg, D1 Flow meters; 2 activities and files went along."),
        "{}",
        told.err
    );
    let page = desk.say("show L1 -f json").json();
    assert_eq!((page["customer"]["ref"].as_str(), page["deal"]["ref"].as_str()), (Some("C5"), Some("D1")));
    let timeline = desk.say("lead timeline L1 -f json").json().to_string();
    assert!(timeline.contains("they want twenty"));
    for kind in ["customer timeline C5", "lead timeline L1"] {
        assert!(desk.say(kind).done().contains("they want twenty"), "{kind}");
    }
    let refused = desk.say("lead convert L1");
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("C5"), "{}", refused.err);
    desk.say("deal win D1").done();
    desk.say("undo").done();
    desk.say("undo").done();
    assert_eq!(desk.say("lead list status=qualified --count").done(), "1\n");
    assert_eq!(desk.say("customer list --count").done(), "4\n");
}

#[test]
fn a_wrong_word_about_a_lead_is_refused_in_one_sentence() {
    let desk = Desk::new();
    desk.say("lead add \"Anna Berg\"").done();
    for (line, code, said) in [
        ("lead convert L9", 3, "L9"),
        ("lead convert L1 --customer C99", 3, "C99"),
        ("lead convert L1 --amount much", 2, "much"),
        ("lead convert L1 --no-deal --amount 5", 2, "--amount"),
        ("lead disqualify L1", 2, "because"),
        ("lead reopen L1", 5, "new"),
        ("lead assign --where colour=red", 2, "colour"),
        ("lead score", 2, "score rule"),
        ("lead intake nowhere.json", 3, "nowhere.json"),
        ("lead add \"Anna Berg\" --cost -5", 2, "-5"),
        ("lead_rule add source=web", 2, "take turns"),
    ] {
        let refused = desk.say(line);
        assert_eq!(refused.code, code, "{line}: {}", refused.err);
        assert!(refused.err.contains(said), "{line}: {}", refused.err);
    }
}

#[test]
fn what_cannot_be_taken_in_is_refused() {
    let desk = Desk::new();
    for input in [&b""[..], b"hello", b"{\"name\":", b"\0\0\0\0"] {
        let refused = piped(&desk, "lead intake", input);
        assert_eq!(refused.status.code(), Some(2), "{input:?}");
        assert!(refused.stdout.is_empty());
    }
    let huge = vec![b' '; 65 * 1024 * 1024];
    assert_eq!(piped(&desk, "lead intake", &huge).status.code(), Some(2));
    assert_eq!(desk.say("lead list --count").done(), "0\n");
}

#[test]
fn lists_of_leads_are_known_by_their_headings() {
    let desk = Desk::new();
    let files = [
        (
            "zh.csv",
            "线索名称,公司名称,手机,线索来源,线索状态,线索成本\n赵敏,甬江流体设备,13800001101,展会,跟进中,¥320\n",
        ),
        (
            "sf.csv",
            "Id,LastName,FirstName,Company,LeadSource,Status\n00Q1,Berg,Anna,Berg AB,Web,Open - Not Contacted\n",
        ),
        (
            "zoho.csv",
            "Record Id,Lead Owner.id,Lead Owner,Company,First Name,Last Name,Lead Source,Lead Status\nzcrm_1,7,,Holm ApS,Jens,Holm,Advertisement,Contacted\n",
        ),
        (
            "pd.csv",
            "Lead - ID,Lead - Title,Lead - Contact person,Lead - Organization\n77,Pumps,Giulia Conti,Conti Srl\n",
        ),
        (
            "hs.csv",
            "Record ID,Lead Name,Lead Stage,Associated Contact,Associated Company\n5,Vogel lead,New,Katrin Vogel,Vogel KG\n",
        ),
    ];
    for (name, text) in files {
        std::fs::write(desk.folder().join(name), text).expect("writes");
        let first = desk.say(&format!("import {name}"));
        assert!(first.out.contains("1 created"), "{name}: {}{}", first.out, first.err);
        let again = desk.say(&format!("import {name}"));
        assert!(again.out.contains("1 unchanged"), "{name}: {}{}", again.out, again.err);
    }
    let list = desk.say("lead list --sort id -c name,company,status -f csv").done();
    assert_eq!(
        list,
        "ref,name,company,status\nL1,赵敏,甬江流体设备,contacted\nL2,Anna Berg,Berg AB,new\nL3,Jens Holm,Holm ApS,contacted\n\
         L4,Giulia Conti,Conti Srl,new\nL5,Katrin Vogel,Vogel KG,new\n"
    );
}

#[test]
fn cron_may_try_an_assignment() {
    let desk = Desk::new();
    desk.say("lead_rule add source=web --user mei").done();
    desk.say("lead add \"Anna Berg\" --source web").done();
    let tried = finished(&mut desk.command(["lead", "assign", "--dry-run", "-f", "csv"]));
    assert_eq!(tried.out, "ref,name,to,rule,condition,why\nL1,Anna Berg,陆雅梅,LR1,source=web,rule\n");
    assert_eq!(desk.say("lead list owner=mei --count").done(), "0\n");
    desk.say("lead assign -q").done();
    assert_eq!(desk.say("lead list owner=mei --count").done(), "1\n");
}
