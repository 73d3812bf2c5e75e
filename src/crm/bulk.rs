//! Bulk work: one operation written in several short transactions, and records read and written many at a time.

use super::{
    Crm,
    conversion::{column_names, from_sql, plain, to_sql, width},
    folded, integer,
};
use crate::{
    Result,
    pipeline::memo::Memo,
    record::{Field, Kind, Schema, Value},
    store::{self, Dialect, List, Sql, search_text},
};
use std::{
    collections::HashSet,
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a batch may keep other writers waiting.
const AIM: Duration = Duration::from_millis(50);
/// How long the database is left to others between two batches: they look every millisecond whether it is free.
const PAUSE: Duration = Duration::from_millis(2);
/// How many rows a batch has before it is known how long they take.
const FIRST: usize = 500;

/// An operation that is written in batches, each a transaction of its own.
pub(crate) struct Bulk {
    label: String,
    /// Given by the first batch, or that of a run which is gone on with.
    pub operation: Option<i64>,
    /// How many rows the next batch may have.
    pub size: usize,
    /// Search text of new records whose values were at hand.
    search: Vec<(&'static str, String, i64)>,
    fresh: HashSet<(&'static str, i64)>,
}

impl Bulk {
    /// In batches, or whole in one.
    pub fn new(label: &str, operation: Option<i64>, whole: bool) -> Self {
        let size = if whole { usize::MAX } else { FIRST };
        Self { label: label.to_owned(), operation, size, search: Vec::new(), fresh: HashSet::new() }
    }

    fn learn(&mut self, rows: usize, taken: Duration) {
        if self.size == usize::MAX || rows == 0 {
            return;
        }
        let micros = taken.as_micros().max(1);
        let fitting = usize::try_from(rows as u128 * AIM.as_micros() / micros).unwrap_or(FIRST);
        self.size = fitting.clamp(self.size / 2, self.size * 2).clamp(20, 20_000);
    }
}

impl Crm {
    /// Runs a part of a bulk operation in a transaction of its own; `work` says how many rows it wrote.
    pub(crate) fn batch(
        &mut self,
        bulk: &mut Bulk,
        work: impl FnOnce(&mut Self, &mut Bulk) -> Result<usize>,
    ) -> Result<()> {
        let before = (self.actor.clone(), self.newcomer.clone(), bulk.operation);
        self.db.begin()?;
        let started = Instant::now();
        self.memo = Some(Memo::default());
        let done = self.through_door("import", |crm| crm.in_batch(bulk, work));
        self.memo = None;
        self.operation = None;
        match done {
            Ok(rows) => {
                bulk.learn(rows, started.elapsed());
                if bulk.size != usize::MAX && self.db.dialect() == Dialect::Sqlite {
                    std::thread::sleep(PAUSE);
                }
            }
            Err(error) => {
                // The first fault is the one to tell.
                let _ = self.db.rollback();
                (self.actor, self.newcomer, bulk.operation) = before;
                bulk.search.clear();
                bulk.fresh.clear();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Runs `work` as if it came through another door.
    pub(crate) fn through_door<R>(&mut self, door: &'static str, work: impl FnOnce(&mut Self) -> R) -> R {
        let before = std::mem::replace(&mut self.door, door);
        let done = work(self);
        self.door = before;
        done
    }

    fn in_batch(&mut self, bulk: &mut Bulk, work: impl FnOnce(&mut Self, &mut Bulk) -> Result<usize>) -> Result<usize> {
        if let Some(operation) = bulk.operation {
            store::resume_operation(&mut *self.db, operation)?;
            self.operation = Some(operation);
        } else {
            self.welcome()?;
            self.begin_operation(&bulk.label)?;
            bulk.operation = self.operation;
        }
        let first = self.latest_change()?;
        let rows = work(self, bulk)?;
        self.write_search_text(bulk, first)?;
        store::end_operation(&mut *self.db)?;
        self.db.commit()?;
        Ok(rows)
    }

    /// Search text after the rows: first that of new records, then of whatever else the batch changed.
    fn write_search_text(&mut self, bulk: &mut Bulk, first: i64) -> Result<()> {
        let mut search = std::mem::take(&mut bulk.search);
        search.sort_by_key(|(table, _, id)| (*table, *id));
        for (table, tokens, id) in search {
            let sql = match self.db.dialect() {
                Dialect::Sqlite => format!("INSERT INTO \"{table}_search\" (text, rowid) VALUES (?, ?)"),
                Dialect::Postgres => format!(
                    "INSERT INTO \"{table}_search\" (tokens, id) VALUES (to_tsvector('simple', CAST(? AS TEXT)), ?)"
                ),
            };
            self.db.execute(&sql, &[Sql::Text(tokens), Sql::Integer(id)])?;
        }
        let operation = bulk.operation.unwrap_or_default();
        for schema in self.schemas().to_vec().iter().filter(|schema| schema.searchable()) {
            let sql = format!(
                "SELECT DISTINCT \"key\" FROM change WHERE op = ? AND id > ? AND ({})",
                super::search_rows::concerned(schema)
            );
            let mut changed = self.numbers(&sql, &[Sql::Integer(operation), Sql::Integer(first)])?;
            changed.retain(|id| !bulk.fresh.contains(&(schema.table, *id)));
            self.index_rows(schema, &changed)?;
        }
        bulk.fresh.clear();
        Ok(())
    }

    /// Ends a bulk operation; one that changed nothing leaves no trace. Says whether it is there.
    pub(crate) fn end_bulk(&mut self, bulk: &Bulk) -> Result<bool> {
        match bulk.operation {
            Some(operation) => Ok(!store::abandon_operation(&mut *self.db, operation)?),
            None => Ok(false),
        }
    }

    /// Runs `work` in a transaction that belongs to no operation, for what is no record.
    pub(crate) fn aside<R>(&mut self, work: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        self.db.begin()?;
        match work(self).and_then(|done| self.db.commit().map(|()| done)) {
            Ok(done) => Ok(done),
            Err(error) => {
                let _ = self.db.rollback();
                Err(error)
            }
        }
    }

    /// Reads much as it stands at one moment, without asking for leave at each statement, and leaves the memory to
    /// whoever reads.
    pub(crate) fn reading_at_once<R>(&mut self, work: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        store::keep_few_pages(&mut *self.db, true)?;
        self.db.script("BEGIN")?;
        self.memo = Some(Memo::default());
        let done = work(self);
        self.memo = None;
        let ended = self.db.rollback().and_then(|()| store::keep_few_pages(&mut *self.db, false));
        done.and_then(|done| ended.map(|()| done))
    }

    /// Marks where a row begins, so that it can be taken back alone.
    pub(crate) fn savepoint(&mut self) -> Result<()> {
        self.db.execute("SAVEPOINT kehu_row", &[]).map(|_| ())
    }

    pub(crate) fn release(&mut self) -> Result<()> {
        self.db.execute("RELEASE SAVEPOINT kehu_row", &[]).map(|_| ())
    }

    pub(crate) fn back_to_savepoint(&mut self) -> Result<()> {
        self.db.execute("ROLLBACK TO SAVEPOINT kehu_row", &[])?;
        self.release()
    }

    /// Readies the database for bulk work, and back.
    pub(crate) fn write_much(&mut self, much: bool) -> Result<()> {
        store::write_much(&mut *self.db, much)
    }
}

/// Writes new records of one kind with one statement, without a look at what the kind's rules would say.
pub(crate) struct Inserter {
    schema: Arc<Schema>,
    sql: String,
    /// The field of each value, by the order in which values are handed over.
    fields: Vec<Field>,
    /// What a field gets that no value is handed over for, or an empty one where it must have one.
    defaults: Vec<(Option<usize>, Field, Value)>,
    cells: Vec<Sql>,
    creator: Sql,
    now: String,
    /// The number of the next record; none where the database gives it.
    next: Option<i64>,
}

impl Crm {
    /// `fields` are those that values will be handed over for.
    pub(crate) fn inserter(&mut self, schema: &Arc<Schema>, fields: Vec<Field>) -> Result<Inserter> {
        let mut defaults = Vec::new();
        for field in schema.writable() {
            let place = fields.iter().position(|known| known.name == field.name);
            let Some(default) = field.default.as_ref().filter(|_| place.is_none() || field.required) else { continue };
            defaults.push((place, field.clone(), self.parse_value(field, default)?));
        }
        let mut names = vec!["uid".to_owned(), "created_at".into(), "created_by".into(), "updated_at".into()];
        let own = fields.iter().filter(|field| field.stored() && !field.engine);
        names.extend(own.flat_map(column_names));
        let unsaid = defaults.iter().filter(|(place, _, _)| place.is_none());
        names.extend(unsaid.flat_map(|(_, field, _)| column_names(field)));
        let next = store::next_number(&mut *self.db, schema.table)?;
        // An answer costs SQLite a table of its own for each row, so the number is given instead of asked for.
        if next.is_some() {
            names.insert(0, "id".into());
        }
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let marks = vec!["?"; names.len()].join(", ");
        let answer = if next.is_some() { "" } else { " RETURNING id" };
        let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({marks}){answer}", schema.table, names.join(", "));
        Ok(Inserter {
            next,
            schema: schema.clone(),
            sql,
            fields,
            defaults,
            cells: Vec::new(),
            creator: Sql::Null,
            now: String::new(),
        })
    }

    /// Stands at the start of each batch, and after a record of the kind was made in another way: who writes, when, and
    /// which number comes next.
    pub(crate) fn refresh_inserter(&mut self, inserter: &mut Inserter) -> Result<()> {
        inserter.next = store::next_number(&mut *self.db, inserter.schema.table)?;
        inserter.creator = self.actor().map_or(Sql::Null, |(id, _)| Sql::Integer(id));
        inserter.now = self.now_text();
        Ok(())
    }

    pub(crate) fn insert_quickly(&mut self, bulk: &mut Bulk, inserter: &mut Inserter, values: &[Value]) -> Result<i64> {
        let Inserter { schema, sql, fields, defaults, cells, creator, now, next } = inserter;
        cells.clear();
        cells.extend(next.map(Sql::Integer));
        let uid = fields.iter().position(|field| field.name == "uid").and_then(|place| values[place].as_text());
        let uid = uid.map_or_else(|| self.new_uid(), str::to_owned);
        cells.extend([Sql::Text(uid), Sql::Text(now.clone()), creator.clone(), Sql::Text(now.clone())]);
        for (place, field) in fields.iter().enumerate().filter(|(_, field)| field.stored() && !field.engine) {
            let value = &values[place];
            let default = || defaults.iter().find(|(at, _, _)| *at == Some(place)).map(|(_, _, value)| value);
            let value = if value.is_empty() { default().unwrap_or(value) } else { value };
            to_sql(field, value, cells);
        }
        for (_, field, value) in defaults.iter().filter(|(place, _, _)| place.is_none()) {
            to_sql(field, value, cells);
        }
        let id = if let Some(next) = next {
            self.db.execute(sql, cells)?;
            *next += 1;
            *next - 1
        } else {
            let row = self.db.first(sql, cells)?;
            row.map_or(0, |row| integer(&row[0]))
        };
        for (field, value) in
            fields.iter().zip(values).filter(|(field, value)| field.kind.is_list() && !value.is_empty())
        {
            self.insert_list(schema, field, id, value)?;
        }
        if schema.searchable() {
            bulk.search.push((schema.table, tokens(fields, values), id));
            bulk.fresh.insert((schema.table, id));
        }
        Ok(id)
    }
}

/// The search text of a new record.
fn tokens(fields: &[Field], values: &[Value]) -> String {
    let (mut names, mut texts, mut phones) = (Vec::with_capacity(2), Vec::with_capacity(8), Vec::with_capacity(4));
    for (field, value) in fields.iter().zip(values).filter(|(field, _)| field.search) {
        let (kind, items) = match (&field.kind, value) {
            (Kind::List(item), Value::List(items)) => (&**item, items.as_slice()),
            (kind, value) => (kind, std::slice::from_ref(value)),
        };
        let into = match kind {
            _ if field.is_name() => &mut names,
            Kind::Phone => &mut phones,
            _ => &mut texts,
        };
        into.extend(items.iter().filter_map(Value::as_text));
    }
    search_text::tokens(&names, &texts, &phones)
}

/// Reads stored records of one kind by what they are known by: the fields asked for, and nothing else.
pub(crate) struct Lookup {
    schema: Arc<Schema>,
    fields: Vec<Field>,
    select: String,
    dialect: Dialect,
}

/// A stored record, with the values of the lookup's fields; those of lists are read apart.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub id: i64,
    pub deleted: bool,
    pub values: Vec<Value>,
}

impl Lookup {
    pub fn new(dialect: Dialect, schema: &Arc<Schema>, fields: Vec<Field>) -> Self {
        let mut cells = String::from("t.id, t.deleted_at");
        for field in fields.iter().filter(|field| field.stored()) {
            let _ = write!(cells, ", t.\"{}\"", field.name);
            if field.kind == Kind::Money {
                let _ = write!(cells, ", t.\"{}_currency\"", field.name);
            }
        }
        let select = format!("SELECT {cells} FROM \"{}\" t", schema.table);
        Self { schema: schema.clone(), fields, select, dialect }
    }

    /// The statement that finds records of which this is true.
    pub fn sql(&self, condition: &str) -> String {
        format!("{} WHERE {condition} ORDER BY t.id LIMIT 50", self.select)
    }

    /// The statement that finds live records by one field.
    pub fn by_field(&self, field: &Field) -> String {
        if field.kind.is_list() {
            let owners = List::of(self.dialect, &self.schema, field).select("l.record", "l.value = ?");
            return self.sql(&format!("t.id IN ({owners}) AND t.deleted_at IS NULL"));
        }
        let key = if field.has_key() { "_key" } else { "" };
        self.sql(&format!("t.\"{}{key}\" = ? AND t.deleted_at IS NULL", field.name))
    }

    /// The argument of [`Lookup::by_field`].
    pub fn argument(field: &Field, value: &Value) -> Sql {
        match value {
            Value::Text(text) if field.has_key() => folded(text),
            value => plain(value),
        }
    }
}

impl Crm {
    /// The records that a statement of the lookup finds.
    pub(crate) fn stored(&mut self, lookup: &Lookup, sql: &str, arguments: &[Sql]) -> Result<Vec<Stored>> {
        let mut found = Vec::new();
        self.db.each(sql, arguments, &mut |row| {
            let mut stored = Stored {
                id: integer(&row[0]),
                deleted: row[1] != Sql::Null,
                values: Vec::with_capacity(lookup.fields.len()),
            };
            let mut at = 2;
            for field in &lookup.fields {
                if !field.stored() {
                    stored.values.push(Value::Null);
                    continue;
                }
                let take = if field.kind == Kind::Money { width(&field.kind) } else { 1 };
                stored.values.push(from_sql(&field.kind, &mut row[at..at + take], ""));
                at += take;
            }
            found.push(stored);
            Ok(())
        })?;
        Ok(found)
    }

    /// The values of one list field of one record.
    pub(crate) fn list_values(&mut self, schema: &Schema, field: &Field, id: i64) -> Result<Vec<Value>> {
        let Kind::List(item) = &field.kind else { return Ok(Vec::new()) };
        let list = List::of(self.db.dialect(), schema, field);
        let sql = list.select("l.value", "l.record = ? ORDER BY l.position");
        let mut values = Vec::new();
        self.db.each(&sql, &[Sql::Integer(id)], &mut |row| {
            values.push(from_sql(item, &mut row[..1], ""));
            Ok(())
        })?;
        Ok(values)
    }

    /// Whether a record is still as the first write to the database made it: its first user, its head office.
    pub(crate) fn made_at_the_start(&mut self, schema: &Schema, id: i64) -> Result<bool> {
        let sql = format!(
            "SELECT 1 FROM \"{}\" t JOIN change c ON c.\"key\" = t.id AND c.kind = ? AND c.what = 'insert' \
             JOIN operation o ON o.id = c.op WHERE t.id = ? AND t.version = 1 AND o.label = 'Start the database'",
            schema.table
        );
        let arguments = [Sql::Text(schema.kind.to_owned()), Sql::Integer(id)];
        Ok(self.db.first(&sql, &arguments)?.is_some())
    }

    /// Gives such a record the uid that an export has for it, so that links by uid lead to it.
    pub(crate) fn take_over_uid(&mut self, schema: &Schema, id: i64, uid: &str) -> Result<()> {
        let sql = format!("UPDATE \"{}\" SET uid = ?, version = version + 1 WHERE id = ?", schema.table);
        self.db.execute(&sql, &[Sql::Text(uid.to_lowercase()), Sql::Integer(id)])?;
        Ok(())
    }

    /// Whether a kind has any record yet, removed ones included.
    pub(crate) fn has_any(&mut self, schema: &Schema) -> Result<bool> {
        Ok(self.db.first(&format!("SELECT 1 FROM \"{}\" LIMIT 1", schema.table), &[])?.is_some())
    }

    /// The number of the newest operation beside one's own: as long as it stands, nobody else has written.
    pub(crate) fn newest_operation(&mut self, own: Option<i64>) -> Result<i64> {
        let sql = "SELECT COALESCE(MAX(id), 0) FROM operation WHERE id <> ? AND label <> 'Start the database'";
        Ok(self.numbers(sql, &[Sql::Integer(own.unwrap_or_default())])?.first().copied().unwrap_or_default())
    }
}
