//! What each page looks like, kept as texts to be read: the demo company at the two usual sizes in both languages, the
//! narrowest and a wide screen, plain signs, and the styles that a text does not show.
//!
//! After a page was changed on purpose: `INSTA_UPDATE=always cargo test --test it tui::golden`, then read the difference.

use super::{Sitting, launch};
use crate::world::{Desk, finished};
use kehu::{
    doors::language::Language,
    tui::{
        Launch,
        driver::Driver,
        glyphs::{ASCII, Glyphs, UNICODE},
    },
};
use ratatui::{buffer::Buffer, style::Style};
use std::{fmt::Write, sync::OnceLock};

/// Pages, and the keys that lead there.
const PAGES: [(&str, &str); 14] = [
    ("today", "1"),
    ("customers", "2"),
    ("customer", "2 / P e n n i n e Enter Enter"),
    ("board", "3"),
    ("board-table", "3 b"),
    ("deal", "3 Enter"),
    ("reports", "5"),
    ("report", "5 j j j j j j Enter"),
    ("activities", "6"),
    ("admin", "7"),
    ("form", "2 N"),
    ("palette", "2 Ctrl-k"),
    ("help", "2 ?"),
    ("question", "2 q"),
];

/// What Katrin has done and plans, so that her day is not empty.
const LIVED: [&str; 7] = [
    "activity add \"Call about the winter order\" --kind call --customer C177 --due 2026-03-30T10:00 --owner katrin",
    "activity add \"Visit the cold store\" --kind visit --customer C177 --due 2026-03-31T14:00 --owner katrin",
    "activity add \"Send the revised quote\" --kind email --customer C170 --due 2026-03-31T16:30 --owner katrin",
    "activity add \"确认合同条款\" --kind call --customer C114 --due 2026-04-01T09:30 --owner katrin",
    "log call C170 \"asked for a price\" --as katrin",
    "log visit C173 \"现场拜访，看了泵站\" --as katrin",
    "deal win D2 --as katrin",
];

/// The demo company on the last day of March, made once.
fn demo() -> Desk {
    static DEMO: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = DEMO.get_or_init(|| {
        let desk = Desk::empty();
        finished(desk.command(["demo", "kehu.db"]).env("KEHU_NOW", crate::world::NOW)).done();
        for line in LIVED {
            desk.say(line).done();
        }
        std::fs::read(desk.database()).expect("reads")
    });
    let desk = Desk::empty();
    std::fs::write(desk.database(), bytes).expect("lays out the demo");
    desk
}

fn draw(glyphs: &Glyphs, language: Language, (width, height): (u16, u16), keys: &str) -> Sitting {
    let desk = demo();
    let launch = Launch { language, user: "katrin".to_owned(), ..launch(&desk) };
    let driver = Driver::start(&launch, *glyphs, width, height).expect("starts");
    let mut it = Sitting { desk, driver };
    for key in keys.split(' ') {
        it.press(key);
    }
    it
}

fn keep(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn pages(suffix: &str, glyphs: &Glyphs, language: Language, size: (u16, u16)) {
    for (name, keys) in PAGES {
        let screen = draw(glyphs, language, size, keys).screen();
        keep(&format!("{name}-{}x{}{suffix}", size.0, size.1), &screen);
    }
}

#[test]
fn pages_at_120_by_36() {
    pages("", &UNICODE, Language::English, (120, 36));
}

#[test]
fn pages_at_120_by_36_in_chinese() {
    pages("-zh", &UNICODE, Language::Chinese, (120, 36));
}

#[test]
fn pages_at_80_by_24() {
    pages("", &UNICODE, Language::English, (80, 24));
}

#[test]
fn pages_at_80_by_24_in_chinese() {
    pages("-zh", &UNICODE, Language::Chinese, (80, 24));
}

#[test]
fn pages_on_the_smallest_screen() {
    pages("", &UNICODE, Language::English, (40, 10));
}

#[test]
fn pages_on_a_wide_screen() {
    pages("", &UNICODE, Language::English, (200, 60));
}

#[test]
fn pages_in_plain_signs() {
    pages("-ascii", &ASCII, Language::English, (80, 24));
}

#[test]
fn styles() {
    for (name, keys) in
        PAGES.into_iter().filter(|(name, _)| matches!(*name, "today" | "customers" | "board" | "form" | "palette"))
    {
        let text = styled(draw(&UNICODE, Language::English, (80, 24), keys).buffer());
        keep(&format!("{name}-styles"), &text);
    }
}

/// How long each stretch of one style is, line by line.
fn styled(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut stretches: Vec<(Style, u16)> = Vec::new();
        for x in buffer.area.left()..buffer.area.right() {
            let style = buffer[(x, y)].style();
            match stretches.last_mut() {
                Some((known, length)) if *known == style => *length += 1,
                _ => stretches.push((style, 1)),
            }
        }
        let line = stretches.iter().fold(String::new(), |mut line, (style, length)| {
            let _ = write!(
                line,
                " {length}:{:?}/{:?}/{:?}",
                style.fg.unwrap_or_default(),
                style.bg.unwrap_or_default(),
                style.add_modifier
            );
            line
        });
        let _ = writeln!(text, "{y:>2}{}", line.replace("NONE", "").replace("Reset", ""));
    }
    text
}
