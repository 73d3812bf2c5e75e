//! How long customers wait for the first answer and for the solution (R107, R114): the middle one and the ninth of ten,
//! in hours, in working time and round the clock.

use super::{
    Part, Report,
    tickets::{BY, Basis, PERIOD, WHERE},
};
use crate::{
    Result,
    crm::Crm,
    record::{Column, Grid, Kind, Value, Values},
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// `kehu report response-times`.
pub const REPORT: Report = Report {
    name: "response-times",
    title: ["Response times", "响应时长"],
    doc: "Hours until the first answer and the solution: the median, and within which nine of ten were",
    asks: &[PERIOD, BY, WHERE],
    example: "kehu report response-times\n  kehu report response-times --by owner --period this-month -f json",
    run,
};

/// Seconds of each ticket of a group: until the answer and the solution, in working time and round the clock.
#[derive(Default)]
struct Line {
    tickets: i64,
    lengths: [Vec<i64>; 4],
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let basis = Basis::of(crm, values, "priority", true)?;
    let rules = crm.sla_rules()?;
    let mut groups: BTreeMap<String, Line> = BTreeMap::new();
    basis.each(crm, &mut |ticket| {
        let line = groups.entry(ticket.group).or_default();
        line.tickets += 1;
        let time = rules.of(Some(ticket.policy)).map(|rule| rule.time.clone()).or_else(|| rules.usual.clone());
        let instant = |second: i64| Timestamp::from_second(second).unwrap_or_default();
        for (place, end) in [ticket.answered, ticket.ended].into_iter().enumerate() {
            let Some(end) = end.filter(|end| *end >= ticket.received) else { continue };
            let round = end - ticket.received;
            let worked = time.as_ref().map_or(round, |time| time.between(instant(ticket.received), instant(end)));
            line.lengths[place * 2].push(worked);
            line.lengths[place * 2 + 1].push(round);
        }
    })?;
    let rows = basis.named(crm, groups)?.into_iter().map(|(group, mut line)| {
        let mut cells = vec![group, Value::Integer(line.tickets)];
        for (place, lengths) in line.lengths.iter_mut().enumerate() {
            lengths.sort_unstable();
            if place % 2 == 0 {
                cells.push(Value::Integer(i64::try_from(lengths.len()).unwrap_or(i64::MAX)));
            }
            cells.extend([hours(lengths, 50), hours(lengths, 90)]);
        }
        cells
    });
    let grid = Grid::of("groups", columns(basis.column()), rows.collect());
    let records = basis.records().only("answered", "not first_response:").only("solved", "status=resolved,closed");
    Ok(vec![Part::new("", grid).of(records)])
}

fn columns(first: Column) -> Vec<Column> {
    let count = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Integer);
    let hours = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Decimal { scale: 1 });
    vec![
        first,
        count("tickets", "Tickets", "工单"),
        count("answered", "Answered", "已响应"),
        hours("first_median", "First response, median h", "首次响应中位小时"),
        hours("first_ninth", "90 % within h", "首次响应90%小时"),
        hours("first_median_24x7", "24x7: median h", "24x7 响应中位小时"),
        hours("first_ninth_24x7", "24x7: 90 % within h", "24x7 响应90%小时"),
        count("solved", "Solved", "已解决"),
        hours("resolution_median", "Solution, median h", "解决中位小时"),
        hours("resolution_ninth", "Solution, 90 % within h", "解决90%小时"),
        hours("resolution_median_24x7", "24x7: solution, median h", "24x7 解决中位小时"),
        hours("resolution_ninth_24x7", "24x7: solution, 90 % within h", "24x7 解决90%小时"),
    ]
}

/// The length within which so many of a hundred are, in tenths of an hour: between the middle two where there are two.
fn hours(sorted: &[i64], percent: usize) -> Value {
    if sorted.is_empty() {
        return Value::Null;
    }
    let tenths = |seconds: i64| Value::Integer((seconds + 180).div_euclid(360));
    if percent == 50 && sorted.len().is_multiple_of(2) {
        let middle = sorted.len() / 2;
        return tenths(i64::midpoint(sorted[middle - 1], sorted[middle]));
    }
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    tenths(sorted[rank - 1])
}
