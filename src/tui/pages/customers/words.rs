//! Times and amounts in as few cells as a narrow column has.

use crate::{
    record::{Kind, Money, Value},
    tui::{context::Context, widgets::plot},
};
use jiff::{Timestamp, Zoned, civil::Date};

/// The day and the hour of an instant where one is, or of a whole day without an hour.
fn local(context: &Context, text: &str) -> Option<(Date, Option<String>)> {
    let zone = context.reading.clock.zone().clone();
    let Ok(instant) = text.parse::<Timestamp>() else { return text.parse().ok().map(|day| (day, None)) };
    let at: Zoned = instant.to_zoned(zone);
    // What is planned for a day is kept as its midnight.
    let hour = Some(at.strftime("%H:%M").to_string()).filter(|hour| hour != "00:00");
    Some((at.date(), hour))
}

/// How long ago: `3h`, `19d`.
pub fn ago(context: &Context, text: &str) -> String {
    let Ok(instant) = text.parse::<Timestamp>() else { return String::new() };
    let minutes = (context.reading.clock.now().as_second() - instant.as_second()).max(0) / 60;
    let said = |number: i64, english: &str, chinese: &str| format!("{number}{}", context.pick(english, chinese));
    match minutes {
        0 => context.pick("now", "刚刚").to_owned(),
        1..60 => said(minutes, "m", "分"),
        60..2880 => said(minutes / 60, "h", "小时"),
        2880..1_051_200 => said(minutes / 1440, "d", "天"),
        _ => said(minutes / 525_600, "y", "年"),
    }
}

/// A day as it is written within this year, or with its year.
pub fn day(context: &Context, day: Date) -> String {
    let this_year = day.year() == context.reading.clock.today().year();
    let form = match (context.is_chinese(), this_year) {
        (true, true) => "%m-%d",
        (false, true) => "%-d %b",
        (_, false) => "%y-%m-%d",
    };
    day.strftime(form).to_string()
}

/// When something is planned, and a sign: `!` it is late, `*` it is today.
pub fn due(context: &Context, text: &str) -> (String, &'static str) {
    let Some((date, hour)) = local(context, text) else { return (String::new(), "") };
    let today = context.reading.clock.today();
    let words = match hour {
        Some(hour) if date == today => hour,
        None if date == today => context.pick("today", "今天").to_owned(),
        _ => day(context, date),
    };
    let sign = match date.cmp(&today) {
        std::cmp::Ordering::Less => "!",
        std::cmp::Ordering::Equal => "*",
        std::cmp::Ordering::Greater => "-",
    };
    (words, sign)
}

/// The day under which something stands, and its hour.
pub fn heading(context: &Context, text: &str) -> (String, String) {
    let Some((date, hour)) = local(context, text) else { return (text.to_owned(), String::new()) };
    let today = context.reading.clock.today();
    let words = if date == today {
        context.pick("Today", "今天").to_owned()
    } else if context.is_chinese() {
        let weekday = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
        let place = usize::try_from(date.weekday().to_sunday_zero_offset()).unwrap_or_default();
        format!("{} {}", date.strftime("%Y-%m-%d"), weekday.get(place).copied().unwrap_or_default())
    } else {
        date.strftime("%a %-d %b %Y").to_string()
    };
    (words, hour.unwrap_or_default())
}

/// An amount to three figures: `¥520k`, `EUR 52万`.
pub fn money(context: &Context, money: Money) -> String {
    plot::short(context, &Kind::Money, &Value::Money(money))
}
