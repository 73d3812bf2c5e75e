//! The tickets: what is to be done first stands first, time runs, and answers are written where they are read.

use super::{Eyes, Sitting, on};
use crate::world::Desk;
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use kehu::{
    Crm,
    clock::Clock,
    crm::Query,
    doors::language::Language,
    record::{Values, filter},
    tui::text,
};
use std::time::Duration;

fn add(crm: &mut Crm, kind: &str, pairs: &[(&str, &str)]) -> i64 {
    let schema = crm.schema(kind).expect("a kind");
    let mut values = Values::new();
    for (name, said) in pairs {
        let field = crm.field(&schema, name).expect(name).clone();
        values.push((field.name.to_string(), crm.parse_value(&field, said).expect(said)));
    }
    crm.add(kind, values).expect("adds")
}

/// It is nine: T1 is due at 09:15, T2 was at 08:42, T3 is at 11:00, T4 waits for the customer, T5 is solved.
fn busy() -> Desk {
    let desk = Desk::new();
    let mut crm = desk.crm();
    let promise = [("name", "Promise"), ("resolution", "urgent 1h, high 4h, 48h")];
    add(&mut crm, "sla_policy", &promise);
    let tickets: [&[(&str, &str)]; 5] = [
        &[
            ("subject", "Edge gateway times out"),
            ("priority", "urgent"),
            ("received", "2026-03-31 08:15"),
            ("customer", "C1"),
            ("contact", "P1"),
            ("channel", "email"),
            ("description", "Nothing works since eight."),
        ],
        &[("subject", "发票抬头错误"), ("priority", "urgent"), ("received", "2026-03-31 07:42"), ("customer", "C3")],
        &[("subject", "Export as CSV"), ("priority", "high"), ("received", "2026-03-31 07:00"), ("owner", "lin")],
        &[("subject", "Log files"), ("status", "pending"), ("owner", "mei")],
        &[("subject", "Old story"), ("status", "resolved"), ("resolution", "It was plugged in")],
    ];
    for ticket in tickets {
        add(&mut crm, "ticket", ticket);
    }
    add(&mut crm, "macro", &[("name", "Known fault"), ("reply", "Dear {contact}, we know."), ("status", "pending")]);
    desk
}

/// Lin before all open tickets.
fn at(language: Language, width: u16, height: u16) -> Sitting {
    let mut it = on(busy(), language, width, height);
    it.press("4").press("Tab Tab");
    it
}

fn value(it: &mut Sitting, ticket: i64, field: &str) -> String {
    let entry = it.crm.record("ticket", ticket).expect("is there");
    let kind = entry.schema.field(field).expect("a field").kind.clone();
    kehu::record::types::show(&kind, &entry.value(field))
}

fn messages(it: &mut Sitting, ticket: i64) -> Vec<(String, String)> {
    let query = Query {
        filter: filter::parse(&format!("ticket=T{ticket}")).expect("reads"),
        columns: vec!["direction".to_owned(), "body".to_owned()],
        ..Query::new("ticket_message")
    };
    let text = |cell: &kehu::record::Value| cell.as_text().unwrap_or_default().to_owned();
    let rows = it.crm.list(&query).expect("lists").rows;
    rows.iter().map(|row| (text(&row.cells[0]), text(&row.cells[1]))).collect()
}

fn click(it: &mut Sitting, words: &str) {
    let screen = it.screen();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(words)).expect(words);
    let column = u16::try_from(text::width(line.split(words).next().unwrap_or_default())).expect("fits");
    let kind = MouseEventKind::Down(MouseButton::Left);
    let row = u16::try_from(row).expect("fits");
    it.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    it.settle();
}

#[test]
fn what_is_due_first_stands_first_and_what_waits_stands_last() {
    let mut it = at(Language::English, 120, 36);
    assert_eq!(it.refs(), ["T2", "T1", "T3", "T4"]);
    it.sees("-00:18    !! Urgent").sees("00:15:00  !  Urgent").sees("02:00        High").sees("paused");
    it.sees("发票抬头错误").sees("sort: Due").sees_no("Old story");
}

#[test]
fn whoever_has_tickets_of_their_own_begins_with_them_and_all_others_with_all() {
    let mut it = on(busy(), Language::English, 120, 36);
    it.press("4").sees("[Mine 1]");
    assert_eq!(it.refs(), ["T3"]);
    let desk = busy();
    desk.say("ticket assign T3 --to mei").done();
    let mut it = on(desk, Language::English, 120, 36);
    it.press("4").sees("[All 4]");
    assert_eq!(it.refs(), ["T2", "T1", "T3", "T4"]);
}

#[test]
fn counters_count_and_lead_to_what_they_count() {
    let mut it = at(Language::English, 120, 36);
    it.sees(" Breached 1 ").sees(" < 1h 1 ").sees(" Today 2 ").sees(" New 3 ").sees(" Waiting on customer 1 ");
    it.sees(" Mine 1 ").sees(" Unassigned 2 ").sees("[All 4]");
    for (words, refs) in [
        ("Breached 1", vec!["T2"]),
        ("< 1h 1", vec!["T1"]),
        ("Today 2", vec!["T1", "T3"]),
        ("Waiting on customer 1", vec!["T4"]),
        ("Unassigned 2", vec!["T2", "T1"]),
        ("All 4", vec!["T2", "T1", "T3", "T4"]),
    ] {
        click(&mut it, words);
        assert_eq!(it.refs(), refs, "{words}");
    }
    it.press("Tab").sees("[Breached 1]").press("Shift-Tab").sees("[All 4]");
}

#[test]
fn a_ticket_is_shown_below_the_queue_with_its_clocks_what_was_said_and_whose_it_is() {
    let mut it = at(Language::English, 120, 36);
    it.press("j").sees("T1 Edge gateway times out").sees("solution 00:15:00 (until 09:15)");
    it.sees("08:15 < ").sees("Nothing works since eight.").sees("招商银行深圳分行").sees("1 open ticket ");
    it.press("p").sees_no("Nothing works since eight.").press("p").sees("Nothing works since eight.");
}

#[test]
fn an_answer_is_written_where_it_is_read_and_one_undo_takes_it_back() {
    let mut it = at(Language::English, 120, 36);
    it.press("j")
        .press("r")
        .sees("Reply to ")
        .type_("Which firmware?")
        .press("Enter")
        .type_("Thanks, jk")
        .press("Ctrl-s");
    it.sees("Answered T1 Edge gateway times out").sees("u to undo").sees("09:00 > lin: ").sees("Which firmware?");
    assert_eq!(messages(&mut it, 1), [("out".to_owned(), "Which firmware?\nThanks, jk".to_owned())]);
    assert_eq!(value(&mut it, 1, "status"), "open", "whoever answers has begun with it");
    it.press("u").sees("Undid");
    assert!(messages(&mut it, 1).is_empty());
    assert_eq!(value(&mut it, 1, "status"), "new");
}

#[test]
fn what_was_begun_is_kept_until_it_is_sent_and_a_note_reaches_nobody_outside() {
    let mut it = at(Language::English, 120, 36);
    it.press("j").press("r").type_("same fault as last week").press("Esc").sees_no("Reply to");
    assert!(messages(&mut it, 1).is_empty());
    it.press("n").sees("Note among us").sees("same fault as last week").press("F2").sees("Noted in T1");
    assert_eq!(messages(&mut it, 1), [("note".to_owned(), "same fault as last week".to_owned())]);
    assert_eq!(it.crm.count_where("outbox", "").expect("counts"), 0);
    it.press("r").press("Ctrl-t").sees("Note among us").press("Ctrl-t").sees("Reply to").press("Ctrl-s");
    assert_eq!(messages(&mut it, 1).len(), 1, "nothing said, nothing sent");
}

#[test]
fn taking_and_giving_away_are_one_key_and_can_be_undone() {
    let mut it = at(Language::English, 120, 36);
    it.press("j").press("t").sees("T1: take");
    assert_eq!(value(&mut it, 1, "status"), "open");
    assert!(!value(&mut it, 1, "owner").is_empty());
    it.press("u");
    assert_eq!(value(&mut it, 1, "owner"), "");
    it.press("m").sees("Give to").type_("lukas").press("Enter").sees("T1: given to Lukas Brandt");
    assert_eq!(value(&mut it, 1, "owner"), "Lukas Brandt");
}

#[test]
fn status_and_priority_are_chosen_from_a_list_for_all_that_is_marked() {
    let mut it = at(Language::English, 120, 36);
    it.press("Space").press("Space").press("P").type_("low").press("Enter");
    assert_eq!([value(&mut it, 2, "priority"), value(&mut it, 1, "priority")], ["low", "low"]);
    it.press("u");
    assert_eq!(value(&mut it, 1, "priority"), "urgent", "one undo for all of them");
    it.press("S").type_("hold").press("Enter");
    assert_eq!([value(&mut it, 2, "status"), value(&mut it, 1, "status")], ["on_hold", "on_hold"]);
}

#[test]
fn solving_asks_what_solved_it() {
    let mut it = at(Language::English, 120, 36);
    it.press("j").press("x").sees("resolution");
    it.type_("The cable was loose").press("Ctrl-s");
    assert_eq!(value(&mut it, 1, "status"), "resolved");
    assert_eq!(value(&mut it, 1, "resolution"), "The cable was loose");
    assert_eq!(it.refs(), ["T2", "T3", "T4"]);
    it.press("u");
    assert_eq!(value(&mut it, 1, "status"), "new");
}

#[test]
fn a_macro_answers_and_puts_off_in_one_step() {
    let mut it = at(Language::English, 120, 36);
    it.press("j").press("M").sees("Known fault").press("Enter").sees("T1: Known fault");
    assert_eq!(value(&mut it, 1, "status"), "pending");
    assert!(messages(&mut it, 1).iter().any(|(direction, body)| direction == "out" && body.contains("we know")));
}

#[test]
fn time_runs_while_somebody_looks() {
    let mut it = at(Language::English, 120, 36);
    it.sees("00:15:00");
    let (now, zone) = (it.state.context.reading.clock.now(), it.state.context.reading.clock.zone().clone());
    let later = now.checked_add(jiff::SignedDuration::from_secs(5)).expect("a while");
    it.state.context.reading.clock = Clock::fixed(later, zone.clone());
    it.pass(Duration::from_secs(5)).sees("00:14:55");
    let later = now.checked_add(jiff::SignedDuration::from_mins(16)).expect("a while");
    it.state.context.reading.clock = Clock::fixed(later, zone);
    it.pass(Duration::from_secs(61)).sees("-00:01    !! Urgent").sees("-00:34");
}

#[test]
fn on_a_small_screen_the_queue_stands_alone_in_chinese_and_p_opens_the_ticket() {
    let mut it = at(Language::Chinese, 80, 24);
    it.sees("超时 1").sees("<1时 1").sees("未分配 2").sees("[全部 4]").sees("紧急").sees("暂停");
    for line in it.screen().lines() {
        assert!(text::width(line) <= 80, "{line}");
    }
    it.press("j").press("r").sees("回复").type_("请发照片").press("Ctrl-s").sees("已回复 T1");
    it.press("p").sees("T1 Edge gateway times out").press("Esc").sees("[全部 4]");
}

#[test]
fn nothing_breaks_where_there_are_no_tickets() {
    let mut it = on(Desk::new(), Language::English, 120, 36);
    it.press("4").sees("No tickets here").press("r").press("x").press("p").press("Tab").sees("Breached 0");
}

#[test]
fn whoever_has_a_ticket_whose_time_is_nearly_over_hears_of_it_once_wherever_they_are() {
    let desk = busy();
    desk.say("ticket assign T1 --to lin").done();
    let mut it = on(desk, Language::English, 120, 36);
    it.press("2").sees("[2 Customers]").sees("T1 ").sees("breaches in 15 min; g r T1 goes there.");
    it.press("Esc").sees_no("breaches").pass(Duration::from_mins(2)).sees_no("breaches");
}

#[test]
fn status_and_priority_begin_at_what_they_are() {
    let mut it = at(Language::English, 120, 36);
    let now = |it: &mut Sitting, field: &str| {
        let (kind, id) = it.state.top().and_then(kehu::tui::page::Page::subject).expect("a ticket");
        it.crm.record(kind, id).expect("is there").value(field).as_text().map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(now(&mut it, "priority"), "urgent");
    it.press("P").press("Enter");
    assert_eq!(now(&mut it, "priority"), "urgent");
    while now(&mut it, "status") != "pending" {
        it.press("j");
    }
    it.press("S").press("Down").press("Enter");
    assert_eq!(now(&mut it, "status"), "on_hold");
}

#[test]
fn what_was_begun_in_a_ticket_survives_a_crash() {
    let mut it = at(Language::English, 120, 36);
    it.press("j").press("r").type_("Which firmware?").press("Enter").type_("Thanks");
    let desk = std::mem::replace(&mut it.desk, Desk::empty());
    drop(it);
    let mut it = on(desk, Language::English, 120, 36);
    it.sees("Written and not saved: T1").press("4").press("Tab Tab").press("j").sees_no("Which firmware?");
    it.press("r").sees("Which firmware?").press("Ctrl-s");
    assert_eq!(messages(&mut it, 1), [("out".to_owned(), "Which firmware?\nThanks".to_owned())]);
    it.press("r").sees("Reply to").sees_no("taken up");
    assert!(it.state.drafts.is_empty(), "{:?}", it.state.drafts);
}

#[test]
fn an_answer_that_waits_to_be_written_is_not_mixed_with_what_is_typed_next() {
    let mut it = at(Language::English, 120, 36);
    it.held = true;
    it.press("j").press("n").type_("among us").press("Ctrl-s").sees_no("Note among us");
    it.press("r").type_("Which firmware?");
    assert_eq!(it.state.drafts["reply T1"]["text"], "among us\nWhich firmware?");
    it.held = false;
    it.settle().sees("Noted in T1").sees("Which firmware?").press("Ctrl-s");
    let mut said = messages(&mut it, 1);
    said.sort();
    assert_eq!(said, [("note".into(), "among us".into()), ("out".into(), "Which firmware?".into())]);
    assert!(it.state.drafts.is_empty(), "{:?}", it.state.drafts);
}

#[test]
fn a_countdown_counts_the_working_time_that_ticket_why_counts() {
    let desk = Desk::new();
    desk.say("business_calendar add Office --hours \"Mon-Fri 09:00-18:00\" --zone Asia/Shanghai --default yes").done();
    desk.say("sla_policy add Standard --resolution 16h --default yes --calendar Office").done();
    desk.say("ticket add \"Late on Friday\" --received \"2026-03-26 17:00\"").done();
    desk.say("ticket add \"Due tomorrow\" --received \"2026-03-31 09:00\"").done();
    let why = |ticket: &str| desk.say(&format!("ticket why {ticket} -f json")).done();
    assert!(why("T1").contains("\"-3h\""), "{}", why("T1"));
    assert!(why("T2").contains("\"16h\""), "{}", why("T2"));
    let mut it = on(desk, Language::English, 120, 36);
    it.press("4");
    // By the clock on the wall T1 is late for eighteen hours, and T2 has until four tomorrow afternoon.
    let screen = it.screen();
    let line = |subject: &str| screen.lines().find(|line| line.contains(subject)).unwrap_or_default();
    assert!(line("Late on Friday").contains("-03:00"), "{screen}");
    assert!(line("Due tomorrow").contains(" 16:00 "), "{screen}");
    it.sees("solution -03:00 (until 03-30");
}
