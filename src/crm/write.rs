//! Writing records: every write is checked against the kind's rules and uniqueness inside its own transaction.

use super::{
    Crm, Entry,
    conversion::{column_names, plain, to_sql},
    integer,
};
use crate::{
    Result, catalog,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Field, Id, Kind, Record, Schema, Value, Values, types},
    store::Sql,
};
use std::sync::Arc;

/// What a change did: the fields with their old and new values, and the version now.
#[derive(Debug, Clone, Default)]
pub struct Save {
    pub id: i64,
    pub version: i64,
    pub changed: Vec<(String, Value, Value)>,
}

/// Records that depend on another: how many of which kind, through which field, and whether they go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependents {
    pub kind: &'static str,
    pub field: String,
    pub count: u64,
    pub goes_along: bool,
}

impl Crm {
    /// Adds a record and says its number.
    ///
    /// # Errors
    /// A missing or unfitting value, a rule of the kind, or a duplicate ([`Cause::Conflict`], naming the holder).
    #[expect(clippy::needless_pass_by_value, reason = "callers build the values for this one call")]
    pub fn add(&mut self, kind: &str, values: Values) -> Result<i64> {
        self.add_where(kind, &values, false)
    }

    /// As [`Crm::add`], but an e-mail or phone that another live record has is no obstacle when so wished.
    ///
    /// # Errors
    /// As [`Crm::add`].
    pub fn add_where(&mut self, kind: &str, values: &Values, allow_duplicate: bool) -> Result<i64> {
        let outermost = self.operation.is_none();
        let label = format!("Add {kind}");
        self.transaction(&label, |crm| {
            let schema = crm.schema(kind)?;
            let mut draft = Draft { schema, id: None, stored: Vec::new(), values: values.clone(), removing: false };
            let id = crm.insert_draft(&mut draft, allow_duplicate)?;
            if outermost {
                let title = draft.get(&draft.schema.title().name.clone());
                crm.relabel(&format!("{label} {} {}", draft.schema.short(id), title.as_text().unwrap_or_default()))?;
            }
            Ok(id)
        })
    }

    /// Adds a typed record.
    ///
    /// # Errors
    /// As [`Crm::add`].
    pub fn insert<T: Record>(&mut self, record: &T) -> Result<Id<T>> {
        let values = record.values().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Id::new(self.add(T::KIND, values)?))
    }

    /// Writes the fields of a typed record that differ from what is stored.
    ///
    /// # Errors
    /// As [`Crm::change`]; somebody else's change since it was read is a conflict.
    pub fn save<T: Record>(&mut self, id: Id<T>, version: i64, record: &T) -> Result<Save> {
        let values = record.values().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.change(T::KIND, id.number, values, Some(version))
    }

    /// Changes fields of a record; `expected` is the version it was read at, where that matters.
    ///
    /// # Errors
    /// As [`Crm::add`], and [`Cause::Conflict`] when the version is another.
    #[expect(clippy::needless_pass_by_value, reason = "callers build the values for this one call")]
    pub fn change(&mut self, kind: &str, id: i64, values: Values, expected: Option<i64>) -> Result<Save> {
        self.change_where(kind, id, &values, expected, false)
    }

    /// As [`Crm::change`], but a duplicate e-mail or phone is no obstacle when so wished.
    ///
    /// # Errors
    /// As [`Crm::change`].
    pub fn change_where(
        &mut self,
        kind: &str,
        id: i64,
        values: &Values,
        expected: Option<i64>,
        allow_duplicate: bool,
    ) -> Result<Save> {
        let outermost = self.operation.is_none();
        self.transaction(&format!("Edit {kind}"), |crm| {
            let entry = crm.record(kind, id)?;
            refuse_version(&entry, expected)?;
            refuse_deleted(&entry)?;
            let title = entry.title();
            let mut draft = Draft {
                schema: entry.schema.clone(),
                id: Some(id),
                stored: entry.values,
                values: values.clone(),
                removing: false,
            };
            let save = crm.update_draft(&mut draft, allow_duplicate)?;
            if outermost {
                let fields: Vec<&str> = save.changed.iter().map(|(name, _, _)| name.as_str()).collect();
                crm.relabel(&format!("Edit {kind} {} {title}: {}", draft.schema.short(id), fields.join(", ")))?;
            }
            Ok(save)
        })
    }

    /// Gives the current operation a better name, once it is known what it did.
    pub(crate) fn relabel(&mut self, label: &str) -> Result<()> {
        if let Some(operation) = self.operation {
            self.db.execute(
                "UPDATE operation SET label = ? WHERE id = ?",
                &[Sql::Text(label.trim().to_owned()), Sql::Integer(operation)],
            )?;
        }
        Ok(())
    }

    /// Names the current operation after what it did to which records: `Remove C3, P7`.
    ///
    /// # Errors
    /// Storage faults.
    pub fn label_with_refs(&mut self, word: &str, records: &[(&'static str, i64)]) -> Result<()> {
        let mut shorts = Vec::new();
        for (kind, id) in records.iter().take(5) {
            shorts.push(self.schema(kind)?.short(*id));
        }
        if let [(kind, id)] = records {
            shorts.push(self.title(kind, *id)?);
        }
        let more = if records.len() > 5 { format!(" and {} more", records.len() - 5) } else { String::new() };
        let glue = if records.len() == 1 { " " } else { ", " };
        self.relabel(&format!("{word} {}{more}", shorts.join(glue)))
    }

    /// Writes a new record from its draft, in the running transaction.
    pub(crate) fn insert_draft(&mut self, draft: &mut Draft, allow_duplicate: bool) -> Result<i64> {
        self.complete(draft)?;
        (rules(&draft.schema).check)(self, draft)?;
        refuse_missing(draft)?;
        self.refuse_duplicates(draft, allow_duplicate)?;
        let id = self.insert_row(draft)?;
        draft.id = Some(id);
        (rules(&draft.schema).settle)(self, draft)?;
        Ok(id)
    }

    /// Writes a changed record from its draft, in the running transaction.
    pub(crate) fn update_draft(&mut self, draft: &mut Draft, allow_duplicate: bool) -> Result<Save> {
        (rules(&draft.schema).check)(self, draft)?;
        draft.reduce();
        let id = draft.id.unwrap_or_default();
        let version = draft.before("version").as_integer().unwrap_or_default();
        if draft.values.is_empty() {
            return Ok(Save { id, version, changed: Vec::new() });
        }
        refuse_cleared(draft)?;
        self.refuse_duplicates(draft, allow_duplicate)?;
        self.update_row(draft)?;
        (rules(&draft.schema).settle)(self, draft)?;
        let mut changed = Vec::with_capacity(draft.values.len());
        for (name, value) in &draft.values {
            changed.push((name.clone(), draft.before(name), self.titled(&draft.schema, name, value)));
        }
        Ok(Save { id, version: version + 1, changed })
    }

    /// A value that was written, with the names of the records that it points to.
    fn titled(&mut self, schema: &Schema, name: &str, value: &Value) -> Value {
        let target = schema.field(name).and_then(|field| field.kind.target()).map(str::to_owned);
        match (target, value) {
            (Some(target), Value::Link(link)) => {
                let title = self.title(&target, link.id).unwrap_or_default();
                Value::Link(crate::record::Link { title, ..link.clone() })
            }
            (Some(_), Value::List(items)) => {
                Value::List(items.iter().map(|item| self.titled(schema, name, item)).collect())
            }
            _ => value.clone(),
        }
    }

    /// Fills in the declared defaults.
    fn complete(&mut self, draft: &mut Draft) -> Result<()> {
        for field in &draft.schema.clone().fields {
            let Some(default) = &field.default else { continue };
            if field.writable() && draft.changed(&field.name).is_none_or(Value::is_empty) {
                let value = self.parse_value(field, default)?;
                draft.set(&field.name, value);
            }
        }
        Ok(())
    }

    fn insert_row(&mut self, draft: &Draft) -> Result<i64> {
        let now = self.now_text();
        let mut names = vec!["uid".to_owned(), "created_at".into(), "created_by".into(), "updated_at".into()];
        let uid = match draft.changed("uid") {
            Some(Value::Text(uid)) => uid.clone(),
            _ => self.new_uid(),
        };
        let creator = self.actor().map_or(Sql::Null, |(id, _)| Sql::Integer(id));
        let mut cells = vec![Sql::Text(uid), Sql::Text(now.clone()), creator, Sql::Text(now)];
        for (name, value) in &draft.values {
            let Some(field) = draft.schema.field(name).filter(|field| field.stored() && !field.engine) else {
                continue;
            };
            names.extend(column_names(field));
            to_sql(field, value, &mut cells);
        }
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let marks = vec!["?"; names.len()].join(", ");
        let sql =
            format!("INSERT INTO \"{}\" ({}) VALUES ({marks}) RETURNING id", draft.schema.table, names.join(", "));
        let row = self.db.first(&sql, &cells)?.unwrap_or_default();
        let id = row.first().map(integer).unwrap_or_default();
        for (name, value) in &draft.values {
            if let Some(field) = draft.schema.field(name).filter(|field| field.kind.is_list()) {
                self.insert_list(&draft.schema, field, id, value)?;
            }
        }
        Ok(id)
    }

    fn update_row(&mut self, draft: &Draft) -> Result<()> {
        let id = draft.id.unwrap_or_default();
        let (mut sets, mut cells) = (vec!["\"updated_at\" = ?".to_owned()], vec![Sql::Text(self.now_text())]);
        for (name, value) in &draft.values {
            let Some(field) = draft.schema.field(name) else { continue };
            if field.kind.is_list() {
                self.replace_list(&draft.schema, field, id, value)?;
            } else if field.stored() {
                sets.extend(column_names(field).iter().map(|column| format!("\"{column}\" = ?")));
                to_sql(field, value, &mut cells);
            }
        }
        cells.push(Sql::Integer(id));
        let sql =
            format!("UPDATE \"{}\" SET {}, version = version + 1 WHERE id = ?", draft.schema.table, sets.join(", "));
        self.db.execute(&sql, &cells)?;
        Ok(())
    }

    pub(super) fn insert_list(&mut self, schema: &Schema, field: &Field, id: i64, value: &Value) -> Result<()> {
        let sql = format!("INSERT INTO \"{}\" (record, position, value) VALUES (?, ?, ?)", schema.list_table(field));
        for (position, item) in (0..).zip(value.items()) {
            self.db.execute(&sql, &[Sql::Integer(id), Sql::Integer(position), plain(item)])?;
        }
        Ok(())
    }

    /// Removes what is gone, adds what is new, moves what stays.
    fn replace_list(&mut self, schema: &Schema, field: &Field, id: i64, value: &Value) -> Result<()> {
        let table = schema.list_table(field);
        let stored =
            self.db.query(&format!("SELECT position, value FROM \"{table}\" WHERE record = ?"), &[Sql::Integer(id)])?;
        let wanted: Vec<Sql> = value.items().iter().map(plain).collect();
        for row in stored.iter().filter(|row| !wanted.contains(&row[1])) {
            let sql = format!("DELETE FROM \"{table}\" WHERE record = ? AND value = ?");
            self.db.execute(&sql, &[Sql::Integer(id), row[1].clone()])?;
        }
        for (position, item) in (0_i64..).zip(wanted) {
            let position = Sql::Integer(position);
            let sql = match stored.iter().find(|row| row[1] == item) {
                Some(row) if row[0] == position => continue,
                Some(_) => format!("UPDATE \"{table}\" SET position = ? WHERE record = ? AND value = ?"),
                None => format!("INSERT INTO \"{table}\" (position, record, value) VALUES (?, ?, ?)"),
            };
            self.db.execute(&sql, &[position, Sql::Integer(id), item])?;
        }
        Ok(())
    }

    /// Sets one field beside the rules, for what a rule itself brings about.
    pub(crate) fn set_directly(&mut self, kind: &str, id: i64, field: &str, value: Value) -> Result<()> {
        let entry = self.record(kind, id)?;
        let draft = Draft {
            schema: entry.schema.clone(),
            id: Some(id),
            stored: entry.values,
            values: vec![(field.to_owned(), value)],
            removing: false,
        };
        self.update_row(&draft)
    }

    pub(crate) fn new_uid(&self) -> String {
        let now = self.reading.clock.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let part = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, part)).to_string()
    }

    /// What a person wrote for a field, as its value: links are looked up by any of their names.
    ///
    /// # Errors
    /// What does not parse, or a link to nobody or to several.
    pub fn parse_value(&mut self, field: &Field, text: &str) -> Result<Value> {
        let value = types::parse(&field.kind, text, &self.reading).map_err(|error| error.on_field(&*field.name))?;
        self.resolved(&field.kind, value).map_err(|error| error.on_field(&*field.name))
    }

    fn resolved(&mut self, kind: &Kind, value: Value) -> Result<Value> {
        match (kind, value) {
            (Kind::Link(target), Value::Text(text)) => self.link(target, &text),
            (Kind::List(item), Value::List(items)) if item.target().is_some() => {
                items.into_iter().map(|value| self.resolved(item, value)).collect::<Result<_>>().map(Value::List)
            }
            (_, value) => Ok(value),
        }
    }

    /// Refuses values that another live record holds: `unique` ones always, e-mails and phones unless so wished.
    fn refuse_duplicates(&mut self, draft: &Draft, allow: bool) -> Result<()> {
        let schema = draft.schema.clone();
        for (name, value) in &draft.values {
            let Some(field) = schema.field(name) else { continue };
            if value.is_empty() || !(field.unique || field.matching && !allow) {
                continue;
            }
            if let Some(holder) = self.holder(&schema, field, value, draft.id)? {
                return Err(self.duplicate(&schema, field, value, holder));
            }
        }
        Ok(())
    }

    /// The live record that holds the value already.
    pub(crate) fn holder(
        &mut self,
        schema: &Schema,
        field: &Field,
        value: &Value,
        except: Option<i64>,
    ) -> Result<Option<i64>> {
        let except = Sql::Integer(except.unwrap_or_default());
        if field.kind.is_list() {
            let sql = format!(
                "SELECT t.id FROM \"{}\" l JOIN \"{}\" t ON t.id = l.record WHERE l.value = ? AND t.id <> ? AND t.deleted_at IS NULL LIMIT 1",
                schema.list_table(field),
                schema.table
            );
            for item in value.items() {
                if let Some(id) = self.numbers(&sql, &[plain(item), except.clone()])?.first() {
                    return Ok(Some(*id));
                }
            }
            return Ok(None);
        }
        // A phone is the same one whether it was entered as the main or the mobile number.
        let alike = |other: &&Field| other.matching && other.stored() && other.kind == field.kind && !field.unique;
        let mut columns: Vec<String> = schema.fields.iter().filter(alike).map(|other| other.name.to_string()).collect();
        let key = field.has_key();
        if field.unique || columns.is_empty() {
            columns = vec![if key { format!("{}_key", field.name) } else { field.name.to_string() }];
        }
        for column in columns {
            let sql = format!(
                "SELECT id FROM \"{}\" WHERE \"{column}\" = ? AND id <> ? AND deleted_at IS NULL LIMIT 1",
                schema.table
            );
            let cell = match value {
                Value::Text(text) if key => super::folded(text),
                value => plain(value),
            };
            if let Some(id) = self.numbers(&sql, &[cell, except.clone()])?.first() {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    }

    fn duplicate(&mut self, schema: &Schema, field: &Field, value: &Value, holder: i64) -> Error {
        let title = self.title(schema.kind, holder).unwrap_or_default();
        let error = Error::new(
            Cause::Conflict,
            Message::new("{holder} {title} has the {field} {value} already.")
                .with("holder", schema.short(holder))
                .with("title", title)
                .with("field", &field.name)
                .with("value", types::show(&field.kind, value)),
        )
        .on_field(&*field.name);
        let hint = if field.unique {
            Message::new("kehu show {holder}").with("holder", schema.short(holder))
        } else {
            Message::new("kehu show {holder}   (or repeat with --allow-duplicate)").with("holder", schema.short(holder))
        };
        error.hint(hint)
    }

    /// What points to a record, and whether it would go to the recycle bin along with it.
    ///
    /// # Errors
    /// Storage faults.
    pub fn dependents(&mut self, kind: &str, id: i64) -> Result<Vec<Dependents>> {
        let mut found = Vec::new();
        for schema in self.schemas().to_vec() {
            let points = |field: &&Field| field.stored() && !field.engine && field.kind.target() == Some(kind);
            for field in schema.fields.iter().filter(points) {
                let sql = format!(
                    "SELECT COUNT(*) FROM \"{}\" WHERE \"{}\" = ? AND deleted_at IS NULL",
                    schema.table, field.name
                );
                let count = self.numbers(&sql, &[Sql::Integer(id)])?.first().copied().unwrap_or_default();
                if count > 0 {
                    found.push(Dependents {
                        kind: schema.kind,
                        field: field.name.to_string(),
                        count: count.unsigned_abs(),
                        goes_along: field.child,
                    });
                }
            }
        }
        Ok(found)
    }

    /// Moves a record to the recycle bin, with what belongs to it. Says what went.
    ///
    /// # Errors
    /// Refuses colleagues and branches that others still depend on.
    pub fn remove(&mut self, kind: &str, id: i64) -> Result<Vec<(&'static str, i64)>> {
        let outermost = self.operation.is_none();
        self.transaction(&format!("Remove {kind}"), |crm| {
            let entry = crm.record(kind, id)?;
            refuse_deleted(&entry)?;
            if matches!(kind, "user" | "branch")
                && let Some(first) = crm.dependents(kind, id)?.first()
            {
                return Err(still_needed(&entry, first));
            }
            let mut gone = Vec::new();
            crm.remove_entry(&entry, &mut gone)?;
            if outermost {
                crm.relabel(&format!("Remove {kind} {} {}", entry.short(), entry.title()))?;
            }
            Ok(gone)
        })
    }

    fn remove_entry(&mut self, entry: &Entry, gone: &mut Vec<(&'static str, i64)>) -> Result<()> {
        for (child, id) in self.children(entry.schema.kind, entry.id, "AND deleted_at IS NULL")? {
            let child = self.record(child, id)?;
            self.remove_entry(&child, gone)?;
        }
        let now = self.now_text();
        let mut draft = Draft {
            schema: entry.schema.clone(),
            id: Some(entry.id),
            stored: entry.values.clone(),
            values: vec![("deleted_at".to_owned(), Value::Text(now))],
            removing: true,
        };
        (rules(&draft.schema).check)(self, &mut draft)?;
        self.update_row(&draft)?;
        (rules(&draft.schema).settle)(self, &draft)?;
        gone.push((entry.schema.kind, entry.id));
        Ok(())
    }

    fn children(&mut self, kind: &str, id: i64, condition: &str) -> Result<Vec<(&'static str, i64)>> {
        let mut found = Vec::new();
        for schema in self.schemas().to_vec() {
            for field in schema.fields.iter().filter(|field| field.child && field.kind.target() == Some(kind)) {
                let sql =
                    format!("SELECT id FROM \"{}\" WHERE \"{}\" = ? {condition} ORDER BY id", schema.table, field.name);
                let ids = self.numbers(&sql, &[Sql::Integer(id)])?;
                found.extend(ids.into_iter().map(|id| (schema.kind, id)));
            }
        }
        Ok(found)
    }

    /// Brings a record back from the recycle bin, with what went there together with it. Says what came back.
    ///
    /// # Errors
    /// [`Cause::Conflict`] when a live record holds one of its unique values, e-mail or phone meanwhile.
    pub fn restore(&mut self, kind: &str, id: i64) -> Result<Vec<(&'static str, i64)>> {
        let outermost = self.operation.is_none();
        self.transaction(&format!("Restore {kind}"), |crm| {
            let entry = crm.record(kind, id)?;
            if !entry.is_deleted() {
                return Err(Error::new(
                    Cause::Refused,
                    Message::new("{record} is not in the recycle bin.").with("record", entry.short()),
                ));
            }
            let mut back = Vec::new();
            crm.restore_entry(&entry, &mut back)?;
            if outermost {
                crm.relabel(&format!("Restore {kind} {} {}", entry.short(), entry.title()))?;
            }
            Ok(back)
        })
    }

    fn restore_entry(&mut self, entry: &Entry, back: &mut Vec<(&'static str, i64)>) -> Result<()> {
        let removal = self.removal_of(entry.schema.kind, entry.id)?;
        let mut whole = Draft {
            schema: entry.schema.clone(),
            id: Some(entry.id),
            stored: Vec::new(),
            values: entry
                .schema
                .fields
                .iter()
                .zip(&entry.values)
                .map(|(field, value)| (field.name.to_string(), value.clone()))
                .collect(),
            removing: false,
        };
        self.refuse_duplicates(&whole, false)?;
        whole.stored.clone_from(&entry.values);
        whole.values = vec![("deleted_at".to_owned(), Value::Null)];
        (rules(&whole.schema).check)(self, &mut whole)?;
        self.update_row(&whole)?;
        (rules(&whole.schema).settle)(self, &whole)?;
        back.push((entry.schema.kind, entry.id));
        for (child, id) in self.children(entry.schema.kind, entry.id, "AND deleted_at IS NOT NULL")? {
            if removal.is_some() && self.removal_of(child, id)? == removal {
                let child = self.record(child, id)?;
                self.restore_entry(&child, back)?;
            }
        }
        Ok(())
    }

    /// The operation that moved a record to the recycle bin.
    fn removal_of(&mut self, kind: &str, id: i64) -> Result<Option<i64>> {
        let sql = "SELECT op FROM change WHERE kind = ? AND \"key\" = ? AND after LIKE '%\"deleted_at\"%' ORDER BY id DESC LIMIT 1";
        Ok(self.numbers(sql, &[Sql::Text(kind.to_owned()), Sql::Integer(id)])?.first().copied())
    }

    /// Deletes a record that is in the recycle bin for good, with what belongs to it and all their history.
    ///
    /// # Errors
    /// Refuses a live record, and one that others still point to.
    pub fn purge(&mut self, kind: &str, id: i64) -> Result<()> {
        self.transaction(&format!("Purge {kind}"), |crm| {
            let entry = crm.record(kind, id)?;
            if !entry.is_deleted() {
                return Err(Error::new(
                    Cause::Refused,
                    Message::new("{record} is not in the recycle bin, so it cannot be purged.")
                        .with("record", entry.short()),
                )
                .hint(Message::new("kehu {kind} rm {record}").with("kind", kind).with("record", entry.short())));
            }
            if let Some(first) = crm.dependents(kind, id)?.first() {
                return Err(still_needed(&entry, first));
            }
            crm.purge_entry(&entry)?;
            crm.relabel(&format!("Purge {kind} {}", entry.short()))?;
            crm.seal()
        })
    }

    fn purge_entry(&mut self, entry: &Entry) -> Result<()> {
        for (child, id) in self.children(entry.schema.kind, entry.id, "")? {
            let child = self.record(child, id)?;
            self.purge_entry(&child)?;
        }
        let key = [Sql::Integer(entry.id)];
        self.db.execute(&format!("DELETE FROM \"{}\" WHERE id = ?", entry.schema.table), &key)?;
        let kind = entry.schema.kind;
        // The trace of the purge stays, what was purged does not; an undo must not take it for an empty record.
        self.db.execute(
            "UPDATE change SET what = 'purged', before = NULL, after = NULL WHERE \"key\" = ? AND (kind = ? OR kind LIKE ?)",
            &[key[0].clone(), Sql::Text(kind.to_owned()), Sql::Text(format!("{kind}.%"))],
        )?;
        Ok(())
    }
}

fn rules(schema: &Arc<Schema>) -> &'static catalog::Entry {
    catalog::entry(schema.kind).unwrap_or(&catalog::ENTRIES[0])
}

fn refuse_version(entry: &Entry, expected: Option<i64>) -> Result<()> {
    match expected {
        Some(expected) if expected != entry.version() => Err(Error::new(
            Cause::Conflict,
            Message::new("{record} was changed by somebody else since: it is at version {version}, not {expected}.")
                .with("record", entry.short())
                .with("version", entry.version())
                .with("expected", expected),
        )
        .hint(
            Message::new("kehu {kind} history {record}").with("kind", entry.schema.kind).with("record", entry.short()),
        )),
        _ => Ok(()),
    }
}

fn refuse_deleted(entry: &Entry) -> Result<()> {
    if entry.is_deleted() {
        return Err(Error::new(
            Cause::Refused,
            Message::new("{record} is in the recycle bin.").with("record", entry.short()),
        )
        .hint(
            Message::new("kehu {kind} restore {record}").with("kind", entry.schema.kind).with("record", entry.short()),
        ));
    }
    Ok(())
}

fn refuse_missing(draft: &Draft) -> Result<()> {
    let missing: Vec<&str> = draft
        .schema
        .writable()
        .filter(|field| field.required && draft.get(&field.name).is_empty())
        .map(|field| &*field.name)
        .collect();
    match missing.first() {
        None => Ok(()),
        Some(first) => Err(Error::bad_value(
            Message::new("A {kind} needs {fields}.").with("kind", draft.schema.kind).with("fields", missing.join(", ")),
        )
        .on_field(*first)),
    }
}

fn refuse_cleared(draft: &Draft) -> Result<()> {
    let cleared = |(name, value): &&(String, Value)| {
        value.is_empty() && draft.schema.field(name).is_some_and(|field| field.required && field.writable())
    };
    match draft.values.iter().find(cleared) {
        Some((name, _)) => Err(Error::bad_value(
            Message::new("A {kind} needs {fields}.").with("kind", draft.schema.kind).with("fields", name),
        )
        .on_field(name.as_str())),
        None => Ok(()),
    }
}

fn still_needed(entry: &Entry, dependents: &Dependents) -> Error {
    Error::new(
        Cause::Refused,
        Message::new("{record} {title} is still the {field} of {count} {kind} {count:record|records}.")
            .with("record", entry.short())
            .with("title", entry.title())
            .with("field", &dependents.field)
            .with("count", dependents.count)
            .with("kind", dependents.kind),
    )
    .hint(
        Message::new("kehu {kind} list {field}={record}")
            .with("kind", dependents.kind)
            .with("field", &dependents.field)
            .with("record", entry.short()),
    )
}
