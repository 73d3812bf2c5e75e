//! What happened: the history of a record, and the operations of everybody.

use super::{Crm, integer, text};
use crate::{
    Result,
    record::{Currency, Field, Kind, Link, Money, Schema, Value},
    store::Sql,
};
use serde_json::Value as Json;

/// One change of one field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryLine {
    pub operation: i64,
    pub at: String,
    pub actor: String,
    pub door: String,
    pub label: String,
    /// Empty when the whole record was made or deleted.
    pub field: String,
    pub kind: Kind,
    pub before: Value,
    pub after: Value,
    /// `insert`, `update` or `delete`.
    pub what: String,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationLine {
    pub id: i64,
    pub at: String,
    pub actor: String,
    pub door: String,
    pub label: String,
    pub undoes: Option<i64>,
    pub undone_by: Option<i64>,
}

impl Crm {
    /// The number of the latest change of anything by anybody: as long as it stays the same, nothing was written.
    ///
    /// # Errors
    /// Storage faults.
    pub fn latest_change(&mut self) -> Result<i64> {
        Ok(self.numbers("SELECT MAX(id) FROM change", &[])?.first().copied().unwrap_or_default())
    }

    /// Every change of a record, oldest first.
    ///
    /// # Errors
    /// Storage faults.
    pub fn history(&mut self, kind: &str, id: i64) -> Result<Vec<HistoryLine>> {
        let schema = self.schema(kind)?;
        let sql = "SELECT c.op, o.at, o.actor_name, o.door, o.label, c.kind, c.what, c.before, c.after FROM change c \
                   JOIN operation o ON o.id = c.op WHERE c.\"key\" = ? AND (c.kind = ? OR c.kind LIKE ?) ORDER BY c.op, c.id";
        let arguments = [Sql::Integer(id), Sql::Text(kind.to_owned()), Sql::Text(format!("{kind}.%"))];
        let rows = self.db.query(sql, &arguments)?;
        let mut currencies = self.currencies(&schema, id);
        let mut logged: Vec<(Json, Json)> = rows
            .iter()
            .rev()
            .map(|row| {
                let (mut before, mut after) = (json(&row[7]), json(&row[8]));
                if text(&row[5]) == kind {
                    currencies.complete(&mut before, &mut after);
                }
                (before, after)
            })
            .collect();
        let mut lines: Vec<HistoryLine> = Vec::new();
        for row in rows {
            let line = line_of(&row);
            let (before, after) = logged.pop().unwrap_or_default();
            match text(&row[5]).split_once('.') {
                Some((_, list)) => self.list_change(&schema, &mut lines, line, list, &before, &after)?,
                None if line.what == "update" => self.field_changes(&schema, &mut lines, &line, &before, &after)?,
                None => lines.push(line),
            }
        }
        lines.retain_mut(forget_moved);
        Ok(lines)
    }

    /// The changes of single fields that still stand, newest first: handed over one by one until `more` says no. They
    /// are read some hundreds at a time, however many there are.
    ///
    /// # Errors
    /// Storage faults, and whatever `more` says.
    pub(crate) fn standing_changes(
        &mut self,
        kind: &str,
        id: i64,
        more: &mut dyn FnMut(&mut Self, i64, HistoryLine) -> Result<bool>,
    ) -> Result<()> {
        let schema = self.schema(kind)?;
        // What was undone did not happen, nor did its undoing; a redo lets it stand again.
        let sql = "SELECT c.op, o.at, o.actor_name, o.door, o.label, c.id, c.what, c.before, c.after FROM change c \
                   JOIN operation o ON o.id = c.op WHERE c.\"key\" = ? AND c.kind = ? AND c.what = 'update' AND c.id < ? \
                   AND o.undone_by IS NULL AND o.undoes IS NULL ORDER BY c.id DESC LIMIT 200";
        let mut currencies = self.currencies(&schema, id);
        let mut last = i64::MAX;
        loop {
            let rows = self.db.query(sql, &[Sql::Integer(id), Sql::Text(kind.to_owned()), Sql::Integer(last)])?;
            for row in &rows {
                last = integer(&row[5]);
                let mut lines = Vec::new();
                let line = line_of(row);
                let (mut before, mut after) = (json(&row[7]), json(&row[8]));
                currencies.complete(&mut before, &mut after);
                self.field_changes(&schema, &mut lines, &line, &before, &after)?;
                for line in lines {
                    if !more(self, last, line)? {
                        return Ok(());
                    }
                }
            }
            if rows.len() < 200 {
                return Ok(());
            }
        }
    }

    /// The record that a link pointed to at an instant, as far as the change log tells: whoever looked after a customer
    /// when a deal was won keeps the credit for it.
    ///
    /// # Errors
    /// [`Cause::NotFound`](crate::Cause::NotFound) when there is no such record.
    pub fn linked_at(&mut self, kind: &str, id: i64, field: &str, instant: jiff::Timestamp) -> Result<Option<i64>> {
        let entry = self.record(kind, id)?;
        let at = crate::record::types::timestamp_text(instant);
        let sql = "SELECT c.before FROM change c JOIN operation o ON o.id = c.op \
                   WHERE c.\"key\" = ? AND c.kind = ? AND c.what = 'update' AND o.at > ? ORDER BY c.id";
        let arguments = [Sql::Integer(id), Sql::Text(kind.to_owned()), Sql::Text(at)];
        // The first change since then tells what stood before it.
        for row in self.db.query(sql, &arguments)? {
            if let Some(before) = json(&row[0]).get(field) {
                return Ok(before.as_i64());
            }
        }
        Ok(entry.value(field).as_integer())
    }

    /// The currencies of a record's amounts as they stand.
    fn currencies(&mut self, schema: &Schema, id: i64) -> Currencies {
        let amounts: Vec<&Field> = schema.fields.iter().filter(|f| f.kind == Kind::Money && f.stored()).collect();
        let entry = if amounts.is_empty() { None } else { self.record(schema.kind, id).ok() };
        let code = |field: &&Field| match entry.as_ref()?.value(&field.name) {
            Value::Money(money) => Some(money.currency.to_string()),
            _ => None,
        };
        Currencies(amounts.iter().map(|field| (field.name.to_string(), code(field))).collect())
    }

    fn field_changes(
        &mut self,
        schema: &Schema,
        lines: &mut Vec<HistoryLine>,
        line: &HistoryLine,
        before: &Json,
        after: &Json,
    ) -> Result<()> {
        let names = after.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        for name in names {
            let (name, kind) = match schema.field(&name) {
                Some(field) => (name, field.kind.clone()),
                // The currency belongs to its amount, which has a line of its own unless only the currency changed.
                None if name.ends_with("_currency") && after.get(name.trim_end_matches("_currency")).is_some() => {
                    continue;
                }
                None => (name, Kind::Text),
            };
            let old = self.logged(&kind, &name, before)?;
            let new = self.logged(&kind, &name, after)?;
            lines.push(HistoryLine { field: name, kind, before: old, after: new, ..line.clone() });
        }
        Ok(())
    }

    /// Tags and other lists show as one field: what one operation took out of it and put into it.
    fn list_change(
        &mut self,
        schema: &Schema,
        lines: &mut Vec<HistoryLine>,
        line: HistoryLine,
        list: &str,
        before: &Json,
        after: &Json,
    ) -> Result<()> {
        let kind = schema.field(list).map_or(Kind::tags(), |field: &Field| field.kind.clone());
        let Kind::List(item) = &kind else { return Ok(()) };
        let gone = self.logged(item, "value", before)?;
        let come = self.logged(item, "value", after)?;
        if gone == come || line.what == "update" {
            return Ok(());
        }
        let made =
            |other: &HistoryLine| other.operation == line.operation && other.field.is_empty() && other.what == "insert";
        if lines.iter().any(made) {
            return Ok(());
        }
        let found = lines.iter().position(|other| other.operation == line.operation && other.field == list);
        let place = found.unwrap_or(lines.len());
        if found.is_none() {
            lines.push(HistoryLine {
                field: list.to_owned(),
                kind: kind.clone(),
                before: Value::List(Vec::new()),
                after: Value::List(Vec::new()),
                what: "update".to_owned(),
                ..line
            });
        }
        let entry = &mut lines[place];
        for (side, value) in [(&mut entry.before, gone), (&mut entry.after, come)] {
            if let Value::List(items) = side
                && !value.is_empty()
            {
                items.push(value);
            }
        }
        Ok(())
    }

    /// A value as the change log keeps it.
    fn logged(&mut self, kind: &Kind, name: &str, fields: &Json) -> Result<Value> {
        let value = fields.get(name).unwrap_or(&Json::Null);
        Ok(match (kind, value) {
            (_, Json::Null) => Value::Null,
            (Kind::YesNo, value) => Value::Bool(value.as_bool().unwrap_or_else(|| value.as_i64() == Some(1))),
            (Kind::Money, Json::Number(minor)) => {
                let code = fields.get(format!("{name}_currency")).and_then(Json::as_str);
                let code = code.and_then(|code| <[u8; 3]>::try_from(code.as_bytes()).ok());
                let currency = code.map_or(self.reading.currency, Currency);
                Value::Money(Money { minor: minor.as_i64().unwrap_or_default(), currency })
            }
            (Kind::Link(target), Json::Number(id)) => {
                let id = id.as_i64().unwrap_or_default();
                let target = self.schema(target)?;
                let title = self.title(target.kind, id).unwrap_or_else(|_| target.short(id));
                Value::Link(Link { id, title, uid: String::new(), letter: target.letter })
            }
            (_, Json::Number(number)) => Value::Integer(number.as_i64().unwrap_or_default()),
            (_, Json::Bool(yes)) => Value::Bool(*yes),
            (_, Json::String(text)) => Value::text(text),
            (_, other) => Value::Text(other.to_string()),
        })
    }

    /// The newest operations; all of them without a limit.
    ///
    /// # Errors
    /// Storage faults.
    pub fn operations(&mut self, limit: Option<u64>) -> Result<Vec<OperationLine>> {
        let limit = limit.map(|limit| format!(" LIMIT {}", limit.min(i64::MAX.unsigned_abs()))).unwrap_or_default();
        let sql =
            format!("SELECT id, at, actor_name, door, label, undoes, undone_by FROM operation ORDER BY id DESC{limit}");
        Ok(self.db.query(&sql, &[])?.iter().map(|row| operation_line(row)).collect())
    }

    pub(super) fn operation_of(&mut self, id: i64) -> Result<Option<OperationLine>> {
        let sql = "SELECT id, at, actor_name, door, label, undoes, undone_by FROM operation WHERE id = ?";
        Ok(self.db.first(sql, &[Sql::Integer(id)])?.map(|row| operation_line(&row)))
    }
}

/// The currency of each amount of a record while its changes are read backwards: the log names the currency only where
/// that changed too.
struct Currencies(Vec<(String, Option<String>)>);

impl Currencies {
    /// Names the currencies in the change before those that were read already.
    fn complete(&mut self, before: &mut Json, after: &mut Json) {
        for (field, code) in &mut self.0 {
            let name = format!("{field}_currency");
            if after.get(&name).is_some() {
                *code = before.get(&name).and_then(Json::as_str).map(str::to_owned);
                continue;
            }
            for side in [&mut *before, &mut *after] {
                if let (Some(object), Some(code)) = (side.as_object_mut(), &code)
                    && object.contains_key(field)
                {
                    object.insert(name.clone(), Json::from(code.as_str()));
                }
            }
        }
    }
}

/// What only changed its place in a list was neither taken out nor put in; a line is kept while anything was.
fn forget_moved(line: &mut HistoryLine) -> bool {
    let (Value::List(gone), Value::List(come)) = (&mut line.before, &mut line.after) else { return true };
    let moved: Vec<Value> = gone.iter().filter(|value| come.contains(value)).cloned().collect();
    gone.retain(|value| !moved.contains(value));
    come.retain(|value| !moved.contains(value));
    !gone.is_empty() || !come.is_empty()
}

/// What a row of the log says of its operation; the fields are told apart later.
fn line_of(row: &[Sql]) -> HistoryLine {
    HistoryLine {
        operation: integer(&row[0]),
        at: text(&row[1]),
        actor: text(&row[2]),
        door: text(&row[3]),
        label: text(&row[4]),
        what: text(&row[6]),
        field: String::new(),
        kind: Kind::Text,
        before: Value::Null,
        after: Value::Null,
    }
}

fn operation_line(row: &[Sql]) -> OperationLine {
    let number = |cell: &Sql| if let Sql::Integer(number) = cell { Some(*number) } else { None };
    OperationLine {
        id: integer(&row[0]),
        at: text(&row[1]),
        actor: text(&row[2]),
        door: text(&row[3]),
        label: text(&row[4]),
        undoes: number(&row[5]),
        undone_by: number(&row[6]),
    }
}

fn json(cell: &Sql) -> Json {
    match cell {
        Sql::Text(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => Json::Null,
    }
}
