//! Writing records: every write is checked against the kind's rules and uniqueness inside its own transaction.

use super::{Crm, Entry};
use crate::{
    Result, catalog,
    customers::{duplicates, responsible::refuse_gone},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Field, Id, Kind, Origin, Record, Schema, Value, Values, types},
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
            crm.refuse_binned(&schema, values, &[])?;
            let mut draft = Draft {
                schema,
                id: None,
                stored: Vec::new(),
                values: values.clone(),
                removing: false,
                origin: Origin::Person,
            };
            // What a larger act writes is that act's own matter.
            if outermost {
                refuse_gone(crm, &draft)?;
            }
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
            if outermost {
                refuse_append_only(&entry.schema, id)?;
            }
            entry.refuse_version(expected)?;
            let (short, title) = (entry.short(), entry.title());
            let save = crm.change_entry(entry, values.clone(), allow_duplicate, outermost)?;
            if outermost {
                let fields: Vec<&str> = save.changed.iter().map(|(name, _, _)| name.as_str()).collect();
                crm.relabel(&format!("Edit {kind} {short} {title}: {}", fields.join(", ")))?;
            }
            Ok(save)
        })
    }

    /// Changes a record that was just read; `wished` for itself, not by a larger act.
    pub(super) fn change_entry(
        &mut self,
        entry: Entry,
        values: Values,
        allow_duplicate: bool,
        wished: bool,
    ) -> Result<Save> {
        refuse_deleted(&entry)?;
        self.refuse_binned(&entry.schema, &values, &entry.values)?;
        let Entry { schema, id, values: stored } = entry;
        let mut draft = Draft { schema, id: Some(id), stored, values, removing: false, origin: Origin::Person };
        if wished {
            refuse_gone(self, &draft)?;
        }
        self.update_draft(&mut draft, allow_duplicate)
    }

    /// Refuses what would newly point to a record in the recycle bin; what points there already may stay so.
    pub(super) fn refuse_binned(&mut self, schema: &Schema, values: &Values, stored: &[Value]) -> Result<()> {
        for (name, value) in values {
            let Some(place) = schema.index_of(name) else { continue };
            let field = &schema.fields[place];
            let Some(target) = field.kind.target().filter(|_| !field.automatic) else { continue };
            let before = stored.get(place);
            let known = |id: &i64| before.is_some_and(|before| each_number(before).any(|other| other == *id));
            for id in each_number(value).filter(|id| !known(id)) {
                let sql = format!(
                    "SELECT id FROM \"{}\" WHERE id = ? AND deleted_at IS NOT NULL",
                    self.schema(target)?.table
                );
                if !self.numbers(&sql, &[Sql::Integer(id)])?.is_empty() {
                    let entry = self.record(target, id)?;
                    refuse_deleted(&entry).map_err(|error| error.on_field(name.as_str()))?;
                }
            }
        }
        Ok(())
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
        (rules(&draft.schema).begin)(draft);
        self.complete(draft)?;
        (rules(&draft.schema).check)(self, draft)?;
        refuse_missing(draft)?;
        refuse_beyond(draft)?;
        self.refuse_duplicates(draft, allow_duplicate)?;
        let id = self.insert_row(draft)?;
        draft.id = Some(id);
        (rules(&draft.schema).settle)(self, draft)?;
        catalog::follow(self, draft)?;
        if !allow_duplicate {
            duplicates::look(self, draft)?;
        }
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
        refuse_kept(draft)?;
        refuse_cleared(draft)?;
        refuse_beyond(draft)?;
        self.refuse_duplicates(draft, allow_duplicate)?;
        self.update_row(draft)?;
        (rules(&draft.schema).settle)(self, draft)?;
        catalog::follow(self, draft)?;
        if !allow_duplicate {
            duplicates::look(self, draft)?;
        }
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
        if value == Value::Null && text.bytes().any(|byte| byte == b'0') && is_day(&field.kind) {
            // Files of other programs say nothing so; a person who means nothing leaves the value empty.
            let message = Message::new("{value} is no day.").with("value", text.trim());
            let hint = Message::new("leave the value empty to clear the field: {field}=").with("field", &field.name);
            return Err(Error::bad_value(message).on_field(&*field.name).hint(hint));
        }
        self.warn_of_letters(&field.kind, &value);
        self.resolved(&field.kind, value).map_err(|error| error.on_field(&*field.name))
    }

    /// A number is kept in any spelling; what is probably a slip of the finger is said.
    fn warn_of_letters(&mut self, kind: &Kind, value: &Value) {
        match (kind, value) {
            (Kind::Phone, Value::Text(text)) if types::has_stray_letters(text) => {
                let message = Message::new("{value} is kept as it was typed, though it has letters no phone can dial.");
                self.notice(message.with("value", text));
            }
            (Kind::List(item), Value::List(values)) => {
                for value in values {
                    self.warn_of_letters(item, value);
                }
            }
            _ => {}
        }
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
}

/// The records that a link or a list of links points to.
fn each_number(value: &Value) -> impl Iterator<Item = i64> {
    value.as_integer().into_iter().chain(value.items().iter().filter_map(Value::as_integer))
}

fn is_day(kind: &Kind) -> bool {
    matches!(kind, Kind::Date | Kind::Timestamp | Kind::Birthday)
}

pub(super) fn rules(schema: &Arc<Schema>) -> &'static catalog::Entry {
    catalog::entry(schema.kind).unwrap_or(&catalog::ENTRIES[0])
}

/// Refuses to change what is kept as it was written, but for what it belongs to: records may be merged.
fn refuse_kept(draft: &Draft) -> Result<()> {
    let belongs = |name: &str| draft.schema.field(name).is_some_and(|field| field.child);
    // What the program writes by itself was put right where it comes from.
    let put_right = draft.origin == Origin::Export && rules(&draft.schema).automatic;
    if put_right || draft.values.iter().all(|(name, _)| belongs(name)) {
        return Ok(());
    }
    refuse_append_only(&draft.schema, draft.id.unwrap_or_default())
}

/// Refuses what is kept as it was written.
pub(super) fn refuse_append_only(schema: &Arc<Schema>, id: i64) -> Result<()> {
    if !rules(schema).append_only {
        return Ok(());
    }
    Err(Error::new(
        Cause::Refused,
        Message::new("{record} is kept as it was written: add another {kind}, or undo the operation that wrote it.")
            .with("record", schema.short(id))
            .with("kind", schema.kind),
    )
    .hint(Message::new("kehu {kind} history {record}").with("kind", schema.kind).with("record", schema.short(id))))
}

pub(crate) fn refuse_deleted(entry: &Entry) -> Result<()> {
    if let Some(error) = merged_already(entry) {
        return Err(error);
    }
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

/// What became of a record that was merged into another.
fn merged_already(entry: &Entry) -> Option<Error> {
    let Value::Link(winner) = entry.value("merged_into") else { return None };
    let message = Message::new("{record} was merged into {winner} {title}.").with("record", entry.short());
    let error = Error::new(Cause::Refused, message.with("winner", winner.short()).with("title", &winner.title));
    Some(error.hint(Message::new("kehu show {winner}").with("winner", winner.short())))
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

fn refuse_beyond(draft: &Draft) -> Result<()> {
    let mut bounded = draft.values.iter().filter_map(|(name, value)| Some((draft.schema.field(name)?, value)));
    bounded.try_for_each(|(field, value)| field.within(value))
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
