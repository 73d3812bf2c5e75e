//! A question as one statement: the tables, the condition, the cells and the order.

use super::{
    Crm,
    columns::{Joins, Place},
    condition::{Condition, search_match},
    query::{Deleted, Query},
};
use crate::{
    Result,
    error::Error,
    message::Message,
    record::{Kind, filter::Filter},
    store::Dialect,
};

/// A list's statement in its parts.
pub(super) struct Prepared {
    pub from: String,
    pub condition: Condition,
}

impl Prepared {
    pub fn select(&self, cells: &str, rest: &str) -> String {
        format!("SELECT {cells} FROM {} WHERE {}{rest}", self.from, self.condition.sql)
    }
}

impl Crm {
    pub(super) fn picked(&mut self, joins: &mut Joins, names: &[String]) -> Result<(Vec<Place>, String)> {
        let mut places = Vec::with_capacity(names.len());
        let mut cells = String::new();
        for name in names {
            let path: Vec<String> = name.split('.').map(str::to_owned).collect();
            let place = self.place(joins, &path)?;
            cells.push_str(", ");
            cells.push_str(&self.cells(joins, &place)?);
            places.push(place);
        }
        Ok((places, cells))
    }

    pub(super) fn prepared(&mut self, joins: &mut Joins, query: &Query) -> Result<Prepared> {
        let table = joins.schema.table;
        let (words, rest) = self.leading_words(&joins.schema, &query.filter)?;
        let schema = joins.schema.clone();
        for word in &words {
            super::condition::refuse_field_name(&schema, word)?;
        }
        if words.is_empty() && self.db.dialect() == Dialect::Sqlite {
            joins.lead = super::beside::lead(&schema, &rest);
        }
        let mut condition = match self.condition(joins, &rest)? {
            condition if rest == Filter::All => Condition { sql: String::new(), ..condition },
            condition => condition,
        };
        let mut sql = Vec::new();
        let mut from = format!("\"{table}\" t");
        if !words.is_empty() {
            match search_match(self.db.dialect(), &schema, &words.join(" ")) {
                // The full-text table leads, so that the newest hits stream out without reading all of them.
                Some((_, argument)) if self.db.dialect() == Dialect::Sqlite && query.sort.is_empty() => {
                    from = format!("\"{table}_search\" s CROSS JOIN \"{table}\" t ON t.id = s.rowid");
                    sql.push(format!("s.\"{table}_search\" MATCH ?"));
                    condition.arguments.insert(0, argument);
                }
                Some((matches, argument)) => {
                    sql.push(format!("t.id IN ({matches})"));
                    condition.arguments.insert(0, argument);
                }
                None => sql.push("1 = 0".to_owned()),
            }
        }
        if !condition.sql.is_empty() {
            sql.push(format!("({})", condition.sql));
        }
        if let Some(after) = query.after {
            let ascending = query.sort.first().is_some_and(|sort| sort.path == "id" && !sort.descending);
            sql.push(format!("t.id {} {after}", if ascending { ">" } else { "<" }));
        }
        match query.deleted {
            Deleted::Without => sql.push("t.deleted_at IS NULL".to_owned()),
            Deleted::Only => sql.push("t.deleted_at IS NOT NULL".to_owned()),
            Deleted::With => sql.push("1 = 1".to_owned()),
        }
        condition.sql = sql.join(" AND ");
        Ok(Prepared { from: format!("{from}{}", joins.sql), condition })
    }

    pub(super) fn order(&mut self, joins: &mut Joins, query: &Query) -> Result<String> {
        let words = self.leading_words(&joins.schema, &query.filter)?.0.join(" ");
        let streams =
            self.db.dialect() == Dialect::Sqlite && search_match(Dialect::Sqlite, &joins.schema, &words).is_some();
        if query.sort.is_empty() && streams {
            return Ok(format!("s.rowid {}", if query.reversed { "ASC" } else { "DESC" }));
        }
        let mut parts = Vec::new();
        for sort in &query.sort {
            let path: Vec<String> = sort.path.split('.').map(str::to_owned).collect();
            let place = self.place(joins, &path)?;
            let expression = self.sortable(joins, &place)?;
            let direction = if sort.descending == query.reversed { "ASC" } else { "DESC" };
            let nulls = match (place.field.required || place.field.engine, query.reversed) {
                (true, _) => "",
                (false, false) => " NULLS LAST",
                (false, true) => " NULLS FIRST",
            };
            parts.push(format!("{expression} {direction}{nulls}"));
        }
        if query.sort.last().is_none_or(|sort| sort.path != "id") {
            parts.push(format!("t.id {}", if query.reversed { "ASC" } else { "DESC" }));
        }
        Ok(parts.join(", "))
    }

    /// What a place sorts by: text without case, a link by its title, a choice in its declared order.
    fn sortable(&mut self, joins: &mut Joins, place: &Place) -> Result<String> {
        Ok(match &place.field.kind {
            Kind::Link(target) => {
                let schema = self.schema(target)?;
                let alias = joins.join(&place.alias, &place.field.name, schema.table);
                let joined = Place { field: schema.title().clone(), alias, schema };
                joined.key_sql().unwrap_or_else(|| joined.sql())
            }
            // Levels from A to D are in order as they are, and so is their index.
            Kind::Choice(choices) if choices.is_sorted_by(|one, next| one.key < next.key) => place.sql(),
            Kind::Choice(choices) => {
                let arms: Vec<String> = choices
                    .iter()
                    .enumerate()
                    .map(|(order, choice)| format!("WHEN '{}' THEN {order}", choice.key.replace('\'', "''")))
                    .collect();
                format!("CASE {} {} END", place.sql(), arms.join(" "))
            }
            Kind::List(_) => {
                return Err(Error::bad_value(
                    Message::new("{field} holds several values, so nothing can be sorted by it.")
                        .with("field", &place.field.name),
                ));
            }
            _ => place.key_sql().unwrap_or_else(|| place.sql()),
        })
    }
}

/// ` LIMIT 50`, from where it begins; nothing for no limit, and no more than a database can count.
pub(super) fn limit_words(limit: Option<u64>, offset: Option<u64>) -> String {
    let countable = |count: u64| count.min(i64::MAX.unsigned_abs());
    let Some(limit) = limit.filter(|limit| *limit > 0).map(countable) else { return String::new() };
    match offset.filter(|offset| *offset > 0).map(countable) {
        Some(offset) => format!(" LIMIT {limit} OFFSET {offset}"),
        None => format!(" LIMIT {limit}"),
    }
}
