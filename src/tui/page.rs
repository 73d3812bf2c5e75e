//! `Page`: what fills the screen or a box on top of it. A page is one file, and one line in `pages::PAGES`.

use super::{
    action::Action,
    canvas::Canvas,
    command::Cmd,
    context::Context,
    hits::{Gesture, Target},
    key::Key,
    listing::Listing,
};
use ratatui::layout::Rect;
use std::any::Any;

/// How a sort of page is declared.
pub struct PageKind {
    pub id: &'static str,
    /// Where it stands among the tabs, if it is one.
    pub tabs: &'static [Tab],
    /// The page of one record of a kind, in place of the generic one.
    pub record: Option<RecordPage>,
    /// What can be done there; its keys count where the page names the context.
    pub actions: &'static [Action],
}

/// A tab of the frame; its number never moves.
pub struct Tab {
    pub number: u8,
    pub label: &'static str,
    pub label_zh: &'static str,
    /// For narrow screens.
    pub short: &'static str,
    pub open: fn(&Context) -> Box<dyn Page>,
}

/// A page that shows one record of a kind.
pub struct RecordPage {
    pub kind: &'static str,
    pub open: fn(&Context, i64) -> Box<dyn Page>,
}

/// What fills the screen, or a box on top of it.
///
/// `start`, `key`, `mouse` and the answers to questions change it and say what else is to be done; `view` only draws.
pub trait Page: Any {
    /// The number that [`Context::number`] gave it.
    fn id(&self) -> u64;

    /// As the line of breadcrumbs calls it.
    fn title(&self, context: &Context) -> String;

    /// Whose keys count here, the most special first; a box that lets nothing through leaves out `global`.
    fn contexts(&self) -> Vec<&'static str>;

    /// Asks for what it shows: when it comes to the screen, and again when something was written.
    fn start(&mut self, _: &Context) -> Vec<Cmd> {
        Vec::new()
    }

    /// Draws it.
    fn view(&self, canvas: &mut Canvas, area: Rect);

    /// Whether letters are text here just now.
    fn typing(&self) -> bool {
        false
    }

    /// Takes a key before the registry does, while [`Page::typing`]; none when it means nothing to it.
    fn key(&mut self, _: Key, _: &Context) -> Option<Vec<Cmd>> {
        None
    }

    /// Takes a text that came at once: pasted, or from an input method.
    fn paste(&mut self, _: &str, _: &Context) -> Vec<Cmd> {
        Vec::new()
    }

    fn mouse(&mut self, _: &Target, _: Gesture, _: &Context) -> Vec<Cmd> {
        Vec::new()
    }

    /// What Esc takes back before it leaves the page: a filter, the marks; none when there is nothing.
    fn back(&mut self, _: &Context) -> Option<Vec<Cmd>> {
        None
    }

    /// Whether its last line is one to write in, which words that come up leave alone.
    fn has_line_below(&self) -> bool {
        false
    }

    /// The list that the keys of lists mean just now.
    fn listing(&self) -> Option<&Listing> {
        None
    }

    fn listing_mut(&mut self) -> Option<&mut Listing> {
        None
    }

    /// The list of that number, shown or not.
    fn listing_of(&mut self, number: u64) -> Option<&mut Listing> {
        self.listing_mut().filter(|listing| listing.number == number)
    }

    /// What follows when one of its lists came or its cursor moved: what stands beside the list is about another record.
    fn follow(&mut self, _: &Context) -> Vec<Cmd> {
        Vec::new()
    }

    /// The record that "this" means just now: kind and number.
    fn subject(&self) -> Option<(&'static str, i64)> {
        self.listing().and_then(Listing::subject)
    }

    /// The records of that kind that are marked, where no list keeps the marks.
    fn marked(&self) -> Vec<i64> {
        Vec::new()
    }

    /// Moves on to the next record, or the one before, and says which it is; a list does, for the page opened from it.
    fn step(&mut self, by: i64, _: &Context) -> Option<(&'static str, i64)> {
        self.listing_mut().and_then(|listing| listing.step(by))
    }

    /// What the next session is to begin with, under a key.
    fn keep(&self) -> Option<(String, serde_json::Value)> {
        None
    }

    /// Takes up what the last session left.
    fn remember(&mut self, _: &std::collections::HashMap<String, serde_json::Value>) {}

    /// Where its box stands, when it is one.
    fn place(&self, screen: Rect) -> Rect {
        super::canvas::centred(screen, 72, 20)
    }
}

/// The page as what it is.
pub fn page_as<P: Page>(page: &mut dyn Page) -> Option<&mut P> {
    (page as &mut dyn Any).downcast_mut()
}

/// The page as what it is, to look at.
pub fn page_of<P: Page>(page: &dyn Page) -> Option<&P> {
    (page as &dyn Any).downcast_ref()
}
