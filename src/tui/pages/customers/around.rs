//! What is around one customer: the record, its contacts and open business, its timeline, and lists of what links to it.

use super::{Customers, events::Happening};
use crate::{
    Crm, Result, catalog,
    crm::{Entry, HistoryLine, Query},
    customers::{
        Section,
        timeline::{Timeline, Wanted},
    },
    record::{Choice, Kind, Money, Total, Value, filter},
    tui::{command::Cmd, context::Context, listing::Listing, pages::record::related, state::State},
};

/// How many events are read at first, and how many more at a time.
pub const EVENTS: usize = 60;
/// How many rows of a panel there is room for.
const ROWS: u64 = 12;
/// The kinds that have a tab even where there is none of them, in their order.
const FIRST: [&str; 3] = ["deal", "contact", "attachment"];

/// One tab.
pub enum Part {
    Overview,
    Timeline,
    /// What links to the customer by that field; always shown, or only where there is any.
    Related {
        listing: Box<Listing>,
        field: String,
        always: bool,
        count: Option<Total>,
    },
    Fields,
    History,
}

/// What the library says of a customer.
pub struct Facts {
    pub entry: Entry,
    pub next: Timeline,
    pub panels: Vec<Section>,
    /// What was won with them so far.
    pub won: Vec<Money>,
    counts: Vec<(usize, Total)>,
    timeline: Timeline,
    chinese: bool,
}

/// One customer and the tabs of its page.
pub struct Around {
    pub id: i64,
    pub facts: Option<Facts>,
    pub fault: Option<String>,
    pub parts: Vec<Part>,
    pub part: usize,
    pub events: Vec<Happening>,
    /// Whether there are older ones.
    pub more: bool,
    pub cursor: usize,
    pub history: Vec<HistoryLine>,
    /// Kinds and sorts of event to choose from, and those that are chosen.
    pub sorts: Vec<Choice>,
    pub chosen: Vec<String>,
    pub period: String,
    limit: usize,
}

impl Around {
    pub fn new(context: &Context, id: i64) -> Self {
        let mut lists: Vec<Part> = Vec::new();
        let automatic = |kind: &str| catalog::entry(kind).is_some_and(|entry| entry.automatic);
        for (schema, field) in related(context, "customer").into_iter().filter(|(schema, _)| !automatic(schema.kind)) {
            let mut listing = Listing::new(context, schema);
            listing.columns = crate::crm::usual_columns(&listing.schema);
            listing.columns.retain(|column| *column != field);
            let always = FIRST.contains(&listing.schema.kind);
            lists.push(Part::Related { listing: Box::new(listing), field, always, count: None });
        }
        let place = |part: &Part| match part {
            Part::Related { listing, .. } => FIRST.iter().position(|kind| *kind == listing.schema.kind).unwrap_or(9),
            _ => 0,
        };
        lists.sort_by_key(place);
        let mut parts = vec![Part::Overview, Part::Timeline];
        parts.extend(lists);
        parts.extend([Part::Fields, Part::History]);
        let mut around = Self {
            id,
            facts: None,
            fault: None,
            parts,
            part: 0,
            events: Vec::new(),
            more: false,
            cursor: 0,
            history: Vec::new(),
            sorts: Vec::new(),
            chosen: Vec::new(),
            period: String::new(),
            limit: EVENTS,
        };
        around.turn_to(context, id);
        around
    }

    /// Another customer; the tab and what is filtered stay.
    pub fn turn_to(&mut self, context: &Context, id: i64) {
        let short = context.schema("customer").map_or_else(String::new, |schema| schema.short(id));
        (self.id, self.cursor, self.limit) = (id, 0, EVENTS);
        for part in &mut self.parts {
            if let Part::Related { listing, field, .. } = part {
                listing.base = format!("{field}={short}");
                (listing.words, listing.filter, listing.bar) = (String::new(), String::new(), None);
                listing.marks.clear();
            }
        }
    }

    pub fn part(&self) -> Option<&Part> {
        self.parts.get(self.part)
    }

    pub fn listing(&self) -> Option<&Listing> {
        match self.part() {
            Some(Part::Related { listing, .. }) => Some(listing),
            _ => None,
        }
    }

    pub fn listing_mut(&mut self) -> Option<&mut Listing> {
        match self.parts.get_mut(self.part) {
            Some(Part::Related { listing, .. }) => Some(listing),
            _ => None,
        }
    }

    /// What is known of the customer that is meant now, not of the one before.
    pub fn known(&self) -> Option<&Facts> {
        self.facts.as_ref().filter(|facts| facts.entry.id == self.id)
    }

    /// Whether a tab is among those that are drawn.
    pub fn is_shown(&self, place: usize) -> bool {
        match self.parts.get(place) {
            Some(Part::Related { always, count, .. }) => {
                *always || place == self.part || count.is_some_and(|count| count != Total::Exactly(0))
            }
            other => other.is_some(),
        }
    }

    /// The next tab that is drawn.
    pub fn turned(&self, by: i64) -> usize {
        let count = self.parts.len().max(1);
        let mut place = self.part;
        for _ in 0..count {
            place = if by > 0 { (place + 1) % count } else { (place + count - 1) % count };
            if self.is_shown(place) {
                break;
            }
        }
        place
    }

    /// Asks for everything that is on the screen.
    pub fn ask(&mut self, number: u64, context: &Context, height: usize) -> Vec<Cmd> {
        let mut commands = vec![self.ask_facts(number, context)];
        match self.parts.get_mut(self.part) {
            Some(Part::History) => commands.push(ask_history(number, self.id)),
            Some(Part::Related { listing, .. }) => {
                listing.height = height;
                commands.extend(listing.load(context));
            }
            _ => {}
        }
        commands
    }

    fn ask_facts(&self, number: u64, context: &Context) -> Cmd {
        let (id, period, chinese) = (self.id, self.period.clone(), context.is_chinese());
        let (sorts, limit) = (self.chosen.clone(), Some(self.limit));
        let wanted = Wanted { kind: "customer".to_owned(), id, sorts, limit, ..Wanted::default() };
        let lists = self.parts.iter().enumerate().filter_map(|(place, part)| match part {
            Part::Related { listing, .. } => Some((place, listing.schema.kind, listing.base.clone())),
            _ => None,
        });
        let lists: Vec<(usize, &'static str, String)> = lists.collect();
        let ask = move |crm: &mut Crm| {
            let period = crm.span(&period)?;
            let timeline = crm.timeline(&Wanted { period, ..wanted.clone() })?;
            let next = crm.timeline(&next_of(id))?.next();
            let mut counts = Vec::new();
            for (place, kind, base) in &lists {
                counts.push((*place, crm.total(&Query { filter: filter::parse(base)?, ..Query::new(kind) })?));
            }
            Ok(Facts {
                entry: crm.record("customer", id)?,
                next,
                panels: panels(crm, id)?,
                won: won(crm, id)?,
                counts,
                timeline,
                chinese,
            })
        };
        Cmd::question((number, "around"), ask, move |state: &mut State, answer| {
            let mut visited = None;
            let commands = state.with_page(number, |page, context| {
                if let Some(page) = crate::tui::page::page_as::<Customers>(page) {
                    visited = page.took(id, answer, context);
                }
                Vec::new()
            });
            if let Some(name) = visited {
                state.visited("customer", id, name);
            }
            commands
        })
    }

    /// Takes an answer in.
    pub fn took(&mut self, answer: Result<Facts>, context: &Context) {
        let mut facts = match answer {
            Ok(facts) => facts,
            Err(error) if error.cause == crate::Cause::Interrupted => return,
            Err(error) => {
                self.fault = Some(context.fault(&error));
                return;
            }
        };
        for (place, total) in std::mem::take(&mut facts.counts) {
            if let Some(Part::Related { count, .. }) = self.parts.get_mut(place) {
                *count = Some(total);
            }
        }
        let whole = facts.timeline.grid(facts.chinese);
        let choices =
            |name: &str| match whole.columns.iter().find(|column| column.name == name).map(|found| &found.kind) {
                Some(Kind::Choice(choices)) => choices.clone(),
                _ => Vec::new(),
            };
        self.sorts = choices("kind");
        for sort in choices("sort") {
            if self.sorts.iter().all(|known| known.key != sort.key) {
                self.sorts.push(sort);
            }
        }
        self.events = super::events::of(&facts.timeline, facts.chinese, context);
        self.more = facts.timeline.more;
        self.cursor = self.cursor.min(self.events.len().saturating_sub(1));
        (self.facts, self.fault) = (Some(facts), None);
    }

    /// Moves along the timeline; near its end, older events are read.
    pub fn go_by(&mut self, by: i64, number: u64, context: &Context) -> Vec<Cmd> {
        let lines = match self.part() {
            Some(Part::History) => self.history.len(),
            Some(Part::Fields) => self.known().map_or(0, |facts| facts.entry.values.len()),
            _ => self.events.len(),
        };
        let to = i64::try_from(self.cursor).unwrap_or_default().saturating_add(by).max(0);
        self.cursor = usize::try_from(to).unwrap_or_default().min(lines.saturating_sub(1));
        let timeline = matches!(self.part(), Some(Part::Overview | Part::Timeline));
        if timeline && self.more && self.cursor + 5 > lines && lines >= self.limit {
            self.limit += EVENTS * 3;
            return vec![self.ask_facts(number, context)];
        }
        Vec::new()
    }

    /// The event under the cursor, where the timeline is what the keys move along.
    pub fn event(&self) -> Option<&Happening> {
        let timeline = matches!(self.part(), Some(Part::Overview | Part::Timeline));
        self.events.get(self.cursor).filter(|_| timeline && self.known().is_some())
    }
}

/// What is planned next with a customer.
pub fn next_of(id: i64) -> Wanted {
    Wanted { kind: "customer".to_owned(), id, sorts: vec!["activity".to_owned()], limit: Some(1), ..Wanted::default() }
}

/// What other kinds add to the page of a customer.
fn panels(crm: &mut Crm, id: i64) -> Result<Vec<Section>> {
    let mut found = Vec::new();
    for panel in catalog::ENTRIES.iter().flat_map(|entry| entry.panels).filter(|panel| panel.of == "customer") {
        let grid = (panel.grid)(crm, id, Some(ROWS))?;
        if !grid.rows.is_empty() {
            let (title, title_zh) = (panel.title.to_owned(), panel.title_zh.to_owned());
            found.push(Section { key: panel.key.to_owned(), title, title_zh, grid });
        }
    }
    Ok(found)
}

fn ask_history(number: u64, id: i64) -> Cmd {
    Cmd::ask(
        number,
        "history",
        move |crm| crm.history("customer", id),
        move |page: &mut Customers, answer, _| {
            if let (Ok(mut lines), Some(around)) = (answer, &mut page.around)
                && around.id == id
            {
                lines.reverse();
                around.history = lines;
            }
            Vec::new()
        },
    )
}

/// What was won with a customer so far, in each currency.
fn won(crm: &mut Crm, id: i64) -> Result<Vec<Money>> {
    let grid = crm.list(&Query {
        filter: filter::parse(&format!("customer=C{id} outcome=won"))?,
        columns: vec!["amount".to_owned()],
        ..Query::new("deal")
    })?;
    let mut sums: Vec<Money> = Vec::new();
    for value in grid.rows.iter().filter_map(|row| row.cells.first()) {
        let Value::Money(money) = value else { continue };
        match sums.iter_mut().find(|known| known.currency == money.currency) {
            Some(known) => known.minor = known.minor.saturating_add(money.minor),
            None => sums.push(*money),
        }
    }
    Ok(sums)
}
