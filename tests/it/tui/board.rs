//! The pipeline as a board: cards move between columns by key and by mouse, and everything can be taken back.

use super::{Eyes, Sitting, on};
use crate::world::Desk;
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use kehu::{
    doors::language::Language,
    pipeline::Outcome,
    record::types::show,
    tui::{page, pages::Board},
};

/// Lin's deals: D1 of 招商银行 and D2 of Nordic in the first stage, D3 of Acme in the second; D3 has a call planned.
fn desk() -> Desk {
    let desk = Desk::new();
    for line in [
        "deal add 客服系统 --customer C1 amount=52万 close=2026-04-20 owner=lin",
        "deal add \"Flow sensors\" --customer C2 amount=120k close=2026-04-30 owner=lukas",
        "deal add Gripper --customer C3 amount=30k close=2026-06-15 owner=mei",
        "deal move D3 --to Proposal",
        "activity add \"Ask who decides\" kind=call --deal D3 --due 2026-04-02T10:00",
        "activity add \"Send the offer\" kind=email --deal D2 --due 2026-03-28T10:00",
    ] {
        desk.say(line).done();
    }
    desk
}

fn sitting(language: Language, width: u16, height: u16) -> Sitting {
    let mut it = on(desk(), language, width, height);
    it.press("3");
    it
}

fn lin() -> Sitting {
    sitting(Language::English, 120, 36)
}

/// The deals of each open stage, and how many are won, lost and shelved.
fn columns(it: &Sitting) -> Vec<(String, Vec<i64>)> {
    let board = it.state.page().and_then(page::page_of::<Board>).expect("the board");
    let ids = |lane: &kehu::tui::pages::BoardLane| lane.cards().iter().map(|card| card.id).collect();
    let open = board.lanes().iter().filter(|lane| lane.column.outcome == Outcome::Open);
    open.map(|lane| (lane.column.name.clone(), ids(lane))).collect()
}

fn stages(it: &Sitting) -> Vec<Vec<i64>> {
    columns(it).into_iter().map(|(_, ids)| ids).collect()
}

fn said(it: &mut Sitting, deal: i64, field: &str) -> String {
    let entry = it.crm.record("deal", deal).expect("is there");
    let kind = entry.schema.field(field).expect("a field").kind.clone();
    show(&kind, &entry.value(field))
}

fn mouse(it: &mut Sitting, kind: MouseEventKind, (column, row): (u16, u16)) {
    it.screen();
    it.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    it.settle();
}

/// Where a text stands on the screen.
fn place(it: &mut Sitting, text: &str) -> (u16, u16) {
    let screen = it.screen();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect(text);
    let before = line.split(text).next().unwrap_or_default();
    let column = kehu::tui::text::width(before);
    (u16::try_from(column).expect("fits"), u16::try_from(row).expect("fits"))
}

#[test]
fn the_board_says_what_each_stage_holds_and_what_is_to_be_done() {
    let mut it = lin();
    assert_eq!(stages(&it), [vec![1, 2], vec![3], vec![]]);
    it.sees("[3 Pipeline]").sees("3 deals").sees("¥670k").sees("weighted ¥73k");
    it.sees("Qualified").sees("2  ¥640k").sees("客服系统").sees("? no next step").sees("! e-mail 3d late");
    it.sees("- call 2 Apr").sees("!1 *0 -0 ?1").sees("lin").sees("LB");
}

#[test]
fn a_card_is_carried_to_another_stage_and_brought_back() {
    let mut it = lin();
    it.press("m").sees("MOVE").press("l").sees("Qualified → Proposal").press("Enter").sees("u takes it back");
    assert_eq!(stages(&it), [vec![2], vec![1, 3], vec![]]);
    assert_eq!(it.state.top().and_then(page::Page::subject), Some(("deal", 1)), "the cursor goes along");
    it.press("u").sees("Undid");
    assert_eq!(stages(&it), [vec![1, 2], vec![3], vec![]]);
    it.press("Ctrl-r");
    assert_eq!(stages(&it), [vec![2], vec![1, 3], vec![]]);
}

#[test]
fn esc_puts_a_held_card_back() {
    let mut it = lin();
    it.press("m").press("l l").press("Esc");
    assert_eq!(stages(&it), [vec![1, 2], vec![3], vec![]]);
    it.press("m").press("Enter").sees_no("MOVE");
    assert_eq!(stages(&it), [vec![1, 2], vec![3], vec![]]);
}

#[test]
fn one_key_moves_one_stage_on_or_back() {
    let mut it = lin();
    it.press("> >");
    assert_eq!(stages(&it), [vec![2], vec![3], vec![1]]);
    it.press("<");
    assert_eq!(stages(&it), [vec![2], vec![1, 3], vec![]]);
}

#[test]
fn losing_asks_why_and_who_and_can_be_undone() {
    let mut it = lin();
    it.press("X").sees("Why was it lost?").sees("price");
    it.type_("their budget was cut").press("Enter").sees("Who won it instead?");
    it.type_("Nordwind AG").press("Enter").sees("Lost");
    assert_eq!(said(&mut it, 1, "lost_reason"), "their budget was cut");
    assert_eq!(said(&mut it, 1, "lost_to"), "Nordwind AG");
    assert_eq!(said(&mut it, 1, "outcome"), "lost");
    it.press("u");
    assert_eq!(said(&mut it, 1, "outcome"), "open");
    assert_eq!(said(&mut it, 1, "lost_reason"), "");
    it.press("X").press("Esc");
    assert_eq!(said(&mut it, 1, "outcome"), "open", "no reason, no loss");
}

#[test]
fn a_won_deal_is_folded_away_with_its_sum_and_can_be_reopened() {
    let mut it = lin();
    it.press("w");
    assert_eq!(said(&mut it, 1, "outcome"), "won");
    it.sees("520k").sees("2 deals");
    it.press("l l l").press("Enter").sees("客服系统").press("R");
    assert_eq!(said(&mut it, 1, "outcome"), "open");
    assert_eq!(stages(&it), [vec![1, 2], vec![3], vec![]]);
}

#[test]
fn a_gate_refuses_in_the_words_of_the_library_and_nothing_moves() {
    let mut it = lin();
    it.desk.say("stage edit Proposal needs=contact").done();
    it.press("F5").press(">").sees("A deal does not come to Proposal without contact.");
    assert_eq!(stages(&it), [vec![1, 2], vec![3], vec![]]);
}

#[test]
fn marked_cards_move_together_and_come_back_together() {
    let mut it = lin();
    it.press("Space Space").sees("2 marked").press(">");
    assert_eq!(stages(&it), [vec![], vec![1, 2, 3], vec![]]);
    it.press("u");
    assert_eq!(stages(&it), [vec![1, 2], vec![3], vec![]]);
    it.press("h").press("*").sees("2 marked").press("Esc").sees_no("marked");
}

#[test]
fn a_card_is_dragged_to_another_stage_and_a_double_click_opens_it() {
    let mut it = lin();
    let (card, proposal) = (place(&mut it, "客服系统"), place(&mut it, "Gripper"));
    mouse(&mut it, MouseEventKind::Down(MouseButton::Left), card);
    mouse(&mut it, MouseEventKind::Drag(MouseButton::Left), (proposal.0, proposal.1 + 6));
    it.sees("Qualified → Proposal");
    mouse(&mut it, MouseEventKind::Up(MouseButton::Left), (proposal.0, proposal.1 + 6));
    assert_eq!(stages(&it), [vec![2], vec![1, 3], vec![]]);
    let card = place(&mut it, "Flow sensors");
    mouse(&mut it, MouseEventKind::Down(MouseButton::Left), card);
    mouse(&mut it, MouseEventKind::Up(MouseButton::Left), card);
    assert_eq!(stages(&it), [vec![2], vec![1, 3], vec![]], "a click moves nothing");
    mouse(&mut it, MouseEventKind::Down(MouseButton::Left), card);
    it.sees("D2 Flow sensors").sees("[Overview]");
}

#[test]
fn columns_by_month_change_the_expected_day() {
    let mut it = lin();
    it.press("M").sees("by month").sees("Apr 2026").sees("Jun 2026");
    let april: Vec<i64> = columns_by(&it, "2026-04-01");
    assert_eq!(april, [1, 2]);
    it.press(">");
    assert_eq!(said(&mut it, 1, "close"), "2026-05-20");
    it.press("u");
    assert_eq!(said(&mut it, 1, "close"), "2026-04-20");
}

fn columns_by(it: &Sitting, month: &str) -> Vec<i64> {
    use kehu::pipeline::kanban::Key;
    let board = it.state.page().and_then(page::page_of::<Board>).expect("the board");
    let key = Key::Month(month.parse().expect("a day"));
    let lane = board.lanes().iter().find(|lane| lane.column.key == key).expect("a month");
    lane.cards().iter().map(|card| card.id).collect()
}

#[test]
fn one_filter_holds_for_board_and_table() {
    let mut it = lin();
    it.press("f").type_("amount=100k..").press("Enter").sees("amount=100k..").sees("2 deals");
    assert_eq!(stages(&it), [vec![1, 2], vec![], vec![]]);
    it.press("b").sees("Open deals");
    assert_eq!(it.refs(), ["D2", "D1"]);
    it.press("b").press("Esc").sees("3 deals");
    it.press("/").type_("gripper");
    assert_eq!(stages(&it), [vec![], vec![3], vec![]]);
    it.press("Enter").press("Esc").press("f").type_("amuont=1").press("Enter").sees("amuont");
    it.press("Esc").sees("3 deals").press("!").sees("! late");
    assert_eq!(stages(&it), [vec![2], vec![], vec![]]);
}

#[test]
fn another_pipeline_has_its_own_stages() {
    let mut it = lin();
    for line in ["pipeline add Service", "stage add Request --pipeline Service", "stage add Offer --pipeline Service"] {
        it.desk.say(line).done();
    }
    it.press("p").sees("Sales").type_("Service").press("Enter").sees("Request").sees("Offer").sees("0 deals");
    it.press("N").sees("New deal");
}

#[test]
fn planning_and_opening_mean_the_card_under_the_cursor() {
    let mut it = lin();
    it.press("l").press("Enter").sees("D3 Gripper").press("Esc");
    assert_eq!(it.state.top().and_then(page::Page::subject), Some(("deal", 3)));
    it.press("a").sees("New activity").sees("D3");
}

#[test]
fn the_strip_tells_whom_to_talk_to_and_what_is_best() {
    let mut it = lin();
    it.desk.say("deal_contact add decision_maker --deal D1 --contact P1").done();
    it.press("F5").sees("王晓明").sees("(decides)").sees("13912345678").sees("Plan the next step").sees("none planned");
}

#[test]
fn narrow_screens_show_fewer_stages_and_name_the_others() {
    for (width, height) in [(40, 10), (59, 20), (80, 24), (120, 36), (160, 45), (220, 60)] {
        for language in [Language::English, Language::Chinese] {
            let mut it = sitting(language, width, height);
            it.sees("Qualified").press("l").sees("Proposal");
            let screen = it.press("m").press("l").screen();
            assert!(screen.lines().all(|line| kehu::tui::text::width(line) <= usize::from(width)), "{screen}");
        }
    }
    sitting(Language::English, 80, 24).sees("[Qualified 2]").sees("Negotiation 0").sees("Won 0");
    sitting(Language::Chinese, 80, 24).sees("商机").sees("无下一步").sees("52万").sees("邮件 逾期3天");
}

#[test]
fn a_screen_of_plain_signs_shows_the_same_board() {
    let desk = desk();
    let launch = super::launch(&desk);
    let driver = kehu::tui::driver::Driver::start(&launch, kehu::tui::glyphs::ASCII, 120, 36).expect("starts");
    let mut it = Sitting { desk, driver };
    it.press("3").sees("+- Qualified").sees("3d late - Nordic In~").press("m l").sees("Qualified -> Proposal");
    let screen = it.press("Esc").press("M").screen();
    assert!(screen.chars().all(|letter| !('\u{2190}'..='\u{25ff}').contains(&letter)), "{screen}");
}

#[test]
fn a_column_shows_its_first_card_again_once_the_window_has_room_for_all() {
    let desk = desk();
    for number in 0..6 {
        desk.say(&format!("deal add \"Karte {number}\" --customer C1 amount={number}k close=2026-05-0{}", number + 1))
            .done();
    }
    let mut it = on(desk, Language::English, 120, 24);
    it.press("3").press("G");
    let before = it.screen();
    it.event(Event::Resize(120, 60)).settle();
    let after = it.screen();
    for card in ["客服系统", "Flow sensors", "Karte 0", "Karte 5"] {
        assert!(after.contains(card), "{card}:\n{before}\n{after}");
    }
    assert!(!before.contains("客服系统") || !before.contains("Karte 5"), "{before}");
}
