//! The page of one record, whatever its kind: its fields, its timeline, its history, and what is linked to it.

pub(super) mod actions;
pub(super) mod view;

use super::browser::{bar_key, list_mouse, typed};
use crate::{
    Crm, Result,
    crm::{Entry, HistoryLine},
    customers::timeline::{Timeline, Wanted},
    record::{Kind, Schema},
    tui::{
        canvas::Canvas,
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        key::Key,
        listing::Listing,
        page::{Page, PageKind},
        widgets::Event,
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// How it is declared.
pub static KIND: PageKind = PageKind { id: "record", tabs: &[], record: None, actions: actions::ACTIONS };

/// How many events of a timeline are read.
const EVENTS: usize = 200;

/// One part of the page.
pub enum Part {
    Overview,
    Fields,
    Timeline,
    History,
    /// What links to it, by that field.
    Related(Box<Listing>, String),
}

/// One record.
pub struct RecordView {
    number: u64,
    kind: &'static str,
    id: i64,
    entry: Option<Entry>,
    fault: Option<String>,
    parts: Vec<Part>,
    part: usize,
    events: Vec<Event>,
    history: Vec<HistoryLine>,
    scroll: usize,
}

impl RecordView {
    #[must_use]
    pub fn new(context: &Context, kind: &'static str, id: i64) -> Self {
        let mut parts = vec![Part::Overview, Part::Fields, Part::Timeline, Part::History];
        let short = context.schema(kind).map_or_else(String::new, |schema| schema.short(id));
        for (schema, field) in related(context, kind) {
            let mut listing = Listing::new(context, schema);
            listing.base = format!("{field}={short}");
            listing.columns = crate::crm::usual_columns(&listing.schema);
            listing.columns.retain(|column| *column != field);
            parts.push(Part::Related(Box::new(listing), field));
        }
        Self {
            number: context.number(),
            kind,
            id,
            entry: None,
            fault: None,
            parts,
            part: 0,
            events: Vec::new(),
            history: Vec::new(),
            scroll: 0,
        }
    }

    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// The part that is shown.
    #[must_use]
    pub fn part(&self) -> Option<&Part> {
        self.parts.get(self.part)
    }

    fn turn(&mut self, by: i64, context: &Context) -> Vec<Cmd> {
        let count = i64::try_from(self.parts.len()).unwrap_or(1).max(1);
        let at = i64::try_from(self.part).unwrap_or_default();
        self.go_to_part(usize::try_from((at + by).rem_euclid(count)).unwrap_or_default(), context)
    }

    fn go_to_part(&mut self, part: usize, context: &Context) -> Vec<Cmd> {
        self.part = part.min(self.parts.len().saturating_sub(1));
        self.scroll = 0;
        self.start(context)
    }

    fn scroll(&mut self, by: i64) -> Vec<Cmd> {
        let most = match self.part() {
            Some(Part::Timeline | Part::Overview) => self.events.len(),
            Some(Part::History) => self.history.len(),
            _ => self.entry.as_ref().map_or(0, |entry| entry.values.len()),
        };
        let to = i64::try_from(self.scroll).unwrap_or_default().saturating_add(by).max(0);
        self.scroll = usize::try_from(to).unwrap_or_default().min(most.saturating_sub(1));
        Vec::new()
    }

    fn ask_record(&self) -> Cmd {
        let (kind, id) = (self.kind, self.id);
        Cmd::question((self.number, "record"), move |crm| crm.record(kind, id), {
            let number = self.number;
            move |state, answer: Result<Entry>| {
                if let Ok(entry) = &answer {
                    state.visited(kind, id, entry.title());
                }
                state.with_page(number, |page, context| {
                    if let Some(page) = crate::tui::page::page_as::<Self>(page) {
                        match answer {
                            Ok(entry) => (page.entry, page.fault) = (Some(entry), None),
                            Err(error) => page.fault = Some(context.fault(&error)),
                        }
                    }
                    Vec::new()
                })
            }
        })
    }

    fn ask_timeline(&self, context: &Context) -> Cmd {
        let wanted = Wanted { kind: self.kind.to_owned(), id: self.id, limit: Some(EVENTS), ..Wanted::default() };
        let chinese = context.is_chinese();
        let ask = move |crm: &mut Crm| {
            if crm.has_timeline(&wanted.kind) {
                crm.timeline(&wanted).map(|timeline| (timeline, chinese))
            } else {
                Ok((Timeline::default(), chinese))
            }
        };
        Cmd::ask(self.number, "timeline", ask, |page: &mut Self, answer, context| {
            if let Ok((timeline, chinese)) = answer {
                page.events = events(&timeline, chinese, context);
            }
            Vec::new()
        })
    }

    fn ask_history(&self) -> Cmd {
        let (kind, id) = (self.kind, self.id);
        Cmd::ask(
            self.number,
            "history",
            move |crm| crm.history(kind, id),
            |page: &mut Self, answer, _| {
                if let Ok(mut lines) = answer {
                    lines.reverse();
                    page.history = lines;
                }
                Vec::new()
            },
        )
    }
}

/// The kinds and fields that link to a kind, those that belong to it first.
pub(super) fn related(context: &Context, kind: &str) -> Vec<(Arc<Schema>, String)> {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for schema in &context.schemas {
        let links = schema.fields.iter().filter(|field| {
            !field.engine
                && !field.automatic
                && !field.retired
                && field.computed.is_none()
                && field.kind.target() == Some(kind)
        });
        for field in links {
            let to = if field.child { &mut own } else { &mut others };
            to.push((schema.clone(), field.name.to_string()));
        }
    }
    own.extend(others);
    own
}

/// A timeline as it is drawn.
fn events(timeline: &Timeline, chinese: bool, context: &Context) -> Vec<Event> {
    let grid = timeline.brief(chinese);
    let place = |name: &str| grid.columns.iter().position(|column| column.name == name);
    let (at, sort, title, who) = (place("at"), place("sort"), place("title"), place("who"));
    let text = |row: &crate::record::Row, place: Option<usize>| {
        let cell = place.and_then(|place| Some((grid.columns.get(place)?, row.cells.get(place)?)));
        cell.map_or_else(String::new, |(column, value)| context.value(&column.kind, value))
    };
    let event = |(row, entry): (&crate::record::Row, &crate::customers::timeline::Entry)| {
        let moment = text(row, at);
        let (day, time) = moment.split_once(' ').unwrap_or((&moment, ""));
        let day = match (entry.planned, day.is_empty()) {
            (true, true) => context.pick("planned", "计划").to_owned(),
            (true, false) => format!("{} {day}", context.pick("planned", "计划")),
            (false, _) => day.to_owned(),
        };
        let by = text(row, who);
        let words = if by.is_empty() { text(row, title) } else { format!("{} ({by})", text(row, title)) };
        Event { day, time: time.to_owned(), sort: text(row, sort), text: words, late: entry.overdue }
    };
    grid.rows.iter().zip(&timeline.entries).map(event).collect()
}

impl Page for RecordView {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        match &self.entry {
            Some(entry) => format!("{} {}", entry.short(), entry.title()),
            None => context.schema(self.kind).map_or_else(String::new, |schema| schema.short(self.id)),
        }
    }

    fn contexts(&self) -> Vec<&'static str> {
        match self.part() {
            Some(Part::Related(..)) => vec!["page-record", "list", "record", "global"],
            _ => vec!["page-record", "page-record-prose", "record", "global"],
        }
    }

    fn start(&mut self, context: &Context) -> Vec<Cmd> {
        let mut commands = vec![self.ask_record()];
        let height = usize::from(context.body().height.saturating_sub(5)).max(1);
        match self.parts.get_mut(self.part) {
            Some(Part::Overview | Part::Timeline) => commands.push(self.ask_timeline(context)),
            Some(Part::History) => commands.push(self.ask_history()),
            Some(Part::Related(listing, _)) => {
                listing.height = height;
                commands.extend(listing.load(context));
            }
            _ => {}
        }
        commands
    }

    fn typing(&self) -> bool {
        self.listing().is_some_and(|listing| listing.bar.is_some())
    }

    fn key(&mut self, key: Key, context: &Context) -> Option<Vec<Cmd>> {
        bar_key(self.listing_mut()?, key, context)
    }

    fn paste(&mut self, text: &str, context: &Context) -> Vec<Cmd> {
        let Some(listing) = self.listing_mut() else { return Vec::new() };
        if let Some((_, input)) = &mut listing.bar {
            input.insert(&text.replace('\n', " "));
        }
        typed(listing, context)
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (Target::Part(part), Gesture::Click) => self.go_to_part(*part, context),
            (_, Gesture::Wheel(by)) if self.listing().is_none() => self.scroll(i64::from(by)),
            _ => self.listing_mut().map_or_else(Vec::new, |listing| list_mouse(listing, target, gesture, context)),
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        self.draw(canvas, area);
    }

    fn back(&mut self, context: &Context) -> Option<Vec<Cmd>> {
        self.listing_mut().and_then(|listing| listing.back(context))
    }

    fn listing(&self) -> Option<&Listing> {
        match self.part() {
            Some(Part::Related(listing, _)) => Some(listing),
            _ => None,
        }
    }

    fn listing_mut(&mut self) -> Option<&mut Listing> {
        match self.parts.get_mut(self.part) {
            Some(Part::Related(listing, _)) => Some(listing),
            _ => None,
        }
    }

    fn listing_of(&mut self, number: u64) -> Option<&mut Listing> {
        self.parts.iter_mut().find_map(|part| match part {
            Part::Related(listing, _) if listing.number == number => Some(&mut **listing),
            _ => None,
        })
    }

    /// In a list of what is linked to it, the record under the cursor; everywhere else the record itself.
    fn subject(&self) -> Option<(&'static str, i64)> {
        match self.listing() {
            Some(listing) => listing.subject(),
            None => Some((self.kind, self.id)),
        }
    }
}

/// Whether a field is told among others; long texts have room of their own.
fn is_long(kind: &Kind) -> bool {
    *kind == Kind::LongText
}
