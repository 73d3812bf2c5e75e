//! Lists: searching, filtering, sorting, marking, opening, and coming back.

use super::{Eyes, at, on};
use crate::world::Desk;
use kehu::{crm::Query, doors::language::Language, tui::page::Page};

#[test]
fn the_customers_are_there_and_counted() {
    let mut it = at(120, 36);
    it.sees("[2 Customers]").sees("招商银行深圳分行").sees("Nordic Instruments GmbH").sees("1/4");
    assert_eq!(it.refs(), ["C4", "C3", "C2", "C1"]);
}

#[test]
fn searching_finds_chinese_pinyin_and_the_last_digits_of_a_phone() {
    let mut it = at(120, 36);
    it.press("/").type_("招商");
    assert_eq!(it.refs(), ["C1"]);
    it.press("Ctrl-u").type_("zsyh");
    assert_eq!(it.refs(), ["C1"]);
    it.press("Ctrl-u").type_("2345");
    assert_eq!(it.refs(), ["C1"]);
    it.press("Enter").sees("/2345").press("Esc");
    assert_eq!(it.refs().len(), 4, "Esc takes the search back");
}

#[test]
fn a_filter_is_the_one_of_the_command_line_and_says_what_is_wrong_with_it() {
    let mut it = at(120, 36);
    it.press("f").type_("level=B owner=me").press("Enter");
    assert_eq!(it.refs(), [""; 0]);
    it.press("f").press("Ctrl-u").type_("level=B").press("Enter");
    assert_eq!(it.refs(), ["C3", "C2"]);
    it.press("f").press("Ctrl-u").type_("levle=B").press("Enter").sees("levle").sees("!");
    it.press("Esc");
    assert_eq!(it.refs().len(), 4);
}

#[test]
fn the_filter_bar_takes_full_width_signs_as_they_are_and_keys_outside_it_as_meant() {
    let mut it = at(120, 36);
    it.type_("／").type_("招商").press("Enter");
    assert_eq!(it.refs(), ["C1"]);
    it.press("Esc").type_("ｊ");
    assert_eq!(it.state.top().and_then(Page::subject), Some(("customer", 3)));
}

#[test]
fn a_filter_like_the_cell_under_the_cursor() {
    let mut it = at(120, 36);
    it.press("G");
    let columns = it.state.top().and_then(|page| page.listing()).expect("a list").heads();
    let level = columns.iter().position(|head| head.name == "level").expect("is listed");
    for _ in 0..level {
        it.press("l");
    }
    it.press("@").sees("level=\"A\"");
    assert_eq!(it.refs(), ["C1"]);
}

#[test]
fn sorting_by_the_same_field_again_turns_the_order_round() {
    let mut it = at(120, 36);
    it.press("s").type_("Name").press("Enter");
    let up = it.refs();
    it.press("s").type_("Name").press("Enter");
    let mut down = it.refs();
    down.reverse();
    assert_eq!(up, down);
    assert_ne!(up, ["C4", "C3", "C2", "C1"]);
}

#[test]
fn opening_a_record_and_coming_back_leaves_the_cursor_where_it_was() {
    let mut it = at(120, 36);
    it.press("j j Enter").sees("Nordic Instruments GmbH").sees("Timeline");
    it.press("]").sees("C1 招商银行深圳分行").press("Esc");
    assert_eq!(it.state.top().and_then(Page::subject), Some(("customer", 1)));
    it.press("L").sees("[Overview]").press("H").sees("4/4");
}

#[test]
fn a_record_shows_what_is_linked_to_it() {
    let mut it = at(120, 36);
    it.press("G Enter").press("Tab Tab Tab").sees("[Contacts 1]").sees("王晓明").press("Enter").sees("P1 王晓明");
}

#[test]
fn marked_records_are_changed_together_after_a_preview_and_undone_in_one_step() {
    let mut it = at(120, 36);
    it.press("Space Space").sees("2 marked").press("A").type_("Set City").press("Enter").type_("Bremen").press("Enter");
    it.sees("Change 2 customers?").sees("Bremen");
    assert_eq!(it.crm.count_where("customer", "city=Bremen").expect("counts"), 0, "a preview writes nothing");
    it.press("y").sees("Changed 2 customers");
    assert_eq!(it.crm.count_where("customer", "city=Bremen").expect("counts"), 2);
    it.press("Esc").press("u").sees("Undid");
    assert_eq!(it.crm.count_where("customer", "city=Bremen").expect("counts"), 0);
    it.press("Ctrl-r");
    assert_eq!(it.crm.count_where("customer", "city=Bremen").expect("counts"), 2);
}

#[test]
fn deleting_needs_no_question_where_it_can_be_undone() {
    let mut it = at(120, 36);
    it.press("d").sees("Moved to the recycle bin");
    assert_eq!(it.refs(), ["C3", "C2", "C1"]);
    it.press("u");
    assert_eq!(it.refs(), ["C4", "C3", "C2", "C1"]);
}

#[test]
fn what_others_write_shows_within_seconds_and_the_cursor_stays_on_its_record() {
    let mut it = at(120, 36);
    it.pass(std::time::Duration::from_secs(3));
    it.press("j");
    it.desk.run(["customer", "add", "Zeppelin AG", "--as", "lukas"]).done();
    it.pass(std::time::Duration::from_secs(3)).screen();
    it.sees("Zeppelin AG").sees("3/5");
    assert_eq!(it.state.top().and_then(Page::subject), Some(("customer", 3)));
}

#[test]
fn a_view_is_shared_with_the_command_line() {
    let mut it = at(120, 36);
    it.desk.run(["view", "add", "East", "--of", "customer", "level=B"]).done();
    it.press("V").type_("East").press("Enter").sees("Customers \"East\"");
    assert_eq!(it.refs(), ["C3", "C2"]);
    it.press("f").press("Ctrl-u").type_("level=A").press("Enter");
    it.press("V").type_("Save this").press("Enter").type_("Top").press("Enter").sees("Kept the view Top");
    let listed = it.desk.run(["customer", "list", "--view", "Top", "-f", "ids"]).done();
    assert_eq!(listed.trim(), "C1");
}

#[test]
fn columns_are_chosen_and_what_is_shown_is_exported() {
    let mut it = at(150, 36);
    it.press("c").type_("Annual").press("Space").press("Enter").sees("Annual revenue");
    let path = it.desk.folder().join("list.csv").display().to_string();
    it.press("Ctrl-e").press("Ctrl-u").type_(&path).press("Enter").sees("Wrote 4 records");
    assert_eq!(std::fs::read_to_string(path).expect("is there"), "csv: C4 C3 C2 C1");
}

#[test]
fn a_long_list_is_read_in_parts_and_its_end_is_reached() {
    let mut it = at(90, 30);
    let many: Vec<_> = (0..700)
        .map(|number| vec![("name".to_owned(), kehu::record::Value::text(format!("Kunde {number}")))])
        .collect();
    it.crm.add_many("customer", &many, false).expect("adds");
    it.press("F5").sees("1/704");
    assert!(it.refs().len() < 200, "only a part is read");
    it.press("G").sees("704/704").sees("招商银行深圳分");
    it.press("g g").sees("1/704").sees("Kunde 699");
    it.press("PgDn PgDn PgDn PgDn PgDn PgDn PgDn").sees("Kunde 5");
    it.press("*").sees("704 marked");
}

#[test]
fn the_screen_speaks_chinese() {
    let mut it = on(Desk::new(), Language::Chinese, 120, 36);
    it.press("2").sees("[2 客户]").sees("名称").sees("搜索").press("?").sees("此处可用的按键");
}

#[test]
fn the_end_of_a_long_list_is_reached_at_once_and_its_rows_stand_where_they_belong() {
    let desk = Desk::new();
    let rows: Vec<String> = (1..=2400).map(|number| format!("Row {number:04}")).collect();
    std::fs::write(desk.folder().join("rows.csv"), format!("name\n{}\n", rows.join("\n"))).expect("writes");
    desk.run(["customer", "import", "rows.csv"]).done();
    let mut it = on(desk, Language::English, 80, 24);
    it.press("2").sees("1/2404").press("G").sees("2404/2404").sees("招商银行深圳分行");
    it.press("PgUp PgUp k").sees_no("招商银行深圳分行").press("G").sees("2404/2404");
    for _ in 0..12 {
        it.press("PgUp");
    }
    let listing = it.state.top().and_then(|page| page.listing()).expect("a list");
    let (at, here) = (listing.cursor(), listing.row(listing.cursor()).map(|row| row.short.clone()));
    let query = Query { offset: Some(at as u64), limit: Some(1), ..Query::new("customer") };
    let there = it.crm.list(&query).expect("lists").rows.first().map(|row| row.short.clone());
    assert!(here.is_some() && here == there, "{here:?} stands at {at} in place of {there:?}");
    it.press("g g").sees("1/2404").sees("Row 2400").press("j").sees("2/2404");
    it.press("G").press("v k k v").sees("3 marked").press("Esc").press("/").type_("Row 0001").sees("1/1");
}
