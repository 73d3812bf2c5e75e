//! Values that no two live records may hold, and those that two hold only when so wished.

use super::{Crm, conversion::plain};
use crate::{
    Result,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Field, Schema, Value, types},
    store::{List, Sql},
};

impl Crm {
    /// Refuses values that another live record holds: `unique` ones always, e-mails and phones unless so wished.
    pub(super) fn refuse_duplicates(&mut self, draft: &Draft, allow: bool) -> Result<()> {
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
            let list = List::of(self.db.dialect(), schema, field);
            let sql = format!(
                "SELECT t.id FROM {} l JOIN \"{}\" t ON t.id = l.record WHERE {} AND l.value = ? AND t.id <> ? AND t.deleted_at IS NULL LIMIT 1",
                list.table(),
                schema.table,
                list.belongs("l")
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
}
