//! `Lane`: one column on the screen: what it stands for, and a window of its cards.

use crate::pipeline::{
    Outcome,
    kanban::{Card, Column, Key, Mix},
};

/// One column; of its cards only those around the ones in sight are here.
#[derive(Debug)]
pub struct Lane {
    pub column: Column,
    pub mix: Option<Mix>,
    /// The card under the cursor, counted from the very top.
    pub cursor: usize,
    /// The first card in sight.
    pub(super) first: usize,
    pub(super) offset: usize,
    pub(super) cards: Vec<Card>,
    /// Whether the cards are as they stand; old ones are shown until the new ones come.
    pub(super) fresh: bool,
    pub(super) chosen: Option<i64>,
    /// A card that came here, on which the cursor is to stand.
    pub(super) awaited: Option<i64>,
}

impl Lane {
    pub(super) fn new(column: Column) -> Self {
        let (cards, mix, chosen) = (Vec::new(), None, None);
        Self { column, mix, cursor: 0, first: 0, offset: 0, cards, fresh: false, chosen, awaited: None }
    }

    #[must_use]
    pub fn length(&self) -> usize {
        usize::try_from(self.column.deals).unwrap_or(usize::MAX)
    }

    /// The cards that were read.
    #[must_use]
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    #[must_use]
    pub fn card(&self, place: usize) -> Option<&Card> {
        place.checked_sub(self.offset).and_then(|place| self.cards.get(place))
    }

    /// Whether it stands apart from what is worked on.
    pub(super) fn is_apart(&self) -> bool {
        let beyond = matches!(self.column.key, Key::Before | Key::After | Key::Never);
        self.column.outcome != Outcome::Open || beyond && self.column.deals == 0
    }

    pub(super) fn go_to(&mut self, place: usize) {
        self.cursor = place.min(self.length().saturating_sub(1));
        self.chosen = self.card(self.cursor).map(|card| card.id);
    }

    /// Keeps the cursor in sight where so many cards fit, and no row empty below while cards are hidden above.
    pub(super) fn settle(&mut self, room: usize) {
        self.cursor = self.cursor.min(self.length().saturating_sub(1));
        self.first = self.first.clamp((self.cursor + 1).saturating_sub(room), self.cursor);
        self.first = self.first.min(self.length().saturating_sub(room));
        if self.fresh {
            self.chosen = self.card(self.cursor).map(|card| card.id).or(self.chosen);
        }
    }

    /// Where to read from, and how many; none where what is needed is here.
    pub(super) fn needed(&self, room: usize) -> Option<(u64, u64)> {
        let end = self.offset + self.cards.len();
        let near = room.div_ceil(2);
        let above = self.offset > 0 && self.first < self.offset + near;
        let below = end < self.length() && self.first + room + near > end;
        let wanted = !self.fresh || above || below;
        (wanted && self.length() > 0).then(|| (self.first.saturating_sub(room) as u64, (room * 3 + 10) as u64))
    }

    /// Cards came; the cursor stays on its own.
    pub(super) fn came(&mut self, offset: usize, cards: Vec<Card>, room: usize) {
        (self.offset, self.cards, self.fresh) = (offset, cards, true);
        let place = |wanted: Option<i64>| wanted.and_then(|id| self.cards.iter().position(|card| card.id == id));
        match (place(self.awaited), place(self.chosen)) {
            (Some(place), _) => (self.cursor, self.awaited) = (offset + place, None),
            (None, Some(place)) => self.cursor = offset + place,
            (None, None) => {}
        }
        self.chosen = None;
        self.settle(room);
    }
}
