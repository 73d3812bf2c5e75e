//! Custom fields: real columns (`x_…`) that a user adds; the schemas are extended with them when a database is opened.

use super::naming;
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Choice, Draft, Field, Id, Kind, Schema, Value, record, types::Open},
    store::{self, Database, List, Sql},
};
use std::borrow::Cow;

record! {
    /// A field that was added to a kind of record.
    pub struct CustomField in "custom_fields" as "FD" called "field" {
        /// The kind of record it was added to
        record_kind: String [index, list],
        /// The word for it in flags, filters and files
        name: String [title, list],
        /// What sort of value it holds: text, long-text, integer, decimal, percent, money, yes-no, date, birthday, timestamp, choice, open-list, email, phone, url, tags, link or links
        value_kind: String [list],
        /// The English heading
        label: Option<String> [list],
        /// The Chinese heading
        label_zh: Option<String> [list],
        /// The words of a choice, as `key` or `key=label`
        choices: Vec<String>,
        /// The kind of record that a link, or each of several links, points to
        target: Option<Open>,
        /// Decimal places of a decimal
        scale: Option<i64>,
        /// Whether it can be found by full-text search
        search: bool [default("no")],
        /// Whether imports recognise records by it
        matching: bool [default("no")],
        /// Hidden, but its values are kept
        retired: bool [default("no"), list],
    }
}

/// Names that flags or the engine have taken.
const TAKEN: &[&str] = &[
    "id",
    "ref",
    "uid",
    "version",
    "clear_empty",
    "system",
    "output",
    "wait",
    "created_at",
    "created_by",
    "updated_at",
    "deleted_at",
    "format",
    "columns",
    "where",
    "as",
    "db",
    "now",
    "as_of",
    "lang",
    "yes",
    "no_input",
    "dry_run",
    "quiet",
    "verbose",
    "color",
    "sort",
    "limit",
    "view",
    "count",
    "group_by",
    "help",
    "match",
    "on_match",
    "map",
    "map_value",
    "map_file",
    "save_map",
    "rejects",
    "encoding",
    "delimiter",
    "inspect",
    "create_missing",
    "allow_duplicate",
    "on_duplicate",
    "sheet",
    "primary_only",
    "if_version",
    "add_tag",
    "rm_tag",
    "filter",
    "and",
    "or",
    "not",
    "me",
    "none",
    "deleted",
    "allow_empty",
    "fail_if_empty",
    "csv_safe",
    "keep_newer",
    "force",
    "clear_empty",
    "wait",
    "system",
    "output",
    "ref",
    "values",
    "records",
    "confirm",
    "repair",
    "width",
    "field",
    "open",
];

/// Whether a flag or the engine has taken the name.
pub(crate) fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name)
}

/// The words for kinds of value that a custom field may have.
pub const KINDS: &[&str] = &[
    "text",
    "long-text",
    "integer",
    "decimal",
    "percent",
    "money",
    "yes-no",
    "date",
    "birthday",
    "timestamp",
    "choice",
    "open-list",
    "email",
    "phone",
    "url",
    "tags",
    "link",
    "links",
];

/// A name that can be a column, a flag and a heading, taken by nothing else, and a kind that exists.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if !draft.is_new() {
        return refuse_moved(draft);
    }
    let kind = draft.get("record_kind").as_text().unwrap_or_default().to_owned();
    let name = draft.get("name").as_text().unwrap_or_default().to_owned();
    let schema = crm.schema(&kind)?;
    draft.set("record_kind", Value::text(schema.kind));
    if !well_formed(&name) {
        return Err(Error::bad_value(
            Message::new(
                "{name} cannot be a field name: use lower-case letters, digits and _, a letter first, at most 40.",
            )
            .with("name", &name),
        )
        .on_field("name"));
    }
    let plain = name.trim_start_matches("x_");
    let known = schema.field(&name).or_else(|| schema.field(plain)).filter(|field| !field.custom);
    if known.is_some() || TAKEN.contains(&plain) || crm.schemas().iter().any(|schema| schema.kind == plain) {
        return Err(Error::new(
            Cause::Conflict,
            Message::new("{name} is taken: every {kind} has a field or a flag of that name.")
                .with("name", &name)
                .with("kind", schema.kind),
        )
        .on_field("name"));
    }
    let again = format!("record_kind={} name=\"{plain}\"", schema.kind);
    if crm.count_where("field", &again)? > 0 {
        return Err(Error::new(
            Cause::Conflict,
            Message::new("A {kind} has a custom field {name} already.").with("kind", schema.kind).with("name", plain),
        )
        .on_field("name"));
    }
    draft.set("name", Value::text(plain));
    field_kind(crm, draft).map(|_| ())
}

fn well_formed(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && name.len() <= 40
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// What a field is kept as cannot change once it holds values; how it is called in headings can.
fn refuse_moved(draft: &Draft) -> Result<()> {
    for name in ["record_kind", "name", "value_kind", "target", "scale", "search", "matching"] {
        if draft.changed(name).is_some_and(|value| !value.same(&draft.before(name))) {
            return Err(Error::new(
                Cause::Refused,
                Message::new("The {name} of a custom field cannot change; retire it and add another.")
                    .with("name", name),
            )
            .on_field(name));
        }
    }
    Ok(())
}

fn field_kind(crm: &mut Crm, draft: &Draft) -> Result<Kind> {
    let word = draft.get("value_kind").as_text().unwrap_or_default().to_owned();
    let choices: Vec<String> =
        draft.get("choices").items().iter().filter_map(Value::as_text).map(str::to_owned).collect();
    if word == "choice" && choices.is_empty() {
        return Err(Error::bad_value(Message::new("A choice needs its words: --choices gold,silver,bronze."))
            .on_field("choices"));
    }
    let target = draft.get("target").as_text().unwrap_or_default().to_owned();
    if matches!(&*word, "link" | "links") {
        crm.schema(&target).map_err(|error| error.on_field("target"))?;
    }
    let scale = u8::try_from(draft.get("scale").as_integer().unwrap_or(2)).unwrap_or(2).min(9);
    kind_of(&word, scale, &choices, &target).ok_or_else(|| {
        Error::bad_value(
            Message::new("{word} is no kind of value; there are {kinds}.")
                .with("word", word)
                .with("kinds", KINDS.join(", ")),
        )
        .on_field("value_kind")
    })
}

fn kind_of(word: &str, scale: u8, choices: &[String], target: &str) -> Option<Kind> {
    Some(match word {
        "text" => Kind::Text,
        "long-text" => Kind::LongText,
        "integer" => Kind::Integer,
        "decimal" => Kind::Decimal { scale },
        "percent" => Kind::Percent,
        "money" => Kind::Money,
        "yes-no" => Kind::YesNo,
        "date" => Kind::Date,
        "birthday" => Kind::Birthday,
        "timestamp" => Kind::Timestamp,
        "choice" => Kind::Choice(choices.iter().map(|text| choice_of(text)).collect()),
        "open-list" => Kind::OpenList,
        "email" => Kind::Email,
        "phone" => Kind::Phone,
        "url" => Kind::Url,
        "tags" => Kind::tags(),
        "link" => Kind::Link(Cow::Owned(target.to_owned())),
        "links" => Kind::List(Box::new(Kind::Link(Cow::Owned(target.to_owned())))),
        _ => return None,
    })
}

/// `gold` or `gold=Gold customers`; a leading `-` retires the word.
fn choice_of(text: &str) -> Choice {
    let (text, retired) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
    let (key, label) = text.split_once('=').unwrap_or((text, text));
    let (key, label) = (key.trim().to_owned(), label.trim().to_owned());
    Choice { label_zh: Cow::Owned(label.clone()), key: Cow::Owned(key), label: Cow::Owned(label), retired }
}

/// Adds the custom fields of a database to the schemas.
pub(crate) fn extend(db: &mut dyn Database, schemas: &mut [Schema]) -> Result<()> {
    let sql = "SELECT id, record_kind, name, value_kind, label, label_zh, target, scale, search, matching, retired \
               FROM custom_fields WHERE deleted_at IS NULL ORDER BY id";
    let definition = schemas.iter().find(|schema| schema.kind == "field");
    let words_of = definition.and_then(|schema| Some(List::of(db.dialect(), schema, schema.field("choices")?)));
    for row in db.query(sql, &[])? {
        let text = |place: usize| if let Sql::Text(text) = &row[place] { text.clone() } else { String::new() };
        let yes = |place: usize| matches!(row[place], Sql::Bool(true) | Sql::Integer(1));
        let choices = match &words_of {
            Some(list) if text(3) == "choice" => words(db, list, &row[0])?,
            _ => Vec::new(),
        };
        let scale = if let Sql::Integer(scale) = row[7] { u8::try_from(scale).unwrap_or(2) } else { 2 };
        let Some(kind) = kind_of(&text(3), scale, &choices, &text(6)) else { continue };
        let name = text(2);
        let mut field = Field::new(format!("x_{name}"), String::new(), kind);
        if !text(4).is_empty() {
            field.label = Cow::Owned(text(4));
        }
        field.doc.clone_from(&field.label);
        field.label_zh = Cow::Owned(text(5));
        (field.search, field.matching, field.retired, field.custom) = (yes(8), yes(9), yes(10), true);
        let kind = text(1);
        let wanted = |schema: &&mut Schema| schema.kind == kind && schema.field(&field.name).is_none();
        // Redoing what was undone can define a field twice; the first definition has the column.
        if let Some(schema) = schemas.iter_mut().find(wanted) {
            let engine = schema.fields.iter().position(|field| field.engine).unwrap_or(schema.fields.len());
            schema.fields.insert(engine, field);
        }
    }
    Ok(())
}

fn words(db: &mut dyn Database, list: &List, id: &Sql) -> Result<Vec<String>> {
    let rows = db.query(&list.select("l.value", "l.record = ? ORDER BY l.position"), std::slice::from_ref(id))?;
    Ok(rows
        .into_iter()
        .filter_map(|mut row| if let Sql::Text(text) = row.remove(0) { Some(text) } else { None })
        .collect())
}

/// Takes away what is left of a field of that name whose definition was undone: it may have held another kind of
/// value, and the new field starts empty.
fn drop_leftover(db: &mut dyn Database, schema: &Schema, name: &str) -> Result<()> {
    let tags = Field::new(name.to_owned(), String::new(), Kind::tags());
    if store::has_list(db, schema, &tags)? {
        store::drop_column(db, schema, &tags)?;
    }
    let present = store::columns(db, schema.table)?;
    let has = |name: &str| present.iter().any(|column| column.name == name);
    if has(name) {
        let kind = if has(&format!("{name}_currency")) { Kind::Money } else { Kind::Text };
        let mut left = Field::new(name.to_owned(), String::new(), kind);
        left.matching = has(&format!("{name}_key"));
        store::drop_column(db, schema, &left)?;
    }
    Ok(())
}

impl CustomField {
    /// Adds a field to a kind of record: its definition, its column and its triggers, as one operation.
    ///
    /// # Errors
    /// A name that is taken or malformed, or a kind of value that does not exist.
    pub fn define(&self, crm: &mut Crm) -> Result<Id<Self>> {
        let id = crm.transaction("Add field", |crm| {
            let id = crm.insert(self)?;
            let stored: Self = crm.get(id)?;
            crm.relabel(&format!("Add field {} to {}", stored.name, stored.record_kind))?;
            crm.reload_fields()?;
            let schema = crm.schema(&stored.record_kind)?;
            let column = format!("x_{}", stored.name);
            if let Some(field) = schema.field(&column) {
                let all = crm.schemas().to_vec();
                let all: Vec<&Schema> = all.iter().map(|schema| &**schema).collect();
                drop_leftover(&mut *crm.db, &schema, &column)?;
                store::add_column(&mut *crm.db, &schema, field, &all)?;
            }
            Ok(id)
        });
        crm.reload_fields()?;
        id
    }

    /// Hides a field, or shows it again; its values stay.
    ///
    /// # Errors
    /// Refuses what is so already, and to hide a field that a rule names.
    pub fn retire(crm: &mut Crm, id: Id<Self>, retired: bool) -> Result<()> {
        let field: Self = crm.get(id)?;
        if field.retired == retired {
            let template = if retired { "{name} is retired already." } else { "{name} is not retired." };
            return Err(Error::new(Cause::Refused, Message::new(template).with("name", field.name)));
        }
        let done = crm.transaction("Retire field", |crm| {
            let word = if retired { "Retire" } else { "Bring back" };
            let broken = naming::broken(crm)?;
            crm.change("field", id.number, vec![("retired".into(), Value::Bool(retired))], None)?;
            naming::refuse_needed(crm, &field.name, &broken)?;
            crm.relabel(&format!("{word} field {} of {}", field.name, field.record_kind))
        });
        crm.reload_fields()?;
        done
    }

    /// Removes a field with all its values for good. The caller has asked twice and made a backup.
    ///
    /// # Errors
    /// Refuses to remove a field that a rule names.
    pub fn drop_for_good(crm: &mut Crm, id: Id<Self>) -> Result<()> {
        let field: Self = crm.get(id)?;
        let done = crm.transaction("Remove field", |crm| {
            let schema = crm.schema(&field.record_kind)?;
            let broken = naming::broken(crm)?;
            let column = format!("x_{}", field.name);
            if let Some(column) = schema.field(&column) {
                store::drop_column(&mut *crm.db, &schema, column)?;
            }
            // A definition without its column must not come back from the recycle bin.
            crm.remove("field", id.number)?;
            crm.purge("field", id.number)?;
            naming::refuse_needed(crm, &field.name, &broken)?;
            crm.relabel(&format!("Remove field {} of {}", field.name, field.record_kind))?;
            crm.seal()
        });
        crm.reload_fields()?;
        done
    }

    /// Refuses where a rule names the field, before anybody is asked whether it may go.
    ///
    /// # Errors
    /// [`Cause::Refused`], naming the rule.
    pub fn refuse_needed(crm: &mut Crm, id: Id<Self>) -> Result<()> {
        let field: Self = crm.get(id)?;
        if field.retired {
            return Ok(());
        }
        let dry = crm.is_dry_run();
        crm.set_dry_run(true);
        let tried = Self::retire(crm, id, true);
        crm.set_dry_run(dry);
        tried
    }
}
