//! What a terminal shows after each frame is what a terminal would show that is drawn afresh: nothing is left behind by
//! wide letters, and no box loses its side.

use super::at;
use kehu::tui::screen;
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect};
use std::{
    io::{self, Write},
    num::NonZeroU16,
    sync::{Arc, Mutex},
};

/// What is written to the terminal.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Vec<u8>>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("is free").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Shown {
    wire: Wire,
    terminal: Terminal<CrosstermBackend<Wire>>,
    parser: vt100::Parser,
}

impl Shown {
    fn new(width: u16, height: u16) -> Self {
        let wire = Wire::default();
        let area = Rect { x: 0, y: 0, width, height };
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let terminal = Terminal::with_options(CrosstermBackend::new(wire.clone()), options).expect("a terminal");
        let size = |cells: u16| NonZeroU16::new(cells).expect("some");
        let parser = vt100::Parser::new(size(height), size(width), 0);
        Self { wire, terminal, parser }
    }

    fn draw(&mut self, state: &kehu::tui::state::State) -> Vec<String> {
        self.terminal.draw(|frame| drop(screen::view(state, frame))).expect("draws");
        let bytes = std::mem::take(&mut *self.wire.0.lock().expect("is free"));
        self.parser.process(&bytes);
        self.parser.screen().rows(0, 200).map(|line| line.trim_end().to_owned()).collect()
    }
}

/// Whether a frame has its side in that cell of a line.
fn side(line: &str, cell: u16) -> bool {
    let mut at = 0;
    for letter in line.chars() {
        if at == usize::from(cell) {
            return "│┌┐└┘".contains(letter);
        }
        at += kehu::tui::text::width(&letter.to_string());
    }
    false
}

#[test]
fn every_frame_shows_what_a_fresh_one_would() {
    let keys = [
        "j", "?", "Esc", "Ctrl-k", "Down", "Esc", "g r", "Esc", "Enter", "Tab", "Tab", "Esc", "e", "Down", "Esc", "s",
        "Down", "Esc", "/", "Esc", ".", "Esc", "Esc", "7", "j", "j", "2", "N", "Esc", "g", "Esc", "G", "c", "Esc", "V",
        "Esc", "Ctrl-k", "Esc", "6", "2", "d",
    ];
    let mut it = at(101, 31);
    for (name, city) in [
        ("深圳市福田区深南大道七零八八号有限公司", "深圳"),
        ("a上海b临港c物流", "上海"),
        ("招商局集团有限公司", "北京"),
    ] {
        let values =
            vec![("name".into(), kehu::record::Value::text(name)), ("city".into(), kehu::record::Value::text(city))];
        it.crm.add("customer", values).expect("adds");
    }
    it.press("F5");
    let mut shown = Shown::new(101, 31);
    for key in keys {
        it.press(key);
        let after = shown.draw(&it.state);
        let fresh = Shown::new(101, 31).draw(&it.state);
        assert_eq!(after, fresh, "after {key}");
        // A box on top covers corners of those beneath.
        if let Some(page) = it.state.boxes.last() {
            let place = page.place(Rect { x: 0, y: 0, width: 101, height: 31 });
            let sides = after.iter().skip(usize::from(place.y)).take(usize::from(place.height));
            let held = sides.filter(|line| side(line, place.x) && side(line, place.right() - 1)).count();
            assert_eq!(held, usize::from(place.height), "the box lost a side after {key}:\n{}", after.join("\n"));
            continue;
        }
        let corners = |sign: char| after.iter().map(|line| line.matches(sign).count()).sum::<usize>();
        assert_eq!(corners('┌'), corners('└'), "a box lost a corner after {key}:\n{}", after.join("\n"));
    }
}
