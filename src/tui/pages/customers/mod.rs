//! The customers: a list with the page of one beside it, and that page alone where it is narrow or was reached from
//! elsewhere (R2).

mod actions;
mod acts;
mod around;
mod columns;
mod events;
mod head;
mod joining;
mod list;
mod note;
mod notes;
mod page;
mod reach;
mod settling;
mod view;
mod words;

use super::browser;
use crate::{
    Result,
    tui::{
        canvas::split,
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        listing::Listing,
        page::{Page, PageKind, RecordPage, Tab},
    },
};
use around::{Around, Facts};
use notes::Notes;
use ratatui::layout::Rect;
use serde_json::Value as Json;
use std::collections::HashMap;

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
    notes: HashMap<i64, Notes>,
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
            (Some(listing), _) if area.width >= WIDE && !self.zoom && narrow(listing) => {
                let (left, right) = split(area, (area.width * 3 / 10).clamp(36, 50));
                (Some(left), Some(right))
            }
            (Some(_), Focus::List) => (Some(area), None),
            (None, _) | (Some(_), Focus::Around) => (None, Some(area)),
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
        usize::from(right.height.saturating_sub(head::head_height(right) + 4)).max(1)
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
