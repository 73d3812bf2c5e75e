//! Funnel (R51-R55, behaviour 35): how wide a pipeline is at each stage, and how many deals came how far.

use super::{
    Part, Records, Report, Shape,
    asks::{self, AS_OF, BY, CURRENCY, PIPELINE, WHERE, one_of},
    deals::{Basis, number, rounded, weighed},
    groups::Groups,
    share, tell_few,
};
use crate::{
    Result,
    crm::{Crm, text},
    message::Message,
    pipeline::{Outcome, Stage, pipeline},
    record::{Ask, Choice, Column, Grid, Id, Kind, Total, Value, Values, types::fold},
};
use std::{collections::HashMap, fmt::Write};

/// `kehu report funnel`.
pub const REPORT: Report = Report {
    name: "funnel",
    title: ["Funnel", "销售漏斗"],
    doc: "How wide a pipeline is at each stage, and how many of the deals that began came how far",
    asks: &[
        BY,
        asks::time("Only deals that began then: this-quarter, 2026-q1 (all)"),
        Ask {
            name: "stages",
            doc: "Only these stages, in this order, with commas; closed and won count as stages (all)",
            kind: || Kind::Text,
            required: false,
        },
        AS_OF,
        PIPELINE,
        WHERE,
        CURRENCY,
    ],
    example: "kehu report funnel\n  \
              kehu report funnel --stages Proposal,Negotiation,won -c stage,deals,reached,of_all --save mine\n  \
              kehu report funnel --view mine --where owner=me\n  kehu report funnel --by owner --period this-year -f json",
    run,
};

/// The steps behind the open stages.
const CLOSED: &str = "closed";
const WON: &str = "won";

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let mut basis = Basis::of(crm, values, "", "started")?;
    let named = basis.in_pipeline(crm, values)?;
    let pipelines = named.map_or_else(|| basis.pipelines(crm), |id| Ok(vec![id]))?;
    if pipelines.is_empty() {
        crm.notice(Message::new("There is no pipeline yet; the first deal makes the usual one."));
        return Ok(Vec::new());
    }
    if named.is_none() && super::parameter(values, "currency").is_empty() {
        basis.choose_currency(crm)?;
    }
    basis.within(crm, values, "started")?;
    basis.tell_unbegun(crm)?;
    let basis = basis.summed();
    let grouped = basis.column(crm)?.is_some();
    let (snapshot, cohort) = side_by_side(crm, values, &basis, &pipelines)?;
    let title = if basis.evening.is_some() { "On that day" } else { "Just now" };
    let parts = [Part::new(title, snapshot), Part::new("How far deals came", cohort)];
    let paths = pipelines.iter().map(|id| Path::of(crm, *id)).collect::<Result<Vec<_>>>()?;
    let behind = [inside(crm, &basis, &paths)?, came(crm, &basis, &paths)?];
    let parts: Vec<Part> = parts.into_iter().zip(behind).map(|(part, behind)| part.of(behind)).collect();
    // Beside each other, funnels are a picture of two dimensions.
    let alone = !grouped && pipelines.len() == 1;
    let funnel = |part: Part| {
        if alone && part.title.template == "How far deals came" { part.drawn(Shape::Funnel) } else { part }
    };
    Ok(parts
        .into_iter()
        .map(funnel)
        .map(|part| if basis.evening.is_some() { part.of_nothing(super::PAST) } else { part })
        .collect())
}

/// A pipeline as its numbers lead back to it.
struct Path {
    title: String,
    /// Its ref.
    short: String,
    stages: Vec<Stage>,
}

impl Path {
    fn of(crm: &mut Crm, id: i64) -> Result<Self> {
        let (title, short) = (crm.title("pipeline", id)?, crm.schema("pipeline")?.short(id));
        Ok(Self { title, short, stages: pipeline::stages(crm, Id::new(id))? })
    }
}

/// The deals of these pipelines; where there are several, a row says of which it is.
fn in_these(crm: &Crm, basis: &Basis, paths: &[Path]) -> Result<Records> {
    let records = basis.records(crm)?.and(basis.listed_period());
    let word = |path: &Path| (Value::text(&path.title), format!("pipeline={}", path.short));
    Ok(if paths.len() > 1 { records.words("pipeline", paths.iter().map(word).collect()) } else { records })
}

/// The deals that are in each stage; pipelines may call one of theirs alike.
fn inside(crm: &Crm, basis: &Basis, paths: &[Path]) -> Result<Records> {
    let schema = crm.schema("stage")?;
    let all: Vec<&Stage> = paths.iter().flat_map(|path| &path.stages).collect();
    let word = |stage: &&Stage| {
        let alike = all.iter().filter(|other| other.name == stage.name).map(|other| schema.short(other.id.number));
        (Value::text(&stage.name), format!("stage={}", alike.collect::<Vec<_>>().join(",")))
    };
    Ok(in_these(crm, basis, paths)?.words("stage", all.iter().map(word).collect()))
}

/// The deals that came to each stage, or further.
fn came(crm: &Crm, basis: &Basis, paths: &[Path]) -> Result<Records> {
    let mut words: Vec<(Value, Vec<String>)> = Vec::new();
    for path in paths {
        let open = path.stages.iter().filter(|stage| stage.outcome == Outcome::Open);
        for (place, stage) in open.enumerate() {
            // Nobody is before the first.
            let far = match place {
                0 => String::new(),
                _ => format!("(reached={}.. or outcome=won or reached:)", stage.position.unwrap_or_default()),
            };
            let far = if paths.len() == 1 { far } else { format!("(pipeline={} {far})", path.short) };
            let name = Value::text(&stage.name);
            match words.iter_mut().find(|(known, _)| *known == name) {
                Some((_, ways)) => ways.push(far),
                None => words.push((name, vec![far])),
            }
        }
    }
    let mut words: Vec<(Value, String)> = words.into_iter().map(|(name, ways)| (name, alternatives(&ways))).collect();
    words.push((Value::text(CLOSED), "outcome=won,lost".to_owned()));
    words.push((Value::text(WON), "outcome=won".to_owned()));
    Ok(in_these(crm, basis, paths)?.words("stage", words))
}

/// One condition or another.
fn alternatives(ways: &[String]) -> String {
    if let [one] = ways { one.clone() } else { format!("({})", ways.join(" or ")) }
}

/// Both tables of each pipeline, one below the other; of several, each row names its own.
fn side_by_side(crm: &mut Crm, values: &Values, basis: &Basis, pipelines: &[i64]) -> Result<(Grid, Grid)> {
    let (mut all, mut refused) = (Vec::new(), None);
    for id in pipelines {
        let stages = pipeline::stages(crm, Id::new(*id))?;
        match shown(values, &stages) {
            Ok(shown) => all.push((*id, stages, shown)),
            Err(error) => refused = Some(error),
        }
    }
    // Stages that one pipeline does not have are asked of the others.
    if let Some(error) = refused.filter(|_| all.is_empty()) {
        return Err(error);
    }
    let several = all.len() > 1;
    let (mut snapshots, mut cohorts) = (Vec::new(), Vec::new());
    let mut foreign = 0;
    for (id, stages, shown) in all {
        let mut basis = basis.of_pipeline(id);
        let title = if several { Some(crm.title("pipeline", id)?) } else { None };
        let (grid, left_out) = snapshot(crm, &basis, &stages, &shown)?;
        foreign += left_out;
        snapshots.push((title.clone(), grid));
        cohorts.push((title, cohort(crm, &mut basis, &stages, &shown, id)?));
    }
    basis.tell_foreign(crm, foreign);
    Ok((joined(snapshots), joined(cohorts)))
}

/// The rows of several tables as one.
fn joined(grids: Vec<(Option<String>, Grid)>) -> Grid {
    let mut whole = Grid::default();
    for (title, mut grid) in grids {
        if let Some(title) = title {
            grid.columns.insert(0, Column::new("pipeline", "Pipeline", "销售流程", Kind::Text));
            grid.rows.iter_mut().for_each(|row| row.cells.insert(0, Value::text(&title)));
        }
        if whole.columns.is_empty() {
            whole = grid;
        } else {
            join_choices(&mut whole, &grid);
            whole.rows.extend(grid.rows);
        }
    }
    whole.total = Total::Exactly(whole.rows.len() as u64);
    whole
}

/// The stages of each pipeline are words of the same column.
fn join_choices(whole: &mut Grid, more: &Grid) {
    for (column, other) in whole.columns.iter_mut().zip(&more.columns) {
        if let (Kind::Choice(words), Kind::Choice(others)) = (&mut column.kind, &other.kind) {
            let new: Vec<Choice> =
                others.iter().filter(|other| words.iter().all(|word| word.key != other.key)).cloned().collect();
            words.extend(new);
        }
    }
}

/// The stages that somebody wants to see, in their order; all of them unless said (R54).
fn shown(values: &Values, stages: &[Stage]) -> Result<Vec<String>> {
    let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).chain([CLOSED, WON]).collect();
    let said = super::parameter(values, "stages");
    let Some(said) = said.as_text() else { return Ok(names.into_iter().map(str::to_owned).collect()) };
    let words = said.split([',', '，']).map(str::trim).filter(|word| !word.is_empty());
    let mut shown = Vec::new();
    for word in words {
        // A stage may be called as a step is.
        let known: Vec<&str> = names.iter().copied().filter(|name| fold(name) == fold(word)).collect();
        if known.is_empty() {
            one_of(word, &names, "stages")?;
        }
        shown.extend(known.into_iter().map(str::to_owned));
    }
    Ok(shown)
}

/// Stages by the names that people gave them.
fn stage_column(stages: &[Stage]) -> Column {
    let mut choices: Vec<Choice> = stages
        .iter()
        .map(|stage| Choice {
            key: stage.name.clone().into(),
            label: stage.name.clone().into(),
            label_zh: stage.name.clone().into(),
            retired: false,
        })
        .collect();
    for (key, label, label_zh) in [(CLOSED, "Closed", "已结束"), (WON, "Won", "赢单")] {
        choices.push(Choice { key: key.into(), label: label.into(), label_zh: label_zh.into(), retired: false });
    }
    Column::new("stage", "Stage", "阶段", Kind::Choice(choices))
}

/// How many deals are in a stage, what they are worth, and that weighted.
#[derive(Default, Clone, Copy)]
struct Width {
    deals: i64,
    amount: i64,
    weighted: i128,
}

/// How wide the pipeline is, and how many amounts of other currencies are left out.
fn snapshot(crm: &mut Crm, basis: &Basis, stages: &[Stage], shown: &[String]) -> Result<(Grid, i64)> {
    let chance = if basis.evening.is_some() { "stg.probability" } else { basis.chance() };
    let (mut groups, mut foreign) = (Groups::<HashMap<i64, Width>>::new(), 0);
    for (group, cells) in basis.tally(crm, &format!("stg.id, {chance}"), &basis.cells(), "")? {
        let (deals, amount) = (number(&cells, 2), number(&cells, 3));
        let width = groups.at(&group).entry(number(&cells, 0)).or_default();
        width.deals += deals;
        width.amount += amount;
        width.weighted += weighed(amount, number(&cells, 1), 10_000);
        foreign += number(&cells, 4);
    }
    let mut columns: Vec<Column> = basis.column(crm)?.into_iter().collect();
    let grouped = columns.len();
    columns.extend([
        stage_column(stages),
        Column::new("deals", "Deals", "商机数", Kind::Integer),
        Column::new("amount", "Amount", "金额", Kind::Money),
        Column::new("weighted", "Weighted", "加权金额", Kind::Money),
    ]);
    let groups = groups.sorted(basis.dated(), |widths| widths.values().map(|width| width.deals).sum());
    let mut rows = Vec::new();
    for (group, widths) in &groups {
        for stage in shown.iter().filter_map(|name| stages.iter().find(|stage| stage.name == *name)) {
            let width = widths.get(&stage.id.number).copied().unwrap_or_default();
            let mut row = vec![group.clone(); grouped];
            row.extend([Value::text(&stage.name), Value::Integer(width.deals)]);
            row.extend([basis.money(width.amount), basis.money(rounded(width.weighted))]);
            rows.push(row);
        }
    }
    Ok((Grid::of("stages", columns, rows), foreign))
}

/// Deals by the furthest open stage that they reached, and what has become of them.
#[derive(Default)]
struct Reached {
    /// By the place of the furthest open stage; whoever was won passed them all.
    far: HashMap<usize, i64>,
    closed: i64,
    won: i64,
}

/// How far a deal has come, or had on that day, as its history says.
fn furthest(basis: &mut Basis, pipeline: i64) -> &'static str {
    let Some(evening) = &basis.evening else {
        return if basis.is_summed() { "NULLIF(t.reached, -1)" } else { "t.reached" };
    };
    let _ = write!(
        basis.beside,
        " LEFT JOIN (SELECT m.deal, MAX(f.position) AS place FROM stage_moves m JOIN stages f ON f.id = m.stage \
         WHERE f.pipeline = {pipeline} AND f.outcome = 'open' AND m.deleted_at IS NULL AND m.at <= '{evening}' \
         GROUP BY m.deal) far ON far.deal = t.id"
    );
    "far.place"
}

fn cohort(crm: &mut Crm, basis: &mut Basis, stages: &[Stage], shown: &[String], pipeline: i64) -> Result<Grid> {
    let open: Vec<&Stage> = stages.iter().filter(|stage| stage.outcome == Outcome::Open).collect();
    let far = furthest(basis, pipeline);
    let mut groups = Groups::<Reached>::new();
    for (group, cells) in basis.tally(crm, &format!("stg.outcome, {far}"), &basis.count(), "")? {
        let (outcome, count) = (text(&cells[0]), number(&cells, 2));
        let reached = groups.at(&group);
        let last = open.len().saturating_sub(1);
        let position = number(&cells, 1);
        // What another system closed came through the stages there.
        let known = matches!(cells[1], crate::store::Sql::Integer(_)) && outcome != "won";
        let far = open.iter().rposition(|stage| stage.position.unwrap_or_default() <= position).unwrap_or_default();
        *reached.far.entry(if known { far } else { last }).or_default() += count;
        if outcome == "won" || outcome == "lost" {
            reached.closed += count;
        }
        if outcome == "won" {
            reached.won += count;
        }
    }
    let mut columns: Vec<Column> = basis.column(crm)?.into_iter().collect();
    let grouped = columns.len();
    columns.extend([
        stage_column(stages),
        Column::new("reached", "Came here", "到达数", Kind::Integer),
        Column::new("of_previous", "Of those before", "环比转化率", Kind::Percent),
        Column::new("of_all", "Of all", "总转化率", Kind::Percent),
    ]);
    let groups = groups.sorted(basis.dated(), |reached| reached.far.values().sum());
    let mut rows = Vec::new();
    for (group, reached) in &groups {
        let mut steps: Vec<(&str, i64)> = Vec::new();
        for (place, stage) in open.iter().enumerate() {
            let came = reached.far.iter().filter(|(far, _)| **far >= place).map(|(_, count)| count).sum();
            steps.push((&stage.name, came));
        }
        steps.extend([(CLOSED, reached.closed), (WON, reached.won)]);
        let all = steps.first().map_or(0, |(_, count)| *count);
        let mut before = None;
        let wanted = shown.iter().filter_map(|name| steps.iter().find(|(step, _)| step == name).copied());
        for (name, count) in wanted {
            let mut row = vec![group.clone(); grouped];
            row.extend([Value::text(name), Value::Integer(count)]);
            row.extend([before.map_or(Value::Null, |before| share(count, before)), share(count, all)]);
            rows.push(row);
            before = Some(count);
        }
        tell_few(crm, [all]);
    }
    Ok(Grid::of("steps", columns, rows))
}
