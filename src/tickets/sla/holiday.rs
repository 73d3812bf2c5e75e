//! Holiday: a day on which a calendar differs from its week: off, or worked for another (调休).

use super::{BusinessCalendar, BusinessTime, Hours, hours::day_text};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Draft, Id, Link, Value, record},
    store::Sql,
};
use jiff::civil::Date;

/// More days than these in a row are no holiday.
const LONGEST: i32 = 366;

record! {
    /// A day, or some in a row, on which a calendar differs from its week.
    pub struct Holiday in "holidays" as "HO" called "holiday" {
        /// What it is called
        name: String [title, list],
        /// The calendar it belongs to; the default one unless said
        calendar: Id<BusinessCalendar> [index, child, list],
        /// The day, or the first of them
        day: Date [list],
        /// The last of them
        until: Option<Date> [list],
        /// Whether people are off, or work on a day on which they would not
        kind: HolidayKind [default("off"), list],
        /// When they work that day: 09:00-12:00; as on the first working day of the week unless said
        hours: Option<String> [list],
        /// Whether it is so on this day of every year
        yearly: bool [default("no"), list],
    }
}

record! {
    /// Whether people are off on such a day or work.
    pub enum HolidayKind {
        /// Off
        Off = "off",
        /// Worked
        Work = "work",
    }
}

pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    if draft.get("calendar").is_empty()
        && let Some(default) = crm.default_calendar()?
    {
        draft.set("calendar", Link::to(default));
    }
    let date = |name: &str| draft.get(name).as_text().and_then(|text| text.parse::<Date>().ok());
    if let (Some(day), Some(until)) = (date("day"), date("until")) {
        let days = until.since(day).map_or(-1, |span| span.get_days());
        if !(0..LONGEST).contains(&days) {
            let message = Message::new("A holiday ends on the day it begins or later, within a year, not on {until}.");
            return Err(Error::bad_value(message.with("until", until)).on_field("until"));
        }
    }
    if let Some(text) = draft.get("hours").as_text() {
        if draft.get("kind").as_text() == Some("off") {
            let message = Message::new("Nobody works on a day off, so {hours} does not fit.").with("hours", text);
            let hint = Message::new("say that the day is worked: --kind work --hours \"{hours}\"");
            return Err(Error::bad_value(message).on_field("hours").hint(hint.with("hours", text)));
        }
        let windows = Hours::parse_day(text).map_err(|error| error.on_field("hours"))?;
        draft.set("hours", Value::text(day_text(&windows)));
    }
    Ok(())
}

/// Whoever empties a calendar for ever, or says of one day two things, is told.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let Some(id) = draft.id.filter(|_| !draft.deleted()) else { return Ok(()) };
    let holiday: Holiday = crm.get(Id::new(id))?;
    let last = holiday.until.unwrap_or(holiday.day);
    let sql = "SELECT id FROM holidays WHERE calendar = ? AND id <> ? AND day <= ? AND COALESCE(until, day) >= ? \
               AND deleted_at IS NULL ORDER BY id DESC";
    let span = [last, holiday.day].map(|day| Sql::Text(day.to_string()));
    let arguments = [&[Sql::Integer(holiday.calendar.number), Sql::Integer(id)], &span[..]].concat();
    for other in crm.numbers(sql, &arguments)? {
        let other: Holiday = crm.get(Id::new(other))?;
        // A day of one year goes before that of every year.
        if other.yearly == holiday.yearly && (other.kind, &other.hours) != (holiday.kind, &holiday.hours) {
            let (holds, other) = if other.id.number > id { (&other, &holiday) } else { (&holiday, &other) };
            let message =
                Message::new("HO{one} {name} and HO{two} {other} are on the same day and differ; {name} holds.");
            let message = message.with("one", holds.id.number).with("name", &holds.name);
            crm.notice(message.with("two", other.id.number).with("other", &other.name));
        }
    }
    let long = last.since(holiday.day).map_or(0, |span| span.get_days()) >= 300;
    if holiday.kind == HolidayKind::Off && (holiday.yearly || long) {
        crm.tell_of_no_working_time(holiday.calendar.number)?;
    }
    Ok(())
}

impl Holiday {
    /// Whether it is on one of the days between two.
    pub(super) fn touches(&self, first: Date, last: Date) -> bool {
        let until = self.until.unwrap_or(self.day);
        let within = |from: Date, to: Date| from <= last && to >= first;
        if !self.yearly {
            return within(self.day, until);
        }
        let length = until.since(self.day).map_or(0, |span| span.get_days());
        (first.year() - 1..=last.year()).any(|year| {
            let from = self.day.with().year(year).build();
            from.is_ok_and(|from| within(from, from.saturating_add(jiff::Span::new().days(length))))
        })
    }

    /// Lets working time know of it.
    pub(super) fn mark(&self, time: &mut BusinessTime) -> Result<()> {
        let windows = match (self.kind, &self.hours) {
            (HolidayKind::Off, _) => Vec::new(),
            (HolidayKind::Work, Some(hours)) => Hours::parse_day(hours)?,
            (HolidayKind::Work, None) => time.hours().usual().to_vec(),
        };
        let last = self.until.unwrap_or(self.day);
        let mut day = self.day;
        while day <= last {
            if self.yearly {
                time.set_yearly(day, windows.clone());
            } else {
                time.set_day(day, windows.clone());
            }
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        Ok(())
    }
}
