//! How it goes (R55): what is open, what was won, how often, how fast, and how much was done, each over time; what the
//! first page of the dashboard shows.

use super::{
    Part, Records, Report,
    asks::CURRENCY,
    deals::{Basis, half_even, number},
    parameter, share, tell_few,
};
use crate::{
    Result,
    crm::{Crm, Query, text},
    record::{Ask, Choice, Column, Grid, Kind, Total, Value, Values, filter},
    store::Sql,
};
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeMap;

/// `kehu report trends`.
pub const REPORT: Report = Report {
    name: "trends",
    title: ["Trends", "走势"],
    doc: "What is open, what was won, how often, how fast, and how much was done: over the last twelve months and weeks",
    asks: &[
        Ask {
            name: "of",
            doc: "mine, my team's (mine and those of whoever reports to me) or all (all)",
            kind: || {
                Kind::Choice(
                    [("mine", "Mine", "我的"), ("team", "Team", "团队"), ("all", "All", "全部")]
                        .map(|(key, label, label_zh)| Choice {
                            key: key.into(),
                            label: label.into(),
                            label_zh: label_zh.into(),
                            retired: false,
                        })
                        .into(),
                )
            },
            required: false,
        },
        CURRENCY,
    ],
    example: "kehu report trends\n  kehu report trends --of team -f json",
    run,
};

/// How many months and weeks are shown.
const POINTS: i64 = 12;
/// Over how many days a rate or an average is taken.
const DAYS: i64 = 90;

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let owners = match parameter(values, "of").as_text() {
        Some("mine") => crm.people(false)?,
        Some("team") => crm.people(true)?,
        _ => Vec::new(),
    };
    let said = owners_filter(crm, &owners)?;
    let mut values = values.clone();
    if !said.is_empty() {
        values.push(("where".into(), Value::Text(said.clone())));
    }
    let mut basis = Basis::of(crm, &values, "", "closed")?;
    if parameter(&values, "currency").is_empty() {
        basis.choose_currency(crm)?;
    }
    let months = months(crm.reading().clock.today());
    let open = open(crm, &basis, &months)?;
    let won = won(crm, &basis, &months)?;
    let (rate, cycle) = windows(crm, &basis)?;
    let done = done(crm, &said)?;
    Ok(vec![open, won, rate, cycle, done])
}

/// Only what is some people's, as lists are asked for it; everybody's where there are none.
fn owners_filter(crm: &Crm, owners: &[i64]) -> Result<String> {
    let schema = crm.schema("user")?;
    let shorts: Vec<String> = owners.iter().map(|id| schema.short(*id)).collect();
    Ok(if shorts.is_empty() { String::new() } else { format!("owner={}", shorts.join(",")) })
}

impl Crm {
    /// Who asks, and with the whole team everybody who reports to them, also through others.
    ///
    /// # Errors
    /// Storage faults.
    pub fn people(&mut self, team: bool) -> Result<Vec<i64>> {
        let Some((me, _)) = self.actor() else { return Ok(Vec::new()) };
        let mut found = vec![me];
        let mut next = if team { vec![me] } else { Vec::new() };
        while let Some(manager) = next.pop() {
            let sql = "SELECT id FROM users WHERE manager = ? AND active AND deleted_at IS NULL ORDER BY id";
            for id in self.numbers(sql, &[Sql::Integer(manager)])? {
                if !found.contains(&id) {
                    found.push(id);
                    next.push(id);
                }
            }
        }
        Ok(found)
    }
}

/// The first days of the last months, this one the last.
fn months(today: Date) -> Vec<Date> {
    let first = today.first_of_month();
    (0..POINTS).rev().map(|back| first.saturating_sub(back.months())).collect()
}

/// What was open at the end of each month, at what it is worth today: what is open now, with what was closed since and
/// without what began since.
fn open(crm: &mut Crm, basis: &Basis, months: &[Date]) -> Result<Part> {
    let first = months.first().copied().unwrap_or_default();
    let now = basis.clone().summed();
    let mut foreign = 0;
    let (mut deals, mut amount) = (0, 0);
    for (_, cells) in now.tally(crm, "", &now.cells(), "stg.outcome = 'open'")? {
        (deals, amount, foreign) = (number(&cells, 0), number(&cells, 1), number(&cells, 2));
    }
    basis.tell_foreign(crm, foreign);
    let came = by_month(crm, basis, "started", &format!("t.started >= '{first}'"))?;
    let went = by_month(crm, basis, "closed", &format!("t.closed >= '{first}' AND stg.outcome <> 'open'"))?;
    let mut rows = Vec::new();
    for month in months.iter().rev() {
        let key = month.strftime("%Y-%m").to_string();
        rows.push(vec![Value::text(&key), Value::Integer(deals), basis.money(amount)]);
        let (new, gone) = (came.get(&key).copied().unwrap_or_default(), went.get(&key).copied().unwrap_or_default());
        (deals, amount) = (deals - new.0 + gone.0, amount - new.1 + gone.1);
    }
    rows.reverse();
    let columns = vec![
        month_column(),
        Column::new("deals", "Deals", "商机数", Kind::Integer),
        Column::new("amount", "Amount", "金额", Kind::Money),
    ];
    let today = crm.reading().clock.today().strftime("%Y-%m").to_string();
    // Which deals were open then is nothing that a list of today knows but by their days.
    let words = months.iter().map(|month| {
        let key = month.strftime("%Y-%m").to_string();
        let next = month.saturating_add(1.months());
        let then = format!("(started=..{0} or started:) (closed={next}.. or outcome=open)", month.last_of_month());
        (Value::text(&key), if key == today { "outcome=open".to_owned() } else { then })
    });
    let records = Records::of("deal").and(basis.listed(crm)?).words("month", words.collect());
    Ok(Part::new("Open pipeline", Grid::of("months", columns, rows)).of(records))
}

fn month_column() -> Column {
    Column::new("month", "Month", "月份", Kind::Text)
}

/// How many deals and what they are worth, by the month of a day of theirs.
fn by_month(crm: &mut Crm, basis: &Basis, day: &'static str, only: &str) -> Result<BTreeMap<String, (i64, i64)>> {
    let by = format!("SUBSTR(t.{day}, 1, 7)");
    let rows = basis.tally(crm, &by, &basis.cells(), only)?;
    Ok(rows.iter().map(|(_, cells)| (text(&cells[0]), (number(cells, 1), number(cells, 2)))).collect())
}

fn won(crm: &mut Crm, basis: &Basis, months: &[Date]) -> Result<Part> {
    let first = months.first().copied().unwrap_or_default();
    let won = by_month(crm, basis, "closed", &format!("t.closed >= '{first}' AND stg.outcome = 'won'"))?;
    let rows = months.iter().map(|month| {
        let key = month.strftime("%Y-%m").to_string();
        let (deals, amount) = won.get(&key).copied().unwrap_or_default();
        vec![Value::text(&key), Value::Integer(deals), basis.money(amount)]
    });
    let columns = vec![
        month_column(),
        Column::new("won", "Won", "赢单", Kind::Integer),
        Column::new("revenue", "Revenue", "成交额", Kind::Money),
    ];
    let records = Records::of("deal").and(basis.listed(crm)?).and("outcome=won").by("month", "closed");
    Ok(Part::new("Won", Grid::of("months", columns, rows.collect())).of(records))
}

/// What was decided on one day: won, lost, and the days that those took of which the beginning is known.
#[derive(Default, Clone, Copy)]
struct Decided {
    won: i64,
    lost: i64,
    timed: i64,
    days: i64,
}

/// Win rate and days to win over ninety days, as of today and of the same day of the months before.
fn windows(crm: &mut Crm, basis: &Basis) -> Result<(Part, Part)> {
    let today = crm.reading().clock.today();
    let ends: Vec<Date> = (0..POINTS).rev().map(|back| today.saturating_sub(back.months())).collect();
    let start = |end: Date| end.saturating_sub((DAYS - 1).days());
    let first = ends.first().map_or(today, |end| start(*end));
    let condition = format!("t.closed >= '{first}' AND t.closed <= '{today}' AND stg.outcome IN ('won', 'lost')");
    let mut by_day: BTreeMap<Date, Decided> = BTreeMap::new();
    for (_, cells) in basis.tally(crm, "t.closed, t.started, stg.outcome", "COUNT(*)", &condition)? {
        let Ok(closed) = text(&cells[0]).parse::<Date>() else { continue };
        let (day, count) = (by_day.entry(closed).or_default(), number(&cells, 3));
        if text(&cells[2]) == "lost" {
            day.lost += count;
            continue;
        }
        day.won += count;
        if let Ok(started) = text(&cells[1]).parse::<Date>() {
            day.timed += count;
            day.days += count * (closed.duration_since(started).as_hours() / 24);
        }
    }
    let (mut rates, mut cycles, mut periods) = (Vec::new(), Vec::new(), Vec::new());
    for end in &ends {
        let mut all = Decided::default();
        for day in by_day.range(start(*end)..=*end).map(|(_, day)| day) {
            all = Decided {
                won: all.won + day.won,
                lost: all.lost + day.lost,
                timed: all.timed + day.timed,
                days: all.days + day.days,
            };
        }
        let until = Value::Text(end.to_string());
        let decided = all.won + all.lost;
        rates.push(vec![until.clone(), Value::Integer(all.won), Value::Integer(all.lost), share(all.won, decided)]);
        cycles.push(vec![until.clone(), Value::Integer(all.timed), average(all.days, all.timed)]);
        periods.push((until, format!("closed={}..{end}", start(*end))));
        if *end == today {
            tell_few(crm, [decided]);
        }
    }
    let until = || Column::new("until", "90 days until", "截至（90 天）", Kind::Date);
    let count = |name, label, label_zh| Column::new(name, label, label_zh, Kind::Integer);
    let rate = Column::new("win_rate", "Win rate", "赢单率", Kind::Percent);
    let days = Column::new("days_won", "Days to win", "赢单平均天数", Kind::Decimal { scale: 1 });
    let rate_columns = vec![until(), count("won", "Won", "赢单"), count("lost", "Lost", "输单"), rate];
    let cycle_columns = vec![until(), count("won", "Won", "赢单"), days];
    let records = Records::of("deal").and(basis.listed(crm)?).words("until", periods);
    let decided = records.clone().only("won", "outcome=won").only("lost", "outcome=lost");
    let rate = Part::new("Win rate", Grid::of("windows", rate_columns, rates));
    let cycle = Part::new("Sales cycle", Grid::of("windows", cycle_columns, cycles));
    Ok((rate.of(decided.only("win_rate", "outcome=won,lost")), cycle.of(records.and("outcome=won not started:"))))
}

/// With one decimal place; none of nothing.
fn average(sum: i64, count: i64) -> Value {
    if count == 0 {
        return Value::Null;
    }
    let tenths = half_even(i128::from(sum) * 10, i128::from(count));
    Value::Integer(i64::try_from(tenths).unwrap_or(i64::MAX))
}

/// What was done with customers in each week.
fn done(crm: &mut Crm, said: &str) -> Result<Part> {
    let today = crm.reading().clock.today();
    let monday = today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
    let (mut rows, mut weeks) = (Vec::new(), Vec::new());
    for back in (0..POINTS).rev() {
        let first = monday.saturating_sub((back * 7).days());
        let period = format!("done={first}..{}", first.saturating_add(6.days()));
        let query = Query {
            filter: filter::parse(&format!("{said} {period} kind!=joined"))?,
            exact: true,
            ..Query::new("activity")
        };
        let (Total::Exactly(count) | Total::MoreThan(count)) = crm.total(&query)?;
        let week = Value::Text(first.to_string());
        rows.push(vec![week.clone(), Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))]);
        weeks.push((week, period));
    }
    let columns = vec![
        Column::new("week", "Week of", "周起始日", Kind::Date),
        Column::new("done", "Done", "完成数", Kind::Integer),
    ];
    let records = Records::of("activity").and(said).and("kind!=joined").words("week", weeks);
    Ok(Part::new("Activities done", Grid::of("weeks", columns, rows)).of(records))
}
