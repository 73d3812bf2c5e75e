//! The mouse on the board: a click chooses, two open, a card is dragged to another column, the wheel scrolls one.

use super::{Board, moves::Grab};
use crate::tui::{
    command::Cmd,
    context::Context,
    hits::{Gesture, Target},
};

/// Columns and cards share one number.
const CARDS: usize = 100_000_000;

/// A click on a card.
pub(super) fn on_card(lane: usize, place: usize) -> Target {
    Target::Row(lane * CARDS + place.min(CARDS - 1))
}

/// A click on a column, beside its cards.
pub(super) fn on_lane(lane: usize) -> Target {
    Target::Part(lane)
}

/// The column and the card that are meant.
fn meant(target: &Target) -> Option<(usize, Option<usize>)> {
    match target {
        Target::Row(number) => Some((number / CARDS, Some(number % CARDS))),
        Target::Part(lane) => Some((*lane, None)),
        _ => None,
    }
}

impl Board {
    pub(super) fn pointed(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        let at = meant(target);
        match (gesture, at) {
            (Gesture::Wheel(by), at) => {
                let lane = at.map_or(self.at, |(lane, _)| lane);
                self.at = lane.min(self.lanes.len().saturating_sub(1));
                self.go_by(i64::from(by.signum()), context)
            }
            (Gesture::Click, Some((lane, card))) => {
                self.pressed = card.map(|card| (lane, card));
                self.grab = None;
                self.at = lane.min(self.lanes.len().saturating_sub(1));
                match card {
                    Some(card) => self.go_to_card(card, context),
                    None => self.look(context),
                }
            }
            (Gesture::DoubleClick, Some((_, Some(_)))) => vec![Cmd::act("board.open")],
            (Gesture::DoubleClick, Some((_, None))) => self.fold(context),
            (Gesture::Drag, Some((lane, _))) => self.drag(lane, context),
            (Gesture::Release, at) => {
                let dragged = self.pressed.take().is_some() && self.grab.is_some();
                match (dragged, at) {
                    (true, Some(_)) => self.let_go(context),
                    // Let go beside the board: nothing was meant.
                    (true, None) => {
                        self.grab = None;
                        Vec::new()
                    }
                    (false, _) => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    /// The first step into another column takes the card into the hand; with it go the marked ones, where it is marked.
    fn drag(&mut self, over: usize, context: &Context) -> Vec<Cmd> {
        let Some((from, card)) = self.pressed else { return Vec::new() };
        if self.grab.is_none() && over != from {
            let Some(id) = self.lanes.get(from).and_then(|lane| lane.card(card)).map(|card| card.id) else {
                return Vec::new();
            };
            if !self.marks.contains(&id) {
                self.marks.clear();
            }
            self.hold(context);
        }
        let takes = self.takes(over);
        if let Some(Grab { to, .. }) = self.grab.as_mut().filter(|_| takes) {
            *to = over;
        }
        Vec::new()
    }

    fn takes(&self, lane: usize) -> bool {
        use crate::pipeline::kanban::Key;
        self.lanes.get(lane).is_some_and(|lane| !matches!(lane.column.key, Key::Before | Key::After))
    }
}
