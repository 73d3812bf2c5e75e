//! Review: levels by rule (R18, R22) and customers with whom nothing happens any more (R9), as one undoable operation.

use super::{Lifecycle, ReviewRule};
use crate::{
    Result,
    crm::{Crm, Query, integer, text},
    record::{
        Choice, Column, Grid, Id, Kind, Link, Row, Value,
        filter::Filter,
        types::{FieldType, parse_date},
    },
    store::Sql,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};

/// After how many silent days who signed once counts as lapsed, where no rule says otherwise.
const LAPSE_AFTER: i64 = 365;
/// How many customers are written with one statement.
const BATCH: usize = 400;

/// What a review would change of one customer, and why.
struct Change {
    customer: i64,
    /// What the customer has now.
    from: Option<String>,
    then: Then,
    /// The rule that says so.
    rule: Option<usize>,
    /// The last day on which anything happened.
    last: Option<Date>,
}

/// What a customer would have: a level, or none any more; or the state of one who lapsed.
enum Then {
    Level(Option<String>),
    Lapsed,
}

/// A rule with the customers for whom it is the first that fits.
struct Applied {
    rule: ReviewRule,
    hits: Vec<i64>,
}

impl Crm {
    /// Gives customers their level by rule and marks those as lapsed with whom nothing happened for too long. Answers
    /// with who changed and why; in a dry run, with who would.
    ///
    /// # Errors
    /// A rule whose condition no longer fits the fields.
    pub fn review(&mut self, among: &Filter) -> Result<Grid> {
        self.transaction("Review customers", |crm| {
            let rules = crm.applied()?;
            let changes = crm.changes(&rules, among)?;
            let grid = crm.told(&rules, &changes)?;
            if !crm.is_dry_run() {
                crm.write_review(&rules, &changes)?;
                crm.relabel(&format!("Review customers: {} changed", changes.len()))?;
            }
            Ok(grid)
        })
    }

    /// The rules in their order, each with how many customers it is the first to fit and how many it would change.
    ///
    /// # Errors
    /// As [`Crm::review`].
    pub fn rule_hits(&mut self) -> Result<Grid> {
        let rules = self.applied()?;
        let changes = self.changes(&rules, &Filter::All)?;
        let schema = self.schema("review_rule")?;
        let columns = vec![
            Column::new("condition", "Condition", "条件", Kind::Text),
            Column::new("level", "Level", "级别", Kind::Text),
            Column::new("lapse_after", "Lapse after", "失效天数", Kind::Integer),
            Column::new("fits", "Fits", "符合", Kind::Integer),
            Column::new("changes", "Would change", "将变更", Kind::Integer),
        ];
        let rows = rules.iter().enumerate().map(|(place, applied)| {
            let hit = changes.iter().filter(|change| change.rule == Some(place)).count();
            Row {
                id: applied.rule.id.number,
                short: schema.short(applied.rule.id.number),
                cells: vec![
                    Value::text(&applied.rule.condition),
                    applied.rule.level.to_value(),
                    applied.rule.lapse_after.to_value(),
                    count(applied.hits.len()),
                    count(hit),
                ],
            }
        });
        let rows: Vec<Row> = rows.collect();
        Ok(Grid { rows, ..Grid::of("review_rules", columns, Vec::new()) })
    }

    /// Each rule with the customers that no earlier rule of its sort fits.
    fn applied(&mut self) -> Result<Vec<Applied>> {
        let order = "SELECT id FROM review_rules WHERE deleted_at IS NULL ORDER BY COALESCE(position, 1000000), id";
        let (mut levelled, mut timed) = (HashSet::new(), HashSet::new());
        let mut rules = Vec::new();
        for id in self.numbers(order, &[])? {
            let rule: ReviewRule = self.get(Id::new(id))?;
            let mut hits = self.fitting(("review_rule", id), "customer", &rule.condition, None)?;
            let taken = if rule.level.is_some() { &mut levelled } else { &mut timed };
            hits.retain(|id| taken.insert(*id));
            rules.push(Applied { rule, hits });
        }
        Ok(rules)
    }

    fn changes(&mut self, rules: &[Applied], among: &Filter) -> Result<Vec<Change>> {
        let among = match among {
            Filter::All => None,
            filter => Some(self.matching(&Query { filter: filter.clone(), ..Query::new("customer") })?),
        };
        let among: Option<HashSet<i64>> = among.map(|ids| ids.into_iter().collect());
        let mut changes = self.level_changes(rules)?;
        changes.extend(self.lapses(rules)?);
        changes.retain(|change| among.as_ref().is_none_or(|among| among.contains(&change.customer)));
        changes.sort_by_key(|change| change.customer);
        Ok(changes)
    }

    /// Customers whose level is not set by hand and another than the first fitting rule gives, or than none does.
    fn level_changes(&mut self, rules: &[Applied]) -> Result<Vec<Change>> {
        let levels = rules.iter().enumerate().filter(|(_, applied)| applied.rule.level.is_some());
        let wanted: HashMap<i64, usize> =
            levels.clone().flat_map(|(place, applied)| applied.hits.iter().map(move |id| (*id, place))).collect();
        if levels.count() == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT id, level FROM customers WHERE deleted_at IS NULL \
                   AND (level_by = 'rule' OR level IS NULL AND level_by IS NULL)";
        let mut changes = Vec::new();
        self.db.each(sql, &[], &mut |row| {
            let customer = integer(&row[0]);
            let from = Some(text(&row[1])).filter(|level| !level.is_empty());
            let rule = wanted.get(&customer).copied();
            let level = rule.and_then(|place| rules[place].rule.level).map(|level| level.key().to_owned());
            if level != from {
                changes.push(Change { customer, from, then: Then::Level(level), rule, last: None });
            }
            Ok(())
        })?;
        Ok(changes)
    }

    /// Customers who signed and with whom nothing happened for as long as the first fitting rule allows; who has
    /// something planned is not forgotten.
    fn lapses(&mut self, rules: &[Applied]) -> Result<Vec<Change>> {
        let timed = rules.iter().enumerate().filter(|(_, applied)| applied.rule.lapse_after.is_some());
        let allowed: HashMap<i64, usize> =
            timed.flat_map(|(place, applied)| applied.hits.iter().map(move |id| (*id, place))).collect();
        let sql = "SELECT c.id, c.lifecycle, c.signed_on, c.bought_on, c.revived_on, c.since, SUBSTR(c.created_at, 1, 10), \
                   (SELECT MAX(SUBSTR(a.done, 1, 10)) FROM activities a WHERE a.customer = c.id AND a.deleted_at IS NULL) \
                   FROM customers c WHERE c.lifecycle IN ('signed', 'repeat') AND c.deleted_at IS NULL \
                   AND NOT EXISTS (SELECT 1 FROM activities p WHERE p.customer = c.id AND p.done IS NULL \
                   AND p.due IS NOT NULL AND p.deleted_at IS NULL)";
        let clock = self.reading().clock.clone();
        let today = clock.today();
        let mut changes = Vec::new();
        self.db.each(sql, &[], &mut |row| {
            let customer = integer(&row[0]);
            let day = |cell: &Sql| parse_date(&text(cell), &clock).ok().flatten();
            let last = row[2..].iter().filter_map(day).max();
            let rule = allowed.get(&customer).copied();
            let days = rule.and_then(|place| rules[place].rule.lapse_after).unwrap_or(LAPSE_AFTER);
            if days > 0 && silent(last, today) > days {
                changes.push(Change { customer, from: Some(text(&row[1])), then: Then::Lapsed, rule, last });
            }
            Ok(())
        })?;
        Ok(changes)
    }

    fn told(&mut self, rules: &[Applied], changes: &[Change]) -> Result<Grid> {
        let today = self.reading().clock.today();
        let names = self.names_of(changes.iter().map(|change| change.customer))?;
        let customer = self.schema("customer")?;
        let changing = ["level", "lifecycle"].map(|name| customer.field(name));
        let words: Vec<Choice> = changing.iter().flatten().flat_map(|field| field.choices().to_vec()).collect();
        let fields = changing.into_iter().flatten().map(Choice::of_field).collect();
        let columns = vec![
            Column::new("name", "Name", "名称", Kind::Text),
            Column::new("field", "Field", "字段", Kind::Choice(fields)),
            Column::new("from", "Now", "现值", Kind::Choice(words.clone())),
            Column::new("to", "Then", "新值", Kind::Choice(words)),
            Column::new("rule", "Rule", "规则", Kind::Text),
            Column::new("condition", "Condition", "条件", Kind::Text),
            Column::new("last", "Last", "最近", Kind::Date),
            Column::new("silent", "Silent days", "沉默天数", Kind::Integer),
        ];
        let row = |change: &Change| {
            let rule = change.rule.map(|place| &rules[place].rule);
            let (field, to) = match &change.then {
                Then::Level(level) => ("level", level.as_ref().map_or(Value::Null, Value::text)),
                Then::Lapsed => ("lifecycle", Lifecycle::Lapsed.to_value()),
            };
            Row {
                id: change.customer,
                short: format!("C{}", change.customer),
                cells: vec![
                    names.get(&change.customer).map_or(Value::Null, Value::text),
                    Value::text(field),
                    change.from.as_ref().map_or(Value::Null, Value::text),
                    to,
                    rule.map_or(Value::Null, |rule| Value::text(format!("RR{}", rule.id.number))),
                    rule.map_or(Value::Null, |rule| Value::text(&rule.condition)),
                    change.last.to_value(),
                    change.last.map_or(Value::Null, |last| Value::Integer(silent(Some(last), today))),
                ],
            }
        };
        let mut grid = Grid::of("changes", columns, Vec::new());
        grid.rows = changes.iter().map(row).collect();
        grid.total = crate::record::Total::Exactly(changes.len() as u64);
        Ok(grid)
    }

    /// The names of many customers.
    pub(crate) fn names_of(&mut self, customers: impl Iterator<Item = i64>) -> Result<HashMap<i64, String>> {
        let customers: Vec<i64> = customers.collect();
        let mut names = HashMap::with_capacity(customers.len());
        for ids in customers.chunks(BATCH) {
            let sql = format!("SELECT id, name FROM customers WHERE id IN ({})", marks(ids));
            self.db.each(&sql, &numbered(ids), &mut |row| {
                names.insert(integer(&row[0]), text(&row[1]));
                Ok(())
            })?;
        }
        Ok(names)
    }

    fn write_review(&mut self, rules: &[Applied], changes: &[Change]) -> Result<()> {
        let mut levels: BTreeMap<Option<String>, Vec<i64>> = BTreeMap::new();
        let mut lapsed: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for change in changes {
            if let Then::Level(level) = &change.then {
                levels.entry(level.clone()).or_default().push(change.customer);
            } else {
                let days = change.rule.and_then(|place| rules[place].rule.lapse_after).unwrap_or(LAPSE_AFTER);
                lapsed.entry(days).or_default().push(change.customer);
            }
        }
        for (level, customers) in levels {
            let level = level.map_or(Sql::Null, Sql::Text);
            self.set_many("level = CAST(? AS TEXT), level_by = 'rule'", &[level], &customers)?;
        }
        let today = self.reading().clock.today().to_string();
        for (days, customers) in lapsed {
            let because = format!("> {days} d");
            let set = "lapsed_from = lifecycle, lifecycle = 'lapsed', lapsed_on = ?, lapsed_because = ?";
            self.set_many(set, &[Sql::Text(today.clone()), Sql::Text(because)], &customers)?;
        }
        Ok(())
    }

    /// Sets the same for many customers.
    pub(crate) fn set_many(&mut self, set: &str, values: &[Sql], customers: &[i64]) -> Result<()> {
        let now = self.now_text();
        for ids in customers.chunks(BATCH) {
            let sql = format!(
                "UPDATE customers SET {set}, updated_at = ?, version = version + 1 WHERE id IN ({})",
                marks(ids)
            );
            let mut arguments = values.to_vec();
            arguments.push(Sql::Text(now.clone()));
            arguments.extend(numbered(ids));
            self.db.execute(&sql, &arguments)?;
        }
        Ok(())
    }
}

fn marks(ids: &[i64]) -> String {
    vec!["?"; ids.len()].join(", ")
}

fn numbered(ids: &[i64]) -> Vec<Sql> {
    ids.iter().map(|id| Sql::Integer(*id)).collect()
}

fn silent(last: Option<Date>, today: Date) -> i64 {
    last.and_then(|last| today.since(last).ok()).map_or(0, |span| i64::from(span.get_days()))
}

fn count(number: usize) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// What a link to a customer shows in a report.
pub(crate) fn customer_link(id: i64, names: &HashMap<i64, String>) -> Value {
    Value::Link(Link { id, title: names.get(&id).cloned().unwrap_or_default(), uid: String::new(), letter: "C" })
}
