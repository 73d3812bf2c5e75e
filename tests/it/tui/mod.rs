//! The dashboard: keys are pressed on the small company's database and the screen is read.

mod board;
mod browsing;
mod calendar;
mod comparison;
mod crashes;
mod customers;
mod faults;
mod forms;
mod frame;
mod fuzz;
mod golden;
mod kept;
mod lasting;
mod notices;
mod oracle;
mod program;
mod registry;
mod replies;
mod reports;
mod terminal;
mod themes;
mod tickets;
mod tmux;
mod today;
mod tour;
mod undone;
mod wide;
mod words;
mod working_day;

use crate::world::{Desk, settings};
use kehu::{
    doors::language::Language,
    record::Grid,
    tui::{Launch, driver::Driver, glyphs},
};
use std::ops::{Deref, DerefMut};

/// Somebody at the dashboard.
pub struct Sitting {
    pub desk: Desk,
    driver: Driver,
}

impl Deref for Sitting {
    type Target = Driver;
    fn deref(&self) -> &Driver {
        &self.driver
    }
}

impl DerefMut for Sitting {
    fn deref_mut(&mut self) -> &mut Driver {
        &mut self.driver
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is the shape of those that can fail")]
fn exporter(grid: &Grid, ending: &str, _: Language) -> kehu::Result<Vec<u8>> {
    let refs: Vec<&str> = grid.rows.iter().map(|row| row.short.as_str()).collect();
    Ok(format!("{ending}: {}", refs.join(" ")).into_bytes())
}

/// How Lin starts it.
pub fn launch(desk: &Desk) -> Launch {
    let mut settings = settings();
    (settings.door, settings.create) = ("tui", false);
    Launch {
        url: desk.database().display().to_string(),
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
        folder: Some(desk.folder().join("state")),
        exporter,
        here: desk.folder().to_owned(),
    }
}

/// Lin before the customers on a screen of that size.
pub fn at(width: u16, height: u16) -> Sitting {
    let mut sitting = on(Desk::new(), Language::English, width, height);
    sitting.press("2");
    sitting
}

/// Lin before the first page, or where the last session ended.
pub fn on(desk: Desk, language: Language, width: u16, height: u16) -> Sitting {
    drawn_with(desk, language, &glyphs::UNICODE, width, height)
}

pub fn drawn_with(desk: Desk, language: Language, glyphs: &glyphs::Glyphs, width: u16, height: u16) -> Sitting {
    let launch = Launch { language, ..launch(&desk) };
    let driver = Driver::start(&launch, *glyphs, width, height).expect("starts");
    Sitting { desk, driver }
}

/// What a person reads on the screen.
pub trait Eyes {
    /// The refs of the list on top.
    fn refs(&self) -> Vec<String>;
    #[track_caller]
    fn sees(&mut self, text: &str) -> &mut Self;
    #[track_caller]
    fn sees_no(&mut self, text: &str) -> &mut Self;
}

impl Eyes for Driver {
    fn refs(&self) -> Vec<String> {
        let listing = self.state.top().and_then(|page| page.listing()).expect("a list");
        listing.rows().iter().map(|row| row.short.clone()).collect()
    }

    #[track_caller]
    fn sees(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
        self
    }

    #[track_caller]
    fn sees_no(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }
}
