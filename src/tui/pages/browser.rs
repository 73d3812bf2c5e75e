//! The browser: all records of one kind, whatever the kind.

use crate::tui::{
    canvas::Canvas,
    command::Cmd,
    context::Context,
    hits::{Gesture, Target},
    key::Key,
    listing::{Bar, Listing},
    page::{Page, PageKind, Tab},
    state::State,
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// How it is declared.
pub static KIND: PageKind = PageKind {
    id: "browser",
    tabs: &[Tab {
        number: 6,
        label: "Activities",
        label_zh: "活动",
        short: "Act",
        open: |context| of(context, "activity"),
    }],
    record: None,
    actions: &[],
};

pub(super) fn of(context: &Context, kind: &str) -> Box<dyn Page> {
    match Browser::new(context, kind) {
        Some(browser) => Box::new(browser),
        None => Box::new(super::kinds::Kinds::new(context)),
    }
}

/// All records of one kind.
pub struct Browser {
    number: u64,
    pub listing: Listing,
}

impl Browser {
    /// None where there is no such kind.
    #[must_use]
    pub fn new(context: &Context, kind: &str) -> Option<Self> {
        let listing = Listing::new(context, context.schema(kind)?);
        Some(Self { number: context.number(), listing })
    }

    /// With a filter, as a number on another page leads to the records behind it.
    #[must_use]
    pub fn filtered(mut self, filter: &str) -> Self {
        filter.clone_into(&mut self.listing.filter);
        self
    }

    /// What the last session left.
    fn take_up(&mut self, kept: &Json) {
        let text = |name: &str| kept.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        self.listing.filter = text("filter");
        self.listing.sort = crate::crm::Sort::parse(&text("sort"));
        let columns = text("columns");
        self.listing.columns = columns.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    }
}

/// Keys of the bar above a list, while one is open.
pub fn bar_key(listing: &mut Listing, key: Key, context: &Context) -> Option<Vec<Cmd>> {
    let (bar, input) = listing.bar.as_mut()?;
    let bar = *bar;
    match key.code {
        KeyCode::Enter | KeyCode::Tab => {
            let text = input.text();
            listing.bar = None;
            return Some(take(listing, bar, text, context));
        }
        KeyCode::Down | KeyCode::Up if bar == Bar::Search => {
            let by = if key.code == KeyCode::Down { 1 } else { -1 };
            return Some(listing.go_by(by, context));
        }
        _ => {}
    }
    let changed = input.key(key)?;
    Some(if changed { typed(listing, context) } else { Vec::new() })
}

/// What is typed into the search is searched for at once, or after a moment's pause.
pub fn typed(listing: &mut Listing, _: &Context) -> Vec<Cmd> {
    let number = listing.number;
    match &listing.bar {
        Some((Bar::Search, input)) => {
            listing.words = input.text();
            vec![Cmd::wake((number, "search"), Duration::from_millis(30), move |state: &mut State| {
                state.with_listing(number, Listing::reload)
            })]
        }
        _ => Vec::new(),
    }
}

fn take(listing: &mut Listing, bar: Bar, text: String, context: &Context) -> Vec<Cmd> {
    match bar {
        Bar::Search => listing.words = text,
        Bar::Filter => {
            (listing.filter, listing.view) = (text, None);
        }
    }
    listing.reload(context)
}

/// The mouse in a list.
pub fn list_mouse(listing: &mut Listing, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
    match (target, gesture) {
        (_, Gesture::Wheel(by)) => listing.go_by(i64::from(by), context),
        (Target::Row(place), Gesture::Click) => listing.go_to(*place, context),
        (Target::Row(_), Gesture::DoubleClick) => vec![Cmd::act("list.open")],
        (Target::Heading(place), Gesture::Click) => {
            let head = listing.heads().get(*place).map(|head| (head.name.clone(), Listing::sortable(&head.kind)));
            match head {
                Some((name, true)) => listing.sort_by(&name, context),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

impl Page for Browser {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        let nouns = context.nouns(&self.listing.schema);
        self.listing.view.as_ref().map_or(nouns.clone(), |view| format!("{nouns} \"{view}\""))
    }

    fn contexts(&self) -> Vec<&'static str> {
        vec!["list", "record", "global"]
    }

    fn start(&mut self, context: &Context) -> Vec<Cmd> {
        self.listing.height = usize::from(context.body().height.saturating_sub(3)).max(1);
        self.listing.load(context)
    }

    fn typing(&self) -> bool {
        self.listing.bar.is_some()
    }

    fn key(&mut self, key: Key, context: &Context) -> Option<Vec<Cmd>> {
        bar_key(&mut self.listing, key, context)
    }

    fn paste(&mut self, text: &str, context: &Context) -> Vec<Cmd> {
        if let Some((_, input)) = &mut self.listing.bar {
            input.insert(&text.replace('\n', " "));
        }
        typed(&mut self.listing, context)
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        list_mouse(&mut self.listing, target, gesture, context)
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let inside = canvas.frame(area, &self.title(context), "", true);
        self.listing.view(canvas, inside, true);
        canvas.foot(area, &self.listing.position(context));
    }

    fn back(&mut self, context: &Context) -> Option<Vec<Cmd>> {
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
        let kept = json!({
            "filter": listing.filter,
            "sort": listing.order(),
            "columns": listing.columns.join(","),
        });
        Some((format!("list {}", listing.schema.kind), kept))
    }

    fn remember(&mut self, kept: &std::collections::HashMap<String, Json>) {
        if let Some(kept) = kept.get(&format!("list {}", self.listing.schema.kind)) {
            self.take_up(kept);
        }
    }
}
