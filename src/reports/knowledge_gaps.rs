//! Gaps of the knowledge base (R112): what was looked for in vain, and what was solved without an article.

use super::{
    Part, Records, Report,
    groups::Groups,
    period,
    service::{Case, Cases, WHERE, products, range, word},
    share, tell_few,
};
use crate::{
    Result,
    crm::{Crm, Query, Sort},
    record::{Ask, Column, Grid, Kind, Value, Values, filter},
};
use std::collections::HashSet;

/// `kehu report knowledge-gaps`.
pub const REPORT: Report = Report {
    name: "knowledge-gaps",
    title: ["Knowledge gaps", "知识缺口"],
    doc: "What was looked for in the knowledge base in vain, and which solved tickets have no article, by product and cause",
    asks: &[
        Ask {
            name: "period",
            doc: "What was looked for or solved then: this-quarter, 2026-q1 (this year)",
            kind: || Kind::Text,
            required: false,
        },
        WHERE,
    ],
    example: "kehu report knowledge-gaps\n  kehu report knowledge-gaps --period this-month -f json",
    run,
};

/// How many groups are shown.
const SHOWN: usize = 30;

#[derive(Default)]
struct Line {
    solved: i64,
    without: i64,
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let days = period(crm, values, "this-year")?;
    let query = Query {
        filter: filter::parse(&range("last", days))?,
        columns: ["words", "times", "last"].map(str::to_owned).into(),
        sort: Sort::parse("-times,-last"),
        limit: Some(SHOWN as u64),
        ..Query::new("article_miss")
    };
    let looked_for = Part::new("Looked for in vain", crm.list(&query)?);
    let with = with_article(crm)?;
    let mut found: Vec<Case> = Vec::new();
    Cases { values, dated: "resolved", days }.each(crm, &mut |case| found.push(case))?;
    let products = products(crm, found.iter().map(|case| case.product))?;
    let mut groups = Groups::<Line>::new();
    let mut whole = Line::default();
    for case in &found {
        let product = case.product.and_then(|id| products.get(&id)).cloned().unwrap_or_default();
        let key = Value::List(vec![product, word(&case.cause)]);
        let without = i64::from(!with.contains(&case.id));
        for line in [groups.at(&key), &mut whole] {
            line.solved += 1;
            line.without += without;
        }
    }
    let mut lines = groups.all;
    lines.retain(|(_, line)| line.without > 0);
    lines.sort_by_key(|(_, line)| std::cmp::Reverse((line.without, line.solved)));
    lines.truncate(SHOWN);
    tell_few(crm, lines.iter().map(|(_, line)| line.solved));
    let cells =
        |line: &Line| [Value::Integer(line.solved), Value::Integer(line.without), share(line.without, line.solved)];
    let rows = lines.iter().map(|(key, line)| key.items().iter().cloned().chain(cells(line)).collect()).collect();
    let columns = vec![
        Column::new("product", "Product", "产品", Kind::Link("product".into())),
        Column::new("cause", "Cause", "原因", Kind::Text),
        Column::new("solved", "Solved", "已解决", Kind::Integer),
        Column::new("without", "Without article", "无文章", Kind::Integer),
        Column::new("share", "Share", "占比", Kind::Percent),
    ];
    let totals = Some([Value::Null, Value::Null].into_iter().chain(cells(&whole)).collect());
    let grid = Grid { totals, ..Grid::of(super::GROUPS, columns, rows) };
    let records = Records::of("ticket")
        .and(range("resolved", days))
        .by("product", "product")
        .by("cause", "cause")
        .only("without", "articles:")
        .only("share", "articles:");
    Ok(vec![looked_for, Part::new("Solved without an article", grid).of(records)])
}

/// Tickets that an article is linked to.
fn with_article(crm: &mut Crm) -> Result<HashSet<i64>> {
    let sql = crm.list_of("ticket", "articles")?.select("DISTINCT l.record", "TRUE");
    Ok(crm.numbers(&sql, &[])?.into_iter().collect())
}
