//! How long there is left: countdowns in a narrow column, and the words around them.

use crate::{tickets::sla::WorkingTimes, tui::context::Context};
use jiff::Timestamp;

pub const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How many seconds of the clock on the wall are left until then; fewer than none where it is past.
pub fn left(context: &Context, due: &str) -> Option<i64> {
    let due: Timestamp = due.parse().ok()?;
    Some(due.as_second() - context.reading.clock.now().as_second())
}

/// `-00:18`, `00:14:59` within the hour, `05:40`, `1d 04h`.
pub fn countdown(context: &Context, seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let span = seconds.abs();
    let (hours, minutes) = (span / HOUR, span % HOUR / 60);
    match span {
        0..HOUR if seconds >= 0 => format!("00:{minutes:02}:{:02}", span % 60),
        0..DAY => format!("{sign}{hours:02}:{minutes:02}"),
        _ => {
            let (day, hour) = (context.pick("d ", "天"), context.pick("h", "时"));
            format!("{sign}{}{day}{:02}{hour}", span / DAY, span % DAY / HOUR)
        }
    }
}

/// What is left of a deadline as the policy of the ticket counts time; working time is told in hours alone, since a day
/// of it is no day of the calendar: `-28:05`.
pub fn countdown_of(context: &Context, times: &WorkingTimes, policy: Option<i64>, due: &str) -> Option<String> {
    let (now, due) = (context.reading.clock.now(), due.parse::<Timestamp>().ok()?);
    let left = times.left(policy, now, due);
    if !left.working {
        return Some(countdown(context, left.seconds));
    }
    let (sign, span) = (if due < now { "-" } else { "" }, left.seconds.abs());
    let (hours, minutes) = (span / HOUR, span % HOUR / 60);
    Some(match span {
        0..HOUR if sign.is_empty() => countdown(context, span),
        _ => format!("{sign}{hours:02}:{minutes:02}"),
    })
}

/// Late, within the hour, or neither.
pub fn sign(seconds: i64) -> &'static str {
    match seconds {
        ..0 => "!!",
        0..HOUR => "!",
        _ => "",
    }
}

/// How long ago: `3m`, `2h`, `19d`.
pub fn ago(context: &Context, text: &str) -> String {
    let Some(left) = left(context, text) else { return String::new() };
    let minutes = (-left).max(0) / 60;
    let said = |number: i64, english: &str, chinese: &str| format!("{number}{}", context.pick(english, chinese));
    match minutes {
        0..60 => said(minutes, "m", "分"),
        60..2880 => said(minutes / 60, "h", "时"),
        _ => said(minutes / 1440, "d", "天"),
    }
}

/// `11:46` of today, else `11-20 11:46`.
pub fn moment(context: &Context, text: &str) -> String {
    let told = context.instant(text);
    let today = context.reading.clock.today().to_string();
    match told.strip_prefix(&today) {
        Some(hour) => hour.trim_start().to_owned(),
        None => told.split_once('-').map_or(told.clone(), |(_, rest)| rest.to_owned()),
    }
}
