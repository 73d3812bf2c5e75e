//! Days named from today: tomorrow, +3d, fri, 下周五, 月底.

use crate::clock::Clock;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

/// The day that a lower-case text names.
pub(super) fn day(text: &str, clock: &Clock) -> Option<Date> {
    let today = clock.today();
    let days = |number: i64| today.checked_add(number.days()).ok();
    match text {
        "today" | "今天" | "今日" | "now" | "现在" => Some(today),
        "tomorrow" | "明天" | "明日" => days(1),
        "yesterday" | "昨天" | "昨日" => days(-1),
        "后天" => days(2),
        "大后天" => days(3),
        "前天" => days(-2),
        "大前天" => days(-3),
        _ => named_end(text, today).or_else(|| offset(text, today)).or_else(|| in_week(text, today)),
    }
    .filter(|date| (1..=9999).contains(&date.year()))
}

/// The last day of a month, quarter or year.
fn named_end(text: &str, today: Date) -> Option<Date> {
    match text {
        "月底" | "本月底" | "month-end" | "eom" => Some(today.last_of_month()),
        "下月底" => Some(today.checked_add(1.month()).ok()?.last_of_month()),
        "季末" | "季度末" | "quarter-end" | "eoq" => {
            let left = (3 - today.month() % 3) % 3;
            Some(today.checked_add(i64::from(left).months()).ok()?.last_of_month())
        }
        "年底" | "今年底" | "year-end" | "eoy" => Some(today.last_of_year()),
        _ => None,
    }
}

/// `+3d`, `-2w`, `+1m`, `+1y`, `3天后`, `2周前`.
fn offset(text: &str, today: Date) -> Option<Date> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => match (text.strip_suffix('后'), text.strip_suffix('前')) {
            (Some(rest), _) => (1, rest),
            (_, Some(rest)) => (-1, rest),
            _ => return None,
        },
    };
    let unit = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let number: i64 = rest[..rest.len() - unit.len()].parse().ok()?;
    today.checked_add(span(sign * number, unit.trim())?).ok()
}

fn span(number: i64, unit: &str) -> Option<Span> {
    let span = Span::new();
    match unit {
        "d" | "day" | "days" | "天" | "日" => span.try_days(number).ok(),
        "w" | "week" | "weeks" | "周" | "个星期" | "星期" => span.try_weeks(number).ok(),
        "m" | "mo" | "month" | "months" | "个月" | "月" => span.try_months(number).ok(),
        "q" => span.try_months(number.checked_mul(3)?).ok(),
        "y" | "year" | "years" | "年" => span.try_years(number).ok(),
        _ => None,
    }
}

/// `fri` is the coming Friday, today excluded; with this, next or last it is the Friday of that week.
fn in_week(text: &str, today: Date) -> Option<Date> {
    for (word, weeks) in
        [("this ", 0), ("next ", 1), ("last ", -1), ("本", 0), ("这", 0), ("下下", 2), ("下", 1), ("上", -1)]
    {
        if let Some(rest) = text.strip_prefix(word) {
            let days = weeks * 7 + i64::from(weekday(rest.trim())?.to_monday_zero_offset());
            return monday(today)?.checked_add(days.days()).ok();
        }
    }
    let ahead = weekday(text)?.since(today.weekday());
    let ahead = if ahead == 0 { 7 } else { i64::from(ahead) };
    today.checked_add(ahead.days()).ok()
}

/// The Monday of the day's week.
pub(super) fn monday(day: Date) -> Option<Date> {
    day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok()
}

/// A weekday's name, or at least three letters of it.
pub(super) fn weekday(text: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let place = if text.is_ascii() {
        NAMES.iter().position(|name| text.len() >= 3 && name.starts_with(text))
    } else {
        let rest =
            text.strip_prefix('周').or_else(|| text.strip_prefix("星期")).or_else(|| text.strip_prefix("礼拜"))?;
        ["一", "二", "三", "四", "五", "六", "日", "天"].iter().position(|name| *name == rest).map(|place| place.min(6))
    };
    Weekday::from_monday_zero_offset(i8::try_from(place?).ok()?).ok()
}
