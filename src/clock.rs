//! Now and today, in the reader's time zone; fixed by `--now` and in tests.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The handle's clock. The time zone is looked up only when a local day is asked for.
#[derive(Debug, Clone)]
pub struct Clock {
    fixed: Option<Timestamp>,
    zone: TimeZone,
}

impl Clock {
    /// Runs with the system's time, in that zone.
    #[must_use]
    pub fn system(zone: TimeZone) -> Self {
        Self { fixed: None, zone }
    }

    /// Stands still at one instant.
    #[must_use]
    pub fn fixed(now: Timestamp, zone: TimeZone) -> Self {
        Self { fixed: Some(now), zone }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.fixed.unwrap_or_else(Timestamp::now)
    }

    #[must_use]
    pub fn today(&self) -> Date {
        self.now().to_zoned(self.zone.clone()).date()
    }

    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}
