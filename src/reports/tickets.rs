//! What the reports on tickets have in common: their parameters, and the tickets of a period one by one.

use super::{Records, parameter, period};
use crate::{
    Result,
    crm::{Crm, Query, integer, text},
    error::Error,
    message::Message,
    record::{Ask, Column, Grid, Kind, Link, Value, Values, filter, types, types::FieldType},
    store::Sql,
    tickets::{Priority, sla::Clock},
};
use jiff::{Timestamp, civil::Date};
use std::collections::{BTreeMap, HashSet};

pub(super) const PERIOD: Ask = Ask {
    name: "period",
    doc: "When they came in: last-month, 2026-q1 (this-year)",
    kind: || Kind::Text,
    required: false,
};

pub(super) const BY: Ask = Ask {
    name: "by",
    doc: "What they are grouped by: policy, priority, queue, owner or kind",
    kind: || Kind::Text,
    required: false,
};

pub(super) const WHERE: Ask =
    Ask { name: "where", doc: "Only tickets that match, in the filter language", kind: || Kind::Text, required: false };

/// What tickets are grouped by, with the headings.
const GROUPS: [(&str, &str, &str); 5] = [
    ("policy", "Policy", "策略"),
    ("priority", "Priority", "优先级"),
    ("queue", "Queue", "队列"),
    ("owner", "Owner", "处理人"),
    ("kind", "Kind", "类型"),
];

/// Which tickets a report is of, and how it groups them.
pub(super) struct Basis {
    by: usize,
    days: Option<(Date, Date)>,
    among: Option<HashSet<i64>>,
    condition: String,
    /// How urgent tickets are, with the words of both languages.
    priorities: Kind,
}

/// What still waits for a solution.
pub(super) const UNSOLVED: &str = "t.status IN ('new', 'open', 'pending', 'on_hold')";

/// What is over, worded so that no database goes by the status, which most tickets have.
pub(super) const OVER: &str = "t.status NOT IN ('new', 'open', 'pending', 'on_hold')";

/// One ticket as a report sees it.
#[derive(Default)]
pub(super) struct Seen {
    pub group: String,
    pub policy: i64,
    pub priority: Priority,
    pub over: bool,
    pub received: i64,
    pub answered: Option<i64>,
    pub ended: Option<i64>,
    /// Whether there is a deadline, and whether it was missed, of the first response and of the solution.
    pub promised: [bool; 2],
    pub missed: [bool; 2],
    pub reopened: i64,
    pub reassigned: i64,
}

/// The two clocks that reports tell of.
pub(super) const CLOCKS: [Clock; 2] = [Clock::First, Clock::Resolution];

impl Basis {
    pub fn of(crm: &mut Crm, values: &Values, usual_by: &str, dated: bool) -> Result<Self> {
        let said = parameter(values, "by");
        let by = said.as_text().unwrap_or(usual_by).to_lowercase();
        let by = GROUPS.iter().position(|(name, ..)| *name == by).ok_or_else(|| {
            let message =
                Message::new("{value} is nothing that tickets are grouped by: policy, priority, queue, owner or kind.");
            Error::bad_value(message.with("value", by)).on_field("by")
        })?;
        let days = if dated { Some(period(crm, values, "this-year")?) } else { None };
        let said = parameter(values, "where");
        let condition = said.as_text().unwrap_or_default().to_owned();
        let among = match said.as_text() {
            Some(condition) => {
                let query = Query { filter: filter::parse(condition)?, ..Query::new("ticket") };
                Some(crm.matching(&query)?.into_iter().collect())
            }
            None => None,
        };
        let schema = crm.schema("ticket")?;
        let priorities = crm.field(&schema, "priority")?.kind.clone();
        Ok(Self { by, days, among, condition, priorities })
    }

    /// The column of the groups.
    pub fn column(&self) -> Column {
        let (name, label, label_zh) = GROUPS[self.by];
        let kind = match name {
            "policy" => Kind::Link("sla_policy".into()),
            "queue" => Kind::Link("queue".into()),
            "owner" => Kind::Link("user".into()),
            "priority" => self.priorities.clone(),
            _ => Kind::Text,
        };
        Column::new(name, label, label_zh, kind)
    }

    /// Which tickets stand behind the numbers of a group.
    pub fn records(&self) -> Records {
        let name = GROUPS[self.by].0;
        let records = Records::of("ticket").by(name, name);
        let records = if self.condition.is_empty() { records } else { records.and(format!("({})", self.condition)) };
        match self.days {
            Some((first, last)) => records.and(format!("received={first}..{last}")),
            None => records,
        }
    }

    /// The groups as cells, in the order of their names.
    pub fn named<T>(&self, crm: &mut Crm, groups: BTreeMap<String, T>) -> Result<Vec<(Value, T)>> {
        let column = self.column();
        let Some(kind) = column.kind.target() else {
            let place = |key: &str| ["low", "normal", "high", "urgent"].iter().position(|word| *word == key);
            let mut named: Vec<_> = groups.into_iter().collect();
            named.sort_by_key(|(key, _)| std::cmp::Reverse(place(key)));
            let value = |key: String| if key.is_empty() { Value::Null } else { Value::Text(key) };
            return Ok(named.into_iter().map(|(key, counts)| (value(key), counts)).collect());
        };
        let ids: Vec<i64> = groups.keys().filter_map(|key| key.parse().ok()).collect();
        let (letter, links) = (crm.schema(kind)?.letter, crm.links(kind, &ids)?);
        let mut named: Vec<(Value, T)> = Vec::with_capacity(groups.len());
        for (key, counts) in groups {
            let link = key.parse::<i64>().ok().map(|id| {
                let title = links.get(&id).map(|known| known.title.clone()).unwrap_or_default();
                Value::Link(Link { id, title, uid: String::new(), letter })
            });
            named.push((link.unwrap_or_default(), counts));
        }
        Ok(named)
    }

    /// The table of the groups, with the sums of all below where there are several.
    pub fn grid<T>(
        &self,
        crm: &mut Crm,
        groups: BTreeMap<String, T>,
        columns: Vec<Column>,
        all: Vec<Value>,
        cells: impl Fn(&T) -> Vec<Value>,
    ) -> Result<Grid> {
        let rows = self.named(crm, groups)?.into_iter().map(|(group, line)| [vec![group], cells(&line)].concat());
        let mut grid = Grid::of("groups", columns, rows.collect());
        crm.name_kinds(&mut grid)?;
        if grid.rows.len() > 1 {
            grid.totals = Some([vec![Value::Null], all].concat());
        }
        Ok(grid)
    }

    /// Hands over the tickets one by one.
    pub fn each(&self, crm: &mut Crm, look: &mut dyn FnMut(Seen)) -> Result<()> {
        let Some((start, end)) = self.bounds(crm)? else {
            return self.among(crm, UNSOLVED, &[], look);
        };
        self.among(crm, "t.received >= ? AND t.received <= ?", &[&start, &end], look)
    }

    /// The first and the last instant of the period, where there is one.
    pub fn bounds(&self, crm: &Crm) -> Result<Option<(String, String)>> {
        self.days.map(|(first, last)| types::day_bounds(first, last, crm.reading())).transpose()
    }

    /// By which column of the sums it is answered; by none where the records are asked.
    pub fn summed(&self) -> Option<&'static str> {
        let name = GROUPS[self.by].0;
        (self.among.is_none() && matches!(name, "policy" | "priority" | "queue")).then_some(name)
    }

    /// Hands over the tickets of which a condition holds.
    pub fn among(&self, crm: &mut Crm, condition: &str, arguments: &[&str], look: &mut dyn FnMut(Seen)) -> Result<()> {
        let sql = format!(
            "SELECT t.\"{}\", t.policy, t.priority, t.status, t.received, t.first_response, t.resolved, t.closed, \
             t.first_due, t.resolve_due, t.first_breached, t.resolve_breached, t.paused_since, t.reopened, t.reassigned, \
             t.id FROM tickets t WHERE t.deleted_at IS NULL AND t.merged_into IS NULL AND {condition}",
            GROUPS[self.by].0,
        );
        let now = types::timestamp_text(crm.reading().clock.now());
        let among = self.among.as_ref();
        let arguments: Vec<Sql> = arguments.iter().map(|text| Sql::Text((*text).to_owned())).collect();
        crm.db.each(&sql, &arguments, &mut |row| {
            if among.is_none_or(|among| among.contains(&integer(&row[15]))) {
                look(seen(row, &now));
            }
            Ok(())
        })
    }
}

fn seen(row: &[Sql], now: &str) -> Seen {
    let over = matches!(&row[3], Sql::Text(status) if status == "resolved" || status == "closed");
    let known = |place: usize| row[place] != Sql::Null;
    let answered = second(&row[5]);
    // What has passed and was not noted yet is late all the same, unless the clocks stand still.
    let passed = |place: usize| matches!(&row[place], Sql::Text(due) if due.as_str() < now);
    let running = !over && !known(12);
    Seen {
        group: match &row[0] {
            Sql::Text(text) => text.clone(),
            Sql::Integer(number) => number.to_string(),
            _ => String::new(),
        },
        policy: integer(&row[1]),
        priority: Priority::from_value(&Value::Text(text(&row[2]))).unwrap_or(Priority::Normal),
        over,
        received: second(&row[4]).unwrap_or_default(),
        answered,
        ended: second(&row[6]).or_else(|| second(&row[7])).filter(|_| over),
        promised: [known(8), known(9)],
        missed: [known(10) || running && answered.is_none() && passed(8), known(11) || running && passed(9)],
        reopened: integer(&row[13]),
        reassigned: integer(&row[14]),
    }
}

fn second(cell: &Sql) -> Option<i64> {
    match cell {
        Sql::Text(text) => text.parse::<Timestamp>().ok().map(Timestamp::as_second),
        _ => None,
    }
}
