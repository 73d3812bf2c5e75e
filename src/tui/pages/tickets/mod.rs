//! The tickets: a queue by what is to be done first, counters above it, and below it the ticket under the cursor, where it
//! is answered in place (R106-R112).

mod actions;
mod acts;
mod clock;
mod counters;
mod list;
mod page;
mod preview;
mod reply;

use super::browser;
use crate::{
    crm::Sort,
    record::Total,
    tickets::sla::WorkingTimes,
    tui::{
        canvas::{row, trimmed},
        command::Cmd,
        context::Context,
        listing::Listing,
        page::{PageKind, Tab},
        state::State,
    },
};
use jiff::Timestamp;
use ratatui::layout::Rect;
use std::{collections::HashMap, time::Duration};

/// How it is declared.
pub static KIND: PageKind = PageKind {
    id: "tickets",
    tabs: &[Tab {
        number: 4,
        label: "Tickets",
        label_zh: "工单",
        short: "Tick",
        open: |context| match Tickets::new(context) {
            Some(page) => Box::new(page),
            None => browser::of(context, "ticket"),
        },
    }],
    record: None,
    actions: actions::ACTIONS,
};

/// Less than that is no room for the queue and a ticket below it.
const WIDE: u16 = 100;
const HIGH: u16 = 20;

/// The queue and the ticket under the cursor.
pub struct Tickets {
    number: u64,
    pub listing: Listing,
    /// The counter that is chosen; none until it is known whether there are tickets of one's own.
    view: Option<usize>,
    counts: Vec<Option<Total>>,
    /// Only tickets of this queue: its number and name.
    queue: Option<(i64, String)>,
    /// Whether the ticket is shown below where there is room.
    below: bool,
    told: Option<preview::Told>,
    /// When people work, under each policy.
    times: WorkingTimes,
    /// What may help, and with which ticket.
    articles: Vec<preview::Article>,
    helped: Option<i64>,
    /// What was begun to be written in each ticket, and in which it is being written now.
    drafts: HashMap<i64, reply::Draft>,
    writing: Option<i64>,
    /// When it was read last.
    read: Option<Timestamp>,
}

impl Tickets {
    /// None where there is no such kind.
    #[must_use]
    pub fn new(context: &Context) -> Option<Self> {
        let mut listing = Listing::new(context, context.schema("ticket")?);
        listing.columns = list::COLUMNS.map(str::to_owned).to_vec();
        listing.sort = Sort::parse("due");
        Some(Self {
            number: context.number(),
            listing,
            view: None,
            counts: Vec::new(),
            queue: None,
            below: true,
            told: None,
            times: WorkingTimes::default(),
            articles: Vec::new(),
            helped: None,
            drafts: HashMap::new(),
            writing: None,
            read: None,
        })
    }

    fn has_room(area: Rect) -> bool {
        area.width >= WIDE && area.height >= HIGH
    }

    fn is_split(&self, context: &Context) -> bool {
        self.writing.is_some() || self.below && Self::has_room(context.body())
    }

    /// Where the counters, the queue and the ticket are drawn.
    fn places(&self, area: Rect, context: &Context) -> (Rect, Rect, Rect) {
        let rest = trimmed(area, 1, 0);
        let low = if self.is_split(context) { (rest.height * 2 / 5).max(9).min(rest.height) } else { 0 };
        (row(area, 0), trimmed(rest, 0, low), trimmed(rest, rest.height - low, 0))
    }

    /// So many rows of the queue fit.
    fn measure(&mut self, context: &Context) {
        let (_, queue, _) = self.places(context.body(), context);
        self.listing.height = usize::from(queue.height.saturating_sub(3)).max(1);
    }

    /// The countdowns go on: each second where a row within the hour is in sight, else each minute.
    fn tick(&self, context: &Context) -> Cmd {
        let near = self.in_sight(context).any(|left| (0..clock::HOUR).contains(&left));
        let (number, after) = (self.number, if near { 1 } else { 60 });
        Cmd::wake((number, "tick"), Duration::from_secs(after), move |state: &mut State| {
            // Nobody looks: it begins again when the page comes back.
            if state.page().is_none_or(|page| page.id() != number) {
                return Vec::new();
            }
            state.with_page(number, |page, context| {
                let page = crate::tui::page::page_as::<Self>(page);
                page.map_or_else(Vec::new, |page| page.ticked(context))
            })
        })
    }

    /// What became late, or soon due, counts elsewhere from then on.
    fn ticked(&mut self, context: &Context) -> Vec<Cmd> {
        let now = context.reading.clock.now();
        let since = self.read.map_or(0, |read| now.as_second() - read.as_second());
        let became_late = self.in_sight(context).any(|left| left < 0 && left + since >= 0);
        if since >= 60 || since > 0 && became_late {
            return crate::tui::page::Page::start(self, context);
        }
        vec![self.tick(context)]
    }
}
