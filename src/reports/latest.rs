//! The latest new, signed and followed customers (R25, R153), by person, department or branch.

use super::{
    Part, Records, Report, WHERE, among,
    asks::{self, words},
    parameter, period,
};
use crate::{
    Result,
    crm::{Crm, integer, text},
    customers::review::customer_link,
    record::{Ask, Column, Grid, Kind, Link, Value, Values, types::day_bounds},
    store::Sql,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};

/// `kehu report latest`.
pub const REPORT: Report = Report {
    name: "latest",
    title: ["Latest customers", "最新客户"],
    doc: "The latest new, signed or followed customers, by person, department or branch",
    asks: &[
        Ask {
            name: "what",
            doc: "new, signed or followed (new)",
            kind: || words(&[("new", "New", "新增"), ("signed", "Signed", "签约"), ("followed", "Followed", "跟进")]),
            required: false,
        },
        Ask {
            name: "by",
            doc: "user, department or branch; a branch counts those below it (user)",
            kind: || {
                words(&[("user", "User", "同事"), ("department", "Department", "部门"), ("branch", "Branch", "机构")])
            },
            required: false,
        },
        asks::time("Which days: today, this-week, 2026-q1 (this-month)"),
        WHERE,
        Ask {
            name: "limit",
            doc: "How many customers to list for each; 0 for all (10)",
            kind: || Kind::Integer,
            required: false,
        },
        Ask { name: "summary", doc: "Only the counts", kind: || Kind::YesNo, required: false },
    ],
    example: "kehu report latest --what followed --by branch --period this-year\n  \
              kehu report latest --what new --period 2026-03 --limit 3 -f json",
    run,
};

/// No list of customers by their numbers is longer.
const LISTED: usize = 500;

/// Something that happened with a customer, and to whose credit it is.
struct Event {
    day: String,
    customer: i64,
    who: Option<i64>,
}

/// A colleague, as the groups need them.
struct Colleague {
    name: String,
    department: Option<String>,
    branch: Option<i64>,
}

/// Who works where.
struct People {
    colleagues: HashMap<i64, Colleague>,
    /// Name, and the branch that it reports to.
    branches: HashMap<i64, (String, Option<i64>)>,
}

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let days = period(crm, values, "this-month")?;
    let word = |name: &str, usual: &str| parameter(values, name).as_text().unwrap_or(usual).to_owned();
    let only = among(crm, values)?;
    let mut events = match word("what", "new").as_str() {
        "signed" => signed(crm, days)?,
        "followed" => followed(crm, days)?,
        _ => new(crm, days)?,
    };
    events.retain(|event| only.as_ref().is_none_or(|only| only.contains(&event.customer)));
    let people = people(crm)?;
    let by = word("by", "user");
    let behind = behind(&events, &people, &by);
    let mut parts = vec![Part::new("Counts", counts(crm, &events, &people, &by)?).of(behind)];
    if parameter(values, "summary") != Value::Bool(true) {
        let limit = parameter(values, "limit").as_integer().unwrap_or(10);
        parts.push(Part::new("Latest", latest(crm, events, &people, &by, limit)?));
    }
    Ok(parts)
}

/// Customers that came to be known; to the credit of whoever looked after them first, else of who wrote them down.
fn new(crm: &mut Crm, (first, last): (Date, Date)) -> Result<Vec<Event>> {
    let sql = "SELECT id, since, owner, created_by FROM customers WHERE since BETWEEN ? AND ? AND deleted_at IS NULL";
    let mut events = Vec::new();
    crm.db.each(sql, &[Sql::Text(first.to_string()), Sql::Text(last.to_string())], &mut |row| {
        events.push(Event { day: text(&row[1]), customer: integer(&row[0]), who: some(&row[2]).or(some(&row[3])) });
        Ok(())
    })?;
    let owners = first_owners(crm, &events)?;
    for event in &mut events {
        event.who = owners.get(&event.customer).copied().or(event.who);
    }
    Ok(events)
}

/// Who looked after customers first, of those that changed hands, as the log tells.
fn first_owners(crm: &mut Crm, events: &[Event]) -> Result<HashMap<i64, i64>> {
    let mut owners = HashMap::new();
    for chunk in events.chunks(400) {
        let marks = vec!["?"; chunk.len()].join(", ");
        let sql = format!(
            "SELECT \"key\", before, after FROM change WHERE kind = 'customer' AND what = 'update' \
             AND \"key\" IN ({marks}) AND before LIKE '%\"owner\"%' ORDER BY id"
        );
        let keys: Vec<Sql> = chunk.iter().map(|event| Sql::Integer(event.customer)).collect();
        crm.db.each(&sql, &keys, &mut |row| {
            let side = |cell: &Sql| {
                let json: serde_json::Value = serde_json::from_str(&text(cell)).unwrap_or_default();
                json.get("owner").and_then(serde_json::Value::as_i64)
            };
            if let Some(owner) = side(&row[1]).or_else(|| side(&row[2])) {
                owners.entry(integer(&row[0])).or_insert(owner);
            }
            Ok(())
        })?;
    }
    Ok(owners)
}

/// Customers that signed for the first time; to the credit of who looked after them then.
fn signed(crm: &mut Crm, (first, last): (Date, Date)) -> Result<Vec<Event>> {
    let sql = "SELECT id, signed_on, COALESCE(signed_by, owner, created_by) FROM customers \
               WHERE signed_on BETWEEN ? AND ? AND deleted_at IS NULL";
    events(crm, sql, [first.to_string(), last.to_string()])
}

/// Customers that somebody dealt with; to the credit of who did.
fn followed(crm: &mut Crm, (first, last): (Date, Date)) -> Result<Vec<Event>> {
    let (from, until) = day_bounds(first, last, crm.reading())?;
    let sql = "SELECT a.customer, MAX(a.done), COALESCE(a.owner, a.created_by) FROM activities a \
               JOIN customers c ON c.id = a.customer WHERE a.done BETWEEN ? AND ? AND a.deleted_at IS NULL \
               AND c.deleted_at IS NULL GROUP BY a.customer, COALESCE(a.owner, a.created_by)";
    let mut found = events(crm, sql, [from, until])?;
    let zone = crm.reading().clock.zone().clone();
    for event in &mut found {
        if let Ok(instant) = event.day.parse::<jiff::Timestamp>() {
            event.day = instant.to_zoned(zone.clone()).date().to_string();
        }
    }
    Ok(found)
}

fn events(crm: &mut Crm, sql: &str, days: [String; 2]) -> Result<Vec<Event>> {
    let mut found = Vec::new();
    crm.db.each(sql, &days.map(Sql::Text), &mut |row| {
        found.push(Event { customer: integer(&row[0]), day: text(&row[1]), who: some(&row[2]) });
        Ok(())
    })?;
    Ok(found)
}

fn some(cell: &Sql) -> Option<i64> {
    if let Sql::Integer(number) = cell { Some(*number) } else { None }
}

fn people(crm: &mut Crm) -> Result<People> {
    let mut colleagues = HashMap::new();
    crm.db.each("SELECT id, name, department, branch FROM users", &[], &mut |row| {
        let department = Some(text(&row[2])).filter(|department| !department.is_empty());
        colleagues.insert(integer(&row[0]), Colleague { name: text(&row[1]), department, branch: some(&row[3]) });
        Ok(())
    })?;
    let mut branches = HashMap::new();
    crm.db.each("SELECT id, name, parent FROM branches", &[], &mut |row| {
        branches.insert(integer(&row[0]), (text(&row[1]), some(&row[2])));
        Ok(())
    })?;
    Ok(People { colleagues, branches })
}

/// What events are grouped by: a person, a branch, or a department; nothing where it is unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Number(i64),
    Word(String),
    Unknown,
}

impl People {
    fn group(&self, who: Option<i64>, by: &str) -> Group {
        let colleague = who.and_then(|who| self.colleagues.get(&who));
        let number = |number: Option<i64>| number.map_or(Group::Unknown, Group::Number);
        match by {
            "department" => colleague.and_then(|known| known.department.clone()).map_or(Group::Unknown, Group::Word),
            "branch" => number(colleague.and_then(|known| known.branch)),
            _ => number(who),
        }
    }

    /// A branch and those that it reports to, up to head office.
    fn with_above(&self, group: &Group) -> Vec<Group> {
        let (mut found, mut next) = (vec![group.clone()], group.clone());
        while let Group::Number(branch) = next
            && let Some(parent) = self.branches.get(&branch).and_then(|(_, parent)| *parent)
            && !found.contains(&Group::Number(parent))
        {
            next = Group::Number(parent);
            found.push(next.clone());
        }
        found
    }

    fn shown(&self, group: &Group, by: &str) -> Value {
        match group {
            Group::Number(id) if by == "branch" => {
                let title = self.branches.get(id).map(|(name, _)| name.clone()).unwrap_or_default();
                Value::Link(Link { id: *id, title, uid: String::new(), letter: "B" })
            }
            Group::Number(id) => self.colleague(Some(*id)),
            Group::Word(word) => Value::text(word),
            Group::Unknown => Value::Null,
        }
    }

    fn colleague(&self, who: Option<i64>) -> Value {
        let Some(id) = who else { return Value::Null };
        let title = self.colleagues.get(&id).map(|known| known.name.clone()).unwrap_or_default();
        Value::Link(Link { id, title, uid: String::new(), letter: "U" })
    }
}

/// How the column of the groups is headed, and what stands in it.
fn group_column(crm: &Crm, by: &str) -> Result<Column> {
    Ok(match by {
        "department" => {
            let schema = crm.schema("user")?;
            Column::new("department", "Department", "部门", crm.field(&schema, "department")?.kind.clone())
        }
        "branch" => Column::new("branch", "Branch", "机构", Kind::Link("branch".into())),
        _ => Column::new("user", "User", "同事", Kind::Link("user".into())),
    })
}

/// How many customers each group has; a branch with those below it too, each customer once.
fn counts(crm: &Crm, events: &[Event], people: &People, by: &str) -> Result<Grid> {
    let mut own: BTreeMap<Group, HashSet<i64>> = BTreeMap::new();
    let mut with_below: BTreeMap<Group, HashSet<i64>> = BTreeMap::new();
    for event in events {
        let group = people.group(event.who, by);
        if by == "branch" {
            for above in people.with_above(&group) {
                with_below.entry(above).or_default().insert(event.customer);
            }
        }
        own.entry(group).or_default().insert(event.customer);
    }
    let number =
        |set: Option<&HashSet<i64>>| Value::Integer(set.map_or(0, |set| i64::try_from(set.len()).unwrap_or(0)));
    let mut columns = vec![group_column(crm, by)?, Column::new("customers", "Customers", "客户数", Kind::Integer)];
    if by == "branch" {
        columns.push(Column::new("with_below", "With those below", "含下级", Kind::Integer));
    }
    let groups: Vec<Group> = if by == "branch" { &with_below } else { &own }.keys().cloned().collect();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for group in groups {
        let mut cells = vec![people.shown(&group, by), number(own.get(&group))];
        if by == "branch" {
            cells.push(number(with_below.get(&group)));
        }
        rows.push(cells);
    }
    rows.sort_by_key(|cells| std::cmp::Reverse(cells.last().and_then(Value::as_integer)));
    let all: HashSet<i64> = events.iter().map(|event| event.customer).collect();
    let mut totals = vec![Value::Null, number(Some(&all))];
    if by == "branch" {
        totals.push(Value::Null);
    }
    Ok(Grid { totals: Some(totals), ..Grid::of("groups", columns, rows) })
}

/// The customers behind each count, by their numbers: to whose credit they are is nothing that a list can be asked for.
fn behind(events: &[Event], people: &People, by: &str) -> Records {
    let (mut own, mut whole) = (BTreeMap::<Group, HashSet<i64>>::new(), BTreeMap::<Group, HashSet<i64>>::new());
    for event in events {
        let group = people.group(event.who, by);
        for above in people.with_above(&group) {
            whole.entry(above).or_default().insert(event.customer);
        }
        own.entry(group).or_default().insert(event.customer);
    }
    let listed = |customers: &HashSet<i64>| {
        let mut ids: Vec<i64> = customers.iter().copied().collect();
        ids.sort_unstable();
        format!("id={}", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
    };
    let words = |groups: &BTreeMap<Group, HashSet<i64>>| {
        let few = groups.iter().filter(|(_, customers)| customers.len() <= LISTED);
        few.map(|(group, customers)| (people.shown(group, by), listed(customers))).collect()
    };
    let records = Records::of("customer").words(by, words(&own));
    if by == "branch" { records.only_words("with_below", words(&whole)) } else { records }
}

/// The latest of each group, newest first.
fn latest(crm: &mut Crm, mut events: Vec<Event>, people: &People, by: &str, limit: i64) -> Result<Grid> {
    events.sort_by(|one, other| (&other.day, other.customer).cmp(&(&one.day, one.customer)));
    let mut taken: BTreeMap<Group, i64> = BTreeMap::new();
    let mut kept: Vec<(Group, Event)> = Vec::new();
    for event in events {
        let group = people.group(event.who, by);
        let count = taken.entry(group.clone()).or_default();
        *count += 1;
        if limit <= 0 || *count <= limit {
            kept.push((group, event));
        }
    }
    kept.sort_by(|(one, _), (other, _)| one.cmp(other));
    let schema = crm.schema("customer")?;
    let kind = |name: &str| crm.field(&schema, name).map(|field| field.kind.clone());
    let mut columns = vec![group_column(crm, by)?];
    columns.extend([
        Column::new("day", "Day", "日期", Kind::Date),
        Column::new("customer", "Customer", "客户", Kind::Link("customer".into())),
        Column::new("level", "Level", "级别", kind("level")?),
        Column::new("lifecycle", "Lifecycle", "阶段", kind("lifecycle")?),
        Column::new("city", "City", "城市", Kind::Text),
    ]);
    if by != "user" {
        columns.push(Column::new("user", "User", "同事", Kind::Link("user".into())));
    }
    let names = crm.names_of(kept.iter().map(|(_, event)| event.customer))?;
    let details = details(crm, &kept)?;
    let mut grid = Grid::of("customers", columns, Vec::new());
    for (group, event) in kept {
        let mut cells = vec![people.shown(&group, by), Value::text(&event.day), customer_link(event.customer, &names)];
        cells.extend(details.get(&event.customer).cloned().unwrap_or_else(|| vec![Value::Null; 3]));
        if by != "user" {
            cells.push(people.colleague(event.who));
        }
        let short = schema.short(event.customer);
        grid.rows.push(crate::record::Row { id: event.customer, short, cells });
    }
    grid.total = crate::record::Total::Exactly(grid.rows.len() as u64);
    Ok(grid)
}

/// Level, life cycle and city of the customers that are listed.
fn details(crm: &mut Crm, kept: &[(Group, Event)]) -> Result<HashMap<i64, Vec<Value>>> {
    let mut found = HashMap::new();
    for chunk in kept.chunks(400) {
        let marks = vec!["?"; chunk.len()].join(", ");
        let sql = format!("SELECT id, level, lifecycle, city FROM customers WHERE id IN ({marks})");
        let ids: Vec<Sql> = chunk.iter().map(|(_, event)| Sql::Integer(event.customer)).collect();
        crm.db.each(&sql, &ids, &mut |row| {
            let word = |cell: &Sql| Some(text(cell)).filter(|word| !word.is_empty()).map_or(Value::Null, Value::Text);
            found.insert(integer(&row[0]), row[1..].iter().map(word).collect());
            Ok(())
        })?;
    }
    Ok(found)
}
