//! The browser: all records of one kind, whatever the kind.

use super::record::view as record;
use crate::{
    Message, Result,
    crm::Entry,
    tui::{
        action::{Action, PLAIN},
        canvas::{Canvas, split},
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
    actions: &[Action {
        id: "browser.preview",
        label: ["preview", "预览"],
        help: ["Shows the record under the cursor beside the list, or no longer", "在列表旁预览光标所在记录，或收起"],
        keys: &["p"],
        context: "browser",
        rank: 12,
        enabled: has_room,
        run: |state| {
            state.with(|page: &mut Browser, context| {
                page.beside = Some(!page.is_split(context));
                page.start(context)
            })
        },
        ..PLAIN
    }],
};

/// From this width on, the record under the cursor stands beside the list unless somebody does not want it.
const WIDE: u16 = 160;
/// Less than that is no room for both.
const ROOM: u16 = 100;

fn has_room(state: &State) -> Result<(), Message> {
    let room = state.context.body().width >= ROOM;
    if room { Ok(()) } else { Err(Message::new("The window is too narrow for that.")) }
}

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
    /// Whether the record under the cursor stands beside the list; none as the width says.
    beside: Option<bool>,
    /// That record, as it was read last.
    pub preview: Option<Entry>,
}

impl Browser {
    /// None where there is no such kind.
    #[must_use]
    pub fn new(context: &Context, kind: &str) -> Option<Self> {
        let listing = Listing::new(context, context.schema(kind)?);
        Some(Self { number: context.number(), listing, beside: None, preview: None })
    }

    /// With a filter, as a number on another page leads to the records behind it.
    #[must_use]
    pub fn filtered(mut self, filter: &str) -> Self {
        filter.clone_into(&mut self.listing.filter);
        self
    }

    fn is_split(&self, context: &Context) -> bool {
        let width = context.body().width;
        width >= ROOM && self.beside.unwrap_or(width >= WIDE)
    }

    /// Asks for the record under the cursor, where it is shown.
    fn ask_preview(&mut self, context: &Context) -> Vec<Cmd> {
        let Some((kind, id)) = self.listing.subject().filter(|_| self.is_split(context)) else {
            self.preview = None;
            return Vec::new();
        };
        vec![Cmd::ask(
            self.number,
            "preview",
            move |crm| crm.record(kind, id),
            |page: &mut Self, answer, _| {
                if let Ok(entry) = answer {
                    page.preview = Some(entry);
                }
                Vec::new()
            },
        )]
    }

    /// The record under the cursor; while the next one is read, the last one stays.
    fn draw_preview(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let title =
            self.preview.as_ref().map_or_else(String::new, |entry| format!("{} {}", entry.short(), entry.title()));
        let inside = canvas.frame(area, &title, "", false);
        if let Some(entry) = &self.preview {
            record::fields(canvas, inside, entry, 0);
        }
        canvas.foot(area, context.pick("Enter full page", "Enter 打开详情"));
        canvas.hit(area, Target::Act("list.open"));
    }

    /// What the last session left.
    fn take_up(&mut self, kept: &Json) {
        let text = |name: &str| kept.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        self.beside = kept.get("beside").and_then(Json::as_bool);
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
        vec!["browser", "list", "record", "global"]
    }

    fn start(&mut self, context: &Context) -> Vec<Cmd> {
        self.listing.height = usize::from(context.body().height.saturating_sub(3)).max(1);
        let mut commands = self.listing.load(context);
        commands.extend(self.ask_preview(context));
        commands
    }

    /// The preview is asked for again where the cursor is on another record, or the same was read anew.
    fn follow(&mut self, context: &Context) -> Vec<Cmd> {
        self.ask_preview(context)
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
        let mut area = area;
        if self.is_split(context) {
            let (left, right) = split(area, area.width - (area.width * 2 / 5).min(70));
            self.draw_preview(canvas, right);
            area = left;
        }
        let inside = canvas.frame(area, &self.title(context), &self.listing.sorted(context), true);
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
            "beside": self.beside,
        });
        Some((format!("list {}", listing.schema.kind), kept))
    }

    fn remember(&mut self, kept: &std::collections::HashMap<String, Json>) {
        if let Some(kept) = kept.get(&format!("list {}", self.listing.schema.kind)) {
            self.take_up(kept);
        }
    }
}
