//! Lists: the records that match a filter, as a grid; sorted, grouped, counted, paged by the last number seen.

use super::{
    Crm,
    columns::{Joins, Place},
    condition::{Condition, search_match},
    conversion::{from_sql, width},
    integer,
};
use crate::{
    Result,
    error::Error,
    message::Message,
    record::{Column, Grid, Kind, Link, Row, Schema, Total, Value, filter::Filter},
    store::{Dialect, Sql},
};
use std::{collections::HashMap, sync::Arc};

/// How many rows of a long list are read at a time.
const PAGE: u64 = 500;

/// A total beyond this is not counted unless it is asked for.
const COUNTED: u64 = 10_000;

/// What to list.
#[derive(Debug, Clone)]
pub struct Query {
    pub kind: String,
    pub filter: Filter,
    /// Field paths; empty for the usual ones.
    pub columns: Vec<String>,
    pub sort: Vec<Sort>,
    pub limit: Option<u64>,
    /// Only records beyond this number, in the order of the numbers.
    pub after: Option<i64>,
    pub deleted: Deleted,
    pub group_by: Vec<String>,
    /// Count all that match, however many there are.
    pub exact: bool,
    /// One page of many: nobody asks how many match in all.
    pub paging: bool,
}

impl Query {
    /// All records of a kind, newest first.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            filter: Filter::All,
            columns: Vec::new(),
            sort: Vec::new(),
            limit: None,
            after: None,
            deleted: Deleted::Without,
            group_by: Vec::new(),
            exact: false,
            paging: false,
        }
    }
}

/// One field to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub path: String,
    pub descending: bool,
}

impl Sort {
    /// `name`, `-amount` or `amount:desc`, several with commas.
    #[must_use]
    pub fn parse(text: &str) -> Vec<Self> {
        let one = |part: &str| {
            let part = part.trim();
            let (path, descending) =
                match (part.strip_prefix('-'), part.strip_suffix(":desc"), part.strip_suffix(":asc")) {
                    (Some(path), _, _) | (_, Some(path), _) => (path, true),
                    (_, _, Some(path)) => (path, false),
                    _ => (part, false),
                };
            Self { path: path.to_owned(), descending }
        };
        text.split(',').filter(|part| !part.trim().is_empty()).map(one).collect()
    }
}

/// Whether records in the recycle bin are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    #[default]
    Without,
    With,
    Only,
}

/// A list's statement in its parts.
struct Prepared {
    from: String,
    condition: Condition,
}

impl Prepared {
    fn select(&self, cells: &str, rest: &str) -> String {
        format!("SELECT {cells} FROM {} WHERE {}{rest}", self.from, self.condition.sql)
    }
}

impl Crm {
    /// The records that match, as a grid with the columns asked for.
    ///
    /// # Errors
    /// A field, an operator or a value that does not fit the kind.
    pub fn list(&mut self, query: &Query) -> Result<Grid> {
        if !query.group_by.is_empty() {
            let schema = self.schema(&query.kind)?;
            return self.grouped(&schema, query);
        }
        let mut grid = self.page(query)?;
        if !query.paging && query.limit.is_some_and(|limit| limit > 0 && grid.rows.len() as u64 >= limit) {
            grid.total = self.total(query)?;
        }
        Ok(grid)
    }

    /// The rows of a list, without counting what lies beyond them.
    fn page(&mut self, query: &Query) -> Result<Grid> {
        let schema = self.schema(&query.kind)?;
        let mut names = if query.columns.is_empty() { usual_columns(&schema) } else { query.columns.clone() };
        // Every row says its ref before any column.
        names.retain(|name| name != "ref");
        let mut joins = Joins::new(schema.clone());
        joins.newest = query.sort.is_empty() && query.limit.is_some();
        let (places, cells) = self.picked(&mut joins, &names)?;
        let order = self.order(&mut joins, query)?;
        let prepared = self.prepared(&mut joins, query)?;
        let limit = limit_words(query.limit);
        let sql = prepared.select(&format!("t.id{cells}"), &format!(" ORDER BY {order}{limit}"));
        let rows = self.rows(&schema, &sql, &prepared.condition.arguments, &places)?;
        let mut grid = Grid {
            noun: schema.table.to_owned(),
            columns: columns_of(&schema, &names, &places),
            total: Total::Exactly(rows.len() as u64),
            rows,
            totals: None,
        };
        self.fill_lists(&mut grid, &places)?;
        Ok(grid)
    }

    /// Hands all that match to `page`, some hundreds at a time, so that a long list takes no more memory than a short one.
    /// What is sorted by anything but the number comes as one page.
    ///
    /// # Errors
    /// As [`Crm::list`], and whatever `page` says.
    pub fn pages(&mut self, query: &Query, page: &mut dyn FnMut(&mut Self, Grid) -> Result<()>) -> Result<()> {
        let by_number = query.sort.iter().all(|sort| sort.path == "id");
        if !by_number || query.limit.is_some_and(|limit| limit > 0) || !query.group_by.is_empty() {
            let grid = self.list(query)?;
            return page(self, grid);
        }
        let mut next = Query { limit: Some(PAGE), exact: false, ..query.clone() };
        loop {
            let grid = self.page(&next)?;
            let (length, last) = (grid.rows.len() as u64, grid.rows.last().map(|row| row.id));
            if length == 0 && next.after.is_some() {
                return Ok(());
            }
            page(self, grid)?;
            if length < PAGE {
                return Ok(());
            }
            next.after = last;
        }
    }

    /// How many match: exactly where that is asked for or cheap, else that there are more than ten thousand.
    ///
    /// # Errors
    /// As [`Crm::list`].
    pub fn total(&mut self, query: &Query) -> Result<Total> {
        let schema = self.schema(&query.kind)?;
        if query.filter == Filter::All && query.deleted == Deleted::Without && query.after.is_none() {
            return self.total_of_all(schema.table, query.exact);
        }
        let (sql, arguments) = self.matches(schema, query)?;
        let some = if query.exact { String::new() } else { format!(" LIMIT {}", COUNTED + 1) };
        let count = self.numbers(&format!("SELECT COUNT(*) FROM ({sql}{some}) c"), &arguments)?;
        let count = count.first().copied().unwrap_or_default().unsigned_abs();
        Ok(if !query.exact && count > COUNTED { Total::MoreThan(COUNTED) } else { Total::Exactly(count) })
    }

    /// One row for each record that matches. What is in the recycle bin has no search text, so words alone need no look
    /// at the records.
    fn matches(&mut self, schema: Arc<Schema>, query: &Query) -> Result<(String, Vec<Sql>)> {
        let (words, rest) = leading_words(&query.filter);
        if rest == Filter::All && query.deleted == Deleted::Without && query.after.is_none() {
            words.iter().try_for_each(|word| super::condition::refuse_field_name(&schema, word))?;
            if let Some((sql, argument)) = search_match(self.db.dialect(), &schema, &words.join(" ")) {
                return Ok((sql, vec![argument]));
            }
        }
        let mut joins = Joins::new(schema);
        let prepared = self.prepared(&mut joins, query)?;
        Ok((prepared.select("1", ""), prepared.condition.arguments))
    }

    /// As [`Crm::total`] without a filter: all but those in the recycle bin, each of which some narrow index counts,
    /// where a look at every row would read the whole table.
    fn total_of_all(&mut self, table: &str, exact: bool) -> Result<Total> {
        let deleted = format!("SELECT COUNT(*) FROM \"{table}\" WHERE deleted_at IS NOT NULL");
        let deleted = self.numbers(&deleted, &[])?.first().copied().unwrap_or_default().unsigned_abs();
        let beyond = format!("SELECT 1 FROM \"{table}\" LIMIT 1 OFFSET {}", COUNTED + deleted);
        if !exact && self.db.first(&beyond, &[])?.is_some() {
            return Ok(Total::MoreThan(COUNTED));
        }
        let all = self.numbers(&format!("SELECT COUNT(*) FROM \"{table}\""), &[])?;
        Ok(Total::Exactly(all.first().copied().unwrap_or_default().unsigned_abs().saturating_sub(deleted)))
    }

    /// How many live records match a filter in writing.
    ///
    /// # Errors
    /// As [`Crm::list`].
    pub fn count_where(&mut self, kind: &str, filter: &str) -> Result<u64> {
        let filter = crate::record::filter::parse(filter)?;
        match self.total(&Query { filter, exact: true, ..Query::new(kind) })? {
            Total::Exactly(count) | Total::MoreThan(count) => Ok(count),
        }
    }

    /// The numbers of the records that match, newest first.
    ///
    /// # Errors
    /// As [`Crm::list`].
    pub fn matching(&mut self, query: &Query) -> Result<Vec<i64>> {
        let schema = self.schema(&query.kind)?;
        let mut joins = Joins::new(schema);
        let order = self.order(&mut joins, query)?;
        let prepared = self.prepared(&mut joins, query)?;
        let limit = limit_words(query.limit);
        self.numbers(&prepared.select("t.id", &format!(" ORDER BY {order}{limit}")), &prepared.condition.arguments)
    }

    fn picked(&mut self, joins: &mut Joins, names: &[String]) -> Result<(Vec<Place>, String)> {
        let mut places = Vec::with_capacity(names.len());
        let mut cells = String::new();
        for name in names {
            let path: Vec<String> = name.split('.').map(str::to_owned).collect();
            let place = self.place(joins, &path)?;
            cells.push_str(", ");
            cells.push_str(&self.cells(joins, &place)?);
            places.push(place);
        }
        Ok((places, cells))
    }

    fn prepared(&mut self, joins: &mut Joins, query: &Query) -> Result<Prepared> {
        let table = joins.schema.table;
        let (words, rest) = leading_words(&query.filter);
        let schema = joins.schema.clone();
        for word in &words {
            super::condition::refuse_field_name(&schema, word)?;
        }
        let mut condition = match self.condition(joins, &rest)? {
            condition if rest == Filter::All => Condition { sql: String::new(), ..condition },
            condition => condition,
        };
        let mut sql = Vec::new();
        let mut from = format!("\"{table}\" t");
        if !words.is_empty() {
            match search_match(self.db.dialect(), &schema, &words.join(" ")) {
                // The full-text table leads, so that the newest hits stream out without reading all of them.
                Some((_, argument)) if self.db.dialect() == Dialect::Sqlite && query.sort.is_empty() => {
                    from = format!("\"{table}_search\" s CROSS JOIN \"{table}\" t ON t.id = s.rowid");
                    sql.push(format!("s.\"{table}_search\" MATCH ?"));
                    condition.arguments.insert(0, argument);
                }
                Some((matches, argument)) => {
                    sql.push(format!("t.id IN ({matches})"));
                    condition.arguments.insert(0, argument);
                }
                None => sql.push("1 = 0".to_owned()),
            }
        }
        if !condition.sql.is_empty() {
            sql.push(format!("({})", condition.sql));
        }
        if let Some(after) = query.after {
            let ascending = query.sort.first().is_some_and(|sort| sort.path == "id" && !sort.descending);
            sql.push(format!("t.id {} {after}", if ascending { ">" } else { "<" }));
        }
        match query.deleted {
            Deleted::Without => sql.push("t.deleted_at IS NULL".to_owned()),
            Deleted::Only => sql.push("t.deleted_at IS NOT NULL".to_owned()),
            Deleted::With => sql.push("1 = 1".to_owned()),
        }
        condition.sql = sql.join(" AND ");
        Ok(Prepared { from: format!("{from}{}", joins.sql), condition })
    }

    fn order(&mut self, joins: &mut Joins, query: &Query) -> Result<String> {
        let words = leading_words(&query.filter).0.join(" ");
        let streams =
            self.db.dialect() == Dialect::Sqlite && search_match(Dialect::Sqlite, &joins.schema, &words).is_some();
        if query.sort.is_empty() && streams {
            return Ok("s.rowid DESC".to_owned());
        }
        let mut parts = Vec::new();
        for sort in &query.sort {
            let path: Vec<String> = sort.path.split('.').map(str::to_owned).collect();
            let place = self.place(joins, &path)?;
            let expression = self.sortable(joins, &place)?;
            let direction = if sort.descending { "DESC" } else { "ASC" };
            let nulls = if place.field.required || place.field.engine { "" } else { " NULLS LAST" };
            parts.push(format!("{expression} {direction}{nulls}"));
        }
        if query.sort.last().is_none_or(|sort| sort.path != "id") {
            parts.push("t.id DESC".to_owned());
        }
        Ok(parts.join(", "))
    }

    /// What a place sorts by: text without case, a link by its title, a choice in its declared order.
    fn sortable(&mut self, joins: &mut Joins, place: &Place) -> Result<String> {
        Ok(match &place.field.kind {
            Kind::Link(target) => {
                let schema = self.schema(target)?;
                let alias = joins.join(&place.alias, &place.field.name, schema.table);
                let joined = Place { field: schema.title().clone(), alias, schema };
                joined.key_sql().unwrap_or_else(|| joined.sql())
            }
            // Levels from A to D are in order as they are, and so is their index.
            Kind::Choice(choices) if choices.is_sorted_by(|one, next| one.key < next.key) => place.sql(),
            Kind::Choice(choices) => {
                let arms: Vec<String> = choices
                    .iter()
                    .enumerate()
                    .map(|(order, choice)| format!("WHEN '{}' THEN {order}", choice.key.replace('\'', "''")))
                    .collect();
                format!("CASE {} {} END", place.sql(), arms.join(" "))
            }
            Kind::List(_) => {
                return Err(Error::bad_value(
                    Message::new("{field} holds several values, so nothing can be sorted by it.")
                        .with("field", &place.field.name),
                ));
            }
            _ => place.key_sql().unwrap_or_else(|| place.sql()),
        })
    }

    fn rows(&mut self, schema: &Schema, sql: &str, arguments: &[Sql], places: &[Place]) -> Result<Vec<Row>> {
        let letters: Vec<&'static str> = places.iter().map(|place| self.letter_of(&place.field.kind)).collect();
        let mut rows = Vec::new();
        self.db.each(sql, arguments, &mut |cells| {
            let id = integer(&cells[0]);
            let mut at = 1;
            let mut values = Vec::with_capacity(places.len());
            for (place, letter) in places.iter().zip(&letters) {
                let take = width(&place.field.kind);
                values.push(from_sql(&place.field.kind, &mut cells[at..at + take], letter));
                at += take;
            }
            rows.push(Row { id, short: schema.short(id), cells: values });
            Ok(())
        })?;
        Ok(rows)
    }

    /// The letter of the kind that a link points to.
    pub(super) fn letter_of(&self, kind: &Kind) -> &'static str {
        kind.target().and_then(|target| self.schema(target).ok()).map_or("", |schema| schema.letter)
    }

    /// Reads the lists of all rows of a page, one statement a list.
    fn fill_lists(&mut self, grid: &mut Grid, places: &[Place]) -> Result<()> {
        for (column, place) in places.iter().enumerate().filter(|(_, place)| place.field.kind.is_list()) {
            let owners: Vec<i64> = grid.rows.iter().filter_map(|row| row.cells[column].as_integer()).collect();
            let mut lists = self.lists_of(&place.schema, &place.field, &owners)?;
            for row in &mut grid.rows {
                let owner = row.cells[column].as_integer().unwrap_or_default();
                row.cells[column] = lists.get_mut(&owner).map_or(Value::Null, |items| Value::List(items.clone()));
            }
        }
        Ok(())
    }

    /// The values of one list field for several records.
    pub(super) fn lists_of(
        &mut self,
        schema: &Schema,
        field: &crate::record::Field,
        owners: &[i64],
    ) -> Result<HashMap<i64, Vec<Value>>> {
        let mut lists: HashMap<i64, Vec<Value>> = HashMap::new();
        let Kind::List(item) = &field.kind else { return Ok(lists) };
        let source = schema.list_source(&self.by_the_clock(field.clone()));
        let letter = self.letter_of(item);
        let (cells, join) = match item.target() {
            Some(target) => {
                let target: Arc<Schema> = self.schema(target)?;
                (
                    format!("l.value, x.\"{}\", x.uid", target.title().name),
                    format!(" LEFT JOIN \"{}\" x ON x.id = l.value", target.table),
                )
            }
            None => ("l.value".to_owned(), String::new()),
        };
        for owners in owners.chunks(400) {
            let marks = vec!["?"; owners.len()].join(", ");
            let sql = format!(
                "SELECT l.record, {cells} FROM {source} l{join} WHERE l.record IN ({marks}) ORDER BY l.record, l.position"
            );
            let arguments: Vec<Sql> = owners.iter().map(|id| Sql::Integer(*id)).collect();
            self.db.each(&sql, &arguments, &mut |cells| {
                let owner = integer(&cells[0]);
                lists.entry(owner).or_default().push(from_sql(item, &mut cells[1..], letter));
                Ok(())
            })?;
        }
        Ok(lists)
    }

    /// Rows by group with their count, and the sums of the numbers among the columns.
    fn grouped(&mut self, schema: &Arc<Schema>, query: &Query) -> Result<Grid> {
        let mut joins = Joins::new(schema.clone());
        let (groups, cells) = self.picked(&mut joins, &query.group_by)?;
        let (sums, sum_cells) = self.sums(&mut joins, &query.columns)?;
        let foreign = self.foreign(&sums);
        let mut by = Vec::new();
        for place in &groups {
            if place.field.kind.is_list() {
                return Err(Error::bad_value(
                    Message::new("{field} holds several values, so nothing can be grouped by it.")
                        .with("field", &place.field.name),
                ));
            }
            by.push(self.cells(&mut joins, place)?);
        }
        let by = by.join(", ");
        let prepared = self.prepared(
            &mut joins,
            &Query { sort: vec![Sort { path: "id".into(), descending: false }], ..query.clone() },
        )?;
        let sql = prepared.select(
            &format!("0{cells}, COUNT(*) AS records{sum_cells}"),
            &format!(" GROUP BY {by} ORDER BY records DESC, {by}"),
        );
        let count = Place {
            field: crate::record::Field::new("records", "How many there are", Kind::Integer),
            ..groups[0].clone()
        };
        let places: Vec<Place> = groups.into_iter().chain([count]).chain(sums).collect();
        let mut rows = self.rows(schema, &sql, &prepared.condition.arguments, &places)?;
        self.tell_foreign(&prepared, &foreign)?;
        for row in &mut rows {
            row.short.clear();
        }
        let mut names = query.group_by.clone();
        names.push("records".into());
        names.extend(places[names.len()..].iter().map(|place| place.field.name.to_string()));
        let total = Total::Exactly(rows.len() as u64);
        let totals = Some(totals(&rows, &places, query.group_by.len()));
        if let Some(limit) = query.limit.filter(|limit| *limit > 0) {
            rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Ok(Grid { noun: "groups".into(), columns: columns_of(schema, &names, &places), rows, totals, total })
    }

    /// The amounts among the summed places: field name, and the condition that one is in another currency.
    fn foreign(&self, sums: &[Place]) -> Vec<(String, String)> {
        let base = self.reading.currency;
        let amounts = sums.iter().filter(|place| place.field.kind == Kind::Money);
        let other = |place: &Place| format!("{} <> '{base}'", place.currency_sql());
        amounts.map(|place| (place.field.name.to_string(), other(place))).collect()
    }

    /// Says how many amounts were left out of the sums.
    fn tell_foreign(&mut self, prepared: &Prepared, foreign: &[(String, String)]) -> Result<()> {
        for (field, condition) in foreign {
            let sql = prepared.select("COUNT(*)", &format!(" AND {condition}"));
            let count = self.numbers(&sql, &prepared.condition.arguments)?.first().copied().unwrap_or_default();
            if count > 0 {
                self.notice(
                    Message::new("{field} is summed in {currency}; {count} {count:amount|amounts} in other currencies {count:is|are} left out.")
                        .with("field", field)
                        .with("currency", self.reading.currency)
                        .with("count", count),
                );
            }
        }
        Ok(())
    }

    /// Amounts in other currencies than the base one are left out of a sum.
    fn sums(&mut self, joins: &mut Joins, names: &[String]) -> Result<(Vec<Place>, String)> {
        let (places, _) = self.picked(joins, names)?;
        let base = self.reading.currency;
        let mut cells = String::new();
        let mut summed = Vec::new();
        for place in places {
            let sql = place.sql();
            let cell = match &place.field.kind {
                Kind::Money => {
                    let currency = place.currency_sql();
                    format!(", CAST(SUM(CASE WHEN {currency} = '{base}' THEN {sql} END) AS BIGINT), '{base}'")
                }
                Kind::Integer | Kind::Decimal { .. } | Kind::Percent => format!(", CAST(SUM({sql}) AS BIGINT)"),
                _ => {
                    return Err(Error::bad_value(
                        Message::new("{field} is no number, so it cannot be summed by group.")
                            .with("field", &place.field.name),
                    ));
                }
            };
            cells.push_str(&cell);
            summed.push(place);
        }
        Ok((summed, cells))
    }
}

/// ` LIMIT 50`; nothing for no limit, and no more than a database can count.
fn limit_words(limit: Option<u64>) -> String {
    let limit = limit.filter(|limit| *limit > 0).map(|limit| limit.min(i64::MAX.unsigned_abs()));
    limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default()
}

/// The words that must all be found, and what else the filter says.
fn leading_words(filter: &Filter) -> (Vec<String>, Filter) {
    match filter {
        Filter::Word(word) => (vec![word.clone()], Filter::All),
        Filter::And(parts) => {
            let (words, rest): (Vec<_>, Vec<_>) =
                parts.iter().cloned().partition(|part| matches!(part, Filter::Word(_)));
            let words =
                words.into_iter().filter_map(|part| if let Filter::Word(word) = part { Some(word) } else { None });
            let rest = if rest.is_empty() { Filter::All } else { Filter::And(rest) };
            (words.collect(), rest)
        }
        other => (Vec::new(), other.clone()),
    }
}

/// What a list shows when nothing is said: the fields declared as listed, else the first few.
#[must_use]
pub fn usual_columns(schema: &Schema) -> Vec<String> {
    let listed: Vec<String> =
        schema.visible().filter(|field| field.listed).map(|field| field.name.to_string()).collect();
    if listed.is_empty() { schema.writable().take(7).map(|field| field.name.to_string()).collect() } else { listed }
}

fn columns_of(schema: &Schema, names: &[String], places: &[Place]) -> Vec<Column> {
    let column = |(name, place): (&String, &Place)| {
        // `owner.name` is headed "Owner name", which two columns called "Name" would not tell.
        let link = name.split_once('.').and_then(|(first, _)| schema.field(first));
        let (label, label_zh) = (&place.field.label, &place.field.label_zh);
        Column {
            name: name.clone(),
            label: link.map_or_else(|| label.to_string(), |link| format!("{} {}", link.label, label.to_lowercase())),
            label_zh: link.map_or_else(|| label_zh.to_string(), |link| format!("{}{label_zh}", link.label_zh)),
            kind: place.field.kind.clone(),
        }
    };
    names.iter().zip(places).map(column).collect()
}

/// The sums of the columns behind the groups.
fn totals(rows: &[Row], places: &[Place], groups: usize) -> Vec<Value> {
    let sum = |column: usize| {
        rows.iter().fold(Value::Null, |sum, row| match (sum, &row.cells[column]) {
            (Value::Null, value) => value.clone(),
            (Value::Integer(a), Value::Integer(b)) => Value::Integer(a + b),
            (Value::Money(mut a), Value::Money(b)) => {
                a.minor += b.minor;
                Value::Money(a)
            }
            (sum, _) => sum,
        })
    };
    (0..places.len()).map(|column| if column < groups { Value::Null } else { sum(column) }).collect()
}

impl From<Link> for Value {
    fn from(link: Link) -> Self {
        Self::Link(link)
    }
}
