//! How often tickets were opened again and went from hand to hand (R107): what was not solved the first time.

use super::{
    Part, Report, share,
    tickets::{BY, Basis, PERIOD, WHERE},
};
use crate::{
    Result,
    crm::Crm,
    record::{Column, Kind, Value, Values},
};
use std::collections::BTreeMap;

/// `kehu report reopened`.
pub const REPORT: Report = Report {
    name: "reopened",
    title: ["Reopened", "重开与转派"],
    doc: "How many tickets were opened again or went to somebody else, and how often",
    asks: &[PERIOD, BY, WHERE],
    example: "kehu report reopened\n  kehu report reopened --by queue --period this-year -f json",
    run,
};

/// Tickets, solved ever, reopened, times reopened, reassigned, times reassigned.
type Line = [i64; 6];

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let basis = Basis::of(crm, values, "owner", true)?;
    let mut groups: BTreeMap<String, Line> = BTreeMap::new();
    basis.each(crm, &mut |ticket| {
        let line = groups.entry(ticket.group).or_default();
        // What was opened again had been solved before.
        let solved = ticket.over || ticket.reopened > 0;
        let counts = [
            1,
            i64::from(solved),
            i64::from(ticket.reopened > 0),
            ticket.reopened,
            i64::from(ticket.reassigned > 0),
            ticket.reassigned,
        ];
        for (sum, count) in line.iter_mut().zip(counts) {
            *sum += count;
        }
    })?;
    let mut all = Line::default();
    for line in groups.values() {
        all.iter_mut().zip(line).for_each(|(sum, count)| *sum += count);
    }
    let wholes: Vec<i64> = groups.values().flat_map(|line| [line[0], line[1]]).collect();
    super::tell_few(crm, wholes);
    let grid = basis.grid(crm, groups, columns(basis.column()), cells(&all), cells)?;
    let records = basis
        .records()
        .only("reopened", "reopened=1..")
        .only("reassigned", "reassigned=1..")
        .only("solved", "(status=resolved,closed or reopened=1..)");
    Ok(vec![Part::new("", grid).of(records)])
}

fn cells(line: &Line) -> Vec<Value> {
    let [tickets, solved, reopened, reopenings, reassigned, reassignments] = *line;
    let count = Value::Integer;
    vec![
        count(tickets),
        count(solved),
        count(reopened),
        share(reopened, solved),
        count(reopenings),
        count(reassigned),
        share(reassigned, tickets),
        count(reassignments),
    ]
}

fn columns(first: Column) -> Vec<Column> {
    let count = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Integer);
    let rate = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Percent);
    vec![
        first,
        count("tickets", "Tickets", "工单"),
        count("solved", "Solved", "已解决"),
        count("reopened", "Opened again", "重开"),
        rate("reopened_rate", "Opened again, %", "重开率"),
        count("reopenings", "How often", "重开次数"),
        count("reassigned", "Reassigned", "转派"),
        rate("reassigned_rate", "Reassigned, %", "转派率"),
        count("reassignments", "How often reassigned", "转派次数"),
    ]
}
