//! The board of 三一客 (R50): customers that are worth it, by how big the business is and when they will sign.

use super::{Part, Records, Report, Shape, WHERE, among, parameter};
use crate::{
    Result,
    crm::{Crm, Query, Sort, integer, text},
    customers::{Size, qualification::WHEN},
    message::Message,
    record::{
        Ask, Column, Currency, Grid, Kind, Money, Value, Values,
        filter::{self, Filter},
        types::FieldType,
    },
};
use std::collections::BTreeMap;

/// `kehu report qualification`.
pub const REPORT: Report = Report {
    name: "qualification",
    title: ["三一客 board", "三一客看板"],
    doc: "三一客 board: valuable customers by size and when they will sign, with what is expected of them",
    asks: &[WHERE, Ask { name: "detail", doc: "List the customers too", kind: || Kind::YesNo, required: false }],
    example: "kehu report qualification --detail\n  kehu report qualification -f json",
    run,
};

/// The last column: customers for whom no date is expected.
const UNDATED: &str = "undated";

/// One valuable customer: size, bucket, and what is expected.
struct Judged {
    size: String,
    when: String,
    amount: Option<(String, i64)>,
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let only = among(crm, values)?;
    let judged = judged(crm, only.as_ref())?;
    let size = size_column(crm)?;
    let behind = behind(values);
    let mut parts = vec![
        Part::new("Customers", counts(&size, &judged)).of(behind.clone()).drawn(Shape::Heat),
        Part::new("Expected amounts", amounts(&size, &judged)).of(behind.and("not expected_amount:")),
    ];
    let mut currencies: Vec<&str> = judged.iter().filter_map(|one| Some(one.amount.as_ref()?.0.as_str())).collect();
    currencies.sort_unstable();
    currencies.dedup();
    if currencies.len() > 1 {
        let listed = currencies.join(", ");
        crm.notice(Message::new("Amounts in {currencies} are not added to each other.").with("currencies", listed));
    }
    let silent = judged.iter().filter(|one| one.amount.is_none()).count();
    if silent > 0 {
        crm.notice(
            Message::new("Of {count} {count:customer|customers} no amount is expected yet.").with("count", silent),
        );
    }
    if parameter(values, "detail") == Value::Bool(true) {
        parts.push(Part::new("In detail", detail(crm, values)?));
    }
    Ok(parts)
}

/// The customers behind each number.
fn behind(values: &Values) -> Records {
    let condition = parameter(values, "where").as_text().map_or_else(String::new, |condition| format!("({condition})"));
    let records = Records::of("customer").and("worth=valuable").and(condition).by("size", "size");
    buckets().fold(records, |records, (when, ..)| {
        let only = if when == UNDATED { "expected_when:".to_owned() } else { format!("expected_when={when}") };
        records.only(when, only)
    })
}

/// The valuable customers as they were judged last, read in one pass over the judgements.
fn judged(crm: &mut Crm, only: Option<&std::collections::HashSet<i64>>) -> Result<Vec<Judged>> {
    let schema = crm.schema("customer")?;
    let bucket = crm.computed_sql(&schema, "expected_when", "c");
    let sql = format!(
        "SELECT l.customer, s.size, {bucket}, {amount}, {currency} FROM (SELECT customer, worth, \
         ROW_NUMBER() OVER (PARTITION BY customer ORDER BY at DESC, id DESC) AS place FROM qualifications \
         WHERE aspect = 'worth' AND deleted_at IS NULL) l JOIN customers c ON c.id = l.customer \
         LEFT JOIN (SELECT customer, size, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY at DESC, id DESC) AS place \
         FROM qualifications WHERE aspect = 'size' AND deleted_at IS NULL) s ON s.customer = l.customer AND s.place = 1 \
         WHERE l.place = 1 AND l.worth = 'valuable' AND c.deleted_at IS NULL",
        amount = crm.computed_sql(&schema, "expected_amount", "c"),
        currency = crm.computed_currency_sql(&schema, "expected_amount", "c"),
    );
    let mut found = Vec::new();
    crm.db.each(&sql, &[], &mut |row| {
        if only.is_some_and(|only| !only.contains(&integer(&row[0]))) {
            return Ok(());
        }
        let currency = text(&row[4]);
        let when = Some(text(&row[2])).filter(|when| !when.is_empty());
        found.push(Judged {
            size: text(&row[1]),
            when: when.unwrap_or_else(|| UNDATED.to_owned()),
            amount: (!currency.is_empty()).then(|| (currency, integer(&row[3]))),
        });
        Ok(())
    })?;
    Ok(found)
}

fn sizes() -> Vec<String> {
    let Kind::Choice(choices) = Size::kind() else { return Vec::new() };
    choices.iter().map(|choice| choice.key.to_string()).chain([String::new()]).collect()
}

/// Size in both languages, as a customer's field has it.
fn size_column(crm: &Crm) -> Result<Column> {
    let schema = crm.schema("customer")?;
    let field = crm.field(&schema, "size")?;
    Ok(Column::new("size", &field.label, &field.label_zh, field.kind.clone()))
}

/// The filter that lists what a row counts.
fn drill(size: &str) -> Value {
    Value::Text(if size.is_empty() { "worth=valuable size:".to_owned() } else { format!("worth=valuable size={size}") })
}

fn buckets() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    WHEN.into_iter().chain([(UNDATED, "Undated", "未定")])
}

fn counts(size: &Column, judged: &[Judged]) -> Grid {
    let mut columns = vec![size.clone()];
    columns.extend(buckets().map(|(name, label, label_zh)| Column::new(name, label, label_zh, Kind::Integer)));
    columns.push(Column::new("all", "All", "合计", Kind::Integer));
    columns.push(Column::new("filter", "Filter", "筛选", Kind::Text));
    let number = |count: usize| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let line = |fits: &dyn Fn(&Judged) -> bool| {
        let mut cells: Vec<Value> = buckets()
            .map(|(when, ..)| number(judged.iter().filter(|one| fits(one) && one.when == when).count()))
            .collect();
        cells.push(number(judged.iter().filter(|one| fits(one)).count()));
        cells
    };
    let mut rows = Vec::new();
    for size in sizes() {
        let mut cells = vec![if size.is_empty() { Value::Null } else { Value::text(&size) }];
        cells.extend(line(&|one: &Judged| one.size == size));
        cells.push(drill(&size));
        rows.push(cells);
    }
    let mut totals = vec![Value::Null];
    totals.extend(line(&|_: &Judged| true));
    totals.push(Value::text("worth=valuable"));
    Grid { totals: Some(totals), ..Grid::of("sizes", columns, rows) }
}

/// What is expected, a line for each size and currency: different currencies are never added.
fn amounts(size: &Column, judged: &[Judged]) -> Grid {
    let mut columns = vec![size.clone(), Column::new("currency", "Currency", "币种", Kind::Text)];
    columns.extend(buckets().map(|(name, label, label_zh)| Column::new(name, label, label_zh, Kind::Money)));
    columns.push(Column::new("all", "All", "合计", Kind::Money));
    let mut lines: BTreeMap<(usize, &str), BTreeMap<&str, i64>> = BTreeMap::new();
    let sizes = sizes();
    for one in judged {
        let Some((currency, minor)) = &one.amount else { continue };
        let size = sizes.iter().position(|size| *size == one.size).unwrap_or_default();
        let line = lines.entry((size, currency)).or_default();
        *line.entry(&one.when).or_default() += minor;
        *line.entry("all").or_default() += minor;
    }
    let rows = lines.into_iter().map(|((size, currency), sums)| {
        let code = Currency(<[u8; 3]>::try_from(currency.as_bytes()).unwrap_or(*b"XXX"));
        let sum = |when: &str| {
            sums.get(when).map_or(Value::Null, |minor| Value::Money(Money { minor: *minor, currency: code }))
        };
        let mut cells = vec![if sizes[size].is_empty() { Value::Null } else { Value::text(&sizes[size]) }];
        cells.push(Value::text(currency));
        cells.extend(buckets().map(|(when, ..)| sum(when)));
        cells.push(sum("all"));
        cells
    });
    Grid::of("amounts", columns, rows.collect())
}

fn detail(crm: &mut Crm, values: &Values) -> Result<Grid> {
    let mut filter = filter::parse("worth=valuable")?;
    if let Some(condition) = parameter(values, "where").as_text() {
        filter = Filter::And(vec![filter, filter::parse(condition)?]);
    }
    let columns =
        ["name", "size", "expected_when", "expected_date", "expected_amount", "expected_quantity", "node", "owner"];
    let columns = columns.map(str::to_owned).into();
    crm.list(&Query { filter, columns, sort: Sort::parse("size,expected_date,name"), ..Query::new("customer") })
}
