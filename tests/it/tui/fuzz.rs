//! Nothing that anybody presses, clicks or pastes on a screen of any size makes it fall over.

use super::at;
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use kehu::tui::{action, key::Key, update::Msg};
use proptest::prelude::*;
use std::time::Duration;

#[derive(Debug, Clone)]
enum Act {
    Key(&'static str),
    Type(String),
    Paste(String),
    Mouse(u16, u16, u8),
    Size(u16, u16),
    /// Whatever the registry has, by its place there.
    Action(usize),
    Time,
    Draw,
}

/// Keys that lead everywhere, for whoever presses them at random.
pub const COMMON: [&str; 44] = [
    "j",
    "k",
    "g g",
    "G",
    "Enter",
    "Esc",
    "Tab",
    "Shift-Tab",
    "Space",
    "v",
    "*",
    "s",
    "f",
    "c",
    "V",
    "e",
    "a",
    "N",
    "y",
    "/",
    ".",
    "d",
    "u",
    "Ctrl-k",
    "?",
    "g r",
    "g m",
    "H",
    "q",
    "1",
    "2",
    "3",
    "5",
    "6",
    "7",
    "m",
    "b",
    "Down",
    "Up",
    "h",
    "l",
    ">",
    "PgDn",
    "z",
];

/// What else there is to press.
const MORE: [&str; 33] = [
    "A",
    "@",
    "Ctrl-r",
    "L",
    "T",
    "S",
    "g s",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "Ctrl-e",
    "Ctrl-d",
    "Ctrl-u",
    "PgUp",
    "Home",
    "End",
    "Left",
    "Right",
    "Backspace",
    "Delete",
    "[",
    "]",
    "w",
    "X",
    "R",
    "<",
    "M",
    "p",
    "!",
];

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => prop::sample::select([&COMMON[..], &MORE[..]].concat()).prop_map(Act::Key),
        2 => "[a-z=~ 0-9招商银行\"]{0,6}".prop_map(Act::Type),
        1 => prop::sample::select(vec!["👩‍👩‍👧\u{301}é", "\u{202e}abc\0\x1b[2J", "a\nb\r\nc", "ｶﾞ，：／"]).prop_map(|text| Act::Paste(text.to_owned())),
        2 => (0..300_u16, 0..100_u16, 0..5_u8).prop_map(|(x, y, kind)| Act::Mouse(x, y, kind)),
        1 => (0..251_u16, 0..81_u16).prop_map(|(width, height)| Act::Size(width, height)),
        4 => any::<usize>().prop_map(Act::Action),
        1 => Just(Act::Time),
        3 => Just(Act::Draw),
    ]
}

fn hostile(it: &mut super::Sitting) {
    // What no form takes, but another program may have written.
    it.desk.outside("UPDATE customers SET name = 'a' || char(10) || 'b' || char(0) || char(27) || '[2J' WHERE id = 2");
    let long = "长x".repeat(3400);
    it.desk.outside(&format!("UPDATE contacts SET name = '{long}' WHERE id = 1"));
    let names = ["👩‍👩‍👧‍👦 Family", "\u{5d0}\u{5d1} RTL", "zwj a\u{200d}b", "a\tb", &"长".repeat(900)];
    for name in names {
        let _ = it.crm.add("customer", vec![("name".into(), kehu::record::Value::text(name))]);
    }
    it.desk.run(["customer", "add", "line"]).done();
    for (deal, customer) in [("Sensors", "C1"), ("\u{5d0}\u{5d1} 阀门👩‍👩‍👧", "C2"), ("Valves", "C2")] {
        it.desk.run(["deal", "add", deal, "--customer", customer, "amount=3万"]).done();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn it_never_falls_over(acts in prop::collection::vec(acts(), 1..60), width in 0..251_u16, height in 0..81_u16) {
        let mut it = at(width, height);
        hostile(&mut it);
        for act in acts {
            match act {
                Act::Key(keys) => {
                    for key in Key::sequence(keys) {
                        it.send(Msg::Key(key));
                    }
                    it.settle();
                }
                Act::Type(text) => drop(it.type_(&text)),
                Act::Paste(text) => drop(it.event(Event::Paste(text))),
                Act::Mouse(column, row, kind) => {
                    let kind = match kind {
                        0 => MouseEventKind::Down(MouseButton::Left),
                        1 => MouseEventKind::ScrollDown,
                        2 => MouseEventKind::Drag(MouseButton::Left),
                        3 => MouseEventKind::Up(MouseButton::Left),
                        _ => MouseEventKind::ScrollUp,
                    };
                    it.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
                }
                Act::Size(width, height) => drop(it.event(Event::Resize(width, height))),
                Act::Action(place) => {
                    let all: Vec<_> = action::all().collect();
                    let commands = it.state.act(all[place % all.len()].id);
                    it.hand(commands);
                }
                Act::Time => drop(it.pass(Duration::from_secs(3))),
                Act::Draw => drop(it.screen()),
            }
        }
        it.settle();
        it.screen();
        prop_assert!(it.broken.is_empty(), "{:?}", it.broken);
    }
}
