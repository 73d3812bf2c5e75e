//! `Form`: fields to fill in, checked as one goes and again when saving; what was typed survives a crash, and somebody
//! else's change of the same record is shown before it is overwritten.

mod acts;
mod overtaken;
mod ready;
mod reply;
mod view;

pub use overtaken::Overtaken;
pub use ready::{add, ask, edit, run, verb};

use crate::{
    Crm, Error,
    record::Kind,
    tui::{
        canvas,
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        key::Key,
        page::Page,
        state::State,
        widgets::{Input, Menu},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// One field of a form.
#[derive(Debug, Clone)]
pub struct Line {
    pub name: String,
    pub label: String,
    pub help: String,
    pub kind: Kind,
    pub required: bool,
    pub input: Input,
    /// The text as it was.
    pub before: String,
    /// What the text stands for, where that says more: a customer's name behind its ref.
    pub echo: String,
    /// What a new record gets where nothing is said.
    pub usual: String,
    pub fault: Option<String>,
    /// The text was filled in for a start: what is typed takes its place.
    pub given: bool,
}

/// What saving came to.
pub enum Saved {
    /// Done; said in these words, and, of a new record, where it is.
    Done { told: String, visit: Option<(&'static str, i64)> },
    /// What has to be put right, by field.
    Faults(Vec<(Option<String>, Error)>),
    /// Somebody else saved first.
    Overtaken(Overtaken),
}

/// On which terms a form is saved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// The version that the record was read at.
    pub version: Option<i64>,
    /// Also where another record has the same e-mail or phone.
    pub twice: bool,
}

/// Saves the texts that differ, by field.
pub type Save = Arc<dyn Fn(&mut Crm, &[(String, String)], Terms) -> Saved + Send + Sync>;

/// What follows when a form was filled in that saves nothing itself.
pub type Then = Arc<dyn Fn(&mut State, Vec<(String, String)>) -> Vec<Cmd>>;

/// What becomes of what was filled in.
#[derive(Clone)]
pub enum Purpose {
    Save(Save),
    Then(Then),
}

/// Fields to fill in.
pub struct Form {
    pub number: u64,
    pub title: String,
    pub lines: Vec<Line>,
    /// The texts that it was opened with, some filled in for a start.
    began: Vec<String>,
    pub menu: Menu,
    /// Under which key a draft of it is kept.
    pub draft: Option<String>,
    pub terms: Terms,
    pub purpose: Purpose,
    /// All fields are handed over, changed or not.
    pub whole: bool,
    pub saving: bool,
}

impl Form {
    #[must_use]
    pub fn new(context: &Context, title: String, lines: Vec<Line>, purpose: Purpose) -> Self {
        let menu = Menu { cursor: 0, length: lines.len() };
        let began = lines.iter().map(|line| line.input.text()).collect();
        Self {
            number: context.number(),
            title,
            lines,
            began,
            menu,
            draft: None,
            terms: Terms::default(),
            purpose,
            whole: false,
            saving: false,
        }
    }

    #[must_use]
    pub fn line(&self) -> Option<&Line> {
        self.lines.get(self.menu.cursor)
    }

    pub(super) fn line_mut(&mut self) -> Option<&mut Line> {
        self.lines.get_mut(self.menu.cursor)
    }

    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.lines.iter().zip(&self.began).any(|(line, began)| line.input.text() != *began)
    }

    /// Whether an earlier session left something of it.
    #[must_use]
    pub fn is_taken_up(&self, state: &State) -> bool {
        self.draft.as_ref().is_some_and(|key| state.drafts.contains_key(key))
    }

    /// What was filled in: the fields that differ from what they were.
    #[must_use]
    pub fn changes(&self) -> Vec<(String, String)> {
        let wanted = |line: &&Line| self.whole || line.input.text() != line.before;
        self.lines.iter().filter(wanted).map(|line| (line.name.clone(), line.input.text())).collect()
    }
}

impl Page for Form {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, _: &Context) -> String {
        self.title.clone()
    }

    fn contexts(&self) -> Vec<&'static str> {
        let picked = |line: &Line| matches!(line.kind, Kind::Choice(_) | Kind::Link(_) | Kind::YesNo);
        match self.lines.as_slice() {
            [line] if !picked(line) => vec!["form-one", "form"],
            _ => vec!["form"],
        }
    }

    /// What was filled in by its ref is called by its name too.
    fn start(&mut self, _: &Context) -> Vec<Cmd> {
        self.ask_links()
    }

    fn typing(&self) -> bool {
        true
    }

    fn key(&mut self, key: Key, context: &Context) -> Option<Vec<Cmd>> {
        let line = self.line_mut()?;
        if std::mem::take(&mut line.given) && key.letter().is_some() {
            line.input = Input::default();
        }
        let changed = line.input.key(key)?;
        Some(if changed { self.changed(context) } else { Vec::new() })
    }

    fn paste(&mut self, text: &str, context: &Context) -> Vec<Cmd> {
        let Some(line) = self.line_mut() else { return Vec::new() };
        if std::mem::take(&mut line.given) {
            line.input = Input::default();
        }
        let long = line.kind == Kind::LongText;
        line.input.insert(&if long { text.to_owned() } else { text.trim_end().replace('\n', " ") });
        self.changed(context)
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (_, Gesture::Wheel(by)) => self.step(i64::from(by.signum()), context),
            (Target::Row(place), Gesture::Click) => {
                let by =
                    i64::try_from(*place).unwrap_or_default() - i64::try_from(self.menu.cursor).unwrap_or_default();
                self.step(by, context)
            }
            (Target::Row(_), Gesture::DoubleClick) => vec![Cmd::act("form.pick")],
            _ => Vec::new(),
        }
    }

    fn back(&mut self, context: &Context) -> Option<Vec<Cmd>> {
        self.give_up(context)
    }

    fn view(&self, canvas: &mut canvas::Canvas, area: Rect) {
        self.draw(canvas, area);
    }

    fn place(&self, screen: Rect) -> Rect {
        let lines = u16::try_from(self.lines.len()).unwrap_or(40);
        let place = canvas::centred(screen, 84, (lines + 4).min(screen.height.saturating_sub(1)).max(6));
        // The tabs stay in sight where there is room for them.
        Rect { y: place.y.max(u16::from(place.height < screen.height)), ..place }
    }
}
