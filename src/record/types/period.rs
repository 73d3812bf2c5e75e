//! Periods: a year, quarter, month, week or day as the range of its days, for filters.

use super::date::parse_date;
use super::relative::monday;
use super::text::narrow;
use super::{Reading, date};
use crate::error::{Error, Result};
use crate::message::Message;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::{Span, ToSpan};

/// The first and last day of the period that the text names; both the same for a single day.
pub fn parse_period(text: &str, reading: &Reading) -> Result<(Date, Date)> {
    if let Some(day) = date::iso(text.trim()) {
        return Ok((day, day));
    }
    let lower = narrow(text.trim()).to_lowercase();
    if let Some(range) = named(&lower, reading.clock.today()).or_else(|| numbered(&lower)) {
        return Ok(range);
    }
    match parse_date(text.trim(), &reading.clock)? {
        Some(day) => Ok((day, day)),
        None => Err(Error::bad_value(Message::new("{value} is not a date or period.").with("value", text))
            .hint(Message::new("Write it like 2026, 2026-q4, 2026-03, 2026-03-05 or this-month."))),
    }
}

/// `this-month`, `last week`, `上季度`.
fn named(text: &str, today: Date) -> Option<(Date, Date)> {
    const WORDS: [(&str, i64); 9] =
        [("this", 0), ("last", -1), ("next", 1), ("本", 0), ("这", 0), ("今", 0), ("上", -1), ("去", -1), ("下", 1)];
    if text == "明年" {
        return unit("year", 1, today);
    }
    let (rest, steps) = WORDS.iter().find_map(|(word, steps)| Some((text.strip_prefix(word)?, *steps)))?;
    unit(rest.trim_start_matches(['-', ' ', '个']), steps, today)
}

/// The unit that is so many steps from today's.
fn unit(word: &str, steps: i64, today: Date) -> Option<(Date, Date)> {
    let moved = |span: Span| today.checked_add(span).ok();
    match word {
        "day" => moved(steps.days()).map(|day| (day, day)),
        "week" | "周" | "星期" => week(moved((steps * 7).days())?),
        "month" | "月" => Some(month(moved(steps.months())?)),
        "quarter" | "季" | "季度" => quarter(moved((steps * 3).months())?),
        "year" | "年" => Some(year(moved(steps.years())?)),
        _ => None,
    }
}

fn week(day: Date) -> Option<(Date, Date)> {
    let first = monday(day)?;
    Some((first, first.checked_add(6.days()).ok()?))
}

fn month(day: Date) -> (Date, Date) {
    (day.first_of_month(), day.last_of_month())
}

fn quarter(day: Date) -> Option<(Date, Date)> {
    let first = Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok()?;
    Some((first, first.checked_add(2.months()).ok()?.last_of_month()))
}

fn year(day: Date) -> (Date, Date) {
    (day.first_of_year(), day.last_of_year())
}

/// `2026`, `2026年`, `2026-q4`, `2026-03`, `2026/3`, `2026年3月`, `2026-w12`.
fn numbered(text: &str) -> Option<(Date, Date)> {
    let year_number: i16 = text.get(..4)?.parse().ok().filter(|year| (1..=9999).contains(year))?;
    let rest = text[4..].trim_start_matches('年').trim_start_matches(['-', '/', '.', ' ']);
    if rest.is_empty() {
        return Date::new(year_number, 1, 1).ok().map(year);
    }
    if let Some(number) = rest.strip_prefix('q') {
        return quarter(
            Date::new(year_number, number.parse::<i8>().ok().filter(|q| (1..=4).contains(q))? * 3, 1).ok()?,
        );
    }
    if let Some(number) = rest.strip_prefix('w') {
        let week_date = ISOWeekDate::new(year_number, number.parse().ok()?, Weekday::Monday).ok()?;
        return week(week_date.date());
    }
    let number = rest.strip_suffix('月').unwrap_or(rest);
    let short = number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    // "202603" would be as good as "20260" is bad, so a sign has to stand between.
    let apart = !text.as_bytes().get(4)?.is_ascii_digit();
    let first = Date::new(year_number, number.parse().ok().filter(|_| short && apart)?, 1).ok()?;
    Some(month(first))
}
