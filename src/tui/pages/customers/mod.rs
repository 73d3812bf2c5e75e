//! The customers: a list with the page of one beside it, and that page alone where it is narrow or was reached from
//! elsewhere (R2).

mod actions;
mod around;
mod events;
mod joining;
mod list;
mod note;
mod reach;
mod settling;
mod view;
mod words;

use super::browser::{self, bar_key, list_mouse, typed};
use crate::{
    Result,
    tui::{
        canvas::{Canvas, split},
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        key::Key,
        listing::Listing,
        page::{Page, PageKind, RecordPage, Tab},
        widgets::Input,
    },
};
use around::{Around, Facts, Part};
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};
use std::{collections::HashMap, time::Duration};

/// How it is declared.
pub static KIND: PageKind = PageKind {
    id: "customers",
    tabs: &[Tab {
        number: 2,
        label: "Customers",
        label_zh: "客户",
        short: "Cust",
        open: |context| match Customers::listed(context) {
            Some(page) => Box::new(page),
            None => browser::of(context, "customer"),
        },
    }],
    record: Some(RecordPage { kind: "customer", open: |context, id| Box::new(Customers::of(context, id)) }),
    actions: actions::ACTIONS,
};

/// From this width on, the page of one stands beside the list.
const WIDE: u16 = 100;

/// What has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    List,
    Around,
}

/// The list and the page of one, or that page alone.
pub struct Customers {
    number: u64,
    listing: Option<Listing>,
    around: Option<Around>,
    focus: Focus,
    /// Only what has the keys is drawn.
    zoom: bool,
    /// What was begun to be written of each customer, and whether it is being written now.
    notes: HashMap<i64, Input>,
    noting: bool,
    business: list::Business,
    /// Whose open business was asked for.
    asked: Vec<i64>,
}

impl Customers {
    /// The list; none where there is no such kind.
    fn listed(context: &Context) -> Option<Self> {
        let mut listing = Listing::new(context, context.schema("customer")?);
        listing.columns = list::COLUMNS.map(str::to_owned).to_vec();
        Some(Self { listing: Some(listing), focus: Focus::List, ..Self::empty(context) })
    }

    /// The page of one.
    #[must_use]
    pub fn of(context: &Context, id: i64) -> Self {
        Self { around: Some(Around::new(context, id)), ..Self::empty(context) }
    }

    fn empty(context: &Context) -> Self {
        Self {
            number: context.number(),
            listing: None,
            around: None,
            focus: Focus::Around,
            zoom: false,
            notes: HashMap::new(),
            noting: false,
            business: HashMap::new(),
            asked: Vec::new(),
        }
    }

    /// The customer that the page is about just now.
    fn customer(&self) -> Option<i64> {
        match &self.listing {
            Some(listing) => listing.subject().map(|(_, id)| id),
            None => self.around.as_ref().map(|around| around.id),
        }
    }

    /// Where the list and the page of one are drawn.
    fn places(&self, area: Rect) -> (Option<Rect>, Option<Rect>) {
        // Columns of one's own need the room.
        let narrow = |listing: &Listing| self.focus == Focus::Around || list::is_usual(listing);
        match (&self.listing, self.focus) {
            (None, _) => (None, Some(area)),
            (Some(listing), _) if area.width >= WIDE && !self.zoom && narrow(listing) => {
                let (left, right) = split(area, (area.width * 3 / 10).clamp(34, 50));
                (Some(left), Some(right))
            }
            (Some(_), Focus::List) => (Some(area), None),
            (Some(_), Focus::Around) => (None, Some(area)),
        }
    }

    fn is_split(&self, context: &Context) -> bool {
        matches!(self.places(context.body()), (Some(_), Some(_)))
    }

    /// So many rows fit, of the list and of a list on the page of one.
    fn measure(&mut self, context: &Context) -> usize {
        let (left, right) = self.places(context.body());
        let split = right.is_some();
        if let (Some(listing), Some(area)) = (&mut self.listing, left) {
            let inside = usize::from(area.height.saturating_sub(3));
            listing.height = if split { inside / 2 } else { inside.saturating_sub(1) }.max(1);
        }
        let right = right.unwrap_or_default();
        usize::from(right.height.saturating_sub(view::head_height(right) + 4)).max(1)
    }

    /// Asks for the page of the customer under the cursor.
    fn ask_around(&mut self, context: &Context) -> Vec<Cmd> {
        let height = self.measure(context);
        if self.places(context.body()).1.is_none() {
            return Vec::new();
        }
        let number = self.number;
        self.around.as_mut().map_or_else(Vec::new, |around| around.ask(number, context, height))
    }

    /// Takes in what was answered; says the name where it counts as visited.
    fn took(&mut self, id: i64, answer: Result<Facts>, context: &Context) -> Option<String> {
        let around = self.around.as_mut().filter(|around| around.id == id)?;
        around.took(answer, context);
        let name = around.known().map(|facts| facts.entry.title());
        name.filter(|_| self.focus == Focus::Around)
    }

    /// The page of one begins to be about the customer under the cursor.
    fn turn(&mut self, context: &Context) -> bool {
        let Some(id) = self.customer() else {
            if self.listing.as_ref().is_some_and(Listing::is_empty) {
                (self.around, self.focus) = (None, Focus::List);
            }
            return false;
        };
        match &mut self.around {
            Some(around) if around.id == id => return false,
            Some(around) => around.turn_to(context, id),
            None => self.around = Some(Around::new(context, id)),
        }
        self.noting = false;
        true
    }

    fn go_to_part(&mut self, part: usize, context: &Context) -> Vec<Cmd> {
        self.focus = Focus::Around;
        if let Some(around) = &mut self.around {
            (around.part, around.cursor) = (part.min(around.parts.len().saturating_sub(1)), 0);
        }
        self.ask_around(context)
    }

    fn business_of_rows(&mut self) -> Vec<Cmd> {
        let ids: Vec<i64> = self.listing.iter().flat_map(Listing::rows).map(|row| row.id).collect();
        if ids == self.asked || ids.is_empty() {
            return Vec::new();
        }
        self.asked.clone_from(&ids);
        vec![list::ask_business(self.number, ids)]
    }

    /// What the last session left.
    fn take_up(&mut self, kept: &Json) {
        let text = |name: &str| kept.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let Some(listing) = &mut self.listing else { return };
        listing.filter = text("filter");
        listing.sort = crate::crm::Sort::parse(&text("sort"));
        let columns = text("columns");
        if !columns.is_empty() {
            listing.columns = columns.split(',').map(str::to_owned).collect();
        }
    }

    fn clicked(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        let Target::Part(place) = target else { return Vec::new() };
        if let Some(place) = place.checked_sub(list::CUSTOMER) {
            if gesture == Gesture::DoubleClick {
                return vec![Cmd::act("customers.open")];
            }
            (self.focus, self.noting) = (Focus::List, false);
            let Some(listing) = &mut self.listing else { return Vec::new() };
            let mut commands = listing.go_to(place, context);
            commands.extend(self.follow(context));
            return commands;
        }
        if let Some(place) = place.checked_sub(events::EVENT) {
            self.focus = Focus::Around;
            if let Some(around) = &mut self.around {
                around.cursor = place.min(around.events.len().saturating_sub(1));
            }
            return if gesture == Gesture::DoubleClick { vec![Cmd::act("customers.event")] } else { Vec::new() };
        }
        self.go_to_part(*place, context)
    }
}

impl Page for Customers {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        let known = self.around.as_ref().and_then(Around::known);
        let name = known.map(|facts| format!("{} {}", facts.entry.short(), facts.entry.title()));
        match (&self.listing, name) {
            (None, name) => name.unwrap_or_default(),
            (Some(_), Some(name)) if self.places(context.body()).1.is_some() => {
                format!("{} {} {name}", context.pick("Customers", "客户"), context.glyphs.crumb)
            }
            _ => context.pick("Customers", "客户").to_owned(),
        }
    }

    fn contexts(&self) -> Vec<&'static str> {
        let about_them = self.subject().is_none_or(|(kind, _)| kind == "customer");
        let mut contexts = match (self.focus, self.listing()) {
            (Focus::List, _) => vec!["customers-list", "customers"],
            (Focus::Around, Some(_)) => vec!["customer-tabs", "customers"],
            (Focus::Around, None) => vec!["customer-prose", "customer-tabs", "customers"],
        };
        if about_them {
            contexts.push("of-customer");
        }
        if self.listing().is_some() {
            contexts.push("list");
        }
        contexts.extend(["record", "global"]);
        contexts
    }

    fn start(&mut self, context: &Context) -> Vec<Cmd> {
        self.asked.clear();
        self.measure(context);
        let mut commands = self.listing.as_mut().map_or_else(Vec::new, |listing| listing.load(context));
        self.turn(context);
        commands.extend(self.ask_around(context));
        commands
    }

    /// The page of one follows the cursor of the list, after a moment's rest.
    fn follow(&mut self, context: &Context) -> Vec<Cmd> {
        let mut commands = self.business_of_rows();
        if self.listing.is_some() && self.turn(context) {
            let ask = |page: &mut Self, context: &Context| page.ask_around(context);
            commands.push(Cmd::later(self.number, "rest", Duration::from_millis(40), ask));
        }
        commands
    }

    fn typing(&self) -> bool {
        self.noting || self.listing().is_some_and(|listing| listing.bar.is_some())
    }

    fn key(&mut self, key: Key, context: &Context) -> Option<Vec<Cmd>> {
        if self.noting {
            return self.note_key(key);
        }
        let commands = bar_key(self.listing_mut()?, key, context);
        commands.map(|mut commands| {
            commands.extend(self.follow(context));
            commands
        })
    }

    fn paste(&mut self, text: &str, context: &Context) -> Vec<Cmd> {
        if self.noting {
            return self.note_paste(text);
        }
        let Some(listing) = self.listing_mut() else { return Vec::new() };
        if let Some((_, input)) = &mut listing.bar {
            input.insert(&text.replace('\n', " "));
        }
        typed(listing, context)
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (Target::Part(_), Gesture::Click | Gesture::DoubleClick) => self.clicked(target, gesture, context),
            (Target::Part(place), Gesture::Wheel(by)) if *place < list::CUSTOMER => {
                let number = self.number;
                self.around.as_mut().map_or_else(Vec::new, |around| around.go_by(i64::from(by), number, context))
            }
            (Target::Row(_) | Target::Heading(_), _) if self.is_split(context) => {
                self.focus = Focus::Around;
                let listing = self.around.as_mut().and_then(Around::listing_mut);
                listing.map_or_else(Vec::new, |listing| list_mouse(listing, target, gesture, context))
            }
            _ => {
                let listing = self.listing_mut();
                let mut commands =
                    listing.map_or_else(Vec::new, |listing| list_mouse(listing, target, gesture, context));
                commands.extend(self.follow(context));
                commands
            }
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        let (left, right) = self.places(area);
        match (left, right) {
            (Some(left), Some(_)) => self.draw_pane(canvas, left, self.focus == Focus::List && !self.noting),
            (Some(left), None) => self.draw_table(canvas, left),
            _ => {}
        }
        if let Some(right) = right {
            self.draw_around(canvas, right, self.focus == Focus::Around && !self.noting);
        }
    }

    fn back(&mut self, context: &Context) -> Option<Vec<Cmd>> {
        if std::mem::take(&mut self.noting) {
            return Some(Vec::new());
        }
        if let Some(listing) = self.listing_mut()
            && let Some(mut commands) = listing.back(context)
        {
            commands.extend(self.follow(context));
            return Some(commands);
        }
        if self.focus == Focus::Around && self.listing.is_some() {
            (self.focus, self.zoom) = (Focus::List, false);
            return Some(self.start(context));
        }
        None
    }

    fn listing(&self) -> Option<&Listing> {
        match self.focus {
            Focus::List => self.listing.as_ref(),
            Focus::Around => self.around.as_ref().and_then(Around::listing),
        }
    }

    fn listing_mut(&mut self) -> Option<&mut Listing> {
        match self.focus {
            Focus::List => self.listing.as_mut(),
            Focus::Around => self.around.as_mut().and_then(Around::listing_mut),
        }
    }

    fn listing_of(&mut self, number: u64) -> Option<&mut Listing> {
        let own = self.listing.as_mut().filter(|listing| listing.number == number);
        own.or_else(|| {
            self.around.iter_mut().flat_map(|around| &mut around.parts).find_map(|part| match part {
                Part::Related { listing, .. } if listing.number == number => Some(&mut **listing),
                _ => None,
            })
        })
    }

    /// In a list of what links to the customer, the record under the cursor; everywhere else the customer.
    fn subject(&self) -> Option<(&'static str, i64)> {
        match (self.focus, self.listing()) {
            (Focus::Around, Some(listing)) => listing.subject(),
            _ => self.customer().map(|id| ("customer", id)),
        }
    }

    fn step(&mut self, by: i64, _: &Context) -> Option<(&'static str, i64)> {
        self.listing.as_mut().and_then(|listing| listing.step(by))
    }

    fn keep(&self) -> Option<(String, Json)> {
        let listing = self.listing.as_ref()?;
        let columns = if list::is_usual(listing) { String::new() } else { listing.columns.join(",") };
        let kept = json!({ "filter": listing.filter, "sort": listing.order(), "columns": columns });
        Some(("list customer".to_owned(), kept))
    }

    fn remember(&mut self, kept: &HashMap<String, Json>) {
        if let Some(kept) = kept.get("list customer") {
            self.take_up(kept);
        }
    }
}
