//! The recycle bin: what goes there, what goes along, what comes back, and what is deleted for good.

use super::{
    Crm, Entry,
    write::{refuse_append_only, refuse_deleted, rules},
};
use crate::{
    Result,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Field, Origin, Value},
    store::{List, Sql},
};

/// Records that depend on another: how many of which kind, through which field, and whether they go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependents {
    pub kind: &'static str,
    pub field: String,
    pub count: u64,
    pub goes_along: bool,
}

impl Crm {
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
            refuse_append_only(&entry.schema, id)?;
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

    /// Whether a record is just going to the recycle bin, or coming back, with all that belongs to it.
    pub(crate) fn is_underway(&self, kind: &str, id: i64) -> bool {
        self.underway.iter().any(|(known, number)| *known == kind && *number == id)
    }

    /// Whether a record of one of these kinds is.
    pub(crate) fn is_any_underway(&self, kinds: &[&str]) -> bool {
        self.underway.iter().any(|(kind, _)| kinds.contains(kind))
    }

    fn remove_entry(&mut self, entry: &Entry, gone: &mut Vec<(&'static str, i64)>) -> Result<()> {
        self.underway.push((entry.schema.kind, entry.id));
        let done = self.remove_with_children(entry, gone);
        self.underway.pop();
        done
    }

    fn remove_with_children(&mut self, entry: &Entry, gone: &mut Vec<(&'static str, i64)>) -> Result<()> {
        for (child, id) in self.children(entry.schema.kind, entry.id, "AND deleted_at IS NULL")? {
            let child = self.record(child, id)?;
            // What belongs to a contact and to the customer went with the contact.
            if !child.is_deleted() {
                self.remove_entry(&child, gone)?;
            }
        }
        let now = self.now_text();
        let mut draft = Draft {
            schema: entry.schema.clone(),
            id: Some(entry.id),
            stored: entry.values.clone(),
            values: vec![("deleted_at".to_owned(), Value::Text(now))],
            removing: true,
            origin: Origin::Person,
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
            let message = "{record} was merged into {winner} {title}; undo the merge to have both again.";
            crm.refuse_merged(&entry, message)?;
            let mut back = Vec::new();
            crm.restore_entry(&entry, &mut back)?;
            if outermost {
                crm.relabel(&format!("Restore {kind} {} {}", entry.short(), entry.title()))?;
            }
            Ok(back)
        })
    }

    /// What was merged comes back with all that it gave away, or not at all.
    fn refuse_merged(&mut self, entry: &Entry, message: &'static str) -> Result<()> {
        let Value::Link(winner) = entry.value("merged_into") else { return Ok(()) };
        let operation = self.removal_of(entry.schema.kind, entry.id)?.unwrap_or_default();
        let message = Message::new(message)
            .with("record", entry.short())
            .with("winner", winner.short())
            .with("title", &winner.title);
        let hint = Message::new("kehu undo {operation}").with("operation", operation);
        Err(Error::new(Cause::Refused, message).hint(hint))
    }

    fn restore_entry(&mut self, entry: &Entry, back: &mut Vec<(&'static str, i64)>) -> Result<()> {
        self.underway.push((entry.schema.kind, entry.id));
        let done = self.restore_with_children(entry, back);
        self.underway.pop();
        done
    }

    fn restore_with_children(&mut self, entry: &Entry, back: &mut Vec<(&'static str, i64)>) -> Result<()> {
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
            origin: Origin::Person,
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
                if child.is_deleted() {
                    self.restore_entry(&child, back)?;
                }
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
            crm.refuse_live(kind, id)?;
            if let Some(first) = crm.dependents(kind, id)?.first() {
                return Err(still_needed(&entry, first));
            }
            if let Some(named) = crm.named_in_a_list(kind, id)? {
                return Err(still_needed(&entry, &named));
            }
            // Records that belong to each other may go in any order.
            let deferred = crm.db.dialect().defer_links();
            crm.db.script(deferred)?;
            for (kind, id) in crm.with_belongings(kind, id)? {
                crm.purge_row(kind, id)?;
            }
            crm.relabel(&format!("Purge {kind} {}", entry.short()))?;
            crm.seal()
        })
    }

    /// Records that name this one in a list, where a person put it there.
    fn named_in_a_list(&mut self, kind: &str, id: i64) -> Result<Option<Dependents>> {
        for schema in self.schemas().to_vec() {
            let names = |field: &&Field| field.kind.target() == Some(kind) && !field.automatic;
            for field in schema.lists().filter(names) {
                let sql = List::of(self.db.dialect(), &schema, field).select("COUNT(*)", "l.value = ?");
                let count =
                    self.numbers(&sql, &[Sql::Integer(id)])?.first().copied().unwrap_or_default().unsigned_abs();
                if count > 0 {
                    let field = field.name.to_string();
                    return Ok(Some(Dependents { kind: schema.kind, field, count, goes_along: false }));
                }
            }
        }
        Ok(None)
    }

    /// Refuses a record that is not in the recycle bin, and one that was merged into another: without it nothing would
    /// lead to that one from its ref, nor could the merge be undone.
    ///
    /// # Errors
    /// [`Cause::Refused`], with what to do first.
    pub fn refuse_live(&mut self, kind: &str, id: i64) -> Result<()> {
        let entry = self.record(kind, id)?;
        if entry.is_deleted() {
            let message = "{record} was merged into {winner} {title} and leads there, so it cannot be purged; undo the merge first.";
            return self.refuse_merged(&entry, message);
        }
        Err(Error::new(
            Cause::Refused,
            Message::new("{record} is not in the recycle bin, so it cannot be purged.").with("record", entry.short()),
        )
        .hint(Message::new("kehu {kind} rm {record}").with("kind", kind).with("record", entry.short())))
    }

    /// A record and all that belongs to it and is in the recycle bin, what belongs first; each once.
    ///
    /// # Errors
    /// Storage faults.
    pub fn with_belongings(&mut self, kind: &str, id: i64) -> Result<Vec<(&'static str, i64)>> {
        let mut found = Vec::new();
        self.gather(self.schema(kind)?.kind, id, &mut found)?;
        Ok(found)
    }

    fn gather(&mut self, kind: &'static str, id: i64, found: &mut Vec<(&'static str, i64)>) -> Result<()> {
        for (child, id) in self.children(kind, id, "AND deleted_at IS NOT NULL")? {
            if !found.contains(&(child, id)) {
                self.gather(child, id, found)?;
            }
        }
        if !found.contains(&(kind, id)) {
            found.push((kind, id));
        }
        Ok(())
    }

    fn purge_row(&mut self, kind: &'static str, id: i64) -> Result<()> {
        let schema = self.schema(kind)?;
        let table = schema.table;
        // What the program noted of it in a list of another record is moot.
        for field in schema.lists().filter(|field| field.kind.target() == Some(kind) && field.automatic) {
            let list = List::of(self.db.dialect(), &schema, field);
            self.db.execute(&list.delete("value = ?"), &[Sql::Integer(id)])?;
        }
        self.db.execute(&format!("DELETE FROM \"{table}\" WHERE id = ?"), &[Sql::Integer(id)])?;
        self.purged_attachment |= kind == "attachment";
        // The trace of the purge stays, what was purged does not; an undo must not take it for an empty record.
        self.db.execute(
            "UPDATE change SET what = 'purged', before = NULL, after = NULL WHERE \"key\" = ? AND (kind = ? OR kind LIKE ?)",
            &[Sql::Integer(id), Sql::Text(kind.to_owned()), Sql::Text(format!("{kind}.%"))],
        )?;
        Ok(())
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
