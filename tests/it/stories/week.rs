//! A week of 何佳怡, who sells for the Shenzhen branch to Chinese and English customers, through the command line alone.

use crate::world::Desk;
use serde_json::Value;
use std::fs;

const CUSTOMERS: &str = "客户名称,联系人,手机,邮箱,城市,客户级别,负责人\n\
深圳市星海电子有限公司,周晓琳,138 1234 5678,zhou@xinghai.example,深圳,A,何佳怡\n\
星海电子（深圳）,王强,0755-26001122,wang@xinghai.example,深圳,B,何佳怡\n\
Harbour Robotics Ltd,Ingrid Larsen,+44 20 7946 0123,ingrid@harbour.example,London,A,何佳怡\n\
广州南粤机械厂,陈建国,13900001234,,广州,C,梁惠珊\n";

/// Jia's desk at an hour of the week.
struct Week {
    desk: Desk,
}

impl Week {
    /// Head office, her branch, and a colleague there.
    fn begins() -> Self {
        let week = Self { desk: Desk::empty() };
        week.desk.say("init").done();
        week.desk.say("branch add 深圳分公司 --code SZ --city 深圳 --parent B1").done();
        week.desk.say("user add 何佳怡 --login jia --branch SZ --department sales").done();
        week.desk.say("user add 梁惠珊 --login liang --branch SZ --department sales").done();
        fs::write(week.desk.folder().join("customers.csv"), CUSTOMERS).expect("writes");
        week
    }

    fn at(&self, hour: &str, words: &str) -> String {
        self.desk.say(&format!("--as jia --now {hour} {words}")).done()
    }

    fn json(&self, hour: &str, words: &str) -> Value {
        serde_json::from_str(&self.at(hour, &format!("{words} -f json"))).expect("JSON")
    }

    /// What stands on a customer's timeline, the planned first.
    fn timeline(&self, hour: &str, customer: &str) -> Vec<String> {
        let items = self.json(hour, &format!("customer timeline {customer}"));
        let told = |item: &Value| {
            format!("{} {}", item["sort"].as_str().unwrap_or_default(), item["title"].as_str().unwrap_or_default())
        };
        items["items"].as_array().expect("a timeline").iter().map(told).collect()
    }

    fn last_deed(&self, hour: &str) -> String {
        let log = self.json(hour, "oplog --limit 1");
        log["items"][0]["what"].as_str().unwrap_or_default().to_owned()
    }

    /// Everything there is, as programs get it.
    fn everything(&self, hour: &str) -> String {
        let nouns = ["customer", "contact", "activity", "qualification", "share", "user"];
        nouns.map(|noun| self.at(hour, &format!("{noun} export"))).concat()
    }
}

fn refs(part: &Value) -> Vec<&str> {
    part.as_array().expect("a list").iter().map(|item| item["ref"].as_str().unwrap_or_default()).collect()
}

#[test]
fn jia_lives_a_week_at_the_branch_in_shenzhen() {
    let week = Week::begins();

    // Monday: the customers that were hers at the old company come in; two calls, a message, two plans.
    let file = week.desk.folder().join("customers.csv").display().to_string();
    let counts = week.at("2026-03-30T09:00", &format!("customer import {file}"));
    assert!(counts.starts_with("4 created, 0 updated, 0 unchanged; 4 linked"), "{counts}");
    assert_eq!(week.at("2026-03-30T09:05", "customer list owner=me --count"), "3\n");
    week.at("2026-03-30T10:00", "log 电话 C2 \"问了报价\" --next \"+1d 拜访 看产线\"");
    week.at("2026-03-30T11:00", "log call C3 \"asked for a datasheet\" --next \"wed send the datasheet\"");
    week.at("2026-03-30T15:00", "log 微信 周晓琳 \"约周四吃饭\"");
    assert_eq!(week.timeline("2026-03-30T15:01", "C1"), ["wechat 约周四吃饭", "added 深圳市星海电子有限公司"]);
    assert_eq!(
        week.timeline("2026-03-30T15:01", "C2"),
        ["visit 拜访 看产线", "call 问了报价", "added 星海电子（深圳）"],
        "the plan on top"
    );

    // Tuesday: the visit is on the plan of the day, and is done before it is over; the next step follows from it.
    let plan = week.json("2026-03-31T08:30", "today");
    assert_eq!((refs(&plan["today"]), refs(&plan["overdue"])), (vec!["A2"], vec![]));
    week.at("2026-03-31T16:00", "activity done A2 --outcome \"产线够大\" --minutes 90 --next \"+2d 发报价\"");
    let visit = week.json("2026-03-31T16:01", "activity show A2");
    assert_eq!(
        (&visit["state"], &visit["minutes"], &visit["outcome"]),
        (&"done".into(), &90.into(), &"产线够大".into())
    );
    assert_eq!(week.last_deed("2026-03-31T16:01"), "done A2 拜访 看产线");
    let day = week.at("2026-03-31T18:00", "report day");
    assert!(day.contains("拜访 看产线") && day.contains("产线够大"), "{day}");

    // Wednesday: the datasheet is not printed yet. The old day stays known, and why.
    week.at("2026-04-01T09:00", "activity move A4 --to +1d --because \"样本还没印好\"");
    let moved = week.json("2026-04-01T09:01", "activity show A4");
    assert_eq!((&moved["moved"], &moved["moved_because"]), (&1.into(), &"样本还没印好".into()));
    assert_eq!(moved["first_due"], "2026-03-31T16:00:00Z", "Wednesday in Shenzhen");

    // Thursday: two of her customers are one. Nothing of either is lost, and the dead ref leads to the other.
    let pairs = week.json("2026-04-02T09:00", "customer duplicates");
    assert_eq!(pairs["items"].as_array().map(Vec::len), Some(1), "{pairs}");
    let before = week.everything("2026-04-02T09:01");
    week.at("2026-04-02T09:02", "customer merge C1 C2 --yes");
    let merged = week.json("2026-04-02T09:03", "customer show C2");
    assert_eq!((&merged["ref"], &merged["email"]), (&"C1".into(), &"zhou@xinghai.example".into()));
    assert_eq!(merged["more_emails"], serde_json::json!(["wang@xinghai.example"]));
    assert_eq!(merged["contacts"].as_array().map(Vec::len), Some(2));
    let told = week.timeline("2026-04-02T09:04", "C1");
    for event in ["task 发报价", "visit 拜访 看产线", "wechat 约周四吃饭", "call 问了报价"] {
        assert!(told.contains(&event.to_owned()), "{event}: {told:?}");
    }
    assert_eq!(week.last_deed("2026-04-02T09:05"), "Merge C2 into C1 深圳市星海电子有限公司");
    // She hesitates, takes it back to the letter, and does it again.
    week.at("2026-04-02T09:06", "undo");
    assert_eq!(week.everything("2026-04-02T09:07"), before);
    week.at("2026-04-02T09:08", "redo");
    assert_eq!(week.at("2026-04-02T09:09", "customer list owner=me --count"), "2\n");

    // Friday: she leaves for a month; what is open goes to a colleague, what she did stays hers.
    let plan = week.json("2026-04-03T08:30", "today");
    assert_eq!(refs(&plan["overdue"]).len(), 2, "{plan}");
    let before = week.everything("2026-04-03T16:00");
    let lin = |words: &str| week.desk.say(&format!("--now 2026-04-03T17:00 {words}"));
    let duties = lin("user handover 何佳怡").done();
    assert!(duties.contains("customers") && duties.contains("activities"), "{duties}");
    assert_eq!(lin("user handover 何佳怡 --to 梁惠珊").code, 2, "nobody is asked in a script");
    lin("user handover 何佳怡 --to 梁惠珊 --yes").done();
    assert_eq!(week.at("2026-04-03T17:01", "customer list owner=me --count"), "0\n");
    assert_eq!(week.at("2026-04-03T17:01", "customer list shared=me --count"), "2\n", "she may still read them");
    assert_eq!(
        week.at("2026-04-03T17:01", "activity list owner=me kind=call,visit,wechat state=done --count"),
        "4\n",
        "her credit"
    );
    let theirs = week.json("2026-04-03T17:02", "today --user 梁惠珊");
    assert_eq!(refs(&theirs["overdue"]).len(), 2, "{theirs}");
    let log = lin("oplog --limit 1 -f json").json();
    assert_eq!(log["items"][0]["what"], "Hand over from 何佳怡 to 梁惠珊");
    // The journey is called off.
    lin("undo").done();
    assert_eq!(week.everything("2026-04-03T17:05"), before);
}
