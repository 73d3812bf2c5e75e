//! `Listing`: records of one kind as a list of any length, of which only what is in sight is read: filter, search, order,
//! columns, marks. Every page that shows a list has one, and the keys of lists work on it.

mod actions;
pub(super) mod acts;
pub mod bulk;
mod choices;
pub mod export;
pub(super) mod links;
mod view;

pub use actions::ACTIONS;
pub use export::keep;

use super::{command::Cmd, context::Context, pages, state::State, widgets::Input};
use crate::{
    Message, Result,
    crm::{Deleted, Query, Sort},
    record::{
        Column, Grid, Row, Schema, Total, Value,
        filter::{self, Filter},
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// What is being typed above the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// Words to search for.
    Search,
    /// A filter in the filter language.
    Filter,
}

/// A list of records.
#[derive(Debug)]
pub struct Listing {
    pub number: u64,
    pub schema: Arc<Schema>,
    /// What always holds: the records of one customer.
    pub base: String,
    pub filter: String,
    pub words: String,
    pub sort: Vec<Sort>,
    /// Field paths; empty for the usual ones.
    pub columns: Vec<String>,
    /// The saved view that it shows.
    pub view: Option<String>,
    pub bin: bool,
    /// Why the filter cannot be read.
    pub fault: Option<String>,
    pub bar: Option<(Bar, Input)>,
    pub total: Option<Total>,
    pub marks: BTreeSet<i64>,
    /// Rows that fit on the screen; whoever owns the list keeps it right.
    pub height: usize,
    /// The column under the cursor, for filtering like its cell.
    pub column: usize,
    pub(super) heads: Vec<Column>,
    pub(super) offset: usize,
    pub(super) rows: Vec<Row>,
    pub(super) loaded: bool,
    pub(super) cursor: usize,
    pub(super) first: usize,
    chosen: Option<i64>,
    anchor: Option<usize>,
    /// The rows were read from the end of a list, which is so long at least; its length may not be known yet.
    mirror: Option<usize>,
}

/// Where the rows of an answer stand: so many after the first, or before the last.
#[derive(Debug, Clone, Copy)]
enum From {
    Start(usize),
    End(usize),
}

/// The end of a list that is no longer is reached by leaving out what stands before it.
const NEAR: usize = 2_000;

impl Listing {
    #[must_use]
    pub fn new(context: &Context, schema: Arc<Schema>) -> Self {
        Self {
            number: context.number(),
            schema,
            base: String::new(),
            filter: String::new(),
            words: String::new(),
            sort: Vec::new(),
            columns: Vec::new(),
            view: None,
            bin: false,
            fault: None,
            bar: None,
            total: None,
            marks: BTreeSet::new(),
            height: usize::from(context.body().height.saturating_sub(4)).max(1),
            column: 0,
            heads: Vec::new(),
            offset: 0,
            rows: Vec::new(),
            loaded: false,
            cursor: 0,
            first: 0,
            chosen: None,
            anchor: None,
            mirror: None,
        }
    }

    /// What it lists, as a question of the library.
    ///
    /// # Errors
    /// A filter that does not read.
    pub fn query(&self) -> Result<Query> {
        let mut parts = Vec::new();
        for text in [&self.base, &self.filter] {
            match filter::parse(text)? {
                Filter::All => {}
                Filter::And(several) => parts.extend(several),
                one => parts.push(one),
            }
        }
        parts.extend(self.words.split_whitespace().map(|word| Filter::Word(word.to_owned())));
        let filter = match parts.len() {
            0 => Filter::All,
            1 => parts.pop().unwrap_or(Filter::All),
            _ => Filter::And(parts),
        };
        let deleted = if self.bin { Deleted::Only } else { Deleted::Without };
        let (columns, sort) = (self.columns.clone(), self.sort.clone());
        Ok(Query { filter, columns, sort, deleted, ..Query::new(self.schema.kind) })
    }

    /// How many rows there are, as far as it is known.
    #[must_use]
    pub fn length(&self) -> usize {
        if let Some(length) = self.mirror {
            return length;
        }
        match self.total {
            Some(Total::Exactly(count)) => usize::try_from(count).unwrap_or(usize::MAX),
            Some(Total::MoreThan(count)) => self.reached().max(usize::try_from(count).unwrap_or(usize::MAX)),
            None => self.reached(),
        }
    }

    /// How far it was read, and one further where there may be more.
    fn reached(&self) -> usize {
        self.offset + self.rows.len() + usize::from(self.rows.len() >= self.stretch())
    }

    /// How many rows are read at once.
    fn stretch(&self) -> usize {
        self.height * 3 + 20
    }

    /// The row at a place, where it was read.
    #[must_use]
    pub fn row(&self, place: usize) -> Option<&Row> {
        place.checked_sub(self.offset).and_then(|place| self.rows.get(place))
    }

    /// The record under the cursor.
    #[must_use]
    pub fn subject(&self) -> Option<(&'static str, i64)> {
        self.row(self.cursor).map(|row| (self.schema.kind, row.id))
    }

    /// Whether it was read, and nothing is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.loaded && self.length() == 0
    }

    /// The first row in sight where so many fit.
    #[must_use]
    pub fn first_for(&self, visible: usize) -> usize {
        self.first.clamp(self.cursor.saturating_sub(visible.saturating_sub(1)), self.cursor.max(self.first))
    }

    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The rows that were read, for tests and for pages that draw them in their own way.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    #[must_use]
    pub fn heads(&self) -> &[Column] {
        &self.heads
    }

    /// The records that an act means: the marked ones, else the one under the cursor.
    #[must_use]
    pub fn meant(&self) -> Vec<i64> {
        if self.marks.is_empty() {
            self.subject().map(|(_, id)| id).into_iter().collect()
        } else {
            self.marks.iter().copied().collect()
        }
    }

    /// Reads the rows in sight and how many there are; the cursor stays on its record.
    pub fn load(&mut self, context: &Context) -> Vec<Cmd> {
        // Somebody may have added a field meanwhile.
        if let Some(schema) = context.schema(self.schema.kind) {
            self.schema = schema;
        }
        let query = match self.query() {
            Ok(query) => query,
            Err(error) => {
                self.fault = Some(context.fault(&error));
                return Vec::new();
            }
        };
        let mut commands = vec![self.read(query.clone(), self.first.saturating_sub(self.height))];
        if self.mirror.is_none() {
            commands.push(self.count(query, false));
        }
        commands
    }

    /// As [`Listing::load`], of something else: from the top.
    pub fn reload(&mut self, context: &Context) -> Vec<Cmd> {
        (self.cursor, self.first, self.chosen, self.anchor, self.mirror) = (0, 0, None, None, None);
        self.load(context)
    }

    /// The rows around a place, as a question, and where they will stand.
    fn window(&self, mut query: Query, offset: usize) -> (Query, From) {
        let limit = self.stretch();
        let from = match self.mirror {
            Some(length) => From::End(length.saturating_sub(offset + limit)),
            None => From::Start(offset),
        };
        let (From::Start(skipped) | From::End(skipped)) = from;
        (query.limit, query.offset) = (Some(limit as u64), Some(skipped as u64));
        (query.paging, query.reversed) = (true, matches!(from, From::End(_)));
        (query, from)
    }

    fn read(&self, query: Query, offset: usize) -> Cmd {
        let (query, from) = self.window(query, offset);
        let number = self.number;
        Cmd::question(
            (number, "rows"),
            move |crm| crm.list(&query),
            move |state, answer| {
                state.with_listing(number, |listing, context| {
                    match answer {
                        Ok(grid) => listing.came(grid, from),
                        Err(error) if error.cause == crate::Cause::Interrupted => {}
                        Err(error) => listing.fault = Some(context.fault(&error)),
                    }
                    Vec::new()
                })
            },
        )
    }

    fn count(&self, mut query: Query, exact: bool) -> Cmd {
        (query.exact, query.paging) = (exact, true);
        let number = self.number;
        Cmd::question(
            (number, "total"),
            move |crm| crm.total(&query),
            move |state, answer| {
                state.with_listing(number, |listing, _| {
                    match answer {
                        Ok(Total::Exactly(count)) => listing.is_known(count),
                        Ok(total) if listing.mirror.is_none() => listing.total = Some(total),
                        _ => {}
                    }
                    Vec::new()
                })
            },
        )
    }

    /// How many there are; where only the end was known so far, every place moves.
    fn is_known(&mut self, count: u64) {
        self.total = Some(Total::Exactly(count));
        let Some(length) = &mut self.mirror else { return };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let by = count.saturating_sub(*length);
        *length = count;
        (self.cursor, self.first, self.offset) = (self.cursor + by, self.first + by, self.offset + by);
        self.anchor = self.anchor.map(|anchor| anchor + by);
    }

    /// The place of the first row that was read, of those counted from the end after turning them round.
    fn placed(&mut self, rows: &mut [Row], from: From) -> usize {
        let From::End(skipped) = from else {
            let From::Start(offset) = from else { return 0 };
            return offset;
        };
        rows.reverse();
        let reached = skipped + rows.len();
        if rows.len() < self.stretch() {
            // It was shorter than that after all.
            let gone = self.length().saturating_sub(reached);
            (self.cursor, self.first) = (self.cursor.saturating_sub(gone), self.first.saturating_sub(gone));
            (self.mirror, self.total) = (None, Some(Total::Exactly(reached as u64)));
            return 0;
        }
        self.mirror = self.mirror.map(|length| length.max(reached));
        self.length().saturating_sub(reached)
    }

    fn came(&mut self, mut grid: Grid, from: From) {
        let offset = self.placed(&mut grid.rows, from);
        (self.heads, self.rows, self.offset) = (grid.columns, grid.rows, offset);
        (self.loaded, self.fault) = (true, None);
        if let Some(place) = self.chosen.and_then(|id| self.rows.iter().position(|row| row.id == id)) {
            self.cursor = offset + place;
        }
        let whole = self.rows.len() < self.stretch() && matches!(from, From::Start(_));
        if whole && (!self.rows.is_empty() || offset == 0) {
            if matches!(self.total, Some(Total::MoreThan(_))) {
                self.total = Some(Total::Exactly((offset + self.rows.len()) as u64));
            }
            self.cursor = self.cursor.min((offset + self.rows.len()).saturating_sub(1));
        }
        self.settle();
    }

    /// Keeps the cursor in sight and remembers which record it is on.
    fn settle(&mut self) {
        self.first = self.first.clamp(self.cursor.saturating_sub(self.height.saturating_sub(1)), self.cursor);
        self.chosen = self.row(self.cursor).map(|row| row.id).or(self.chosen);
        self.column = self.column.min(self.heads.len().saturating_sub(1));
    }

    /// Moves the cursor, and reads on where it comes near the end of what was read.
    pub fn go_to(&mut self, place: usize, _: &Context) -> Vec<Cmd> {
        if place == 0 && self.mirror.take().is_some() {
            (self.cursor, self.first, self.chosen) = (0, 0, None);
            return self.query().map(|query| self.read(query, 0)).into_iter().collect();
        }
        self.cursor = place.min(self.length().saturating_sub(1));
        self.chosen = None;
        self.settle();
        let near = self.height / 2;
        let end = self.offset + self.rows.len();
        let above = self.offset > 0 && self.first < self.offset + near;
        let below = end < self.length() && self.first + self.height + near > end;
        if above || below {
            return self
                .query()
                .map(|query| self.read(query, self.first.saturating_sub(self.height)))
                .into_iter()
                .collect();
        }
        Vec::new()
    }

    pub fn go_by(&mut self, by: i64, context: &Context) -> Vec<Cmd> {
        let at = i64::try_from(self.cursor).unwrap_or_default();
        self.go_to(usize::try_from(at.saturating_add(by)).unwrap_or_default(), context)
    }

    /// To the very last row: of a long list the rows are asked for from its end, and how many there are meanwhile.
    pub fn go_to_end(&mut self, context: &Context) -> Vec<Cmd> {
        let known = matches!(self.total, Some(Total::Exactly(_)));
        let (length, query) = (self.length(), self.query());
        let Ok(query) = query else { return Vec::new() };
        if self.mirror.is_some() || known && length <= NEAR {
            return self.go_to(length.saturating_sub(1), context);
        }
        self.mirror = Some(length.max(1));
        (self.cursor, self.first) = (length.saturating_sub(1), length.saturating_sub(self.height));
        self.chosen = None;
        let mut commands = vec![self.read(query.clone(), length.saturating_sub(self.stretch()))];
        if !known {
            commands.push(self.count(query, true));
        }
        commands
    }

    /// The next record, for a page that was opened from here.
    pub fn step(&mut self, by: i64) -> Option<(&'static str, i64)> {
        let at = i64::try_from(self.cursor).unwrap_or_default();
        let to = usize::try_from(at + by).ok().filter(|to| *to < self.length())?;
        let row = self.row(to)?;
        let id = row.id;
        self.cursor = to;
        self.settle();
        Some((self.schema.kind, id))
    }

    /// Reads the rows around the record that [`Listing::step`] would go to, where they were not read yet, and goes on.
    pub fn read_on(&self, by: i64) -> Option<Cmd> {
        let to = i64::try_from(self.cursor).ok()?.checked_add(by).and_then(|to| usize::try_from(to).ok())?;
        if to >= self.length() || self.row(to).is_some() {
            return None;
        }
        let (query, from) = self.window(self.query().ok()?, to.saturating_sub(self.stretch() / 2));
        let number = self.number;
        Some(Cmd::question(
            (number, "rows"),
            move |crm| crm.list(&query),
            move |state, answer| {
                let answer = answer.map(|grid| {
                    state.with_listing(number, |listing, _| {
                        listing.came(grid, from);
                        Vec::new()
                    })
                });
                match answer {
                    Ok(_) => pages::along(state, by, false),
                    Err(error) => state.fault(&error),
                }
            },
        ))
    }

    /// Marks or unmarks what is under the cursor and moves down.
    pub fn mark(&mut self, context: &Context) -> Vec<Cmd> {
        if let Some((_, id)) = self.subject()
            && !self.marks.remove(&id)
        {
            self.marks.insert(id);
        }
        self.go_by(1, context)
    }

    /// Begins a range, or marks everything from where it began to the cursor.
    pub fn range(&mut self) -> Vec<Cmd> {
        let Some(anchor) = self.anchor.take() else {
            self.anchor = Some(self.cursor);
            return Vec::new();
        };
        let (from, to) = (anchor.min(self.cursor), anchor.max(self.cursor));
        self.mark_matching(Some(from as u64), Some((to - from + 1) as u64))
    }

    /// The place where a range began.
    #[must_use]
    pub fn anchor(&self) -> Option<usize> {
        self.anchor
    }

    /// Marks all that match; where all are marked, none.
    pub fn mark_all(&mut self) -> Vec<Cmd> {
        if !self.marks.is_empty() && self.marks.len() >= self.length() {
            self.marks.clear();
            return Vec::new();
        }
        self.mark_matching(None, None)
    }

    fn mark_matching(&mut self, offset: Option<u64>, limit: Option<u64>) -> Vec<Cmd> {
        let Ok(query) = self.query() else { return Vec::new() };
        let reversed = self.mirror.is_some() && limit.is_some();
        let from_end = |length: usize| {
            (length as u64).saturating_sub(offset.unwrap_or_default().saturating_add(limit.unwrap_or_default()))
        };
        let offset = self.mirror.filter(|_| reversed).map(from_end).or(offset);
        let (query, number) = (Query { limit, offset, reversed, ..query }, self.number);
        vec![Cmd::question(
            (number, "marks"),
            move |crm| crm.matching(&query),
            move |state, answer| match answer {
                Ok(ids) => state.with_listing(number, |listing, _| {
                    listing.marks.extend(ids);
                    Vec::new()
                }),
                Err(error) => state.fault(&error),
            },
        )]
    }

    /// Sorts by a field; the other way round where it is sorted by it already.
    pub fn sort_by(&mut self, path: &str, context: &Context) -> Vec<Cmd> {
        let descending = self.sort.first().is_some_and(|sort| sort.path == path && !sort.descending);
        self.sort = vec![Sort { path: path.to_owned(), descending }];
        self.reload(context)
    }

    /// Adds a condition: what is under the cursor in that column.
    pub fn filter_like(&mut self, context: &Context) -> Vec<Cmd> {
        let Some(condition) = self.like_cell() else { return Vec::new() };
        format!("{} {condition}", self.filter).trim().clone_into(&mut self.filter);
        self.reload(context)
    }

    fn like_cell(&self) -> Option<String> {
        let (head, row) = (self.heads.get(self.column)?, self.row(self.cursor)?);
        let value = row.cells.get(self.column)?;
        let name = &head.name;
        Some(match value {
            value if value.is_empty() => format!("{name}:"),
            Value::Link(link) => format!("{name}={}", link.short()),
            Value::List(items) => match items.first() {
                Some(Value::Link(link)) => format!("{name}:{}", link.short()),
                Some(item) => format!("{name}:{}", quoted(item.as_text().unwrap_or_default())),
                None => format!("{name}:"),
            },
            value => format!("{name}={}", quoted(&crate::record::types::show(&head.kind, value))),
        })
    }

    /// What Esc takes back: the bar, a range, the marks, the search, the filter.
    pub fn back(&mut self, context: &Context) -> Option<Vec<Cmd>> {
        if self.bar.take().is_some() {
            return Some(Vec::new());
        }
        if self.anchor.take().is_some() {
            return Some(Vec::new());
        }
        if !self.marks.is_empty() {
            self.marks.clear();
            return Some(Vec::new());
        }
        if !self.words.is_empty() || !self.filter.is_empty() || self.fault.is_some() {
            self.words.clear();
            self.filter.clear();
            (self.view, self.fault) = (None, None);
            return Some(self.reload(context));
        }
        None
    }

    /// Why nothing can be done to a record here: there is none.
    pub(super) fn needs_row(&self) -> Result<(), Message> {
        self.subject().map(drop).ok_or_else(|| Message::new("There is no record under the cursor."))
    }
}

/// As one value of the filter language.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\"\""))
}

impl State {
    /// Lets the list of that number change, on whichever page it stands.
    pub fn with_listing(&mut self, number: u64, work: impl FnOnce(&mut Listing, &Context) -> Vec<Cmd>) -> Vec<Cmd> {
        let context = &self.context;
        let pages = self.stacks.iter_mut().flat_map(|stack| stack.pages.iter_mut().chain(&mut stack.forward));
        for page in pages.chain(&mut self.boxes) {
            if let Some(listing) = page.listing_of(number) {
                let mut commands = work(listing, context);
                commands.extend(page.follow(context));
                return commands;
            }
        }
        Vec::new()
    }

    /// Lets the list on top change, which the keys of lists mean.
    pub fn listing(&mut self, work: impl FnOnce(&mut Listing, &Context) -> Vec<Cmd>) -> Vec<Cmd> {
        let number = self.top().and_then(|page| page.listing()).map(|listing| listing.number);
        number.map_or_else(Vec::new, |number| self.with_listing(number, work))
    }
}
