//! Instants: a day with a time of day, in the zone that is written or else the reader's, kept in UTC.

use super::super::Value;
use super::Reading;
use super::date::{is_zero, parse_date};
use super::text::narrow;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::message::Message;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset};
use jiff::{Timestamp, ToSpan};
use std::borrow::Cow;

pub(super) fn parse(text: &str, clock: &Clock) -> Result<Value> {
    if is_stored(text) {
        return Ok(Value::text(text));
    }
    let lower = chinese_clock(&narrow(text).to_lowercase()).into_owned();
    if is_zero(lower.trim()) {
        return Ok(Value::Null);
    }
    let instant = match lower.trim() {
        "now" | "现在" => clock.now(),
        whole => instant(whole, text, clock)?,
    };
    Ok(Value::Text(stored(instant).ok_or_else(|| not_a_time(text))?))
}

/// An instant as it is stored, to the second.
#[must_use]
pub fn timestamp_text(instant: Timestamp) -> String {
    stored(instant).unwrap_or_default()
}

/// The first and the last instant of a range of local days, as they are stored.
///
/// # Errors
/// A day that no instant can name.
pub fn day_bounds(first: Date, last: Date, reading: &Reading) -> Result<(String, String)> {
    let zone = reading.clock.zone();
    let start =
        |day: Date| day.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| not_a_time(&day.to_string()));
    // The last day that can be written ends with the last instant that can be counted.
    let after = last.tomorrow().ok().and_then(|after| start(after).ok());
    let end = after.map_or(Ok(Timestamp::MAX), |after| Timestamp::from_second(after.as_second() - 1));
    let end = end.map_err(|_| not_a_time(&last.to_string()))?;
    Ok((timestamp_text(start(first)?), timestamp_text(end)))
}

/// An instant as it is stored; none for years that text could not sort.
pub(super) fn stored(instant: Timestamp) -> Option<String> {
    let instant = Timestamp::from_second(instant.as_second()).ok()?;
    let text = instant.to_string();
    (text.len() == 20 && !text.starts_with("0000")).then_some(text)
}

/// Whether the text is already what is stored, which files of our own hold.
fn is_stored(text: &str) -> bool {
    let instant = || text.parse::<Timestamp>().ok().and_then(stored);
    text.len() == 20 && text.as_bytes()[10] == b'T' && instant().is_some_and(|same| same == text)
}

fn instant(whole: &str, original: &str, clock: &Clock) -> Result<Timestamp> {
    let (day, time) = split_time(whole);
    let Some(date) = parse_date(day, clock)? else {
        return Err(not_a_time(original));
    };
    let timed = time.is_some();
    let (time, days, offset) = match time {
        Some(time) => time_of_day(time, afternoon(whole)).ok_or_else(|| not_a_time(original))?,
        None => (Time::midnight(), 0, None),
    };
    let date = date.checked_add(i64::from(days).days()).map_err(|_| not_a_time(original))?;
    if offset.is_none() && timed && is_skipped(date.to_datetime(time), clock) {
        return Err(Error::bad_value(
            Message::new("{value} is on no clock here: the hour was skipped when clocks were put forward.")
                .with("value", original.trim()),
        ));
    }
    to_instant(date.to_datetime(time), offset, clock).ok_or_else(|| not_a_time(original))
}

/// Whether clocks were put forward past that time.
fn is_skipped(local: DateTime, clock: &Clock) -> bool {
    matches!(clock.zone().to_ambiguous_timestamp(local).offset(), AmbiguousOffset::Gap { .. })
}

fn to_instant(local: DateTime, offset: Option<Offset>, clock: &Clock) -> Option<Timestamp> {
    match offset {
        Some(offset) => offset.to_timestamp(local).ok(),
        None => Some(local.to_zoned(clock.zone().clone()).ok()?.timestamp()),
    }
}

/// Divides a lower-case text into its day and its time of day, which is what has a colon in it.
pub(super) fn split_time(text: &str) -> (&str, Option<&str>) {
    if let Some((day, time)) = basic(text) {
        return (day, Some(time));
    }
    let Some(colon) = text.find(':') else { return (text, None) };
    let before = text[..colon].trim_end_matches(|letter: char| letter.is_ascii_digit());
    let mut day = before.trim_end();
    for word in ["上午", "下午", "晚上", "早上", "中午", "凌晨", "pm", "am"] {
        day = day.strip_suffix(word).unwrap_or(day).trim_end();
    }
    // The T of ISO stands after a digit; the t of "sat" does not.
    if let Some(rest) = day.strip_suffix('t')
        && rest.ends_with(|letter: char| letter.is_ascii_digit())
    {
        day = rest;
    }
    (day.trim_end_matches([',', ' ']), Some(&text[before.len()..]))
}

/// `20240305t143000z`, as calendars write it.
fn basic(text: &str) -> Option<(&str, &str)> {
    let (day, time) = text.split_once('t')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let clock = time.trim_end_matches('z');
    (day.len() == 8 && digits(day) && digits(clock) && matches!(clock.len(), 4 | 6)).then_some((day, time))
}

/// `14时30分` and `2点` with the colons that the rest of this file looks for.
fn chinese_clock(text: &str) -> Cow<'_, str> {
    let hour = |letter: char| matches!(letter, '时' | '点' | '點' | '時');
    let after_digit = |(at, _): (usize, &str)| text[..at].ends_with(|letter: char| letter.is_ascii_digit());
    if !text.match_indices(hour).any(after_digit) {
        return Cow::Borrowed(text);
    }
    let clock = text.replace(hour, ":").replace('分', ":").replace('秒', "").replace(":半", ":30");
    let clock = clock.trim_end_matches(':');
    if clock.contains(':') { Cow::Owned(clock.to_owned()) } else { Cow::Owned(format!("{clock}:00")) }
}

fn afternoon(text: &str) -> Option<bool> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["下午", "晚上", "中午"]) || text.trim_end().ends_with("pm") {
        return Some(true);
    }
    (has(&["上午", "早上", "凌晨"]) || text.trim_end().ends_with("am")).then_some(false)
}

/// A time of day, days to add to its date (24:00 is the next midnight) and the offset written after it.
fn time_of_day(text: &str, afternoon: Option<bool>) -> Option<(Time, i8, Option<Offset>)> {
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b',')).count();
    let (clock, rest) = text.split_at(length);
    let rest = rest.trim().trim_end_matches("pm").trim_end_matches("am").trim();
    let mut numbers = [0_i8; 3];
    let digits_only = matches!(clock.len(), 4 | 6) && clock.bytes().all(|byte| byte.is_ascii_digit());
    let plain = clock.split(['.', ',']).next().unwrap_or(clock);
    if digits_only {
        for (place, number) in numbers.iter_mut().enumerate().take(clock.len() / 2) {
            *number = clock[place * 2..place * 2 + 2].parse().ok()?;
        }
    } else {
        for (place, part) in plain.split(':').enumerate() {
            *numbers.get_mut(place)? = part.parse().ok()?;
        }
    }
    let [hour, minute, second] = numbers;
    let (hour, days) = hour_of(hour, afternoon)?;
    // A leap second is the last second of its minute.
    Some((Time::new(hour, minute, second.min(59), 0).ok()?, days, offset(rest).ok()?))
}

fn hour_of(hour: i8, afternoon: Option<bool>) -> Option<(i8, i8)> {
    match (hour, afternoon) {
        (24, _) => Some((0, 1)),
        (12, Some(false)) => Some((0, 0)),
        (1..=11, Some(true)) => Some((hour + 12, 0)),
        (0..=23, _) => Some((hour, 0)),
        _ => None,
    }
}

/// `z`, `utc`, `+08:00`, `+0800`, `+8`, with a zone's name in brackets after it or not; nothing is no offset.
fn offset(text: &str) -> Result<Option<Offset>, ()> {
    let text = text.split('[').next().unwrap_or(text).trim();
    let bare = text.strip_prefix("utc").or_else(|| text.strip_prefix("gmt")).unwrap_or(text).trim();
    match bare.as_bytes() {
        [] if text.is_empty() => Ok(None),
        [] | [b'z'] => Ok(Some(Offset::UTC)),
        [b'+', ..] => signed_offset(&bare[1..], 1).map(Some).ok_or(()),
        [b'-', ..] => signed_offset(&bare[1..], -1).map(Some).ok_or(()),
        _ => Err(()),
    }
}

fn signed_offset(text: &str, sign: i32) -> Option<Offset> {
    let digits: String = text.chars().filter(|letter| *letter != ':').collect();
    let (hours, minutes) =
        if digits.len() <= 2 { (&*digits, "0") } else { digits.split_at_checked(digits.len() - 2)? };
    let seconds = hours.parse::<u8>().ok().map(i32::from)? * 3600 + minutes.parse::<u8>().ok().map(i32::from)? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

fn not_a_time(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not a date with a time.").with("value", text))
        .hint(Message::new("Write it like 2024-03-05 14:30, today 9:00 or 2024-03-05T14:30:00+08:00."))
}
