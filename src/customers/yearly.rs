//! `Yearly`: a day of the year as people write it, of the solar or the Chinese calendar, with or without its year.

use super::lunar::{self, LunarDay};
use crate::{
    Result,
    error::Error,
    message::Message,
    record::{
        Kind,
        types::{self, Reading},
    },
};

/// A day that comes back every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yearly {
    pub year: Option<i16>,
    pub month: u8,
    pub day: u8,
    pub lunar: bool,
    /// Of the Chinese calendar: in the leap month of that number.
    pub leap: bool,
}

const LUNAR: [&str; 5] = ["农历", "農曆", "阴历", "旧历", "lunar"];
const SOLAR: [&str; 5] = ["公历", "公曆", "阳历", "新历", "solar"];

impl Yearly {
    /// Reads `1980-03-15`, `03-15`, `农历八月十五`, `lunar 1980-08-15`, `农历闰六月初一`; `lunar` says which calendar a
    /// day is of that does not say it itself.
    pub fn parse(text: &str, lunar: bool, reading: &Reading) -> Result<Self> {
        let mut rest = types::fold(text);
        let mut taken = |words: &[&str]| {
            let held = words.iter().find(|word| rest.contains(**word));
            held.map(|word| rest = rest.replace(word, " ")).is_some()
        };
        let (says_lunar, says_solar) = (taken(&LUNAR), taken(&SOLAR));
        let rest = rest.trim();
        if says_lunar || (lunar && !says_solar) { Self::lunar(rest, text) } else { Self::solar(rest, text, reading) }
    }

    fn solar(rest: &str, text: &str, reading: &Reading) -> Result<Self> {
        let read = types::parse(&Kind::Birthday, rest, reading).map_err(|_| not_a_day(text))?;
        let day = read.as_text().ok_or_else(|| not_a_day(text))?;
        let (year, month_day) = day.split_at(day.len().saturating_sub(5));
        let (month, day) = month_day.split_once('-').ok_or_else(|| not_a_day(text))?;
        let number = |digits: &str| digits.parse().map_err(|_| not_a_day(text));
        let year = year.trim_end_matches('-').parse().ok();
        Ok(Self { year, month: number(month)?, day: number(day)?, lunar: false, leap: false })
    }

    fn lunar(rest: &str, text: &str) -> Result<Self> {
        let leap = rest.contains('闰') || rest.contains('閏') || rest.contains("leap");
        let rest = rest.replace(['闰', '閏'], "").replace("leap", "");
        let (year, month, day) = if rest.contains('月') { in_words(&rest) } else { in_numbers(&rest) }
            .filter(|(_, month, day)| (1..=12).contains(month) && (1..=30).contains(day))
            .ok_or_else(|| not_a_day(text))?;
        let found = Self { year, month, day, lunar: true, leap };
        match year {
            Some(year) if lunar::new_year(year).is_some() => {
                let there = LunarDay { year, month, leap, day }.date().is_some();
                if there { Ok(found) } else { Err(never(text)) }
            }
            _ => Ok(found),
        }
    }

    /// The month and day by which it is kept and found: `03-15`.
    #[must_use]
    pub fn key(self) -> String {
        format!("{:02}-{:02}", self.month, self.day)
    }
}

type Parts = (Option<i16>, u8, u8);

/// `1980年八月十五`, `8月15日`, `腊月廿三`.
fn in_words(text: &str) -> Option<Parts> {
    let (before, day) = text.split_once('月')?;
    let (year, month) = match before.split_once('年') {
        Some((year, month)) => (Some(year.trim().parse().ok()?), month),
        None => (None, before),
    };
    let day = day.trim().trim_end_matches(['日', '号']);
    Some((year, number(month)?, number(day.trim_start_matches('初'))?))
}

/// `1980-08-15`, `--08-15`, `8/15`.
fn in_numbers(text: &str) -> Option<Parts> {
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | ' ')) {
        return None;
    }
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    match parts[..] {
        [year, month, day] if year.len() == 4 => Some((year.parse().ok(), month.parse().ok()?, day.parse().ok()?)),
        [month, day] => Some((None, month.parse().ok()?, day.parse().ok()?)),
        _ => None,
    }
}

/// Numbers up to thirty-nine as months and days are written: `8`, `八`, `正`, `腊`, `廿三`, `三十`.
fn number(text: &str) -> Option<u8> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let digit =
        |c: char| "一二三四五六七八九".chars().position(|known| known == c).and_then(|at| u8::try_from(at + 1).ok());
    let letters: Vec<char> = text.chars().collect();
    match letters[..] {
        ['正' | '元'] => Some(1),
        ['冬'] => Some(11),
        ['腊' | '臘'] => Some(12),
        ['十'] => Some(10),
        ['廿'] => Some(20),
        ['卅'] => Some(30),
        [one] => digit(one),
        ['十', one] => digit(one).map(|one| 10 + one),
        ['廿', one] => digit(one).map(|one| 20 + one),
        [tens, '十'] => digit(tens).map(|tens| tens * 10),
        [tens, '十', one] => Some(digit(tens)? * 10 + digit(one)?),
        _ => None,
    }
}

fn not_a_day(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not a day of the year.").with("value", text))
        .hint(Message::new("Write it like 03-15, 1980-03-15, 农历八月十五 or lunar 08-15."))
        .on_field("day")
}

fn never(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is a day that the Chinese calendar does not have.").with("value", text))
        .on_field("day")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, record::Currency};
    use jiff::{Timestamp, tz::TimeZone};

    fn read(text: &str) -> Option<(Option<i16>, String, bool, bool)> {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        let reading = Reading { clock, currency: Currency(*b"CNY"), region: "CN".into() };
        let day = Yearly::parse(text, false, &reading).ok()?;
        Some((day.year, day.key(), day.lunar, day.leap))
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        let of = |year, key: &str, lunar, leap| Some((year, key.to_owned(), lunar, leap));
        assert_eq!(read("--03-15"), of(None, "03-15", false, false));
        assert_eq!(read("1980-03-15"), of(Some(1980), "03-15", false, false));
        assert_eq!(read("3月15日"), of(None, "03-15", false, false));
        assert_eq!(read("02-29"), of(None, "02-29", false, false));
        for text in ["农历八月十五", "lunar 08-15", "Lunar --08-15", "农历8月15", "阴历 八月十五日"] {
            assert_eq!(read(text), of(None, "08-15", true, false), "{text}");
        }
        assert_eq!(read("农历1980年腊月廿三"), of(Some(1980), "12-23", true, false));
        assert_eq!(read("农历正月初一"), of(None, "01-01", true, false));
        assert_eq!(read("农历闰六月三十"), of(None, "06-30", true, true));
        assert_eq!(read("lunar 2025-leap 06-01"), of(Some(2025), "06-01", true, true));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "soon", "02-30", "农历十三月初一", "农历八月卅一", "lunar 2025-12-30", "lunar 2026-leap 06-01"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
