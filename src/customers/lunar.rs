//! The Chinese calendar (农历) from 1900 to 2100: which lunar day a day is.
//!
//! The months are those of GB/T 33661-2017, which the Purple Mountain Observatory and the Hong Kong Observatory publish,
//! taken from the data of ICU4X 2.4 and compared with the crate `chinese-lunisolar-calendar` 0.2.5: they agree on every
//! day but for three months (2057, 2089, 2097) that begin within minutes of midnight. A table of 201 numbers does what
//! those crates and the dozen beneath them would be here for.

use jiff::{ToSpan, civil::Date};

/// A day of the Chinese calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LunarDay {
    /// The year of the common era in which the lunar year began.
    pub year: i16,
    pub month: u8,
    /// Whether it stands in the leap month (闰月) that follows the month of its number.
    pub leap: bool,
    pub day: u8,
}

const FIRST: i16 = 1900;

/// A year each: the days from 1 January to new year (6 bits), the leap month or 0 (4 bits), and for each month, the
/// first in the lowest bit, whether it has 30 days rather than 29 (13 bits).
#[expect(clippy::unreadable_literal, reason = "bits, not amounts")]
const YEARS: [u32; 201] = [
    0x3d16d2, 0x620752, 0x4c0ea5, 0x38b64a, 0x5c064b, 0x440a9b, 0x309556, 0x56056a, 0x400b59, 0x2a5752, 0x500752,
    0x3adb25, 0x600b25, 0x480a4b, 0x32b4ab, 0x5802ad, 0x42056b, 0x2c4b69, 0x520da9, 0x3efd92, 0x640e92, 0x4c0d25,
    0x36ba4d, 0x5c0a56, 0x4602b6, 0x2e95b5, 0x5606d4, 0x400ea9, 0x2c5e92, 0x500e92, 0x3acd26, 0x5e052b, 0x480a57,
    0x32b2b6, 0x580b5a, 0x4406d4, 0x2e6ec9, 0x520749, 0x3cf693, 0x620a93, 0x4c052b, 0x34ca5b, 0x5a0aad, 0x46056a,
    0x309b55, 0x560ba4, 0x400b49, 0x2a5a93, 0x500a95, 0x38f52d, 0x5e0536, 0x480aad, 0x34b5aa, 0x5805b2, 0x420da5,
    0x2e7d4a, 0x540d4a, 0x3d0a95, 0x600a97, 0x4c0556, 0x36cab5, 0x5a0ad5, 0x4606d2, 0x308ea5, 0x560ea5, 0x40064a,
    0x286c97, 0x4e0a9b, 0x3af55a, 0x5e056a, 0x480b69, 0x34b752, 0x5a0b52, 0x420b25, 0x2c964b, 0x520a4b, 0x3d14ab,
    0x6002ad, 0x4a056d, 0x36cb69, 0x5c0da9, 0x460d92, 0x309d25, 0x560d25, 0x415a4d, 0x640a56, 0x4e02b6, 0x38c5b5,
    0x5e06d5, 0x480ea9, 0x34be92, 0x5a0e92, 0x440d26, 0x2c6a56, 0x500a57, 0x3d14d6, 0x62035a, 0x4a06d5, 0x36b6c9,
    0x5c0749, 0x460693, 0x2e952b, 0x54052b, 0x3e0a5b, 0x2a555a, 0x4e056a, 0x38fb55, 0x600ba4, 0x4a0b49, 0x32ba93,
    0x580a95, 0x42052d, 0x2c8aad, 0x500ab5, 0x3d35aa, 0x6205d2, 0x4c0da5, 0x36dd4a, 0x5c0d4a, 0x460c95, 0x30952e,
    0x540556, 0x3e0ab5, 0x2a55b2, 0x5006d2, 0x38cea5, 0x5e0725, 0x48064b, 0x32ac97, 0x560cab, 0x42055a, 0x2c6ad6,
    0x520b69, 0x3d7752, 0x620b52, 0x4c0b25, 0x36da4b, 0x5a0a4b, 0x4404ab, 0x2ea55b, 0x5405ad, 0x3e0b6a, 0x2a5b52,
    0x500d92, 0x3afd25, 0x5e0d25, 0x480a55, 0x32b4ad, 0x5804b6, 0x4005b5, 0x2c6daa, 0x520ec9, 0x3f1e92, 0x620e92,
    0x4c0d26, 0x36ca56, 0x5a0a57, 0x440556, 0x2e86d5, 0x540755, 0x400749, 0x286e93, 0x4e0693, 0x38f52b, 0x5e052b,
    0x460a5b, 0x32b55a, 0x58056a, 0x420b65, 0x2c974a, 0x520b4a, 0x3d1a95, 0x620a95, 0x4a052d, 0x34caad, 0x5a0ab5,
    0x4605aa, 0x2e8ba5, 0x540da5, 0x400d4a, 0x2a7c95, 0x4e0c96, 0x38f94e, 0x5e0556, 0x480ab5, 0x32b5b2, 0x5806d2,
    0x420ea5, 0x2e8e4a, 0x50068b, 0x3b0c97, 0x6004ab, 0x4a055b, 0x34cad6, 0x5a0b6a, 0x460752, 0x309725, 0x540b45,
    0x3e0a8b, 0x28549b, 0x4e04ab,
];

/// The months of a lunar year in their order: number, leap or not, length.
fn months(year: i16) -> impl Iterator<Item = (u8, bool, u8)> {
    let word = word(year).unwrap_or_default();
    let leap = u8::try_from(word >> 13 & 15).unwrap_or_default();
    let count = if leap == 0 { 12 } else { 13 };
    (0..count).map(move |place: u8| {
        let past = leap > 0 && place >= leap;
        let number = if past { place } else { place + 1 };
        (number, past && place == leap, if word >> place & 1 == 1 { 30 } else { 29 })
    })
}

fn word(year: i16) -> Option<u32> {
    YEARS.get(usize::try_from(year - FIRST).ok()?).copied()
}

/// The day on which a lunar year begins (春节).
#[must_use]
pub fn new_year(year: i16) -> Option<Date> {
    let days = i64::from(word(year)? >> 17);
    Date::new(year, 1, 1).ok()?.checked_add(days.days()).ok()
}

impl LunarDay {
    /// The lunar day of a day; none outside the table.
    #[must_use]
    pub fn of(date: Date) -> Option<Self> {
        let begun = new_year(date.year()).is_some_and(|first| first <= date);
        let year = if begun { date.year() } else { date.year() - 1 };
        let mut days = u32::try_from((date - new_year(year)?).get_days()).ok()?;
        for (month, leap, length) in months(year) {
            if days < u32::from(length) {
                return Some(Self { year, month, leap, day: u8::try_from(days + 1).ok()? });
            }
            days -= u32::from(length);
        }
        None
    }

    /// The day that this lunar day is; none where its year has no such day or is outside the table.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        let mut days = i64::from(self.day) - 1;
        let first = new_year(self.year)?;
        for (month, leap, length) in months(self.year) {
            if (month, leap) == (self.month, self.leap) {
                return if (1..=length).contains(&self.day) { first.checked_add(days.days()).ok() } else { None };
            }
            days += i64::from(length);
        }
        None
    }

    /// How many days its month has.
    #[must_use]
    pub fn month_length(self) -> u8 {
        let own = months(self.year).find(|(month, leap, _)| (*month, *leap) == (self.month, self.leap));
        own.map_or(30, |(_, _, length)| length)
    }
}

/// The leap month of a lunar year, where it has one.
#[must_use]
pub fn leap_month(year: i16) -> Option<u8> {
    months(year).find(|(_, leap, _)| *leap).map(|(month, _, _)| month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn lunar(year: i16, month: u8, leap: bool, day: u8) -> LunarDay {
        LunarDay { year, month, leap, day }
    }

    #[test]
    fn the_new_years_are_those_that_were_celebrated() {
        let known = [
            (1900, 1, 31),
            (1912, 2, 18),
            (1949, 1, 29),
            (1954, 2, 3),
            (1976, 1, 31),
            (1985, 2, 20),
            (2000, 2, 5),
            (2008, 2, 7),
            (2020, 1, 25),
            (2023, 1, 22),
            (2024, 2, 10),
            (2025, 1, 29),
            (2026, 2, 17),
            (2033, 1, 31),
            (2034, 2, 19),
            (2100, 2, 9),
        ];
        for (year, month, day) in known {
            assert_eq!(new_year(year), Some(date(year, month, day)));
        }
    }

    #[test]
    fn festivals_and_leap_months_are_where_the_almanac_has_them() {
        let known = [
            (date(2025, 10, 6), lunar(2025, 8, false, 15)),
            (date(2026, 6, 19), lunar(2026, 5, false, 5)),
            (date(2023, 3, 22), lunar(2023, 2, true, 1)),
            (date(2020, 5, 23), lunar(2020, 4, true, 1)),
            (date(2025, 7, 25), lunar(2025, 6, true, 1)),
            (date(2033, 12, 22), lunar(2033, 11, true, 1)),
            (date(1980, 9, 23), lunar(1980, 8, false, 15)),
            (date(2026, 2, 16), lunar(2025, 12, false, 29)),
        ];
        for (solar, day) in known {
            assert_eq!(LunarDay::of(solar), Some(day));
            assert_eq!(day.date(), Some(solar));
        }
        assert_eq!((leap_month(2033), leap_month(2026), leap_month(2025)), (Some(11), None, Some(6)));
    }

    #[test]
    fn every_day_of_two_centuries_comes_back_from_its_lunar_day() {
        let mut day = date(1900, 1, 31);
        while day < date(2101, 1, 29) {
            assert_eq!(LunarDay::of(day).and_then(LunarDay::date), Some(day));
            day = day.tomorrow().expect("a day");
        }
        assert_eq!(LunarDay::of(date(1900, 1, 30)), None);
        assert_eq!(LunarDay::of(date(2101, 6, 1)), None);
        assert_eq!(lunar(2025, 12, false, 30).date(), None);
    }
}
