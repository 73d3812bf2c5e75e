//! Root causes (R114, R141): how handling time, cause, product and region go together with how satisfied customers are.

use super::{
    Part, Records, Report,
    deals::{Groups, middle},
    period,
    service::{Case, Cases, WHERE, products, range, word},
    share, tell_few,
};
use crate::{
    Result,
    crm::Crm,
    record::{Ask, Column, Grid, Kind, Value, Values},
    tickets::satisfaction::SATISFIED,
};
use std::collections::BTreeMap;

/// `kehu report root-cause`.
pub const REPORT: Report = Report {
    name: "root-cause",
    title: ["Root causes", "根因分析"],
    doc: "Solved tickets by handling time, cause, product and region, with how satisfied the customers are; counts are \
          shown, and no percentage of a few",
    asks: &[
        Ask {
            name: "period",
            doc: "Only tickets that were solved then: this-quarter, 2026-q1 (this year)",
            kind: || Kind::Text,
            required: false,
        },
        WHERE,
    ],
    example: "kehu report root-cause\n  kehu report root-cause --where kind=complaint --period this-quarter -f json",
    run,
};

/// How many rows each part has.
const SHOWN: usize = 15;

/// Up to so many hours, in words; what took longer comes last.
const TIMES: [(i64, &str); 5] = [(4, "≤ 4 h"), (24, "≤ 1 d"), (72, "≤ 3 d"), (168, "≤ 7 d"), (i64::MAX, "> 7 d")];

#[derive(Default)]
struct Line {
    solved: i64,
    /// Hours from beginning to end, with how many took so many.
    hours: BTreeMap<i64, i64>,
    rated: i64,
    sum: i64,
    satisfied: i64,
    low: i64,
}

impl Line {
    fn add(&mut self, case: &Case) {
        self.solved += 1;
        if let Some(hours) = hours(case) {
            *self.hours.entry(hours).or_default() += 1;
        }
        if let Some(rating) = case.rating {
            self.rated += 1;
            self.sum += rating;
            self.satisfied += i64::from(rating >= SATISFIED);
            self.low += i64::from(rating <= 2);
        }
    }

    fn cells(&self, key: &Value) -> Vec<Value> {
        let median = middle(&self.hours).map_or(Value::Null, |(low, high)| Value::Integer((low + high) * 5));
        let average = (self.rated > 0).then(|| (self.sum * 200 + self.rated) / (self.rated * 2));
        vec![
            key.clone(),
            Value::Integer(self.solved),
            median,
            Value::Integer(self.rated),
            average.map_or(Value::Null, Value::Integer),
            Value::Integer(self.satisfied),
            share(self.satisfied, self.rated),
            Value::Integer(self.low),
            share(self.low, self.rated),
        ]
    }
}

/// From when it came in until it was solved; a file may say that it was solved before it came.
fn hours(case: &Case) -> Option<i64> {
    let (received, resolved) = (case.received?, case.resolved?);
    Some(resolved.duration_since(received).as_hours()).filter(|hours| *hours >= 0)
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let days = period(crm, values, "this-year")?;
    let mut found: Vec<Case> = Vec::new();
    Cases { values, dated: "resolved", days }.each(crm, &mut |case| found.push(case))?;
    let products = products(crm, found.iter().map(|case| case.product))?;
    let mut whole = Line::default();
    for case in &found {
        whole.add(case);
    }
    let records = Records::of("ticket").and(range("resolved", days));
    let grouped = |key: &dyn Fn(&Case) -> Value| {
        let mut groups = Groups::<Line>::new();
        for case in &found {
            groups.at(&key(case)).add(case);
        }
        groups
    };
    let time = |case: &Case| {
        hours(case).map_or(Value::Null, |hours| {
            TIMES.iter().find(|(most, _)| hours <= *most).map_or(Value::Null, |(_, word)| Value::text(*word))
        })
    };
    let product = |case: &Case| case.product.and_then(|id| products.get(&id)).cloned().unwrap_or_default();
    let mut times = grouped(&time).all;
    times.sort_by_key(|(key, _)| TIMES.iter().position(|(_, word)| key.as_text() == Some(word)).unwrap_or(TIMES.len()));
    let most = |line: &Line| line.solved;
    let parts = [
        ("By handling time", Column::new("time", "Handling time", "处理时长", Kind::Text), times, ""),
        (
            "By cause",
            Column::new("cause", "Cause", "原因", Kind::Text),
            grouped(&|case| word(&case.cause)).sorted(false, most),
            "cause",
        ),
        (
            "By product",
            Column::new("product", "Product", "产品", Kind::Link("product".into())),
            grouped(&product).sorted(false, most),
            "product",
        ),
        (
            "By region",
            Column::new("region", "Region", "区域", Kind::Text),
            grouped(&|case| word(&case.region)).sorted(false, most),
            "customer.region",
        ),
    ];
    tell_few(crm, parts.iter().flat_map(|(_, _, lines, _)| lines.iter().map(|(_, line)| line.rated)));
    Ok(parts
        .into_iter()
        .map(|(title, column, lines, field)| part(title, column, &lines, &whole, records.clone(), field))
        .collect())
}

fn part(
    title: &'static str,
    column: Column,
    lines: &[(Value, Line)],
    whole: &Line,
    records: Records,
    field: &str,
) -> Part {
    let name = column.name.clone();
    let mut columns = vec![column];
    columns.extend([
        Column::new("solved", "Solved", "已解决", Kind::Integer),
        Column::new("hours", "Median hours", "处理小时中位数", Kind::Decimal { scale: 1 }),
        Column::new("rated", "Rated", "评价数", Kind::Integer),
        Column::new("average", "Average", "均分", Kind::Decimal { scale: 2 }),
        Column::new("satisfied", "Satisfied", "满意数", Kind::Integer),
        Column::new("rate", "Satisfaction", "满意率", Kind::Percent),
        Column::new("low", "Low", "低分数", Kind::Integer),
        Column::new("low_rate", "Share low", "低分率", Kind::Percent),
    ]);
    let rows = lines.iter().take(SHOWN).map(|(key, line)| line.cells(key)).collect();
    let totals = Some(whole.cells(&Value::Null));
    let part = Part::new(title, Grid { totals, ..Grid::of(super::GROUPS, columns, rows) });
    if field.is_empty() {
        return part.of_nothing(super::COUNTED);
    }
    let rated = "not rating:";
    let records = records
        .by(&name, field)
        .only("rated", rated)
        .only("average", rated)
        .only("satisfied", format!("rating={SATISFIED}.."))
        .only("rate", rated)
        .only("low", "rating=..2")
        .only("low_rate", rated);
    part.of(records)
}
