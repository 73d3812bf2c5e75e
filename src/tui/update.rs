//! What happens to the state with each message: the only place where keys, the mouse and answers meet it.

use super::{
    action::{self, Found},
    command::{Cmd, Reply},
    hits::{self, Gesture, Target},
    key::{Key, is_composed},
    page::Page,
    state::State,
    toast::Tone,
};
use crate::Message;
use crossterm::event::{Event, KeyCode, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use std::path::PathBuf;

/// What comes to the dashboard.
pub enum Msg {
    /// From the terminal.
    Event(Event),
    Key(Key),
    /// An answer to a question or a write.
    Reply(Reply),
    /// Something whose time has come.
    Woken(Reply),
    /// The terminal is gone, or the system wants us to end.
    End,
    /// The shell wants us to stop for now.
    Stop,
    /// Work on the database broke: what it said, and where a report is.
    Broken(String, Option<PathBuf>),
}

impl State {
    /// Changes the state and says what else is to be done.
    pub fn update(&mut self, message: Msg) -> Vec<Cmd> {
        match message {
            Msg::Event(event) => self.event(event),
            Msg::Key(key) => self.key(key),
            Msg::Reply(reply) => {
                self.waiting = self.waiting.saturating_sub(1);
                if self.waiting == 0 {
                    self.spinning = None;
                }
                reply(self)
            }
            Msg::Woken(then) => then(self),
            Msg::End => {
                // Nobody insisted on leaving without what is being written.
                self.wait_no_more();
                vec![Cmd::Quit]
            }
            Msg::Stop => vec![Cmd::Suspend],
            Msg::Broken(what, report) => self.broken(what, report),
        }
    }

    /// Says that something broke and goes on, and where the report is.
    fn broken(&mut self, what: String, report: Option<PathBuf>) -> Vec<Cmd> {
        let message = match &report {
            Some(_) => {
                Message::new("A part of the dashboard broke and was started again: {what}. A report is in {path}.")
            }
            None => Message::new("A part of the dashboard broke and was started again: {what}."),
        };
        let path = report.map_or_else(String::new, |path| path.display().to_string());
        self.tell(Tone::Error, &message.with("what", what).with("path", path))
    }

    fn event(&mut self, event: Event) -> Vec<Cmd> {
        match event {
            Event::Key(key) => Key::of(&key).map_or_else(Vec::new, |key| self.key(key)),
            Event::Paste(text) => self.paste(&text),
            Event::Mouse(mouse) => self.mouse(mouse),
            Event::Resize(width, height) => {
                self.context.screen = Rect { x: 0, y: 0, width, height };
                self.refresh()
            }
            // Whoever comes back to the window sees what was written meanwhile; that click is not meant for anything.
            Event::FocusGained => vec![super::live::look()],
            Event::FocusLost => Vec::new(),
        }
    }

    fn paste(&mut self, text: &str) -> Vec<Cmd> {
        let harmless: String = text
            .chars()
            .map(|letter| if letter == '\r' { '\n' } else { letter })
            .filter(|letter| *letter == '\n' || *letter == '\t' || !letter.is_control())
            .collect();
        let number = self.top().map(Page::id).unwrap_or_default();
        if self.top().is_some_and(Page::typing) {
            return self.with_page(number, |page, context| page.paste(&harmless, context));
        }
        Vec::new()
    }

    fn key(&mut self, key: Key) -> Vec<Cmd> {
        let leaving = std::mem::take(&mut self.leaving);
        if key.ctrl && key.code == KeyCode::Char('c') {
            if leaving || self.writes.awaited {
                return self.part();
            }
            self.leaving = true;
            return self.tell(Tone::Notice, &Message::new("Press Ctrl-C again to leave."));
        }
        if key.ctrl && key.code == KeyCode::Char('z') && !self.boxes.is_empty() {
            return vec![Cmd::Suspend];
        }
        let typing = self.top().is_some_and(Page::typing);
        if typing {
            let number = self.top().map(Page::id).unwrap_or_default();
            let mut taken = false;
            let commands = self.with_page(number, |page, context| {
                let commands = page.key(key, context);
                taken = commands.is_some();
                commands.unwrap_or_default()
            });
            if taken || key.letter().is_some() {
                return commands;
            }
        }
        self.registered(if typing { key } else { key.folded() })
    }

    /// Runs what the registry has for the keys that were pressed so far.
    fn registered(&mut self, key: Key) -> Vec<Cmd> {
        if key.code == KeyCode::Esc && !key.alt {
            return self.back();
        }
        self.pressed.push(key);
        let contexts = self.contexts();
        match action::lookup(&contexts, &self.pressed) {
            Found::Action(action) => {
                self.pressed.clear();
                self.hinting = false;
                self.run(action)
            }
            Found::Prefix => vec![Self::hint_later()],
            Found::Nothing => {
                let first = self.pressed.len() == 1;
                self.pressed.clear();
                self.hinting = false;
                self.unknown(key, first)
            }
        }
    }

    /// Whoever writes Chinese where keys are meant is told once how to go on.
    fn unknown(&mut self, key: Key, first: bool) -> Vec<Cmd> {
        if first && !self.composed && key.letter().is_some_and(is_composed) {
            self.composed = true;
            return self.tell(
                Tone::Notice,
                &Message::new("The input method is on: press Shift to switch it, or use Ctrl-K and the arrows."),
            );
        }
        Vec::new()
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Vec<Cmd> {
        let screen = self.context.screen;
        if screen.is_empty() {
            return Vec::new();
        }
        let position = Position { x: mouse.column.min(screen.right() - 1), y: mouse.row.min(screen.bottom() - 1) };
        let gesture = match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => self.clicked(position),
            MouseEventKind::Drag(MouseButton::Left) => Gesture::Drag,
            MouseEventKind::Up(MouseButton::Left) => Gesture::Release,
            MouseEventKind::ScrollDown => Gesture::Wheel(3),
            MouseEventKind::ScrollUp => Gesture::Wheel(-3),
            _ => return Vec::new(),
        };
        let target = hits::at(&self.hits, position).cloned().unwrap_or(Target::Nothing);
        match target {
            Target::Act(id) if gesture == Gesture::Click => self.act(id),
            Target::Tab(number) if gesture == Gesture::Click => self.tab(number),
            target => {
                let number = self.top().map(Page::id).unwrap_or_default();
                self.with_page(number, |page, context| page.mouse(&target, gesture, context))
            }
        }
    }

    /// The second click at a place within half a second is a double one.
    fn clicked(&mut self, position: Position) -> Gesture {
        let now = self.context.reading.clock.now();
        let soon = |at: &jiff::Timestamp| now.as_millisecond() - at.as_millisecond() < 500;
        match self.click.take() {
            Some((place, at)) if place == position && soon(&at) => Gesture::DoubleClick,
            _ => {
                self.click = Some((position, now));
                Gesture::Click
            }
        }
    }
}
