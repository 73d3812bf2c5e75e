//! Who brought whom (R20): directly and through others, what became of them, and by which way they came.

use super::{Part, Report, among, asks, parameter, period, share, tell_few};
use crate::{
    Result,
    crm::{Crm, integer, text},
    customers::review::customer_link,
    record::{Ask, Column, Grid, Kind, Value, Values},
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// `kehu report referrals`.
pub const REPORT: Report = Report {
    name: "referrals",
    title: ["Referrals", "转介绍"],
    doc: "Who brought whom: directly and through others, how many of them signed, and by source",
    asks: &[
        asks::time("Only those brought in these days: this-year, 2026-q1 (always)"),
        Ask {
            name: "of",
            doc: "The tree below one customer, and who brought that one",
            kind: || Kind::Link("customer".into()),
            required: false,
        },
        super::WHERE,
    ],
    example: "kehu report referrals\n  kehu report referrals --period this-year -f json",
    run,
};

/// A customer who was brought by another, or brought others.
struct Person {
    referrer: Option<i64>,
    signed: bool,
    /// Brought within the period, and among the customers asked for.
    counts: bool,
    source: String,
    brought: Vec<i64>,
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let people = people(crm, values)?;
    let mut shown: Vec<i64> = people.keys().copied().collect();
    shown.sort_unstable();
    let names = crm.names_of(shown.into_iter())?;
    if let Some(root) = parameter(values, "of").as_integer() {
        let names = if names.contains_key(&root) { names } else { crm.names_of(std::iter::once(root))? };
        return Ok(vec![
            Part::new("Brought by", chain(&people, &names, root)),
            Part::new("Brought", tree(&people, &names, root)),
        ]);
    }
    let (grid, wholes) = referrers(&people, &names);
    let (sources, more) = sources(&people);
    tell_few(crm, wholes.into_iter().chain(more));
    Ok(vec![Part::new("Who brought whom", grid), Part::new("By source", sources).of_nothing(super::COUNTED)])
}

/// Everybody in a referral, with whom they brought.
fn people(crm: &mut Crm, values: &Values) -> Result<HashMap<i64, Person>> {
    let only = among(crm, values)?;
    let (from, until) = if parameter(values, "period").is_empty() {
        (String::new(), "9999".to_owned())
    } else {
        let (first, last) = period(crm, values, "")?;
        (first.to_string(), last.to_string())
    };
    // Who is known since when is a day; where it is unknown, when they were written down counts.
    let sql = "SELECT c.id, c.referrer, c.lifecycle, c.signed_on, c.source, COALESCE(c.since, SUBSTR(c.created_at, 1, 10)) \
               FROM customers c WHERE c.referrer IS NOT NULL AND c.deleted_at IS NULL ORDER BY c.id";
    let mut people: HashMap<i64, Person> = HashMap::new();
    let mut links = Vec::new();
    crm.db.each(sql, &[], &mut |row| {
        let (id, since) = (integer(&row[0]), text(&row[5]));
        let signed = matches!(&*text(&row[2]), "signed" | "repeat") || !text(&row[3]).is_empty();
        let counts = since >= from && since <= until && only.as_ref().is_none_or(|only| only.contains(&id));
        links.push((integer(&row[1]), id));
        people.insert(
            id,
            Person { referrer: Some(integer(&row[1])), signed, counts, source: text(&row[4]), brought: Vec::new() },
        );
        Ok(())
    })?;
    for (referrer, id) in links {
        let known = people.entry(referrer).or_insert_with(|| Person {
            referrer: None,
            signed: false,
            counts: false,
            source: String::new(),
            brought: Vec::new(),
        });
        known.brought.push(id);
    }
    Ok(people)
}

/// Everybody below somebody with their level, each once however the links go round.
fn below(people: &HashMap<i64, Person>, root: i64) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([root]);
    let mut open: Vec<(i64, i64)> = vec![(root, 0)];
    while let Some((id, level)) = open.pop() {
        if level > 0 {
            found.push((id, level));
        }
        let brought = people.get(&id).map_or(&[][..], |person| &person.brought);
        for next in brought.iter().rev().filter(|next| seen.insert(**next)) {
            open.push((*next, level + 1));
        }
    }
    found
}

/// From somebody up to whoever came by themselves; ends where it would go round.
fn above(people: &HashMap<i64, Person>, id: i64) -> Vec<i64> {
    let (mut found, mut seen, mut next) = (Vec::new(), HashSet::from([id]), id);
    while let Some(referrer) = people.get(&next).and_then(|person| person.referrer).filter(|up| seen.insert(*up)) {
        found.push(referrer);
        next = referrer;
    }
    found
}

/// What somebody brought in all.
#[derive(Debug, Clone, Default)]
struct Line {
    direct: i64,
    all: i64,
    signed: i64,
    levels: i64,
    /// Who began the line.
    root: i64,
}

/// What everybody brought, each customer looked at once: from the last of every line back to its first.
fn totals(people: &HashMap<i64, Person>) -> HashMap<i64, Line> {
    let mut firsts: Vec<i64> =
        people.iter().filter(|(_, person)| person.referrer.is_none()).map(|(id, _)| *id).collect();
    firsts.sort_unstable();
    let mut lines: HashMap<i64, Line> = HashMap::with_capacity(people.len());
    let mut order = Vec::with_capacity(people.len());
    for root in firsts {
        for (id, _) in std::iter::once((root, 0)).chain(below(people, root)) {
            lines.insert(id, Line { root, ..Line::default() });
            order.push(id);
        }
    }
    for id in order.into_iter().rev() {
        let person = &people[&id];
        let (Some(referrer), Some(own)) = (person.referrer, lines.get(&id).cloned()) else { continue };
        let Some(line) = lines.get_mut(&referrer) else { continue };
        let counts = i64::from(person.counts);
        line.direct += counts;
        line.all += own.all + counts;
        line.signed += own.signed + i64::from(person.counts && person.signed);
        if own.all + counts > 0 {
            line.levels = line.levels.max(own.levels + 1);
        }
    }
    lines
}

fn referrers(people: &HashMap<i64, Person>, names: &HashMap<i64, String>) -> (Grid, Vec<i64>) {
    let columns = vec![
        Column::new("referrer", "Referrer", "推荐人", Kind::Link("customer".into())),
        Column::new("direct", "Direct", "直接", Kind::Integer),
        Column::new("indirect", "Indirect", "间接", Kind::Integer),
        Column::new("signed", "Signed", "已签约", Kind::Integer),
        Column::new("share", "Share signed", "签约率", Kind::Percent),
        Column::new("levels", "Levels", "层数", Kind::Integer),
        Column::new("root", "First of the line", "源头", Kind::Link("customer".into())),
        Column::new("filter", "Filter", "筛选", Kind::Text),
    ];
    let mut lines = Vec::new();
    for (id, line) in totals(people) {
        if line.all > 0 {
            lines.push((id, line.direct, line.all - line.direct, line.signed, line.levels, line.root));
        }
    }
    lines.sort_by_key(|(id, direct, indirect, ..)| (-(direct + indirect), -direct, *id));
    let wholes = lines.iter().map(|(_, direct, indirect, ..)| direct + indirect).collect();
    let rows = lines.into_iter().map(|(id, direct, indirect, signed, levels, root)| {
        let root = Some(root).filter(|root| *root != id);
        vec![
            customer_link(id, names),
            Value::Integer(direct),
            Value::Integer(indirect),
            Value::Integer(signed),
            share(signed, direct + indirect),
            Value::Integer(levels),
            root.map_or(Value::Null, |root| customer_link(root, names)),
            Value::Text(format!("referrer=C{id}")),
        ]
    });
    (Grid::of("referrers", columns, rows.collect()), wholes)
}

fn sources(people: &HashMap<i64, Person>) -> (Grid, Vec<i64>) {
    let columns = vec![
        Column::new("source", "Source", "来源", Kind::Text),
        Column::new("brought", "Brought", "被推荐", Kind::Integer),
        Column::new("signed", "Signed", "已签约", Kind::Integer),
        Column::new("share", "Share signed", "签约率", Kind::Percent),
    ];
    let mut counts: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for person in people.values().filter(|person| person.counts) {
        let (brought, signed) = counts.entry(&person.source).or_default();
        *brought += 1;
        *signed += i64::from(person.signed);
    }
    let wholes = counts.values().map(|(brought, _)| *brought).collect();
    let mut lines: Vec<_> = counts.into_iter().collect();
    lines.sort_by_key(|(_, (brought, _))| -brought);
    let rows = lines.into_iter().map(|(source, (brought, signed))| {
        let source = if source.is_empty() { Value::Null } else { Value::text(source) };
        vec![source, Value::Integer(brought), Value::Integer(signed), share(signed, brought)]
    });
    (Grid::of("sources", columns, rows.collect()), wholes)
}

fn tree(people: &HashMap<i64, Person>, names: &HashMap<i64, String>, root: i64) -> Grid {
    let columns = vec![
        Column::new("level", "Level", "层", Kind::Integer),
        Column::new("customer", "Customer", "客户", Kind::Link("customer".into())),
        Column::new("referrer", "Referrer", "推荐人", Kind::Link("customer".into())),
        Column::new("signed", "Signed", "已签约", Kind::YesNo),
        Column::new("source", "Source", "来源", Kind::Text),
    ];
    let rows = below(people, root).into_iter().filter(|(id, _)| people[id].counts).map(|(id, level)| {
        let person = &people[&id];
        vec![
            Value::Integer(level),
            customer_link(id, names),
            person.referrer.map_or(Value::Null, |referrer| customer_link(referrer, names)),
            Value::Bool(person.signed),
            if person.source.is_empty() { Value::Null } else { Value::text(&person.source) },
        ]
    });
    Grid::of("customers", columns, rows.collect())
}

fn chain(people: &HashMap<i64, Person>, names: &HashMap<i64, String>, root: i64) -> Grid {
    let columns = vec![
        Column::new("level", "Level", "层", Kind::Integer),
        Column::new("customer", "Customer", "客户", Kind::Link("customer".into())),
    ];
    let rows = (1..).zip(above(people, root)).map(|(level, id)| vec![Value::Integer(level), customer_link(id, names)]);
    Grid::of("customers", columns, rows.collect())
}
