//! Lines under headings: the agenda and what needs attention, each line leading to a record.

use crate::{
    record::{Column, Grid, Kind, Row, Total, Value},
    tui::{context::Context, widgets::plot},
};

/// What a line stands for, as its sign says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Late,
    Now,
    Later,
    Unclear,
}

impl Urgency {
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Late => "!",
            Self::Now => "*",
            Self::Later => "-",
            Self::Unclear => "?",
        }
    }
}

/// One line.
#[derive(Debug, Clone)]
pub struct Item {
    pub urgency: Urgency,
    /// A time, a day or what is to be done.
    pub lead: String,
    pub sort: String,
    pub who: String,
    pub what: String,
    pub right: String,
    pub record: Option<(&'static str, i64)>,
    /// The customer that it is about, by its ref.
    pub customer: Option<String>,
}

/// A heading or a line.
#[derive(Debug, Clone)]
pub enum Line {
    Head(String),
    Item(Box<Item>),
}

/// Lines under headings, and the line under the cursor.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    pub all: Vec<Line>,
    pub cursor: usize,
    /// How many there are, shown or not; none while nothing was read.
    pub total: Option<u64>,
}

impl Lines {
    /// Others, where the cursor stays on its record.
    pub fn take(&mut self, lines: Vec<Line>, total: u64) {
        let record = self.item().and_then(|item| item.record);
        let on = |line: &Line| matches!(line, Line::Item(item) if item.record == record && record.is_some());
        let place = lines.iter().position(on).unwrap_or(self.cursor);
        (self.all, self.total) = (lines, Some(total));
        self.go_to(place);
    }

    #[must_use]
    pub fn item(&self) -> Option<&Item> {
        match self.all.get(self.cursor) {
            Some(Line::Item(item)) => Some(item),
            _ => None,
        }
    }

    /// The items alone.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.all.iter().filter_map(|line| if let Line::Item(item) = line { Some(&**item) } else { None })
    }

    /// To a line, or where a heading stands to the next one below it, else above it.
    pub fn go_to(&mut self, place: usize) {
        let is_item = |place: &usize| matches!(self.all.get(*place), Some(Line::Item(_)));
        let last = self.all.len().saturating_sub(1);
        let place = place.min(last);
        let found = (place..=last).find(is_item).or_else(|| (0..place).rev().find(is_item));
        self.cursor = found.unwrap_or_default();
    }

    pub fn step(&mut self, by: i64) {
        let is_item = |place: &usize| matches!(self.all.get(*place), Some(Line::Item(_)));
        for _ in 0..by.unsigned_abs() {
            let next = if by > 0 {
                (self.cursor + 1..self.all.len()).find(is_item)
            } else {
                (0..self.cursor).rev().find(is_item)
            };
            self.cursor = next.unwrap_or(self.cursor);
        }
    }
}

/// A cell by the name of its column.
fn cell<'g>(grid: &'g Grid, row: &'g Row, name: &str) -> Option<(&'g Column, &'g Value)> {
    let place = grid.columns.iter().position(|column| column.name == name)?;
    Some((grid.columns.get(place)?, row.cells.get(place)?)).filter(|(_, value)| !value.is_empty())
}

fn shown(context: &Context, grid: &Grid, row: &Row, name: &str) -> String {
    cell(grid, row, name).map_or_else(String::new, |(column, value)| context.value(&column.kind, value))
}

/// How many a part has, and the heading that says so.
fn head(context: &Context, title: &str, grid: &Grid) -> (u64, Line) {
    let (count, more) = match grid.total {
        Total::Exactly(count) => (count, ""),
        Total::MoreThan(count) => (count, "+"),
    };
    let title = context.say(&crate::Message::new(named(title)));
    (count, Line::Head(format!("{title} ({count}{more})")))
}

/// Titles are sentences of the catalogue, which outlive everything.
fn named(title: &str) -> &'static str {
    const KNOWN: [&str; 11] = [
        "Overdue",
        "Today",
        "Without a date",
        "Occasions",
        "Coming occasions",
        "Silent for too long",
        "Silent deals",
        "Left undone by your people",
        "Soon back in the pool",
        "Best next action",
        "Stale deals",
    ];
    KNOWN.into_iter().find(|known| *known == title).unwrap_or("")
}

/// The plan of the day as lines.
#[must_use]
pub fn agenda(context: &Context, parts: &[(&'static str, Grid)]) -> (Vec<Line>, u64) {
    let (mut lines, mut all) = (Vec::new(), 0);
    for (title, grid) in parts {
        let (count, head) = head(context, title, grid);
        all += count;
        lines.push(head);
        let urgency = match *title {
            "Overdue" | "Left undone by your people" | "Soon back in the pool" => Urgency::Late,
            "Today" | "Occasions" => Urgency::Now,
            "Silent for too long" | "Silent deals" => Urgency::Unclear,
            _ => Urgency::Later,
        };
        lines.extend(grid.rows.iter().map(|row| Line::Item(Box::new(planned(context, grid, row, urgency)))));
    }
    (lines, all)
}

fn planned(context: &Context, grid: &Grid, row: &Row, urgency: Urgency) -> Item {
    let first_day = grid.columns.iter().position(|column| matches!(column.kind, Kind::Date | Kind::Timestamp));
    let day = first_day.and_then(|place| Some((grid.columns.get(place)?, row.cells.get(place)?)));
    let text = |name: &str| shown(context, grid, row, name);
    let first = |names: &[&str]| names.iter().map(|name| text(name)).find(|text| !text.is_empty()).unwrap_or_default();
    let customer = match cell(grid, row, "customer") {
        Some((_, Value::Link(link))) => Some(link.short()),
        _ => Some(row.short.clone()).filter(|short| short.starts_with('C')),
    };
    let used =
        ["due", "on", "last_touch", "kind", "occasion", "customer", "name", "owner", "day", "calendar", "subject"];
    let rest = grid.columns.iter().zip(&row.cells).filter(|(column, value)| {
        !used.contains(&column.name.as_str()) && !value.is_empty() && !column.name.contains('.')
    });
    let rest: Vec<String> = rest
        .map(|(column, value)| {
            let value = context.value(&column.kind, value);
            let label = if context.is_chinese() { &column.label_zh } else { &column.label };
            if column.name == "years" {
                return format!("{value}{}", context.pick(" years", " 周年"));
            }
            if matches!(column.kind, Kind::Integer | Kind::Date) { format!("{label} {value}") } else { value }
        })
        .collect();
    let subject = text("subject");
    Item {
        urgency,
        lead: day.map_or_else(String::new, |(column, value)| moment(context, &column.kind, value)),
        sort: first(&["kind", "occasion"]),
        who: first(&["customer", "name", "contact"]),
        what: if subject.is_empty() { rest.join(", ") } else { subject },
        right: text("owner"),
        record: crate::tui::pages::record_of(context, &row.short),
        customer,
    }
}

/// The hour of what has one today, else the day.
fn moment(context: &Context, kind: &Kind, value: &Value) -> String {
    let text = context.value(kind, value);
    let today = context.reading.clock.today().to_string();
    let (day, time) = text.split_once(' ').unwrap_or((&text, ""));
    match (day == today, time) {
        (true, "" | "00:00") => context.pick("today", "今天").to_owned(),
        (true, time) => time.to_owned(),
        (false, _) => day.get(5..).filter(|_| day.get(..4) == today.get(..4)).unwrap_or(day).to_owned(),
    }
}

/// What needs attention as lines: the best next actions of deals, then those that lie still.
#[must_use]
pub fn attention(context: &Context, next: &Grid, stale: &Grid) -> (Vec<Line>, u64) {
    let (mut lines, mut all) = (Vec::new(), 0);
    for (title, grid) in [("Best next action", next), ("Stale deals", stale)] {
        if grid.rows.is_empty() {
            continue;
        }
        let (count, head) = head(context, title, grid);
        all += count;
        // What is at stake is less than the amount that the deal itself tells.
        let weighted = grid.columns.iter().any(|column| column.name == "at_stake");
        lines.push(match head {
            Line::Head(told) if weighted => Line::Head(format!("{told}, {}", context.pick("weighted", "加权金额"))),
            head => head,
        });
        for row in &grid.rows {
            lines.push(Line::Item(Box::new(waiting(context, grid, row))));
        }
    }
    (lines, all)
}

fn waiting(context: &Context, grid: &Grid, row: &Row) -> Item {
    let text = |name: &str| shown(context, grid, row, name);
    let money = |name: &str| {
        cell(grid, row, name).map_or_else(String::new, |(column, value)| plot::short(context, &column.kind, value))
    };
    let customer = match cell(grid, row, "customer") {
        Some((_, Value::Link(link))) => Some(link.short()),
        _ => None,
    };
    let quiet = text("quiet");
    let (lead, urgency) = if quiet.is_empty() {
        let action = cell(grid, row, "action").and_then(|(_, value)| value.as_text()).unwrap_or_default();
        let late = matches!(action, "do_overdue" | "set_new_date");
        (text("action"), if late { Urgency::Late } else { Urgency::Now })
    } else {
        let days = if context.is_chinese() { format!("停滞 {quiet} 天") } else { format!("quiet for {quiet} days") };
        (days, Urgency::Unclear)
    };
    Item {
        urgency,
        lead,
        sort: String::new(),
        who: format!("{} {}", row.short, text("name")),
        what: text("customer"),
        right: format!("{} {}", money(if quiet.is_empty() { "at_stake" } else { "amount" }), text("owner")),
        record: crate::tui::pages::record_of(context, &row.short),
        customer,
    }
}
