//! Amounts, days and names in as few cells as can be.

use crate::{
    pipeline::kanban::{Card, Column, Key, Signal, Step},
    record::{Money, Value},
    tui::{context::Context, text},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::fmt::Write;

/// `¥1.3M`, `¥130万`.
pub fn money(money: Money, context: &Context) -> String {
    let code = money.currency.to_string();
    let sign = match code.as_str() {
        "CNY" => "¥".to_owned(),
        "USD" => "$".to_owned(),
        "GBP" => "£".to_owned(),
        _ => format!("{code} "),
    };
    format!("{sign}{}", number(money, context.is_chinese()))
}

/// The same without its currency.
pub fn number(money: Money, chinese: bool) -> String {
    let units: &[(u32, &str)] =
        if chinese { &[(8, "亿"), (4, "万"), (0, "")] } else { &[(9, "B"), (6, "M"), (3, "k"), (0, "")] };
    let coins = u128::from(money.minor.unsigned_abs());
    let places = u32::from(money.currency.places());
    let minus = if money.minor < 0 { "-" } else { "" };
    for (power, word) in units {
        let unit = 10_u128.pow(power + places);
        if coins >= unit {
            return format!("{minus}{}{word}", three_digits(coins * 100 / unit));
        }
    }
    format!("{minus}{}", three_digits(coins * 100 / 10_u128.pow(places)))
}

/// A short amount without what stands behind its point: `4万` of `4.42万`.
pub fn coarse(number: &str) -> String {
    let Some((whole, rest)) = number.split_once('.') else { return number.to_owned() };
    format!("{whole}{}", rest.trim_start_matches(|letter: char| letter.is_ascii_digit()))
}

/// Hundredths with three digits at least, without zeros at the end.
fn three_digits(hundredths: u128) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let text = match whole {
        0..10 => format!("{whole}.{rest:02}"),
        10..100 => format!("{whole}.{}", rest / 10),
        _ => return whole.to_string(),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Several currencies side by side.
pub fn amounts(amounts: &[Money], context: &Context) -> String {
    let shown: Vec<String> = amounts.iter().take(2).map(|amount| money(*amount, context)).collect();
    let more = if amounts.len() > 2 { context.glyphs.ellipsis } else { "" };
    format!("{}{more}", shown.join(" + "))
}

/// Hundredths of a percent as whole ones.
pub fn percent(hundredths: i64) -> String {
    format!("{}%", (hundredths + 50) / 100)
}

/// `LB` of Lukas Brandt, `雅梅` of 陆雅梅, `lin` of lin.
pub fn initials(name: &str) -> String {
    let name = name.trim();
    let wide = |letter: &char| text::width(&letter.to_string()) > 1;
    if name.chars().any(|letter| wide(&letter)) {
        let letters: Vec<char> = name.chars().collect();
        return letters.iter().skip(letters.len().saturating_sub(2)).collect();
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    match words.as_slice() {
        [one] => one.chars().take(4).collect(),
        several => several.iter().filter_map(|word| word.chars().next()).take(3).collect(),
    }
}

/// The customer and what it is about; once where the one names the other.
pub fn heading(card: &Card) -> String {
    if card.customer.is_empty() || card.name.contains(&card.customer) {
        return card.name.clone();
    }
    format!("{} · {}", card.customer, card.name)
}

/// The same in so many cells, and the customer where only what it is about has room.
pub fn heading_in(card: &Card, cells: usize, context: &Context) -> (String, Option<String>) {
    let whole = heading(card).replace('·', context.glyphs.dot);
    if text::width(&whole) <= cells || whole == card.name {
        return (text::cut(&whole, cells, context.glyphs.ellipsis), None);
    }
    (text::cut(&card.name, cells, context.glyphs.ellipsis), Some(card.customer.clone()))
}

/// What a sentence calls a deal: what it is about alone, where both names are long.
pub fn brief(card: &Card) -> String {
    let whole = heading(card);
    if text::width(&whole) > 44 { card.name.clone() } else { whole }
}

/// What a column is called.
pub fn column_name(column: &Column, context: &Context) -> String {
    match column.key {
        Key::Stage(_) => column.name.clone(),
        Key::Before => context.pick("Overdue", "已过期").to_owned(),
        Key::After => context.pick("Later", "更晚").to_owned(),
        Key::Never => context.pick("No day", "未定").to_owned(),
        Key::Month(day) if context.is_chinese() => day.strftime("%Y年%-m月").to_string(),
        Key::Month(day) => day.strftime("%b %Y").to_string(),
    }
}

/// A day of about now: `25 Nov`, `11-25`; with the year where it is another.
pub fn day(day: Date, context: &Context) -> String {
    let same = day.year() == context.reading.clock.today().year();
    let shape = match (context.is_chinese(), same) {
        (true, true) => "%m-%d",
        (true, false) => "%Y-%m-%d",
        (false, true) => "%-d %b",
        (false, false) => "%-d %b %Y",
    };
    day.strftime(shape).to_string()
}

/// A day as it is kept.
pub fn day_of(text: &str, context: &Context) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |date| day(date, context))
}

fn local(at: Timestamp, context: &Context) -> jiff::Zoned {
    let zone: TimeZone = context.reading.clock.zone().clone();
    at.to_zoned(zone)
}

/// When something was done.
pub fn moment(at: Timestamp, context: &Context) -> String {
    day(local(at, context).date(), context)
}

/// `call`, `电话`.
pub fn sort(step: &Step, context: &Context) -> String {
    let kind = context.schema("activity").and_then(|schema| schema.field("kind").map(|field| field.kind.clone()));
    let word = kind.map_or_else(String::new, |kind| context.value(&kind, &Value::text(&*step.kind)));
    if word.chars().nth(1).is_some_and(char::is_uppercase) { word } else { word.to_lowercase() }
}

/// What is next: `call 3d late`, `call 12:30`, `call 25 Nov`.
pub fn next(signal: Signal, step: Option<&Step>, context: &Context) -> String {
    let Some((step, at)) = step.and_then(|step| Some((step, step.at?))) else {
        return context.pick("no next step", "无下一步").to_owned();
    };
    let (mut words, local) = (sort(step, context), local(at, context));
    let today = context.reading.clock.today();
    // Written to a string, nothing can fail.
    let _ = match signal {
        Signal::Late => {
            let days = local.date().until(today).map_or(0, |span| span.get_days());
            if context.is_chinese() { write!(words, " 逾期{days}天") } else { write!(words, " {days}d late") }
        }
        Signal::Today if local.hour() == 0 && local.minute() == 0 => {
            write!(words, " {}", context.pick("today", "今天"))
        }
        Signal::Today => write!(words, " {}", local.strftime("%H:%M")),
        _ => write!(words, " {}", day(local.date(), context)),
    };
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Currency;

    fn yuan(amount: i64) -> Money {
        Money { minor: amount * 100, currency: Currency(*b"CNY") }
    }

    #[test]
    fn amounts_keep_three_digits() {
        let english: Vec<String> = [0, 950, 1_250, 45_000, 128_000, 8_420_000, 12_000_000_000]
            .iter()
            .map(|amount| number(yuan(*amount), false))
            .collect();
        assert_eq!(english, ["0", "950", "1.25k", "45k", "128k", "8.42M", "12B"]);
        let chinese: Vec<String> =
            [950, 45_000, 1_285_000, 130_000_000].iter().map(|amount| number(yuan(*amount), true)).collect();
        assert_eq!(chinese, ["950", "4.5万", "128万", "1.3亿"]);
        assert_eq!(number(yuan(-45_000), false), "-45k");
        assert_eq!(["4.42万", "130万"].map(coarse), ["4万", "130万"]);
    }

    #[test]
    fn people_are_known_by_few_letters() {
        let short = ["Lukas Brandt", "陆雅梅", "lin", "", "Sara"].map(initials);
        assert_eq!(short, ["LB", "雅梅", "lin", "", "Sara"]);
    }
}
