//! The customers: finding one, everything around them, and writing down what happened.

use super::{Eyes, Sitting, at, on};
use crate::world::Desk;
use kehu::{
    doors::language::Language,
    tui::{page::Page, text},
};

/// The customer that keys mean now.
fn subject(it: &Sitting) -> Option<(&'static str, i64)> {
    it.state.top().and_then(Page::subject)
}

/// Lin with C1 under the cursor.
fn at_the_bank(width: u16, height: u16) -> Sitting {
    let mut it = at(width, height);
    it.press("/").type_("招商").press("Enter");
    assert_eq!(subject(&it), Some(("customer", 1)));
    it
}

/// The line of a form whose label that is gets the text.
fn fill(it: &mut Sitting, label: &str, text: &str) {
    for _ in 0..40 {
        if it.screen().lines().any(|line| {
            line.rsplit('▌').next().is_some_and(|rest| rest.trim_start().starts_with(label)) && line.contains('▌')
        }) {
            it.type_(text);
            return;
        }
        it.press("Down");
    }
    panic!("no field {label}: {}", it.screen());
}

#[test]
fn a_customer_is_found_by_name_initials_and_phone_and_its_page_follows() {
    let mut it = at(120, 36);
    for words in ["招商", "zsyh", "zhaoshang", "2345"] {
        it.press("/").press("Ctrl-u").type_(words);
        assert_eq!(subject(&it), Some(("customer", 1)), "{words}");
        it.sees("C1 招商银行深圳分行").sees("王晓明").press("Esc");
    }
    it.press("Esc")
        .press("g g")
        .sees("C4 苏州精密机械有限公司")
        .press("j")
        .sees("C3 Acme Robotics")
        .sees("hello@acme.example");
}

#[test]
fn what_happened_is_written_down_in_the_words_of_the_command_line() {
    let mut it = at_the_bank(120, 36);
    it.press("i").type_("call asked for a price --minutes 6 --next \"+14d send quote\"").press("Enter");
    it.sees("Noted A1.").sees("send quote").sees("u to undo").sees("asked for a price");
    let entry = it.crm.record("activity", 1).expect("is there");
    assert_eq!(entry.value("kind").as_text(), Some("call"));
    assert_eq!(entry.value("customer").as_integer(), Some(1));
    assert_eq!(entry.value("minutes").as_integer(), Some(6));
    assert_eq!(entry.title(), "asked for a price");
    let next = it.crm.record("activity", 2).expect("is planned");
    assert_eq!(next.value("due").as_text(), Some("2026-04-13T16:00:00Z"));
    it.press("u").sees("Undid");
    assert_eq!(it.crm.count_where("activity", "").expect("counts"), 0, "one undo takes both back");
}

#[test]
fn a_word_that_only_begins_like_a_kind_is_text_and_chinese_needs_no_space() {
    let mut it = at_the_bank(120, 36);
    it.press("i").type_("We met at the fair").press("Enter");
    it.press("i").type_("电话聊了价格 --下次").press("Enter");
    it.press("F8").type_("拜访：看了新厂房").press("Enter");
    let kind = |it: &mut Sitting, id: i64| {
        let entry = it.crm.record("activity", id).expect("is there");
        (entry.value("kind").as_text().unwrap_or_default().to_owned(), entry.title())
    };
    assert_eq!(kind(&mut it, 1), ("note".to_owned(), "We met at the fair".to_owned()));
    assert_eq!(kind(&mut it, 2), ("call".to_owned(), "电话聊了价格 --下次".to_owned()));
    assert_eq!(kind(&mut it, 3), ("visit".to_owned(), "拜访：看了新厂房".to_owned()));
}

#[test]
fn what_cannot_be_kept_stays_in_the_line_with_the_reason() {
    let mut it = at_the_bank(120, 36);
    it.press("i").type_("call them --soon").press("Enter").sees("There is no --soon here").sees("call them --soon");
    it.press("Ctrl-u").type_("call them --next whenever").press("Enter").sees("does not begin with a day");
    assert_eq!(it.crm.count_where("activity", "").expect("counts"), 0);
    it.press("Esc")
        .press("Esc")
        .press("Esc")
        .press("g g")
        .sees_no("whenever")
        .press("G")
        .sees("call them --next whenever");
}

#[test]
fn a_plan_is_done_with_what_comes_next() {
    let mut it = at_the_bank(120, 36);
    it.press("x").sees("Nothing is planned");
    it.desk.run(["activity", "add", "Demo on site", "customer=C1", "kind=visit", "due=+2d"]).done();
    it.press("F5").sees("planned").sees("Demo on site").press("x").sees("Done: A1 Demo on site");
    fill(&mut it, "outcome", "they like it");
    fill(&mut it, "next", "+14d 发报价");
    it.press("F2").sees("A1: done").sees("发报价");
    let done = it.crm.record("activity", 1).expect("is there");
    assert_eq!(done.value("outcome").as_text(), Some("they like it"));
    assert!(!done.value("done").is_empty());
    assert_eq!(it.crm.record("activity", 2).expect("is there").value("follows").as_integer(), Some(1));
    it.press("u");
    assert!(it.crm.record("activity", 1).expect("is there").value("done").is_empty());
}

#[test]
fn a_plan_is_moved_with_the_reason() {
    let mut it = at_the_bank(120, 36);
    it.desk.run(["activity", "add", "Demo on site", "customer=C1", "kind=visit", "due=+2d"]).done();
    it.press("F5").press("S").sees("Reschedule: A1 Demo on site");
    fill(&mut it, "to", "+5d");
    it.press("F2").sees("! needed");
    fill(&mut it, "because", "在展会");
    it.press("F2").sees("A1: move");
    let entry = it.crm.record("activity", 1).expect("is there");
    assert_eq!(entry.value("moved_because").as_text(), Some("在展会"));
}

#[test]
fn somebody_elses_change_of_the_customer_is_shown_before_it_is_overwritten() {
    let mut it = at_the_bank(120, 40);
    it.press("Enter").press("e").type_(" (总行)");
    it.desk.run(["customer", "edit", "C1", "city=广州", "--as", "mei"]).done();
    it.press("F2").sees("changed by somebody else").press("Enter").sees("C1 招商银行深圳分行 (总行)");
    let entry = it.crm.record("customer", 1).expect("is there");
    assert_eq!(entry.value("city").as_text(), Some("广州"), "what only they changed stays");
}

#[test]
fn what_others_write_of_the_customer_shows_within_seconds_while_a_note_is_written() {
    let mut it = at_the_bank(120, 36);
    it.pass(std::time::Duration::from_secs(3));
    it.press("i").type_("call half a sen");
    it.desk.run(["log", "call", "C1", "竞品报价约 48 万", "--as", "mei"]).done();
    it.pass(std::time::Duration::from_secs(3)).sees("竞品报价约 48 万").sees("call half a sen");
    it.type_("tence").press("Enter");
    assert_eq!(it.crm.record("activity", 2).expect("is there").title(), "half a sentence");
}

#[test]
fn a_narrow_list_has_columns_and_enter_opens_a_page_that_steps_through_it() {
    let mut it = at(80, 24);
    it.sees("Owner").sees("Touch").sees("Next").sees_no("Overview").press("G Enter").sees("[Overview]");
    it.sees("C1 招商银行深圳分行").sees("A (key)").press("[").sees("C2 Nordic").press("Tab Tab").sees("[Deals]");
    it.press("]").sees("C1 招商银行").press("Esc");
    assert_eq!(subject(&it), Some(("customer", 1)), "the list followed");
    it.sees("4/4");
}

#[test]
fn a_note_is_written_in_the_narrow_list_too() {
    let mut it = at_the_bank(80, 24);
    it.press("i").sees("--next").type_("电话 询价").sees("+ 电话 询价").press("Enter").sees("Noted A1.").sees("now");
}

#[test]
fn what_has_the_keys_is_shown_alone_and_both_again() {
    let mut it = at(120, 36);
    it.press("z").sees("Owner").sees_no("Overview").press("z").sees("Overview").sees_no("Owner");
    it.press("Enter").press("z").sees("[Overview]").sees_no("pinyin").press("Esc").sees("pinyin").sees("[Overview]");
    it.press("c").type_("Annual").press("Space").press("Enter").sees("Annual revenue").sees_no("Overview");
}

#[test]
fn beside_the_list_the_tab_stays_from_customer_to_customer() {
    let mut it = at(120, 36);
    it.press("Enter").press("Tab Tab Tab").sees("[Contacts 1]").sees("1/4").press("]").sees("[Contacts 1]").sees("2/4");
    it.sees("Zoe Acker").press("Enter").sees("P3 Zoe Acker").press("Esc").sees("[Contacts 1]");
    it.press("Esc").press("j");
    assert_eq!(subject(&it), Some(("customer", 2)), "the list has the keys again");
}

#[test]
fn the_timeline_is_filtered_by_kind_and_by_date() {
    let mut it = at_the_bank(120, 36);
    for (kind, text) in [("call", "asked for a price"), ("visit", "saw the hall")] {
        it.desk.run(["log", kind, "C1", text]).done();
    }
    it.desk.run(["log", "call", "C1", "long ago", "--at", "2025-01-10"]).done();
    it.press("F5").press("Enter").sees("saw the hall").press("f").type_("Call").press("Space").press("Enter");
    it.sees("f: Call").sees("asked for a price").sees("long ago").sees_no("saw the hall");
    it.press("f").type_("30").press("Space").press("Enter").sees("-30d..").sees_no("long ago");
}

#[test]
fn older_events_are_read_as_one_comes_to_them() {
    let mut it = at_the_bank(120, 36);
    for number in 0..100 {
        let values = vec![
            ("subject".to_owned(), kehu::record::Value::text(format!("Nr. {number}"))),
            ("customer".to_owned(), kehu::record::Link::to(1)),
            (
                "done".to_owned(),
                kehu::record::Value::text(format!("2026-01-{:02}T{:02}:00:00Z", number / 10 + 1, number % 10)),
            ),
        ];
        it.crm.add("activity", values).expect("adds");
    }
    it.press("F5").press("Enter").sees("Timeline 60+").press("G").press("G").sees("Nr. 0 ").sees("Timeline 101");
}

#[test]
fn an_event_opens_what_it_is() {
    let mut it = at_the_bank(120, 36);
    it.press("i")
        .type_("call asked for a price")
        .press("Enter")
        .press("Enter")
        .press("Enter")
        .sees("A1 asked for a price");
    it.press("Esc").sees("[Overview]");
}

#[test]
fn every_way_to_reach_them_is_offered() {
    let mut it = at_the_bank(120, 36);
    it.press("o").sees("王晓明").sees("+8675588882345").type_("wangxm").press("Enter");
    assert_eq!(it.opened, ["mailto:wangxm@cmb.example"]);
}

#[test]
fn what_can_be_done_to_customers_is_in_the_menu() {
    let mut it = at_the_bank(120, 36);
    it.press(".").sees("assign").sees("merge").sees("share").sees("qualify").type_("qualify").press("Enter");
    fill(&mut it, "Size", "large");
    it.press("F2").sees("C1: large");
    assert_eq!(it.crm.record("customer", 1).expect("is there").value("size").as_text(), Some("large"));
    it.press("m").type_("Lukas").press("Enter").sees("Assigned 1 customer to Lukas Brandt.");
    assert_eq!(it.crm.record("customer", 1).expect("is there").value("owner").as_integer(), Some(3));
}

#[test]
fn two_records_of_one_customer_are_merged_after_a_look_at_what_comes_of_it() {
    let mut it = at(120, 36);
    it.desk
        .run(["customer", "add", "招商银行深圳分行有限公司", "phone=0755-88882345", "tags=旧", "--allow-duplicate"])
        .done();
    it.press("F5").press("G").press(".").type_("merge").press("Enter").sees("Is the same as").sees("C5");
    it.press("Enter").sees("Merge into C1").press("Enter").sees("Merge C5 into C1 招商银行深圳分行?");
    assert_eq!(it.crm.count_where("customer", "").expect("counts"), 5, "a preview writes nothing");
    it.press("y").sees("Merged C5 into C1");
    assert_eq!(it.crm.count_where("customer", "").expect("counts"), 4);
    it.press("u");
    assert_eq!(it.crm.count_where("customer", "").expect("counts"), 5);
    it.press("Ctrl-k").type_("duplicates").press("Enter").sees("Look alike").press("Enter").type_("Not").press("Enter");
    it.sees("are not the same");
}

#[test]
fn it_speaks_chinese() {
    let mut it = on(Desk::new(), Language::Chinese, 120, 36);
    it.press("2").press("G").sees("时间线").sees("上次联系").sees("下一步").sees("记跟进").sees("联系人");
    it.press("i").type_("电话 询价 --next “明天 发报价”").press("Enter").sees("已记录").sees("按 u 撤销").sees("计划");
}

#[test]
fn every_glyph_keeps_to_its_cells_at_every_size() {
    for language in [Language::English, Language::Chinese] {
        let mut it = on(Desk::new(), language, 120, 36);
        it.desk
            .run([
                "log",
                "call",
                "C1",
                "确认合同条款，客户要求数据驻留在国内，下周三之前给答复",
                "--next",
                "+2d 发报价",
            ])
            .done();
        it.press("F5").press("G").press("Enter");
        for (width, height) in
            [(40, 10), (60, 12), (80, 24), (99, 30), (100, 30), (120, 36), (161, 50), (240, 70), (8, 3), (1, 1)]
        {
            it.event(crossterm::event::Event::Resize(width, height)).settle();
            for _ in 0..8 {
                it.press("Tab");
                let screen = it.screen();
                for line in screen.lines() {
                    assert!(text::width(line) <= usize::from(width), "{width}x{height}\n{screen}");
                }
                let framed = screen.lines().filter(|line| line.starts_with('┌') || line.starts_with('│'));
                for line in framed {
                    let ends = line.trim_end().ends_with(['┐', '│', '┘']);
                    assert!(ends || width < 40 || line.contains(" i + "), "{width}x{height}: {line}\n{screen}");
                }
            }
        }
    }
}
