//! Forecast accuracy (R53, behaviour 5): what was said of each month before it began, and what came of it.

use super::{
    Part, Report,
    asks::{self, CURRENCY, chosen, words},
    deals::{Basis, number},
    groups::Groups,
    parameter, period,
};
use crate::{
    Result,
    crm::{Crm, Query, text},
    message::Message,
    record::{Ask, Column, Currency, Grid, Kind, Value, Values},
    store::Sql,
};
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeMap;

/// `kehu report forecast-accuracy`.
pub const REPORT: Report = Report {
    name: "forecast-accuracy",
    title: ["Forecast accuracy", "预测准确度"],
    doc: "What was forecast for each month that is over, and what was won in it: the error, and who says too much",
    asks: &[
        asks::time("Which months: last-quarter, 2026 (this-year)"),
        Ask {
            name: "said",
            doc: "Which forecast is held to account: weighted, commit or best-case, with what was won by then (weighted)",
            kind: || {
                words(&[
                    ("weighted", "Weighted", "加权"),
                    ("commit", "Commit", "承诺"),
                    ("best-case", "Best case", "乐观"),
                ])
            },
            required: false,
        },
        Ask {
            name: "ahead",
            doc: "As it was kept so many days before the month began, or last before that (0)",
            kind: || Kind::Integer,
            required: false,
        },
        Ask {
            name: "by",
            doc: "owner, month, or both: a line for each colleague and month (both)",
            kind: || words(&[("both", "Both", "两者"), ("owner", "Owner", "负责人"), ("month", "Month", "月份")]),
            required: false,
        },
        CURRENCY,
    ],
    example: "kehu pipeline snapshot\n  kehu report forecast-accuracy\n  \
              kehu report forecast-accuracy --by owner --said commit -f json",
    run,
};

/// What was said and what came, in one currency; off by how much, whichever way.
#[derive(Default, Clone)]
struct Line {
    said: i64,
    came: i64,
    off: i64,
    months: i64,
    /// When it was said.
    on: Option<Date>,
}

impl Line {
    fn add(&mut self, other: &Self) {
        self.said += other.said;
        self.came += other.came;
        self.off += (other.said - other.came).abs();
        self.months += 1;
        self.on = other.on;
    }
}

/// By owner, what was said or came.
type Sums = BTreeMap<Option<i64>, i64>;

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let said = chosen(values, "said", &["weighted", "commit", "best-case"])?;
    let by = chosen(values, "by", &["both", "owner", "month"])?;
    let ahead = parameter(values, "ahead").as_integer().unwrap_or(0).clamp(0, 3_660);
    let currency = currency(crm, values)?;
    let mut groups = Groups::<Line>::new();
    let mut unknown = 0;
    for month in months(crm, values)? {
        let Some(day) = kept_on(crm, month, ahead)? else {
            unknown += 1;
            continue;
        };
        let promised = promised(crm, month, day, said, currency)?;
        let came = came(crm, month, currency)?;
        let owners: std::collections::BTreeSet<Option<i64>> = promised.keys().chain(came.keys()).copied().collect();
        let mut whole = Line { on: Some(day), ..Line::default() };
        for owner in owners {
            let sum = |sums: &Sums| sums.get(&owner).copied().unwrap_or_default();
            let line = Line { said: sum(&promised), came: sum(&came), on: Some(day), ..Line::default() };
            whole.said += line.said;
            whole.came += line.came;
            if by != "month" {
                let name = owner.map_or(Ok(String::new()), |id| crm.title("user", id))?;
                let month = if by == "both" { month.strftime("%Y-%m").to_string() } else { String::new() };
                groups.at(&Value::List(vec![Value::Text(month), Value::Text(name)])).add(&line);
            }
        }
        if by == "month" {
            let month = month.strftime("%Y-%m").to_string();
            groups.at(&Value::List(vec![Value::Text(month), Value::text("")])).add(&whole);
        }
    }
    if unknown > 0 {
        crm.notice(
            Message::new(
                "No forecast was kept for {count} {count:month|months} of that time: kehu pipeline snapshot keeps one.",
            )
            .with("count", unknown),
        );
    }
    Ok(vec![Part::new("", grid(&groups.all, by, currency)).of_nothing(super::KEPT)])
}

/// The currency that is said, else the one in which most was kept, the base one before others.
fn currency(crm: &mut Crm, values: &Values) -> Result<Currency> {
    let mut basis = Basis::of(crm, values, "", "closed")?;
    if parameter(values, "currency").is_empty() {
        let sql = "SELECT amount_currency, COUNT(*) AS lines FROM forecast_snapshots WHERE deleted_at IS NULL \
                   GROUP BY amount_currency ORDER BY lines DESC, amount_currency";
        let kept: Vec<String> = crm.db.query(sql, &[])?.iter().map(|row| text(&row[0])).collect();
        if let Some(most) = kept.first().filter(|_| !kept.contains(&basis.currency.to_string())) {
            basis.currency = crate::record::types::currency(most)?;
        }
    }
    Ok(basis.currency)
}

/// The first days of the months of the period that are over.
fn months(crm: &Crm, values: &Values) -> Result<Vec<Date>> {
    let (first, last) = period(crm, values, "this-year")?;
    let this = crm.reading().clock.today().first_of_month();
    let mut months = Vec::new();
    let mut month = first.first_of_month();
    while month <= last && month < this {
        months.push(month);
        month = month.saturating_add(1.month());
    }
    Ok(months)
}

/// The day of the last forecast that was kept in time; where there was none, of the first within half the month.
fn kept_on(crm: &mut Crm, month: Date, ahead: i64) -> Result<Option<Date>> {
    let mut day = |which: &str, first: Date, last: Date| -> Result<Option<Date>> {
        let sql =
            format!("SELECT {which}(day) FROM forecast_snapshots WHERE day BETWEEN ? AND ? AND deleted_at IS NULL");
        let row = crm.db.first(&sql, &[Sql::Text(first.to_string()), Sql::Text(last.to_string())])?;
        Ok(row.and_then(|row| text(&row[0]).parse().ok()))
    };
    let last = month.saturating_sub(ahead.days());
    // What was kept more than a quarter before is no forecast of this month.
    if let Some(kept) = day("MAX", last.saturating_sub(92.days()), last)? {
        return Ok(Some(kept));
    }
    day("MIN", month, month.saturating_add(14.days()))
}

fn promised(crm: &mut Crm, month: Date, day: Date, said: &str, currency: Currency) -> Result<Sums> {
    let sum = match said {
        "commit" => "won + commit",
        "best-case" => "won + commit + best_case",
        _ => "won + weighted",
    }
    .replace("commit", "\"commit\"");
    let sql = format!(
        "SELECT owner, CAST(SUM({sum}) AS BIGINT) FROM forecast_snapshots WHERE day = ? AND month = ? \
         AND amount_currency = ? AND deleted_at IS NULL GROUP BY owner"
    );
    let month = month.strftime("%Y-%m").to_string();
    let arguments = [day.to_string(), month, currency.to_string()].map(Sql::Text);
    Ok(crm.db.query(&sql, &arguments)?.iter().map(|row| (row[0].as_integer(), number(row, 1))).collect())
}

fn came(crm: &mut Crm, month: Date, currency: Currency) -> Result<Sums> {
    let (_, rows) = crm.tally(&crate::crm::tally::Tally {
        query: &Query::new("deal"),
        beside: " JOIN stages stg ON stg.id = t.stage",
        by: "t.owner",
        cells: "CAST(COALESCE(SUM(t.amount), 0) AS BIGINT)",
        condition: &format!(
            "stg.outcome = 'won' AND t.amount_currency = '{currency}' AND t.closed BETWEEN '{month}' AND '{}'",
            month.last_of_month()
        ),
    })?;
    Ok(rows.iter().map(|(_, cells)| (cells[0].as_integer(), number(cells, 1))).collect())
}

fn grid(lines: &[(Value, Line)], by: &str, currency: Currency) -> Grid {
    let mut lines: Vec<&(Value, Line)> = lines.iter().collect();
    lines.sort_by_key(|(key, line)| {
        let word = |place: usize| key.items().get(place).and_then(Value::as_text).unwrap_or_default().to_owned();
        (word(0), -line.off, word(1))
    });
    let mut columns = match by {
        "both" => vec![Column::new("month", "Month", "月份", Kind::Text), owner_column()],
        "owner" => vec![owner_column()],
        _ => vec![Column::new("month", "Month", "月份", Kind::Text)],
    };
    let grouped = columns.len();
    columns.extend([
        Column::new("months", "Months", "月数", Kind::Integer),
        Column::new("said_on", "Said on", "预测日", Kind::Date),
        Column::new("said", "Said", "预测", Kind::Money),
        Column::new("came", "Came", "实际", Kind::Money),
        Column::new("error", "Too much", "多报", Kind::Money),
        Column::new("bias", "Bias", "偏差", Kind::Percent),
        Column::new("off", "Off by", "平均误差", Kind::Percent),
    ]);
    let money = |minor: i64| Value::Money(crate::record::Money { minor, currency });
    let cells = |line: &Line| {
        let on = line.on.filter(|_| line.months == 1).map_or(Value::Null, |day| Value::Text(day.to_string()));
        let numbers = [Value::Integer(line.months), on, money(line.said), money(line.came)];
        let error = line.said - line.came;
        let shares = [money(error), percent(error, line.came), percent(line.off, line.came)];
        numbers.into_iter().chain(shares)
    };
    let mut whole = Line::default();
    let mut rows = Vec::new();
    for (key, line) in lines {
        whole.said += line.said;
        whole.came += line.came;
        whole.off += line.off;
        let empty = |value: &Value| value.as_text().is_none_or(str::is_empty);
        let names = key.items().iter().map(|name| if empty(name) { Value::Null } else { name.clone() });
        let skipped = usize::from(by == "owner");
        rows.push(names.skip(skipped).take(grouped).chain(cells(line)).collect());
    }
    let mut totals: Vec<Value> = vec![Value::Null; grouped].into_iter().chain(cells(&whole)).collect();
    totals[grouped] = Value::Null;
    let noun = if rows.is_empty() { "forecasts" } else { super::GROUPS };
    Grid { totals: Some(totals).filter(|_| !rows.is_empty()), ..Grid::of(noun, columns, rows) }
}

fn owner_column() -> Column {
    Column::new("owner", "Owner", "负责人", Kind::Text)
}

/// A share of what came, in hundredths of a percent; none of nothing.
fn percent(part: i64, whole: i64) -> Value {
    if whole == 0 {
        return Value::Null;
    }
    let share = super::deals::half_even(i128::from(part) * 10_000, i128::from(whole));
    Value::Integer(i64::try_from(share).unwrap_or(i64::MAX))
}
