//! The filter language as SQL conditions. A field that is empty matches `!=`, `!~` and `not`, and never a comparison.

use super::{
    Crm,
    columns::{Joins, Place},
};
use crate::{
    Result,
    error::Error,
    message::Message,
    record::{
        Field, Kind, Schema, Value,
        filter::{Filter, Operand, Operator, Test},
        types,
    },
    store::{Dialect, List, Sql, search_text},
};
use std::sync::Arc;

/// A condition with its arguments, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    pub sql: String,
    pub arguments: Vec<Sql>,
}

impl Condition {
    fn new(sql: impl Into<String>, arguments: Vec<Sql>) -> Self {
        Self { sql: sql.into(), arguments }
    }

    fn constant(yes: bool) -> Self {
        Self::new(if yes { "1 = 1" } else { "1 = 0" }, Vec::new())
    }

    /// True also where the bare condition is unknown because the field is empty.
    fn negated(self) -> Self {
        Self::new(format!("(({}) IS NOT TRUE)", self.sql), self.arguments)
    }

    /// Any of the parts; where each says what the same column equals, as one list, which a database plans far faster.
    fn any_of(parts: Vec<Self>) -> Self {
        let column = parts.first().and_then(|first| first.sql.strip_suffix(" = ?")).map(str::to_owned);
        match column {
            Some(column) if parts.iter().all(|part| part.sql == parts[0].sql && part.arguments.len() == 1) => {
                one_of(&column, parts.into_iter().flat_map(|part| part.arguments).collect())
            }
            _ => Self::joined(parts, " OR "),
        }
    }

    /// The parts side by side; many are nested by halves, since a database limits how deep an expression may be.
    fn joined(mut parts: Vec<Self>, word: &str) -> Self {
        if parts.len() > 64 {
            let rest = parts.split_off(parts.len() / 2);
            parts = vec![Self::joined(parts, word), Self::joined(rest, word)];
        }
        let sql: Vec<String> = parts.iter().map(|part| format!("({})", part.sql)).collect();
        let arguments = parts.into_iter().flat_map(|part| part.arguments).collect();
        Self::new(sql.join(word), arguments)
    }
}

impl Crm {
    /// The condition of a filter on records of the joins' kind.
    pub(super) fn condition(&mut self, joins: &mut Joins, filter: &Filter) -> Result<Condition> {
        match filter {
            Filter::All => Ok(Condition::constant(true)),
            Filter::And(parts) => {
                let outer = joins.narrow.take();
                joins.narrow = outer.clone().or_else(|| narrowest(&joins.schema, parts));
                let condition = self.conditions(joins, parts, " AND ");
                joins.narrow = outer;
                condition
            }
            Filter::Or(parts) => self.conditions(joins, parts, " OR "),
            Filter::Not(part) => Ok(self.condition(joins, part)?.negated()),
            Filter::Word(word) => match self.ref_in_words(&joins.schema, word)? {
                Some(id) => Ok(Condition::new("t.id = ?", vec![Sql::Integer(id)])),
                None => self.word_condition(&joins.schema.clone(), word),
            },
            Filter::Text(text) => self.word_condition(&joins.schema.clone(), text),
            Filter::Test(test) => self.test(joins, test),
        }
    }

    fn conditions(&mut self, joins: &mut Joins, parts: &[Filter], word: &str) -> Result<Condition> {
        let parts: Result<Vec<_>> = parts.iter().map(|part| self.condition(joins, part)).collect();
        Ok(Condition::joined(parts?, word))
    }

    /// The record that a bare word means by its ref; one that was merged is the one that it is now.
    fn ref_in_words(&mut self, schema: &Schema, word: &str) -> Result<Option<i64>> {
        let Some(id) = super::reference::number_of_short(schema, word) else { return Ok(None) };
        let there = self.db.first(&format!("SELECT 1 FROM \"{}\" WHERE id = ?", schema.table), &[Sql::Integer(id)])?;
        there.map(|_| self.standing(schema, id)).transpose()
    }

    /// The words that must all be found, and what else the filter says, refs among it.
    pub(super) fn leading_words(&mut self, schema: &Schema, filter: &Filter) -> Result<(Vec<String>, Filter)> {
        if !schema.searchable() {
            return Ok((Vec::new(), filter.clone()));
        }
        let parts = match filter {
            Filter::And(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        let (mut words, mut rest) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Filter::Text(text) => words.push(text.clone()),
                Filter::Word(word) if self.ref_in_words(schema, word)?.is_none() => words.push(word.clone()),
                part => rest.push(part.clone()),
            }
        }
        let rest = match (filter, rest.len()) {
            (_, 0) => Filter::All,
            (Filter::And(_), _) => Filter::And(rest),
            _ => filter.clone(),
        };
        Ok((words, rest))
    }

    /// A bare word searches the record's search fields; one that names a field was meant as a test.
    fn word_condition(&mut self, schema: &Arc<Schema>, word: &str) -> Result<Condition> {
        refuse_field_name(schema, word)?;
        if !schema.searchable() {
            return self.words_within(schema, word);
        }
        Ok(match search_match(self.db.dialect(), schema, word) {
            Some((sql, argument)) => Condition::new(format!("t.id IN ({sql})"), vec![argument]),
            None => Condition::constant(false),
        })
    }

    /// A kind without search text has few records: each word stands in one of their texts, choices or links.
    fn words_within(&mut self, schema: &Arc<Schema>, words: &str) -> Result<Condition> {
        let mut all = Vec::new();
        for word in words.split_whitespace() {
            let mut any = Vec::new();
            for field in schema.fields.iter().filter(|field| field.stored() && !field.engine && has_words(&field.kind))
            {
                let place = Place { field: field.clone(), alias: "t".to_owned(), schema: schema.clone() };
                any.push(self.contains(&place, word)?);
            }
            all.push(if any.is_empty() { Condition::constant(false) } else { Condition::joined(any, " OR ") });
        }
        Ok(if all.is_empty() { Condition::constant(false) } else { Condition::joined(all, " AND ") })
    }

    fn test(&mut self, joins: &mut Joins, test: &Test) -> Result<Condition> {
        if let [kind, rest @ ..] = &test.path[..]
            && !rest.is_empty()
            && joins.schema.field(kind).is_none()
            && let Some(condition) = self.reverse(joins, kind, rest, test)?
        {
            return Ok(condition);
        }
        let mut place = if test.path.len() == 1 && test.path[0] == "ref" {
            self.place(joins, &["id".to_owned()])?
        } else {
            self.place(joins, &test.path)?
        };
        if let Some(condition) = self.beside(joins, &place, test)? {
            return Ok(condition);
        }
        let narrow = joins.narrow.as_ref();
        let broad = joins.newest && is_broad(&place, test) || narrow.is_some_and(|_| is_choice(&place));
        if broad
            && !narrow.is_some_and(|narrow| one_index_holds(narrow, &place.field))
            && self.db.dialect() == Dialect::Sqlite
        {
            // The sign keeps the index out: it would gather half the table only to sort it by number.
            place.alias.insert(0, '+');
        }
        self.test_place(&place, test)
    }

    /// `contact.email~acme` on customers: any of the contacts that belong to them.
    fn reverse(&mut self, joins: &Joins, kind: &str, rest: &[String], test: &Test) -> Result<Option<Condition>> {
        let Ok(other) = self.schema(kind) else { return Ok(None) };
        let points_here = |field: &&Field| field.kind == Kind::Link(joins.schema.kind.into());
        let Some(link) = other.fields.iter().find(|field| points_here(field) && field.computed.is_none()) else {
            return Ok(None);
        };
        let (table, link) = (other.table, link.name.clone());
        let mut inner = Joins::new(other);
        let positive = matches!(test.operator, Operator::NotEqual | Operator::NotContains);
        let bare = Test { path: rest.to_vec(), operator: opposite(test.operator), values: test.values.clone() };
        let condition = self.test(&mut inner, &bare)?;
        let sql = format!(
            "t.id IN (SELECT t.\"{link}\" FROM \"{table}\" t{} WHERE t.\"{link}\" IS NOT NULL AND t.deleted_at IS NULL AND ({}))",
            inner.sql, condition.sql
        );
        let condition = Condition::new(sql, condition.arguments);
        Ok(Some(if positive { condition.negated() } else { condition }))
    }

    pub(super) fn test_place(&mut self, place: &Place, test: &Test) -> Result<Condition> {
        if test.values.is_empty() {
            let empty = empty(self.db.dialect(), place);
            return Ok(if test.operator == Operator::NotEqual { empty.negated() } else { empty });
        }
        let negative = matches!(test.operator, Operator::NotEqual | Operator::NotContains);
        let operator = opposite(test.operator);
        let mut parts = Vec::new();
        for operand in &test.values {
            parts.push(self.operand(place, operator, operand)?);
        }
        let condition = Condition::any_of(parts);
        Ok(if negative { condition.negated() } else { condition })
    }

    fn operand(&mut self, place: &Place, operator: Operator, operand: &Operand) -> Result<Condition> {
        if let Kind::List(item) = &place.field.kind {
            return self.member(place, item, operator, operand);
        }
        match operand {
            Operand::Range(from, to) => {
                let mut parts = Vec::new();
                if let Some(from) = from {
                    parts.push(self.compare(place, Operator::GreaterOrEqual, from)?);
                }
                if let Some(to) = to {
                    parts.push(self.compare(place, Operator::LessOrEqual, to)?);
                }
                Ok(Condition::joined(parts, " AND "))
            }
            Operand::Value(text) if operator == Operator::Contains => self.contains(place, text),
            Operand::Value(text) => self.compare(place, operator, text),
        }
    }

    /// Some member of a list compares so.
    fn member(&mut self, place: &Place, item: &Kind, operator: Operator, operand: &Operand) -> Result<Condition> {
        let mut field = Field::new("value", "", item.clone());
        field.label.clone_from(&place.field.label);
        let inner = Place { field, alias: "l".to_owned(), schema: place.schema.clone() };
        let condition = self.operand(&inner, operator, operand)?;
        let list = List::of(self.db.dialect(), &place.schema, &place.field);
        let rows = list.select("1", &format!("l.record = {}.id AND ({})", place.alias, condition.sql));
        Ok(Condition::new(format!("EXISTS ({rows})"), condition.arguments))
    }

    fn contains(&mut self, place: &Place, text: &str) -> Result<Condition> {
        let dialect = self.db.dialect();
        let column = match &place.field.kind {
            Kind::Link(target) => title_of(dialect, &*self.schema(target)?, &place.sql()),
            Kind::Phone => return Ok(phone_contains(&dialect.fold(&place.sql()), text)),
            Kind::Text | Kind::LongText | Kind::OpenList | Kind::Email | Kind::Url | Kind::TaxId => {
                place.key_sql().unwrap_or_else(|| dialect.fold(&place.sql()))
            }
            Kind::Decimal { .. } | Kind::Percent | Kind::Money | Kind::YesNo => return Err(without_parts(place)),
            Kind::Choice(choices) => {
                let folded = types::fold(text);
                let keys = choices.iter().filter(|choice| {
                    [&choice.key, &choice.label, &choice.label_zh]
                        .iter()
                        .any(|word| types::fold(word).contains(&folded))
                });
                return Ok(one_of(&place.sql(), keys.map(|choice| Sql::Text(choice.key.to_string())).collect()));
            }
            _ => format!("CAST({} AS TEXT)", place.sql()),
        };
        Ok(Condition::new(format!("{column} LIKE ? ESCAPE '\\'"), vec![Sql::Text(like(text))]))
    }

    fn compare(&mut self, place: &Place, operator: Operator, text: &str) -> Result<Condition> {
        let sql = place.sql();
        match &place.field.kind {
            Kind::Link(target) => self.compare_link(&sql, &place.field.name, target, operator, text),
            Kind::Choice(choices) => {
                let picked =
                    types::parse_choice(choices, text, true).map_err(|error| error.on_field(&*place.field.name))?;
                let place_of =
                    choices.iter().position(|choice| Some(&*choice.key) == picked.as_text()).unwrap_or_default();
                let keys = choices.iter().enumerate().filter(|(index, _)| holds(operator, index.cmp(&place_of)));
                Ok(one_of(&sql, keys.map(|(_, choice)| Sql::Text(choice.key.to_string())).collect()))
            }
            Kind::Date | Kind::Timestamp => self.compare_period(place, operator, text),
            Kind::Integer if place.field.name == "id" => {
                let digits = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
                let number = self.parsed(place, if digits.is_empty() { text } else { digits })?;
                Ok(Condition::new(format!("{sql} {} ?", sign(operator)), vec![super::conversion::plain(&number)]))
            }
            Kind::Money => {
                let Value::Money(money) = self.parsed(place, text)? else { return Ok(Condition::constant(false)) };
                let currency = place.currency_sql();
                Ok(Condition::new(
                    format!("({currency} = ? AND {sql} {} ?)", sign(operator)),
                    vec![Sql::Text(money.currency.to_string()), Sql::Integer(money.minor)],
                ))
            }
            Kind::Birthday => self.compare_birthday(place, operator, text),
            Kind::OpenList if place.field.index && matches!(operator, Operator::Equal | Operator::Has) => {
                let folded = self.db.dialect().fold("word");
                let words = self.words_of(&place.schema, &place.field, &format!("{folded} = ?"), types::fold(text))?;
                Ok(one_of(&sql, words))
            }
            Kind::Text | Kind::LongText | Kind::OpenList | Kind::Url | Kind::TaxId => {
                let column = place.key_sql().unwrap_or_else(|| self.db.dialect().fold(&sql));
                // An address is kept with its scheme, which few people write.
                let text = match self.parsed(place, text) {
                    Ok(Value::Text(address)) if place.field.kind == Kind::Url => types::fold(&address),
                    _ => types::fold(text),
                };
                Ok(Condition::new(format!("{column} {} ?", sign(operator)), vec![Sql::Text(text)]))
            }
            _ => {
                let value = self.parsed(place, text)?;
                Ok(Condition::new(format!("{sql} {} ?", sign(operator)), vec![super::conversion::plain(&value)]))
            }
        }
    }

    /// The words of an open list that are in use and fit a condition on `word`, with one argument. From each word the
    /// index leads to the next, so that a million records with twenty cities take twenty-one looks.
    pub(super) fn words_of(
        &mut self,
        schema: &Schema,
        field: &Field,
        condition: &str,
        argument: String,
    ) -> Result<Vec<Sql>> {
        let (table, name) = (schema.table, &field.name);
        let sql = format!(
            "WITH RECURSIVE used(word) AS (SELECT MIN(\"{name}\") FROM \"{table}\" UNION ALL \
             SELECT (SELECT MIN(\"{name}\") FROM \"{table}\" WHERE \"{name}\" > used.word) FROM used WHERE used.word IS NOT NULL) \
             SELECT word FROM used WHERE {condition}"
        );
        let rows = self.db.query(&sql, &[Sql::Text(argument)])?;
        Ok(rows.into_iter().flatten().collect())
    }

    fn parsed(&self, place: &Place, text: &str) -> Result<Value> {
        types::parse(&place.field.kind, text, &self.reading).map_err(|error| error.on_field(&*place.field.name))
    }

    /// Days and instants compare with whole periods: `close=2026-q4`, `created_at>2026-03`.
    fn compare_period(&self, place: &Place, operator: Operator, text: &str) -> Result<Condition> {
        let sql = place.sql();
        // Before and after an hour is before and after that hour; on a day with an hour is all day.
        let ordered =
            matches!(operator, Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual);
        if ordered
            && place.field.kind == Kind::Timestamp
            && text.contains(':')
            && let Ok(Value::Text(instant)) = self.parsed(place, text)
        {
            return Ok(Condition::new(format!("{sql} {} ?", sign(operator)), vec![Sql::Text(instant)]));
        }
        let (first, last) = match types::parse_period(text, &self.reading) {
            Ok((first, last)) if place.field.kind == Kind::Date => (first.to_string(), last.to_string()),
            Ok((first, last)) => types::day_bounds(first, last, &self.reading)?,
            Err(error) if place.field.kind == Kind::Date => return Err(error.on_field(&*place.field.name)),
            Err(_) => match self.parsed(place, text)? {
                Value::Text(instant) => (instant.clone(), instant),
                _ => return Ok(Condition::constant(false)),
            },
        };
        Ok(match operator {
            Operator::Greater => Condition::new(format!("{sql} > ?"), vec![Sql::Text(last)]),
            Operator::GreaterOrEqual => Condition::new(format!("{sql} >= ?"), vec![Sql::Text(first)]),
            Operator::Less => Condition::new(format!("{sql} < ?"), vec![Sql::Text(first)]),
            Operator::LessOrEqual => Condition::new(format!("{sql} <= ?"), vec![Sql::Text(last)]),
            _ => Condition::new(format!("{sql} BETWEEN ? AND ?"), vec![Sql::Text(first), Sql::Text(last)]),
        })
    }

    /// A day of the year (`--03-15`) is met by the birthdays of all years, a whole date only by those whose year is
    /// known.
    fn compare_birthday(&self, place: &Place, operator: Operator, text: &str) -> Result<Condition> {
        let Value::Text(day) = self.parsed(place, text)? else { return Ok(Condition::constant(false)) };
        let (sql, sign) = (place.sql(), sign(operator));
        Ok(match day.strip_prefix("--") {
            Some(day) => {
                // The index of days of the year holds those that are known.
                let day_of_year = format!("({sql} IS NOT NULL AND SUBSTR({sql}, LENGTH({sql}) - 4) {sign} ?)");
                Condition::new(day_of_year, vec![Sql::Text(day.to_owned())])
            }
            None => Condition::new(format!("({sql} {sign} ? AND {sql} NOT LIKE '-%')"), vec![Sql::Text(day)]),
        })
    }

    /// `owner=me`, `owner=none`, `owner=U3`, `customer="Acme Robotics"`.
    fn compare_link(
        &mut self,
        sql: &str,
        field: &str,
        target: &str,
        operator: Operator,
        text: &str,
    ) -> Result<Condition> {
        let ordered = !matches!(operator, Operator::Equal | Operator::Has);
        // By their names they have one, but whoever writes a ref does not mean the name.
        if ordered && self.is_ref(target, text)? {
            let message = Message::new("{field} points to a record, and refs have no order.");
            let hint = Message::new("{field}={value}").with("field", field).with("value", text);
            return Err(Error::bad_value(message.with("field", field)).on_field(field).hint(hint));
        }
        if matches!(&*types::fold(text), "none" | "无") {
            return Ok(Condition::new(format!("{sql} IS NULL"), vec![]));
        }
        if !ordered {
            let ids = self.linkable(target, text).map_err(|error| error.on_field(field))?;
            return Ok(one_of(sql, ids.into_iter().map(Sql::Integer).collect()));
        }
        let column = title_of(self.db.dialect(), &*self.schema(target)?, sql);
        Ok(Condition::new(format!("{column} {} ?", sign(operator)), vec![Sql::Text(types::fold(text))]))
    }

    fn is_ref(&self, target: &str, text: &str) -> Result<bool> {
        let short = super::reference::number_of_short(&*self.schema(target)?, text).is_some();
        Ok(short || text.parse::<i64>().is_ok() || super::reference::is_me(target, text))
    }
}

/// Whether some of a few words are asked for, which many records have: the newest of those are found soonest by going
/// through all, newest first. The records with one word stand in its index in that order anyhow.
fn is_broad(place: &Place, test: &Test) -> bool {
    let one = test.values.len() == 1 && matches!(test.operator, Operator::Equal | Operator::Has);
    is_choice(place) && !one
}

/// The first field with an index, other than a choice, that must hold one value: fewer records do than have one of the
/// few words of a choice, which the database cannot know.
fn narrowest(schema: &Schema, parts: &[Filter]) -> Option<Field> {
    let tests = parts.iter().filter_map(|part| if let Filter::Test(test) = part { Some(test) } else { None });
    let fields = tests.filter_map(|test| match (&test.path[..], &test.values[..], test.operator) {
        ([name], [Operand::Value(_)], Operator::Equal | Operator::Has) => schema.field(name),
        _ => None,
    });
    let found = |field: &&Field| {
        let indexed = field.index || field.matching || field.title || matches!(field.kind, Kind::Link(_));
        indexed && field.stored() && !matches!(field.kind, Kind::Choice(_) | Kind::YesNo | Kind::Date | Kind::Timestamp)
    };
    fields.into_iter().find(found).cloned()
}

/// Whether few words tell its records apart, so that more of them have one than any narrow field finds.
fn is_choice(place: &Place) -> bool {
    matches!(place.field.kind, Kind::Choice(_))
}

/// Whether the index of the narrow field leads to the other one too.
pub(super) fn one_index_holds(narrow: &Field, other: &Field) -> bool {
    let with = |one: &Field, other: &Field| one.together.as_deref() == Some(&*other.name);
    with(narrow, other) || with(other, narrow) || narrow.next_in_index().next() == Some(&*other.name)
}

/// Whether people look for words in it.
fn has_words(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Text
            | Kind::LongText
            | Kind::OpenList
            | Kind::Email
            | Kind::Phone
            | Kind::Url
            | Kind::TaxId
            | Kind::Choice(_)
            | Kind::Link(_)
    )
}

/// What a record that a link points to is called, folded.
fn title_of(dialect: Dialect, target: &Schema, link: &str) -> String {
    let title = target.title();
    let column = format!("x.\"{}{}\"", title.name, if title.has_key() { "_key" } else { "" });
    let column = if title.has_key() { column } else { dialect.fold(&column) };
    format!("(SELECT {column} FROM \"{}\" x WHERE x.id = {link})", target.table)
}

/// Nothing is there.
fn empty(dialect: Dialect, place: &Place) -> Condition {
    match &place.field.kind {
        Kind::List(_) => {
            let list = List::of(dialect, &place.schema, &place.field);
            let rows = list.select("1", &format!("l.record = {}.id", place.alias));
            Condition::new(format!("NOT EXISTS ({rows})"), vec![])
        }
        _ => Condition::new(format!("{} IS NULL", place.sql()), vec![]),
    }
}

/// Numbers are kept in another writing than they are shown in, so a part of one would be looked for in the wrong place.
fn without_parts(place: &Place) -> Error {
    Error::bad_value(
        Message::new("{field} has no text to look into; compare it, or give a range.").with("field", &place.field.name),
    )
    .on_field(&*place.field.name)
    .hint(Message::new("{field}=5..20").with("field", &place.field.name))
}

/// A part of a phone number in any spelling: the digits alone count, and the zero before an area code does not.
fn phone_contains(column: &str, text: &str) -> Condition {
    let spacing = |letter: char| matches!(letter, ' ' | '-' | '(' | ')' | '.' | '/');
    let digits = types::phone_digits(text);
    let plain = types::fold(text).chars().all(|letter| letter.is_ascii_digit() || spacing(letter));
    let wanted = if plain && !digits.is_empty() { digits.trim_start_matches('0') } else { text };
    Condition::new(format!("{column} LIKE ? ESCAPE '\\'"), vec![Sql::Text(like(wanted))])
}

/// Refuses a bare word that is exactly a field's name: a comparison probably lost its value to the shell.
pub(super) fn refuse_field_name(schema: &Schema, word: &str) -> Result<()> {
    if schema.visible().any(|field| field.name == word) {
        return Err(Error::bad_value(
            Message::new("{field} is a field, so say what it should be.").with("field", word),
        )
        .on_field(word)
        .hint(
            Message::new("kehu {kind} list {field}=VALUE   (or a range: {field}=5k..)")
                .with("kind", schema.kind)
                .with("field", word),
        ));
    }
    Ok(())
}

/// The numbers of the records whose search text matches, as a statement with one argument.
pub(crate) fn search_match(dialect: Dialect, schema: &Schema, words: &str) -> Option<(String, Sql)> {
    let table = format!("{}_search", schema.table);
    match dialect {
        Dialect::Sqlite => search_text::fts5_query(words)
            .map(|query| (format!("SELECT rowid FROM \"{table}\" WHERE \"{table}\" MATCH ?"), Sql::Text(query))),
        Dialect::Postgres => search_text::tsquery(words).map(|query| {
            (format!("SELECT id FROM \"{table}\" WHERE tokens @@ to_tsquery('simple', ?)"), Sql::Text(query))
        }),
    }
}

pub(super) fn one_of(sql: &str, values: Vec<Sql>) -> Condition {
    if values.is_empty() {
        return Condition::constant(false);
    }
    let marks = vec!["?"; values.len()].join(", ");
    Condition::new(format!("{sql} IN ({marks})"), values)
}

/// What a negative operator denies; others stay as they are.
fn opposite(operator: Operator) -> Operator {
    match operator {
        Operator::NotEqual => Operator::Equal,
        Operator::NotContains => Operator::Contains,
        other => other,
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        _ => "=",
    }
}

fn holds(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        _ => order.is_eq(),
    }
}

/// A pattern for text that contains the given one, whatever it contains itself.
pub(super) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in types::fold(text).chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
