//! What is exported of every kind comes back the same in an empty database, and nothing is there twice.

use crate::{
    storage::on_both,
    world::{World, people},
};
use kehu::{
    catalog,
    crm::Query,
    exchange::{
        Export, Source,
        import::{Import, Options, Outcome},
    },
};
use std::{collections::BTreeMap, fs};

/// Every kind that people keep records of, what is pointed to first; files come with a folder of their own.
fn kinds() -> Vec<&'static str> {
    let first = [
        "branch",
        "user",
        "node",
        "product",
        "pipeline",
        "stage",
        "pool",
        "pool_rule",
        "customer",
        "contact",
        "deal",
        "lead",
        "queue",
        "article",
        "business_calendar",
        "sla_policy",
        "sla_step",
        "ticket",
    ];
    let others = catalog::ENTRIES.iter().filter(|entry| entry.business && entry.kind != "attachment");
    let others = others.map(|entry| entry.kind).filter(|kind| !first.contains(kind));
    first.into_iter().chain(others).collect()
}

fn exported(world: &mut World, kind: &str) -> String {
    let mut export = Export::new(&world.crm, Query::new(kind)).expect("exports");
    let mut text = String::new();
    while let Some(grid) = export.next_page(&mut world.crm).expect("a page") {
        for row in &grid.rows {
            let pairs = grid.columns.iter().zip(&row.cells);
            let object: serde_json::Map<String, serde_json::Value> =
                pairs.map(|(column, value)| (column.name.clone(), value.to_json(&column.kind))).collect();
            text += &(serde_json::to_string(&object).expect("JSON") + "\n");
        }
    }
    text
}

fn import(world: &mut World, kind: &str, name: &str, text: &str) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("a file");
    let options = Options { create_missing: ["user", "branch"].map(str::to_owned).into(), ..Options::default() };
    let source = Source::open(&path).expect("opens");
    let plan = Import::plan(&mut world.crm, &source, Some(kind), &options, &mut |_| ()).expect("a plan");
    let outcome = plan.run(&mut world.crm, &mut |_| ()).expect("an import");
    assert!(!outcome.refused, "{kind}: {:?}", outcome.problems);
    outcome
}

fn another(world: &World) -> World {
    if world.url.contains("://") { World::on_postgres().expect("another one") } else { World::on_sqlite() }
}

/// At least one of each kind, with what follows by itself from visits and signings.
fn fill(world: &mut World) {
    people(world);
    world.crm.adopt_nodes().expect("nodes");
    world.add(
        "activity",
        &[
            ("subject", "Saw the hall"),
            ("kind", "visit"),
            ("customer", "C1"),
            ("contact", "P1"),
            ("done", "2026-03-02 10:00"),
        ],
    );
    world
        .add("activity", &[("subject", "Saw the hall"), ("kind", "visit"), ("customer", "C2"), ("done", "2026-03-03")]);
    world.add(
        "activity",
        &[("subject", "Call back"), ("kind", "call"), ("customer", "C2"), ("due", "2026-04-03 14:00")],
    );
    let judged = world.values(
        "qualification",
        &[("worth", "valuable"), ("expected_amount", "12万"), ("expected_date", "2026-05-31")],
    );
    world.crm.qualify(1, &judged.expect("parses")).expect("judges");
    kehu::customers::customer_bought(&mut world.crm, 3, "2026-03-20".parse().expect("a day")).expect("signs");
    world.add("review_rule", &[("condition", "level=A"), ("lapse_after", "180")]);
    world.add("share", &[("customer", "C1"), ("user", "mei"), ("access", "write")]);
    world.add("fact", &[("text", "Plays the guzheng"), ("about", "hobbies"), ("contact", "P1")]);
    world.add("occasion", &[("name", "birthday"), ("day", "农历八月十五"), ("contact", "P1")]);
    world.add("relation", &[("kind", "friend-of"), ("contact", "P1"), ("other", "P2")]);
    fill_the_pipeline(world);
    world.add("pool", &[("name", "Open to all"), ("branch", "Hamburg"), ("claims_a_day", "5")]);
    let rule = [("name", "Thirty silent days"), ("pool", "PO1"), ("trigger", "no-follow-up"), ("days", "30")];
    world.add("pool_rule", &rule);
    world.edit("customer", 4, &[("owner", ""), ("pool", "PO1")]);
    world.edit("customer", 1, &[("protected_until", "2026-05-31")]);
    fill_the_support_desk(world);
}

/// A complaint that was answered, solved and opened again, with what is to be done for it.
fn fill_the_support_desk(world: &mut World) {
    world.add("queue", &[("name", "Support"), ("members", "mei,lukas"), ("address", "support@ours.example")]);
    let list = [("word", "complaint"), ("queue", "Support"), ("priority", "high"), ("checklist", "Call back\nSend it")];
    world.add("ticket_type", &list);
    world.add("macro", &[("name", "Ask for logs"), ("reply", "The logs, please."), ("status", "pending")]);
    let ticket = world.add(
        "ticket",
        &[
            ("subject", "It is dark"),
            ("kind", "complaint"),
            ("contact", "P2"),
            ("followers", "mei,lin"),
            ("owner", "mei"),
        ],
    );
    world.add("ticket", &[("subject", "It is dark here too"), ("parent", "T1"), ("customer", "C3")]);
    world.crm.run_macro(1, &[ticket]).expect("answers");
    world.edit("ticket", ticket, &[("status", "resolved"), ("resolution", "exchanged")]);
    world.add("ticket_message", &[("ticket", "T1"), ("direction", "in"), ("body", "Dark again"), ("minutes", "3")]);
    world.edit("ticket", ticket, &[("owner", "lukas")]);
    world.edit("ticket_step", 1, &[("done", "2026-03-30 10:00")]);
    fill_the_service_levels(world);
    fill_the_knowledge_base(world);
}

/// Hours, a holiday, a policy with a step that was taken, and who gets which tickets.
fn fill_the_service_levels(world: &mut World) {
    world.add("business_calendar", &[("name", "Always"), ("hours", "24x7"), ("zone", "Europe/Berlin")]);
    world.add("holiday", &[("name", "Founding day"), ("calendar", "BC1"), ("day", "2026-05-18")]);
    world.add("sla_policy", &[("name", "Usual"), ("calendar", "BC1"), ("first_response", "1h"), ("resolution", "8h")]);
    world.add("sla_step", &[("clock", "first_response"), ("policy", "SP1"), ("percent", "50"), ("tell", "owner")]);
    world.add("ticket_rule", &[("condition", "kind=repair"), ("user", "mei")]);
    world.add("ticket", &[("subject", "It smokes"), ("customer", "C2"), ("owner", "mei")]);
    let mut later = crate::service_levels::at(world, "lin", "2026-03-31T09:40");
    assert_eq!(later.escalate().expect("escalates").grid.rows.len(), 1);
}

/// An article of two versions that a ticket is linked to, a rating, a question, and a search in vain.
fn fill_the_knowledge_base(world: &mut World) {
    world.add("article", &[("title", "Dark display"), ("tags", "display"), ("state", "draft"), ("body", "Wait.")]);
    world.edit("article", 1, &[("body", "Wait.\nThen call.")]);
    world.edit("ticket", 1, &[("articles", "N1")]);
    world.add("survey", &[("subject", "How was it?"), ("text", "1 to 5? {token}")]);
    world.add("satisfaction", &[("ticket", "T1"), ("score", "2"), ("comment", "slow")]);
    world.crm.search_articles("bluetooth", kehu::tickets::Scope::All, 5).expect("searches");
    world
        .crm
        .queue_message(&kehu::tickets::Outgoing {
            to: vec!["a@x.example".to_owned()],
            subject: "Hello".to_owned(),
            text: "We are moving.".to_owned(),
            customer: Some(1),
            ..Default::default()
        })
        .expect("queues");
}

/// What waits to be sent in one database is not sent from another as well.
fn brought(kind: &str, text: &str) -> String {
    if kind != "outbox" {
        return text.to_owned();
    }
    let waits = "\"state\":\"queued\",\"attempts\":0,\"next_attempt\":\"2026-03-31T01:00:00Z\",\"tried\":null,\"sent\":null,\"error\":null";
    let aside = "\"state\":\"cancelled\",\"attempts\":0,\"next_attempt\":null,\"tried\":null,\"sent\":null,\
                 \"error\":\"It waited to be sent in the database that it comes from.\"";
    assert_eq!(text.matches(waits).count(), 2);
    text.replace(waits, aside)
}

/// A product, a deal about it that moved, a lead that came to nothing yet, and what is done with leads by itself.
fn fill_the_pipeline(world: &mut World) {
    world.add("product", &[("name", "Vault sensor"), ("price", "12000")]);
    let deal = world.add("deal", &[("name", "Vault sensors"), ("customer", "C1"), ("product", "R1")]);
    world.edit("stage", 2, &[("to_do", "+2d call: ask who decides\n+3d visit: see the hall")]);
    world.edit("deal", deal, &[("stage", "Proposal")]);
    world.crm.keep_forecast().expect("keeps what is expected");
    for (name, price) in [("Vault sensor", "860.50"), ("Mounting", "120")] {
        world.add("deal_line", &[("description", name), ("deal", "D1"), ("quantity", "3"), ("price", price)]);
    }
    world.add("deal_contact", &[("role", "decision_maker"), ("deal", "D1"), ("contact", "P1")]);
    world.add("lead", &[("name", "Anna Berg"), ("company", "Berg Sensorik"), ("email", "anna@berg.example")]);
    world.crm.keep_forecast().expect("keeps");
    world.add("lead_rule", &[("condition", "source=web"), ("user", "mei")]);
    world.add("score_rule", &[("name", "Has an address"), ("condition", "not email:"), ("points", "10")]);
}

on_both! {
    fn whatever_is_exported_comes_back_the_same_and_once(world) {
        fill(world);
        assert_eq!(world.crm.count_where("qualification", "automatic=yes").expect("counts"), 3, "two visits and a signing");
        let before: BTreeMap<&str, String> = kinds().into_iter().map(|kind| (kind, exported(world, kind))).collect();
        let mut empty = another(world);
        for kind in kinds() {
            assert!(!before[kind].is_empty(), "there is no {kind} to bring");
            import(&mut empty, kind, &format!("{kind}.ndjson"), &before[kind]);
        }
        for (kind, text) in &before {
            assert_eq!(exported(&mut empty, kind), brought(kind, text), "{kind}");
            let again = import(&mut empty, kind, &format!("{kind}.ndjson"), text);
            assert_eq!((again.created, again.updated), (0, 0), "{kind} once more");
        }
    }

    fn a_plan_that_was_done_elsewhere_comes_with_what_followed(world) {
        people(world);
        let id = world.add("activity", &[("subject", "See the hall"), ("kind", "visit"), ("customer", "C1"), ("due", "2026-03-30")]);
        let mut other = another(world);
        for kind in ["branch", "user", "customer", "contact", "activity"] {
            import(&mut other, kind, "rows.ndjson", &exported(world, kind));
        }
        world.edit("activity", id, &[("done", "2026-03-30 10:00")]);
        for kind in ["activity", "qualification"] {
            let text = exported(world, kind);
            import(&mut other, kind, "rows.ndjson", &text);
            assert_eq!(exported(&mut other, kind), text, "{kind}");
        }
    }

    fn a_judgement_that_followed_here_already_is_not_brought_twice(world) {
        people(world);
        world.add("activity", &[("subject", "Saw the hall"), ("kind", "visit"), ("customer", "C1"), ("done", "2026-03-02 10:00")]);
        let mut other = another(world);
        for kind in ["branch", "user", "customer", "contact"] {
            import(&mut other, kind, "rows.ndjson", &exported(world, kind));
        }
        let visits = "subject,kind,customer,done\nSaw the hall,visit,招商银行深圳分行,2026-03-02 10:00\n";
        import(&mut other, "activity", "visits.csv", visits);
        assert_eq!(other.text("customer", 1, "node"), "visit");
        let text = exported(world, "qualification");
        for _ in 0..2 {
            import(&mut other, "qualification", "rows.ndjson", &text);
            assert_eq!(exported(&mut other, "qualification"), text);
        }
    }

    fn the_last_contact_of_a_customers_row_leads_on_as_an_activity_does(world) {
        let rows = "客户名称,最近跟进内容,最近跟进时间\nAcme,上门拜访了新厂,2026-03-02\nNordic,电话沟通,2026-03-03\n";
        for _ in 0..2 {
            import(world, "customer", "rows.csv", rows);
            assert_eq!(world.crm.count_where("qualification", "node=visit automatic=yes").expect("counts"), 1);
        }
        assert_eq!(world.text("customer", 1, "node"), "visit");
    }
}
