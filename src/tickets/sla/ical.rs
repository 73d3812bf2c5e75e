//! Holidays from an iCalendar file (RFC 5545), as authorities and calendar programs publish them; a working day among
//! them is told by its name (补班, 调休上班) or by the mark that phones give it.

use super::{Holiday, HolidayKind};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Id, Record, Values},
    store::Sql,
};
use jiff::{ToSpan, civil::Date};

/// More than this is no calendar of holidays.
const MOST: usize = 16 * 1024 * 1024;

/// Of how many events that are left out it is said why.
const NAMED: usize = 20;

/// What a day is called on which people work for another.
const WORKED: [&str; 6] = ["补班", "上班", "（班）", "(班)", "working day", "workday"];

/// What became of the events of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HolidaysTaken {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Meetings, and what repeats in other ways than every year.
    pub skipped: usize,
}

/// A line of the file: `DTSTART;VALUE=DATE:20260217` is name, parameters and value.
struct Property {
    name: String,
    parameters: String,
    value: String,
}

impl Crm {
    /// Takes the holidays and working days of an iCalendar file into a calendar, as one operation; the same file again
    /// changes nothing.
    ///
    /// # Errors
    /// What is no such file.
    pub fn take_holidays(&mut self, calendar: i64, bytes: &[u8]) -> Result<HolidaysTaken> {
        if bytes.len() > MOST {
            return Err(no_calendar());
        }
        let (events, left_out) = events(&String::from_utf8_lossy(bytes))?;
        let title = self.title("business_calendar", calendar)?;
        self.transaction(&format!("Take holidays into BC{calendar} {title}"), |crm| {
            let mut taken = HolidaysTaken { skipped: left_out.len(), ..HolidaysTaken::default() };
            left_out.iter().take(NAMED).for_each(|message| crm.notice(message.clone()));
            for event in &events {
                crm.take_holiday(calendar, event, &mut taken)?;
            }
            Ok(taken)
        })
    }

    /// The one of that day is brought up to date, else another is added.
    fn take_holiday(&mut self, calendar: i64, event: &Holiday, taken: &mut HolidaysTaken) -> Result<()> {
        let sql = "SELECT id FROM holidays WHERE calendar = ? AND day = ? AND deleted_at IS NULL ORDER BY id LIMIT 1";
        let arguments = [Sql::Integer(calendar), Sql::Text(event.day.to_string())];
        let holiday = Holiday { calendar: Id::new(calendar), ..event.clone() };
        let values: Values = holiday.values().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if let Some(id) = self.numbers(sql, &arguments)?.first() {
            // Hours that somebody gave it stay.
            let values = values.into_iter().filter(|(name, _)| name != "hours").collect();
            let changed = !self.change("holiday", *id, values, None)?.changed.is_empty();
            if changed {
                taken.changed += 1;
            } else {
                taken.unchanged += 1;
            }
            return Ok(());
        }
        self.add("holiday", values)?;
        taken.added += 1;
        Ok(())
    }
}

fn no_calendar() -> Error {
    Error::bad_value(Message::new("This is no iCalendar file with holidays in it."))
        .hint(Message::new("It begins with BEGIN:VCALENDAR and is called something like holidays.ics."))
}

/// The holidays in the text, and what is said of the events that are none.
fn events(text: &str) -> Result<(Vec<Holiday>, Vec<Message>)> {
    let (mut found, mut left_out, mut event, mut is_calendar) = (Vec::new(), Vec::new(), None::<Vec<Property>>, false);
    for property in properties(text) {
        let value = property.value.to_ascii_uppercase();
        match (&*property.name, &*value) {
            ("BEGIN", "VCALENDAR") => is_calendar = true,
            ("BEGIN", "VEVENT") => event = Some(Vec::new()),
            ("END", "VEVENT") => match holiday(&event.take().unwrap_or_default()) {
                Ok(holiday) => found.push(holiday),
                Err(why) => left_out.push(why),
            },
            _ => {
                if let Some(event) = &mut event {
                    event.push(property);
                }
            }
        }
    }
    if is_calendar && !(found.is_empty() && left_out.is_empty()) { Ok((found, left_out)) } else { Err(no_calendar()) }
}

/// The lines, those put together that were folded.
fn properties(text: &str) -> Vec<Property> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let property = |line: &str| {
        let mut quoted = false;
        let colon = line.find(|letter| {
            quoted ^= letter == '"';
            letter == ':' && !quoted
        })?;
        let (name, parameters) = line[..colon].split_once(';').unwrap_or((&line[..colon], ""));
        Some(Property {
            name: name.trim().to_ascii_uppercase(),
            parameters: parameters.to_ascii_uppercase(),
            value: line[colon + 1..].trim().to_owned(),
        })
    };
    text.lines().filter_map(property).collect()
}

/// A holiday, where the event is one: whole days, or a working day whatever its hours; else why it is none.
fn holiday(event: &[Property]) -> std::result::Result<Holiday, Message> {
    let value = |name: &str| event.iter().find(|property| property.name == name).map(|property| &*property.value);
    let name = plain(value("SUMMARY").unwrap_or_default());
    let begins = value("DTSTART").unwrap_or_default();
    let why = |message: Message| message.with("event", format!("{name} {begins}").trim());
    let start = event.iter().find(|property| property.name == "DTSTART");
    let (Some(start), Some(day)) = (start, date(begins)) else {
        return Err(why(Message::new("{event} is left out: it says no day.")));
    };
    let special = value("X-APPLE-SPECIAL-DAY").unwrap_or_default();
    let lower = name.to_lowercase();
    let worked = special == "ALTERNATE-WORKDAY" || WORKED.iter().any(|word| lower.contains(word));
    let whole = start.value.len() == 8 || start.parameters.contains("VALUE=DATE") && !start.value.contains('T');
    let cancelled = value("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("cancelled"));
    let rule = value("RRULE").unwrap_or_default().to_ascii_uppercase();
    let yearly = rule.contains("FREQ=YEARLY") && !rule.contains("BYDAY");
    if cancelled {
        return Err(why(Message::new("{event} is left out: it was called off.")));
    }
    if !whole && !worked {
        return Err(why(Message::new("{event} is left out: it is no whole day but has hours, like a meeting.")));
    }
    if !rule.is_empty() && !yearly {
        return Err(why(Message::new(
            "{event} is left out: it comes again in another way than on this day of every year.",
        )));
    }
    // The end is the first day after it.
    let end = value("DTEND").filter(|_| whole).and_then(date).and_then(|end| end.yesterday().ok());
    let days = value("DURATION").and_then(|length| length.strip_prefix('P')?.strip_suffix('D')?.parse::<i64>().ok());
    let end = end.or_else(|| day.checked_add((days? - 1).days()).ok());
    Ok(Holiday {
        name: if name.is_empty() { day.to_string() } else { name },
        day,
        until: end.filter(|end| *end > day),
        kind: if worked { HolidayKind::Work } else { HolidayKind::Off },
        yearly,
        ..Holiday::default()
    })
}

/// `20260217`, with hours behind it or not.
fn date(text: &str) -> Option<Date> {
    let digits = text.get(..8)?;
    let part = |range: std::ops::Range<usize>| digits.get(range);
    Date::new(part(0..4)?.parse().ok()?, part(4..6)?.parse().ok()?, part(6..8)?.parse().ok()?).ok()
}

/// Text without the marks before separators.
fn plain(text: &str) -> String {
    text.replace("\\n", " ")
        .replace("\\N", " ")
        .replace("\\,", ",")
        .replace("\\;", ";")
        .replace("\\\\", "\\")
        .trim()
        .to_owned()
}
