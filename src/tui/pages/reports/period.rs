//! The period of a report: what it is where nothing is said, and the ones before and after it.

use super::Reports;
use crate::{
    record::{Ask, types},
    tui::context::Context,
};
use jiff::{ToSpan, civil::Date};

/// The question whose answer is a time.
pub fn timed(page: &Reports) -> Option<&'static Ask> {
    let asks = page.choice()?.report.asks;
    ["period", "date"].iter().find_map(|name| asks.iter().find(|ask| ask.name == *name))
}

/// What a question means where nothing is said, as its text tells in brackets.
pub fn usual(doc: &str) -> &str {
    doc.rsplit_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(word, _)| word)
}

/// The days that the report is about; none where it is about all.
pub fn bounds(page: &Reports, context: &Context) -> Option<(Date, Date)> {
    let ask = timed(page)?;
    let usual = if ask.name == "date" { "today" } else { usual(ask.doc) };
    types::parse_period(page.answer(ask.name).unwrap_or(usual), &context.reading).ok()
}

/// The answer that means the period before, and under which name.
pub fn before(page: &Reports, context: &Context) -> Option<(&'static str, String)> {
    let ask = timed(page)?;
    let (first, last) = bounds(page, context)?;
    Some((ask.name, shifted(first, last, -1)?))
}

/// A day, week, month, quarter or year so many steps on, as people write it.
pub fn shifted(first: Date, last: Date, by: i64) -> Option<String> {
    let months = (i64::from(last.year()) - i64::from(first.year())) * 12 + i64::from(last.month())
        - i64::from(first.month())
        + 1;
    let whole = first == first.first_of_month() && last == last.last_of_month();
    if whole {
        let moved = first.checked_add((months * by).months()).ok()?;
        return Some(match months {
            1 => moved.strftime("%Y-%m").to_string(),
            3 => format!("{}-q{}", moved.year(), (moved.month() - 1) / 3 + 1),
            12 => moved.year().to_string(),
            _ => return None,
        });
    }
    let days = (last - first).get_days() + 1;
    let moved = first.checked_add((i64::from(days) * by).days()).ok()?;
    Some(match days {
        7 => format!("{}-w{:02}", moved.iso_week_date().year(), moved.iso_week_date().week()),
        1 => moved.to_string(),
        _ => return None,
    })
}
