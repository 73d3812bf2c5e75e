//! The records of other kinds that stand on a timeline: what is planned and what happened.

use super::{Entry, Place, Wanted, asked::Source};
use crate::{
    Result,
    crm::{Crm, Query, Sort},
    record::{
        Grid, Kind, Row, Value,
        filter::{Filter, Operand, Operator, Test},
        types,
    },
};

/// The columns of an event, in the order in which they are read.
struct Columns {
    names: Vec<String>,
    at: usize,
    planned: Option<usize>,
    closed: Option<usize>,
    sort: Option<usize>,
    tells: std::ops::Range<usize>,
    contact: Option<usize>,
    who: usize,
}

/// The field that says when what can be planned was closed without being done.
const CLOSED: &str = "cancelled";

impl Source {
    fn closed(&self) -> Option<&'static str> {
        self.event.planned.and_then(|_| self.schema.field(CLOSED)).map(|_| CLOSED)
    }
}

impl Columns {
    fn of(source: &Source) -> Self {
        let schema = &source.schema;
        let mut names = vec![source.event.at.to_owned()];
        let mut add = |name: &str| {
            names.push(name.to_owned());
            names.len() - 1
        };
        let known = |name: &&str| schema.field(name).is_some();
        let planned = source.event.planned.filter(known).map(&mut add);
        let closed = source.closed().map(&mut add);
        let sort = source.event.sort.filter(known).map(&mut add);
        let contact = Some("contact").filter(|_| schema.field("contact").is_some()).map(&mut add);
        let links_user = |name: &str| schema.field(name).is_some_and(|field| field.kind.target() == Some("user"));
        let who = ["owner", "author"].into_iter().find(|name| links_user(name));
        let who = add(who.unwrap_or("created_by"));
        let first = who + 1;
        source.event.tells.iter().copied().filter(known).for_each(|name| {
            add(name);
        });
        let tells = first..names.len();
        Self { names, at: 0, planned, closed, sort, tells, contact, who }
    }
}

impl Crm {
    /// What is planned, soonest first.
    pub(super) fn planned(
        &mut self,
        wanted: &Wanted,
        source: &Source,
        rank: usize,
        limit: Option<usize>,
    ) -> Result<Vec<Entry>> {
        let passed = wanted.after.as_ref().is_some_and(|after| !after.planned);
        let Some(planned) = source.event.planned.filter(|_| !passed) else { return Ok(Vec::new()) };
        let mut parts = self.linked(wanted, source)?;
        parts.push(test(source.event.at, Operator::Equal, Vec::new()));
        parts.extend(source.closed().map(|closed| test(closed, Operator::Equal, Vec::new())));
        parts.extend(within(planned, wanted));
        // Plans are few: on a later page all of them are read, and those above it left out.
        let limit = limit.filter(|_| wanted.after.is_none());
        self.entries(source, rank, parts, Sort { path: planned.to_owned(), descending: false }, wanted, limit)
    }

    /// What happened, newest first.
    pub(super) fn happened(
        &mut self,
        wanted: &Wanted,
        source: &Source,
        rank: usize,
        limit: Option<usize>,
    ) -> Result<Vec<Entry>> {
        let mut found = self.happened_at(wanted, source, source.event.at, rank, limit)?;
        if let Some(closed) = source.closed() {
            found.extend(self.happened_at(wanted, source, closed, rank, limit)?);
        }
        Ok(found)
    }

    /// What the field gives an instant for: when it was done, or closed without that.
    fn happened_at(
        &mut self,
        wanted: &Wanted,
        source: &Source,
        at: &str,
        rank: usize,
        limit: Option<usize>,
    ) -> Result<Vec<Entry>> {
        let mut parts = self.linked(wanted, source)?;
        if at != source.event.at {
            parts.push(test(source.event.at, Operator::Equal, Vec::new()));
        }
        // A range, which an index answers, where "not empty" would be asked of each row.
        parts.push(test(at, Operator::GreaterOrEqual, vec![Operand::Value("1000".into())]));
        parts.extend(within(at, wanted));
        if let Some(after) = wanted.after.as_ref().filter(|after| !after.planned) {
            let bound = self.bound(source, at, &after.moment);
            // Of several kinds at one instant those earlier in the catalog were told before.
            let reach = if rank < after.rank { Operator::Less } else { Operator::LessOrEqual };
            parts.push(test(at, reach, vec![bound.clone()]));
            if rank == after.rank {
                let below = test("id", Operator::Less, vec![Operand::Value(after.id.to_string())]);
                parts.push(Filter::Or(vec![test(at, Operator::Less, vec![bound]), below]));
            }
        }
        self.entries(source, rank, parts, Sort { path: at.to_owned(), descending: true }, wanted, limit)
    }

    /// The records of the source that link to the one whose timeline it is, of the sorts that are asked for.
    fn linked(&self, wanted: &Wanted, source: &Source) -> Result<Vec<Filter>> {
        let short = self.schema(&wanted.kind)?.short(wanted.id);
        let mut parts = vec![Filter::Test(Test {
            path: source.link.clone(),
            operator: Operator::Equal,
            values: vec![Operand::Value(short)],
        })];
        if let Some(sort) = source.event.sort.filter(|_| !source.sorts.is_empty()) {
            parts.push(test(sort, Operator::Equal, source.sorts.iter().cloned().map(Operand::Value).collect()));
        }
        Ok(parts)
    }

    /// An instant as a field is compared with it: a day for a field of days.
    fn bound(&self, source: &Source, field: &str, moment: &str) -> Operand {
        let of_days = source.schema.field(field).is_some_and(|field| field.kind == Kind::Date);
        let instant = moment.parse::<jiff::Timestamp>().ok().filter(|_| of_days);
        let day = instant.map(|instant| instant.to_zoned(self.reading().clock.zone().clone()).date().to_string());
        Operand::Value(day.unwrap_or_else(|| moment.to_owned()))
    }

    fn entries(
        &mut self,
        source: &Source,
        rank: usize,
        parts: Vec<Filter>,
        sort: Sort,
        wanted: &Wanted,
        limit: Option<usize>,
    ) -> Result<Vec<Entry>> {
        let columns = Columns::of(source);
        let query = Query {
            filter: Filter::And(parts),
            columns: columns.names.clone(),
            sort: vec![sort],
            limit: limit.map(|limit| limit as u64),
            paging: true,
            ..Query::new(source.schema.kind)
        };
        let grid = self.list(&query)?;
        Ok(grid.rows.iter().map(|row| self.entry(source, rank, &columns, &grid, row, wanted)).collect())
    }

    fn entry(&self, source: &Source, rank: usize, columns: &Columns, grid: &Grid, row: &Row, wanted: &Wanted) -> Entry {
        let text = |place: usize| row.cells[place].as_text().unwrap_or_default().to_owned();
        let (done, closed) = (text(columns.at), columns.closed.map(text).unwrap_or_default());
        let planned = done.is_empty() && closed.is_empty();
        let at = match (planned, done.is_empty()) {
            (true, _) => columns.planned.map(text).unwrap_or_default(),
            (false, true) => closed.clone(),
            (false, false) => done,
        };
        let sort = columns.sort.map(text).filter(|sort| !sort.is_empty());
        let moment = self.moment(&at);
        let shown = |place: usize| types::show(&grid.columns[place].kind, &row.cells[place]);
        let told: Vec<usize> = columns.tells.clone().filter(|place| !shown(*place).is_empty()).collect();
        let first = columns.tells.start + source.event.together;
        let heads = told.iter().filter(|place| **place < first).count().max(1).min(told.len());
        let (heads, rest) = told.split_at(heads);
        let kind_of = |place: &usize| grid.columns[*place].kind.clone();
        let listed = heads.iter().any(|place| matches!(kind_of(place), Kind::Choice(_)));
        let contact = columns.contact.filter(|_| wanted.kind != "contact").map(|place| &row.cells[place]);
        Entry {
            planned,
            overdue: planned && !moment.is_empty() && moment < self.now_text(),
            // A merge was never planned.
            called_off: !closed.is_empty() && sort.as_deref() != Some("joined"),
            kind: source.schema.kind,
            id: row.id,
            short: row.short.clone(),
            sort: sort.unwrap_or_else(|| source.schema.kind.to_owned()),
            title: heads.iter().map(|place| shown(*place)).collect::<Vec<_>>().join(", "),
            said: heads.iter().filter(|_| listed).map(|place| (kind_of(place), row.cells[*place].clone())).collect(),
            details: rest.iter().map(|place| shown(*place)).collect(),
            contact: contact.and_then(|value| if let Value::Link(link) = value { Some(link.clone()) } else { None }),
            who: if let Value::Link(link) = &row.cells[columns.who] { link.title.clone() } else { String::new() },
            change: None,
            place: Place { planned, moment, rank, id: row.id },
            at,
        }
    }

    /// The instant that a day or an instant sorts by.
    fn moment(&self, at: &str) -> String {
        let day = at.parse::<jiff::civil::Date>().ok().filter(|_| at.len() == 10);
        let start = day.and_then(|day| types::day_bounds(day, day, self.reading()).ok());
        start.map_or_else(|| at.to_owned(), |(start, _)| start)
    }
}

pub(super) fn test(field: &str, operator: Operator, values: Vec<Operand>) -> Filter {
    Filter::Test(Test { path: vec![field.to_owned()], operator, values })
}

/// The period that is asked for, on a field.
fn within(field: &str, wanted: &Wanted) -> Option<Filter> {
    let (from, to) = wanted.period;
    let range = Operand::Range(from.map(|day| day.to_string()), to.map(|day| day.to_string()));
    (from.is_some() || to.is_some()).then(|| test(field, Operator::Equal, vec![range]))
}
