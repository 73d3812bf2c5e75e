//! Complaints (R70): which share of the tickets of a product they are, and what is behind them.

use super::{
    Part, Records, Report,
    deals::Groups,
    period,
    service::{Case, Cases, KINDS, WHERE, kinds, products, range, word},
    share, tell_few,
};
use crate::{
    Result,
    crm::Crm,
    record::{Ask, Column, Grid, Kind, Value, Values, types::fold},
};
use std::collections::HashMap;

/// `kehu report complaints`.
pub const REPORT: Report = Report {
    name: "complaints",
    title: ["Complaints", "投诉分析"],
    doc: "Complaints by product and cause: how many, of how many tickets, and which share of a product's complaints has \
          which cause",
    asks: &[
        Ask {
            name: "period",
            doc: "Only tickets that came in then: this-quarter, 2026-q1 (this year)",
            kind: || Kind::Text,
            required: false,
        },
        KINDS,
        WHERE,
    ],
    example: "kehu report complaints\n  kehu report complaints --period last-quarter --kinds complaint -f json",
    run,
};

#[derive(Default)]
struct Line {
    tickets: i64,
    complaints: i64,
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let days = period(crm, values, "this-year")?;
    let kinds = kinds(values);
    let counted: Vec<String> = kinds.split(',').map(fold).collect();
    let mut found: Vec<Case> = Vec::new();
    Cases { values, dated: "received", days }.each(crm, &mut |case| found.push(case))?;
    let products = products(crm, found.iter().map(|case| case.product))?;
    let (mut by_product, mut by_cause) = (Groups::<Line>::new(), Groups::<Line>::new());
    let mut whole = Line::default();
    for case in &found {
        let product = case.product.and_then(|id| products.get(&id)).cloned().unwrap_or_default();
        let complaint = counted.contains(&fold(&case.kind));
        for line in [by_product.at(&product), &mut whole] {
            line.tickets += 1;
            line.complaints += i64::from(complaint);
        }
        if complaint {
            by_cause.at(&Value::List(vec![product, word(&case.cause)])).complaints += 1;
        }
    }
    let lines = by_product.sorted(false, |line| line.complaints);
    tell_few(crm, lines.iter().map(|(_, line)| line.tickets));
    let of_product: HashMap<Value, i64> = lines.iter().map(|(key, line)| (key.clone(), line.complaints)).collect();
    let records = Records::of("ticket").and(range("received", days)).by("product", "product");
    let complaint = format!("kind={kinds}");
    let first = products_part(&lines, &whole, records.clone(), &complaint);
    let second = causes_part(by_cause, &of_product, records.by("cause", "cause").and(complaint));
    Ok(vec![first, second])
}

fn product_column() -> Column {
    Column::new("product", "Product", "产品", Kind::Link("product".into()))
}

fn products_part(lines: &[(Value, Line)], whole: &Line, records: Records, complaint: &str) -> Part {
    let columns = vec![
        product_column(),
        Column::new("tickets", "Tickets", "工单数", Kind::Integer),
        Column::new("complaints", "Complaints", "投诉数", Kind::Integer),
        Column::new("rate", "Of its tickets", "占该产品工单", Kind::Percent),
        Column::new("share", "Of all complaints", "占全部投诉", Kind::Percent),
    ];
    let row = |key: &Value, line: &Line| {
        vec![
            key.clone(),
            Value::Integer(line.tickets),
            Value::Integer(line.complaints),
            share(line.complaints, line.tickets),
            share(line.complaints, whole.complaints),
        ]
    };
    let rows = lines.iter().map(|(key, line)| row(key, line)).collect();
    let totals = Some(row(&Value::Null, whole));
    let records =
        ["complaints", "rate", "share"].into_iter().fold(records, |records, column| records.only(column, complaint));
    Part::new("By product", Grid { totals, ..Grid::of(super::GROUPS, columns, rows) }).of(records)
}

/// What is behind the complaints of each product, the most complained of first.
fn causes_part(groups: Groups<Line>, of_product: &HashMap<Value, i64>, records: Records) -> Part {
    let of = |key: &Value| key.items().first().and_then(|product| of_product.get(product)).copied().unwrap_or_default();
    let mut lines = groups.all;
    lines.sort_by_key(|(key, line)| std::cmp::Reverse((of(key), line.complaints)));
    let columns = vec![
        product_column(),
        Column::new("cause", "Cause", "原因", Kind::Text),
        Column::new("complaints", "Complaints", "投诉数", Kind::Integer),
        Column::new("share", "Of the product's", "占该产品投诉", Kind::Percent),
    ];
    let row = |key: &Value, line: &Line| {
        let mut cells = key.items().to_vec();
        cells.extend([Value::Integer(line.complaints), share(line.complaints, of(key))]);
        cells
    };
    let rows = lines.iter().map(|(key, line)| row(key, line)).collect();
    Part::new("By product and cause", Grid::of(super::GROUPS, columns, rows)).of(records)
}
