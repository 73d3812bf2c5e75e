//! What people at a help desk may count on: figures that agree, searches that answer, and tickets that nobody loses.

use crate::{
    kept_attainment::attainment,
    service_levels::at,
    storage::on_both,
    world::{Desk, World, finished, people},
};
use kehu::{
    Cause, Crm, catalog,
    crm::Query,
    customers::merge::Merge,
    record::{Kind, Value, Values, filter},
    tickets::{Direction, Said},
};

fn ticket(world: &mut World, subject: &str, more: &[(&str, &str)]) -> i64 {
    world.add("ticket", &[&[("subject", subject)], more].concat())
}

fn say(crm: &mut Crm, ticket: i64, direction: Direction, text: &str) -> i64 {
    crm.say(&Said { ticket, direction, text: text.to_owned(), ..Said::default() }).expect("says")
}

fn act(crm: &mut Crm, kind: &str, name: &str, id: i64, answers: &[(&str, Value)]) -> kehu::Result<()> {
    let verb = catalog::entry(kind).expect("a kind").verbs.iter().find(|verb| verb.name == name).expect(name);
    let answers: Values = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    crm.transaction(name, |crm| (verb.run)(crm, id, &answers))
}

fn office(world: &mut World) {
    people(world);
    world.add("business_calendar", &[("name", "Office"), ("hours", "Mon-Fri 09:00-17:00"), ("zone", "Asia/Shanghai")]);
    world.add(
        "sla_policy",
        &[("name", "Standard"), ("first_response", "2h"), ("next_response", "4h"), ("resolution", "8h")],
    );
}

on_both! {
    fn what_was_late_in_working_time_was_late_round_the_clock_even_if_it_was_never_answered(world) {
        office(world);
        for _ in 0..5 {
            ticket(world, "Pump", &[("received", "2026-03-16 10:00"), ("first_response", "2026-03-16 11:00")]);
        }
        ticket(world, "Nobody answers", &[("received", "2026-03-16 10:00")]);
        let cells = |world: &mut World, each: bool| {
            let grid = attainment(&mut world.crm, "policy", "2026-03", each);
            grid.rows[0].cells.iter().map(|cell| cell.as_integer().unwrap_or(-1)).collect::<Vec<_>>()
        };
        for each in [false, true] {
            let cells = cells(world, each);
            assert_eq!(cells[2..4], [5, 1], "answered in time and late");
            assert_eq!((cells[5], cells[4] == cells[6]), (5, true), "the same part round the clock: {cells:?}");
        }
        // What was received this morning at eight is due at eleven, and is late round the clock already.
        ticket(world, "Before the office opens", &[("received", "2026-03-31 06:00")]);
        for each in [false, true] {
            let cells = cells(world, each);
            assert_eq!(cells[2..4], [5, 1], "there is time still");
            assert_ne!(cells[4], cells[6], "round the clock there is none: {cells:?}");
        }
    }

    fn words_are_looked_for_in_every_kind(world) {
        office(world);
        world.add("ticket_type", &[("word", "hardware"), ("word_zh", "硬件")]);
        world.add("sla_step", &[("clock", "resolution"), ("policy", "SP1"), ("percent", "80"), ("tell", "owner")]);
        world.add("holiday", &[("name", "Founding 100% day"), ("calendar", "BC1"), ("day", "2026-05-18")]);
        let id = ticket(world, "Pump", &[]);
        world.crm.add_steps(id, "Ask for a photo").expect("adds");
        for schema in world.crm.schemas().to_vec() {
            for words in ["hardware", "no such", "\"two words\"", "%", "_", "'", "硬件", "not hardware", "photo or pump"] {
                let query = Query { filter: filter::parse(words).expect("a filter"), ..Query::new(schema.kind) };
                let grid = world.crm.list(&query).unwrap_or_else(|error| panic!("{} {words}: {error}", schema.kind));
                let total = world.crm.total(&Query { exact: true, ..query.clone() });
                let total = total.unwrap_or_else(|error| panic!("{} {words}: {error}", schema.kind));
                assert_eq!(total, kehu::record::Total::Exactly(grid.rows.len() as u64), "{} {words}", schema.kind);
            }
            // A link to a record that is called after a choice can be looked into too.
            for field in schema.visible().filter(|field| matches!(field.kind, Kind::Link(_)) && field.stored()) {
                for words in [format!("{}~resolution", field.name), format!("{}>a", field.name)] {
                    let query = Query { filter: filter::parse(&words).expect("a filter"), ..Query::new(schema.kind) };
                    world.crm.list(&query).unwrap_or_else(|error| panic!("{} {words}: {error}", schema.kind));
                }
            }
        }
        assert_eq!(world.names("ticket_type", "HARD"), ["hardware"]);
        assert_eq!(world.names("ticket_type", "硬件"), ["hardware"]);
        assert_eq!(world.names("sla_step", "standard owner"), ["resolution"], "by the policy and whom it tells");
        assert_eq!(world.names("holiday", "100%"), ["Founding 100% day"]);
        assert_eq!(world.names("holiday", "1%d"), Vec::<String>::new(), "a sign stands for itself");
        assert_eq!(world.names("ticket_step", "photo"), ["Ask for a photo"]);
        assert_eq!(world.names("ticket_step", "photo day"), Vec::<String>::new(), "all of the words");
        let named = world.try_names("ticket_type", "word").expect_err("a field");
        assert_eq!(named.cause, Cause::BadValue);
    }

    fn what_was_said_in_a_ticket_stays_when_its_contact_goes(world) {
        people(world);
        let id = ticket(world, "Dark", &[("customer", "C1"), ("contact", "P1")]);
        say(&mut world.crm, id, Direction::In, "It is dark.");
        say(&mut world.crm, id, Direction::Out, "Please send a photo.");
        let gone = world.crm.remove("contact", 1).expect("goes");
        assert_eq!(gone, [("contact", 1)]);
        assert_eq!(world.names("ticket_message", &format!("ticket=T{id}")).len(), 2);
        assert_eq!(world.value("ticket_message", 1, "contact").as_integer(), Some(1));
        world.crm.undo(None, false).expect("undoes");
        // Of two contacts that are one, the messages are the one's.
        let other = world.contact("王小明", 1);
        world.crm.merge(&Merge { kind: "contact".into(), winner: other, losers: vec![1], ..Merge::default() }).expect("merges");
        assert_eq!(world.names("ticket_message", &format!("contact=P{other}")).len(), 2);
        assert_eq!(world.text("ticket_message", 1, "contact"), "王小明");
    }

    fn with_a_contact_goes_only_what_is_theirs(world) {
        // Whatever belongs to a contact and must belong to something else besides would be lost to that.
        let schemas = world.crm.schemas().to_vec();
        let mut going: Vec<String> = Vec::new();
        for schema in &schemas {
            for field in schema.fields.iter().filter(|field| field.child && field.kind.target() == Some("contact")) {
                going.push(format!("{}.{}", schema.kind, field.name));
                let other = schema.fields.iter().any(|other| {
                    other.child && other.required && other.kind.target().is_some_and(|target| target != "contact")
                });
                assert!(field.required || !other, "{}.{} takes along what is another's", schema.kind, field.name);
            }
            assert!(!schema.fields.iter().any(|field| field.child && field.kind.target() == Some("user")), "{}", schema.kind);
        }
        going.sort();
        assert_eq!(going, [
            "activity.contact", "attachment.contact", "contact.merged_into", "deal_contact.contact", "fact.contact",
            "occasion.contact", "relation.contact", "relation.other",
        ]);
        // Nor does a colleague take anything along: who is still needed stays.
        people(world);
        ticket(world, "Dark", &[("owner", "mei")]);
        let refused = world.crm.remove("user", 2).expect_err("has a ticket");
        assert_eq!(refused.cause, Cause::Refused);
    }

    fn whoever_has_left_is_not_asked_how_satisfied_they_were(world) {
        people(world);
        world.add("survey", &[("language", "en"), ("subject", "How was it?"), ("text", "{token}")]);
        for [subject, customer, contact] in [["Dark", "C1", "P1"], ["Wet", "C2", "P2"]] {
            let email = world.text("contact", contact[1..].parse().expect("a number"), "email");
            let id = ticket(world, subject, &[("customer", customer), ("contact", contact), ("requester", &email)]);
            world.edit("ticket", id, &[("status", "resolved"), ("resolution", "Done")]);
        }
        // The one left before anybody asked, the other before the question went out.
        world.edit("customer", 1, &[("email", "")]);
        world.edit("contact", 1, &[("left", "yes")]);
        let refused = world.crm.ask_about_ticket(1).expect_err("has left");
        assert_eq!(refused.message.to_string(), "Whoever could be asked about T1 Dark has left the company.");
        let mut later = at(world, "lin", "2026-04-02T10:00");
        let done = later.ask_satisfaction(None).expect("asks");
        assert_eq!((done.asked.len(), done.left, done.refused, done.unknown), (1, 1, 0, 0));
        world.edit("contact", 2, &[("left", "yes")]);
        let folder = tempfile::tempdir().expect("a folder");
        let sent = later.send_outbox(&kehu::tickets::Carrier::Folder(folder.path().to_owned()), "us@kehu.example", None).expect("sends");
        assert_eq!((sent.sent, sent.withheld), (0, 1));
        assert_eq!(world.text("outbox", 1, "state"), "cancelled");
        // The company itself may be asked, where it has an address of its own.
        world.edit("customer", 1, &[("email", "office@first.example")]);
        let done = later.ask_satisfaction(None).expect("asks");
        assert_eq!((done.asked.len(), done.left), (1, 0));
        assert_eq!(world.text("outbox", 2, "to"), "office@first.example");
    }

    fn a_ticket_of_a_colleague_is_not_taken_without_a_word(world) {
        people(world);
        let id = ticket(world, "Dark", &[]);
        act(&mut world.as_user("mei"), "ticket", "take", id, &[]).expect("is nobody's");
        let refused = act(&mut world.as_user("lukas"), "ticket", "take", id, &[]).expect_err("is Mei's");
        assert_eq!(refused.cause, Cause::Conflict);
        assert_eq!(refused.message.to_string(), "T1 Dark is 陆雅梅's.");
        assert_eq!(refused.hint.expect("a hint").to_string(), "kehu ticket assign T1 --to me");
        assert_eq!(world.text("ticket", id, "owner"), "陆雅梅");
        let other = ticket(world, "Wet", &[("status", "closed"), ("closed", "now")]);
        let verbs = catalog::entry("ticket").expect("a kind").verbs;
        let refused = (verbs[0].refused)(&mut world.crm, other).expect("is asked");
        assert_eq!(refused.expect("it is closed").to_string(), "Wet is closed.");
    }

    fn a_pause_that_was_undone_was_none(world) {
        office(world);
        let id = ticket(world, "Dark", &[("received", "2026-03-31 09:00")]);
        let set = |world: &World, hour: &str, status: &str| {
            let mut crm = at(world, "lin", hour);
            crm.change("ticket", id, vec![("status".into(), Value::text(status))], None).expect("changes");
        };
        set(world, "2026-03-31T10:00", "pending");
        set(world, "2026-03-31T11:00", "open");
        at(world, "lin", "2026-03-31T11:30").undo(None, false).expect("undoes");
        set(world, "2026-03-31T12:00", "open");
        let why = world.crm.why(id).expect("says");
        let rows: Vec<Vec<String>> = why.pauses.rows.iter().map(|row| {
            row.cells.iter().map(|cell| cell.as_text().unwrap_or_default().to_owned()).collect()
        }).collect();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(rows[0][..3], ["2026-03-31T02:00:00Z", "2026-03-31T04:00:00Z", "2h"]);
    }

    fn a_step_that_reaches_nobody_reaches_those_who_lead_and_is_told(world) {
        office(world);
        world.edit("user", 2, &[("tier", "management"), ("department", "service")]);
        world.add("sla_step", &[("clock", "first_response"), ("policy", "SP1"), ("percent", "50"), ("tell", "owner")]);
        world.add("sla_step", &[("clock", "first_response"), ("policy", "SP1"), ("percent", "60"), ("tell", "followers")]);
        ticket(world, "Nobody's", &[("received", "2026-03-31 09:00")]);
        let mut crm = at(world, "lin", "2026-03-31T15:30");
        let done = crm.escalate().expect("runs");
        assert_eq!((done.missed, done.steps), (1, 2));
        let notices: Vec<String> = crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(notices, ["Step SE1 reaches nobody for T1; told instead: 陆雅梅."]);
        assert_eq!(world.text("escalation", 1, "told"), "陆雅梅");
        assert_eq!(world.names("activity", "owner=mei ticket=T1").len(), 1);
        assert_eq!(world.text("escalation", 2, "told"), "", "nobody need follow a ticket");
        // Late by working time, as the explanation has it.
        let late: Vec<&str> = done.grid.rows.iter().map(|row| row.cells[5].as_text().unwrap_or_default()).collect();
        assert_eq!(late, ["4h30m", "4h30m", "4h30m"]);
        let why = world.crm.why(1).expect("says");
        assert_eq!(why.clocks.columns[10].label, "Early or late (-) by, working time");
    }

    fn followers_see_what_became_of_a_ticket(world) {
        people(world);
        let id = ticket(world, "Dark", &[]);
        let mut mei = world.as_user("mei");
        act(&mut mei, "ticket", "follow", id, &[]).expect("follows");
        let followed = |crm: &mut Crm, day: &str| {
            let parts = crm.agenda(2, day.parse().expect("a day"), None).expect("answers");
            let part = parts.into_iter().find(|(title, _)| *title == "Tickets you follow that changed");
            part.map_or_else(Vec::new, |(_, grid)| grid.rows.iter().map(|row| row.short.clone()).collect::<Vec<_>>())
        };
        let unseen = ticket(world, "Of another", &[]);
        assert_eq!(followed(&mut world.crm, "2026-03-31"), ["T1"], "somebody wrote it today");
        assert_eq!(followed(&mut world.crm, "2026-04-03"), Vec::<String>::new());
        let mut later = at(world, "lin", "2026-04-03T10:00");
        say(&mut later, id, Direction::In, "It is dark still.");
        say(&mut later, unseen, Direction::In, "So is mine.");
        assert_eq!(followed(&mut later, "2026-04-03"), ["T1"]);
        assert_eq!(followed(&mut later, "2026-04-04"), ["T1"], "and the day after");
        let mut own = at(world, "mei", "2026-04-08T10:00");
        say(&mut own, id, Direction::Out, "I look after it.");
        assert_eq!(followed(&mut own, "2026-04-08"), Vec::<String>::new(), "nobody is told of what they did");
    }

    fn a_customer_who_waits_still_waits_after_a_merge(world) {
        office(world);
        let mut early = at(world, "lin", "2026-03-30T10:00");
        let one = ticket(world, "Dark", &[("customer", "C1"), ("received", "2026-03-30 09:00")]);
        say(&mut early, one, Direction::Out, "Please send a photo.");
        early.change("ticket", one, vec![("status".into(), Value::text("pending"))], None).expect("waits");
        let two = ticket(world, "Dark again", &[("customer", "C1"), ("received", "2026-03-31 09:00")]);
        say(&mut at(world, "lin", "2026-03-31T10:00"), two, Direction::In, "Here it is.");
        let mut crm = at(world, "lin", "2026-03-31T11:00");
        crm.merge(&Merge { kind: "ticket".into(), winner: one, losers: vec![two], ..Merge::default() }).expect("merges");
        assert_eq!(world.text("ticket", one, "status"), "open");
        let instant = |world: &mut World, field: &str| world.value("ticket", one, field).as_text().unwrap_or_default().to_owned();
        assert_eq!(instant(world, "waiting_since"), "2026-03-31T01:00:00Z");
        assert_eq!(instant(world, "next_due"), "2026-03-31T05:00:00Z", "four working hours after they asked");
        let why = world.crm.why(one).expect("says");
        assert_eq!(why.clocks.rows[1].cells[1].as_text(), Some("running"));
    }

    fn a_merged_ticket_keeps_its_customer_and_gets_no_stranger_for_a_contact(world) {
        people(world);
        let one = ticket(world, "Dark", &[("customer", "C1")]);
        let two = ticket(world, "Wet", &[("customer", "C2"), ("contact", "P2")]);
        let merge = Merge { kind: "ticket".into(), winner: one, losers: vec![two], ..Merge::default() };
        world.crm.merge(&merge).expect("merges");
        assert_eq!(world.value("ticket", one, "customer").as_integer(), Some(1));
        assert_eq!(world.value("ticket", one, "contact"), Value::Null);
        let kept = world.names("activity", &format!("ticket=T{one}"));
        assert_eq!(kept, ["Merged from T2 Wet"], "who it was is not forgotten");
        let same = ticket(world, "Wet too", &[("customer", "C1"), ("contact", "P1")]);
        world.crm.merge(&Merge { losers: vec![same], ..merge }).expect("merges");
        assert_eq!(world.value("ticket", one, "contact").as_integer(), Some(1), "one of their own is taken over");
    }
}

#[test]
fn of_several_who_take_a_ticket_at_once_one_gets_it() {
    let desk = Desk::new();
    desk.say("ticket add Dark").done();
    let codes: Vec<i32> = std::thread::scope(|scope| {
        let take = |name: &'static str| {
            let desk = &desk;
            scope.spawn(move || finished(desk.command(["ticket", "take", "T1", "-v"]).env("KEHU_USER", name)).code)
        };
        ["lin", "mei", "lukas"].map(take).into_iter().map(|running| running.join().expect("ends")).collect()
    });
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [0, 4, 4], "{codes:?}");
}

#[test]
fn commands_of_the_desk_say_what_they_did_and_what_to_write_instead() {
    let desk = Desk::new();
    desk.say("article add Cables --body \"Check the cable\"").done();
    desk.say("ticket add Dark").done();
    let linked = desk.say("article link N1 --ticket T1 -v").err;
    assert!(linked.contains("N1: link."), "{linked}");
    let again = desk.say("article link N1 --ticket T1 -v").err;
    assert!(again.contains("N1 Cables is so already."), "{again}");
    desk.say("queue add Support").done();
    let output = desk.say("ticket_rule add queue=Support --order least_busy");
    assert_eq!(output.code, 2);
    assert!(output.err.contains("kehu ticket_rule add --condition \"queue=Support\""), "{}", output.err);
    desk.say("ticket_rule add --condition queue=Support --order least_busy").done();
    let output = desk.say("ticket rate T1 6");
    assert_eq!(output.code, 2);
    assert!(output.err.contains("<SCORE> takes a number from 1 to 5, and 6 is none."), "{}", output.err);
    assert!(!output.err.contains("30"), "{}", output.err);
    for months in ["0", "-1", "999999"] {
        let output = desk.run(["report", "quality-warning", "--months", months]);
        assert_eq!(output.code, 2, "{months}: {}", output.err);
    }
}
