//! What is planned as an iCalendar file (RFC 5545), for the phones and calendars of people.

use crate::{
    Result,
    crm::{Crm, Query, Sort},
    record::{Row, Value, filter},
};
use jiff::{Timestamp, civil::Time, tz::TimeZone};
use std::fmt::Write;

/// How many octets a line may have, the line break not counted.
const LINE: usize = 75;

/// How long what has an hour takes, where nobody said.
const USUAL_MINUTES: i64 = 30;

/// Whose plans, from when to when, and how early a phone reminds of what has an hour.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    pub user: i64,
    /// Days in writing, as a filter takes them.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Minutes before.
    pub alarm: Option<i64>,
}

const COLUMNS: [&str; 16] = [
    "subject",
    "kind",
    "due",
    "minutes",
    "notes",
    "customer",
    "customer.phone",
    "customer.city",
    "customer.address",
    "contact",
    "contact.mobile",
    "contact.phone",
    "uid",
    "version",
    "created_at",
    "updated_at",
];

/// A plan's values by the names of their columns.
struct Plan<'a>(&'a Row);

impl Plan<'_> {
    fn value(&self, column: &str) -> &Value {
        let place = COLUMNS.iter().position(|name| *name == column);
        place.and_then(|place| self.0.cells.get(place)).unwrap_or(&Value::Null)
    }

    fn text(&self, column: &str) -> &str {
        match self.value(column) {
            Value::Text(text) => text,
            Value::Link(link) => &link.title,
            _ => "",
        }
    }

    fn instant(&self, column: &str) -> Option<Timestamp> {
        self.text(column).parse().ok()
    }

    /// Who it is with and how to reach them, then what was written down.
    fn description(&self) -> String {
        let person = [self.text("contact"), self.text("contact.mobile"), self.text("contact.phone")];
        let company = [self.text("customer"), self.text("customer.phone")];
        let joined =
            |words: &[&str]| words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ");
        let lines = [joined(&person), joined(&company), self.text("notes").to_owned(), self.0.short.clone()];
        lines.iter().filter(|line| !line.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

impl Crm {
    /// The open plans of a colleague as a calendar; what was done or called off stands in none.
    ///
    /// # Errors
    /// A day that means nothing.
    pub fn calendar(&mut self, wanted: &Calendar) -> Result<String> {
        let user = self.schema("user")?.short(wanted.user);
        let mut condition = format!("owner={user} done: cancelled:");
        if wanted.from.is_some() || wanted.to.is_some() {
            let day = |day: &Option<String>| day.as_ref().map(|day| format!("\"{day}\"")).unwrap_or_default();
            let _ = write!(condition, " due={}..{}", day(&wanted.from), day(&wanted.to));
        }
        let query = Query {
            filter: filter::parse(&condition)?,
            columns: COLUMNS.map(str::to_owned).to_vec(),
            sort: Sort::parse("due,id"),
            paging: true,
            ..Query::new("activity")
        };
        let rows = self.list(&query)?.rows;
        let name = self.title("user", wanted.user)?;
        let mut file = Lines::default();
        file.line("BEGIN", "VCALENDAR");
        file.line("VERSION", "2.0");
        file.line("PRODID", concat!("-//kehu//kehu ", env!("CARGO_PKG_VERSION"), "//EN"));
        file.line("CALSCALE", "GREGORIAN");
        file.line("X-WR-CALNAME", &escaped(&name));
        for row in &rows {
            file.plan(&Plan(row), self.reading().clock.zone(), wanted.alarm);
        }
        file.line("END", "VCALENDAR");
        Ok(file.text)
    }
}

/// Lines as the format wants them: folded, each with a carriage return.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn plan(&mut self, plan: &Plan, zone: &TimeZone, alarm: Option<i64>) {
        let due = plan.instant("due");
        // Many phones show events alone, so what has an hour is one even where it is a task; without a day nothing can
        // stand in a calendar but among what is to be done.
        let part = match due {
            Some(due) if has_hour(due, zone) || plan.text("kind") != "task" => "VEVENT",
            _ => "VTODO",
        };
        self.line("BEGIN", part);
        self.line("UID", plan.text("uid"));
        let changed = plan.instant("updated_at").unwrap_or_default();
        self.line("DTSTAMP", &utc(changed));
        self.line("CREATED", &utc(plan.instant("created_at").unwrap_or(changed)));
        self.line("LAST-MODIFIED", &utc(changed));
        let version = plan.value("version").as_integer().unwrap_or(1);
        self.line("SEQUENCE", &(version - 1).max(0).to_string());
        let summary = [plan.text("subject"), plan.text("customer")];
        let summary: Vec<&str> = summary.into_iter().filter(|text| !text.is_empty()).collect();
        self.line("SUMMARY", &escaped(&summary.join(" · ")));
        self.line("DESCRIPTION", &escaped(&plan.description()));
        self.line("CATEGORIES", &escaped(plan.text("kind")));
        self.place(plan);
        self.line("STATUS", if part == "VTODO" { "NEEDS-ACTION" } else { "CONFIRMED" });
        if let Some(due) = due {
            self.when(plan, part, due, zone, alarm);
        }
        self.line("END", part);
    }

    /// Where one has to go.
    fn place(&mut self, plan: &Plan) {
        let there = [plan.text("customer.address"), plan.text("customer.city")];
        let there: Vec<&str> = there.into_iter().filter(|text| !text.is_empty()).collect();
        if matches!(plan.text("kind"), "visit" | "meeting") && !there.is_empty() {
            self.line("LOCATION", &escaped(&there.join(", ")));
        }
    }

    /// What is due at midnight has a day and no hour. Hours are written in UTC, which every calendar knows.
    fn when(&mut self, plan: &Plan, part: &str, due: Timestamp, zone: &TimeZone, alarm: Option<i64>) {
        let local = due.to_zoned(zone.clone());
        let name = if part == "VTODO" { "DUE" } else { "DTSTART" };
        if !has_hour(due, zone) {
            self.line(&format!("{name};VALUE=DATE"), &local.strftime("%Y%m%d").to_string());
            if part == "VEVENT" {
                self.line("TRANSP", "TRANSPARENT");
            }
            return;
        }
        self.line(name, &utc(due));
        let minutes = plan.value("minutes").as_integer().filter(|minutes| *minutes > 0).unwrap_or(USUAL_MINUTES);
        self.line("DURATION", &format!("PT{minutes}M"));
        if let Some(minutes) = alarm {
            self.line("BEGIN", "VALARM");
            self.line("ACTION", "DISPLAY");
            self.line("DESCRIPTION", &escaped(plan.text("subject")));
            self.line("TRIGGER", &format!("-PT{minutes}M"));
            self.line("END", "VALARM");
        }
    }

    /// One line, cut into pieces of 75 octets between letters; each further piece begins with a space.
    fn line(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for letter in name.chars().chain([':']).chain(value.chars()) {
            if length + letter.len_utf8() > LINE {
                self.text.push_str("\r\n ");
                length = 1;
            }
            self.text.push(letter);
            length += letter.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

fn has_hour(due: Timestamp, zone: &TimeZone) -> bool {
    due.to_zoned(zone.clone()).time() != Time::midnight()
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a calendar takes it: line breaks and separators marked, nothing that is no text.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.trim().replace("\r\n", "\n").chars() {
        match letter {
            '\n' => escaped.push_str("\\n"),
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\t' => escaped.push(' '),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters() {
        let mut lines = Lines::default();
        lines.line("SUMMARY", &"客户".repeat(60));
        assert!(lines.text.ends_with("\r\n"));
        assert!(lines.text.split("\r\n").all(|line| line.len() <= LINE));
        assert_eq!(lines.text.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "客户".repeat(60)));
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("a;b,c\\d\r\ne\u{7}\u{1b}[0m\tf"), "a\\;b\\,c\\\\d\\ne[0m f");
    }
}
