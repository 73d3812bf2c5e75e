//! What the first page asks of the library; every figure is one that the command line tells too.

use super::{Scope, Since, Today, lines};
use crate::{
    Crm, Result, catalog,
    crm::Query,
    record::{Column, Grid, Kind, Row, Value, Values, filter},
    reports::Part,
    tui::{command::Cmd, context::Context},
};
use std::collections::HashMap;

/// How many lines of each part of the plan are read.
const MOST: u64 = 60;

impl Today {
    /// Asks whose work there is to show, when nobody said yet; whoever only answers tickets begins with them.
    pub(super) fn ask_whose(&self) -> Cmd {
        Cmd::ask(self.number, "whose", whose, |page: &mut Self, answer, context| {
            page.settled = true;
            let (scope, service) = answer.unwrap_or((Scope::Mine, false));
            page.scope = scope;
            let mut commands = page.ask(context);
            commands.extend(service.then(|| Cmd::act("tab.4")));
            commands
        })
    }

    /// Asks for everything that is shown.
    pub(super) fn ask(&self, _: &Context) -> Vec<Cmd> {
        let (number, scope) = (self.number, self.scope);
        vec![
            Cmd::ask(
                number,
                "agenda",
                move |crm| agenda(crm, scope),
                |page: &mut Self, answer, context| {
                    match answer {
                        Ok(parts) => {
                            let (lines, total) = lines::agenda(context, &parts);
                            page.agenda.take(lines, total);
                            page.fault = None;
                        }
                        Err(error) => page.fault = Some(context.fault(&error)),
                    }
                    Vec::new()
                },
            ),
            Cmd::ask(
                number,
                "attention",
                move |crm| attention(crm, scope),
                |page: &mut Self, answer, context| {
                    if let Ok((next, stale)) = answer {
                        let (lines, total) = lines::attention(context, &next, &stale);
                        page.attention.take(lines, total);
                    }
                    Vec::new()
                },
            ),
            Cmd::ask(
                number,
                "figures",
                move |crm| figures(crm, scope),
                |page: &mut Self, answer, _| {
                    if let Ok(parts) = answer {
                        page.figure.resize(parts.len());
                        page.figures = parts;
                    }
                    Vec::new()
                },
            ),
            Cmd::ask(
                number,
                "funnel",
                move |crm| funnel(crm, scope),
                |page: &mut Self, answer, _| {
                    if let Ok((parts, since)) = answer {
                        page.step.resize(parts.last().map_or(0, |part| part.grid.rows.len()));
                        (page.funnel, page.since) = (parts, since);
                    }
                    Vec::new()
                },
            ),
            Cmd::ask(
                number,
                "forecast",
                move |crm| forecast(crm, scope),
                |page: &mut Self, answer, _| {
                    if let Ok(part) = answer {
                        page.forecast = part;
                    }
                    Vec::new()
                },
            ),
            Cmd::ask(
                number,
                "days",
                move |crm| days(crm, scope),
                |page: &mut Self, answer, _| {
                    page.days = answer.unwrap_or_default();
                    Vec::new()
                },
            ),
            Cmd::ask(
                number,
                "team",
                move |crm| team(crm, scope),
                |page: &mut Self, answer, _| {
                    if let Ok(team) = answer {
                        page.member.resize(team.as_ref().map_or(0, |team| team.rows.len()));
                        if team.is_none() && page.pane == super::Pane::Team {
                            page.pane = super::Pane::Agenda;
                        }
                        page.team = team;
                    }
                    Vec::new()
                },
            ),
        ]
    }
}

/// The first of mine, my team's and everybody's in which there are customers or deals, and whether there are only
/// tickets.
fn whose(crm: &mut Crm) -> Result<(Scope, bool)> {
    for (scope, team) in [(Scope::Mine, false), (Scope::Team, true)] {
        let people = crm.people(team)?;
        let said = owned(crm, &people)?;
        if any(crm, "customer", &said)? || any(crm, "deal", &said)? {
            return Ok((scope, false));
        }
        if scope == Scope::Mine && any(crm, "ticket", "(status=new,open,pending,on_hold) owner=me")? {
            return Ok((scope, true));
        }
    }
    Ok((Scope::All, false))
}

fn any(crm: &mut Crm, kind: &str, filter: &str) -> Result<bool> {
    let query = Query { filter: filter::parse(filter)?, limit: Some(1), ..Query::new(kind) };
    Ok(!crm.matching(&query)?.is_empty())
}

/// Everybody whose work it is about; nobody where it is everybody's.
fn owners(crm: &mut Crm, scope: Scope) -> Result<Vec<i64>> {
    match scope {
        Scope::Mine => crm.people(false),
        Scope::Team => crm.people(true),
        Scope::All => Ok(Vec::new()),
    }
}

fn everybody(crm: &mut Crm) -> Result<Vec<i64>> {
    crm.matching(&Query { filter: filter::parse("active=yes")?, ..Query::new("user") })
}

/// Only what is theirs, in the filter language.
fn owned(crm: &Crm, owners: &[i64]) -> Result<String> {
    let schema = crm.schema("user")?;
    let shorts: Vec<String> = owners.iter().map(|id| schema.short(*id)).collect();
    Ok(if shorts.is_empty() { String::new() } else { format!("owner={}", shorts.join(",")) })
}

fn agenda(crm: &mut Crm, scope: Scope) -> Result<Vec<(&'static str, Grid)>> {
    let today = crm.reading().clock.today();
    match (scope, crm.actor().map(|(id, _)| id)) {
        (Scope::Mine, Some(me)) => crm.agenda(me, today, Some(MOST)),
        (Scope::Mine, None) => Ok(Vec::new()),
        (Scope::Team, _) => {
            let people = crm.people(true)?;
            crm.agenda_of(&people, today, Some(MOST))
        }
        (Scope::All, _) => {
            let people = everybody(crm)?;
            crm.agenda_of(&people, today, Some(MOST))
        }
    }
}

fn attention(crm: &mut Crm, scope: Scope) -> Result<(Grid, Grid)> {
    let owners = owners(crm, scope)?;
    let said = owned(crm, &owners)?;
    let next = crm.next_actions(&filter::parse(&said)?, Some(MOST))?;
    let stale = report(crm, "stale", &[("where", &said)])?;
    Ok((next, stale.into_iter().next().map(|part| part.grid).unwrap_or_default()))
}

fn figures(crm: &mut Crm, scope: Scope) -> Result<Vec<Part>> {
    report(crm, "trends", &[("of", scope.word())])
}

/// The pipeline in which most of the deals are; of this quarter, or from further back where none began in it.
fn funnel(crm: &mut Crm, scope: Scope) -> Result<(Vec<Part>, Since)> {
    let owners = owners(crm, scope)?;
    let said = owned(crm, &owners)?;
    let by = vec!["pipeline".to_owned()];
    let pipelines =
        crm.list(&Query { filter: filter::parse(&said)?, group_by: by, limit: Some(1), ..Query::new("deal") })?;
    let first = pipelines.rows.first().and_then(|row| row.cells.first());
    let pipeline = if let Some(Value::Link(link)) = first { link.short() } else { String::new() };
    let mut found = (Vec::new(), Since::Quarter);
    for since in [Since::Quarter, Since::Year, Since::Ever] {
        found = (report(crm, "funnel", &[("period", since.word()), ("where", &said), ("pipeline", &pipeline)])?, since);
        let reached = found.0.last().and_then(|part| part.grid.rows.first()?.cells.get(1)?.as_integer());
        if reached.unwrap_or_default() > 0 {
            break;
        }
    }
    Ok(found)
}

/// What open deals will bring, and what of it is as good as sure.
fn forecast(crm: &mut Crm, scope: Scope) -> Result<Option<Part>> {
    let owners = owners(crm, scope)?;
    let said = owned(crm, &owners)?;
    let parts = report(crm, "forecast", &[("where", &said), ("period", "this-quarter")])?;
    Ok(parts.into_iter().next().filter(|part| !part.grid.rows.is_empty()))
}

fn report(crm: &mut Crm, name: &str, said: &[(&str, &str)]) -> Result<Vec<Part>> {
    let values: Values = said
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| ((*name).to_owned(), Value::text(*text)))
        .collect();
    let parts = catalog::report(name).map_or_else(|| Ok(Vec::new()), |report| (report.run)(crm, &values));
    // What is said of it besides, the page of the report says.
    drop(crm.notices());
    parts
}

/// What each of the people did this week and won this month; none for whoever has no people.
fn team(crm: &mut Crm, scope: Scope) -> Result<Option<Grid>> {
    let people = if scope == Scope::All { everybody(crm)? } else { crm.people(true)? };
    if people.len() < 2 {
        return Ok(None);
    }
    let said = owned(crm, &people)?;
    let acts = by_owner(crm, "activity", &format!("{said} done=this-week kind!=joined"), &[])?;
    let won = by_owner(crm, "deal", &format!("{said} outcome=won closed=this-month"), &["amount"])?;
    let schema = crm.schema("user")?;
    let mut rows = Vec::new();
    for id in people {
        let title = crm.title("user", id)?;
        let count = acts.get(&id).and_then(|cells| cells.first()).cloned().unwrap_or(Value::Integer(0));
        let won = won.get(&id).and_then(|cells| cells.get(1)).cloned().unwrap_or_default();
        rows.push(Row { id, short: schema.short(id), cells: vec![Value::Text(title), count, won] });
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.cells.get(1).and_then(Value::as_integer)));
    let columns = vec![
        Column::new("colleague", "Colleague", "同事", Kind::Text),
        Column::new("done", "Done", "完成", Kind::Integer),
        Column::new("won", "Won (month)", "本月赢单", Kind::Money),
    ];
    drop(crm.notices());
    Ok(Some(Grid { noun: "colleagues".to_owned(), columns, rows, ..Grid::default() }))
}

/// What was done on each weekday of this week, Monday the first.
pub struct Day {
    pub name: [&'static str; 2],
    pub counts: [usize; 7],
}

/// So many things done in a week are counted; more than that are not looked through.
const COUNTED: u64 = 5000;

/// What the team did on each day of this week: calls, meetings and visits, tickets that were solved.
fn days(crm: &mut Crm, scope: Scope) -> Result<Vec<Day>> {
    let people = if scope == Scope::All { everybody(crm)? } else { crm.people(true)? };
    if people.len() < 2 {
        return Ok(Vec::new());
    }
    let said = owned(crm, &people)?;
    let zone = crm.reading().clock.zone().clone();
    let weekday = |value: &Value| {
        let at: jiff::Timestamp = value.as_text()?.parse().ok()?;
        usize::try_from(at.to_zoned(zone.clone()).weekday().to_monday_zero_offset()).ok()
    };
    let mut days = vec![
        Day { name: ["calls", "电话"], counts: [0; 7] },
        Day { name: ["meetings", "会面"], counts: [0; 7] },
        Day { name: ["tickets solved", "解决工单"], counts: [0; 7] },
    ];
    let sources = [("activity", "done", "kind=call,meeting,visit"), ("ticket", "resolved", "")];
    for (kind, field, condition) in sources {
        let query = Query {
            filter: filter::parse(&format!("{said} {field}=this-week {condition}"))?,
            columns: [field, "kind"].map(str::to_owned).into(),
            limit: Some(COUNTED),
            ..Query::new(kind)
        };
        for row in crm.list(&query)?.rows {
            let sort = row.cells.get(1).and_then(Value::as_text).unwrap_or_default();
            let place = match (kind, sort) {
                ("ticket", _) => 2,
                (_, "call") => 0,
                _ => 1,
            };
            let at = row.cells.first().and_then(weekday);
            let count = at.and_then(|at| days.get_mut(place).and_then(|day| day.counts.get_mut(at)));
            if let Some(count) = count {
                *count += 1;
            }
        }
    }
    drop(crm.notices());
    Ok(days)
}

/// How many of a kind each owner has, and the sums of some columns.
fn by_owner(crm: &mut Crm, kind: &str, condition: &str, sums: &[&str]) -> Result<HashMap<i64, Vec<Value>>> {
    let grid = crm.list(&Query {
        filter: filter::parse(condition)?,
        group_by: vec!["owner".to_owned()],
        columns: sums.iter().map(|name| (*name).to_owned()).collect(),
        ..Query::new(kind)
    })?;
    let owner = |value: &Value| if let Value::Link(link) = value { Some(link.id) } else { None };
    let rows = grid.rows.into_iter().filter_map(|row| {
        let mut cells = row.cells.into_iter();
        let owner = owner(&cells.next()?)?;
        Some((owner, cells.collect()))
    });
    Ok(rows.collect())
}
