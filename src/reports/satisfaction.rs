//! Satisfaction (R108, R117): how many were asked, how many answered, and how satisfied they are with the service and
//! with the product, by period, colleague, queue, product, branch …

use super::{Part, Records, Report, groups::Groups, parameter, period, service::range, share, tell_few};
use crate::{
    Result,
    crm::{Crm, Query, integer, tally::Tally},
    record::{Ask, Column, Grid, Kind, Value, Values, filter, types::fold},
    store::Sql,
    tickets::satisfaction::SATISFIED,
};
use jiff::Timestamp;

/// `kehu report satisfaction`.
pub const REPORT: Report = Report {
    name: "satisfaction",
    title: ["Satisfaction", "客户满意度"],
    doc: "How many were asked how satisfied they are, how many answered, and how satisfied they are with the service and \
          with the product",
    asks: &[
        Ask {
            name: "by",
            doc: "month, quarter, year, owner, queue, product, branch, customer, kind, cause, region … or a field (month)",
            kind: || Kind::Text,
            required: false,
        },
        Ask {
            name: "period",
            doc: "Only what was asked then, or rated unasked: this-quarter, 2026-q1 (all)",
            kind: || Kind::Text,
            required: false,
        },
        Ask {
            name: "where",
            doc: "Only ratings that match, in the filter language",
            kind: || Kind::Text,
            required: false,
        },
    ],
    example: "kehu report satisfaction --by owner\n  kehu report satisfaction --by product --period this-year -f json",
    run,
};

/// What is said of one group.
#[derive(Default, Clone)]
struct Line {
    /// Questions that were asked, and those of them that were answered.
    asked: i64,
    answered: i64,
    service: Scores,
    product: Scores,
}

#[derive(Default, Clone)]
struct Scores {
    count: i64,
    sum: i64,
    satisfied: i64,
    low: i64,
}

impl Scores {
    fn add(&mut self, score: i64, count: i64) {
        if score == 0 {
            return;
        }
        self.count += count;
        self.sum += score * count;
        self.satisfied += if score >= SATISFIED { count } else { 0 };
        self.low += if score <= 2 { count } else { 0 };
    }

    fn cells(&self) -> [Value; 5] {
        let average = (self.count > 0).then(|| (self.sum * 200 + self.count) / (self.count * 2));
        [
            Value::Integer(self.count),
            Value::Integer(self.satisfied),
            share(self.satisfied, self.count),
            average.map_or(Value::Null, Value::Integer),
            Value::Integer(self.low),
        ]
    }
}

/// By what it is grouped: a path of fields, or a time.
enum By {
    Path(String),
    Time(usize),
}

fn by(said: &str) -> By {
    let path = match fold(said).as_str() {
        "month" | "月" => return By::Time(7),
        "quarter" | "季度" => return By::Time(0),
        "year" | "年" => return By::Time(4),
        "queue" | "队列" => "ticket.queue",
        "product" | "产品" => "ticket.product",
        "branch" | "机构" | "分公司" => "ticket.customer.branch",
        "region" | "区域" => "ticket.customer.region",
        "kind" | "类型" => "ticket.kind",
        "cause" | "原因" => "ticket.cause",
        "priority" | "优先级" => "ticket.priority",
        "owner" | "负责人" | "处理人" => "owner",
        "customer" | "客户" => "customer",
        _ => return By::Path(said.to_owned()),
    };
    By::Path(path.to_owned())
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let by = by(parameter(values, "by").as_text().unwrap_or("month"));
    let mut conditions: Vec<String> =
        parameter(values, "where").as_text().map(|text| format!("({text})")).into_iter().collect();
    if !parameter(values, "period").is_empty() {
        conditions.push(range("at", period(crm, values, "all")?));
    }
    let condition = conditions.join(" ");
    let (column, lines) = lines(crm, &by, &condition)?;
    let mut whole = Line::default();
    for (_, line) in &lines {
        whole.add(line);
    }
    tell_few(crm, lines.iter().flat_map(|(_, line)| [line.asked, line.service.count, line.product.count]));
    let records = Records::of("satisfaction").and(condition).by(
        &column.name.clone(),
        match &by {
            By::Path(path) => path,
            By::Time(_) => "at",
        },
    );
    let mut columns = vec![column];
    columns.extend([
        Column::new("asked", "Asked", "询问数", Kind::Integer),
        Column::new("answered", "Answered", "回复数", Kind::Integer),
        Column::new("response_rate", "Response rate", "回复率", Kind::Percent),
    ]);
    columns.extend(scored(
        "service",
        ["Service rated", "服务评价数"],
        ["Service satisfied", "服务满意数"],
        ["Service satisfaction", "服务满意率"],
        ["Service average", "服务均分"],
        ["Service low", "服务低分数"],
    ));
    columns.extend(scored(
        "product",
        ["Product rated", "产品评价数"],
        ["Product satisfied", "产品满意数"],
        ["Product satisfaction", "产品满意率"],
        ["Product average", "产品均分"],
        ["Product low", "产品低分数"],
    ));
    let records = behind(records);
    let rows = lines.iter().map(|(key, line)| line.cells(key)).collect();
    let totals = Some(whole.cells(&Value::Null));
    Ok(vec![Part::new("", Grid { totals, ..Grid::of(super::GROUPS, columns, rows) }).of(records)])
}

fn scored(
    of: &str,
    rated: [&str; 2],
    satisfied: [&str; 2],
    rate: [&str; 2],
    average: [&str; 2],
    low: [&str; 2],
) -> [Column; 5] {
    let column =
        |name: &str, [label, label_zh]: [&str; 2], kind| Column::new(format!("{of}_{name}"), label, label_zh, kind);
    [
        column("rated", rated, Kind::Integer),
        column("satisfied", satisfied, Kind::Integer),
        column("rate", rate, Kind::Percent),
        column("average", average, Kind::Decimal { scale: 2 }),
        column("low", low, Kind::Integer),
    ]
}

/// The ratings behind each number.
fn behind(records: Records) -> Records {
    let records = records
        .only("asked", "not asked:")
        .only("answered", "not asked: not rated:")
        .only("response_rate", "not asked:");
    [("service", "score"), ("product", "product_score")].into_iter().fold(records, |records, (of, field)| {
        records
            .only(&format!("{of}_rated"), format!("not {field}:"))
            .only(&format!("{of}_average"), format!("not {field}:"))
            .only(&format!("{of}_rate"), format!("not {field}:"))
            .only(&format!("{of}_satisfied"), format!("{field}={SATISFIED}.."))
            .only(&format!("{of}_low"), format!("{field}=..2"))
    })
}

impl Line {
    fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.answered += other.answered;
        for (own, other) in [(&mut self.service, &other.service), (&mut self.product, &other.product)] {
            own.count += other.count;
            own.sum += other.sum;
            own.satisfied += other.satisfied;
            own.low += other.low;
        }
    }

    fn cells(&self, key: &Value) -> Vec<Value> {
        let mut cells = vec![
            key.clone(),
            Value::Integer(self.asked),
            Value::Integer(self.answered),
            share(self.answered, self.asked),
        ];
        cells.extend(self.service.cells());
        cells.extend(self.product.cells());
        cells
    }
}

/// The groups in their order, and what they are named in.
fn lines(crm: &mut Crm, by: &By, condition: &str) -> Result<(Column, Vec<(Value, Line)>)> {
    let path = match by {
        By::Path(path) => vec![path.clone()],
        By::Time(_) => Vec::new(),
    };
    let query = Query { filter: filter::parse(condition)?, group_by: path, ..Query::new("satisfaction") };
    // The minute is near enough to tell the month in any time zone; in the midst of a month all of it are alike.
    let minute = match by {
        By::Time(_) => {
            "CASE WHEN SUBSTR(COALESCE(t.asked, t.rated), 9, 2) BETWEEN '03' AND '26' \
             THEN SUBSTR(COALESCE(t.asked, t.rated), 1, 8) || '15T12:00' \
             ELSE SUBSTR(COALESCE(t.asked, t.rated), 1, 16) END, "
        }
        By::Path(_) => "",
    };
    let (columns, rows) = crm.tally(&Tally {
        query: &query,
        beside: "",
        by: &format!(
            "{minute}t.asked IS NOT NULL, t.rated IS NOT NULL, COALESCE(t.score, 0), COALESCE(t.product_score, 0)"
        ),
        cells: "COUNT(*)",
        condition: "t.asked IS NOT NULL OR t.rated IS NOT NULL",
    })?;
    let zone = crm.reading().clock.zone().clone();
    let mut groups = Groups::<Line>::new();
    for (mut keys, mut cells) in rows {
        let key = match by {
            By::Path(_) => keys.pop().unwrap_or_default(),
            By::Time(length) => {
                let at: Option<Timestamp> =
                    cells.remove(0).as_text().and_then(|text| format!("{text}:00Z").parse().ok());
                at.map_or(Value::Null, |at| {
                    let day = at.to_zoned(zone.clone()).date();
                    Value::Text(match length {
                        0 => format!("{}-q{}", day.year(), (day.month() + 2) / 3),
                        length => day.to_string()[..*length].to_owned(),
                    })
                })
            }
        };
        count(groups.at(&key), &cells);
    }
    let column = match columns.into_iter().next() {
        Some(column) => column,
        None => Column::new("period", "Period", "期间", Kind::Text),
    };
    let lines = groups.sorted(matches!(by, By::Time(_)), |line| line.asked.max(line.service.count));
    Ok((column, lines))
}

fn count(line: &mut Line, cells: &[Sql]) {
    let (asked, rated) = (integer(&cells[0]) != 0, integer(&cells[1]) != 0);
    let count = integer(&cells[4]);
    line.asked += if asked { count } else { 0 };
    line.answered += if asked && rated { count } else { 0 };
    line.service.add(integer(&cells[2]), count);
    line.product.add(integer(&cells[3]), count);
}
