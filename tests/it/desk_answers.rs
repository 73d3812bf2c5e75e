//! What the help desk is told: why a clock stands where it does, which days were counted, what an import lacks, and all
//! of it in the reader's language.

use crate::{
    service_levels::at,
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::{
    record::Value,
    tickets::{Direction, Said},
};

fn notices(world: &mut World) -> Vec<String> {
    world.crm.notices().iter().map(ToString::to_string).collect()
}

fn office(world: &mut World) {
    people(world);
    world.add("business_calendar", &[("name", "Office"), ("hours", "Mon-Fri 09:00-17:00"), ("zone", "Asia/Shanghai")]);
    world.add("sla_policy", &[("name", "Standard"), ("first_response", "2h"), ("resolution", "8h")]);
}

const ICAL: &str = "BEGIN:VCALENDAR\r\n\
BEGIN:VEVENT\r\nSUMMARY:清明节\r\nDTSTART;VALUE=DATE:20260405\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Team lunch\r\nDTSTART:20260407T120000\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Nowhere\r\nDTSTART;VALUE=DATE:20261399\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Every Monday\r\nDTSTART;VALUE=DATE:20260406\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Off after all\r\nDTSTART;VALUE=DATE:20260408\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n\
END:VCALENDAR\r\n";

on_both! {
    fn of_each_event_that_is_no_holiday_it_is_said_why(world) {
        office(world);
        notices(world);
        let taken = world.crm.take_holidays(1, ICAL.as_bytes()).expect("takes them");
        assert_eq!((taken.added, taken.skipped), (1, 4));
        assert_eq!(notices(world), [
            "Team lunch 20260407T120000 is left out: it is no whole day but has hours, like a meeting.",
            "Nowhere 20261399 is left out: it says no day.",
            "Every Monday 20260406 is left out: it comes again in another way than on this day of every year.",
            "Off after all 20260408 is left out: it was called off.",
        ]);
    }

    fn whoever_empties_a_calendar_or_contradicts_it_is_told(world) {
        office(world);
        notices(world);
        world.add("holiday", &[("name", "Off"), ("calendar", "BC1"), ("day", "2026-04-06")]);
        world.add("holiday", &[("name", "Also off"), ("calendar", "BC1"), ("day", "2026-04-06")]);
        assert_eq!(notices(world), Vec::<String>::new());
        world.add("holiday", &[("name", "Worked"), ("calendar", "BC1"), ("day", "2026-04-06"), ("kind", "work")]);
        let said = notices(world);
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!(said[1], "HO3 Worked and HO1 Off are on the same day and differ; Worked holds.");
        world.add("holiday", &[("name", "Never"), ("calendar", "BC1"), ("day", "2024-01-01"), ("until", "2024-12-31"), ("yearly", "yes")]);
        let nobody = "By BC1 Office hardly anybody works in the coming year, if ever: what goes by it is hardly ever due.";
        assert_eq!(notices(world), [nobody]);
        world.add("sla_policy", &[("name", "Never"), ("calendar", "BC1"), ("resolution", "1h"), ("condition", "kind=odd")]);
        assert_eq!(notices(world)[0], nobody);
        let id = world.add("ticket", &[("subject", "Dark"), ("received", "2026-04-07 10:00")]);
        let why = world.crm.why(id).expect("says");
        assert_eq!(why.clocks.rows[2].cells[1].as_text(), Some("endless"));
    }

    fn the_explanation_names_the_days_that_it_counted_and_the_pause_that_goes_on(world) {
        office(world);
        world.add("holiday", &[("name", "清明节"), ("calendar", "BC1"), ("day", "2026-04-04"), ("until", "2026-04-06")]);
        world.add("holiday", &[("name", "Every spring"), ("calendar", "BC1"), ("day", "2020-04-08"), ("yearly", "yes")]);
        world.add("holiday", &[("name", "调休"), ("calendar", "BC1"), ("day", "2026-04-12"), ("kind", "work")]);
        world.add("holiday", &[("name", "Long ago"), ("calendar", "BC1"), ("day", "2025-04-08")]);
        world.add("holiday", &[("name", "In autumn"), ("calendar", "BC1"), ("day", "2020-10-01"), ("yearly", "yes")]);
        let id = world.add("ticket", &[("subject", "Dark"), ("received", "2026-04-03 16:00")]);
        let mut early = at(world, "lin", "2026-04-07T10:00");
        let answer = Said { ticket: id, direction: Direction::Out, text: "A photo, please.".to_owned(), ..Said::default() };
        early.say(&answer).expect("answers");
        early.change("ticket", id, vec![("status".into(), Value::text("pending"))], None).expect("waits");
        let mut later = at(world, "lin", "2026-04-09T12:00");
        let why = later.why(id).expect("says");
        let days: Vec<&str> = why.days.rows.iter().filter_map(|row| row.cells[0].as_text()).collect();
        assert_eq!(days, ["Every spring", "清明节"]);
        let Value::Link(policy) = &why.clocks.rows[0].cells[2] else { panic!("a policy") };
        assert_eq!((policy.short().as_str(), policy.uid.len()), ("SP1", 36));
        // Tuesday from ten to five, Wednesday is off, Thursday from nine to twelve.
        assert_eq!(why.clocks.rows[2].cells[7].as_text(), Some("10h"));
        assert_eq!(why.clocks.rows[0].cells[7].as_text(), Some("0m"), "what was met before stands still no more");
    }

    fn kinds_of_tickets_are_shown_in_the_readers_words(world) {
        office(world);
        world.add("ticket_type", &[("word", "repair"), ("word_zh", "维修"), ("needs_to_resolve", "cause")]);
        let id = world.add("ticket", &[("subject", "Dark"), ("kind", "repair")]);
        let refused = world.try_edit("ticket", id, &[("status", "resolved"), ("resolution", "Done")]).expect_err("no cause");
        assert_eq!(refused.message.to_string(), "A ticket of the kind repair is not solved without cause.");
        let chinese = kehu::doors::language::word(&refused.message, kehu::doors::language::Language::Chinese);
        assert!(chinese.contains("维修") && !chinese.contains("repair"), "{chinese}");
    }
}

#[test]
fn tickets_are_listed_and_shown_in_chinese() {
    let desk = Desk::new();
    desk.say("ticket_type add repair --word_zh 维修").done();
    desk.say("ticket add Dark --kind repair").done();
    desk.say("ticket add Odd --kind something").done();
    for line in ["ticket list -c ref,kind,priority", "ticket show T1"] {
        let chinese = desk.say(&format!("--lang zh {line}")).done();
        assert!(chinese.contains("维修") && !chinese.contains("repair"), "{chinese}");
        let english = desk.say(line).done();
        assert!(english.contains("repair"), "{english}");
    }
    let listed = desk.say("--lang zh ticket list -c kind -f csv").done();
    assert!(listed.contains("repair") && listed.contains("something"), "{listed}");
    assert_eq!(desk.say("--lang zh ticket list kind=repair -f ids").done(), "T1\n");
    let help = desk.say("--lang zh ticket --help").done();
    let verbs = help.lines().filter(|line| line.starts_with("  ") && !line.contains("kehu") && line.is_ascii());
    let verbs: Vec<&str> = verbs.filter(|line| !line.contains("Print this message")).collect();
    assert_eq!(verbs, Vec::<&str>::new());
    desk.say("sla_policy add Standard --resolution 8h").done();
    let preview = desk.say("--lang zh sla_policy preview SP1").done();
    assert!(preview.contains("普通") || preview.contains("一般") || !preview.contains("Normal"), "{preview}");
}

#[test]
fn the_hint_of_an_import_names_all_that_is_missing() {
    let desk = Desk::new();
    let file = desk.folder().join("tickets.csv");
    let rows = "subject,customer,product,queue,owner\nDark,New Ltd,Pump P9,Field,nobody@here.example\n";
    std::fs::write(&file, rows).expect("writes");
    let file = file.display().to_string();
    let output = desk.run(["ticket", "import", &file]);
    assert_eq!(output.code, 5, "{}", output.err);
    let hint = "--create-missing user,branch,customer,product,queue makes what is missing";
    assert!(output.err.contains(hint), "{}", output.err);
    desk.run(["ticket", "import", &file, "--create-missing", "user,branch,customer,product,queue"]).done();
}

#[test]
fn a_deadline_at_midnight_is_the_end_of_a_day() {
    let desk = Desk::new();
    desk.say("business_calendar add Always --hours 24x7 --zone Asia/Shanghai").done();
    desk.say("sla_policy add Standard --resolution 15h").done();
    desk.say("ticket add Dark").done();
    let listed = desk.say("ticket list -c due").done();
    assert!(listed.contains("2026-03-31 24:00"), "{listed}");
    assert!(desk.say("ticket why T1").done().contains("2026-03-31 24:00"));
    assert!(desk.say("ticket list -c due -f csv").done().contains("2026-03-31T16:00:00Z"));
}

#[test]
fn what_was_only_tried_is_told_as_well() {
    let desk = Desk::new();
    for line in [
        "ticket add \"The display stays dark\" --customer C2 --contact P2 --queue Support --channel phone",
        "queue add Support --members mei",
        "ticket add \"The display stays dark\" --customer C2 --contact P2 --queue Support --channel phone",
        "ticket note T1 \"It is dark again\" --heard --channel phone",
        "ticket note T1 \"And wet\" --heard --channel phone",
        "article add Cables --body \"Check the cable\"",
    ]
    .into_iter()
    .skip(1)
    {
        desk.say(line).done();
    }
    let tried = |line: &str| desk.say(&format!("{line} --dry-run")).err;
    assert!(tried("ticket split T1 TM2").contains("otherwise: A ticket of its own was made of 1 message of T1."));
    assert!(tried("ticket reply T1 Soon").contains("otherwise: Answered T1 The display stays dark."));
    assert!(tried("article link N1 --ticket T1").contains("otherwise: N1: link."));
    let changed = desk.say("-v -y ticket edit --where id=1 priority=high").err;
    assert!(changed.contains("Changed 1 ticket."), "{changed}");
    let lacking = desk.say("business_calendar add Office").err;
    assert!(lacking.contains("A business calendar needs hours."), "{lacking}");
    let lacking = desk.say("article add").err;
    assert!(lacking.contains("An article needs title."), "{lacking}");
    desk.say("article edit N1 body=Other").done();
    let output = desk.say("article revert N1 1");
    assert!(output.err.contains("kehu article revert N1 --to 1"), "{}", output.err);
    desk.say("article search %").done();
    assert!(!desk.say("report knowledge-gaps").done().contains('%'));
    let long = "cable ".repeat(2000);
    let output = desk.run(["article", "search", &format!("{long} zebra")]);
    assert!(output.err.len() < 400, "{}", output.err.len());
    assert_eq!(desk.run(["article", "search", " "]).code, 2);
}

#[test]
fn a_run_of_the_rules_tells_of_those_who_got_something() {
    let desk = Desk::new();
    desk.say("queue add Support --members mei").done();
    desk.say("ticket add Given --queue Support").done();
    desk.say("ticket add Waiting").done();
    let tried = desk.say("ticket assign --dry-run");
    assert!(tried.out.contains("Given") && !tried.out.contains("Waiting"), "{}", tried.out);
    assert!(tried.out.contains("In turn, by its queue"), "{}", tried.out);
    assert!(tried.err.contains("1 waits for somebody"), "{}", tried.err);
    let all = desk.say("ticket assign --dry-run -f json").json();
    assert_eq!(all.as_array().map(Vec::len).or_else(|| all["items"].as_array().map(Vec::len)), Some(2), "{all}");
    let named = desk.say("ticket assign T2 --dry-run").done();
    assert!(named.contains("Waiting"), "{named}");
}
