//! What a terminal answers too late is no key, and what a person types is never taken for an answer.

use super::terminal::Session;
use crate::world::Desk;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use kehu::tui::{key::Key, replies::Replies};
use std::time::{Duration, Instant};

/// The events that crossterm makes of these bytes.
fn events(sent: &str) -> Vec<Event> {
    let mut letters = sent.chars();
    let mut events = Vec::new();
    while let Some(letter) = letters.next() {
        let key = match letter {
            '\x1b' => match letters.next() {
                None => KeyEvent::from(KeyCode::Esc),
                Some(letter) => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::ALT),
            },
            '\x07' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL),
            '\x0b' => KeyEvent::new(KeyCode::Char('k'), KeyModifiers::CONTROL),
            letter => KeyEvent::from(KeyCode::Char(letter)),
        };
        events.push(Event::Key(key));
    }
    events
}

/// What is left of parts that come one after the other, so many milliseconds apart.
fn left(parts: &[&str], apart: u64) -> String {
    let (mut replies, mut now, mut keys) = (Replies::default(), Instant::now(), Vec::new());
    for part in parts {
        keys.extend(replies.expired(now));
        for event in events(part) {
            keys.extend(replies.take(event, now));
        }
        now += Duration::from_millis(apart);
    }
    keys.extend(replies.expired(now + Duration::from_secs(2)));
    let label = |event: &Event| match event {
        Event::Key(key) => Key::of(key).map_or_else(String::new, Key::label),
        other => format!("{other:?}"),
    };
    keys.iter().map(label).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_a_terminal_answers_too_late_is_no_key() {
    for answer in [
        "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        "\x1b]10;rgb:ffff/ffff/ffff\x07",
        "\x1b]4;1;rgb:cc/00/00\x1b\\",
        "\x1bP>|XTerm(390)\x1b\\",
        "\x1bP1+r524742=382F382F38\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
    ] {
        assert_eq!(left(&[answer], 0), "", "{answer:?}");
        assert_eq!(left(&[answer, "jj"], 0), "j j", "{answer:?}");
        let letters: Vec<String> = answer.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(left(&letters, 5), "", "{answer:?} letter by letter");
        for (place, _) in answer.char_indices().skip(6) {
            let (one, two) = answer.split_at(place);
            assert_eq!(left(&[one, two, "k"], 150), "k", "{one:?} and {two:?} much later");
        }
    }
    assert_eq!(left(&["\x1b]11;rgb:1e1e", "/1e1e/", "1e1e\x1b\\"], 800), "");
    assert_eq!(left(&["\x1b", "[?62;22c", "j"], 5), "j");
}

#[test]
fn what_a_person_types_comes_through() {
    for (typed, keys) in [
        ("\x1b", "Esc"),
        ("\x1b]", "M-]"),
        ("\x1bP", "M-P"),
        ("\x1b]11", "M-] 1 1"),
        ("\x1bPx", "M-P x"),
        ("\x1b_k", "M-_ k"),
        ("\x1bjj", "M-j j"),
        ("jk]11;rgb:", "j k ] 1 1 ; r g b :"),
    ] {
        assert_eq!(left(&[typed], 0), keys, "{typed:?}");
    }
    assert_eq!(left(&["\x1b", "]", "1", "1", ";", "r"], 80), "Esc ] 1 1 ; r", "nobody types as fast as a terminal");
    assert_eq!(left(&["\x1b", ":", "q"], 1), "Esc : q");
    assert_eq!(left(&["\x1b]", "1", ";"], 80), "M-] 1 ;");
}

#[test]
fn an_answer_that_never_ends_takes_no_keys_with_it() {
    assert_eq!(left(&["\x1b]11;rgb:1e1e/", "N", "ova"], 100), "N o v a");
    assert_eq!(left(&["\x1b]11;rgb:1e1e/", "\x0b"], 100), "^K");
    assert_eq!(left(&["\x1b]11;rgb:1e1e/", "\x1b", "2"], 100), "Esc 2");
    assert_eq!(left(&["\x1b]11;rgb:1e1e/", "2"], 1500), "2");
}

#[test]
fn on_a_terminal_that_answers_late_nothing_happens_that_nobody_asked_for() {
    let desk = Desk::new();
    let mut session = Session::start(&desk, &["tui"]);
    session.until("[1");
    session.say("\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1b]10;rgb:ffff/ff");
    std::thread::sleep(Duration::from_millis(300));
    session.say("ff/ffff\x07\x1bP>|tmux 3.3a\x1b\\\x1b[?62;22c");
    std::thread::sleep(Duration::from_millis(300));
    session.say("2");
    session.until("[2");
    session.until("Acme Robotics");
    let screen = session.screen();
    assert!(screen.contains("[2") && !screen.contains("1e1e") && !screen.contains(" > "), "{screen}");
    session.say("N");
    session.until("New customer");
    session.say("\x1b");
    session.wait("closed", |session| !session.screen().contains("New customer"));
    session.say("\x11");
    assert_eq!(session.code(), 0);
}
