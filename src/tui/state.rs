//! `State`: everything the dashboard knows: tabs with their stacks of pages, boxes, toasts, keys that wait for more.
//! Nothing else changes it, and it does nothing by itself: it says what is to be done.

use super::{
    action,
    command::Cmd,
    context::Context,
    hits::Hit,
    key::Key,
    page::{Page, Tab},
    pages::{self, Notices},
    parting::Writes,
    toast::{Toast, Tone},
};
use crate::{Error, Message, record::Total};
use std::{collections::HashMap, time::Duration};

/// One tab: the page on top of those it was reached from, and those that were left backwards.
pub struct Stack {
    pub tab: &'static Tab,
    pub pages: Vec<Box<dyn Page>>,
    pub forward: Vec<Box<dyn Page>>,
}

/// The whole state.
pub struct State {
    pub context: Context,
    pub stacks: Vec<Stack>,
    pub current: usize,
    /// Boxes on top of the page, the last one uppermost.
    pub boxes: Vec<Box<dyn Page>>,
    pub toasts: Vec<Toast>,
    /// Every toast there was, the latest last.
    pub messages: Vec<Toast>,
    /// How many plans are late or due today.
    pub bell: Option<Total>,
    /// The notices that stand beside every page on very wide screens.
    pub rail: Notices,
    /// Keys that wait for more, such as `g`.
    pub pressed: Vec<Key>,
    /// Whether what may follow them is shown.
    pub hinting: bool,
    /// What the latest frame has where, for the mouse.
    pub hits: Vec<Hit>,
    /// Questions and writes that are not answered yet.
    pub waiting: usize,
    /// What is being written just now.
    pub writes: Writes,
    /// So many turns of the spinner; none while nobody waits long enough to wonder.
    pub spinning: Option<usize>,
    /// What the last session left: by key.
    pub remembered: HashMap<String, serde_json::Value>,
    /// Forms that were not saved, by key.
    pub drafts: HashMap<String, serde_json::Value>,
    /// What was visited, the latest first: kind, number and name.
    pub recent: Vec<(&'static str, i64, String)>,
    /// The number of the latest change that the screen shows.
    pub seen: i64,
    /// Why the database cannot be asked just now.
    pub lost: Option<Error>,
    /// The tickets, with their deadlines, that were spoken of as due soon.
    pub(super) warned: std::collections::BTreeSet<(i64, String)>,
    pub(super) leaving: bool,
    pub(super) composed: bool,
    pub(super) click: Option<(ratatui::layout::Position, jiff::Timestamp)>,
}

impl State {
    /// A dashboard that shows nothing yet; [`State::begin`] opens the first page.
    #[must_use]
    pub fn new(context: Context) -> Self {
        let mut stacks: Vec<Stack> =
            pages::tabs().map(|tab| Stack { tab, pages: vec![(tab.open)(&context)], forward: Vec::new() }).collect();
        stacks.sort_by_key(|stack| stack.tab.number);
        let rail = Notices::new(&context);
        Self {
            bell: None,
            rail,
            context,
            stacks,
            current: 0,
            boxes: Vec::new(),
            toasts: Vec::new(),
            messages: Vec::new(),
            pressed: Vec::new(),
            hinting: false,
            hits: Vec::new(),
            waiting: 0,
            writes: Writes::default(),
            spinning: None,
            remembered: HashMap::new(),
            drafts: HashMap::new(),
            recent: Vec::new(),
            seen: 0,
            lost: None,
            warned: std::collections::BTreeSet::new(),
            leaving: false,
            composed: false,
            click: None,
        }
    }

    /// Opens the tab of the last session, or the first, and begins to look for what others write.
    pub fn begin(&mut self) -> Vec<Cmd> {
        let tab = self.remembered.get("tab").and_then(serde_json::Value::as_u64);
        let place = tab.and_then(|tab| self.stacks.iter().position(|stack| u64::from(stack.tab.number) == tab));
        self.current = place.unwrap_or_default();
        let mut commands = self.start_top();
        commands.extend(self.ring());
        commands.push(super::live::look());
        commands.push(super::soon::look(self));
        commands.extend(self.tell_of_drafts());
        commands
    }

    /// What an earlier session left unsaved is said once.
    fn tell_of_drafts(&mut self) -> Vec<Cmd> {
        let names = self.draft_names();
        if names.is_empty() {
            return Vec::new();
        }
        let told = Message::new("Written and not saved: {records}. It comes back where you go on writing.");
        self.tell(Tone::Notice, &told.with("records", names))
    }

    /// Of which records something is written and not saved.
    pub(super) fn draft_names(&self) -> String {
        let context = &self.context;
        let called = |key: &String| match key.split_once(' ') {
            Some(("add", kind)) => format!("{}{}", context.pick("new ", "新增"), context.noun(kind)),
            Some((_, short)) => short.to_owned(),
            None => key.clone(),
        };
        let mut names: Vec<String> = self.drafts.keys().map(called).collect();
        names.sort();
        names.dedup();
        names.join(", ")
    }

    /// The page that has the keys: the uppermost box, or the page beneath all boxes.
    #[must_use]
    pub fn top(&self) -> Option<&dyn Page> {
        self.boxes.last().map(|page| &**page).or_else(|| self.page())
    }

    /// The page beneath all boxes.
    #[must_use]
    pub fn page(&self) -> Option<&dyn Page> {
        self.stacks.get(self.current).and_then(|stack| stack.pages.last()).map(|page| &**page)
    }

    pub fn page_mut(&mut self) -> Option<&mut dyn Page> {
        self.stacks.get_mut(self.current).and_then(|stack| stack.pages.last_mut()).map(|page| &mut **page as _)
    }

    /// Lets the page of that number change, wherever it stands.
    pub fn with_page(&mut self, number: u64, work: impl FnOnce(&mut dyn Page, &Context) -> Vec<Cmd>) -> Vec<Cmd> {
        let context = &self.context;
        let pages = self.stacks.iter_mut().flat_map(|stack| stack.pages.iter_mut().chain(&mut stack.forward));
        match pages.chain(&mut self.boxes).find(|page| page.id() == number) {
            Some(page) => work(&mut **page, context),
            None if self.rail.id() == number => work(&mut self.rail, context),
            None => Vec::new(),
        }
    }

    /// Lets the page on top change; nothing happens where it is another sort of page.
    pub fn with<P: Page>(&mut self, work: impl FnOnce(&mut P, &Context) -> Vec<Cmd>) -> Vec<Cmd> {
        let number = self.top().map(Page::id).unwrap_or_default();
        self.with_page(number, |page, context| {
            super::page::page_as::<P>(page).map_or_else(Vec::new, |page| work(page, context))
        })
    }

    /// The page on top, where it is of that sort; for asking whether an action can be run.
    #[must_use]
    pub fn shown<P: Page>(&self) -> Option<&P> {
        self.top().and_then(super::page::page_of::<P>)
    }

    /// The page on top asks for what it shows.
    pub fn start_top(&mut self) -> Vec<Cmd> {
        let number = self.page().map(Page::id).unwrap_or_default();
        self.with_page(number, Page::start)
    }

    /// The bell, and the notices where they stand beside the page.
    fn ring(&mut self) -> Vec<Cmd> {
        let mut commands = vec![pages::ring()];
        if self.context.rail().width > 0 {
            commands.extend(self.rail.start(&self.context));
        }
        commands
    }

    /// Everything on the screen is read again: what was written may show anywhere.
    pub fn refresh(&mut self) -> Vec<Cmd> {
        let mut commands = self.start_top();
        commands.extend(self.ring());
        let boxes: Vec<u64> = self.boxes.iter().map(|page| page.id()).collect();
        for number in boxes {
            commands.extend(self.with_page(number, Page::start));
        }
        commands
    }

    /// Goes to a page, from which Esc leads back.
    pub fn go(&mut self, page: Box<dyn Page>) -> Vec<Cmd> {
        self.boxes.clear();
        if let Some(stack) = self.stacks.get_mut(self.current) {
            stack.pages.push(page);
            stack.forward.clear();
        }
        self.start_top()
    }

    /// Goes to the page of a record: its kind's own, or the generic one.
    pub fn visit(&mut self, kind: &'static str, id: i64) -> Vec<Cmd> {
        let page = pages::of_record(&self.context, kind, id);
        self.go(page)
    }

    /// Puts a page in place of the one on top, for going along a list record by record.
    pub fn replace(&mut self, page: Box<dyn Page>) -> Vec<Cmd> {
        if let Some(stack) = self.stacks.get_mut(self.current) {
            stack.pages.pop();
            stack.pages.push(page);
        }
        self.start_top()
    }

    /// Leaves the page for the one it was reached from, whose cursor stands where it stood. The last one stays.
    pub fn leave(&mut self) -> Vec<Cmd> {
        let Some(stack) = self.stacks.get_mut(self.current).filter(|stack| stack.pages.len() > 1) else {
            return Vec::new();
        };
        stack.forward.extend(stack.pages.pop());
        self.start_top()
    }

    /// Goes to the page again that was left last.
    pub fn forward(&mut self) -> Vec<Cmd> {
        let Some(stack) = self.stacks.get_mut(self.current) else { return Vec::new() };
        let Some(page) = stack.forward.pop() else { return Vec::new() };
        stack.pages.push(page);
        self.start_top()
    }

    /// Esc: takes back the smallest thing that can be taken back.
    pub fn back(&mut self) -> Vec<Cmd> {
        if !self.pressed.is_empty() {
            self.pressed.clear();
            self.hinting = false;
            return Vec::new();
        }
        if self.wait_no_more() {
            return Vec::new();
        }
        // What was said has been read by now.
        self.toasts.clear();
        if !self.boxes.is_empty() {
            return self.back_on_top().unwrap_or_else(|| self.close());
        }
        self.back_on_top().unwrap_or_else(|| self.leave())
    }

    /// What the page on top takes back by itself.
    fn back_on_top(&mut self) -> Option<Vec<Cmd>> {
        let number = self.top().map(Page::id)?;
        let mut taken = None;
        self.with_page(number, |page, context| {
            taken = page.back(context);
            Vec::new()
        });
        taken
    }

    /// Opens a page in a box.
    pub fn show(&mut self, page: Box<dyn Page>) -> Vec<Cmd> {
        let number = page.id();
        self.boxes.push(page);
        self.with_page(number, Page::start)
    }

    /// Closes the uppermost box.
    pub fn close(&mut self) -> Vec<Cmd> {
        self.boxes.pop();
        Vec::new()
    }

    /// Goes to the tab of that number; twice to its first page.
    pub fn tab(&mut self, number: u8) -> Vec<Cmd> {
        let Some(place) = self.stacks.iter().position(|stack| stack.tab.number == number) else {
            return Vec::new();
        };
        self.boxes.clear();
        if self.current == place
            && let Some(stack) = self.stacks.get_mut(place)
        {
            while stack.pages.len() > 1 {
                stack.forward.extend(stack.pages.pop());
            }
        }
        self.current = place;
        self.start_top()
    }

    /// Runs an action, or says why it cannot be run now.
    pub fn act(&mut self, id: &str) -> Vec<Cmd> {
        let Some(action) = action::named(id) else { return Vec::new() };
        self.run(action)
    }

    pub fn run(&mut self, action: &'static action::Action) -> Vec<Cmd> {
        match (action.enabled)(self) {
            Ok(()) => (action.run)(self),
            Err(reason) => {
                let text = format!("{}: {}", action.label(&self.context), self.context.say(&reason));
                self.toast(Toast::new(Tone::Notice, text))
            }
        }
    }

    /// Shows a toast for a while and keeps it in the log. What an error on the screen says already is not said twice.
    pub fn toast(&mut self, mut toast: Toast) -> Vec<Cmd> {
        let said = |shown: &Toast| shown.tone == Tone::Error && shown.text.starts_with(&toast.text);
        if toast.tone == Tone::Error && self.toasts.iter().any(said) {
            return Vec::new();
        }
        toast.number = self.context.number();
        let clock = &self.context.reading.clock;
        toast.at = clock.now().to_zoned(clock.zone().clone()).strftime("%H:%M:%S").to_string();
        let number = toast.number;
        self.messages.push(toast.clone());
        if self.messages.len() > 500 {
            self.messages.remove(0);
        }
        let lasts = toast.lasts();
        self.toasts.push(toast);
        if self.toasts.len() > 3 {
            self.toasts.remove(0);
        }
        let gone = move |state: &mut Self| {
            state.toasts.retain(|toast| toast.number != number);
            Vec::new()
        };
        lasts.map(|lasts| Cmd::wake((number, "toast"), lasts, gone)).into_iter().collect()
    }

    pub fn tell(&mut self, tone: Tone, message: &Message) -> Vec<Cmd> {
        let text = self.context.say(message);
        self.toast(Toast::new(tone, text))
    }

    /// Tells of an error, with its hint and what stands in the way; nobody needs to hear that they stopped something.
    pub fn fault(&mut self, error: &Error) -> Vec<Cmd> {
        if error.cause == crate::Cause::Interrupted {
            return Vec::new();
        }
        let mut text = self.context.fault(error);
        let ways: Vec<String> = error.candidates.iter().take(3).map(|(short, why)| format!("{short} {why}")).collect();
        if !ways.is_empty() {
            text = format!("{text} ({})", ways.join("; "));
        }
        self.toast(Toast::new(Tone::Error, text))
    }

    /// Remembers that a record was looked at.
    pub fn visited(&mut self, kind: &'static str, id: i64, name: String) {
        self.recent.retain(|(known, number, _)| (*known, *number) != (kind, id));
        self.recent.insert(0, (kind, id, name));
        self.recent.truncate(20);
    }

    /// What the next session is to begin with.
    #[must_use]
    pub fn session(&self) -> serde_json::Value {
        let mut session: serde_json::Map<String, serde_json::Value> = self.remembered.clone().into_iter().collect();
        let tab = self.stacks.get(self.current).map_or(0, |stack| stack.tab.number);
        session.insert("tab".to_owned(), tab.into());
        let pages = self.stacks.iter().filter_map(|stack| stack.pages.first());
        session.extend(pages.filter_map(|page| page.keep()));
        serde_json::Value::Object(session)
    }

    /// The contexts whose keys count now.
    #[must_use]
    pub fn contexts(&self) -> Vec<&'static str> {
        let mut contexts = self.top().map(Page::contexts).unwrap_or_default();
        // The line above a list takes letters first; what a box lets through is its own matter.
        let own = contexts.first().is_some_and(|first| matches!(*first, "note" | "ticket-reply"));
        if self.boxes.is_empty() && !own && self.top().is_some_and(Page::typing) {
            contexts.insert(0, "bar");
        }
        contexts
    }

    /// A key for whatever takes text just now.
    pub fn press(&mut self, key: &str) -> Vec<Cmd> {
        let (number, key) = (self.top().map(Page::id).unwrap_or_default(), Key::parse(key));
        self.with_page(number, |page, context| key.and_then(|key| page.key(key, context)).unwrap_or_default())
    }

    /// After a while without a further key, what may follow is shown.
    pub(super) fn hint_later() -> Cmd {
        Cmd::wake((0, "hint"), Duration::from_millis(300), |state| {
            state.hinting = !state.pressed.is_empty();
            Vec::new()
        })
    }
}
