//! One record: by its number, typed or as values.

use super::{
    Crm,
    columns::Joins,
    conversion::{from_sql, width},
    integer,
};
use crate::{
    Result,
    error::{Cause, Error},
    message::Message,
    record::{Column, Field, Grid, Id, Kind, Record, Row, Schema, Total, Value},
    store::Sql,
};
use std::{collections::HashMap, sync::Arc};

/// One record as it stands, with every field of its schema.
#[derive(Debug, Clone)]
pub struct Entry {
    pub schema: Arc<Schema>,
    pub id: i64,
    /// By the schema's order.
    pub values: Vec<Value>,
}

impl Entry {
    /// The value of a field; null when there is no such field.
    #[must_use]
    pub fn value(&self, field: &str) -> Value {
        self.schema.index_of(field).and_then(|place| self.values.get(place)).cloned().unwrap_or_default()
    }

    /// The name that people know it by.
    #[must_use]
    pub fn title(&self) -> String {
        match self.value(&self.schema.title().name) {
            Value::Text(title) => title,
            Value::Link(link) => link.title,
            _ => String::new(),
        }
    }

    #[must_use]
    pub fn short(&self) -> String {
        self.schema.short(self.id)
    }

    #[must_use]
    pub fn version(&self) -> i64 {
        self.value("version").as_integer().unwrap_or_default()
    }

    #[must_use]
    pub fn is_deleted(&self) -> bool {
        !self.value("deleted_at").is_empty()
    }

    /// Refuses another version than the expected one: somebody changed it since.
    ///
    /// # Errors
    /// [`Cause::Conflict`] with how to see what was changed.
    pub fn refuse_version(&self, expected: Option<i64>) -> Result<()> {
        match expected {
            Some(expected) if expected != self.version() => Err(Error::new(
                Cause::Conflict,
                Message::new(
                    "{record} was changed by somebody else since: it is at version {version}, not {expected}.",
                )
                .with("record", self.short())
                .with("version", self.version())
                .with("expected", expected),
            )
            .hint(
                Message::new("kehu {kind} history {record}")
                    .with("kind", self.schema.kind)
                    .with("record", self.short()),
            )),
            _ => Ok(()),
        }
    }

    /// The record as a grid of one row.
    #[must_use]
    pub fn grid(&self) -> Grid {
        let shown = |place: &usize| !self.schema.fields[*place].retired && &*self.schema.fields[*place].name != "id";
        let places: Vec<usize> = (0..self.schema.fields.len()).filter(shown).collect();
        let column = |place: &usize| {
            let field = &self.schema.fields[*place];
            Column {
                name: field.name.to_string(),
                label: field.label.to_string(),
                label_zh: field.label_zh.to_string(),
                kind: field.kind.clone(),
            }
        };
        Grid {
            noun: self.schema.kind.to_owned(),
            columns: places.iter().map(column).collect(),
            rows: vec![Row {
                id: self.id,
                short: self.short(),
                cells: places.iter().map(|place| self.values[*place].clone()).collect(),
            }],
            totals: None,
            total: Total::Exactly(1),
        }
    }
}

impl Crm {
    /// One record with every field, from the recycle bin too.
    ///
    /// # Errors
    /// [`Cause::NotFound`] when there is none of that number.
    pub fn record(&mut self, kind: &str, id: i64) -> Result<Entry> {
        self.seen_record(kind, id, |crm| {
            let schema = crm.schema(kind)?;
            let found = crm.records(&schema, &[id])?.remove(&id);
            found.ok_or_else(|| not_found(&schema, &schema.short(id)))
        })
    }

    /// Some hundred records with every field, by number; those that are not there are left out.
    pub(super) fn records(&mut self, schema: &Arc<Schema>, ids: &[i64]) -> Result<HashMap<i64, Entry>> {
        self.read_records(schema, ids, true)
    }

    /// As [`Crm::records`]; without `computed`, the fields that are not kept are left empty.
    fn read_records(&mut self, schema: &Arc<Schema>, ids: &[i64], computed: bool) -> Result<HashMap<i64, Entry>> {
        let mut joins = Joins::new(schema.clone());
        let mut cells = String::from("t.id");
        let mut letters = Vec::with_capacity(schema.fields.len());
        for field in &schema.fields {
            let place = super::columns::Place {
                field: self.by_the_clock(field.clone()),
                alias: "t".into(),
                schema: schema.clone(),
            };
            if !computed && field.computed.is_some() {
                cells.push_str(&", NULL".repeat(width(&field.kind)));
            } else {
                cells.push_str(", ");
                cells.push_str(&self.cells(&mut joins, &place)?);
            }
            letters.push(self.letter_of(&field.kind));
        }
        let marks = vec!["?"; ids.len()].join(", ");
        let sql = format!("SELECT {cells} FROM \"{}\" t{} WHERE t.id IN ({marks})", schema.table, joins.sql);
        let arguments: Vec<Sql> = ids.iter().map(|id| Sql::Integer(*id)).collect();
        let mut found = HashMap::with_capacity(ids.len());
        self.db.each(&sql, &arguments, &mut |row| {
            let (id, mut at) = (integer(&row[0]), 1);
            let mut values = Vec::with_capacity(schema.fields.len());
            for (field, letter) in schema.fields.iter().zip(&letters) {
                let take = width(&field.kind);
                values.push(from_sql(&field.kind, &mut row[at..at + take], letter));
                at += take;
            }
            found.insert(id, Entry { schema: schema.clone(), id, values });
            Ok(())
        })?;
        for (place, field) in schema.fields.iter().enumerate().filter(|(_, field)| field.kind.is_list()) {
            let mut lists = self.lists_of(schema, field, ids)?;
            for (id, entry) in &mut found {
                entry.values[place] = lists.remove(id).map_or(Value::Null, Value::List);
            }
        }
        Ok(found)
    }

    /// One record, typed.
    ///
    /// # Errors
    /// [`Cause::NotFound`] when there is none of that number.
    pub fn get<T: Record>(&mut self, id: Id<T>) -> Result<T> {
        let schema = self.schema(T::KIND)?;
        // What is worked out from other records is not asked for.
        let entry = self.read_records(&schema, &[id.number], false)?.remove(&id.number);
        let entry = entry.ok_or_else(|| not_found(&schema, &schema.short(id.number)))?;
        T::from_values(entry.id, entry.version(), &|field| entry.value(field)).ok_or_else(|| {
            Error::new(
                Cause::Storage,
                Message::new("{record} holds a value that its kind does not allow.").with("record", entry.short()),
            )
            .hint(Message::new("kehu doctor"))
        })
    }

    /// What belongs to a record: a list for every kind that is its child, such as a customer's contacts.
    ///
    /// # Errors
    /// Storage faults.
    pub fn belongings(&mut self, kind: &str, id: i64) -> Result<Vec<Grid>> {
        self.belongings_of(kind, id, Some(50), &|_| true)
    }

    /// As [`Crm::belongings`], of some kinds, and at most so many of each.
    ///
    /// # Errors
    /// Storage faults.
    pub(crate) fn belongings_of(
        &mut self,
        kind: &str,
        id: i64,
        limit: Option<u64>,
        wanted: &dyn Fn(&Schema) -> bool,
    ) -> Result<Vec<Grid>> {
        let mut found = Vec::new();
        for schema in self.schemas().to_vec().into_iter().filter(|schema| wanted(schema)) {
            if let Some(under) = crate::catalog::entry(schema.kind).and_then(|entry| entry.under) {
                found.extend(under(self, kind, id)?);
                continue;
            }
            if !(schema.belongs_to)(kind) && !given_a_link(schema.kind, kind) {
                continue;
            }
            let owner = |field: &&Field| field.child && !field.automatic && field.kind.target() == Some(kind);
            for field in schema.fields.iter().filter(owner) {
                let filter = crate::record::filter::parse(&format!("{}={}", field.name, self.schema(kind)?.short(id)))?;
                let mut query = super::Query { filter, limit, ..super::Query::new(schema.kind) };
                query.columns = super::list::usual_columns(&schema);
                query.columns.retain(|column| *column != *field.name);
                query.sort = vec![super::Sort { path: "id".into(), descending: false }];
                let grid = self.list(&query)?;
                if !grid.rows.is_empty() {
                    found.push(grid);
                }
            }
        }
        Ok(found)
    }

    /// A record as it stood at the end of a day, taken back change by change.
    ///
    /// # Errors
    /// [`Cause::NotFound`] when it did not exist yet.
    pub fn record_as_of(&mut self, kind: &str, id: i64, day: &str) -> Result<Entry> {
        let (_, last) = crate::record::types::parse_period(day, &self.reading)?;
        let (_, until) = crate::record::types::day_bounds(last, last, &self.reading)?;
        let mut entry = self.record(kind, id)?;
        for line in self.history(kind, id)?.into_iter().rev().filter(|line| line.at > until) {
            match (&*line.what, entry.schema.index_of(&line.field)) {
                ("insert", _) if line.field.is_empty() => {
                    return Err(Error::new(
                        Cause::NotFound,
                        Message::new("There was no {record} yet on {day}.")
                            .with("record", entry.short())
                            .with("day", day),
                    ));
                }
                (_, Some(place)) => entry.values[place] = taken_back(&entry.values[place], &line),
                _ => {}
            }
        }
        Ok(entry)
    }

    /// The name that people know a record by.
    ///
    /// # Errors
    /// [`Cause::NotFound`] when there is none of that number.
    pub fn title(&mut self, kind: &str, id: i64) -> Result<String> {
        let schema = self.schema(kind)?;
        let sql = format!("SELECT \"{}\" FROM \"{}\" WHERE id = ?", schema.title().name, schema.table);
        let row = self.db.first(&sql, &[Sql::Integer(id)])?;
        // What has no name of its own is called after what it belongs to.
        if let (Some(row), Kind::Link(target)) = (&row, &schema.title().kind) {
            return self.title(target, integer(&row[0]));
        }
        row.map(|row| super::text(&row[0])).ok_or_else(|| not_found(&schema, &schema.short(id)))
    }

    /// Whether a live record has that number.
    pub(super) fn exists(&mut self, schema: &Schema, id: i64) -> Result<bool> {
        let sql = format!("SELECT id FROM \"{}\" WHERE id = ? AND deleted_at IS NULL", schema.table);
        Ok(self.db.first(&sql, &[Sql::Integer(id)])?.is_some_and(|row| integer(&row[0]) == id))
    }
}

/// The value before a change; of a list, what was put in taken out, and what was taken out put in.
fn taken_back(now: &Value, line: &super::HistoryLine) -> Value {
    if !line.kind.is_list() {
        return line.before.clone();
    }
    let mut items: Vec<Value> = now.items().iter().filter(|item| !line.after.items().contains(item)).cloned().collect();
    items.extend(line.before.items().iter().cloned());
    Value::List(items)
}

/// As one word of a command line.
pub(super) fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || "._-@+:".contains(letter));
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\\\"")) }
}

pub(super) fn not_found(schema: &Schema, what: &str) -> Error {
    // A number that nobody bears is found by no search; its neighbours may be what was meant.
    let numbered = super::reference::number_of_short(schema, what).is_some() || what.parse::<i64>().is_ok();
    let hint = if numbered { "kehu {kind} list --limit 5" } else { "kehu {kind} list {what}" };
    Error::new(Cause::NotFound, Message::new("There is no {kind} {what}.").with("kind", schema.kind).with("what", what))
        .hint(Message::new(hint).with("kind", schema.kind).with("what", quoted(what)))
}

/// Whether another kind's declaration gives records of a kind a link to their owner, or may do so.
fn given_a_link(kind: &str, owner: &str) -> bool {
    let mut entries = crate::catalog::ENTRIES.iter();
    entries.any(|entry| {
        (entry.kind == owner && entry.joins.contains(&kind)) || entry.gives.is_some_and(|(to, _)| to == kind)
    })
}
