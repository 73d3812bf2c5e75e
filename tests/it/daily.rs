//! The daily loop: what is noted, planned, moved, called off and done, and what a day's plan and report make of it.

use crate::{
    storage::on_both,
    world::{World, people},
};
use calcard::{Entry, Parser, icalendar::ICalendarComponentType as Part};
use jiff::civil::date;
use kehu::{
    catalog,
    crm::Query,
    customers::{Mass, Note, Owner, Silence},
    error::Cause,
    exchange::Calendar,
    record::{Grid, Link, Total, Value, filter},
};

const LIN: i64 = 1;
const MEI: i64 = 2;

fn note(sort: &str, about: &str, text: &str) -> Note {
    Note { sort: sort.into(), about: about.into(), text: text.into(), ..Note::default() }
}

/// A plan of Lin's with 招商银行.
fn plan(world: &mut World, subject: &str, due: &str) -> i64 {
    world.add("activity", &[("subject", subject), ("kind", "call"), ("customer", "C1"), ("due", due)])
}

/// Runs a verb as the command line does.
fn act(world: &mut World, id: i64, verb: &str, answers: &[(&str, &str)]) -> kehu::Result<()> {
    let entry = catalog::entry("activity").expect("a kind");
    let verb = entry.verbs.iter().find(|known| known.name == verb).expect("a verb");
    let mut values = Vec::new();
    for (name, text) in answers {
        let ask = verb.asks.iter().find(|ask| ask.name == *name).expect("is asked");
        values.push(((*name).to_owned(), kehu::record::types::parse(&(ask.kind)(), text, world.crm.reading())?));
    }
    world.crm.transaction("act", |crm| match (verb.refused)(crm, id)? {
        Some(why) => Err(kehu::Error::new(Cause::Refused, why)),
        None => (verb.run)(crm, id, &values),
    })
}

fn agenda(world: &mut World, user: i64) -> Vec<(&'static str, Vec<String>)> {
    let parts = world.crm.agenda(user, date(2026, 3, 31), Some(20)).expect("a plan of the day");
    let words = |grid: Grid| grid.rows.into_iter().map(|row| row.short).collect();
    parts.into_iter().map(|(title, grid)| (title, words(grid))).collect()
}

fn part(world: &mut World, user: i64, title: &str) -> Vec<String> {
    agenda(world, user).into_iter().find(|(known, _)| *known == title).map(|(_, refs)| refs).unwrap_or_default()
}

on_both! {
    fn a_note_is_done_just_now_with_whoever_it_names(world) {
        people(world);
        let mut said = note("call", "Ingrid Larsen", "asked for a price");
        (said.minutes, said.incoming) = (Some(12), true);
        let logged = world.crm.log(&said).expect("notes");
        for (field, value) in [
            ("kind", "call"),
            ("contact", "Ingrid Larsen"),
            ("customer", "Nordic Instruments GmbH"),
            ("direction", "in"),
            ("done", "2026-03-31T01:00:00Z"),
            ("minutes", "12"),
            ("owner", "lin"),
            ("state", "done"),
        ] {
            assert_eq!(world.text("activity", logged.id, field), value, "{field}");
        }
    }

    fn a_kind_is_said_in_either_language_by_its_beginning(world) {
        people(world);
        for (word, kind) in [("电", "call"), ("拜访", "visit"), ("微信", "wechat"), ("邮", "email"), ("vis", "visit")] {
            let id = world.crm.log(&note(word, "C1", "spoke")).expect(word).id;
            assert_eq!(world.text("activity", id, "kind"), kind);
        }
        let error = world.crm.log(&note("m", "nobody", "x")).expect_err("nobody is called so");
        assert_eq!(error.cause, Cause::NotFound);
        assert_eq!(world.crm.log(&note("telepathy", "C1", "x")).expect_err("no kind").cause, Cause::BadValue);
        assert_eq!(world.crm.log(&note("call", "C1", "  ")).expect_err("nothing").cause, Cause::BadValue);
        assert_eq!(world.crm.log(&note("call", "王晓明", "x")).expect_err("two").cause, Cause::Ambiguous);
    }

    fn a_note_on_a_plan_fulfils_it_and_goes_back_with_one_undo(world) {
        people(world);
        let planned = plan(world, "Ask about the hall", "today");
        let before = world.dump();
        let said = Note { next: Some("+14d send the quote".into()), ..note("call", &format!("A{planned}"), "they want two") };
        let logged = world.crm.log(&said).expect("notes");
        assert!(logged.completed && logged.id == planned);
        assert_eq!(world.text("activity", planned, "outcome"), "they want two");
        let next = world.names("activity", &format!("follows=A{planned}"));
        assert_eq!(next, ["send the quote"]);
        assert!(world.text("activity", planned, "followed_by").ends_with(" send the quote"));
        let next = planned + 1;
        assert_eq!(world.text("activity", next, "follows"), "Ask about the hall");
        assert_eq!(world.text("activity", next, "due"), "2026-04-13T16:00:00Z");
        assert_eq!(world.text("activity", next, "customer"), "招商银行深圳分行");
        // What is over is followed, not done again.
        let after = world.crm.log(&note("wechat", &format!("A{planned}"), "sent the pictures")).expect("notes");
        assert!(!after.completed);
        assert_eq!(world.text("activity", after.id, "follows"), "Ask about the hall");
        world.crm.undo(None, false).expect("undoes");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
    }

    fn a_plan_that_a_note_may_have_fulfilled_is_hinted_at(world) {
        people(world);
        let planned = plan(world, "Call back", "-2d");
        assert!(world.crm.log(&note("wechat", "C1", "hello")).expect("notes").waiting.is_none(), "of another kind");
        let hint = world.crm.log(&note("call", "C1", "hello")).expect("notes").waiting.expect("a hint");
        assert!(hint.to_string().ends_with(&format!("kehu activity done A{planned}")), "{hint}");
        assert_eq!(world.text("activity", planned, "state"), "overdue", "nothing is guessed");
    }

    fn what_an_activity_links_to_belongs_to_its_customer(world) {
        people(world);
        let error = world.try_add("activity", &[("subject", "x"), ("customer", "C1"), ("contact", "P2")]).expect_err("no");
        assert_eq!(error.cause, Cause::Refused);
        let said = error.to_string();
        assert!(said.contains("P2 Ingrid Larsen") && said.contains("C2 Nordic") && said.contains("C1 招商"), "{said}");
        let id = world.add("activity", &[("subject", "x"), ("contact", "P2")]);
        assert_eq!(world.text("activity", id, "customer"), "Nordic Instruments GmbH");
        assert!(world.try_edit("activity", id, &[("customer", "C3")]).is_err());
        // She changes her company; what was remains.
        world.edit("contact", 2, &[("customer", "C3")]);
        world.edit("activity", id, &[("outcome", "was nice")]);
        assert_eq!(world.text("activity", id, "customer"), "Nordic Instruments GmbH");
    }

    fn a_moved_plan_remembers_its_first_day_and_why(world) {
        people(world);
        let id = plan(world, "Visit the hall", "2026-04-02");
        act(world, id, "move", &[("to", "2026-04-05"), ("because", "they are at a fair")]).expect("moves");
        act(world, id, "move", &[("to", "2026-04-09"), ("because", "snow")]).expect("moves again");
        assert_eq!(world.text("activity", id, "first_due"), "2026-04-01T16:00:00Z");
        assert_eq!(world.text("activity", id, "due"), "2026-04-08T16:00:00Z");
        assert_eq!(world.text("activity", id, "moved"), "2");
        assert_eq!(world.text("activity", id, "moved_because"), "snow");
        let history = world.crm.history("activity", id).expect("history");
        assert!(history.iter().any(|line| line.field == "due" && line.before == Value::text("2026-04-04T16:00:00Z")));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.text("activity", id, "moved"), "1");
    }

    fn whoever_moves_a_plan_says_why_whichever_way(world) {
        people(world);
        let id = plan(world, "Visit the hall", "2026-04-02 14:00");
        let error = world.try_edit("activity", id, &[("due", "2026-04-05 10:00")]).expect_err("why?");
        assert_eq!(error.cause, Cause::Refused);
        let hint = error.hint.expect("a hint").to_string();
        assert_eq!(hint, format!("kehu activity move A{id} --to \"2026-04-05 10:00\" --because \"…\""));
        world.edit("activity", id, &[("due", "2026-04-05"), ("moved_because", "a fair")]);
        assert_eq!(world.text("activity", id, "moved"), "1");
        let error = act(world, id, "move", &[("to", "2026-03-30"), ("because", "snow")]).expect_err("is over");
        assert_eq!((error.cause, error.to_string().contains("2026-03-30")), (Cause::Refused, true));
        act(world, id, "move", &[("to", "today"), ("because", "snow")]).expect("today is not over");
    }

    fn what_is_planned_and_names_no_kind_is_a_task(world) {
        people(world);
        for (pairs, kind) in [
            (&[("subject", "x"), ("due", "tomorrow")][..], "task"),
            (&[("subject", "x")], "note"),
            (&[("subject", "x"), ("due", "tomorrow"), ("kind", "note")], "note"),
            (&[("subject", "x"), ("due", "yesterday"), ("done", "yesterday")], "note"),
        ] {
            let id = world.add("activity", pairs);
            assert_eq!(world.text("activity", id, "kind"), kind, "{pairs:?}");
        }
    }

    fn an_hour_alone_is_the_next_one(world) {
        people(world);
        for (next, due, subject) in [
            ("14:00 call back", "2026-03-31T06:00:00Z", "call back"),
            ("08:30 回电", "2026-04-01T00:30:00Z", "回电"),
        ] {
            let said = Note { next: Some(next.into()), ..note("call", "C1", "spoke") };
            let id = world.crm.log(&said).expect("notes").id + 1;
            assert_eq!((world.text("activity", id, "due"), world.text("activity", id, "subject")), (due.to_owned(), subject.to_owned()));
        }
    }

    fn each_part_of_the_day_says_how_many_there_are(world) {
        people(world);
        for number in 0..28 {
            world.add("customer", &[("name", &format!("Client {number}")), ("level", "A"), ("owner", "mei"), ("since", "2025-01-01")]);
            world.add("activity", &[("subject", &format!("x{number}")), ("owner", "mei"), ("due", "2026-03-30")]);
        }
        let mut counted = |limit: Option<u64>| {
            let parts = world.crm.agenda(MEI, date(2026, 3, 31), limit).expect("a plan");
            parts.into_iter().map(|(title, grid)| (title, grid.rows.len(), grid.total)).collect::<Vec<_>>()
        };
        let all = Total::Exactly(28);
        let silent = ("Silent for too long", 28, Total::Exactly(28));
        assert_eq!(counted(Some(20)), [("Overdue", 20, all), (silent.0, 20, silent.2)]);
        // Whom to think of is counted no further than is cheap.
        assert_eq!(counted(Some(5)), [("Overdue", 5, all), (silent.0, 5, Total::MoreThan(20))]);
        assert_eq!(counted(None), [("Overdue", 28, all), silent]);
    }

    fn what_is_called_off_is_neither_open_nor_done(world) {
        people(world);
        let id = plan(world, "Send the samples", "yesterday");
        assert_eq!(part(world, LIN, "Overdue"), [format!("A{id}")]);
        act(world, id, "cancel", &[("because", "they bought elsewhere")]).expect("calls off");
        assert_eq!(world.text("activity", id, "state"), "cancelled");
        assert_eq!(world.text("activity", id, "cancelled_because"), "they bought elsewhere");
        assert_eq!(part(world, LIN, "Overdue"), [""; 0]);
        assert!(world.value("customer", 1, "next_step").is_empty());
        for verb in ["done", "cancel"] {
            let answers: &[_] = if verb == "done" { &[] } else { &[("because", "x")] };
            let error = act(world, id, verb, answers).expect_err("is over");
            assert_eq!(error.to_string(), "Send the samples was called off.");
        }
        assert_eq!(world.try_edit("activity", id, &[("done", "today")]).expect_err("both").cause, Cause::Refused);
    }

    fn impossible_times_are_refused(world) {
        people(world);
        for (pairs, cause) in [
            ([("subject", "x"), ("minutes", "-1")], Cause::BadValue),
            ([("subject", "x"), ("due", "1850-01-01")], Cause::BadValue),
            ([("subject", "x"), ("done", "tomorrow")], Cause::Refused),
        ] {
            assert_eq!(world.try_add("activity", &pairs).expect_err(pairs[1].1).cause, cause);
        }
        assert_eq!(world.crm.count_where("activity", "").expect("counts"), 0);
    }

    fn the_plan_of_the_day_begins_with_what_is_at_stake(world) {
        people(world);
        for (customer, level, revenue) in [("C2", "B", "5m"), ("C3", "A", "1m"), ("C4", "A", "9m")] {
            world.edit("customer", customer[1..].parse().expect("a number"), &[("level", level), ("annual_revenue", revenue), ("owner", "mei")]);
        }
        let mut ids = Vec::new();
        for (customer, due) in [("C2", "2026-03-01"), ("C3", "2026-03-02"), ("C4", "2026-03-30"), ("C4", "2026-03-10")] {
            ids.push(world.add("activity", &[("subject", "x"), ("kind", "task"), ("customer", customer), ("owner", "mei"), ("due", due)]));
        }
        let expected = [ids[3], ids[2], ids[1], ids[0]].map(|id| format!("A{id}"));
        assert_eq!(part(world, MEI, "Overdue"), expected);
        // What has an hour comes first and in the order of the hours.
        for (customer, due) in [("C4", "2026-03-31"), ("C2", "2026-03-31 15:00"), ("C2", "2026-03-31 10:00")] {
            ids.push(world.add("activity", &[("subject", "y"), ("kind", "task"), ("customer", customer), ("owner", "mei"), ("due", due)]));
        }
        let expected = [ids[6], ids[5], ids[4]].map(|id| format!("A{id}"));
        assert_eq!(part(world, MEI, "Today"), expected);
        // What has lain for days is on the plan of whom she reports to.
        assert_eq!(part(world, LIN, "Left undone by your people").len(), 3);
        assert_eq!(part(world, LIN, "Overdue"), [""; 0]);
    }

    fn birthdays_are_told_a_week_ahead_and_not_of_those_who_left(world) {
        people(world);
        for (contact, day) in [(1, "1980-03-31"), (2, "--04-03"), (3, "1990-04-08"), (4, "--03-31")] {
            world.edit("contact", contact, &[("birthday", day)]);
        }
        world.edit("contact", 2, &[("owner", "lin")]);
        world.edit("contact", 3, &[("owner", "lin")]);
        assert_eq!(part(world, LIN, "Occasions"), ["P1"], "through the customer; the fourth has nobody");
        assert_eq!(part(world, LIN, "Coming occasions"), ["P2"], "the third is eight days off");
        assert_eq!(world.names("contact", "birthday=--03-31"), ["王晓明", "王晓明"]);
        world.edit("contact", 1, &[("left", "yes")]);
        assert_eq!(part(world, LIN, "Occasions"), [""; 0]);
        // Who was born on a leap day has it on the day before.
        world.edit("contact", 2, &[("birthday", "2000-02-29")]);
        let parts = world.crm.agenda(LIN, date(2026, 2, 28), None).expect("a plan");
        assert!(parts.iter().any(|(title, grid)| *title == "Occasions" && grid.rows[0].short == "P2"));
    }

    fn a_customer_is_silent_until_somebody_speaks_to_them_or_means_to(world) {
        people(world);
        let silent = "Silent for too long";
        world.edit("customer", 3, &[("owner", "lin"), ("since", "2025-01-01"), ("level", "A")]);
        assert_eq!(part(world, LIN, silent), ["C1", "C3"], "the one of known revenue first");
        let done = world.add("activity", &[("subject", "x"), ("customer", "C1"), ("done", "-14d")]);
        assert_eq!(part(world, LIN, silent), ["C3"]);
        world.edit("activity", done, &[("done", "-15d")]);
        assert_eq!(part(world, LIN, silent), ["C1", "C3"]);
        let planned = plan(world, "Call", "+3d");
        assert_eq!(part(world, LIN, silent), ["C3"]);
        act(world, planned, "cancel", &[("because", "x")]).expect("calls off");
        assert_eq!(part(world, LIN, silent), ["C1", "C3"]);
    }

    fn a_thousand_plans_are_one_step(world) {
        people(world);
        for number in 0..1_000 {
            world.add("customer", &[("name", &format!("Client {number}")), ("tags", "fair"), ("owner", if number % 2 == 0 { "mei" } else { "" })]);
        }
        let before = world.dump().len();
        let query = Query { filter: filter::parse("tags:fair").expect("a filter"), ..Query::new("customer") };
        let mass = Mass {
            text: "Call about the new price list".into(),
            sort: "call".into(),
            due: Some("+3d".into()),
            at: None,
            owner: Owner::OfCustomer,
        };
        // A thousand, and Acme, who were at the fair too.
        assert_eq!(world.crm.activities_for(&query, &mass).expect("plans"), 1_001);
        assert_eq!(world.crm.count_where("activity", "owner=mei state=planned kind=call").expect("counts"), 501);
        assert_eq!(world.crm.count_where("activity", "owner=lin customer.owner=none").expect("counts"), 500);
        assert_eq!(world.found("price list").len(), 20, "they are found by their words");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump().len(), before);
    }

    fn the_report_of_a_day_tells_what_was_really_done(world) {
        people(world);
        let mut call = note("call", "C1", "asked for a price");
        (call.minutes, call.outcome) = (Some(10), Some("wants a quote".into()));
        world.crm.log(&call).expect("notes");
        world.crm.log(&note("call", "C2", "nothing new")).expect("notes");
        world.edit("customer", 1, &[("lifecycle", "signed")]);
        world.edit("customer", 3, &[("lifecycle", "signed")]);
        world.edit("customer", 3, &[("lifecycle", "potential")]);
        plan(world, "Not done", "today");
        plan(world, "Tomorrow", "tomorrow");
        let report = catalog::report("day").expect("a report");
        let parts = (report.run)(&mut world.crm, &Vec::new()).expect("reports");
        let cells = |title: &str| {
            let part = parts.iter().find(|part| part.title.template == title).expect(title);
            part.grid.rows.iter().map(|row| row.cells.clone()).collect::<Vec<_>>()
        };
        assert_eq!(cells("Done by kind"), [[Value::text("call"), Value::Integer(2), Value::Integer(10)]]);
        assert_eq!(cells("Done")[0][6], Value::text("wants a quote"));
        assert_eq!(cells("New customers").len(), 4);
        let changed = cells("Changed life cycles");
        assert_eq!(changed.len(), 1, "who came and went on one day did not change");
        assert_eq!(changed[0][1..], [Value::text("potential"), Value::text("signed")]);
        assert_eq!(cells("Planned and not done")[0][2], Value::text("Not done"));
        assert_eq!(cells("Planned for the next day")[0][2], Value::text("Tomorrow"));
        let mei = vec![("user".to_owned(), Link::to(MEI))];
        let parts = (report.run)(&mut world.crm, &mei).expect("reports");
        assert_eq!(parts[0].grid.rows[0].cells[1], Value::text("陆雅梅"));
        assert_eq!(parts[2].grid.rows.len(), 0, "what Lin did is not Mei's");
    }

    fn each_address_is_told_once_and_nobodys_who_left(world) {
        people(world);
        world.edit("contact", 3, &[("more_emails", "zoe.acker@home.example")]);
        let double = world.contact("Zoe's double", 3);
        let values = world.values("contact", &[("email", "Hello@Acme.example")]).expect("values");
        world.crm.change_where("contact", double, &values, None, true).expect("is let");
        let emails = |world: &mut World, kind: &str, primary: bool| {
            let query = Query { filter: filter::parse("id=3").expect("a filter"), ..Query::new(kind) };
            let grid = world.crm.addresses(&query, primary).expect("addresses");
            grid.rows.iter().map(|row| kehu::record::types::show(&grid.columns[1].kind, &row.cells[1])).collect::<Vec<_>>()
        };
        let all = ["hello@acme.example", "zoe@acme.example", "zoe.acker@home.example"];
        assert_eq!(emails(world, "customer", false), all);
        assert_eq!(emails(world, "customer", true), ["zoe@acme.example"]);
        assert_eq!(emails(world, "contact", false), all[1..]);
        world.edit("contact", 3, &[("left", "yes")]);
        assert_eq!(emails(world, "customer", false), all[..1]);
        assert_eq!(emails(world, "contact", false), [""; 0]);
    }

    fn a_calendar_is_read_by_others_as_it_was_meant(world) {
        people(world);
        world.edit("customer", 1, &[("address", "深南大道 7088 号; 招商银行大厦")]);
        let subject = format!("拜访，谈合同；\u{7}{}", "很长的主题".repeat(15));
        let visit = world.add("activity", &[("subject", &subject), ("kind", "visit"), ("customer", "C1"), ("due", "2026-04-02 14:30"), ("notes", "first line\nsecond, with; signs\\")]);
        let call = plan(world, "Call, all day", "2026-04-03");
        world.add("activity", &[("subject", "Some day"), ("kind", "task")]);
        world.add("activity", &[("subject", "At four"), ("kind", "task"), ("due", "2026-04-02 16:00"), ("minutes", "45")]);
        world.add("activity", &[("subject", "That day"), ("kind", "task"), ("due", "2026-04-02")]);
        world.add("activity", &[("subject", "Was done"), ("kind", "call"), ("customer", "C1")]);
        let called_off = plan(world, "Called off", "2026-04-03");
        act(world, called_off, "cancel", &[("because", "x")]).expect("calls off");
        let text = world.crm.calendar(&Calendar { user: LIN, alarm: Some(15), ..Calendar::default() }).expect("writes");
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n', '\u{7}'])));
        let mut parser = Parser::new(&text);
        let calendar = match parser.entry() {
            Entry::ICalendar(calendar) => calendar,
            other => panic!("{other:?}: {text}"),
        };
        assert_eq!(parser.entry(), Entry::Eof);
        let parts: Vec<_> = calendar.components.iter().map(|part| part.component_type.clone()).collect();
        assert_eq!(parts.iter().filter(|part| **part == Part::VEvent).count(), 3);
        assert_eq!(parts.iter().filter(|part| **part == Part::VTodo).count(), 2);
        assert_eq!(parts.iter().filter(|part| **part == Part::VAlarm).count(), 2);
        let uids: Vec<&str> = calendar.components.iter().filter_map(|part| part.uid()).collect();
        assert!(uids.contains(&&*world.text("activity", visit, "uid")));
        let plain = text.replace("\r\n ", "");
        assert!(plain.contains("DTSTART:20260402T063000Z\r\n"), "{plain}");
        assert!(plain.contains("DTSTART;VALUE=DATE:20260403\r\n"), "{plain}");
        assert!(plain.contains("DTSTART:20260402T080000Z\r\nDURATION:PT45M\r\n"), "{plain}");
        assert!(plain.contains("DUE;VALUE=DATE:20260402\r\n"), "{plain}");
        assert!(plain.contains("LOCATION:深南大道 7088 号\\; 招商银行大厦\\, 深圳\r\n"), "{plain}");
        assert!(plain.contains("first line\\nsecond\\, with\\; signs\\\\"), "{plain}");
        // The same file again, until something changes.
        let again = Calendar { user: LIN, alarm: Some(15), ..Calendar::default() };
        assert_eq!(world.crm.calendar(&again).expect("writes"), text);
        let some = Calendar { user: LIN, from: Some("2026-04-03".into()), to: Some("2026-04-30".into()), alarm: None };
        let some = world.crm.calendar(&some).expect("writes");
        assert_eq!(some.matches("BEGIN:VEVENT").count(), 1);
        assert!(some.contains(&world.text("activity", call, "uid")));
    }
}

#[test]
fn silence_is_read_as_it_is_written() {
    let silence = Silence::parse("c = 60，A=7d; none=180").expect("reads");
    assert_eq!(silence.to_string(), "A=7, C=60, none=180");
    assert_eq!(Silence::parse(&Silence::default().to_string()).expect("reads"), Silence::default());
    for wrong in ["A", "A=0", "E=3", "A=soon", "A=99999"] {
        assert_eq!(Silence::parse(wrong).expect_err(wrong).cause, Cause::BadValue);
    }
}
