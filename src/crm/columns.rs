//! A field path such as `customer.owner.name` as SQL: the joins it needs and the expression it ends in.

use super::Crm;
use crate::{
    Result,
    error::Error,
    message::Message,
    record::{Field, Kind, Schema, types},
    store::Dialect,
};
use jiff::ToSpan;
use std::{fmt::Write, sync::Arc};

/// How many names a path may have.
const LINKS: usize = 9;

/// How many fields an error names.
const NAMED: usize = 12;

/// Where a path ends.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub field: Field,
    /// The alias of the table the field belongs to.
    pub alias: String,
    pub schema: Arc<Schema>,
}

impl Place {
    /// The expression of a field with one column.
    pub fn sql(&self) -> String {
        match &self.field.computed {
            Some(sql) => sql.replace("{t}", &self.alias).replace("{currency}", ""),
            None => format!("{}.\"{}\"", self.alias, self.field.name),
        }
    }

    /// The expression of the currency beside an amount.
    pub fn currency_sql(&self) -> String {
        match &self.field.computed {
            Some(sql) => sql.replace("{t}", &self.alias).replace("{currency}", "_currency"),
            None => format!("{}.\"{}_currency\"", self.alias, self.field.name),
        }
    }

    /// The expression that compares without regard to case and width, where there is one stored.
    pub fn key_sql(&self) -> Option<String> {
        self.field.has_key().then(|| format!("{}.\"{}_key\"", self.alias, self.field.name))
    }
}

/// The tables of a statement: the record's own as `t`, and those it is joined with.
#[derive(Debug, Clone)]
pub(super) struct Joins {
    pub schema: Arc<Schema>,
    pub sql: String,
    /// Only the newest that match are wanted.
    pub newest: bool,
    /// The field by whose index the records are found, where a choice with its few words would find far more.
    pub narrow: Option<Field>,
    /// The field whose index leads to the records, where indexes alone answer every condition.
    pub lead: Option<Field>,
    /// Alias, link field and the alias it was joined as.
    joined: Vec<(String, String, String)>,
}

impl Joins {
    pub fn new(schema: Arc<Schema>) -> Self {
        Self { schema, sql: String::new(), newest: false, narrow: None, lead: None, joined: Vec::new() }
    }

    /// Joins what a link field points to, once.
    pub fn join(&mut self, alias: &str, field: &str, table: &str) -> String {
        let known = self.joined.iter().find(|(from, name, _)| from == alias && name == field);
        if let Some((_, _, joined)) = known {
            return joined.clone();
        }
        let joined = format!("j{}", self.joined.len() + 1);
        let _ = write!(self.sql, " LEFT JOIN \"{table}\" {joined} ON {joined}.id = {alias}.\"{field}\"");
        self.joined.push((alias.to_owned(), field.to_owned(), joined.clone()));
        joined
    }
}

impl Crm {
    /// Follows a path of field names from the record's own table.
    pub(super) fn place(&self, joins: &mut Joins, path: &[String]) -> Result<Place> {
        if path.len() > LINKS {
            return Err(Error::bad_value(
                Message::new("{path} follows too many links; {most} are allowed.")
                    .with("path", path.join("."))
                    .with("most", LINKS - 1),
            ));
        }
        let mut schema = joins.schema.clone();
        let mut alias = "t".to_owned();
        let (last, links) =
            path.split_last().ok_or_else(|| Error::bad_value(Message::new("A field name is missing.")))?;
        for name in links {
            let field = self.field(&schema, name)?;
            let Kind::Link(target) = &field.kind else {
                return Err(Error::bad_value(
                    Message::new("{field} is not a link, so nothing can follow it.").with("field", name),
                )
                .on_field(name.as_str()));
            };
            let target = self.schema(target)?;
            alias = joins.join(&alias, &field.name, target.table);
            schema = target;
        }
        let field = self.by_the_clock(self.field(&schema, last)?.clone());
        Ok(Place { field, alias, schema })
    }

    /// A computed field that speaks of today, with this day's date or the instants at which it begins and ends, or of the
    /// values of a list, with where they rest.
    pub(super) fn by_the_clock(&self, mut field: Field) -> Field {
        if let Some(sql) = field.computed.as_deref().filter(|sql| sql.contains("{list ")) {
            field.computed = Some(self.with_lists(sql).into());
        }
        if let Some(sql) = field.computed.as_deref().filter(|sql| sql.contains("{day}")) {
            field.computed = Some(self.with_days(sql).into());
        }
        if let Some(sql) = field.computed.as_deref().filter(|sql| sql.contains("{today}")) {
            let today = self.reading.clock.today();
            let day = |day| types::day_bounds(day, day, &self.reading).map(|(start, _)| start).unwrap_or_default();
            let tomorrow = day(today.tomorrow().unwrap_or(today));
            field.computed = Some(sql.replace("{today}", &day(today)).replace("{tomorrow}", &tomorrow).into());
        }
        if let Some(sql) = field.computed.as_deref().filter(|sql| sql.contains("{hours_from}")) {
            field.computed = Some(self.with_hours(sql).into());
        }
        if let Some(sql) = field.computed.as_deref().filter(|sql| sql.contains("{now}")) {
            field.computed = Some(sql.replace("{now}", &self.now_text()).into());
        }
        field
    }

    /// An expression in which `{list ticket.articles}` is the rows of that list.
    fn with_lists(&self, sql: &str) -> String {
        let mut done = String::with_capacity(sql.len());
        let mut pieces = sql.split("{list ");
        done.extend(pieces.next());
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            let list = name.split_once('.').and_then(|(kind, field)| self.list_of(kind, field).ok());
            done.push_str(&list.map_or_else(|| "NULL".to_owned(), |list| list.rows()));
            done.push_str(rest);
        }
        done
    }

    /// An expression with this day's date, and with those that end the next two days, this week and this month.
    fn with_days(&self, sql: &str) -> String {
        let today = self.reading.clock.today();
        let sunday = i64::from(6 - today.weekday().to_monday_zero_offset());
        let sunday = today.checked_add(sunday.days()).unwrap_or(today);
        let next = today.tomorrow().unwrap_or(today);
        [("{day}", today), ("{next_day}", next), ("{sunday}", sunday), ("{month_end}", today.last_of_month())]
            .iter()
            .fold(sql.to_owned(), |sql, (word, day)| sql.replace(word, &day.to_string()))
    }

    /// An expression of the whole hours from one instant to another, which is worded differently by each database.
    fn with_hours(&self, sql: &str) -> String {
        let words = match self.db.dialect() {
            Dialect::Sqlite => ["CAST((-24) * (julianday(", ") - julianday(", ")) + 0.0001 AS INTEGER)"],
            Dialect::Postgres => [
                "CAST(FLOOR(EXTRACT(EPOCH FROM (CAST(",
                " AS TIMESTAMPTZ) - CAST(",
                " AS TIMESTAMPTZ))) / -3600 + 0.0001) AS BIGINT)",
            ],
        };
        let marks = ["{hours_from}", "{hours_to}", "{hours_end}"].iter().zip(words);
        let sql = sql.replace("{now}", &self.now_text());
        marks.fold(sql, |sql, (mark, word)| sql.replace(mark, word))
    }

    /// The cells that show a place: one, or two for money, or three for a link.
    pub(super) fn cells(&self, joins: &mut Joins, place: &Place) -> Result<String> {
        Ok(match &place.field.kind {
            Kind::Money => format!("{}, {}", place.sql(), place.currency_sql()),
            Kind::Link(target) => {
                let target = self.schema(target)?;
                let joined = joins.join(&place.alias, &place.field.name, target.table);
                format!("{}, {joined}.\"{}\", {joined}.uid", place.sql(), target.title().name)
            }
            Kind::List(_) => format!("{}.id", place.alias),
            _ => place.sql(),
        })
    }

    /// The expression of a computed field on the table of that alias, for statements written by hand.
    pub(crate) fn computed_sql(&self, schema: &Arc<Schema>, name: &str, alias: &str) -> String {
        self.computed_place(schema, name, alias).map_or_else(|| "NULL".to_owned(), |place| place.sql())
    }

    /// The expression of the currency of a computed amount.
    pub(crate) fn computed_currency_sql(&self, schema: &Arc<Schema>, name: &str, alias: &str) -> String {
        self.computed_place(schema, name, alias).map_or_else(|| "NULL".to_owned(), |place| place.currency_sql())
    }

    fn computed_place(&self, schema: &Arc<Schema>, name: &str, alias: &str) -> Option<Place> {
        let field = self.by_the_clock(schema.field(name)?.clone());
        Some(Place { field, alias: alias.to_owned(), schema: schema.clone() })
    }

    /// The field of that name, label or Chinese label.
    ///
    /// # Errors
    /// Names the fields there are, and the one that was probably meant.
    pub fn field<'a>(&self, schema: &'a Schema, name: &str) -> Result<&'a Field> {
        // What a kind keeps for itself is shown nowhere, but a number of a report leads to its records by it.
        let named = |field: &&Field| field.name == name && !(field.retired && field.custom);
        if let Some(field) = schema.fields.iter().find(named) {
            return Ok(field);
        }
        let folded = crate::record::types::fold(name).replace(['-', ' '], "_");
        // A custom field is called in a filter as in its flag: without the mark that its column bears.
        let custom = |field: &Field| field.custom && field.name.strip_prefix("x_") == Some(folded.as_str());
        let alias = |field: &&Field| {
            field.name == folded.as_str() || custom(field) || (!field.label_zh.is_empty() && field.label_zh == name)
        };
        schema.visible().find(alias).ok_or_else(|| {
            let error = unknown_field(schema, name);
            match self.through_link(schema, name) {
                Some(path) => error.hint(Message::new("did you mean `{near}`?").with("near", path)),
                None => error,
            }
        })
    }

    /// The field of that very name on a record that this kind links to: `customer.level` of a contact.
    fn through_link(&self, schema: &Schema, name: &str) -> Option<String> {
        schema.visible().find_map(|link| {
            let target = self.schema(link.kind.target()?).ok()?;
            target.field(name).map(|field| format!("{}.{}", link.name, field.name))
        })
    }
}

/// There is no such field: which one was probably meant, and which there are, the likeliest of many first.
pub(crate) fn unknown_field(schema: &Schema, name: &str) -> Error {
    let mut names: Vec<&str> = schema.visible().map(|field| &*field.name).collect();
    let likeness = |known: &str| strsim::jaro_winkler(name, known);
    let more = names.len().saturating_sub(NAMED);
    if more > 0 {
        names.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
        names.truncate(NAMED);
    }
    let template = if more > 0 {
        "{kind} has no field {field}; among its fields are {fields} (kehu schema {noun} lists all)."
    } else {
        "{kind} has no field {field}; it has {fields}."
    };
    let error = Error::bad_value(
        Message::new(template)
            .with("kind", schema.kind)
            .with("field", name)
            .with("fields", names.join(", "))
            .with("noun", schema.kind),
    )
    .on_field(name);
    match nearest(name, names.iter().copied()) {
        Some(near) => error.hint(Message::new("did you mean `{near}`?").with("near", near)),
        None => error,
    }
}

/// The word that was probably meant.
pub(crate) fn nearest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    words
        .map(|known| (strsim::jaro_winkler(word, known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
