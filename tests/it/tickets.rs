//! Tickets: taken, answered, put off, solved, opened again, merged and split, on both databases and from the command line.

use crate::{
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::{
    Cause,
    catalog::{self},
    customers::{Handover, merge::Merge},
    record::{Value, Values, filter::Filter},
    tickets::{Direction, Said, TicketStatus},
};

fn ticket(world: &mut World, subject: &str, more: &[(&str, &str)]) -> i64 {
    world.add("ticket", &[&[("subject", subject)], more].concat())
}

/// Does what a verb of tickets says, as every door does it.
fn act(world: &mut World, name: &str, id: i64, answers: &[(&str, Value)]) -> kehu::Result<()> {
    let verbs = catalog::entry("ticket").expect("a kind").verbs;
    let verb = verbs.iter().find(|verb| verb.name == name).expect(name);
    let answers: Values = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    if let Some(reason) = (verb.refused)(&mut world.crm, id)? {
        panic!("{name}: {reason}");
    }
    world.crm.transaction(name, |crm| (verb.run)(crm, id, &answers))
}

fn user(world: &mut World, name: &str) -> Value {
    world.crm.link("user", name).expect("is there")
}

fn say(world: &mut World, ticket: i64, direction: Direction, text: &str) -> i64 {
    world.crm.say(&Said { ticket, direction, text: text.to_owned(), ..Said::default() }).expect("says")
}

fn texts(world: &mut World, id: i64, fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| world.text("ticket", id, field)).collect()
}

on_both! {
    fn a_ticket_takes_its_queue_and_urgency_from_its_kind_and_asks_for_what_that_needs(world) {
        people(world);
        world.add("queue", &[("name", "Repairs"), ("members", "mei,lukas"), ("priority", "low")]);
        world.add("queue", &[("name", "Complaints")]);
        world.add("ticket_type", &[
            ("word", "repair"), ("word_zh", "维修"), ("queue", "Repairs"), ("needs", "serial"),
            ("needs_to_resolve", "cause,checklist_done"), ("checklist", "Log the serial number\n- Test it"),
        ]);
        world.add("ticket_type", &[("word", "complaint"), ("queue", "Complaints"), ("priority", "high")]);
        let plain = ticket(world, "A question", &[]);
        assert_eq!(texts(world, plain, &["status", "priority", "queue", "category", "owner"]), ["new", "normal", "", "open", ""]);
        let angry = ticket(world, "It is broken", &[("kind", "complaint"), ("customer", "C2")]);
        assert_eq!(texts(world, angry, &["priority", "queue"]), ["high", "Complaints"]);
        let refused = world.try_add("ticket", &[("subject", "It is dark"), ("kind", "维修")]).expect_err("no serial number");
        assert_eq!(refused.cause, Cause::Refused);
        assert_eq!(refused.message.to_string(), "A ticket of the kind repair is not taken in without serial.");
        let repair = ticket(world, "It is dark", &[("kind", "维修"), ("serial", "F50-1")]);
        assert_eq!(texts(world, repair, &["priority", "queue", "checklist_done"]), ["low", "Repairs", "no"]);
        assert_eq!(world.names("ticket_step", &format!("ticket=T{repair}")), ["Log the serial number", "Test it"]);
        let solved = [("resolution", Value::text("exchanged")), ("cause", Value::text("cable"))];
        let unfinished = act(world, "resolve", repair, &solved).expect_err("the checklist is not done");
        assert_eq!(unfinished.message.to_string(), "A ticket of the kind repair is not solved without checklist_done.");
        for step in [1, 2] {
            world.edit("ticket_step", step, &[("done", "now")]);
        }
        assert_eq!(world.text("ticket_step", 1, "done_by"), "lin");
        act(world, "resolve", repair, &solved).expect("solved");
        assert_eq!(texts(world, repair, &["status", "cause", "checklist_done"]), ["resolved", "cable", "yes"]);
        let unknown = world.try_add("ticket_type", &[("word", "odd"), ("needs", "shoe_size")]).expect_err("no field");
        assert_eq!(unknown.field.as_deref(), Some("needs"));
    }

    fn a_ticket_is_counted_each_time_it_goes_to_somebody_else_or_is_opened_again_and_undo_takes_that_back(world) {
        people(world);
        let id = ticket(world, "It is dark", &[("customer", "C2"), ("contact", "P2")]);
        act(world, "take", id, &[]).expect("mine");
        assert_eq!(texts(world, id, &["owner", "status", "reassigned"]), ["lin", "open", ""]);
        let mei = user(world, "mei");
        act(world, "assign", id, &[("to", mei)]).expect("hers");
        assert_eq!(texts(world, id, &["owner", "reassigned"]), ["陆雅梅", "1"]);
        let silent = act(world, "resolve", id, &[]).expect_err("by what?");
        assert_eq!((silent.cause, silent.field.as_deref()), (Cause::Refused, Some("resolution")));
        act(world, "resolve", id, &[("resolution", Value::text("exchanged"))]).expect("solved");
        let before = world.dump();
        act(world, "close", id, &[]).expect("closed");
        act(world, "reopen", id, &[]).expect("again");
        assert_eq!(texts(world, id, &["status", "reopened", "resolved", "closed"]), ["open", "1", "", ""]);
        for _ in 0..2 { world.crm.undo(None, false).expect("undoes"); }
        assert_eq!(world.dump(), before);
        assert_eq!(texts(world, id, &["status", "reopened"]), ["resolved", ""]);
        let chen = user(world, "chen");
        assert_eq!(act(world, "assign", id, &[("to", chen)]).expect_err("has left").cause, Cause::Refused);
    }

    fn the_first_answer_is_kept_and_what_was_said_stands_in_order_with_the_time_it_took(world) {
        people(world);
        let id = ticket(world, "It is dark", &[("customer", "C2"), ("contact", "P2"), ("channel", "email")]);
        let note = world.crm.say(&Said { ticket: id, text: "seen before".into(), minutes: Some(4), ..Said::default() });
        assert_eq!(texts(world, id, &["first_response", "status"]), ["", "new"], "a note answers nobody");
        let answer = world.crm.say(&Said {
            ticket: id, direction: Direction::Out, text: "A photo, please.".into(), minutes: Some(6),
            status: Some(TicketStatus::Pending), ..Said::default()
        }).expect("answers");
        assert_eq!(texts(world, id, &["status", "category", "minutes"]), ["pending", "paused", "10"]);
        assert!(!world.text("ticket", id, "first_response").is_empty());
        assert_eq!(world.text("ticket_message", answer, "to"), "ingrid@nordic-instruments.example");
        assert_eq!(world.text("ticket_message", answer, "subject"), format!("Re: It is dark [T{id}]"));
        assert_eq!(world.text("ticket_message", answer, "said_by"), "lin");
        let heard = say(world, id, Direction::In, "Here it is.");
        assert_eq!(texts(world, id, &["status", "reopened"]), ["open", ""], "what waited goes on");
        assert_eq!(world.value("ticket_message", heard, "customer").as_integer(), Some(2));
        let refused = world.try_edit("ticket_message", note.expect("notes"), &[("body", "never seen")]).expect_err("kept");
        assert_eq!(refused.cause, Cause::Refused);
        let silent = world.crm.say(&Said { ticket: id, ..Said::default() }).expect_err("nothing said");
        assert_eq!(silent.cause, Cause::BadValue);
        let nowhere = world.crm.say(&Said { to: Some("the boss".into()), ticket: id, direction: Direction::Out, text: "x".into(), ..Said::default() });
        assert_eq!(nowhere.expect_err("no address").field.as_deref(), Some("to"));
    }

    /// Behaviour 22.
    fn an_answer_to_a_closed_ticket_opens_it_or_follows_it_up_as_the_queue_says(world) {
        people(world);
        world.add("queue", &[("name", "Support"), ("reopen_days", "14")]);
        let old = ticket(world, "Old", &[
            ("queue", "Support"), ("customer", "C2"), ("owner", "lukas"), ("status", "closed"), ("product", ""),
            ("received", "-30d"), ("resolved", "-21d"), ("closed", "-20d"),
        ]);
        let recent = ticket(world, "Recent", &[("queue", "Support"), ("received", "-9d"), ("status", "closed"), ("closed", "-3d")]);
        let other = ticket(world, "Without queue", &[("received", "-90d"), ("status", "closed"), ("closed", "-80d")]);
        for id in [recent, other] {
            let message = say(world, id, Direction::In, "Again!");
            assert_eq!(world.value("ticket_message", message, "ticket").as_integer(), Some(id));
            assert_eq!(texts(world, id, &["status", "reopened", "closed"]), ["open", "1", ""]);
        }
        let message = say(world, old, Direction::In, "Again!");
        let new = world.value("ticket_message", message, "ticket").as_integer().expect("a ticket");
        assert_ne!(new, old);
        assert_eq!(texts(world, old, &["status", "reopened"]), ["closed", ""]);
        assert_eq!(texts(world, new, &["subject", "status", "follows", "owner", "queue"]), ["Old", "new", "Old", "Lukas Brandt", "Support"]);
        assert_eq!(world.value("ticket", new, "customer").as_integer(), Some(2));
        assert!(world.crm.notices().iter().any(|notice| notice.to_string().contains("follows it up")));
    }

    fn a_macro_does_all_of_it_or_nothing(world) {
        people(world);
        world.add("ticket_type", &[("word", "quality"), ("needs_to_resolve", "cause")]);
        let steps = world.add("macro", &[
            ("name", "Known fault"), ("reply", "Dear {contact}, {ticket} is a known fault. {me}"), ("priority", "high"),
            ("status", "resolved"), ("resolution", "Firmware 2.2"), ("add_tags", "firmware"), ("checklist", "Send the file"), ("minutes", "5"),
        ]);
        let one = ticket(world, "One", &[("customer", "C2"), ("contact", "P2"), ("tags", "hall 3")]);
        let two = ticket(world, "Two", &[("customer", "C3"), ("kind", "quality")]);
        let before = world.dump();
        let refused = world.crm.run_macro(steps, &[one, two]).expect_err("two lacks a cause");
        assert_eq!(refused.message.to_string(), "A ticket of the kind quality is not solved without cause.");
        assert_eq!(world.dump(), before, "nothing was done with either");
        world.edit("ticket", two, &[("cause", "watchdog")]);
        world.crm.run_macro(steps, &[one, two]).expect("does it");
        assert_eq!(texts(world, one, &["status", "priority", "tags", "resolution", "minutes"]), ["resolved", "high", "hall 3, firmware", "Firmware 2.2", "5"]);
        for (id, who) in [(one, "Ingrid Larsen"), (two, "Acme Robotics")] {
            let query = kehu::crm::Query { filter: kehu::record::filter::parse(&format!("ticket=T{id}")).expect("a filter"), ..kehu::crm::Query::new("ticket_message") };
            let message = world.crm.matching(&query).expect("lists")[0];
            assert_eq!(world.text("ticket_message", message, "body"), format!("Dear {who}, T{id} is a known fault. lin"));
        }
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(texts(world, one, &["status", "priority", "tags", "resolution", "minutes"]), ["new", "normal", "hall 3", "", ""]);
        let odd = world.try_add("macro", &[("name", "Odd"), ("reply", "Dear {boss}")]).expect_err("stands for nothing");
        assert_eq!(odd.field.as_deref(), Some("reply"));
        assert_eq!(world.try_add("macro", &[("name", "Idle")]).expect_err("does nothing").cause, Cause::BadValue);
    }

    /// Behaviour 24.
    fn a_merge_brings_messages_time_files_and_cases_along_and_undo_brings_them_back(world) {
        people(world);
        let one = ticket(world, "One", &[("customer", "C2"), ("received", "-1d"), ("followers", "mei")]);
        let two = ticket(world, "Two", &[("customer", "C2"), ("received", "-3d"), ("followers", "lukas"), ("description", "dark")]);
        let case = ticket(world, "Case", &[("parent", "Two")]);
        say(world, one, Direction::In, "First");
        let moved = world.crm.say(&Said { ticket: two, text: "Second".into(), minutes: Some(7), ..Said::default() }).expect("notes");
        let file = world.crm.stage(&mut "trace".as_bytes(), "trace.log", 100).expect("reads");
        world.crm.attach(("ticket_message", moved), &[file], None).expect("attaches");
        world.crm.add_steps(two, "Test it").expect("adds");
        let before = world.dump();
        let merge = Merge { kind: "ticket".into(), winner: one, losers: vec![two], prefer: Vec::new() };
        world.crm.merge(&merge).expect("merges");
        assert_eq!(world.value("ticket_message", moved, "ticket").as_integer(), Some(one));
        assert_eq!(world.text("ticket_message", moved, "files"), "trace.log");
        assert_eq!(texts(world, one, &["minutes", "description", "followers"]), ["7", "dark", "陆雅梅, Lukas Brandt"]);
        assert_eq!(world.value("ticket", one, "received"), world.value("ticket", two, "received"), "the earlier of the two");
        assert_eq!(world.value("ticket", case, "parent").as_integer(), Some(one));
        assert_eq!(world.names("ticket_step", &format!("ticket=T{one}")), ["Test it"]);
        assert_eq!(world.crm.find("ticket", &format!("T{two}")).expect("leads on"), one);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
    }

    fn messages_that_are_split_off_make_a_ticket_that_says_where_they_come_from(world) {
        people(world);
        let id = ticket(world, "It is dark", &[("customer", "C2"), ("contact", "P2"), ("owner", "mei"), ("priority", "high")]);
        let first = say(world, id, Direction::In, "It is dark.");
        let other = say(world, id, Direction::In, "What would a second one cost?");
        let priced = world.crm.say(&Said { ticket: id, text: "asked sales".into(), minutes: Some(9), ..Said::default() }).expect("notes");
        let before = world.dump();
        let new = world.crm.split_ticket(id, &[other, priced], Some("A second display")).expect("splits");
        assert_eq!(texts(world, new, &["subject", "status", "priority", "owner", "follows", "minutes", "description"]),
            ["A second display", "open", "high", "陆雅梅", "It is dark", "9", "What would a second one cost?"]);
        assert_eq!(world.names("ticket_message", &format!("ticket=T{id}")).len(), 1);
        assert_eq!(texts(world, id, &["minutes"]), [""], "the time went along");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
        assert_eq!(world.crm.split_ticket(id, &[first, other, priced], None).expect_err("all of it").cause, Cause::BadValue);
        let elsewhere = ticket(world, "Elsewhere", &[]);
        assert_eq!(world.crm.split_ticket(elsewhere, &[first], None).expect_err("not there").cause, Cause::Refused);
    }

    fn solving_a_problem_solves_its_incidents_unless_said_otherwise(world) {
        people(world);
        let problem = ticket(world, "Firmware 2.1", &[]);
        let cases: Vec<i64> = ["Nordic", "Acme"].iter().map(|name| ticket(world, name, &[("parent", "Firmware 2.1")])).collect();
        let known = ticket(world, "Known", &[("parent", "Firmware 2.1"), ("status", "resolved"), ("resolution", "by hand")]);
        assert_eq!(world.try_edit("ticket", problem, &[("parent", "Acme")]).expect_err("a circle").cause, Cause::Refused);
        let solved = [("resolution", Value::text("2.2")), ("cause", Value::text("watchdog"))];
        let alone = [solved.to_vec(), vec![("incidents", Value::Bool(false))]].concat();
        act(world, "resolve", problem, &alone).expect("solved");
        assert_eq!(texts(world, cases[0], &["status"]), ["new"]);
        act(world, "reopen", problem, &[]).expect("again");
        act(world, "resolve", problem, &solved).expect("solved");
        for case in &cases {
            assert_eq!(texts(world, *case, &["status", "resolution", "cause"]), ["resolved", "2.2", "watchdog"]);
        }
        assert_eq!(texts(world, known, &["resolution"]), ["by hand"]);
        assert!(world.crm.notices().iter().any(|notice| notice.to_string() == "2 incidents were solved with it."));
    }

    fn whom_it_concerns_is_agreed_and_followed(world) {
        people(world);
        let id = ticket(world, "It is dark", &[("contact", "P2")]);
        assert_eq!(world.value("ticket", id, "customer").as_integer(), Some(2), "the contact says whose it is");
        let message = say(world, id, Direction::In, "It is dark.");
        assert_eq!(world.try_add("ticket", &[("subject", "x"), ("contact", "P2"), ("customer", "C3")]).expect_err("not theirs").field.as_deref(), Some("contact"));
        world.edit("ticket", id, &[("contact", ""), ("customer", "C3")]);
        assert_eq!(world.value("ticket_message", message, "customer").as_integer(), Some(3), "what was said goes along");
        act(world, "follow", id, &[]).expect("follows");
        let mei = user(world, "mei");
        act(world, "follow", id, &[("user", mei)]).expect("follows");
        act(world, "unfollow", id, &[]).expect("follows no more");
        assert_eq!(texts(world, id, &["followers"]), ["陆雅梅"]);
        let early = world.try_edit("ticket", id, &[("resolved", "2020-01-01")]).expect_err("before it came in");
        assert_eq!((early.cause, early.field.as_deref()), (Cause::Refused, Some("resolved")));
    }

    /// By declaration: the page of the customer, the timeline, the pool, the handover and the merge of customers.
    fn customers_keep_their_tickets_whatever_becomes_of_them(world) {
        people(world);
        let open = ticket(world, "Open", &[("customer", "C2"), ("owner", "lukas")]);
        let done = ticket(world, "Done", &[("customer", "C2"), ("owner", "lukas"), ("status", "closed")]);
        say(world, open, Direction::Note, "seen before");
        let page = world.crm.dossier("customer", 2, kehu::customers::Depth::Brief).expect("a page");
        let panel = page.panels.iter().find(|panel| panel.key == "open_tickets").expect("a panel");
        assert_eq!(panel.grid.rows.len(), 1);
        let told: Vec<String> = page.timeline.entries.iter().map(|entry| entry.short.clone()).collect();
        for short in [format!("T{open}"), format!("T{done}"), "TM1".to_owned()] {
            assert!(told.contains(&short), "{short} in {told:?}");
        }
        let (lukas, mei) = (world.crm.find("user", "lukas").expect("is there"), world.crm.find("user", "mei").expect("is there"));
        world.crm.hand_over(&Handover { from: lukas, to: mei, customers: Filter::All, keep_reading: false }).expect("hands over");
        assert_eq!(texts(world, open, &["owner"]), ["陆雅梅"]);
        assert_eq!(texts(world, done, &["owner"]), ["Lukas Brandt"], "the credit stays");
        let merge = Merge { kind: "customer".into(), winner: 3, losers: vec![2], prefer: Vec::new() };
        world.crm.merge(&merge).expect("merges");
        for id in [open, done] {
            assert_eq!(world.value("ticket", id, "customer").as_integer(), Some(3));
        }
        assert_eq!(world.value("ticket_message", 1, "customer").as_integer(), Some(3));
    }
}

#[test]
fn a_day_at_the_support_desk_from_the_command_line() {
    let desk = Desk::new();
    for line in [
        "queue add Support --members mei,lukas --reopen-days 14",
        "macro add \"Ask for logs\" --reply \"The logs, please.\" --status pending",
        "ticket add \"The display stays dark\" --customer C2 --contact P2 --queue Support --channel email",
        "ticket add \"Another one\" --customer C2",
        "ticket take T1",
        "ticket reply T1 \"A photo, please.\" --minutes 5",
        "ticket note T1 \"It is dark again\" --heard --channel phone",
        "ticket macro T1 T2 \"Ask for logs\"",
        "ticket todo T1 \"Order the part\" \"Call back\"",
        "ticket_step done TC1",
        "ticket hold T1 --because \"spare part\"",
        "ticket link T2 --problem T1",
        "ticket split T1 TM2 --subject \"A second matter\"",
        "ticket resolve T1 --resolution exchanged --cause cable",
        "ticket close T2",
        "ticket reopen T2",
        "ticket follow T2 --user mei",
        "ticket assign T2 --to lukas",
        "ticket merge T2 T3 --yes",
    ] {
        desk.say(line).done();
    }
    let shown = desk.say("ticket show T1 -f json").json();
    assert_eq!((shown["status"].as_str(), shown["category"].as_str()), (Some("resolved"), Some("resolved")));
    let said: Vec<&str> =
        shown["conversation"].as_array().expect("a list").iter().filter_map(|said| said["body"].as_str()).collect();
    assert_eq!(said, ["A photo, please.", "The logs, please."]);
    assert_eq!(shown["ticket_steps"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        shown["linked_tickets"].as_array().map(Vec::len),
        Some(1),
        "the incident; what was split off is in it by now"
    );
    desk.say("undo").done();
    assert_eq!(desk.say("ticket show T3 -c subject -f json").json()["subject"], "A second matter");
    let mut reply = desk.command(["ticket", "reply", "T2", "--file", "-"]);
    let folder = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(folder.path(), "Two\nlines.\n").expect("writes");
    reply.stdin(std::fs::File::open(folder.path()).expect("opens"));
    crate::world::finished(&mut reply).done();
    let last = desk.say("ticket_message list ticket=T2 --sort -id --limit 1 -c body -f json").json();
    assert_eq!(last["items"][0]["body"], "Two\nlines.");
    for (line, code, what) in [
        ("ticket resolve T3", 5, "What solved A second matter?"),
        ("ticket reopen T2", 5, "Another one is"),
        ("ticket macro T2 \"No such\"", 3, "No such"),
        ("ticket reply T99 x", 3, "T99"),
        ("ticket link T1 --problem T1", 5, "circle"),
        ("ticket split T1 TM99", 3, "TM99"),
        ("ticket note T1 x --status sleeping", 2, "sleeping"),
    ] {
        let output = desk.say(line);
        assert_eq!(output.code, code, "{line}: {}", output.err);
        assert!(output.err.contains(what), "{line}: {}", output.err);
    }
}
