//! The pages. A new one is a file here and a line in [`PAGES`].

mod board;
mod browser;
mod customers;
mod kinds;
mod record;

pub use board::{Board, Lane as BoardLane};
pub use browser::Browser;
pub use customers::Customers;
pub use record::RecordView;

use super::{
    command::Cmd,
    context::Context,
    page::{Page, PageKind, Tab},
    state::State,
};

/// Every sort of page there is.
pub static PAGES: &[&PageKind] = &[&customers::KIND, &browser::KIND, &board::KIND, &record::KIND, &kinds::KIND];

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
