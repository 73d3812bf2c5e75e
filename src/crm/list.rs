//! Lists: the records that match a filter, as a grid; sorted, paged by the last number seen.

use super::{
    Crm,
    columns::{Joins, Place},
    conversion::{from_sql, width},
    integer,
    newest::among,
    query::Query,
    statement::limit_words,
};
use crate::{
    Result,
    record::{Column, Grid, Kind, Row, Schema, Total, Value},
    store::{List, Sql},
};
use std::{collections::HashMap, sync::Arc};

/// How many rows of a long list are read at a time.
const PAGE: u64 = 500;

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
        let Some(limit) = query.limit.filter(|limit| *limit > 0 && !query.paging) else { return self.page(query) };
        // One more than is shown tells whether there are more, and saves counting where there are not.
        let mut grid = self.page(&Query { limit: Some(limit.saturating_add(1)), ..query.clone() })?;
        if grid.rows.len() as u64 > limit {
            grid.rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            grid.total = match self.total(query)? {
                Total::MoreThan(count) => Total::MoreThan(count.max(limit)),
                exactly @ Total::Exactly(_) => exactly,
            };
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
        let newest = self.newest(query)?;
        let by_number = newest.as_ref().map(|_| Self::by_number(query));
        let query = by_number.as_ref().unwrap_or(query);
        let order = self.order(&mut joins, query)?;
        let by_number = query.sort.iter().all(|sort| sort.path == "id");
        let (sql, arguments) = if by_number || query.limit.is_none() {
            let mut prepared = self.prepared(&mut joins, query)?;
            if let Some(ids) = &newest {
                prepared.condition.sql.push_str(&among(ids));
            }
            let limit = limit_words(query.limit, query.offset);
            let sql = prepared.select(&format!("t.id{cells}"), &format!(" ORDER BY {order}{limit}"));
            (sql, prepared.condition.arguments)
        } else {
            // Found and sorted first, by an index alone where one holds all of it; then the rows of the page are read.
            let (found, arguments) = self.numbers_found(query)?;
            let Joins { sql: joined, .. } = &joins;
            let table = schema.table;
            (
                format!("SELECT t.id{cells} FROM \"{table}\" t{joined} WHERE t.id IN ({found}) ORDER BY {order}"),
                arguments,
            )
        };
        let rows = self.rows(&schema, &sql, &arguments, &places)?;
        let mut grid = Grid {
            noun: schema.table.to_owned(),
            columns: columns_of(&schema, &names, &places),
            total: Total::Exactly(rows.len() as u64),
            rows,
            totals: None,
        };
        self.fill_lists(&mut grid, &places)?;
        if let Some(words) = crate::catalog::entry(schema.kind).and_then(|entry| entry.words) {
            words(self, &mut grid)?;
        }
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

    /// The numbers of the records that match, newest first.
    ///
    /// # Errors
    /// As [`Crm::list`].
    pub fn matching(&mut self, query: &Query) -> Result<Vec<i64>> {
        let (sql, arguments) = self.numbers_found(query)?;
        self.numbers(&sql, &arguments)
    }

    /// The statement of the numbers of the records that match, in their order.
    fn numbers_found(&mut self, query: &Query) -> Result<(String, Vec<Sql>)> {
        let mut joins = Joins::new(self.schema(&query.kind)?);
        let order = self.order(&mut joins, query)?;
        let prepared = self.prepared(&mut joins, query)?;
        let limit = limit_words(query.limit, query.offset);
        Ok((prepared.select("t.id", &format!(" ORDER BY {order}{limit}")), prepared.condition.arguments))
    }

    pub(super) fn rows(&mut self, schema: &Schema, sql: &str, arguments: &[Sql], places: &[Place]) -> Result<Vec<Row>> {
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
        let list = List::of(self.db.dialect(), schema, &self.by_the_clock(field.clone()));
        let (table, belongs) = (list.table(), list.belongs("l"));
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
                "SELECT l.record, {cells} FROM {table} l{join} WHERE {belongs} AND l.record IN ({marks}) ORDER BY l.record, l.position"
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
}

/// What a list shows when nothing is said: the fields declared as listed, else the first few.
#[must_use]
pub fn usual_columns(schema: &Schema) -> Vec<String> {
    let listed: Vec<String> =
        schema.visible().filter(|field| field.listed).map(|field| field.name.to_string()).collect();
    if listed.is_empty() { schema.writable().take(7).map(|field| field.name.to_string()).collect() } else { listed }
}

pub(super) fn columns_of(schema: &Schema, names: &[String], places: &[Place]) -> Vec<Column> {
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
