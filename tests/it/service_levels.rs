//! Service levels: calendars and policies as records, the clocks of tickets through a whole story, escalation once for
//! each step, assignment by rule and presence, and what the reports say, on both databases.

use crate::{
    storage::on_both,
    world::{World, dump, people, settings},
};
use jiff::{civil, tz::TimeZone};
use kehu::{
    Cause, Crm, Settings,
    clock::Clock,
    crm::Query,
    record::{Value, Values, filter, types},
    tickets::{Rating, Reception},
};

/// The office of the tests: the small company, a queue of Mei's, and hours with a noon in between.
fn office(world: &mut World) {
    people(world);
    world.add("queue", &[("name", "Support"), ("members", "mei"), ("address", "support@kehu.example")]);
    world.add(
        "business_calendar",
        &[("name", "Office"), ("hours", "Mon-Fri 09:00-12:00 13:30-18:00"), ("zone", "Asia/Shanghai")],
    );
    world.add(
        "sla_policy",
        &[("name", "Standard"), ("first_response", "2h"), ("next_response", "4h"), ("resolution", "urgent 4h, 8h")],
    );
}

/// Somebody's handle at an hour in Shanghai.
pub fn at(world: &World, name: &str, hour: &str) -> Crm {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    let now = hour.parse::<civil::DateTime>().expect("an hour").to_zoned(zone.clone()).expect("an hour there");
    let clock = Clock::fixed(now.timestamp(), zone);
    let mut crm = Crm::open(&world.url, &Settings { clock, ..settings() }).expect("opens");
    crm.sign_in(name).expect("is known");
    crm
}

fn values(crm: &mut Crm, kind: &str, pairs: &[(&str, &str)]) -> Values {
    let schema = crm.schema(kind).expect("a kind");
    let mut values = Values::new();
    for (name, text) in pairs {
        let field = crm.field(&schema, name).expect("a field").clone();
        values.push((field.name.to_string(), crm.parse_value(&field, text).expect(text)));
    }
    values
}

fn edit(crm: &mut Crm, ticket: i64, pairs: &[(&str, &str)]) {
    let values = values(crm, "ticket", pairs);
    crm.change("ticket", ticket, values, None).expect("edits");
}

fn add(crm: &mut Crm, kind: &str, pairs: &[(&str, &str)]) -> i64 {
    let values = values(crm, kind, pairs);
    crm.add(kind, values).expect("adds")
}

fn say(crm: &mut Crm, ticket: i64, direction: &str, body: &str) {
    let ticket = format!("T{ticket}");
    add(crm, "ticket_message", &[("ticket", &ticket), ("direction", direction), ("body", body)]);
}

/// A field of a ticket; times in Shanghai as `04-01 16:30`.
fn field(crm: &mut Crm, ticket: i64, name: &str) -> String {
    let value = crm.record("ticket", ticket).expect("is there").value(name);
    if let Some(instant) = value.as_text().and_then(|text| text.parse::<jiff::Timestamp>().ok()) {
        let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
        return instant.to_zoned(zone).strftime("%m-%d %H:%M").to_string();
    }
    let entry = crm.record("ticket", ticket).expect("is there");
    types::show(&entry.schema.field(name).expect("a field").kind.clone(), &value)
}

/// The clocks of a ticket: what is due first, and the three deadlines with what was missed of each.
fn clocks(crm: &mut Crm, ticket: i64) -> [String; 7] {
    ["due", "first_due", "next_due", "resolve_due", "first_breached", "next_breached", "resolve_breached"]
        .map(|name| field(crm, ticket, name))
}

/// What was missed and done, in short: `resolution missed`, `resolution 100`.
fn escalated(crm: &mut Crm) -> Vec<String> {
    let done = crm.escalate().expect("runs");
    let line = |cells: &[Value]| {
        let what = cells[3].as_integer().map_or("missed".to_owned(), |percent| percent.to_string());
        format!("{} {what}", cells[1].as_text().unwrap_or_default())
    };
    done.grid.rows.iter().map(|row| line(&row.cells)).collect()
}

const MAIL: &str = "From: Ingrid Larsen <ingrid@nordic-instruments.example>\r\nTo: support@kehu.example\r\n\
Subject: The pump leaks again\r\nMessage-ID: <one@nordic-instruments.example>\r\n\
Date: Tue, 31 Mar 2026 10:00:00 +0800\r\nContent-Type: text/plain\r\n\r\nWater under the pump, three weeks after the repair.\r\n";

on_both! {
    fn a_complaint_goes_through_escalation_pause_solution_low_rating_recovery_and_reopening(world) {
        office(world);
        world.add("sla_step", &[("clock", "first_response"), ("policy", "SP1"), ("percent", "50"), ("tell", "queue")]);
        world.add("sla_step", &[("clock", "resolution"), ("policy", "SP1"), ("tell", "manager"), ("raise", "yes")]);
        world.add("product", &[("name", "Pump P20")]);

        // Tuesday at ten a customer who is known complains by mail about a pump in warranty.
        let mut crm = at(world, "mei", "2026-03-31T10:00");
        let taken = crm.receive(&mut MAIL.as_bytes(), &Reception::default(), &mut |_, _| ()).expect("takes it in");
        let ticket = taken[0].taken.ticket().expect("a ticket");
        edit(&mut crm, ticket, &[
            ("kind", "complaint"), ("product", "Pump P20"), ("serial", "P20-77"), ("warranty_until", "2026-12-31"),
            ("owner", "mei"),
        ]);
        assert_eq!(field(&mut crm, ticket, "customer"), "Nordic Instruments GmbH");
        assert_eq!(field(&mut crm, ticket, "in_warranty"), "yes");
        assert_eq!(field(&mut crm, ticket, "policy"), "Standard");
        assert_eq!(clocks(&mut crm, ticket), ["03-31 12:00", "03-31 12:00", "", "04-01 10:30", "", "", ""]);
        assert_eq!(field(&mut crm, ticket, "escalate_at"), "03-31 11:00", "half of the first two hours");

        // Nobody answers: the queue is told once, and what is missed is noted once.
        assert_eq!(escalated(&mut at(world, "mei", "2026-03-31T10:59")), Vec::<String>::new());
        assert_eq!(escalated(&mut at(world, "mei", "2026-03-31T11:00")), ["first_response 50"]);
        assert_eq!(escalated(&mut at(world, "mei", "2026-03-31T11:30")), Vec::<String>::new());
        let told = world.names("activity", "kind=task owner=mei ticket=T1");
        assert_eq!(told, ["T1 The pump leaks again (first_response: 50 %)"]);
        assert_eq!(escalated(&mut at(world, "mei", "2026-03-31T12:30")), ["first_response missed"]);
        assert_eq!(escalated(&mut at(world, "mei", "2026-03-31T13:00")), Vec::<String>::new());

        // The answer comes late, and then the ticket waits for the customer over night.
        let mut crm = at(world, "mei", "2026-03-31T13:40");
        say(&mut crm, ticket, "out", "Please send us a photo.");
        assert_eq!(field(&mut crm, ticket, "first_response"), "03-31 13:40");
        let late = ["04-01 10:30", "03-31 12:00", "", "04-01 10:30", "03-31 12:00", "", ""];
        assert_eq!(clocks(&mut crm, ticket), late);
        let mut crm = at(world, "mei", "2026-03-31T14:00");
        edit(&mut crm, ticket, &[("status", "pending")]);
        assert_eq!(field(&mut crm, ticket, "due"), "", "nothing is due while it waits");
        assert_eq!(field(&mut crm, ticket, "paused_since"), "03-31 14:00");
        assert_eq!(field(&mut crm, ticket, "escalate_at"), "");

        // Half past nine the photo comes: four and a half hours of working time were not ours.
        let mut crm = at(world, "mei", "2026-04-01T09:30");
        say(&mut crm, ticket, "in", "Here it is.");
        assert_eq!(field(&mut crm, ticket, "status"), "open");
        assert_eq!(field(&mut crm, ticket, "paused_seconds"), "16200");
        let waiting = ["04-01 15:00", "03-31 12:00", "04-01 15:00", "04-01 16:30", "03-31 12:00", "", ""];
        assert_eq!(clocks(&mut crm, ticket), waiting);
        let mut crm = at(world, "mei", "2026-04-01T10:00");
        say(&mut crm, ticket, "in", "And another one.");
        assert_eq!(field(&mut crm, ticket, "next_due"), "04-01 15:30", "each word of theirs starts it anew");
        let mut crm = at(world, "mei", "2026-04-01T10:30");
        say(&mut crm, ticket, "out", "A seal comes today.");
        assert_eq!(field(&mut crm, ticket, "next_due"), "");
        assert_eq!(field(&mut crm, ticket, "due"), "04-01 16:30");

        // Solved in time; a clock that was met is not missed later.
        let mut crm = at(world, "mei", "2026-04-01T15:00");
        edit(&mut crm, ticket, &[("status", "resolved"), ("resolution", "The seal was changed.")]);
        let solved = ["", "03-31 12:00", "", "04-01 16:30", "03-31 12:00", "", ""];
        assert_eq!(clocks(&mut crm, ticket), solved);
        assert_eq!(escalated(&mut at(world, "mei", "2026-04-02T08:00")), Vec::<String>::new());
        let why = at(world, "mei", "2026-04-02T08:00").why(ticket).expect("explains");
        let states: Vec<&str> = why.clocks.rows.iter().filter_map(|row| row.cells[1].as_text()).collect();
        assert_eq!(states, ["missed", "waiting", "met"]);

        // A low rating opens a task; the customer writes again, and what was used up counts.
        let mut crm = at(world, "mei", "2026-04-02T09:00");
        let rating = Rating { score: Some(1), channel: "command", ..Rating::default() };
        assert!(crm.rate_ticket(ticket, &rating).expect("rates").recovery.is_some(), "somebody wins them back");
        let mut crm = at(world, "mei", "2026-04-02T09:30");
        say(&mut crm, ticket, "in", "It leaks again.");
        assert_eq!(field(&mut crm, ticket, "reopened"), "1");
        assert_eq!(field(&mut crm, ticket, "paused_seconds"), "28800");
        let again = ["04-02 11:00", "03-31 12:00", "04-02 15:00", "04-02 11:00", "03-31 12:00", "", ""];
        assert_eq!(clocks(&mut crm, ticket), again);

        // Half an hour late: the manager is told, and the ticket becomes more urgent.
        let mut crm = at(world, "mei", "2026-04-02T11:30");
        assert_eq!(escalated(&mut crm), ["resolution missed", "resolution 100"]);
        assert_eq!(field(&mut crm, ticket, "priority"), "high");
        assert_eq!(world.names("activity", "owner=lin ticket=T1 subject~\"100 %\"").len(), 1);
        assert_eq!(escalated(&mut at(world, "mei", "2026-04-02T11:31")), Vec::<String>::new());

        // Another priority reckons anew from the beginning; what was missed stays missed, whatever comes.
        let mut crm = at(world, "mei", "2026-04-02T11:40");
        edit(&mut crm, ticket, &[("priority", "urgent")]);
        assert_eq!(field(&mut crm, ticket, "resolve_due"), "04-01 16:00");
        edit(&mut crm, ticket, &[("priority", "low")]);
        assert_eq!(field(&mut crm, ticket, "resolve_due"), "04-02 11:00");
        assert_eq!(field(&mut crm, ticket, "resolve_breached"), "04-02 11:00");
        edit(&mut crm, ticket, &[("status", "resolved")]);
        let why = crm.why(ticket).expect("explains");
        let states: Vec<&str> = why.clocks.rows.iter().filter_map(|row| row.cells[1].as_text()).collect();
        assert_eq!(states, ["missed", "met", "missed"]);
        let pauses: Vec<String> =
            why.pauses.rows.iter().map(|row| row.cells[2].as_text().unwrap_or_default().to_owned()).collect();
        assert_eq!(pauses, ["4h30m", "3h30m", "0m"]);
    }

    fn undo_puts_every_clock_back(world) {
        office(world);
        world.add("sla_step", &[("clock", "resolution"), ("policy", "SP1"), ("percent", "80"), ("tell", "owner"), ("raise", "yes")]);
        let mut crm = at(world, "lin", "2026-03-31T10:00");
        let ticket = add(&mut crm, "ticket", &[("subject", "Dark"), ("customer", "C3"), ("owner", "mei")]);
        let acts: [(&str, &[(&str, &str)]); 5] = [
            ("2026-03-31T11:00", &[("status", "pending")]),
            ("2026-03-31T14:00", &[("status", "open")]),
            ("2026-03-31T15:00", &[("priority", "urgent")]),
            ("2026-03-31T16:00", &[("status", "resolved"), ("resolution", "Cable")]),
            ("2026-04-01T10:00", &[("status", "open")]),
        ];
        for (hour, pairs) in acts {
            let mut crm = at(world, "lin", hour);
            let before = dump(&mut crm);
            edit(&mut crm, ticket, pairs);
            let after = dump(&mut crm);
            assert_ne!(before, after, "{hour}");
            crm.undo(None, false).expect("undoes");
            assert_eq!(dump(&mut crm), before, "{hour}");
            crm.redo().expect("does it again");
            assert_eq!(dump(&mut crm), after, "{hour}");
        }
        let mut crm = at(world, "lin", "2026-04-03T10:00");
        let before = dump(&mut crm);
        assert_eq!(crm.escalate().expect("runs").steps, 1);
        crm.undo(None, false).expect("undoes");
        assert_eq!(dump(&mut crm), before);
        let written = crm.latest_change().expect("counts");
        crm.set_dry_run(true);
        assert_eq!(crm.escalate().expect("tries").steps, 1);
        assert_eq!(crm.latest_change().expect("counts"), written, "a dry run writes nothing");
    }

    fn calendars_say_hours_and_their_policies_outlive_them(world) {
        people(world);
        let refused = world.try_add("business_calendar", &[("name", "Nobody"), ("hours", "Mon-Fri")]);
        assert_eq!(refused.expect_err("has no hours").cause, Cause::BadValue);
        let no_zone = world.try_add("business_calendar", &[("name", "Where"), ("hours", "24x7"), ("zone", "Mars/Olympus")]);
        assert_eq!(no_zone.expect_err("is nowhere").field.as_deref(), Some("zone"));
        let office = world.add("business_calendar", &[("name", "Office"), ("hours", "周一至周五 9-12 13:30-18")]);
        assert_eq!(world.text("business_calendar", office, "hours"), "Mon-Fri 09:00-12:00 13:30-18:00");
        assert_eq!(world.text("business_calendar", office, "zone"), "Asia/Shanghai");
        assert_eq!(world.text("business_calendar", office, "default"), "yes", "the first is the default");
        let night = world.add("business_calendar", &[("name", "Night"), ("hours", "Mon-Fri 22:00-06:00")]);
        world.add("sla_policy", &[("name", "Standard"), ("resolution", "8h")]);
        let policy = world.add("sla_policy", &[("name", "Nights"), ("condition", "kind=repair"), ("resolution", "8h"), ("calendar", "Night")]);
        assert_eq!(world.text("sla_policy", 1, "calendar"), "Office");
        assert_eq!(world.crm.remove("business_calendar", office).expect_err("is the default").cause, Cause::Refused);
        let before = world.dump();
        world.crm.remove("business_calendar", night).expect("goes");
        assert_eq!(world.text("sla_policy", policy, "calendar"), "Office");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
        world.edit("business_calendar", night, &[("default", "yes")]);
        assert_eq!(world.text("business_calendar", office, "default"), "no", "there is one");
    }

    fn policies_promise_what_can_be_kept(world) {
        office(world);
        let mut refused = |pairs: &[(&str, &str)]| {
            let pairs = [&[("name", "Odd")], pairs].concat();
            world.try_add("sla_policy", &pairs).expect_err("is refused").field.unwrap_or_default()
        };
        assert_eq!(refused(&[("first_response", "9h"), ("resolution", "8h")]), "first_response");
        assert_eq!(refused(&[("next_response", "urgent 3h, 8h"), ("resolution", "urgent 2h, 8h")]), "next_response");
        assert_eq!(refused(&[]), "resolution");
        assert_eq!(refused(&[("resolution", "soon")]), "resolution");
        assert_eq!(refused(&[("resolution", "8h"), ("condition", "colour=red")]), "condition");
        assert_eq!(world.text("sla_policy", 1, "resolution"), "urgent 4h, 8h");
        assert_eq!(world.crm.remove("sla_policy", 1).expect_err("the default stays").cause, Cause::Refused);
        let idle = world.try_add("sla_step", &[("clock", "resolution"), ("policy", "SP1")]);
        assert_eq!(idle.expect_err("does nothing").cause, Cause::BadValue);

        // A policy is previewed before it is saved, and holds for open tickets once it is applied.
        let mut crm = at(world, "lin", "2026-03-31T10:00");
        let urgent = add(&mut crm, "ticket", &[("subject", "Stands still"), ("priority", "urgent"), ("customer", "C1")]);
        let other = add(&mut crm, "ticket", &[("subject", "A question"), ("customer", "C1")]);
        let mut crm = at(world, "lin", "2026-03-31T11:30");
        let pairs = [("name", "Urgent"), ("condition", "priority=urgent"), ("position", "0"), ("resolution", "1h")];
        let asked = values(&mut crm, "sla_policy", &pairs);
        let written = crm.latest_change().expect("counts");
        let preview = crm.preview_policy(None, &asked).expect("shows");
        assert_eq!((preview.tickets, preview.late), (1, 1));
        assert_eq!(preview.grid.rows[0].short, format!("T{urgent}"));
        assert_eq!(crm.latest_change().expect("counts"), written);
        let policy = crm.add("sla_policy", asked).expect("adds");
        assert_eq!(crm.preview_policy(Some(policy), &Values::new()).expect("shows").tickets, 1);
        assert_eq!(field(&mut crm, urgent, "policy"), "Standard");
        assert_eq!(crm.apply_policies().expect("applies"), (1, 2));
        assert_eq!(field(&mut crm, urgent, "policy"), "Urgent");
        assert_eq!(field(&mut crm, urgent, "resolve_breached"), "03-31 11:00");
        assert_eq!(field(&mut crm, other, "policy"), "Standard");
        // A ticket that comes to fit gets it at once, in bulk too.
        let high = values(&mut crm, "ticket", &[("priority", "urgent")]);
        crm.change_many("ticket", &[other], &high).expect("edits");
        assert_eq!(field(&mut crm, other, "policy"), "Urgent");
    }

    fn holidays_come_from_a_calendar_file_once(world) {
        office(world);
        let ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:春节 假期 第1天/共\r\n 9天\r\n\
                   DTSTART;VALUE=DATE:20260215\r\nDTEND;VALUE=DATE:20260224\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\n\
                   SUMMARY:春节 补班\r\nDTSTART;TZID=Asia/Shanghai:20260228T090000\r\nDTEND;TZID=Asia/Shanghai:20260228T180000\r\n\
                   END:VEVENT\r\nBEGIN:VEVENT\r\nUID:3\r\nSUMMARY:Christmas\\, both days\r\nDTSTART;VALUE=DATE:20261225\r\nDURATION:P2D\r\n\
                   RRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:A meeting\r\nDTSTART:20260301T100000Z\r\nEND:VEVENT\r\n\
                   END:VCALENDAR\r\n";
        let taken = world.crm.take_holidays(1, ics.as_bytes()).expect("reads");
        assert_eq!((taken.added, taken.changed, taken.unchanged, taken.skipped), (3, 0, 0, 1));
        let again = world.crm.take_holidays(1, ics.as_bytes()).expect("reads");
        assert_eq!((again.added, again.changed, again.unchanged), (0, 0, 3));
        assert_eq!(world.names("holiday", "kind=work"), ["春节 补班"]);
        assert_eq!(world.names("holiday", "yearly=yes until=2026-12-26"), ["Christmas, both days"]);
        assert_eq!(world.text("holiday", 1, "until"), "2026-02-23");
        assert!(world.crm.take_holidays(1, b"Dear all, we are closed at Christmas.").is_err());
        // On Friday the 13th one hour is left; the Saturday is off, and so are the nine days; the 28th is worked.
        let mut crm = at(world, "lin", "2026-02-13T17:00");
        let ticket = add(&mut crm, "ticket", &[("subject", "Before the feast"), ("customer", "C1")]);
        assert_eq!(field(&mut crm, ticket, "first_due"), "02-24 10:00");
        let mut crm = at(world, "lin", "2026-02-27T17:00");
        let ticket = add(&mut crm, "ticket", &[("subject", "Before the Saturday"), ("customer", "C1")]);
        assert_eq!(field(&mut crm, ticket, "first_due"), "02-28 10:00");
        let odd = world.try_add("holiday", &[("name", "Odd"), ("day", "2026-05-01"), ("until", "2026-04-30")]);
        assert_eq!(odd.expect_err("ends before").field.as_deref(), Some("until"));
    }

    fn tickets_go_to_whom_the_rules_say_and_who_is_here(world) {
        office(world);
        world.edit("user", 3, &[("skills", "repair"), ("tickets_at_once", "2")]);
        world.edit("queue", 1, &[("members", "mei,lin")]);
        world.add("ticket_rule", &[("condition", "kind=repair"), ("skill", "Repair"), ("order", "least_busy")]);
        let mut crm = at(world, "lin", "2026-03-31T10:00");
        for place in 1..=3 {
            add(&mut crm, "ticket", &[("subject", &format!("Repair {place}")), ("kind", "repair"), ("customer", "C1")]);
        }
        for place in 1..=4 {
            add(&mut crm, "ticket", &[("subject", &format!("Question {place}")), ("queue", "Support"), ("customer", "C1")]);
        }
        let all = filter::parse("").expect("a filter");
        crm.set_dry_run(true);
        assert_eq!(crm.assign_tickets(&all, false).expect("tries").rows.len(), 7);
        crm.set_dry_run(false);
        assert_eq!(world.names("ticket", "not owner:").len(), 0);
        crm.assign_tickets(&all, false).expect("assigns");
        assert_eq!(world.names("ticket", "owner=lukas"), ["Repair 1", "Repair 2"], "two are enough for him");
        assert_eq!(world.names("ticket", "owner:"), ["Repair 3"]);
        assert_eq!(world.names("ticket", "owner=mei").len(), 2, "the queue takes turns");
        // Mei goes on holiday and Lukas stands in; what was hers is given out on demand.
        let away = kehu::catalog::entry("user").expect("a kind").verbs.iter().find(|verb| verb.name == "away").expect("a verb");
        let answers = values(&mut crm, "user", &[("away_until", "2026-04-10")]);
        let answers = vec![("until".to_owned(), answers[0].1.clone()), ("stand-in".to_owned(), kehu::record::Link::to(3))];
        (away.run)(&mut crm, 2, &answers).expect("goes");
        assert_eq!(world.names("user", "present=no"), ["陆雅梅", "陈志强"]);
        crm.assign_tickets(&filter::parse("kind:").expect("a filter"), true).expect("assigns");
        assert_eq!(world.names("ticket", "owner=mei").len(), 0);
        assert_eq!(world.names("ticket", "owner=lin").len(), 4);
        assert_eq!(world.names("ticket", "reassigned=1").len(), 2, "it is counted");
        world.add("ticket_rule", &[("condition", "kind=return"), ("user", "mei")]);
        let ticket = add(&mut crm, "ticket", &[("subject", "Back"), ("kind", "return"), ("customer", "C1")]);
        world.edit("user", 3, &[("tickets_at_once", "")]);
        crm.assign_tickets(&filter::parse("kind=return").expect("a filter"), false).expect("assigns");
        assert_eq!(field(&mut crm, ticket, "owner"), "Lukas Brandt");
        // Leads go past whoever is away as well.
        world.add("lead_rule", &[("condition", "source=web"), ("user", "mei")]);
        world.add("lead", &[("name", "Zhang"), ("source", "web")]);
        crm.assign_leads(&all).expect("assigns");
        assert_eq!(world.names("lead", "owner:"), ["Zhang"]);
        let odd = world.try_edit("user", 2, &[("stand_in", "mei")]);
        assert_eq!(odd.expect_err("not for herself").field.as_deref(), Some("stand_in"));
    }

    fn reports_say_what_was_kept_and_how_long_it_took(world) {
        office(world);
        let mut crm = at(world, "lin", "2026-03-31T10:00");
        for place in 1..=6 {
            add(&mut crm, "ticket", &[("subject", &format!("Question {place}")), ("customer", "C1"), ("owner", "mei")]);
        }
        add(&mut crm, "ticket", &[("subject", "Rare"), ("customer", "C1"), ("priority", "high"), ("owner", "lin")]);
        let mut crm = at(world, "mei", "2026-03-31T11:00");
        for ticket in 1..=5 {
            say(&mut crm, ticket, "out", "We look into it.");
        }
        let mut crm = at(world, "mei", "2026-04-02T10:00");
        say(&mut crm, 6, "out", "Sorry for the delay.");
        for ticket in 1..=3 {
            edit(&mut crm, ticket, &[("status", "resolved"), ("resolution", "Done")]);
        }
        let report = |crm: &mut Crm, name: &str, by: &str| {
            let report = kehu::catalog::report(name).expect("a report");
            let mut asked = vec![("period".to_owned(), Value::text("2026"))];
            asked.push(("by".to_owned(), Value::text(by)));
            asked.retain(|(name, value)| report.asks.iter().any(|ask| ask.name == name) && !value.is_empty());
            (report.run)(crm, &asked).expect("answers").remove(0).grid
        };
        let cells = |grid: &kehu::record::Grid, row: usize| -> Vec<Option<i64>> {
            grid.rows[row].cells[1..].iter().map(Value::as_integer).collect()
        };
        let grid = report(&mut crm, "sla", "priority");
        // High first: one that nobody answered, too few for a percentage.
        assert_eq!(cells(&grid, 0), [Some(1), Some(0), Some(1), None, Some(0), None, Some(0), Some(1), None, Some(0), None]);
        let five_of_six = Some(8333);
        assert_eq!(cells(&grid, 1)[..4], [Some(6), Some(5), Some(1), five_of_six]);
        assert_eq!(cells(&grid, 1)[6..9], [Some(0), Some(6), Some(0)], "eight hours had passed before");
        let grid = report(&mut crm, "response-times", "owner");
        assert_eq!(grid.rows.len(), 2);
        let times = report(&mut crm, "response-times", "priority");
        assert_eq!(cells(&times, 1)[1..4], [Some(6), Some(10), Some(150)], "an hour, and two days of seven and a half");
        let grid = report(&mut crm, "backlog", "priority");
        assert_eq!(cells(&grid, 1), [Some(3), Some(0), Some(3), Some(0), Some(0), Some(0), Some(3)]);
        let grid = report(&mut crm, "ticket-load", "");
        assert_eq!(grid.rows[10].cells[2], Value::Integer(7), "Tuesday at ten");
        edit(&mut crm, 1, &[("status", "open")]);
        let grid = report(&mut crm, "reopened", "owner");
        assert_eq!(grid.totals.expect("has totals")[3], Value::Integer(1));
        let late = Query { filter: filter::parse("late=yes").expect("a filter"), ..Query::new("ticket") };
        assert_eq!(crm.matching(&late).expect("lists").len(), 7, "by now");
    }

    fn what_a_file_tells_of_the_past_is_judged_and_not_escalated(world) {
        office(world);
        world.add("sla_step", &[("clock", "resolution"), ("policy", "SP1"), ("percent", "80"), ("tell", "owner")]);
        let mut crm = at(world, "lin", "2026-03-31T10:00");
        let late = add(&mut crm, "ticket", &[
            ("subject", "Long ago"), ("customer", "C1"), ("received", "2026-03-02 09:00"), ("status", "closed"),
            ("resolution", "x"), ("first_response", "2026-03-02 10:00"), ("resolved", "2026-03-05 10:00"),
        ]);
        assert_eq!(clocks(&mut crm, late), ["", "03-02 11:00", "", "03-03 09:30", "", "", "03-03 09:30"]);
        let open = add(&mut crm, "ticket", &[("subject", "Forgotten"), ("customer", "C1"), ("received", "2026-03-02 09:00"), ("owner", "mei")]);
        assert_eq!(clocks(&mut crm, open)[4..], ["03-02 11:00", "", "03-03 09:30"]);
        assert_eq!(field(&mut crm, open, "escalate_at"), "", "nobody is told of what was late before it came in");
        // What is late already is not late a second time, and stays late when it is opened again after the solution.
        edit(&mut crm, open, &[("status", "resolved"), ("resolution", "x")]);
        let mut crm = at(world, "lin", "2026-04-01T10:00");
        edit(&mut crm, open, &[("status", "open")]);
        assert_eq!(clocks(&mut crm, open)[6], "03-03 09:30");
    }
}

#[test]
fn escalation_and_the_queue_page_look_at_few_tickets() {
    let mut world = World::on_sqlite();
    office(&mut world);
    let mut db = kehu::store::open(&world.url, kehu::store::Open::default()).expect("opens");
    let mut plan = |sql: &str| -> String {
        let rows = db.query(&format!("EXPLAIN QUERY PLAN {sql}"), &[]).expect("plans");
        rows.iter().map(|row| format!("{:?}", row[3])).collect::<Vec<_>>().join("\n")
    };
    let escalate = plan(
        "SELECT id FROM tickets WHERE escalate_at IS NOT NULL AND escalate_at <= '2026-03-31T01:00:00Z' \
         AND deleted_at IS NULL ORDER BY escalate_at, id",
    );
    assert!(escalate.contains("escalate_at<?") && !escalate.contains("TEMP B-TREE"), "{escalate}");
    let queue = plan(
        "SELECT id FROM tickets t WHERE t.queue = 1 AND t.status IN ('new', 'open') AND t.due >= '' \
         AND t.deleted_at IS NULL ORDER BY t.due LIMIT 50",
    );
    assert!(queue.contains("COVERING INDEX tickets_queue_index (queue=? AND status=? AND due>?)"), "{queue}");
}
