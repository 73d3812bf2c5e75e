//! Anna Berg fills in a form, and becomes a customer who buys: every step is taken back and done again on the way.

use crate::world::{Desk, Output, dump};
use serde_json::Value;

/// Lin's desk, at which each step is proved.
struct Story {
    desk: Desk,
}

impl Story {
    /// A sales process with gates, one rule that gives leads to Mei, one that scores them.
    fn begins() -> Self {
        let story = Self { desk: Desk::new() };
        for line in [
            "pipeline add Projects --default yes",
            "stage add Asked --pipeline Projects --probability 20 --needs-to-leave checklist_done",
            "stage add Offered --pipeline Projects --probability 50 --needs amount,close",
            "stage add Bought --pipeline Projects --outcome won --needs contact",
            "stage add Gone --pipeline Projects --outcome lost",
            "lead_rule add source=web --user mei",
            "score_rule add \"Says how to be reached\" --condition \"not email:\" --points 15",
            "product add \"GTX Pro\" --price 860",
        ] {
            story.desk.say(line).done();
        }
        let to_do = "to_do=+1d call: ask who decides\n+2d visit: see the hall";
        story.desk.run(["stage", "edit", "ST1", to_do]).done();
        story
    }

    fn everything(&self) -> Vec<String> {
        dump(&mut self.desk.crm())
    }

    fn json(&self, line: &str) -> Value {
        self.desk.say(&format!("{line} -f json")).json()
    }

    fn last_deed(&self) -> String {
        self.json("oplog --limit 1")["items"][0]["what"].as_str().unwrap_or_default().to_owned()
    }

    /// Does it, takes it back without a trace, does it again, and says what the log calls it.
    #[track_caller]
    fn step(&self, who: &str, line: &str) -> String {
        let before = self.everything();
        self.desk.say(&format!("--as {who} {line}")).done();
        let label = self.last_deed();
        let after = self.everything();
        assert_ne!(after, before, "{line}");
        self.desk.say(&format!("--as {who} undo")).done();
        assert_eq!(self.everything(), before, "undo {line}");
        assert_eq!(self.last_deed(), format!("Undo: {label}"));
        self.desk.say(&format!("--as {who} redo")).done();
        assert_eq!(self.everything(), after, "redo {line}");
        label
    }

    /// It is refused and leaves nothing behind.
    #[track_caller]
    fn refused(&self, line: &str) -> String {
        let before = self.everything();
        let Output { code, err, .. } = self.desk.say(line);
        assert_eq!(code, 5, "{line}: {err}");
        assert_eq!(self.everything(), before);
        err
    }

    /// A field of a record, a link by its title.
    fn field(&self, record: &str, name: &str) -> Value {
        let value = self.json(&format!("show {record}"))[name].clone();
        value.get("title").cloned().unwrap_or(value)
    }
}

#[test]
fn anna_becomes_a_customer_who_buys() {
    let story = Story::begins();

    // The form on the web site makes a lead, which is scored at once.
    let form = "lead intake --form \"name=Anna Berg&company=Berg Sensorik&email=anna@berg.example&message=A quote for 12 sensors, please\"";
    assert_eq!(story.step("lin", form), "Take in 1 forms: L1 Anna Berg");
    assert_eq!((story.field("L1", "status"), story.field("L1", "score")), ("new".into(), 15.into()));
    assert_eq!(story.json("lead list source=web")["items"][0]["owner"], Value::Null);

    // It goes to Mei, who answers; the answer makes it a contacted one.
    story.step("lin", "lead assign");
    assert_eq!(story.field("L1", "owner"), "陆雅梅");
    story.step("mei", "log email L1 \"sent the price list\"");
    assert_eq!(story.field("L1", "status"), "contacted");
    assert!(story.step("mei", "lead qualify L1").starts_with("qualify L1"));

    // One step makes a customer, a contact and a deal of it; what was written to the lead is theirs too.
    assert_eq!(story.step("mei", "lead convert L1 --deal \"Sensors for hall 3\""), "Convert L1 Anna Berg to C5");
    assert_eq!((story.field("L1", "status"), story.field("L1", "score")), ("converted".into(), 15.into()));
    let deal = story.json("deal show D1");
    assert_eq!((story.field("D1", "stage"), story.field("D1", "probability")), ("Asked".into(), 20.0.into()));
    assert_eq!(deal["needs"], "A quote for 12 sensors, please");
    let told: Vec<&str> =
        deal["timeline"].as_array().expect("events").iter().filter_map(|event| event["title"].as_str()).collect();
    assert!(told.contains(&"sent the price list") && told.contains(&"ask who decides"), "{told:?}");

    // The stage has a checklist, and nothing goes on before it is done; it stands on Mei's plan.
    let err = story.refused("deal move D1");
    assert!(err.contains("before its checklist is done: ask who decides, see the hall."), "{err}");
    assert!(err.contains("kehu activity done A2"), "{err}");
    let plan = story.desk.say("--as mei --now 2026-04-01T09:00 today -f json").json();
    assert_eq!(plan["today"][0]["ref"], "A2");
    assert_eq!(story.step("mei", "activity done A2 --outcome \"she does\""), "done A2 ask who decides");
    assert_eq!(story.json("deal show D1")["checklist"][1]["ref"], "A3", "the next one is planned");
    story.refused("deal move D1");
    story.step("mei", "deal_contact add decision_maker --deal D1 --contact P5");
    story.step("mei", "activity done A3");
    assert_eq!(story.field("D1", "checklist_done"), true);

    // They asked for a price, and the next gate wants to know it, too.
    assert_eq!(story.json("deal show D1")["next_actions"][0]["action"], "name_price");
    let err = story.refused("deal move D1");
    assert!(err.contains("A deal does not come to Offered without amount, close."), "{err}");
    assert_eq!(
        story.step("mei", "deal_line add --deal D1 --product \"GTX Pro\" --quantity 12 --discount 5"),
        "Add deal_line DL1 GTX Pro"
    );
    assert_eq!(story.field("D1", "amount")["amount"], "9804.00");
    story.refused("deal edit D1 stage=Offered");
    story.step("mei", "deal edit D1 --close 2026-04-30");
    assert_eq!(story.step("mei", "deal move D1"), "move D1 Sensors for hall 3");
    assert_eq!((story.field("D1", "stage"), story.field("D1", "probability")), ("Offered".into(), 50.0.into()));

    // They hesitate, want it cheaper, and buy.
    story.step("mei", "deal edit D1 --close 2026-05-31");
    story.step("mei", "deal_line edit DL1 --discount 10");
    assert_eq!((story.field("D1", "pushes"), story.field("D1", "shrinks")), (1.into(), 1.into()));
    assert_eq!(story.field("D1", "amount")["amount"], "9288.00");
    assert_eq!(story.step("mei", "deal win D1"), "win D1 Sensors for hall 3");
    assert_eq!((story.field("D1", "outcome"), story.field("D1", "probability")), ("won".into(), 100.0.into()));
    assert_eq!(story.field("C5", "lifecycle"), "signed");
    story.refused("deal move D1 --to Asked");
    let way = story.json("stage_move list deal=D1 --sort id -c title");
    let way: Vec<&str> =
        way["items"].as_array().expect("steps").iter().filter_map(|step| step["title"].as_str()).collect();
    assert_eq!(way, ["Asked", "Offered", "Bought"]);
}
