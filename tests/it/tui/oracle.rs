//! What a terminal shows after each frame is what a terminal would show that is drawn afresh: nothing is left behind by
//! wide letters, and no box loses its side.

use super::{at, fuzz::COMMON};
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

/// Each key is pressed, its frame drawn after the one before, and compared with a fresh one.
fn compare(it: &mut super::Sitting, (width, height): (u16, u16), keys: &[&str]) -> Result<(), String> {
    let mut shown = Shown::new(width, height);
    for key in keys {
        it.press(key);
        let after = shown.draw(&it.state);
        let fresh = Shown::new(width, height).draw(&it.state);
        if after != fresh {
            return Err(format!("after {key}\n{}\n--- fresh:\n{}", after.join("\n"), fresh.join("\n")));
        }
        // Toasts stand before whatever is at the foot.
        if !it.state.toasts.is_empty() {
            continue;
        }
        // A box on top covers corners of those beneath.
        if let Some(page) = it.state.boxes.last() {
            let place = screen::place(&**page, Rect { x: 0, y: 0, width, height });
            let sides = after.iter().skip(usize::from(place.y)).take(usize::from(place.height));
            let held = sides.filter(|line| side(line, place.x) && side(line, place.right() - 1)).count();
            if held != usize::from(place.height) {
                return Err(format!("the box lost a side after {key}:\n{}", after.join("\n")));
            }
            continue;
        }
        let corners = |sign: char| after.iter().map(|line| line.matches(sign).count()).sum::<usize>();
        if !it.state.hinting && corners('┌') != corners('└') {
            return Err(format!("a box lost a corner after {key}:\n{}", after.join("\n")));
        }
    }
    Ok(())
}

/// Lin before customers and deals with Chinese names of every length.
fn wide_names(width: u16, height: u16) -> super::Sitting {
    let mut it = at(width, height);
    for (name, city) in [
        ("深圳市福田区深南大道七零八八号有限公司", "深圳"),
        ("a上海b临港c物流", "上海"),
        ("招商局集团有限公司", "北京"),
    ] {
        let values =
            vec![("name".into(), kehu::record::Value::text(name)), ("city".into(), kehu::record::Value::text(city))];
        let id = it.crm.add("customer", values).expect("adds");
        let values = vec![
            ("name".into(), kehu::record::Value::text(format!("{city}数据平台b项目"))),
            ("customer".into(), kehu::record::Link::to(id)),
        ];
        it.crm.add("deal", values).expect("adds");
    }
    it.press("F5");
    it
}

#[test]
fn every_frame_shows_what_a_fresh_one_would() {
    let keys = [
        "j", "?", "Esc", "Ctrl-k", "Down", "Esc", "g r", "Esc", "Enter", "Tab", "Tab", "Esc", "e", "Down", "Esc", "s",
        "Down", "Esc", "/", "Esc", ".", "Esc", "Esc", "7", "j", "j", "2", "N", "Esc", "g", "Esc", "G", "c", "Esc", "V",
        "Esc", "Ctrl-k", "Esc", "6", "2", "d",
    ];
    let mut it = wide_names(101, 31);
    compare(&mut it, (101, 31), &keys).expect("the same");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 12, max_shrink_iters: 100, ..Default::default() })]

    #[test]
    fn whatever_is_pressed_nothing_is_left_behind_by_the_frame_before(
        keys in proptest::collection::vec(proptest::sample::select(&COMMON[..]), 1..40),
        width in 60..180_u16,
        height in 16..50_u16,
    ) {
        let mut it = wide_names(width, height);
        let compared = compare(&mut it, (width, height), &keys);
        proptest::prop_assert!(compared.is_ok(), "{}", compared.err().unwrap_or_default());
    }
}
