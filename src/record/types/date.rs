//! Dates: the writings of files and people of either language, and birthdays without their year.

use super::super::Value;
use super::relative;
use super::text::narrow;
use super::timestamp::split_time;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::message::Message;
use jiff::civil::Date;

/// The value of a date field.
pub(super) fn parse(text: &str, clock: &Clock) -> Result<Value> {
    Ok(parse_date(text, clock)?.map_or(Value::Null, |date| Value::Text(date.to_string())))
}

/// Reads a day. Outlook's `0/0/00` is none.
pub fn parse_date(text: &str, clock: &Clock) -> Result<Option<Date>> {
    if let Some(date) = iso(text) {
        return Ok(Some(date));
    }
    let lower = narrow(text).to_lowercase();
    let whole = lower.trim();
    if whole.is_empty() || is_zero(whole) {
        return Ok(None);
    }
    if whole.starts_with('-') && iso(&whole[1..]).is_some() {
        return Err(not_a_date(text));
    }
    let (day, _) = split_time(whole);
    match absolute(day, text)? {
        Some(date) => Ok(Some(date)),
        None => relative::day(day, clock).map(Some).ok_or_else(|| not_a_date(text)),
    }
}

/// `0/0/00`, `00.00.0000`, `0000-00-00`, with or without a time of zeros.
pub(super) fn is_zero(text: &str) -> bool {
    let zeros = text.bytes().filter(|byte| *byte == b'0').count();
    zeros >= 4 && text.bytes().all(|byte| matches!(byte, b'0' | b'/' | b'-' | b'.' | b':' | b' '))
}

/// The frequent writing, without any allocation.
pub(super) fn iso(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    day_of(digits(&bytes[..4])?, digits(&bytes[5..7])?, digits(&bytes[8..])?)
}

fn digits(bytes: &[u8]) -> Option<i32> {
    bytes.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
}

/// The day, if the calendar has it. Years have four digits so that dates sort as text.
fn day_of(year: i32, month: i32, day: i32) -> Option<Date> {
    if !(1..=9999).contains(&year) {
        return None;
    }
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// A day that names its year; none when the text is of another form.
pub(super) fn absolute(day: &str, original: &str) -> Result<Option<Date>> {
    if day.len() == 8
        && let Some(number) = digits(day.as_bytes())
    {
        return exists(day_of(number / 10_000, number / 100 % 100, number % 100), original);
    }
    let parts = Parts::of(day);
    match (parts.month, parts.numbers.as_slice()) {
        (Some(month), [(day, _), (year, 4)] | [(year, 4), (day, _)]) => exists(day_of(*year, month, *day), original),
        (None, [(year, 4), (month, 1..=2), (day, 1..=2)]) if parts.plain => {
            exists(day_of(*year, *month, *day), original)
        }
        (None, [(one, 1..=2), (other, 1..=2), (year, 4)]) if parts.plain => {
            year_last(*one, *other, *year, original).map(Some)
        }
        _ => Ok(None),
    }
}

fn exists(date: Option<Date>, original: &str) -> Result<Option<Date>> {
    date.map(Some).ok_or_else(|| {
        Error::bad_value(Message::new("{value} is a day that the calendar does not have.").with("value", original))
    })
}

/// `15/3/2024` and `3/15/2024` are clear, `03/04/2024` is not.
fn year_last(one: i32, other: i32, year: i32, original: &str) -> Result<Date> {
    let (day, month) = match (one > 12, other > 12) {
        (true, _) => (one, other),
        (_, true) => (other, one),
        _ if one == other => (one, other),
        _ => return Err(ambiguous(one, other, year, original)),
    };
    exists(day_of(year, month, day), original)?.ok_or_else(|| not_a_date(original))
}

fn ambiguous(one: i32, other: i32, year: i32, original: &str) -> Error {
    Error::bad_value(
        Message::new("{value} could be {one} or {other}.")
            .with("value", original)
            .with("one", format!("{year:04}-{one:02}-{other:02}"))
            .with("other", format!("{year:04}-{other:02}-{one:02}")),
    )
    .hint(Message::new("Write the year first, like 2024-03-05."))
}

fn not_a_date(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not a date.").with("value", text))
        .hint(Message::new("Write it like 2024-03-05, 2024年3月5日, today, +3d or fri."))
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The numbers of a written day with their lengths, and the month that is written as a word.
#[derive(Default)]
struct Parts {
    numbers: Vec<(i32, usize)>,
    month: Option<i32>,
    /// Nothing but numbers and the signs between them.
    plain: bool,
}

impl Parts {
    fn of(text: &str) -> Self {
        let mut parts = Self { plain: true, ..Self::default() };
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '0'..='9' => rest.bytes().take_while(u8::is_ascii_digit).count(),
                'a'..='z' => rest.bytes().take_while(u8::is_ascii_lowercase).count(),
                _ => first.len_utf8(),
            };
            let (piece, after) = rest.split_at(length);
            if !parts.take(piece) {
                return Self::default();
            }
            rest = after;
        }
        parts
    }

    /// Takes one number, word or sign; false when no date holds such.
    fn take(&mut self, piece: &str) -> bool {
        match piece.as_bytes() {
            [b'0'..=b'9', ..] if piece.len() <= 4 => {
                self.numbers.push((digits(piece.as_bytes()).unwrap_or_default(), piece.len()));
                true
            }
            [b'a'..=b'z', ..] => {
                self.plain = false;
                self.word(piece)
            }
            [b'/' | b'-' | b'.' | b' ' | b','] => true,
            _ => matches!(piece, "年" | "月" | "日" | "号" | "、"),
        }
    }

    /// A month's name, a weekday's name beside a date, or the ending of `5th`.
    fn word(&mut self, word: &str) -> bool {
        if matches!(word, "st" | "nd" | "rd" | "th" | "of") || relative::weekday(word).is_some() {
            return true;
        }
        let month = (1..).zip(MONTHS).find(|(_, name)| word.starts_with(name));
        let fresh = self.month.is_none();
        self.month = self.month.or(month.map(|(number, _)| number));
        fresh && month.is_some()
    }
}

/// A birthday: a date, or a day of the year as `--MM-DD`.
pub(super) fn birthday(text: &str, clock: &Clock) -> Result<Value> {
    let lower = narrow(text).to_lowercase();
    match day_of_year(lower.trim()) {
        Some((month, day)) => yearless(month, day, text),
        None => match parse_date(text, clock).map_err(|error| told_how(error, lower.trim()))? {
            // The year that vCards of one maker hold when the year is unknown.
            Some(date) if date.year() == 1604 => yearless(date.month().into(), date.day().into(), text),
            date => Ok(date.map_or(Value::Null, |date| Value::Text(date.to_string()))),
        },
    }
}

/// A hint for birthdays, of which no clock can tell; those of the lunar calendar are days to remember.
fn told_how(error: Error, text: &str) -> Error {
    if !error.message.template.contains("is not a date") {
        return error;
    }
    let lunar = ["农历", "阴历", "lunar"].into_iter().any(|word| text.starts_with(word));
    error.hint(if lunar {
        Message::new("--03-15, or for the lunar calendar: kehu occasion add birthday --contact P1 --day {day}")
            .with("day", if text.contains(' ') { format!("\"{text}\"") } else { text.to_owned() })
    } else {
        Message::new("Write it like 1980-03-15, or --03-15 without the year.")
    })
}

/// Month and day of a text that names no year.
fn day_of_year(text: &str) -> Option<(i32, i32)> {
    let bare = text.strip_prefix("--").unwrap_or(text);
    if bare.len() < text.len() && bare.len() == 4 {
        let number = digits(bare.as_bytes())?;
        return Some((number / 100, number % 100));
    }
    let parts = Parts::of(bare);
    match (parts.month, parts.numbers.as_slice()) {
        (Some(month), [(day, 1..=2)]) => Some((month, *day)),
        (None, [(month, 1..=2), (day, 1..=2)]) if bare.contains(['-', '月']) => Some((*month, *day)),
        (None, [(one, 1..=2), (other, 1..=2)]) if *other > 12 => Some((*one, *other)),
        (None, [(one, 1..=2), (other, 1..=2)]) if *one > 12 => Some((*other, *one)),
        _ => None,
    }
}

fn yearless(month: i32, day: i32, original: &str) -> Result<Value> {
    // A leap year, for a birthday may be the 29th of February.
    exists(day_of(2000, month, day), original)?;
    Ok(Value::Text(format!("--{month:02}-{day:02}")))
}
