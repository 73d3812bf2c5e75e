//! One event on a timeline, and where it stands.

use crate::record::{Kind, Link, Value};
use std::cmp::{Ordering, Reverse};

/// One event of any kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When it happened or is planned for: an instant, a day, or nothing for what has no date yet.
    pub at: String,
    pub planned: bool,
    /// Planned for a time that has passed.
    pub overdue: bool,
    /// Planned once, and called off.
    pub called_off: bool,
    /// The kind of record that it is, or `change` for a change of the record itself.
    pub kind: &'static str,
    pub id: i64,
    /// The ref of the record that it is; empty for a change.
    pub short: String,
    /// What sort of event, such as `call`, or which field changed.
    pub sort: String,
    /// What it was about.
    pub title: String,
    /// What else is told of it.
    pub details: Vec<String>,
    /// The person it was with.
    pub contact: Option<Link>,
    pub who: String,
    /// The values of the title, where words of a list are among them, so that they are told in the reader's language.
    pub said: Vec<(Kind, Value)>,
    /// Of a change: the field's kind, the value before and after.
    pub change: Option<(Kind, Value, Value)>,
    pub place: Place,
}

/// Where an event stands, from the top: what is planned, soonest first, then what happened, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub planned: bool,
    /// The instant that it sorts by, whole days by their beginning.
    pub moment: String,
    /// The place of its kind in the catalog.
    pub rank: usize,
    pub id: i64,
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let planned = Reverse(self.planned).cmp(&Reverse(other.planned));
        let by_time = || {
            if self.planned {
                // What has no date comes after what has one.
                (self.moment.is_empty(), &self.moment).cmp(&(other.moment.is_empty(), &other.moment))
            } else {
                other.moment.cmp(&self.moment)
            }
        };
        planned.then_with(by_time).then(self.rank.cmp(&other.rank)).then(other.id.cmp(&self.id))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
