//! Reports: questions with parameters and a typed answer. A report never mentions a format, a format never a report.

pub mod day;
pub mod operations;

use crate::{
    Result,
    crm::Crm,
    message::Message,
    record::{Ask, Grid, Value, Values},
};

/// A report: from this line come the subcommand, its help and its completion.
pub struct Report {
    pub name: &'static str,
    pub doc: &'static str,
    /// Its parameters.
    pub asks: &'static [Ask],
    /// A command that runs as it stands on the demo database, or several, a line each.
    pub example: &'static str,
    pub run: fn(&mut Crm, &Values) -> Result<Vec<Part>>,
}

/// A titled table of a report; most reports are one, whose title is empty.
pub struct Part {
    pub title: Message,
    pub grid: Grid,
}

/// What was answered to a parameter; null when nothing was.
#[must_use]
pub fn parameter(values: &Values, name: &str) -> Value {
    values.iter().find(|(asked, _)| asked == name).map(|(_, value)| value.clone()).unwrap_or_default()
}
