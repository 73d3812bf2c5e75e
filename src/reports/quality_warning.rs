//! Quality warning (R135): complaints by region and product beside what was usual there, and all that is known at once
//! where there are more than chance explains.
//!
//! Counts are judged by a c-chart with probability limits (D. C. Montgomery, Introduction to Statistical Quality Control,
//! ch. 7.3; ISO 7870-2): the mean count of a month before is the centre, and a count that chance (Poisson) would bring
//! about less often than the upper tail of 2 or 3 standard deviations (2.275 % and 0.135 %) is a warning or an alarm.

use super::{
    Part, Records, Report, parameter, period,
    service::{Case, Cases, KINDS, WHERE, kinds, month, products, range, word},
};
use crate::{
    Result,
    crm::{Crm, Query, Sort},
    error::Error,
    message::Message,
    record::{Ask, Choice, Column, Grid, Kind, Link, Value, Values, filter, types::fold},
    store::Sql,
};
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeMap;

/// `kehu report quality-warning`.
pub const REPORT: Report = Report {
    name: "quality-warning",
    title: ["Quality warning", "质量预警"],
    doc: "Complaints by region and product against their control limits; with a region and a product, everything that is \
          known about them",
    asks: &[
        Ask {
            name: "period",
            doc: "The month that is judged, or another time (this month)",
            kind: || Kind::Text,
            required: false,
        },
        Ask {
            name: "months",
            doc: "How many months before say what is usual (12)",
            kind: || Kind::Integer,
            required: false,
        },
        Ask { name: "region", doc: "The dossier of this region", kind: || Kind::Text, required: false },
        Ask { name: "product", doc: "The dossier of this product", kind: || Kind::Text, required: false },
        KINDS,
        WHERE,
    ],
    example: "kehu report quality-warning\n  kehu report quality-warning --period last-month --product R1 -f json",
    run,
};

/// Fewer than these are no sign of anything, however rare they were before.
const LEAST: i64 = 3;
/// The upper tails of the normal distribution beyond 2 and 3 standard deviations.
const WARNING: f64 = 0.022_75;
const ALARM: f64 = 0.001_35;
/// Words for what is grave whatever the count.
const GRAVE: [&str; 6] = ["1", "grade-1", "critical", "major", "一级", "重大"];

/// The complaints of one region and product.
#[derive(Default)]
struct Cell {
    now: i64,
    grave: i64,
    before: BTreeMap<String, i64>,
}

/// What is judged.
struct Asked<'v> {
    values: &'v Values,
    days: (Date, Date),
    kinds: String,
    region: Option<String>,
    product: Option<i64>,
}

/// Complaints of regions and products, and how many months say what is usual.
struct Counted {
    cells: BTreeMap<(String, Option<i64>), Cell>,
    known: i64,
}

/// The complaints of one region and product beside what is usual there.
struct Judged {
    region: String,
    product: Option<i64>,
    now: i64,
    before: i64,
    grave: i64,
    /// From how many on it is a warning and an alarm; nothing where nothing says what is usual.
    limits: Option<(i64, i64)>,
    state: &'static str,
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let product = match parameter(values, "product").as_text() {
        Some(name) => Some(crm.find("product", name).map_err(|error| error.on_field("product"))?),
        None => None,
    };
    let asked = Asked {
        values,
        days: period(crm, values, "this-month")?,
        kinds: kinds(values),
        region: parameter(values, "region").as_text().map(str::to_owned),
        product,
    };
    let counted = count(crm, &asked)?;
    if counted.known < 6 {
        let message =
            "What is usual is taken from {count} {count:month|months} only; with fewer than six it says little.";
        crm.notice(Message::new(message).with("count", counted.known));
    }
    let mut parts = vec![limits(crm, &asked, &counted)?];
    if asked.region.is_some() || asked.product.is_some() {
        parts.extend(dossier(crm, &asked, &counted)?);
    }
    Ok(parts)
}

/// Counts complaints by region and product: those that are judged, and by month those before.
fn count(crm: &mut Crm, asked: &Asked<'_>) -> Result<Counted> {
    let (values, days) = (asked.values, asked.days);
    let months = parameter(values, "months").as_integer().unwrap_or(12);
    if !(1..=120).contains(&months) {
        let message = Message::new("What is usual is taken from 1 to 120 months, not from {value}.");
        return Err(Error::bad_value(message.with("value", months)).on_field("months"));
    }
    let before = (days.0.first_of_month().saturating_sub(months.months()), days.0.yesterday().unwrap_or(days.0));
    let kinds: Vec<String> = asked.kinds.split(',').map(fold).collect();
    let wanted = |case: &Case| {
        kinds.contains(&fold(&case.kind))
            && asked.region.as_ref().is_none_or(|region| fold(region) == fold(&case.region))
            && asked.product.is_none_or(|product| case.product == Some(product))
    };
    let zone = crm.reading().clock.zone().clone();
    let mut cells: BTreeMap<(String, Option<i64>), Cell> = BTreeMap::new();
    let mut first: Option<String> = None;
    Cases { values, dated: "received", days: before }.each(crm, &mut |case| {
        let Some(at) = case.received else { return };
        let month = month(at, &zone);
        // Months before anybody wrote tickets down say nothing about what is usual.
        if first.as_ref().is_none_or(|first| month < *first) {
            first = Some(month.clone());
        }
        if wanted(&case) {
            *cells.entry((case.region, case.product)).or_default().before.entry(month).or_default() += 1;
        }
    })?;
    Cases { values, dated: "received", days }.each(crm, &mut |case| {
        if wanted(&case) {
            let grave = i64::from(GRAVE.contains(&fold(&case.grade).as_str()));
            let cell = cells.entry((case.region, case.product)).or_default();
            cell.now += 1;
            cell.grave += grave;
        }
    })?;
    Ok(Counted { cells, known: first.map_or(0, |first| known_months(&first, days.0)) })
}

impl Counted {
    /// Those with complaints now, the gravest first.
    fn judged(&self) -> Vec<Judged> {
        let mut all: Vec<Judged> = self
            .cells
            .iter()
            .filter(|(_, cell)| cell.now > 0)
            .map(|((region, product), cell)| self.judge(region, *product, cell))
            .collect();
        let rank = |state: &str| ["grave", "alarm", "warning"].iter().position(|known| *known == state).unwrap_or(3);
        all.sort_by_key(|judged| (rank(judged.state), std::cmp::Reverse(judged.now)));
        all
    }

    fn judge(&self, region: &str, product: Option<i64>, cell: &Cell) -> Judged {
        let before: i64 = cell.before.values().sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of complaints in some months")]
        let usual = before as f64 / self.known.max(1) as f64;
        let limits = (self.known > 0).then(|| (limit(usual, WARNING), limit(usual, ALARM)));
        let state = match limits {
            _ if cell.grave > 0 => "grave",
            Some((_, alarm)) if cell.now >= alarm => "alarm",
            Some((warning, _)) if cell.now >= warning => "warning",
            _ => "usual",
        };
        Judged { region: region.to_owned(), product, now: cell.now, before, grave: cell.grave, limits, state }
    }
}

impl Crm {
    /// Gives whoever decides, and heads customer service, a task for each region and product whose complaints of this
    /// month are beyond what chance explains, or grave; once a month. Says how many tasks that were.
    ///
    /// # Errors
    /// Storage faults.
    pub fn warn_of_quality(&mut self) -> Result<usize> {
        let values = Values::new();
        let days = period(self, &values, "this-month")?;
        let asked = Asked { values: &values, days, kinds: kinds(&values), region: None, product: None };
        let judged = count(self, &asked)?.judged();
        let heads = "tier=decision or (tier=management department=service)";
        let query = Query { filter: filter::parse(&format!("active=yes ({heads})"))?, ..Query::new("user") };
        let heads = self.matching(&query)?;
        let products = products(self, judged.iter().map(|judged| judged.product))?;
        let month = days.0.strftime("%Y-%m").to_string();
        self.transaction("Warn of complaints", |crm| {
            let mut told = 0;
            for judged in judged.iter().filter(|judged| matches!(judged.state, "grave" | "alarm")) {
                let product = judged.product.and_then(|id| products.get(&id));
                for head in &heads {
                    told += usize::from(crm.warn_head(*head, judged, product, &month)?);
                }
            }
            crm.relabel(&format!("Warn of complaints: {told} tasks"))?;
            Ok(told)
        })
    }

    /// Gives one task, unless it was given before.
    fn warn_head(&mut self, head: i64, judged: &Judged, product: Option<&Value>, month: &str) -> Result<bool> {
        let title = match product {
            Some(Value::Link(link)) => link.title.clone(),
            _ => String::new(),
        };
        let of: Vec<&str> = [judged.region.as_str(), &title].into_iter().filter(|word| !word.is_empty()).collect();
        let subject = format!("⚠ {month} {}", of.join(" · "));
        let sql = "SELECT 1 FROM activities WHERE owner = ? AND subject = ? LIMIT 1";
        if self.db.first(sql, &[Sql::Integer(head), Sql::Text(subject.clone())])?.is_some() {
            return Ok(false);
        }
        let region = format!(" --region \"{}\"", judged.region);
        let product = judged.product.map(|id| format!(" --product R{id}")).unwrap_or_default();
        let region = if judged.region.is_empty() { "" } else { &region };
        let limit = judged.limits.map(|(_, alarm)| format!(" ≥ {alarm}")).unwrap_or_default();
        let notes = format!("{}{limit}\nkehu report quality-warning{region}{product}", judged.now);
        let values = vec![
            ("subject".to_owned(), Value::Text(subject)),
            ("kind".to_owned(), Value::text("task")),
            ("owner".to_owned(), Link::to(head)),
            ("due".to_owned(), Value::Text(self.now_text())),
            ("notes".to_owned(), Value::Text(notes)),
        ];
        self.add("activity", values).map(|_| true)
    }
}

fn limits(crm: &mut Crm, asked: &Asked<'_>, counted: &Counted) -> Result<Part> {
    let judged = counted.judged();
    let products = products(crm, judged.iter().map(|judged| judged.product))?;
    let known = counted.known;
    let row = |judged: &Judged| {
        let (warning, alarm) = judged
            .limits
            .map_or((Value::Null, Value::Null), |(warning, alarm)| (Value::Integer(warning), Value::Integer(alarm)));
        vec![
            word(&judged.region),
            judged.product.and_then(|id| products.get(&id)).cloned().unwrap_or_default(),
            Value::Integer(judged.now),
            Value::Integer(judged.before),
            Value::Integer(if known > 0 { (judged.before * 200 + known) / (known * 2) } else { 0 }),
            warning,
            alarm,
            Value::Integer(judged.grave),
            Value::text(judged.state),
        ]
    };
    let rows = judged.iter().map(row).collect();
    let columns = vec![
        Column::new("region", "Region", "区域", Kind::Text),
        Column::new("product", "Product", "产品", Kind::Link("product".into())),
        Column::new("complaints", "Complaints", "投诉数", Kind::Integer),
        Column::new("before", "Before", "此前投诉数", Kind::Integer),
        Column::new("usual", "Usual a month", "月均", Kind::Decimal { scale: 2 }),
        Column::new("warning", "Warning from", "预警线", Kind::Integer),
        Column::new("alarm", "Alarm from", "控制上限", Kind::Integer),
        Column::new("grave", "Grave", "重大", Kind::Integer),
        Column::new("state", "State", "状态", Kind::Choice(states())),
    ];
    let records = Records::of("ticket")
        .and(range("received", asked.days))
        .and(format!("kind={}", asked.kinds))
        .by("region", "customer.region")
        .by("product", "product");
    Ok(Part::new("Control limits", Grid::of(super::GROUPS, columns, rows)).of(records))
}

/// How many whole months lie between a month and a day.
fn known_months(first: &str, until: Date) -> i64 {
    let Ok(first) = format!("{first}-01").parse::<Date>() else { return 0 };
    let months = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
    (months(until) - months(first)).max(0)
}

/// The chance that so many or more come where so many are usual (Poisson).
fn chance(count: i64, usual: f64) -> f64 {
    let (mut term, mut below) = ((-usual).exp(), 0.0);
    for number in 0..count {
        below += term;
        #[expect(clippy::cast_precision_loss, reason = "a count of complaints")]
        let next = (number + 1) as f64;
        term *= usual / next;
    }
    (1.0 - below).max(0.0)
}

/// The least count that chance brings about more seldom than that.
fn limit(usual: f64, tail: f64) -> i64 {
    (LEAST..100_000).find(|count| chance(*count, usual) < tail).unwrap_or(i64::MAX)
}

fn states() -> Vec<Choice> {
    let word = |key: &'static str, label: &'static str, label_zh: &'static str| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: label_zh.into(),
        retired: false,
    };
    vec![
        word("grave", "Grave", "重大"),
        word("alarm", "Alarm", "超限"),
        word("warning", "Warning", "预警"),
        word("usual", "Usual", "正常"),
    ]
}

/// Everything that is known of a region or a product in that time: how it went, why, whom it concerns, and each case.
fn dossier(crm: &mut Crm, asked: &Asked<'_>, counted: &Counted) -> Result<Vec<Part>> {
    let mut series: BTreeMap<&str, i64> = BTreeMap::new();
    for (month, count) in counted.cells.values().flat_map(|cell| &cell.before) {
        *series.entry(month).or_default() += count;
    }
    let rows = series.iter().map(|(month, count)| vec![Value::text(*month), Value::Integer(*count)]).collect();
    let columns = vec![
        Column::new("month", "Month", "月份", Kind::Text),
        Column::new("complaints", "Complaints", "投诉数", Kind::Integer),
    ];
    let mut condition = format!("{} kind={}", range("received", asked.days), asked.kinds);
    if let Some(region) = &asked.region {
        condition = format!("{condition} customer.region=\"{}\"", region.replace('"', "\"\""));
    }
    if let Some(product) = asked.product {
        condition = format!("{condition} product=R{product}");
    }
    let query = |group_by: &[&str]| -> Result<Query> {
        Ok(Query {
            filter: filter::parse(&condition)?,
            group_by: group_by.iter().map(|name| (*name).to_owned()).collect(),
            ..Query::new("ticket")
        })
    };
    let behind = || Records::of("ticket").and(&*condition);
    let mut parts = vec![Part::new("Months before", Grid::of(super::GROUPS, columns, rows)).of_nothing(super::COUNTED)];
    for (title, field) in [("Causes", "cause"), ("Customers concerned", "customer"), ("Who deals with them", "owner")] {
        let grid = crm.list(&query(&[field])?)?;
        parts.push(Part::new(title, grid).of(behind().by(field, field)));
    }
    let cases = Query {
        columns: [
            "subject", "customer", "product", "serial", "grade", "cause", "status", "owner", "received", "rating",
        ]
        .map(str::to_owned)
        .into(),
        sort: Sort::parse("-received"),
        limit: Some(200),
        ..query(&[])?
    };
    parts.push(Part::new("Cases", crm.list(&cases)?));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::{ALARM, WARNING, chance, known_months, limit};

    #[test]
    fn limits_agree_with_a_table_of_the_poisson_distribution() {
        // P(X ≥ 9 | 4) = 0.0214, P(X ≥ 8 | 4) = 0.0511; P(X ≥ 12 | 4) = 0.0009, P(X ≥ 11 | 4) = 0.0028.
        assert!((chance(9, 4.0) - 0.021_36).abs() < 0.000_01);
        assert_eq!([limit(4.0, WARNING), limit(4.0, ALARM)], [9, 12]);
        // Where there was nothing before, a few are a sign, and one or two are not.
        assert_eq!(limit(0.0, ALARM), 3);
    }

    #[test]
    fn months_are_counted_over_the_turn_of_the_year() {
        let day = jiff::civil::date(2026, 3, 1);
        assert_eq!([known_months("2025-11", day), known_months("2026-03", day)], [4, 0]);
    }
}
