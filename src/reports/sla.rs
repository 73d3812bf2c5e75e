//! Attainment (R107, R113): how many tickets were answered and solved in time, by policy, priority, queue or colleague,
//! in the working time of their policies and as if somebody worked round the clock.

use super::{
    Part, Report, share,
    tickets::{BY, Basis, CLOCKS, PERIOD, Seen, WHERE},
};
use crate::{
    Result,
    crm::Crm,
    record::{Column, Grid, Kind, Value, Values},
    tickets::sla::Rules,
};
use std::collections::BTreeMap;

/// `kehu report sla`.
pub const REPORT: Report = Report {
    name: "sla",
    title: ["Service levels", "服务达标率"],
    doc: "How many tickets were answered and solved in time, in working time and round the clock",
    asks: &[PERIOD, BY, WHERE],
    example: "kehu report sla\n  kehu report sla --by priority --period this-quarter -f json",
    run,
};

/// Of one group: how many in time and how many not, of the first response and of the solution.
#[derive(Default)]
struct Line {
    tickets: i64,
    met: [i64; 2],
    missed: [i64; 2],
    /// The same round the clock.
    met_always: [i64; 2],
    missed_always: [i64; 2],
}

impl Line {
    fn count(&mut self, ticket: &Seen, rules: &Rules) {
        self.tickets += 1;
        let ends = [ticket.answered.or(ticket.ended), ticket.ended];
        for (place, clock) in CLOCKS.into_iter().enumerate() {
            if !ticket.promised[place] {
                continue;
            }
            // What is neither in time nor late yet counts for nothing.
            self.missed[place] += i64::from(ticket.missed[place]);
            self.met[place] += i64::from(!ticket.missed[place] && ends[place].is_some());
            let target = rules.of(Some(ticket.policy)).and_then(|rule| rule.target(clock, ticket.priority));
            if let (Some(target), Some(end)) = (target, ends[place]) {
                let late = end - ticket.received > target;
                self.missed_always[place] += i64::from(late);
                self.met_always[place] += i64::from(!late);
            }
        }
    }

    fn add(&mut self, other: &Self) {
        self.tickets += other.tickets;
        for place in 0..2 {
            self.met[place] += other.met[place];
            self.missed[place] += other.missed[place];
            self.met_always[place] += other.met_always[place];
            self.missed_always[place] += other.missed_always[place];
        }
    }

    fn cells(&self) -> Vec<Value> {
        let mut cells = vec![Value::Integer(self.tickets)];
        for place in 0..2 {
            let (met, missed) = (self.met[place], self.missed[place]);
            cells.extend([Value::Integer(met), Value::Integer(missed), share(met, met + missed)]);
            let (met, missed) = (self.met_always[place], self.missed_always[place]);
            cells.extend([Value::Integer(met), share(met, met + missed)]);
        }
        cells
    }

    fn wholes(&self) -> impl Iterator<Item = i64> + '_ {
        (0..2).flat_map(|place| {
            [self.met[place] + self.missed[place], self.met_always[place] + self.missed_always[place]]
        })
    }
}

fn columns(first: Column) -> Vec<Column> {
    let count = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Integer);
    let rate = |name: &'static str, label, label_zh| Column::new(name, label, label_zh, Kind::Percent);
    vec![
        first,
        count("tickets", "Tickets", "工单"),
        count("first_met", "Answered in time", "首次响应达标"),
        count("first_missed", "Answered late", "首次响应超时"),
        rate("first_rate", "Answered in time, %", "首次响应达标率"),
        count("first_met_24x7", "24x7: answered in time", "24x7 响应达标"),
        rate("first_rate_24x7", "24x7: answered in time, %", "24x7 响应达标率"),
        count("resolution_met", "Solved in time", "解决达标"),
        count("resolution_missed", "Solved late", "解决超时"),
        rate("resolution_rate", "Solved in time, %", "解决达标率"),
        count("resolution_met_24x7", "24x7: solved in time", "24x7 解决达标"),
        rate("resolution_rate_24x7", "24x7: solved in time, %", "24x7 解决达标率"),
    ]
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let basis = Basis::of(crm, values, "policy", true)?;
    let rules = crm.sla_rules()?;
    let mut groups: BTreeMap<String, Line> = BTreeMap::new();
    basis.each(crm, &mut |ticket| {
        if let Some(line) = groups.get_mut(&ticket.group) {
            line.count(&ticket, &rules);
        } else {
            let mut line = Line::default();
            line.count(&ticket, &rules);
            groups.insert(ticket.group, line);
        }
    })?;
    let mut all = Line::default();
    for line in groups.values() {
        all.add(line);
    }
    let wholes: Vec<i64> = groups.values().flat_map(Line::wholes).collect();
    super::tell_few(crm, wholes);
    let rows: Vec<Vec<Value>> =
        basis.named(crm, groups)?.into_iter().map(|(group, line)| [vec![group], line.cells()].concat()).collect();
    let mut grid = Grid::of("groups", columns(basis.column()), rows);
    if grid.rows.len() > 1 {
        grid.totals = Some([vec![Value::Null], all.cells()].concat());
    }
    let records = basis
        .records()
        .only("first_missed", "not first_breached:")
        .only("resolution_missed", "not resolve_breached:")
        .only("first_met", "first_breached: not first_due: not first_response:")
        .only("resolution_met", "resolve_breached: not resolve_due: status=resolved,closed");
    Ok(vec![Part::new("", grid).of(records)])
}
