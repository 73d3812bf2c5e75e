//! The pages. A new one is a file here and a line in [`PAGES`].

mod board;
mod browser;
mod customers;
mod kinds;
mod notices;
mod record;
mod reports;
mod tickets;
mod today;

pub use board::{Board, Lane as BoardLane};
pub use browser::Browser;
pub use customers::Customers;
pub use notices::{Notices, ring};
pub use record::RecordView;
pub use reports::Reports;
pub use tickets::Tickets;
pub use today::Today;

use super::{
    command::Cmd,
    context::Context,
    page::{Page, PageKind, Tab},
    state::State,
    toast::Tone,
};
use crate::{Message, reports::Found};

/// Every sort of page there is.
pub static PAGES: &[&PageKind] = &[
    &today::KIND,
    &customers::KIND,
    &board::KIND,
    &tickets::KIND,
    &reports::KIND,
    &browser::KIND,
    &record::KIND,
    &kinds::KIND,
    &notices::KIND,
];

/// The tabs of all pages.
pub fn tabs() -> impl Iterator<Item = &'static Tab> {
    PAGES.iter().flat_map(|page| page.tabs)
}

/// The page of a record: its kind's own, or the generic one.
#[must_use]
pub fn of_record(context: &Context, kind: &'static str, id: i64) -> Box<dyn Page> {
    let own = PAGES.iter().filter_map(|page| page.record.as_ref()).find(|record| record.kind == kind);
    match own {
        Some(own) => (own.open)(context, id),
        None => Box::new(RecordView::new(context, kind, id)),
    }
}

/// Goes to the list of a kind.
pub fn go_to_kind(state: &mut State, kind: &str) -> Vec<Cmd> {
    let browser = Browser::new(&state.context, kind);
    browser.map_or_else(Vec::new, |browser| state.go(Box::new(browser)))
}

/// The kind and the number that a ref stands for.
#[must_use]
pub fn record_of(context: &Context, short: &str) -> Option<(&'static str, i64)> {
    let letters: String = short.chars().take_while(char::is_ascii_alphabetic).collect();
    let number = short.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).parse().ok()?;
    let schema = context.schemas.iter().find(|schema| schema.letter == letters)?;
    Some((schema.kind, number))
}

/// Goes where a number of a report leads, or says why it leads nowhere.
pub fn lead(context: &Context, found: Found) -> Vec<Cmd> {
    match found {
        Found::Record(short) => {
            record_of(context, &short).map_or_else(Vec::new, |(kind, id)| vec![Cmd::visit(kind, id)])
        }
        Found::List { kind, filter } => match Browser::new(context, kind) {
            Some(browser) => vec![Cmd::go(Box::new(browser.filtered(&filter)))],
            None => Vec::new(),
        },
        Found::Nothing(why) => vec![Cmd::toast(Tone::Notice, context.say(&why))],
    }
}

/// Goes along the list that the page on top was opened from; where its rows were not read so far, reads on first.
pub fn along(state: &mut State, by: i64, reading: bool) -> Vec<Cmd> {
    let (context, stack) = (&state.context, state.stacks.get_mut(state.current));
    let beneath = stack.and_then(|stack| stack.pages.iter_mut().nth_back(1));
    let Some(beneath) = beneath else { return Vec::new() };
    if let Some((kind, id)) = beneath.step(by, context) {
        let page = of_record(context, kind, id);
        return state.replace(page);
    }
    let more = beneath.listing().filter(|_| reading).and_then(|listing| listing.read_on(by));
    match more {
        Some(more) => vec![more],
        None => state.tell(Tone::Notice, &Message::new("The list ends here.")),
    }
}
