//! The timeline of a record: every kind of event that concerns it and its own important changes, merged.
//!
//! A kind takes part by declaring its `event` in the catalog and having a link field that is called after the kind whose
//! timeline it is: `customer`, `contact`. What is planned stands on top, soonest first; what happened follows, newest
//! first. Each kind is read through the index of its link, so that millions of other events cost nothing.

mod asked;
mod changes;
mod entry;
mod events;
mod grid;

use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Choice, types},
};
use asked::Asked;
use jiff::civil::Date;

pub use entry::{Entry, Place};

/// What to show of whose timeline.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub kind: String,
    pub id: i64,
    /// Kinds of record or sorts of event: `call`, `visit`, `attachment`, `change`; empty for all.
    pub sorts: Vec<String>,
    /// The first and the last day, where there is one.
    pub period: (Option<Date>, Option<Date>),
    pub limit: Option<usize>,
    /// At most so many of what is planned, so that much of it does not hide what happened.
    pub plans: Option<usize>,
    /// Only what stands below this place.
    pub after: Option<Place>,
}

/// The events of a record, in their order.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    pub entries: Vec<Entry>,
    /// Whether there are more below the last.
    pub more: bool,
    /// The words for all sorts of event that may stand on it.
    words: Vec<Choice>,
    /// The words for the kinds of record that they may be.
    kinds: Vec<Choice>,
}

impl Timeline {
    /// What is planned next, the longest overdue first, as a timeline of one event or none.
    #[must_use]
    pub fn next(&self) -> Self {
        let next = self.entries.first().filter(|entry| entry.planned).cloned();
        Self { entries: next.into_iter().collect(), more: false, words: self.words.clone(), kinds: self.kinds.clone() }
    }
}

impl Crm {
    /// The timeline of a record.
    ///
    /// # Errors
    /// A sort of event that there is not.
    pub fn timeline(&mut self, wanted: &Wanted) -> Result<Timeline> {
        let asked = Asked::of(self, wanted)?;
        // One more than is wanted tells whether there are more.
        let limit = wanted.limit.map(|limit| limit + 1);
        let mut entries = Vec::new();
        for (rank, source) in asked.sources.iter().enumerate() {
            entries.extend(self.planned(wanted, source, rank, limit)?);
            entries.extend(self.happened(wanted, source, rank, limit)?);
        }
        entries.extend(self.changed(wanted, &asked, limit)?);
        if let Some(after) = &wanted.after {
            entries.retain(|entry| entry.place > *after);
        }
        entries.sort_by(|one, other| one.place.cmp(&other.place));
        let plans = entries.iter().filter(|entry| entry.planned).count();
        let hidden = plans.saturating_sub(wanted.plans.unwrap_or(usize::MAX));
        entries.drain(plans - hidden..plans);
        let most = wanted.limit.unwrap_or(usize::MAX);
        let more = entries.len() > most || hidden > 0;
        entries.truncate(most);
        Ok(Timeline { entries, more, words: asked.words, kinds: asked.kinds })
    }

    /// What comes after an activity, what is still planned before what is done, as a timeline of one event or none.
    ///
    /// # Errors
    /// Storage faults.
    pub fn following(&mut self, activity: i64) -> Result<Timeline> {
        let Some(source) = asked::after(self.schema("activity")?) else { return Ok(Timeline::default()) };
        let wanted = Wanted { kind: "activity".to_owned(), id: activity, ..Wanted::default() };
        let mut entries = self.planned(&wanted, &source, 0, Some(1))?;
        if entries.is_empty() {
            entries = self.happened(&wanted, &source, 0, Some(1))?;
        }
        Ok(Timeline { entries, more: false, words: asked::words_of(&source), kinds: Vec::new() })
    }

    /// Whether records of a kind have a timeline: something else has events that link to them.
    #[must_use]
    pub fn has_timeline(&self, kind: &str) -> bool {
        self.schemas().iter().any(|schema| asked::event_of(schema, kind).is_some())
    }

    /// A period in writing as its first and last day: `2026-01`, `2026-01..`, `..2026-03`, `-30d..yesterday`. A single
    /// one without dots begins it.
    ///
    /// # Errors
    /// What is no period.
    pub fn span(&self, text: &str) -> Result<(Option<Date>, Option<Date>)> {
        let day = |text: &str, last: bool| match text.trim() {
            "" => Ok(None),
            text => types::parse_period(text, self.reading()).map(|(from, to)| Some(if last { to } else { from })),
        };
        let (from, to) = match text.split_once("..") {
            Some((from, to)) => (day(from, false)?, day(to, true)?),
            None => (day(text, false)?, None),
        };
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(Error::bad_value(Message::new("{from} is after {to}.").with("from", from).with("to", to)));
        }
        Ok((from, to))
    }
}
