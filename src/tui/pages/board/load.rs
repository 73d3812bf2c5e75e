//! What the board asks the database: columns, the cards in sight, the signals, and more about one card.

use super::{Board, Lane, view};
use crate::{
    Cause, Crm, Result,
    crm::Query,
    pipeline::{
        kanban::{Brief, Card, Column, Key, Mix, Wanted},
        pipeline::Pipeline,
    },
    record::{
        Id, Value,
        filter::{self, Filter},
    },
    tui::{command::Cmd, context::Context},
};
use std::collections::BTreeMap;

/// What comes back for the columns.
type Columns = (Option<(i64, String)>, Vec<Column>);
/// What comes back for the cards: the column, where the window begins, and the cards.
type Windows = Vec<(Key, usize, Vec<Card>)>;

impl Board {
    /// Which deals are meant.
    pub(super) fn wanted(&self) -> Result<Wanted> {
        let mut parts = Vec::new();
        for text in [self.table.filter.as_str(), self.signal.map_or("", |signal| signal.filter())] {
            match filter::parse(text)? {
                Filter::All => {}
                Filter::And(several) => parts.extend(several),
                one => parts.push(one),
            }
        }
        parts.extend(self.table.words.split_whitespace().map(|word| Filter::Word(word.to_owned())));
        let filter = if parts.is_empty() { Filter::All } else { Filter::And(parts) };
        Ok(Wanted { pipeline: self.pipeline.map(Id::new), months: self.months, filter })
    }

    /// As [`Board::wanted`], in the pipeline that is shown.
    pub(super) fn wanted_here(&self) -> Result<Wanted> {
        let shown = self.named.as_ref().map(|(id, _)| Id::new(*id));
        self.wanted().map(|wanted| Wanted { pipeline: wanted.pipeline.or(shown), ..wanted })
    }

    /// Reads everything in sight; what is shown stays until the new comes.
    pub(super) fn load(&mut self, context: &Context) -> Vec<Cmd> {
        let wanted = match self.wanted() {
            Ok(wanted) => wanted,
            Err(error) => {
                self.table.fault = Some(context.fault(&error));
                return Vec::new();
            }
        };
        let ask = move |crm: &mut Crm| {
            let wanted = Wanted {
                pipeline: wanted.pipeline.map_or_else(|| own(crm), |known| Ok(Some(known)))?,
                ..wanted.clone()
            };
            Ok((crm.board_pipeline(&wanted)?, crm.board_columns(&wanted)?))
        };
        let mut commands = vec![Cmd::ask(self.number, "columns", ask, Self::columns_came)];
        if self.as_table {
            commands.extend(self.load_table(context));
        }
        commands.extend(self.check_marks());
        commands
    }

    /// As [`Board::load`], of something else: from the top.
    pub(super) fn reload(&mut self, context: &Context) -> Vec<Cmd> {
        for lane in &mut self.lanes {
            (lane.cursor, lane.first, lane.chosen, lane.fresh) = (0, 0, None, false);
        }
        self.load(context)
    }

    fn load_table(&mut self, context: &Context) -> Vec<Cmd> {
        let pipeline = self.pipeline.or(self.named.as_ref().map(|(id, _)| *id));
        let pipeline = pipeline.map_or_else(String::new, |id| format!("pipeline=PL{id} "));
        let signal = self.signal.map_or("", |signal| signal.filter());
        format!("{pipeline}outcome=open {signal}").trim().clone_into(&mut self.table.base);
        self.table.height = usize::from(context.body().height.saturating_sub(4)).max(1);
        self.table.load(context)
    }

    fn columns_came(&mut self, answer: Result<Columns>, context: &Context) -> Vec<Cmd> {
        let (named, columns) = match answer {
            Ok(answer) => answer,
            Err(error) if error.cause == Cause::Interrupted => return Vec::new(),
            Err(error) => {
                self.table.fault = Some(context.fault(&error));
                return Vec::new();
            }
        };
        let first = !self.loaded;
        (self.named, self.loaded, self.table.fault) = (named, true, None);
        let focus = self.lane().map(|lane| lane.column.key);
        let mut known: Vec<Lane> = std::mem::take(&mut self.lanes);
        for column in columns {
            let place = known.iter().position(|lane| lane.column.key == column.key);
            let mut lane = match place {
                Some(place) => Lane { column, fresh: false, ..known.swap_remove(place) },
                None => Lane::new(column),
            };
            if lane.column.deals == 0 {
                lane.cards.clear();
            }
            self.lanes.push(lane);
        }
        let place = focus.and_then(|key| self.lanes.iter().position(|lane| lane.column.key == key));
        self.at = place.unwrap_or(self.at).min(self.lanes.len().saturating_sub(1));
        if let Some(held) = self.grab.as_mut() {
            held.to = held.to.min(self.lanes.len().saturating_sub(1));
        }
        if first || self.lane().is_some_and(|lane| self.is_folded(lane) && place.is_none()) {
            let filled = |lane: &Lane| lane.column.deals > 0 && !self.is_folded(lane);
            self.at = self.lanes.iter().position(filled).unwrap_or(self.at);
        }
        self.told = None;
        let mut commands = self.look(context);
        commands.extend(self.ask_mix());
        commands
    }

    /// Reads the cards that came into sight, and what is told of the one under the cursor.
    pub(super) fn look(&mut self, context: &Context) -> Vec<Cmd> {
        let room = view::room(self, context);
        self.lanes.iter_mut().for_each(|lane| lane.settle(room));
        let slots = view::slots(self, context);
        self.left = slots.left;
        let Ok(wanted) = self.wanted_here() else { return Vec::new() };
        let windows: Vec<(Key, u64, u64)> = slots
            .slots
            .iter()
            .filter(|slot| !slot.stub)
            .filter_map(|slot| self.lanes.get(slot.lane))
            .filter(|lane| !self.is_folded(lane))
            .filter_map(|lane| lane.needed(room).map(|(offset, limit)| (lane.column.key, offset, limit)))
            .collect();
        // A question for nothing would stop the one that is on its way.
        if windows.is_empty() {
            return self.ask_brief();
        }
        let order = self.order;
        let ask = move |crm: &mut Crm| {
            let mut found = Windows::new();
            for (key, offset, limit) in &windows {
                let cards = crm.board_cards(&wanted, *key, order, *offset, *limit)?;
                found.push((*key, usize::try_from(*offset).unwrap_or_default(), cards));
            }
            Ok(found)
        };
        vec![Cmd::ask(self.number, "cards", ask, Self::cards_came)].into_iter().chain(self.ask_brief()).collect()
    }

    fn cards_came(&mut self, answer: Result<Windows>, context: &Context) -> Vec<Cmd> {
        let windows = match answer {
            Ok(windows) => windows,
            Err(error) if error.cause == Cause::Interrupted => return Vec::new(),
            Err(error) => {
                self.table.fault = Some(context.fault(&error));
                return Vec::new();
            }
        };
        let room = view::room(self, context);
        for (key, offset, cards) in windows {
            if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.column.key == key) {
                lane.came(offset, cards, room);
            }
        }
        self.seek().into_iter().chain(self.ask_brief()).collect()
    }

    /// Looks for a card that came to a column and stands beyond what was read of it.
    fn seek(&mut self) -> Vec<Cmd> {
        let (Ok(wanted), order) = (self.wanted_here(), self.order) else { return Vec::new() };
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.fresh && lane.awaited.is_some()) else {
            return Vec::new();
        };
        let (key, id) = (lane.column.key, lane.awaited.unwrap_or_default());
        let came = move |page: &mut Self, answer: Result<Option<usize>>, context: &Context| {
            if let Some(lane) = page.lanes.iter_mut().find(|lane| lane.column.key == key) {
                lane.awaited = None;
                if let Ok(Some(place)) = answer {
                    lane.go_to(place);
                }
            }
            page.look(context)
        };
        vec![Cmd::ask(self.number, "place", move |crm| crm.board_place(&wanted, key, order, id), came)]
    }

    fn ask_mix(&self) -> Vec<Cmd> {
        let Ok(wanted) = self.wanted_here() else { return Vec::new() };
        let came = |page: &mut Self, answer: Result<BTreeMap<Key, Mix>>, _: &Context| {
            if let Ok(found) = answer {
                for lane in &mut page.lanes {
                    lane.mix = Some(found.get(&lane.column.key).copied().unwrap_or_default());
                }
            }
            Vec::new()
        };
        vec![Cmd::ask(self.number, "mix", move |crm| crm.board_mix(&wanted), came)]
    }

    /// More about the card under the cursor, unless that is on the screen.
    fn ask_brief(&self) -> Vec<Cmd> {
        let Some(id) = self.card().map(|card| card.id) else { return Vec::new() };
        if self.told == Some(id) {
            return Vec::new();
        }
        let came = |page: &mut Self, answer: Result<Brief>, _: &Context| {
            if let Ok(brief) = answer {
                (page.told, page.brief) = (Some(brief.id), Some(brief));
            }
            Vec::new()
        };
        vec![Cmd::ask(self.number, "brief", move |crm| crm.deal_brief(id), came)]
    }

    /// What was marked and is gone since is marked no longer.
    fn check_marks(&self) -> Vec<Cmd> {
        if self.marks.is_empty() || self.marks.len() > 500 {
            return Vec::new();
        }
        let marks: Vec<String> = self.marks.iter().map(i64::to_string).collect();
        let text = format!("id={}", marks.join(","));
        let ask = move |crm: &mut Crm| crm.matching(&Query { filter: filter::parse(&text)?, ..Query::new("deal") });
        let came = |page: &mut Self, answer: Result<Vec<i64>>, _: &Context| {
            if let Ok(ids) = answer {
                page.marks.retain(|id| ids.contains(id));
            }
            Vec::new()
        };
        vec![Cmd::ask(self.number, "marks-left", ask, came)]
    }

    /// Marks all cards of the column; where all are marked, none.
    pub(super) fn mark_all(&mut self) -> Vec<Cmd> {
        let (Some(lane), Ok(wanted)) = (self.lane(), self.wanted_here()) else { return Vec::new() };
        let key = lane.column.key;
        let came = |page: &mut Self, answer: Result<Vec<i64>>, _: &Context| {
            if let Ok(ids) = answer {
                if ids.iter().all(|id| page.marks.contains(id)) {
                    page.marks.retain(|id| !ids.contains(id));
                } else {
                    page.marks.extend(ids);
                }
            }
            Vec::new()
        };
        vec![Cmd::ask(self.number, "marks", move |crm| crm.board_deals(&wanted, key), came)]
    }
}

/// The pipeline in which most of one's own open deals are; none where there are no such deals.
fn own(crm: &mut Crm) -> Result<Option<Id<Pipeline>>> {
    let Some((id, _)) = crm.actor() else { return Ok(None) };
    let me = crm.schema("user")?.short(id);
    let filter = filter::parse(&format!("owner={me} outcome=open"))?;
    let grid =
        crm.list(&Query { filter, group_by: vec!["pipeline".to_owned()], limit: Some(1), ..Query::new("deal") })?;
    let first = grid.rows.first().and_then(|row| row.cells.first());
    Ok(if let Some(Value::Link(link)) = first { Some(Id::new(link.id)) } else { None })
}
