//! Coverage (R52, R55): whether there is enough in the pipeline for what is still to be won.

use super::{
    Part, Report,
    asks::{self, AS_OF, BY, CURRENCY, PIPELINE, WHERE, chosen, words},
    deals::{Basis, half_even, rounded},
    forecast::{Line, PROBABILITY, expected, probability, won_in},
    parameter,
};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Ask, Column, Grid, Kind, Value, Values},
};

/// `kehu report coverage`.
pub const REPORT: Report = Report {
    name: "coverage",
    title: ["Coverage", "目标覆盖"],
    doc: "How many times the open deals of a period cover what is still to be won in it",
    asks: &[
        Ask {
            name: "target",
            doc: "What is to be won in that time; with --by, by each of them",
            kind: || Kind::Money,
            required: true,
        },
        asks::time("Deals expected or won then: this-year, 2026-q1 (this-quarter)"),
        Ask {
            name: "of",
            doc: "Which amount covers it: raw, or weighted by how likely the deals are (raw)",
            kind: || words(&[("raw", "Raw", "原值"), ("weighted", "Weighted", "加权")]),
            required: false,
        },
        Ask {
            name: "wanted",
            doc: "How many times it should be covered (4)",
            kind: || Kind::Decimal { scale: 2 },
            required: false,
        },
        PROBABILITY,
        BY,
        AS_OF,
        PIPELINE,
        WHERE,
        CURRENCY,
    ],
    example: "kehu report coverage --target 2m --period this-year\n  \
              kehu report coverage --target \"EUR 300k\" --period this-year --by owner -f json",
    run,
};

/// How many times it should be covered, in hundredths, if nothing else is said.
const WANTED: i64 = 400;

/// What is asked of each group.
struct Wish {
    target: i64,
    wanted: i64,
    weighted: bool,
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let weighted = chosen(values, "of", &["raw", "weighted"])? == "weighted";
    let by = probability(values)?;
    let mut values = values.clone();
    if parameter(&values, "period").is_empty() {
        values.push(("period".into(), Value::Text(quarter(&values))));
    }
    let mut basis = Basis::of(crm, &values, "", "close")?;
    basis.in_pipeline(crm, &values)?;
    let Value::Money(target) = parameter(&values, "target") else {
        return Err(Error::bad_value(Message::new("Say what is to be won: --target 500k.")).on_field("target"));
    };
    basis.currency = target.currency;
    basis.within(crm, &values, "close")?;
    let wish =
        Wish { target: target.minor, wanted: parameter(&values, "wanted").as_integer().unwrap_or(WANTED), weighted };
    let (groups, _) = expected(crm, &values, &basis, by)?;
    let lines = groups.sorted(basis.dated(), |line| line.amount);
    tell_undated(crm, &basis)?;
    let period = basis.listed_period();
    let (won, field) = won_in(crm, &values, &basis)?;
    let open = format!("outcome=open forecast!=omitted {period}");
    let records = ["deals", "open", "weighted", "coverage", "missing", "wanted", "target", "remaining"]
        .into_iter()
        .fold(basis.records(crm)?, |records, column| records.only(column, &*open))
        .only_by("won", won, &field);
    Ok(vec![Part::new("", grid(crm, &basis, lines, &wish)?).of(records)])
}

/// The quarter of the day as of which is asked.
fn quarter(values: &Values) -> String {
    let day = parameter(values, "as-of");
    let month: Option<u8> = day.as_text().and_then(|day| day.get(5..7)?.parse().ok());
    match (day.as_text().and_then(|day| day.get(..4)), month) {
        (Some(year), Some(month)) => format!("{year}-q{}", month.div_ceil(3)),
        _ => "this-quarter".to_owned(),
    }
}

/// Deals that nobody expects on any day cover nothing.
fn tell_undated(crm: &mut Crm, basis: &Basis) -> Result<()> {
    let basis = basis.by_day("close").ungrouped().summed();
    let condition = "stg.outcome = 'open' AND t.forecast <> 'omitted' AND COALESCE(t.close, '') = ''";
    let rows = basis.tally(crm, "", &basis.count(), condition)?;
    let count = rows.first().map(|(_, cells)| super::deals::number(cells, 0)).unwrap_or_default();
    if count > 0 {
        crm.notice(
            Message::new("{count} open {count:deal has|deals have} no expected day and {count:covers|cover} nothing.")
                .with("count", count),
        );
    }
    Ok(())
}

fn grid(crm: &Crm, basis: &Basis, lines: Vec<(Value, Line)>, wish: &Wish) -> Result<Grid> {
    let mut columns: Vec<Column> = basis.column(crm)?.into_iter().collect();
    let grouped = columns.len();
    columns.extend([
        Column::new("target", "Target", "目标", Kind::Money),
        Column::new("won", "Won", "已赢单", Kind::Money),
        Column::new("remaining", "Still to win", "尚缺", Kind::Money),
        Column::new("deals", "Open deals", "进行中商机", Kind::Integer),
        Column::new("open", "Open", "进行中金额", Kind::Money),
        Column::new("weighted", "Weighted", "加权金额", Kind::Money),
        Column::new("coverage", "Coverage", "覆盖倍数", Kind::Decimal { scale: 2 }),
        Column::new("wanted", "Wanted", "期望倍数", Kind::Decimal { scale: 2 }),
        Column::new("missing", "Missing", "缺口", Kind::Money),
    ]);
    let lines = if lines.is_empty() && grouped == 0 { vec![(Value::Null, Line::default())] } else { lines };
    let mut whole = (Line::default(), 0);
    let mut rows = Vec::new();
    for (key, line) in &lines {
        let weighted = rounded(line.weighted);
        whole.0.add(line);
        whole.1 += weighted;
        rows.push(std::iter::repeat_n(key.clone(), grouped).chain(cells(basis, line, weighted, wish)).collect());
    }
    let each = Wish { target: wish.target.saturating_mul(i64::try_from(lines.len()).unwrap_or(1)), ..*wish };
    let total = vec![Value::Null; grouped].into_iter().chain(cells(basis, &whole.0, whole.1, &each)).collect();
    let totals = (grouped > 0).then_some(total);
    Ok(Grid { totals, ..Grid::of(super::GROUPS, columns, rows) })
}

fn cells(basis: &Basis, line: &Line, weighted: i64, wish: &Wish) -> Vec<Value> {
    let remaining = (wish.target - line.won).max(0);
    let covers = if wish.weighted { weighted } else { line.amount };
    let quotient = |number: i128, divisor: i128| i64::try_from(half_even(number, divisor)).unwrap_or(i64::MAX);
    let coverage = if remaining == 0 {
        Value::Null
    } else {
        Value::Integer(quotient(i128::from(covers) * 100, i128::from(remaining)))
    };
    let enough = quotient(i128::from(remaining) * i128::from(wish.wanted), 100);
    let missing = enough.saturating_sub(covers).max(0);
    vec![
        basis.money(wish.target),
        basis.money(line.won),
        basis.money(remaining),
        Value::Integer(line.deals),
        basis.money(line.amount),
        basis.money(weighted),
        coverage,
        Value::Integer(wish.wanted),
        basis.money(missing),
    ]
}
