//! The pipeline: deals as cards in columns, by stage or by the month they are expected in, or as a table; one filter
//! for all of them.

mod actions;
mod card;
mod choices;
mod figures;
mod lane;
mod load;
mod mouse;
mod moves;
mod strip;
mod view;

use super::browser::{bar_key, list_mouse, typed};
use crate::{
    pipeline::kanban::{Brief, Card, Key as Place, Order, Signal},
    tui::{
        canvas::Canvas,
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        key::Key,
        listing::{Bar, Listing},
        page::{Page, PageKind, Tab},
        state::State,
    },
};
use crossterm::event::KeyCode;
pub use lane::Lane;
use moves::Grab;
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// How it is declared.
pub static KIND: PageKind = PageKind {
    id: "board",
    tabs: &[Tab { number: 3, label: "Pipeline", label_zh: "商机", short: "Pipe", open }],
    record: None,
    actions: actions::ACTIONS,
};

fn open(context: &Context) -> Box<dyn Page> {
    match Board::new(context) {
        Some(board) => Box::new(board),
        None => Box::new(super::kinds::Kinds::new(context)),
    }
}

/// The page.
pub struct Board {
    number: u64,
    /// The same deals as a list; the filter of both is kept here.
    table: Listing,
    as_table: bool,
    /// The pipeline that was chosen, and what the one that is shown is called.
    pipeline: Option<i64>,
    named: Option<(i64, String)>,
    months: bool,
    order: Order,
    /// Only deals with this signal.
    signal: Option<Signal>,
    lanes: Vec<Lane>,
    /// The column under the cursor.
    at: usize,
    /// The first column in sight, among those that are not folded.
    left: usize,
    /// Columns that somebody folded or unfolded.
    turned: BTreeSet<Place>,
    marks: BTreeSet<i64>,
    grab: Option<Grab>,
    /// Where the mouse button was pressed: a column, and the card in it.
    pressed: Option<(usize, usize)>,
    brief: Option<Brief>,
    /// The deal of which the brief is as it stands.
    told: Option<i64>,
    loaded: bool,
}

impl Board {
    /// None where nothing is known of deals.
    #[must_use]
    pub fn new(context: &Context) -> Option<Self> {
        Some(Self {
            number: context.number(),
            table: Listing::new(context, context.schema("deal")?),
            as_table: false,
            pipeline: None,
            named: None,
            months: false,
            order: Order::default(),
            signal: None,
            lanes: Vec::new(),
            at: 0,
            left: 0,
            turned: BTreeSet::new(),
            marks: BTreeSet::new(),
            grab: None,
            pressed: None,
            brief: None,
            told: None,
            loaded: false,
        })
    }

    /// The columns, for tests and for whoever wants to look.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The column under the cursor, or the one that a card is held over.
    fn focus(&self) -> usize {
        self.grab.as_ref().map_or(self.at, |grab| grab.to)
    }

    fn lane(&self) -> Option<&Lane> {
        self.lanes.get(self.at)
    }

    /// The card under the cursor.
    #[must_use]
    pub fn card(&self) -> Option<&Card> {
        // What just came here is meant, not what stood where it comes to stand.
        let lane = self.lane().filter(|lane| !self.is_folded(lane) && lane.awaited.is_none())?;
        lane.card(lane.cursor)
    }

    /// The deals that an act means: the marked ones, else the one under the cursor.
    fn meant(&self) -> Vec<i64> {
        if self.as_table {
            return self.table.meant();
        }
        if self.marks.is_empty() {
            return self.card().map(|card| card.id).into_iter().collect();
        }
        self.marks.iter().copied().collect()
    }

    /// Closed stages are folded until somebody looks into them; so are months that hold nothing and are none.
    fn is_folded(&self, lane: &Lane) -> bool {
        lane.is_apart() != self.turned.contains(&lane.column.key)
    }

    /// Left or right by so many columns.
    fn go_aside(&mut self, by: i64, context: &Context) -> Vec<Cmd> {
        let at = i64::try_from(self.at).unwrap_or_default();
        let last = self.lanes.len().saturating_sub(1);
        self.go_to_lane(usize::try_from(at.saturating_add(by).max(0)).unwrap_or_default().min(last), context)
    }

    fn go_to_lane(&mut self, at: usize, context: &Context) -> Vec<Cmd> {
        self.at = at.min(self.lanes.len().saturating_sub(1));
        self.look(context)
    }

    /// Down or up by so many cards.
    fn go_by(&mut self, by: i64, context: &Context) -> Vec<Cmd> {
        let cursor = self.lane().map_or(0, |lane| lane.cursor);
        let to = i64::try_from(cursor).unwrap_or_default().saturating_add(by).max(0);
        self.go_to_card(usize::try_from(to).unwrap_or_default(), context)
    }

    fn go_to_card(&mut self, place: usize, context: &Context) -> Vec<Cmd> {
        if let Some(lane) = self.lanes.get_mut(self.at) {
            lane.go_to(place);
        }
        self.look(context)
    }

    /// How many cards of a column are in sight.
    fn screen(&self, context: &Context) -> i64 {
        i64::try_from(view::room(self, context)).unwrap_or(1)
    }

    fn mark(&mut self, context: &Context) -> Vec<Cmd> {
        if let Some(id) = self.card().map(|card| card.id)
            && !self.marks.remove(&id)
        {
            self.marks.insert(id);
        }
        self.go_by(1, context)
    }

    fn fold(&mut self, context: &Context) -> Vec<Cmd> {
        if let Some(key) = self.lane().map(|lane| lane.column.key)
            && !self.turned.remove(&key)
        {
            self.turned.insert(key);
        }
        self.look(context)
    }

    /// Board or table.
    fn turn(&mut self, context: &Context) -> Vec<Cmd> {
        self.as_table = !self.as_table;
        self.grab = None;
        self.start(context)
    }

    /// The board by the month of the expected day.
    pub fn forecast(&mut self, context: &Context) -> Vec<Cmd> {
        self.as_table = false;
        if self.months { Vec::new() } else { self.turn_axis(context) }
    }

    /// Stages or months.
    fn turn_axis(&mut self, context: &Context) -> Vec<Cmd> {
        self.months = !self.months;
        // A month is gone through by its days, which an index keeps in their order too.
        self.order = if self.months { Order::Soonest } else { Order::Largest };
        (self.at, self.left) = (0, 0);
        self.turned.clear();
        self.lanes.clear();
        self.loaded = false;
        self.start(context)
    }

    /// Shows only deals with the next signal, or all.
    fn next_signal(&mut self, context: &Context) -> Vec<Cmd> {
        self.signal = match self.signal {
            None => Some(Signal::Late),
            Some(Signal::Late) => Some(Signal::Today),
            Some(Signal::Today) => Some(Signal::None),
            Some(_) => None,
        };
        self.reload(context)
    }

    fn bar(&mut self, bar: Bar) -> Vec<Cmd> {
        let text = if bar == Bar::Search { &self.table.words } else { &self.table.filter };
        self.table.bar = Some((bar, crate::tui::widgets::Input::new(text)));
        Vec::new()
    }

    /// A key of the bar above the board.
    fn typed_key(&mut self, key: Key, context: &Context) -> Option<Vec<Cmd>> {
        let (bar, input) = self.table.bar.as_mut()?;
        if matches!(key.code, KeyCode::Enter | KeyCode::Tab) {
            let (bar, text) = (*bar, input.text());
            self.table.bar = None;
            match bar {
                Bar::Search => self.table.words = text,
                Bar::Filter => (self.table.filter, self.table.view) = (text, None),
            }
            return Some(self.reload(context));
        }
        let changed = input.key(key)?;
        Some(if changed { self.search_later() } else { Vec::new() })
    }

    fn search_later(&mut self) -> Vec<Cmd> {
        match &self.table.bar {
            Some((Bar::Search, input)) => {
                self.table.words = input.text();
                let wait = Duration::from_millis(30);
                vec![Cmd::later(self.number, "search", wait, |page: &mut Self, context| page.reload(context))]
            }
            _ => Vec::new(),
        }
    }
}

impl Page for Board {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        context.pick("Pipeline", "商机").to_owned()
    }

    fn contexts(&self) -> Vec<&'static str> {
        match (&self.grab, self.as_table) {
            (Some(_), _) => vec!["board-grab", "global"],
            (None, true) => vec!["board-table", "list", "record", "global"],
            (None, false) => vec!["board", "record", "global"],
        }
    }

    fn start(&mut self, context: &Context) -> Vec<Cmd> {
        self.load(context)
    }

    fn typing(&self) -> bool {
        self.table.bar.is_some()
    }

    fn key(&mut self, key: Key, context: &Context) -> Option<Vec<Cmd>> {
        if self.as_table { bar_key(&mut self.table, key, context) } else { self.typed_key(key, context) }
    }

    fn paste(&mut self, text: &str, context: &Context) -> Vec<Cmd> {
        if let Some((_, input)) = &mut self.table.bar {
            input.insert(&text.replace('\n', " "));
        }
        if self.as_table { typed(&mut self.table, context) } else { self.search_later() }
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        if self.as_table {
            return list_mouse(&mut self.table, target, gesture, context);
        }
        self.pointed(target, gesture, context)
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        self.draw(canvas, area);
    }

    fn back(&mut self, context: &Context) -> Option<Vec<Cmd>> {
        if self.as_table {
            return self.table.back(context);
        }
        if self.grab.take().is_some() || self.table.bar.take().is_some() {
            return Some(Vec::new());
        }
        if !self.marks.is_empty() {
            self.marks.clear();
            return Some(Vec::new());
        }
        let filtered = self.signal.take().is_some();
        let table = &mut self.table;
        if filtered || !table.words.is_empty() || !table.filter.is_empty() || table.fault.is_some() {
            table.words.clear();
            table.filter.clear();
            (table.view, table.fault) = (None, None);
            return Some(self.reload(context));
        }
        None
    }

    fn listing(&self) -> Option<&Listing> {
        Some(&self.table).filter(|_| self.as_table)
    }

    fn listing_mut(&mut self) -> Option<&mut Listing> {
        Some(&mut self.table).filter(|_| self.as_table)
    }

    fn listing_of(&mut self, number: u64) -> Option<&mut Listing> {
        Some(&mut self.table).filter(|table| table.number == number)
    }

    fn subject(&self) -> Option<(&'static str, i64)> {
        if self.as_table { self.table.subject() } else { self.card().map(|card| ("deal", card.id)) }
    }

    fn marked(&self) -> Vec<i64> {
        if self.as_table { Vec::new() } else { self.marks.iter().copied().collect() }
    }

    fn step(&mut self, by: i64, _: &Context) -> Option<(&'static str, i64)> {
        if self.as_table {
            return self.table.step(by);
        }
        let lane = self.lanes.get_mut(self.at)?;
        let to = usize::try_from(i64::try_from(lane.cursor).ok()?.checked_add(by)?).ok()?;
        let id = lane.card(to)?.id;
        lane.go_to(to);
        Some(("deal", id))
    }

    fn keep(&self) -> Option<(String, Json)> {
        let kept = json!({
            "filter": self.table.filter, "pipeline": self.pipeline, "months": self.months, "table": self.as_table,
            "order": Order::ALL.iter().position(|order| *order == self.order),
        });
        Some(("board".to_owned(), kept))
    }

    fn remember(&mut self, kept: &HashMap<String, Json>) {
        let Some(kept) = kept.get("board") else { return };
        let said = |name: &str| kept.get(name).and_then(Json::as_bool).unwrap_or_default();
        kept.get("filter").and_then(Json::as_str).unwrap_or_default().clone_into(&mut self.table.filter);
        self.pipeline = kept.get("pipeline").and_then(Json::as_i64);
        (self.months, self.as_table) = (said("months"), said("table"));
        let order = kept.get("order").and_then(Json::as_u64).and_then(|place| usize::try_from(place).ok());
        self.order = order.and_then(|place| Order::ALL.get(place).copied()).unwrap_or_default();
    }
}

/// The board on top, where it is one.
fn shown(state: &State) -> Option<&Board> {
    state.shown::<Board>()
}
