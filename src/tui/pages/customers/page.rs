//! The customers as a page of the frame: whose keys count, what is asked for, what a click means.

use super::{
    Customers, Focus,
    around::{Around, Part},
    list,
};
use crate::tui::{
    canvas::Canvas,
    command::Cmd,
    context::Context,
    hits::{Gesture, Target},
    key::Key,
    listing::Listing,
    page::Page,
    pages::browser::{bar_key, list_mouse, typed},
};
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};
use std::{collections::HashMap, time::Duration};

impl Page for Customers {
    fn has_line_below(&self) -> bool {
        self.around.is_some()
    }

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
        if self.noting {
            contexts.insert(0, "note");
        }
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
            return self.note_key(key, context);
        }
        let commands = bar_key(self.listing_mut()?, key, context);
        commands.map(|mut commands| {
            commands.extend(self.follow(context));
            commands
        })
    }

    fn paste(&mut self, text: &str, context: &Context) -> Vec<Cmd> {
        if self.noting {
            return self.note_paste(text, context);
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
        // A click beside the lines gives the keys to the pane.
        let cursor = self.listing.as_ref().map_or(0, Listing::cursor);
        canvas.hit(left.unwrap_or_default(), Target::Part(super::list::CUSTOMER + cursor));
        let part = self.around.as_ref().map_or(0, |around| around.part);
        canvas.hit(right.unwrap_or_default(), Target::Part(part));
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
            return Some(self.customer().map(|id| self.keep_note(id, context)).into_iter().collect());
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
