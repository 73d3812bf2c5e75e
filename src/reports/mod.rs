//! Reports: questions with parameters and a typed answer. A report never mentions a format, a format never a report.

mod asks;
pub mod backlog;
pub mod behind;
pub mod complaints;
pub mod coverage;
pub mod customers;
pub mod day;
mod deals;
pub mod forecast;
pub mod forecast_accuracy;
pub mod funnel;
mod groups;
pub mod knowledge_gaps;
pub mod latest;
pub mod occasions;
pub mod operations;
pub mod pool;
pub mod qualification;
pub mod quality_warning;
pub mod referrals;
pub mod reopened;
pub mod response_times;
pub mod root_cause;
pub mod satisfaction;
mod service;
pub mod sla;
pub mod stale;
pub mod ticket_load;
mod tickets;
pub mod trends;
pub mod velocity;
pub mod win_loss;

pub use behind::{Behind, Found, Records};

use crate::{
    Result,
    crm::{Crm, Query},
    message::Message,
    record::{Ask, Grid, Kind, Value, Values, filter, types},
};
use jiff::civil::Date;
use std::collections::HashSet;

/// A report: from this line come the subcommand, its help and its completion.
pub struct Report {
    pub name: &'static str,
    /// What it is called where there is no room for more, in English and Chinese.
    pub title: [&'static str; 2],
    pub doc: &'static str,
    /// Its parameters.
    pub asks: &'static [Ask],
    /// A command that runs as it stands on the demo database, or several, a line each.
    pub example: &'static str,
    pub run: fn(&mut Crm, &Values) -> Result<Vec<Part>>,
}

/// A titled table of a report; most reports are one, whose title is empty.
#[derive(Debug, Clone)]
pub struct Part {
    pub title: Message,
    pub grid: Grid,
    /// What its numbers stand for.
    pub behind: Behind,
    /// How it is drawn, where its columns do not say that by themselves.
    pub shape: Option<Shape>,
}

/// How a part is drawn where there is room for a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Step below step, each narrower than the one before.
    Funnel,
    /// The columns behind the first are values of a second dimension.
    Heat,
}

/// What was answered to a parameter; null when nothing was.
#[must_use]
pub fn parameter(values: &Values, name: &str) -> Value {
    values.iter().find(|(asked, _)| asked == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// What the rows are of which the first cell names a group, or none.
pub const GROUPS: &str = "groups by name";

impl Part {
    #[must_use]
    pub fn new(title: &'static str, grid: Grid) -> Self {
        Self { title: Message::new(title), grid, behind: Behind::Rows, shape: None }
    }

    /// Its numbers stand for these records.
    #[must_use]
    pub fn of(self, records: Records) -> Self {
        Self { behind: Behind::Records(records), ..self }
    }

    /// Its numbers lead nowhere, for that reason.
    #[must_use]
    pub fn of_nothing(self, why: &'static str) -> Self {
        Self { behind: Behind::Nothing(why), ..self }
    }

    #[must_use]
    pub fn drawn(self, shape: Shape) -> Self {
        Self { shape: Some(shape), ..self }
    }
}

/// Why a number of an earlier day leads nowhere.
const PAST: &str = "Lists show records as they are now, and this number is of an earlier day.";
/// Why a number leads nowhere that only serves to weigh others.
const WEIGHS: &str = "This number weighs others; no list of records stands behind it.";
/// Why a number leads nowhere that the report counts in its own way.
const COUNTED: &str = "The report counts this in its own way; no list of records says the same.";
/// Why a kept number leads nowhere.
const KEPT: &str = "This number was kept on an earlier day; no list of records stands behind it.";
/// Why a number of the log leads nowhere.
const LOGGED: &str = "This number comes from the log of changes, not from a list of records.";

/// Fewer than these are told as they are; a share of them would say more than is known (behaviour 39).
pub const FEW: i64 = 5;

/// A share of a whole as a percentage; none of a few.
#[must_use]
pub fn share(part: i64, whole: i64) -> Value {
    if whole < FEW {
        return Value::Null;
    }
    let hundredths = (i128::from(part) * 20_000 / i128::from(whole) + 1) / 2;
    Value::Integer(i64::try_from(hundredths).unwrap_or_default())
}

/// Says that shares of a few are left out, where there were such.
fn tell_few(crm: &mut Crm, wholes: impl IntoIterator<Item = i64>) {
    if wholes.into_iter().any(|whole| (1..FEW).contains(&whole)) {
        crm.notice(Message::new("No percentages are given of fewer than {count}.").with("count", FEW));
    }
}

/// The parameter that limits a report to some customers.
const WHERE: Ask = Ask {
    name: "where",
    doc: "Only customers that match, in the filter language",
    kind: || Kind::Text,
    required: false,
};

/// The first and last day that a parameter names, or those of what is usual.
fn period(crm: &Crm, values: &Values, usual: &str) -> Result<(Date, Date)> {
    let said = parameter(values, "period");
    types::parse_period(said.as_text().unwrap_or(usual), crm.reading()).map_err(|error| error.on_field("period"))
}

/// The customers that a report is limited to; none when it is of all.
fn among(crm: &mut Crm, values: &Values) -> Result<Option<HashSet<i64>>> {
    let said = parameter(values, "where");
    let Some(condition) = said.as_text() else { return Ok(None) };
    let query = Query { filter: filter::parse(condition)?, ..Query::new("customer") };
    Ok(Some(crm.matching(&query)?.into_iter().collect()))
}
