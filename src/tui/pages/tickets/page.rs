//! What the page of tickets answers to the frame: drawing, keys, the mouse, what the next session begins with.

use super::{Tickets, preview};
use crate::{
    crm::Sort,
    tui::{
        canvas::Canvas,
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        key::Key,
        listing::Listing,
        page::Page,
        pages::browser::{bar_key, list_mouse, typed},
    },
};
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};
use std::collections::HashMap;

impl Page for Tickets {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        let title = context.pick("Tickets", "工单");
        let more = self.listing.view.as_ref().or(self.queue.as_ref().map(|(_, name)| name));
        more.map_or_else(|| title.to_owned(), |name| format!("{title} \"{name}\""))
    }

    fn contexts(&self) -> Vec<&'static str> {
        if self.writing.is_some() {
            return vec!["ticket-reply", "global"];
        }
        vec!["tickets", "list", "record", "global"]
    }

    fn start(&mut self, context: &Context) -> Vec<Cmd> {
        self.measure(context);
        self.read = Some(context.reading.clock.now());
        self.listing.base = self.base(self.chosen(), context);
        let mut commands = self.listing.load(context);
        commands.push(self.ask_counts(context));
        commands.push(self.ask_times());
        commands.extend(self.ask_preview(context));
        commands.push(self.tick(context));
        commands
    }

    fn follow(&mut self, context: &Context) -> Vec<Cmd> {
        let mut commands = vec![self.tick(context)];
        if self.known().is_none() {
            commands.extend(self.ask_preview(context));
        }
        commands
    }

    fn typing(&self) -> bool {
        self.writing.is_some() || self.listing.bar.is_some()
    }

    fn key(&mut self, key: Key, context: &Context) -> Option<Vec<Cmd>> {
        if self.writing.is_some() {
            return self.write_key(key);
        }
        bar_key(&mut self.listing, key, context)
    }

    fn paste(&mut self, text: &str, context: &Context) -> Vec<Cmd> {
        if self.writing.is_some() {
            return self.write_paste(text);
        }
        if let Some((_, input)) = &mut self.listing.bar {
            input.insert(&text.replace('\n', " "));
        }
        typed(&mut self.listing, context)
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        if self.writing.is_some() {
            return Vec::new();
        }
        if let (Target::Part(place), Gesture::Click) = (target, gesture) {
            return match place.checked_sub(preview::ARTICLE) {
                Some(place) => {
                    let article = self.articles.get(place);
                    article.map(|(id, ..)| Cmd::visit("article", *id)).into_iter().collect()
                }
                None => self.choose(*place, context),
            };
        }
        let mut commands = list_mouse(&mut self.listing, target, gesture, context);
        commands.extend(self.follow(context));
        commands
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        let (counters, queue, below) = self.places(area, canvas.context);
        self.draw_counters(canvas, counters);
        self.draw_list(canvas, queue);
        if !below.is_empty() {
            self.draw_preview(canvas, below);
        }
    }

    fn back(&mut self, context: &Context) -> Option<Vec<Cmd>> {
        if self.writing.is_some() {
            return Some(self.stop(context));
        }
        self.listing.back(context)
    }

    fn listing(&self) -> Option<&Listing> {
        Some(&self.listing)
    }

    fn listing_mut(&mut self) -> Option<&mut Listing> {
        Some(&mut self.listing)
    }

    fn keep(&self) -> Option<(String, Json)> {
        let listing = &self.listing;
        let columns = if super::list::is_usual(listing) { String::new() } else { listing.columns.join(",") };
        let kept = json!({
            "view": self.view,
            "queue": self.queue,
            "filter": listing.filter,
            "sort": listing.order(),
            "columns": columns,
            "below": self.below,
        });
        Some(("tickets".to_owned(), kept))
    }

    fn remember(&mut self, kept: &HashMap<String, Json>) {
        let Some(kept) = kept.get("tickets") else { return };
        let text = |name: &str| kept.get(name).and_then(Json::as_str).unwrap_or_default();
        self.view = kept.get("view").and_then(Json::as_u64).and_then(|view| usize::try_from(view).ok());
        self.queue = kept.get("queue").and_then(|queue| serde_json::from_value(queue.clone()).ok()).flatten();
        self.below = kept.get("below").and_then(Json::as_bool).unwrap_or(true);
        text("filter").clone_into(&mut self.listing.filter);
        if !text("sort").is_empty() {
            self.listing.sort = Sort::parse(text("sort"));
        }
        if !text("columns").is_empty() {
            self.listing.columns = text("columns").split(',').map(str::to_owned).collect();
        }
    }
}
