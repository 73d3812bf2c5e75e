//! What breaks: the terminal is given back, a report says how, and what only worked for the screen is started again.

use super::{
    launch,
    terminal::{Session, scene},
};
use crate::world::Desk;
use kehu::{
    Settings,
    clock::Clock,
    doors::language::Language,
    record::Grid,
    tui::{self, Launch},
};
use std::path::{Path, PathBuf};

/// How the scenes below start the dashboard, on the desk whose folder they run in.
fn here() -> Launch {
    let folder = std::env::current_dir().expect("a folder");
    let settings = Settings {
        door: "tui",
        create: false,
        clock: Clock::system(jiff::tz::TimeZone::UTC),
        ..crate::world::settings()
    };
    Launch {
        url: folder.join("kehu.db").display().to_string(),
        settings,
        user: "lin".to_owned(),
        watch: kehu::customers::duplicates::Watch::default(),
        language: Language::English,
        color: true,
        depth: kehu::tui::theme::Depth::True,
        ascii: Some(false),
        wide: false,
        editor: "true".to_owned(),
        opener: None,
        folder: Some(folder.join("state")),
        exporter: breaks,
        here: folder,
    }
}

fn breaks(_: &Grid, _: &str, _: Language) -> kehu::Result<Vec<u8>> {
    panic!("the exporter broke on purpose")
}

#[test]
#[ignore = "a scene of the tests below, in a terminal"]
fn the_screen_breaks() {
    let ended: kehu::Result<()> = tui::on_terminal(&here(), || panic!("the screen broke on purpose"));
    println!("SAID {}", ended.expect_err("broke"));
}

#[test]
#[ignore = "a scene of the tests below, in a terminal"]
fn what_works_for_the_screen_breaks() {
    tui::run(&here(), here().open().expect("opens")).expect("ends in order");
}

/// The reports that crashes left.
fn reports(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder.join("state")).into_iter().flatten().flatten().map(|file| file.path());
    files.filter(|path| path.display().to_string().contains("crash-")).collect()
}

#[test]
fn a_crash_gives_the_terminal_back_and_says_where_its_report_is() {
    let desk = Desk::new();
    let mut session = Session::of(scene(&desk, "tui::crashes::the_screen_breaks"));
    session.until("SAID");
    assert_eq!(session.code(), 0);
    let reports = reports(desk.folder());
    let [report] = &reports[..] else { panic!("{reports:?}") };
    let said = session.screen().replace('\n', "");
    assert!(said.contains("the screen broke on purpose"), "{said}");
    assert!(said.contains(report.file_name().and_then(|name| name.to_str()).expect("a name")), "{said}");
    let text = std::fs::read_to_string(report).expect("reads");
    for part in ["kehu 0.", "what: the screen broke on purpose", "crashes.rs:", "the_screen_breaks"] {
        assert!(text.contains(part), "{part} is not in the report:\n{text}");
    }
}

#[test]
fn a_part_that_breaks_is_said_and_started_again_and_the_screen_stays() {
    let desk = Desk::new();
    let mut session = Session::of(scene(&desk, "tui::crashes::what_works_for_the_screen_breaks"));
    session.until("[1");
    session.say("2");
    session.until("Customers › C4");
    for _ in 0..3 {
        session.say("\x05");
        session.until("Write to");
        session.say("\r");
        session.until("broke and was started again: the exporter broke on purpose");
        session.dismiss("started again");
    }
    // Those who read and those who write go on.
    session.say("N");
    session.until("New customer");
    session.say("Harbour Robotics\x13");
    session.until("C5 Harbour Robotics");
    session.say("\x11");
    assert_eq!(session.code(), 0);
    assert_eq!(reports(desk.folder()).len(), 3);
}

#[test]
fn a_question_that_breaks_is_answered_so_that_nobody_waits_for_ever() {
    let desk = Desk::new();
    let launch = Launch { exporter: breaks, ..launch(&desk) };
    let mut it = tui::driver::Driver::start(&launch, tui::glyphs::UNICODE, 120, 36).expect("starts");
    it.press("2").press("Ctrl-e").press("Enter");
    assert_eq!(it.broken, ["the exporter broke on purpose"]);
    assert_eq!(it.state.waiting, 0, "nobody waits");
    assert!(it.screen().contains("was started again"));
}
