//! Search over everything, and the upkeep of the search text.

use super::{
    Crm, integer,
    search_rows::{self, index_rows},
    text,
};
use crate::{
    Result,
    record::{Column, Field, Grid, Kind, Row, Schema, Total, Value},
    store::{Dialect, Sql},
};
use std::sync::Arc;

/// How many rows' search text is rewritten at a time.
const BATCH: usize = 3000;
/// More matches than this are not counted.
const COUNTED: u64 = 10_000;

impl Crm {
    /// What of any kind is found by words, digits or pinyin; newest first within a kind.
    ///
    /// # Errors
    /// Storage faults.
    pub fn search(&mut self, words: &str, limit: u64) -> Result<Grid> {
        let column = |name: &str, label: &str, label_zh: &str| Column {
            name: name.into(),
            label: label.into(),
            label_zh: label_zh.into(),
            kind: Kind::Text,
        };
        let mut grid = Grid {
            noun: "records".into(),
            columns: vec![
                column("kind", "Kind", "类别"),
                column("name", "Name", "名称"),
                column("detail", "Detail", "详情"),
            ],
            ..Grid::default()
        };
        let kinds: Vec<_> = self.schemas().iter().filter(|schema| schema.searchable()).cloned().collect();
        let endings = Endings::of(words);
        let room = |rows: &[Row]| limit.saturating_sub(rows.len() as u64);
        let mut count = 0;
        for schema in kinds.iter().filter(|_| endings.is_some()) {
            let room = room(&grid.rows);
            self.search_kind(schema, endings.as_ref(), words, room, &mut grid.rows)?;
        }
        for schema in &kinds {
            // As many more as may be among those that are there already.
            let (room, before) = (room(&grid.rows), grid.rows.len());
            if room > 0 {
                self.search_kind(schema, None, words, limit, &mut grid.rows)?;
                unique(&mut grid.rows, before, room);
            }
            count += self.search_count(schema, words)?;
        }
        grid.total = match count {
            count if count > COUNTED => Total::MoreThan(COUNTED),
            count => Total::Exactly(count.max(grid.rows.len() as u64)),
        };
        Ok(grid)
    }

    /// How many records of a kind match, but no further than anybody wants to know.
    fn search_count(&mut self, schema: &Arc<Schema>, words: &str) -> Result<u64> {
        let dialect = self.db.dialect();
        let Some((matches, argument)) = super::condition::search_match(dialect, schema, words) else { return Ok(0) };
        let count = self.numbers(&format!("SELECT COUNT(*) FROM ({matches} LIMIT {}) c", COUNTED + 1), &[argument])?;
        Ok(count.first().copied().unwrap_or_default().unsigned_abs())
    }

    fn search_kind(
        &mut self,
        schema: &Arc<Schema>,
        endings: Option<&Endings>,
        words: &str,
        limit: u64,
        rows: &mut Vec<Row>,
    ) -> Result<()> {
        let dialect = self.db.dialect();
        let Some((matches, mut argument)) = super::condition::search_match(dialect, schema, words) else {
            return Ok(());
        };
        if let Some(Endings(digits)) = endings {
            argument = Sql::Text(if dialect == Dialect::Sqlite { format!("\"{digits}\"") } else { digits.clone() });
        }
        let table = schema.table;
        let telling =
            |field: &&Field| field.search && !field.title && field.stored() && !matches!(field.kind, Kind::Link(_));
        let cells: Vec<String> =
            schema.fields.iter().filter(telling).map(|field| format!("t.\"{}\"", field.name)).collect();
        let cells = if cells.is_empty() { "NULL".to_owned() } else { cells.join(", ") };
        let title = &schema.title().name;
        let sql = match dialect {
            Dialect::Sqlite => format!(
                "SELECT t.id, t.\"{title}\", {cells} FROM \"{table}_search\" s CROSS JOIN \"{table}\" t ON t.id = s.rowid \
                 WHERE s.\"{table}_search\" MATCH ? AND t.deleted_at IS NULL ORDER BY s.rowid DESC LIMIT {limit}"
            ),
            Dialect::Postgres => format!(
                "SELECT t.id, t.\"{title}\", {cells} FROM \"{table}\" t WHERE t.id IN ({matches}) AND t.deleted_at IS NULL \
                 ORDER BY t.id DESC LIMIT {limit}"
            ),
        };
        self.db.each(&sql, &[argument], &mut |cells| {
            let id = integer(&cells[0]);
            let details: Vec<String> = cells[2..].iter().map(text).filter(|text| !text.is_empty()).take(4).collect();
            let cells = vec![Value::text(schema.kind), Value::Text(text(&cells[1])), Value::Text(details.join(" · "))];
            rows.push(Row { id, short: schema.short(id), cells });
            Ok(())
        })
    }

    /// The words used so far in a field of an open list that begin so, for a person who is typing one.
    ///
    /// # Errors
    /// Storage faults.
    pub fn words_used(&mut self, schema: &Schema, field: &Field, beginning: &str) -> Result<Vec<String>> {
        if !field.index || field.has_key() {
            return Ok(Vec::new());
        }
        let folded = self.db.dialect().fold("word");
        let mut pattern = super::condition::like(beginning);
        pattern.remove(0);
        let words = self.words_of(schema, field, &format!("{folded} LIKE ? ESCAPE '\\' LIMIT 30"), pattern)?;
        Ok(words.iter().map(text).collect())
    }

    /// Rewrites the search text of every row of which an operation, behind that change, changed something that can be
    /// searched.
    pub(super) fn refresh_search(&mut self, operation: i64, since: i64) -> Result<()> {
        // One question for all kinds: an operation concerns few of them.
        let sql = "SELECT DISTINCT kind FROM change WHERE op = ? AND id > ?";
        let kinds = self.db.query(sql, &[Sql::Integer(operation), Sql::Integer(since)])?;
        let kinds: Vec<String> = kinds.iter().map(|row| text(&row[0])).collect();
        let concerned = |schema: &Schema| {
            kinds.iter().any(|kind| kind.split('.').next() == Some(schema.kind)) && schema.searchable()
        };
        for schema in self.schemas().to_vec().iter().filter(|schema| concerned(schema)) {
            let sql = format!(
                "SELECT DISTINCT \"key\" FROM change WHERE op = ? AND id > ? AND ({}) AND \"key\" > ? ORDER BY \"key\" LIMIT {BATCH}",
                search_rows::concerned(schema)
            );
            let mut last = i64::MIN;
            loop {
                let arguments = [Sql::Integer(operation), Sql::Integer(since), Sql::Integer(last)];
                let keys = self.numbers(&sql, &arguments)?;
                let Some(newest) = keys.last() else { break };
                last = *newest;
                self.index_rows(schema, &keys)?;
            }
        }
        Ok(())
    }

    /// Writes the search text of the named rows, as they stand.
    pub(crate) fn index_rows(&mut self, schema: &Schema, ids: &[i64]) -> Result<()> {
        index_rows(&mut *self.db, schema, ids)
    }

    /// Catches up with what other programs wrote past this one: search text and folded copies.
    ///
    /// # Errors
    /// Storage faults, or the database is busy.
    pub fn catch_up(&mut self) -> Result<()> {
        let sql = "SELECT id FROM operation WHERE door = 'outside' AND id > COALESCE(\
                   (SELECT CAST(value AS BIGINT) FROM meta WHERE \"key\" = 'outside_seen'), 0) ORDER BY id";
        let outside = self.numbers(sql, &[])?;
        if outside.is_empty() {
            return Ok(());
        }
        self.db.begin()?;
        let done = outside.iter().try_for_each(|operation| {
            self.refresh_keys(*operation)?;
            self.refresh_search(*operation, 0)
        });
        match done.and_then(|()| self.mark_seen()) {
            Ok(()) => self.db.commit(),
            Err(error) => {
                self.db.rollback()?;
                Err(error)
            }
        }
    }

    /// Writes of one second are one operation, so that of this second may still grow and is looked at again.
    fn mark_seen(&mut self) -> Result<()> {
        let sql = format!(
            "INSERT INTO meta (\"key\", value) SELECT 'outside_seen', CAST(MAX(id) AS TEXT) FROM operation \
             WHERE door = 'outside' AND at < {} HAVING MAX(id) IS NOT NULL \
             ON CONFLICT (\"key\") DO UPDATE SET value = excluded.value",
            self.db.dialect().now()
        );
        self.db.execute(&sql, &[]).map(drop)
    }

    /// Rewrites the folded copies of every row that an operation changed.
    pub(super) fn refresh_keys(&mut self, operation: i64) -> Result<()> {
        for schema in self.schemas().to_vec() {
            let keyed: Vec<&Field> = schema.fields.iter().filter(|field| field.has_key()).collect();
            if keyed.is_empty() {
                continue;
            }
            let sql = "SELECT DISTINCT \"key\" FROM change WHERE op = ? AND kind = ?";
            let ids = self.numbers(sql, &[Sql::Integer(operation), Sql::Text(schema.kind.to_owned())])?;
            let names: Vec<String> = keyed.iter().map(|field| format!("\"{}\"", field.name)).collect();
            let sets: Vec<String> = keyed.iter().map(|field| format!("\"{}_key\" = ?", field.name)).collect();
            let read = format!("SELECT {} FROM \"{}\" WHERE id = ?", names.join(", "), schema.table);
            let write = format!("UPDATE \"{}\" SET {} WHERE id = ?", schema.table, sets.join(", "));
            for id in ids {
                let Some(row) = self.db.first(&read, &[Sql::Integer(id)])? else { continue };
                let mut cells: Vec<Sql> = row.iter().map(folded_copy).collect();
                cells.push(Sql::Integer(id));
                self.db.execute(&write, &cells)?;
            }
        }
        Ok(())
    }
}

/// Digits by which a person remembers a phone: those that end so come before those that merely have them.
struct Endings(String);

impl Endings {
    fn of(words: &str) -> Option<Self> {
        let sign = |letter: char| letter.is_ascii_digit() || " -+()".contains(letter);
        let digits: String = words.chars().filter(char::is_ascii_digit).collect();
        (digits.len() >= 4 && words.chars().all(sign)).then_some(Self(digits))
    }
}

/// Takes away the rows after `before` that are there already, and those beyond the room for them.
fn unique(rows: &mut Vec<Row>, before: usize, room: u64) {
    let mut found = rows.split_off(before);
    found.retain(|row| rows.iter().all(|known| known.short != row.short));
    found.truncate(usize::try_from(room).unwrap_or(usize::MAX));
    rows.append(&mut found);
}

fn folded_copy(cell: &Sql) -> Sql {
    match cell {
        Sql::Text(text) => super::folded(text),
        _ => Sql::Null,
    }
}
