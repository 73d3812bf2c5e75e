//! How customers stand (R9, R21, R23): life cycle by level, what became of them in a period, and how many stay.

use super::{Part, Records, Report, Shape, WHERE, asks, parameter, period, share, tell_few};
use crate::{
    Result,
    crm::{Crm, Query, integer, text},
    error::Error,
    message::Message,
    record::{
        Ask, Choice, Column, Field, Grid, Kind, Value, Values,
        filter::{self, Filter},
        types::day_bounds,
    },
    store::Sql,
};
use std::collections::{BTreeMap, HashMap};

/// `kehu report customers`.
pub const REPORT: Report = Report {
    name: "customers",
    title: ["Customers", "客户分布"],
    doc: "Life cycle by level, or any two closed lists; who became what in a period; how many stay",
    asks: &[
        Ask { name: "rows", doc: "The field down the side (lifecycle)", kind: || Kind::Text, required: false },
        Ask { name: "across", doc: "The field along the top (level)", kind: || Kind::Text, required: false },
        asks::time("Which days' changes: this-week, 2026-q1 (this-month)"),
        WHERE,
    ],
    example: "kehu report customers --period this-year\n  kehu report customers --rows level --across size -f json",
    run,
};

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let word = |name: &str, usual: &str| parameter(values, name).as_text().unwrap_or(usual).to_owned();
    let down = closed_list(crm, &word("rows", "lifecycle"))?;
    let across = closed_list(crm, &word("across", "level"))?;
    let condition = word("where", "");
    let matrix = matrix(crm, &down, &across, &condition)?;
    let changes = changes(crm, values)?;
    let retention = retention(crm, values)?;
    let mut customers = Records::of("customer").and(said(&condition)).filter_in("filter");
    for top in &matrix.columns {
        let own =
            words(&across).iter().find(|word| **word == top.name).map(|word| format!("{}=\"{word}\"", across.name));
        let none = (top.name == "none").then(|| format!("{}:", across.name));
        customers = own.or(none).into_iter().fold(customers, |customers, only| customers.only(&top.name, only));
    }
    let signed = Records::of("customer").and(said(&condition)).filter_in("filter");
    Ok(vec![
        Part::new("Customers", matrix).of(customers).drawn(Shape::Heat),
        Part::new("Became", changes).of_nothing(super::LOGGED),
        Part::new("Retention", retention).of(signed.whole("of", SIGNED)),
    ])
}

/// A condition among others.
fn said(condition: &str) -> String {
    if condition.is_empty() { String::new() } else { format!("({condition})") }
}

/// A field of customers that holds one word of a closed list.
fn closed_list(crm: &Crm, name: &str) -> Result<Field> {
    let schema = crm.schema("customer")?;
    let field = crm.field(&schema, name)?.clone();
    if matches!(field.kind, Kind::Choice(_)) {
        return Ok(field);
    }
    let lists: Vec<&str> =
        schema.visible().filter(|field| matches!(field.kind, Kind::Choice(_))).map(|field| &*field.name).collect();
    Err(Error::bad_value(
        Message::new("{field} is no closed list; there are {fields}.")
            .with("field", name)
            .with("fields", lists.join(", ")),
    )
    .on_field(name))
}

/// The words of a field in their order, and nothing.
fn words(field: &Field) -> Vec<String> {
    field.choices().iter().map(|choice| choice.key.to_string()).chain([String::new()]).collect()
}

fn matrix(crm: &mut Crm, down: &Field, across: &Field, condition: &str) -> Result<Grid> {
    let group_by = vec![down.name.to_string(), across.name.to_string()];
    let grouped = crm.list(&Query { filter: filter::parse(condition)?, group_by, ..Query::new("customer") })?;
    let mut counts: HashMap<(String, String), i64> = HashMap::new();
    for row in &grouped.rows {
        let word = |place: usize| row.cells[place].as_text().unwrap_or_default().to_owned();
        *counts.entry((word(0), word(1))).or_default() += row.cells[2].as_integer().unwrap_or_default();
    }
    let tops: Vec<String> =
        words(across).into_iter().filter(|top| counts.keys().any(|(_, known)| known == top)).collect();
    let mut columns = vec![Column::new(&*down.name, &down.label, &down.label_zh, down.kind.clone())];
    for top in &tops {
        let choice = across.choices().iter().find(|choice| choice.key == *top);
        let (label, label_zh) = choice.map_or(("None", "未定"), |choice| (&*choice.label, &*choice.label_zh));
        columns.push(Column::new(if top.is_empty() { "none" } else { top }, label, label_zh, Kind::Integer));
    }
    columns.push(Column::new("all", "All", "合计", Kind::Integer));
    columns.push(Column::new("share", "Share", "占比", Kind::Percent));
    columns.push(Column::new("filter", "Filter", "筛选", Kind::Text));
    let whole: i64 = counts.values().sum();
    tell_few(crm, [whole]);
    let count = |side: &str, top: &str| counts.get(&(side.to_owned(), top.to_owned())).copied().unwrap_or_default();
    let mut rows = Vec::new();
    for side in words(down) {
        let cells: Vec<i64> = tops.iter().map(|top| count(&side, top)).collect();
        let all: i64 = cells.iter().sum();
        if all == 0 && side.is_empty() {
            continue;
        }
        let mut row = vec![if side.is_empty() { Value::Null } else { Value::text(&side) }];
        row.extend(cells.into_iter().map(Value::Integer));
        row.extend([Value::Integer(all), share(all, whole), drill(down, &side, condition)]);
        rows.push(row);
    }
    let mut totals = vec![Value::Null];
    totals.extend(
        tops.iter().map(|top| {
            Value::Integer(counts.iter().filter(|((_, known), _)| known == top).map(|(_, count)| count).sum())
        }),
    );
    totals.extend([Value::Integer(whole), Value::Null, Value::Null]);
    Ok(Grid { totals: Some(totals), ..Grid::of("groups", columns, rows) })
}

/// The filter that lists what a row counts.
fn drill(field: &Field, word: &str, condition: &str) -> Value {
    let own = if word.is_empty() { format!("{}:", field.name) } else { format!("{}={word}", field.name) };
    Value::Text(if condition.is_empty() { own } else { format!("{own} ({condition})") })
}

/// From what to what customers went in the period, as the log tells; what was undone did not happen.
fn changes(crm: &mut Crm, values: &Values) -> Result<Grid> {
    let (first, last) = period(crm, values, "this-month")?;
    let (from, until) = day_bounds(first, last, crm.reading())?;
    let only = super::among(crm, values)?;
    let sql = "SELECT c.\"key\", c.before, c.after FROM operation o JOIN change c ON c.op = o.id \
               LEFT JOIN operation u ON u.id = o.undoes WHERE o.at BETWEEN ? AND ? AND o.undone_by IS NULL \
               AND (o.undoes IS NULL OR u.undoes IS NOT NULL) AND c.kind = 'customer' AND c.what = 'update' \
               AND c.after LIKE '%\"lifecycle\"%'";
    let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
    crm.db.each(sql, &[Sql::Text(from), Sql::Text(until)], &mut |row| {
        let word = |cell: &Sql| {
            let json: serde_json::Value = serde_json::from_str(&text(cell)).unwrap_or_default();
            json.get("lifecycle").and_then(serde_json::Value::as_str).map(str::to_owned)
        };
        if let (Some(before), Some(after)) = (word(&row[1]), word(&row[2]))
            && only.as_ref().is_none_or(|only| only.contains(&integer(&row[0])))
        {
            *counts.entry((after, before)).or_default() += 1;
        }
        Ok(())
    })?;
    let kind = closed_list(crm, "lifecycle")?.kind;
    let columns = vec![
        Column::new("to", "Became", "变为", kind.clone()),
        Column::new("from", "From", "原为", kind),
        Column::new("customers", "Customers", "客户数", Kind::Integer),
    ];
    let rows = counts
        .into_iter()
        .map(|((after, before), count)| vec![Value::Text(after), Value::Text(before), Value::Integer(count)]);
    Ok(Grid::of("changes", columns, rows.collect()))
}

/// What is asked of those who ever signed, each with the filter that answers it.
const MEASURES: [(&str, &str, &str, &str); 4] = [
    ("signed", "Signed once", "签约一次", "lifecycle=signed"),
    ("repeat", "Bought again", "重复购买", "lifecycle=repeat"),
    ("lapsed", "Lapsed after signing", "签约后失效", "lifecycle=lapsed (lapsed_from=signed,repeat or not signed_on:)"),
    ("revived", "Won back", "挽回", "lifecycle=signed,repeat not revived_on:"),
];

/// Who ever signed.
const SIGNED: &str = "(lifecycle=signed,repeat or lifecycle=lapsed (lapsed_from=signed,repeat or not signed_on:))";

/// How many of those who ever signed bought again, stayed or lapsed.
fn retention(crm: &mut Crm, values: &Values) -> Result<Grid> {
    let said = parameter(values, "where");
    let mut numbers = Vec::new();
    for (.., condition) in MEASURES {
        let mut filter = filter::parse(condition)?;
        if let Some(where_) = said.as_text() {
            filter = Filter::And(vec![filter::parse(where_)?, filter]);
        }
        let total = crm.total(&Query { filter, exact: true, ..Query::new("customer") })?;
        let (crate::record::Total::Exactly(count) | crate::record::Total::MoreThan(count)) = total;
        numbers.push(i64::try_from(count).unwrap_or(i64::MAX));
    }
    // Who was won back is among the first two.
    let whole: i64 = numbers[..3].iter().sum();
    tell_few(crm, [whole]);
    let choice = |(key, label, label_zh, _): (&'static str, &'static str, &'static str, &'static str)| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: label_zh.into(),
        retired: false,
    };
    let columns = vec![
        Column::new(
            "measure",
            "Of those who signed",
            "签约客户中",
            Kind::Choice(MEASURES.into_iter().map(choice).collect()),
        ),
        Column::new("customers", "Customers", "客户数", Kind::Integer),
        Column::new("of", "Of", "总数", Kind::Integer),
        Column::new("share", "Share", "占比", Kind::Percent),
        Column::new("filter", "Filter", "筛选", Kind::Text),
    ];
    let rows = MEASURES.into_iter().zip(numbers).map(|((key, _, _, condition), count)| {
        vec![
            Value::text(key),
            Value::Integer(count),
            Value::Integer(whole),
            share(count, whole),
            Value::text(condition),
        ]
    });
    Ok(Grid::of("measures", columns, rows.collect()))
}
