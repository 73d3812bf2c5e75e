//! Rows and side tables as they are written, once a draft has been checked.

use super::{
    Crm,
    conversion::{column_names, plain, to_sql},
    integer,
};
use crate::{
    Result,
    record::{Draft, Field, Origin, Schema, Value, Values},
    store::{List, Sql},
};

impl Crm {
    pub(super) fn insert_row(&mut self, draft: &Draft) -> Result<i64> {
        self.writes += 1;
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

    pub(crate) fn update_row(&mut self, draft: &Draft) -> Result<()> {
        self.writes += 1;
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
        let sql = List::of(self.db.dialect(), schema, field).insert();
        for (position, item) in (0..).zip(value.items()) {
            self.db.execute(&sql, &[Sql::Integer(id), Sql::Integer(position), plain(item)])?;
        }
        Ok(())
    }

    /// Where the values of a list field rest.
    pub(crate) fn list_of(&self, kind: &str, field: &str) -> Result<List> {
        let schema = self.schema(kind)?;
        let field = self.field(&schema, field)?;
        Ok(List::of(self.db.dialect(), &schema, field))
    }

    /// Removes what is gone, adds what is new, moves what stays.
    fn replace_list(&mut self, schema: &Schema, field: &Field, id: i64, value: &Value) -> Result<()> {
        let list = List::of(self.db.dialect(), schema, field);
        let stored = self.db.query(&list.select("l.position, l.value", "l.record = ?"), &[Sql::Integer(id)])?;
        let wanted: Vec<Sql> = value.items().iter().map(plain).collect();
        for row in stored.iter().filter(|row| !wanted.contains(&row[1])) {
            self.db.execute(&list.delete("record = ? AND value = ?"), &[Sql::Integer(id), row[1].clone()])?;
        }
        for (position, item) in (0_i64..).zip(wanted) {
            let position = Sql::Integer(position);
            match stored.iter().find(|row| row[1] == item) {
                Some(row) if row[0] == position => continue,
                Some(_) => {
                    let sql = list.update("position = ?", "record = ? AND value = ?");
                    self.db.execute(&sql, &[position, Sql::Integer(id), item])?
                }
                None => self.db.execute(&list.insert(), &[Sql::Integer(id), position, item])?,
            };
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
            origin: Origin::Person,
        };
        self.update_row(&draft)
    }

    /// Adds a record that the program itself keeps, past the rule that nobody else may.
    pub(crate) fn write_directly(&mut self, kind: &str, values: Values) -> Result<i64> {
        let schema = self.schema(kind)?;
        let draft = Draft { schema, id: None, stored: Vec::new(), values, removing: false, origin: Origin::Person };
        self.insert_row(&draft)
    }
}
