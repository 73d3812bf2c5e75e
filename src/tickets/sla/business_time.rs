//! Working time: how much of it lies between two instants, and when so much of it has passed.
//!
//! Hours are those of the calendar's zone. A clock that is set back does not open a window again that it has passed, nor
//! close one before its end is shown for the first time; a clock that is put forward opens what it skips the start of.
//! So every instant belongs to exactly one reading, and a day round the clock has 23 or 25 hours on such days.

use super::hours::{DAY, Hours, Window};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz::{AmbiguousOffset, TimeZone},
};
use std::collections::BTreeMap;

/// After so many days without any working time there is taken to be none.
const PATIENCE: u32 = 4000;

/// The working time of a calendar: hours of the week, holidays, working weekend days, and the zone of its clocks.
#[derive(Debug, Clone)]
pub struct BusinessTime {
    zone: TimeZone,
    hours: Hours,
    /// Days with hours of their own; none at all on a holiday.
    days: BTreeMap<Date, Vec<Window>>,
    /// The same every year, by month and day.
    yearly: BTreeMap<(i8, i8), Vec<Window>>,
}

impl BusinessTime {
    #[must_use]
    pub fn new(zone: TimeZone, hours: Hours) -> Self {
        Self { zone, hours, days: BTreeMap::new(), yearly: BTreeMap::new() }
    }

    /// Round the clock, on every day.
    #[must_use]
    pub fn always() -> Self {
        Self::new(TimeZone::UTC, Hours::always())
    }

    #[must_use]
    pub fn hours(&self) -> &Hours {
        &self.hours
    }

    /// The day that it is in its zone.
    pub(crate) fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// Gives a day other windows than its weekday has: none on a holiday.
    pub fn set_day(&mut self, day: Date, windows: Vec<Window>) {
        self.days.insert(day, windows);
    }

    /// Gives a day of every year other windows than its weekday has; a day that is set itself goes before.
    pub fn set_yearly(&mut self, day: Date, windows: Vec<Window>) {
        self.yearly.insert((day.month(), day.day()), windows);
    }

    /// The seconds of working time between two instants; none where the second is not the later one.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> i64 {
        let (from, to) = (from.as_second(), to.as_second());
        if self.is_plain() {
            return (to - from).max(0);
        }
        self.spans(from).take_while(|(start, _)| *start < to).map(|(start, end)| end.min(to) - start).sum()
    }

    /// The first instant at which so many seconds of working time have passed; none where they never will have.
    #[must_use]
    pub fn add(&self, from: Timestamp, seconds: i64) -> Option<Timestamp> {
        let (from, mut left) = (from.as_second(), seconds);
        if left <= 0 || self.is_plain() {
            return Timestamp::from_second(from.checked_add(left.max(0))?).ok();
        }
        for (start, end) in self.spans(from) {
            if left <= end - start {
                return Timestamp::from_second(start + left).ok();
            }
            left -= end - start;
        }
        None
    }

    /// The instant itself where somebody works then, else the next one at which somebody does.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_plain() {
            return Some(at);
        }
        let (start, _) = self.spans(at.as_second()).next()?;
        if start == at.as_second() { Some(at) } else { Timestamp::from_second(start).ok() }
    }

    pub(super) fn is_plain(&self) -> bool {
        self.days.is_empty() && self.yearly.is_empty() && self.hours.is_always()
    }

    fn windows(&self, day: Date) -> &[Window] {
        let own = self.days.get(&day).or_else(|| self.yearly.get(&(day.month(), day.day())));
        own.map_or_else(|| self.hours.on(day.weekday()), Vec::as_slice)
    }

    /// When people work, from an instant on: begin and end in seconds, one after the other.
    fn spans(&self, from: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = Timestamp::from_second(from).ok();
        // A window of the evening before may reach into the day.
        let first = first.and_then(|first| first.to_zoned(self.zone.clone()).date().yesterday().ok());
        let (mut day, mut place, mut reached, mut idle) = (first, 0, from, 0);
        std::iter::from_fn(move || {
            loop {
                let today = day?;
                let Some(window) = self.windows(today).get(place) else {
                    (day, place, idle) = (today.tomorrow().ok(), 0, idle + 1);
                    if idle > PATIENCE {
                        return None;
                    }
                    continue;
                };
                place += 1;
                let start = self.instant(today, window.from)?.max(reached);
                let end = self.instant(today, window.to)?;
                if start < end {
                    (reached, idle) = (end, 0);
                    return Some((start, end));
                }
            }
        })
    }

    /// When the clocks of the zone first show so many minutes of a day, or more where they skip them.
    fn instant(&self, day: Date, minutes: u16) -> Option<i64> {
        let day = day.checked_add(i64::from(minutes / DAY).days()).ok()?;
        let (hour, minute) = (i8::try_from(minutes % DAY / 60).ok()?, i8::try_from(minutes % 60).ok()?);
        let local = day.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
        let second = |offset: jiff::tz::Offset| offset.to_timestamp(local).ok().map(Timestamp::as_second);
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => second(offset),
            AmbiguousOffset::Fold { before, .. } => second(before),
            AmbiguousOffset::Gap { before, .. } => {
                let beyond = Timestamp::from_second(second(before)? + 1).ok()?;
                self.zone.preceding(beyond).next().map(|transition| transition.timestamp().as_second())
            }
        }
    }
}
