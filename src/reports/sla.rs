//! Attainment (R107, R113): how many tickets were answered and solved in time, by policy, priority, queue or colleague,
//! in the working time of their policies and as if somebody worked round the clock.

use super::{
    Part, Report, share,
    tickets::{BY, Basis, CLOCKS, OVER, PERIOD, Seen, UNSOLVED, WHERE},
};
use crate::{
    Result,
    crm::{Crm, integer, text},
    record::{Column, Kind, Value, Values, types::FieldType},
    store::Sql,
    tickets::{
        Priority,
        sla::{
            Rules,
            totals::{self, TOTALS},
        },
    },
};
use jiff::{ToSpan, civil::Date};
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

/// What became of a clock of some tickets: in time or not, and round the clock; nothing where it is not known.
#[derive(Default, Clone, Copy)]
struct Became {
    late: Option<bool>,
    late_always: Option<bool>,
}

/// What the tickets are measured by.
struct Measure<'a> {
    rules: &'a Rules,
    now: i64,
}

impl Became {
    /// From whether it was late in working time, and how long it took. What was late in working time was late round the
    /// clock before, however it ended and if it never did.
    fn of(late: Option<bool>, target: Option<i64>, length: Option<i64>) -> Self {
        let longer = target.zip(length).map(|(target, length)| length > target);
        Self { late, late_always: if late == Some(true) { late } else { longer } }
    }
}

impl Line {
    fn count(&mut self, ticket: &Seen, measure: &Measure, times: i64) {
        self.tickets += times;
        let ends = [ticket.answered.or(ticket.ended), ticket.ended];
        for (place, clock) in CLOCKS.into_iter().enumerate() {
            if !ticket.promised[place] {
                continue;
            }
            let target = measure.rules.of(Some(ticket.policy)).and_then(|rule| rule.target(clock, ticket.priority));
            // What is neither in time nor late yet counts for nothing.
            let late = (ticket.missed[place] || ends[place].is_some()).then_some(ticket.missed[place]);
            let length = ends[place].map(|end| end - ticket.received);
            // What goes on may be longer than its target already, and is never too short.
            let so_far = measure.now - ticket.received;
            let length = length.or_else(|| Some(so_far).filter(|so_far| !ticket.over && target < Some(*so_far)));
            self.enter(place, Became::of(late, target, length), times);
        }
    }

    fn enter(&mut self, place: usize, became: Became, times: i64) {
        let count = |late: Option<bool>, as_said: bool| if late == Some(as_said) { times } else { 0 };
        self.missed[place] += count(became.late, true);
        self.met[place] += count(became.late, false);
        self.missed_always[place] += count(became.late_always, true);
        self.met_always[place] += count(became.late_always, false);
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

type Lines = BTreeMap<String, Line>;

/// The groups with their counts: from the sums where those hold them, else from the tickets.
fn counted(crm: &mut Crm, basis: &Basis, measure: &Measure) -> Result<Lines> {
    let mut groups = Lines::new();
    let months = match (basis.summed(), basis.bounds(crm)?) {
        (Some(by), Some((start, end))) => Months::between(&start, &end).map(|months| (by, months)),
        _ => None,
    };
    let summed = match &months {
        Some((by, months)) => sum_up(crm, by, months, measure.rules, &mut groups)?,
        None => false,
    };
    let Some((_, months)) = months.filter(|_| summed) else {
        groups.clear();
        basis.each(crm, &mut |ticket| enter(&mut groups, ticket, measure, 1))?;
        return Ok(groups);
    };
    // What is over is in the sums; what is not, and what lies between the period and its months, is looked at.
    let open = format!("{UNSOLVED} AND t.received >= ? AND t.received <= ?");
    basis.among(crm, &open, &[&months.start, &months.end], &mut |ticket| enter(&mut groups, ticket, measure, 1))?;
    for (condition, [from, to], times) in months.edges() {
        let condition = format!("{condition} AND {OVER}");
        basis.among(crm, &condition, &[from, to], &mut |ticket| enter(&mut groups, ticket, measure, times))?;
    }
    groups.retain(|_, line| line.tickets > 0);
    Ok(groups)
}

fn enter(groups: &mut Lines, ticket: Seen, measure: &Measure, times: i64) {
    if let Some(line) = groups.get_mut(&ticket.group) {
        line.count(&ticket, measure, times);
    } else {
        let mut line = Line::default();
        line.count(&ticket, measure, times);
        groups.insert(ticket.group, line);
    }
}

/// Adds what the sums say of those months; they may not know of a target how many tickets took longer.
fn sum_up(crm: &mut Crm, by: &str, months: &Months, rules: &Rules, groups: &mut Lines) -> Result<bool> {
    let sql = format!(
        "SELECT t.{by}, t.policy, t.priority, t.clock, t.outcome, t.span, CAST(SUM(t.records) AS BIGINT) FROM {} t \
         WHERE t.month >= ? AND t.month < ? GROUP BY t.{by}, t.policy, t.priority, t.clock, t.outcome, t.span",
        TOTALS.table
    );
    let arguments = [Sql::Text(months.first.clone()), Sql::Text(months.after.clone())];
    for row in crm.db.query(&sql, &arguments)? {
        let group = match &row[0] {
            Sql::Integer(-1) => String::new(),
            Sql::Integer(number) => number.to_string(),
            other => text(other),
        };
        let (place, times) = (usize::from(integer(&row[3]) == 2), integer(&row[6]));
        let line = groups.entry(group).or_default();
        line.tickets += if place == 0 { times } else { 0 };
        let late = match &*text(&row[4]) {
            "none" => continue,
            "missed" => Some(true),
            "met" => Some(false),
            _ => None,
        };
        let priority = Priority::from_value(&Value::Text(text(&row[2]))).unwrap_or(Priority::Normal);
        let target = rules.of(Some(integer(&row[1]))).and_then(|rule| rule.target(CLOCKS[place], priority));
        if target.is_some_and(|target| !totals::knows(target)) {
            return Ok(false);
        }
        let length = Some(integer(&row[5])).filter(|length| *length >= 0);
        line.enter(place, Became::of(late, target, length.map(|length| length * 60)), times);
    }
    Ok(true)
}

/// The months of a period as the sums have them, which begin and end with those of Greenwich.
struct Months {
    start: String,
    end: String,
    /// The first of them, and the one after the last.
    first: String,
    after: String,
}

impl Months {
    /// None where fewer tickets lie in the period itself than between it and its months.
    fn between(start: &str, end: &str) -> Option<Self> {
        let day = |instant: &str| instant.get(..10)?.parse::<Date>().ok();
        let (from, to) = (day(start)?, day(end)?);
        let beside = |day: Date| i32::from(day.day().min(day.days_in_month() - day.day()));
        // The nearer end of a month is the one from which the rest is counted.
        let nearest = |day: Date| {
            let later = i32::from(day.day() > day.days_in_month() / 2);
            day.first_of_month().checked_add(later.months()).ok()
        };
        let (first, after) = (nearest(from)?, nearest(to)?);
        let month = |day: Date| day.to_string()[..7].to_owned();
        (first < after && beside(from) + beside(to) < (to - from).get_days()).then(|| Self {
            start: start.to_owned(),
            end: end.to_owned(),
            first: month(first),
            after: month(after),
        })
    }

    /// What lies between the period and its months, to be added or taken away.
    fn edges(&self) -> [(&'static str, [&str; 2], i64); 2] {
        let Self { start, end, first, after } = self;
        [
            if start < first {
                ("t.received >= ? AND t.received < ?", [start, first], 1)
            } else {
                ("t.received >= ? AND t.received < ?", [first, start], -1)
            },
            if after <= end {
                ("t.received >= ? AND t.received <= ?", [after, end], 1)
            } else {
                ("t.received > ? AND t.received < ?", [end, after], -1)
            },
        ]
    }
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let basis = Basis::of(crm, values, "policy", true)?;
    let rules = crm.sla_rules()?;
    let measure = Measure { rules: &rules, now: crm.reading().clock.now().as_second() };
    let groups = counted(crm, &basis, &measure)?;
    let mut all = Line::default();
    for line in groups.values() {
        all.add(line);
    }
    let wholes: Vec<i64> = groups.values().flat_map(Line::wholes).collect();
    super::tell_few(crm, wholes);
    let grid = basis.grid(crm, groups, columns(basis.column()), all.cells(), Line::cells)?;
    let records = basis
        .records()
        .only("first_missed", "not first_breached:")
        .only("resolution_missed", "not resolve_breached:")
        .only("first_met", "first_breached: not first_due: not first_response:")
        .only("resolution_met", "resolve_breached: not resolve_due: status=resolved,closed");
    Ok(vec![Part::new("", grid).of(records)])
}
