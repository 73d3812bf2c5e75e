//! References: what people call a record by: a ref, a number, a name, an e-mail, a phone, a number elsewhere.

use super::{Crm, folded, integer, read::not_found};
use crate::{
    Result,
    error::{Cause, Error},
    message::Message,
    record::{Kind, Schema, Value, types},
    store::{List, Sql},
};
use std::sync::Arc;

impl Crm {
    /// The number of the record that a reference means.
    ///
    /// # Errors
    /// [`Cause::NotFound`], or [`Cause::Ambiguous`] with the candidates when it fits several.
    pub fn find(&mut self, kind: &str, reference: &str) -> Result<i64> {
        let schema = self.schema(kind)?;
        if is_me(schema.kind, reference)
            && let Some((id, _)) = self.actor()
        {
            return Ok(id);
        }
        let found = self.candidates(&schema, reference, true)?;
        self.the_one(&schema, reference, &found)
    }

    /// The kind and number of the record that a reference with its letter means: `C12`.
    ///
    /// # Errors
    /// As [`Crm::find`]; a reference without a letter is looked for among customers and contacts.
    pub fn find_any(&mut self, reference: &str) -> Result<(&'static str, i64)> {
        for schema in self.schemas().to_vec() {
            if let Some(id) = number_of_short(&schema, reference) {
                self.stands(&schema, id)?;
                return Ok((schema.kind, self.standing(&schema, id)?));
            }
        }
        let mut found = Vec::new();
        for schema in self.schemas().to_vec().iter().filter(|schema| schema.searchable()) {
            for id in self.candidates(schema, reference, false)? {
                found.push((schema.clone(), id));
            }
        }
        match &found[..] {
            [] => Err(Error::new(
                Cause::NotFound,
                Message::new("There is nothing called {what}.").with("what", reference),
            )
            .hint(Message::new("kehu find \"{what}\"").with("what", reference))),
            [(schema, id)] => Ok((schema.kind, *id)),
            several => {
                let mut error = ambiguous(reference);
                for (schema, id) in several.iter().take(20) {
                    error.candidates.push((schema.short(*id), self.title(schema.kind, *id)?));
                }
                Err(error)
            }
        }
    }

    /// Whether there is such a record; whoever only wants to know need not read it.
    fn stands(&mut self, schema: &Schema, id: i64) -> Result<()> {
        let sql = format!("SELECT 1 FROM \"{}\" WHERE id = ?", schema.table);
        match self.db.first(&sql, &[Sql::Integer(id)])? {
            Some(_) => Ok(()),
            None => self.record(schema.kind, id).map(drop),
        }
    }

    /// The number of a record of that kind named by ref only, as acts that cannot be misdirected demand.
    ///
    /// # Errors
    /// Says that a ref is needed when it is something else.
    pub fn find_by_ref(&mut self, kind: &str, reference: &str) -> Result<i64> {
        let schema = self.schema(kind)?;
        match number_of_short(&schema, reference).or_else(|| reference.parse().ok()) {
            Some(id) => {
                self.record(kind, id)?;
                Ok(id)
            }
            None if let Some(other) =
                self.schemas().iter().find(|other| number_of_short(other, reference).is_some()) =>
            {
                Err(Error::bad_value(
                    Message::new("{what} is a {kind}; this takes a {noun}, such as {example}.")
                        .with("what", reference)
                        .with("kind", other.kind)
                        .with("noun", schema.kind)
                        .with("example", schema.short(12)),
                )
                .hint(Message::new("kehu {kind} list").with("kind", schema.kind)))
            }
            None => Err(Error::bad_value(
                Message::new("{what} is no ref; this takes refs only, such as {example}.")
                    .with("what", reference)
                    .with("example", schema.short(12)),
            )
            .hint(Message::new("kehu {kind} list \"{what}\"").with("kind", schema.kind).with("what", reference))),
        }
    }

    fn the_one(&mut self, schema: &Arc<Schema>, reference: &str, found: &[i64]) -> Result<i64> {
        match found {
            [] => Err(not_found(schema, reference)),
            [id] => Ok(*id),
            several => {
                let mut error = ambiguous(reference);
                for id in several.iter().take(20) {
                    error.candidates.push((schema.short(*id), self.title(schema.kind, *id)?));
                }
                Err(error)
            }
        }
    }

    /// The numbers that a link's value in a filter means: `me`, a ref, or any record of that name.
    pub(super) fn linkable(&mut self, kind: &str, reference: &str) -> Result<Vec<i64>> {
        let schema = self.schema(kind)?;
        let found = if is_me(kind, reference) {
            self.actor().map(|(id, _)| id).into_iter().collect()
        } else {
            self.candidates(&schema, reference, true)?
        };
        if found.is_empty() {
            let mut error = not_found(&schema, reference);
            error.cause = Cause::BadValue;
            return Err(error);
        }
        Ok(found)
    }

    /// The number that a link's value means when it is written.
    ///
    /// # Errors
    /// [`Cause::NotFound`] or [`Cause::Ambiguous`].
    pub fn link(&mut self, kind: &str, reference: &str) -> Result<Value> {
        Ok(crate::record::Link::to(self.find(kind, reference)?))
    }

    /// Live records that a reference could mean, by the first of its readings that fits any.
    pub(crate) fn candidates(&mut self, schema: &Schema, reference: &str, bare_number: bool) -> Result<Vec<i64>> {
        let reference = reference.trim();
        if let Some(id) = number_of_short(schema, reference) {
            // A removed record is still meant by its ref: whoever shows or restores it must reach it.
            let found = self.wherever(schema, "id", Sql::Integer(id))?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        if bare_number
            && let Ok(id) = reference.parse::<i64>()
            && let id = self.standing(schema, id)?
            && self.exists(schema, id)?
        {
            return Ok(vec![id]);
        }
        if let Some(external) = reference.strip_prefix("ext:") {
            return self.by_list(schema, "external_ids", external);
        }
        if reference.len() == 36 && reference.matches('-').count() == 4 {
            return self.wherever(schema, "uid", Sql::Text(reference.to_lowercase()));
        }
        self.by_name(schema, reference)
    }

    /// The record with that number or uid, in the recycle bin too; of one that was merged, the one that it is now.
    fn wherever(&mut self, schema: &Schema, column: &str, value: Sql) -> Result<Vec<i64>> {
        self.seen_numbers((schema.table, column, value), |crm, value| {
            let sql = format!("SELECT id FROM \"{}\" WHERE {column} = ?", schema.table);
            let found = crm.numbers(&sql, &[value])?;
            found.into_iter().map(|id| crm.standing(schema, id)).collect()
        })
    }

    /// What stands for a record today: the one that it was merged into, which is then said, or itself.
    pub(crate) fn standing(&mut self, schema: &Schema, id: i64) -> Result<i64> {
        if schema.field("merged_into").is_none() {
            return Ok(id);
        }
        let sql = format!("SELECT merged_into FROM \"{}\" WHERE id = ? AND merged_into IS NOT NULL", schema.table);
        let Some(winner) = self.numbers(&sql, &[Sql::Integer(id)])?.first().copied() else { return Ok(id) };
        let title = self.title(schema.kind, winner)?;
        self.notice(
            Message::new("{record} was merged into {winner} {title}.")
                .with("record", schema.short(id))
                .with("winner", schema.short(winner))
                .with("title", title),
        );
        Ok(winner)
    }

    /// The record itself that a ref names, even one that was merged into another; else as [`Crm::find`].
    ///
    /// # Errors
    /// As [`Crm::find`].
    pub fn find_itself(&mut self, kind: &str, reference: &str) -> Result<i64> {
        let schema = self.schema(kind)?;
        match number_of_short(&schema, reference) {
            Some(id) => self.record(kind, id).map(|entry| entry.id),
            None => self.find(kind, reference),
        }
    }

    fn by_name(&mut self, schema: &Schema, reference: &str) -> Result<Vec<i64>> {
        let keys = schema.fields.iter().filter(|field| field.has_key() && (field.title || field.matching));
        for field in keys {
            let sql = format!(
                "SELECT id FROM \"{}\" WHERE \"{}_key\" = ? AND deleted_at IS NULL ORDER BY id LIMIT 21",
                schema.table, field.name
            );
            let found = self.numbers(&sql, &[folded(reference)])?;
            if !found.is_empty() {
                return self.preferred(schema, found);
            }
        }
        self.by_address(schema, reference)
    }

    /// Of several namesakes the one that the kind prefers, where there is exactly one such.
    fn preferred(&mut self, schema: &Schema, found: Vec<i64>) -> Result<Vec<i64>> {
        let condition = crate::catalog::entry(schema.kind).map_or("", |entry| entry.preferred);
        if found.len() < 2 || condition.is_empty() {
            return Ok(found);
        }
        let marks = vec!["?"; found.len()].join(", ");
        let sql = format!("SELECT id FROM \"{}\" WHERE id IN ({marks}) AND {condition}", schema.table);
        let arguments: Vec<Sql> = found.iter().map(|id| Sql::Integer(*id)).collect();
        let preferred = self.numbers(&sql, &arguments)?;
        Ok(if preferred.len() == 1 { preferred } else { found })
    }

    /// By e-mail, phone or another value that a record is matched by.
    fn by_address(&mut self, schema: &Schema, reference: &str) -> Result<Vec<i64>> {
        let mut found: Vec<i64> = Vec::new();
        for field in schema.fields.iter().filter(|field| field.matching && !field.has_key() && field.stored()) {
            let plausible = match field.kind {
                Kind::Email => reference.contains('@'),
                Kind::Phone => types::phone_digits(reference).len() >= 5,
                _ => true,
            };
            if !plausible {
                continue;
            }
            let Ok(value) = types::parse(&field.kind, reference, &self.reading) else { continue };
            let sql = format!(
                "SELECT id FROM \"{}\" WHERE \"{}\" = ? AND deleted_at IS NULL ORDER BY id LIMIT 21",
                schema.table, field.name
            );
            found.extend(self.numbers(&sql, &[super::conversion::plain(&value)])?);
        }
        for (name, kind) in [("more_emails", Kind::Email), ("more_phones", Kind::Phone)] {
            if schema.field(name).is_some()
                && let Ok(Value::Text(text)) = types::parse(&kind, reference, &self.reading)
            {
                found.extend(self.by_list(schema, name, &text)?);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn by_list(&mut self, schema: &Schema, field: &str, text: &str) -> Result<Vec<i64>> {
        let Some(field) = schema.field(field) else { return Ok(Vec::new()) };
        let list = List::of(self.db.dialect(), schema, field);
        let sql = format!(
            "SELECT t.id FROM {} l JOIN \"{}\" t ON t.id = l.record WHERE {} AND l.value = ? AND t.deleted_at IS NULL",
            list.table(),
            schema.table,
            list.belongs("l")
        );
        self.numbers(&sql, &[Sql::Text(text.to_owned())])
    }

    /// Refuses a chain of links that would come back to where it started.
    ///
    /// # Errors
    /// [`Cause::Refused`], naming the field.
    pub(crate) fn refuse_circle(&mut self, draft: &crate::record::Draft, field: &str) -> Result<()> {
        let (Some(id), Some(Value::Link(link))) = (draft.id, draft.changed(field)) else { return Ok(()) };
        let table = draft.schema.table;
        let mut at = Some(link.id);
        for _ in 0..1000 {
            let Some(now) = at else { return Ok(()) };
            if now == id {
                return Err(Error::new(
                    Cause::Refused,
                    Message::new("{record} cannot be its own {field}, directly or in a circle.")
                        .with("record", draft.schema.short(id))
                        .with("field", field),
                )
                .on_field(field));
            }
            let sql = format!("SELECT \"{field}\" FROM \"{table}\" WHERE id = ? AND \"{field}\" IS NOT NULL");
            at = self.db.first(&sql, &[Sql::Integer(now)])?.map(|row| integer(&row[0]));
        }
        Ok(())
    }
}

fn ambiguous(reference: &str) -> Error {
    Error::new(Cause::Ambiguous, Message::new("{what} could mean several records.").with("what", reference))
        .hint(Message::new("name one by its ref, as in the list above"))
}

/// Whether the reference means whoever asks.
pub(super) fn is_me(kind: &str, reference: &str) -> bool {
    kind == "user" && matches!(&*types::fold(reference), "me" | "我")
}

/// `C12` (or `c12`) of a kind whose letter is `C`.
pub(crate) fn number_of_short(schema: &Schema, reference: &str) -> Option<i64> {
    let letters = schema.letter.len();
    let (head, digits) = reference.split_at_checked(letters)?;
    let fits = head.eq_ignore_ascii_case(schema.letter)
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits { digits.parse().ok() } else { None }
}
